"""
Loading plugins and asking them, each on its own: one bad plugin stops neither another nor its own removal.

pluggy alone isolates nothing (one raising implementation loses the results of the others), so every
implementation is called by itself here.
"""

from __future__ import annotations

import functools
import importlib.metadata
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs
import pluggy

from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._context import ContextSource, NoOffice, taken
from perizinan_core.hooks._installed import ENTRY_POINT_GROUP, Installed, installed_plugins
from perizinan_core.hooks._interface import INTERFACE, Interface, WarnedManager
from perizinan_core.hooks._judging import names_of, objection_to, one_line, raised, records_in, settled, unfit
from perizinan_core.hooks._specs import PROJECT, HookSpecs
from perizinan_core.hooks._statuses import (
    BUILTIN,
    Origin,
    PluginState,
    PluginStatus,
    Registered,
    concerns,
    in_effect,
    name_taken,
    refused,
    status_of,
)
from perizinan_core.hooks._timed_calls import CallError, StillHangingError, TimedCalls, TimeLimitError
from perizinan_core.hooks._trial import IMPORT, Objection, Step, Trial, hung
from perizinan_core.hooks._trials import TRIAL_SECONDS, Trials
from perizinan_core.hooks._types import (
    ApplicantCheckResult,
    AuthorityEntry,
    CliCommandEntry,
    DocumentStoreEntry,
    EventConsumerEntry,
    ExpressionsEntry,
    FrontendEntry,
    MessageTextsEntry,
    NotificationChannelEntry,
    NumberSourceEntry,
    PaymentProviderEntry,
    RendererEntry,
    RetentionEntry,
    SignerEntry,
    StorageEntry,
    SubmissionCheckResult,
    TablesEntry,
    UploadScannerEntry,
    WorkQueueEntry,
)
from perizinan_core.i18n import N_, Clause

if TYPE_CHECKING:
    from perizinan_core.model._applicant import Applicant

__all__ = [
    "BUILTIN",
    "RECORDS",
    "Origin",
    "PluginManager",
    "PluginState",
    "PluginStatus",
    "Registered",
    "in_effect",
]

T = TypeVar("T")

DECIDE_SECONDS = 30.0
"""Longest time for a decision of a plugin."""

SubmissionCheck = Callable[..., "SubmissionCheckResult | None"]
"""``check(application=…, permit_type=…)``."""

RECORDS: Mapping[str, type] = {
    "register_authorities": AuthorityEntry,
    "register_storages": StorageEntry,
    "register_tables": TablesEntry,
    "register_document_stores": DocumentStoreEntry,
    "register_notification_channels": NotificationChannelEntry,
    "register_event_consumers": EventConsumerEntry,
    "register_frontends": FrontendEntry,
    "register_signers": SignerEntry,
    "register_renderers": RendererEntry,
    "register_upload_scanners": UploadScannerEntry,
    "register_cli_commands": CliCommandEntry,
    "register_message_texts": MessageTextsEntry,
    "register_number_sources": NumberSourceEntry,
    "register_expressions": ExpressionsEntry,
    "register_payment_providers": PaymentProviderEntry,
    "register_retention": RetentionEntry,
    "register_work_queues": WorkQueueEntry,
}
"""What each ``register_…`` hook returns a list of."""

_log = logging.getLogger(__name__)


class Processes(Protocol):
    """Runs installed plugins in processes of their own, which can be killed."""

    def ask(self, plugin: str, hook: str, arguments: Mapping[str, object], *, seconds: float) -> Any:
        """Return what a hook answers, or raise `CallError`, or an error of this library that it raised."""
        ...

    def close(self) -> None:
        """End those that have nothing to do."""
        ...


class PluginManager:
    """
    The plugins of one office. Made by ``Office.open`` and passed on; there is no global one.

    Args:
        disabled: Names of plugins that are not to be loaded.
        discover: False loads the given plugins only (tests, ``--no-plugins``).
        extra: Further plugin objects by name, e.g. those that a host application brings.
        trials: Tries the installed ones before they are loaded here.
        replaces: For a name or scheme that is built in, or offered by several: the plugin whose own is used.
        only: Load no more of the installed ones than those that offer something for one of these hooks.
        names: Load no more of the installed ones than these, untried: who asks has tried them.
        interface: What plugins are held against.
    """

    def __init__(
        self,
        *,
        builtin: object,
        disabled: Iterable[str] = (),
        discover: bool = True,
        extra: Iterable[tuple[str, object]] = (),
        trials: Trials | None = None,
        replaces: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
        names: Collection[str] | None = None,
        interface: Interface = INTERFACE,
    ) -> None:
        """Load the built-in plugin, then the given ones, then the installed ones in order of name."""
        self._pm = WarnedManager(PROJECT, interface)
        self._pm.add_hookspecs(HookSpecs)
        self._statuses: dict[str, PluginStatus] = {}
        self._disabled = frozenset(disabled)
        self._calls = TimedCalls()
        self._replaces = dict(replaces or {})
        self._installed: set[str] = set()
        self.contexts: ContextSource = NoOffice()
        """Makes what plugins get with each call; an office that opens puts its own here."""
        self.processes: Processes | None = None
        """Where installed plugins decide; an office that opens puts its own here."""
        self._register(
            BUILTIN,
            builtin,
            PluginStatus(name=BUILTIN, state=PluginState.LOADED, distribution="perizinan-core"),
        )
        for name, plugin in extra:
            self._register(name, plugin)
        if names is not None:
            for installed in installed_plugins():
                if installed.name in names and unfit(installed) is None:
                    self._load(installed, status_of(installed))
        elif discover:
            self._discover(trials or Trials(), only)

    @property
    def statuses(self) -> tuple[PluginStatus, ...]:
        """Every plugin that was found, loaded or not, built-in first, then by name."""
        return tuple(sorted(self._statuses.values(), key=lambda item: (item.name != BUILTIN, item.name)))

    def register(self, name: str, plugin: object) -> PluginStatus:
        """Add a plugin object; the answer says whether it was taken."""
        self._register(name, plugin)
        return self._statuses[name]

    def unregister(self, name: str) -> None:
        """Take a plugin out again; unknown names do nothing."""
        if self._pm.has_plugin(name):
            self._pm.unregister(name=name)
        self._statuses.pop(name, None)

    def gather(self, hook: str) -> tuple[Registered, ...]:
        """
        Ask every plugin's ``register_…`` hook on its own and return all records.

        A plugin that raises, takes too long, or returns something that is not a list of records, is set aside as
        failed with all that it offers; the others' records are returned. Of a name or scheme that is built in, an
        installed plugin's own is returned only where the settings say so.
        """
        return in_effect(self.claims(hook), self._replaces)

    def claims(self, hook: str) -> tuple[Registered, ...]:
        """Return what plugins offer for a hook, also what the settings do not let in; see `gather`."""
        records: list[Registered] = []
        for name, implementation in self._implementations(hook):
            try:
                offered = self._offered(name, hook, implementation)
            except (TimeLimitError, StillHangingError):
                self._quarantine(name, hung(hook, TRIAL_SECONDS))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises must not reach the others
                self._quarantine(name, raised(hook, error))
            else:
                records.extend(
                    Registered(plugin=name, record=item, origin=self._origin(name)) for item in offered
                )
        return tuple(sorted(records, key=lambda item: tuple(Origin).index(item.origin)))

    def try_out(self, plugin: Installed, tell: Callable[[Step], None]) -> Trial:
        """Load a plugin and ask it for all its records, in a process that is thrown away; `tell` hears each step."""
        status = PluginStatus(name=plugin.name, state=PluginState.LOADED)
        self._load(plugin, status)
        offers: dict[str, tuple[str, ...]] = {}
        commands: dict[str, str] = {}
        for hook in self._statuses[plugin.name].hooks:
            if hook in RECORDS:
                tell(hook)
                records = [item.record for item in self.gather(hook)]
                offers[hook] = tuple(name for record in records for name in names_of(record))
                commands |= {item.name: item.help for item in records if isinstance(item, CliCommandEntry)}
        status = self._statuses[plugin.name]
        if isinstance(status.reason, Clause):
            return Trial(objection=Objection(status.code, status.reason))
        return Trial(hooks=status.hooks, offers=offers, commands=commands)

    def decide_applicant_check(self, applicant: Applicant) -> ApplicantCheckResult | None:
        """
        Return the first answer of a plugin, latest registered first.

        Raises:
            HookError: ``plugin-decision``: when a plugin raises; the submission must not continue.
        """
        for name, implementation in self._implementations("decide_applicant_check"):
            try:
                result = self._ask(name, "decide_applicant_check", implementation, applicant=applicant)
            except (Exception, SystemExit) as error:
                reason = error.code if isinstance(error, CallError) else type(error).__name__
                raise HookError(
                    "plugin-decision", plugin=name, hook="decide_applicant_check", reason=reason
                ) from error
            if result is not None:
                return _checked(name, result)
        return None

    def submission_checks(self) -> tuple[tuple[str, SubmissionCheck], ...]:
        """
        Return each plugin's check of submissions, first registered first; the caller gives each its time.

        A check raises `HookError` with the code ``plugin-decision`` where it returns something else than a result.
        """
        found = reversed(tuple(self._implementations("decide_submission_check")))
        return tuple(
            (name, functools.partial(self._check, name, implementation)) for name, implementation in found
        )

    def _check(
        self, name: str, implementation: pluggy.HookImpl, **given: object
    ) -> SubmissionCheckResult | None:
        result = self._ask(name, "decide_submission_check", implementation, **given)
        if result is None or isinstance(result, SubmissionCheckResult):
            return result
        reason = f"returned {type(result).__name__}"
        raise HookError("plugin-decision", plugin=name, hook="decide_submission_check", reason=reason)

    def own_settings(self) -> Mapping[str, type[Any]]:
        """Return the class of settings of each plugin that declares one for itself, by the plugin's name."""
        found = ((name, _own_settings(plugin)) for name, plugin in self._pm.list_name_plugin())
        return {name: kind for name, kind in found if kind is not None}

    def _call(self, implementation: pluggy.HookImpl, **arguments: object) -> Any:
        """Call with those arguments that the implementation takes, so that old plugins still run."""
        declared = _own_settings(implementation.plugin)
        arguments["context"] = self.contexts.of_plugin(implementation.plugin_name, declared)
        return settled(implementation.function(**taken(implementation.function, arguments)))

    def _ask(self, name: str, hook: str, implementation: pluggy.HookImpl, **arguments: object) -> Any:
        """
        Ask for a decision, where it can be given up: in the plugin's own process, or else in a thread.

        Raises:
            CallError: There is no answer.
        """
        if name == BUILTIN:
            return self._call(implementation, **arguments)
        if self.processes is not None and name in self._installed:
            return self.processes.ask(name, hook, arguments, seconds=DECIDE_SECONDS)
        return self._calls.call(
            f"{name} {hook}", DECIDE_SECONDS, lambda: self._call(implementation, **arguments)
        )

    def answer(self, hook: str, arguments: Mapping[str, object]) -> Any:
        """Ask the one plugin that is loaded for a decision, here; in its own process."""
        (answer,) = (
            self._call(implementation, **arguments) for _, implementation in self._implementations(hook)
        )
        return answer

    def _origin(self, name: str) -> Origin:
        if name == BUILTIN:
            return Origin.BUILTIN
        return Origin.INSTALLED if name in self._installed else Origin.HOST

    def _offered(self, name: str, hook: str, implementation: pluggy.HookImpl) -> tuple[Any, ...]:
        return self._bounded(name, lambda: tuple(records_in(self._call(implementation), RECORDS[hook])))

    def _bounded(self, name: str, function: Callable[[], T]) -> T:
        """Call into a plugin that may never return; our own does."""
        return function() if name == BUILTIN else self._calls.call(name, TRIAL_SECONDS, function)

    def _discover(self, trials: Trials, only: Collection[str] | None) -> None:
        """Load what is installed, as far as metadata, manifest and trial let it."""
        fit: list[tuple[Installed, PluginStatus]] = []
        names = {BUILTIN}
        for installed in installed_plugins():
            about = status_of(installed)
            objection = name_taken(installed.name) if installed.name in names else unfit(installed)
            names.add(installed.name)
            if installed.name in self._disabled:
                self._note(attrs.evolve(about, state=PluginState.DISABLED))
            elif objection is not None:
                self._note(refused(about, objection))
            elif concerns(only, installed.manifest.offers if installed.manifest is not None else None):
                fit.append((installed, about))
        for (installed, about), trial in zip(fit, trials.of([item for item, _ in fit]), strict=True):
            if trial is None:
                self._load(installed, about)
            elif trial.objection is not None:
                self._note(refused(attrs.evolve(about, printed=trial.printed), trial.objection))
            elif concerns(only, trial.offers):
                self._load(installed, attrs.evolve(about, offers=trial.offers, printed=trial.printed))

    def _load(self, installed: Installed, about: PluginStatus) -> None:
        entry = importlib.metadata.EntryPoint(installed.name, installed.module, ENTRY_POINT_GROUP)
        try:
            plugin = self._bounded(installed.name, entry.load)
        except (TimeLimitError, StillHangingError):
            self._note(refused(about, hung(IMPORT, TRIAL_SECONDS)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it must not take the office with it
            self._note(refused(about, raised("", error)))
        else:
            if not self._pm.has_plugin(installed.name):
                self._installed.add(installed.name)
            self._register(installed.name, plugin, about)

    def _register(self, name: str, plugin: object, about: PluginStatus | None = None) -> None:
        about = about or PluginStatus(name=name, state=PluginState.LOADED)
        if name in self._disabled:
            self._note(attrs.evolve(about, state=PluginState.DISABLED))
            return
        if self._pm.has_plugin(name):
            self._note(refused(about, name_taken(name)))
            return
        try:
            objection = objection_to(self._pm, name, plugin)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - reading its attributes runs its code
            sentence = N_("a hook is not as it should be: {reason}")
            objection = Objection(
                "hook", Clause(sentence, reason=one_line(f"{type(error).__name__}: {error}"))
            )
        if objection is not None:
            if self._pm.has_plugin(name):
                self._pm.unregister(name=name)
            self._note(refused(about, objection))
            return
        hooks = tuple(sorted(caller.name for caller in self._pm.get_hookcallers(plugin) or ()))
        self._note(attrs.evolve(about, hooks=hooks))

    def _note(self, status: PluginStatus) -> None:
        """Keep a status; a second plugin of the same name must not hide the first."""
        key = status.name
        while key in self._statuses:
            key += "'"
        self._statuses[key] = status

    def _implementations(self, hook: str) -> Iterator[tuple[str, pluggy.HookImpl]]:
        caller: pluggy.HookCaller = getattr(self._pm.hook, hook)
        for implementation in reversed(caller.get_hookimpls()):
            yield implementation.plugin_name, implementation

    def _quarantine(self, name: str, objection: Objection) -> None:
        # The reason is shown to operators; a log of strangers gets the name alone.
        _log.error("plugin %s failed and was set aside", name)
        status = self._statuses[name]
        self._pm.unregister(name=name)
        self._statuses[name] = refused(status, objection)


def _own_settings(plugin: object) -> type[Any] | None:
    kind: type[Any] | None = getattr(plugin, "perizinan_settings", None)
    return kind


def _checked(plugin: str, result: object) -> ApplicantCheckResult:
    if not isinstance(result, ApplicantCheckResult):
        raise HookError(
            "plugin-decision",
            plugin=plugin,
            hook="decide_applicant_check",
            reason=f"returned {type(result).__name__}",
        )
    return result

"""
Loading plugins and asking them, each on its own: one bad plugin stops neither another nor its own removal.

pluggy alone isolates nothing (one raising implementation loses the results of the others), so every
implementation is called by itself here.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs
import pluggy

from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._context import ContextSource, NoOffice, taken
from perizinan_core.hooks._installed import Installed, core_version, installed_plugins
from perizinan_core.hooks._manifest import Manifest
from perizinan_core.hooks._specs import API_VERSION, PROJECT, HookSpecs
from perizinan_core.hooks._types import (
    ApplicantCheckResult,
    AuthorityEntry,
    CliCommandEntry,
    DocumentStoreEntry,
    EventConsumerEntry,
    FrontendEntry,
    NotificationChannelEntry,
    RendererEntry,
    SignerEntry,
    StorageEntry,
    TablesEntry,
    UploadScannerEntry,
)
from perizinan_core.i18n import N_, Clause

if TYPE_CHECKING:
    from perizinan_core.model._applicant import Applicant

__all__ = ["PluginManager", "PluginState", "PluginStatus", "Registered"]

BUILTIN = "builtin"

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
}
"""What each ``register_…`` hook returns a list of."""

_log = logging.getLogger(__name__)


class PluginState(StrEnum):
    """How a plugin stands."""

    LOADED = "loaded"
    DISABLED = "disabled"
    """The settings name it so."""
    FAILED = "failed"
    """It could not be imported, or raised while it registered something."""
    INCOMPATIBLE = "incompatible"
    """It was written for another version of the hooks, or implements a hook that does not exist."""


@attrs.frozen(kw_only=True)
class PluginStatus:
    """A plugin, as ``perizinan plugins list`` shows it."""

    name: str
    state: PluginState
    distribution: str = ""
    version: str = ""
    hooks: tuple[str, ...] = ()
    reason: str = ""
    """Why it is not loaded."""

    manifest: Manifest | None = None
    """What it says of itself without being loaded."""


@attrs.frozen(kw_only=True)
class Registered:
    """A record that a plugin returned, with the plugin's name."""

    plugin: str
    record: Any


class PluginManager:
    """
    The plugins of one office. Made by ``Office.open`` and passed on; there is no global one.

    Args:
        disabled: Names of plugins that are not to be loaded.
        discover: False loads the given plugins only (tests, ``--no-plugins``).
        extra: Further plugin objects by name, e.g. those that a host application brings.
    """

    def __init__(
        self,
        *,
        builtin: object,
        disabled: Iterable[str] = (),
        discover: bool = True,
        extra: Iterable[tuple[str, object]] = (),
    ) -> None:
        """Load the built-in plugin, then the given ones, then the installed ones in order of name."""
        self._pm = pluggy.PluginManager(PROJECT)
        self._pm.add_hookspecs(HookSpecs)
        self._statuses: dict[str, PluginStatus] = {}
        self._disabled = frozenset(disabled)
        self.contexts: ContextSource = NoOffice()
        """Makes what plugins get with each call; an office that opens puts its own here."""
        self._register(
            BUILTIN,
            builtin,
            PluginStatus(name=BUILTIN, state=PluginState.LOADED, distribution="perizinan-core"),
        )
        for name, plugin in extra:
            self._register(name, plugin)
        if discover:
            for installed in installed_plugins():
                self._load(installed)

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

        A plugin that raises, or returns something that is not a list of records, is set aside as failed with
        all that it offers; the others' records are returned.
        """
        records: list[Registered] = []
        for name, implementation in self._implementations(hook):
            try:
                offered = tuple(_records(self._call(implementation), RECORDS[hook]))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises must not reach the others
                self._quarantine(name, f"{hook}: {_one_line(error)}")
            else:
                records.extend(Registered(plugin=name, record=item) for item in offered)
        return tuple(records)

    def decide_applicant_check(self, applicant: Applicant) -> ApplicantCheckResult | None:
        """
        Return the first answer of a plugin, latest registered first.

        Raises:
            HookError: ``plugin-decision``: when a plugin raises; the submission must not continue.
        """
        for name, implementation in self._implementations("decide_applicant_check"):
            try:
                result = self._call(implementation, applicant=applicant)
            except (Exception, SystemExit) as error:
                raise HookError(
                    "plugin-decision", plugin=name, hook="decide_applicant_check", reason=type(error).__name__
                ) from error
            if result is not None:
                return _checked(name, result)
        return None

    def own_settings(self) -> Mapping[str, type[Any]]:
        """Return the class of settings of each plugin that declares one for itself, by the plugin's name."""
        found = ((name, _own_settings(plugin)) for name, plugin in self._pm.list_name_plugin())
        return {name: kind for name, kind in found if kind is not None}

    def _call(self, implementation: pluggy.HookImpl, **arguments: object) -> Any:
        """Call with those arguments that the implementation takes, so that old plugins still run."""
        declared = _own_settings(implementation.plugin)
        arguments["context"] = self.contexts.of_plugin(implementation.plugin_name, declared)
        return implementation.function(**taken(implementation.function, arguments))

    def _load(self, installed: Installed) -> None:
        about = PluginStatus(
            name=installed.name,
            state=PluginState.LOADED,
            distribution=installed.distribution,
            version=installed.version,
            manifest=installed.manifest,
        )
        if installed.name in self._disabled:
            self._note(attrs.evolve(about, state=PluginState.DISABLED))
            return
        reason = installed.problem or _unfit(installed.manifest)
        if reason is not None or installed.entry is None:
            self._note(attrs.evolve(about, state=PluginState.INCOMPATIBLE, reason=reason or ""))
            return
        try:
            plugin = installed.entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it must not take the office with it
            self._note(attrs.evolve(about, state=PluginState.FAILED, reason=f"import: {_one_line(error)}"))
            return
        self._register(installed.name, plugin, about)

    def _register(self, name: str, plugin: object, about: PluginStatus | None = None) -> None:
        about = about or PluginStatus(name=name, state=PluginState.LOADED)
        if name in self._disabled:
            self._note(attrs.evolve(about, state=PluginState.DISABLED))
            return
        if self._pm.has_plugin(name):
            self._note(attrs.evolve(about, state=PluginState.FAILED, reason=f"the name {name!r} is taken"))
            return
        try:
            reason = self._objection(name, plugin)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - reading its attributes runs its code
            reason = _one_line(error)
        if reason is not None:
            if self._pm.has_plugin(name):
                self._pm.unregister(name=name)
            self._note(attrs.evolve(about, state=PluginState.INCOMPATIBLE, reason=reason))
            return
        hooks = tuple(sorted(caller.name for caller in self._pm.get_hookcallers(plugin) or ()))
        self._note(attrs.evolve(about, hooks=hooks))

    def _objection(self, name: str, plugin: object) -> str | None:
        """Register a plugin with pluggy and return why it cannot stay, or None."""
        api = getattr(plugin, "perizinan_api", None)
        if api != API_VERSION:
            return f"perizinan_api is {api!r}, this version has {API_VERSION}"
        self._pm.register(plugin, name=name)
        self._pm.check_pending()
        for caller in self._pm.get_hookcallers(plugin) or ():
            for implementation in caller.get_hookimpls():
                wraps = implementation.wrapper or implementation.hookwrapper
                if implementation.plugin is not plugin:
                    continue
                if wraps:
                    # Implementations are called one by one here: there is nothing to wrap.
                    return f"{caller.name}: wrappers are not supported"
                try:
                    # pluggy compares positional arguments only.
                    taken(implementation.function, dict.fromkeys(_arguments(caller.name)))
                except TypeError as error:
                    return f"{caller.name}: {_one_line(error)}"
        return None

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

    def _quarantine(self, name: str, reason: str) -> None:
        # The reason is shown to operators; a log of strangers gets the name alone.
        _log.error("plugin %s failed and was set aside", name)
        status = self._statuses[name]
        self._pm.unregister(name=name)
        self._statuses[name] = attrs.evolve(status, state=PluginState.FAILED, reason=reason)


def _own_settings(plugin: object) -> type[Any] | None:
    kind: type[Any] | None = getattr(plugin, "perizinan_settings", None)
    return kind


def _arguments(hook: str) -> tuple[str, ...]:
    """Return the names of the arguments that a hook is called with."""
    return tuple(inspect.signature(getattr(HookSpecs, hook)).parameters)[1:]


def _unfit(manifest: Manifest | None) -> Clause | None:
    """Return why a manifest keeps its plugin from this version; None: nothing does, or there is no manifest."""
    if manifest is None:
        return None
    if not manifest.works_with_api(API_VERSION):
        first, last = manifest.api
        sentence = N_("it works with versions {first} to {last} of the plugin interface, this is {version}")
        return Clause(sentence, first=first, last=last, version=API_VERSION)
    if not manifest.works_with_core(core_version()):
        sentence = N_("it needs perizinan-core {minimum} or later, this is {version}")
        return Clause(sentence, minimum=manifest.minimum_core, version=core_version())
    return None


def _checked(plugin: str, result: object) -> ApplicantCheckResult:
    if not isinstance(result, ApplicantCheckResult):
        raise HookError(
            "plugin-decision",
            plugin=plugin,
            hook="decide_applicant_check",
            reason=f"returned {type(result).__name__}",
        )
    return result


def _records(offered: object, kind: type) -> Iterator[Any]:
    """Yield what a hook returned; the wrong kind of thing is an error of the plugin."""
    if offered is None:
        return
    if not isinstance(offered, Iterable) or isinstance(offered, (str, bytes)):
        raise TypeError(f"expected a list of {kind.__name__}, got {type(offered).__name__}")
    for item in offered:
        if not isinstance(item, kind):
            raise TypeError(f"expected {kind.__name__}, got {type(item).__name__}")
        yield item


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"

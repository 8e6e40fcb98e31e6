"""Why a plugin cannot be used: what its manifest rules out, what its hooks are, and what they return."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pluggy

from perizinan_core.hooks._context import taken
from perizinan_core.hooks._installed import Installed, core_version, shown
from perizinan_core.hooks._interface import WarnedManager, declared_api
from perizinan_core.hooks._specs import API_VERSION, PROJECT, HookSpecs
from perizinan_core.hooks._trial import Objection
from perizinan_core.i18n import N_, Clause

__all__ = ["names_of", "objection_to", "one_line", "raised", "records_in", "settled", "unfit"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_NAMING = ("schemes", "scheme", "slug", "name")
_MOST_LINE = 300


def unfit(plugin: Installed) -> Objection | None:
    """Return why the metadata or the manifest of a plugin keeps it from this version, or None."""
    if plugin.problem is not None:
        return Objection("metadata", plugin.problem)
    manifest = plugin.manifest
    if manifest is None:
        return None
    if not manifest.works_with_api(API_VERSION):
        first, last = manifest.api
        sentence = N_("it works with versions {first} to {last} of the plugin interface, this is {version}")
        return Objection("other-interface", Clause(sentence, first=first, last=last, version=API_VERSION))
    if not manifest.works_with_core(core_version()):
        sentence = N_("it needs perizinan-core {minimum} or later, this is {version}")
        return Objection(
            "other-core", Clause(sentence, minimum=manifest.minimum_core, version=core_version())
        )
    return None


def objection_to(plugins: WarnedManager, name: str, plugin: object) -> Objection | None:
    """Register a plugin with pluggy and return why it cannot stay, or None."""
    api = declared_api(plugin)
    if api is None or not plugins.interface.fits(*api):
        sentence = N_("perizinan_api is {received}, this version has {version}")
        received = one_line(repr(getattr(plugin, "perizinan_api", None)))
        clause = Clause(sentence, received=received, version=plugins.interface.number)
        return Objection("other-interface", clause)
    for hook in _unmarked(plugin):
        return Objection("no-hookimpl", Clause(N_("{hook} is not marked with hookimpl"), hook=hook))
    try:
        plugins.register(plugin, name=name)
        plugins.check_pending()
    except pluggy.PluginValidationError as error:
        return Objection(
            "hook", Clause(N_("a hook is not as it should be: {reason}"), reason=one_line(error))
        )
    for caller in plugins.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin:
                found = _implementation(caller.name, implementation)
                if found is not None:
                    return found
    return None


def _unmarked(plugin: object) -> Iterator[str]:
    for hook in vars(HookSpecs):
        if hook.startswith("_"):
            continue
        function = getattr(plugin, hook, None)
        if callable(function) and not hasattr(function, f"{PROJECT}_impl"):
            yield hook


def _implementation(hook: str, implementation: pluggy.HookImpl) -> Objection | None:
    if implementation.wrapper or implementation.hookwrapper:
        # Implementations are called one by one here: there is nothing to wrap.
        return Objection("wrapper", Clause(N_("{hook}: wrappers are not supported"), hook=hook))
    function = implementation.function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return Objection(
            "async", Clause(N_("{hook} is async; hooks are called without an event loop"), hook=hook)
        )
    try:
        # pluggy compares positional arguments only.
        taken(function, dict.fromkeys(_arguments(hook)))
    except TypeError as error:
        return Objection("hook", Clause(N_("{hook}: {reason}"), hook=hook, reason=one_line(error)))
    return None


def _arguments(hook: str) -> tuple[str, ...]:
    """Return the names of the arguments that a hook is called with."""
    return tuple(inspect.signature(getattr(HookSpecs, hook)).parameters)[1:]


def settled(result: Any) -> Any:
    """
    Return what a plugin returned.

    Raises:
        TypeError: It is a coroutine: nothing here awaits it.
    """
    if inspect.isawaitable(result):
        close: Callable[[], None] | None = getattr(result, "close", None)
        if close is not None:
            close()
        raise TypeError("returned a coroutine; plugins are called without an event loop")
    return result


def records_in(offered: object, kind: type) -> Iterator[Any]:
    """Yield what a hook returned; the wrong kind of thing is an error of the plugin."""
    if offered is None:
        return
    if not isinstance(offered, Iterable) or isinstance(offered, (str, bytes)):
        raise TypeError(f"expected a list of {kind.__name__}, got {type(offered).__name__}")
    seen: set[str] = set()
    for item in offered:
        if not isinstance(item, kind):
            raise TypeError(f"expected {kind.__name__}, got {type(item).__name__}")
        for name in names_of(item):
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise ValueError(
                    f"the name {one_line(repr(name))} has other characters than letters, digits and ._+-"
                )
            if name in seen:
                raise ValueError(f"offers {name} twice")
            seen.add(name)
        yield item


def names_of(record: Any) -> tuple[Any, ...]:
    """Return the names, schemes or the slug under which a record can be chosen."""
    for attribute in _NAMING:
        value = getattr(record, attribute, None)
        if value is not None:
            return tuple(value) if isinstance(value, tuple | list) else (value,)
    return ()


def raised(step: str, error: BaseException) -> Objection:
    """Return the objection that importing a plugin (no ``step``), or asking a hook, raised."""
    if not step:
        return Objection("import-raised", Clause(N_("importing it raised {error}"), error=_named(error)))
    return Objection("hook-raised", Clause(N_("{hook} raised {error}"), hook=step, error=_named(error)))


def one_line(value: object) -> str:
    """Return a stranger's text as one line that can be printed."""
    return shown(" ".join(str(value).split()))[:_MOST_LINE]


def _named(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - also this is the plugin's code
        text = ""
    return f"{type(error).__name__}: {one_line(text)}"

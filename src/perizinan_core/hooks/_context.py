"""
What a plugin gets with every call: its settings, its folder, the office's clock, a logger, and the office itself.

Everything is looked up when it is asked for, so that a plugin which wants its logger alone needs neither a folder nor
an office.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

import attrs

from perizinan_core.errors.hooks import HookError

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office
    from perizinan_core.model._actor import Actor

__all__ = ["ContextSource", "NoOffice", "PluginContext", "plugin_logger", "safe_name", "taken"]

T = TypeVar("T")
S = TypeVar("S")


@attrs.frozen(kw_only=True)
class PluginContext(Generic[S]):
    """
    Where a plugin is at work. Every hook and every function of a record may take it, as ``context``.

    Of the hooks that only say what a plugin offers, some are asked where there is no office (``perizinan --help``);
    there, settings, folder and office are not to be had.
    """

    plugin: str
    """The plugin's name: that of its entry point, or of the host application that brought it."""

    name: str
    """Name or scheme of what is being opened; in a hook, the plugin's name."""

    clock: Callable[[], datetime]
    """Gives aware moments; the same clock as the office's, which tests and demonstrations set."""

    logger: logging.Logger
    """``perizinan_core.plugin.NAME``. Never log personal data: ids of cases and codes are enough."""

    _settings: Callable[[], S] = attrs.field(repr=False)
    _folder: Callable[[], Path] = attrs.field(repr=False)
    _office: Callable[[], Office] = attrs.field(repr=False)

    @property
    def settings(self) -> S:
        """
        The table of ``perizinan.toml`` as the class that was declared for it; None where none was declared.

        Raises:
            BootstrapError: ``settings``: keys are unknown or wrong; ``secret-missing``: a secret is not there.
            HookError: ``no-office``: the hook is asked where there is no office.
        """
        return self._settings()

    @property
    def folder(self) -> Path:
        """
        A folder for this plugin alone, made when it is first asked for; readable by the office's account only.

        It lies under ``[plugins] folder`` and is not in the backup of the records.

        Raises:
            HookError: ``no-office``: the hook is asked where there is no office.
        """
        return self._folder()

    def office(self) -> Office:
        """
        Return the office at work. Keep the context, and ask when there is something to do.

        In a process of the plugin's own, where decisions and consumers of installed plugins run, it is another one on
        the same records, opened when it is first asked for.

        Call its use cases as `actor`, or as the person for whom the plugin works. Of the hooks called inside a use
        case, none may call use cases that write: the case that is being changed may be locked.

        Raises:
            HookError: ``no-office``: it is not open yet (in the function that opens a part of it), or there is none.
        """
        return self._office()

    @property
    def actor(self) -> Actor:
        """
        The plugin as an actor of the system, written into histories as ``system:plugin:NAME``.

        It reads every case whole and does what the office does by itself. It is not an officer: it judges no stage,
        approves and signs nothing. Nor is it a party: it hands in nothing for anyone.
        """
        from perizinan_core.model._actor import Actor, ActorKind

        return Actor(id=f"plugin:{self.plugin}", kind=ActorKind.SYSTEM, name=self.plugin)


class ContextSource(Protocol):
    """Makes the contexts of plugins."""

    def of_plugin(self, plugin: str, settings: type[Any] | None) -> PluginContext[Any]:
        """Return the context of a hook; ``settings`` is the class that the plugin itself declares."""
        ...


@attrs.frozen
class NoOffice:
    """Contexts where there is no office: name, clock and logger."""

    def of_plugin(self, plugin: str, settings: type[Any] | None) -> PluginContext[Any]:
        """Return the context of a hook."""
        del settings

        def missing(wanted: str) -> NoReturn:
            raise HookError("no-office", plugin=plugin, wanted=wanted)

        return PluginContext(
            plugin=plugin,
            name=plugin,
            clock=lambda: datetime.now(UTC),
            logger=plugin_logger(plugin),
            settings=lambda: missing("settings"),
            folder=lambda: missing("folder"),
            office=lambda: missing("office"),
        )


def safe_name(plugin: str) -> str:
    """Return a plugin's name as it may stand in a path or in the name of a logger."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_") else f"%{ord(sign):02x}"
        for sign in plugin
    )


def plugin_logger(plugin: str) -> logging.Logger:
    """Return the logger of a plugin."""
    return logging.getLogger(f"perizinan_core.plugin.{safe_name(plugin)}")


def taken(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return those of ``arguments`` that a function of a plugin names.

    Raises:
        TypeError: it asks for something else besides; says what it may ask for.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        # Some classes written in C do not say what they take.
        return {}
    if any(item.kind is inspect.Parameter.VAR_KEYWORD for item in parameters):
        return dict(arguments)
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    strange = [
        item.name
        for item in parameters
        if item.default is inspect.Parameter.empty
        and item.kind is not inspect.Parameter.VAR_POSITIONAL
        and (item.name not in arguments or item.kind not in by_name)
    ]
    if strange:
        message = f"asks for {', '.join(strange)}; it may take, by name: {', '.join(arguments)}"
        raise TypeError(message)
    return {item.name: arguments[item.name] for item in parameters if item.name in arguments}

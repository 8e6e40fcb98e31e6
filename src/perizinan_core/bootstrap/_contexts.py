"""The contexts of an office's plugins: their settings, folders and loggers, and the office once it is open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perizinan_core.bootstrap._plugin_settings import offered_name, own_settings, plugin_settings
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._context import PluginContext, plugin_logger, safe_name
from perizinan_core.hooks._manager import PluginManager, Registered

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["Contexts", "contexts_of", "system_clock"]


def system_clock() -> datetime:
    """Return the moment of the operating system's clock."""
    return datetime.now(UTC)


class Contexts:
    """Makes the contexts of one office."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = system_clock,
        office: Callable[[], Office] | None = None,
    ) -> None:
        """Begin with the settings; the office comes when it is open, or is opened by ``office``."""
        self.settings = settings
        self._clock = clock
        self._office = office
        self._hooks: dict[str, PluginContext[Any]] = {}

    def office_is(self, office: Office | None) -> None:
        """Hand out this office from now on; None: it was closed."""
        self._office = None if office is None else lambda: office

    def of_plugin(self, plugin: str, settings: type[Any] | None) -> PluginContext[Any]:
        """Return the context of a hook; see `ContextSource`."""
        if plugin not in self._hooks:
            self._hooks[plugin] = self._context(
                plugin, plugin, lambda: plugin_settings(settings, plugin, self.settings)
            )
        return self._hooks[plugin]

    def of(self, entry: Registered, hook: str) -> PluginContext[Any]:
        """
        Return the context of what a plugin offers; its settings are read now, so that wrong ones are named early.

        Raises:
            BootstrapError: ``settings``: keys are unknown or wrong; ``secret-missing``: a secret is not there.
        """
        name = offered_name(hook, entry.record)
        found = own_settings(entry, name, self.settings)
        return self._context(entry.plugin, name, lambda: found)

    def _context(self, plugin: str, name: str, settings: Callable[[], Any]) -> PluginContext[Any]:
        return PluginContext(
            plugin=plugin,
            name=name,
            clock=self._clock,
            logger=plugin_logger(plugin),
            settings=functools.cache(settings),
            folder=functools.partial(self._folder, plugin),
            office=functools.partial(self._running, plugin),
        )

    def _folder(self, plugin: str) -> Path:
        folder = self.settings.path(self.settings.plugins.folder) / safe_name(plugin)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _running(self, plugin: str) -> Office:
        if self._office is None:
            raise HookError("no-office", plugin=plugin, wanted="office")
        return self._office()


def contexts_of(settings: Settings, manager: PluginManager) -> Contexts:
    """Return the contexts that the manager hands out: those of its office, or new ones without an office."""
    found = manager.contexts
    if isinstance(found, Contexts) and found.settings == settings:
        return found
    made = Contexts(settings)
    manager.contexts = made
    return made

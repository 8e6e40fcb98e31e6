"""What runs in the process of an installed plugin; its parent's side is `perizinan_core.bootstrap._plugin_process`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from perizinan_core._aside import speaking_aside
from perizinan_core.bootstrap._contexts import Contexts, system_clock
from perizinan_core.bootstrap._office import Office
from perizinan_core.bootstrap._opening import open_part
from perizinan_core.bootstrap._plugin_process import Question
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.confined import Channel
from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._consumers import EventConsumer
from perizinan_core.hooks._judging import settled
from perizinan_core.hooks._manager import PluginManager

__all__ = ["serve"]

_CONSUMERS = "register_event_consumers"


def serve(channel: Channel, settings: Settings, plugin: str) -> None:
    """Answer questions to one plugin until the office hangs up."""
    work = _Work(settings, plugin)
    channel.ready()
    while True:
        channel.send({**work.reply(channel.receive()), "again": True})


class _Work:
    def __init__(self, settings: Settings, plugin: str) -> None:
        self._plugin = plugin
        self._ahead = timedelta()
        self._contexts = Contexts(settings, self._now, office=cache(lambda: _open(settings, self._now)))
        self._manager = PluginManager(builtin=object(), discover=False, names=(plugin,))
        self._manager.contexts = self._contexts
        self._consumers: dict[str, EventConsumer] = {}

    def reply(self, question: Question) -> dict[str, Any]:
        self._ahead = question.now - _real()
        try:
            with speaking_aside():
                return {"result": settled(self._done(question))}
        except PerizinanError as error:
            return {"error": error}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin raises what it likes
            return {"raised": type(error).__name__}

    def _done(self, question: Question) -> Any:
        if question.hook:
            return self._manager.answer(question.hook, question.arguments)
        return self._consumer(question.consumer).consume(**question.arguments)  # type: ignore[arg-type]

    def _consumer(self, name: str) -> EventConsumer:
        if name not in self._consumers:
            settings = self._contexts.settings
            self._consumers[name] = open_part(self._manager, _CONSUMERS, "event consumer", name, settings)
        return self._consumers[name]

    def _now(self) -> datetime:
        return _real() + self._ahead


def _real() -> datetime:
    return system_clock()


def _open(settings: Settings, clock: Callable[[], datetime]) -> Office:
    return Office.open(settings, clock=clock)

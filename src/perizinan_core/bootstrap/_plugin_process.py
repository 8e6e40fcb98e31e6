"""
The process of one installed plugin: decisions and event consumers run here, where they can be stopped.

It is started when it is first needed, kept, and killed with whatever hangs in it; the next question starts a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.bootstrap._settings import Settings
from perizinan_core.confined import ChildPool, ChildProcess, Confinement, Ending, Reply, start_child
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.hooks._consumers import DeliveredEvent
from perizinan_core.hooks._timed_calls import EndedError, RaisedError, TimeLimitError

__all__ = ["PluginProcesses", "Question", "RemoteConsumer"]

_PROGRAM = "perizinan_core.bootstrap._plugin_child:serve"
_EVERYTHING = Confinement(open_files=None, writes_files=True, own_environment=False)
"""A plugin may do here what it may do in the office; only that it can be stopped is different."""

_PLACES = 4
"""Decisions of one plugin at the same time."""

_TASKS = 10_000


@attrs.frozen(kw_only=True)
class Question:
    """What a plugin is asked, and the moment on the office's clock."""

    now: datetime
    hook: str = ""
    consumer: str = ""
    arguments: Mapping[str, object]


class PluginProcesses:
    """
    The processes of an office's plugins.

    Args:
        settings: Of the office; a plugin that asks for the office opens one by them.
        clock: Of the office.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._pools: dict[tuple[str, int], ChildPool] = {}

    def ask(self, plugin: str, hook: str, arguments: Mapping[str, object], *, seconds: float) -> Any:
        """
        Return what a hook of a plugin answers.

        Raises:
            CallError: It took too long, ended its process, or raised something that is not ours.
        """
        question = Question(now=self._clock(), hook=hook, arguments=arguments)
        return self._asked(plugin, _PLACES, question, seconds)

    def deliver(self, plugin: str, consumer: str, delivered: DeliveredEvent, *, seconds: float) -> None:
        """Hand an event to a consumer of a plugin; raises as `ask` does."""
        question = Question(now=self._clock(), consumer=consumer, arguments={"delivered": delivered})
        # One process: consumers may remember what they have received.
        self._asked(plugin, 1, question, seconds)

    def close(self) -> None:
        """End all processes that have nothing to do."""
        for pool in self._pools.values():
            pool.close()

    def _asked(self, plugin: str, places: int, question: Question, seconds: float) -> Any:
        try:
            reply = self._pool(plugin, places).ask(question, seconds=seconds)
        except ChildStartError as error:
            raise EndedError from error
        return _answer(reply)

    def _pool(self, plugin: str, places: int) -> ChildPool:
        def start() -> ChildProcess:
            return start_child(_PROGRAM, (self._settings, plugin), confinement=_EVERYTHING, trusted=True)

        # Two that come at once may make two; the one that is not kept has started nothing.
        return self._pools.setdefault(
            (plugin, places), ChildPool(start, places=places, tasks_per_child=_TASKS)
        )


@attrs.frozen
class RemoteConsumer:
    """A consumer in the process of its plugin."""

    _processes: PluginProcesses
    _plugin: str
    _name: str
    _seconds: float

    def consume(self, delivered: DeliveredEvent) -> None:
        """Hand the event over and wait."""
        self._processes.deliver(self._plugin, self._name, delivered, seconds=self._seconds)


def _answer(reply: Reply) -> Any:
    if reply.ending is Ending.TIME:
        raise TimeLimitError
    message = reply.message
    if message is None:
        raise EndedError
    if "error" in message:
        raise message["error"]
    if "raised" in message:
        raise RaisedError(message["raised"])
    return message["result"]

"""
The process of one installed plugin: decisions and event consumers run here, where they can be stopped.

It is started when it is first needed, kept, and killed with whatever hangs in it; the next question starts a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from perizinan_core._aside import speaking_aside
from perizinan_core.bootstrap._contexts import Contexts, system_clock
from perizinan_core.bootstrap._settings import Settings
from perizinan_core.confined import Channel, ChildPool, ChildProcess, Confinement, Ending, Reply, start_child
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.hooks._consumers import DeliveredEvent, EventConsumer
from perizinan_core.hooks._judging import settled
from perizinan_core.hooks._manager import PluginManager
from perizinan_core.hooks._timed_calls import EndedError, RaisedError, TimeLimitError

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["PluginProcesses", "RemoteConsumer", "serve"]

_PROGRAM = "perizinan_core.bootstrap._plugin_process:serve"
_EVERYTHING = Confinement(open_files=None, writes_files=True, own_environment=False)
"""A plugin may do here what it may do in the office; only that it can be stopped is different."""

_PLACES = 4
"""Decisions of one plugin at the same time."""

_TASKS = 10_000
_CONSUMERS = "register_event_consumers"


@attrs.frozen(kw_only=True)
class _Question:
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
        question = _Question(now=self._clock(), hook=hook, arguments=arguments)
        return self._asked(plugin, _PLACES, question, seconds)

    def deliver(self, plugin: str, consumer: str, delivered: DeliveredEvent, *, seconds: float) -> None:
        """Hand an event to a consumer of a plugin; raises as `ask` does."""
        question = _Question(now=self._clock(), consumer=consumer, arguments={"delivered": delivered})
        # One process: consumers may remember what they have received.
        self._asked(plugin, 1, question, seconds)

    def close(self) -> None:
        """End all processes that have nothing to do."""
        for pool in self._pools.values():
            pool.close()

    def _asked(self, plugin: str, places: int, question: _Question, seconds: float) -> Any:
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

    def reply(self, question: _Question) -> dict[str, Any]:
        self._ahead = question.now - _real()
        try:
            with speaking_aside():
                return {"result": settled(self._done(question))}
        except PerizinanError as error:
            return {"error": error}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin raises what it likes
            return {"raised": type(error).__name__}

    def _done(self, question: _Question) -> Any:
        if question.hook:
            return self._manager.answer(question.hook, question.arguments)
        return self._consumer(question.consumer).consume(**question.arguments)  # type: ignore[arg-type]

    def _consumer(self, name: str) -> EventConsumer:
        from perizinan_core.bootstrap._opening import open_part

        if name not in self._consumers:
            settings = self._contexts.settings
            self._consumers[name] = open_part(self._manager, _CONSUMERS, "event consumer", name, settings)
        return self._consumers[name]

    def _now(self) -> datetime:
        return _real() + self._ahead


def _real() -> datetime:
    return system_clock()


def _open(settings: Settings, clock: Callable[[], datetime]) -> Office:
    from perizinan_core.bootstrap._office import Office

    return Office.open(settings, clock=clock)

"""Children kept warm, each with one task at a time: for callers with many threads."""

from __future__ import annotations

import enum
import os
import signal
import threading
import weakref
from collections.abc import Callable
from typing import Any

import attrs

from perizinan_core.confined._children import ChildProcess

__all__ = ["ChildPool", "Ending", "Reply"]


class Ending(enum.Enum):
    """Why a child did not answer."""

    TIME = "time"
    """It took longer than it had, on the clock or in computing time."""

    KILLED = "killed"
    """Someone killed it: mostly a machine that is short of memory. The same task may succeed later."""

    DIED = "died"
    """It ended, or stopped making sense."""


@attrs.frozen
class Reply:
    """What came of a task."""

    message: dict[str, Any] | None = None
    """What the child said: from a process that may have read a hostile file."""

    ending: Ending | None = None
    """Why it said nothing."""


@attrs.define(eq=False)
class _Member:
    child: ChildProcess
    age: int
    used: bool = False
    """Whether it had a task, or has waited for one."""


class ChildPool:
    """
    A few children, safe to use from many threads.

    Children are started when they are needed, and end with this object or with the interpreter. One that died is
    not held against the next task: a task whose child may have died of something before is given to a new one.

    Args:
        start: Starts a child.
        places: Most tasks at the same time.
        tasks_per_child: A child that had so many is replaced.
    """

    def __init__(self, start: Callable[[], ChildProcess], *, places: int, tasks_per_child: int) -> None:
        self._start = start
        self._places = threading.BoundedSemaphore(places)
        self._tasks_per_child = tasks_per_child
        self._lock = threading.Lock()
        self._idle: list[_Member] = []
        self._age = 0
        self._owner = os.getpid()
        self._finalizer = weakref.finalize(self, _end_all, self._idle, self._owner)

    def ask(
        self,
        request: Any,
        *,
        seconds: float,
        descriptor: int | None = None,
        answer: Callable[[Any], Any] | None = None,
    ) -> Reply:
        """
        Have a task done.

        Args:
            request: The task. A child that can take another one puts ``"again": True`` into its answer.
            seconds: Longest time; then the child is killed.
            descriptor: An open file for the task; stays open, and the child can only read it.
            answer: Answers questions of the child, see `ChildProcess.ask`.

        Raises:
            ChildStartError: No child can be started.
        """
        with self._places:
            member = self._take()
            fresh = not member.used
            reply = self._ask(member, request, descriptor, seconds, answer)
            if reply.ending in {Ending.KILLED, Ending.DIED} and not fresh:
                # It may have died before this task, or of an earlier one: a new child decides.
                reply = self._ask(self._new(), request, descriptor, seconds, answer)
            return reply

    def warm_up(self) -> None:
        """
        Start one child ahead of the first task.

        Raises:
            ChildStartError: It cannot be started.
        """
        self._give_back(self._take())

    def renew(self) -> None:
        """Let no child that is there now do another task: what they were started with has changed."""
        with self._lock:
            self._age += 1
            _end_all(self._idle, self._owner)

    def close(self) -> None:
        """End all idle children; the pool can be used again."""
        with self._lock:
            _end_all(self._idle, self._owner)

    @property
    def idle(self) -> tuple[ChildProcess, ...]:
        """The children that wait for a task."""
        return tuple(member.child for member in self._idle)

    def _ask(
        self,
        member: _Member,
        request: Any,
        descriptor: int | None,
        seconds: float,
        answer: Callable[[Any], Any] | None,
    ) -> Reply:
        child = member.child
        try:
            message = child.ask(request, descriptor, seconds=seconds, answer=answer)
        except TimeoutError:
            child.kill()
            return Reply(ending=Ending.TIME)
        except (EOFError, OSError):
            ending = _ending(child.status())
            child.kill()
            return Reply(ending=ending)
        except BaseException:
            child.kill()
            raise
        if message.get("again") is True and child.tasks < self._tasks_per_child:
            self._give_back(member)
        else:
            child.end()
        return Reply(message=message)

    def _take(self) -> _Member:
        with self._lock:
            self._forget_after_fork()
            if self._idle:
                return self._idle.pop()
        return self._new()

    def _new(self) -> _Member:
        age = self._age
        child = self._start()
        child.await_ready()
        return _Member(child, age)

    def _give_back(self, member: _Member) -> None:
        member.used = True
        with self._lock:
            if member.age == self._age:
                self._idle.append(member)
                return
        member.child.end()

    def _forget_after_fork(self) -> None:
        # The children belong to the parent; two of us on one channel would get each other's answers.
        if self._owner != os.getpid():
            for member in self._idle:
                member.child.disown()
            self._idle.clear()
            self._owner = os.getpid()
            self._finalizer.detach()
            self._finalizer = weakref.finalize(self, _end_all, self._idle, self._owner)


def _ending(status: int | None) -> Ending:
    if status == -signal.SIGXCPU:
        return Ending.TIME
    return Ending.KILLED if status == -signal.SIGKILL else Ending.DIED


def _end_all(idle: list[_Member], owner: int) -> None:
    if owner == os.getpid():
        while idle:
            idle.pop().child.end()

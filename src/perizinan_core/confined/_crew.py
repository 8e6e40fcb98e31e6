"""
Many children that work through one row of tasks, listened to from a single thread.

Every child has at most two tasks. One that says nothing for the time limit is killed, one that died is replaced;
what was left of its tasks goes to its successor. A child whose messages are not wanted yet is not listened to,
and waits in its own channel.
"""

from __future__ import annotations

import contextlib
import math
import select
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import attrs

from perizinan_core.confined._children import START_SECONDS, ChildProcess
from perizinan_core.confined._pool import Ending
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.i18n import N_

__all__ = ["Crew", "TaskKeeper"]

_DEPTH = 2
_IN_A_ROW = 64
"""Most messages that are taken from one child before the others are listened to."""

Task = TypeVar("Task")
Task_contra = TypeVar("Task_contra", contravariant=True)


class TaskKeeper(Protocol[Task_contra]):
    """Who knows the tasks: receives what the children say about them."""

    def apart(self, task: Task_contra, other: Task_contra) -> bool:
        """Return whether one child must not have both tasks."""
        ...

    def wants(self, task: Task_contra) -> bool:
        """Return whether messages about a task can be taken now."""
        ...

    def hear(self, task: Task_contra, message: Any) -> bool:
        """Take a message about a task; return whether the task is over."""
        ...

    def lose(self, task: Task_contra, ending: Ending) -> bool:
        """Note that a child ended over a task; return whether the task is over, or another child continues."""
        ...


@attrs.define(eq=False)
class _Member(Generic[Task]):
    child: ChildProcess
    deadline: float
    tasks: deque[Task] = attrs.field(factory=deque)
    done: int = 0
    paused: bool = False
    ready: bool = False


class Crew(Generic[Task]):
    """
    Children for a row of tasks.

    Args:
        start: Starts a child, given those that are there.
        keeper: Who knows the tasks.
        size: Most children.
        seconds: Longest time between two messages of a child that has a task.
        tasks_per_child: A child that did so many tasks is replaced.
        message: The message that hands a task to a child.
    """

    def __init__(
        self,
        start: Callable[[Sequence[ChildProcess]], ChildProcess],
        keeper: TaskKeeper[Task],
        *,
        size: int,
        seconds: float,
        tasks_per_child: int,
        message: Callable[[Task], Any],
    ) -> None:
        self._open = start
        self._keeper = keeper
        self._size = size
        self._seconds = seconds
        self._tasks_per_child = tasks_per_child
        self._message = message
        self._members: list[_Member[Task]] = []

    @property
    def children(self) -> tuple[ChildProcess, ...]:
        """The children that are there."""
        return tuple(member.child for member in self._members)

    def offer(self, task: Task) -> bool:
        """
        Give a task to the child with the least to do; return False when none has room.

        Raises:
            ChildStartError: A child cannot be started.
        """
        able = [
            item
            for item in self._members
            if self._has_room(item) and not any(self._keeper.apart(task, other) for other in item.tasks)
        ]
        member = min(able, key=lambda item: len(item.tasks), default=None)
        if (member is None or member.tasks) and len(self._members) < self._size:
            member = self._start()
        if member is None:
            return False
        self._give(member, task)
        return True

    def listen(self) -> None:
        """
        Wait for messages, and tell the keeper; does nothing while there is no one to wait for.

        Raises:
            ChildStartError: A child ended before it was ready, or said that it cannot work.
        """
        listened = []
        for member in self._members:
            paused = not self._wanted(member)
            if member.paused and not paused:
                member.deadline = self._next_deadline()
            member.paused = paused
            if member.tasks and not paused:
                listened.append(member)
        if not listened:
            return
        left = min(member.deadline for member in listened) - time.monotonic()
        heard = _readable([member.child.fileno() for member in listened], max(0.0, left))
        now = time.monotonic()
        for member in listened:
            if member.child.fileno() in heard:
                self._hear(member)
            elif member.deadline <= now:
                self._lose(member, Ending.TIME)

    def close(self) -> None:
        """End all children at once."""
        for member in self._members:
            member.child.kill()
        self._members.clear()

    def _has_room(self, member: _Member[Task]) -> bool:
        # One that will be replaced gets nothing more, so that the moment comes when it has nothing to do.
        return len(member.tasks) < min(_DEPTH, self._tasks_per_child - member.done)

    def _wanted(self, member: _Member[Task]) -> bool:
        return not member.tasks or self._keeper.wants(member.tasks[0])

    def _start(self) -> _Member[Task]:
        child = self._open(self.children)
        member: _Member[Task] = _Member(child, time.monotonic() + START_SECONDS)
        self._members.append(member)
        return member

    def _give(self, member: _Member[Task], task: Task) -> None:
        if not member.tasks and member.ready:
            member.deadline = self._next_deadline()
        member.tasks.append(task)
        with contextlib.suppress(OSError):  # it is dead; listening finds out and replaces it
            member.child.send(self._message(task))

    def _next_deadline(self) -> float:
        return time.monotonic() + self._seconds

    def _hear(self, member: _Member[Task]) -> None:
        try:
            for _ in range(_IN_A_ROW):
                self._take(member, member.child.receive(seconds=self._seconds))
                if (
                    not member.tasks
                    or not self._wanted(member)
                    or not _readable([member.child.fileno()], 0.0)
                ):
                    break
        except TimeoutError:
            self._lose(member, Ending.TIME)
        except (EOFError, OSError):
            self._lose(member, Ending.DIED)
        else:
            if member.done >= self._tasks_per_child and not member.tasks:
                self._replace(member)

    def _take(self, member: _Member[Task], message: Any) -> None:
        member.deadline = self._next_deadline()
        if not member.ready:
            if "failed" in message:
                raise ChildStartError(message["failed"])
            member.ready = True
            member.child.stop_listening()
        elif self._keeper.hear(member.tasks[0], message):
            member.tasks.popleft()
            member.done += 1

    def _lose(self, member: _Member[Task], ending: Ending) -> None:
        """Put down a child that died or must die, and let the keeper note what it was at."""
        if not member.ready and ending is not Ending.TIME:
            raise ChildStartError(N_("it ended before it was ready"), cause=member.child.complaint())
        if member.tasks and self._keeper.lose(member.tasks[0], ending):
            member.tasks.popleft()
        self._replace(member)

    def _replace(self, member: _Member[Task]) -> None:
        self._members.remove(member)
        member.child.kill()
        if member.tasks:
            # To the new one and to no other: within a child the order of tasks must hold.
            successor = self._start()
            for task in member.tasks:
                self._give(successor, task)


def _readable(descriptors: Sequence[int], seconds: float) -> set[int]:
    """Return which of the descriptors have something to read, or are closed, within ``seconds``."""
    # Twice for each file of a long run: `multiprocessing.connection.wait` makes a selector each time.
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(math.ceil(seconds * 1000))}

"""
Many worker processes, and what they say in the order of the files.

Every worker has at most two tasks. Whoever says nothing for the time limit is killed, whoever dies is
replaced; the file it was at gets its report, and the rest of its archive goes on in the next worker.
Results that come too early wait here, in bounded number: a worker that runs far ahead is not
listened to until its turn comes, and then waits in its own pipe.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

import attrs

from perizinan_core.errors.bulk import BulkWorkerError
from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._processes import Process, start
from perizinan_core.verification.bulk._walking import FoundFile
from perizinan_core.verification.bulk._work import Recipe, Task

__all__ = ["Event", "Pool"]

_WINDOW = 256
"""Most files that are open at once."""

_DEPTH = 2
_AHEAD = 64
"""Most messages that wait for their turn from one task."""

_START = 60.0
"""Longest time until a new worker is ready, in seconds."""


@attrs.frozen
class Event:
    """Something that happened, in order."""

    file: FoundFile
    kind: str
    """``result``, ``step`` (a member of an archive is done) or ``done`` (the whole file is)."""

    value: Any = None
    """The result, or the member's place."""


@attrs.define
class _Group:
    """One file with the tasks it was split into."""

    file: FoundFile
    buffers: list[deque[tuple[Any, ...]]]
    ended: list[bool]
    turn: int = 0
    troubled: bool = False


@attrs.define(eq=False)
class _Assignment:
    group: _Group
    task: Task

    @property
    def buffer(self) -> deque[tuple[Any, ...]]:
        return self.group.buffers[self.task.shard]


@attrs.define(eq=False)
class _Worker:
    process: Process
    connection: Connection
    deadline: float
    queue: deque[_Assignment] = attrs.field(factory=deque)
    label: str | None = None
    place: int = -1
    done: int = 0
    paused: bool = False
    ready: bool = False


class Pool:
    """
    Runs a recipe over files.

    Args:
        recipe: How a worker comes by its judge.
        jobs: How many workers.
        limits: What a file may cost.
        on_fault: Told the name of a file and the kind of an unexpected error in it.
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        jobs: int,
        limits: BulkLimits,
        on_fault: Callable[[str, str], None] | None = None,
        fork: bool | None = None,
    ) -> None:
        self._recipe = recipe
        self._jobs = jobs
        self._limits = limits
        self._on_fault = on_fault
        self._fork = fork
        self._workers: list[_Worker] = []
        self._groups: deque[_Group] = deque()
        self._pending: deque[_Assignment] = deque()

    def run(self, files: Iterable[tuple[FoundFile, int]]) -> Iterator[Event]:
        """
        Yield what happens, in the order of ``files``.

        Args:
            files: Each with the place of the last member of an archive that is done already, or -1.

        Raises:
            BulkWorkerError: when workers cannot be started.
        """
        source = iter(files)
        more = True
        try:
            while more or self._groups:
                while more and len(self._groups) < _WINDOW and len(self._pending) < 2 * self._jobs:
                    more = self._take(source)
                self._dispatch()
                self._listen()
                yield from self._drain()
        finally:
            self.close()

    def close(self) -> None:
        """End all workers at once."""
        for worker in self._workers:
            worker.process.kill()
            worker.connection.close()
            worker.process.join()
        self._workers.clear()

    # -- giving out work ---------------------------------------------------------------------

    def _take(self, source: Iterator[tuple[FoundFile, int]]) -> bool:
        found = next(source, None)
        if found is None:
            return False
        file, skip = found
        shards = self._jobs if file.kind == "archive" else 1
        group = _Group(file, [deque() for _ in range(shards)], [False] * shards, turn=(skip + 1) % shards)
        self._groups.append(group)
        self._pending += [_Assignment(group, Task(file, shard, shards, skip)) for shard in range(shards)]
        return True

    def _dispatch(self) -> None:
        while self._pending:
            group = self._pending[0].group
            # Never two shares of one archive to one worker: the second is needed while the first runs.
            able = [
                item
                for item in self._workers
                if len(item.queue) < _DEPTH and all(known.group is not group for known in item.queue)
            ]
            worker = min(able, key=lambda item: len(item.queue), default=None)
            if (worker is None or worker.queue) and len(self._workers) < self._jobs:
                worker = self._start()
            if worker is None:
                return
            self._give(worker, self._pending.popleft())

    def _start(self) -> _Worker:
        others = [item.connection for item in self._workers]
        process, connection = start(self._recipe, self._limits, others, fork=self._fork)
        worker = _Worker(process, connection, time.monotonic() + _START)
        self._workers.append(worker)
        return worker

    def _give(self, worker: _Worker, assignment: _Assignment) -> None:
        if not worker.queue and worker.ready:
            worker.deadline = self._next_deadline()
        worker.queue.append(assignment)
        with contextlib.suppress(OSError):  # it is dead; listening finds out and replaces it
            worker.connection.send(assignment.task)

    def _next_deadline(self) -> float:
        return time.monotonic() + self._limits.seconds

    # -- listening ---------------------------------------------------------------------------

    def _listen(self) -> None:
        listened = []
        for worker in self._workers:
            paused = self._runs_ahead(worker)
            if worker.paused and not paused:
                worker.deadline = self._next_deadline()
            worker.paused = paused
            if worker.queue and not paused:
                listened.append(worker)
        if not listened:
            return
        timeout = max(0.0, min(worker.deadline for worker in listened) - time.monotonic())
        heard = wait([worker.connection for worker in listened], timeout)
        now = time.monotonic()
        for worker in listened:
            if worker.connection in heard:
                self._hear(worker)
            elif worker.deadline <= now:
                self._lose(worker, "time-limit", seconds=f"{self._limits.seconds:g}")

    def _runs_ahead(self, worker: _Worker) -> bool:
        if not worker.queue:
            return False
        assignment = worker.queue[0]
        head = self._groups[0]
        its_turn = assignment.group is head and assignment.task.shard == head.turn
        return not its_turn and len(assignment.buffer) >= _AHEAD

    def _hear(self, worker: _Worker) -> None:
        try:
            for _ in range(_AHEAD):
                self._take_message(worker, worker.connection.recv())
                if not worker.queue or self._runs_ahead(worker) or not worker.connection.poll():
                    break
        except (EOFError, OSError):
            self._lose(worker, "internal-limit")
            return
        if worker.done >= self._limits.files_per_worker and not worker.queue:
            self._replace(worker, [])

    def _take_message(self, worker: _Worker, message: tuple[Any, ...]) -> None:
        kind = message[0]
        worker.deadline = self._next_deadline()
        if kind == "ready":
            worker.ready = True
        elif kind == "failed":
            raise BulkWorkerError(problem=message[1])
        elif kind == "fault":
            if self._on_fault is not None:
                self._on_fault(message[1], message[2])
        elif kind == "begin":
            worker.place, worker.label = message[1:]
        elif kind != "tick":
            assignment = worker.queue[0]
            assignment.buffer.append(message)
            if kind == "step":
                assignment.task.skip, worker.label = message[1], None
            elif kind in {"end", "only"}:
                worker.queue.popleft()
                worker.label = None
                worker.done += 1

    def _lose(self, worker: _Worker, code: str, **fields: object) -> None:
        """Put down a worker that died or must die, and note what it was at."""
        if not worker.ready and code == "internal-limit":
            raise BulkWorkerError(problem="it ended before it was ready")
        rest = list(worker.queue)
        if rest:
            assignment = rest[0]
            task, file = assignment.task, assignment.group.file
            if file.kind != "archive":
                assignment.buffer.append(("only", self._recipe.refuse(file.name, code, **fields)))
                rest.pop(0)
            elif worker.label is not None:
                assignment.buffer.append(("result", self._recipe.refuse(worker.label, code, **fields)))
                assignment.buffer.append(("step", worker.place))
                task.skip = worker.place
            else:
                assignment.buffer.append(("trouble", self._recipe.refuse(file.name, code, **fields)))
                assignment.buffer.append(("end",))
                rest.pop(0)
        self._replace(worker, rest)

    def _replace(self, worker: _Worker, rest: list[_Assignment]) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.connection.close()
        worker.process.join()
        if rest:
            # To the new one and to no other: within a worker the order of tasks must hold.
            successor = self._start()
            for assignment in rest:
                self._give(successor, assignment)

    # -- giving out results ------------------------------------------------------------------

    def _drain(self) -> Iterator[Event]:
        while self._groups:
            group = self._groups[0]
            yield from self._of_group(group)
            if not all(group.ended):
                return
            yield Event(group.file, "done")
            self._groups.popleft()

    def _of_group(self, group: _Group) -> Iterator[Event]:
        """Yield what is there in turn: member after member, whichever worker had it."""
        while not all(group.ended):
            if group.ended[group.turn]:
                group.turn = (group.turn + 1) % len(group.ended)
                continue
            buffer = group.buffers[group.turn]
            if not buffer:
                return
            kind, *values = buffer.popleft()
            if kind == "trouble":
                # Every share of an archive meets the same trouble: it is told once.
                if not group.troubled:
                    yield Event(group.file, "result", values[0])
                group.troubled = True
            elif kind == "result":
                yield Event(group.file, "result", values[0])
            elif kind == "step":
                yield Event(group.file, "step", values[0])
                group.turn = (group.turn + 1) % len(group.ended)
            else:
                if kind == "only":
                    yield Event(group.file, "result", values[0])
                group.ended[group.turn] = True

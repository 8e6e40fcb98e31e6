"""
Many worker processes, and what they say in the order of the files.

`perizinan_core.confined.Crew` gives out the work, and replaces workers that hang or die; the file that one was
at gets its report, and the rest of its archive is done by the next worker. Results that come too early wait
here, in bounded number: a worker that runs far ahead is not listened to until its turn comes.

Small files are given out several at a time: to hand over a report costs as much as a good part of the judgement.
When a worker is lost over several, each is done again by itself, so that only the bad one is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from perizinan_core.confined import ChildProcess, Confinement, Ending, start_child
from perizinan_core.confined._children import can_fork
from perizinan_core.confined._crew import Crew
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.errors.verification import VerificationError
from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._walking import FoundFile
from perizinan_core.verification.bulk._work import Recipe, Task

_TARGET = "perizinan_core.verification.bulk._work:serve"
_WINDOW = 256
"""Most files that are open at once."""

_AHEAD = 64
"""Most messages that wait for their turn from one task."""

_BATCH = 8
"""Most files that are given out together."""

_BATCH_BYTES = 4 * 1024 * 1024
"""A batch that has become so large gets no further file."""


@attrs.frozen
class Event:
    """Something that happened, in order."""

    file: FoundFile
    kind: str
    """``result``, ``step`` (a member of an archive is done) or ``done`` (the whole file is)."""

    value: Any = None
    """The result, or the member's place."""


@attrs.define(eq=False)
class _Group:
    """Plain files in one task, or an archive with the tasks that it was split into."""

    files: tuple[FoundFile, ...]
    buffers: list[deque[tuple[Any, ...]]]
    ended: list[bool]
    turn: int = 0
    troubled: bool = False

    @classmethod
    def of(cls, *files: FoundFile, shards: int = 1, turn: int = 0) -> _Group:
        return cls(files, [deque() for _ in range(shards)], [False] * shards, turn=turn)

    @property
    def file(self) -> FoundFile:
        """The archive, or the first of the files."""
        return self.files[0]


@attrs.define(eq=False)
class _Assignment:
    group: _Group
    task: Task
    label: str | None = None
    """The member that a worker is at."""

    place: int = -1

    @property
    def buffer(self) -> deque[tuple[Any, ...]]:
        return self.group.buffers[self.task.shard]


class Pool:
    """
    Runs a recipe over files.

    Args:
        recipe: How a worker comes by its judge.
        jobs: How many workers.
        limits: What a file may cost.
        on_fault: Receives the name of a file and the kind of an unexpected error in it.
        fork: Whether workers are forked; None: where it is safe.
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
        self._crew: Crew[_Assignment] = Crew(
            self._start,
            self,
            size=jobs,
            seconds=limits.seconds,
            tasks_per_child=max(1, limits.files_per_worker // _BATCH),
            message=lambda assignment: assignment.task,
        )
        self._groups: deque[_Group] = deque()
        self._pending: deque[_Assignment] = deque()
        self._given = 0

    def run(self, files: Iterable[tuple[FoundFile, int]]) -> Iterator[Event]:
        """
        Yield what happens, in the order of ``files``.

        Args:
            files: Each with the place of the last member of an archive that is done already, or -1.

        Raises:
            VerificationError: ``bulk-worker``: when workers cannot be started.
        """
        source, more = iter(files), True
        try:
            while more or self._groups:
                while more and len(self._groups) < _WINDOW and len(self._pending) < 2 * self._jobs:
                    more = self._take(source)
                self._dispatch()
                self._crew.listen()
                yield from self._drain()
        except ChildStartError as error:
            raise VerificationError("bulk-worker", fault=error.fault) from error
        finally:
            self._crew.close()

    # -- giving out work ---------------------------------------------------------------------

    def _take(self, source: Iterator[tuple[FoundFile, int]]) -> bool:
        """Take an archive, or some files: few at first, so that even a few occupy every worker."""
        most = min(_BATCH, self._limits.files_per_worker, 1 + self._given // (2 * self._jobs))
        self._given += 1
        batch: list[FoundFile] = []
        for file, skip in source:
            if file.kind == "archive":
                self._add(_Group.of(*batch))
                shards = self._jobs
                self._add(_Group.of(file, shards=shards, turn=(skip + 1) % shards), skip)
                return True
            batch.append(file)
            if len(batch) >= most or sum(file.size for file in batch) > _BATCH_BYTES:
                self._add(_Group.of(*batch))
                return True
        self._add(_Group.of(*batch))
        return False

    def _add(self, group: _Group, skip: int = -1) -> None:
        if group.files:
            shards = len(group.buffers)
            self._groups.append(group)
            self._pending += [
                _Assignment(group, Task(group.files, shard, shards, skip)) for shard in range(shards)
            ]

    def _dispatch(self) -> None:
        while self._pending and self._crew.offer(self._pending[0]):
            self._pending.popleft()

    def _start(self, others: Sequence[ChildProcess]) -> ChildProcess:
        return start_child(
            _TARGET,
            (self._recipe, self._limits),
            # A worker may do what the caller may: a source of status that it opens can need all of that.
            confinement=Confinement(
                more_memory=self._limits.memory, open_files=None, writes_files=True, own_environment=False
            ),
            trusted=True,
            fork=can_fork() if self._fork is None else self._fork,
            others=others,
        )

    # -- listening, see `TaskKeeper` ---------------------------------------------------------

    def apart(self, task: _Assignment, other: _Assignment) -> bool:
        """Keep two shares of one archive from one worker: the second is needed while the first runs."""
        return task.group is other.group

    def wants(self, task: _Assignment) -> bool:
        """Return False for a task that runs far ahead of its turn."""
        head = self._groups[0]
        its_turn = task.group is head and task.task.shard == head.turn
        return its_turn or len(task.buffer) < _AHEAD

    def hear(self, task: _Assignment, message: tuple[Any, ...]) -> bool:
        """Keep what a worker says until its turn; return whether it has done the task."""
        kind = message[0]
        if kind == "fault":
            if self._on_fault is not None:
                self._on_fault(message[1], message[2])
        elif kind == "begin":
            task.place, task.label = message[1:]
        elif kind != "tick":
            task.buffer.append(message)
            if kind == "step":
                task.task.skip, task.label = message[1], None
        return kind in {"end", "only"}

    def lose(self, task: _Assignment, ending: Ending) -> bool:
        """Note what a worker that ended was at; return whether nothing of the task is left."""
        file, label = task.group.file, task.label
        refusal = self._refusal(label or file.name, ending)
        if len(task.group.files) > 1:
            self._part(task.group)
        elif file.kind != "archive":
            task.buffer.append(("only", [refusal]))
        elif label is None:
            task.buffer.extend([("trouble", refusal), ("end",)])
        else:
            task.buffer.extend([("result", refusal), ("step", task.place)])
            task.task.skip, task.label = task.place, None
            return False
        return True

    def _part(self, group: _Group) -> None:
        """Put a group of its own in its place for each file."""
        parts = [_Group.of(file) for file in group.files]
        place = self._groups.index(group)
        self._groups.remove(group)
        for offset, part in enumerate(parts):
            self._groups.insert(place + offset, part)
        self._pending.extendleft(_Assignment(part, Task(part.files)) for part in reversed(parts))

    def _refusal(self, name: str, ending: Ending) -> Any:
        if ending is Ending.TIME:
            return self._recipe.refuse(name, "time-limit", seconds=f"{self._limits.seconds:g}")
        return self._recipe.refuse(name, "internal-limit")

    # -- giving out results ------------------------------------------------------------------

    def _drain(self) -> Iterator[Event]:
        while self._groups:
            group = self._groups[0]
            yield from self._of_group(group)
            if not all(group.ended):
                return
            if group.file.kind == "archive":
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
                # Every share of an archive meets the same trouble: it is reported once.
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
                    for file, value in zip(group.files, values[0], strict=True):
                        yield Event(file, "result", value)
                        yield Event(file, "done")
                group.ended[group.turn] = True

"""
What a worker process does: take a task, judge what is in it, say every step.

Messages go to `pool.Pool` as tuples: ``begin`` (place, label) · ``result`` (value) · ``step`` (place) ·
``trouble`` (value: of the archive itself) · ``fault`` (label, kind) · ``tick`` · ``end``. Plain files give
one message for all that are in the task, ``only`` (values).
"""

from __future__ import annotations

import gc
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import attrs

from perizinan_core.confined import Channel
from perizinan_core.verification._display import display_name
from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification._report import Reason
from perizinan_core.verification.bulk._archives import Budget, Member, is_archive_name, members
from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._walking import FoundFile

Judge = Callable[[bytes | Path, str], Any]
"""Judges one file under a name and returns what the caller wants of it; must be picklable."""


class Recipe(Protocol):
    """How a worker comes by its judge. Pickled where workers are not forked."""

    @property
    def max_bytes(self) -> int:
        """Largest file, in bytes."""
        ...

    def prepare(self) -> AbstractContextManager[Judge]:
        """Open everything that is needed, once per worker."""
        ...

    def refuse(self, name: str, code: str, **fields: object) -> Any:
        """Return the result for a file that could not be judged."""
        ...


@attrs.define
class Task:
    """Plain files, or a share of an archive: the members whose place leaves ``shard`` when divided by ``shards``."""

    files: tuple[FoundFile, ...]
    """An archive stands alone."""

    shard: int = 0
    shards: int = 1
    skip: int = -1
    """Members up to this place are done."""


def serve(channel: Channel, recipe: Recipe, limits: BulkLimits) -> None:
    """Work until the other side hangs up."""
    try:
        with recipe.prepare() as judge:
            # What was there before stays as long as the worker: it need not be looked through for garbage.
            gc.freeze()
            channel.ready()
            _Worker(channel, recipe, limits, judge).run()
    except (EOFError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 - sent to the parent, which raises
        channel.send({"failed": f"{type(error).__name__}: {error}"})


class _Worker:
    def __init__(self, channel: Channel, recipe: Recipe, limits: BulkLimits, judge: Judge) -> None:
        self._channel = channel
        self._recipe = recipe
        self._limits = limits
        self._judge = judge

    def run(self) -> None:
        while True:
            task: Task = self._channel.receive()
            if task.files[0].kind == "archive":
                self._archive(task)
                self._send("end")
            else:
                self._send("only", [self._plain(file) for file in task.files])

    def _plain(self, file: FoundFile) -> Any:
        if file.kind == "special":
            return self._recipe.refuse(file.name, "not-a-file")
        return self._result(file.path, file.name)

    def _send(self, *message: Any) -> None:
        self._channel.send(message)

    def _result(self, source: bytes | Path, name: str) -> Any:
        try:
            return self._judge(source, name)
        except MemoryError:
            return self._recipe.refuse(name, "internal-limit")
        except Exception as error:  # noqa: BLE001 - one bad file must not end the run, and its fault must be seen
            self._send("fault", name, type(error).__name__)
            return self._recipe.refuse(name, "internal-limit")

    def _archive(self, task: Task) -> None:
        file = task.files[0]
        budget = Budget(
            left=self._limits.max_unpacked,
            limit=self._limits.max_unpacked,
            tick=lambda: self._send("tick"),
        )
        try:
            with file.path.open("rb") as opened:
                for member in members(opened, self._limits, budget):
                    if member.place <= task.skip or member.place % task.shards != task.shard:
                        continue
                    label = f"{file.name}!/{display_name(member.name)}"
                    self._send("begin", member.place, label)
                    for result in self._member(member, label, 1, budget):
                        self._send("result", result)
                    self._send("step", member.place)
        except RefusedError as error:
            self._send("trouble", self._refusal(file.name, error.reason))
        except MemoryError:
            self._send("trouble", self._recipe.refuse(file.name, "internal-limit"))
        except OSError:
            self._send("trouble", self._recipe.refuse(file.name, "cannot-open"))

    def _member(self, member: Member, label: str, depth: int, budget: Budget) -> Iterator[Any]:
        """Yield the results of one member; of an archive, those of its members."""
        nested = is_archive_name(member.name)
        most = self._limits.max_nested if nested else self._recipe.max_bytes
        try:
            data = member.read(most)
        except RefusedError as error:
            yield self._refusal(label, error.reason)
            return
        if not nested:
            if len(data) > most:
                if member.name.lower().endswith(".pdf"):
                    yield self._recipe.refuse(label, "too-large", limit=most)
            elif member.name.lower().endswith(".pdf") or b"%PDF-" in data[:1024]:
                yield self._result(data, label)
            return
        if len(data) > most:
            yield self._recipe.refuse(label, "archive-limit", limit=f"{most} bytes")
        elif depth >= self._limits.max_depth:
            yield self._recipe.refuse(label, "archive-limit", limit=f"{depth} levels")
        else:
            yield from self._nested(data, label, depth + 1, budget)

    def _nested(self, data: bytes, label: str, depth: int, budget: Budget) -> Iterator[Any]:
        try:
            for member in members(io.BytesIO(data), self._limits, budget):
                inner = f"{label}!/{display_name(member.name)}"
                self._send("tick")
                yield from self._member(member, inner, depth, budget)
        except RefusedError as error:
            yield self._refusal(label, error.reason)

    def _refusal(self, name: str, reason: Reason) -> Any:
        return self._recipe.refuse(name, reason.code, **reason.fields)

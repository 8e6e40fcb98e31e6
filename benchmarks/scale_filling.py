"""Filled offices for `make bench-scale`: the databases side by side, as many at once as there are cores."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import attrs
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from perizinan_core.storage import KeyRing, migrate
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.testing._bulk import PlayedCases
from perizinan_core.testing._offices import MORNING, OfficeKit
from perizinan_core.testing._postgres import start_postgres

LEAST_IN_WORK = 600
"""Cases that are worked on in a small office, so that every queue has as many lines as in a large one."""

BETWEEN_LOOKS = 0.3


def in_work(size: int) -> int:
    """Return how many cases of an office are worked on."""
    return min(size, max(LEAST_IN_WORK, size // 10))


@attrs.frozen(kw_only=True)
class Wanted:
    """An office that is to be filled."""

    database: str
    cases: int
    in_work: int

    @property
    def name(self) -> str:
        return f"{self.database}, {self.cases} cases, {self.in_work} in work"


@contextmanager
def filled_offices(
    wanted: Sequence[Wanted],
    folder: Path,
    console: Console,
    tables: Sequence[Any] = (),
    plugins: Mapping[str, object] | None = None,
) -> Iterator[dict[Wanted, OfficeKit]]:
    """Fill databases and open an office on each; PostgreSQL looks at each once, as its own worker does."""
    keys, played = KeyRing.generate(), PlayedCases.play()
    with ExitStack() as undo:
        urls = {}
        server = None
        for number, one in enumerate(wanted):
            if one.database == "sqlite":
                urls[one] = f"sqlite:///{folder / f'{number}.sqlite3'}"
            else:
                server = server or undo.enter_context(start_postgres(durable=True))
                urls[one] = server.create_database()
            migrate(urls[one], keys=keys, tables=tables)
        _fill(urls, keys, played, console)
        kits = {}
        for one, url in urls.items():
            storage = SqlStorage(url, keys, zone=MORNING.tzinfo)
            undo.callback(storage.close)
            kits[one] = played.open(storage, plugins=plugins)
            if one.database == "postgresql":
                with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM ANALYZE")
        yield kits


def _fill(urls: Mapping[Wanted, str], keys: KeyRing, played: PlayedCases, console: Console) -> None:
    """Fill each database in a process of its own, the largest first."""
    context = multiprocessing.get_context("spawn")
    waiting = sorted(urls, key=lambda one: -one.cases)
    begun = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        running: dict[Wanted, tuple[Any, Synchronized[int], Any]] = {}
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                one = waiting.pop(0)
                written = context.Value("q", 0)
                process = context.Process(target=_load, args=(urls[one], keys, played, one, written))
                process.start()
                running[one] = process, written, progress.add_task(one.name, total=one.cases)
            time.sleep(BETWEEN_LOOKS)
            for one, (process, written, task) in list(running.items()):
                progress.update(task, completed=written.value)
                if process.exitcode is None:
                    continue
                if process.exitcode != 0:
                    raise RuntimeError(f"{one.name}: could not be filled")
                progress.update(task, completed=one.cases)
                if not console.is_terminal:
                    console.print(f"  filled: {one.name}, after {time.perf_counter() - begun:.0f} s")
                del running[one]


def _load(url: str, keys: KeyRing, played: PlayedCases, one: Wanted, written: Synchronized[int]) -> None:
    storage = SqlStorage(url, keys, zone=MORNING.tzinfo)

    def note(done: int) -> None:
        written.value = done

    played.load(storage, one.cases, in_work=one.in_work, progress=note)
    storage.close()


def storage_of(kit: OfficeKit) -> SqlStorage:
    """Return the store of an office."""
    storage = kit.office.storage
    assert isinstance(storage, SqlStorage)
    return storage

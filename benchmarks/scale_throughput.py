"""
How much an office on PostgreSQL gets done in a second: with 1, 2 and 4 processes, 1, 2 and 4 workers, and in S3.

``make bench-scale`` measures applications handed in and permits issued (through the use cases, the files in one
folder), messages that workers bring from the outbox to a channel, permits of one batch that workers issue, in rounds
and called by Procrastinate, and documents put and read in S3 (``rclone serve s3``) beside the folder store. PostgreSQL
writes to disk as a real server does. There are no bars: what more processes bring depends on the cores, which stand
above the table. Everything that is counted is looked up afterwards; whatever is missing or there twice ends the run
with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
from perizinan_procrastinate._plugin import open_queue
from perizinan_s3 import S3Settings
from perizinan_s3._plugin import open_store
from rich.console import Console
from rich.table import Table

from perizinan_core.documents import DocumentStore, FolderDocumentStore
from perizinan_core.hooks import Secret, WorkQueue
from perizinan_core.model import ApplicationState
from perizinan_core.storage import KeyRing, OutboxItem, migrate, open_storage
from perizinan_core.testing._fakes import CollectingChannel, SettableClock
from perizinan_core.testing._offices import HOST, MORNING, OfficeKit, sample_ca, sample_office, sample_signer
from perizinan_core.testing._postgres import PostgresServer, start_postgres
from perizinan_core.testing._s3_server import RcloneMissingError, start_s3

PROCESSES = (1, 2, 4)
_WARM = 2
"""Cases before the count, in each process: imports, connections, the first letter."""

_PATIENCE = 600.0
_SIZES = (50_000, 2_000_000)
"""Bytes of a scan, and of a large one."""

WHAT = ("cases", "queue", "batches", "documents")
_FORK = multiprocessing.get_context("fork")
"""Children have the certificates of the office that was opened here."""

Row = dict[str, Any]


class MeasuringError(Exception):
    """Something that was counted did not happen, or happened twice."""


# -- the office ------------------------------------------------------------------------------


class Place:
    """One database and one folder of documents, to be opened in any process."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.url, self.keys = server.create_database(), KeyRing.generate()
        self.folder = folder / hashlib.sha256(self.url.encode()).hexdigest()[:12]
        self.folder.mkdir()
        self.approved = self.folder.with_suffix(".json")
        self.clock = SettableClock(MORNING)
        migrate(self.url, keys=self.keys)
        with self.open():
            pass  # puts the staff on record

    @contextlib.contextmanager
    def open(
        self, *, queue: WorkQueue | None = None, clock: SettableClock | None = None
    ) -> Iterator[OfficeKit]:
        """Open the office with a connection of its own, at the time at which it was left."""
        storage = open_storage(self.url, self.keys, zone=MORNING.tzinfo)
        try:
            yield sample_office(
                storage=storage,
                documents=FolderDocumentStore(self.folder),
                channels={"mail": CollectingChannel()},
                development=True,
                clock=clock or self.clock,
                **({} if queue is None else {"work_queue": queue}),
            )
        finally:
            storage.close()


def at_once(processes: int, task: Callable[..., None], *arguments: Any) -> float:
    """
    Run a task in so many processes, and return the seconds from the first beginning to the last end.

    ``task`` is given ``arguments``, the number of the process, and a function to be called once everything is
    ready; it waits for the others.

    Raises:
        MeasuringError: one of them failed.
    """
    barrier, times = _FORK.Barrier(processes), _FORK.Queue()
    started = [
        _FORK.Process(target=_one, args=(task, arguments, number, barrier, times))
        for number in range(processes)
    ]
    for process in started:
        process.start()
    try:
        found = [times.get(timeout=_PATIENCE) for _ in started]
    finally:
        for process in started:
            process.join(10)
            process.kill()
    failed = [item for item in found if isinstance(item, str)]
    if failed:
        raise MeasuringError(f"a process failed: {failed[0]}")
    return max(end for _, end in found) - min(begun for begun, _ in found)


def _one(
    task: Callable[..., None], arguments: tuple[Any, ...], number: int, barrier: Any, times: Any
) -> None:
    begun = 0.0

    def ready() -> None:
        nonlocal begun
        barrier.wait(_PATIENCE)
        begun = time.monotonic()  # one clock for all processes

    try:
        task(*arguments, number, ready)
        times.put((begun, time.monotonic()))
    except BaseException as error:
        barrier.abort()
        times.put(f"{type(error).__name__}: {error}")
        raise


# -- applications and permits ----------------------------------------------------------------


def cases(server: PostgresServer, folder: Path, count: int) -> Iterator[Row]:
    """Yield how many applications are handed in, and how many permits are issued, in a second."""
    for processes in PROCESSES:
        place, each = Place(server, folder), count // processes
        seconds = at_once(processes, _hand_in, place, each)
        found = [case.receipt_number for case in _all(place) if case.state is not ApplicationState.DRAFT]
        _check("applications", found, processes * (each + _WARM))
        yield _row("applications handed in", f"{processes} processes", processes * each, seconds)
    for processes in PROCESSES:
        place, each = Place(server, folder), count // processes
        at_once(1, _approve, place, processes * (each + _WARM))
        approved, moment = json.loads(place.approved.read_text())
        place.clock.moment = datetime.fromisoformat(moment)
        seconds = at_once(processes, _issue, place, approved, processes)
        _check("permits", [case.permit_id for case in _all(place) if case.permit_id], len(approved))
        yield _row("permits issued", f"{processes} processes", processes * each, seconds)


def _approve(place: Place, count: int, _number: int, ready: Callable[[], None]) -> None:
    """
    Bring cases to where they wait for the signature, in one process: those that came first are decided first.

    In a process of its own, because one that has printed letters cannot be forked.
    """
    ready()
    with place.open() as kit:
        approved = [kit.review(kit.submit().id).id for _ in range(count)]
        place.approved.write_text(json.dumps([approved, kit.clock().isoformat()]))


def _hand_in(place: Place, count: int, _number: int, ready: Callable[[], None]) -> None:
    with place.open() as kit:
        for _ in range(_WARM):
            kit.submit()
        drafts = [kit.draft() for _ in range(count)]
        for draft in drafts:
            kit.fill(draft.id)
        ready()
        for draft in drafts:
            kit.hand_in(draft.id)


def _issue(place: Place, approved: list[str], processes: int, number: int, ready: Callable[[], None]) -> None:
    with place.open() as kit:
        mine = approved[number::processes]
        for case in mine[:_WARM]:
            kit.issue(case)
        ready()
        for case in mine[_WARM:]:
            kit.issue(case)


def _check(what: str, found: list[Any], expected: int) -> None:
    if len(found) != expected or len(set(found)) != expected:
        raise MeasuringError(f"{what}: {len(set(found))} different ones of {len(found)}, expected {expected}")


def _all(place: Place) -> Iterator[Any]:
    """Yield all cases that are on record."""
    with place.open() as kit:
        auditor, after = kit.officer("auditor"), None
        while True:
            page = kit.office.lists.cases(actor=auditor, after=after)
            yield from (kit.office.applications.get(item.id, actor=HOST) for item in page.items)
            if (after := page.next) is None:
                return


# -- the queue -------------------------------------------------------------------------------


def queue(server: PostgresServer, folder: Path, count: int) -> Iterator[Row]:
    """Yield how many messages workers bring to a channel in a second."""
    for workers in PROCESSES:
        place = Place(server, folder)
        with place.open() as kit:
            expected = _fill_outbox(kit, count)
        sent = _FORK.Value("i", 0)
        seconds = at_once(workers, _deliver, place, sent, expected)
        if sent.value != expected:
            raise MeasuringError(f"messages: {sent.value} were brought, expected {expected}")
        yield _row("messages brought to a channel", f"{workers} workers", expected, seconds)


def _fill_outbox(kit: OfficeKit, count: int) -> int:
    """Let one event that makes a message wait so often; return how many messages that makes."""
    case = kit.submit()
    while sum(kit.office.worker.deliver()):
        pass
    told = next(
        event
        for event in kit.office.applications.history(case.id, actor=HOST)
        if event.kind.value == "application_submitted"
    )
    with kit._context.storage.unit_of_work() as work:  # noqa: SLF001 - the queue of an office is filled by its acts
        work.outbox.add([OutboxItem(event=told, case=case.id)] * count, at=kit.clock())
        work.commit()
    return count


def _deliver(place: Place, sent: Any, _expected: int, _number: int, ready: Callable[[], None]) -> None:
    with place.open() as kit:
        ready()
        idle = 0
        while idle < 2:
            delivered, failed = kit.office.worker.deliver()
            if failed:
                raise MeasuringError(f"{failed} messages could not be brought")
            with sent.get_lock():
                sent.value += delivered
            idle = 0 if delivered else idle + 1


# -- batches ---------------------------------------------------------------------------------


@attrs.define
class _RunningClock(SettableClock):
    """Runs from a moment on: a worker does nothing while the clock stands still."""

    _begun: float = attrs.field(factory=time.monotonic)

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment + timedelta(seconds=time.monotonic() - self._begun)


def batches(server: PostgresServer, folder: Path, count: int) -> Iterator[Row]:
    """Yield how many permits of one batch workers issue in a second, in rounds and called by Procrastinate."""
    for how in ("rounds", "Procrastinate"):
        for workers in PROCESSES:
            place = Place(server, folder)
            at_once(1, _approve, place, count)
            approved, moment = json.loads(place.approved.read_text())
            place.clock.moment = datetime.fromisoformat(moment)
            seconds = at_once(workers, _work_on, place, tuple(approved), how)
            _check("permits", [case.permit_id for case in _all(place) if case.permit_id], count)
            yield _row(f"permits of a batch, by {how}", f"{workers} workers", count, seconds)


def _work_on(
    place: Place, approved: tuple[str, ...], how: str, number: int, ready: Callable[[], None]
) -> None:
    """Be one of the workers; the first begins the batch, and all stop when it is over."""
    with contextlib.ExitStack() as stack:
        called = how == "Procrastinate"
        queue = stack.enter_context(contextlib.closing(open_queue(address=place.url))) if called else None
        kit = stack.enter_context(place.open(queue=queue, clock=_RunningClock(place.clock.moment)))
        stop = threading.Event()
        # What calls workers makes looking around unneeded.
        interval = 3600.0 if called else 0.05
        thread = threading.Thread(target=lambda: kit.office.worker.run(stop, interval=interval))
        thread.start()
        try:
            if queue is not None:
                while not queue.state().workers:
                    time.sleep(0.01)
            ready()
            if number == 0:
                kit.office.batches.issue(approved, actor=kit.officer("kepala"))
            _wait(kit, len(approved))
        finally:
            stop.set()
            thread.join(_PATIENCE)


def _wait(kit: OfficeKit, count: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        found = kit.office.batches.find(actor=HOST, limit=1).items
        if found and found[0].is_over:
            if found[0].counts.done != count:
                raise MeasuringError(f"a batch: {found[0].counts}")
            return
        time.sleep(0.05)
    raise MeasuringError("a batch did not come to its end")


# -- documents -------------------------------------------------------------------------------


def documents(folder: Path, count: int) -> Iterator[Row]:
    """Yield how many documents are put and read in a second, in a folder and in S3."""
    with s3(folder / "bucket") as bucket:
        stores: dict[str, DocumentStore] = {"folder": FolderDocumentStore(folder / "documents")}
        stores["S3 (rclone serve s3)"] = bucket
        for size in _SIZES:
            contents = [os.urandom(size) for _ in range(max(4, count * _SIZES[0] // size))]
            for name, store in stores.items():
                begun = time.perf_counter()
                kept = [store.put(BytesIO(content)) for content in contents]
                yield _row(
                    f"documents of {size // 1000} KB put", name, len(kept), time.perf_counter() - begun
                )
                begun = time.perf_counter()
                for stored, content in zip(kept, contents, strict=True):
                    with store.open(stored.sha256) as file:
                        if file.read() != content:
                            raise MeasuringError(f"{name} gave back another document")
                yield _row(
                    f"documents of {size // 1000} KB read", name, len(kept), time.perf_counter() - begun
                )


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[DocumentStore]:
    """Start an S3 server over a folder, and open a bucket in it."""
    with start_s3(folder) as server:
        settings = S3Settings(
            endpoint=server.endpoint,
            access_key=Secret(server.access_key.encode()),
            secret_key=Secret(server.secret_key.encode()),
        )
        yield open_store(address=f"s3:{server.bucket}", context=SimpleNamespace(settings=settings))


# -- the run ---------------------------------------------------------------------------------


def _row(name: str, by: str, count: int, seconds: float) -> Row:
    return {"name": name, "by": by, "count": count, "seconds": seconds, "per_second": count / seconds}


def measure(what: list[str], count: int, console: Console) -> Iterator[Row]:
    """Yield the rows of everything that is asked for."""
    sample_ca(), sample_signer("kepala")  # before the first fork
    with tempfile.TemporaryDirectory() as name, start_postgres(durable=True) as server:
        folder = Path(name)
        parts: dict[str, Callable[[], Iterator[Row]]] = {
            "cases": lambda: cases(server, folder, count),
            "queue": lambda: queue(server, folder, count * 5),
            "batches": lambda: batches(server, folder, count // 2),
            "documents": lambda: documents(folder, count),
        }
        for part in what:
            console.print(f"measuring {part}")
            yield from parts[part]()


def main() -> int:
    """Print a table and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", type=Path, default=Path("build/bench-scale-throughput.json"))
    parser.add_argument(
        "--count", type=int, default=120, help="cases in each measurement, over all processes"
    )
    parser.add_argument("--only", nargs="+", choices=WHAT, default=list(WHAT))
    options = parser.parse_args()
    console = Console(stderr=True, width=150)
    try:
        rows = list(measure(options.only, options.count, console))
    except (MeasuringError, RcloneMissingError) as error:
        console.print(f"[red]{error}[/]")
        return 1
    table = Table(title=f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}")
    for heading in ("what", "by", "a second", "times the first"):
        table.add_column(heading, justify="left" if heading in {"what", "by"} else "right")
    first: dict[str, float] = {}
    for row in rows:
        times = row["per_second"] / first.setdefault(row["name"], row["per_second"])
        table.add_row(row["name"], row["by"], f"{row['per_second']:.1f}", f"{times:.2f}")
    Console(width=120).print(table)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

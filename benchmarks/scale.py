"""
What lists, searches, queues and the worker cost in an office of a thousand cases and of a hundred thousand.

``make bench-scale`` fills both databases with so many made-up cases and asks each question of a portal often. Bars:
at the largest size each question has as many statements as at the smallest, walks no table in the plan of either
database, and takes at most 3 times as long (counts and figures excepted); a round of the worker that finds nothing
to do with 10,000 open cases takes at most 2 times as long as with 10. A bar that is missed is measured once more;
missed twice, the run ends with 1.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from perizinan_core.model import Actor, ActorKind, ApplicationState, PermitStatus
from perizinan_core.services import Lists, PeriodLength, Transparency
from perizinan_core.services._periods import Periods
from perizinan_core.storage import KeyRing, ListOrder, LookupKind, PermitOrder, migrate
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.testing._bulk import bulk_office, nik_of, receipt_of
from perizinan_core.testing._offices import HOST, MORNING, OfficeKit
from perizinan_core.testing._postgres import start_postgres

ROUNDS = 15
TIMES = 3.0
IDLE_TIMES = 2.0
IDLE = (10, 10_000)
WALKED = re.compile(r"Seq Scan on perizinan_|SCAN perizinan_")
"""A plan that reads a table, or an index, from one end to the other."""

Question = Callable[[], Any]


def questions(kit: OfficeKit, cases: int) -> dict[str, Question]:
    """Return what a portal asks, by name."""
    office, lists = kit.office, kit.office.lists
    auditor, clerk, roads = (kit.officer(name) for name in ("auditor", "loket-1", "teknis-1"))
    signatory, supervisor = kit.officer("kepala"), kit.officer("supervisor")
    number = cases // 2
    middle = office.permits.search(receipt_of(number), actor=auditor).applications[0]
    permit = office.lists.permits(actor=auditor, limit=1).items[0]
    secret = office.tracking.new_secret(middle.id, actor=HOST)
    later = kit.clock() + timedelta(days=12)
    owner = Actor(id=f"p{number // 4}", kind=ActorKind.APPLICANT)
    second = lists.cases(actor=auditor).next
    figures = Transparency(office._context, Periods(office._context, PeriodLength.MONTH))  # noqa: SLF001
    month = figures.periods()[0].code if figures.periods() else None
    work = frozenset({ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW})
    return {
        "cases, newest": lambda: lists.cases(actor=auditor),
        "cases, second page": lambda: lists.cases(actor=auditor, after=second),
        "cases in work, oldest first": lambda: lists.cases(actor=auditor, states=work, newest_first=False),
        "cases of a unit": lambda: lists.cases(actor=auditor, unit="dinas-jalan"),
        "cases of a type": lambda: lists.cases(actor=auditor, permit_types=frozenset({"acara"})),
        "cases of another agency": lambda: lists.cases(actor=roads),
        "cases of an officer": lambda: lists.cases(actor=supervisor, officer="loket-2"),
        "cases by deadline": lambda: lists.cases(actor=auditor, order=ListOrder.DUE, newest_first=False),
        "old cases": lambda: lists.cases(actor=auditor, states=work, older_than_days=2),
        "overdue": lambda: lists.overdue(actor=supervisor, now=later),
        "awaiting signature": lambda: lists.awaiting_signature(actor=signatory),
        "permits in force": lambda: lists.permits(actor=auditor, statuses=frozenset({PermitStatus.IN_FORCE})),
        "permits that end": lambda: lists.permits(
            actor=auditor, order=PermitOrder.EXPIRY, newest_first=False, expires_from=office.today()
        ),
        "register book": lambda: lists.register_book("izin", 2026, actor=auditor),
        "history": lambda: lists.history(middle.id, actor=auditor),
        "search by NIK": lambda: office.permits.search(nik_of(number), by=LookupKind.NIK, actor=auditor),
        "search by receipt": lambda: office.permits.search(receipt_of(number), actor=auditor),
        "search by part of it": lambda: office.permits.search(f"{number + 1:06}", actor=auditor),
        "permit by number": lambda: office.permits.get_by_number(permit.number, actor=auditor),
        "applicant's cases": lambda: office.applications.of_owner(actor=owner),
        "applicant's permits": lambda: office.permits.of_owner(actor=owner),
        "one case": lambda: office.applications.get(middle.id, actor=auditor),
        "tracking": lambda: office.tracking.follow(receipt_of(number), secret),
        "queue of an officer": lambda: office.reviews.queue(actor=clerk),
        "queue of everyone": lambda: office.reviews.queue(actor=auditor, everyone=True),
        "queue of a supervisor": lambda: office.reviews.queue(actor=supervisor, everyone=True),
        "figures for the public": lambda: figures.report(month),
        Lists.counts.__name__: lambda: lists.counts(actor=auditor),
    }


@contextmanager
def stores(kind: str, folder: Path, tables: Sequence[Any] = ()) -> Iterator[Callable[[], SqlStorage]]:
    """Give empty stores of one kind of database, with tables of plugins."""
    opened: list[SqlStorage] = []
    keys = KeyRing.generate()

    def made(url: str) -> SqlStorage:
        migrate(url, keys=keys, tables=tables)
        opened.append(SqlStorage(url, keys, zone=MORNING.tzinfo))
        return opened[-1]

    try:
        if kind == "sqlite":
            yield lambda: made(f"sqlite:///{folder / f'{len(opened)}.sqlite3'}")
        else:
            with start_postgres(durable=True) as server:
                yield lambda: made(server.create_database())
                for storage in opened:
                    storage.close()
    finally:
        for storage in opened:
            storage.close()


def filled(
    storage: SqlStorage,
    cases: int,
    in_work: int,
    console: Console,
    plugins: Mapping[str, object] | None = None,
) -> OfficeKit:
    """Fill a store, and let PostgreSQL look at it once, as its own worker does after a while."""
    begun = time.perf_counter()
    kit = bulk_office(storage, cases, in_work=in_work, plugins=plugins)
    if storage.engine.dialect.name == "postgresql":
        with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    console.print(f"  {cases:>7} cases, {in_work} in work: {time.perf_counter() - begun:.1f} s")
    return kit


def storage_of(kit: OfficeKit) -> SqlStorage:
    """Return the store of an office."""
    storage = kit.office.storage
    assert isinstance(storage, SqlStorage)
    return storage


def timed(question: Question, rounds: int = ROUNDS) -> float:
    """Return the median time of a question in milliseconds, once it was asked."""
    question()
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        question()
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found)


def asked(storage: SqlStorage, question: Question) -> list[tuple[str, str]]:
    """Return the statements of a question with their plans."""
    engine, found = storage.engine, []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    question()
    sa.event.remove(engine, "before_cursor_execute", note)
    word = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine.connect() as connection:
        return [
            (text, "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{word} {text}", given)))
            for text, given in found
        ]


# Rows of a handful are read as a whole by any planner: the staff, the tallies, what is left to a person.
SMALL = re.compile(r"perizinan_(officers|job_failures|settings|counters|number_counters|tallies)")


def walks(plans: list[tuple[str, str]]) -> list[str]:
    """Return the lines of plans in which a table that grows is walked."""
    lines = (line for _, plan in plans for line in plan.splitlines())
    return [line.strip() for line in lines if WALKED.search(line) and not SMALL.search(line)]


def measure(kind: str, sizes: list[int], folder: Path, console: Console) -> Iterator[dict[str, Any]]:
    """Yield a row for each question, and one for the worker."""
    with stores(kind, folder) as made:
        kits = {size: filled(made(), size, size // 10, console) for size in sizes}
        least, most = min(sizes), max(sizes)
        asks = {size: questions(kit, size) for size, kit in kits.items()}
        for name in asks[least]:
            times = {size: timed(asks[size][name]) for size in sizes}
            bar = None if name in ("counts", "figures for the public") else TIMES
            if bar is not None and times[most] > bar * times[least]:
                times = {size: timed(asks[size][name], ROUNDS * 2) for size in sizes}
            plans = {size: asked(storage_of(kits[size]), asks[size][name]) for size in (least, most)}
            yield {
                "database": kind,
                "name": name,
                "ms": times,
                "bar": bar,
                "statements": len(plans[most]),
                "statements_at_least": len(plans[least]),
                "walks": walks(plans[most]) if bar is not None else [],
            }
        yield idle_row(kind, made, console)


def idle_row(kind: str, made: Callable[[], SqlStorage], console: Console) -> dict[str, Any]:
    """Measure a round of the worker that finds nothing to do."""
    kits = {size: filled(made(), size * 2, size, console) for size in IDLE}
    times: dict[int, float] = {}
    for attempt in range(2):
        for size, kit in kits.items():
            if attempt == 0:
                # The letters that are approved wait for a person; everything else is settled in the first rounds.
                for _ in range(3):
                    kit.office.worker.run_once()
            times[size] = timed(kit.office.worker.run_once)
        if times[IDLE[1]] <= IDLE_TIMES * times[IDLE[0]]:
            break
    done = kits[IDLE[1]].office.worker.run_once()
    return {
        "database": kind,
        "name": "idle round of the worker" + ("" if done.is_idle else " (NOT IDLE)"),
        "ms": times,
        "bar": IDLE_TIMES,
        "statements": 0,
        "statements_at_least": 0,
        "walks": [],
    }


def misses(row: dict[str, Any]) -> list[str]:
    """Return which bars a row misses."""
    if row["bar"] is None:
        return []
    sizes = sorted(row["ms"])
    ratio = row["ms"][sizes[-1]] / row["ms"][sizes[0]]
    found = [f"{ratio:.1f} times"] if ratio > row["bar"] else []
    if row["statements"] != row["statements_at_least"]:
        found.append(f"{row['statements_at_least']} statements became {row['statements']}")
    return found + [f"walks: {line}" for line in row["walks"]]


def main() -> int:
    """Print a table for each database and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", type=Path, default=Path("build/bench-scale.json"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    options = parser.parse_args()
    console = Console(stderr=True, width=150)
    rows: list[dict[str, Any]] = []
    for kind in options.databases:
        console.print(f"filling {kind}")
        with tempfile.TemporaryDirectory() as folder:
            found = list(measure(kind, sorted(options.sizes), Path(folder), console))
        table = Table(title=kind)
        for heading in (
            "question",
            *(f"{size} ms" for size in sorted(options.sizes)),
            "times",
            "statements",
            "",
        ):
            table.add_column(heading, justify="left" if heading in {"question", ""} else "right")
        for row in found:
            sizes = sorted(row["ms"])
            shown = [f"{row['ms'][size]:.2f}" for size in sizes]
            shown += [""] * (len(options.sizes) - len(shown))
            ratio = row["ms"][sizes[-1]] / row["ms"][sizes[0]]
            wrong = misses(row)
            mark = "[red]" + "; ".join(wrong) + "[/]" if wrong else "[green]met[/]" if row["bar"] else ""
            table.add_row(row["name"], *shown, f"{ratio:.2f}", str(row["statements"] or ""), mark)
        Console(width=170).print(table)
        rows += found
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    missed = [f"{row['database']}: {row['name']}" for row in rows if misses(row)]
    for name in missed:
        console.print(f"[red]missed twice:[/] {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

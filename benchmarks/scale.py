"""
What lists, searches, queues, pages and the worker cost in an office of a thousand cases and of a hundred thousand.

``make bench-scale`` fills both databases with so many made-up cases and asks each question of a portal often. Bars:
at the largest size each question has as many statements as at the smallest, walks no table in the plan of either
database, and takes at most 3 times as long (counts and figures excepted); a round of the worker that finds nothing
to do with 10,000 open cases takes at most 2 times as long as with 10; pages as `scale_pages` says. The sizes take
turns, so that what else a machine does falls on all of them. A bar that is missed is measured once more; missed
twice, the run ends with 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from perizinan_portal import _plugin
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scale_filling import Wanted, filled_offices, in_work, storage_of
from scale_questions import Question, questions, unasked
from scale_timing import times_of

from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.testing._offices import OfficeKit

ROUNDS = 15
TIMES = 3.0
IDLE_TIMES = 2.0
IDLE = 10
"""Open cases of the office whose worker has hardly anything to look at."""

WALKED = re.compile(r"Seq Scan on perizinan_|SCAN perizinan_")
"""A plan that reads a table, or an index, from one end to the other."""

# Rows of a handful are read as a whole by any planner: the staff, the tallies, what is left to a person.
SMALL = re.compile(r"perizinan_(officers|job_failures|settings|counters|number_counters|tallies)")

Row = dict[str, Any]


def asked(storage: SqlStorage, ask: Callable[[], object]) -> list[tuple[str, str]]:
    """Return the statements of a question with their plans."""
    engine, found = storage.engine, []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(engine, "before_cursor_execute", note)
    word = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine.connect() as connection:
        return [
            (text, "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{word} {text}", given)))
            for text, given in found
        ]


def walks(plans: list[tuple[str, str]]) -> list[str]:
    """Return the lines of plans in which a table that grows is walked."""
    lines = (line for _, plan in plans for line in plan.splitlines())
    return [line.strip() for line in lines if WALKED.search(line) and not SMALL.search(line)]


def question_rows(kind: str, kits: Mapping[int, OfficeKit], console: Console) -> Iterator[Row]:
    """Yield a row for each question."""
    asks = {size: questions(kit, size) for size, kit in kits.items()}
    least = min(kits)
    if missing := unasked(asks[least]):
        raise SystemExit(f"neither asked nor named in NOT_MEASURED, or named there and no call: {missing}")
    for name, question in track(asks[least].items(), f"questions, {kind}", console=console):
        for attempt in (1, 2):
            row = _question_row(
                kind, name, question, {size: asks[size][name].ask for size in kits}, kits, ROUNDS * attempt
            )
            if not misses(row):
                break
        yield row


def _question_row(
    kind: str,
    name: str,
    question: Question,
    asks: Mapping[int, Callable[[], object]],
    kits: Mapping[int, OfficeKit],
    rounds: int,
) -> Row:
    least, most = min(kits), max(kits)
    plans = {size: asked(storage_of(kits[size]), asks[size]) for size in (least, most)}
    return {
        "database": kind,
        "name": name,
        "call": question.call,
        "ms": times_of(asks, rounds),
        "bar": None if question.is_counted else TIMES,
        "statements": len(plans[most]),
        "statements_at_least": len(plans[least]),
        "walks": [] if question.is_counted else walks(plans[most]),
    }


def idle_row(kind: str, few: OfficeKit, many: OfficeKit) -> Row:
    """Measure a round of the worker that finds nothing to do."""
    kits = {IDLE: few, max(IDLE + 1, _open_cases(many)): many}
    for kit in kits.values():
        # The letters that are approved wait for a person; everything else is settled in the first rounds.
        for _ in range(3):
            kit.office.worker.run_once()
    for attempt in (1, 2):
        row = {
            "database": kind,
            "name": "idle round of the worker",
            "call": "worker.run_once",
            "ms": times_of(
                {size: kit.office.worker.run_once for size, kit in kits.items()}, ROUNDS * attempt
            ),
            "bar": IDLE_TIMES,
            "statements": 0,
            "statements_at_least": 0,
            "walks": [],
        }
        if not misses(row):
            break
    if not many.office.worker.run_once().is_idle:
        row["name"] += " (NOT IDLE)"
    return row


def _open_cases(kit: OfficeKit) -> int:
    return kit.office.oversight.report(actor=kit.officer("auditor")).open_cases


def misses(row: Row) -> list[str]:
    """Return which bars a row misses."""
    if row["bar"] is None:
        return []
    sizes = sorted(row["ms"])
    ratio = row["ms"][sizes[-1]] / row["ms"][sizes[0]]
    found = [f"{ratio:.1f} times"] if ratio > row["bar"] else []
    if row["statements"] != row["statements_at_least"]:
        found.append(f"{row['statements_at_least']} statements became {row['statements']}")
    return found + [f"walks: {line}" for line in row["walks"]]


def show(kind: str, rows: list[Row], sizes: list[int]) -> None:
    """Print the rows of one database."""
    table = Table(title=kind)
    for heading in ("question", *(f"{size} ms" for size in sizes), "times", "statements", ""):
        table.add_column(heading, justify="left" if heading in {"question", ""} else "right")
    for row in rows:
        measured = sorted(row["ms"])
        shown = [f"{row['ms'][size]:.2f}" for size in measured]
        shown[1:1] = [""] * (len(sizes) - len(shown))
        ratio, wrong = row["ms"][measured[-1]] / row["ms"][measured[0]], misses(row)
        mark = "[red]" + "; ".join(wrong) + "[/]" if wrong else "[green]met[/]" if row["bar"] else ""
        name = row["name"] if measured == sizes else f"{row['name']}, {measured[0]} and {measured[-1]} open"
        table.add_row(name, *shown, f"{ratio:.2f}", str(row["statements"] or ""), mark)
    Console(width=170).print(table)


def main() -> int:
    """Print tables for each database and write the figures as JSON."""
    import scale_pages

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", type=Path, default=Path("build/bench-scale.json"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--only", choices=("questions", "pages", "worker"), nargs="+")
    options = parser.parse_args()
    console, sizes = Console(stderr=True, width=150), sorted(options.sizes)
    parts = options.only or ("questions", "pages", "worker")
    wanted = {
        (kind, size): Wanted(database=kind, cases=size, in_work=in_work(size))
        for kind in options.databases
        for size in sizes
    }
    if "worker" in parts:
        wanted |= {
            (kind, 0): Wanted(database=kind, cases=2 * IDLE, in_work=IDLE) for kind in options.databases
        }
    rows: list[Row] = []
    pages: list[Row] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        filled_offices(
            list(wanted.values()),
            Path(folder),
            console,
            _plugin.register_tables(),
            {"portal": _plugin},
        ) as offices,
    ):
        for kind in options.databases:
            kits = {size: offices[wanted[kind, size]] for size in sizes}
            found = list(question_rows(kind, kits, console)) if "questions" in parts else []
            if "pages" in parts:
                pages += scale_pages.page_rows(kind, kits, Path(folder), console)
            if "worker" in parts:
                found.append(idle_row(kind, offices[wanted[kind, 0]], kits[sizes[-1]]))
            show(kind, found, sizes)
            rows += found
        if pages:
            scale_pages.show(pages, sizes)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"questions": rows, "pages": pages}, indent=2) + "\n", encoding="utf-8")
    missed = [f"{row['database']}: {row['name']}" for row in rows if misses(row)]
    missed += [f"{row['database']}: page {row['page']}" for row in pages if scale_pages.misses(row)]
    for name in missed:
        console.print(f"[red]missed twice:[/] {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

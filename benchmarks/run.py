"""
Measure beside our peers, in one run on this machine: ``make bench``.

Every ``bench_*.py`` beside this file has a function ``rows()`` that yields dictionaries
``{"name", "ours_ms", "peer", "peer_ms", "ratio"}``; ``ratio`` is peer divided by ours, so more than 1 means
that ours is faster. ``bar``, where there is one, says what the ratio must reach, or in the form
``{"at_most": x}`` how many times the peer's time ours may take. A module that misses a bar is run once
more, for a machine has moments; the second result stands, and a bar that is missed twice ends with 1.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

HERE = Path(__file__).parent


def collect(names: list[str], console: Console) -> Iterator[dict[str, Any]]:
    """Run the benchmark modules one after the other, one that misses a bar twice."""
    sys.path.insert(0, str(HERE))
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as bar:
        for name in names:
            task = bar.add_task(name)
            spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found = list(module.rows())
            if any(meets(row) is False for row in found):
                bar.update(task, description=f"{name}: a bar was missed, measured again")
                found = list(module.rows())
            yield from found
            bar.update(task, completed=100, total=100)


def meets(row: dict[str, Any]) -> bool | None:
    """Return whether the row reaches its bar, or None where it has none."""
    bar = row.get("bar")
    if bar is None:
        return None
    if isinstance(bar, dict):
        return bool(row["ours_ms"] <= bar["at_most"] * row["peer_ms"])
    return bool(row["ratio"] >= bar)


def main() -> int:
    """Print a table and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument("names", nargs="*", help="modules to run; all by default")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in HERE.glob("bench_*.py"))
    console = Console(stderr=True)
    rows = list(collect(names, console))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    table = Table(title=f"{_processor()}, {cores} cores, Python {platform.python_version()}")
    for heading in ("name", "ours ms", "peer", "peer ms", "peer / ours", "bar"):
        table.add_column(heading, justify="left" if heading in {"name", "peer"} else "right")
    for row in rows:
        good = meets(row)
        bar = row.get("bar")
        told = f"≤ {bar['at_most']}× peer" if isinstance(bar, dict) else f"≥ {bar}×" if bar else ""
        mark = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[good]
        peer_ms = f"{row['peer_ms']:.3f}" if row["peer_ms"] is not None else ""
        ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else ""
        table.add_row(
            row["name"], f"{row['ours_ms']:.3f}", row["peer"] or "", peer_ms, ratio, f"{told} {mark}"
        )
    Console(width=150).print(table)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    missed = [row["name"] for row in rows if meets(row) is False]
    for name in missed:
        console.print(f"[red]missed twice:[/] {name}")
    return 1 if missed else 0


def _processor() -> str:
    """Return what the processor is called, where the system says so."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


if __name__ == "__main__":
    sys.exit(main())

"""``perizinan audit``: what was done in the office, taken out without personal data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click

from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._outputs import check_output
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate

__all__ = ["audit_group"]

_DAY = click.DateTime(("%Y-%m-%d",))


@click.group("audit", help="Jejak kejadian pada instansi, untuk pemeriksa.")
def audit_group() -> None:
    """Hold the commands about what was done."""


@audit_group.command(
    "export",
    help="Keluarkan kejadian beberapa hari tanpa data pribadi: orang dan berkas bernama samaran yang tetap. "
    "Pengambilan ini tercatat dalam jejak.",
)
@click.option("--first", required=True, type=_DAY, help="Hari pertama, misalnya 2026-01-01.")
@click.option("--last", type=_DAY, help="Hari terakhir; hari ini bila tidak disebut. Paling lama dua tahun.")
@click.option("--steps", is_flag=True, help="Satu baris per tahapan yang diputus, bukan per kejadian.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "jsonl")),
    default="csv",
    show_default=True,
    help="CSV, atau satu objek JSON per baris.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas hasil; tanpa ini ke keluaran standar.",
)
@officer_option()
@click.pass_obj
def export_command(
    obj: dict[str, Any],
    *,
    first: datetime,
    last: datetime | None,
    steps: bool,
    form: str,
    output: Path | None,
    officer: str | None,
) -> None:
    """Write what the page "What was done" offers, row by row; a file is whole or not there."""
    language = language_of(obj)
    check_output("--output", output, (obj["settings"],), language)
    with open_office(obj) as office:
        end: date = office.today() if last is None else last.date()
        table = office.audit.export(first.date(), end, steps=steps, actor=acting(office, officer))
        lines = table.csv() if form == "csv" else table.json_lines()
        if output is None:
            for line in lines:
                sys.stdout.write(line)
            return
        count = _saved(output, lines) - (form == "csv")
    told = N_("{count} rows were written to {path}. That they were taken out stands in what was done.")
    click.echo(translate(told, language, count=count, path=output))


def _saved(path: Path, lines: Iterable[str]) -> int:
    """Write a file that takes its name once it is whole; return how many lines it has."""
    count = 0
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        written = Path(file.name)
        try:
            for line in lines:
                file.write(line)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    written.replace(path)
    return count

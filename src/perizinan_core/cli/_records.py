"""``perizinan records``: whether the records are as the library wrote them."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.storage._checking import RecordProblem, RecordsReport, check_records
from perizinan_core.storage._sql._store import SqlStorage

__all__ = ["records_group"]

_PROBLEMS = {
    RecordProblem.CHANGED: N_("changed outside the library"),
    RecordProblem.ADDED: N_("added by others"),
    RecordProblem.PUT_BACK: N_("put back to an earlier state"),
    RecordProblem.REMOVED: N_("removed"),
    RecordProblem.UNREADABLE: N_("cannot be read by this version"),
    RecordProblem.DERIVED: N_("does not agree with its record"),
}


@click.group("records", help="Periksa catatan instansi.")
def records_group() -> None:
    """Hold the commands about records."""


@records_group.command("check", help="Periksa apakah setiap catatan masih seperti yang ditulis.")
@click.option(
    "--repair", is_flag=True, help="Buat ulang yang dapat diturunkan, hapus yang ditambahkan pihak lain."
)
@click.option(
    "--accept",
    is_flag=True,
    help="Terima keadaan sekarang setelah diperiksa orang, misalnya setelah pemulihan.",
)
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def check_command(obj: dict[str, Any], *, repair: bool, accept: bool, as_json: bool) -> None:
    """Walk all records and name each that does not pass; exit code 1 when a person has to do something."""
    language = language_of(obj)
    with open_office(obj) as office:
        if not isinstance(office.storage, SqlStorage):
            raise click.UsageError(translate(N_("This kind of storage keeps its own keys."), language))
        report = check_records(office.storage, repair=repair, accept=accept)
    if as_json:
        click.echo(json.dumps(_as_json(report)))
    else:
        _show(report, language)
    if not report.is_sound:
        raise click.exceptions.Exit(1)


def _as_json(report: RecordsReport) -> dict[str, Any]:
    faults = [
        {"table": item.table, "row": item.row, "problem": item.problem.value, "repaired": item.repaired}
        for item in report.faults
    ]
    return {"rows": report.rows, "sound": report.is_sound, "faults": faults}


def _show(report: RecordsReport, language: str) -> None:
    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (N_("Table"), N_("Row"), N_("Problem"), N_("Repaired")):
        table.add_column(translate(title, language), overflow="fold")
    for fault in report.faults:
        done = translate(N_("yes"), language) if fault.repaired else translate(N_("no"), language)
        table.add_row(
            Text(fault.table),
            Text(fault.row),
            Text(translate(_PROBLEMS[fault.problem], language)),
            Text(done),
        )
    if report.faults:
        console.print(table)
    console.print(
        Text(
            translate(
                N_("{rows} rows checked, {count} do not pass."),
                language,
                rows=report.rows,
                count=sum(not fault.repaired for fault in report.faults),
            )
        )
    )

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
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.storage._checking import RecordProblem, RecordsReport, check_records
from perizinan_core.storage._sql._store import SqlStorage

__all__ = ["records_group"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan records")

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


@records_group.command(
    "continue",
    help="Lewati nomor yang sudah dipakai tetapi tidak ada lagi dalam catatan maupun dokumen, sampai nomor urut "
    "TERAKHIR.",
)
@click.argument("register", metavar="REGISTER")
@click.argument("year", metavar="TAHUN", type=click.IntRange(1990, 9999))
@click.argument("last", metavar="TERAKHIR", type=click.IntRange(1))
@click.option(
    "--places",
    type=click.IntRange(0),
    default=0,
    help="Berapa izin terbit sejak cadangan itu, dari semua register: tempatnya dalam daftar status dilewati.",
)
@click.option("--reason", required=True, help="Dari mana diketahui; disimpan dalam riwayat.")
@click.pass_obj
def continue_command(
    obj: dict[str, Any], *, register: str, year: int, last: int, places: int, reason: str
) -> None:
    """Pass over numbers that were given out, where neither records nor documents know it any more."""
    with open_office(obj) as office:
        count = office.continuation.continue_after(
            register, year, last, places=places, reason=reason, actor=_OPERATOR
        )
    told = translate(_PASSED, language_of(obj), count=count, register=register, year=year, next=last + 1)
    click.echo(told)


_PASSED = N_(
    "{count} numbers of the register {register} for {year} were passed over and stand in it as lost; the next one is "
    "{next} or later."
)


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

"""``perizinan catalogue assumed|confirm|withdraw``: values that the catalogue assumes, confirmed by the office."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from perizinan_core._converters import to_json
from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._assumed import ConfirmingPaper
from perizinan_core.model._numerals import format_date
from perizinan_core.services._confirmations import AssumedState, Confirmed, name_of

__all__ = ["assumed_command", "confirm_command", "withdraw_command"]

_LONGEST = 160
"""Most characters of a value that the list shows."""

_WORDS = {
    Confirmed.NO: N_("not confirmed"),
    Confirmed.PROPOSED: N_("waits for a second person"),
    Confirmed.YES: N_("confirmed"),
}
_STYLES = {Confirmed.NO: ("?", "yellow"), Confirmed.PROPOSED: ("…", "cyan"), Confirmed.YES: ("✓", "green")}


@click.command(
    "assumed",
    help="Sebutkan nilai katalog yang baru anggapan dan menjadi dasar JENIS izin (bawaan: semua jenis yang lengkap), "
    "dan mana yang sudah dikonfirmasi. Kode keluar 1 bila ada yang belum.",
)
@click.argument("permit_type", metavar="[JENIS]", required=False)
@click.option("--open", "only_open", is_flag=True, help="Hanya yang belum dikonfirmasi.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@officer_option()
@click.pass_context
def assumed_command(
    ctx: click.Context, *, permit_type: str | None, only_open: bool, as_json: bool, officer: str | None
) -> None:
    """List the assumed values of the office's catalogue and say which were confirmed."""
    language = language_of(ctx.obj)
    with open_office(ctx.obj) as office:
        found = office.confirmations.assumed(permit_type, actor=acting(office, officer))
    shown = [one for one in found if not (only_open and one.state is Confirmed.YES)]
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in shown], ensure_ascii=False))
    else:
        _show(shown, language)
        _count(found, language)
    ctx.exit(0 if all(one.state is Confirmed.YES for one in found) else 1)


@click.command(
    "confirm",
    help="Nyatakan bahwa suatu dokumen mengonfirmasi nilai yang menjadi dasar JENIS izin: semua yang belum, atau "
    "hanya PATH beserta isinya. Berlaku setelah orang kedua menyebut dokumen yang sama.",
)
@click.argument("permit_type", metavar="JENIS")
@click.argument("paths", metavar="[PATH]…", nargs=-1)
@click.option("--document", required=True, help="Nama dokumen, mis. Keputusan Kepala Dinas.")
@click.option("--number", required=True, help="Nomor dokumen.")
@click.option(
    "--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Tanggal dokumen (TTTT-BB-HH)."
)
@officer_option()
@click.pass_obj
def confirm_command(
    obj: dict[str, Any],
    *,
    permit_type: str,
    paths: tuple[str, ...],
    document: str,
    number: str,
    day: datetime,
    officer: str | None,
) -> None:
    """Name the paper that confirms values; a second person names the same."""
    language = language_of(obj)
    paper = ConfirmingPaper(name=document, number=number, day=day.date())
    with open_office(obj) as office:
        found = office.confirmations.confirm(permit_type, paths, paper=paper, actor=acting(office, officer))
    _show(found, language)
    _count(found, language)


@click.command(
    "withdraw",
    help="Tarik kembali konfirmasi nilai pada PATH; seketika, tanpa menyentuh surat yang sudah ditandatangani.",
)
@click.argument("permit_type", metavar="JENIS")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@click.option("--reason", required=True, help="Alasan, untuk riwayat.")
@officer_option()
@click.pass_obj
def withdraw_command(
    obj: dict[str, Any], *, permit_type: str, paths: tuple[str, ...], reason: str, officer: str | None
) -> None:
    """Take confirmations back."""
    with open_office(obj) as office:
        found = office.confirmations.withdraw(
            permit_type, paths, reason=reason, actor=acting(office, officer)
        )
    _show(found, language_of(obj))


def _show(states: list[AssumedState] | tuple[AssumedState, ...], language: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for one in states:
        mark, style = _STYLES[one.state]
        owner = "" if one.part.owner == "authority" else f"{one.part.owner} "
        line = Text.assemble((f"{mark} ", style), (f"{owner}{name_of(one.part)}", "bold"))
        console.print(line.append(f": {translate(one.part.note, language)}"))
        if one.state is not Confirmed.YES:
            console.print(Text(f"    {_short(one.part.value)}", style="dim"))
        console.print(Text(f"    {_said(one, language)}"))


def _said(one: AssumedState, language: str) -> str:
    state, said = translate(_WORDS[one.state], language), one.confirmation
    if said is None:
        return state
    people = ", ".join(str(item) for item in (said.by, said.second) if item is not None)
    told = N_("{state}: {document} number {number} of {day}; {people}")
    return translate(
        told,
        language,
        state=state,
        document=said.paper.name,
        number=said.paper.number,
        day=format_date(said.paper.day, language),
        people=people,
    )


def _count(states: list[AssumedState] | tuple[AssumedState, ...], language: str) -> None:
    counted = Counter(one.state for one in states)
    told = N_(
        "{all} assumed values: {yes} confirmed, {proposed} wait for a second person, {no} not confirmed"
    )
    click.echo(
        translate(
            told,
            language,
            all=len(states),
            yes=counted[Confirmed.YES],
            proposed=counted[Confirmed.PROPOSED],
            no=counted[Confirmed.NO],
        )
    )


def _short(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 1]}…"


def _as_json(one: AssumedState) -> dict[str, Any]:
    return {
        "name": name_of(one.part),
        "state": one.state.value,
        **to_json(one.part),
        "confirmation": to_json(one.confirmation) if one.confirmation else None,
    }

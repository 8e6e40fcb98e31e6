"""``perizinan clock``: what a clock that was ahead left in the records, and putting it right."""

from __future__ import annotations

from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.cli._moments import read_moment
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind

__all__ = ["clock_group"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan clock")


@click.group("clock", help="Temukan dan perbaiki catatan yang ditulis saat jam komputer salah.")
def clock_group() -> None:
    """Hold the commands about clocks."""


@clock_group.command("check", help="Sebutkan catatan yang waktunya sesudah sekarang; kode keluar 1 bila ada.")
@click.pass_obj
def check_command(obj: dict[str, Any]) -> None:
    """Name the records that lie ahead of the clock."""
    language = language_of(obj)
    with open_office(obj) as office:
        found = office.clock_repair.found()
    for subject in (*found.applications, *found.permits, *found.officers):
        click.echo(subject)
    if found:
        sentence = N_(
            "{count} records were written by a clock that was ahead. See that the clock is right now, then run: "
            "perizinan clock repair"
        )
        click.echo(translate(sentence, language, count=len(found)), err=True)
        raise click.exceptions.Exit(1)
    click.echo(translate(N_("No record was written by a clock that was ahead."), language))


@clock_group.command("repair", help="Kembalikan waktu yang sesudah sekarang; jam harus sudah benar.")
@click.option("--at", "at", help="Waktu yang sebenarnya, misalnya 2026-11-25T10:00; bawaan: sekarang.")
@click.pass_obj
def repair_command(obj: dict[str, Any], *, at: str | None) -> None:
    """Bring moments back, and replace a status list that lies ahead of the clock."""
    language = language_of(obj)
    with open_office(obj) as office:
        zone = office.authority.calendar.time_zone.value
        moment = read_moment(at, zone, language) if at is not None else None
        repaired, left = office.clock_repair.repair(actor=_OPERATOR, at=moment)
        replaced = _replace_status_list(office)
    click.echo(translate(N_("Records repaired: {count}"), language, count=repaired))
    if replaced:
        click.echo(translate(N_("The status list was made again at the present moment."), language))
    for subject in left:
        click.echo(translate(N_("Not repaired: {subject}"), language, subject=subject), err=True)
    if left:
        raise click.exceptions.Exit(1)


def _replace_status_list(office: Office) -> bool:
    """Publish the list again when the published one was made by a clock that was ahead."""
    if not office.status_lists.is_ahead():
        return False
    office.status_lists.publish(replace_newer=True)
    return True

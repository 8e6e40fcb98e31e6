"""``perizinan events``: who wants to know what happened, and asking for the past."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any

import click

from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.services import ConsumerState

__all__ = ["events_group"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan events")


@click.group("events", help="Penerima kejadian: statistik, sistem lain, arsip.")
def events_group() -> None:
    """Hold the commands about event consumers."""


@events_group.command("list", help="Sebutkan penerima kejadian, beserta yang belum diterimanya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """Name each consumer with what waits for it, and what was given up."""
    language = language_of(obj)
    with open_office(obj) as office:
        states = office.consumers.states(actor=_OPERATOR)
    if as_json:
        click.echo(json.dumps([_row(state) for state in states]))
        return
    if not states:
        click.echo(translate(N_("The office uses no event consumer."), language))
    for state in states:
        sentence = N_("{name}  waiting: {waiting}  given up: {given_up}  since: {since}  {used}")
        used = "" if state.used else translate(N_("no longer in the settings"), language)
        row = {**_row(state), "since": _row(state)["oldest_waiting"] or "-", "used": used}
        click.echo(translate(sentence, language, **row).rstrip())


@events_group.command("replay", help="Antrekan lagi kejadian sejak suatu hari bagi satu penerima.")
@click.argument("name", metavar="NAMA")
@click.option(
    "--since", required=True, type=click.DateTime(("%Y-%m-%d",)), help="Hari pertama, misalnya 2026-01-31."
)
@click.pass_obj
def replay_command(obj: dict[str, Any], *, name: str, since: datetime) -> None:
    """Queue the past, case by case in order; exit code 1 when the history of a case cannot be read."""
    language = language_of(obj)
    with open_office(obj) as office:
        moment = office.authority.calendar.time_zone.at(since.date(), time())
        done = office.consumers.replay(name, since=moment, actor=_OPERATOR)
    told = N_("{events} events of {cases} cases were queued for {name}; the worker delivers them.")
    click.echo(translate(told, language, events=done.events, cases=done.cases, name=name))
    for case in done.left:
        sentence = N_("The history of case {case} cannot be read; nothing of it was queued.")
        click.echo(translate(sentence, language, case=case), err=True)
    if done.left:
        raise click.exceptions.Exit(1)


def _row(state: ConsumerState) -> dict[str, Any]:
    oldest = state.oldest_waiting
    return {
        "name": state.name,
        "used": state.used,
        "kinds": sorted(kind.value for kind in state.kinds),
        "waiting": state.waiting,
        "given_up": state.given_up,
        "oldest_waiting": oldest.isoformat() if oldest is not None else None,
    }

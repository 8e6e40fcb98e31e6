"""``perizinan outbox``: deliveries that wait or were given up, and trying or dropping them."""

from __future__ import annotations

import json
from typing import Any

import click

from perizinan_core.cli._numbers import ENTRY
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.storage import OutboxEntry

__all__ = ["outbox_group"]

_LIMIT = 1000


@click.group("outbox", help="Pengiriman yang menunggu atau sudah ditinggalkan: pesan dan kejadian.")
def outbox_group() -> None:
    """Hold the commands about messages."""


@outbox_group.command("list", help="Sebutkan yang belum terkirim; kode keluar 1 bila ada yang ditinggalkan.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """Name what was not delivered: its event, its subject, attempts, and the last failure by channel."""
    language = language_of(obj)
    with open_office(obj) as office, office.storage.unit_of_work(read_only=True) as work:
        waiting = work.outbox.waiting(limit=_LIMIT)
        given_up = work.outbox.given_up(limit=_LIMIT)
    rows = [
        *(_row(entry, "waiting") for entry in waiting),
        *(_row(entry, "given-up") for entry in given_up),
    ]
    if as_json:
        click.echo(json.dumps(rows))
    else:
        words = {"waiting": N_("waiting"), "given-up": N_("given up")}
        for row in rows:
            sentence = N_("{id}  {state}  {to}  {event}  {subject}  attempts: {attempts}  {error}")
            row["state"] = translate(words[row["state"]], language)
            click.echo(translate(sentence, language, **row).rstrip())
        told = N_("{waiting} deliveries wait, {given_up} were given up.")
        click.echo(translate(told, language, waiting=len(waiting), given_up=len(given_up)))
    if given_up:
        raise click.exceptions.Exit(1)


@outbox_group.command("retry", help="Coba lagi yang ditinggalkan: menurut nomornya, atau --all.")
@click.argument("entries", nargs=-1, type=ENTRY, metavar="[NOMOR]...")
@click.option("--all", "all_", is_flag=True, help="Semua yang ditinggalkan.")
@click.pass_obj
def retry_command(obj: dict[str, Any], *, entries: tuple[int, ...], all_: bool) -> None:
    """Let the worker try what was given up; exit code 1 when a number names no such message."""
    language = language_of(obj)
    if bool(entries) == all_:
        raise click.UsageError(translate(N_("Name deliveries by their numbers, or add --all."), language))
    with open_office(obj) as office:
        moment = office.now()
        with office.storage.unit_of_work() as work:
            chosen = entries or tuple(entry.id for entry in work.outbox.given_up(limit=_LIMIT))
            revived = [entry for entry in chosen if work.outbox.revive(entry, at=moment)]
            work.commit()
    click.echo(
        translate(N_("{count} deliveries will be tried again by the worker."), language, count=len(revived))
    )
    for entry in sorted(set(chosen) - set(revived)):
        sentence = N_("{entry} is not a delivery that was given up.")
        click.echo(translate(sentence, language, entry=entry), err=True)
    if len(revived) < len(chosen):
        raise click.exceptions.Exit(1)


@outbox_group.command(
    "drop", help="Jangan kirim lagi: menurut nomornya. Pesan bagi pemohon tidak akan sampai."
)
@click.argument("entries", nargs=-1, required=True, type=ENTRY, metavar="NOMOR...")
@click.pass_obj
def drop_command(obj: dict[str, Any], *, entries: tuple[int, ...]) -> None:
    """Never deliver what is named; of a consumer, the later events of that case follow then."""
    language = language_of(obj)
    with open_office(obj) as office, office.storage.unit_of_work() as work:
        dropped = [entry for entry in entries if work.outbox.drop(entry, at=office.now())]
        work.commit()
    click.echo(translate(N_("{count} deliveries were dropped."), language, count=len(dropped)))
    for entry in sorted(set(entries) - set(dropped)):
        sentence = N_("{entry} is not a delivery that is still to be made.")
        click.echo(translate(sentence, language, entry=entry), err=True)
    if len(dropped) < len(entries):
        raise click.exceptions.Exit(1)


def _row(entry: OutboxEntry, state: str) -> dict[str, Any]:
    event = entry.event
    return {
        "id": entry.id,
        "state": state,
        "to": entry.target,
        "recipient": entry.recipient,
        "case": entry.case,
        "event": event.kind.value if event is not None else "-",
        "subject": event.subject if event is not None else "-",
        "attempts": entry.attempts,
        "error": entry.last_error or "",
        "written_at": entry.written_at.isoformat(),
    }

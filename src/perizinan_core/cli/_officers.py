"""``perizinan officers``: the staff record, kept by the operator of the machine."""

from __future__ import annotations

import json
from typing import Any

import attrs
import click

from perizinan_core.cli._codes import CodeType
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.errors.services import NotFoundError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind, Officer, Role

__all__ = ["officers_group"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan officers")


@click.group("officers", help="Catatan petugas instansi.")
def officers_group() -> None:
    """Hold the commands about officers."""


@officers_group.command("add", help="Tambahkan atau ubah petugas ID.")
@click.argument("id_", metavar="ID", type=CodeType())
@click.option("--name", required=True, help="Nama petugas.")
@click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="Peran; boleh beberapa kali.",
)
@click.option("--unit", "units", multiple=True, help="Kode unit; boleh beberapa kali.")
@click.option("--position", help="Kode jabatan, untuk penanda tangan dan pimpinan.")
@click.option(
    "--acting",
    "acting",
    multiple=True,
    help="Kode jabatan yang dirangkap sebagai Plt. atau Plh.; boleh beberapa kali.",
)
@click.pass_obj
def add_command(
    obj: dict[str, Any],
    *,
    id_: str,
    name: str,
    roles: tuple[str, ...],
    units: tuple[str, ...],
    position: str | None,
    acting: tuple[str, ...],
) -> None:
    """
    Add an officer, or change one.

    The first administrator and the first signatory hold at once; later ones wait for a second person.
    """
    officer = Officer(
        id=id_,
        name=name,
        roles=frozenset(Role(role) for role in roles),
        units=frozenset(units),
        position=position,
        acting_positions=frozenset(acting),
    )
    with open_office(obj) as office:
        known = {item.id: item for item in office.reviews.officers(actor=_OPERATOR)}
        if id_ in known:
            officer = attrs.evolve(officer, public_accounts=known[id_].public_accounts)
        kept = office.reviews.add_officer(officer, actor=_OPERATOR)
    _tell(kept, language_of(obj))


@officers_group.command("list", help="Sebutkan semua petugas dengan peran, unit, dan keadaannya.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(obj: dict[str, Any], *, as_json: bool) -> None:
    """Name everyone on record."""
    language = language_of(obj)
    with open_office(obj) as office:
        staff = office.reviews.officers(actor=_OPERATOR)
    if as_json:
        click.echo(json.dumps([_as_json(officer) for officer in staff], ensure_ascii=False))
        return
    for officer in staff:
        row = _as_json(officer)
        state = N_("active") if officer.active else N_("not active")
        if officer.proposed is not None:
            state = N_("waits for a second person")
        words = [
            row["id"],
            officer.name,
            ", ".join(row["roles"]),
            ", ".join(row["units"]),
            ", ".join(officer.positions) or "-",
        ]
        click.echo("  ".join((*words, translate(state, language))))
    click.echo(translate(N_("{count} officers"), language, count=len(staff)))


@officers_group.command(
    "deactivate", help="Petugas ID tidak lagi mendapat perkara dan tidak dapat bertindak."
)
@click.argument("id_", metavar="ID")
@click.pass_obj
def deactivate_command(obj: dict[str, Any], *, id_: str) -> None:
    """Take the post of an officer away at once; the worker gives the open stages to others."""
    with open_office(obj) as office:
        staff = {item.id: item for item in office.reviews.officers(actor=_OPERATOR)}
        if id_ not in staff:
            raise NotFoundError(kind="officer", key=id_)
        kept = office.reviews.add_officer(attrs.evolve(staff[id_], active=False), actor=_OPERATOR)
    _tell(kept, language_of(obj))


def _tell(officer: Officer, language: str) -> None:
    if officer.proposed is not None:
        sentence = N_("{officer} is on record; the post waits for an administrator to confirm it.")
    elif officer.active:
        sentence = N_("{officer} is on record and may work at once.")
    else:
        sentence = N_("{officer} is no longer active.")
    click.echo(translate(sentence, language, officer=officer.id))


def _as_json(officer: Officer) -> dict[str, Any]:
    return {
        "id": officer.id,
        "name": officer.name,
        "roles": sorted(role.value for role in officer.roles),
        "units": sorted(officer.units),
        "position": officer.position,
        "acting_positions": sorted(officer.acting_positions),
        "active": officer.active,
        "proposed": officer.proposed is not None,
    }

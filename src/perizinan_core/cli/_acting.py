"""For whom a command acts: an officer on record, or the operator of the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._actor import Actor, ActorKind, Officer, Role

__all__ = ["OPERATOR", "acting", "at_counter", "counter_option", "officer_option"]

OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan")
"""The operator of the machine, whom every command acts for unless it names an officer."""


def officer_option(*, required: bool = False) -> Callable[[Any], Any]:
    """Return the option that names the officer for whom a command acts."""
    return click.option(
        "--officer",
        required=required,
        metavar="ID",
        envvar="PERIZINAN_OFFICER",
        help="Bertindak sebagai petugas ini; riwayat mencatat namanya.",
    )


def acting(office: Office, officer: str | None) -> Actor:
    """
    Return the actor: the officer with the post on record, or the operator.

    Raises:
        NotFoundError: there is no such officer.
    """
    return OPERATOR if officer is None else _on_record(office, officer).as_actor()


def counter_option() -> Callable[[Any], Any]:
    """Return the option that names the clerk who serves the applicant at the counter."""
    return click.option(
        "--officer",
        metavar="ID",
        envvar="PERIZINAN_OFFICER",
        help="Petugas loket yang melayani pemohon; riwayat mencatatnya.",
    )


def at_counter(office: Office, officer: str | None) -> Actor:
    """
    Return who hands in for someone at the counter: the operator, under the id and the name of the clerk.

    No officer acts for an applicant; the program that the clerk uses does, and the history says whose hands it was.

    Raises:
        NotFoundError: there is no such officer.
        AccessDeniedError: the officer is not of the front office, or away.
    """
    if officer is None:
        return OPERATOR
    clerk = _on_record(office, officer)
    if not clerk.active or Role.FRONT_OFFICE not in clerk.roles:
        allowed = (Role.FRONT_OFFICE.value,)
        raise AccessDeniedError("access-denied", actor=officer, action="act-for-applicant", allowed=allowed)
    return Actor(id=clerk.id, kind=ActorKind.HOST, name=clerk.name)


def _on_record(office: Office, officer: str) -> Officer:
    staff = {item.id: item for item in office.reviews.officers(actor=OPERATOR)}
    if officer not in staff:
        raise NotFoundError(kind="officer", key=officer)
    return staff[officer]

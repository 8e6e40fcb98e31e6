"""For whom a command acts: an officer on record, or the operator of the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._actor import Actor, ActorKind

__all__ = ["OPERATOR", "acting", "officer_option"]

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
    if officer is None:
        return OPERATOR
    staff = {item.id: item for item in office.reviews.officers(actor=OPERATOR)}
    if officer not in staff:
        raise NotFoundError(kind="officer", key=officer)
    return staff[officer].as_actor()

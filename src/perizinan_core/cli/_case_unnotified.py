"""``perizinan cases unnotified``: applicants whom no message reached, so that no time runs in their cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.cli._acting import acting, officer_option
from perizinan_core.cli._case_lookup import echo, joined
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._numerals import format_date
from perizinan_core.services._message_fields import told_of
from perizinan_core.services._reviews import UnnotifiedCase

__all__ = ["unnotified_command"]

_PAGE = 200


@click.command(
    "unnotified",
    help="Sebutkan perkara yang pemohonnya belum dapat diberi tahu; waktunya belum berjalan. Setelah pemohon diberi "
    "tahu dengan cara lain, catat dengan cases notified.",
)
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@officer_option()
@click.pass_obj
def unnotified_command(obj: dict[str, Any], *, as_json: bool, officer: str | None) -> None:
    """List the cases that wait for a notice, longest first."""
    language = language_of(obj)
    with open_office(obj) as office:
        found = tuple(_all(office, acting(office, officer)))
    if as_json:
        click.echo(json.dumps([_row(one) for one in found]))
        return
    for one in found:
        echo(
            N_("{case}: {of}, since {day}"),
            language,
            case=one.receipt_number or one.application,
            of=joined(translate(told_of(item.of), language) for item in one.notices),
            day=format_date(one.since.date(), language),
        )
    echo(N_("{count} cases"), language, count=len(found))


def _all(office: Office, actor: Actor) -> Iterator[UnnotifiedCase]:
    after: str | None = None
    while True:
        page = office.reviews.unnotified(actor=actor, limit=_PAGE, after=after)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def _row(one: UnnotifiedCase) -> dict[str, Any]:
    return {
        "id": one.application,
        "receipt_number": one.receipt_number,
        "of": [item.of for item in one.notices],
        "since": one.since.isoformat(),
        "asked": one.asked,
    }

"""``perizinan cases``: the list with state, age and deadline, without personal data; and work on single cases."""

from __future__ import annotations

import json
from typing import Any

import click

from perizinan_core.bootstrap import Office
from perizinan_core.cli._case_intake import submit_command, take_in_command, upload_command, withdraw_command
from perizinan_core.cli._case_outside import answer_check_command, bill_command, refund_command
from perizinan_core.cli._case_review import (
    approve_command,
    correct_command,
    decide_command,
    issue_command,
    notified_command,
    pay_command,
    refuse_command,
)
from perizinan_core.cli._case_show import show_command
from perizinan_core.cli._case_unnotified import unnotified_command
from perizinan_core.cli._numbers import COUNT
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.errors._words import STATES
from perizinan_core.i18n import N_, translate
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._numerals import format_date
from perizinan_core.storage import ApplicationFilter

__all__ = ["cases_group"]

_PAGE = 200
_OPEN = (
    ApplicationState.SUBMITTED,
    ApplicationState.IN_REVIEW,
    ApplicationState.CORRECTION_REQUESTED,
    ApplicationState.APPROVED,
    ApplicationState.AWAITING_SIGNATURE,
)


@click.group("cases", help="Perkara: daftar, penerimaan di loket, penilaian, keputusan, penerbitan.")
def cases_group() -> None:
    """Hold the commands about cases."""


for _command in (
    take_in_command,
    show_command,
    upload_command,
    submit_command,
    withdraw_command,
    decide_command,
    correct_command,
    unnotified_command,
    notified_command,
    pay_command,
    bill_command,
    refund_command,
    answer_check_command,
    approve_command,
    refuse_command,
    issue_command,
):
    cases_group.add_command(_command)


@cases_group.command(
    "list", help="Sebutkan perkara dengan keadaan, umur, dan tenggatnya; bawaan: yang masih terbuka."
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in ApplicationState]),
    help="Hanya yang dalam keadaan ini; boleh beberapa kali.",
)
@click.option("--overdue", is_flag=True, help="Hanya yang lewat tenggat.")
@click.option("--limit", type=COUNT, default=100, show_default=True, help="Paling banyak sekian.")
@click.option("--json", "as_json", is_flag=True, help="Keluarkan sebagai JSON.")
@click.pass_obj
def list_command(
    obj: dict[str, Any], *, states: tuple[str, ...], overdue: bool, limit: int, as_json: bool
) -> None:
    """List cases, the oldest first."""
    language = language_of(obj)
    wanted = frozenset(ApplicationState(state) for state in states) or frozenset(_OPEN)
    with open_office(obj) as office:
        rows, more = _rows(office, wanted, overdue=overdue, limit=limit)
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        due = format_date(row["due"], language) if row["due"] else "-"
        told = N_("{name}  {type}  {state}  {days} days  due: {due}")
        click.echo(
            translate(
                told,
                language,
                name=row["receipt_number"] or row["id"],
                type=row["permit_type"],
                state=translate(STATES[row["state"]], language),
                days="-" if row["age_days"] is None else row["age_days"],
                due=due,
            )
        )
    told = N_("{count} cases; there are more: --limit") if more else N_("{count} cases")
    click.echo(translate(told, language, count=len(rows)))


def _rows(
    office: Office, states: frozenset[ApplicationState], *, overdue: bool, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    zone = office.authority.calendar.time_zone
    today = zone.local(office.now()).date()
    wanted = ApplicationFilter(states=states, due_before=today if overdue else None)
    rows: list[dict[str, Any]] = []
    after = None
    with office.storage.unit_of_work(read_only=True) as work:
        while len(rows) < limit:
            page = work.applications.find(
                wanted, limit=min(_PAGE, limit - len(rows)), after=after, newest_first=False
            )
            rows += [_row(case, office) for case in page.items]
            after = page.next
            if after is None:
                break
    return rows, after is not None


def _row(case: Application, office: Office) -> dict[str, Any]:
    zone = office.authority.calendar.time_zone
    begun = case.submitted_at
    age = None if begun is None else (zone.local(office.now()).date() - zone.local(begun).date()).days
    return {
        "id": case.id,
        "receipt_number": case.receipt_number,
        "permit_type": case.permit_type,
        "state": case.state.value,
        "age_days": age,
        "due": case.clock.due,
    }

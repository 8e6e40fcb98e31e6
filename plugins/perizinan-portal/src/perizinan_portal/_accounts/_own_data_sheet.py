"""Everything that is kept about someone, in lines that people read: for the page and for the printed sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from perizinan_core.catalogue import form_parts
from perizinan_core.i18n import N_
from perizinan_core.model import Application, PermitType
from perizinan_core.rendering import SheetPart
from perizinan_core.services import CaseReading
from perizinan_portal._accounts._account import restorations_of
from perizinan_portal._applicant._parties import form_of, known_of, standing_of
from perizinan_portal._applicant._permits import status_of
from perizinan_portal._applicant._timeline import happened
from perizinan_portal._applicant._words import shown_state
from perizinan_portal._kit import Form, Visit
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._kit._rendering import shown_day, shown_moment, shown_size
from perizinan_portal._permit_forms import lines_of, permit_type_of

__all__ = ["CaseSheet", "account_part", "cases_of"]

_LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


@attrs.frozen
class CaseSheet:
    """What is kept of one application."""

    id: str
    name: str
    parts: tuple[SheetPart, ...]


def account_part(visit: Visit) -> SheetPart:
    """Return what is kept of the account, and what officers did with it."""
    account, zone = own_account(visit), visit.office.authority.calendar.time_zone
    made = datetime.fromtimestamp(account.created_at, zone.zone)
    rows = _rows(
        visit,
        (N_("Your name"), account.name),
        (N_("E-mail address"), account.email),
        (N_("Phone number"), account.phone),
        (N_("Language"), _LANGUAGES.get(account.language or "")),
        (N_("Write to me before one of my permits ends"), _yes(visit, value=account.reminders)),
        (N_("Code from the app"), _yes(visit, value=account.second_factor is not None)),
        (N_("Account since"), shown_day(made, visit)),
    )
    done = tuple((shown_moment(one.at, visit), one.said(visit)) for one in restorations_of(visit, account))
    return SheetPart(head=visit.say(N_("Account")), rows=(*rows, *done))


def cases_of(visit: Visit) -> Iterator[CaseSheet]:
    """Yield everything about each application of the account, the newest first."""
    after = None
    while True:
        page = visit.office.applications.of_owner(actor=visit.actor, limit=50, after=after)
        for case in page.items:
            yield _case(visit, case)
        if page.next is None:
            return
        after = page.next


def _case(visit: Visit, case: Application) -> CaseSheet:
    item = permit_type_of(visit, case)
    name = f"{case.receipt_number or visit.say(N_('Draft'))} · {visit.say(item.name)}"
    found = (
        SheetPart(head=name, rows=_about(visit, case, item)),
        SheetPart(head=visit.say(N_("Who applies?")), rows=_parties(visit, case)),
        SheetPart(head=visit.say(N_("Your details")), rows=_form(visit, case, item)),
        SheetPart(head=visit.say(N_("Papers")), table=_papers(visit, case)),
        SheetPart(head=visit.say(N_("Permit")), rows=_permit(visit, case)),
        SheetPart(head=visit.say(N_("What happened")), rows=_history(visit, case, item)),
        SheetPart(head=visit.say(N_("Messages")), rows=_messages(visit, case)),
        SheetPart(head=visit.say(N_("Who looked at it")), rows=_looks(visit, case)),
    )
    return CaseSheet(case.id, name, tuple(part for part in found if part.rows or part.table))


def _about(visit: Visit, case: Application, item: PermitType) -> tuple[tuple[str, str], ...]:
    decision = case.decision
    rows = _rows(
        visit,
        (N_("Receipt number"), case.receipt_number),
        (N_("Permit"), visit.say(item.name)),
        (N_("State"), visit.say(shown_state(case.state).word)),
        (N_("Begun"), shown_moment(case.created_at, visit)),
        (N_("Handed in"), shown_moment(case.submitted_at, visit) if case.submitted_at else None),
        (N_("Closed"), shown_moment(case.closed_at, visit) if case.closed_at else None),
        (N_("Reasons"), "; ".join(decision.reasons) if decision else None),
    )
    paid = tuple(
        (visit.say(N_("Payment")), f"{one.amount}, {shown_day(one.paid_at, visit)}, {one.reference}")
        for one in case.payments
    )
    asked = tuple(
        (visit.say(N_("Correction")), f"{one.reason} {_answer(request.answers, one.target)}".strip())
        for request in case.corrections
        for one in request.items
    )
    return (*rows, *paid, *asked)


def _answer(answers: tuple[object, ...], target: str) -> str:
    said = [str(getattr(one, "text", "")) for one in answers if getattr(one, "target", "") == target]
    return f"– {said[0]}" if said and said[0] else ""


def _parties(visit: Visit, case: Application) -> tuple[tuple[str, str], ...]:
    form = Form(form_of(standing_of(case.applicant, case.representative)))
    known = known_of(case.applicant, case.representative)
    rows = []
    for name in form.names:
        view, value = form[name], known.get(name)
        choices = {one.value: visit.say(one.label) for one in view.choices}
        rows.append((visit.say(view.label), choices.get(str(value), str(value)) if value else ""))
    birth = getattr(case.applicant, "birth_place", None)
    rows += _rows(visit, (N_("Place of birth"), birth))
    return tuple((label, value) for label, value in rows if value)


def _form(visit: Visit, case: Application, item: PermitType) -> tuple[tuple[str, str], ...]:
    return tuple((line.label, line.value) for line in lines_of(form_parts(item), case.form, visit.language))


def _papers(visit: Visit, case: Application) -> tuple[tuple[str, ...], ...]:
    rows = tuple(
        (one.file_name, shown_size(one.size, visit.language), shown_day(one.uploaded_at, visit), one.sha256)
        for one in case.documents
    )
    head = tuple(visit.say(word) for word in (N_("File"), N_("Size"), N_("Stored"), "SHA-256"))
    return (head, *rows) if rows else ()


def _permit(visit: Visit, case: Application) -> tuple[tuple[str, str], ...]:
    if case.permit_id is None:
        return ()
    permit = visit.office.permits.get(case.permit_id, actor=visit.actor)
    zone = visit.office.authority.calendar.time_zone
    return _rows(
        visit,
        (N_("Number"), permit.number),
        (N_("Holder of the permit"), permit.holder),
        (N_("For"), permit.object),
        (N_("Signed"), shown_moment(permit.signed_at, visit) if permit.signed_at else None),
        (N_("Valid from"), shown_day(permit.valid_from, visit)),
        (N_("Valid until"), shown_day(permit.valid_until, visit) if permit.valid_until else None),
        (N_("Status"), visit.say(status_of(permit, zone.local(visit.office.now()).date())[0])),
    )


def _history(visit: Visit, case: Application, item: PermitType) -> tuple[tuple[str, str], ...]:
    lines = happened(visit, item, visit.office.applications.history(case.id, actor=visit.actor))
    return tuple((shown_moment(one.at, visit), one.what) for one in lines)


def _messages(visit: Visit, case: Application) -> tuple[tuple[str, str], ...]:
    found = visit.office.applications.messages(case.id, actor=visit.actor, language=visit.language)
    return tuple((shown_moment(one.at, visit), f"{one.subject}\n{one.body}") for one in found)


def _looks(visit: Visit, case: Application) -> tuple[tuple[str, str], ...]:
    found, after = list[CaseReading](), None
    while True:
        page = visit.office.applications.readings(case.id, actor=visit.actor, limit=200, after=after)
        found += page.items
        if page.next is None:
            break
        after = page.next
    return tuple(
        (
            shown_moment(one.at, visit),
            f"{visit.say(one.role.name)}, {visit.say(one.unit.name)}: {visit.say(one.purpose)}",
        )
        for one in found
    )


def _rows(visit: Visit, *rows: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((visit.say(label), str(value)) for label, value in rows if value)


def _yes(visit: Visit, *, value: bool) -> str:
    return visit.say(N_("Yes") if value else N_("No"))

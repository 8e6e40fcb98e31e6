"""
What an officer may do with a case besides judging a step: each act is one page with one question.

A page is offered where `Applications.actions` names its act; the use case judges once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Payment, Rupiah, WaitingFor
from perizinan_core.workflow import Action, AllowedAction
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    Choice,
    Fault,
    Form,
    Page,
    PageRoute,
    Redirect,
    Visit,
    Who,
    choice,
    day,
    lines,
    text,
)
from perizinan_portal._officer._cases import case_of

__all__ = ["ACTS", "ROUTES", "Act", "offered"]


@attrs.frozen(kw_only=True)
class Act:
    """One thing that may be done with a case."""

    name: str
    """Last part of its address."""

    action: Action
    title: str
    lead: str
    """What follows from it."""

    button: str
    form: type[Any]
    do: Callable[[Visit, str | None, Any], object]
    note: str
    """Said when it was done."""

    tone: str = ""
    leaves: bool = False
    """Whether the case leaves this officer's desk with it."""


@attrs.frozen(kw_only=True)
class Reasons:
    """Why something is done."""

    reasons: str = lines(
        N_("Reasons, one a line"), hint=N_("The applicant reads them. Name the rule and what is missing.")
    )


@attrs.frozen(kw_only=True)
class InnerReason:
    """Why something is done inside the office."""

    reason: str = lines(N_("Reason"), hint=N_("It stays in the history of the case."))


@attrs.frozen(kw_only=True)
class Notified:
    """How the applicant was notified."""

    remark: str = lines(
        N_("How they were notified"), hint=N_("For example: telephoned, and whom you spoke to")
    )


def _amount(typed: str) -> Rupiah:
    digits = typed.replace("Rp", "").replace(".", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12 or not int(digits):
        raise Fault(N_("Write whole rupiah, for example 150.000"))
    return Rupiah(int(digits))


@attrs.frozen(kw_only=True)
class Paid:
    """A payment that was received."""

    reference: str = text(N_("Reference of the payment"), hint=N_("As it stands on the proof of payment"))
    amount: Rupiah = text(N_("Amount in rupiah"), parse=_amount, inputmode="numeric")
    paid_on: date = day(N_("Paid on"))


@attrs.frozen(kw_only=True)
class Waiting:
    """What the office waits for."""

    party: WaitingFor = choice(
        N_("Who has to answer"),
        (
            Choice(WaitingFor.AGENCY.value, N_("Another agency")),
            Choice(WaitingFor.SYSTEM.value, N_("An outside system, such as OSS or SIMBG")),
        ),
        parse=WaitingFor,
    )
    name: str = text(N_("Name of the agency or the system"))
    reason: str = lines(N_("What is waited for"), hint=N_("The applicant sees it, with its day."))
    since: date | None = day(N_("Since"), required=False, hint=N_("Today when left empty"))


def _lines(typed: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in typed.splitlines() if line.strip())


def _moment(visit: Visit, value: date, *, earliest: datetime | None = None) -> datetime:
    """Return a moment of a local day, never one that is still to come, nor one before the first possible."""
    zone = visit.office.authority.calendar.time_zone
    found = datetime.combine(value, time(8), zone.zone)
    if earliest is not None and zone.local(earliest).date() == value:
        found = max(found, earliest)
    return min(found, visit.office.now()) if zone.local(visit.office.now()).date() == value else found


def _refuse(visit: Visit, _stage: str | None, given: Reasons) -> object:
    return visit.office.reviews.refuse(
        visit.path["id"], reasons=_lines(given.reasons), actor=visit.actor, idempotency_key=visit.key
    )


def _send_back(visit: Visit, stage: str | None, given: Reasons) -> object:
    return visit.office.reviews.send_back(
        visit.path["id"],
        stage or "",
        reasons=_lines(given.reasons),
        actor=visit.actor,
        idempotency_key=visit.key,
    )


def _reopen(visit: Visit, _stage: str | None, given: Reasons) -> object:
    return visit.office.reviews.reopen(
        visit.path["id"], reasons=_lines(given.reasons), actor=visit.actor, idempotency_key=visit.key
    )


def _conflict(visit: Visit, _stage: str | None, given: InnerReason) -> object:
    return visit.office.reviews.declare_conflict(
        visit.path["id"], reason=given.reason, actor=visit.actor, idempotency_key=visit.key
    )


def _reassign(visit: Visit, stage: str | None, given: InnerReason) -> object:
    return visit.office.reviews.reassign(
        visit.path["id"], stage or "", reason=given.reason, actor=visit.actor, idempotency_key=visit.key
    )


def _notice(visit: Visit, _stage: str | None, given: Notified) -> object:
    return visit.office.reviews.record_notice(
        visit.path["id"], remark=given.remark, actor=visit.actor, idempotency_key=visit.key
    )


def _paid(visit: Visit, _stage: str | None, given: Paid) -> object:
    payment = Payment(
        reference=given.reference,
        amount=given.amount,
        paid_at=_moment(visit, given.paid_on),
        recorded_by=visit.actor.id,
    )
    return visit.office.reviews.record_payment(
        visit.path["id"], payment, actor=visit.actor, idempotency_key=visit.key
    )


def _wait(visit: Visit, stage: str | None, given: Waiting) -> object:
    return visit.office.reviews.begin_wait(
        visit.path["id"],
        party=given.party,
        name=given.name,
        reason=given.reason,
        stage=stage,
        since=None
        if given.since is None
        else _moment(visit, given.since, earliest=case_of(visit).submitted_at),
        actor=visit.actor,
        idempotency_key=visit.key,
    )


ACTS = (
    Act(
        name="tolak",
        action=Action.REFUSE,
        title=N_("Refuse the application"),
        lead=N_(
            "The case ends. The applicant gets the reasons, and may object within the time that the law gives."
        ),
        button=N_("Refuse the application"),
        form=Reasons,
        do=_refuse,
        note=N_("The application is refused, and the applicant is notified."),
        tone="danger",
        leaves=True,
    ),
    Act(
        name="kembalikan",
        action=Action.SEND_BACK,
        title=N_("Send a step back"),
        lead=N_("The step is judged once more by its officer; what was judged after it as well."),
        button=N_("Send it back"),
        form=Reasons,
        do=_send_back,
        note=N_("The step is open once more."),
        leaves=True,
    ),
    Act(
        name="buka-lagi",
        action=Action.REOPEN,
        title=N_("Set the approval aside"),
        lead=N_("The approval is judged once more. No permit was issued yet."),
        button=N_("Set the approval aside"),
        form=Reasons,
        do=_reopen,
        note=N_("The approval is set aside."),
        tone="danger",
    ),
    Act(
        name="bayar",
        action=Action.RECORD_PAYMENT,
        title=N_("Record a payment"),
        lead=N_("It is held against the fee that was fixed when the application was handed in."),
        button=N_("Record the payment"),
        form=Paid,
        do=_paid,
        note=N_("The payment is on record."),
    ),
    Act(
        name="tunggu",
        action=Action.BEGIN_WAIT,
        title=N_("Wait for someone outside"),
        lead=N_(
            "The reason and its day are shown to the applicant. The days of this office are counted all the same."
        ),
        button=N_("Put it on record"),
        form=Waiting,
        do=_wait,
        note=N_("It is on record that the case waits."),
    ),
    Act(
        name="diberi-tahu",
        action=Action.RECORD_NOTICE,
        title=N_("Record that the applicant was notified"),
        lead=N_("For messages that no channel could deliver. The time for the applicant runs from now."),
        button=N_("Put it on record"),
        form=Notified,
        do=_notice,
        note=N_("It is on record that the applicant was notified."),
    ),
    Act(
        name="benturan",
        action=Action.DECLARE_CONFLICT,
        title=N_("Declare a conflict of interest"),
        lead=N_("For a case of your own, of a relative or of a friend. Another officer gets it at once."),
        button=N_("Declare it"),
        form=InnerReason,
        do=_conflict,
        note=N_("Your declaration is on record, and the case is with another officer."),
        leaves=True,
    ),
    Act(
        name="alihkan",
        action=Action.REASSIGN,
        title=N_("Give a step to another officer"),
        lead=N_("The next officer is found by the rule of the step, and not by choice."),
        button=N_("Give it on"),
        form=InnerReason,
        do=_reassign,
        note=N_("Another officer has the step now."),
    ),
)
_BY_NAME = {act.name: act for act in ACTS}


def offered(actions: Iterable[AllowedAction]) -> list[tuple[Act, str | None]]:
    """Return the acts that someone may do now, each with the step that it concerns."""
    found = list(actions)
    return [(act, item.stage) for act in ACTS for item in found if item.action is act.action]


def show(visit: Visit, form: Form[Any] | None = None) -> Answer:
    """Ask the one question."""
    case, act, stage = case_of(visit), _act(visit), _stage(visit)
    allowed = visit.office.applications.actions(case.id, actor=visit.actor)
    if form is None and (act, stage) not in offered(allowed):
        return Redirect(visit.url("review", id=case.id), note=N_("This is not possible for you now."))
    item = visit.office.catalogue.version(case.permit_type, case.permit_type_version)
    values = {
        "case": case,
        "act": act,
        "stage": None if stage is None else item.stage(stage),
        "form": form or visit.fill(act.form),
        "fields": [field.name for field in attrs.fields(act.form)],
    }
    return Page("officer/act.html", values, status=422 if form else 200)


def carry_out(visit: Visit) -> Answer:
    """Do it."""
    act = _act(visit)
    form: Form[Any] = visit.read(act.form)
    if form.value is None:
        return show(visit, form)
    act.do(visit, _stage(visit), form.value)
    to = visit.url("queue") if act.leaves else visit.url("review", id=visit.path["id"])
    return Redirect(to, note=act.note)


def end_wait(visit: Visit) -> Answer:
    """The answer from outside is here."""
    number = visit.path["number"]
    if not number.isascii() or not number.isdigit():
        raise PortalError("page-not-found")
    visit.office.reviews.end_wait(visit.path["id"], int(number), actor=visit.actor, idempotency_key=visit.key)
    return Redirect(visit.url("review", id=visit.path["id"]), note=N_("The waiting is over."))


def _act(visit: Visit) -> Act:
    act = _BY_NAME.get(visit.path["act"])
    if act is None:
        raise PortalError("page-not-found")
    return act


def _stage(visit: Visit) -> str | None:
    return visit.query("tahapan") or None


ROUTES = (
    PageRoute(
        path="/petugas/berkas/{id}/tindakan/{act}", name="act", show=show, act=carry_out, who=Who.OFFICER
    ),
    PageRoute(
        path="/petugas/berkas/{id}/tunggu/{number}/selesai", name="end-wait", act=end_wait, who=Who.OFFICER
    ),
)

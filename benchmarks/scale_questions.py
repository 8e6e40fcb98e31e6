"""What portals ask an office: every list, search, queue and page of figures, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs

from perizinan_core import Office
from perizinan_core.model import (
    Actor,
    ActorKind,
    ApplicationState,
    ComplaintState,
    EventKind,
    IdentityCheck,
    IdentityDocument,
    PermitStatus,
)
from perizinan_core.storage import ListOrder, LookupKind, OutboxState, PermitOrder
from perizinan_core.testing._bulk import nik_of, receipt_of
from perizinan_core.testing._offices import HOST, OfficeKit, sample_applicant

FEW = 10
"""Lines of pages that are short in a small office otherwise."""

NOT_MEASURED = {
    "applications.correction_targets": "of a case that was read",
    "applications.problems": "the letter is rendered: `make bench`",
    "applications.reusable": "of the owner's cases, as their list",
    "complaints.kinds": "no question to the records",
    "audit.kinds": "no question to the records",
    "audit.times": "figures over all steps of the days asked for",
    "batches.find": "as batches.items: by one index",
    "batches.items": "a page of an index of one batch",
    "batches.offers": "no question to the records",
    "billing.providers": "no question to the records",
    "calendar_years.years": "of the calendar",
    "confirmations.assumed": "of the catalogue",
    "confirmations.history": "of the catalogue",
    "consumers.states": "counts what waits",
    "continuation.beyond_records": "compares with the files of a restored office",
    "continuation.lost": "compares with the files of a restored office",
    "counter.consents": "as contacts.in_case",
    "counter.corrections": "as applications.corrections",
    "counter.problems": "the letter is rendered: `make bench`",
    "counter.slots": "as applications.slots",
    "health.findings": "the doctor's visit, made at most every few minutes",
    "health.plugins": "no question to the records",
    "health.settings": "no question to the records",
    "incoming.of_case": "looks into the folder of a case",
    "letters.template_faults": "no question to the records",
    "publication.binding_history": "of a position",
    "publication.bindings": "of the positions",
    "publication.own_keys": "of the keys",
    "reviews.operator_appointments": "of the staff",
    "reviews.staff_history": "of a member of staff",
    "surveys.questions": "no question to the records",
    "transparency.periods": "of the calendar",
    "versions.differences": "of the catalogue",
    "versions.list": "of the catalogue",
    "worker.failures": "what is left to a person",
}
"""Calls that answer with several things, and why they are not asked here."""

ACTS = frozenset(
    {
        "clock_repair.repair",
        "confirmations.confirm",
        "confirmations.withdraw",
        "outgoing.drop",
        "outgoing.retry",
        "permits.issue_many",
        "reviews.hand_over",
        "schemas.read_correction",
        "worker.deliver",
    }
)
"""Calls that do something and answer with what was done."""

ANSWERS = ("Page[", "tuple[", "SearchResult", "TrackingAnswer", "CaseCounts", "OversightReport")


@attrs.frozen
class Question:
    """One call, as a portal makes it."""

    call: str
    """Group and use case."""

    ask: Callable[[], Any]
    is_counted: bool = False
    """It counts: that may take longer where there is more."""


def calls() -> Iterator[str]:
    """Yield every use case of an office that answers with several things."""
    from perizinan_core.bootstrap import _office

    for field in attrs.fields(Office):
        if field.name.startswith("_") or field.name in ("settings", "plugins"):
            continue
        group = getattr(_office, str(field.type))
        for name, function in inspect.getmembers(group, inspect.isfunction):
            answer = str(inspect.signature(function).return_annotation)
            call = f"{field.name}.{name}"
            if not name.startswith("_") and answer.startswith(ANSWERS) and call not in ACTS:
                yield call


def unasked(asked: dict[str, Question]) -> list[str]:
    """Return the calls that are neither asked nor named in `NOT_MEASURED`, and names there that are no calls."""
    known = set(calls())
    return sorted(
        (known - {one.call for one in asked.values()} - NOT_MEASURED.keys()) | NOT_MEASURED.keys() - known
    )


def middle_of(kit: OfficeKit, cases: int) -> int:
    """Return the number of a case that was issued, with one beside it that waits for its applicant."""
    auditor = kit.officer("auditor")
    for number in range(cases * 7 // 10 // 20 * 20 + 14, cases, 20):
        case = kit.office.permits.search(receipt_of(number), actor=auditor).applications[0]
        beside = kit.office.permits.search(receipt_of(number - 1), actor=auditor).applications[0]
        if (case.state, beside.state) == (ApplicationState.ISSUED, ApplicationState.CORRECTION_REQUESTED):
            return number
    raise ValueError(f"an office of {cases} cases has no such case")


def questions(kit: OfficeKit, cases: int) -> dict[str, Question]:
    """Return what a portal asks, by name."""
    office, lists, audit = kit.office, kit.office.lists, kit.office.audit
    auditor, clerk, roads = (kit.officer(name) for name in ("auditor", "loket-1", "teknis-1"))
    signatory, supervisor, admin = kit.officer("kepala"), kit.officer("supervisor"), kit.officer("admin")
    number = middle_of(kit, cases)
    middle = office.permits.search(receipt_of(number), actor=auditor).applications[0]
    permit = office.lists.permits(actor=auditor, limit=1).items[0]
    secret = office.tracking.new_secret(middle.id, actor=HOST)
    owner = Actor(id=f"p{number // 4}", kind=ActorKind.APPLICANT)
    corrected = next(
        case
        for case in office.applications.of_owner(actor=owner).items
        if case.state is ApplicationState.CORRECTION_REQUESTED
    )
    seen = IdentityCheck(document=IdentityDocument.IDENTITY_CARD)
    for _ in range(3):
        office.counter.begin("warung", applicant=sample_applicant(), check=seen, actor=clerk)
    first = lists.cases(actor=auditor, newest_first=False, limit=1).items[0].submitted_at.date()
    later, today = kit.clock() + timedelta(days=12), office.today()
    mine = office.reviews.queue(actor=clerk, limit=1)[0]
    work = frozenset({ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW})
    second = lists.cases(actor=auditor).next
    happened = audit.search(actor=admin).next
    decided = {EventKind.STAGE_DECIDED}
    return {
        "cases, newest": Question("lists.cases", lambda: lists.cases(actor=auditor)),
        "cases, second page": Question("lists.cases", lambda: lists.cases(actor=auditor, after=second)),
        "cases in work, oldest first": Question(
            "lists.cases", lambda: lists.cases(actor=auditor, states=work, newest_first=False)
        ),
        "cases of a unit": Question("lists.cases", lambda: lists.cases(actor=auditor, unit="dinas-jalan")),
        "cases of a type": Question(
            "lists.cases", lambda: lists.cases(actor=auditor, permit_types=frozenset({"acara"}))
        ),
        "cases of another agency": Question("lists.cases", lambda: lists.cases(actor=roads)),
        "cases of an officer": Question(
            "lists.cases", lambda: lists.cases(actor=supervisor, officer="loket-2", limit=FEW)
        ),
        "cases by deadline": Question(
            "lists.cases", lambda: lists.cases(actor=auditor, order=ListOrder.DUE, newest_first=False)
        ),
        "old cases": Question(
            "lists.cases", lambda: lists.cases(actor=auditor, states=work, older_than_days=2)
        ),
        "overdue": Question("lists.overdue", lambda: lists.overdue(actor=supervisor, now=later)),
        "awaiting signature": Question(
            "lists.awaiting_signature", lambda: lists.awaiting_signature(actor=signatory, limit=FEW)
        ),
        "permits in force": Question(
            "lists.permits",
            lambda: lists.permits(actor=auditor, statuses=frozenset({PermitStatus.IN_FORCE})),
        ),
        "permits that end": Question(
            "lists.permits",
            lambda: lists.permits(
                actor=auditor, order=PermitOrder.EXPIRY, newest_first=False, expires_from=today
            ),
        ),
        "register book": Question(
            "lists.register_book", lambda: lists.register_book("izin", 2026, actor=auditor)
        ),
        "history, a page": Question("lists.history", lambda: lists.history(middle.id, actor=auditor)),
        "similar cases": Question("lists.similar", lambda: lists.similar(mine.application, actor=clerk)),
        "order of taking": Question(
            "lists.order_of_taking", lambda: lists.order_of_taking("loket-1", actor=supervisor)
        ),
        "search by NIK": Question(
            "permits.search",
            lambda: office.permits.search(nik_of(number), by=LookupKind.NIK, actor=auditor),
        ),
        "search by receipt": Question(
            "permits.search", lambda: office.permits.search(receipt_of(number), actor=auditor)
        ),
        "search by part of it": Question(
            "permits.search", lambda: office.permits.search(receipt_of(number)[:9], actor=auditor)
        ),
        "permit by number": Question(
            "permits.get_by_number", lambda: office.permits.get_by_number(permit.number, actor=auditor)
        ),
        "applicant's cases": Question(
            "applications.of_owner", lambda: office.applications.of_owner(actor=owner)
        ),
        "applicant's permits": Question("permits.of_owner", lambda: office.permits.of_owner(actor=owner)),
        "one case": Question("applications.get", lambda: office.applications.get(middle.id, actor=auditor)),
        "standing of a case": Question(
            "applications.standing", lambda: office.applications.standing(middle.id, actor=owner)
        ),
        "history of a case": Question(
            "applications.history", lambda: office.applications.history(middle.id, actor=owner)
        ),
        "messages of a case": Question(
            "applications.messages", lambda: office.applications.messages(middle.id, actor=owner)
        ),
        "deliveries of a case": Question(
            "applications.deliveries", lambda: office.applications.deliveries(middle.id, actor=owner)
        ),
        "who looked at a case": Question(
            "applications.readings", lambda: office.applications.readings(middle.id, actor=owner)
        ),
        "corrections of a case": Question(
            "applications.corrections", lambda: office.applications.corrections(corrected.id, actor=owner)
        ),
        "what can be done": Question(
            "applications.actions", lambda: office.applications.actions(mine.application, actor=clerk)
        ),
        "papers of a case": Question(
            "applications.slots", lambda: office.applications.slots(mine.application, actor=clerk)
        ),
        "own data": Question("applications.own_data", lambda: office.applications.own_data(actor=owner)),
        "held uploads of a case": Question(
            "uploads.of_case", lambda: office.uploads.of_case(middle.id, actor=auditor)
        ),
        "held uploads": Question("uploads.waiting", lambda: office.uploads.waiting(actor=clerk)),
        "drafts of the counter": Question("counter.drafts", lambda: office.counter.drafts(actor=clerk)),
        "consents of a case": Question(
            "contacts.in_case", lambda: office.contacts.in_case(middle.id, actor=auditor)
        ),
        "account at the counter": Question(
            "counter.account_history", lambda: office.counter.account_history(owner.id, actor=supervisor)
        ),
        "tracking": Question("tracking.follow", lambda: office.tracking.follow(receipt_of(number), secret)),
        "queue of an officer": Question(
            "reviews.queue", lambda: office.reviews.queue(actor=clerk, limit=FEW * 2)
        ),
        "money that is awaited": Question(
            "billing.awaiting", lambda: office.billing.awaiting(actor=HOST, limit=FEW), is_counted=True
        ),
        "attention": Question(
            "oversight.attention", lambda: office.oversight.attention(actor=supervisor), is_counted=True
        ),
        "queue of everyone": Question(
            "reviews.queue", lambda: office.reviews.queue(actor=auditor, everyone=True)
        ),
        "queue of a supervisor": Question(
            "reviews.queue", lambda: office.reviews.queue(actor=supervisor, everyone=True)
        ),
        "held by an officer": Question(
            "reviews.held_by", lambda: office.reviews.held_by("loket-2", actor=supervisor, limit=FEW)
        ),
        "not notified": Question(
            "reviews.unnotified", lambda: office.reviews.unnotified(actor=clerk, limit=FEW)
        ),
        "exclusions of a case": Question(
            "reviews.exclusions", lambda: office.reviews.exclusions(mine.application, actor=supervisor)
        ),
        "texts to compare": Question(
            "reviews.remarks", lambda: office.reviews.remarks(mine.application, actor=clerk)
        ),
        "staff": Question("reviews.officers", lambda: office.reviews.officers(actor=admin)),
        "complaints": Question(
            "complaints.list", lambda: office.complaints.list(actor=supervisor, limit=FEW)
        ),
        "open complaints": Question(
            "complaints.list",
            lambda: office.complaints.list(
                actor=supervisor, states=frozenset({ComplaintState.IN_WORK}), limit=FEW
            ),
        ),
        "complaints of an officer": Question(
            "complaints.list",
            lambda: office.complaints.list(
                actor=clerk, states=frozenset({ComplaintState.IN_WORK}), limit=FEW
            ),
        ),
        "overdue complaints": Question(
            "complaints.list",
            lambda: office.complaints.list(
                actor=supervisor, overdue=True, limit=FEW, now=later + timedelta(days=30)
            ),
        ),
        "deliveries, newest": Question("outgoing.find", lambda: office.outgoing.find(actor=admin)),
        "deliveries given up": Question(
            "outgoing.find", lambda: office.outgoing.find(actor=admin, state=OutboxState.GIVEN_UP, limit=FEW)
        ),
        "deliveries that wait": Question(
            "outgoing.find", lambda: office.outgoing.find(actor=admin, state=OutboxState.WAITING, limit=FEW)
        ),
        "deliveries to a channel": Question(
            "outgoing.find", lambda: office.outgoing.find(actor=admin, target="channel:mail")
        ),
        "deliveries to another": Question(
            "outgoing.find", lambda: office.outgoing.find(actor=admin, target="channel:sms")
        ),
        "deliveries of a receipt": Question(
            "outgoing.find", lambda: office.outgoing.find(actor=admin, receipt=receipt_of(number))
        ),
        "audit, newest": Question("audit.search", lambda: audit.search(actor=admin)),
        "audit, second page": Question("audit.search", lambda: audit.search(actor=admin, after=happened)),
        "audit of an officer": Question("audit.search", lambda: audit.search(actor=admin, officer="loket-3")),
        "audit of an idle officer": Question(
            "audit.search", lambda: audit.search(actor=admin, officer="supervisor")
        ),
        "audit of a kind": Question("audit.search", lambda: audit.search(actor=admin, kinds=decided)),
        "audit of officer and kind": Question(
            "audit.search", lambda: audit.search(actor=admin, officer="loket-3", kinds=decided)
        ),
        "audit of a case": Question(
            "audit.search", lambda: audit.search(actor=admin, receipt=receipt_of(number))
        ),
        "audit of early days": Question(
            "audit.search",
            lambda: audit.search(actor=admin, last=first),
        ),
        "banners": Question("banners.current", office.banners.current),
        "all banners": Question("banners.all", lambda: office.banners.all(actor=admin)),
        "remarks of a survey": Question("surveys.remarks", lambda: office.surveys.remarks(actor=supervisor)),
        "oversight": Question(
            "oversight.report", lambda: office.oversight.report(actor=supervisor), is_counted=True
        ),
        "figures for the public": Question(
            "transparency.report", office.transparency.report, is_counted=True
        ),
        "counts": Question("lists.counts", lambda: lists.counts(actor=auditor), is_counted=True),
        "deliveries counted": Question(
            "outgoing.counts", lambda: office.outgoing.counts(actor=admin), is_counted=True
        ),
    }

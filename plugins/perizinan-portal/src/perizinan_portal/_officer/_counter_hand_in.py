"""Handing in for someone present: the text they agree to, who saw it, when the papers came, and the printed receipt."""

from __future__ import annotations

from io import BytesIO

import attrs

from perizinan_core import PerizinanError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model import ApplicationState
from perizinan_core.services import SlotView
from perizinan_portal._kit import Answer, Download, Form, Page, PageRoute, Redirect, Visit, Who, lines
from perizinan_portal._officer._cases import case_of, may_be_shown, type_of
from perizinan_portal._officer._counter import CLERKS
from perizinan_portal._officer._counter_draft import place_of
from perizinan_portal._officer._counter_forms import HandIn, Present

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Withdrawal(Present):
    """What is asked of someone who withdraws."""

    reason: str = lines(N_("Reason"), required=False, hint=N_("As the person says it, where they say one"))


def show(visit: Visit, form: Form[HandIn] | None = None, refused: PerizinanError | None = None) -> Answer:
    """Show everything once more, with the text; what is still missing stands on top, and nothing typed is lost."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    draft = visit.url("counter-draft", id=case.id)
    missing: list[tuple[str, str]] = []
    if isinstance(refused, SubmissionRefusedError):
        missing = [
            (f"{draft}#{place_of(item.path)}", item.message(visit.language)) for item in refused.problems
        ]
    slots = visit.office.counter.slots(case.id, actor=visit.actor)
    values = {
        "case": case,
        "item": type_of(visit, case),
        "slots": slots,
        "originals": _originals(slots),
        "shown": set(visit.posted.all("original")),
        "form": form or visit.fill(HandIn, witness=visit.actor.name),
        "first": case.state is ApplicationState.DRAFT,
        "refused": None if refused is None or missing else refused.message(visit.language),
        "errors": missing or (form.errors if form else []),
    }
    status = (422 if form else 200) if refused is None else refused.http_status
    return Page("officer/counter_hand_in.html", values, status=status)


def hand_in(visit: Visit) -> Answer:
    """Hand it in, and show the receipt to be printed: the secret on it is shown only now."""
    form = visit.read(HandIn)
    given = form.value
    if given is not None and given.received is not None and not given.received_reason:
        form.refuse("received_reason", N_("Say why the papers are entered later"))
    if form.value is None:
        return show(visit, form)
    try:
        receipt = visit.office.counter.submit(
            visit.path["id"],
            check=form.value.check(),
            consent=form.value.agreed(),
            received_at=form.value.received_at(visit),
            received_reason=form.value.received_reason,
            at_counter=frozenset(visit.posted.all("original")),
            actor=visit.actor,
            idempotency_key=visit.key,
        )
    except PerizinanError as error:
        if not isinstance(error, SubmissionRefusedError) and not may_be_shown(error):
            raise
        return show(visit, form, error)
    return Page("officer/counter_receipt.html", {"receipt": receipt, "secret": receipt.tracking_secret})


def print_consent(visit: Visit) -> Answer:
    """Show the text for signing, on a page to be printed."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    return Page("officer/counter_consent.html", {"case": case, "item": type_of(visit, case)})


def print_receipt(visit: Visit) -> Answer:
    """Show the receipt again, without the secret."""
    case = case_of(visit)
    receipt = visit.office.applications.receipt(case.id, actor=visit.actor)
    return Page("officer/counter_receipt.html", {"receipt": receipt, "secret": None})


def receipt_pdf(visit: Visit) -> Answer:
    """Give the receipt as a PDF to be printed; the secret is on the page alone."""
    case = case_of(visit)
    pdf = visit.office.applications.receipt_pdf(case.id, actor=visit.actor, language=visit.language)
    return Download(BytesIO(pdf), "tanda-terima.pdf", "application/pdf")


def ask_secret(visit: Visit, form: Form[Present] | None = None) -> Answer:
    """Ask who is present, before a new code is given."""
    values = {"case": case_of(visit), "form": form or visit.fill(Present)}
    return Page("officer/counter_secret.html", values, status=422 if form else 200)


def give_secret(visit: Visit) -> Answer:
    """Give a new code, on a page to be printed; the one before is worth nothing."""
    form = visit.read(Present)
    if form.value is None:
        return ask_secret(visit, form)
    case = case_of(visit)
    secret = visit.office.counter.new_secret(case.id, check=form.value.check(), actor=visit.actor)
    receipt = visit.office.applications.receipt(case.id, actor=visit.actor)
    return Page("officer/counter_receipt.html", {"receipt": receipt, "secret": secret})


def ask_withdrawal(visit: Visit, form: Form[Withdrawal] | None = None) -> Answer:
    """Ask who is present, before the case ends."""
    values = {"case": case_of(visit), "form": form or visit.fill(Withdrawal)}
    return Page("officer/counter_withdraw.html", values, status=422 if form else 200)


def withdraw(visit: Visit) -> Answer:
    """Withdraw it for the applicant."""
    form = visit.read(Withdrawal)
    if form.value is None:
        return ask_withdrawal(visit, form)
    visit.office.counter.withdraw(
        visit.path["id"],
        check=form.value.check(),
        reason=form.value.reason,
        actor=visit.actor,
        idempotency_key=visit.key,
    )
    return Redirect(visit.url("review", id=visit.path["id"]), note=N_("The application is withdrawn."))


def _originals(slots: tuple[SlotView, ...]) -> list[SlotView]:
    """Return the places that may stay empty because the original is shown at the counter."""
    return [slot for slot in slots if slot.requirement.shown_at_counter and not slot.documents]


_DRAFT = "/petugas/loket/berkas/{id}"
_CASE = "/petugas/berkas/{id}"
ROUTES = (
    PageRoute(
        path=f"{_DRAFT}/ajukan",
        name="counter-hand-in",
        show=show,
        act=hand_in,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
    PageRoute(
        path=f"{_DRAFT}/persetujuan",
        name="counter-consent",
        show=print_consent,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
    PageRoute(
        path=f"{_CASE}/tanda-terima",
        name="counter-receipt",
        show=print_receipt,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
    PageRoute(
        path=f"{_CASE}/tanda-terima.pdf",
        name="counter-receipt-pdf",
        show=receipt_pdf,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
    PageRoute(
        path=f"{_CASE}/kode-baru",
        name="counter-secret",
        show=ask_secret,
        act=give_secret,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
    PageRoute(
        path=f"{_CASE}/cabut",
        name="counter-withdraw",
        show=ask_withdrawal,
        act=withdraw,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
)

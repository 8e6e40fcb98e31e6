"""Handing in for someone present: the text they agree to, who saw it, when the papers came, and the printed receipt."""

from __future__ import annotations

from io import BytesIO

import attrs
from starlette.responses import JSONResponse

from perizinan_core import PerizinanError
from perizinan_core.catalogue import form_parts
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState
from perizinan_core.services import SlotView
from perizinan_portal._kit import Answer, Download, Form, Page, PageRoute, Posted, Redirect, Visit, Who, lines
from perizinan_portal._officer._cases import case_of, may_be_shown, type_of
from perizinan_portal._officer._counter import CLERKS, PAGES
from perizinan_portal._officer._counter_forms import HandIn, Present
from perizinan_portal._permit_forms import (
    by_script,
    fee_panel,
    lines_of,
    permit_type_of,
    time_said,
    titles_of,
)
from perizinan_portal._store import SavedPost

__all__ = ["ROUTES"]

_ELSEWHERE = frozenset({"counter-draft", "counter-papers", "counter-consent"})
"""Pages that a button of the form leads to, with what was typed kept for the way back."""

_KEPT = frozenset({*(field.name for field in attrs.fields(HandIn)), "original"})


@attrs.frozen(kw_only=True)
class Withdrawal(Present):
    """What is asked of someone who withdraws."""

    reason: str = lines(N_("Reason"), required=False, hint=N_("As the person says it, where they say one"))


def show(visit: Visit, form: Form[HandIn] | None = None, refused: PerizinanError | None = None) -> Answer:
    """Show everything once more, with the text; what is still missing stands on top, and nothing typed is lost."""
    counter, language = visit.office.counter, visit.language
    case = counter.get(visit.path["id"], actor=visit.actor)
    missing: list[tuple[str, str]] = []
    if isinstance(refused, SubmissionRefusedError):
        missing = [
            (PAGES.place_of(visit, case, item.path), item.message(language)) for item in refused.problems
        ]
    item, parts = permit_type_of(visit, case), form_parts(permit_type_of(visit, case))
    slots, preview = counter.slots(case.id, actor=visit.actor), counter.preview(case.id, actor=visit.actor)
    typed = _left(visit) if form is None else visit.posted
    values = {
        "case": case,
        "item": item,
        "pages": PAGES,
        "lines": list(lines_of(parts, preview.fields.form, language)),
        "left_out": titles_of(parts, preview.fields.left_out, language),
        "fee": fee_panel(visit, preview.fee),
        "slots": slots,
        "originals": _originals(slots),
        "shown": set(typed.all("original")),
        "form": form or _form(visit, typed),
        "first": case.state is ApplicationState.DRAFT,
        "refused": None if refused is None or missing else refused.message(language),
        "errors": missing or (form.errors if form else []),
    }
    status = (422 if form else 200) if refused is None else refused.http_status
    return Page("officer/counter_hand_in.html", values, status=status)


def _left(visit: Visit) -> Posted:
    """Return what was typed here before the clerk went to look at something else."""
    if visit.is_restored or visit.account is None:
        return visit.posted
    kept = visit.services.store.posts.own(visit.account.id, visit.request.url.path, now=visit.services.now)
    return visit.posted if kept is None else Posted(kept.values)


def _form(visit: Visit, typed: Posted) -> Form[HandIn]:
    return Form(HandIn, typed.single) if typed.values else visit.fill(HandIn, witness=visit.actor.name)


def _keep(visit: Visit) -> None:
    """Keep what was typed here, until it is handed in."""
    if visit.account is not None:
        values = {name: found for name, found in visit.posted.values.items() if name in _KEPT}
        post = SavedPost(place=visit.request.url.path, values=values)
        visit.services.store.posts.keep_own(visit.account.id, post, now=visit.services.now)


def hand_in(visit: Visit) -> Answer:
    """Hand it in, and show the receipt to be printed: the secret on it is shown only now."""
    _keep(visit)
    if by_script(visit):
        return JSONResponse({"saved": time_said(visit, visit.services.now)})
    if visit.posted.one("next") in _ELSEWHERE:
        return Redirect(visit.url(visit.posted.one("next"), id=visit.path["id"]))
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
    visit.services.store.drafts.forget(visit.path["id"])
    if visit.account is not None:
        visit.services.store.posts.forget_own(visit.account.id, visit.request.url.path)
    return _receipt(visit, case_of(visit), receipt.tracking_secret)


def print_consent(visit: Visit) -> Answer:
    """Show the text for signing, on a page to be printed."""
    case = visit.office.counter.get(visit.path["id"], actor=visit.actor)
    return Page("officer/counter_consent.html", {"case": case, "item": type_of(visit, case)})


def print_receipt(visit: Visit) -> Answer:
    """Show the receipt again, without the secret."""
    return _receipt(visit, case_of(visit), None)


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
    return _receipt(visit, case, secret)


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


def _receipt(visit: Visit, case: Application, secret: str | None) -> Answer:
    """Return the page to be printed, with the permit named in the language of the page."""
    receipt = visit.office.applications.receipt(case.id, actor=visit.actor)
    return Page(
        "officer/counter_receipt.html", {"receipt": receipt, "item": type_of(visit, case), "secret": secret}
    )


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

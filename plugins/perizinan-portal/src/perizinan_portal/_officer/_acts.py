"""
What an officer may do with a case besides judging a step: each act is one page with one question.

An act names its use case; its form knows the arguments. Pages are offered where something is possible, and the use
case judges once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from perizinan_core import Office, PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, Role
from perizinan_core.workflow import Action, AllowedAction
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._act_forms import (
    ActForm,
    Answered,
    InnerReason,
    Nothing,
    Notified,
    Paid,
    PaidBack,
    Reasons,
    Waiting,
)
from perizinan_portal._officer._cases import case_of, may_be_shown, type_of

__all__ = ["ACTS", "ROUTES", "Act", "Part", "offered"]


@attrs.frozen(kw_only=True)
class Part:
    """What of a case an act is about: the whole, a step, an outside system, a sum."""

    mark: str = ""
    """In the address; nothing for the whole case."""

    label: object = ""
    value: str | None = None
    """As the use case takes it."""

    is_open: bool = True
    """False: it is done; the same request once more still finds it."""


Parts = Callable[[Visit, Application, Sequence[AllowedAction]], Iterable[Part]]


@attrs.frozen(kw_only=True)
class Act:
    """One thing that may be done with a case."""

    name: str
    """Last part of its address."""

    parts: Parts
    """What it can be done with now, by this officer."""

    title: str
    lead: str
    """What follows from it."""

    button: str
    form: type[ActForm]
    use_case: Callable[[Office], Callable[..., object]]
    about: str | None = None
    """Argument of the use case that names the part."""

    note: str
    """Said when it was done."""

    tone: str = ""
    leaves: bool = False
    """Whether the case leaves this officer's desk with it."""


def _of(action: Action) -> Parts:
    """Return the parts that `Applications.actions` names for an action."""

    def parts(visit: Visit, case: Application, allowed: Sequence[AllowedAction]) -> Iterable[Part]:
        for item in allowed:
            if item.action is action and item.stage is None:
                yield Part()
            elif item.action is action:
                label = type_of(visit, case).stage(item.stage or "").label
                yield Part(mark=item.stage or "", label=label, value=item.stage)

    return parts


def _open_checks(_visit: Visit, case: Application, allowed: Sequence[AllowedAction]) -> Iterable[Part]:
    if any(item.action is Action.BEGIN_WAIT and item.stage is None for item in allowed):
        for item in case.unsettled_checks():
            yield Part(mark=item.plugin, label=item.source, value=item.plugin)


def _payable(visit: Visit, _case: Application, allowed: Sequence[AllowedAction]) -> Iterable[Part]:
    if visit.office.billing.providers() and any(item.action is Action.RECORD_PAYMENT for item in allowed):
        yield Part()


def _owed_back(visit: Visit, case: Application, _allowed: Sequence[AllowedAction]) -> Iterable[Part]:
    if not visit.actor.has(Role.CASHIER):
        return
    for bill in case.bills:
        for place, money in enumerate(bill.received, 1):
            if money.amount != money.counted:
                mark, owed = f"{bill.number}.{place}", money.owed_back
                yield Part(mark=mark, label=str(owed), value=money.transaction, is_open=bool(owed))


ACTS = (
    Act(
        name="tolak",
        parts=_of(Action.REFUSE),
        title=N_("Refuse the application"),
        lead=N_(
            "The case ends. The applicant gets the reasons, and may object within the time that the law gives."
        ),
        button=N_("Refuse the application"),
        form=Reasons,
        use_case=lambda office: office.reviews.refuse,
        note=N_("The application is refused, and the applicant is notified."),
        tone="danger",
        leaves=True,
    ),
    Act(
        name="kembalikan",
        parts=_of(Action.SEND_BACK),
        title=N_("Send a step back"),
        lead=N_("The step is judged once more by its officer; what was judged after it as well."),
        button=N_("Send it back"),
        about="stage",
        form=Reasons,
        use_case=lambda office: office.reviews.send_back,
        note=N_("The step is open once more."),
        leaves=True,
    ),
    Act(
        name="buka-lagi",
        parts=_of(Action.REOPEN),
        title=N_("Set the approval aside"),
        lead=N_("The approval is judged once more. No permit was issued yet."),
        button=N_("Set the approval aside"),
        form=Reasons,
        use_case=lambda office: office.reviews.reopen,
        note=N_("The approval is set aside."),
        tone="danger",
    ),
    Act(
        name="bayar",
        parts=_of(Action.RECORD_PAYMENT),
        title=N_("Record a payment"),
        lead=N_("It is held against the fee that was fixed when the application was handed in."),
        button=N_("Record the payment"),
        form=Paid,
        use_case=lambda office: office.reviews.record_payment,
        note=N_("The payment is on record."),
    ),
    Act(
        name="tunggu",
        parts=_of(Action.BEGIN_WAIT),
        title=N_("Wait for someone outside"),
        lead=N_(
            "The reason and its day are shown to the applicant. The days of this office are counted all the same."
        ),
        button=N_("Put it on record"),
        about="stage",
        form=Waiting,
        use_case=lambda office: office.reviews.begin_wait,
        note=N_("It is on record that the case waits."),
    ),
    Act(
        name="diberi-tahu",
        parts=_of(Action.RECORD_NOTICE),
        title=N_("Record that the applicant was notified"),
        lead=N_("For messages that no channel could deliver. The time for the applicant runs from now."),
        button=N_("Put it on record"),
        form=Notified,
        use_case=lambda office: office.reviews.record_notice,
        note=N_("It is on record that the applicant was notified."),
    ),
    Act(
        name="benturan",
        parts=_of(Action.DECLARE_CONFLICT),
        title=N_("Declare a conflict of interest"),
        lead=N_("For a case of your own, of a relative or of a friend. Another officer gets it at once."),
        button=N_("Declare it"),
        form=InnerReason,
        use_case=lambda office: office.reviews.declare_conflict,
        note=N_("Your declaration is on record, and the case is with another officer."),
        leaves=True,
    ),
    Act(
        name="alihkan",
        parts=_of(Action.REASSIGN),
        title=N_("Give a step to another officer"),
        lead=N_("The next officer is found by the rule of the step, and not by choice."),
        button=N_("Hand it over"),
        about="stage",
        form=InnerReason,
        use_case=lambda office: office.reviews.reassign,
        note=N_("Another officer has the step now."),
    ),
    Act(
        name="jawaban-luar",
        parts=_open_checks,
        title=N_("Write down the answer of an outside system"),
        lead=N_(
            "For a system that does not answer, or whose answer has changed. What you write down counts in its place, "
            "and stays on record with your name."
        ),
        button=N_("Put it on record"),
        about="plugin",
        form=Answered,
        use_case=lambda office: office.reviews.answer_check,
        note=N_("The answer is on record."),
    ),
    Act(
        name="tagihan",
        parts=_payable,
        title=N_("Make a bill"),
        lead=N_(
            "The payment provider makes a bill for what is outstanding of the fee. "
            "While one is open, it is the same bill."
        ),
        button=N_("Make the bill"),
        form=Nothing,
        use_case=lambda office: office.billing.bill,
        note=N_("The bill stands on the page of the case."),
    ),
    Act(
        name="kembali-uang",
        parts=_owed_back,
        title=N_("Record that money was paid back"),
        lead=N_("More was paid than the fee wants, and it is owed back to the person who paid it."),
        button=N_("Put it on record"),
        about="transaction",
        form=PaidBack,
        use_case=lambda office: office.billing.note_refund,
        note=N_("It is on record that the money was paid back."),
    ),
)
_BY_NAME = {act.name: act for act in ACTS}


def offered(visit: Visit, case: Application, allowed: Sequence[AllowedAction]) -> list[tuple[Act, Part]]:
    """Return the acts that this officer may do now, each with the part that it concerns."""
    found = ((act, part) for act in ACTS for part in act.parts(visit, case, allowed))
    return [(act, part) for act, part in found if part.is_open]


def show(visit: Visit, form: Form[Any] | None = None, refused: PerizinanError | None = None) -> Answer:
    """Ask the one question."""
    case, act = case_of(visit), _act(visit)
    part = _part(visit, case, act)
    if (part is None or not part.is_open) and form is None:
        return Redirect(visit.url("review", id=case.id), note=N_("This is not possible for you now."))
    values = {
        "case": case,
        "act": act,
        "part": part or Part(),
        "form": form or visit.fill(act.form),
        "fields": list(attrs.fields_dict(act.form)),  # type: ignore[arg-type]  # a protocol of attrs classes
        "refused": None if refused is None else refused.message(visit.language),
    }
    status = (422 if form else 200) if refused is None else refused.http_status
    return Page("officer/act.html", values, status=status)


def carry_out(visit: Visit) -> Answer:
    """Do it."""
    case, act = case_of(visit), _act(visit)
    form: Form[Any] = visit.read(act.form)
    if form.value is None:
        return show(visit, form)
    part, given = _part(visit, case, act), form.value.arguments(visit)
    if act.about is not None:
        # What is not possible any more is refused by the use case, with its own sentence.
        given[act.about] = part.value if part is not None else visit.query("tahapan") or None
    try:
        act.use_case(visit.office)(case.id, **given, actor=visit.actor, idempotency_key=visit.key)
    except PerizinanError as error:
        if not may_be_shown(error):
            raise
        return show(visit, form, error)
    to = visit.url("queue") if act.leaves else visit.url("review", id=case.id)
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


def _part(visit: Visit, case: Application, act: Act) -> Part | None:
    allowed = visit.office.applications.actions(case.id, actor=visit.actor)
    wanted = visit.query("tahapan")
    return next((part for part in act.parts(visit, case, allowed) if part.mark == wanted), None)


ROUTES = (
    PageRoute(
        path="/petugas/berkas/{id}/tindakan/{act}", name="act", show=show, act=carry_out, who=Who.OFFICER
    ),
    PageRoute(
        path="/petugas/berkas/{id}/tunggu/{number}/selesai", name="end-wait", act=end_wait, who=Who.OFFICER
    ),
)

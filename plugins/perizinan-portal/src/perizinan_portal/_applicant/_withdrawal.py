"""Taking an application back: what it means is said first, and it is confirmed on a page of its own."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.workflow import Action
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who, agreed, lines
from perizinan_portal._permit_forms import permit_type_of

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Withdrawal:
    """What is asked."""

    reason: str = lines(
        N_("Reason"), required=False, limit=1000, hint=N_("You need not give one. The office reads it.")
    )
    sure: bool = agreed(N_("I withdraw this application"))


def show(visit: Visit, form: Form[Withdrawal] | None = None) -> Answer:
    """Say what it means, and ask."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    actions = {one.action for one in visit.office.applications.actions(case.id, actor=visit.actor)}
    if Action.WITHDRAW not in actions or case.receipt_number is None:
        return Redirect(
            visit.url("case", id=case.id), note=N_("This application cannot be withdrawn any more.")
        )
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "standing": visit.office.applications.standing(case.id, actor=visit.actor),
        "form": form or visit.fill(Withdrawal),
    }
    return Page("applicant/withdrawal.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Take it back."""
    form = visit.read(Withdrawal)
    if form.value is None:
        return show(visit, form)
    visit.office.applications.withdraw(
        visit.path["id"], actor=visit.actor, reason=form.value.reason, idempotency_key=visit.key
    )
    return Redirect(visit.url("case", id=visit.path["id"]), note=N_("The application is withdrawn."))


ROUTES = (
    PageRoute(path="/permohonan/{id}/tarik", name="withdrawal", show=show, act=send, who=Who.APPLICANT),
)

"""The request for corrections: what was written down at each paper, read over once, then sent as one."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, CorrectionItem
from perizinan_core.workflow import Action
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
    lines,
    text,
)
from perizinan_portal._officer._cases import case_of, type_of

__all__ = ["ROUTES"]

_FORM = "form:"
_APPLICANT = "applicant"
_SENT = N_("The request is sent, and the applicant is notified.")


def _target(typed: str) -> str:
    if not typed:
        raise Fault(N_("Choose an answer"))
    return typed


@attrs.frozen(kw_only=True)
class Remark:
    """A remark about anything that the applicant gave."""

    target: str = text(N_("About"), parse=_target)
    remark: str = lines(N_("What has to be corrected"))


def show(visit: Visit, form: Form[Remark] | None = None) -> Answer:
    """Show what would be sent, and let more be written down."""
    case, stage = case_of(visit), visit.path["stage"]
    allowed = visit.office.applications.actions(case.id, actor=visit.actor)
    if not any(item.action is Action.REQUEST_CORRECTION and item.stage == stage for item in allowed):
        return Redirect(visit.url("review", id=case.id), note=N_("This is not possible for you now."))
    labels = _labels(visit, case)
    written = visit.services.store.findings.of_case(case.id, visit.actor.id)
    shown = form or visit.fill(Remark)
    values = {
        "case": case,
        "stage": stage,
        "items": [
            (target, labels.get(target, target), remark) for target, remark in written.items() if remark
        ],
        "form": shown,
        "about": attrs.evolve(
            shown["target"],
            kind="choice",
            choices=tuple(Choice(target, label) for target, label in labels.items()),
        ),
        "window": None if case.terms is None else case.terms.correction_window,
        "round": len(case.corrections) + 1,
    }
    return Page("officer/correction.html", values, status=422 if form else 200)


def write(visit: Visit) -> Answer:
    """Write down one more remark."""
    form = visit.read(Remark)
    if form.value is None:
        return show(visit, form)
    case = case_of(visit)
    if form.value.target not in visit.office.applications.correction_targets(case.id, actor=visit.actor):
        return show(visit, form.refuse("target", N_("Choose one of the answers")))
    visit.services.store.findings.write(
        case.id, visit.actor.id, form.value.target, form.value.remark, now=visit.services.now
    )
    return Redirect(visit.place, note=N_("The remark is kept; it is not sent yet."))


def drop(visit: Visit) -> Answer:
    """Forget a remark."""
    case = case_of(visit)
    visit.services.store.findings.drop(case.id, visit.actor.id, visit.posted.one("target"))
    return Redirect(
        visit.url("correction", id=case.id, stage=visit.path["stage"]), note=N_("The remark is removed.")
    )


def send(visit: Visit) -> Answer:
    """Send the request; the remarks are then those of the case."""
    case = case_of(visit)
    written = visit.services.store.findings.of_case(case.id, visit.actor.id)
    items = tuple(
        CorrectionItem(target=target, reason=remark) for target, remark in written.items() if remark
    )
    if not items and case.state is ApplicationState.CORRECTION_REQUESTED:
        return Redirect(visit.url("queue"), note=_SENT)  # pressed twice
    if not items:
        return show(visit, Form(Remark).refuse("remark", N_("Write down at least one remark first")))
    visit.office.reviews.request_correction(
        case.id, visit.path["stage"], items, actor=visit.actor, idempotency_key=visit.key
    )
    visit.services.store.findings.drop(case.id, visit.actor.id)
    return Redirect(visit.url("queue"), note=_SENT)


def _labels(visit: Visit, case: Application) -> dict[str, str]:
    """Return what can be asked for by target, in the words of the form."""
    permit_type = type_of(visit, case)
    properties = permit_type.form_schema.get("properties", {})
    slots = {
        slot.terms.key: slot.requirement.label.to(visit.language)
        for slot in visit.office.applications.slots(case.id, actor=visit.actor)
    }
    found = {}
    for target in visit.office.applications.correction_targets(case.id, actor=visit.actor):
        if target.startswith(_FORM):
            field = properties.get(target.removeprefix(_FORM), {})
            found[target] = str(field.get("title", target.removeprefix(_FORM)))
        elif target == _APPLICANT:
            found[target] = visit.say(N_("The data of the applicant"))
        elif target in slots:
            found[target] = slots[target]
    return found


_PATH = "/petugas/berkas/{id}/koreksi/{stage}"
ROUTES = (
    PageRoute(path=_PATH, name="correction", show=show, act=write, who=Who.OFFICER),
    PageRoute(path=f"{_PATH}/hapus", name="drop-remark", act=drop, who=Who.OFFICER),
    PageRoute(path=f"{_PATH}/kirim", name="send-correction", act=send, who=Who.OFFICER),
)

"""Where a case is, for its applicant: the sentence about now, what to do, and the steps as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import (
    Application,
    ApplicationState,
    DecisionKind,
    PermitStatus,
    PermitType,
    StageState,
    StageStatus,
    format_date,
)
from perizinan_core.services import CaseStanding, PermitOutlook, TrackingStep
from perizinan_portal._kit import Sentence, Visit

__all__ = ["Now", "Step", "now_of", "permit_now", "steps_of"]

_SHOWN = {StageStatus.DONE: "done", StageStatus.OPEN: "now", StageStatus.WAITING: "later"}
_NOTHING = N_("You need not do anything. We write to you as soon as something happens.")


@attrs.frozen
class Now:
    """What holds now, and what the applicant does."""

    what: Sentence
    then: Sentence
    tone: str = "calm"


@attrs.frozen
class Step:
    """A line of the picture."""

    name: str
    state: str
    """``done``, ``now`` or ``later``."""

    detail: str = ""


_STATES = {
    ApplicationState.SUBMITTED: Now(
        Sentence(N_("The office checks whether your papers are complete.")), Sentence(_NOTHING)
    ),
    ApplicationState.IN_REVIEW: Now(
        Sentence(N_("The office is working on your application.")), Sentence(_NOTHING)
    ),
    ApplicationState.APPROVED: Now(
        Sentence(N_("Your application was approved. The letter now gets its number and is signed.")),
        Sentence(_NOTHING),
        "good",
    ),
    ApplicationState.AWAITING_SIGNATURE: Now(
        Sentence(N_("The letter has its number and waits for the signature.")), Sentence(_NOTHING), "good"
    ),
    ApplicationState.WITHDRAWN: Now(
        Sentence(N_("You took this application back. The office does not work on it any more.")),
        Sentence(N_("You may make a new application at any time.")),
    ),
    ApplicationState.LAPSED: Now(
        Sentence(N_("The correction did not arrive in time, so this application has lapsed.")),
        Sentence(N_("You may make a new application at any time.")),
        "bad",
    ),
}

_PERMITS = {
    PermitStatus.IN_FORCE: (N_("Your permit {number} is in force."), "good"),
    PermitStatus.EXPIRED: (N_("Your permit {number} has expired: its last day was {day}."), "warn"),
    PermitStatus.SUSPENDED: (N_("Your permit {number} is suspended: for now it must not be used."), "bad"),
    PermitStatus.REVOKED: (N_("Your permit {number} was revoked and no longer counts."), "bad"),
    PermitStatus.ANNULLED: (N_("Your permit {number} was annulled: its decision had a defect."), "bad"),
    PermitStatus.SUPERSEDED: (N_("Your permit {number} was replaced by another one."), "calm"),
}


def now_of(visit: Visit, case: Application, standing: CaseStanding, outlook: PermitOutlook | None) -> Now:
    """Return the sentence about now, and the one about what to do."""
    if case.state is ApplicationState.CORRECTION_REQUESTED:
        return _correction(visit, case)
    if case.state is ApplicationState.REFUSED:
        return _refused(case)
    if case.state is ApplicationState.ISSUED:
        return _ISSUED if outlook is None else permit_now(visit, outlook)
    return _money(case, standing) or (_DEEMED if _is_deemed(case) else _STATES[case.state])


_ISSUED = Now(Sentence(N_("Your permit was issued.")), Sentence(""), "good")
_DEEMED = Now(
    Sentence(
        N_(
            "The time limit passed without a decision, so the law deems your application granted. The letter now "
            "gets its number and is signed."
        )
    ),
    Sentence(_NOTHING),
    "good",
)


def _money(case: Application, standing: CaseStanding) -> Now | None:
    """Return what holds where the fee is waited for."""
    amount = {"amount": standing.outstanding}
    if standing.awaits_payment:
        then = N_(
            "Pay {amount}; below it says how. The time of the office is paused while only that is missing."
        )
        return Now(Sentence(N_("The office waits for the fee.")), Sentence(then, amount), "warn")
    if case.state is ApplicationState.APPROVED and standing.outstanding:
        what = Sentence(N_("Your application was approved. The letter waits for the fee."))
        return Now(what, Sentence(N_("Pay {amount}; below it says how."), amount), "warn")
    return None


def permit_now(visit: Visit, outlook: PermitOutlook) -> Now:
    """Return what holds of a permit today, truly: also when it is not in force."""
    permit = outlook.permit
    sentence, tone = _PERMITS[PermitStatus(outlook.status.code)]
    fields = {"number": permit.number, "day": _said(visit, permit.valid_until)}
    return Now(Sentence(sentence, fields), _permit_then(visit, outlook), tone)


_THEN = {
    PermitStatus.EXPIRED: N_("Below it says whether it can still be renewed, or whether you need a new one."),
    PermitStatus.SUPERSEDED: N_("Use the one that replaced it; you find it among your permits."),
}


def _permit_then(visit: Visit, outlook: PermitOutlook) -> Sentence:
    permit, status = outlook.permit, PermitStatus(outlook.status.code)
    if status is PermitStatus.IN_FORCE:
        if permit.valid_until is None:
            return Sentence(N_("It has no fixed end."))
        return Sentence(N_("Its last day is {day}."), {"day": _said(visit, permit.valid_until)})
    if status in _THEN:
        return Sentence(_THEN[status])
    change = next((item for item in reversed(permit.changes) if item.status is status), None)
    if change is None:
        return Sentence("")
    fields = {"day": _said(visit, change.effective), "reason": change.reason}
    if status is PermitStatus.SUSPENDED and change.until is not None:
        fields["until"] = _said(visit, change.until)
        return Sentence(N_("Since {day}, until {until}. The reason: {reason}"), fields)
    return Sentence(N_("Since {day}. The reason: {reason}"), fields)


def _correction(visit: Visit, case: Application) -> Now:
    request = case.corrections[-1]
    fields = {"count": len(request.items), "day": _said(visit, request.answer_by)}
    return Now(
        Sentence(N_("The office asks you to correct {count} things."), fields),
        Sentence(
            N_(
                "Answer each of them by {day}. The time of the office is paused until then. After that day the "
                "application lapses, and you would have to apply again."
            ),
            fields,
        ),
        "warn",
    )


def _refused(case: Application) -> Now:
    annulled = case.decision is not None and case.decision.ground is not None
    what = (
        N_("The grant of your application was annulled before the permit was issued.")
        if annulled
        else N_("Your application was refused.")
    )
    return Now(
        Sentence(what), Sentence(N_("Below stand the reasons, and how to object to the decision.")), "bad"
    )


def _is_deemed(case: Application) -> bool:
    return case.decision is not None and case.decision.kind is DecisionKind.DEEMED_GRANTED


def steps_of(
    visit: Visit, case: Application, permit_type: PermitType, standing: CaseStanding
) -> Iterator[Step]:
    """Yield the way of the case: what is done, who has it now, what follows."""
    progress = standing.progress
    yield Step(visit.say(N_("Handed in")), "done", _said(visit, progress.submitted_on))
    holders = {step.step.code: step for step in progress.steps}
    decided = case.state.is_terminal or case.state in _DECIDED
    asked = case.state is ApplicationState.CORRECTION_REQUESTED
    for item in sorted(case.stages, key=lambda one: asked and one.status is not StageStatus.DONE):
        if asked and item.status is not StageStatus.DONE:
            yield _correction_step(visit, case)
            asked = False
        stage = permit_type.stage(item.stage)
        if stage.on_request and not item.requested and item.status is StageStatus.WAITING:
            continue
        if decided and item.status is not StageStatus.DONE:
            continue
        yield _stage(visit, item, stage.label.to(visit.language), holders.get(item.stage), case)
    if asked:
        yield _correction_step(visit, case)
    yield _last(visit, case, standing)


def _correction_step(visit: Visit, case: Application) -> Step:
    until = visit.say(N_("until {day}"), day=_said(visit, case.answer_by))
    return Step(visit.say(N_("Your correction")), "now", until)


_DECIDED = frozenset({ApplicationState.APPROVED, ApplicationState.AWAITING_SIGNATURE})
_ENDS = {
    ApplicationState.ISSUED: N_("Letter signed"),
    ApplicationState.REFUSED: N_("Refused"),
    ApplicationState.WITHDRAWN: N_("Withdrawn"),
    ApplicationState.LAPSED: N_("Lapsed"),
}


def _stage(visit: Visit, item: StageState, name: str, holder: TrackingStep | None, case: Application) -> Step:
    if case.state is ApplicationState.CORRECTION_REQUESTED and item.status is not StageStatus.DONE:
        return Step(name, "later")
    if item.status is StageStatus.OPEN and holder is not None:
        fields = {"role": holder.role, "unit": holder.unit, "day": _said(visit, holder.since)}
        return Step(name, "now", visit.say(N_("with: {role}, {unit}, since {day}"), **_words(visit, fields)))
    done_on = _said(visit, _local(visit, item)) if item.decided_at is not None else ""
    done = item.status is StageStatus.DONE
    return Step(name, _SHOWN[item.status], done_on if done else "")


def _last(visit: Visit, case: Application, standing: CaseStanding) -> Step:
    if case.state in _ENDS:
        return Step(visit.say(_ENDS[case.state]), "done", _said(visit, standing.progress.closed_on))
    return Step(visit.say(N_("Number and signature")), "now" if case.state in _DECIDED else "later")


def _local(visit: Visit, item: StageState) -> date | None:
    if item.decided_at is None:
        return None
    return visit.office.authority.calendar.time_zone.local(item.decided_at).date()


def _words(visit: Visit, fields: dict[str, object]) -> dict[str, str]:
    return {name: visit.say(value) for name, value in fields.items()}


def _said(visit: Visit, day: date | None) -> str:
    return "" if day is None else format_date(day, visit.language)

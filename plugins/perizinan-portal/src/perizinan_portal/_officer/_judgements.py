"""The finding on a step: what is asked depends on what happens in the step."""

from __future__ import annotations

from datetime import date

import attrs

from perizinan_core import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import (
    Application,
    InspectionMinutes,
    OfficialLetter,
    Stage,
    StageKind,
    StageOutcome,
)
from perizinan_core.workflow import Action, AllowedAction
from perizinan_portal._kit import (
    Answer,
    Choice,
    Form,
    PageRoute,
    Redirect,
    Visit,
    Who,
    choice,
    day,
    lines,
    text,
)
from perizinan_portal._officer._act_forms import lines_of
from perizinan_portal._officer._cases import case_of, may_be_shown, review_page, similar_of, type_of

__all__ = ["ROUTES", "Inspection", "Judgement", "Recommendation", "judgement_of"]

_OUTCOMES = (
    Choice(StageOutcome.POSITIVE.value, N_("In order")),
    Choice(StageOutcome.NEGATIVE.value, N_("Not in order"), N_("With the reason below.")),
)
_VIEWS = (
    Choice("yes", N_("In favour of the permit")),
    Choice("no", N_("Against the permit")),
)


def _similar() -> str:
    """Ask why the case continues beside another one for the same; drawn only where there is one."""
    found: str = lines(
        N_("Why this application continues beside the other one"),
        sometimes=True,
        hint=N_("It stays on record. Needed because another application asks for the same."),
    )
    return found


@attrs.frozen(kw_only=True)
class Judgement:
    """What is asked at any step."""

    outcome: StageOutcome = choice(N_("Your finding"), _OUTCOMES, parse=StageOutcome)
    reasons: str = lines(N_("Reasons, one a line"), sometimes=True, hint=N_("Needed when it is not in order"))
    similar: str = _similar()


@attrs.frozen(kw_only=True)
class Recommendation:
    """What is asked of a technical agency."""

    outcome: StageOutcome = choice(N_("Your finding"), _OUTCOMES, parse=StageOutcome)
    reasons: str = lines(N_("Reasons, one a line"), sometimes=True, hint=N_("Needed when it is not in order"))
    similar: str = _similar()
    number: str = text(
        N_("Number of the letter"),
        required=False,
        hint=N_("Leave it empty where this office gives the number itself"),
    )
    issued_on: date | None = day(
        N_("Day of the letter"), sometimes=True, hint=N_("Needed with the number of a letter")
    )


@attrs.frozen(kw_only=True)
class Inspection:
    """What is asked of an inspector: the minutes."""

    outcome: StageOutcome = choice(N_("Your finding"), _OUTCOMES, parse=StageOutcome)
    reasons: str = lines(N_("Reasons, one a line"), sometimes=True, hint=N_("Needed when it is not in order"))
    similar: str = _similar()
    inspected_on: date = day(N_("Day of the inspection"))
    findings: str = lines(N_("What was found on the spot"))
    favourable: str = choice(N_("Opinion"), _VIEWS)
    opinion: str = lines(N_("In words"), required=False)


_FORMS: dict[StageKind, type[Judgement | Recommendation | Inspection]] = {
    StageKind.TECHNICAL_RECOMMENDATION: Recommendation,
    StageKind.SITE_INSPECTION: Inspection,
}


def judgement_of(kind: StageKind) -> type[Judgement | Recommendation | Inspection]:
    """Return the form of a step."""
    return _FORMS.get(kind, Judgement)


def decide(visit: Visit) -> Answer:
    """Judge the step."""
    case = case_of(visit)
    stage = type_of(visit, case).stage(visit.path["stage"])
    form: Form[Judgement | Recommendation | Inspection] = visit.read(judgement_of(stage.kind))
    given = form.value
    if given is not None and given.outcome is StageOutcome.NEGATIVE and not given.reasons:
        form.refuse("reasons", N_("Say why it is not in order"))
    if isinstance(given, Recommendation) and given.number and not given.issued_on:
        form.refuse("issued_on", N_("Give the day of the letter as well"))
    unexplained = given is not None and given.outcome is StageOutcome.POSITIVE and not given.similar
    if unexplained and any(one["note"] is None for one in similar_of(visit, case)):
        form.refuse("similar", N_("Say why this application continues beside the other one"))
    if form.value is None:
        return review_page(visit, case, {stage.code: form})
    try:
        _put_on_record(visit, case, stage, form.value)
    except PerizinanError as error:
        if not may_be_shown(error):
            raise
        return review_page(visit, case_of(visit), {stage.code: form}, error)
    return Redirect(visit.url("queue"), note=N_("Your finding is on record."))


def _put_on_record(
    visit: Visit, case: Application, stage: Stage, given: Judgement | Recommendation | Inspection
) -> None:
    if given.similar:
        visit.office.reviews.note_similar(
            case.id,
            stage.code,
            reason=given.similar,
            actor=visit.actor,
            idempotency_key=f"similar-{visit.key}"[:80],
        )
    visit.office.reviews.decide(
        case.id,
        stage.code,
        given.outcome,
        reasons=lines_of(given.reasons),
        letter=_letter(given, stage.unit),
        minutes=_minutes(given, visit),
        actor=visit.actor,
        idempotency_key=visit.key,
    )


def _letter(given: Judgement | Recommendation | Inspection, unit: str) -> OfficialLetter | None:
    if not isinstance(given, Recommendation) or not given.number or given.issued_on is None:
        return None
    return OfficialLetter(number=given.number, day=given.issued_on, issued_by=unit)


def _minutes(given: Judgement | Recommendation | Inspection, visit: Visit) -> InspectionMinutes | None:
    if not isinstance(given, Inspection):
        return None
    return InspectionMinutes(
        day=given.inspected_on,
        inspectors=(visit.actor.id,),
        findings=given.findings,
        favourable=given.favourable == "yes",
        opinion=given.opinion,
    )


def is_judging(item: AllowedAction) -> bool:
    """Return True for a step that this officer may judge on the page of the case."""
    return item.action is Action.DECIDE_STAGE and item.stage is not None


ROUTES = (PageRoute(path="/petugas/berkas/{id}/tahap/{stage}", name="decide", act=decide, who=Who.OFFICER),)

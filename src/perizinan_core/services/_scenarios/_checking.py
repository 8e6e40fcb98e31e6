"""Running an example and comparing what it expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from perizinan_core.catalogue import (
    Catalogue,
)
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model._authority import Authority
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit_type import PermitType, Scenario
from perizinan_core.services._scenarios._made_up import (
    APPLICANT,
    STEP,
    first_day,
    local_moment,
    made_up_applicant,
    made_up_mandate,
    made_up_representative,
    made_up_staff,
    old_permit,
    paper_details,
)
from perizinan_core.services._scenarios._running import ScenarioRun
from perizinan_core.services._scenarios._steps import STEPS
from perizinan_core.workflow._clock import due_date, is_late
from perizinan_core.workflow._drafts import put_power_of_attorney, start_draft

__all__ = ["check_scenario", "run_scenario"]


def check_scenario(catalogue: Catalogue, permit_type: PermitType, scenario: Scenario) -> Iterator[str]:
    """Run one example and yield a sentence for each expectation that fails (`catalogue.ScenarioRunner`)."""
    try:
        run = run_scenario(catalogue, permit_type, scenario)
    except PerizinanError as error:
        # The case could not even be begun, e.g. before the renewal window opens.
        if scenario.expect.get("error") != error.code:
            yield error.message()
        return
    expected = scenario.expect
    if run.error is not None and not _is_expected(run.error, expected):
        yield run.error.message()
        return
    for key, wanted in expected.items():
        try:
            found = _FOUND[key](run)
        except PerizinanError as error:
            yield f"{key}: {error.message()}"
            continue
        if _comparable(found) != _comparable(wanted):
            yield f"{key}: {_comparable(wanted)} ≠ {_comparable(found)}"


def _is_expected(error: PerizinanError, expected: Mapping[str, Any]) -> bool:
    return "error" in expected or ("missing" in expected and isinstance(error, SubmissionRefusedError))


def run_scenario(catalogue: Catalogue, permit_type: PermitType, scenario: Scenario) -> ScenarioRun:
    """
    Run an example to its end, or to the step that is refused.

    Raises:
        ServiceError: ``scenario``: the catalogue has no authority, so that nothing can be run.
    """
    if catalogue.authority is None:
        raise ServiceError(
            "scenario", permit_type=permit_type.code, name=scenario.name, problems=("authority.yaml",)
        )
    run = _begin(catalogue, catalogue.authority, permit_type, scenario)
    for step in scenario.do:
        (name, details) = next(iter(step.items()))
        details = details if isinstance(details, Mapping) else {}
        run.now = (
            local_moment(run.authority, details["at"]) if details.get("at") is not None else run.now + STEP
        )
        try:
            STEPS[name](run, details)
        except PerizinanError as error:
            run.error = error
            break
    return run


def _begin(
    catalogue: Catalogue, authority: Authority, permit_type: PermitType, scenario: Scenario
) -> ScenarioRun:
    given = scenario.given
    now = local_moment(authority, given.get("submitted_at", first_day(permit_type, authority)))
    kind = ApplicationKind(given.get("kind", "new"))
    previous = old_permit(permit_type, authority, given.get("previous"), now)
    represented = bool(given.get("represented", False))
    moved = start_draft(
        permit_type,
        id="0190aaaa-0000-7000-8000-000000000000",
        authority=authority.slug,
        kind=kind,
        applicant=made_up_applicant(given.get("applicant", {})),
        actor=APPLICANT,
        now=now - STEP,
        calendar=authority.calendar,
        representative=made_up_representative() if represented else None,
        previous_permit=previous,
        form=given.get("form", {}),
    )
    if represented:
        moved = moved.then(
            lambda case: put_power_of_attorney(
                case, made_up_mandate(now - STEP), actor=APPLICANT, now=now - STEP
            )
        )
    papers = given.get("papers", "all")
    return ScenarioRun(
        catalogue=catalogue,
        authority=authority,
        permit_type=permit_type,
        now=now - STEP,
        application=moved.application,
        staff=made_up_staff(permit_type, authority),
        papers=None if papers == "all" else paper_details(papers),
        previous=previous,
    )


def _found_deadline(run: ScenarioRun) -> date | None:
    deadlines = run.application.clock.deadlines
    running = due_date(run.application, run.authority.calendar, run.now)
    return running or (deadlines[-1].due if deadlines else None)


def _found_missing(run: ScenarioRun) -> list[str]:
    error = run.error
    if not isinstance(error, SubmissionRefusedError):
        return []
    return sorted(
        problem.path.partition(".")[2]
        for problem in error.problems
        if problem.code.endswith("missing") or problem.code in ("required", "form-field")
    )


_FOUND: Mapping[str, Callable[[ScenarioRun], Any]] = {
    "state": lambda run: run.application.state.value,
    "fee": lambda run: run.terms().fee.total.amount,
    "deadline": _found_deadline,
    "late": lambda run: is_late(run.application, run.authority.calendar, run.now),
    "number": lambda run: run.permit.number if run.permit else None,
    "valid_from": lambda run: (run.permit or run.validity()).valid_from,
    "valid_until": lambda run: (run.permit or run.validity()).valid_until,
    "slots": lambda run: sorted(slot.key for slot in run.terms().slots),
    "stages": lambda run: sorted(run.terms().stages),
    "missing": _found_missing,
    "error": lambda run: run.error.code if run.error else None,
}


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return sorted(str(item) for item in value)
    return value.isoformat() if isinstance(value, date) else value

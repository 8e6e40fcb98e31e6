"""Playing an example from what is given to its last step."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import attrs

from perizinan_core.bootstrap._examples._made_up import (
    APPLICANT,
    CASHIER,
    STEP,
    first_day,
    local_moment,
    made_up_representative,
    made_up_staff,
    old_case,
    old_permit,
    paper_details,
)
from perizinan_core.bootstrap._examples._run import ExampleRun
from perizinan_core.bootstrap._examples._steps import STEPS
from perizinan_core.bootstrap._examples._throw_away import ExampleClock, open_throw_away
from perizinan_core.catalogue import Catalogue
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import ServiceError
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit_type import PermitType, Scenario
from perizinan_core.services._made_up import made_up_applicant

__all__ = ["run_scenario"]


def run_scenario(catalogue: Catalogue, permit_type: PermitType, scenario: Scenario) -> ExampleRun:
    """
    Play an example to its end, or to the step that is refused.

    Raises:
        ServiceError: ``scenario``: the catalogue has no authority, so that nothing can be played.
        PerizinanError: the case cannot even be begun.
    """
    run = _opened(catalogue, permit_type, scenario)
    _begin(run, scenario)
    for number, step in enumerate(scenario.do, start=1):
        (name, details) = next(iter(step.items()))
        details = details if isinstance(details, Mapping) else {}
        at = details.get("at")
        run.clock.moment = run.moment + STEP if at is None else local_moment(run.authority, at)
        try:
            STEPS[name](run, details)
        except PerizinanError as error:
            run.error, run.place = error, f"do[{number}] {name}"
            break
    return run


def _opened(catalogue: Catalogue, permit_type: PermitType, scenario: Scenario) -> ExampleRun:
    if catalogue.authority is None:
        raise ServiceError(
            "scenario", permit_type=permit_type.code, name=scenario.name, problems=("authority.yaml",)
        )
    authority, given = catalogue.authority, scenario.given
    begun = local_moment(authority, given.get("submitted_at", first_day(permit_type, authority))) - STEP
    versions = tuple(
        permit_type if (one.code, one.version) == (permit_type.code, permit_type.version) else one
        for one in catalogue.permit_types
    )
    clock = ExampleClock(begun)
    office, context = open_throw_away(attrs.evolve(catalogue, permit_types=versions), authority, clock)
    papers = given.get("papers", "all")
    return ExampleRun(
        office=office,
        context=context,
        permit_type=permit_type,
        staff=made_up_staff(permit_type, authority),
        papers=None if papers == "all" else paper_details(papers),
        clock=clock,
    )


def _begin(run: ExampleRun, scenario: Scenario) -> None:
    given = scenario.given
    previous = old_permit(run.permit_type, run.authority, given.get("previous"), run.moment)
    with run.context.storage.unit_of_work() as work:
        for officer in run.staff:
            work.officers.save(officer, by=CASHIER.id, at=run.moment)
        if previous is not None:
            previous = attrs.evolve(previous, status_index=work.status_indexes.take())
            work.applications.add(old_case(previous), by=CASHIER.id, at=run.moment)
            work.permits.add(previous, by=CASHIER.id, at=run.moment)
        work.commit()
    represented = bool(given.get("represented", False))
    applications = run.office.applications
    run.case_id = applications.start(
        run.permit_type.code,
        applicant=made_up_applicant(given.get("applicant", {})),
        actor=APPLICANT,
        kind=ApplicationKind(given.get("kind", "new")),
        form=given.get("form", {}),
        representative=made_up_representative() if represented else None,
        previous_permit=previous.id if previous is not None else None,
        now=run.moment,
    ).id
    if represented:
        applications.attach_power_of_attorney(
            run.case_id, BytesIO(b"surat kuasa"), file_name="surat-kuasa.pdf", actor=APPLICANT, now=run.moment
        )

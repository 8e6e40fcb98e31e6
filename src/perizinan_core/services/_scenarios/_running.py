"""One example while it runs, and the small moves that its steps share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import attrs

from perizinan_core.catalogue import (
    Catalogue,
    Validity,
    facts_of,
    find_validity,
    freeze_terms,
    validate_form,
)
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.workflow import Problem, SubmissionRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind, Officer
from perizinan_core.model._application import Application, FrozenTerms
from perizinan_core.model._authority import Authority
from perizinan_core.model._case import (
    StageStatus,
    SubmittedDocument,
)
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.services._scenarios._made_up import APPLICANT, officer_id
from perizinan_core.workflow._assignment import Workload, assign_stage
from perizinan_core.workflow._review import may_request_stage
from perizinan_core.workflow._transition import Transition

__all__ = [
    "ScenarioRun",
    "approval_stage",
    "asker",
    "assignee",
    "hand_in_papers",
    "move_on",
    "open_stage",
    "refuse_bad_form",
    "signing_position",
]

_FORM = N_("{field}: {problem}")


@attrs.define
class ScenarioRun:
    """One example while it runs, and how it stands in the end."""

    catalogue: Catalogue
    authority: Authority
    permit_type: PermitType
    now: datetime
    application: Application
    staff: tuple[Officer, ...]
    papers: Mapping[str, Mapping[str, Any]] | None
    """Papers by slot; None: whatever is needed."""

    previous: Permit | None = None
    permit: Permit | None = None
    error: PerizinanError | None = None

    @property
    def day(self) -> date:
        """Local day."""
        return self.authority.calendar.time_zone.local(self.now).date()

    def terms(self) -> FrozenTerms:
        """What is frozen, or would be now."""
        if self.application.terms is not None:
            return self.application.terms
        return freeze_terms(self.permit_type, facts_of(self.application, previous=self.previous), self.day)

    def validity(self) -> Validity:
        """The days of the permit, or those that it would have now."""
        return find_validity(self.permit_type, facts_of(self.application, previous=self.previous), self.day)


def move_on(run: ScenarioRun, moved: Transition) -> None:
    """Go on with the new application, and give every open stage its officer."""
    run.application = moved.application
    for state in run.application.stages:
        if state.status is StageStatus.OPEN and state.assignee is None:
            given = assign_stage(
                run.application,
                run.permit_type,
                state.stage,
                staff=tuple(item for item in run.staff if item.id == officer_id(state.stage)),
                workloads=(Workload(officer=officer_id(state.stage)),),
                actor=Actor(id="system", kind=ActorKind.SYSTEM),
                now=run.now,
                random=Random(0),  # noqa: S311 - there is one candidate
            )
            run.application = given.application


def refuse_bad_form(run: ScenarioRun) -> None:
    """Raise `SubmissionRefusedError` when the form data do not fit the schema."""
    problems = tuple(
        Problem(
            f"form.{found.path}", found.code, _FORM, {"field": found.path, "problem": found.message("id")}
        )
        for found in validate_form(run.permit_type, run.application.form)
    )
    if problems:
        raise SubmissionRefusedError(problems=problems)


def hand_in_papers(run: ScenarioRun, *, again: bool = False) -> None:
    """Put the papers of the example into the slots; ``again`` replaces those that a correction asks for."""
    facts = facts_of(run.application, previous=run.previous)
    slots = freeze_terms(run.permit_type, facts, run.day).slots
    held = {document.slot for document in run.application.current_documents()}
    asked = {item.target for item in run.application.corrections[-1].items} if again else set()
    documents = list(run.application.documents)
    for slot in slots:
        if run.papers is not None and slot.key not in run.papers:
            continue
        if slot.key in held and slot.key not in asked:
            continue
        details = (run.papers or {}).get(slot.key, {})
        documents = [
            attrs.evolve(item, replaced_at=run.now) if item.slot == slot.key else item for item in documents
        ]
        documents += [_paper(run, slot.key, number, details) for number in range(max(1, slot.min_files))]
    run.application = attrs.evolve(run.application, documents=tuple(documents))


def _paper(run: ScenarioRun, slot: str, number: int, details: Mapping[str, Any]) -> SubmittedDocument:
    needs = run.permit_type.requirement(slot.partition("#")[0]).needs_expiry
    expires = details.get("expires_on")
    if expires is None and needs and run.papers is None:
        expires = run.day + timedelta(days=5 * 365)
    submission = run.application.submission + 1
    name = f"{slot}-{submission}-{number}"
    return SubmittedDocument(
        id=name,
        slot=slot,
        file_name=f"{slot}.pdf",
        sha256=sha256(name.encode()).hexdigest(),
        size=1,
        content_type="application/pdf",
        uploaded_at=run.now,
        uploaded_by=APPLICANT.id,
        submission=submission,
        expires_on=date.fromisoformat(str(expires)) if expires is not None else None,
        choice=details.get("choice"),
    )


def assignee(run: ScenarioRun, stage: str) -> Actor:
    """Return the officer of a stage."""
    return next(item for item in run.staff if item.id == officer_id(stage)).as_actor()


def open_stage(run: ScenarioRun) -> str:
    """Return the first open stage, or the first of all when none is open."""
    return next(
        (state.stage for state in run.application.stages if state.status is StageStatus.OPEN),
        run.permit_type.stages[0].code,
    )


def asker(run: ScenarioRun, stage: str) -> Actor:
    """Return an officer who may ask for the stage, or else the one whose refusal says why not."""
    officers = [
        assignee(run, state.stage) for state in run.application.stages if state.status is StageStatus.OPEN
    ] or [assignee(run, open_stage(run))]
    allowed = (
        officer for officer in officers if may_request_stage(run.application, run.permit_type, stage, officer)
    )
    return next(allowed, officers[0])


def approval_stage(permit_type: PermitType) -> str:
    """Return the stage that decides."""
    return next(stage.code for stage in permit_type.stages if stage.kind is StageKind.APPROVAL)


def signing_position(run: ScenarioRun) -> str:
    """Return the position that may sign on the day of the example."""
    found = run.authority.delegations_for(run.permit_type.code, run.day)
    # Without a delegation the step is refused by the workflow, which names what is missing.
    return found[0].position if found else run.authority.positions[0].code

"""
Runs the examples of a catalogue (``tests:``, given / do / expect) through the real rules and workflow.

Everything that an example does not state is made up here: officers who hold exactly the duties of each
stage, papers for every slot, identity numbers that belong to nobody. Nothing is stored, rendered or signed:
an example says what the *rules* give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
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
    is_exempt,
    register_number,
    validate_form,
)
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import PermitNotRequiredError, ScenarioError
from perizinan_core.errors.workflow import Problem, SubmissionRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model.actor import Actor, ActorKind, Officer, Role
from perizinan_core.model.applicant import Address, Applicant, Organisation, Person, Representative
from perizinan_core.model.application import Application, FrozenTerms
from perizinan_core.model.authority import Authority
from perizinan_core.model.case import (
    CorrectionItem,
    InspectionMinutes,
    OfficialLetter,
    StageOutcome,
    StageStatus,
    SubmittedDocument,
)
from perizinan_core.model.fees import Payment
from perizinan_core.model.identifiers import Nib, Nik, Npwp
from perizinan_core.model.kinds import ApplicantKind, ApplicationKind
from perizinan_core.model.money import Rupiah
from perizinan_core.model.permit import Permit, PermitStatus
from perizinan_core.model.permit_type import PermitType, Scenario
from perizinan_core.model.stage import StageKind
from perizinan_core.workflow import (
    Transition,
    Workload,
    amount_outstanding,
    approve,
    assign_stage,
    decide_stage,
    due_date,
    is_late,
    issued,
    may_request_stage,
    put_in_force,
    record_payment,
    refuse,
    request_correction,
    request_stage,
    resubmit,
    signing_delegation,
    start_draft,
    submit,
    to_awaiting_signature,
    withdraw,
)

__all__ = ["ScenarioRun", "check_scenario", "run_scenario"]

_APPLICANT = Actor(id="pemohon", kind=ActorKind.APPLICANT)
_CASHIER = Actor(id="kas-daerah", kind=ActorKind.HOST)
_NOBODY = Nik.parse("3572015208900000")
"""Serial 0000 is not given to anybody."""

_STEP = timedelta(hours=1)
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
        ScenarioError: the catalogue has no authority, so that nothing can be run.
    """
    if catalogue.authority is None:
        raise ScenarioError(permit_type=permit_type.code, name=scenario.name, problems=("authority.yaml",))
    run = _begin(catalogue, catalogue.authority, permit_type, scenario)
    for step in scenario.do:
        (name, details) = next(iter(step.items()))
        details = details if isinstance(details, Mapping) else {}
        run.now = _moment(run.authority, details["at"]) if details.get("at") is not None else run.now + _STEP
        try:
            _STEPS[name](run, details)
        except PerizinanError as error:
            run.error = error
            break
    return run


def _begin(
    catalogue: Catalogue, authority: Authority, permit_type: PermitType, scenario: Scenario
) -> ScenarioRun:
    given = scenario.given
    now = _moment(authority, given.get("submitted_at", _first_day(permit_type, authority)))
    kind = ApplicationKind(given.get("kind", "new"))
    previous = _previous(permit_type, authority, given.get("previous"), now)
    represented = bool(given.get("represented", False))
    moved = start_draft(
        permit_type,
        id="0190aaaa-0000-7000-8000-000000000000",
        authority=authority.slug,
        kind=kind,
        applicant=_applicant(given.get("applicant", {})),
        actor=_APPLICANT,
        now=now - _STEP,
        calendar=authority.calendar,
        representative=_representative() if represented else None,
        previous_permit=previous,
        form=given.get("form", {}),
    )
    papers = given.get("papers", "all")
    return ScenarioRun(
        catalogue=catalogue,
        authority=authority,
        permit_type=permit_type,
        now=now - _STEP,
        application=moved.application,
        staff=_staff(permit_type, authority),
        papers=None if papers == "all" else _paper_details(papers),
        previous=previous,
    )


# The steps


def _submit(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    _refuse_bad_form(run)
    facts = facts_of(run.application, previous=run.previous)
    if is_exempt(run.permit_type, facts, run.day):
        raise PermitNotRequiredError(
            permit_type=run.permit_type.name.id,
            exemptions=tuple(item.id for item in run.permit_type.exemptions),
        )
    _hand_in_papers(run)
    moved = submit(
        run.application,
        run.permit_type,
        run.terms(),
        receipt_number=register_number(
            run.authority,
            run.authority.receipt_register,
            sequence=1,
            day=run.day,
            permit_type=run.permit_type,
        ),
        actor=_APPLICANT,
        now=run.now,
        calendar=run.authority.calendar,
    )
    _take(run, moved)


def _resubmit(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    if details.get("form") is not None:
        run.application = attrs.evolve(run.application, form={**run.application.form, **details["form"]})
    if details.get("papers") is not None:
        run.papers = None if details["papers"] == "all" else _paper_details(details["papers"])
    _refuse_bad_form(run)
    _hand_in_papers(run, again=True)
    facts = facts_of(run.application, previous=run.previous)
    moved = resubmit(
        run.application,
        run.permit_type,
        staff=run.staff,
        actor=_APPLICANT,
        now=run.now,
        calendar=run.authority.calendar,
        terms=freeze_terms(run.permit_type, facts, run.day),
    )
    _take(run, moved)


def _decide(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    stage = str(details["stage"])
    rule = run.permit_type.stage(stage)
    outcome = StageOutcome(details.get("outcome", "positive"))
    positive = outcome is StageOutcome.POSITIVE
    officer = _assignee(run, stage)
    letter = minutes = None
    if rule.letter_register is not None:
        number = register_number(
            run.authority, rule.letter_register, sequence=1, day=run.day, permit_type=run.permit_type
        )
        letter = OfficialLetter(number=number, day=run.day, issued_by=rule.unit)
    if rule.kind is StageKind.SITE_INSPECTION:
        minutes = InspectionMinutes(
            day=run.day, inspectors=(officer.id,), findings="contoh", favourable=positive
        )
    moved = decide_stage(
        run.application,
        run.permit_type,
        stage,
        outcome,
        actor=officer,
        now=run.now,
        calendar=run.authority.calendar,
        reasons=() if positive else (str(details.get("reason", "contoh")),),
        letter=letter,
        minutes=minutes,
    )
    _take(run, moved)


def _request_stage(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    officer = _asker(run, str(details["stage"]))
    moved = request_stage(
        run.application,
        run.permit_type,
        str(details["stage"]),
        actor=officer,
        now=run.now,
        calendar=run.authority.calendar,
    )
    _take(run, moved)


def _request_correction(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    stage = str(details.get("stage") or _open_stage(run))
    reason = str(details.get("reason", "contoh"))
    items = tuple(CorrectionItem(target=str(item), reason=reason) for item in details["items"])
    moved = request_correction(
        run.application,
        run.permit_type,
        stage,
        items,
        actor=_assignee(run, stage),
        now=run.now,
        calendar=run.authority.calendar,
    )
    _take(run, moved)


def _approve(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    moved = approve(
        run.application,
        run.permit_type,
        actor=_assignee(run, _approval(run.permit_type)),
        now=run.now,
        calendar=run.authority.calendar,
    )
    _take(run, moved)


def _refuse(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    moved = refuse(
        run.application,
        run.permit_type,
        reasons=tuple(str(item) for item in details.get("reasons", ("contoh",))),
        objection_to=run.authority.name.id,
        actor=_assignee(run, _approval(run.permit_type)),
        now=run.now,
        calendar=run.authority.calendar,
    )
    _take(run, moved)


def _withdraw(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    _take(run, withdraw(run.application, actor=_APPLICANT, now=run.now))


def _pay(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    amount = details.get("amount")
    due = amount_outstanding(run.application) if amount is None else Rupiah(int(amount))
    reference = f"contoh-{len(run.application.payments) + 1}"
    payment = Payment(reference=reference, amount=due, paid_at=run.now, recorded_by=_CASHIER.id)
    _take(run, record_payment(run.application, payment, actor=_CASHIER, now=run.now))
    for state in run.application.stages:
        is_payment = run.permit_type.stage(state.stage).kind is StageKind.PAYMENT
        if is_payment and state.status is StageStatus.OPEN and not amount_outstanding(run.application):
            _decide(run, {"stage": state.stage, "outcome": "positive"})


def _issue(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    permit_type = run.permit_type
    position = _signing_position(run)
    signer = next(officer for officer in run.staff if officer.position == position).as_actor()
    validity = run.validity()
    number = register_number(
        run.authority, permit_type.register or "", sequence=1, day=run.day, permit_type=permit_type
    )
    permit = Permit(
        id="0190bbbb-0000-7000-8000-000000000000",
        authority=run.authority.slug,
        number=number,
        register=permit_type.register or "",
        register_year=run.day.year,
        sequence=1,
        permit_type=permit_type.code,
        permit_type_version=permit_type.version,
        application_id=run.application.id,
        holder=run.application.applicant.name,
        object=permit_type.name.id,
        issued_on=run.day,
        valid_from=validity.valid_from,
        valid_until=validity.valid_until,
        position=position,
        delegation=signing_delegation(run.authority, permit_type.code, position, run.day).code,
        unsigned_sha256=sha256(b"unsigned").hexdigest(),
        status_index=0,
        previous_permit=run.application.previous_permit,
    )
    moved = to_awaiting_signature(
        run.application,
        permit_type,
        permit_id=permit.id,
        number=number,
        signer=signer,
        position=position,
        authority=run.authority,
        actor=signer,
        now=run.now,
    )
    _take(run, moved)
    signed = put_in_force(
        permit, signed_sha256=sha256(b"signed").hexdigest(), actor=signer, now=run.now
    ).permit
    run.permit = signed
    _take(run, issued(run.application, signed, actor=signer, now=run.now))


def _wait(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    run.now = _moment(run.authority, details["until"])


_STEPS: Mapping[str, Callable[[ScenarioRun, Mapping[str, Any]], None]] = {
    "submit": _submit,
    "resubmit": _resubmit,
    "decide": _decide,
    "request_stage": _request_stage,
    "request_correction": _request_correction,
    "approve": _approve,
    "refuse": _refuse,
    "issue": _issue,
    "withdraw": _withdraw,
    "pay": _pay,
    "wait": _wait,
}


# What an example may ask in the end


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


# What examples leave out


def _take(run: ScenarioRun, moved: Transition) -> None:
    """Go on with the new application, and give every open stage its officer."""
    run.application = moved.application
    for state in run.application.stages:
        if state.status is StageStatus.OPEN and state.assignee is None:
            given = assign_stage(
                run.application,
                run.permit_type,
                state.stage,
                staff=tuple(item for item in run.staff if item.id == _officer_id(state.stage)),
                workloads=(Workload(officer=_officer_id(state.stage)),),
                actor=Actor(id="system", kind=ActorKind.SYSTEM),
                now=run.now,
                random=Random(0),  # noqa: S311 - there is one candidate
            )
            run.application = given.application


def _refuse_bad_form(run: ScenarioRun) -> None:
    problems = tuple(
        Problem(
            f"form.{found.path}", found.code, _FORM, {"field": found.path, "problem": found.message("id")}
        )
        for found in validate_form(run.permit_type, run.application.form)
    )
    if problems:
        raise SubmissionRefusedError(problems=problems)


def _hand_in_papers(run: ScenarioRun, *, again: bool = False) -> None:
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
        uploaded_by=_APPLICANT.id,
        submission=submission,
        expires_on=date.fromisoformat(str(expires)) if expires is not None else None,
        choice=details.get("choice"),
    )


def _paper_details(papers: Any) -> Mapping[str, Mapping[str, Any]]:
    if isinstance(papers, Mapping):
        return {str(slot): (details or {}) for slot, details in papers.items()}
    return {str(slot): {} for slot in papers}


def _staff(permit_type: PermitType, authority: Authority) -> tuple[Officer, ...]:
    """Return one officer for each stage and one for each position that may sign."""
    officers = [
        Officer(
            id=_officer_id(stage.code),
            name=stage.label.id,
            roles=frozenset({Role(stage.role)}),
            units=frozenset({stage.unit}),
        )
        for stage in permit_type.stages
    ]
    officers += [
        Officer(
            id=f"penandatangan-{position.code}",
            name=position.title.id,
            roles=frozenset({Role.SIGNATORY}),
            units=frozenset({position.unit}),
            position=position.code,
        )
        for position in authority.positions
    ]
    return tuple(officers)


def _officer_id(stage: str) -> str:
    return f"petugas-{stage}"


def _assignee(run: ScenarioRun, stage: str) -> Actor:
    return next(item for item in run.staff if item.id == _officer_id(stage)).as_actor()


def _open_stage(run: ScenarioRun) -> str:
    return next(
        (state.stage for state in run.application.stages if state.status is StageStatus.OPEN),
        run.permit_type.stages[0].code,
    )


def _asker(run: ScenarioRun, stage: str) -> Actor:
    """Return an officer who may ask for the stage, or else the one whose refusal says why not."""
    officers = [
        _assignee(run, state.stage) for state in run.application.stages if state.status is StageStatus.OPEN
    ] or [_assignee(run, _open_stage(run))]
    allowed = (
        officer for officer in officers if may_request_stage(run.application, run.permit_type, stage, officer)
    )
    return next(allowed, officers[0])


def _approval(permit_type: PermitType) -> str:
    return next(stage.code for stage in permit_type.stages if stage.kind is StageKind.APPROVAL)


def _signing_position(run: ScenarioRun) -> str:
    found = run.authority.delegations_for(run.permit_type.code, run.day)
    # Without a delegation the step is refused by the workflow, which names what is missing.
    return found[0].position if found else run.authority.positions[0].code


def _applicant(given: Mapping[str, Any]) -> Applicant:
    kind = ApplicantKind(given.get("kind", "person"))
    address = Address(street="Jalan Contoh 1", village=given.get("village"), district=given.get("district"))
    person = Person(name=str(given.get("name", "Pemohon Contoh")), nik=_NOBODY, address=address)
    if kind is ApplicantKind.PERSON:
        return person if not given.get("has_npwp") else attrs.evolve(person, npwp=_npwp())
    return Organisation(
        name=str(given.get("name", "Organisasi Contoh")),
        kind=kind,
        legal_form=given.get("legal_form"),
        nib=Nib.parse("0000000000001") if given.get("has_nib") else None,
        npwp=_npwp() if given.get("has_npwp") else None,
        address=address,
        responsible=attrs.evolve(person, name="Penanggung Jawab Contoh"),
    )


def _npwp() -> Npwp:
    return Npwp.parse(_NOBODY.value)


def _representative() -> Representative:
    return Representative(
        person=Person(name="Kuasa Contoh", nik=_NOBODY),
        power_of_attorney=sha256(b"surat kuasa").hexdigest(),
    )


def _previous(
    permit_type: PermitType, authority: Authority, given: Mapping[str, Any] | None, now: datetime
) -> Permit | None:
    if given is None:
        return None
    day = authority.calendar.time_zone.local(now).date()
    issued_on = date.fromisoformat(str(given.get("issued_on", day - timedelta(days=365))))
    until = given.get("valid_until")
    return Permit(
        id="0190cccc-0000-7000-8000-000000000000",
        authority=authority.slug,
        number=str(given.get("number", "contoh/1")),
        register=permit_type.register or "contoh",
        register_year=issued_on.year,
        sequence=1,
        permit_type=str(given.get("type", permit_type.code)),
        permit_type_version=permit_type.version,
        application_id="0190dddd-0000-7000-8000-000000000000",
        holder="Pemohon Contoh",
        object="contoh",
        issued_on=issued_on,
        valid_from=issued_on,
        valid_until=date.fromisoformat(str(until)) if until is not None else None,
        position=authority.positions[0].code,
        delegation="contoh",
        unsigned_sha256=sha256(b"unsigned").hexdigest(),
        signed_sha256=sha256(b"signed").hexdigest(),
        signed_at=datetime.combine(issued_on, time(), UTC),
        status=PermitStatus.IN_FORCE,
        status_index=0,
    )


def _moment(authority: Authority, value: Any) -> datetime:
    """Return a local day (then 09:00) or local time as a moment."""
    zone = authority.calendar.time_zone
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone.zone)
    if isinstance(value, date):
        return zone.at(value, time(9))
    text = str(value)
    if len(text) == len("2026-01-31"):
        return zone.at(date.fromisoformat(text), time(9))
    return datetime.fromisoformat(text).replace(tzinfo=zone.zone)


def _first_day(permit_type: PermitType, authority: Authority) -> date:
    """Return a working day on which the version is in force, for examples that name no day."""
    calendar = authority.calendar
    start = max(permit_type.in_force.start or calendar.covers_from, calendar.covers_from)
    return calendar.next_working_day(start)

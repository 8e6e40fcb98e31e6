"""The steps of an example, each the real step of the workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import attrs

from perizinan_core.catalogue import (
    facts_of,
    freeze_terms,
    is_exempt,
    register_number,
)
from perizinan_core.errors.services import ServiceError
from perizinan_core.model._case import (
    CorrectionItem,
    InspectionMinutes,
    OfficialLetter,
    StageOutcome,
    StageStatus,
)
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit import Permit
from perizinan_core.model._stage import StageKind
from perizinan_core.services._scenarios._made_up import APPLICANT, CASHIER, local_moment, paper_details
from perizinan_core.services._scenarios._running import (
    ScenarioRun,
    approval_stage,
    asker,
    assignee,
    hand_in_papers,
    move_on,
    open_stage,
    refuse_bad_form,
    signing_position,
)
from perizinan_core.workflow._corrections import request_correction
from perizinan_core.workflow._decisions import approve, refuse, withdraw
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._issuing import issued, signing_delegation, to_awaiting_signature
from perizinan_core.workflow._payments import record_payment
from perizinan_core.workflow._permits import put_in_force
from perizinan_core.workflow._review import decide_stage, request_stage
from perizinan_core.workflow._submission import resubmit, submit

__all__ = ["STEPS"]


def _submit(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    refuse_bad_form(run)
    facts = facts_of(run.application, previous=run.previous)
    if is_exempt(run.permit_type, facts, run.day):
        raise ServiceError(
            "permit-not-required",
            permit_type=run.permit_type.name.id,
            exemptions=tuple(item.id for item in run.permit_type.exemptions),
        )
    hand_in_papers(run)
    moved = submit(
        run.application,
        run.permit_type,
        run.terms(),
        receipt_number=register_number(
            run.authority,
            run.permit_type.receipt_register or run.authority.receipt_register,
            sequence=1,
            day=run.day,
            permit_type=run.permit_type,
        ),
        actor=APPLICANT,
        now=run.now,
        calendar=run.authority.calendar,
    )
    move_on(run, moved)


def _resubmit(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    if details.get("form") is not None:
        run.application = attrs.evolve(run.application, form={**run.application.form, **details["form"]})
    if details.get("papers") is not None:
        run.papers = None if details["papers"] == "all" else paper_details(details["papers"])
    refuse_bad_form(run)
    hand_in_papers(run, again=True)
    facts = facts_of(run.application, previous=run.previous)
    moved = resubmit(
        run.application,
        run.permit_type,
        staff=run.staff,
        actor=APPLICANT,
        now=run.now,
        calendar=run.authority.calendar,
        terms=freeze_terms(run.permit_type, facts, run.day),
    )
    move_on(run, moved)


def _decide(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    stage = str(details["stage"])
    rule = run.permit_type.stage(stage)
    outcome = StageOutcome(details.get("outcome", "positive"))
    positive = outcome is StageOutcome.POSITIVE
    officer = assignee(run, stage)
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
    move_on(run, moved)


def _request_stage(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    officer = asker(run, str(details["stage"]))
    moved = request_stage(
        run.application,
        run.permit_type,
        str(details["stage"]),
        actor=officer,
        now=run.now,
        calendar=run.authority.calendar,
    )
    move_on(run, moved)


def _request_correction(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    stage = str(details.get("stage") or open_stage(run))
    reason = str(details.get("reason", "contoh"))
    items = tuple(CorrectionItem(target=str(item), reason=reason) for item in details["items"])
    moved = request_correction(
        run.application,
        run.permit_type,
        stage,
        items,
        actor=assignee(run, stage),
        now=run.now,
        calendar=run.authority.calendar,
    )
    move_on(run, moved)


def _approve(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    moved = approve(
        run.application,
        run.permit_type,
        actor=assignee(run, approval_stage(run.permit_type)),
        now=run.now,
        calendar=run.authority.calendar,
        previous_permit=run.previous,
    )
    move_on(run, moved)


def _refuse(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    moved = refuse(
        run.application,
        run.permit_type,
        reasons=tuple(str(item) for item in details.get("reasons", ("contoh",))),
        objection_to=run.authority.name.id,
        actor=assignee(run, approval_stage(run.permit_type)),
        now=run.now,
        calendar=run.authority.calendar,
    )
    move_on(run, moved)


def _withdraw(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    move_on(run, withdraw(run.application, actor=APPLICANT, now=run.now))


def _pay(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    amount = details.get("amount")
    due = amount_outstanding(run.application) if amount is None else Rupiah(int(amount))
    reference = f"contoh-{len(run.application.payments) + 1}"
    payment = Payment(reference=reference, amount=due, paid_at=run.now, recorded_by=CASHIER.id)
    moved = record_payment(
        run.application,
        run.permit_type,
        payment,
        actor=CASHIER,
        now=run.now,
        calendar=run.authority.calendar,
    )
    move_on(run, moved)
    for state in run.application.stages:
        is_payment = run.permit_type.stage(state.stage).kind is StageKind.PAYMENT
        if is_payment and state.status is StageStatus.OPEN and not amount_outstanding(run.application):
            _decide(run, {"stage": state.stage, "outcome": "positive"})


def _issue(run: ScenarioRun, _details: Mapping[str, Any]) -> None:
    permit_type = run.permit_type
    position = signing_position(run)
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
        previous_permit=run.previous,
    )
    move_on(run, moved)
    signed = put_in_force(
        permit, signed_sha256=sha256(b"signed").hexdigest(), actor=signer, now=run.now
    ).permit
    run.permit = signed
    done = issued(
        run.application,
        signed,
        actor=signer,
        now=run.now,
        calendar=run.authority.calendar,
        previous_permit=run.previous,
    )
    move_on(run, done)


def _wait(run: ScenarioRun, details: Mapping[str, Any]) -> None:
    run.now = local_moment(run.authority, details["until"])


STEPS: Mapping[str, Callable[[ScenarioRun, Mapping[str, Any]], None]] = {
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

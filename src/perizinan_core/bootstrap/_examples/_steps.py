"""The steps of an example, each a use case of the office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from perizinan_core.bootstrap._examples._made_up import APPLICANT, CASHIER, local_moment, paper_details
from perizinan_core.bootstrap._examples._run import ExampleRun
from perizinan_core.model._actor import Actor
from perizinan_core.model._case import CorrectionItem, InspectionMinutes, StageOutcome, StageStatus
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._review import may_request_stage

__all__ = ["STEPS"]


def _submit(run: ExampleRun, _details: Mapping[str, Any]) -> None:
    run.hand_in_papers()
    run.office.applications.submit(run.case_id, actor=APPLICANT, now=run.moment)


def _resubmit(run: ExampleRun, details: Mapping[str, Any]) -> None:
    if details.get("form") is not None:
        form = {**run.application.form, **details["form"]}
        run.office.applications.save(run.case_id, form=form, actor=APPLICANT, now=run.moment)
    if details.get("papers") is not None:
        run.papers = None if details["papers"] == "all" else paper_details(details["papers"])
    run.hand_in_papers(again=True)
    run.office.applications.submit(run.case_id, actor=APPLICANT, now=run.moment)


def _decide(run: ExampleRun, details: Mapping[str, Any]) -> None:
    stage = str(details["stage"])
    outcome = StageOutcome(details.get("outcome", "positive"))
    positive = outcome is StageOutcome.POSITIVE
    officer = run.officer(stage)
    minutes = None
    if run.permit_type.stage(stage).kind is StageKind.SITE_INSPECTION:
        minutes = InspectionMinutes(
            day=run.day, inspectors=(officer.id,), findings="contoh", favourable=positive
        )
    run.office.reviews.decide(
        run.case_id,
        stage,
        outcome,
        actor=officer,
        reasons=() if positive else (str(details.get("reason", "contoh")),),
        minutes=minutes,
        now=run.moment,
    )


def _request_stage(run: ExampleRun, details: Mapping[str, Any]) -> None:
    stage = str(details["stage"])
    run.office.reviews.request_stage(run.case_id, stage, actor=_asker(run, stage), now=run.moment)


def _request_correction(run: ExampleRun, details: Mapping[str, Any]) -> None:
    stage = str(details.get("stage") or _open_stage(run))
    reason = str(details.get("reason", "contoh"))
    items = tuple(CorrectionItem(target=str(item), reason=reason) for item in details["items"])
    run.office.reviews.request_correction(run.case_id, stage, items, actor=run.officer(stage), now=run.moment)


def _approve(run: ExampleRun, _details: Mapping[str, Any]) -> None:
    run.office.reviews.approve(run.case_id, actor=_approver(run), now=run.moment)


def _refuse(run: ExampleRun, details: Mapping[str, Any]) -> None:
    reasons = tuple(str(item) for item in details.get("reasons", ("contoh",)))
    run.office.reviews.refuse(run.case_id, reasons=reasons, actor=_approver(run), now=run.moment)


def _withdraw(run: ExampleRun, _details: Mapping[str, Any]) -> None:
    run.office.applications.withdraw(run.case_id, actor=APPLICANT, now=run.moment)


def _pay(run: ExampleRun, details: Mapping[str, Any]) -> None:
    case, amount = run.application, details.get("amount")
    payment = Payment(
        reference=f"contoh-{len(case.payments) + 1}",
        amount=amount_outstanding(case) if amount is None else Rupiah(int(amount)),
        paid_at=run.moment,
        recorded_by=CASHIER.id,
    )
    case = run.office.reviews.record_payment(run.case_id, payment, actor=CASHIER, now=run.moment)
    if amount_outstanding(case):
        return
    for state in case.stages:
        kind = run.permit_type.stage(state.stage).kind
        if kind is StageKind.PAYMENT and state.status is StageStatus.OPEN:
            _decide(run, {"stage": state.stage})


def _issue(run: ExampleRun, _details: Mapping[str, Any]) -> None:
    found = run.authority.delegations_for(run.permit_type.code, run.day)
    # Without a delegation the step is refused by the office, which names what is missing.
    position = found[0].position if found else run.authority.positions[0].code
    signer = next(officer for officer in run.staff if officer.position == position).as_actor()
    run.permit = run.office.permits.issue(run.case_id, actor=signer, now=run.moment)


def _wait(run: ExampleRun, details: Mapping[str, Any]) -> None:
    run.clock.moment = local_moment(run.authority, details["until"])


def _open_stages(run: ExampleRun) -> tuple[str, ...]:
    return tuple(state.stage for state in run.application.stages if state.status is StageStatus.OPEN)


def _open_stage(run: ExampleRun) -> str:
    """Return the first open stage, or the first of all when none is open."""
    return next(iter(_open_stages(run)), run.permit_type.stages[0].code)


def _asker(run: ExampleRun, stage: str) -> Actor:
    """Return an officer who may ask for the stage, or else the one whose refusal says why not."""
    officers = [run.officer(item) for item in _open_stages(run) or (_open_stage(run),)]
    case = run.application
    allowed = (item for item in officers if may_request_stage(case, run.permit_type, stage, item))
    return next(allowed, officers[0])


def _approver(run: ExampleRun) -> Actor:
    return run.officer(
        next(stage.code for stage in run.permit_type.stages if stage.kind is StageKind.APPROVAL)
    )


STEPS: Mapping[str, Callable[[ExampleRun, Mapping[str, Any]], None]] = {
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

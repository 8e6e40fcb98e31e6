"""The decision, and the way to the issued permit."""

from __future__ import annotations

from datetime import date, datetime

import attrs
import pytest

from perizinan_core.errors.workflow import (
    PermitStatusError,
    StageNotOpenError,
    TransitionNotAllowedError,
)
from perizinan_core.model._actor import Account, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._authority import ActingKind
from perizinan_core.model._case import ConflictOfInterest, DecisionKind
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.model._text import DateRange
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    HOST,
    OWNER,
    SYSTEM,
    make_authority,
    make_officer,
    make_permit,
    make_stage,
    make_terms,
)
from perizinan_core.workflow import _functions as workflow

POSITION = "kepala-dinas"


def _cancel_number(desk, **changes):
    given = {
        "reason": "Rusak",
        "actor": desk.who("kepala"),
        "authority": make_authority(desk.calendar),
        "now": desk.now,
        **changes,
    }
    return workflow.cancel_number(desk.case, desk.permit_type, **given)


def test_an_approval_needs_every_review_positive(desk):
    """Before the reviews are in, the refusal names them."""
    desk.submitted()
    desk.decide("lengkap")

    with raises_code("stage-outcome-missing") as refusal:
        desk.approve()
    assert (("verifikasi",), ()) == (refusal.value.missing, refusal.value.negative)


def test_an_outcome_for_an_older_submission_does_not_count(desk):
    """Even a stored case whose outcomes were not set aside is not approved on them."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.case = attrs.evolve(desk.case, submission=2)

    with raises_code("stage-outcome-missing") as refusal:
        desk.approve()
    assert ("lengkap", "verifikasi") == refusal.value.missing


def test_an_approval_is_the_approvers(desk):
    """Another head of office is told whose stage it is, an officer without the role which role it takes."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")

    with raises_code("not-allowed") as refusal:
        desk.approve(actor=desk.who("depan"))
    assert (("office_head",), ("dpmptsp",)) == (refusal.value.roles, refusal.value.units)
    with raises_code("not-assignee"):
        desk.approve(actor=make_officer("kepala-2", Role.OFFICE_HEAD).as_actor())
    case = desk.approve()
    assert (ApplicationState.APPROVED, DecisionKind.APPROVED, Account.officer("kepala")) == (
        case.state,
        case.decision.kind,
        case.decision.by,
    )


def test_a_refusal_has_reasons_and_the_way_to_object(desk):
    """Twenty-one working days after Monday the 2nd of March, at the office that decided."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    for changes in ({"reasons": (" ",)}, {"objection_to": " "}):
        with raises_code("reason-missing"):
            desk.refuse(**changes)
    decision = desk.refuse().decision

    assert (date(2026, 3, 31), "Kepala DPMPTSP Kota Contoh") == (
        decision.objection_until,
        decision.objection_to,
    )
    assert ("Tidak sesuai rencana tata ruang",) == decision.reasons
    assert desk.now == desk.case.closed_at
    assert "Tidak sesuai" not in str(desk.events[-1].data)


def test_an_approval_stage_that_may_not_refuse_needs_a_negative_review(desk):
    """Without one, nothing stands against a grant."""
    desk.has_stages(make_stage("a"), make_stage("keputusan", StageKind.APPROVAL, may_refuse=False))
    desk.submitted()
    desk.decide("a")

    with raises_code("outcome-not-allowed") as refusal:
        desk.refuse()
    assert ("positive",) == refusal.value.allowed


def test_a_refusal_waits_for_its_stage(desk):
    """While all reviews are open nobody refuses."""
    desk.submitted()
    desk.decide("lengkap")

    with pytest.raises(StageNotOpenError) as refusal:
        desk.refuse()
    assert ("verifikasi",) == refusal.value.waiting_for


@pytest.mark.parametrize("step", ["draft", "submitted", "corrected"])
def test_the_applicant_may_withdraw_before_the_decision(desk, step):
    """From a draft, a submitted case and a correction, with a reason or without."""
    if step == "draft":
        desk.draft()
    else:
        desk.submitted()
    if step == "corrected":
        desk.decide("lengkap")
        desk.correct("verifikasi")
    moved = workflow.withdraw(desk.case, actor=OWNER, now=desk.now, reason=" Pindah ")

    assert (ApplicationState.WITHDRAWN, ("Pindah",)) == (
        moved.application.state,
        moved.application.decision.reasons,
    )
    assert () == workflow.withdraw(desk.case, actor=HOST, now=desk.now).application.decision.reasons


def test_nobody_else_withdraws_and_nobody_after_the_number(desk):
    """A letter that is being signed is cancelled by the office first."""
    desk.submitted()
    with raises_code("not-party"):
        workflow.withdraw(desk.case, actor=desk.who("kepala"), now=desk.now)
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.approve()
    desk.take_number()

    with pytest.raises(TransitionNotAllowedError):
        workflow.withdraw(desk.case, actor=OWNER, now=desk.now)


def test_the_number_binds_permit_signer_and_delegation(desk):
    """The event says under which delegation it is signed."""
    desk.approved()
    case = desk.take_number()

    assert ("izin-1", "penandatangan", ApplicationState.AWAITING_SIGNATURE) == (
        case.permit_id,
        case.signer,
        case.state,
    )
    assert "perwali-1" == desk.events[-1].data["delegation"]
    with pytest.raises(TransitionNotAllowedError):
        desk.take_number(permit_id="izin-2")


def test_no_number_over_a_review_that_is_not_positive(desk):
    """Even a stored case that was tampered with into the approved state gets none."""
    desk.submitted()
    desk.decide("lengkap")
    desk.case = attrs.evolve(desk.case, state=ApplicationState.APPROVED)

    with raises_code("stage-outcome-missing"):
        desk.take_number()


def test_the_signer_holds_the_position_and_no_other_duty(desk):
    """Role, position, own case, conflict and separation each refuse."""
    desk.staff = tuple(
        attrs.evolve(one, roles=one.roles | {Role.SIGNATORY}, position=POSITION)
        if one.id in ("kepala", "belakang")
        else one
        for one in desk.staff
    )
    desk.approved()
    plain = make_officer("lain", Role.SIGNATORY, position="sekretaris").as_actor()

    for signer, error in (
        (plain, "not-signatory"),
        (make_officer("lain", position=POSITION).as_actor(), "not-signatory"),
        (SYSTEM, "not-signatory"),
        (
            make_officer(
                "pribadi", Role.SIGNATORY, position=POSITION, public_accounts=frozenset({OWNER.id})
            ).as_actor(),
            "own-case",
        ),
        (desk.who("kepala"), "separation-of-duties"),
        (desk.who("belakang"), "separation-of-duties"),
    ):
        with raises_code(error):
            desk.take_number(signer=signer)
    declared = ConflictOfInterest(officer="penandatangan", declared_at=desk.now, reason="Saudara")
    desk.case = attrs.evolve(desk.case, conflicts=(declared,))
    with raises_code("conflict-of-interest"):
        desk.take_number()


def test_after_a_duty_to_issue_a_person_goes_on(desk):
    """The system may do so by itself only after an automatic grant."""
    for policy in (SilencePolicy.DUTY_TO_ISSUE, SilencePolicy.AUTOMATIC):
        desk.now = datetime(2026, 3, 2, 9, tzinfo=desk.now.tzinfo)
        desk.submitted(make_terms(desk.permit_type, silence=policy))
        desk.decide("lengkap")
        desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
        desk.take(
            workflow.deem_granted(
                desk.case,
                desk.permit_type,
                staff=desk.staff,
                actor=SYSTEM,
                now=desk.now,
                calendar=desk.calendar,
            )
        )
        if policy is SilencePolicy.DUTY_TO_ISSUE:
            with raises_code("not-allowed"):
                desk.take_number()
            assert desk.take_number(actor=desk.who("penandatangan")).signer
        else:
            assert desk.take_number().signer


def test_applicants_take_no_numbers(desk):
    """Going on with a decided case is the office's."""
    desk.approved()

    with raises_code("not-allowed"):
        desk.take_number(actor=OWNER)


def test_a_cancelled_number_lets_the_case_try_again(desk):
    """By a head of office or signatory, with a reason; the next attempt has its own permit and signer."""
    desk.approved()
    desk.take_number()
    with raises_code("not-allowed"):
        _cancel_number(desk, actor=SYSTEM)
    with raises_code("reason-missing"):
        _cancel_number(desk, reason="")
    desk.take(_cancel_number(desk))

    assert (ApplicationState.APPROVED, None, None) == (
        desk.case.state,
        desk.case.permit_id,
        desk.case.signer,
    )
    assert {"permit": "izin-1"} == dict(desk.events[-1].data)
    assert "izin-2" == desk.take_number(permit_id="izin-2", number="2/2026").permit_id


def test_a_signed_permit_closes_the_case(desk):
    """The event's subject is the permit and names the application."""
    permit = desk.issued()

    assert (ApplicationState.ISSUED, desk.now) == (desk.case.state, desk.case.closed_at)
    assert (permit.id, desk.case.id, False) == (
        desk.events[-1].subject,
        desk.events[-1].data["application"],
        desk.events[-1].data["deemed"],
    )


def test_only_the_signed_permit_with_the_taken_number_closes_it(desk):
    """Another permit, another case's permit, an unsigned one, and an applicant are refused."""
    desk.approved()
    desk.take_number()
    signed = workflow.put_in_force(make_permit(), signed_sha256="1" * 64, actor=SYSTEM, now=desk.now).permit

    for permit in (attrs.evolve(signed, id="izin-9"), attrs.evolve(signed, application_id="lain")):
        with raises_code("wrong-permit"):
            workflow.issued(desk.case, permit, actor=SYSTEM, now=desk.now, calendar=desk.calendar)
    with pytest.raises(PermitStatusError):
        workflow.issued(desk.case, make_permit(), actor=SYSTEM, now=desk.now, calendar=desk.calendar)
    with raises_code("not-allowed"):
        workflow.issued(desk.case, signed, actor=OWNER, now=desk.now, calendar=desk.calendar)


def test_the_delegation_that_began_last_is_used(desk):
    """An acting officer's delegation goes before the one of the office it stands in for."""
    authority = make_authority()
    acting = attrs.evolve(
        authority.delegations[0],
        code="acting-1",
        acting=ActingKind.ACTING_VACANT,
        valid=DateRange(date(2026, 3, 1), date(2026, 3, 31)),
    )
    authority = attrs.evolve(authority, delegations=(acting, *authority.delegations))

    for day, code in ((date(2026, 3, 31), "acting-1"), (date(2026, 4, 1), "perwali-1")):
        found = workflow.signing_delegation(authority, "izin-contoh", POSITION, day)
        assert code == found.code


@pytest.mark.parametrize(
    ("changes", "reason", "boundary"),
    [
        ({"valid": DateRange(None, date(2026, 3, 1))}, "expired", date(2026, 3, 1)),
        ({"valid": DateRange(date(2026, 3, 3))}, "not_yet", date(2026, 3, 3)),
        ({"valid": DateRange(date(2026, 3, 3), date(2026, 12, 31))}, "not_yet", date(2026, 3, 3)),
        ({"permit_types": frozenset({"izin-lain"})}, "none", None),
        ({"position": "sekretaris"}, "none", None),
    ],
)
def test_without_a_delegation_on_the_day_nothing_is_signed(desk, changes, reason, boundary):
    """The refusal says whether it ended, has not begun, or does not exist."""
    authority = make_authority(desk.calendar)
    other = attrs.evolve(authority.delegations[0], **changes)
    desk.approved()

    with raises_code("delegation-missing") as refusal:
        desk.take_number(authority=attrs.evolve(authority, delegations=(other,)))
    assert (reason, boundary) == (refusal.value.reason, refusal.value.boundary)

"""The way back from a grant whose permit is not issued, and what is asked beforehand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest

from perizinan_core.errors.workflow import (
    NotIssuableError,
    PermitStatusError,
    Problem,
    TransitionNotAllowedError,
)
from perizinan_core.model._actor import Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import ClockEvent, DecisionKind
from perizinan_core.model._events import EventKind
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import PermitStatus, StatusChange
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.model._text import DateRange
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_authority,
    make_officer,
    make_permit,
    make_stage,
    make_terms,
)
from perizinan_core.workflow import AnnulledBy, DefectGround
from perizinan_core.workflow import _functions as workflow

WIB = ZoneInfo("Asia/Jakarta")
UNPRINTABLE = Problem("letter.statement.holder", "unprintable-text", "Huruf tidak ada", label="Huruf")


def _old(**changes):
    given = {"id": "izin-lama", "signed_sha256": "2" * 64, "status": PermitStatus.IN_FORCE, **changes}
    return make_permit(**given)


def _ended(permit, status=PermitStatus.REVOKED, *, effective=date(2026, 3, 2)):
    change = StatusChange(
        status=status,
        at=datetime(2026, 3, 2, 9, tzinfo=WIB),
        effective=effective,
        by="kepala",
        reason="Melanggar",
    )
    return attrs.evolve(permit, status=status, changes=(change,))


def _amendment(desk, old):
    """An amendment of ``old``, ready to be approved."""
    desk.draft(kind=ApplicationKind.AMENDMENT, previous_permit=old)
    desk.upload()
    desk.submit(previous_permit=old)
    desk.assign()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    return desk


def _reopen(desk, **changes):
    given = {
        "reasons": ("Nama tidak dapat dicetak",),
        "actor": desk.who("penandatangan"),
        "now": desk.now,
        "calendar": desk.calendar,
        **changes,
    }
    return desk.take(workflow.reopen(desk.case, desk.permit_type, **given))


def _annul(desk, **changes):
    given = {
        "ground": DefectGround.SUBSTANCE,
        "found_on": desk.now.date(),
        "annulled_by": AnnulledBy.OFFICIAL,
        "reasons": ("Izin lama dicabut",),
        "legal_basis": "UU 30/2014 Pasal 66",
        "objection_to": "Kepala dinas",
        "actor": desk.who("penandatangan"),
        "now": desk.now,
        "authority": make_authority(desk.calendar),
        **changes,
    }
    return desk.take(workflow.annul_decision(desk.case, desk.permit_type, **given))


def _deemed(desk):
    desk.submitted(make_terms(desk.permit_type, silence=SilencePolicy.AUTOMATIC))
    desk.decide("lengkap")
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    return desk.take(
        workflow.deem_granted(
            desk.case,
            desk.permit_type,
            staff=desk.staff,
            actor=SYSTEM,
            now=desk.now,
            calendar=desk.calendar,
        )
    )


def test_every_state_that_is_not_final_leads_to_an_end_without_giving_up():
    """In the table: to an issue and to an end against the applicant, by other steps than withdrawing."""
    moves = [
        move for rule in workflow.RULES if rule.action is not workflow.Action.WITHDRAW for move in rule.moves
    ]

    def reached(state):
        found, pending = set(), {state}
        while pending:
            found |= pending
            pending = {target for source, target in moves if source in pending} - found
        return found

    for state in ApplicationState:
        if not state.is_terminal:
            assert {ApplicationState.ISSUED, ApplicationState.REFUSED} <= reached(state), state


def test_an_approval_can_be_set_aside_until_the_permit_is_issued(desk):
    """The approver judges again, on the same clock, and the reasons stay on record."""
    desk.approved()
    desk.take_number()
    with pytest.raises(TransitionNotAllowedError):
        _reopen(desk)
    desk.take(
        workflow.cancel_number(
            desk.case,
            desk.permit_type,
            reason="Salah",
            actor=desk.who("penandatangan"),
            authority=make_authority(desk.calendar),
            now=desk.now,
        )
    )
    case = _reopen(desk)
    approval = case.stage_state("keputusan")

    assert (ApplicationState.IN_REVIEW, None, None) == (case.state, case.decision, case.permit_id)
    assert "kepala" == approval.assignee
    assert ("Nama tidak dapat dicetak",) == approval.earlier[-1].set_aside_reasons
    assert case.clock.is_running
    assert [ClockEvent.STARTED, ClockEvent.STOPPED, ClockEvent.RESUMED] == [
        entry.event for entry in case.clock.entries
    ]
    assert ApplicationState.REFUSED is desk.refuse().state
    told = workflow.replay(desk.events)
    assert (ApplicationState.REFUSED, (EventKind.APPLICATION_REFUSED,)) == (told.state, told.decisions)


def test_between_approval_and_reopening_no_time_counts(desk):
    """Three days of five were left on the 4th; they are left a month later."""
    desk.submitted()
    desk.decide("lengkap")
    desk.now = datetime(2026, 3, 4, 16, 30, tzinfo=desk.now.tzinfo)
    desk.decide("verifikasi")
    desk.approve()
    desk.now = datetime(2026, 4, 6, 7, 30, tzinfo=desk.now.tzinfo)
    case = _reopen(desk)

    assert date(2026, 4, 8) == workflow.due_date(case, desk.calendar, desk.now)


def test_what_a_conflicted_officer_judged_is_judged_again_after_reopening(desk):
    """The conflict was declared after the approval, when nothing could be set aside."""
    desk.approved()
    desk.staff = (*desk.staff, make_officer("depan-2", Role.FRONT_OFFICE))
    desk.take(
        workflow.declare_conflict(
            desk.case,
            desk.permit_type,
            officer="depan",
            reason="Saudara",
            actor=desk.who("depan"),
            now=desk.now,
            calendar=desk.calendar,
        )
    )
    case = _reopen(desk)

    assert ApplicationState.SUBMITTED is case.state
    assert None is case.stage_state("lengkap").assignee
    assert ApplicationState.SUBMITTED is workflow.replay(desk.events).state


def test_only_those_who_decide_set_a_grant_aside_and_only_with_reasons(desk):
    """The head of office or a signatory."""
    desk.approved()
    for account in ("depan", "supervisor"):
        with raises_code("not-allowed"):
            _reopen(desk, actor=desk.who(account))
        with raises_code("not-allowed"):
            _annul(desk, actor=desk.who(account))
    with raises_code("reason-missing"):
        _reopen(desk, reasons=(" ",))
    with raises_code("reason-missing"):
        _annul(desk, reasons=())
    with raises_code("reason-missing"):
        _annul(desk, objection_to=" ")
    with raises_code("legal-basis-missing"):
        _annul(desk, legal_basis="")


def test_a_grant_by_law_does_not_go_back_to_review(desk):
    """It is annulled for a defect, as a refusal with its way to object."""
    _deemed(desk)
    with raises_code("decision-stands"):
        _reopen(desk)
    case = _annul(desk)

    assert (ApplicationState.REFUSED, DecisionKind.REFUSED) == (case.state, case.decision.kind)
    assert ("substance", "UU 30/2014 Pasal 66") == (case.decision.ground, case.decision.legal_basis)
    assert case.decision.objection_until and case.deemed_grant
    assert desk.events[-1].data["deemed"] is True


def test_an_annulment_has_the_days_of_the_law(desk):
    """Five working days from finding the defect, but for a court."""
    desk.approved()
    found = desk.now.date()
    desk.wait(days=14)
    with raises_code("annulment-period"):
        _annul(desk, found_on=found)
    with raises_code("annulment-period"):
        _annul(desk, found_on=desk.now.date() + timedelta(days=1))

    assert ApplicationState.REFUSED is _annul(desk, found_on=found, annulled_by=AnnulledBy.COURT).state


def test_an_applicant_withdraws_until_the_number_is_taken(desk):
    """Also what was approved."""
    desk.approved()
    case = desk.take(workflow.withdraw(desk.case, actor=OWNER, now=desk.now))

    assert (ApplicationState.WITHDRAWN, DecisionKind.WITHDRAWN) == (case.state, case.decision.kind)
    assert (EventKind.APPLICATION_WITHDRAWN,) == workflow.replay(desk.events).decisions


def test_what_cannot_be_issued_is_not_approved(desk):
    """The approver is told everything, and may refuse although the stage itself may not."""
    desk.has_stages(make_stage("a"), make_stage("keputusan", StageKind.APPROVAL, may_refuse=False))
    desk.submitted()
    desk.decide("a")
    with pytest.raises(NotIssuableError) as refusal:
        desk.approve(problems=(UNPRINTABLE,))
    assert ({"path": "letter.statement.holder", "code": "unprintable-text"},) == refusal.value.details()[
        "problems"
    ]
    with raises_code("outcome-not-allowed"):
        desk.refuse()

    assert ApplicationState.REFUSED is desk.refuse(problems=(UNPRINTABLE,)).state


@pytest.mark.parametrize("status", [PermitStatus.REVOKED, PermitStatus.ANNULLED, PermitStatus.SUPERSEDED])
def test_an_amendment_of_a_permit_that_has_ended_is_neither_approved_numbered_nor_issued(desk, status):
    """Whenever it ended since the submission; a day that lies ahead counts as well."""
    old = _old()
    gone = _ended(old, status, effective=date(2026, 12, 1))
    _amendment(desk, old)
    with pytest.raises(PermitStatusError):
        desk.approve(previous_permit=gone)
    with raises_code("previous-permit"):
        desk.approve()
    desk.approve(previous_permit=old)
    with pytest.raises(PermitStatusError):
        desk.take_number(previous_permit=gone)
    desk.take_number(previous_permit=old)
    signed = workflow.put_in_force(make_permit(), signed_sha256="1" * 64, actor=SYSTEM, now=desk.now).permit
    given = {"actor": SYSTEM, "now": desk.now, "calendar": desk.calendar}
    with pytest.raises(PermitStatusError):
        workflow.issued(desk.case, signed, previous_permit=gone, **given)

    assert workflow.issued(desk.case, signed, previous_permit=old, **given).application.state.is_terminal


def test_a_renewal_outlives_the_end_of_its_old_permit(desk):
    """It expired while the office worked: that is what the renewal is for."""
    old = _old(valid_until=date(2026, 3, 3))
    desk.draft(kind=ApplicationKind.RENEWAL, previous_permit=old)
    desk.upload()
    desk.submit(previous_permit=old)
    desk.assign()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.wait(days=3)

    assert ApplicationState.APPROVED is desk.approve(previous_permit=old).state


def test_a_cancelled_letter_is_annulled_and_was_never_in_force(desk):
    """An issued permit is not cancelled so."""
    given = {"reason": "Salah cetak", "actor": SYSTEM, "now": desk.now, "today": desk.now.date()}
    cancelled = workflow.cancel_letter(make_permit(), **given).permit

    assert PermitStatus.ANNULLED is cancelled.status is cancelled.status_on(date(2020, 1, 1))
    for permit in (cancelled, _old()):
        with pytest.raises(PermitStatusError):
            workflow.cancel_letter(permit, **given)
    with raises_code("reason-missing"):
        workflow.cancel_letter(make_permit(), **{**given, "reason": " "})


def test_a_second_successor_and_a_missing_delegation_are_found_beforehand(desk):
    """Of applications in work; those that ended without a permit hold nothing."""
    old = _old()
    _amendment(desk, old)
    other = attrs.evolve(desk.case, id="permohonan-2", receipt_number="2/2026")
    given = {"authority": make_authority(), "previous_number": "1/2026", "day": desk.now.date()}

    def codes(**changes):
        found = workflow.submission_obstacles(other, desk.permit_type, **{**given, **changes})
        return [problem.code for problem in found]

    assert ["successor-pending"] == codes(others=(desk.case, other))
    assert [] == codes(others=(attrs.evolve(desk.case, state=ApplicationState.WITHDRAWN),))
    assert ["no-signatory"] == codes(authority=make_authority(delegations=()))


def test_an_approver_who_would_be_the_only_signatory_is_told(desk):
    """The approver cannot sign; nor can those who worked on the case, or whose delegation has ended."""
    desk.submitted()
    day = desk.now.date()

    def codes(*staff, authority=None):
        found = workflow.approval_obstacles(
            desk.case,
            desk.permit_type,
            authority=authority or make_authority(),
            staff=staff,
            day=day,
            approver="kepala",
        )
        return [problem.code for problem in found]

    signatory = make_officer("penandatangan", Role.SIGNATORY, position="kepala-dinas")
    assert [] == codes(signatory)
    assert ["no-signatory"] == codes()
    assert ["no-signatory"] == codes(attrs.evolve(signatory, id="kepala"))
    assert ["no-signatory"] == codes(attrs.evolve(signatory, active=False))
    assert ["no-signatory"] == codes(attrs.evolve(signatory, roles=frozenset()))
    base = make_authority()
    later = attrs.evolve(base.delegations[0], valid=DateRange(day + timedelta(days=9)))
    over = attrs.evolve(base.delegations[0], valid=DateRange(None, day - timedelta(days=1)))
    assert [] == codes(signatory, authority=attrs.evolve(base, delegations=(later,)))
    assert ["no-signatory"] == codes(signatory, authority=attrs.evolve(base, delegations=(over,)))

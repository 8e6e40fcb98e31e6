"""Who gets a stage, and the exceptions that need a second person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.workflow import (
    NoEligibleOfficerError,
    StageNotOpenError,
    TransitionNotAllowedError,
)
from perizinan_core.model._actor import Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import StageStatus
from perizinan_core.model._stage import Assignment, StageKind
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_minutes,
    make_officer,
    make_stage,
)
from perizinan_core.workflow import _functions as workflow
from perizinan_core.workflow._assignment import Workload
from perizinan_core.workflow._overrides import QueueEntry


def _front(*names, **changes):
    return tuple(make_officer(name, Role.FRONT_OFFICE, **changes) for name in names)


def _submit(desk, staff):
    desk.staff = (*staff, *(one for one in desk.staff if one.id != "depan"))
    desk.draft()
    desk.upload()
    desk.submit()
    return desk


def _assign(desk, **changes):
    given = {"staff": desk.staff, "actor": SYSTEM, "now": desk.now, **changes}
    return desk.take(workflow.assign_stage(desk.case, desk.permit_type, "lengkap", **given))


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ((), "ani"),
        ((Workload(officer="ani", open_cases=2), Workload(officer="budi", open_cases=1)), "citra"),
        ((Workload(officer="ani", last_assigned=datetime(2026, 1, 1, tzinfo=UTC)),), "budi"),
        (
            (
                Workload(officer="ani", last_assigned=datetime(2026, 1, 3, tzinfo=UTC)),
                Workload(officer="budi", last_assigned=datetime(2026, 1, 2, tzinfo=UTC)),
                Workload(officer="citra", open_cases=1),
            ),
            "budi",
        ),
    ],
)
def test_rotation_takes_fewest_cases_then_longest_wait_then_id(desk, loads, expected):
    """The rule has three steps, and the record says by which rule and among whom."""
    _submit(desk, _front("citra", "budi", "ani"))
    case = _assign(desk, workloads=loads)

    assert expected == case.stage_state("lengkap").assignee
    data = desk.events[-1].data
    assert ("rotation", ["ani", "budi", "citra"]) == (data["method"], data["candidates"])


def test_a_random_draw_can_be_repeated_from_the_record(desk):
    """The number drawn and the candidates are in the event; anybody can check the result."""
    stages = (
        make_stage("lengkap", StageKind.COMPLETENESS_CHECK, assignment=Assignment.RANDOM),
        make_stage("keputusan", StageKind.APPROVAL),
    )
    desk.has_stages(*stages)
    _submit(desk, _front("citra", "budi", "ani"))
    with pytest.raises(ValueError, match="SystemRandom"):
        _assign(desk)
    case = _assign(desk, random=Random(7))
    data = desk.events[-1].data

    assert case.stage_state("lengkap").assignee == workflow.draw_officer(
        data["candidates"], int(data["draw"])
    )
    assert "random" == data["method"]


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(0, 99), min_size=1, max_size=5), st.integers(0, 2**64 - 1))
def test_a_draw_ignores_the_order_of_the_candidates(numbers, draw):
    """Nobody gains by standing first in a list, and somebody is always drawn."""
    names = [f"petugas-{number}" for number in numbers]

    drawn = workflow.draw_officer(names, draw)
    assert drawn == workflow.draw_officer(reversed(names), draw)
    assert drawn in names


def test_only_active_officers_with_role_and_unit_and_without_interest_are_eligible(desk):
    """Each condition alone keeps somebody out."""
    _submit(
        desk,
        (
            *_front("pergi", active=False),
            *_front("lain", units=frozenset({"dinkes"})),
            make_officer("pribadi", Role.FRONT_OFFICE, public_accounts=frozenset({OWNER.id})),
            make_officer("belakang-2", Role.BACK_OFFICE),
            *_front("ani"),
        ),
    )

    assert ["ani"] == [
        one.id for one in workflow.eligible_officers(desk.case, desk.permit_type, "lengkap", desk.staff)
    ]


def test_an_office_without_anybody_is_told_which_role_is_missing(desk):
    """The refusal names role and unit, and who has them but may not."""
    _submit(desk, (make_officer("pribadi", Role.FRONT_OFFICE, public_accounts=frozenset({OWNER.id})),))

    with pytest.raises(NoEligibleOfficerError) as refusal:
        _assign(desk)
    assert ("front_office", "dpmptsp", ("pribadi",)) == (
        refusal.value.role,
        refusal.value.unit,
        refusal.value.excluded,
    )
    assert "front office" in str(refusal.value)


def test_an_officer_who_may_go_on_keeps_the_stage(desk):
    """Assigning again changes nothing; one who left is replaced."""
    _submit(desk, _front("ani", "budi"))
    _assign(desk)
    with raises_code("already-assigned") as refusal:
        _assign(desk)
    assert "ani" == refusal.value.assignee
    assert desk.case == desk.assign()
    desk.staff = tuple(attrs.evolve(one, active=one.id != "ani") for one in desk.staff)
    state = desk.assign().stage_state("lengkap")

    assert ("budi", ("ani",)) == (state.assignee, state.past_assignees)
    assert "ani" == desk.events[-1].data["before"]


def test_a_stage_that_is_not_open_is_not_assigned(desk):
    """Waiting stages find their officer when they open."""
    desk.submitted()

    with pytest.raises(StageNotOpenError) as refusal:
        workflow.assign_stage(
            desk.case, desk.permit_type, "verifikasi", staff=desk.staff, actor=SYSTEM, now=desk.now
        )
    assert ("lengkap",) == refusal.value.waiting_for


def test_a_draft_has_nothing_to_assign(desk):
    """The bulk step does nothing, the single one says why."""
    desk.draft()

    assert (
        ()
        == workflow.assign_open_stages(
            desk.case, desk.permit_type, staff=desk.staff, actor=SYSTEM, now=desk.now
        ).events
    )
    with pytest.raises(TransitionNotAllowedError):
        _assign(desk)


def test_a_small_office_is_not_painted_into_a_corner(desk):
    """Who alone can decide, or sign, is passed over for what others can do as well."""
    desk.staff = (
        make_officer("ani", Role.FRONT_OFFICE, Role.OFFICE_HEAD),
        make_officer("budi", Role.FRONT_OFFICE, Role.SIGNATORY, position="kepala-dinas"),
        make_officer("citra", Role.FRONT_OFFICE),
        make_officer("dewi", Role.BACK_OFFICE),
    )
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")

    assert ["citra", "dewi", "ani"] == [state.assignee for state in desk.case.stages]
    desk.approve(actor=desk.who("ani"))
    assert "budi" == desk.take_number(signer=desk.who("budi")).signer


def test_when_nobody_else_is_there_the_needed_person_gets_the_stage(desk):
    """Looking ahead never blocks the stage at hand."""
    desk.staff = (make_officer("ani", Role.FRONT_OFFICE, Role.OFFICE_HEAD),)

    assert "ani" == desk.submitted().stage_state("lengkap").assignee


def test_a_supervisor_has_a_stage_reassigned_with_a_reason_and_without_choosing(desk):
    """The rule finds the new officer; reason and supervisor stay on record."""
    _submit(desk, _front("ani", "budi"))
    _assign(desk)
    case = _reassign(desk)
    state = case.stage_state("lengkap")

    assert ("budi", ("ani",)) == (state.assignee, state.past_assignees)
    assert ("reassignment:lengkap", "ani", "supervisor", "Sakit") == (
        case.overrides[0].rule,
        case.overrides[0].requested_by,
        case.overrides[0].approved_by,
        case.overrides[0].reason,
    )
    assert "reason" not in desk.events[-1].data


def test_a_stage_that_the_case_does_not_have_cannot_be_reassigned(desk):
    """Whatever code a page sends: the answer is a sentence with the stages that there are."""
    desk.submitted()
    with raises_code("unknown-stage"):
        workflow.reassign_stage(
            desk.case,
            desk.permit_type,
            "tidak-ada",
            reason="Sakit",
            staff=desk.staff,
            actor=desk.who("supervisor"),
            now=desk.now,
        )


def test_a_stage_that_nobody_has_can_be_reassigned_too(desk):
    """The supervisor then stands for both sides of the record."""
    _submit(desk, _front("ani"))

    assert "ani" == _reassign(desk).stage_state("lengkap").assignee
    assert "supervisor" == desk.case.overrides[0].requested_by


def test_reassigning_needs_another_person_a_reason_and_an_unfinished_stage(desk):
    """Each condition refuses on its own; without anybody else the stage stays."""
    boss = make_officer("bos", Role.FRONT_OFFICE, Role.SUPERVISOR)
    _submit(desk, (boss,))
    _assign(desk)

    with raises_code("second-person"):
        _reassign(desk, actor=boss.as_actor())
    with raises_code("reason-missing"):
        _reassign(desk, reason=" ")
    with raises_code("not-allowed") as refusal:
        _reassign(desk, actor=desk.who("kepala"))
    assert ("supervisor",) == refusal.value.roles
    with pytest.raises(NoEligibleOfficerError):
        _reassign(desk)
    desk.decide("lengkap")
    with pytest.raises(StageNotOpenError):
        _reassign(desk)


def test_a_supervisor_does_not_get_the_stage_they_reassign(desk):
    """Whoever sets the rule aside gains nothing by it."""
    boss = make_officer("aa-bos", Role.FRONT_OFFICE, Role.SUPERVISOR)
    _submit(desk, (boss, *_front("ani", "budi")))
    _assign(desk, workloads=(Workload(officer="aa-bos", open_cases=1),))

    assert "budi" == _reassign(desk, actor=boss.as_actor()).stage_state("lengkap").assignee


def test_a_declared_conflict_takes_the_officer_out_and_their_work_with_it(desk):
    """What was judged is judged again by somebody else."""
    desk.staff = (*desk.staff, *_front("depan-2"))
    desk.submitted()
    desk.decide("lengkap")
    case = _conflict(desk, "depan")
    state = case.stage_state("lengkap")

    assert (ApplicationState.SUBMITTED, StageStatus.OPEN, None) == (
        case.state,
        state.status,
        state.assignee,
    )
    assert ("depan",) == state.past_assignees
    assert ("Saudara pemohon",) == state.earlier[0].set_aside_reasons
    assert StageStatus.WAITING is case.stage_state("verifikasi").status
    assert "depan-2" == desk.assign().stage_state("lengkap").assignee


def test_a_conflict_of_an_inspector_sets_the_inspection_aside(desk):
    """Standing at the site counts, not only writing the minutes."""
    desk.has_stages(
        make_stage("lapangan", StageKind.SITE_INSPECTION), make_stage("keputusan", StageKind.APPROVAL)
    )
    desk.submitted()
    desk.decide("lapangan", minutes=make_minutes(desk.now.date(), "pengawas", "teknis"))
    state = _conflict(desk, "teknis").stage_state("lapangan")

    assert (StageStatus.OPEN, "pengawas") == (state.status, state.assignee)


def test_a_supervisor_may_record_a_conflict_and_others_only_their_own(desk):
    """Nobody pushes a colleague out."""
    desk.submitted()

    with raises_code("not-allowed"):
        _conflict(desk, "depan", desk.who("belakang"))
    with raises_code("not-allowed"):
        _conflict(desk, OWNER.id, OWNER)
    with raises_code("reason-missing"):
        _conflict(desk, "depan", reason="")
    assert "depan" == _conflict(desk, "depan", desk.who("supervisor")).conflicts[0].officer


def test_a_conflict_during_a_correction_waits_for_the_answer(desk):
    """The stage is released, and nothing opens while the applicant has the case."""
    desk.submitted()
    desk.correct("lengkap")
    case = _conflict(desk, "depan")

    assert ApplicationState.CORRECTION_REQUESTED is case.state
    assert (StageStatus.WAITING, None) == (
        case.stage_state("lengkap").status,
        case.stage_state("lengkap").assignee,
    )


def test_a_conflict_after_the_decision_changes_no_outcome(desk):
    """It only keeps the officer from signing."""
    case = desk.approved()
    after = _conflict(desk, "depan")

    assert case.stages == after.stages
    assert frozenset({"depan"}) == workflow.excluded_officers(after)


def test_the_earlier_case_of_the_same_queue_comes_first(desk):
    """First in, first out: the refusal names whose turn it is and how many wait."""
    desk.submitted()
    queue = [
        QueueEntry(application="permohonan-1", opened_at=desk.now),
        QueueEntry(application="permohonan-0", opened_at=desk.now),
        QueueEntry(
            application="permohonan-8", receipt_number="TT/8/2026", opened_at=desk.now - timedelta(days=1)
        ),
        QueueEntry(application="permohonan-9", opened_at=desk.now + timedelta(days=1)),
    ]

    with raises_code("queue-jump") as refusal:
        _queue(desk, queue)
    assert ("TT/8/2026", 2) == (refusal.value.first, refusal.value.waiting)
    assert "TT/8/2026 came before it" in str(refusal.value)
    assert _queue(desk, queue[:1] + queue[3:]) is None


def test_a_jump_needs_a_supervisor_and_a_reason_and_holds_for_this_opening(desk):
    """Allowed once, public in the log, and void when the stage opens again later."""
    desk.submitted()
    queue = [QueueEntry(application="permohonan-0", opened_at=desk.now - timedelta(days=1))]
    case = _jump(desk)

    assert "queue_jump:lengkap" == desk.events[-1].data["rule"]
    assert ("depan", "supervisor", "Acara besok") == (
        case.overrides[0].requested_by,
        case.overrides[0].approved_by,
        case.overrides[0].reason,
    )
    assert _queue(desk, queue) is None
    desk.wait(days=1).corrected("lengkap")
    with raises_code("queue-jump"):
        _queue(desk, queue)


def test_a_jump_is_refused_to_the_wrong_people(desk):
    """Only the stage's officer asks, only another person with the role allows."""
    desk.staff = (
        make_officer("depan", Role.FRONT_OFFICE, Role.SUPERVISOR),
        *(one for one in desk.staff if one.id != "depan"),
    )
    desk.submitted()

    with raises_code("second-person"):
        _jump(desk, approved_by=desk.who("depan"))
    with raises_code("not-allowed"):
        _jump(desk, approved_by=desk.who("kepala"))
    with raises_code("reason-missing"):
        _jump(desk, reason="")
    other = make_officer("depan-2", Role.FRONT_OFFICE).as_actor()
    with raises_code("not-assignee"):
        _jump(desk, asker=other)


def test_a_jump_of_another_stage_does_not_help(desk):
    """An override is for one stage and one officer."""
    desk.submitted()
    _jump(desk)
    desk.decide("lengkap")
    queue = [QueueEntry(application="permohonan-0", opened_at=desk.now - timedelta(days=1))]

    with raises_code("queue-jump"):
        workflow.check_queue(
            desk.case, desk.permit_type, "verifikasi", actor=desk.who("belakang"), queue=queue
        )


def _reassign(desk, **changes):
    given = {
        "reason": "Sakit",
        "staff": desk.staff,
        "actor": desk.who("supervisor"),
        "now": desk.now,
        **changes,
    }
    return desk.take(workflow.reassign_stage(desk.case, desk.permit_type, "lengkap", **given))


def _conflict(desk, officer, actor=None, reason="Saudara pemohon"):
    return desk.take(
        workflow.declare_conflict(
            desk.case,
            desk.permit_type,
            officer=officer,
            reason=reason,
            actor=actor or desk.who(officer),
            now=desk.now,
            calendar=desk.calendar,
        )
    )


def _queue(desk, queue):
    return workflow.check_queue(desk.case, desk.permit_type, "lengkap", actor=desk.who("depan"), queue=queue)


def _jump(desk, **changes):
    given = {
        "approved_by": desk.who("supervisor"),
        "reason": "Acara besok",
        "now": desk.now,
        **changes,
    }
    asker = given.pop("asker", None) or desk.who("depan")
    desk.take(
        workflow.request_queue_jump(
            desk.case, desk.permit_type, "lengkap", reason="Acara besok", actor=asker, now=desk.now
        )
    )
    return desk.take(workflow.allow_queue_jump(desk.case, desk.permit_type, "lengkap", **given))

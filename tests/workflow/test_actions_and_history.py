"""The table of states, the buttons of a page, and a case told from its events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import attrs
import pytest

from perizinan_core._converters import from_json, to_json
from perizinan_core.errors.workflow import TransitionNotAllowedError, WorkflowError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import StageOutcome, StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._fees import FeeAssessment, FeeKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.testing.strategies._workflow import HOST, OWNER, SYSTEM, make_stage, make_terms
from perizinan_core.workflow import Action
from perizinan_core.workflow import _functions as workflow
from perizinan_core.workflow._states import RULES, check_state

DOCS = Path(__file__).parents[2] / "docs" / "explanation" / "workflow.md"


def _names(desk, actor):
    return {
        (item.action.value, item.stage)
        for item in workflow.allowed_actions(desk.case, desk.permit_type, actor)
    }


@pytest.mark.parametrize("state", ApplicationState)
@pytest.mark.parametrize("action", [rule.action for rule in RULES])
def test_an_action_is_possible_only_in_the_states_of_the_table(desk, state, action):
    """The refusal names the state and what it allows."""
    desk.draft()
    case = attrs.evolve(desk.case, state=state)
    possible = next(rule for rule in RULES if rule.action is action).sources

    if state in possible:
        assert check_state(case, action) is None
        return
    with pytest.raises(TransitionNotAllowedError) as refusal:
        check_state(case, action)
    assert (action.value, state.value) == (refusal.value.action, refusal.value.state)
    assert tuple(item.value for item in workflow.actions_in(state)) == refusal.value.allowed


def test_nothing_leads_out_of_a_terminal_state():
    """Only the objection period of a refused case still begins with a notice, and is recomputed."""
    for state in ApplicationState:
        if state.is_terminal:
            objection = (Action.RECORD_NOTICE, Action.RECOMPUTE)
            expected = objection if state is ApplicationState.REFUSED else ()
            assert expected == workflow.actions_in(state)


def test_every_state_is_reached_and_every_move_starts_where_its_action_may():
    """The table has no islands and no contradictions."""
    reached = {target for rule in RULES for _, target in rule.moves}

    assert set(ApplicationState) - {ApplicationState.DRAFT} == reached
    for rule in RULES:
        assert {source for source, _ in rule.moves} <= set(rule.sources)


def _diagram():
    """Return the machine as a Mermaid state diagram."""
    arrows = {("[*]", "draft"): ["start"]}
    for rule in RULES:
        for source, target in rule.moves:
            arrows.setdefault((source.value, target.value), []).append(rule.action.value)
    lines = [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    ends = [f"    {state.value} --> [*]" for state in ApplicationState if state.is_terminal]
    return "\n".join(["stateDiagram-v2", *lines, *ends]) + "\n"


def test_the_picture_in_the_docs_is_the_one_of_the_code():
    """Readers see the machine as it is."""
    assert f"```mermaid\n{_diagram()}```" in DOCS.read_text(encoding="utf-8")


def test_the_docs_name_every_action():
    """Every row of the table is explained."""
    text = DOCS.read_text(encoding="utf-8")

    assert [] == [rule.action.value for rule in RULES if f"`{rule.action.value}`" not in text]


def test_a_page_shows_the_applicant_what_the_applicant_may_do(desk):
    """In a draft and in a correction; during the review only withdrawing."""
    desk.draft()
    possible = ("upload", "edit", "discard", "submit", "withdraw")
    assert {(name, None) for name in possible} == _names(desk, OWNER)
    assert _names(desk, OWNER) == _names(desk, HOST)
    assert set() == _names(desk, SYSTEM)
    assert set() == _names(desk, Actor(id="lain", kind=ActorKind.APPLICANT))
    desk.upload()
    desk.submit()
    desk.assign()
    assert {("withdraw", None)} == _names(desk, OWNER)
    desk.correct("lengkap")
    assert {("upload", None), ("edit", None), ("resubmit", None), ("withdraw", None)} == _names(desk, OWNER)


def test_a_page_shows_officers_their_stage(desk):
    """The stage's officer judges and asks for corrections; a colleague only declares a conflict."""
    desk.submitted()

    assert {
        ("jump_queue", "lengkap"),
        ("decide_stage", "lengkap"),
        ("request_correction", "lengkap"),
        ("begin_wait", "lengkap"),
        ("declare_conflict", None),
    } == _names(desk, desk.who("depan"))
    assert {("declare_conflict", None)} == _names(desk, desk.who("belakang"))
    found = workflow.allowed_actions(desk.case, desk.permit_type, desk.who("depan"))
    judging = next(item for item in found if item.action is Action.DECIDE_STAGE)
    assert frozenset({StageOutcome.POSITIVE}) == judging.outcomes


def test_a_page_shows_the_approver_what_the_reviews_allow(desk):
    """All positive: approve, refuse, correct, send back; one negative: no approval."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    names = _names(desk, desk.who("kepala"))

    assert {("approve", None), ("refuse", None), ("send_back", "lengkap")} <= names
    assert ("decide_stage", "keputusan") not in names
    assert ("request_correction", "keputusan") in names


def test_a_page_shows_no_approval_over_a_negative_review(desk):
    """Refusing and sending back are left."""
    desk.has_stages(
        make_stage("a", may_request_correction=False),
        make_stage("b", after=("a",), on_request=True),
        make_stage("keputusan", StageKind.APPROVAL, may_refuse=False),
    )
    desk.submitted()
    assert ("request_stage", "b") in _names(desk, desk.who("belakang"))
    assert ("request_correction", "a") not in _names(desk, desk.who("belakang"))
    desk.decide("a", StageOutcome.NEGATIVE, reasons=("Tidak",))
    names = _names(desk, desk.who("kepala"))

    assert {("refuse", None), ("send_back", "a"), ("request_stage", "b")} <= names
    assert ("approve", None) not in names


def test_a_page_shows_no_refusal_where_nothing_is_negative_and_the_stage_may_not(desk):
    """Then there is only the grant."""
    desk.has_stages(make_stage("a"), make_stage("keputusan", StageKind.APPROVAL, may_refuse=False))
    desk.submitted()
    desk.decide("a")

    assert ("refuse", None) not in _names(desk, desk.who("kepala"))
    assert ("approve", None) in _names(desk, desk.who("kepala"))


def test_a_page_shows_supervisors_and_the_system_their_steps(desk):
    """Reassigning, payments, deadlines, lapse, deemed grant, number, issue."""
    fee = FeeAssessment(kind=FeeKind.LEVY, total=Rupiah(100), assessed_on=date(2026, 3, 2))
    desk.submitted(make_terms(desk.permit_type, silence=SilencePolicy.AUTOMATIC, fee=fee))
    waits = {("begin_wait", None), ("begin_wait", "lengkap")}
    assert {
        ("reassign", "lengkap"),
        ("reassign", "verifikasi"),
        ("reassign", "keputusan"),
        ("declare_conflict", None),
        *waits,
    } == _names(desk, desk.who("supervisor"))
    assert {("record_payment", None), ("recompute", None), *waits} == _names(desk, SYSTEM)
    desk.decide("lengkap")
    assert ("deem_granted", None) in _names(desk, SYSTEM)
    assert {("record_payment", None), ("declare_conflict", None)} == _names(desk, desk.who("kasir"))
    assert ("reassign", "lengkap") not in _names(desk, desk.who("supervisor"))
    desk.correct("verifikasi")
    assert ("lapse", None) in _names(desk, SYSTEM)
    desk.answer()
    desk.resubmit()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.approve()
    unpaid = {("record_payment", None), ("recompute", None), ("begin_wait", None)}
    assert unpaid == _names(desk, SYSTEM)
    desk.pay("bank-1", 100)
    assert {("take_number", None), ("recompute", None), ("begin_wait", None)} == _names(desk, SYSTEM)
    desk.take_number()
    assert ("issue", None) in _names(desk, SYSTEM)
    assert {("cancel_number", None), ("issue", None), ("begin_wait", None)} == _names(
        desk, desk.who("penandatangan")
    )


def test_a_case_is_told_again_from_its_events(desk):
    """State, submission, stages, people and rounds follow from the log alone."""
    assert workflow.replay(()).state is None
    desk.submitted()
    desk.decide("lengkap")
    desk.corrected("verifikasi")
    told = workflow.replay(desk.events)

    assert (ApplicationState.SUBMITTED, 2, 1, True) == (
        told.state,
        told.submission,
        told.corrections,
        told.complete,
    )
    assert frozenset({"lengkap"}) == told.open_stages
    assert {"lengkap": "depan", "verifikasi": "belakang"} == told.assignees
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.approve()
    desk.take_number()
    told = workflow.replay(desk.events)
    assert ((EventKind.APPLICATION_APPROVED,), "izin-1") == (told.decisions, told.permit)
    assert StageStatus.DONE is told.stage_status("keputusan")


def test_events_of_other_kinds_change_nothing(desk):
    """A later version may know more."""
    desk.draft()
    other = Event(kind=EventKind.PAYMENT_RECORDED, subject=desk.case.id, at=desk.now, actor="sistem")

    assert workflow.replay(desk.events) == workflow.replay([*desk.events, other])


def test_a_case_survives_the_way_through_json(desk):
    """What the workflow makes can be stored and read back unchanged."""
    desk.submitted()
    desk.decide("lengkap")
    desk.corrected("verifikasi")
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.approve()
    desk.take_number()

    assert desk.case == from_json(Application, to_json(desk.case))
    for event in desk.events:
        assert event == from_json(Event, to_json(event))


def test_events_hold_no_personal_data(desk):
    """Neither names nor numbers of people nor reasons in words."""
    desk.submitted()
    desk.decide("lengkap")
    desk.decide("verifikasi")
    desk.refuse()
    text = str([to_json(event) for event in desk.events])

    for private in ("Pemohon Contoh", "3572014107900001", "tata ruang", "ktp.pdf"):
        assert private not in text


def test_every_step_returns_new_values_and_leaves_the_old_ones(desk):
    """A refused or abandoned step has no effect."""
    before = desk.submitted()
    copy = attrs.evolve(before)
    desk.decide("lengkap")

    assert copy == before
    with pytest.raises(WorkflowError):
        desk.decide("keputusan", actor=desk.who("kepala"))

"""Everything of an absent officer in one act, and other applications of the same holder."""

from __future__ import annotations

import pytest

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._events import EventKind
from perizinan_core.model._identifiers import Nik
from perizinan_core.testing._offices import APPLICANT, sample_applicant


def test_everything_that_an_officer_holds_goes_to_others(any_kit):
    """Each by the rule of its stage, with the reason in its history; nothing is left."""
    kit = any_kit
    cases = [kit.submit().id for _ in range(4)]
    gone = kit.assignee(cases[0], "periksa").id
    mine = [case for case in cases if kit.assignee(case, "periksa").id == gone]
    done = kit.office.reviews.hand_over(gone, reason="Cuti melahirkan", actor=kit.officer("supervisor"))
    again = kit.office.reviews.hand_over(gone, reason="Cuti melahirkan", actor=kit.officer("supervisor"))

    assert sorted(mine) == sorted(one.application for one in done if one.error is None)
    assert all(kit.assignee(case, "periksa").id != gone for case in cases)
    assert () == again


def test_what_no_one_else_can_take_stays_and_is_named(kit):
    """The only officer of a post; the others of the cases are handed over."""
    case = kit.submit()
    kit.decide(case.id, "periksa")
    (left,) = kit.office.reviews.hand_over("pimpinan", reason="Cuti", actor=kit.officer("supervisor"))

    assert (case.id, True) == (left.application, left.error is not None)


def test_only_a_supervisor_hands_over_and_only_what_there_is(kit):
    """An officer who is not on record has nothing."""
    with pytest.raises(AccessDeniedError):
        kit.office.reviews.hand_over("loket-1", reason="Cuti", actor=kit.officer("loket-2"))
    with pytest.raises(NotFoundError):
        kit.office.reviews.hand_over("tidak-ada", reason="Cuti", actor=kit.officer("supervisor"))


def test_another_application_of_the_same_holder_is_found(any_kit):
    """For the same permit, while it is open; not a representative's, and not to the applicant's side."""
    kit = any_kit
    first, second = kit.submit(), kit.submit()
    kit.submit("acara")
    officer = kit.officer("supervisor")
    found = kit.office.lists.similar(first.id, actor=officer)
    kit.office.applications.withdraw(second.id, actor=APPLICANT)
    after = kit.office.lists.similar(first.id, actor=officer)
    with pytest.raises(AccessDeniedError):
        kit.office.lists.similar(first.id, actor=APPLICANT)

    assert [second.receipt_number] == [one.receipt_number for one in found]
    assert () == after


def test_what_would_move_is_shown_with_those_who_could_have_it(any_kit):
    """Nothing changes; what no one else can take has no one."""
    kit = any_kit
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa").id
    other = {"loket-1": "loket-2", "loket-2": "loket-1"}[clerk]
    (held,) = kit.office.reviews.held_by(clerk, actor=kit.officer("supervisor"))
    kit.decide(case.id, "periksa")
    (alone,) = kit.office.reviews.held_by("pimpinan", actor=kit.officer("supervisor"))

    assert (case.receipt_number, "periksa", (other,)) == (held.receipt_number, held.stage, held.others)
    assert () == alone.others


def test_an_application_for_the_same_object_is_found_whoever_applies(any_kit):
    """Two people for one stall: the letters would name the same place."""
    kit = any_kit
    neighbour = sample_applicant(name="Tetangga", nik=Nik.parse("3572015308910000"), phone=None)
    first = kit.submit()
    second = kit.submit(applicant=neighbour)
    elsewhere = kit.submit(applicant=neighbour, form={"lokasi": "Jalan Cempaka", "di_rumah": False})
    found = kit.office.lists.similar(first.id, actor=kit.officer("supervisor"))

    assert [second.id] == [one.id for one in found]
    assert elsewhere.id not in {one.id for one in found}


def test_a_case_continues_beside_another_with_a_reason_on_record(any_kit):
    """By the officer of an open step alone; the applicant's side does not see it."""
    kit = any_kit
    first, second = kit.submit(), kit.submit()
    officer = kit.assignee(first.id, "periksa")
    with pytest.raises(WorkflowError, match="reason"):
        kit.office.reviews.note_similar(first.id, "periksa", reason=" ", actor=officer)
    kit.office.reviews.note_similar(first.id, "periksa", reason="Dua kios", actor=officer)
    (note,) = kit.office.applications.get(first.id, actor=officer).similar_notes

    assert ((second.id,), officer.id, "Dua kios") == (note.others, note.officer, note.reason)
    assert () == kit.office.applications.get(first.id, actor=APPLICANT).similar_notes
    kinds = {event.kind for event in kit.office.applications.history(first.id, actor=APPLICANT)}
    assert EventKind.SIMILAR_NOTED not in kinds


def test_the_order_of_taking_stands_beside_the_order_of_receipt(any_kit):
    """Friction 23: who was preferred, and whether a supervisor allowed it, is seen."""
    kit = any_kit
    for _ in range(6):
        kit.submit()
    clerk, supervisor = kit.officer("loket-1"), kit.officer("supervisor")
    first, second, *_ = kit.office.reviews.queue(actor=clerk)
    kit.office.reviews.request_jump(second.application, "periksa", reason="Bencana", actor=clerk)
    kit.office.reviews.allow_jump(second.application, "periksa", approved_by=supervisor, reason="Bencana")
    for entry in (second, first):
        kit.clock.forward(minutes=5)
        kit.decide(entry.application, "periksa")
    shown = kit.office.lists.order_of_taking("loket-1", actor=supervisor)
    with pytest.raises(AccessDeniedError):
        kit.office.lists.order_of_taking("loket-1", actor=kit.officer("loket-2"))

    assert [(first.application, 1, 2, False), (second.application, 2, 1, True)] == [
        (one.application, one.came, one.taken, one.allowed) for one in shown
    ]
    assert shown == kit.office.lists.order_of_taking("loket-1", actor=clerk)

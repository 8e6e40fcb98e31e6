"""Everything of an absent officer in one act, and other applications of the same holder."""

from __future__ import annotations

import pytest

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.testing._offices import APPLICANT


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

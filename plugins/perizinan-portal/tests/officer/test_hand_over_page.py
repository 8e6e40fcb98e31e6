"""Everything of an absent officer in one act."""

from __future__ import annotations


def test_a_supervisor_sees_what_would_move_and_to_whom_then_moves_it_with_a_reason(empty_portal):
    """Friction 17: no case of an absent officer lies."""
    office = empty_portal.office
    cases = [office.submit() for _ in range(4)]
    gone = office.assignee(cases[0].id, "periksa").id
    mine = [case for case in cases if office.assignee(case.id, "periksa").id == gone]
    other = {"loket-1": "loket-2", "loket-2": "loket-1"}[gone]
    page = empty_portal.visitor("supervisor").open("/petugas").click("Hand over cases")
    page = page.form().fill(petugas=gone).send()
    assert all(case.receipt_number in page.text for case in mine)
    assert f"Petugas {other}" in page.text
    refused = page.form(f"Hand over {len(mine)}").send()
    assert (422, ["Fill this in"]) == (refused.status, refused.errors)
    done = page.form(f"Hand over {len(mine)}").fill(reason="Cuti melahirkan").send()

    assert f"{len(mine)} steps are with other officers now." in done.text
    assert {other} == {office.assignee(case.id, "periksa").id for case in mine}
    assert "This officer holds no case of your unit." in done.text


def test_what_no_one_else_can_take_is_said_before_and_after(empty_portal):
    """The only officer of a post."""
    office = empty_portal.office
    case = office.submit()
    office.decide(case.id, "periksa")
    page = empty_portal.visitor("supervisor").open("/petugas/serah-terima?petugas=pimpinan")
    assert "no one: it stays" in page.text
    done = page.form("Hand over 1").fill(reason="Cuti").send()

    assert "These stay where they are:" in done.text


def test_others_do_not_hand_over(empty_portal):
    """For an officer at the counter the page is not there."""
    assert 404 == empty_portal.visitor("loket-1").open("/petugas/serah-terima").status

"""What applicants type decides nothing about who judges, and the office sees what they handed in."""

from __future__ import annotations

import json
from io import BytesIO

import attrs
import pytest

from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._applicant import Representative
from perizinan_core.model._events import EventKind
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant, sample_office, sample_staff
from perizinan_core.testing._refusals import raises_code
from perizinan_core.workflow._assignment import ExclusionReason


def _represented(kit, **given):
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="kuasa", **given)
    case = kit.draft(representative=agent)
    kit.fill(case.id)
    return case.id


def _attach(kit, case, seed=5):
    return kit.office.applications.attach_power_of_attorney(
        case, BytesIO(small_png(seed)), file_name="kuasa.png", actor=APPLICANT
    )


def test_the_power_of_attorney_is_a_document_that_officers_open_and_the_receipt_lists(any_kit):
    """It stands among the papers of the case, with its name, size and hash."""
    kit = any_kit
    case = _represented(kit)
    _attach(kit, case)
    submitted = kit.hand_in(case)
    (paper,) = [item for item in submitted.current_documents() if item.slot == POWER_OF_ATTORNEY]
    clerk = kit.assignee(case, "periksa")
    with kit.office.applications.open_document(case, paper.id, actor=clerk) as stream:
        content = stream.read()
    receipt = json.loads(kit.office.applications.signed_receipt(case, actor=APPLICANT))
    listed = receipt["signed"]["power_of_attorney"]

    assert small_png(5) == content
    assert submitted.representative.power_of_attorney == paper.sha256
    assert ("kuasa.png", paper.sha256, len(content)) == (
        listed["file_name"],
        listed["sha256"],
        listed["size"],
    )


def test_a_power_of_attorney_is_what_was_handed_in_and_not_a_hash_that_was_typed(any_kit):
    """Neither at the beginning nor later does a made-up hash count as a paper."""
    kit = any_kit
    case = _represented(kit, power_of_attorney="0" * 64)
    agent = kit.office.applications.get(case, actor=APPLICANT).representative
    typed = attrs.evolve(agent, power_of_attorney="1" * 64)
    kit.office.applications.save(case, representative=typed, actor=APPLICANT)

    with pytest.raises(SubmissionRefusedError) as refusal:
        kit.hand_in(case)
    assert {"power-of-attorney-missing"} == {item.code for item in refusal.value.problems}


def test_the_power_of_attorney_of_another_case_does_not_count_here(any_kit):
    """Its hash is known to whoever handed it in there; only a file of this case speaks in this case."""
    kit = any_kit
    other = _represented(kit)
    known = _attach(kit, other).representative
    begun = kit.draft(representative=known).id
    kit.fill(begun)
    saved = kit.office.applications.save(begun, representative=known, actor=APPLICANT)

    assert known.power_of_attorney is not None
    assert saved.representative.power_of_attorney is None
    with pytest.raises(SubmissionRefusedError) as refusal:
        kit.hand_in(begun)
    assert {"power-of-attorney-missing"} == {item.code for item in refusal.value.problems}


def test_the_paper_of_one_representative_does_not_speak_for_another(any_kit):
    """Another representative needs another power of attorney; the same one keeps it."""
    kit = any_kit
    case = _represented(kit)
    _attach(kit, case)
    save = kit.office.applications.save
    same = attrs.evolve(kit.office.applications.get(case, actor=APPLICANT).representative)
    kept = save(case, representative=attrs.evolve(same, power_of_attorney=None), actor=APPLICANT)
    other = Representative(person=sample_applicant(name="Orang Lain"), actor_id="kuasa")
    changed = save(case, representative=other, actor=APPLICANT)

    assert kept.representative.power_of_attorney is not None
    assert changed.representative.power_of_attorney is None
    assert [] == [item for item in changed.current_documents() if item.slot == POWER_OF_ATTORNEY]


def test_a_second_power_of_attorney_takes_the_place_of_the_first(kit):
    """One counts; the first stays on record as replaced, and removing the last leaves none."""
    case = _represented(kit)
    _attach(kit, case)
    twice = _attach(kit, case, seed=6)
    current = [item for item in twice.current_documents() if item.slot == POWER_OF_ATTORNEY]
    removed = kit.office.applications.remove(case, current[0].id, actor=APPLICANT)

    assert [twice.representative.power_of_attorney] == [item.sha256 for item in current]
    assert 2 == len([item for item in twice.documents if item.slot == POWER_OF_ATTORNEY])
    assert removed.representative.power_of_attorney is None


def test_an_applicants_history_does_not_show_the_candidates_of_a_draw(any_kit):
    """Officers and the host see them and can repeat the draw; the applicant's side sees the outcome."""
    kit = any_kit
    case = kit.submit("acara")
    kit.decide(case.id, "periksa")
    seen = {
        who: next(
            event.data
            for event in kit.office.applications.history(case.id, actor=actor)
            if event.kind is EventKind.STAGE_ASSIGNED and event.data["stage"] == "telaah"
        )
        for who, actor in {
            "applicant": APPLICANT,
            "supervisor": kit.officer("supervisor"),
            "host": HOST,
        }.items()
    }

    assert {"candidates", "draw"} <= set(seen["supervisor"])
    assert seen["supervisor"] == seen["host"]
    assert set(seen["supervisor"]) - {"candidates", "draw"} == set(seen["applicant"])


def test_exclusions_are_shown_to_the_supervisor(any_kit):
    """Who is out of a case and why: a conflict, an own case, another duty."""
    kit = any_kit
    kit.office.reviews.declare_account(APPLICANT.id, actor=kit.officer("loket-2"))
    case = kit.submit()
    kit.office.reviews.declare_conflict(case.id, reason="Saudara", actor=kit.officer("pimpinan"))
    found = kit.office.reviews.exclusions(case.id, actor=kit.officer("supervisor"))

    assert {
        ("periksa", "loket-2", ExclusionReason.OWN_CASE),
        ("putusan", "pimpinan", ExclusionReason.CONFLICT),
    } == {(item.stage, item.officer, item.reason) for item in found}
    with pytest.raises(AccessDeniedError):
        kit.office.reviews.exclusions(case.id, actor=kit.officer("loket-1"))


def test_a_supervisor_cannot_invent_an_officers_request_to_jump_the_queue(any_kit):
    """Only the officer of the stage asks, and each request is answered once."""
    kit = any_kit
    reviews = kit.office.reviews
    supervisor = kit.officer("supervisor")
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa")
    other = kit.officer("loket-2" if clerk.id == "loket-1" else "loket-1")
    invented = Actor(id=clerk.id, kind=ActorKind.OFFICER, roles=clerk.roles, units=clerk.units)
    with raises_code("jump-not-requested"):
        reviews.allow_jump(
            case.id, "periksa", requested_by=invented, approved_by=supervisor, reason="Kawan lama"
        )
    with raises_code("not-assignee"):
        reviews.request_jump(case.id, "periksa", reason="Kawan lama", actor=other)
    asked = reviews.request_jump(case.id, "periksa", reason="Acara besok", actor=clerk)
    with raises_code("jump-not-requested"):
        reviews.allow_jump(case.id, "periksa", requested_by=other, approved_by=supervisor, reason="Ya")
    kit.clock.forward(minutes=1)
    allowed = reviews.allow_jump(case.id, "periksa", approved_by=supervisor, reason="Bencana")
    kit.clock.forward(minutes=1)
    with raises_code("jump-not-requested"):
        reviews.allow_jump(case.id, "periksa", approved_by=supervisor, reason="Lagi")

    assert (clerk.id, "Acara besok") == (asked.jump_requests[0].officer, asked.jump_requests[0].reason)
    assert (clerk.id, "supervisor") == (
        allowed.overrides[-1].requested_by,
        allowed.overrides[-1].approved_by,
    )


def test_a_request_does_not_outlive_the_officer_who_made_it():
    """After a reassignment the new officer has to ask again."""
    kit = sample_office(staff=sample_staff())
    case = kit.submit()
    reviews, supervisor = kit.office.reviews, kit.officer("supervisor")
    reviews.request_jump(case.id, "periksa", reason="Acara besok", actor=kit.assignee(case.id, "periksa"))
    reviews.reassign(case.id, "periksa", reason="Cuti", actor=supervisor)

    with raises_code("jump-not-requested"):
        reviews.allow_jump(case.id, "periksa", approved_by=supervisor, reason="Bencana")


def test_a_conflict_is_declared_for_officers_who_are_on_record_only(any_kit):
    """A supervisor's typing error takes nobody out of a case; and only who may declare learns who is on record."""
    kit = any_kit
    case, supervisor = kit.submit().id, kit.officer("supervisor")
    for officer, actor, refusal in (
        ("loket-9", supervisor, "not-found"),
        (APPLICANT.id, supervisor, "not-found"),
        ("loket-9", kit.officer("loket-1"), "not-allowed"),
    ):
        with raises_code(refusal):
            kit.office.reviews.declare_conflict(case, reason="Keluarga", officer=officer, actor=actor)
    before = kit.office.applications.get(case, actor=HOST)
    kit.office.reviews.declare_conflict(case, reason="Keluarga", officer="loket-2", actor=supervisor)
    after = kit.office.applications.get(case, actor=HOST)

    assert () == before.conflicts
    assert ["loket-2"] == [item.officer for item in after.conflicts]


def test_the_rotation_counts_who_was_given_a_case_by_reassignment(any_kit):
    """Otherwise the same officer would get the next new case as well."""
    kit = any_kit
    case = kit.submit()
    kit.clock.forward(minutes=5)
    kit.office.reviews.reassign(case.id, "periksa", reason="Cuti", actor=kit.officer("supervisor"))
    given = kit.assignee(case.id, "periksa").id
    with kit._context.storage.unit_of_work(read_only=True) as work:
        last = work.officers.last_assignments(["loket-1", "loket-2"])

    assert kit.clock() == last[given]
    assert {"loket-1", "loket-2"} == {moment and officer for officer, moment in last.items()}

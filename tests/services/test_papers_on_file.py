"""Hand in once what the office already has: papers on file, used again where the requirement allows it."""

from datetime import timedelta

import attrs
import pytest

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._identifiers import Nik
from perizinan_core.testing._offices import APPLICANT, sample_applicant
from perizinan_core.testing._refusals import raises_code

STRANGER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)


@pytest.fixture
def earlier(kit):
    """An application whose identity card is on file, and the card."""
    case = kit.draft().id
    kit.upload(case, "ktp")
    kit.office.applications.submit(case, actor=APPLICANT, now=kit.clock())
    return case, kit.office.applications.get(case, actor=APPLICANT).current_documents()[0]


def test_a_paper_on_file_fills_the_slot_of_a_new_application(kit, earlier):
    """The same content, with its origin and its true age; nothing is stored twice."""
    _, card = earlier
    case = kit.draft().id
    stored = sorted(item.sha256 for item in kit._context.documents.documents())

    offered = kit.office.applications.reusable(case, "ktp", actor=APPLICANT)
    used = kit.office.applications.reuse(case, "ktp", card.id, actor=APPLICANT)

    assert (card,) == offered
    assert (card.sha256, card.id, card.uploaded_at) == (used.sha256, used.reused_from, used.first_uploaded_at)
    assert stored == sorted(item.sha256 for item in kit._context.documents.documents())
    assert () == kit.office.applications.problems(case, actor=APPLICANT)


def test_using_a_paper_again_does_not_make_it_younger(kit, earlier):
    """A year after the first upload it is too old, however often it was used since."""
    _, card = earlier
    second = kit.draft().id
    kit.clock.forward(days=200)
    used = kit.office.applications.reuse(second, "ktp", card.id, actor=APPLICANT)
    kit.clock.forward(days=170)
    third = kit.draft().id

    assert () == kit.office.applications.reusable(third, "ktp", actor=APPLICANT)
    with pytest.raises(NotFoundError):
        kit.office.applications.reuse(third, "ktp", used.id, actor=APPLICANT)


def test_papers_of_another_applicant_of_the_same_account_are_not_offered(kit, earlier):
    """An account that applies for two people does not mix up their identity cards."""
    other = attrs.evolve(sample_applicant(), nik=Nik.parse("3572011501850000"))
    case = kit.draft(applicant=other).id

    assert () == kit.office.applications.reusable(case, "ktp", actor=APPLICANT)


def test_slots_without_the_rule_and_unknown_slots_offer_nothing(kit, earlier):
    """Only what the requirement allows."""
    case = kit.draft().id

    assert () == kit.office.applications.reusable(case, "surat-kuasa", actor=APPLICANT)
    assert () == kit.office.applications.reusable(case, "tidak-ada", actor=APPLICANT)


def test_strangers_and_officers_see_no_papers_on_file(kit, earlier):
    """Authorisation is in the service."""
    case = kit.draft().id

    with pytest.raises(NotFoundError):
        kit.office.applications.reusable(case, "ktp", actor=STRANGER)
    with pytest.raises((NotFoundError, AccessDeniedError)):
        kit.office.applications.reuse(case, "ktp", earlier[1].id, actor=kit.officer("loket-1"))


def test_an_expired_paper_is_not_offered(kit, earlier):
    """A paper that ended meanwhile is of no use."""
    case_id, card = earlier
    with kit._context.storage.unit_of_work() as work:
        case = work.applications.get(case_id)
        day = kit._context.local_day(kit.clock()) + timedelta(days=10)
        documents = tuple(attrs.evolve(item, expires_on=day) for item in case.documents)
        work.applications.save(attrs.evolve(case, documents=documents), by="uji", at=kit.clock())
        work.commit()
    case = kit.draft().id
    before = kit.office.applications.reusable(case, "ktp", actor=APPLICANT)
    kit.clock.forward(days=11)

    assert [card.id] == [item.id for item in before]
    assert () == kit.office.applications.reusable(case, "ktp", actor=APPLICANT)


def test_a_file_of_the_draft_is_used_in_another_place_of_it(kit):
    """It is stored once; one that no place asks for leaves its old place, and what does not fit is refused."""
    applications = kit.office.applications
    case = kit.draft("acara").id
    kit.upload(case, "ktp")
    (card,) = applications.get(case, actor=APPLICANT).current_documents()
    used = applications.use_as(case, card.id, "denah", actor=APPLICANT)
    again = applications.use_as(case, used.id, "denah", actor=APPLICANT)
    papers = applications.get(case, actor=APPLICANT).current_documents()

    assert (card.sha256, card.id, used.id) == (used.sha256, used.reused_from, again.id)
    assert [("ktp", card.sha256), ("denah", card.sha256)] == [(one.slot, one.sha256) for one in papers]
    with raises_code("unknown-slot"):
        applications.use_as(case, card.id, "tiada", actor=APPLICANT)


def test_a_file_without_a_place_finds_one_after_the_kind_of_permit_changed(kit):
    """Nothing is lost: what the new kind does not ask for by name is put where it fits."""
    applications = kit.office.applications
    case = kit.draft("acara").id
    kit.upload(case, "denah")
    (plan,) = applications.get(case, actor=APPLICANT).current_documents()
    applications.change_type(case, "warung", actor=APPLICANT)
    applications.use_as(case, plan.id, "ktp", actor=APPLICANT)
    papers = applications.get(case, actor=APPLICANT).current_documents()

    assert [("ktp", plan.sha256)] == [(one.slot, one.sha256) for one in papers]
    with pytest.raises(NotFoundError):
        applications.use_as(case, plan.id, "ktp", actor=APPLICANT)

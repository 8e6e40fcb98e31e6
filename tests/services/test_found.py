"""What officers find among many records, and what a decision reads."""

import attrs
import pytest

from perizinan_core.model._actor import Officer, Role
from perizinan_core.storage import LookupKind
from perizinan_core.storage._sql import _officers
from perizinan_core.testing._offices import APPLICANT, sample_applicant

NIK = "3572015208900000"


def test_an_officer_finds_all_cases_of_one_nik_that_they_may_read_and_their_permits(any_kit):
    """Drafts and cases of others do not use up the page."""
    permits = [any_kit.permit() for _ in range(2)]
    event = any_kit.submit("acara")
    for _ in range(6):
        any_kit.draft("warung")
    search = any_kit.office.permits.search
    found = {
        name: search(NIK, by=LookupKind.NIK, actor=any_kit.officer(name), limit=3)
        for name in ("auditor", "supervisor", "kasi", "loket-1")
    }

    cases = {permit.application_id for permit in permits}
    for name in ("auditor", "supervisor", "loket-1"):
        assert {event.id, *cases} == {item.id for item in found[name].applications}
        assert {item.id for item in permits} == {item.id for item in found[name].permits}
    # The head of section has a stage in events only.
    assert [event.id] == [item.id for item in found["kasi"].applications]
    assert () == found["kasi"].permits


def test_a_number_is_searched_as_it_is_read_aloud(any_kit):
    """Without what stands before it, in any case; and only what the officer may read."""
    permit = any_kit.permit()
    case = any_kit.office.applications.get(permit.application_id, actor=APPLICANT)
    rest = case.receipt_number.split("/", 1)[1].lower()
    number = permit.number.split("/", 1)[1].lower()
    search = any_kit.office.permits.search
    mine = search(rest, actor=any_kit.officer("auditor"))
    issued = search(number, actor=any_kit.officer("auditor"))
    theirs = [search(text, actor=any_kit.officer("loket-1")) for text in (rest, number)]

    assert [case.id] == [item.id for item in mine.applications]
    assert [permit.id] == [item.id for item in issued.permits]
    assert [1, 1] == [len(item.applications) + len(item.permits) for item in theirs]


def test_a_supervisor_gets_full_pages_of_the_queue(any_kit):
    """Stages of other units do not use up a page."""
    roads = any_kit.appoint(
        Officer(
            id="supervisor-jalan",
            name="Pengawas",
            roles=frozenset({Role.SUPERVISOR}),
            units=frozenset({"dinas-jalan"}),
        )
    )
    event = any_kit.submit("acara")
    any_kit.decide(event.id, "periksa")
    for _ in range(4):
        any_kit.submit("warung")
    of_roads = any_kit.office.reviews.queue(actor=roads, everyone=True, limit=2)
    of_all = any_kit.office.reviews.queue(actor=any_kit.officer("auditor"), everyone=True, limit=50)

    assert [(event.id, "rekomendasi")] == [(item.application, item.stage) for item in of_roads]
    assert 4 < len(of_all)


@pytest.fixture
def opened(monkeypatch):
    """Collect the ids of officers whose records are opened."""
    found = []
    read = _officers.open_officer

    def noted(session, row):
        found.append(row.id)
        return read(session, row)

    monkeypatch.setattr(_officers, "open_officer", noted)
    return found


def test_a_decision_opens_only_the_officers_who_could_be_needed(database_kit, opened):
    """Who holds the stages, who could take the next one, who could sign; not the whole office."""
    kit = database_kit
    for number in range(5):
        kit.hire(
            Officer(
                id=f"kas-{number}",
                name="Kasir",
                roles=frozenset({Role.CASHIER}),
                units=frozenset({"dinas-izin"}),
            )
        )
    case = kit.submit("warung")
    clerk = kit.assignee(case.id, "periksa")
    opened.clear()
    kit.decide(case.id, "periksa", actor=clerk)
    at_once = set(opened)

    assert clerk.id in at_once
    assert at_once.isdisjoint({"kasir", "telaah-1", "teknis", *(f"kas-{number}" for number in range(5))})


def test_an_officer_of_two_posts_is_given_cases_of_both_in_turn(any_kit):
    """The open cases of all posts count for the rotation."""
    any_kit.hire(
        attrs.evolve(
            Officer(id="loket-3", name="Loket", roles=frozenset(), units=frozenset({"dinas-izin"})),
            roles=frozenset({Role.FRONT_OFFICE, Role.BACK_OFFICE}),
        )
    )
    held = [
        any_kit.assignee(any_kit.submit("warung", applicant=sample_applicant()).id, "periksa").id
        for _ in range(6)
    ]

    assert {"loket-1": 2, "loket-2": 2, "loket-3": 2} == {name: held.count(name) for name in set(held)}

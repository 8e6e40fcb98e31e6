"""What the office looks through: names in place of ids, everyone what they may read, page by page."""

from datetime import date, timedelta

import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.catalogue import CatalogueError
from perizinan_core.errors.services import ArgumentError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._permit import PermitStatus
from perizinan_core.storage import ListOrder, LookupKind, PermitOrder
from perizinan_core.testing._fakes import FakeSigningService
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_signer


def walk(ask):
    """Follow the marks of a list to its end."""
    found, after = [], None
    while True:
        page = ask(after)
        found += page.items
        after = page.next
        if after is None:
            return found


def test_a_list_shows_names_and_is_narrowed_by_what_an_officer_thinks_of(any_kit):
    """Type, unit, state, officer, age; with cursors; no drafts."""
    lists = any_kit.office.lists
    old = any_kit.submit("acara")
    any_kit.decide(old.id, "periksa")
    any_kit.clock.forward(minutes=10 * 24 * 60)
    fresh = [any_kit.submit("warung") for _ in range(3)]
    any_kit.draft("warung")
    auditor, roads = any_kit.officer("auditor"), any_kit.officer("teknis")
    everything = walk(lambda after: lists.cases(actor=auditor, limit=2, after=after))
    clerk = any_kit.assignee(fresh[0].id, "periksa")
    held = [case for case in fresh if any_kit.assignee(case.id, "periksa").id == clerk.id]

    def ids(**given):
        return [item.id for item in lists.cases(**{"actor": auditor, "newest_first": False, **given}).items]

    assert [*(case.id for case in reversed(fresh)), old.id] == [item.id for item in everything]
    assert [old.id] == ids(actor=roads) == ids(permit_types={"acara"}) == ids(unit="dinas-jalan")
    assert [old.id] == ids(older_than_days=9) == ids(submitted_to=date(2026, 3, 3))
    assert [] == ids(older_than_days=10) == ids(unit="dinas-lain") == ids(actor=any_kit.officer("admin"))
    assert [case.id for case in fresh] == ids(states={ApplicationState.SUBMITTED})
    assert [case.id for case in held] == ids(officer=clerk.id)
    first = everything[-1]
    assert ("Izin Acara di Jalan", "under review") == (str(first.permit_type), first.state.name.en)
    assert ("Sekar Contohwati", 10) == (first.applicant, first.age_days)
    by_code = {item.stage.code: item for item in first.stages}
    assert {"rekomendasi", "telaah", "bayar"} == set(by_code)
    technical = by_code["rekomendasi"]
    assert ("Rekomendasi teknis", "Petugas teknis") == (str(technical.stage), str(technical.officer))
    assert ("dinas-jalan", "technical team") == (technical.unit.code, technical.role.name.en)
    assert technical.unit.name != technical.unit.code
    assert any_kit.assignee(old.id, "rekomendasi").id == technical.officer.code


def test_overdue_cases_come_with_the_longest_overdue_first_and_are_counted(any_kit):
    """Only those in work; what was decided is late no more."""
    lists = any_kit.office.lists
    cases = [any_kit.submit("acara") for _ in range(2)]
    for case in cases:
        any_kit.decide(case.id, "periksa")
    before = lists.overdue(actor=HOST).items
    any_kit.clock.forward(minutes=20 * 24 * 60)
    late = walk(lambda after: lists.overdue(actor=any_kit.officer("supervisor"), limit=1, after=after))
    counts = lists.counts(actor=any_kit.officer("supervisor"))
    due_next = lists.cases(actor=HOST, order=ListOrder.DUE, newest_first=False, limit=1).items

    assert () == before
    assert [case.id for case in cases] == [item.id for item in late]
    assert all(item.days_late == (any_kit.office.today() - item.due).days > 0 for item in late)
    assert (2, 2, {ApplicationState.IN_REVIEW: 2}) == (counts.overdue, counts.total, dict(counts.by_state))
    assert [cases[0].id] == [item.id for item in due_next]


def test_the_signatory_has_a_queue_with_what_is_stuck_in_it(any_kit):
    """First what waits longest; a number that was taken without a signature is named and not lost."""
    kit = any_kit
    kit.permit()
    cases = [kit.submit("warung") for _ in range(3)]
    for case in cases:
        kit.review(case.id)
    kit._context.signers.signers["kepala"] = FakeSigningService(sample_signer("kepala"), answers=False)
    with pytest.raises(PerizinanError):
        kit.issue(cases[1].id)
    kit.office.worker.run_once()
    ask = kit.office.lists.awaiting_signature
    queue = walk(lambda after: ask(actor=kit.officer("kepala"), limit=2, after=after))
    head = ask(actor=kit.officer("pimpinan")).items
    clerk = ask(actor=kit.officer("loket-1")).items
    roads = ask(actor=kit.officer("teknis")).items

    assert [case.id for case in cases] == [item.case.id for item in queue]
    assert [False, True, False] == [item.is_stuck for item in queue]
    assert [True, True, True] == [item.may_sign for item in queue]
    assert "Petugas kepala" == str(queue[1].signer)
    assert [True, False] == [queue[1].number is not None, queue[0].number is not None]
    assert queue[1].problem
    assert None is queue[0].problem
    assert 3 == len(head) == len(clerk)
    assert not any(item.may_sign for item in (*head, *clerk))
    assert () == roads


def test_permits_are_listed_by_status_of_today_and_by_what_ends_soon(any_kit):
    """An expired one is not in force, although no one wrote that down."""
    lists, kit = any_kit.office.lists, any_kit
    first, second = kit.permit(), kit.permit()
    kit.office.permits.revoke(second.id, reason="contoh", legal_basis="contoh", actor=kit.officer("kepala"))
    auditor = kit.officer("auditor")

    def ids(**given):
        return [item.id for item in lists.permits(**{"actor": auditor, **given}).items]

    in_force = frozenset({PermitStatus.IN_FORCE})
    soon = {"expires_from": kit.office.today(), "expires_to": kit.office.today() + timedelta(days=4000)}
    assert [second.id, first.id] == ids() == ids(permit_types={"warung"}) == ids(actor=HOST)
    assert [first.id] == ids(statuses=in_force)
    assert [second.id] == ids(statuses={PermitStatus.REVOKED})
    assert [] == ids(statuses={PermitStatus.EXPIRED}) == ids(actor=kit.officer("teknis"))
    assert [first.id] == ids(statuses=in_force, order=PermitOrder.EXPIRY, newest_first=False, **soon)
    page = lists.permits(actor=auditor, limit=1)
    assert [second.id, first.id] == [
        *(item.id for item in page.items),
        *(item.id for item in lists.permits(actor=auditor, limit=1, after=page.next).items),
    ]
    shown = lists.permits(actor=auditor, statuses=in_force).items[0]
    assert ("in force", first.number) == (shown.status.name.en, shown.number)
    assert (first.valid_until - kit.office.today()).days == shown.days_left
    kit.clock.moment = MORNING.replace(year=first.valid_until.year + 1)
    assert [first.id] == ids(statuses={PermitStatus.EXPIRED})
    assert [] == ids(statuses=in_force)
    assert "expired" == lists.permits(actor=auditor, statuses={PermitStatus.EXPIRED}).items[0].status.name.en
    with pytest.raises(ArgumentError):
        lists.permits(actor=auditor, statuses={PermitStatus.EXPIRED, PermitStatus.REVOKED})


def test_a_register_is_read_page_by_page_with_what_was_cancelled(any_kit):
    """Every number once, in order, with the name of the officer."""
    kit = any_kit
    permits = [kit.permit() for _ in range(3)]
    auditor = kit.officer("auditor")
    book = walk(
        lambda after: kit.office.lists.register_book(
            permits[0].register, permits[0].register_year, actor=auditor, limit=2, after=after
        )
    )

    assert [permit.number for permit in permits] == [line.number for line in book]
    assert ["Petugas kepala"] * 3 == [str(line.taken_by) for line in book]
    assert not any(line.is_cancelled for line in book)
    with pytest.raises(ArgumentError):
        kit.office.lists.register_book("izin", 2026, actor=auditor, after="x")


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_history_is_read_page_by_page(any_kit, newest_first):
    """The case and its permit together, each event once."""
    permit = any_kit.permit()
    office = any_kit.office
    whole = office.applications.history(permit.application_id, actor=HOST)
    pages = walk(
        lambda after: office.lists.history(
            permit.application_id, actor=HOST, limit=4, after=after, newest_first=newest_first
        )
    )

    assert sorted((event.at, event.kind) for event in whole) == sorted(
        (event.at, event.kind) for event in pages
    )
    assert sorted((event.at for event in pages), reverse=newest_first) == [event.at for event in pages]
    for cursor in ("", "x", "1", "1.x", "-1.2"):
        with pytest.raises(ArgumentError):
            office.lists.history(permit.application_id, actor=HOST, after=cursor)


def test_all_moments_of_answers_are_on_the_clocks_of_the_office(any_kit):
    """Whatever time zone the host counts in."""
    from datetime import UTC

    any_kit.clock.moment = MORNING.astimezone(UTC)
    case = any_kit.submit("warung")
    office = any_kit.office
    clerk = any_kit.assignee(case.id, "periksa")
    summary = office.lists.cases(actor=clerk).items[0]
    moments = [
        office.now(),
        case.created_at,
        case.submitted_at,
        office.reviews.queue(actor=clerk)[0].opened_at,
        summary.submitted_at,
        summary.stages[0].since,
        *(event.at for event in office.lists.history(case.id, actor=HOST).items),
        *(line.taken_at for line in office.lists.register_book("tanda-terima", 2026, actor=clerk).items),
    ]

    assert {MORNING.utcoffset()} == {moment.utcoffset() for moment in moments}
    assert MORNING.date() == office.today()


def test_a_permit_type_is_asked_for_by_its_code(kit):
    """The version of today, or of another day; a code that does not exist is named with one that does."""
    office = kit.office

    assert ("warung", "2026.1") == (office.permit_type("warung").code, office.permit_type("warung").version)
    with pytest.raises(CatalogueError) as caught:
        office.permit_type("warong")
    assert "permit-type-not-found" == caught.value.code
    with pytest.raises(CatalogueError) as caught:
        office.permit_type("warung", on=date(2020, 1, 1))
    assert "no-version-in-force" == caught.value.code


def test_many_letters_are_issued_and_one_that_fails_stops_no_other(any_kit):
    """Each outcome with its reason; progress after each; one named twice is issued once."""
    kit = any_kit
    good = [kit.submit("warung") for _ in range(2)]
    for case in good:
        kit.review(case.id)
    open_ = kit.submit("warung")
    told = []
    wanted = (good[0].id, open_.id, "01a00000-0000-7000-8000-000000000000", good[1].id, good[0].id)
    outcomes = kit.office.permits.issue_many(
        wanted, actor=kit.officer("kepala"), progress=lambda *given: told.append(given)
    )
    again = kit.office.permits.issue_many((good[0].id,), actor=kit.officer("kepala"))

    assert list(wanted[:4]) == [item.application for item in outcomes]
    assert [True, False, False, True] == [item.permit is not None for item in outcomes]
    assert [None, "not-found", None] == [
        item.error and item.error.code for item in (outcomes[0], outcomes[2], outcomes[3])
    ]
    assert outcomes[1].error.message("id")
    assert [(outcomes[0], 1, 4), (outcomes[3], 4, 4)] == [told[0], told[-1]]
    assert again[0].permit == outcomes[0].permit
    assert ApplicationState.SUBMITTED is kit.office.applications.get(open_.id, actor=APPLICANT).state


def test_a_search_continues_behind_its_mark_until_all_was_found_once(any_kit):
    """Cases and permits together, however few fit into a page."""
    search, officer = any_kit.office.permits.search, any_kit.officer("pimpinan")
    permits = [any_kit.permit() for _ in range(2)]
    cases = [any_kit.submit() for _ in range(3)]
    seen_cases, seen_permits, mark, pages = [], [], None, 0
    while pages == 0 or mark is not None:
        found = search("3572015208900000", by=LookupKind.NIK, actor=officer, limit=2, after=mark)
        seen_cases += [item.id for item in found.applications]
        seen_permits += [item.id for item in found.permits]
        mark, pages = found.next, pages + 1
    with pytest.raises(ArgumentError):
        search("TT", actor=officer, after="nonsense")

    assert 3 == pages
    assert sorted([*(item.application_id for item in permits), *(item.id for item in cases)]) == sorted(
        seen_cases
    )
    assert sorted(item.id for item in permits) == sorted(seen_permits)

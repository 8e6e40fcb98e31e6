"""Many records written at once are as those that the use cases write."""

from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import ApplicationState
from perizinan_core.storage import LookupKind
from perizinan_core.storage._checking import check_records
from perizinan_core.testing._bulk import bulk_office, nik_of, receipt_of
from perizinan_core.testing._offices import HOST


def test_a_bulk_of_cases_is_sealed_found_and_worked_on_like_any_other(storage):
    """No fault in any table; every list finds its part; the next number is the next; the worker is idle."""
    kit = bulk_office(storage, 60, in_work=12)
    office, auditor = kit.office, kit.officer("auditor")
    for _ in range(2):
        office.worker.run_once()
    idle = office.worker.run_once().is_idle
    faults = check_records(storage).faults
    counts = office.lists.counts(actor=auditor)
    found = office.permits.search(nik_of(7), by=LookupKind.NIK, actor=auditor)
    owner = Actor(id="p1", kind=ActorKind.APPLICANT)
    mine = office.applications.of_owner(actor=owner).items
    clerk = kit.officer("loket-1")
    queue = office.reviews.queue(actor=clerk)
    history = office.lists.history(found.applications[0].id, actor=HOST, limit=5)
    permit = kit.permit()

    assert () == faults
    assert idle
    assert 60 == counts.total
    work = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
    assert 12 == sum(counts.by_state.get(state, 0) for state in work)
    assert ([receipt_of(7)], 1) == ([item.receipt_number for item in found.applications], len(found.permits))
    assert [receipt_of(number) for number in (7, 6, 5, 4)] == [item.receipt_number for item in mine]
    assert queue
    assert (5, True) == (len(history.items), history.next is not None)
    assert counts.by_state[ApplicationState.ISSUED] + 1 == permit.sequence
    assert () == check_records(storage).faults

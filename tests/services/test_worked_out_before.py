"""What is worked out before others have to wait is written only when it is still right."""

from contextlib import contextmanager

import pytest

from perizinan_core.model import Event
from perizinan_core.storage import open_storage
from perizinan_core.storage._ports import ForeseeingStorage
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing._offices import MORNING, sample_office


class Interrupted:
    """A store on which something else happens just before a unit of work begins to write what was foreseen."""

    works_ahead = True

    def __init__(self, inner) -> None:
        self._inner = inner
        self.then = lambda: None
        self.foreseen = []

    @contextmanager
    def unit_of_work(self, *, read_only=False, foreseen=()):
        if foreseen:
            self.foreseen.append(tuple(foreseen))
            then, self.then = self.then, lambda: None
            then()
        told = {"foreseen": foreseen} if isinstance(self._inner, ForeseeingStorage) else {}
        with self._inner.unit_of_work(read_only=read_only, **told) as work:
            yield work

    def __getattr__(self, name):
        return getattr(self._inner, name)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kit(request, new_url, keys):
    """An office on such a store."""
    if request.param == "memory":
        yield sample_office(storage=Interrupted(MemoryStorage(zone=MORNING.tzinfo)))
        return
    storage = open_storage(new_url(request.param), keys, zone=MORNING.tzinfo)
    yield sample_office(storage=Interrupted(storage))
    storage.close()


def approved(kit):
    return kit.review(kit.submit().id).id


def test_a_letter_gets_the_number_that_was_taken_when_another_was_faster(kit):
    """Both are valid, and no number is missing between them."""
    first, second = approved(kit), approved(kit)
    rivals = []
    kit._context.storage.then = lambda: rivals.append(kit.issue(second))
    permit = kit.issue(first)

    assert [1, 2] == [rivals[0].sequence, permit.sequence]
    assert [0, 1] == [rivals[0].status_index, permit.status_index]
    assert rivals[0].number != permit.number


def test_a_case_that_was_issued_meanwhile_takes_no_second_number(kit):
    """Both calls give the same permit."""
    case = approved(kit)
    rivals = []
    kit._context.storage.then = lambda: rivals.append(kit.issue(case))

    assert [kit.issue(case)] == rivals
    with kit._context.storage.unit_of_work(read_only=True) as work:
        assert 1 == work.numbers.last("izin", MORNING.year)


def test_what_was_worked_out_is_what_is_written(kit):
    """Where no one came between, nothing is worked out twice: every event keeps the id that it had before."""
    permit = kit.issue(approved(kit))
    with kit._context.storage.unit_of_work(read_only=True) as work:
        subjects = permit.application_id, permit.id
        written = {event.id for subject in subjects for event in work.history.of(subject)}
    events, records = set(), set()
    for foreseen in kit._context.storage.foreseen:
        events |= {one.id for one in foreseen if isinstance(one, Event)}
        records |= {one.id for one in foreseen if not isinstance(one, Event)}

    assert {permit.id, permit.application_id} == records
    assert 2 == len(events & written) == len(events)

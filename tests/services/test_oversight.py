"""Where the work sticks: the oldest case of each step, the backlog by age, what ends soon, and whose it is to see."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from sqlalchemy import text

from perizinan_core.model import DateRange, Period, PeriodUnit
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.testing import HOST, sample_office, sample_pack


@pytest.fixture
def kit(any_kit):
    """An office on each kind of store."""
    return any_kit


def test_each_step_names_how_many_wait_and_the_one_that_waited_longest(kit):
    """Of every officer, the longest wait in front; a step without work is not named."""
    first = kit.submit("warung")
    kit.clock.forward(days=2)
    kit.submit("warung")
    event = kit.submit("acara")

    report = kit.office.oversight.report(actor=kit.officer("pimpinan"))
    stall, other = (one for one in report.steps if one.step.code == "periksa")

    assert (2, first.receipt_number, 2) == (stall.waiting, stall.receipt_number, stall.days)
    assert (1, event.receipt_number, 0) == (other.waiting, other.receipt_number, other.days)
    assert kit.assignee(first.id, "periksa").id == stall.officer.code
    assert {"periksa"} == {one.step.code for one in report.steps}


def test_a_step_beyond_its_own_time_is_a_promise_that_was_broken():
    """The permit type gives each step a budget; the case as a whole may still be in time."""
    pack = sample_pack()
    types = tuple(
        attrs.evolve(
            item,
            stages=tuple(attrs.evolve(one, budget=Period(3, PeriodUnit.WORKING_DAYS)) for one in item.stages),
        )
        for item in pack.catalogue.permit_types
    )
    kit = sample_office(pack=attrs.evolve(pack, catalogue=attrs.evolve(pack.catalogue, permit_types=types)))
    kit.submit("warung")
    in_time = kit.office.oversight.report(actor=kit.officer("pimpinan"))
    kit.clock.forward(days=20)
    late = kit.office.oversight.report(actor=kit.officer("pimpinan"))

    assert () == in_time.late_steps
    assert ["periksa"] == [one.step.code for one in late.late_steps]
    assert 0 == late.overdue


def test_the_backlog_is_counted_by_age_and_its_sum_is_all_that_is_open(kit):
    """Closed cases are not in it, nor are drafts."""
    kit.permit("warung")
    kit.draft("warung")
    kit.submit("warung")
    kit.clock.forward(days=12)
    kit.submit("warung")

    report = kit.office.oversight.report(actor=HOST)

    assert [(0, 4, 1), (5, 9, 0), (10, 19, 1), (20, 29, 0), (30, 59, 0), (60, None, 0)] == [
        (one.first, one.last, one.number) for one in report.ages
    ]
    assert 2 == report.open_cases


def test_heads_of_other_units_count_nothing_that_they_may_not_read(kit):
    """The right to see is a part of the question."""
    from perizinan_core.model import Officer, Role

    kit.submit("warung")
    head = kit.appoint(
        Officer(
            id="kepala-jalan",
            name="Kepala Jalan",
            roles=frozenset({Role.SECTION_HEAD}),
            units=frozenset({"dinas-jalan"}),
        )
    )

    report = kit.office.oversight.report(actor=head)

    assert ((), 0) == (report.steps, report.open_cases)


def test_delegations_and_certificates_that_end_soon_are_named_the_first_in_front(kit):
    """A delegation that another one continues is not a worry."""
    pack = sample_pack()
    known = pack.authority.delegations[0]
    start = known.valid.start
    ending = attrs.evolve(known, code="habis", valid=DateRange(start, date(2026, 4, 1)))
    followed = attrs.evolve(
        known,
        code="lanjut",
        valid=DateRange(date(2026, 4, 2), date(2026, 4, 20)),
        permit_types=known.permit_types,
    )
    authority = attrs.evolve(pack.authority, delegations=(ending, followed))
    other = sample_office(pack=attrs.evolve(pack, authority=authority))
    other.office.publication.document(other.clock())

    found = other.office.oversight.report(actor=HOST).endings

    assert [("lanjut", date(2026, 4, 20), False)] == [
        (one.code, one.last_day, one.is_certificate) for one in found
    ]
    other.clock.moment = other.clock.moment.replace(year=2028, month=12, day=10)
    (certificate,) = (one for one in other.office.oversight.report(actor=HOST).endings if one.is_certificate)
    assert ("kepala", 22) == (certificate.position.code, certificate.days_left)


def test_fronts_are_right_though_a_row_of_the_queue_was_removed(kit):
    """On SQL the two tables of open stages are held against each other, and the case is read where they differ."""
    storage = kit.office.storage
    first, second = kit.submit("warung"), kit.submit("warung")
    if isinstance(storage, SqlStorage):
        with storage.engine.begin() as connection:
            connection.execute(
                text("DELETE FROM perizinan_open_stages WHERE application_id = :id"), {"id": first.id}
            )

    (step,) = kit.office.oversight.report(actor=HOST).steps

    assert (2, first.receipt_number) == (step.waiting, step.receipt_number)
    assert second.receipt_number != step.receipt_number
    assert timedelta(0) <= kit.clock() - step.since


def test_what_to_look_at_is_told_in_numbers_that_the_report_confirms(kit):
    """Letters to sign, cases past their day, and what ends soon."""
    case = kit.submit("warung")
    kit.review(case.id)
    other = kit.submit("warung")
    kit.review(other.id, until="putusan")
    kit.clock.forward(days=70)
    head = kit.officer("pimpinan")
    told, report = kit.office.oversight.attention(actor=head), kit.office.oversight.report(actor=head)

    assert len(kit.office.lists.awaiting_signature(actor=head).items) == told.to_sign
    assert (1, report.overdue, report.endings) == (told.to_sign, told.overdue, told.endings)
    assert 1 == told.overdue

"""Days off that the office records: shown before they count, recorded by two, in force at once."""

from __future__ import annotations

from datetime import date

import pytest

from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.model._actor import Officer, Role
from perizinan_core.model._calendar import Holiday, HolidayKind
from perizinan_core.model._text import Source
from perizinan_core.testing._offices import HOST, sample_office
from perizinan_core.testing._refusals import raises_code

DECREE = Source("Keputusan Bersama Contoh")


def days_of(kit, year=2026):
    return next(one for one in kit.office.calendar_years.years(actor=HOST) if one.year == year).holidays


def with_leave(kit, *days):
    """Return the days off of 2026 with further ones."""
    leave = tuple(Holiday(day, "Cuti bersama", HolidayKind.JOINT_LEAVE, DECREE) for day in days)
    return (*days_of(kit), *leave)


def next_days(kit, count):
    """Return the next working days after today."""
    calendar = kit.office.authority.calendar
    return [calendar.add_working_days(kit.office.today(), number) for number in range(1, count + 1)]


def second(kit):
    """Put a second administrator on record."""
    return kit.appoint(
        Officer(
            id="admin-2",
            name="Admin Dua",
            roles=frozenset({Role.ADMINISTRATOR}),
            units=frozenset({"dinas-izin"}),
        )
    )


def test_a_preview_names_the_open_cases_whose_last_day_moves(any_kit):
    """By receipt number, with both days; closed ones are not among them, and nothing is changed."""
    kit = any_kit
    kit.permit("warung")
    case = kit.submit("warung")
    kit.decide(case.id, "periksa")
    days = next_days(kit, 2)
    shown = kit.office.calendar_years.preview(2026, with_leave(kit, *days), actor=kit.officer("admin"))
    (moved,) = shown.moved
    before = kit.office.applications.get(case.id, actor=HOST).clock.due
    calendar = kit.office.authority.calendar

    assert (case.receipt_number, before) == (moved.receipt_number, moved.before)
    assert 2 == calendar.working_days_between(moved.before, moved.after)
    assert set(days) == {one.day for one in shown.added}
    assert () == shown.removed
    assert days_of(kit) == with_leave(kit)


def beside(kit):
    """Open another process of the office: on the same records, with nothing else in common."""
    pack = AuthorityPack(authority=kit.office._context._authority, catalogue=kit.office.catalogue)
    return sample_office(
        pack=pack, storage=kit.office.storage, documents=kit.office.documents, clock=kit.clock
    )


def test_days_count_at_once_in_every_process_when_a_second_person_confirmed_them(any_kit):
    """What another process writes next is counted by them; one that only looks follows within a second."""
    kit = any_kit
    other, admin, years = second(kit), kit.officer("admin"), kit.office.calendar_years
    writing, looking = beside(kit), beside(kit)
    before, wanted = kit.office.authority.calendar, with_leave(kit, *next_days(kit, 1))
    first = years.record(2026, wanted, actor=admin)
    with raises_code("calendar-second"):
        years.confirm(2026, actor=admin)
    versions = {one.office.authority.calendar.version for one in (kit, writing, looking) if days_of(one)}
    assert {before.version} == versions
    confirmed = years.confirm(2026, actor=other)
    case = writing.submit("warung")
    writing.decide(case.id, "periksa")
    kit.clock.forward(seconds=1)

    assert (False, True) == (first.holds, confirmed.holds)
    for one in (kit, writing, looking):
        assert set(wanted) == set(days_of(one))
        assert before.version != one.office.authority.calendar.version
    due = writing.office.applications.get(case.id, actor=HOST).clock.due
    assert (
        kit.office.authority.calendar.version
        == writing.office.applications.get(case.id, actor=HOST).counted_on
    )
    assert due > before.add_working_days(kit.office.today(), 1)


def test_open_deadlines_are_counted_again_by_any_worker(any_kit):
    """Old and new stand in the history; the worker is that of another process."""
    kit = any_kit
    case = kit.submit("warung")
    kit.decide(case.id, "periksa")
    before = kit.office.applications.get(case.id, actor=HOST).clock.due
    worker = beside(kit).office.worker
    kit.office.calendar_years.record(2026, with_leave(kit, before), actor=kit.officer("admin"))
    kit.office.calendar_years.confirm(2026, actor=second(kit))
    kit.clock.forward(seconds=1)
    worker.run_once()

    assert before < kit.office.applications.get(case.id, actor=HOST).clock.due
    assert "deadline_changed" in {
        event.kind.value for event in kit.office.applications.history(case.id, actor=HOST)
    }


def test_what_one_person_proposes_leaves_confirmed_days_as_they_are():
    """Else one person alone could take away what two decided."""
    kit = sample_office()
    years, admin, other = kit.office.calendar_years, kit.officer("admin"), second(kit)
    plain, (day, further) = days_of(kit), next_days(kit, 2)
    years.record(2026, with_leave(kit, day), actor=admin)
    years.confirm(2026, actor=other)
    confirmed = days_of(kit)
    years.record(2026, plain, actor=other)
    years.record(2026, (*confirmed, Holiday(further, "Libur", HolidayKind.EXTRA, DECREE)), actor=other)
    (proposed,) = [one for one in years.years(actor=HOST) if one.year == 2026]

    assert confirmed == proposed.holidays
    assert day in {one.day for one in confirmed}
    assert not proposed.recorded.holds
    assert confirmed == days_of(beside(kit))
    years.confirm(2026, actor=admin)
    assert further in {one.day for one in days_of(kit)}


def test_the_next_year_can_be_added_and_none_after_it():
    """A gap would make days that no one knows look like working days."""
    kit = sample_office()
    last = kit.office.authority.calendar.covers_to.year
    new_year = (Holiday(date(last + 1, 1, 1), "Tahun Baru", HolidayKind.NATIONAL, DECREE),)
    shown = kit.office.calendar_years.preview(last + 1, new_year, actor=HOST)
    kit.office.calendar_years.record(last + 1, new_year, actor=HOST)
    kit.office.calendar_years.confirm(last + 1, actor=kit.officer("admin"))
    assert days_of(kit, last + 1) == new_year
    longer = kit.office.authority.calendar

    assert 255 < shown.working_days < 262
    assert date(last + 1, 12, 31) == longer.covers_to
    assert not longer.is_working_day(date(last + 1, 1, 1))
    with raises_code("calendar-year"):
        kit.office.calendar_years.preview(last + 2, (), actor=HOST)


@pytest.mark.parametrize("days", [(), (date(2027, 1, 1),), (date(2026, 5, 1), date(2026, 5, 1))])
def test_days_of_another_year_or_twice_or_none_are_not_recorded(days):
    """The sentence says what is expected."""
    kit = sample_office()
    holidays = tuple(Holiday(day, "Libur", HolidayKind.EXTRA, DECREE) for day in days)
    with raises_code("calendar-year"):
        kit.office.calendar_years.record(2026, holidays, actor=HOST)


def test_who_works_on_cases_changes_no_calendar():
    """Everyone of the staff may look at it."""
    kit = sample_office()
    for officer in ("supervisor", "auditor", "loket-1"):
        assert kit.office.calendar_years.years(actor=kit.officer(officer))
        with pytest.raises(AccessDeniedError):
            kit.office.calendar_years.record(2026, days_of(kit), actor=kit.officer(officer))

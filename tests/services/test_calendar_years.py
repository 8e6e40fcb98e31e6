"""Days off that the office records: shown before they count, recorded by two, in force from the next opening on."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.model._actor import Officer, Role
from perizinan_core.model._calendar import Holiday, HolidayKind
from perizinan_core.model._text import Source
from perizinan_core.services._calendar_years import with_recorded_years
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


def test_recorded_days_hold_once_a_second_person_confirmed_them(any_kit):
    """From the next opening on; then the worker counts open deadlines again, and old and new stand in the history."""
    kit = any_kit
    case = kit.submit("warung")
    kit.decide(case.id, "periksa")
    other, admin, years = second(kit), kit.officer("admin"), kit.office.calendar_years
    wanted = with_leave(kit, *next_days(kit, 1))
    first = years.record(2026, wanted, actor=admin)
    with raises_code("calendar-second"):
        years.confirm(2026, actor=admin)
    with kit.office.storage.unit_of_work(read_only=True) as work:
        unchanged = with_recorded_years(kit.office.authority, work.settings)
    confirmed = years.confirm(2026, actor=other)
    with kit.office.storage.unit_of_work(read_only=True) as work:
        changed = with_recorded_years(kit.office.authority, work.settings)

    assert (False, True) == (first.holds, confirmed.holds)
    assert unchanged is kit.office.authority
    assert set(wanted) == {one for one in changed.calendar.holidays if one.day.year == 2026}
    assert changed.calendar.version != kit.office.authority.calendar.version
    pack = attrs.evolve(_pack(kit), authority=changed)
    again = sample_office(
        pack=pack, storage=kit.office.storage, documents=kit.office.documents, clock=kit.clock
    )
    again.office.worker.run_once()
    moved = again.office.applications.get(case.id, actor=HOST).clock.due
    assert moved > kit.office.authority.calendar.add_working_days(kit.office.today(), 1)
    assert "deadline_changed" in {
        event.kind.value for event in again.office.applications.history(case.id, actor=HOST)
    }


def _pack(kit):
    from perizinan_core.hooks._types import AuthorityPack

    return AuthorityPack(authority=kit.office.authority, catalogue=kit.office.catalogue)


def test_the_next_year_can_be_added_and_none_after_it():
    """A gap would make days that no one knows look like working days."""
    kit = sample_office()
    last = kit.office.authority.calendar.covers_to.year
    new_year = (Holiday(date(last + 1, 1, 1), "Tahun Baru", HolidayKind.NATIONAL, DECREE),)
    shown = kit.office.calendar_years.preview(last + 1, new_year, actor=HOST)
    kit.office.calendar_years.record(last + 1, new_year, actor=HOST)
    kit.office.calendar_years.confirm(last + 1, actor=kit.officer("admin"))
    with kit.office.storage.unit_of_work(read_only=True) as work:
        longer = with_recorded_years(kit.office.authority, work.settings).calendar

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

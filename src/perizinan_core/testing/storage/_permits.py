"""Permits: storing, locking, finding."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.errors.storage import AlreadyExistsError, RecordNotFoundError, StaleObjectError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.storage._ports import Storage
from perizinan_core.storage._records import PermitFilter
from perizinan_core.testing.storage._base import SuiteBase, add_application, add_permit
from perizinan_core.testing.storage._samples import NOW, made_application, made_permit

__all__ = ["PermitsSuite"]


class PermitsSuite(SuiteBase):
    """Rule 3 of the ports, and every query."""

    def test_a_permit_is_found_by_everything_that_names_it(self, storage: Storage) -> None:
        """Id, number, status index and application."""
        application = add_application(storage, made_application())
        stored = add_permit(storage, made_permit(application))

        assert stored.version == 1
        with storage.unit_of_work(read_only=True) as work:
            assert stored == work.permits.get(stored.id)
            assert stored == work.permits.get_by_number(stored.number)
            assert stored == work.permits.get_by_status_index(stored.status_index)
            assert (stored,) == work.permits.of_application(application.id)

    def test_an_unknown_permit_is_not_found(self, storage: Storage) -> None:
        """By any name, and for saving."""
        application = add_application(storage, made_application())
        with storage.unit_of_work() as work:
            for look_up in (
                lambda: work.permits.get("x"),
                lambda: work.permits.get_by_number("x"),
                lambda: work.permits.get_by_status_index(9),
                lambda: work.permits.last_change("x"),
                lambda: work.permits.save(made_permit(application), by="a", at=NOW),
            ):
                with pytest.raises(RecordNotFoundError):
                    look_up()
            assert work.permits.of_application("x") == ()

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("number", {"sequence": 2, "number": "503/0001/2026"}),
            ("register, register_year, sequence", {"number": "other", "status_index": 2}),
            ("status_index", {"sequence": 2, "status_index": 1}),
        ],
    )
    def test_what_permits_must_not_share_is_refused_twice(
        self, storage: Storage, field: str, changes: dict[str, object]
    ) -> None:
        """Number, place in the register and in the status list."""
        application = add_application(storage, made_application())
        add_permit(storage, made_permit(application))

        with storage.unit_of_work() as work, pytest.raises(AlreadyExistsError) as caught:
            work.permits.add(made_permit(application, **changes), by="a", at=NOW)
        assert ("permit", field) == (caught.value.kind, caught.value.field)

    def test_a_permit_needs_its_application_on_record(self, storage: Storage) -> None:
        """No permit without a case."""
        with storage.unit_of_work() as work, pytest.raises(RecordNotFoundError) as caught:
            work.permits.add(made_permit(made_application()), by="a", at=NOW)
        assert caught.value.kind == "application"

    def test_saving_a_stale_permit_tells_who_was_first(self, storage: Storage) -> None:
        """Two changes of status at once do not hide each other."""
        stored = add_permit(storage, made_permit(add_application(storage, made_application())))
        with storage.unit_of_work() as work:
            saved = work.permits.save(
                attrs.evolve(stored, status=PermitStatus.REVOKED), by="kepala-1", at=NOW
            )
            work.commit()

        assert saved.version == 2
        with storage.unit_of_work() as work:
            with pytest.raises(StaleObjectError) as caught:
                work.permits.save(attrs.evolve(stored, status=PermitStatus.SUSPENDED), by="b", at=NOW)
            assert work.permits.get(stored.id).status is PermitStatus.REVOKED
            assert work.permits.last_change(stored.id).version == 2
        assert (caught.value.changed_by, caught.value.changed_at) == ("kepala-1", NOW)

    def test_filters_of_permits_narrow_and_all_must_hold(self, storage: Storage) -> None:
        """Status, type, register, year, number, last day, previous permit."""
        application = add_application(storage, made_application())
        first = add_permit(
            storage,
            made_permit(
                application, status=PermitStatus.IN_FORCE, number="503/A_1/2026", previous_permit="p0"
            ),
        )
        second = add_permit(storage, made_permit(application, sequence=2, permit_type="b", valid_until=None))
        wanted = (
            (PermitFilter(statuses=frozenset({PermitStatus.IN_FORCE})), first),
            (PermitFilter(permit_types=frozenset({"b"})), second),
            (PermitFilter(register="permits", register_year=2026, number_part="a_1"), first),
            (PermitFilter(valid_until_from=date(2027, 1, 1), valid_until_to=date(2027, 12, 31)), first),
            (PermitFilter(previous_permit="p0"), first),
        )

        with storage.unit_of_work(read_only=True) as work:
            for filter_, permit in wanted:
                assert (permit,) == work.permits.find(filter_).items
                assert work.permits.count(filter_) == 1
            assert work.permits.count() == 2
            assert work.permits.count(PermitFilter(register="permits", register_year=2025)) == 0

    def test_pages_of_permits_give_everything_once(self, storage: Storage) -> None:
        """Newest first and oldest first."""
        application = add_application(storage, made_application())
        ids = [add_permit(storage, made_permit(application, sequence=number)).id for number in range(1, 6)]

        with storage.unit_of_work(read_only=True) as work:
            page = work.permits.find(limit=3)
            rest = work.permits.find(limit=3, after=page.next)
            oldest = work.permits.find(limit=2, newest_first=False)
        assert sorted(ids, reverse=True) == [permit.id for permit in (*page.items, *rest.items)]
        assert rest.next is None
        assert ids[:2] == [permit.id for permit in oldest.items]

    def test_places_are_told_with_their_stored_status(self, storage: Storage) -> None:
        """In order, only the statuses asked for, however they were written."""
        application = add_application(storage, made_application())
        statuses = [
            PermitStatus.REVOKED,
            PermitStatus.IN_FORCE,
            PermitStatus.SUPERSEDED,
            PermitStatus.REVOKED,
        ]
        for number, status in reversed(list(enumerate(statuses))):
            add_permit(
                storage,
                made_permit(
                    application, number=f"n/{number}", sequence=number + 1, status_index=number, status=status
                ),
            )
        final = (PermitStatus.REVOKED, PermitStatus.SUPERSEDED)
        with storage.unit_of_work(read_only=True) as work:
            assert list(work.permits.places(final)) == [(0, "revoked"), (2, "superseded"), (3, "revoked")]
            assert list(work.permits.places([PermitStatus.ANNULLED])) == []

    def test_permits_that_end_soon_are_listed_soonest_first(self, storage: Storage) -> None:
        """Both ends of the span count; revoked and endless permits are left out."""
        application = add_application(storage, made_application())
        day = date(2027, 1, 1)
        made = [
            add_permit(
                storage,
                made_permit(
                    application,
                    sequence=number,
                    valid_until=None if days is None else day + timedelta(days=days),
                    status=status,
                ),
            )
            for number, (days, status) in enumerate(
                [
                    (30, PermitStatus.IN_FORCE),
                    (0, PermitStatus.SUSPENDED),
                    (31, PermitStatus.IN_FORCE),
                    (5, PermitStatus.REVOKED),
                    (None, PermitStatus.IN_FORCE),
                ],
                start=1,
            )
        ]

        with storage.unit_of_work(read_only=True) as work:
            assert (made[1], made[0]) == work.permits.expiring_between(day, day + timedelta(days=30))

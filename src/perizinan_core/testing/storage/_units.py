"""Units of work: all or nothing, and only while they are open."""

from __future__ import annotations

from contextlib import AbstractContextManager

import attrs
import pytest

from perizinan_core.errors.storage import AlreadyExistsError, RecordNotFoundError
from perizinan_core.model._application import ApplicationState
from perizinan_core.storage._ports import ForeseeingStorage, Storage, UnitOfWork
from perizinan_core.storage._records import Foreseen, OutboxItem
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import SuiteBase, add_application
from perizinan_core.testing.storage._samples import NOW, made_application, made_event

__all__ = ["UnitsSuite"]


class UnitsSuite(SuiteBase):
    """Rules 1 and 2 of the ports."""

    def test_a_store_and_its_unit_of_work_have_the_shape_of_the_ports(self, storage: Storage) -> None:
        """Type checks at run time see both."""
        assert isinstance(storage, Storage)
        with storage.unit_of_work() as work:
            assert isinstance(work, UnitOfWork)

    def test_leaving_without_commit_undoes_everything(self, storage: Storage) -> None:
        """Rollback is the default."""
        application = made_application()
        with storage.unit_of_work() as work:
            work.applications.add(application, by="a", at=NOW)
            work.history.add([made_event(application.id)])
            work.outbox.add([OutboxItem(event=made_event(application.id))], at=NOW)
            work.status_indexes.take()
            work.settings.put("x", 1)

        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.count() == 0
            assert work.history.of(application.id) == ()
            assert work.outbox.counts().waiting == 0
            assert work.status_indexes.size() == 0
            assert work.settings.get("x") is None

    def test_an_exception_undoes_everything_and_comes_through(self, storage: Storage) -> None:
        """The caller's error is not swallowed."""
        with pytest.raises(ZeroDivisionError), storage.unit_of_work() as work:  # noqa: PT012
            work.applications.add(made_application(), by="a", at=NOW)
            raise ZeroDivisionError

        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.count() == 0

    def test_an_exception_after_the_commit_undoes_nothing(self, storage: Storage) -> None:
        """What is committed stays."""
        with pytest.raises(ZeroDivisionError), storage.unit_of_work() as work:  # noqa: PT012
            work.applications.add(made_application(), by="a", at=NOW)
            work.commit()
            raise ZeroDivisionError

        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.count() == 1

    def test_nobody_sees_what_is_not_committed(self, storage: Storage) -> None:
        """A reader sees the state before, and does not wait."""
        with storage.unit_of_work() as writing:
            writing.applications.add(made_application(), by="a", at=NOW)
            with storage.unit_of_work(read_only=True) as reading:
                assert reading.applications.count() == 0
            writing.commit()

        with storage.unit_of_work(read_only=True) as reading:
            assert reading.applications.count() == 1

    def test_a_reader_sees_one_moment_throughout(self, storage: Storage) -> None:
        """A commit of someone else in between does not show."""
        with storage.unit_of_work(read_only=True) as reading:
            before = reading.applications.count()
            add_application(storage, made_application())

            assert before == 0
            assert reading.applications.count() == 0

    def test_after_the_commit_nothing_more_can_be_done(self, storage: Storage) -> None:
        """One unit, one commit."""
        with storage.unit_of_work() as work:
            work.commit()

            with raises_code("unit-of-work-closed"):
                work.settings.put("x", 1)
            with raises_code("unit-of-work-closed"):
                work.commit()

    def test_after_leaving_nothing_more_can_be_done(self, storage: Storage) -> None:
        """Neither reading nor writing."""
        with storage.unit_of_work() as work:
            pass

        with raises_code("unit-of-work-closed"):
            work.applications.count()
        with raises_code("unit-of-work-closed"):
            work.history.add([made_event("x")])
        with raises_code("unit-of-work-closed"):
            work.commit()

    def test_a_unit_for_reading_writes_nothing(self, storage: Storage) -> None:
        """Every kind of write is refused."""
        stored = add_application(storage, made_application())
        with storage.unit_of_work(read_only=True) as work:
            writes = (
                lambda: work.applications.add(made_application(), by="a", at=NOW),
                lambda: work.applications.save(stored, by="a", at=NOW),
                lambda: work.numbers.take("r", 2026, by="a", at=NOW),
                work.status_indexes.take,
                lambda: work.history.add([made_event("x")]),
                lambda: work.outbox.add([OutboxItem(event=made_event("x"))], at=NOW),
                lambda: work.settings.put("x", 1),
                lambda: work.officers.list(lock=True),
                lambda: work.applications.get(stored.id, lock=True),
                lambda: work.permits.get("x", lock=True),
                lambda: work.idempotency.begin("a", "k", use_case="u", request_hash="h", at=NOW),
            )
            for write in writes:
                with raises_code("unit-of-work-read-only"):
                    write()

            assert stored == work.applications.get(stored.id)

    def test_after_a_duplicate_the_unit_cannot_be_committed(self, storage: Storage) -> None:
        """A caller that catches the error must not believe that the rest was written."""
        stored = add_application(storage, made_application())
        with storage.unit_of_work() as work:
            work.settings.put("x", 1)
            with pytest.raises(AlreadyExistsError):
                work.applications.add(stored, by="a", at=NOW)
            with raises_code("unit-of-work-closed"):
                work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.settings.get("x") is None

    def test_a_record_that_is_missing_leaves_the_unit_usable(self, storage: Storage) -> None:
        """Looking something up in vain is not a failure."""
        with storage.unit_of_work() as work:
            with pytest.raises(RecordNotFoundError):
                work.applications.get("nobody")
            work.settings.put("x", 1)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.settings.get("x") == 1

    def test_what_is_written_counts_and_not_what_was_foreseen(self, storage: Storage) -> None:
        """Records that became others meanwhile are written as the unit gives them; those that did not, as well."""

        def foreseeing(*foreseen: Foreseen) -> AbstractContextManager[UnitOfWork]:
            if isinstance(storage, ForeseeingStorage):
                return storage.unit_of_work(foreseen=foreseen)
            return storage.unit_of_work()

        case = made_application(state=ApplicationState.SUBMITTED)
        event = made_event(case.id, round=1)
        with foreseeing(case, event) as work:
            first = work.applications.add(case, by="a", at=NOW)
            work.history.add([event, made_event(case.id, round=2)])
            work.outbox.add([OutboxItem(event=event)], at=NOW)
            work.commit()
        expected = attrs.evolve(first, state=ApplicationState.REFUSED)
        with foreseeing(expected) as work:
            work.applications.get(case.id, lock=True)
            work.applications.save(attrs.evolve(first, state=ApplicationState.WITHDRAWN), by="b", at=NOW)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            found = work.applications.get(case.id)
            assert attrs.evolve(first, state=ApplicationState.WITHDRAWN, version=2) == found
            assert [one.data["round"] for one in work.history.of(case.id)] == [1, 2]
            assert [event] == [entry.event for entry in work.outbox.waiting()]

"""Many at once: threads that share one store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import attrs

from perizinan_core.errors.storage import AlreadyExistsError, LeaseHeldError, StaleObjectError
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.storage._ports import Storage
from perizinan_core.storage._records import OutboxItem
from perizinan_core.testing.storage._base import SuiteBase, add_application, add_permit, together
from perizinan_core.testing.storage._samples import (
    NOW,
    WIB,
    made_application,
    made_event,
    made_officer,
    made_permit,
)

__all__ = ["NEW_YEAR", "ConcurrencySuite", "issue_numbers"]

NEW_YEAR = datetime(2027, 1, 1, tzinfo=WIB)
"""Midnight in Kota Contoh; in UTC it is 17:00 of the old year."""

_REGISTERS = ("letters", "permits")


def issue_numbers(storage: Storage, worker: int, turns: int) -> list[tuple[str, int, int]]:
    """
    Take numbers around New Year, some for nothing: every fourth unit is rolled back, every seventh cancels.

    Returns:
        Register, year and sequence of what was committed.
    """
    committed = []
    for turn in range(turns):
        moment = NEW_YEAR + timedelta(milliseconds=worker + turn * 50 - turns * 25)
        register = _REGISTERS[(worker + turn) % 2]
        year = moment.astimezone(WIB).year
        with storage.unit_of_work() as work:
            sequence = work.numbers.take(register, year, by=f"petugas-{worker}", at=moment)
            if (worker + turn) % 7 == 0:
                work.numbers.cancel(
                    register, year, sequence, reason="batal", by=f"petugas-{worker}", at=moment
                )
            else:
                number = f"{register}/{sequence}/{year}"
                work.numbers.record(register, year, sequence, number=number, subject=f"s-{worker}-{turn}")
            if (worker * turns + turn) % 4:
                work.commit()
                committed.append((register, year, sequence))
    return committed


class ConcurrencySuite(SuiteBase):
    """Rules 3 and 4 with a crowd."""

    def test_fifty_workers_over_new_year_leave_no_gap_and_no_double(self, storage: Storage) -> None:
        """Some roll back, some cancel; in local time the year changes in the middle."""
        results = together([partial(issue_numbers, storage, worker, 4) for worker in range(50)])

        failed = [result for result in results if isinstance(result, Exception)]
        assert failed == []
        committed = [line for result in results if not isinstance(result, Exception) for line in result]
        assert [line for line, times in Counter(committed).items() if times > 1] == []
        assert {year for _, year, _ in committed} == {2026, 2027}
        with storage.unit_of_work(read_only=True) as work:
            for register in _REGISTERS:
                for year in (2026, 2027):
                    book = [line.sequence for line in work.numbers.book(register, year)]
                    assert list(range(1, len(book) + 1)) == book
                    assert sorted(line[2] for line in committed if line[:2] == (register, year)) == book

    def test_of_two_officers_who_save_at_once_one_wins_and_the_other_is_told(self, storage: Storage) -> None:
        """By whom; ten times over."""
        for _ in range(10):
            stored = add_application(storage, made_application())

            def decide(officer: str, state: ApplicationState, before: Application = stored) -> str:
                with storage.unit_of_work() as work:
                    work.applications.save(attrs.evolve(before, state=state), by=officer, at=NOW)
                    work.commit()
                return officer

            results = together(
                [
                    partial(decide, "petugas-1", ApplicationState.APPROVED),
                    partial(decide, "petugas-2", ApplicationState.REFUSED),
                ]
            )
            (winner,) = [result for result in results if isinstance(result, str)]
            (loser,) = [result for result in results if isinstance(result, StaleObjectError)]
            assert winner == loser.changed_by
            with storage.unit_of_work(read_only=True) as work:
                assert work.applications.last_change(stored.id).by == winner
                assert work.applications.get(stored.id).version == 2

    def test_what_is_read_with_a_lock_can_be_saved_however_many_read_it_at_once(
        self, storage: Storage
    ) -> None:
        """Applications and permits: each waits for the others, and no one has to read again."""
        case = add_application(storage, made_application())
        permit = add_permit(storage, made_permit(case))

        def raise_both(officer: str) -> None:
            with storage.unit_of_work() as work:
                application = work.applications.get(case.id, lock=True)
                work.applications.save(application, by=officer, at=NOW)
                work.permits.save(work.permits.get(permit.id, lock=True), by=officer, at=NOW)
                work.commit()

        results = together([partial(raise_both, f"petugas-{number}") for number in range(12)])

        assert results == [None] * 12
        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.get(case.id).version == work.permits.get(permit.id).version == 13

    def test_of_many_who_acquire_a_document_one_wins(self, storage: Storage) -> None:
        """The others have to wait."""

        def acquire(holder: str) -> str:
            with storage.unit_of_work() as work:
                until = NOW + timedelta(minutes=1)
                work.signing_attempts.acquire("cd" * 32, holder=holder, now=NOW, until=until)
                work.commit()
            return holder

        results = together([partial(acquire, f"w{number}") for number in range(12)])

        (winner,) = [result for result in results if isinstance(result, str)]
        losers = [result for result in results if isinstance(result, LeaseHeldError)]
        assert [winner] * 11 == [loser.holder for loser in losers]

    def test_a_request_sent_many_times_at_once_is_done_once(self, storage: Storage) -> None:
        """All get the same answer."""

        def submit(number: int) -> object:
            with storage.unit_of_work() as work:
                earlier = work.idempotency.begin("a", "k", use_case="submit", request_hash="h", at=NOW)
                if earlier is not None:
                    return earlier.result
                work.history.add([made_event("case")])
                work.idempotency.finish("a", "k", result=number)
                work.commit()
            return number

        results = together([partial(submit, number) for number in range(12)])

        assert len(set(results)) == 1
        with storage.unit_of_work(read_only=True) as work:
            assert len(work.history.of("case")) == 1

    def test_workers_never_claim_the_same_entry(self, storage: Storage) -> None:
        """And together they claim all."""
        with storage.unit_of_work() as work:
            work.outbox.add([OutboxItem(event=made_event(f"s{number}")) for number in range(60)], at=NOW)
            work.commit()

        def claim(worker: str) -> list[int]:
            found: list[int] = []
            while True:
                with storage.unit_of_work() as work:
                    lease = timedelta(minutes=1)
                    entries = work.outbox.claim(worker, now=NOW, lease=lease, limit=7)
                    work.commit()
                if not entries:
                    return found
                found += [entry.id for entry in entries]

        results = together([partial(claim, f"w{number}") for number in range(6)])

        claimed = [entry for result in results if isinstance(result, list) for entry in result]
        assert (len(claimed), len(set(claimed))) == (60, 60)

    def test_cases_assigned_at_once_go_to_different_officers(self, storage: Storage) -> None:
        """The rotation is fair although everyone looks at the same moment."""
        officers = [f"o{number}" for number in range(5)]
        with storage.unit_of_work() as work:
            for officer in officers:
                work.officers.save(made_officer(officer), by="admin", at=NOW)
            work.commit()

        def assign(number: int) -> str:
            with storage.unit_of_work() as work:
                chosen = work.officers.list(unit="dpmptsp", lock=True)[0]
                work.officers.note_assignment(chosen.id, at=NOW + timedelta(seconds=number))
                work.commit()
            return chosen.id

        results = together([partial(assign, number) for number in range(5)])

        assert officers == sorted(map(str, results))

    def test_status_indexes_taken_at_once_are_all_different(self, storage: Storage) -> None:
        """From 0 on, without a gap."""

        def take(_: int) -> int:
            with storage.unit_of_work() as work:
                index = work.status_indexes.take()
                work.commit()
            return index

        jobs: list[Callable[[], int]] = [partial(take, number) for number in range(20)]
        assert list(range(20)) == sorted(item for item in together(jobs) if isinstance(item, int))

    def test_the_same_application_added_at_once_exists_once(self, storage: Storage) -> None:
        """The others learn that it exists."""
        application = made_application()
        results = together([partial(add_application, storage, application) for _ in range(6)])

        assert sum(isinstance(result, AlreadyExistsError) for result in results) == 5
        with storage.unit_of_work(read_only=True) as work:
            assert work.applications.count() == 1

"""Number registers and status indexes."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.storage._ports import Storage
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import SuiteBase
from perizinan_core.testing.storage._samples import NOW

__all__ = ["NumbersSuite", "take_number"]


def take_number(storage: Storage, register: str = "permits", year: int = 2026, *, first: int = 1) -> int:
    """Take and record one number in a unit of work of its own."""
    with storage.unit_of_work() as work:
        sequence = work.numbers.take(register, year, first=first, by="kepala-1", at=NOW)
        number = f"{register}/{sequence}/{year}"
        work.numbers.record(register, year, sequence, number=number, subject=f"s-{number}")
        work.commit()
    return sequence


class NumbersSuite(SuiteBase):
    """Rule 4 of the ports, one at a time; `ConcurrencySuite` has the crowd."""

    def test_a_lost_number_that_was_found_again_belongs_to_its_permit(self, storage: Storage) -> None:
        """As if it had never been lost; one that is another's is not taken from it."""
        with storage.unit_of_work() as work:
            for number, subject in ((None, None), ("2/A", "permit-2")):
                sequence = work.numbers.take("permits", 2026, by="x", at=NOW)
                work.numbers.lose("permits", 2026, sequence, number=number, subject=subject)
            work.commit()
        with storage.unit_of_work() as work:
            work.numbers.regain("permits", 2026, 1, number="1/A", subject="permit-1")
            work.numbers.regain("permits", 2026, 2, number="2/A", subject="permit-2")
            work.commit()
        with storage.unit_of_work() as work, raises_code("number-book"):
            work.numbers.regain("permits", 2026, 2, number="2/A", subject="another")

        with storage.unit_of_work(read_only=True) as work:
            assert [
                (line.number, line.subject, line.is_lost) for line in work.numbers.book("permits", 2026)
            ] == [("1/A", "permit-1", False), ("2/A", "permit-2", False)]

    def test_a_lost_number_stands_in_the_book_and_is_not_given_again(self, storage: Storage) -> None:
        """With number and subject where they are known, and without."""
        with storage.unit_of_work() as work:
            for number, subject in (("1", "permit-1"), (None, None)):
                sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
                work.numbers.lose("permits", 2026, sequence, number=number, subject=subject)
            work.commit()
        with storage.unit_of_work(read_only=True) as work:
            lines = work.numbers.book("permits", 2026)
        assert [(line.is_lost, line.number, line.subject) for line in lines] == [
            (True, "1", "permit-1"),
            (True, None, None),
        ]
        assert [line.is_cancelled for line in lines] == [False, False]
        assert take_number(storage) == 3

    def test_numbers_follow_each_other_in_each_register_and_year(self, storage: Storage) -> None:
        """Registers and years do not disturb each other."""
        taken = [
            take_number(storage, register, year)
            for register, year in (
                ("a", 2026),
                ("b", 2026),
                ("a", 2026),
                ("a", 2027),
                ("a", 2026),
                ("b", 2026),
            )
        ]

        assert taken == [1, 1, 2, 1, 3, 2]
        with storage.unit_of_work(read_only=True) as work:
            assert (work.numbers.last("a", 2026), work.numbers.last("c", 2026)) == (3, None)

    def test_a_year_may_begin_with_another_number(self, storage: Storage) -> None:
        """The paper book stood at 119; only the first number of a year looks at it."""
        assert [take_number(storage, first=120) for _ in range(2)] == [120, 121]
        assert take_number(storage, first=500) == 122

    def test_a_rollback_gives_the_number_back(self, storage: Storage) -> None:
        """The next one gets it: no gap."""
        take_number(storage)
        with storage.unit_of_work() as work:
            assert work.numbers.take("permits", 2026, by="a", at=NOW) == 2

        assert take_number(storage) == 2

    def test_one_unit_may_take_several(self, storage: Storage) -> None:
        """In order, also from several registers."""
        with storage.unit_of_work() as work:
            taken = [work.numbers.take("permits", 2026, by="a", at=NOW) for _ in range(3)]
            for sequence in taken:
                work.numbers.record("permits", 2026, sequence, number=f"{sequence}", subject="s")
            work.commit()

        assert taken == [1, 2, 3]

    def test_the_book_holds_every_line(self, storage: Storage) -> None:
        """Who took it, when (UTC), as printed, and for what."""
        take_number(storage)
        take_number(storage)

        with storage.unit_of_work(read_only=True) as work:
            first, second = work.numbers.book("permits", 2026)
            assert (second,) == work.numbers.book("permits", 2026, after=1)
            assert (first,) == work.numbers.book("permits", 2026, limit=1)
            assert first == work.numbers.get("permits", 2026, 1)
            assert second == work.numbers.find_number("permits/2/2026")
            assert (first,) == work.numbers.of_subject("s-permits/1/2026")
            assert work.numbers.find_number("permits/3/2026") is None
        assert (first.number, first.taken_by, first.taken_at) == ("permits/1/2026", "kepala-1", NOW)
        assert first.taken_at.tzinfo is UTC

    def test_a_cancelled_number_stays_with_its_reason(self, storage: Storage) -> None:
        """It is never given out again, and keeps what it was for."""
        take_number(storage)
        later = NOW + timedelta(days=1)
        with storage.unit_of_work() as work:
            work.numbers.cancel("permits", 2026, 1, reason="salah cetak nama Uji", by="kepala-1", at=later)
            work.commit()

        assert take_number(storage) == 2
        with storage.unit_of_work(read_only=True) as work:
            line = work.numbers.get("permits", 2026, 1)
        assert line.is_cancelled
        assert (line.cancel_reason, line.cancelled_by, line.cancelled_at) == (
            "salah cetak nama Uji",
            "kepala-1",
            later,
        )
        assert line.number == "permits/1/2026"

    def test_a_number_can_be_taken_and_cancelled_at_once(self, storage: Storage) -> None:
        """A blank line of the book, with its reason."""
        with storage.unit_of_work() as work:
            sequence = work.numbers.take("permits", 2026, by="a", at=NOW)
            work.numbers.cancel("permits", 2026, sequence, reason="batal", by="a", at=NOW)
            work.commit()

        assert take_number(storage) == 2

    def test_no_number_is_taken_without_an_explanation(self, storage: Storage) -> None:
        """The commit refuses, and the number is free again."""
        with storage.unit_of_work() as work:
            work.numbers.take("permits", 2026, by="a", at=NOW)
            with raises_code("number-book") as caught:
                work.commit()

        assert (caught.value.details()["reason"], caught.value.details()["sequence"]) == ("unexplained", 1)
        assert take_number(storage) == 1

    def test_the_book_cannot_be_rewritten(self, storage: Storage) -> None:
        """Not taken, recorded for something else, cancelled: each has its own reason."""
        take_number(storage)
        with storage.unit_of_work() as work:
            numbers = work.numbers
            with raises_code("number-book") as unknown:
                numbers.record("permits", 2026, 2, number="x", subject="y")
            with raises_code("number-book") as other:
                numbers.record("permits", 2026, 1, number="x", subject="y")
            numbers.cancel("permits", 2026, 1, reason="batal", by="a", at=NOW)
            with raises_code("number-book") as again:
                numbers.cancel("permits", 2026, 1, reason="batal", by="a", at=NOW)
            with raises_code("number-book") as revived:
                numbers.record("permits", 2026, 1, number="permits/1/2026", subject="s-permits/1/2026")
            with raises_code("number-book") as missing:
                numbers.get("permits", 2025, 1)

        found = [caught.value.details()["reason"] for caught in (unknown, other, again, revived, missing)]
        assert found == ["not-taken", "recorded", "cancelled", "cancelled", "not-taken"]

    def test_recording_the_same_again_changes_nothing(self, storage: Storage) -> None:
        """A worker that repeats its step after a crash does no harm."""
        take_number(storage)
        with storage.unit_of_work() as work:
            before = work.numbers.get("permits", 2026, 1)
            again = work.numbers.record(
                "permits", 2026, 1, number="permits/1/2026", subject="s-permits/1/2026"
            )
            work.commit()

        assert before == again

    def test_two_lines_cannot_print_the_same_number(self, storage: Storage) -> None:
        """A format without the register would give doubles; it is refused instead."""
        take_number(storage)
        with storage.unit_of_work() as work:
            sequence = work.numbers.take("letters", 2026, by="a", at=NOW)
            with pytest.raises(AlreadyExistsError):
                work.numbers.record("letters", 2026, sequence, number="permits/1/2026", subject="s")

    def test_status_indexes_are_counted_from_zero_and_given_back(self, storage: Storage) -> None:
        """The size is the length of the status list."""
        taken = []
        for keep in (True, False, True):
            with storage.unit_of_work() as work:
                taken.append(work.status_indexes.take())
                if keep:
                    work.commit()

        assert taken == [0, 1, 1]
        with storage.unit_of_work(read_only=True) as work:
            assert work.status_indexes.size() == 2

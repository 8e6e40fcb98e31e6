"""The memory store behaves as the database does, step by step; and what the suite itself must not do."""

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from perizinan_core.errors.base import PerizinanError
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._checking import check_records
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing.storage import StorageSuite
from perizinan_core.testing.storage._samples import NOW, WIB

REGISTERS = st.sampled_from(["a", "b"])
YEARS = st.sampled_from([2026, 2027])
SEQUENCES = st.integers(1, 4)
NUMBERS = st.sampled_from(["n1", "n2", "n3", "n4"])


class BooksAgree(RuleBasedStateMachine):
    """Rule 4: whatever is taken, recorded, cancelled, committed or undone, both stores tell the same."""

    def __init__(self) -> None:
        super().__init__()
        self.stores = (MemoryStorage(zone=WIB), open_storage(self.url, self.keys, zone=WIB))
        self.units = None
        self.open = False
        self.committed = {}
        self.taken = {}

    def both(self, act):
        """Do the same in both; return the one answer, an error's code and fields included."""
        answers = []
        for unit in self.units:
            try:
                answers.append(act(unit))
            except PerizinanError as error:
                answers.append((error.code, error.args))
        assert answers[0] == answers[1]
        return answers[0]

    @precondition(lambda self: not self.open)
    @rule()
    def begin(self):
        self.units = [store.unit_of_work().__enter__() for store in self.stores]
        self.open, self.taken = True, dict(self.committed)

    @precondition(lambda self: self.open)
    @rule(register=REGISTERS, year=YEARS, first=st.integers(1, 3))
    def take(self, register, year, first):
        answer = self.both(lambda unit: unit.numbers.take(register, year, first=first, by="x", at=NOW))
        if isinstance(answer, int):
            expected = self.taken.get((register, year), first - 1) + 1
            assert expected == answer
            self.taken[register, year] = answer

    @precondition(lambda self: self.open)
    @rule(register=REGISTERS, year=YEARS, sequence=SEQUENCES, number=NUMBERS)
    def record(self, register, year, sequence, number):
        self.both(lambda unit: unit.numbers.record(register, year, sequence, number=number, subject="s"))

    @precondition(lambda self: self.open)
    @rule(register=REGISTERS, year=YEARS, sequence=SEQUENCES)
    def cancel(self, register, year, sequence):
        self.both(lambda unit: unit.numbers.cancel(register, year, sequence, reason="r", by="x", at=NOW))

    @precondition(lambda self: self.open)
    @rule(commit=st.booleans())
    def end(self, commit):
        if commit and self.both(lambda unit: unit.commit()) is None:
            self.committed = self.taken
        for unit in self.units:
            unit.__exit__(None, None, None)
        self.open = False

    @precondition(lambda self: not self.open)
    @rule(last=st.sampled_from([-1, 0, 1, 99]))
    def set_the_counters_back(self, last):
        """Somebody changes the counters by SQL: the books go on as if nothing had happened."""
        with self.stores[1].unit_of_work() as work:
            work.session.write(self.tables.number_counters.update().values(last=last))
            work.commit()

    @invariant()
    def the_books_agree(self):
        if self.open:
            return
        books = []
        for store in self.stores:
            with store.unit_of_work(read_only=True) as work:
                books.append(
                    [work.numbers.book(register, year) for register in "ab" for year in (2026, 2027)]
                )
        assert books[0] == books[1]
        for book, key in zip(books[0], [(r, y) for r in "ab" for y in (2026, 2027)], strict=True):
            assert [line.sequence for line in book][-1:] == (
                [self.committed[key]] if key in self.committed else []
            )

    def teardown(self):
        if self.open:
            for unit in self.units:
                unit.__exit__(None, None, None)
        # What somebody did to the counters is found, can be repaired, and leaves nothing behind.
        assert check_records(self.stores[1], repair=True).is_sound
        assert () == check_records(self.stores[1]).faults
        with self.stores[1].unit_of_work() as work:
            for name in ("numbers", "number_counters", "marks", "tallies"):
                table = getattr(self.tables, name)
                mine = table.c.of_table == self.tables.numbers.name if name == "marks" else sa.true()
                work.session.write(table.delete().where(mine))
            work.commit()
        check_records(self.stores[1], accept=True)
        self.stores[1].close()


def test_memory_and_sqlite_keep_the_same_books(tmp_path):
    """Random histories of numbers, with rollbacks and refused steps."""
    from perizinan_core.storage._sql import _tables as tables

    BooksAgree.url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    BooksAgree.keys = KeyRing.generate()
    BooksAgree.tables = tables
    migrate(BooksAgree.url)
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    limits = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=checks)

    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(BooksAgree, settings=limits)


def test_no_test_of_the_suite_hides_another():
    """Its parts are base classes of one: equal names would silently drop tests."""
    names = [name for part in StorageSuite.__mro__ for name in vars(part) if name.startswith("test_")]

    assert len(names) > 80
    assert len(names) == len(set(names))

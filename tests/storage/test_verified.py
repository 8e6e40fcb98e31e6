"""What a process remembers of rows that passed their check."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.storage._verified import Recent, VerifiedRows

VALUES = st.lists(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes() | st.dates(),
    max_size=4,
).map(tuple)


@given(VALUES, VALUES)
def test_two_rows_have_one_digest_only_when_they_are_the_same(one, other):
    """In every value and in its type: 1, True and "1" are three."""
    rows = VerifiedRows()
    same = [(type(item), item) for item in one] == [(type(item), item) for item in other]

    assert same is (rows.digest("permits(a,b)", one) == rows.digest("permits(a,b)", other))


@pytest.mark.parametrize("other", ["marks(a,b)", "permits(b,a)", "permits(a)"])
def test_the_table_and_the_order_of_the_columns_are_part_of_it(other):
    """A value that moved to another column is another row."""
    rows = VerifiedRows()
    rows.add(rows.digest("permits(a,b)", ("x", "y")))

    assert rows.has(rows.digest("permits(a,b)", ("x", "y")))
    assert not rows.has(rows.digest(other, ("x", "y")))


@pytest.mark.parametrize("value", [memoryview(b"x"), Decimal(1), 1.5, ("x",)])
def test_a_value_that_is_not_told_by_its_text_is_never_remembered(value):
    """Such a row is computed each time."""
    rows = VerifiedRows()
    digest = rows.digest("permits(a)", (value,))
    rows.add(digest)

    assert digest is None
    assert not rows.has(digest)


def test_two_processes_do_not_share_digests():
    """Nobody can prepare a row that another process takes for one that passed."""
    row = ("x", 5, datetime(2026, 1, 1, tzinfo=UTC))

    assert VerifiedRows().digest("permits(a,b,c)", row) != VerifiedRows().digest("permits(a,b,c)", row)


def test_no_more_rows_are_remembered_than_the_limit():
    """The newest is; of the others some, however many there were."""
    rows = VerifiedRows(limit=10)
    digests = [rows.digest("permits(a)", (number,)) for number in range(100)]
    for digest in digests:
        rows.add(digest)

    assert 10 == sum(rows.has(digest) for digest in digests)
    assert rows.has(digests[-1])


def test_a_row_that_was_written_here_passes_as_it_is_read_again():
    """The same moment in another zone is the same value, as for the seal; anything else is another row."""
    rows, moment = VerifiedRows(), datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=7)))
    rows.note_written(b"seal", "permits", ("x", 5, moment))

    assert rows.was_written(b"seal", "permits", ("x", 5, moment.astimezone(UTC)))
    assert not rows.was_written(b"seal", "marks", ("x", 5, moment))
    assert not rows.was_written(b"seal", "permits", ("y", 5, moment))
    assert not rows.was_written(b"other", "permits", ("x", 5, moment))
    assert not rows.was_written(None, "permits", ("x", 5, moment))


def test_only_the_last_values_are_kept():
    """The oldest is forgotten first."""
    recent = Recent(2)
    for number in range(3):
        recent.put(bytes([number]), number)

    assert [None, 1, 2] == [recent.get(bytes([number])) for number in range(3)]

"""Which numbers are published, held against someone who adds and subtracts them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from perizinan_core.services._disclosure import LEAST, Count, hidden_parts, hidden_splits, share_of

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1)
SPLITS = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1
)


def sums_that_follow(parts, hidden):
    """Return every sum of parts that someone can compute from the shown ones and the total."""
    shown = [key for key in parts if key not in hidden]
    total = sum(parts.values())
    known = {
        sum(parts[key] for key in some) for n in range(1, len(shown) + 1) for some in combinations(shown, n)
    }
    if total >= LEAST and hidden:
        known.add(total - sum(parts[key] for key in shown))
    return known


@given(COUNTS)
@example({"a": 4, "b": 20})
@example({"a": 1, "b": 1, "c": 30})
@example({"a": 0})
@example({"a": 3, "b": 0, "c": 5})
def test_no_count_below_five_follows_from_what_is_shown(parts):
    """Not by subtraction from the total, and not as the sum of two hidden ones."""
    hidden = hidden_parts(parts)

    assert {key for key, number in parts.items() if number < LEAST} <= hidden
    assert all(number >= LEAST for number in sums_that_follow(parts, hidden))
    assert len(hidden) != 1 or sum(parts.values()) < LEAST


@given(SPLITS)
@example({"a": (2, 30), "b": (10, 10)})
@example({"a": (0, 30), "b": (0, 10), "c": (6, 6)})
def test_no_side_of_a_division_below_five_follows_from_what_is_shown(splits):
    """The sizes of the parts and the sums of both sides are known."""
    hidden = hidden_splits(splits)

    for side in (0, 1):
        parts = {key: split[side] for key, split in splits.items()}
        if sum(parts.values()) >= LEAST:
            assert all(number >= LEAST for number in sums_that_follow(parts, hidden))
    assert {key for key, split in splits.items() if min(split) < LEAST} <= hidden


def test_without_a_total_only_small_parts_are_hidden():
    """There is nothing to subtract from."""
    assert {"a"} == hidden_parts({"a": 4, "b": 20, "c": 5}, total_is_shown=False)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_is_exact_bounded_or_absent(number, others):
    """Its bounds fit any small number, so that they do not say which one it was."""
    share = share_of(number, others, hidden=False)
    every = number + others
    if every < LEAST:
        assert (None, None) == (share.least, share.most)
    elif min(number, others) >= LEAST:
        assert share.least == share.most
    elif share.least is not None:
        same = {
            (one.least, one.most)
            for one in (share_of(n, every - n, hidden=False) for n in _like(number, every))
        }
        assert 1 == len(same)
        assert share.least <= 100 * number / every + 0.5
        assert share.most >= 100 * number / every - 0.5


def _like(number, every):
    return [
        n
        for n in range(every + 1)
        if (n < LEAST) == (number < LEAST) and (every - n < LEAST) == (every - number < LEAST)
    ]


def test_counts_say_why_they_are_not_shown():
    """Small ones as "< 5", those that would tell of another by dots."""
    assert ["0", "1", "4"] != [str(Count.of(n)) for n in (0, 1, 4)]
    assert ["< 5", "< 5", "5", "…"] == [
        str(Count.of(0)),
        str(Count.of(4)),
        str(Count.of(5)),
        str(Count.of(9, hidden=True)),
    ]

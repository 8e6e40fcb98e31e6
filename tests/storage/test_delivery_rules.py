"""The one rule of the outbox: what is due, who gets it, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.storage import _delivery_rules as rules
from perizinan_core.storage._records import FARTHEST, Backoff, is_leased

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)

moments = st.timedeltas(timedelta(hours=-5), timedelta(hours=5)).map(lambda pause: NOW + pause)
entries = st.builds(
    rules.Delivery,
    id=st.integers(1, 99),
    case=st.sampled_from(["c1", "c2"]),
    attempts=st.integers(0, 4),
    available_at=moments,
)
queues = st.lists(entries, unique_by=lambda entry: entry.id, max_size=12)


@attrs.frozen
class Row:
    available_at: datetime | None
    done_at: datetime | None


def claim(due, others=(), *, limit=9, max_attempts=3, in_order=False):
    return rules.claim_of(due, others, limit=limit, max_attempts=max_attempts, in_order=in_order)


def entry(id_, case="c1", attempts=0):
    return rules.Delivery(id_, case, attempts, NOW)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-SECOND, True),
        (timedelta(0), True),
        (SECOND, False),
        (FARTHEST, False),
        (FARTHEST + SECOND, True),
    ],
)
def test_an_entry_is_due_from_its_moment_on_and_where_a_wrong_clock_put_it_off(after, expected):
    """No pause is longer than two hours: one that seems to be was counted by a clock that was wrong."""
    assert expected is rules.is_due(NOW + after, NOW)


def test_what_has_no_moment_is_never_due():
    """It was delivered or given up."""
    assert not rules.is_due(None, NOW)


@given(until=moments)
def test_what_is_leased_is_not_due(until):
    """And the other way round, at every moment."""
    assert is_leased(until, NOW) is not rules.is_due(until, NOW)


@pytest.mark.parametrize(
    ("row", "standings"),
    [
        (Row(NOW, None), [rules.WAITING, rules.OPEN]),
        (Row(None, None), [rules.GIVEN_UP, rules.OPEN]),
        (Row(None, NOW), [rules.DONE]),
    ],
)
def test_an_entry_waits_was_given_up_or_is_done(row, standings):
    """Each in one way."""
    every = [rules.WAITING, rules.GIVEN_UP, rules.OPEN, rules.DONE]
    assert standings == [one for one in every if rules.fits(row, one)]


@given(due=queues, limit=st.integers(0, 5))
def test_who_waits_longest_comes_first(due, limit):
    """Up to the limit, and none twice."""
    found = claim(due, limit=limit, max_attempts=9).claimed
    assert sorted(due, key=lambda one: (one.available_at, one.id))[:limit] == list(found)


@given(due=queues, others=queues, limit=st.integers(0, 5))
def test_in_order_none_is_claimed_before_an_earlier_one_of_its_case(due, others, limit):
    """Unless that is in the same answer."""
    open_ = {one.id: one for one in (*others, *due)}.values()
    found = claim(due, open_, limit=limit, in_order=True)
    taken = {one.id for one in found.claimed}
    for one in found.claimed:
        assert all(other.id in taken for other in open_ if other.case == one.case and other.id < one.id)


def test_what_killed_its_workers_is_given_up_and_the_others_are_claimed():
    """It counts for the limit, so that a round stays bounded."""
    found = claim([entry(1, attempts=3), entry(2), entry(3)], limit=2)
    assert ([1], [2]) == ([one.id for one in found.died], [one.id for one in found.claimed])


def test_nothing_of_a_case_passes_one_that_killed_its_workers():
    """A person decides first: events of a case are received in order."""
    due = [entry(1, attempts=3), entry(2), entry(3, case="c2")]
    found = claim(due, due, in_order=True)
    assert ([1], [3]) == ([one.id for one in found.died], [one.id for one in found.claimed])


def test_a_failure_rests_as_long_as_the_backoff_says_and_is_given_up_then():
    """Long reasons are cut."""
    backoff = Backoff(first=10 * SECOND, max_attempts=2)
    first, last = (rules.failed(count, at=NOW, error="x" * 900, backoff=backoff) for count in (1, 2))
    assert (NOW + 10 * SECOND, None) == (first["available_at"], last["available_at"])
    assert 500 == len(first["last_error"])
    assert first["worker"] is None


def test_a_claim_counts_and_what_was_not_tried_does_not():
    """Given back, an entry stands as before."""
    taken = rules.claimed(1, worker="w", now=NOW, lease=SECOND)
    assert {"available_at": NOW + SECOND, "worker": "w", "attempts": 2} == taken
    assert {"available_at": NOW, "worker": None, "attempts": 1} == rules.released(2, at=NOW)

"""What was asked for many records at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import attrs
import pytest

from perizinan_core.errors.storage import RecordNotFoundError, StaleObjectError, StorageError
from perizinan_core.model._batch import BatchCounts, BatchItem, BatchItemState
from perizinan_core.storage._ports import Storage
from perizinan_core.testing.storage._base import SuiteBase, together
from perizinan_core.testing.storage._samples import NOW, made_batch, made_batch_item

__all__ = ["BatchesSuite"]

_LEASE = timedelta(minutes=5)


def _put(storage: Storage, *, items: int = 3) -> str:
    batch = made_batch(total=items)
    with storage.unit_of_work() as work:
        work.batches.add(batch, by="a", at=NOW)
        work.batches.add_items(
            [made_batch_item(batch.id, place=place) for place in range(1, items + 1)], at=NOW
        )
        work.commit()
    return batch.id


def _claim(storage: Storage, batch: str, place: int, *, worker: str = "w", minutes: int = 0) -> object:
    with storage.unit_of_work() as work:
        found = work.batches.claim(
            batch, place, worker=worker, now=NOW + timedelta(minutes=minutes), lease=_LEASE
        )
        work.commit()
    return found


def _places(items: Sequence[BatchItem]) -> list[int]:
    return [item.place for item in items]


class BatchesSuite(SuiteBase):
    """Batches, and the claims of their items."""

    def test_a_batch_is_kept_found_and_saved_once_for_each_version(self, storage: Storage) -> None:
        """The newest comes first; those that are still being filled are named."""
        first, second = made_batch(account="officer:a"), made_batch(filled=False, filled_after="x")
        with storage.unit_of_work() as work:
            kept = work.batches.add(first, by="a", at=NOW)
            work.batches.add(second, by="b", at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            work.batches.save(attrs.evolve(kept, total=7), by="a", at=NOW)
            work.commit()
        with storage.unit_of_work() as work, pytest.raises(StaleObjectError):
            work.batches.save(kept, by="a", at=NOW)
        with storage.unit_of_work(read_only=True) as work:
            assert work.batches.get(first.id).total == 7
            assert [one.id for one in work.batches.find(limit=1).items] == [second.id]
            assert work.batches.find(limit=1, after=second.id).items[0].id == first.id
            assert [one.id for one in work.batches.find(account="officer:a").items] == [first.id]
            assert work.batches.to_fill() == (second.id,)
            with pytest.raises(RecordNotFoundError):
                work.batches.get("nothing")

    def test_an_item_is_claimed_by_one_and_again_after_its_lease(self, storage: Storage) -> None:
        """Who comes too late with a result learns that another has it; the first look names all that are due."""
        batch = _put(storage, items=2)
        with storage.unit_of_work(read_only=True) as work:
            assert work.batches.due(now=NOW, batch=batch) == ((batch, 1), (batch, 2))
            assert work.batches.due(now=NOW, limit=1) == ((batch, 1),)
            assert work.batches.due(now=NOW, batch="another") == ()
        item = made_batch_item(batch, place=1)

        assert _claim(storage, batch, 1, worker="dead") == (item, 1)
        assert _claim(storage, batch, 1, worker="early", minutes=4) is None
        assert _claim(storage, batch, 1, worker="next", minutes=6) == (item, 2)
        assert _claim(storage, batch, 9) is None
        done = attrs.evolve(item, state=BatchItemState.DONE, result="p-1")
        with storage.unit_of_work() as work:
            assert not work.batches.finish(done, worker="dead")
            assert work.batches.finish(done, worker="next")
            work.commit()
        assert _claim(storage, batch, 1, minutes=60) is None
        with storage.unit_of_work(read_only=True) as work:
            assert work.batches.items(batch).items[0] == done

    def test_of_many_who_claim_an_item_at_once_one_gets_it(self, storage: Storage) -> None:
        """In threads, as workers do."""
        batch = _put(storage, items=1)
        found = together([partial(_claim, storage, batch, 1, worker=f"w{n}") for n in range(4)])

        assert len([one for one in found if one is not None]) == 1

    def test_an_item_that_is_given_back_rests_until_its_time(self, storage: Storage) -> None:
        """Only who holds it gives it back; without a time it is not tried again."""
        batch = _put(storage, items=1)
        _claim(storage, batch, 1)
        later = NOW + timedelta(minutes=1)
        with storage.unit_of_work() as work:
            assert not work.batches.release(batch, 1, worker="other", due_at=later, error="e")
            assert work.batches.release(batch, 1, worker="w", due_at=later, error="e")
            work.commit()

        assert _claim(storage, batch, 1) is None
        assert _claim(storage, batch, 1, minutes=2) == (made_batch_item(batch, place=1), 2)
        with storage.unit_of_work() as work:
            work.batches.release(batch, 1, worker="w", due_at=None, error="e")
            work.commit()
        assert _claim(storage, batch, 1, minutes=60) is None

    def test_counts_say_how_the_items_stand(self, storage: Storage) -> None:
        """At work, resting, done, failed; what is stopped stays so, and what is at work ends."""
        batch = _put(storage, items=6)
        for place in range(1, 5):
            _claim(storage, batch, place)
        item = made_batch_item(batch)
        with storage.unit_of_work() as work:
            for place, state in ((1, BatchItemState.DONE), (2, BatchItemState.FAILED)):
                work.batches.finish(attrs.evolve(item, place=place, state=state), worker="w")
            work.batches.release(batch, 3, worker="w", due_at=NOW + timedelta(minutes=1), error="e")
            work.commit()
        with storage.unit_of_work() as work:
            before = work.batches.counts([batch, "none"], now=NOW)
            stopped = work.batches.stop(batch, now=NOW)
            after = work.batches.counts([batch], now=NOW)[batch]
            work.commit()

        assert before[batch] == BatchCounts(waiting=4, at_work=1, done=1, failed=1)
        assert before["none"] == BatchCounts()
        assert stopped == 3
        assert after == BatchCounts(waiting=1, at_work=1, done=1, failed=1, stopped=3)

    def test_items_come_in_pages_in_their_order(self, storage: Storage) -> None:
        """All, or those in one state."""
        batch = _put(storage, items=5)
        _claim(storage, batch, 4)
        with storage.unit_of_work() as work:
            failed = made_batch_item(batch, place=4, state=BatchItemState.FAILED)
            work.batches.finish(failed, worker="w")
            work.commit()
        with storage.unit_of_work(read_only=True) as work:
            first = work.batches.items(batch, limit=3)
            second = work.batches.items(batch, limit=3, after=first.next)
            assert (_places(first.items), _places(second.items), second.next) == ([1, 2, 3], [4, 5], None)
            assert _places(work.batches.items(batch, state=BatchItemState.FAILED).items) == [4]
            for cursor in ("x", "-1", "9" * 30):
                with pytest.raises(StorageError):
                    work.batches.items(batch, after=cursor)

    def test_old_batches_are_forgotten_in_slices(self, storage: Storage) -> None:
        """With their items; newer ones stay."""
        old, new = _put(storage, items=3), made_batch(begun_at=NOW + timedelta(days=2))
        with storage.unit_of_work() as work:
            work.batches.add(new, by="a", at=NOW)
            work.commit()
        forgotten = []
        for _ in range(3):
            with storage.unit_of_work() as work:
                forgotten.append(work.batches.forget(before=NOW + timedelta(days=1), limit=2))
                work.commit()
        with storage.unit_of_work(read_only=True) as work:
            left = [one.id for one in work.batches.find().items]
            items = work.batches.items(old).items

        assert sum(forgotten) == 4
        assert (left, items) == ([new.id], ())

"""Batches: what was asked for many records at once, and how each of them stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from perizinan_core.model._batch import Batch, BatchCounts, BatchItem, BatchItemState
from perizinan_core.storage._records import Page

__all__ = ["BatchRecords"]


class BatchRecords(Protocol):
    """
    Batches and their items; what became of an item reaches the disk encrypted only.

    An item is claimed for a while, as an entry of the outbox is: who dies with it keeps it until the lease ends.
    """

    def add(self, batch: Batch, *, by: str, at: datetime) -> Batch:
        """Put a batch on record, and return it with its version."""
        ...

    def get(self, id: str, *, lock: bool = False) -> Batch:
        """
        Return a batch; ``lock``: it is going to be changed.

        Raises:
            RecordNotFoundError: there is none.
        """
        ...

    def save(self, batch: Batch, *, by: str, at: datetime) -> Batch:
        """
        Write a batch, and return it with its new version.

        Raises:
            StaleObjectError: someone saved it since it was read.
        """
        ...

    def find(self, *, account: str | None = None, limit: int = 50, after: str | None = None) -> Page[Batch]:
        """Return a page of batches, the newest first; those of one account, or all."""
        ...

    def to_fill(self) -> tuple[str, ...]:
        """Return the batches whose records are still being looked up; one indexed question."""
        ...

    def add_items(self, items: Sequence[BatchItem], *, at: datetime) -> None:
        """Put items on record; they may be claimed from ``at`` on."""
        ...

    def due(
        self, *, now: datetime, batch: str | None = None, limit: int = 1000
    ) -> tuple[tuple[str, int], ...]:
        """Return batch and place of items that may be claimed, those that wait longest first."""
        ...

    def claim(
        self, batch: str, place: int, *, worker: str, now: datetime, lease: timedelta
    ) -> tuple[BatchItem, int] | None:
        """
        Take an item for a while; None when it is not due, or someone has it.

        Returns:
            The item, and how often it was claimed, this time included.

        Raises:
            SealBrokenError: ``record-not-as-written``: it was changed outside the library.
        """
        ...

    def release(self, batch: str, place: int, *, worker: str, due_at: datetime | None, error: str) -> bool:
        """
        Give an item back that could not be done now; None for ``due_at``: it is not tried again.

        Returns:
            False: someone else has it meanwhile.
        """
        ...

    def finish(self, item: BatchItem, *, worker: str) -> bool:
        """Write what became of an item that is held; False when someone else has it meanwhile."""
        ...

    def stop(self, batch: str, *, now: datetime) -> int:
        """Let no waiting item of a batch be claimed any more; return how many there are, without those at work."""
        ...

    def counts(self, batches: Collection[str], *, now: datetime) -> Mapping[str, BatchCounts]:
        """Return how the items of batches stand."""
        ...

    def items(
        self, batch: str, *, state: BatchItemState | None = None, limit: int = 50, after: str | None = None
    ) -> Page[BatchItem]:
        """Return a page of the items of a batch, in their order."""
        ...

    def forget(self, *, before: datetime, limit: int = 1000) -> int:
        """Remove items of batches that were begun before a moment, and batches without items; return how many."""
        ...

"""Complaints about the office's service."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from perizinan_core.model._complaint import Complaint, ComplaintCount, ComplaintState
from perizinan_core.storage._records import Page

__all__ = ["ComplaintRecords"]


class ComplaintRecords(Protocol):
    """Complaints; who complained and what they wrote reaches the disk encrypted only."""

    def add(self, complaint: Complaint, *, by: str, at: datetime) -> Complaint:
        """
        Write a new complaint, and return it with its version.

        Raises:
            AlreadyExistsError: its id or number is taken.
        """
        ...

    def get(self, id: str, *, lock: bool = False) -> Complaint:
        """
        Return a complaint; ``lock``: it is going to be changed.

        Raises:
            RecordNotFoundError: there is none.
        """
        ...

    def get_by_number(self, number: str) -> Complaint:
        """Return a complaint by its number; raises as `get`."""
        ...

    def save(self, complaint: Complaint, *, by: str, at: datetime) -> Complaint:
        """
        Write a changed complaint, and return it with its new version.

        Raises:
            StaleObjectError: someone saved it since it was read.
        """
        ...

    def find(
        self,
        *,
        states: Collection[ComplaintState] = (),
        holder: str | None = None,
        due_before: date | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page[Complaint]:
        """Return complaints, the one that is due first in front; none of ``states``: in any."""
        ...

    def counts(self, first: date, last: date) -> tuple[ComplaintCount, ...]:
        """Return how many were answered on these local days, by kind: one question."""
        ...

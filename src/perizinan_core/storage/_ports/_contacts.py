"""How people may be written to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from perizinan_core.model._contact import MessageContact

__all__ = ["ContactRecords"]


class ContactRecords(Protocol):
    """What people said about being written to; numbers and texts reach the disk encrypted only."""

    def get(self, holder: str, *, lock: bool = False) -> MessageContact:
        """Return a contact, an empty one where nothing is on record; ``lock``: it is going to be changed."""
        ...

    def of(self, holders: Iterable[str]) -> tuple[MessageContact, ...]:
        """Return those of some holders that are on record: one question."""
        ...

    def save(self, contact: MessageContact, *, by: str, at: datetime) -> MessageContact:
        """
        Write a contact, and return it with its new version.

        Raises:
            StaleObjectError: someone saved it since it was read.
            AlreadyExistsError: someone wrote it first, where nothing had been on record.
        """
        ...

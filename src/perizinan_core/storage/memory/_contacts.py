"""How people may be written to, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from perizinan_core.model._contact import MessageContact
from perizinan_core.storage._records import LastChange
from perizinan_core.storage.memory._state import Access, Stored

__all__ = ["MemoryContacts"]


class MemoryContacts:
    """Implements `perizinan_core.storage._ports.ContactRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def get(self, holder: str, *, lock: bool = False) -> MessageContact:
        """See the port."""
        if lock:
            self._access.write()
        found = self._access.read().contacts.get(holder)
        return MessageContact(holder=holder) if found is None else found.read()

    def of(self, holders: Iterable[str]) -> tuple[MessageContact, ...]:
        """See the port."""
        rows = self._access.read().contacts
        return tuple(rows[holder].read() for holder in sorted(set(holders)) if holder in rows)

    def save(self, contact: MessageContact, *, by: str, at: datetime) -> MessageContact:
        """See the port."""
        rows = self._access.write().contacts
        known = rows.get(contact.holder)
        if known is not None and contact.version == 0:
            self._access.refuse_duplicate("contact", "holder")
        if known is not None and known.value.version != contact.version:
            last = LastChange(version=known.value.version, by=known.by, at=known.at)
            raise last.stale(kind="contact", id=contact.holder, expected_version=contact.version)
        stored = attrs.evolve(contact, version=contact.version + 1)
        rows[contact.holder] = Stored.of(stored, name="contact", id=stored.holder, by=by, at=at)
        return stored

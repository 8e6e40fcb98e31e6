"""How people may be written to, in SQL: sealed rows, encrypted but for whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._contact import MessageContact
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._records import LastChange
from perizinan_core.storage._sql._rows import place_of
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._tables import contacts

__all__ = ["SqlContacts"]


class SqlContacts:
    """Implements `perizinan_core.storage._ports.ContactRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, holder: str, *, lock: bool = False) -> MessageContact:
        """See the port."""
        query = sa.select(contacts).where(contacts.c.holder == holder)
        if lock:
            self._session.check_writable()
            query = self._session.locked(query)
        row = self._session.first(query)
        return MessageContact(holder=holder) if row is None else self._sound(row)

    def of(self, holders: Iterable[str]) -> tuple[MessageContact, ...]:
        """See the port."""
        wanted = sorted(set(holders))
        if not wanted:
            return ()
        query = sa.select(contacts).where(contacts.c.holder.in_(wanted)).order_by(contacts.c.holder)
        return tuple(self._sound(row) for row in self._session.read(query))

    def save(self, contact: MessageContact, *, by: str, at: datetime) -> MessageContact:
        """See the port."""
        session = self._session
        session.check_writable()
        stored = attrs.evolve(contact, version=contact.version + 1)
        columns = {
            "holder": stored.holder,
            "version": stored.version,
            "changed_by": by,
            "changed_at": at,
            "payload": session.sealer.seal(encode(stored), place_of(contacts, stored.holder)),
        }
        row = session.seals.sealed(contacts, columns)
        if contact.version == 0:
            session.write(contacts.insert(), row, kind="contact")
        else:
            mine = (contacts.c.holder == contact.holder) & (contacts.c.version == contact.version)
            if session.write(contacts.update().where(mine), row, kind="contact").rowcount == 0:
                raise self._changed(contact)
        session.seals.written(contacts, row)
        return stored

    def _changed(self, contact: MessageContact) -> Exception:
        found = self._session.first(sa.select(contacts).where(contacts.c.holder == contact.holder))
        if found is None:
            return RecordNotFoundError(kind="contact", key=contact.holder)
        last = LastChange(version=found.version, by=found.changed_by, at=found.changed_at)
        return last.stale(kind="contact", id=contact.holder, expected_version=contact.version)

    def _sound(self, row: Any) -> MessageContact:
        self._session.seals.require(contacts, row)
        data = self._session.sealer.open(row.payload, place_of(contacts, row.holder))
        return attrs.evolve(decode(MessageContact, data, name="contact", id=row.holder), version=row.version)

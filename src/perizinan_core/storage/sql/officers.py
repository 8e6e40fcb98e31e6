"""Members of staff in SQL."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError, SealBrokenError, StoredValueError
from perizinan_core.model.actor import Officer, Role
from perizinan_core.storage.codec import decode, encode
from perizinan_core.storage.sql.rows import place_of
from perizinan_core.storage.sql.session import Session
from perizinan_core.storage.sql.tables import officer_roles, officers

__all__ = ["SqlOfficers"]

_log = logging.getLogger(__name__)

_NEVER = datetime.min.replace(tzinfo=UTC)


class SqlOfficers:
    """Implements `perizinan_core.storage.ports.Officers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, officer: Officer, *, by: str, at: datetime) -> None:
        """See the port."""
        self._session.check_writable()
        sealer = self._session.sealer
        change = {
            "active": officer.active,
            "changed_by": by,
            "changed_at": at,
            "look_after": at,
            "key_id": sealer.data_key_id,
            "payload": sealer.seal(encode(officer), place_of(officers, officer.id)),
        }
        statement = self._session.insert(officers).values(id=officer.id, **change)
        self._session.write(statement.on_conflict_do_update(index_elements=["id"], set_=change))
        self._session.write(officer_roles.delete().where(officer_roles.c.officer_id == officer.id))
        rows = [
            {"officer_id": officer.id, "unit": unit, "role": role.value}
            for unit in sorted(officer.units)
            for role in sorted(officer.roles)
        ]
        if rows:
            self._session.write(officer_roles.insert(), rows)

    def get(self, id: str) -> Officer:  # noqa: A002
        """See the port."""
        row = self._session.first(sa.select(officers.c.payload).where(officers.c.id == id))
        if row is None:
            raise RecordNotFoundError(kind="officer", key=id)
        return self._read(id, row.payload)

    def list(
        self,
        *,
        unit: str | None = None,
        role: Role | None = None,
        active_only: bool = True,
        lock: bool = False,
    ) -> tuple[Officer, ...]:
        """See the port."""
        query = sa.select(officers.c.id, officers.c.assigned_at, officers.c.payload)
        if active_only:
            query = query.where(officers.c.active.is_(True))
        if unit is not None or role is not None:
            held = [officer_roles.c.officer_id == officers.c.id]
            if unit is not None:
                held.append(officer_roles.c.unit == unit)
            if role is not None:
                held.append(officer_roles.c.role == role.value)
            query = query.where(sa.exists().where(*held))
        if lock:
            self._session.check_writable()
            # In the order of the ids, so that two units of work never wait for each other.
            query = self._session.locked(query.order_by(officers.c.id))
        # Sorted here: PostgreSQL sorts before it waits for a lock, and the waiting changes the order.
        rows = sorted(self._session.read(query), key=lambda row: (row.assigned_at or _NEVER, row.id))
        return tuple(self._readable(rows))

    def last_assignments(self, officers: Collection[str]) -> Mapping[str, datetime | None]:
        """See the port."""
        return _assignments(self._session, officers)

    def note_assignment(self, id: str, *, at: datetime) -> None:  # noqa: A002
        """See the port."""
        change = officers.update().where(officers.c.id == id).values(assigned_at=at)
        if self._session.write(change).rowcount == 0:
            raise RecordNotFoundError(kind="officer", key=id)

    def _readable(self, rows: Iterable[sa.Row[Any]]) -> Iterator[Officer]:
        for row in rows:
            try:
                yield self._read(row.id, row.payload)
            except (SealBrokenError, StoredValueError) as error:
                _log.error("officer %s cannot be read and was left out: %s", row.id, error.code)

    def _read(self, id: str, payload: bytes) -> Officer:  # noqa: A002
        data = self._session.sealer.open(payload, place_of(officers, id))
        return decode(Officer, data, name="officer", id=id)


def _assignments(session: Session, wanted: Collection[str]) -> dict[str, datetime | None]:
    query = sa.select(officers.c.id, officers.c.assigned_at).where(officers.c.id.in_(wanted))
    found = {row.id: row.assigned_at for row in session.read(query)}
    return {officer: found.get(officer) for officer in wanted}

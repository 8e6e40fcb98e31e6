"""Members of staff in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._actor import Officer, Role
from perizinan_core.storage._codec import decode, encode
from perizinan_core.storage._sql._rows import place_of, read_sound
from perizinan_core.storage._sql._seals import Lock
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import row_of, the
from perizinan_core.storage._sql._tables import officers

__all__ = ["SqlOfficers", "open_officer", "posts_of"]

_NEVER = datetime.min.replace(tzinfo=UTC)


class SqlOfficers:
    """Implements `perizinan_core.storage._ports.OfficerRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, officer: Officer, *, by: str, at: datetime) -> None:
        """See the port."""
        session = self._session
        session.check_writable()
        before = session.first(session.locked(row_of(officers)), the(id=officer.id))
        columns = {
            "id": officer.id,
            "active": officer.active,
            "assigned_at": None if before is None else self._assigned_at(before),
            "changed_by": by,
            "changed_at": at,
            "look_after": at,
            "posts": posts_of(officer),
            "payload": session.sealer.seal(encode(officer), place_of(officers, officer.id)),
        }
        change = session.seals.sealed(officers, columns)
        session.put(officers, change)
        session.seals.written(officers, change)

    def get(self, id: str) -> Officer:
        """See the port."""
        row = self._session.seals.row(officers, id)
        if row is None:
            raise RecordNotFoundError(kind="officer", key=id)
        return open_officer(self._session, row)

    def list(
        self,
        *,
        unit: str | None = None,
        role: Role | None = None,
        active_only: bool = True,
        posts: Collection[tuple[str, str | None]] | None = None,
        lock: bool = False,
    ) -> tuple[Officer, ...]:
        """See the port."""
        query = sa.select(officers)
        if role is not None:
            query = query.where(_with_post(role.value, unit))
        if posts is not None:
            query = query.where(sa.or_(sa.false(), *(_with_post(role, unit) for role, unit in posts)))
        if lock:
            self._session.check_writable()
            # In the order of the ids, so that two units of work never wait for each other.
            query = self._session.locked(query.order_by(officers.c.id))
        # Sorted here: PostgreSQL sorts before it waits for a lock, and the waiting changes the order.
        rows = sorted(self._session.read(query), key=lambda row: (row.assigned_at or _NEVER, row.id))
        # Chosen again by what the records themselves say.
        return tuple(
            officer
            for officer in read_sound(self._session, officers, rows, open_officer)
            if (officer.active or not active_only)
            and (unit is None or (unit in officer.units and officer.roles))
            and (role is None or (role in officer.roles and officer.units))
        )

    def named(self, ids: Collection[str]) -> Mapping[str, Officer]:
        """See the port."""
        if not ids:
            return {}
        rows = self._session.read(sa.select(officers).where(officers.c.id.in_(sorted(set(ids)))))
        found = read_sound(self._session, officers, rows, open_officer)
        return {officer.id: officer for officer in found}

    def last_assignments(self, officers: Collection[str]) -> Mapping[str, datetime | None]:
        """See the port."""
        return _assignments(self._session, officers)

    def note_assignment(self, id: str, *, at: datetime) -> None:
        """See the port."""
        session = self._session
        session.check_writable()
        row = session.seals.row(officers, id, lock=Lock.WHOLE)
        if row is None:
            raise RecordNotFoundError(kind="officer", key=id)
        payload = session.sealer.seal(encode(open_officer(session, row)), place_of(officers, id))
        columns = {name: value for name, value in row._mapping.items() if name not in ("key_id", "seal")}
        change = session.seals.sealed(officers, {**columns, "assigned_at": at, "payload": payload})
        session.change(officers, change)
        session.seals.written(officers, change)

    def _assigned_at(self, row: Any) -> datetime | None:
        """Return when an officer was last assigned a case; None when the row was changed by others."""
        found: datetime | None = row.assigned_at if self._session.seals.sound(officers, [row]) else None
        return found


def posts_of(officer: Officer) -> str:
    """Return roles with units of an officer, as they are searched for."""
    posts = sorted(f"{role.value}@{unit}" for role in officer.roles for unit in officer.units or ("",))
    return "".join(f"|{post}" for post in posts) + "|"


def _with_post(role: str, unit: str | None) -> sa.ColumnElement[bool]:
    return officers.c.posts.contains(f"|{role}@" + ("" if unit is None else f"{unit}|"), autoescape=True)


def open_officer(session: Session, row: Any) -> Officer:
    """Open the payload of a row that was checked."""
    known = session.sealer.officers.get(row.seal)
    if known is not None and known[0] == row.payload:
        return known[1]
    data = session.sealer.open(row.payload, place_of(officers, row.id))
    officer = decode(Officer, data, name="officer", id=row.id)
    session.sealer.officers.put(row.seal, (row.payload, officer))
    return officer


def _assignments(session: Session, wanted: Collection[str]) -> dict[str, datetime | None]:
    rows = session.read(sa.select(officers).where(officers.c.id.in_(wanted)))
    found = {row.id: row.assigned_at for row in session.seals.sound(officers, rows)}
    return {officer: found.get(officer) for officer in wanted}

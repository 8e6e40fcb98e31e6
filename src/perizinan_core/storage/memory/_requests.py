"""Officers, repeatable requests, signing leases and settings in memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from perizinan_core.errors.storage import LeaseHeldError, RecordNotFoundError, StorageError
from perizinan_core.model._actor import Officer, Role
from perizinan_core.storage._records import (
    IdempotentResult,
    SigningAttempt,
    SigningState,
    TrackingSecret,
    is_leased,
)
from perizinan_core.storage.memory._state import Access, OfficerRow, RequestRow, utc

__all__ = [
    "MemoryIdempotency",
    "MemoryOfficers",
    "MemorySettings",
    "MemorySigningAttempts",
    "MemoryTrackingSecrets",
]

_NEVER = datetime.min.replace(tzinfo=UTC)


class MemoryOfficers:
    """Implements `perizinan_core.storage._ports.OfficerRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def save(self, officer: Officer, *, by: str, at: datetime) -> None:
        """See the port."""
        del by
        state = self._access.write()
        old = state.officers.get(officer.id)
        state.officers[officer.id] = OfficerRow(
            officer=officer, assigned_at=old.assigned_at if old else None, look_after=utc(at)
        )

    def get(self, id: str) -> Officer:
        """See the port."""
        return self._row(id).officer

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
        state = self._access.write() if lock else self._access.read()
        rows = sorted(state.officers.values(), key=lambda row: (row.assigned_at or _NEVER, row.officer.id))
        return tuple(
            row.officer
            for row in rows
            if (row.officer.active or not active_only)
            and (unit is None or (unit in row.officer.units and row.officer.roles))
            and (role is None or (role in row.officer.roles and row.officer.units))
            and (posts is None or any(_has_post(row.officer, *post) for post in posts))
        )

    def named(self, ids: Collection[str]) -> Mapping[str, Officer]:
        """See the port."""
        rows = self._access.read().officers
        return {id_: rows[id_].officer for id_ in ids if id_ in rows}

    def last_assignments(self, officers: Collection[str]) -> Mapping[str, datetime | None]:
        """See the port."""
        rows = self._access.read().officers
        return {id_: rows[id_].assigned_at if id_ in rows else None for id_ in officers}

    def note_assignment(self, id: str, *, at: datetime) -> None:
        """See the port."""
        state = self._access.write()
        state.officers[id] = attrs.evolve(self._row(id), assigned_at=utc(at))

    def _row(self, id: str) -> OfficerRow:
        row = self._access.read().officers.get(id)
        if row is None:
            raise RecordNotFoundError(kind="officer", key=id)
        return row


def _has_post(officer: Officer, role: str, unit: str | None) -> bool:
    return role in officer.roles and (unit is None or unit in officer.units)


class MemoryIdempotency:
    """Implements `perizinan_core.storage._ports.Idempotency`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def begin(
        self, actor: str, key: str, *, use_case: str, request_hash: str, at: datetime
    ) -> IdempotentResult | None:
        """See the port."""
        state = self._access.write()
        row = state.requests.get((actor, key))
        if row is None:
            fresh = RequestRow(use_case=use_case, request_hash=request_hash, begun_at=utc(at))
            state.requests[actor, key] = fresh
            return None
        if (row.use_case, row.request_hash) != (use_case, request_hash):
            raise StorageError("idempotency-conflict", key=key, use_case=row.use_case)
        return IdempotentResult(result=json.loads(row.result), at=row.begun_at)

    def is_known(self, actor: str, key: str) -> bool:
        """See the port."""
        return (actor, key) in self._access.read().requests

    def finish(self, actor: str, key: str, *, result: Any) -> None:
        """See the port."""
        state = self._access.write()
        row = state.requests.get((actor, key))
        if row is None:
            raise RecordNotFoundError(kind="request", key=key)
        state.requests[actor, key] = attrs.evolve(row, result=json.dumps(result, allow_nan=False))

    def forget(self, *, before: datetime) -> int:
        """See the port."""
        state = self._access.write()
        old = [key for key, row in state.requests.items() if row.begun_at < before]
        for key in old:
            del state.requests[key]
        return len(old)


class MemorySigningAttempts:
    """Implements `perizinan_core.storage._ports.SigningAttempts`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def acquire(self, unsigned_sha256: str, *, holder: str, now: datetime, until: datetime) -> SigningAttempt:
        """See the port."""
        state = self._access.write()
        found = state.attempts.get(unsigned_sha256)
        if found is not None and found.state is SigningState.FINISHED:
            return found
        open_ = found is not None and found.state is SigningState.STARTED
        if found is not None and open_ and is_leased(found.until, now):
            raise LeaseHeldError(holder=found.holder, until=found.until)
        attempt = SigningAttempt(
            unsigned_sha256=unsigned_sha256,
            state=SigningState.STARTED,
            holder=holder,
            attempts=1 if found is None else found.attempts + 1,
            started_at=utc(now),
            until=utc(until),
            interrupted=open_,
        )
        state.attempts[unsigned_sha256] = attempt
        return attempt

    def renew(self, unsigned_sha256: str, *, holder: str, until: datetime) -> SigningAttempt:
        """See the port."""
        return self._put(attrs.evolve(self._held(unsigned_sha256, holder), until=utc(until)))

    def finish(
        self, unsigned_sha256: str, *, holder: str, signed_sha256: str, at: datetime
    ) -> SigningAttempt:
        """See the port."""
        del at
        self._access.write()
        found = self.find(unsigned_sha256)
        if (
            found is not None
            and found.state is SigningState.FINISHED
            and found.signed_sha256 == signed_sha256
        ):
            return found
        held = self._held(unsigned_sha256, holder)
        return self._put(attrs.evolve(held, state=SigningState.FINISHED, signed_sha256=signed_sha256))

    def fail(self, unsigned_sha256: str, *, holder: str, error: str, at: datetime) -> SigningAttempt:
        """See the port."""
        del at
        held = self._held(unsigned_sha256, holder)
        return self._put(attrs.evolve(held, state=SigningState.FAILED, error=error[:500], interrupted=False))

    def find(self, unsigned_sha256: str) -> SigningAttempt | None:
        """See the port."""
        return self._access.read().attempts.get(unsigned_sha256)

    def interrupted(self, *, now: datetime) -> tuple[SigningAttempt, ...]:
        """See the port."""
        found = [
            attempt
            for attempt in self._access.read().attempts.values()
            if attempt.state is SigningState.STARTED and not is_leased(attempt.until, now)
        ]
        return tuple(sorted(found, key=lambda attempt: (attempt.started_at, attempt.unsigned_sha256)))

    def _held(self, unsigned_sha256: str, holder: str) -> SigningAttempt:
        found = self._access.write().attempts.get(unsigned_sha256)
        if found is None or found.holder != holder or found.state is not SigningState.STARTED:
            raise StorageError("lease-lost", holder=holder)
        return found

    def _put(self, attempt: SigningAttempt) -> SigningAttempt:
        self._access.write().attempts[attempt.unsigned_sha256] = attempt
        return attempt


class MemorySettings:
    """Implements `perizinan_core.storage._ports.SettingRecords`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def get(self, key: str) -> Any:
        """See the port."""
        return json.loads(self._access.read().settings.get(key, "null"))

    def put(self, key: str, value: Any) -> None:
        """See the port."""
        self._access.write().settings[key] = json.dumps(value, allow_nan=False)

    def delete(self, key: str) -> None:
        """See the port."""
        self._access.write().settings.pop(key, None)

    def all(self, prefix: str = "") -> Mapping[str, Any]:
        """See the port."""
        items = sorted(self._access.read().settings.items())
        return {key: json.loads(text) for key, text in items if key.startswith(prefix)}

    def broken(self, prefix: str = "") -> tuple[str, ...]:
        """See the port; no one else can write into this process."""
        self._access.read()
        del prefix
        return ()


class MemoryTrackingSecrets:
    """Implements `perizinan_core.storage._ports.TrackingSecrets`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def get(self, application: str, *, lock: bool = False) -> TrackingSecret | None:
        """See the port."""
        state = self._access.write() if lock else self._access.read()
        return state.tracking.get(application)

    def put(self, application: str, secret: TrackingSecret) -> None:
        """See the port."""
        self._access.write().tracking[application] = secret

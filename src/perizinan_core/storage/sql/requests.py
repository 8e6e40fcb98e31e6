"""Repeatable requests, signing leases and settings in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import (
    IdempotencyConflictError,
    LeaseHeldError,
    LeaseLostError,
    RecordNotFoundError,
)
from perizinan_core.storage.records import (
    FARTHEST,
    IdempotentResult,
    SigningAttempt,
    SigningState,
    is_leased,
)
from perizinan_core.storage.sealing import Place
from perizinan_core.storage.sql.rows import place_of
from perizinan_core.storage.sql.session import Session
from perizinan_core.storage.sql.tables import idempotency, settings, signing_attempts

__all__ = ["SqlIdempotency", "SqlSettings", "SqlSigningAttempts"]


class SqlIdempotency:
    """Implements `perizinan_core.storage.ports.Idempotency`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(
        self, actor: str, key: str, *, use_case: str, request_hash: str, at: datetime
    ) -> IdempotentResult | None:
        """See the port."""
        self._session.check_writable()
        values = {
            "actor": actor,
            "key": key,
            "use_case": use_case,
            "request_hash": request_hash,
            "begun_at": at,
        }
        if self._session.insert_if_absent(idempotency, values):
            return None
        row = self._session.first(sa.select(idempotency).where(*_is(actor, key)))
        if row is None:
            raise RecordNotFoundError(kind="request", key=key)
        if (row.use_case, row.request_hash) != (use_case, request_hash):
            raise IdempotencyConflictError(key=key, use_case=row.use_case)
        result = None if row.payload is None else self._session.sealer.open(row.payload, _place(actor, key))
        return IdempotentResult(result=result, at=row.begun_at)

    def finish(self, actor: str, key: str, *, result: Any) -> None:
        """See the port."""
        self._session.check_writable()
        sealer = self._session.sealer
        change = {"key_id": sealer.data_key_id, "payload": sealer.seal(result, _place(actor, key))}
        if self._session.write(idempotency.update().where(*_is(actor, key)).values(change)).rowcount == 0:
            raise RecordNotFoundError(kind="request", key=key)

    def forget(self, *, before: datetime) -> int:
        """See the port."""
        return self._session.write(idempotency.delete().where(idempotency.c.begun_at < before)).rowcount


def _is(actor: str, key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return idempotency.c.actor == actor, idempotency.c.key == key


def _place(actor: str, key: str) -> Place:
    return place_of(idempotency, actor, key)


class SqlSigningAttempts:
    """Implements `perizinan_core.storage.ports.SigningAttempts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def acquire(self, unsigned_sha256: str, *, holder: str, now: datetime, until: datetime) -> SigningAttempt:
        """See the port."""
        self._session.check_writable()
        fresh = {"state": SigningState.STARTED.value, "holder": holder, "started_at": now, "until": until}
        first = {"unsigned_sha256": unsigned_sha256, **fresh, "attempts": 1, "interrupted": False}
        if self._session.insert_if_absent(signing_attempts, first):
            return self._locked(unsigned_sha256)
        found = self._locked(unsigned_sha256)
        if found.state is SigningState.FINISHED:
            return found
        if found.state is SigningState.STARTED and is_leased(found.until, now):
            raise LeaseHeldError(holder=found.holder, until=found.until)
        again = {
            **fresh,
            "attempts": found.attempts + 1,
            "interrupted": found.state is SigningState.STARTED,
            "error": None,
            "ended_at": None,
        }
        return self._change(unsigned_sha256, again)

    def renew(self, unsigned_sha256: str, *, holder: str, until: datetime) -> SigningAttempt:
        """See the port."""
        self._held(unsigned_sha256, holder)
        return self._change(unsigned_sha256, {"until": until})

    def finish(
        self, unsigned_sha256: str, *, holder: str, signed_sha256: str, at: datetime
    ) -> SigningAttempt:
        """See the port."""
        self._session.check_writable()
        found = self._locked(unsigned_sha256, holder)
        if found.state is SigningState.FINISHED and found.signed_sha256 == signed_sha256:
            return found
        self._held(unsigned_sha256, holder)
        change = {"state": SigningState.FINISHED.value, "signed_sha256": signed_sha256, "ended_at": at}
        return self._change(unsigned_sha256, change)

    def fail(self, unsigned_sha256: str, *, holder: str, error: str, at: datetime) -> SigningAttempt:
        """See the port."""
        self._held(unsigned_sha256, holder)
        change = {
            "state": SigningState.FAILED.value,
            "error": error[:500],
            "ended_at": at,
            "interrupted": False,
        }
        return self._change(unsigned_sha256, change)

    def find(self, unsigned_sha256: str) -> SigningAttempt | None:
        """See the port."""
        row = self._session.first(sa.select(signing_attempts).where(_document(unsigned_sha256)))
        return None if row is None else _attempt(row)

    def interrupted(self, *, now: datetime) -> tuple[SigningAttempt, ...]:
        """See the port."""
        attempt = signing_attempts.c
        query = (
            sa.select(signing_attempts)
            .where(
                attempt.state == SigningState.STARTED.value,
                sa.or_(attempt.until <= now, attempt.until > now + FARTHEST),
            )
            .order_by(attempt.started_at, attempt.unsigned_sha256)
        )
        return tuple(_attempt(row) for row in self._session.read(query))

    def _locked(self, unsigned_sha256: str, holder: str = "") -> SigningAttempt:
        query = self._session.locked(sa.select(signing_attempts).where(_document(unsigned_sha256)))
        row = self._session.first(query)
        if row is None:
            raise LeaseLostError(holder=holder)
        return _attempt(row)

    def _held(self, unsigned_sha256: str, holder: str) -> None:
        """Raise unless this holder is signing; a lease that ended but that nobody took over still counts."""
        self._session.check_writable()
        found = self._locked(unsigned_sha256, holder)
        if found.holder != holder or found.state is not SigningState.STARTED:
            raise LeaseLostError(holder=holder)

    def _change(self, unsigned_sha256: str, values: Mapping[str, Any]) -> SigningAttempt:
        self._session.write(signing_attempts.update().where(_document(unsigned_sha256)).values(values))
        return self._locked(unsigned_sha256)


def _document(unsigned_sha256: str) -> sa.ColumnElement[bool]:
    return signing_attempts.c.unsigned_sha256 == unsigned_sha256


def _attempt(row: Any) -> SigningAttempt:
    return SigningAttempt(
        unsigned_sha256=row.unsigned_sha256,
        state=SigningState(row.state),
        holder=row.holder,
        attempts=row.attempts,
        started_at=row.started_at,
        until=row.until,
        interrupted=row.interrupted,
        signed_sha256=row.signed_sha256,
        error=row.error,
    )


class SqlSettings:
    """Implements `perizinan_core.storage.ports.Settings`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Any:
        """See the port."""
        found = self._session.scalar(sa.select(settings.c.value).where(settings.c.key == key))
        return None if found is None else json.loads(found)

    def put(self, key: str, value: Any) -> None:
        """See the port."""
        text = json.dumps(value, allow_nan=False)
        statement = self._session.insert(settings).values(key=key, value=text)
        self._session.write(statement.on_conflict_do_update(index_elements=["key"], set_={"value": text}))

    def delete(self, key: str) -> None:
        """See the port."""
        self._session.write(settings.delete().where(settings.c.key == key))

    def all(self, prefix: str = "") -> Mapping[str, Any]:
        """See the port."""
        query = sa.select(settings).where(settings.c.key.startswith(prefix, autoescape=True))
        rows = sorted(self._session.read(query), key=lambda row: row.key)
        # SQLite's LIKE does not tell capital letters from small ones.
        return {row.key: json.loads(row.value) for row in rows if row.key.startswith(prefix)}

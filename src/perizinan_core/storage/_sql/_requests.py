"""Repeatable requests, signing leases and settings in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa

from perizinan_core.errors.storage import LeaseHeldError, RecordNotFoundError, StorageError
from perizinan_core.storage._records import (
    IdempotentResult,
    SigningAttempt,
    SigningState,
    is_leased,
    over_spans,
)
from perizinan_core.storage._sealing import Place
from perizinan_core.storage._sql._rows import place_of
from perizinan_core.storage._sql._seals import Lock, Mark, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import in_span, removal_of, row_of, the
from perizinan_core.storage._sql._tables import idempotency, settings, signing_attempts

__all__ = ["SqlIdempotency", "SqlSettings", "SqlSigningAttempts"]

_INSERT = signing_attempts.insert()


class SqlIdempotency:
    """Implements `perizinan_core.storage._ports.Idempotency`."""

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
        if self._session.insert_if_absent(idempotency, self._session.seals.sealed(idempotency, values)):
            return None
        row = self._session.first(row_of(idempotency), the(actor=actor, key=key))
        if row is None:
            raise RecordNotFoundError(kind="request", key=key)
        self._session.seals.require(idempotency, row)
        if (row.use_case, row.request_hash) != (use_case, request_hash):
            raise StorageError("idempotency-conflict", key=key, use_case=row.use_case)
        result = None if row.payload is None else self._session.sealer.open(row.payload, _place(actor, key))
        return IdempotentResult(result=result, at=row.begun_at)

    def is_known(self, actor: str, key: str) -> bool:
        """See the port."""
        return self._session.first(row_of(idempotency), the(actor=actor, key=key)) is not None

    def finish(self, actor: str, key: str, *, result: Any) -> None:
        """See the port."""
        session = self._session
        session.check_writable()
        row = session.first(session.locked(row_of(idempotency)), the(actor=actor, key=key))
        if row is None:
            raise RecordNotFoundError(kind="request", key=key)
        session.seals.require(idempotency, row)
        names = ("actor", "key", "use_case", "request_hash", "begun_at")
        columns = {name: row._mapping[name] for name in names}
        columns["payload"] = session.sealer.seal(result, _place(actor, key))
        session.change(idempotency, session.seals.sealed(idempotency, columns))

    def forget(self, *, before: datetime) -> int:
        """See the port."""
        return self._session.write(idempotency.delete().where(idempotency.c.begun_at < before)).rowcount


def _place(actor: str, key: str) -> Place:
    return place_of(idempotency, actor, key)


class SqlSigningAttempts:
    """Implements `perizinan_core.storage._ports.SigningAttempts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def acquire(self, unsigned_sha256: str, *, holder: str, now: datetime, until: datetime) -> SigningAttempt:
        """See the port."""
        self._session.check_writable()
        fresh = {"state": SigningState.STARTED.value, "holder": holder, "started_at": now, "until": until}
        first = {"unsigned_sha256": unsigned_sha256, **fresh, "attempts": 1, "interrupted": False}
        # Whether there was one before is asked first: a row that was removed must not look like none.
        self._session.wait_for(f"signing/{unsigned_sha256}")
        row = self._row(unsigned_sha256)
        if row is None:
            sealed = self._session.seals.sealed(signing_attempts, first)
            self._session.write(_INSERT, sealed, kind="signing attempt")
            self._session.seals.written(signing_attempts, sealed)
            return _attempt(SimpleNamespace(**{"signed_sha256": None, "error": None, **sealed}))
        found = _attempt(row)
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
        return self._change(row, again)

    def renew(self, unsigned_sha256: str, *, holder: str, until: datetime) -> SigningAttempt:
        """See the port."""
        return self._change(self._held(unsigned_sha256, holder), {"until": until})

    def finish(
        self, unsigned_sha256: str, *, holder: str, signed_sha256: str, at: datetime
    ) -> SigningAttempt:
        """See the port."""
        self._session.check_writable()
        row = self._row(unsigned_sha256)
        if row is None:
            raise StorageError("lease-lost", holder=holder)
        found = _attempt(row)
        if found.state is SigningState.FINISHED and found.signed_sha256 == signed_sha256:
            return found
        change = {"state": SigningState.FINISHED.value, "signed_sha256": signed_sha256, "ended_at": at}
        return self._change(_held_by(row, holder), change)

    def fail(self, unsigned_sha256: str, *, holder: str, error: str, at: datetime) -> SigningAttempt:
        """See the port."""
        change = {
            "state": SigningState.FAILED.value,
            "error": error[:500],
            "ended_at": at,
            "interrupted": False,
        }
        return self._change(self._held(unsigned_sha256, holder), change)

    def find(self, unsigned_sha256: str) -> SigningAttempt | None:
        """See the port."""
        row = self._session.first(row_of(signing_attempts), the(unsigned_sha256=unsigned_sha256))
        if row is None:
            return None
        self._session.seals.require(signing_attempts, row)
        return _attempt(row)

    def interrupted(self, *, now: datetime) -> tuple[SigningAttempt, ...]:
        """See the port."""
        attempt = signing_attempts.c
        query = (
            sa.select(signing_attempts)
            .where(
                attempt.state == SigningState.STARTED.value,
                sa.or_(*(in_span(attempt.until, span) for span in over_spans(now))),
            )
            .order_by(attempt.started_at, attempt.unsigned_sha256)
        )
        rows = self._session.seals.sound(signing_attempts, self._session.read(query))
        return tuple(_attempt(row) for row in rows)

    def _row(self, unsigned_sha256: str) -> Any:
        """Return the row, locked, or None when there never was one."""
        return self._session.seals.row(signing_attempts, unsigned_sha256, lock=Lock.WHOLE)

    def _held(self, unsigned_sha256: str, holder: str) -> Any:
        """Return the row, locked, unless another holder is signing."""
        self._session.check_writable()
        row = self._row(unsigned_sha256)
        if row is None:
            raise StorageError("lease-lost", holder=holder)
        return _held_by(row, holder)

    def _change(self, row: Any, values: Mapping[str, Any]) -> SigningAttempt:
        """Write over a row that was read, locked, in this unit of work."""
        kept = {name: value for name, value in row._mapping.items() if name not in ("key_id", "seal")}
        sealed = self._session.seals.sealed(signing_attempts, {**kept, **values})
        self._session.change(signing_attempts, sealed)
        self._session.seals.written(signing_attempts, sealed)
        return _attempt(SimpleNamespace(**sealed))


def _held_by(row: Any, holder: str) -> Any:
    """Return the row unless another one is signing; a lease that ended but that no one took over still counts."""
    if row.holder != holder or row.state != SigningState.STARTED.value:
        raise StorageError("lease-lost", holder=holder)
    return row


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
    """Implements `perizinan_core.storage._ports.SettingRecords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Any:
        """See the port."""
        row = self._session.first(row_of(settings), the(key=key))
        if row is None:
            self._session.seals.require_absent(settings, key)
            return None
        if self._is_foreign(row):
            return None
        self._session.seals.require(settings, row)
        return json.loads(row.value)

    def put(self, key: str, value: Any) -> None:
        """See the port."""
        text = json.dumps(value, allow_nan=False)
        self._session.check_writable()
        sealed = self._session.seals.sealed(settings, {"key": key, "value": text})
        self._session.put(settings, sealed)
        self._session.seals.written(settings, sealed)

    def delete(self, key: str) -> None:
        """See the port."""
        removed = self._session.write(removal_of(settings), the(key=key)).rowcount
        if removed:
            self._session.seals.note(settings, row_name(key), Mark(None, 0))

    def all(self, prefix: str = "") -> Mapping[str, Any]:
        """See the port."""
        rows = self._session.seals.sound(settings, self._rows(prefix))
        return {row.key: json.loads(row.value) for row in sorted(rows, key=lambda row: row.key)}

    def broken(self, prefix: str = "") -> tuple[str, ...]:
        """See the port."""
        rows = self._rows(prefix)
        marks = self._session.seals.marked(settings, quote(prefix, safe=""))
        lost = {unquote(name) for name, mark in marks.items() if mark.row_seal is not None} - {
            row.key for row in rows
        }
        changed = {
            rows[index].key
            for index, problem in self._session.seals.problems(settings, rows)
            # Added by others, never written by the library: nothing that was known is lost with it.
            if problem != "changed" or row_name(rows[index].key) in marks
        }
        return tuple(sorted(changed | lost))

    def _is_foreign(self, row: Any) -> bool:
        """Return True for a row that the library never wrote: it counts as none, and may be written over."""
        if all(problem != "changed" for _, problem in self._session.seals.problems(settings, [row])):
            return False
        return row_name(row.key) not in self._session.seals.marked(settings, row_name(row.key))

    def _rows(self, prefix: str) -> list[Any]:
        # SQLite's LIKE does not tell capital letters from small ones.
        return [row for row in self._session.read(_with_prefix(prefix)) if row.key.startswith(prefix)]


@lru_cache(maxsize=64)
def _with_prefix(prefix: str) -> sa.Select[Any]:
    return sa.select(settings).where(settings.c.key.startswith(prefix, autoescape=True))

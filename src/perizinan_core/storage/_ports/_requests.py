"""What must not be done twice: repeated requests and signatures."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from perizinan_core.storage._records import (
    IdempotentResult,
    SigningAttempt,
    TrackingSecret,
)

__all__ = ["Idempotency", "SigningAttempts", "TrackingSecrets"]


class Idempotency(Protocol):
    """Requests that may be repeated without being done twice."""

    def begin(
        self, actor: str, key: str, *, use_case: str, request_hash: str, at: datetime
    ) -> IdempotentResult | None:
        """
        Return the answer of an equal earlier request, or None: do the work and `finish` in this unit.

        A second request with the same key waits until the first has committed or was undone.

        Args:
            actor: Account whose key it is, as text; keys of others never collide.
            key: Chosen by the caller.
            use_case: e.g. ``"submit"``.
            request_hash: SHA-256 of the canonical request.
            at: Now.

        Raises:
            StorageError: ``idempotency-conflict``: The key belongs to another request.
        """
        ...

    def is_known(self, actor: str, key: str) -> bool:
        """Return True when a request with this key was begun before, whatever it was."""
        ...

    def finish(self, actor: str, key: str, *, result: Any) -> None:
        """
        Remember the answer (a JSON value; stored encrypted).

        Raises:
            RecordNotFoundError: `begin` was not called for this key.
        """
        ...

    def forget(self, *, before: datetime) -> int:
        """Delete keys begun before this moment and return how many they were."""
        ...


class SigningAttempts(Protocol):
    """One lease for each unsigned document: it is never signed twice at a time, nor again blindly."""

    def acquire(self, unsigned_sha256: str, *, holder: str, now: datetime, until: datetime) -> SigningAttempt:
        """
        Start signing a document, if no one else is.

        Commit before calling the signer: the lease holds from the commit on. When the answer's state is
        ``finished`` there is nothing to do, its ``signed_sha256`` is the result and no lease was given. When
        ``interrupted`` is set, an earlier attempt may have signed without being able to say so.

        Raises:
            LeaseHeldError: Another one is signing it.
        """
        ...

    def renew(self, unsigned_sha256: str, *, holder: str, until: datetime) -> SigningAttempt:
        """
        Extend the lease.

        Raises:
            StorageError: ``lease-lost``: It is no longer held.
        """
        ...

    def finish(
        self, unsigned_sha256: str, *, holder: str, signed_sha256: str, at: datetime
    ) -> SigningAttempt:
        """
        Record the signed document; repeating it with the same hash changes nothing.

        Raises:
            StorageError: ``lease-lost``: Another one took over, or another signed document is on record.
        """
        ...

    def fail(self, unsigned_sha256: str, *, holder: str, error: str, at: datetime) -> SigningAttempt:
        """
        Record that nothing was signed, and give the lease back.

        Raises:
            StorageError: ``lease-lost``: It is no longer held.
        """
        ...

    def find(self, unsigned_sha256: str) -> SigningAttempt | None:
        """Return how signing stands, or None when it was never started."""
        ...

    def interrupted(self, *, now: datetime) -> tuple[SigningAttempt, ...]:
        """Return attempts that were started and whose lease has ended, oldest first."""
        ...


class TrackingSecrets(Protocol):
    """The secrets with which applicants follow their cases: hashes, and how often wrong ones were tried."""

    def get(self, application: str, *, lock: bool = False) -> TrackingSecret | None:
        """
        Return what is kept for an application, or None.

        Args:
            application: Its id.
            lock: No one else gets it with ``lock`` until this unit of work ends.

        Raises:
            SealBrokenError: ``record-not-as-written``: It was changed outside the library.
        """
        ...

    def put(self, application: str, secret: TrackingSecret) -> None:
        """Keep it, in place of the one before."""
        ...

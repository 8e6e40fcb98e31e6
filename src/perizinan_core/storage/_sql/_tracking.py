"""The secrets of applicants in SQL: sealed, so that no one puts in a hash of their own."""

from __future__ import annotations

from perizinan_core.storage._records import TrackingSecret
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import row_of, the
from perizinan_core.storage._sql._tables import tracking

__all__ = ["SqlTrackingSecrets"]


class SqlTrackingSecrets:
    """Implements `perizinan_core.storage._ports.TrackingSecrets`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, application: str, *, lock: bool = False) -> TrackingSecret | None:
        """See the port."""
        query = row_of(tracking)
        if lock:
            self._session.check_writable()
            query = self._session.locked(query)
        row = self._session.first(query, the(application_id=application))
        if row is None:
            return None
        self._session.seals.require(tracking, row)
        return TrackingSecret(
            digest=bytes(row.digest), given_at=row.given_at, failed=row.failed, failed_at=row.failed_at
        )

    def put(self, application: str, secret: TrackingSecret) -> None:
        """See the port."""
        columns = {
            "application_id": application,
            "digest": secret.digest,
            "given_at": secret.given_at,
            "failed": secret.failed,
            "failed_at": secret.failed_at,
        }
        self._session.put(tracking, self._session.seals.sealed(tracking, columns))

"""The database of the office, as the queue reaches it: its own schema, and commits that need not be on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from perizinan_procrastinate._errors import QueueUnavailableError, QueueUnfitError

__all__ = ["SCHEMA", "Database"]

SCHEMA = "perizinan_queue"
"""A schema of its own: a host application may use Procrastinate in the same database."""

_OPTIONS = f"-c search_path={SCHEMA} -c synchronous_commit=off"
"""What a crash of the server takes away are hints."""

_CONNECT_SECONDS = 10


@attrs.frozen
class Database:
    """Where the queue is."""

    conninfo: str = attrs.field(repr=False)
    """As libpq reads it; holds the password."""

    @classmethod
    def at(cls, address: str) -> Database:
        """
        Return the database at an address of the settings.

        Raises:
            QueueUnfitError: ``queue-database``: it is not PostgreSQL.
        """
        try:
            url = make_url(address)
        except ArgumentError as error:
            raise QueueUnfitError("queue-database", database=address.partition(":")[0]) from error
        kind = url.drivername.partition("+")[0]
        if kind not in {"postgresql", "postgres"}:
            raise QueueUnfitError("queue-database", database={"sqlite": "SQLite"}.get(kind, kind))
        return cls(url.set(drivername="postgresql").render_as_string(hide_password=False))

    @property
    def options(self) -> dict[str, object]:
        """What each connection is opened with, besides the address."""
        return {
            "options": _OPTIONS,
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "perizinan-queue",
        }

    @contextmanager
    def connected(self, *, autocommit: bool = True) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """
        Give a connection.

        Raises:
            QueueUnavailableError: the database does not answer, or refuses.
        """
        try:
            with psycopg.connect(self.conninfo, autocommit=autocommit, **self.options) as connection:  # type: ignore[arg-type]
                yield connection
        except psycopg.Error as error:
            raise unavailable(error) from error


def unavailable(error: BaseException) -> QueueUnavailableError:
    """Return the error for something that the database said; values of statements do not stand in it."""
    diagnosis = getattr(error, "diag", None)
    said = getattr(diagnosis, "message_primary", None) or type(error).__name__
    return QueueUnavailableError("queue-unavailable", reason=said)

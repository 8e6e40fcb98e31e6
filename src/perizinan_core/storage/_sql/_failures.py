"""What the database says, in our words: no SQL, no values, no driver's exception reaches a caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa

from perizinan_core.errors.storage import (
    AlreadyExistsError,
    DatabaseUnavailableError,
    RecordNotFoundError,
    StorageError,
)
from perizinan_core.i18n import N_
from perizinan_core.storage._sql._connecting import cause_of
from perizinan_core.storage._sql._tables import metadata

__all__ = ["committing", "translated"]

# PostgreSQL: serialization failure, deadlock, lock timeout, too many connections (Appendix A of its manual).
_BUSY_STATES = frozenset({"40001", "40P01", "55P03", "53300"})
_BUSY_SQLITE = re.compile(r"database (table )?is locked|database schema is locked|busy", re.IGNORECASE)
_DAMAGED_SQLITE = re.compile(r"malformed|not a database|file is encrypted|corrupt", re.IGNORECASE)
_SHOWN = {"digest": "reference"}
"""A payment's reference is stored as its blind index."""

_UNIQUE_STATE = "23505"
_UNIQUE_SQLITE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")


@contextmanager
def translated(kind: str = "record", parent: tuple[str, str] | None = None) -> Iterator[None]:
    """
    Turn the exceptions of SQLAlchemy and the drivers into ours.

    Args:
        kind: What is being written, for `AlreadyExistsError`.
        parent: Kind and id of the record that a foreign key points to.
    """
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise _integrity(error, kind, parent) from error
    except sa.exc.TimeoutError as error:
        raise DatabaseUnavailableError("database-busy", reason="no free connection") from error
    except sa.exc.DBAPIError as error:
        raise _refusal(error) from error
    except sa.exc.StatementError as error:
        # A value that our own column types refused; SQLAlchemy's wrapper says nothing more.
        raise (error.orig or error) from None


@contextmanager
def committing() -> Iterator[None]:
    """Like `translated`, for a COMMIT: when the connection breaks, no one knows whether it was received."""
    try:
        with translated():
            yield
    except DatabaseUnavailableError as error:
        cause = error.__cause__
        if isinstance(cause, sa.exc.DBAPIError) and cause.connection_invalidated:
            raise StorageError("commit-unknown", reason=type(cause.orig).__name__) from error
        raise


def _integrity(error: sa.exc.IntegrityError, kind: str, parent: tuple[str, str] | None) -> Exception:
    columns = _columns(error.orig)
    if columns is not None:
        return AlreadyExistsError(kind=kind, field=", ".join(_SHOWN.get(name, name) for name in columns))
    if parent is not None:
        return RecordNotFoundError(kind=parent[0], key=parent[1])
    return DatabaseUnavailableError("database-unavailable", reason=type(error.orig).__name__)


def _columns(original: Any) -> tuple[str, ...] | None:
    """Return the columns that must be unique, or None when it was another kind of constraint."""
    found = _UNIQUE_SQLITE.match(str(original))
    if found is not None:
        return tuple(name.strip().rsplit(".", 1)[-1] for name in found["columns"].split(","))
    diagnosis = getattr(original, "diag", None)
    if diagnosis is None:
        return None
    name = diagnosis.constraint_name or ""
    known = _unique_constraints().get(name)
    if known is None and getattr(original, "sqlstate", None) == _UNIQUE_STATE:
        # Of a plugin's table: its name says the columns, where the plugin left naming it to us.
        return (re.sub(rf"^(ix|uq|pk)_{re.escape(diagnosis.table_name or '')}_?", "", name) or "id",)
    return known


@cache
def _unique_constraints() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint):
                name = "pk" if isinstance(constraint, sa.PrimaryKeyConstraint) else "uq"
                columns = tuple(column.name for column in constraint.columns)
                suffix = "" if name == "pk" else "_" + "_".join(columns)
                found[f"{name}_{table.name}{suffix}"] = columns
    return found


_TOLD = {
    "57P01": N_("the server was stopped"),
    "57P02": N_("the server was stopped"),
    "57P03": N_("the server is starting or shutting down"),
    "53100": N_("its disk is full"),
    "25006": N_("it may only be read at the moment"),
    "42501": N_("this user may not use the database"),
}
"""PostgreSQL's codes that an operator meets (Appendix A of its manual)."""

_TOLD_SQLITE = (
    (re.compile("readonly database"), N_("this account may not write the file or its folder")),
    (re.compile("disk is full"), N_("its disk is full")),
    (re.compile("disk I/O error"), N_("the disk does not do what it is asked")),
)
_BROKEN = re.compile(
    "server closed the connection|connection (to server )?(was )?lost|terminating|connection is closed|reset by peer",
    re.IGNORECASE,
)


def _refusal(error: sa.exc.DBAPIError) -> Exception:
    original = error.orig
    name, text = type(original).__name__, str(original)
    if "sqlite" in type(original).__module__:
        # SQLite's messages are fixed phrases with names of tables; PostgreSQL's may quote values.
        if _BUSY_SQLITE.search(text):
            return DatabaseUnavailableError("database-busy", reason=text)
        return (
            StorageError("database-damaged", reason=text)
            if _DAMAGED_SQLITE.search(text)
            else DatabaseUnavailableError(
                "database-unavailable",
                reason=next((told for sign, told in _TOLD_SQLITE if sign.search(text)), text),
            )
        )
    state = getattr(original, "sqlstate", None)
    reason = _TOLD.get(state or "") or (f"{name}, {state}" if state else name)
    if state is None and _BROKEN.search(text):
        reason = N_("the connection broke")
    elif error.statement is None:
        # No connection at all, by an engine of the host application.
        reason = cause_of(original) or reason if original is not None else reason
    return (
        DatabaseUnavailableError("database-busy", reason=reason)
        if state in _BUSY_STATES
        else DatabaseUnavailableError("database-unavailable", reason=reason)
    )

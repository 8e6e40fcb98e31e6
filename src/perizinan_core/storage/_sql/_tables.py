"""
The tables: columns that are searched by, and one sealed payload.

Personal data stands in ``payload`` columns only, encrypted. Times are UTC; days are local days of the
authority; money is whole rupiah. All names begin with ``perizinan_``, because the database may be shared with
the application that embeds the library. Migrations make these tables; a test holds both against each other.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from perizinan_core.errors.model import ModelError

__all__ = [
    "LOOSE",
    "MARKED_TABLES",
    "PREFIX",
    "SEALED_TABLES",
    "UtcDateTime",
    "applications",
    "batch_items",
    "batches",
    "complaints",
    "contacts",
    "counters",
    "figures",
    "history",
    "idempotency",
    "job_failures",
    "lookups",
    "marks",
    "metadata",
    "number_counters",
    "number_parts",
    "numbers",
    "officers",
    "open_stages",
    "outbox",
    "payments",
    "permits",
    "plugin_metadata",
    "queue_places",
    "settings",
    "signing_attempts",
    "surveys",
    "tallies",
    "tracking",
]

PREFIX = "perizinan_"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=_NAMES)


def plugin_metadata() -> sa.MetaData:
    """Return new metadata for the tables of a plugin, with the same names for constraints and indexes."""
    return sa.MetaData(naming_convention=_NAMES)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, stored in UTC: ``timestamptz`` in PostgreSQL, sortable text in SQLite."""

    impl: sa.DateTime = sa.DateTime(timezone=True)
    cache_ok: bool | None = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment to UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ModelError("naive-moment", received=value.isoformat())
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite gives rising keys without gaps to INTEGER only; PostgreSQL counts in 64 bits.
_RowNumber = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Without lengths: SQLite would not check them, and PostgreSQL gains nothing from them.
_Text = sa.String()


def _table(name: str, *items: Any, **options: Any) -> sa.Table:
    return sa.Table(PREFIX + name, metadata, *items, **options)


def _seal() -> tuple[sa.Column[Any], ...]:
    """
    Return the columns with which a row shows that the library wrote it, see `seals`.

    They allow NULL because their migration adds them to rows that are there, before it seals those.
    """
    return sa.Column("key_id", _Text, index=True), sa.Column("seal", sa.LargeBinary)


def _of_application() -> sa.Column[str]:
    target = sa.ForeignKey(PREFIX + "applications.id", ondelete="CASCADE")
    return sa.Column("application_id", _Text, target, primary_key=True)


applications = _table(
    "applications",
    sa.Column("id", _Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("authority", _Text, nullable=False),
    sa.Column("permit_type", _Text, nullable=False),
    sa.Column("kind", _Text, nullable=False),
    sa.Column("owner", _Text, nullable=False),
    sa.Column("state", _Text, nullable=False),
    sa.Column("receipt_number", _Text, unique=True),
    sa.Column("previous_permit", _Text, index=True),
    sa.Column("due", sa.Date),
    sa.Column("held_inspections", _Text, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("submitted_at", UtcDateTime),
    sa.Column("submitted_day", sa.Date),
    sa.Column("closed_at", UtcDateTime),
    sa.Column("closed_day", sa.Date),
    # What the worker asks for; see `perizinan_core.storage._ports.Agenda`.
    sa.Column("answer_by", sa.Date, index=True),
    sa.Column("silence_after", sa.Date, index=True),
    sa.Column("counted_on", _Text, index=True),
    sa.Column("own_step", _Text, index=True),
    sa.Column("open_count", sa.Integer),
    # Since when the applicant's side waits to be notified of something, and since when no one was asked about it.
    sa.Column("unnotified_since", UtcDateTime),
    sa.Column("unasked_since", UtcDateTime, index=True),
    # Since when an outside system has not answered about the submission.
    sa.Column("unchecked_since", UtcDateTime, index=True),
    # Type, version and stages: what decides, with the catalogue, which officers may read it.
    sa.Column("course", _Text),
    # Last day of a draft that is to be removed.
    sa.Column("removed_after", sa.Date, index=True),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", _Text, nullable=False),
    sa.Column("key_id", _Text, nullable=False, index=True),
    sa.Column("seal", sa.LargeBinary),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index(None, "owner", "id"),
    sa.Index(
        "ix_perizinan_applications_drafts",
        "changed_at",
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    ),
    sa.Index(None, "state", "id"),
    sa.Index(None, "permit_type", "id"),
    # What waited at the end of a day is counted from it alone.
    sa.Index(None, "submitted_day", "closed_day", "permit_type"),
    # One for each order of a list, with and without what narrows it.
    sa.Index(None, "due", "id"),
    sa.Index(None, "course", "due", "id"),
    sa.Index(None, "unnotified_since", "id"),
    sa.Index(None, "course", "unnotified_since", "id"),
    sa.Index(None, "submitted_at", "id"),
    sa.Index(None, "state", "submitted_at", "id"),
    sa.Index(None, "course", "submitted_at", "id"),
    sa.Index(None, "course", "state", "submitted_at", "id"),
)


def _in_queue() -> tuple[sa.Column[Any] | sa.Index, ...]:
    """Return what stands in both tables of open stages."""
    return (
        _of_application(),
        sa.Column("stage", _Text, primary_key=True),
        sa.Column("permit_type", _Text),
        sa.Column("assignee", _Text),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        # It cannot be judged now, and stands in front of nothing.
        sa.Column("held_up", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer),
        sa.Index(None, "assignee", "held_up", "opened_at", "application_id", "stage"),
        sa.Index(None, "held_up", "opened_at", "application_id", "stage"),
    )


open_stages = _table("open_stages", *_in_queue(), *_seal())

queue_places = _table("queue_places", *_in_queue())
"""The same as `open_stages`, so that one that is missing in either is noticed without looking at all."""

lookups = _table(
    "lookups",
    _of_application(),
    sa.Column("kind", _Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("key_id", _Text, nullable=False, index=True),
    sa.Index(None, "digest"),
)

tracking = _table(
    "tracking",
    _of_application(),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("failed_at", UtcDateTime),
    *_seal(),
)
"""Of the secret with which an applicant follows the case: its hash, and how often others were tried."""

figures = _table(
    "figures",
    _of_application(),
    # Of the stage; empty for the case as a whole.
    sa.Column("step", _Text, primary_key=True),
    sa.Column("permit_type", _Text, nullable=False),
    sa.Column("closed_day", sa.Date, nullable=False),
    sa.Column("outcome", _Text, nullable=False),
    sa.Column("ground", _Text),
    sa.Column("days", sa.Integer),
    sa.Column("on_time", sa.Boolean),
    *_seal(),
    # Everything that is counted, so that the rows themselves are not read.
    sa.Index(
        "ix_perizinan_figures_counted",
        "closed_day",
        "permit_type",
        "step",
        "outcome",
        "ground",
        "on_time",
        "days",
    ),
)
"""What closed cases took: written once, counted for the public."""

complaints = _table(
    "complaints",
    sa.Column("id", _Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", _Text, nullable=False, unique=True),
    sa.Column("kind", _Text, nullable=False),
    sa.Column("state", _Text, nullable=False),
    sa.Column("holder", _Text),
    sa.Column("due", sa.Date, nullable=False),
    sa.Column("answered_day", sa.Date),
    sa.Column("on_time", sa.Boolean),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", _Text, nullable=False),
    *_seal(),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index(None, "due", "id"),
    sa.Index(None, "state", "due", "id"),
    sa.Index(None, "holder", "due", "id"),
    sa.Index(None, "holder", "state", "due", "id"),
    sa.Index(None, "answered_day", "kind", "on_time"),
)

contacts = _table(
    "contacts",
    # An account, or the applicant's side of a case.
    sa.Column("holder", _Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", _Text, nullable=False),
    *_seal(),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
"""What people agreed to be sent, and withdrew."""

batches = _table(
    "batches",
    sa.Column("id", _Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("account", _Text, nullable=False),
    sa.Column("begun_at", UtcDateTime, nullable=False, index=True),
    # "fill" while its records are looked up; what the worker asks for.
    sa.Column("to_do", _Text, index=True),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", _Text, nullable=False),
    *_seal(),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index(None, "account", "id"),
)
"""What was asked for many records at once."""

batch_items = _table(
    "batch_items",
    sa.Column("batch_id", _Text, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", _Text, nullable=False),
    # From when on it may be claimed; a claim moves it to the end of the lease. None: it may not.
    sa.Column("available_at", UtcDateTime, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("worker", _Text),
    sa.Column("last_error", _Text),
    *_seal(),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index(None, "batch_id", "available_at"),
    sa.Index(None, "batch_id", "state", "place"),
)
"""The records of a batch, and what became of each."""

surveys = _table(
    "surveys",
    sa.Column("id", _Text, primary_key=True),
    sa.Column("permit_type", _Text, nullable=False),
    sa.Column("answered_day", sa.Date, nullable=False),
    *(sa.Column(f"u{number}", sa.Integer, nullable=False) for number in range(1, 10)),
    # Whether something was written besides.
    sa.Column("remarked", sa.Boolean),
    *_seal(),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index(None, "answered_day", "permit_type"),
    sa.Index(None, "remarked", "answered_day", "id"),
)
"""Answers to the satisfaction survey; nothing leads from them to a case."""

number_parts = _table(
    "number_parts",
    # Of what: ``application`` (its receipt number) or ``permit``.
    sa.Column("kind", _Text, primary_key=True),
    # Bytes compare alike in both databases.
    sa.Column("part", sa.LargeBinary, primary_key=True),
    sa.Column("subject", _Text, primary_key=True),
    sa.Index(None, "subject"),
)
"""Where a number may be begun to be typed: for each part of it the rest from there on."""

payments = _table(
    "payments",
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column(
        "application_id",
        _Text,
        sa.ForeignKey(PREFIX + "applications.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("paid_at", UtcDateTime, nullable=False),
    sa.Column("paid_day", sa.Date, nullable=False, index=True),
    sa.Column("key_id", _Text, nullable=False, index=True),
)

permits = _table(
    "permits",
    sa.Column("id", _Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("authority", _Text, nullable=False),
    sa.Column("number", _Text, nullable=False, unique=True),
    sa.Column("register", _Text, nullable=False),
    sa.Column("register_year", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("permit_type", _Text, nullable=False),
    sa.Column(
        "application_id",
        _Text,
        sa.ForeignKey(PREFIX + "applications.id"),
        nullable=False,
        index=True,
    ),
    sa.Column("status", _Text, nullable=False),
    sa.Column("status_index", sa.Integer, nullable=False, unique=True),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Column("unsigned_sha256", _Text, nullable=False, index=True),
    sa.Column("signed_sha256", _Text, index=True),
    sa.Column("previous_permit", _Text, index=True),
    # Of its application.
    sa.Column("course", _Text),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", _Text, nullable=False),
    sa.Column("key_id", _Text, nullable=False, index=True),
    sa.Column("seal", sa.LargeBinary),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("register", "register_year", "sequence"),
    sa.Index(None, "permit_type", "id"),
    sa.Index(None, "status", "id"),
    sa.Index(None, "status", "valid_until", "id"),
    sa.Index(None, "course", "id"),
    sa.Index(None, "course", "status", "id"),
    sa.Index(None, "course", "status", "valid_until", "id"),
)

number_counters = _table(
    "number_counters",
    sa.Column("register", _Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
    *_seal(),
)

numbers = _table(
    "numbers",
    sa.Column("register", _Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("number", _Text, unique=True),
    sa.Column("subject", _Text, index=True),
    sa.Column("taken_by", _Text, nullable=False),
    sa.Column("taken_at", UtcDateTime, nullable=False),
    sa.Column("cancelled_by", _Text),
    sa.Column("cancelled_at", UtcDateTime),
    *_seal(),
    sa.Column("payload", sa.LargeBinary),
)

counters = _table(
    "counters",
    sa.Column("name", _Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    *_seal(),
)

outbox = _table(
    "outbox",
    sa.Column("id", _RowNumber, primary_key=True, autoincrement=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.Column("available_at", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("worker", _Text),
    sa.Column("done_at", UtcDateTime, index=True),
    sa.Column("last_error", _Text),
    # What it goes to; NULL in rows from before there were targets, which are messages.
    sa.Column("target", _Text),
    sa.Column("case_id", _Text),
    sa.Column("message", _Text),
    sa.Column("recipient", _Text),
    sa.Column("answer", _Text),
    # Whose messages are collected into one, and the entry that brings them.
    sa.Column("holder", _Text),
    sa.Column("collect_at", UtcDateTime),
    sa.Column("collected_into", _RowNumber),
    *_seal(),
    sa.Index(None, "available_at", "target"),
    sa.Index(None, "target", "available_at", "id"),
    sa.Index(None, "case_id", "id"),
    sa.Index(None, "target", "id"),
    sa.Index(
        "ix_perizinan_outbox_collecting",
        "target",
        "collect_at",
        "holder",
        sqlite_where=sa.text("collect_at IS NOT NULL AND available_at IS NOT NULL"),
        postgresql_where=sa.text("collect_at IS NOT NULL AND available_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_perizinan_outbox_waiting",
        # The same in all of them: SQLite names an index that is only followed a scan.
        "done_at",
        "id",
        sqlite_where=sa.text("available_at IS NOT NULL AND done_at IS NULL"),
        postgresql_where=sa.text("available_at IS NOT NULL AND done_at IS NULL"),
    ),
    sa.Index(
        "ix_perizinan_outbox_open",
        "target",
        "available_at",
        "id",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    ),
    sa.Index(
        "ix_perizinan_outbox_given_up",
        "id",
        sqlite_where=sa.text("available_at IS NULL AND done_at IS NULL"),
        postgresql_where=sa.text("available_at IS NULL AND done_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

job_failures = _table(
    "job_failures",
    sa.Column("job", _Text, primary_key=True),
    sa.Column("subject", _Text, primary_key=True),
    sa.Column("error", _Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_at", UtcDateTime, nullable=False, index=True),
    sa.Column("last_at", UtcDateTime, nullable=False),
    sa.Column("not_before", UtcDateTime),
)

history = _table(
    "history",
    sa.Column("id", _RowNumber, primary_key=True, autoincrement=True),
    sa.Column("subject", _Text, nullable=False),
    sa.Column("kind", _Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("position", sa.Integer),
    # As the event has it, to find what someone did.
    sa.Column("actor", _Text),
    *_seal(),
    sa.Index(None, "subject", "id"),
    sa.Index(None, "subject", "position"),
    sa.Index(None, "kind", "at"),
    sa.Index(None, "at"),
    sa.Index(None, "actor", "at"),
    sa.Index(None, "actor", "kind", "at"),
    sqlite_autoincrement=True,
)

officers = _table(
    "officers",
    sa.Column("id", _Text, primary_key=True),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("assigned_at", UtcDateTime),
    # Since when no one has looked after the stages of an officer whose record was saved.
    sa.Column("look_after", UtcDateTime, index=True),
    # ``|role@unit|role@unit|``, so that those who may take a stage are found without opening every record.
    sa.Column("posts", _Text),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("changed_by", _Text, nullable=False),
    sa.Column("key_id", _Text, nullable=False, index=True),
    sa.Column("seal", sa.LargeBinary),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

idempotency = _table(
    "idempotency",
    sa.Column("actor", _Text, primary_key=True),
    sa.Column("key", _Text, primary_key=True),
    sa.Column("use_case", _Text, nullable=False),
    sa.Column("request_hash", _Text, nullable=False),
    sa.Column("begun_at", UtcDateTime, nullable=False, index=True),
    *_seal(),
    sa.Column("payload", sa.LargeBinary),
)

signing_attempts = _table(
    "signing_attempts",
    sa.Column("unsigned_sha256", _Text, primary_key=True),
    sa.Column("state", _Text, nullable=False),
    sa.Column("holder", _Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("interrupted", sa.Boolean, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("signed_sha256", _Text),
    sa.Column("error", _Text),
    *_seal(),
    sa.Index(None, "state", "until"),
)

settings = _table(
    "settings",
    sa.Column("key", _Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    *_seal(),
)

marks = _table(
    "marks",
    sa.Column("of_table", _Text, primary_key=True),
    sa.Column("of_row", _Text, primary_key=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("row_seal", sa.LargeBinary),
    *_seal(),
)
"""The present state of each row that must not be lost or put back: the seal that it has now."""

tallies = _table(
    "tallies",
    sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key_id", _Text, nullable=False, index=True),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
"""Sums over all marks, each of a part of the changes: what shows that several rows were put back together."""

SEALED_TABLES = tuple(table for table in metadata.sorted_tables if "seal" in table.columns)
"""Tables whose rows have a seal, `marks` among them."""

LOOSE = {
    officers.name: frozenset({"look_after"}),
    history.name: frozenset({"id"}),
    batch_items.name: frozenset({"available_at", "attempts", "worker", "last_error"}),
    outbox.name: frozenset(
        {"id", "available_at", "attempts", "worker", "done_at", "last_error", "answer", "collected_into"}
    ),
}
"""Columns that a seal does not cover; the security page says of each why that does no harm."""

MARKED_TABLES = (
    applications,
    permits,
    numbers,
    officers,
    signing_attempts,
    settings,
    complaints,
    contacts,
    batches,
    outbox,
)
"""Tables of whose rows each has a mark; of `history` each subject has one. In `outbox` until it is delivered."""

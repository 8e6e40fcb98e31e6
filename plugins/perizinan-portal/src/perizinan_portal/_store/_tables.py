"""The portal's own tables. Moments are whole seconds since 1970, which both databases compare alike."""

from __future__ import annotations

import sqlalchemy as sa

from perizinan_core.storage.tables import plugin_metadata, table_name

__all__ = [
    "ACCOUNTS",
    "DRAFTS",
    "FINDINGS",
    "IDENTITIES",
    "METADATA",
    "NAME",
    "POSTS",
    "RATES",
    "RECOVERY_CODES",
    "REMINDERS",
    "RESTORATIONS",
    "SESSIONS",
    "SIGNINGS",
    "SIGNING_CASES",
    "TOKENS",
]

NAME = "portal"
"""Under which the office keeps the tables; never changed."""

METADATA = plugin_metadata()

ACCOUNTS = sa.Table(
    table_name(NAME, "accounts"),
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("officer", sa.String(80), unique=True),
    sa.Column("login_index", sa.LargeBinary, unique=True),
    sa.Column("profile", sa.LargeBinary, nullable=False),
    sa.Column("password", sa.Text),
    sa.Column("second_factor", sa.LargeBinary),
    sa.Column("last_code", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)

SESSIONS = sa.Table(
    table_name(NAME, "sessions"),
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("level", sa.String(10), nullable=False),
    sa.Column("rights", sa.String(64), nullable=False),
    sa.Column("form_secret", sa.String(64), nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("guest", sa.String(40)),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Index(None, "account"),
    sa.Index(None, "seen_at"),
)

TOKENS = sa.Table(
    table_name(NAME, "tokens"),
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("account", sa.String(40)),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Index(None, "expires_at"),
)

POSTS = sa.Table(
    table_name(NAME, "posts"),
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index(None, "created_at"),
)

DRAFTS = sa.Table(
    table_name(NAME, "drafts"),
    METADATA,
    sa.Column("application", sa.String(40), primary_key=True),
    sa.Column("tab", sa.String(40), nullable=False),
    sa.Column("saved_at", sa.BigInteger, nullable=False),
    sa.Index(None, "saved_at"),
)
"""Which tab kept a draft last, and when."""

FINDINGS = sa.Table(
    table_name(NAME, "findings"),
    METADATA,
    sa.Column("application", sa.String(40), primary_key=True),
    sa.Column("officer", sa.String(80), primary_key=True),
    sa.Column("target", sa.String(200), primary_key=True),
    sa.Column("remark", sa.LargeBinary, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
)
"""Remarks of officers that were not sent yet."""

SIGNINGS = sa.Table(
    table_name(NAME, "signings"),
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("officer", sa.String(80), nullable=False),
    sa.Column("form", sa.String(80), nullable=False),
    sa.Column("begun_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.UniqueConstraint("officer", "form"),
    sa.Index(None, "begun_at"),
)
"""Letters that someone signs with one press: one row for a press, however often it is pressed."""

SIGNING_CASES = sa.Table(
    table_name(NAME, "signing_cases"),
    METADATA,
    sa.Column("signing", sa.String(40), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("application", sa.String(40), nullable=False),
    sa.Column("label", sa.String(80), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("reason", sa.LargeBinary),
)

RATES = sa.Table(
    table_name(NAME, "rates"),
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("hits", sa.Integer, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Index(None, "expires_at"),
)
"""How often something was tried; whose tries they are stands there as a keyed hash."""

RECOVERY_CODES = sa.Table(
    table_name(NAME, "recovery_codes"),
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    sa.Index(None, "account"),
)

RESTORATIONS = sa.Table(
    table_name(NAME, "restorations"),
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("officer", sa.String(80), nullable=False),
    sa.Column("document", sa.String(40), nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("done_at", sa.BigInteger),
    sa.Column("stopped_at", sa.BigInteger),
    sa.Index(None, "account"),
)
"""What officers did with the login of people."""

IDENTITIES = sa.Table(
    table_name(NAME, "identities"),
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("provider", sa.String(40), nullable=False),
    sa.Column("subject_index", sa.LargeBinary, unique=True),
    sa.Column("subject", sa.LargeBinary, nullable=False),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("linked_at", sa.BigInteger, nullable=False),
    sa.Index(None, "account"),
)
"""Logins elsewhere that belong to an account."""

REMINDERS = sa.Table(
    table_name(NAME, "reminders"),
    METADATA,
    sa.Column("subject", sa.String(80), primary_key=True),
    sa.Column("noted_at", sa.BigInteger, nullable=False),
    sa.Index(None, "noted_at"),
)
"""What someone was reminded of: ids and days, no names."""

"""Accounts, sessions, tokens, posts that wait for a login."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        table_name("portal", "accounts"),
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
    op.create_table(
        table_name("portal", "sessions"),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("rights", sa.String(64), nullable=False),
        sa.Column("form_secret", sa.String(64), nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        f"ix_{table_name('portal', 'sessions')}_account", table_name("portal", "sessions"), ["account"]
    )
    op.create_index(
        f"ix_{table_name('portal', 'sessions')}_seen_at", table_name("portal", "sessions"), ["seen_at"]
    )
    op.create_table(
        table_name("portal", "tokens"),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("account", sa.String(40)),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        f"ix_{table_name('portal', 'tokens')}_expires_at", table_name("portal", "tokens"), ["expires_at"]
    )
    op.create_table(
        table_name("portal", "posts"),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        f"ix_{table_name('portal', 'posts')}_created_at", table_name("portal", "posts"), ["created_at"]
    )
    op.create_table(
        table_name("portal", "keys"),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("proof", sa.LargeBinary, nullable=False),
    )

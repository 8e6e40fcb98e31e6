"""Letters that are signed with one press, and how often something was tried."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        table_name("portal", "signings"),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("officer", sa.String(80), nullable=False),
        sa.Column("form", sa.String(80), nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.UniqueConstraint("officer", "form"),
    )
    op.create_index(
        f"ix_{table_name('portal', 'signings')}_begun_at", table_name("portal", "signings"), ["begun_at"]
    )
    op.create_table(
        table_name("portal", "signing_cases"),
        sa.Column("signing", sa.String(40), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("application", sa.String(40), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.LargeBinary),
    )
    op.create_table(
        table_name("portal", "rates"),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("hits", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        f"ix_{table_name('portal', 'rates')}_expires_at", table_name("portal", "rates"), ["expires_at"]
    )

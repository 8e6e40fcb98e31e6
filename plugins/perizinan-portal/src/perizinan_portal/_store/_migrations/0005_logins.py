"""Recovery codes of the second factor, accounts that were restored, logins elsewhere."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        table_name("portal", "recovery_codes"),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        table_name("portal", "restorations"),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("officer", sa.String(80), nullable=False),
        sa.Column("document", sa.String(40), nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("stopped_at", sa.BigInteger),
    )
    op.create_table(
        table_name("portal", "identities"),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("subject_index", sa.LargeBinary, unique=True),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
    )
    for name in ("recovery_codes", "restorations", "identities"):
        table = table_name("portal", name)
        op.create_index(f"ix_{table}_account", table, ["account"])

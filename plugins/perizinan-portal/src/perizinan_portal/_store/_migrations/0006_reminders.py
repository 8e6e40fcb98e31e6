"""Which permits someone was written to about before they end."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    name = table_name("portal", "reminders")
    op.create_table(
        name,
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
    )
    op.create_index(f"ix_{name}_noted_at", name, ["noted_at"])

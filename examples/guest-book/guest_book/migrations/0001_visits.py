"""The table of visits."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import UtcDateTime, table_name

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        table_name("guestbook", "visits"),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
    )

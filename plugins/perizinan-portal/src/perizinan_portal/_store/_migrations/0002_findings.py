"""What officers write down before they send it."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        table_name("portal", "findings"),
        sa.Column("application", sa.String(40), primary_key=True),
        sa.Column("officer", sa.String(80), primary_key=True),
        sa.Column("target", sa.String(200), primary_key=True),
        sa.Column("remark", sa.LargeBinary, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
    )

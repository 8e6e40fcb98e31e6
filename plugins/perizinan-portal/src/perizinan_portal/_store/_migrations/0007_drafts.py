"""Which tab kept a draft last; the guest whose drafts go along with a login that has a second step."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        table_name("portal", "drafts"),
        sa.Column("application", sa.String(40), primary_key=True),
        sa.Column("tab", sa.String(40), nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        f"ix_{table_name('portal', 'drafts')}_saved_at", table_name("portal", "drafts"), ["saved_at"]
    )
    op.add_column(table_name("portal", "sessions"), sa.Column("guest", sa.String(40)))

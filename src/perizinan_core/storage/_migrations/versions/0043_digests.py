"""Messages that are collected into one for their recipient."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("perizinan_outbox", sa.Column("holder", sa.String(), nullable=True))
    op.add_column("perizinan_outbox", sa.Column("collect_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("perizinan_outbox", sa.Column("collected_into", _NUMBER, nullable=True))
    where = sa.text("collect_at IS NOT NULL AND available_at IS NOT NULL")
    op.create_index(
        "ix_perizinan_outbox_collecting",
        "perizinan_outbox",
        ["target", "collect_at", "holder"],
        unique=False,
        sqlite_where=where,
        postgresql_where=where,
    )

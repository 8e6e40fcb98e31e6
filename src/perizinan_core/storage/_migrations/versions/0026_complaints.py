"""Complaints about the office's service."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None

_NAME = "perizinan_complaints"


def upgrade() -> None:
    op.create_table(
        _NAME,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("answered_day", sa.Date(), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_complaints")),
        sa.UniqueConstraint("number", name=op.f("uq_perizinan_complaints_number")),
    )
    for columns in (
        ("key_id",),
        ("due", "id"),
        ("state", "due", "id"),
        ("holder", "due", "id"),
        ("answered_day", "kind", "on_time"),
    ):
        op.create_index(op.f(f"ix_{_NAME}_{'_'.join(columns)}"), _NAME, list(columns), unique=False)

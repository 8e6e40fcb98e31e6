"""Answers to the satisfaction survey."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "perizinan_surveys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("permit_type", sa.String(), nullable=False),
        sa.Column("answered_day", sa.Date(), nullable=False),
        *(sa.Column(f"u{number}", sa.Integer(), nullable=False) for number in range(1, 10)),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_surveys")),
    )
    op.create_index(op.f("ix_perizinan_surveys_key_id"), "perizinan_surveys", ["key_id"], unique=False)
    op.create_index(
        op.f("ix_perizinan_surveys_answered_day_permit_type"),
        "perizinan_surveys",
        ["answered_day", "permit_type"],
        unique=False,
    )

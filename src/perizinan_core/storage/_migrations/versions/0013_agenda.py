"""What the worker asks for, from indexes; and what it could not do."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("answer_by", sa.Date()),
    ("silence_after", sa.Date()),
    ("counted_on", sa.String()),
    ("own_step", sa.String()),
)
# Payloads are sealed, so a migration cannot read them: the worker looks at what is noted here, and writes
# the row again where there is something to do.
_FILLED = (
    "UPDATE perizinan_applications SET silence_after = due WHERE due IS NOT NULL",
    "UPDATE perizinan_applications SET counted_on = '' WHERE due IS NOT NULL OR state = 'correction_requested'",
    "UPDATE perizinan_applications SET own_step = 'sign' WHERE state = 'awaiting_signature'",
    "UPDATE perizinan_applications SET own_step = 'issue' WHERE state = 'approved'",
    "UPDATE perizinan_officers SET look_after = changed_at",
)


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("perizinan_applications", sa.Column(name, kind, nullable=True))
        op.create_index(
            op.f(f"ix_perizinan_applications_{name}"), "perizinan_applications", [name], unique=False
        )
    op.add_column("perizinan_officers", sa.Column("look_after", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_perizinan_officers_look_after"), "perizinan_officers", ["look_after"], unique=False
    )
    op.create_index(
        "ix_perizinan_outbox_given_up",
        "perizinan_outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("available_at IS NULL AND done_at IS NULL"),
        postgresql_where=sa.text("available_at IS NULL AND done_at IS NULL"),
    )
    op.create_table(
        "perizinan_job_failures",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", "subject", name=op.f("pk_perizinan_job_failures")),
    )
    op.create_index(
        op.f("ix_perizinan_job_failures_first_at"), "perizinan_job_failures", ["first_at"], unique=False
    )
    for statement in _FILLED:
        op.execute(statement)

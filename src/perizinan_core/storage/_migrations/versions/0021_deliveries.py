"""Deliveries by target: messages by channel, events by consumer; drafts that are to be removed."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0022"
branch_labels = None
depends_on = None

_NAME = "perizinan_outbox"


def upgrade() -> None:
    # NULL in the rows that are there, which are sealed: they are read as messages.
    for name in ("target", "case_id", "message", "recipient", "answer"):
        op.add_column(_NAME, sa.Column(name, sa.String(), nullable=True))
    op.drop_index(op.f("ix_perizinan_outbox_available_at_id"), table_name=_NAME)
    for columns in (("available_at", "target"), ("target", "available_at", "id"), ("case_id", "id")):
        op.create_index(op.f(f"ix_{_NAME}_{'_'.join(columns)}"), _NAME, list(columns), unique=False)
    op.create_index(
        "ix_perizinan_outbox_open",
        _NAME,
        ["target"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.add_column("perizinan_applications", sa.Column("removed_after", sa.Date(), nullable=True))
    op.create_index(
        op.f("ix_perizinan_applications_removed_after"),
        "perizinan_applications",
        ["removed_after"],
        unique=False,
    )
    op.create_index(
        "ix_perizinan_applications_drafts",
        "perizinan_applications",
        ["changed_at"],
        unique=False,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    for name in ("unsigned_sha256", "signed_sha256"):
        op.create_index(op.f(f"ix_perizinan_permits_{name}"), "perizinan_permits", [name], unique=False)

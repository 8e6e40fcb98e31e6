"""What was asked for many records at once, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "perizinan_batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("to_do", sa.String(), nullable=True),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_batches")),
    )
    for names in (["begun_at"], ["to_do"], ["key_id"], ["account", "id"]):
        op.create_index(op.f(f"ix_perizinan_batches_{'_'.join(names)}"), "perizinan_batches", names)
    op.create_table(
        "perizinan_batch_items",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("available_at", moment, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_perizinan_batch_items")),
    )
    for names in (["available_at"], ["key_id"], ["batch_id", "available_at"], ["batch_id", "state", "place"]):
        op.create_index(op.f(f"ix_perizinan_batch_items_{'_'.join(names)}"), "perizinan_batch_items", names)

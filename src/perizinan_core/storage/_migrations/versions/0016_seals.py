"""Seals on rows, marks of their present state, payments by blind index; `migrate` fills them with the keys."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None

_WITH_KEY = ("applications", "permits", "officers", "numbers", "idempotency")
_WITHOUT_KEY = (
    "open_stages",
    "number_counters",
    "counters",
    "outbox",
    "history",
    "signing_attempts",
    "settings",
)


def upgrade() -> None:
    for name in (*_WITH_KEY, *_WITHOUT_KEY):
        op.add_column(f"perizinan_{name}", sa.Column("seal", sa.LargeBinary(), nullable=True))
    for name in _WITHOUT_KEY:
        op.add_column(f"perizinan_{name}", sa.Column("key_id", sa.String(), nullable=True))
        op.create_index(op.f(f"ix_perizinan_{name}_key_id"), f"perizinan_{name}", ["key_id"], unique=False)
    op.add_column("perizinan_applications", sa.Column("open_count", sa.Integer(), nullable=True))
    op.add_column("perizinan_open_stages", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("perizinan_history", sa.Column("position", sa.Integer(), nullable=True))
    _marks()
    # Both are derived from the records, and made again from them when these are sealed.
    op.drop_table("perizinan_officer_roles")
    op.drop_table("perizinan_payments")
    op.create_table(
        "perizinan_payments",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_day", sa.Date(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_payments_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_perizinan_payments")),
    )
    for column in ("application_id", "key_id", "paid_day"):
        op.create_index(op.f(f"ix_perizinan_payments_{column}"), "perizinan_payments", [column], unique=False)


def _marks() -> None:
    op.create_table(
        "perizinan_marks",
        sa.Column("of_table", sa.String(), nullable=False),
        sa.Column("of_row", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("row_seal", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("of_table", "of_row", name=op.f("pk_perizinan_marks")),
    )
    op.create_index(op.f("ix_perizinan_marks_key_id"), "perizinan_marks", ["key_id"], unique=False)
    op.create_table(
        "perizinan_tallies",
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_perizinan_tallies")),
    )
    op.create_index(op.f("ix_perizinan_tallies_key_id"), "perizinan_tallies", ["key_id"], unique=False)

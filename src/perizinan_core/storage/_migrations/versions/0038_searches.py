"""What searches of history, outbox, complaints and remarks are answered from; `migrate` fills it with the keys."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0035"
branch_labels = None
depends_on = None

_OPEN = "ix_perizinan_outbox_open"
_WAITING = "ix_perizinan_outbox_waiting"

_INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("history", ("actor", "at")),
    ("history", ("actor", "kind", "at")),
    ("outbox", ("target", "id")),
    ("complaints", ("holder", "state", "due", "id")),
    ("surveys", ("remarked", "answered_day", "id")),
    ("applications", ("unnotified_since", "id")),
    ("applications", ("course", "unnotified_since", "id")),
)


def upgrade() -> None:
    op.add_column("perizinan_history", sa.Column("actor", sa.String(), nullable=True))
    op.add_column("perizinan_surveys", sa.Column("remarked", sa.Boolean(), nullable=True))
    op.drop_index(op.f("ix_perizinan_applications_unnotified_since"), table_name="perizinan_applications")
    for table, columns in _INDEXES:
        name = f"ix_perizinan_{table}_{'_'.join(columns)}"
        op.create_index(op.f(name), f"perizinan_{table}", list(columns), unique=False)
    op.drop_index(_OPEN, table_name="perizinan_outbox")
    _partial(_OPEN, ["target", "available_at", "id"], "done_at IS NULL")
    _partial(_WAITING, ["done_at", "id"], "available_at IS NOT NULL AND done_at IS NULL")


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "perizinan_outbox", columns, unique=False, sqlite_where=where, postgresql_where=where
    )

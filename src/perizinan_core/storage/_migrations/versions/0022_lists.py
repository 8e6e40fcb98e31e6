"""What lists, queues and searches are answered from; `migrate` fills it with the keys."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

_QUEUE = (
    ("assignee", "held_up", "opened_at", "application_id", "stage"),
    ("held_up", "opened_at", "application_id", "stage"),
)
_INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("applications", ("due", "id")),
    ("applications", ("course", "due", "id")),
    ("applications", ("submitted_at", "id")),
    ("applications", ("state", "submitted_at", "id")),
    ("applications", ("course", "submitted_at", "id")),
    ("applications", ("course", "state", "submitted_at", "id")),
    ("permits", ("status", "id")),
    ("permits", ("status", "valid_until", "id")),
    ("permits", ("course", "id")),
    ("permits", ("course", "status", "id")),
    ("permits", ("course", "status", "valid_until", "id")),
    *(("open_stages", columns) for columns in _QUEUE),
    *(("queue_places", columns) for columns in _QUEUE),
    ("number_parts", ("subject",)),
    ("history", ("subject", "position")),
    ("tracking", ("key_id",)),
)
_REPLACED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("applications", ("due",)),
    ("permits", ("status", "valid_until")),
    ("open_stages", ("assignee",)),
    ("open_stages", ("stage", "opened_at")),
)


def upgrade() -> None:
    for table, column in (
        ("applications", "course"),
        ("permits", "course"),
        ("open_stages", "permit_type"),
        ("officers", "posts"),
    ):
        op.add_column(f"perizinan_{table}", sa.Column(column, sa.String(), nullable=True))
    op.create_table(
        "perizinan_queue_places",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("permit_type", sa.String(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_queue_places_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "stage", name=op.f("pk_perizinan_queue_places")),
    )
    op.create_table(
        "perizinan_number_parts",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("part", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "part", "subject", name=op.f("pk_perizinan_number_parts")),
    )
    op.create_table(
        "perizinan_tracking",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_tracking_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_perizinan_tracking")),
    )
    for table, columns in _REPLACED:
        op.drop_index(op.f(_name(table, columns)), table_name=f"perizinan_{table}")
    for table, columns in _INDEXES:
        op.create_index(op.f(_name(table, columns)), f"perizinan_{table}", list(columns), unique=False)


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_perizinan_{table}_{'_'.join(columns)}"

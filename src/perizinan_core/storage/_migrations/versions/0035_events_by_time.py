"""Events of all subjects by their moment: what administrators and auditors search."""

from alembic import op

revision = "0035"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_perizinan_history_at"), "perizinan_history", ["at"], unique=False)

"""Open stages that cannot be judged now: money or an answer from outside is missing."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "perizinan_open_stages",
        sa.Column("held_up", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("perizinan_open_stages", "held_up")

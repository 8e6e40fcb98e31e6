"""Applications that hold an upload are found by the versions of the inspection that looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("perizinan_applications", sa.Column("held_inspections", sa.String(), nullable=True))
    op.create_index(
        op.f("ix_perizinan_applications_held_inspections"),
        "perizinan_applications",
        ["held_inspections"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_perizinan_applications_held_inspections"), "perizinan_applications")
    op.drop_column("perizinan_applications", "held_inspections")

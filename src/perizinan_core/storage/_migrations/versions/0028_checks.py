"""Since when an outside system has not answered about a submission."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty in the rows that are there: no one was asked about them.
    name = "unchecked_since"
    op.add_column("perizinan_applications", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f(f"ix_perizinan_applications_{name}"), "perizinan_applications", [name], unique=False)

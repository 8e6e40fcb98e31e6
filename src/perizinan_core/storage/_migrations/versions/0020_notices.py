"""Since when an applicant waits to be notified of something that time runs from."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty in the rows that are there: no one noted who was notified. A correction that is open then is looked at when
    # its day is over, and does not lapse before its applicant was notified.
    for name in ("unnotified_since", "unasked_since"):
        op.add_column("perizinan_applications", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        op.create_index(
            op.f(f"ix_perizinan_applications_{name}"), "perizinan_applications", [name], unique=False
        )

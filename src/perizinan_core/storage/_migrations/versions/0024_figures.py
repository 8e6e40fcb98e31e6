"""What closed cases took, for the office's figures."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "perizinan_figures",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("permit_type", sa.String(), nullable=False),
        sa.Column("closed_day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_figures_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "step", name=op.f("pk_perizinan_figures")),
    )
    op.create_index(op.f("ix_perizinan_figures_key_id"), "perizinan_figures", ["key_id"], unique=False)
    op.create_index(
        "ix_perizinan_figures_counted",
        "perizinan_figures",
        ["closed_day", "permit_type", "step", "outcome", "ground", "on_time", "days"],
        unique=False,
    )
    op.drop_index(op.f("ix_perizinan_applications_submitted_day"), table_name="perizinan_applications")
    op.create_index(
        op.f("ix_perizinan_applications_submitted_day_closed_day_permit_type"),
        "perizinan_applications",
        ["submitted_day", "closed_day", "permit_type"],
        unique=False,
    )

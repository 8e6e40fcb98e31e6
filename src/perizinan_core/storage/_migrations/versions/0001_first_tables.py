"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "perizinan_applications",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("permit_type", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("receipt_number", sa.String(), nullable=True),
        sa.Column("previous_permit", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_day", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_day", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_applications")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_perizinan_applications_receipt_number")),
    )
    op.create_index(op.f("ix_perizinan_applications_due"), "perizinan_applications", ["due"], unique=False)
    op.create_index(
        op.f("ix_perizinan_applications_key_id"), "perizinan_applications", ["key_id"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_applications_owner_id"), "perizinan_applications", ["owner", "id"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_applications_permit_type_id"),
        "perizinan_applications",
        ["permit_type", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_perizinan_applications_previous_permit"),
        "perizinan_applications",
        ["previous_permit"],
        unique=False,
    )
    op.create_index(
        op.f("ix_perizinan_applications_state_id"), "perizinan_applications", ["state", "id"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_applications_submitted_day"),
        "perizinan_applications",
        ["submitted_day"],
        unique=False,
    )
    op.create_table(
        "perizinan_counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_perizinan_counters")),
    )
    op.create_table(
        "perizinan_history",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_history")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_perizinan_history_kind_at"), "perizinan_history", ["kind", "at"], unique=False)
    op.create_index(
        op.f("ix_perizinan_history_subject_id"), "perizinan_history", ["subject", "id"], unique=False
    )
    op.create_table(
        "perizinan_idempotency",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("use_case", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_perizinan_idempotency")),
    )
    op.create_index(
        op.f("ix_perizinan_idempotency_begun_at"), "perizinan_idempotency", ["begun_at"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_idempotency_key_id"), "perizinan_idempotency", ["key_id"], unique=False
    )
    op.create_table(
        "perizinan_number_counters",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("register", "year", name=op.f("pk_perizinan_number_counters")),
    )
    op.create_table(
        "perizinan_numbers",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("register", "year", "sequence", name=op.f("pk_perizinan_numbers")),
        sa.UniqueConstraint("number", name=op.f("uq_perizinan_numbers_number")),
    )
    op.create_index(op.f("ix_perizinan_numbers_key_id"), "perizinan_numbers", ["key_id"], unique=False)
    op.create_index(op.f("ix_perizinan_numbers_subject"), "perizinan_numbers", ["subject"], unique=False)
    op.create_table(
        "perizinan_officers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_officers")),
    )
    op.create_index(op.f("ix_perizinan_officers_key_id"), "perizinan_officers", ["key_id"], unique=False)
    op.create_table(
        "perizinan_outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_perizinan_outbox_available_at_id"), "perizinan_outbox", ["available_at", "id"], unique=False
    )
    op.create_index(op.f("ix_perizinan_outbox_done_at"), "perizinan_outbox", ["done_at"], unique=False)
    op.create_table(
        "perizinan_settings",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_perizinan_settings")),
    )
    op.create_table(
        "perizinan_signing_attempts",
        sa.Column("unsigned_sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_sha256", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("unsigned_sha256", name=op.f("pk_perizinan_signing_attempts")),
    )
    op.create_index(
        op.f("ix_perizinan_signing_attempts_state_until"),
        "perizinan_signing_attempts",
        ["state", "until"],
        unique=False,
    )
    op.create_table(
        "perizinan_lookups",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_lookups_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "kind", "digest", name=op.f("pk_perizinan_lookups")),
    )
    op.create_index(op.f("ix_perizinan_lookups_digest"), "perizinan_lookups", ["digest"], unique=False)
    op.create_index(op.f("ix_perizinan_lookups_key_id"), "perizinan_lookups", ["key_id"], unique=False)
    op.create_table(
        "perizinan_officer_roles",
        sa.Column("officer_id", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["perizinan_officers.id"],
            name=op.f("fk_perizinan_officer_roles_officer_id_perizinan_officers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("officer_id", "unit", "role", name=op.f("pk_perizinan_officer_roles")),
    )
    op.create_index(
        op.f("ix_perizinan_officer_roles_unit_role"),
        "perizinan_officer_roles",
        ["unit", "role"],
        unique=False,
    )
    op.create_table(
        "perizinan_open_stages",
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_open_stages_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "stage", name=op.f("pk_perizinan_open_stages")),
    )
    op.create_index(
        op.f("ix_perizinan_open_stages_assignee"), "perizinan_open_stages", ["assignee"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_open_stages_stage_opened_at"),
        "perizinan_open_stages",
        ["stage", "opened_at"],
        unique=False,
    )
    op.create_table(
        "perizinan_payments",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_payments_application_id_perizinan_applications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_perizinan_payments")),
    )
    op.create_index(
        op.f("ix_perizinan_payments_application_id"), "perizinan_payments", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_perizinan_payments_paid_day"), "perizinan_payments", ["paid_day"], unique=False)
    op.create_table(
        "perizinan_permits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("register_year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("permit_type", sa.String(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("unsigned_sha256", sa.String(), nullable=False),
        sa.Column("signed_sha256", sa.String(), nullable=True),
        sa.Column("previous_permit", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["perizinan_applications.id"],
            name=op.f("fk_perizinan_permits_application_id_perizinan_applications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perizinan_permits")),
        sa.UniqueConstraint("number", name=op.f("uq_perizinan_permits_number")),
        sa.UniqueConstraint(
            "register",
            "register_year",
            "sequence",
            name=op.f("uq_perizinan_permits_register_register_year_sequence"),
        ),
        sa.UniqueConstraint("status_index", name=op.f("uq_perizinan_permits_status_index")),
    )
    op.create_index(
        op.f("ix_perizinan_permits_application_id"), "perizinan_permits", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_perizinan_permits_key_id"), "perizinan_permits", ["key_id"], unique=False)
    op.create_index(
        op.f("ix_perizinan_permits_permit_type_id"), "perizinan_permits", ["permit_type", "id"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_permits_previous_permit"), "perizinan_permits", ["previous_permit"], unique=False
    )
    op.create_index(
        op.f("ix_perizinan_permits_status_valid_until"),
        "perizinan_permits",
        ["status", "valid_until"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("perizinan_permits")
    op.drop_table("perizinan_payments")
    op.drop_table("perizinan_open_stages")
    op.drop_table("perizinan_officer_roles")
    op.drop_table("perizinan_lookups")
    op.drop_table("perizinan_signing_attempts")
    op.drop_table("perizinan_settings")
    op.drop_table("perizinan_outbox")
    op.drop_table("perizinan_officers")
    op.drop_table("perizinan_numbers")
    op.drop_table("perizinan_number_counters")
    op.drop_table("perizinan_idempotency")
    op.drop_table("perizinan_history")
    op.drop_table("perizinan_counters")
    op.drop_table("perizinan_applications")

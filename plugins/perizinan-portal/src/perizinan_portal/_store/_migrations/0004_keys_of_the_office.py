"""What people told the portal is sealed under the office's keys; what stood under keys of its own cannot be moved."""

import sqlalchemy as sa
from alembic import op

from perizinan_core.storage.tables import table_name

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for name in ("accounts", "sessions", "tokens", "posts", "findings", "signing_cases", "signings"):
        op.execute(sa.delete(sa.table(table_name("portal", name))))
    op.drop_table(table_name("portal", "keys"))

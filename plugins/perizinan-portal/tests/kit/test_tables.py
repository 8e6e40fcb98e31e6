"""The portal's tables keep what tables of plugins promise."""

from __future__ import annotations

import pytest
from perizinan_portal import _plugin
from perizinan_portal._store._tables import METADATA

from perizinan_core.hooks import TablesEntry
from perizinan_core.testing import TablesSuite


class TestPortalTables(TablesSuite):
    """Accounts, sessions, tokens, posts and keys."""

    metadata = METADATA

    @pytest.fixture
    def entry(self) -> TablesEntry:
        """As the portal registers it."""
        (entry,) = _plugin.register_tables()
        return entry

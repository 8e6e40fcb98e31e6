"""Our three stores keep every promise of the ports."""

import pytest

from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing.storage import StorageSuite
from perizinan_core.testing.storage._samples import WIB


class TestMemoryStorage(StorageSuite):
    """In memory."""

    @pytest.fixture
    def storage(self):
        """Give an empty store."""
        return MemoryStorage(zone=WIB)


class TestSqliteStorage(StorageSuite):
    """In a SQLite file."""

    @pytest.fixture
    def storage(self, sqlite_storage):
        """Give an empty store."""
        return sqlite_storage


class TestPostgresStorage(StorageSuite):
    """In PostgreSQL."""

    @pytest.fixture
    def storage(self, postgres_storage):
        """Give an empty store."""
        return postgres_storage

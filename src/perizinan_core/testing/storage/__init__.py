"""
The conformance suite for record stores: subclass `StorageSuite`, give it a store, and pytest does the rest.

::

    class TestMyStore(StorageSuite):
        @pytest.fixture
        def storage(self, tmp_path):
            storage = MyStore(tmp_path)
            yield storage
            storage.close()

The fixture gives an empty store whose zone is `perizinan_core.testing.storage._samples.WIB`; it is
asked for once in each test. Stores that live in files or servers should also prove that a killed
process loses nothing and that no personal data is readable on disk, as ``tests/storage`` does for ours.
"""

from perizinan_core.testing.storage._agenda import AgendaSuite
from perizinan_core.testing.storage._applications import ApplicationsSuite
from perizinan_core.testing.storage._concurrency import ConcurrencySuite
from perizinan_core.testing.storage._events import EventsSuite
from perizinan_core.testing.storage._numbers import NumbersSuite
from perizinan_core.testing.storage._permits import PermitsSuite
from perizinan_core.testing.storage._requests import RequestsSuite
from perizinan_core.testing.storage._units import UnitsSuite

__all__ = ["StorageSuite"]


class StorageSuite(
    UnitsSuite,
    ApplicationsSuite,
    PermitsSuite,
    NumbersSuite,
    EventsSuite,
    AgendaSuite,
    RequestsSuite,
    ConcurrencySuite,
):
    """Every promise of `perizinan_core.storage._ports`."""

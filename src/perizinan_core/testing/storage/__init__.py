"""
The conformance suite for record stores: subclass `StorageSuite`, give it a store, and pytest does the rest.

::

    class TestMyStore(StorageSuite):
        @pytest.fixture
        def storage(self, tmp_path):
            storage = MyStore(tmp_path)
            yield storage
            storage.close()

The fixture gives an empty store whose zone is `WIB`; it is
asked for once in each test. Stores that live in files or servers should also prove that a killed
process loses nothing and that no personal data is readable on disk, as ``tests/storage`` does for ours.
"""

from perizinan_core.testing.storage._figures import FiguresSuite
from perizinan_core.testing.storage._samples import WIB
from perizinan_core.testing.storage._suite import StorageSuite

__all__ = [
    "WIB",
    "FiguresSuite",
    "StorageSuite",
]

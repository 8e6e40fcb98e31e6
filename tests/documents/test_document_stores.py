"""Our two document stores, held to the suite that plugin authors inherit."""

import io
import os
from pathlib import Path

import pytest

from perizinan_core.documents import DocumentStore, FolderDocumentStore, InMemoryDocumentStore
from perizinan_core.testing._document_store import DocumentStoreSuite
from perizinan_core.testing._sealable_store import SealableStoreSuite


class TestFolderDocumentStore(SealableStoreSuite, DocumentStoreSuite):
    """The embedded default."""

    on_disk = True

    @pytest.fixture
    def store(self, tmp_path):
        """Return a store in a folder that is not there yet."""
        return FolderDocumentStore(tmp_path / "store")

    @pytest.fixture(autouse=True)
    def _keep_root(self, tmp_path):
        self.root = tmp_path / "store"

    def damage(self, store, sha256):  # noqa: ARG002 - the suite hands it over
        """Flip a bit of the file's last byte."""
        path = self.root / "objects" / sha256[:2] / sha256[2:]
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)


class TestInMemoryDocumentStore(SealableStoreSuite, DocumentStoreSuite):
    """The one for tests."""

    @pytest.fixture
    def store(self):
        """Return an empty store."""
        return InMemoryDocumentStore()

    def damage(self, store, sha256):
        """Flip a bit."""
        store.damage(sha256)


def test_our_stores_are_document_stores(tmp_path: Path):
    """Both satisfy the protocol at run time."""
    assert isinstance(FolderDocumentStore(tmp_path / "store"), DocumentStore)
    assert isinstance(InMemoryDocumentStore(), DocumentStore)


def test_a_reader_keeps_its_content_while_it_is_deleted(tmp_path):
    """Deleting content does not break a download under way."""
    store = FolderDocumentStore(tmp_path / "store")
    stored = store.put(io.BytesIO(os.urandom(1_000_000)))

    with store.open(stored.sha256) as reader:
        first = reader.read(10)
        store.delete(stored.sha256)

        assert 1_000_000 == len(first) + len(reader.read())

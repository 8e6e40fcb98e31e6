"""The store keeps what every document store promises, with and without a service that refuses to overwrite."""

from __future__ import annotations

import pytest

from perizinan_core.documents import SealedDocumentStore, SealKey, SealKeys
from perizinan_core.testing import DocumentStoreSuite, SealableStoreSuite


class _Damaged:
    def damage(self, store, sha256):
        assert store.exists(sha256)
        path = self._service.path(self._prefix, f"objects/{sha256[:2]}/{sha256}")
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)


class TestOverwriting(_Damaged, SealableStoreSuite, DocumentStoreSuite):
    """Names are claimed, since the service takes the header and ignores it."""

    @pytest.fixture
    def store(self, overwriting, prefix):
        self._service, self._prefix = overwriting, prefix
        store = overwriting.open(prefix)
        assert not store.refuses
        return store


class TestRefusing(_Damaged, SealableStoreSuite, DocumentStoreSuite):
    """Names are put under a condition."""

    @pytest.fixture
    def store(self, refusing, prefix):
        self._service, self._prefix = refusing, prefix
        store = refusing.open(prefix)
        assert store.refuses
        return store


class TestSealed(_Damaged, DocumentStoreSuite):
    """Every document is sealed before it leaves the office."""

    @pytest.fixture
    def store(self, overwriting, prefix):
        self._service, self._prefix = overwriting, prefix
        return SealedDocumentStore(overwriting.open(prefix), SealKeys((SealKey.derived("uji", b"k" * 32),)))

    def damage(self, store, sha256):
        stored = next(name for key, name in store.candidates(sha256) if key is not None)
        super().damage(store.below, stored)

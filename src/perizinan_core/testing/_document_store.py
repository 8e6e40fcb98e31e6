"""
What every `DocumentStore` must do, as tests that a store's author inherits.

::

    class TestMyStore(DocumentStoreSuite):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)

        def damage(self, store, sha256):
            ...  # change one stored byte behind the store's back
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest

from perizinan_core.documents._ports import DocumentStore, StoredDocument, StoreProblem
from perizinan_core.errors.documents import (
    DocumentDamagedError,
    DocumentNotFoundError,
    InvalidDocumentHashError,
    LinkConflictError,
)
from perizinan_core.testing._refusals import raises_code

__all__ = ["DocumentStoreSuite"]

_LARGE = bytes(range(256)) * 4096  # 1 MiB: several pieces for every sensible buffer
_SAMPLES = [b"", b"x", b"permit", _LARGE, _LARGE + b"!"]
_THREADS = 8


class _SourceError(Exception):
    """An upload that breaks off."""


class _BreaksOff(io.RawIOBase):
    def __init__(self) -> None:
        super().__init__()
        self._left = 3

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        self._left -= 1
        if not self._left:
            raise _SourceError
        return b"y" * min(size, 1000)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class DocumentStoreSuite:
    """Subclass it, give a ``store`` fixture (an empty store) and `damage`."""

    supports_delete = True
    """Whether content can be removed at all; write-once services cannot."""

    on_disk = False
    """Whether it writes files itself: then each of them is forced to the disk before it counts as stored."""

    @pytest.fixture
    def store(self) -> DocumentStore:
        """Return an empty store."""
        raise NotImplementedError

    def damage(self, store: DocumentStore, sha256: str) -> None:
        """Change one byte of stored content behind the store's back, its size unchanged."""
        raise NotImplementedError

    def put(self, store: DocumentStore, content: bytes) -> StoredDocument:
        """Put bytes into the store."""
        return store.put(io.BytesIO(content))

    @pytest.mark.parametrize("content", _SAMPLES, ids=["empty", "one", "small", "large", "large-odd"])
    def test_what_is_put_comes_back(self, store: DocumentStore, content: bytes) -> None:
        """Bytes, hash and size are those that were put."""
        stored = self.put(store, content)

        assert StoredDocument(_hash(content), len(content)) == stored
        assert content == store.read(stored.sha256, len(content))
        assert len(content) == store.size(stored.sha256)
        assert store.exists(stored.sha256)
        with store.open(stored.sha256) as reader:
            assert content == reader.read()

    def test_many_documents_come_back_each_under_its_own_hash(self, store: DocumentStore) -> None:
        """No paper is taken for another, in whatever order they are asked for."""
        contents = [f"berkas {number}".encode() * (number + 1) for number in range(12)]
        stored = [self.put(store, content) for content in contents]

        assert len(contents) == len({item.sha256 for item in stored})
        for item, content in [*zip(stored, contents, strict=True)][::-1]:
            assert content == store.read(item.sha256, len(content))
            assert len(content) == store.size(item.sha256)

    def test_what_is_put_is_forced_to_the_disk(
        self, store: DocumentStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A power cut after the answer loses nothing: content, and the folder that names it."""
        forced: list[int] = []

        def counted(real: Callable[[int], None]) -> Callable[[int], None]:
            def force(file: int) -> None:
                forced.append(file)
                real(file)

            return force

        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, counted(getattr(os, name)))
        self.put(store, b"permit")

        assert not self.on_disk or len(forced) > 1

    def test_putting_twice_is_one_document(self, store: DocumentStore) -> None:
        """Content is named by what it is, so a second copy is the first one."""
        first = self.put(store, b"same")
        second = self.put(store, b"same")

        assert first == second
        assert [first] == list(store.documents())

    def test_many_threads_may_put_the_same_content(self, store: DocumentStore) -> None:
        """Concurrent puts of one file all succeed and leave one sound document."""
        barrier = threading.Barrier(_THREADS)

        def put(_: int) -> StoredDocument:
            barrier.wait()
            return self.put(store, _LARGE)

        with ThreadPoolExecutor(_THREADS) as pool:
            results = set(pool.map(put, range(_THREADS)))

        assert {StoredDocument(_hash(_LARGE), len(_LARGE))} == results
        assert results == set(store.documents())
        assert list(store.verify()) == []

    def test_too_many_bytes_are_refused_and_nothing_stays(self, store: DocumentStore) -> None:
        """The size limit holds to the byte, and a refused file leaves no trace."""
        with raises_code("document-too-large") as caught:
            store.put(io.BytesIO(b"12345"), max_bytes=4)

        assert caught.value.details()["limit_bytes"] == 4
        assert list(store.documents()) == []
        assert store.put(io.BytesIO(b"1234"), max_bytes=4).size == 4

    def test_bytes_that_were_not_announced_are_refused(self, store: DocumentStore) -> None:
        """An expected hash is checked before the content becomes visible."""
        with raises_code("document-hash-mismatch") as caught:
            store.put(io.BytesIO(b"other"), expected_sha256=_hash(b"announced"))

        assert (_hash(b"announced"), _hash(b"other")) == tuple(caught.value.details().values())
        assert list(store.documents()) == []
        assert _hash(b"ok") == store.put(io.BytesIO(b"ok"), expected_sha256=_hash(b"ok")).sha256

    def test_an_upload_that_breaks_off_leaves_nothing(self, store: DocumentStore) -> None:
        """An error of the source passes through unchanged, and no half file stays."""
        with pytest.raises(_SourceError):
            store.put(_as_binary(_BreaksOff()))

        assert list(store.documents()) == []

    def test_absent_content_is_said_to_be_absent(self, store: DocumentStore) -> None:
        """Every way of asking for content that is not there says so."""
        absent = _hash(b"absent")

        assert not store.exists(absent)
        for ask in (store.open, store.size, lambda key: store.read(key, 1), lambda key: store.link("a", key)):
            with pytest.raises(DocumentNotFoundError):
                ask(absent)

    @pytest.mark.parametrize(
        "key", ["", "abc", "../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"]
    )
    def test_only_a_hash_names_content(self, store: DocumentStore, key: str) -> None:
        """A key that is not a hash is refused before it can be a path."""
        for ask in (store.open, store.size, store.exists, store.delete, lambda k: store.link("a", k)):
            with pytest.raises(InvalidDocumentHashError):
                ask(key)
        with pytest.raises(InvalidDocumentHashError):
            store.put(io.BytesIO(b""), expected_sha256=key)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "/",
            "a//b",
            "/a",
            "a/",
            "..",
            "a/../b",
            ".a",
            "A",
            "a b",
            "a+b",
            "ä",
            "a/b/c/d/e",
            "a" * 201,
            "a\n",
        ],
    )
    def test_only_plain_names_are_links(self, store: DocumentStore, name: str) -> None:
        """A link name that some store could not keep, or that leads elsewhere, is refused by all."""
        stored = self.put(store, b"content")

        with raises_code("invalid-link-name"):
            store.link(name, stored.sha256)
        with raises_code("invalid-link-name"):
            store.resolve(name)

    def test_a_name_is_written_once(self, store: DocumentStore) -> None:
        """Repeating a link changes nothing; pointing it elsewhere is refused, whatever happens."""
        first, second = self.put(store, b"first"), self.put(store, b"second")
        name = f"signed/{first.sha256}"

        assert store.resolve(name) is None
        store.link(name, first.sha256)
        store.link(name, first.sha256)
        with pytest.raises(LinkConflictError) as caught:
            store.link(name, second.sha256)

        assert (name, first.sha256, second.sha256) == (
            caught.value.name,
            caught.value.existing,
            caught.value.offered,
        )
        assert first.sha256 == store.resolve(name)
        assert [(name, first.sha256)] == list(store.links())

    def test_a_name_and_a_longer_name_live_side_by_side(self, store: DocumentStore) -> None:
        """``a`` and ``a/b`` are two names, not a file and a folder."""
        stored = self.put(store, b"content")

        for name in ("a", "a/b", "a/b/c", "a-b"):
            store.link(name, stored.sha256)

        assert [name for name, _ in store.links()] == ["a", "a-b", "a/b", "a/b/c"]

    def test_one_of_many_wins_a_name(self, store: DocumentStore) -> None:
        """Concurrent links of one name to different content: one holds, all others learn which."""
        documents = [self.put(store, b"%d" % number) for number in range(_THREADS)]
        barrier = threading.Barrier(_THREADS)

        def link(document: StoredDocument) -> str | None:
            barrier.wait()
            try:
                store.link("signed/one", document.sha256)
            except LinkConflictError as error:
                return error.existing
            return None

        with ThreadPoolExecutor(_THREADS) as pool:
            answers = list(pool.map(link, documents))

        winner = documents[answers.index(None)].sha256
        assert answers.count(None) == 1
        assert {winner, None} == set(answers)
        assert winner == store.resolve("signed/one")

    def test_content_with_a_name_stays(self, store: DocumentStore) -> None:
        """What a write-once name stands for cannot be deleted."""
        stored = self.put(store, b"signed")
        store.link("signed/a", stored.sha256)
        store.link("signed/b", stored.sha256)

        with raises_code("document-in-use") as caught:
            store.delete(stored.sha256)

        assert caught.value.details()["names"] == ("signed/a", "signed/b")
        assert store.exists(stored.sha256)

    def test_content_without_a_name_can_go(self, store: DocumentStore) -> None:
        """Deleting says whether there was anything, and what is gone can be put again."""
        stored = self.put(store, b"draft")

        if self.supports_delete:
            assert store.delete(stored.sha256)
            assert not store.exists(stored.sha256)
            assert not store.delete(stored.sha256)
        assert stored == self.put(store, b"draft")
        assert store.exists(stored.sha256)

    @pytest.mark.parametrize("piece", [-1, 1, 1000, 65536, 1 << 20], ids=str)
    def test_damage_is_noticed_before_the_last_piece(self, store: DocumentStore, piece: int) -> None:
        """No one gets a wrong file to its end, however it is read."""
        content = _LARGE[:70_000]
        stored = self.put(store, content)
        self.damage(store, stored.sha256)
        received = bytearray()

        def read_all() -> None:
            with store.open(stored.sha256) as reader:
                while taken := reader.read(piece):
                    received.extend(taken)

        with pytest.raises(DocumentDamagedError) as caught:
            read_all()

        assert stored.sha256 == caught.value.sha256
        assert len(received) < len(content)

    def test_damage_is_noticed_when_a_reader_stops_early(self, store: DocumentStore) -> None:
        """Closing before the end still tells that the content is wrong."""
        stored = self.put(store, _LARGE)
        self.damage(store, stored.sha256)
        reader = store.open(stored.sha256)
        reader.read(10)

        with pytest.raises(DocumentDamagedError):
            reader.close()

    def test_damage_is_noticed_before_jumping_around(self, store: DocumentStore) -> None:
        """The first seek checks the whole, so that random access never sees wrong bytes."""
        stored = self.put(store, _LARGE)
        self.damage(store, stored.sha256)

        with store.open(self.put(store, b"sound").sha256) as sound:
            assert (sound.seek(-1, io.SEEK_END), sound.read()) == (4, b"d")
            assert (sound.seek(0), sound.read(2)) == (0, b"so")
        reader = store.open(stored.sha256)
        with pytest.raises(DocumentDamagedError):
            reader.seek(-1, io.SEEK_END)
        reader.close()

    def test_damage_is_found_by_a_sweep_and_healed_by_a_new_copy(self, store: DocumentStore) -> None:
        """`verify` names damaged content; putting the right bytes again repairs it."""
        good, bad = self.put(store, b"good"), self.put(store, b"bad")
        self.damage(store, bad.sha256)

        assert [StoreProblem("damaged", bad.sha256)] == list(store.verify())
        with pytest.raises(DocumentDamagedError):
            store.read(bad.sha256, 100)
        self.put(store, b"bad")
        assert list(store.verify()) == []
        assert {good, bad} == set(store.documents())

    def test_reading_whole_content_has_a_limit(self, store: DocumentStore) -> None:
        """`read` refuses more than the caller is ready to hold."""
        stored = self.put(store, b"12345")

        with raises_code("document-too-large"):
            store.read(stored.sha256, 4)
        assert store.read(stored.sha256, 5) == b"12345"

    def test_content_is_listed_in_order(self, store: DocumentStore) -> None:
        """`documents` yields everything once, by hash."""
        expected = sorted(self.put(store, b"%d" % number).sha256 for number in range(20))

        assert expected == [document.sha256 for document in store.documents()]


def _as_binary(source: io.RawIOBase) -> BinaryIO:
    return source  # type: ignore[return-value]

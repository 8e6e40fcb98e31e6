"""Sealed documents: any store, with its content encrypted under the office's key."""

from __future__ import annotations

import hashlib
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.documents import (
    FolderDocumentStore,
    InMemoryDocumentStore,
    SealedDocumentStore,
    StoreProblem,
)
from perizinan_core.documents._sealed_store import lies_sealed, require_unsealed
from perizinan_core.documents._sealing import PIECE_BYTES, SealKey, SealKeys, plain_size
from perizinan_core.errors.documents import DocumentNotFoundError, DocumentSealBrokenError
from perizinan_core.testing import DocumentStoreSuite
from perizinan_core.testing._refusals import raises_code

OLD, NEW = SealKey.derived("lama", b"o" * 32), SealKey.derived("baru", b"n" * 32)
KEYS = SealKeys((OLD,))


def sealed(below=None, keys=KEYS, **given):
    return SealedDocumentStore(below or InMemoryDocumentStore(), keys, **given)


def stored_names(store, sha256):
    return [stored for key, stored in store.candidates(sha256) if key is not None]


class TestSealedMemory(DocumentStoreSuite):
    """Over the store for tests."""

    @pytest.fixture
    def store(self):
        return sealed()

    def damage(self, store, sha256):
        store.below.damage(*stored_names(store, sha256))


class TestSealedFolder(DocumentStoreSuite):
    """Over the folder store."""

    on_disk = True

    @pytest.fixture
    def store(self, tmp_path):
        self.root = tmp_path
        return sealed(FolderDocumentStore(tmp_path / "store"))

    def damage(self, store, sha256):
        (name,) = stored_names(store, sha256)
        path = self.root / "store" / "objects" / name[:2] / name[2:]
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)


sizes = st.one_of(
    st.integers(0, 200), st.sampled_from([PIECE_BYTES * n + d for n in (1, 2) for d in (-1, 0, 1)])
)


@settings(deadline=None, max_examples=25)
@given(sizes, st.integers(0, 2**20))
def test_what_is_sealed_opens_as_it_was(size, position):
    """Whole and from any place; its length is known without a key."""
    content = os.urandom(size)
    store = sealed()
    kept = store.put(io.BytesIO(content))
    (name,) = stored_names(store, kept.sha256)

    assert content == store.read(kept.sha256, size)
    assert size == plain_size(store.below.size(name)) == store.size(kept.sha256)
    with store.open(kept.sha256) as reader:
        reader.seek(position)
        assert content[position:] == reader.read()


@settings(deadline=None, max_examples=40)
@given(sizes.filter(bool), st.data())
def test_no_changed_byte_gets_through(size, data):
    """Flipped, cut or longer: the error is ours and names the file in the store, at the latest with the last piece."""
    content = os.urandom(size)
    store = sealed()
    kept = store.put(io.BytesIO(content))
    (name,) = stored_names(store, kept.sha256)
    whole = store.below._content[name]
    place = data.draw(st.integers(0, len(whole) - 1) | st.sampled_from([0, 63, 64]))
    changed = {
        "flipped": whole[:place] + bytes((whole[place] ^ 1 << place % 8,)) + whole[place + 1 :],
        "cut": whole[:place],
        "longer": whole + b"!",
    }[data.draw(st.sampled_from(["flipped", "cut", "longer"]))]
    # Named by its own hash, as by someone who can write to the store: the store below has nothing to say against it.
    forged = store.below.put(io.BytesIO(changed)).sha256
    store.below.label(next(iter(store.below.labels("files")))[0], forged)
    fresh = sealed(store.below)

    with pytest.raises(DocumentSealBrokenError) as caught:
        fresh.read(kept.sha256, 10 * size + 100)
    assert (kept.sha256, forged) == (caught.value.sha256, caught.value.found)


def test_nothing_of_the_content_is_in_the_store(tmp_path):
    """Neither its bytes nor its hash, in names or in files."""
    content = b"NIK 3572015208900000 " * 5000
    store = sealed(FolderDocumentStore(tmp_path))
    kept = store.put(io.BytesIO(content))
    everything = b"".join(
        str(path).encode() + (path.read_bytes() if path.is_file() else b"") for path in tmp_path.rglob("*")
    )

    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert b"3572015208900000" not in everything
    assert kept.sha256.encode() not in everything.replace(b"/", b"")


def test_the_same_content_is_the_same_file_named_by_its_stored_bytes():
    """Also of another process with the same key; with another key it is another file."""
    first, second, other = sealed(), sealed(), sealed(keys=SealKeys((NEW,)))
    for store in (first, second, other):
        store.put(io.BytesIO(b"denah"))
    names = [{doc.sha256 for doc in store.below.documents()} for store in (first, second, other)]

    assert names[0] == names[1]
    assert not names[0] & names[2]
    assert all(name == hashlib.sha256(first.below._content[name]).hexdigest() for name in names[0])


def test_documents_that_were_exchanged_are_refused():
    """A label that leads to another document, a piece of another one, and a name that was moved."""
    store = sealed()
    one, two = (store.put(io.BytesIO(bytes((number,)) * PIECE_BYTES * 2)) for number in (1, 2))
    (first, second) = (stored_names(store, kept.sha256)[0] for kept in (one, two))
    store.below.label(f"files/{OLD.label(one.sha256)}", second)

    with pytest.raises(DocumentSealBrokenError):
        sealed(store.below).open(one.sha256)
    assert [StoreProblem("damaged", one.sha256)] == list(sealed(store.below).verify())
    a, b = store.below._content[first], store.below._content[second]
    middle = 64 + PIECE_BYTES + 16
    mixed = store.below.put(io.BytesIO(a[:middle] + b[middle:])).sha256
    store.below.label(f"files/{OLD.label(one.sha256)}", mixed)
    with pytest.raises(DocumentSealBrokenError):
        sealed(store.below).read(one.sha256, 10**9)


def test_another_key_is_refused_when_the_store_is_opened():
    """With the name of the key that is needed; a key of the same name does not do."""
    store = sealed()
    store.put(io.BytesIO(b"denah"))

    for wrong in (NEW, SealKey.derived("lama", b"x" * 32)):
        with raises_code("document-key-missing") as caught:
            sealed(store.below, SealKeys((wrong,)))
        assert "lama" == caught.value.details()["key"]


def test_a_sealed_store_is_not_opened_as_a_plain_one():
    """A sweep of files that no record names would take everything."""
    store = sealed()
    require_unsealed(store.below)
    store.put(io.BytesIO(b"denah"))

    with raises_code("documents-sealed") as caught:
        require_unsealed(store.below)
    assert "lama" == caught.value.details()["key"]


def test_a_key_that_began_elsewhere_is_named_and_not_taken_for_a_missing_document():
    """Another process rotated the keys; this one has to be started again."""
    here = sealed()
    there = sealed(here.below, SealKeys((NEW, OLD)))
    kept = there.put(io.BytesIO(b"denah"))

    with raises_code("document-key-missing"):
        here.exists(kept.sha256)
    with pytest.raises(DocumentNotFoundError):
        there.open("0" * 64)


def test_plain_documents_and_old_keys_are_read_beside():
    """Before the switch, and before the keys were changed; deleting takes every copy."""
    below = InMemoryDocumentStore()
    plain = below.put(io.BytesIO(b"lama sekali"))
    below.link("signed/a", plain.sha256)
    old = sealed(below).put(io.BytesIO(b"lama"))
    store = sealed(below, SealKeys((NEW, OLD)))
    again = store.put(io.BytesIO(b"lama"))

    assert (old, b"lama", b"lama sekali") == (
        again,
        store.read(old.sha256, 9),
        store.read(plain.sha256, 99),
    )
    assert {plain, old} == set(store.documents())
    assert [("signed/a", plain.sha256)] == list(store.links())
    assert store.delete(old.sha256)
    assert [plain] == list(store.documents())
    assert [] == list(below.labels("files"))


def test_a_name_given_twice_means_the_content_and_not_its_form():
    """Sealed again or in plain, it is the same document; another one is a conflict."""
    below = InMemoryDocumentStore()
    plain = below.put(io.BytesIO(b"surat"))
    below.link("signed/a", plain.sha256)
    store = sealed(below)
    store.put(io.BytesIO(b"surat"))
    other = store.put(io.BytesIO(b"lain"))
    store.link("signed/a", plain.sha256)

    with raises_code("link-conflict") as caught:
        store.link("signed/a", other.sha256)
    assert (plain.sha256, other.sha256) == (caught.value.existing, caught.value.offered)


def test_a_document_whose_label_was_lost_is_not_deleted_as_waste():
    """It gets its label back, and is there again under its own name."""
    store = sealed()
    kept = store.put(io.BytesIO(b"denah"))
    (name,) = stored_names(store, kept.sha256)
    store.below.unlabel(f"files/{OLD.label(kept.sha256)}")
    fresh = sealed(store.below)

    assert not fresh.exists(kept.sha256)
    assert not fresh.delete(name)
    assert b"denah" == fresh.read(kept.sha256, 9)


def test_a_sealed_file_in_a_store_without_labels_is_known_for_what_it_is():
    """A half-copied store that is opened in plain: the sweep of unused files leaves it alone."""
    store = sealed()
    kept = store.put(io.BytesIO(b"denah"))
    (name,) = stored_names(store, kept.sha256)
    plain = store.below.put(io.BytesIO(b"polos"))

    assert [True, False, False] == [lies_sealed(store.below, one) for one in (name, plain.sha256, "0" * 64)]
    assert not lies_sealed(store, name)


def test_what_is_public_stays_in_plain_where_the_office_chose_so():
    """All else is sealed in the same store."""
    for chosen in (True, False):
        store = sealed(public_in_plain=chosen)
        public, private = store.put_public(io.BytesIO(b"izin")), store.put(io.BytesIO(b"ktp"))

        assert chosen is store.below.exists(public.sha256)
        assert not store.below.exists(private.sha256)
        assert b"izin" == store.read(public.sha256, 9)

"""What a store must do besides to hold sealed documents (`SealableStore`), as tests that a store's author inherits."""

from __future__ import annotations

import io

import pytest

from perizinan_core.documents import SealableStore
from perizinan_core.errors.documents import DocumentNotFoundError
from perizinan_core.testing._refusals import raises_code

__all__ = ["SealableStoreSuite"]

_ABSENT = "0" * 64


class SealableStoreSuite:
    """Subclass it beside `DocumentStoreSuite`, and give a ``store`` fixture (an empty store)."""

    @pytest.fixture
    def store(self) -> SealableStore:
        """Return an empty store."""
        raise NotImplementedError

    def test_the_beginning_of_content_is_given_alone(self, store: SealableStore) -> None:
        """As much as is asked for, or as there is."""
        for content in (b"", b"x", b"permit" * 100_000):
            sha256 = store.put(io.BytesIO(content)).sha256
            assert content[:64] == store.beginning(sha256, 64)
        with pytest.raises(DocumentNotFoundError):
            store.beginning(_ABSENT, 64)

    def test_a_label_is_replaced_and_taken_away(self, store: SealableStore) -> None:
        """The last one counts; what is gone already is not an error."""
        first, second = (store.put(io.BytesIO(content)).sha256 for content in (b"first", b"second"))

        assert store.labelled("files/a") is None
        for sha256 in (first, first, second):
            store.label("files/a", sha256)
            assert sha256 == store.labelled("files/a")
        store.unlabel("files/a")
        store.unlabel("files/a")
        assert store.labelled("files/a") is None
        assert list(store.labels("files")) == []

    def test_labels_are_listed_by_folder_and_in_order(self, store: SealableStore) -> None:
        """One whose name begins like another is another one."""
        sha256 = store.put(io.BytesIO(b"x")).sha256
        for name in ("files/b", "files/a", "files/a-b", "keys/a"):
            store.label(name, sha256)

        assert [("files/a", sha256), ("files/a-b", sha256), ("files/b", sha256)] == list(
            store.labels("files")
        )
        assert [("keys/a", sha256)] == list(store.labels("keys"))
        assert list(store.labels("other")) == []

    def test_a_label_does_not_keep_content(self, store: SealableStore) -> None:
        """It may stand for nothing, and is not a write-once name."""
        sha256 = store.put(io.BytesIO(b"x")).sha256
        store.label("files/a", sha256)

        assert store.delete(sha256)
        assert sha256 == store.labelled("files/a")
        assert store.resolve("files/a") is None
        assert list(store.links()) == []
        assert list(store.verify()) == []

    @pytest.mark.parametrize("name", ["a", "a/b/c", "../a", "A/b", "a/", "/a"])
    def test_a_label_has_two_plain_parts(self, store: SealableStore, name: str) -> None:
        """What is not one is refused before it can be a path."""
        with raises_code("invalid-link-name"):
            store.label(name, _ABSENT)

    def test_a_name_moves_to_another_form_of_its_document(self, store: SealableStore) -> None:
        """Then the old form can go, and the new one stays."""
        old, new = (store.put(io.BytesIO(content)).sha256 for content in (b"old", b"new"))
        for name in ("signed/a", "signed/b"):
            store.link(name, old)
            store.relink(name, old, new)
            store.relink(name, old, new)

        assert [("signed/a", new), ("signed/b", new)] == list(store.links())
        assert store.delete(old)
        with raises_code("document-in-use") as caught:
            store.delete(new)
        assert caught.value.details()["names"] == ("signed/a", "signed/b")

    def test_a_name_of_something_else_does_not_move(self, store: SealableStore) -> None:
        """Nor does one move to what is not there."""
        old, new, other = (store.put(io.BytesIO(content)).sha256 for content in (b"old", b"new", b"other"))
        store.link("signed/a", other)
        store.relink("signed/a", old, new)
        store.relink("signed/b", old, new)

        assert [("signed/a", other)] == list(store.links())
        with pytest.raises(DocumentNotFoundError):
            store.relink("signed/a", other, _ABSENT)

"""Documents that are there already, brought to how they are to be kept: sealed with the current key, or in plain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from typing import BinaryIO

import attrs

from perizinan_core.documents._ports import DocumentStore, StoredDocument
from perizinan_core.documents._reading import CHUNK_BYTES
from perizinan_core.documents._sealed_store import FILES, KEYS, SealedDocumentStore
from perizinan_core.documents._sealing import HEADER_BYTES, SealKey
from perizinan_core.errors.documents import DocumentDamagedError, DocumentNotFoundError, DocumentStoreError

__all__ = ["SealOutcome", "SealState", "SealStep", "seal_documents", "seal_state"]

_MOST_TRIES = 5


class SealOutcome(StrEnum):
    """What became of one document."""

    SEALED = "sealed"
    """It was in plain and is sealed now; read back before the plain one was removed."""

    RESEALED = "resealed"
    """It was sealed with a former key, and is sealed with the current one now."""

    UNSEALED = "unsealed"
    """It was sealed and is in plain now, because it is public."""

    LABELLED = "labelled"
    """It was sealed and could not be found, because its label was lost; now it can."""

    DAMAGED = "damaged"
    """Its bytes are not those that were put there; it was left as it is."""

    REFUSED = "refused"
    """The store refused; the next run tries again."""


@attrs.frozen
class SealStep:
    """One document that was not as it should be."""

    name: str
    """SHA-256 of its content, or its name in the store where the content cannot be read."""

    outcome: SealOutcome
    size: int = 0
    error: DocumentStoreError | None = None

    @property
    def is_done(self) -> bool:
        """Whether it is as it should be now."""
        return self.outcome not in {SealOutcome.DAMAGED, SealOutcome.REFUSED}


@attrs.frozen(kw_only=True)
class SealState:
    """How the documents of a store are kept."""

    sealed: Mapping[str, int]
    """How many are sealed with each key, by what the office calls it; the current one first."""

    plain: int
    """How many are in plain and should be sealed."""

    public: int
    """How many are in plain because they are public."""

    lost: int
    """How many are sealed and cannot be found, because their labels were lost."""

    current: str
    """The key that new ones are sealed with."""

    @property
    def former(self) -> int:
        """How many are sealed with a key that is no longer the current one."""
        return sum(count for key, count in self.sealed.items() if key != self.current)


def seal_documents(store: SealedDocumentStore, *, public: Collection[str] = ()) -> Iterator[SealStep]:
    """
    Seal what is in plain, seal again what is sealed with a former key, and find again what lost its label.

    May run while the office works, and again after an interruption: each document is read back before its former form
    is removed, and what is as it should be is passed over. When nothing is left, former keys are no longer asked for.

    Args:
        store: The store; other processes of the office should have the same keys.
        public: SHA-256 of the content that is to be in plain.
    """
    left = False
    for document, key, content in _forms(store):
        try:
            step = _step(store, document, key, content, public)
        except DocumentNotFoundError:
            continue  # deleted meanwhile
        except DocumentDamagedError as error:
            step = SealStep(content or document.sha256, SealOutcome.DAMAGED, document.size, error)
        except DocumentStoreError as error:
            step = SealStep(content or document.sha256, SealOutcome.REFUSED, document.size, error)
        if step is not None:
            left = left or not step.is_done
            yield step
    if not left:
        _retire(store)


def seal_state(store: SealedDocumentStore, *, public: Collection[str] = ()) -> SealState:
    """
    Return how documents are kept; of each that has no label the beginning is read.

    Args:
        store: The store.
        public: SHA-256 of the content that is to be in plain.
    """
    sealed = dict.fromkeys(store.keys.names, 0)
    plain = kept = lost = 0
    for document, key, content in _forms(store):
        if key is not None:
            sealed[key.name] += 1
        elif store.keys.of_header(store.below.beginning(document.sha256, HEADER_BYTES)) is not None:
            lost += 1
        elif content in public:
            kept += 1
        else:
            plain += 1
    counts = {name: count for name, count in sealed.items() if count or name == store.keys.current.name}
    return SealState(sealed=counts, plain=plain, public=kept, lost=lost, current=store.keys.current.name)


def _forms(store: SealedDocumentStore) -> Iterator[tuple[StoredDocument, SealKey | None, str]]:
    """Yield every file below with the key that its label names and the SHA-256 of its content; no marks."""
    # Listed before the labels: what is put meanwhile has its label by then, and what a run seals is not seen again.
    documents, known = list(store.below.documents()), {}
    for name, stored in store.below.labels(FILES):
        if (found := store.keys.of_label(name.partition("/")[2])) is not None:
            known[stored] = found
    marks = store.marks()
    for document in documents:
        if document.sha256 not in marks:
            yield document, *known.get(document.sha256, (None, document.sha256))


def _step(
    store: SealedDocumentStore,
    document: StoredDocument,
    key: SealKey | None,
    content: str,
    public: Collection[str],
) -> SealStep | None:
    found_again = False
    if key is None and (found := store.relabel(document.sha256)) is not None:
        key, content = found
        found_again = True
    if content in public:
        return None if key is None else _unseal(store, document, key, content)
    if key is store.keys.current:
        return SealStep(content, SealOutcome.LABELLED, document.size) if found_again else None
    outcome = SealOutcome.SEALED if key is None else SealOutcome.RESEALED
    source: Callable[[str], BinaryIO] = store.below.open if key is None else store.open
    with source(content) as reader:
        store.put(reader, expected_sha256=content)
    _read_back(store, content)
    _leave(store, document.sha256, next(stored for _, stored in store.candidates(content)))
    if key is not None:
        store.unlabel(key, content, document.sha256)
    return SealStep(content, outcome, document.size)


def _unseal(store: SealedDocumentStore, document: StoredDocument, key: SealKey, content: str) -> SealStep:
    with store.open(content) as reader:
        store.below.put(reader, expected_sha256=content)
    _read_back(store.below, content)
    _leave(store, document.sha256, content)
    store.unlabel(key, content, document.sha256)
    return SealStep(content, SealOutcome.UNSEALED, document.size)


def _leave(store: SealedDocumentStore, former: str, now: str) -> None:
    """Remove the former form of a document; names that stand for it go over to the other one first."""
    for tries_left in reversed(range(_MOST_TRIES)):
        try:
            store.below.delete(former)
        except DocumentStoreError as error:
            if error.code != "document-in-use" or not tries_left:
                raise
            for name in error.details()["names"]:
                store.below.relink(name, former, now)
        else:
            return


def _read_back(store: DocumentStore, sha256: str) -> None:
    with store.open(sha256) as reader:
        while reader.read(CHUNK_BYTES):
            pass


def _retire(store: SealedDocumentStore) -> None:
    """
    Take the marks of keys away with which nothing is sealed any more: the office may lose them now.

    So are labels whose document is gone, as someone leaves them who is stopped between the two.
    """
    there = {document.sha256 for document in store.below.documents()}
    for name, stored in list(store.below.labels(FILES)):
        found = store.keys.of_label(name.partition("/")[2])
        if stored not in there and found is not None:
            store.unlabel(*found, stored)
    used = {name.partition("/")[2].partition("-")[0] for name, _ in store.below.labels(FILES)}
    for label, mark in list(store.below.labels(KEYS)):
        key_id = label.partition("/")[2]
        if key_id != store.keys.current.id and key_id not in used:
            store.below.delete(mark)
            store.below.unlabel(label)

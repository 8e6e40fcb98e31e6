"""Everything of one document store to another, each file read back from where it went."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from functools import partial

import attrs

from perizinan_core.documents._ports import DocumentStore, StoredDocument, put_public
from perizinan_core.documents._reading import CHUNK_BYTES
from perizinan_core.errors.documents import (
    DocumentDamagedError,
    DocumentNotFoundError,
    DocumentStoreError,
    LinkConflictError,
)

__all__ = ["CopyOutcome", "CopyStep", "copy_content", "copy_documents"]


class CopyOutcome(StrEnum):
    """What became of one file or name."""

    COPIED = "copied"
    """It was written, and read back."""

    THERE = "there"
    """It was there already."""

    DAMAGED = "damaged"
    """Its bytes in the old store are not those that were put there; it was left out."""

    REFUSED = "refused"
    """It was not written, or could not be read back; the next run tries again."""

    CONFLICT = "conflict"
    """The name stands for other content in the new store."""


@attrs.frozen
class CopyStep:
    """One file or one write-once name."""

    name: str
    """SHA-256 of the file, or the name."""

    outcome: CopyOutcome
    size: int = 0
    """Bytes of the file; 0 of a name."""

    error: DocumentStoreError | None = None
    """Why it was not copied."""

    @property
    def is_done(self) -> bool:
        """Whether the new store has it."""
        return self.outcome in {CopyOutcome.COPIED, CopyOutcome.THERE}


def copy_documents(
    source: DocumentStore, target: DocumentStore, *, again: bool = False, public: Collection[str] = ()
) -> Iterator[CopyStep]:
    """
    Copy what the other store does not have: files first, then names; one that fails stops no other.

    May run while the office works, and again until nothing is left; what comes meanwhile is found by the next run.

    Args:
        source: The store that is used.
        target: The other one.
        again: Read back also what was there before this run, and put it again where it is damaged.
        public: SHA-256 of what the other store may keep in plain, though it seals all else.
    """
    yield from _files(source, target, again=again, read_back=True, public=public)
    for name, sha256 in source.links():
        yield _name(target, name, sha256)


def copy_content(
    source: DocumentStore, target: DocumentStore, *, left_out: Collection[str] = ()
) -> tuple[str, ...]:
    """
    Copy the files that the other store lacks, as far as they are sound; names are left to the caller.

    Args:
        source: Where they are.
        target: Where they go.
        left_out: Hashes of files that stay where they are.

    Returns:
        Hashes of content that is damaged in the source, and therefore not in the target.

    Raises:
        DocumentStoreError: one of the stores refused.
    """
    damaged = []
    for step in _files(source, target, again=False, read_back=False, left_out=left_out):
        if step.outcome is CopyOutcome.DAMAGED:
            damaged.append(step.name)
        elif step.error is not None:
            raise step.error
    return tuple(damaged)


def _files(
    source: DocumentStore,
    target: DocumentStore,
    *,
    again: bool,
    read_back: bool,
    left_out: Collection[str] = (),
    public: Collection[str] = (),
) -> Iterator[CopyStep]:
    for document in source.documents():
        if document.sha256 in left_out:
            continue
        try:
            put = partial(put_public, target) if document.sha256 in public else target.put
            outcome = _file(source, target, document, put, again=again, read_back=read_back)
        except DocumentNotFoundError:
            continue  # a draft's file that was removed meanwhile
        except _LeftOutError as left:
            yield CopyStep(document.sha256, CopyOutcome.DAMAGED, document.size, left.error)
        except DocumentStoreError as error:
            yield CopyStep(document.sha256, CopyOutcome.REFUSED, document.size, error)
        else:
            yield CopyStep(document.sha256, outcome, document.size)


class _LeftOutError(Exception):
    """The old store's own bytes are wrong."""

    def __init__(self, error: DocumentDamagedError) -> None:
        super().__init__(error)
        self.error = error


def _file(
    source: DocumentStore,
    target: DocumentStore,
    document: StoredDocument,
    put: Callable[..., StoredDocument],
    *,
    again: bool,
    read_back: bool,
) -> CopyOutcome:
    there = target.exists(document.sha256) and target.size(document.sha256) == document.size
    if there and (not again or _is_sound(target, document.sha256)):
        return CopyOutcome.THERE
    try:
        with source.open(document.sha256) as reader:
            put(reader, expected_sha256=document.sha256)
    except DocumentDamagedError as error:
        raise _LeftOutError(error) from error
    if read_back:
        _read_back(target, document.sha256)
    return CopyOutcome.COPIED


def _is_sound(store: DocumentStore, sha256: str) -> bool:
    try:
        _read_back(store, sha256)
    except DocumentDamagedError:
        return False
    return True


def _name(target: DocumentStore, name: str, sha256: str) -> CopyStep:
    try:
        if target.resolve(name) == sha256:
            return CopyStep(name, CopyOutcome.THERE)
        target.link(name, sha256)
    except LinkConflictError as error:
        return CopyStep(name, CopyOutcome.CONFLICT, 0, error)
    except DocumentStoreError as error:
        return CopyStep(name, CopyOutcome.REFUSED, 0, error)
    return CopyStep(name, CopyOutcome.COPIED)


def _read_back(store: DocumentStore, sha256: str) -> None:
    with store.open(sha256) as reader:
        while reader.read(CHUNK_BYTES):
            pass

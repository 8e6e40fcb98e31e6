"""
Signers and document stores of plugins with a time limit: one that hangs is given up, and what it was asked for fails.

Each call runs in a thread that is left behind when its time is over. What it was doing may still happen; so a service
that was asked to sign leaves the permit in doubt, as after a crash, and content of a store is written once.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

import attrs
from cryptography import x509

from perizinan_core.documents import (
    AddressingStore,
    DocumentStore,
    SealableStore,
    SpoolingStore,
    StoredDocument,
)
from perizinan_core.documents._ports import StoreProblem
from perizinan_core.documents._spool import Spool
from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._judging import settled
from perizinan_core.hooks._timed_calls import TIME_LIMIT, StillHangingError, TimedCalls, TimeLimitError
from perizinan_core.i18n import N_
from perizinan_core.services._signing import LEASE
from perizinan_core.signing import DigestSigner, DocumentSigner, SignatureAlgorithm, Signer, SigningRequest

__all__ = ["BoundedDigestSigner", "BoundedDocumentSigner", "BoundedStore", "bounded_signer", "bounded_store"]

T = TypeVar("T")

_END = object()
_MARGIN = 5.0
"""Seconds between the patience of a service, the end of waiting for it, and the end of the lease."""


@attrs.define
class _Bounds:
    """Whose calls they are, and how long one may take."""

    plugin: str
    kind: str
    name: str
    seconds: float = TIME_LIMIT
    _calls: TimedCalls = attrs.field(factory=TimedCalls)

    def call(self, function: Callable[[], T]) -> T:
        answer: T = settled(self._calls.call(f"{self.kind} {self.name}", self.seconds, function))
        return answer

    def hangs(self) -> HookError:
        return HookError(
            "plugin-hangs", plugin=self.plugin, kind=self.kind, name=self.name, seconds=round(self.seconds)
        )


def bounded_signer(signer: Signer, plugin: str, name: str, seconds: float | None = None) -> Signer:
    """
    Return a signer of a plugin that fails when it takes longer than ``seconds``.

    None: a minute, or what a service that signs states as its ``patience`` where that is longer. It is given up
    before the lease of the letter ends: an answer for which no one waits is lost.
    """
    if seconds is None:
        stated = getattr(signer, "patience", None)
        wanted = stated + _MARGIN if isinstance(stated, int | float) else TIME_LIMIT
        seconds = min(max(TIME_LIMIT, wanted), LEASE.total_seconds() - _MARGIN)
    bounds = _Bounds(plugin, "signer", name, seconds)
    if isinstance(signer, DigestSigner):
        return BoundedDigestSigner(signer, bounds)
    return BoundedDocumentSigner(signer, bounds)


def bounded_store(store: DocumentStore, plugin: str, name: str, seconds: float = TIME_LIMIT) -> DocumentStore:
    """Return a document store of a plugin that is unavailable when it takes longer than ``seconds``."""
    bounds = _Bounds(plugin, "document store", name, seconds)
    # What else it can do, the bounded one can do as well.
    more = [part for can, part in _PARTS if isinstance(store, can)]
    kind = type("BoundedStore", (*more, BoundedStore), {}) if more else BoundedStore
    bounded: BoundedStore = kind(store, bounds)
    return bounded


@attrs.frozen
class BoundedDigestSigner:
    """A key on a token or in a cloud."""

    _signer: DigestSigner
    _bounds: _Bounds

    @property
    def certificate(self) -> x509.Certificate:
        """See `DigestSigner`."""
        return self._call(lambda: self._signer.certificate)

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """See `DigestSigner`."""
        return self._call(lambda: self._signer.chain)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """See `DigestSigner`."""
        return self._call(lambda: self._signer.algorithm)

    def sign(self, data: bytes) -> bytes:
        """See `DigestSigner`."""
        return self._call(lambda: self._signer.sign(data))

    def _call(self, function: Callable[[], T]) -> T:
        try:
            return self._bounds.call(function)
        except (TimeLimitError, StillHangingError) as error:
            raise self._bounds.hangs() from error


@attrs.frozen
class BoundedDocumentSigner:
    """A service that signs whole files."""

    _signer: DocumentSigner
    _bounds: _Bounds

    def sign_document(self, pdf: bytes, request: SigningRequest) -> bytes:
        """See `DocumentSigner`."""
        try:
            return self._bounds.call(lambda: self._signer.sign_document(pdf, request))
        except (TimeLimitError, StillHangingError) as error:
            raise self._bounds.hangs() from error


class BoundedStore:
    """A document store."""

    def __init__(self, store: DocumentStore, bounds: _Bounds) -> None:
        self._store = store
        self._bounds = bounds

    def put(
        self, stream: BinaryIO, *, max_bytes: int | None = None, expected_sha256: str | None = None
    ) -> StoredDocument:
        """See `DocumentStore`."""
        return self._call(
            "put",
            lambda: self._store.put(stream, max_bytes=max_bytes, expected_sha256=expected_sha256),
        )

    def open(self, sha256: str) -> BinaryIO:
        """See `DocumentStore`."""
        reader = self._call("read", lambda: self._store.open(sha256))
        return io.BufferedReader(_BoundedReader(reader, self._call))

    def read(self, sha256: str, max_bytes: int) -> bytes:
        """See `DocumentStore`."""
        return self._call("read", lambda: self._store.read(sha256, max_bytes))

    def exists(self, sha256: str) -> bool:
        """See `DocumentStore`."""
        return self._call("look up", lambda: self._store.exists(sha256))

    def size(self, sha256: str) -> int:
        """See `DocumentStore`."""
        return self._call("look up", lambda: self._store.size(sha256))

    def delete(self, sha256: str) -> bool:
        """See `DocumentStore`."""
        return self._call("delete", lambda: self._store.delete(sha256))

    def link(self, name: str, sha256: str) -> None:
        """See `DocumentStore`."""
        return self._call("link", lambda: self._store.link(name, sha256))

    def resolve(self, name: str) -> str | None:
        """See `DocumentStore`."""
        return self._call("look up", lambda: self._store.resolve(name))

    def documents(self) -> Iterator[StoredDocument]:
        """See `DocumentStore`."""
        return self._each(self._store.documents)

    def links(self) -> Iterator[tuple[str, str]]:
        """See `DocumentStore`."""
        return self._each(self._store.links)

    def verify(self) -> Iterator[StoreProblem]:
        """See `DocumentStore`."""
        return self._each(self._store.verify)

    def _each(self, start: Callable[[], Iterator[T]]) -> Iterator[T]:
        items = self._call("list", start)
        while (item := self._call("list", lambda: next(items, _END))) is not _END:
            yield item  # type: ignore[misc]

    def _call(self, action: str, function: Callable[[], T]) -> T:
        try:
            return self._bounds.call(function)
        except (TimeLimitError, StillHangingError) as error:
            raise DocumentStoreUnavailableError(
                "document-store-unavailable", action=action, reason=N_("it did not answer in time")
            ) from error


class _SpoolingPart(BoundedStore):
    """Its spools lie in its own file system."""

    _store: SpoolingStore

    def new_spool(self, *, max_bytes: int | None = None) -> Spool:
        """See `SpoolingStore`."""
        return self._call("put", lambda: self._store.new_spool(max_bytes=max_bytes))

    def take_over(self, spool: Spool, *, expected_sha256: str) -> StoredDocument:
        """See `SpoolingStore`."""
        return self._call("put", lambda: self._store.take_over(spool, expected_sha256=expected_sha256))


class _SealablePart(BoundedStore):
    """It can hold sealed documents."""

    _store: SealableStore

    def beginning(self, sha256: str, count: int) -> bytes:
        """See `SealableStore`."""
        return self._call("read", lambda: self._store.beginning(sha256, count))

    def label(self, name: str, sha256: str) -> None:
        """See `SealableStore`."""
        return self._call("link", lambda: self._store.label(name, sha256))

    def labelled(self, name: str) -> str | None:
        """See `SealableStore`."""
        return self._call("look up", lambda: self._store.labelled(name))

    def unlabel(self, name: str) -> None:
        """See `SealableStore`."""
        return self._call("delete", lambda: self._store.unlabel(name))

    def labels(self, folder: str) -> Iterator[tuple[str, str]]:
        """See `SealableStore`."""
        return self._each(lambda: self._store.labels(folder))

    def relink(self, name: str, old: str, new: str) -> None:
        """See `SealableStore`."""
        return self._call("link", lambda: self._store.relink(name, old, new))


class _AddressingPart(BoundedStore):
    """It is at a service that hands content out itself."""

    _store: AddressingStore

    def address(self, sha256: str, seconds: int) -> str:
        """See `AddressingStore`."""
        return self._call("read", lambda: self._store.address(sha256, seconds))


_PARTS = (
    (SpoolingStore, _SpoolingPart),
    (SealableStore, _SealablePart),
    (AddressingStore, _AddressingPart),
)


class _BoundedReader(io.RawIOBase):
    """A reader whose every step has a time limit."""

    def __init__(self, reader: BinaryIO, call: Callable[[str, Callable[[], int]], int]) -> None:
        super().__init__()
        self._reader = reader
        self._call = call

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._reader.seekable()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        # What is left behind must not write into what is used again.
        pieces: list[bytes] = []

        def read() -> int:
            pieces.append(self._reader.read(len(buffer)))
            return len(pieces[0])

        count = self._call("read", read)
        buffer[:count] = pieces[0]
        return count

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._call("read", lambda: self._reader.seek(offset, whence))

    def tell(self) -> int:
        return self._reader.tell()

    def _closed(self) -> int:
        self._reader.close()
        return 0

    def close(self) -> None:
        if not self.closed:
            try:
                self._call("read", self._closed)
            finally:
                super().close()

"""
How a document is sealed: encrypted so that the same content gives the same bytes.

A sealed document is a header and pieces::

    8 bytes    PRZSEAL and the version of this format
    8 bytes    id of the key, derived from it
    48 bytes   SHA-256 of the content, encrypted with AES-256-GCM-SIV (RFC 8452)
    ...        each 256 KiB of content, encrypted so as well, with 16 bytes of tag

Every content is encrypted under a key of its own: HMAC-SHA-256 over its SHA-256, under a key that HKDF (RFC 5869)
derives from the key of the office. The nonce of a piece is its number and whether it is the last one; the header is its
associated data. So a nonce is used for one piece of one content only; pieces cannot be exchanged, left out or brought
from another document, and a second put of the same content brings the same bytes.

From the bytes one learns how long a document is, and whether two stores hold the same document under the same key.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Self, cast

import attrs
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perizinan_core.documents._reading import CHUNK_BYTES, IncomingBytes
from perizinan_core.errors.documents import (
    DocumentDamagedError,
    DocumentSealBrokenError,
    DocumentStoreError,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["HEADER_BYTES", "SealKey", "SealKeys", "SealingStream", "is_sealed", "opened", "plain_size"]

_MAGIC = b"PRZSEAL\x01"
_ID_BYTES = 8
_DIGEST_BYTES = 32
_TAG_BYTES = 16
_NONCE_BYTES = 12
HEADER_BYTES = len(_MAGIC) + _ID_BYTES + _DIGEST_BYTES + _TAG_BYTES
"""How many bytes say what a sealed document is."""

_NOTHING = hashlib.sha256().hexdigest()
PIECE_BYTES = CHUNK_BYTES
"""Bytes of content in each piece; part of the format."""


@attrs.frozen(repr=False)
class SealKey:
    """What is derived from one key of the office to seal documents."""

    name: str
    """What the office calls its key."""

    id: str
    """16 hexadecimal digits, derived from the key: another key has another id, whatever it is called."""

    _digests: AESGCMSIV
    _contents: bytes

    @classmethod
    def derived(cls, name: str, secret: bytes) -> Self:
        """
        Return the sealing key that follows from a key of the office.

        Raises:
            DocumentStoreError: ``sealing-unsupported``: The OpenSSL of this machine cannot seal.
        """
        key_id = _derived(secret, b"id")[:_ID_BYTES].hex()
        try:
            digests = AESGCMSIV(_derived(secret, b"digest"))
        except UnsupportedAlgorithm as error:
            raise DocumentStoreError("sealing-unsupported") from error
        return cls(name, key_id, digests, _derived(secret, b"content"))

    def header(self, sha256: str) -> bytes:
        """Return how content with this SHA-256 begins when it is sealed with this key."""
        return self._start + self._digests.encrypt(bytes(_NONCE_BYTES), bytes.fromhex(sha256), self._start)

    def sha256(self, header: bytes) -> str | None:
        """Return the SHA-256 of the content that a header belongs to; None: not sealed with this key."""
        if len(header) != HEADER_BYTES or not header.startswith(self._start):
            return None
        try:
            return self._digests.decrypt(bytes(_NONCE_BYTES), header[len(self._start) :], self._start).hex()
        except InvalidTag:
            return None

    def label(self, sha256: str) -> str:
        """Return the label under which content is found; it tells no one without the key what it is."""
        return f"{self.id}-{self.header(sha256)[len(self._start) :].hex()}"

    def labelled(self, label: str) -> str | None:
        """Return the SHA-256 that a label stands for; None: it was not made with this key."""
        key_id, _, digest = label.partition("-")
        try:
            return self.sha256(self._start + bytes.fromhex(digest)) if key_id == self.id else None
        except ValueError:
            return None

    def cipher(self, sha256: str) -> AESGCMSIV:
        """Return what encrypts the pieces of one content."""
        return AESGCMSIV(hmac.digest(self._contents, bytes.fromhex(sha256), "sha256"))

    @property
    def _start(self) -> bytes:
        return _MAGIC + bytes.fromhex(self.id)

    def __repr__(self) -> str:
        return f"SealKey({self.name!r}, {self.id!r}, ***)"


@attrs.frozen
class SealKeys:
    """The keys of an office that open documents, the one that seals first."""

    all: tuple[SealKey, ...]

    @property
    def current(self) -> SealKey:
        """The key that new documents are sealed with."""
        return self.all[0]

    def of_header(self, header: bytes) -> tuple[SealKey, str] | None:
        """
        Return the key and the content's SHA-256 of a header; None: it is not the header of a sealed document.

        Raises:
            DocumentStoreError: ``document-key-missing``: It is sealed with another office's key, or a lost one.
        """
        for key in self.all:
            if (sha256 := key.sha256(header)) is not None:
                return key, sha256
        if is_sealed(header):
            key_id = header[len(_MAGIC) :][:_ID_BYTES].hex()
            if key_id not in {key.id for key in self.all}:
                raise DocumentStoreError("document-key-missing", key=key_id, known=self.names)
        return None

    def of_label(self, label: str) -> tuple[SealKey, str] | None:
        """Return the key and the content's SHA-256 of a label; None: it was made with none of these keys."""
        for key in self.all:
            if (sha256 := key.labelled(label)) is not None:
                return key, sha256
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """What the office calls them."""
        return tuple(key.name for key in self.all)


def is_sealed(header: bytes) -> bool:
    """Return whether bytes begin as a sealed document does; only a key tells whether they are one."""
    return len(header) >= HEADER_BYTES and header.startswith(_MAGIC)


def plain_size(sealed_size: int) -> int:
    """Return how long the content of a sealed document is."""
    body = max(0, sealed_size - HEADER_BYTES)
    pieces = -(-body // (PIECE_BYTES + _TAG_BYTES))
    return max(0, body - pieces * _TAG_BYTES)


class SealingStream(io.RawIOBase):
    """
    The sealed bytes of a stream, made while they are read.

    Args:
        stream: The content; not closed.
        key: Seals.
        sha256: Of the content. When it turns out to be another one, the last read raises.
        max_bytes: Most bytes of content.
    """

    def __init__(self, stream: BinaryIO, key: SealKey, sha256: str, *, max_bytes: int | None = None) -> None:
        super().__init__()
        self._incoming = IncomingBytes(stream, max_bytes=max_bytes)
        self._sealed = self._pieces(key, sha256)
        self._left = memoryview(b"")

    @property
    def plain_size(self) -> int:
        """Bytes of content that have passed."""
        return self._incoming.size

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """See `io.RawIOBase`; raises what the stream raises, and ``document-hash-mismatch``."""
        view = memoryview(buffer).cast("B")
        if not self._left:
            self._left = memoryview(next(self._sealed, b""))
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _pieces(self, key: SealKey, sha256: str) -> Iterator[bytes]:
        header, cipher = key.header(sha256), key.cipher(sha256)
        yield header
        number, waiting = 0, b""
        for piece in _even(self._incoming):
            if waiting:
                yield cipher.encrypt(_nonce(number, last=False), waiting, header)
                number += 1
            waiting = piece
        # Before the last piece leaves: what is not the content that was announced is never whole in a store.
        self._incoming.sha256(sha256)
        if waiting:
            yield cipher.encrypt(_nonce(number, last=True), waiting, header)


def opened(reader: BinaryIO, sealed_size: int, key: SealKey, sha256: str, stored: str) -> BinaryIO:
    """
    Return an unbuffered, seekable stream over the content of a sealed document.

    Args:
        reader: The sealed bytes at their beginning, seekable; closed together with the stream.
        sealed_size: How many there are.
        key: Opens.
        sha256: Of the content that is expected.
        stored: Name of the sealed document in its store, for the error.

    Raises:
        DocumentSealBrokenError: It is the seal of another content, or was changed.
    """
    raw = _OpenedRaw(reader, sealed_size, key, sha256, stored)
    try:
        raw.check_header()
    except BaseException:
        raw.close()
        raise
    return cast("BinaryIO", raw)


class _OpenedRaw(io.RawIOBase):
    def __init__(self, reader: BinaryIO, sealed_size: int, key: SealKey, sha256: str, stored: str) -> None:
        super().__init__()
        self._reader = reader
        self._size = plain_size(sealed_size)
        rest = (sealed_size - HEADER_BYTES) % (PIECE_BYTES + _TAG_BYTES)
        self._is_possible = (not rest or rest > _TAG_BYTES) and (self._size > 0 or sha256 == _NOTHING)
        self._last = -(-self._size // PIECE_BYTES) - 1
        self._sha256, self._stored = sha256, stored
        self._header = key.header(sha256)
        self._cipher = key.cipher(sha256)
        self._position = 0
        self._number, self._piece = -1, memoryview(b"")
        self._following = 0  # number of the piece that the reader is at
        self._is_broken = False

    def check_header(self) -> None:
        header = self._taken(HEADER_BYTES)
        if not hmac.compare_digest(header, self._header) or not self._is_possible:
            raise self._broken()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._position >= self._size:
            return 0
        number, start = divmod(self._position, PIECE_BYTES)
        if number != self._number:
            self._piece, self._number = memoryview(self._decrypted(number)), number
        view = memoryview(buffer).cast("B")
        piece = self._piece[start : start + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        if self.closed:
            return
        try:
            self._reader.close()
        except DocumentDamagedError as error:
            if not self._is_broken:
                raise self._broken() from error
        finally:
            super().close()

    def _decrypted(self, number: int) -> bytes:
        if self._is_broken:
            raise self._broken()
        try:
            if number != self._following:
                self._reader.seek(HEADER_BYTES + number * (PIECE_BYTES + _TAG_BYTES))
            self._following = number + 1
            sealed = self._taken(PIECE_BYTES + _TAG_BYTES)
            nonce = _nonce(number, last=number == self._last)
            return self._cipher.decrypt(nonce, sealed, self._header)
        except (DocumentDamagedError, InvalidTag) as error:
            raise self._broken() from error

    def _taken(self, most: int) -> bytes:
        try:
            return self._reader.read(most)
        except DocumentDamagedError as error:
            raise self._broken() from error

    def _broken(self) -> DocumentSealBrokenError:
        self._is_broken = True
        return DocumentSealBrokenError(self._sha256, self._stored)


def _even(pieces: IncomingBytes) -> Iterator[bytes]:
    """Yield pieces of the length that the format wants, whatever lengths arrive."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE_BYTES - 1, "big") + bytes((last,))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    info = b"perizinan-core/documents/1/" + purpose
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)

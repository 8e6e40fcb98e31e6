"""
A bucket: bytes under keys, with typed errors, and with what was sent compared to what is there.

`obstore` signs, retries, and sends large files in parts. A service answers with an ETag, which is the MD5 of the
bytes, or of the MD5s of the parts; where it is neither (encryption by a key service), the object is read back.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import attrs
import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from perizinan_core.i18n import N_
from perizinan_s3._errors import S3UnavailableError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Bucket", "Entry", "TakenError"]

PIECE = 256 * 1024
_READ_AHEAD = 1024 * 1024


class TakenError(Exception):
    """There is an object under the key already."""


@attrs.frozen
class Entry:
    """An object as a listing tells it."""

    key: str
    size: int
    modified: datetime
    """By the clock of the service."""


@attrs.frozen
class Bucket:
    """
    One bucket, or what lies under a prefix of it.

    Args:
        name: For messages.
        store: Who speaks to the service.
        part_bytes: Larger objects are sent in parts of this size.
    """

    name: str
    _store: S3Store = attrs.field(repr=False)
    part_bytes: int

    def put(
        self,
        key: str,
        content: bytes | BinaryIO,
        *,
        once: bool = False,
        action: str = "put",
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """
        Write an object, and see that it is what was sent.

        Args:
            key: Where.
            content: Bytes, or a stream at its start that can be read twice.
            once: Only where there is none; means something where the service knows If-None-Match.
            action: For the error.
            attributes: Headers that the service gives with the object when someone fetches it.

        Raises:
            TakenError: ``once``, and there is one.
            S3UnavailableError: the service refused, or keeps something else.
        """
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        start = stream.tell()
        size = stream.seek(0, io.SEEK_END) - start
        stream.seek(start)
        in_parts = size > self.part_bytes and not once
        with self._typed(action):
            answer = obstore.put(
                self._store,
                key,
                stream,
                mode="create" if once else "overwrite",
                use_multipart=in_parts,
                chunk_size=self.part_bytes,
                attributes=None if attributes is None else dict(attributes),
            )
        stream.seek(start)
        expected, tags = _digests(stream, self.part_bytes)
        tag = (answer["e_tag"] or "").strip('"')
        if tag not in tags and self._digest(key, action) != expected:
            raise self.error(action, N_("it keeps other bytes than those that were sent"))

    def get(self, key: str, *, action: str = "read") -> bytes | None:
        """Return a small object, or None."""
        with self._typed(action):
            try:
                return bytes(obstore.get(self._store, key).bytes())
            except (FileNotFoundError, NotFoundError):
                return None

    def beginning(self, key: str, count: int) -> bytes | None:
        """Return the first bytes of an object, or None."""
        with suppress(BaseError, OSError):
            # Of an object that is shorter some services answer with an error, which the second way tells from others.
            found = obstore.get(self._store, key, options={"range": (0, count)})
            return bytes(found.bytes())[:count]
        entry = self.head(key, action="read")
        if entry is None:
            return None
        with closing(self.pieces(key, 0, entry.size)) as pieces:
            return next(pieces, b"")[:count]

    def head(self, key: str, *, action: str = "look up") -> Entry | None:
        """Return what is known of an object, or None."""
        with self._typed(action):
            try:
                found = obstore.head(self._store, key)
            except (FileNotFoundError, NotFoundError):
                return None
        return Entry(key, found["size"], found["last_modified"])

    def delete(self, key: str, *, action: str = "delete") -> None:
        """Remove an object; one that is not there is gone already."""
        with self._typed(action):
            try:
                obstore.delete(self._store, key)
            except (FileNotFoundError, NotFoundError):
                return

    def listed(self, prefix: str, *, action: str = "list") -> Iterator[Entry]:
        """Yield what lies under a prefix (whole path segments), in the order of the service."""
        with self._typed(action):
            for batch in obstore.list(self._store, prefix, chunk_size=1000):
                for found in batch:
                    yield Entry(found["path"], found["size"], found["last_modified"])

    def folders(self, prefix: str) -> list[str]:
        """Return the segments right below a prefix below which something lies, sorted."""
        with self._typed("list"):
            found = obstore.list_with_delimiter(self._store, prefix)
        return sorted(key.rstrip("/").rpartition("/")[2] for key in found["common_prefixes"])

    def sign(self, key: str, seconds: int) -> str:
        """Return an address under which the object can be read without a key, for some seconds."""
        with self._typed("read"):
            return str(obstore.sign(self._store, "GET", key, timedelta(seconds=seconds)))

    def raw(self, key: str, size: int) -> BinaryIO:
        """Return an unbuffered, seekable stream over an object."""
        return cast("BinaryIO", _Raw(self, key, size))

    def pieces(self, key: str, start: int, size: int) -> Generator[bytes]:
        """Yield the object from a position."""
        if start >= size:
            return
        with self._typed("read"):
            found, skip = self._from(key, start)
            for piece in found.stream(min_chunk_size=_READ_AHEAD):
                wanted = memoryview(piece)[skip:]
                skip -= min(skip, len(piece))
                if wanted:
                    yield bytes(wanted)

    def _from(self, key: str, start: int) -> tuple[Any, int]:
        """Return an answer, and how much of it comes before the position: some services answer a range as a whole."""
        if start:
            with suppress(BaseError):
                return obstore.get(self._store, key, options={"range": {"offset": start}}), 0
        return obstore.get(self._store, key), start

    def error(self, action: str, reason: str) -> S3UnavailableError:
        """Return the error of this bucket."""
        return S3UnavailableError(
            "document-store-unavailable", bucket=self.name, action=action, reason=reason
        )

    def _digest(self, key: str, action: str) -> str:
        found = self.head(key, action=action)
        digest = hashlib.sha256()
        for piece in self.pieces(key, 0, found.size if found else 0):
            digest.update(piece)
        return digest.hexdigest()

    @contextmanager
    def _typed(self, action: str) -> Iterator[None]:
        try:
            yield
        except (AlreadyExistsError, PreconditionError) as error:
            raise TakenError from error
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as error:
            raise self.error(action, N_("it refused the key of the office")) from error
        except (BaseError, OSError) as error:
            # The text of the error names addresses and keys of objects; its kind is enough here, and its cause is kept.
            raise self.error(action, N_("it did not answer as it should")) from error


def _digests(stream: BinaryIO, part_bytes: int) -> tuple[str, set[str]]:
    """Return the SHA-256 of a stream, and the ETags that a service may give it."""
    whole, digest, parts = hashlib.md5(usedforsecurity=False), hashlib.sha256(), list[bytes]()
    part, filled = hashlib.md5(usedforsecurity=False), 0
    while piece := stream.read(min(PIECE, part_bytes - filled)):
        whole.update(piece)
        digest.update(piece)
        part.update(piece)
        filled += len(piece)
        if filled == part_bytes:
            parts.append(part.digest())
            part, filled = hashlib.md5(usedforsecurity=False), 0
    if filled:
        parts.append(part.digest())
    of_parts = hashlib.md5(b"".join(parts), usedforsecurity=False).hexdigest()
    return digest.hexdigest(), {whole.hexdigest(), f"{of_parts}-{len(parts)}"}


class _Raw(io.RawIOBase):
    """Reads ahead in one request, and asks again from where it is after a jump or a cut connection."""

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        super().__init__()
        self._bucket, self._key, self._size = bucket, key, size
        self._position = 0
        self._pieces: Iterator[bytes] | None = None
        self._left = memoryview(b"")
        self._cuts = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        target = max(0, base + offset)
        if target != self._position:
            self._pieces, self._left, self._position = None, memoryview(b""), target
        return target

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while not self._left and self._position < self._size:
            self._left = memoryview(self._next())
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        self._position += count
        return count

    def _next(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._bucket.pieces(self._key, self._position, self._size)
        try:
            piece = next(self._pieces, None)
        except S3UnavailableError:
            self._cuts += 1
            if self._cuts > _MOST_CUTS:
                raise
            self._pieces = None
            return b""
        if piece is None:
            raise self._bucket.error("read", N_("the file ends before its end"))
        return piece


_MOST_CUTS = 3
"""How often a file is continued after a cut before it is given up; each time in a request with retries of its own."""


def opened(
    bucket: str,
    prefix: str,
    *,
    endpoint: str,
    region: str,
    keys: tuple[str, str] | None,
    part_bytes: int,
    seconds: float,
    retries: int,
) -> Bucket:
    """Return a bucket; nothing is sent yet."""
    options: dict[str, Any] = {"region": region, "virtual_hosted_style_request": not endpoint}
    if endpoint:
        options["endpoint"] = endpoint
    if keys is not None:
        options["access_key_id"], options["secret_access_key"] = keys
    store = S3Store(
        bucket,
        prefix=prefix or None,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "timeout": timedelta(seconds=seconds),
            "connect_timeout": timedelta(seconds=min(seconds, 10)),
        },
        retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=seconds * (retries + 1))},
        **options,
    )
    return Bucket(bucket, store, part_bytes)

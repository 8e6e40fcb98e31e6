"""
The headers of the tus protocol 1.0, read and written; nothing here knows an office.

See https://tus.io/protocols/resumable-upload: core, creation, checksum, termination and expiration.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

import attrs

from perizinan_core.i18n import N_

__all__ = [
    "ALGORITHMS",
    "CHECKSUM_MISMATCH",
    "EXTENSIONS",
    "VERSION",
    "Checksum",
    "Metadata",
    "TusFault",
    "expires",
    "length_of",
    "offset_of",
]

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,termination,expiration"
ALGORITHMS = ("sha256", "sha1")
"""The protocol asks for SHA-1; it finds accidents on the way, and nothing rests on it."""

CHECKSUM_MISMATCH = 460
_MOST_METADATA = 4096
_LONGEST_NUMBER = 15

_NUMBER = N_("{header} has to be a whole number of bytes.")
_DEFERRED = N_("The size of the file has to be known when it is announced.")
_METADATA = N_("Upload-Metadata has to be pairs of a name and its value in base64, with commas between them.")
_ALGORITHM = N_("Upload-Checksum has to name one of {names}, and the sum in base64.")
_SHA256 = N_("The sha256 of the file has to be 64 hexadecimal digits.")
_VALUE = N_("{name} cannot be read.")


class TusFault(Exception):  # noqa: N818 - an answer to the program, not an error of ours
    """A request that the protocol refuses."""

    def __init__(self, status: int, sentence: str = "", **fields: object) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.fields = status, sentence, fields


@attrs.frozen(kw_only=True)
class Metadata:
    """What a client says of a file."""

    raw: str = attrs.field(default="", repr=False)
    file_name: str = attrs.field(default="", repr=False)
    sha256: str | None = None
    replaces: str | None = None
    choice: int | None = None
    expires_on: date | None = None

    @classmethod
    def read(cls, header: str) -> Metadata:
        """
        Read ``Upload-Metadata``; names that we do not know are kept in `raw`, and mean nothing.

        Raises:
            TusFault: 400.
        """
        if len(header) > _MOST_METADATA:
            raise TusFault(HTTPStatus.BAD_REQUEST, _METADATA)
        found: dict[str, bytes] = {}
        for pair in header.split(",") if header.strip() else ():
            name, _, value = pair.strip().partition(" ")
            if not name or not name.isascii() or name in found:
                raise TusFault(HTTPStatus.BAD_REQUEST, _METADATA)
            found[name] = _decoded(value.strip())
        said = {name: value.decode("utf-8", "replace") for name, value in found.items()}
        return cls(
            raw=header,
            file_name=said.get("filename", ""),
            sha256=_hash(said.get("sha256")),
            replaces=said.get("replaces") or None,
            choice=_choice(said.get("choice")),
            expires_on=_day(said.get("expires_on")),
        )


@attrs.define
class Checksum:
    """A sum that came with a piece, and that of the bytes so far."""

    name: str
    expected: bytes
    _found: Any = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._found = hashlib.new(self.name, usedforsecurity=False)

    @classmethod
    def read(cls, header: str | None) -> Checksum | None:
        """
        Read ``Upload-Checksum``.

        Raises:
            TusFault: 400: another algorithm, or no sum.
        """
        if header is None:
            return None
        name, _, value = header.strip().partition(" ")
        if name not in ALGORITHMS:
            raise TusFault(HTTPStatus.BAD_REQUEST, _ALGORITHM, names=", ".join(ALGORITHMS))
        try:
            expected = base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError):
            expected = b""
        if len(expected) != hashlib.new(name, usedforsecurity=False).digest_size:
            raise TusFault(HTTPStatus.BAD_REQUEST, _ALGORITHM, names=", ".join(ALGORITHMS))
        return cls(name, expected)

    def update(self, piece: bytes) -> None:
        """Count further bytes in."""
        self._found.update(piece)

    @property
    def fits(self) -> bool:
        """Whether these are the bytes that were sent."""
        return hmac.compare_digest(self._found.digest(), self.expected)


def offset_of(headers: Mapping[str, str], name: str) -> int:
    """
    Return a number of bytes from a header.

    Raises:
        TusFault: 400: it is missing, or is not one.
    """
    text = headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise TusFault(HTTPStatus.BAD_REQUEST, _NUMBER, header=name)
    return int(text)


def length_of(headers: Mapping[str, str]) -> int:
    """
    Return the announced size.

    Raises:
        TusFault: 400: there is none; a size that follows later is not among what we offer.
    """
    if "upload-defer-length" in headers:
        raise TusFault(HTTPStatus.BAD_REQUEST, _DEFERRED)
    return offset_of(headers, "Upload-Length")


def expires(moment: datetime) -> str:
    """Return a moment as ``Upload-Expires`` has it."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TusFault(HTTPStatus.BAD_REQUEST, _METADATA) from error


def _hash(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise TusFault(HTTPStatus.BAD_REQUEST, _SHA256)
    return text


def _choice(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise TusFault(HTTPStatus.BAD_REQUEST, _VALUE, name="choice")
    return int(text)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise TusFault(HTTPStatus.BAD_REQUEST, _VALUE, name="expires_on") from error

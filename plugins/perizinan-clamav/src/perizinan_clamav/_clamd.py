"""
A client for clamd's own protocol (its manual page ``clamd(8)``, section COMMANDS).

Commands begin with ``z`` and end with a zero byte, as do answers. ``INSTREAM`` is followed by pieces, each with its
length as four bytes in network order; a length of zero ends them. Every command has a connection of its own, so that
threads do not meet.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import urlsplit

import attrs

from perizinan_clamav._errors import ClamavError

__all__ = ["Clamd", "ClamdVerdict", "ClamdVersion"]

_LENGTH = struct.Struct("!L")
_PIECE = 256 * 1024
_LONGEST_ANSWER = 8192
_FOUND = re.compile(r"stream: (.+?)(?:\([0-9a-f]{32}:\d+\))? FOUND")
_VERSION = re.compile(r"ClamAV (?P<engine>[^/]+)(?:/(?P<number>\d+)/(?P<day>.+))?")
_DAY = "%a %b %d %H:%M:%S %Y"
_HERE = {"localhost", "127.0.0.1", "::1"}


@attrs.frozen
class ClamdVerdict:
    """What clamd says about a file."""

    found: str | None = None
    """Name of what it found, made printable; None: nothing."""


@attrs.frozen(kw_only=True)
class ClamdVersion:
    """What clamd says about itself."""

    engine: str
    """E.g. ``1.4.3``."""

    database: int | None = None
    """Number of its daily database; None: it has none with a date."""

    made: datetime | None = None
    """When that was made, with time zone."""


@attrs.frozen
class Clamd:
    """
    Speaks to one daemon.

    Args:
        address: Path of its socket, or ``tcp://HOST:PORT``.
        seconds: Longest time for one command, in seconds.
        unencrypted: Allow another machine.

    Raises:
        ClamavError: ``clamd-address``.
    """

    address: str
    seconds: float = 60.0
    unencrypted: bool = False

    def __attrs_post_init__(self) -> None:
        host = self._host_and_port()
        if host is not None and host[0] not in _HERE and not self.unencrypted:
            raise ClamavError("clamd-address", address=self.address)

    def version(self) -> ClamdVersion:
        """
        Return engine and database.

        Raises:
            ClamavError: see there.
        """
        with self._connection() as (connection, until):
            connection.sendall(b"zVERSION\0")
            answer = self._answer(connection, until)
        found = _VERSION.fullmatch(answer)
        if found is None:
            raise ClamavError("clamd-answer", address=self.address, answer=_printable(answer))
        made = None
        with suppress(ValueError, TypeError):
            made = datetime.strptime(found["day"], _DAY).replace(tzinfo=UTC)
        return ClamdVersion(
            engine=found["engine"], database=int(found["number"]) if found["number"] else None, made=made
        )

    def search(self, content: BinaryIO) -> ClamdVerdict:
        """
        Let clamd look at a file.

        Args:
            content: The file, from where it stands to its end.

        Raises:
            ClamavError: there is no verdict.
        """
        with self._connection() as (connection, until):
            # Where clamd stops listening it has said why before: the answer is read all the same.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                while piece := content.read(_PIECE):
                    connection.settimeout(_left(until))
                    connection.sendall(_LENGTH.pack(len(piece)) + piece)
                connection.sendall(_LENGTH.pack(0))
            answer = self._answer(connection, until)
        if answer == "stream: OK":
            return ClamdVerdict()
        if "size limit exceeded" in answer:
            raise ClamavError("clamd-stream-limit", address=self.address)
        if (found := _FOUND.fullmatch(answer)) is None:
            raise ClamavError("clamd-answer", address=self.address, answer=_printable(answer))
        return ClamdVerdict(_printable(found[1]))

    @contextmanager
    def _connection(self) -> Iterator[tuple[socket.socket, float]]:
        until = time.monotonic() + self.seconds
        host = self._host_and_port()
        try:
            if host is None:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            else:
                connection = socket.create_connection(host, timeout=self.seconds)
            with connection:
                connection.settimeout(self.seconds)
                if host is None:
                    connection.connect(self.address)
                yield connection, until
        except TimeoutError as error:
            raise ClamavError("clamd-slow", address=self.address, seconds=f"{self.seconds:g}") from error
        except OSError as error:
            fault = error.strerror or type(error).__name__
            raise ClamavError("clamd-unreachable", address=self.address, fault=fault) from error

    def _answer(self, connection: socket.socket, until: float) -> str:
        answer = bytearray()
        while not answer.endswith(b"\0"):
            connection.settimeout(_left(until))
            piece = connection.recv(_LONGEST_ANSWER)
            answer += piece
            if not piece or len(answer) > _LONGEST_ANSWER:
                raise ClamavError(
                    "clamd-answer", address=self.address, answer=_printable(answer.decode("utf-8", "replace"))
                )
        return answer[:-1].decode("utf-8", "replace").strip()

    def _host_and_port(self) -> tuple[str, int] | None:
        if self.address.startswith("/"):
            return None
        with suppress(ValueError):
            parts = urlsplit(self.address)
            if parts.scheme == "tcp" and parts.hostname and parts.port:
                return parts.hostname, parts.port
        raise ClamavError("clamd-address", address=self.address)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _printable(text: str) -> str:
    """Return foreign text on one line, in bounded length."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:100]) or "-"

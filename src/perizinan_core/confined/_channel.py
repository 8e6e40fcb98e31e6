"""
Messages between a process and its child: a length, then the message, with an open file beside it.

What a parent says is pickled: it comes from the program itself. What a child says is JSON, because a child
that read a hostile file is not to be believed; only a child that may do all that its parent may do is trusted
with objects.
"""

from __future__ import annotations

import enum
import json
import os
import pickle
import socket
import struct
import time
from typing import Any

from perizinan_core.confined._pickles import pickled

__all__ = ["Channel", "Form"]

_LENGTH = struct.Struct(">Q")
_PIECE = 1024 * 1024
_MOST = 16 * 1024**3
_STDERR = 2


class Form(enum.Enum):
    """How messages of one direction are written."""

    JSON = "json"
    """A JSON object."""

    OBJECTS = "objects"
    """Pickled values, from a side that is trusted."""

    def written(self, message: Any) -> bytes:
        """Return the bytes of a message."""
        if self is Form.JSON:
            return json.dumps(message).encode()
        return pickled(message)

    def read(self, content: bytes) -> Any:
        """Return the message; EOFError when it is not one."""
        try:
            if self is Form.OBJECTS:
                return pickle.loads(content)  # noqa: S301 - from our own program, see above
            message = json.loads(content)
        except (ValueError, RecursionError, pickle.UnpicklingError) as error:
            raise EOFError from error
        if isinstance(message, dict):
            return message
        raise EOFError


class Channel:
    """
    One end of the way between a parent and its child.

    Args:
        end: The socket; closed with the channel.
        sends: How this end writes.
        receives: How the other end writes.
        most: Longest message that is taken, in bytes.
        ear: Whether what this process prints is read until it is ready, and goes nowhere from then on.
    """

    def __init__(
        self, end: socket.socket, *, sends: Form, receives: Form, most: int = _MOST, ear: bool = False
    ) -> None:
        self._end = end
        self._sends = sends
        self._receives = receives
        self._most = most
        self._ear = ear

    def fileno(self) -> int:
        """Return the descriptor, to be waited for."""
        return self._end.fileno()

    def close(self) -> None:
        """Hang up."""
        self._end.close()

    def ready(self) -> None:
        """Say that this child takes tasks; from here on, what it prints goes nowhere."""
        if self._ear:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)
        self.send({"ready": True})

    def send(self, message: Any, descriptor: int | None = None, *, seconds: float | None = None) -> None:
        """
        Send one message, together with an open file when ``descriptor`` is given.

        Raises:
            TimeoutError: The other side did not take it within ``seconds``.
            OSError: The other side is gone.
        """
        content = self._sends.written(message)
        packet = _LENGTH.pack(len(content)) + content
        self._end.settimeout(seconds)
        if descriptor is not None:
            sent = socket.send_fds(self._end, [packet[:_PIECE]], [descriptor])
            packet = packet[sent:]
        self._end.sendall(packet)

    def receive(self, *, seconds: float | None = None) -> Any:
        """
        Return the next message.

        Raises:
            TimeoutError: It was not here, whole, after ``seconds``.
            EOFError: The other side is gone, or sent nonsense.
        """
        message, descriptor = self.receive_file(seconds=seconds)
        if descriptor is not None:
            os.close(descriptor)
        return message

    def receive_file(self, *, seconds: float | None = None) -> tuple[Any, int | None]:
        """Return the next message and the open file that came with it; see `receive`."""
        until = None if seconds is None else time.monotonic() + seconds
        self._wait(until)
        head, descriptors, _flags, _address = socket.recv_fds(self._end, _LENGTH.size, 1)
        try:
            return self._message(head, until), descriptors[0] if descriptors else None
        except BaseException:
            for descriptor in descriptors:
                os.close(descriptor)
            raise

    def _message(self, head: bytes, until: float | None) -> Any:
        if not head:
            raise EOFError
        (length,) = _LENGTH.unpack(head + self._exactly(_LENGTH.size - len(head), until))
        if length > self._most:
            raise EOFError
        return self._receives.read(self._exactly(length, until))

    def _exactly(self, count: int, until: float | None) -> bytes:
        content = bytearray()
        while len(content) < count:
            self._wait(until)
            piece = self._end.recv(min(count - len(content), _PIECE))
            if not piece:
                raise EOFError
            content += piece
        return bytes(content)

    def _wait(self, until: float | None) -> None:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        self._end.settimeout(left)

"""
Messages between the process that asks and the one that inspects: length-prefixed JSON, with an open file
beside it.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

__all__ = ["receive", "send"]

_LENGTH = struct.Struct(">I")
_MAX_MESSAGE = 1024 * 1024


def send(channel: socket.socket, message: dict[str, Any], descriptor: int | None = None) -> None:
    """Send one message, together with an open file when ``descriptor`` is given."""
    content = json.dumps(message).encode()
    packet = _LENGTH.pack(len(content)) + content
    if descriptor is None:
        channel.sendall(packet)
        return
    sent = socket.send_fds(channel, [packet], [descriptor])
    channel.sendall(packet[sent:])


def receive(channel: socket.socket) -> tuple[dict[str, Any], int | None]:
    """
    Return the next message and the descriptor that came with it.

    Raises:
        EOFError: The other side is gone, or sent nonsense.
    """
    head, descriptors, _flags, _address = socket.recv_fds(channel, _LENGTH.size, 1)
    try:
        return _message(channel, head), descriptors[0] if descriptors else None
    except BaseException:
        for descriptor in descriptors:
            os.close(descriptor)
        raise


def _message(channel: socket.socket, head: bytes) -> dict[str, Any]:
    if not head:
        raise EOFError
    (length,) = _LENGTH.unpack(head + _exactly(channel, _LENGTH.size - len(head)))
    try:
        message = json.loads(_exactly(channel, length)) if length <= _MAX_MESSAGE else None
    except ValueError as error:
        raise EOFError from error
    if isinstance(message, dict):
        return message
    raise EOFError


def _exactly(channel: socket.socket, count: int) -> bytes:
    content = bytearray()
    while len(content) < count:
        piece = channel.recv(count - len(content))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)

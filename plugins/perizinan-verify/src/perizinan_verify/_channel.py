"""
Frames between the page and its judging processes: a JSON head, then as many bytes as it announces.

Both ends use it; it holds no rule of the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

__all__ = ["read_frame", "write_frame"]

_WIDTH = 4
_MAX_HEAD = 32 * 1024 * 1024
_MAX_BODY = 1024**3
_PIECE = 1024 * 1024


def write_frame(
    stream: BinaryIO, head: Mapping[str, Any], body: Iterable[bytes] = (), *, size: int = 0
) -> None:
    """Write one frame; ``body`` yields ``size`` bytes in all."""
    data = json.dumps({"head": head, "size": size}).encode("ascii")
    stream.write(len(data).to_bytes(_WIDTH, "big") + data)
    stream.writelines(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """
    Read one frame.

    Raises:
        EOFError: the other end is gone, or does not keep to the form.
    """
    length = int.from_bytes(_exactly(stream, _WIDTH), "big")
    if length > _MAX_HEAD:
        raise EOFError
    try:
        frame = json.loads(_exactly(stream, length))
        head, size = frame["head"], frame["size"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EOFError from error
    if not isinstance(head, dict) or not isinstance(size, int) or not 0 <= size <= _MAX_BODY:
        raise EOFError
    return head, _exactly(stream, size)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    parts = []
    while count:
        piece = stream.read(min(count, _PIECE))
        if not piece:
            raise EOFError
        parts.append(piece)
        count -= len(piece)
    return b"".join(parts)

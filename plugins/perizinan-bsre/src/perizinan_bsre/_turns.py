"""One caller at a time for each document in this process; between processes the office's lease does the same."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["alone"]

_LOCK = threading.Lock()
_TURNS: dict[bytes, tuple[threading.Lock, int]] = {}


@contextmanager
def alone(pdf: bytes) -> Iterator[None]:
    """Let others who ask about the same document wait until the block ends."""
    key = hashlib.sha256(pdf).digest()
    with _LOCK:
        lock, waiting = _TURNS.get(key, (threading.Lock(), 0))
        _TURNS[key] = (lock, waiting + 1)
    try:
        with lock:
            yield
    finally:
        with _LOCK:
            lock, waiting = _TURNS[key]
            if waiting == 1:
                del _TURNS[key]
            else:
                _TURNS[key] = (lock, waiting - 1)

"""Whether a plugin is speaking: what it prints must not get into what a program says on standard output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["is_aside", "speaking_aside"]

_ASIDE: ContextVar[bool] = ContextVar("perizinan_aside", default=False)


@contextmanager
def speaking_aside() -> Iterator[None]:
    """Mark what runs inside as a plugin's; the command line sends what it prints to standard error."""
    token = _ASIDE.set(True)
    try:
        yield
    finally:
        _ASIDE.reset(token)


def is_aside() -> bool:
    """Return True while a plugin speaks."""
    return _ASIDE.get()

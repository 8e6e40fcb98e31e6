"""Standard output for this program alone: what plugins print goes to standard error, and spoils no ``--json``."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from perizinan_core._aside import is_aside

__all__ = ["own_output"]

_STDOUT, _STDERR = 1, 2


class _Parted:
    """A stream that is standard output for us, and standard error while a plugin speaks."""

    def __init__(self, own: TextIO) -> None:
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr if is_aside() else self._own, name)


@contextlib.contextmanager
def own_output() -> Iterator[None]:
    """Keep standard output apart until the end; also from those who write to its descriptor."""
    before = sys.stdout
    own, descriptor = _apart(before)
    sys.stdout = _Parted(own)
    try:
        yield
    finally:
        sys.stdout = before
        if descriptor is not None:
            _finish(own, descriptor)


def _finish(own: TextIO, descriptor: int) -> None:
    """Give standard output its descriptor back; that no one reads any more is not an error."""
    try:
        own.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    os.dup2(descriptor, _STDOUT)
    own.close()


def _apart(stream: TextIO) -> tuple[TextIO, int | None]:
    """Return a stream on a descriptor of its own, and that descriptor; the same stream where it has none."""
    try:
        if stream.fileno() != _STDOUT:
            return stream, None
        stream.flush()
        descriptor = os.dup(_STDOUT)
        own = open(  # noqa: SIM115, PTH123 - closed by `own_output`
            descriptor,
            "w",
            encoding=stream.encoding,
            errors=stream.errors,
            buffering=1 if stream.isatty() else -1,
        )
        os.dup2(_STDERR, _STDOUT)
    except (OSError, ValueError, AttributeError):
        return stream, None
    return own, descriptor

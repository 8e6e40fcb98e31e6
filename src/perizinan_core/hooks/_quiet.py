"""Silence for libraries that log addresses and texts: for a block, in this thread or task alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["silenced"]

_SILENT: ContextVar[bool] = ContextVar("perizinan_silent", default=False)


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        del record
        return not _SILENT.get()


_FILTER = _Filter()


@contextmanager
def silenced(*loggers: str) -> Iterator[None]:
    """
    Let loggers say nothing while the block runs: nothing personal and no secret reaches a log through a library.

    What others in the process log through the same libraries stays as it is.

    Args:
        *loggers: Names; a logger below one of them has to be named too.
    """
    for name in loggers:
        logging.getLogger(name).addFilter(_FILTER)
    token = _SILENT.set(True)
    try:
        yield
    finally:
        _SILENT.reset(token)

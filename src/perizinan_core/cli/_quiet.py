"""Loggers that a command silences while it works; afterwards they have their own levels again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]


@contextmanager
def quiet(*names: str, level: int) -> Iterator[None]:
    """
    Let loggers say nothing below a level, and give them their own levels back at the end.

    Args:
        *names: Of the loggers.
        level: What is still said.
    """
    before = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in before:
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, own in before.items():
            logger.setLevel(own)

"""The moment for which an answer shall hold."""

from __future__ import annotations

from datetime import datetime

__all__ = ["check_moment"]

_FIRST, _LAST = 1970, 9998
"""No certificate is older, and at the edge of the calendar no day can be counted on."""


def check_moment(at: datetime) -> None:
    """
    Hold the moment of a check to what can be reckoned with.

    Raises:
        ValueError: when it has no time zone, or is of a year before 1970 or after 9998.
    """
    if at.tzinfo is None:
        raise ValueError("expected a moment with a time zone, got one without")
    if not _FIRST <= at.year <= _LAST:
        raise ValueError(f"expected a moment of the years {_FIRST} to {_LAST}, got one of {at.year}")

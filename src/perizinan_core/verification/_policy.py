"""How much must be proven before a signature is valid."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Policy"]


class Policy(StrEnum):
    """What counts as proven."""

    STANDARD = "standard"
    """
    A timestamp whose service has ended since still counts, and revocation that no one asked about leaves nothing open;
    the report says both.
    """

    STRICT = "strict"
    """Both leave the signature indeterminate."""

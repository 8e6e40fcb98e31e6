"""The PAdES baseline levels (ETSI EN 319 142-1 section 6), and what an office wants of them."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Level", "OnFailure"]


class Level(StrEnum):
    """How long a signature can be checked; each level holds what the one before it does."""

    B_B = "B-B"
    """The signature alone: provable while the signer's certificate is valid."""

    B_T = "B-T"
    """A timestamp proves when the signature was there."""

    B_LT = "B-LT"
    """The certificates and revocation data are inside the file."""

    B_LTA = "B-LTA"
    """A document timestamp protects all that; renewed in time, it holds without end."""

    @property
    def rank(self) -> int:
        """0 for B-B to 3 for B-LTA."""
        return tuple(Level).index(self)

    def reaches(self, other: Level) -> bool:
        """Return True when this level is ``other`` or more."""
        return self.rank >= other.rank


class OnFailure(StrEnum):
    """What issuing does when the timestamp service or revocation data cannot be had."""

    STOP = "stop"
    """The permit waits, unissued, and is tried again by the worker."""

    CONTINUE = "continue"
    """The permit is issued at the level reached so far, and the worker extends it later."""

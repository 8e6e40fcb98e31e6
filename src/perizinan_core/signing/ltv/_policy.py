"""The PAdES baseline levels (ETSI EN 319 142-1 section 6), and what an office wants of them."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.signing.ltv._revocation import RevocationClient
from perizinan_core.signing.ltv._timestamps import TimestampClient


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

    def reaches(self, other: Level) -> bool:
        """Return True when this level is ``other`` or more."""
        return tuple(Level).index(self) >= tuple(Level).index(other)


class OnFailure(StrEnum):
    """What issuing does when the timestamp service or revocation data cannot be had."""

    STOP = "stop"
    """The permit waits, unissued, and is tried again by the worker."""

    CONTINUE = "continue"
    """The permit is issued at the level reached so far, and the worker extends it later."""


@attrs.frozen(kw_only=True)
class TimestampPolicy:
    """How permits get their timestamps."""

    client: TimestampClient
    """The timestamp service."""

    level: Level = Level.B_LTA
    """What every permit reaches when it is issued."""

    on_failure: OnFailure = OnFailure.STOP
    """What happens when it cannot."""

    revocation: RevocationClient = attrs.field(factory=RevocationClient)
    """Who is asked about revocation; remembers answers from one permit to the next."""

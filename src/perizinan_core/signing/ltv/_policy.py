"""What an office wants of timestamps and long-term data: the value that issuing and renewal work by."""

from __future__ import annotations

import attrs

from perizinan_core.signing.ltv._levels import Level, OnFailure
from perizinan_core.signing.ltv._revocation import RevocationClient
from perizinan_core.signing.ltv._timestamps import TimestampClient

__all__ = ["TimestampPolicy"]


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

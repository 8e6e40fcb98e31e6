"""
Timestamps and long-term data for signed PDFs (PAdES B-T, B-LT, B-LTA; ETSI EN 319 142-1).

`extend` raises a signed file to a level and renews its archive timestamp; `read_state` says quickly what
a file has; `TimestampClient` is a timestamp service (also for `sign_pdf(…, timestamps=…)`),
`RevocationClient` asks about revocation, `TimestampPolicy` holds what an office wants of them.

Everything is added behind the signed bytes, which stay the beginning of the file. pyHanko judges files
and answers before anything is kept; it is loaded on first use.
"""

from perizinan_core.signing.ltv._extension import extend
from perizinan_core.signing.ltv._policy import Level, OnFailure, TimestampPolicy
from perizinan_core.signing.ltv._revocation import RevocationClient
from perizinan_core.signing.ltv._state import LongTermState, StampInfo, read_state
from perizinan_core.signing.ltv._timestamps import TimestampClient
from perizinan_core.verification._revocation import Evidence

__all__ = [
    "Evidence",
    "Level",
    "LongTermState",
    "OnFailure",
    "RevocationClient",
    "StampInfo",
    "TimestampClient",
    "TimestampPolicy",
    "extend",
    "read_state",
]

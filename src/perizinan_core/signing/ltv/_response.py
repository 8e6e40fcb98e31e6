"""
The response of a timestamp service (RFC 3161 section 2.4.2), loaded on use only.

asn1crypto's own class demands a token in every response; one that refuses has none.
"""

from __future__ import annotations

from asn1crypto import cms, core, tsp

__all__ = ["TimestampResponse"]


class TimestampResponse(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """``TimeStampResp``: what the service decided, and the token if it granted one."""

    _fields = [  # noqa: RUF012 - asn1crypto changes the list when it reads it first
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]

"""Status words of a signer's certificate, and how an answer says them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from perizinan_bsre._answers import is_own_refusal, refusal_of

__all__ = ["SignerStatus", "read_status"]


class SignerStatus(StrEnum):
    """Status words of the service's manual; only the first may sign."""

    ISSUE = "ISSUE"
    EXPIRED = "EXPIRED"
    RENEW = "RENEW"
    WAITING_FOR_VERIFICATION = "WAITING_FOR_VERIFICATION"
    NEW = "NEW"
    NO_CERTIFICATE = "NO_CERTIFICATE"
    NOT_REGISTERED = "NOT_REGISTERED"
    SUSPEND = "SUSPEND"
    REVOKE = "REVOKE"
    UNKNOWN = "UNKNOWN"
    """A word that the manual does not have."""


_CODES = {
    "1111": SignerStatus.ISSUE,
    "1110": SignerStatus.NOT_REGISTERED,
    "2011": SignerStatus.NOT_REGISTERED,
}


def read_status(value: Mapping[str, Any]) -> SignerStatus:
    """
    Return the status that an answer says: a word or a code, nested or not.

    Raises:
        BsreError: the service refuses.
    """
    inner = value.get("data")
    found = {**(inner if isinstance(inner, Mapping) else {}), **value}
    word = found.get("status")
    if isinstance(word, str) and (name := word.strip().upper().replace(" ", "_")):
        return SignerStatus(name) if name in SignerStatus.__members__ else SignerStatus.UNKNOWN
    code = str(found.get("status_code") or "")
    if code in _CODES:
        return _CODES[code]
    if is_own_refusal(value):
        raise refusal_of(value)
    return SignerStatus.UNKNOWN

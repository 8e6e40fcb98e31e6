"""
The public keys that the office publishes: the present ones, and those that came before.

A key is put on record the first time it is seen. When another one takes its place, the old one stays in the
authority document with its last day, so that what it signed can still be checked.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import date
from typing import Any

from perizinan_core.published import QrKey
from perizinan_core.published._keys import PublicKey, key_from_jwk, key_to_jwk, thumbprint
from perizinan_core.storage import UnitOfWork

__all__ = ["PUBLISHED_KEYS", "key_id", "published_keys"]

PUBLISHED_KEYS = "published-key:"
"""How the settings with published keys begin."""


def key_id(public_key: PublicKey) -> bytes:
    """Return the short identifier of a key: the first four bytes of its RFC 7638 thumbprint."""
    return urlsafe_b64decode(thumbprint(public_key) + "=")[:4]


def published_keys(work: UnitOfWork, purpose: str, key: PublicKey, day: date) -> tuple[QrKey, ...]:
    """
    Return all keys of a purpose with their days, and put ``key``, which is used now, on record.

    The first key has no first day: it may have signed before it was put on record. A key that takes
    another's place begins on ``day``, on which the other ends; both are good for that day.

    Args:
        work: A unit of work for writing; the caller commits.
        purpose: ``"qr"`` or ``"status"``.
        key: The present key.
        day: Local day.
    """
    prefix = f"{PUBLISHED_KEYS}{purpose}:"
    known: dict[str, Any] = dict(work.settings.all(prefix))
    name = prefix + key_id(key).hex()
    if name in work.settings.broken(prefix):
        # Known, and used now: listed for this document, and not put on record as if it began today.
        known[name] = {"key": key_to_jwk(key), "from": None, "to": None}
    elif name not in known or known[name]["to"] is not None:
        for other, entry in known.items():
            if entry["to"] is None:
                known[other] = {**entry, "to": day.isoformat()}
                work.settings.put(other, known[other])
        start = known[name]["from"] if name in known else (day.isoformat() if known else None)
        known[name] = {"key": key_to_jwk(key), "from": start, "to": None}
        work.settings.put(name, known[name])
    return tuple(
        QrKey(
            kid=bytes.fromhex(item.removeprefix(prefix)),
            key=key_from_jwk(entry["key"]),
            start=date.fromisoformat(entry["from"]) if entry["from"] else None,
            end=date.fromisoformat(entry["to"]) if entry["to"] else None,
        )
        for item, entry in sorted(known.items(), key=lambda pair: (pair[1]["from"] or "", pair[0]))
    )

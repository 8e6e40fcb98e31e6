"""
Which certificate signs for which position: sealed settings, and an event for each change of one.

A certificate is bound once and the binding only ever gets an end, so that older permits can still be checked.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import date, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from perizinan_core.errors.services import NotFoundError
from perizinan_core.model._actor import Actor
from perizinan_core.model._events import Event, EventKind
from perizinan_core.storage import UnitOfWork

__all__ = ["BINDING", "bind_certificate", "end_of_binding", "fingerprint", "history_subject"]

BINDING = "signatory:"
"""Prefix of the settings that hold a binding; the fingerprint of the certificate follows."""

_log = logging.getLogger(__name__)


def bind_certificate(
    work: UnitOfWork, position: str, certificate: x509.Certificate, *, first_day: date, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Bind a certificate that is bound to nothing yet; binding again changes nothing."""
    key = f"{BINDING}{fingerprint(certificate)}"
    if key in work.settings.broken(key):
        # It may have been ended: it is not begun again because its record is lost.
        _log.error("the binding of certificate %s is not as it was written", fingerprint(certificate))
        return
    if work.settings.get(key) is not None:
        return
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    binding = {
        "position": position,
        "spki_sha256": hashlib.sha256(spki).hexdigest(),
        "from": first_day.isoformat(),
        "to": None,
    }
    _write(work, key, None, binding, actor, now)


def end_of_binding(
    work: UnitOfWork, certificate_sha256: str, *, last_day: date, actor: Actor, now: datetime
) -> None:
    """
    Set the last day of a binding.

    Raises:
        NotFoundError: no such binding.
    """
    key = f"{BINDING}{certificate_sha256}"
    before = work.settings.get(key)
    if before is None:
        raise NotFoundError(kind="certificate", key=certificate_sha256)
    after = {**before, "to": last_day.isoformat()}
    if before != after:
        _write(work, key, before, after, actor, now)


def history_subject(position: str) -> str:
    """Return under which subject the history of a position's certificates stands."""
    return f"position:{position}"


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate in hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _write(
    work: UnitOfWork,
    key: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    work.settings.put(key, after)
    happened = Event(
        kind=EventKind.BINDING_CHANGED,
        subject=history_subject(after["position"]),
        at=now,
        actor=str(actor.account),
        data={"certificate": key.removeprefix(BINDING), "before": _told(before), "after": _told(after)},
    )
    work.history.add((happened,))


def _told(binding: dict[str, Any] | None) -> dict[str, Any] | None:
    if binding is None:
        return None
    return {name: binding[name] for name in ("position", "from", "to")}

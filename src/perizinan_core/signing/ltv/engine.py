"""
What this room asks pyHanko's validators for, in one place; loaded on first use only.

`context` makes their settings, `asn1_certificates` turns `cryptography`'s certificates into theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

__all__ = ["asn1_certificate", "asn1_certificates", "context", "quiet", "serial_text"]

_SILENT = logging.NullHandler()


def quiet() -> None:
    """Send pyHanko's warnings to whoever listens, and not to the screen of somebody who does not."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).addHandler(_SILENT)


@lru_cache(maxsize=256)
def asn1_certificate(certificate: x509.Certificate) -> Any:
    """Return a certificate as asn1crypto knows it."""
    from asn1crypto.x509 import Certificate

    return Certificate.load(certificate.public_bytes(Encoding.DER))


def asn1_certificates(certificates: Iterable[x509.Certificate]) -> list[Any]:
    """Return certificates as asn1crypto knows them."""
    return [asn1_certificate(item) for item in certificates]


def context(roots: Sequence[x509.Certificate], moment: datetime, *, others: Iterable[Any] = ()) -> Any:
    """
    Return a validation context that fetches nothing and leaves revocation to `settled`.

    Args:
        roots: Where paths may end.
        moment: For which certificates must be valid.
        others: Further certificates (asn1crypto).
    """
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=asn1_certificates(roots),
        other_certs=list(others),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def serial_text(certificate: Any) -> str:
    """Return the serial number of an asn1crypto certificate, hexadecimal: names it without naming a person."""
    return f"{certificate.serial_number:x}"

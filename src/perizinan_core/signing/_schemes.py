"""The signature schemes as `cryptography` takes them: arguments of ``sign`` and ``verify`` after the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from perizinan_core.signing._ports import SignatureAlgorithm

__all__ = ["SALT_LENGTH", "SCHEMES"]

SALT_LENGTH = 32
"""Bytes, for RSASSA-PSS."""

_SHA256 = hashes.SHA256()
SCHEMES: Mapping[SignatureAlgorithm, tuple[Any, ...]] = {
    SignatureAlgorithm.RSA_SHA256: (padding.PKCS1v15(), _SHA256),
    SignatureAlgorithm.RSA_PSS_SHA256: (padding.PSS(padding.MGF1(_SHA256), SALT_LENGTH), _SHA256),
    SignatureAlgorithm.ECDSA_SHA256: (ec.ECDSA(_SHA256),),
    SignatureAlgorithm.ECDSA_SHA384: (ec.ECDSA(hashes.SHA384()),),
}

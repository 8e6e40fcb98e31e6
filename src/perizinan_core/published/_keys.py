"""
Public keys as JWK (RFC 7517, RFC 8037) and the two signature schemes of documents and QR codes.

Ed25519 (``EdDSA``) and ECDSA on P-256 with SHA-256 (``ES256``); ECDSA signatures are the 64 bytes
``r || s`` of RFC 7518 section 3.4, not DER.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
"""A key that checks what an office publishes: Ed25519 or P-256."""

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
"""A key that signs what an office publishes: Ed25519 or P-256."""

_WIDTH = 32


def key_to_jwk(key: PublicKey) -> dict[str, str]:
    """Return the public key as JWK, with the members that RFC 7638 needs and no others."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"crv": "Ed25519", "kty": "OKP", "x": _encode(raw)}
    if not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"expected an Ed25519 or P-256 key, got {key.curve.name}")  # noqa: TRY004
    numbers = key.public_numbers()
    x, y = (_encode(value.to_bytes(_WIDTH, "big")) for value in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def key_from_jwk(jwk: Any) -> PublicKey:
    """
    Return the public key that a JWK describes; members beyond the key itself are ignored.

    Raises:
        ValueError: when it is not an Ed25519 or P-256 public key.
    """
    if not isinstance(jwk, Mapping):
        raise ValueError("expected a JWK object")  # noqa: TRY004 - one kind of error for bad input
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(_decode(jwk.get("x")))
        case "EC", "P-256":
            point = b"\x04" + _decode(jwk.get("x")) + _decode(jwk.get("y"))
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        case _:
            raise ValueError("expected a JWK with kty OKP and crv Ed25519, or kty EC and crv P-256")


def thumbprint(key: PublicKey) -> str:
    """Return the fingerprint of RFC 7638: SHA-256 of the canonical JWK, base64url without padding."""
    text = json.dumps(key_to_jwk(key), sort_keys=True, separators=(",", ":"))
    return _encode(hashlib.sha256(text.encode("ascii")).digest())


def algorithm_name(key: PublicKey | PrivateKey) -> str:
    """Return the JOSE name of the scheme: ``EdDSA`` or ``ES256``."""
    return "EdDSA" if isinstance(key, (ed25519.Ed25519PublicKey, ed25519.Ed25519PrivateKey)) else "ES256"


def fits(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Return True when ``signature`` over ``data`` was made with the private half of ``key``."""
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
            return True
        if len(signature) != 2 * _WIDTH:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:_WIDTH], signature[_WIDTH:]))
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def signing_callback(key: PrivateKey) -> Callable[[bytes], bytes]:
    """Return the function ``sign(data)`` that builders of documents and QR codes take."""

    def sign(data: bytes) -> bytes:
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(data)
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_WIDTH, "big") + s.to_bytes(_WIDTH, "big")

    return sign


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) > 64:
        raise ValueError("expected base64url text")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(raw) != text or len(raw) != _WIDTH:
        raise ValueError("expected 32 bytes in base64url without padding")
    return raw

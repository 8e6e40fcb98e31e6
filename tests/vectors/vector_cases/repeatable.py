"""
Chance that comes out the same each time, so that making the vectors again gives the same files.

Inside `Chance.fixed` elliptic-curve keys, serial numbers, salts and nonces come from a seed, and ECDSA is
deterministic (RFC 6979). RSA keys cannot be made from a seed with `cryptography`: they lie in ``keys/``, made
once. All of them are **test keys**: public, worthless, and never to be trusted.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

__all__ = ["Chance"]

_RSA = rsa.generate_private_key


class Chance:
    """
    A stream of bytes from a seed, put in the place of all sources of chance.

    Args:
        keys: Folder of the RSA test keys; a missing one is made and kept.
    """

    def __init__(self, keys: Path) -> None:
        self._keys = keys
        self._seed, self._count, self._rsa = b"", 0, 0

    def begin(self, seed: str) -> None:
        """Start anew from ``seed``: what is made next does not depend on what was made before."""
        self._seed, self._count, self._rsa = seed.encode(), 0, 0

    def bytes(self, size: int = 32) -> bytes:
        """Return the next bytes."""
        self._count += 1
        return hashlib.shake_256(b"%b/%d" % (self._seed, self._count)).digest(size)

    def curve_key(self, curve: ec.EllipticCurve, backend: Any = None) -> ec.EllipticCurvePrivateKey:
        """Return an elliptic-curve key of the stream."""
        del backend
        secret = int.from_bytes(self.bytes(curve.key_size // 8 - 1))  # shorter than the order of the group
        return ec.derive_private_key(secret or 1, curve)

    def edwards_key(self) -> ed25519.Ed25519PrivateKey:
        """Return an Ed25519 key of the stream."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.bytes())

    def rsa_key(self, public_exponent: int, key_size: int, backend: Any = None) -> rsa.RSAPrivateKey:
        """Return a kept RSA key; after `begin` the first one again."""
        del backend
        self._rsa += 1
        path = self._keys / f"TEST-KEY-rsa-{key_size}-{self._rsa}.pem"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            made = _RSA(public_exponent, key_size)
            path.write_bytes(
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    @contextmanager
    def fixed(self) -> Iterator[None]:
        """Put the stream in the place of chance until the block ends."""
        with ExitStack() as stack:

            def put(place: Any, name: str, value: Any) -> None:
                stack.enter_context(patch.object(place, name, value))

            put(ec, "generate_private_key", self.curve_key)
            put(rsa, "generate_private_key", self.rsa_key)
            put(ed25519.Ed25519PrivateKey, "generate", staticmethod(self.edwards_key))
            # Not the class: `cryptography` remembers the first one that it meets.
            put(ec.ECDSA, "deterministic_signing", property(lambda _: True))
            put(x509, "random_serial_number", lambda: int.from_bytes(self.bytes(19)))
            for builder in (x509.CertificateBuilder, x509.CertificateRevocationListBuilder):
                put(builder, "sign", _deterministic(builder.sign))
            put(secrets, "token_bytes", lambda size=32: self.bytes(size))
            put(os, "urandom", self.bytes)
            put(uuid, "uuid4", lambda: uuid.UUID(bytes=self.bytes(16), version=4))
            yield


def _deterministic(sign: Any) -> Any:
    def signed(builder: Any, private_key: Any, algorithm: Any, **options: Any) -> Any:
        if isinstance(private_key, ec.EllipticCurvePrivateKey):
            options["ecdsa_deterministic"] = True
        return sign(builder, private_key, algorithm, **options)

    return signed

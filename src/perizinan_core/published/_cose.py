"""
One signature of COSE (``COSE_Sign1``, RFC 9052): what QR claims and status lists are wrapped in.

CBOR is written in its deterministic form (RFC 8949 section 4.2), and read in no other unless a caller says so.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any

import attrs

from perizinan_core.published._keys import PublicKey, algorithm_name, fits

ALG, KID, TYPE = 1, 4, 16
"""Labels of the protected header."""

ALGORITHMS = {"ES256": -7, "EdDSA": -8}
SIGNATURE_BYTES = 64


@attrs.frozen(kw_only=True)
class Sign1:
    """One signed content; whether the signature fits is asked by `is_signed_by`."""

    protected: bytes
    payload: bytes
    signature: bytes = attrs.field(default=bytes(SIGNATURE_BYTES), repr=False)
    aad: bytes = b""
    """External data that is signed too, so that a signature for one purpose serves no other."""

    @classmethod
    def read(cls, parts: Any, *, labels: Collection[int], aad: bytes = b"") -> Sign1:
        """
        Read the four parts of a structure whose protected header has exactly these labels.

        Raises:
            ValueError, TypeError: when they are of another kind.
        """
        protected, unprotected, payload, signature = parts
        header = loads(protected, any_form=True)
        if unprotected != {} or set(header) != set(labels) or not isinstance(header[KID], bytes):
            raise ValueError("header of another kind")
        if header[ALG] not in ALGORITHMS.values():
            raise ValueError("signature of another kind")
        if not isinstance(signature, bytes) or len(signature) != SIGNATURE_BYTES:
            raise ValueError("signature of another kind")
        return cls(protected=protected, payload=payload, signature=signature, aad=aad)

    @property
    def header(self) -> dict[int, Any]:
        """The protected header."""
        header: dict[int, Any] = loads(self.protected, any_form=True)
        return header

    @property
    def signed(self) -> bytes:
        """The bytes that the signature covers (section 4.4)."""
        return dumps(["Signature1", self.protected, self.aad, self.payload])

    @property
    def parts(self) -> list[Any]:
        """The structure, ready to be encoded."""
        return [self.protected, {}, self.payload, self.signature]

    def is_signed_by(self, key: PublicKey) -> bool:
        """Return True when the key made the signature, by the method that the header states."""
        same = ALGORITHMS[algorithm_name(key)] == self.header[ALG]
        return same and fits(key, self.signature, self.signed)


def whole(value: Any, least: int, most: int) -> int:
    """
    Return a whole number between two bounds, both included.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"expected a whole number from {least} to {most}")
    return value


def unpacked(data: bytes, most: int, bits: int = zlib.MAX_WBITS) -> bytes:
    """
    Return what a complete ZLIB stream (RFC 1950) holds; ``bits`` below zero: one of raw DEFLATE (RFC 1951).

    Raises:
        ValueError: it is damaged or cut off, is followed by more bytes, or unpacks to more than ``most`` bytes.
    """
    engine = zlib.decompressobj(bits)
    try:
        found = engine.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError("not a compressed stream") from error
    if not engine.eof or engine.unused_data or len(found) > most:
        raise ValueError("incomplete, too large, or followed by other bytes")
    return found


def dumps(value: Any) -> bytes:
    """Return CBOR in deterministic form."""
    import cbor2

    return cbor2.dumps(value, canonical=True)


def loads(data: bytes, *, any_form: bool = False) -> Any:
    """
    Read CBOR in deterministic form, or with ``any_form`` in every definite one.

    Raises:
        ValueError: for anything else.
    """
    import cbor2

    try:
        value = cbor2.loads(data, max_depth=8, allow_indefinite=False, allow_duplicate_keys=False)
    except cbor2.CBORDecodeError as error:
        raise ValueError("not CBOR") from error
    if not any_form and dumps(value) != data:
        raise ValueError("CBOR that is not in deterministic form")
    return value

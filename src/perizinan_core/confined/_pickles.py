"""How values travel to a child: keys and certificates of `cryptography` as their DER, the rest pickled."""

from __future__ import annotations

import io
import pickle
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

__all__ = ["ObjectPickler", "pickled"]


class ObjectPickler(pickle.Pickler):
    """Pickles certificates and public keys, too."""

    def reducer_override(self, obj: Any) -> Any:
        """See `pickle.Pickler.reducer_override`."""
        if isinstance(obj, x509.Certificate):
            return _certificate, (obj.public_bytes(serialization.Encoding.DER),)
        if isinstance(obj, (ed25519.Ed25519PublicKey, ec.EllipticCurvePublicKey)):
            raw = obj.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return _public_key, (raw,)
        return NotImplemented


def pickled(value: Any) -> bytes:
    """Return the bytes of a value; most hold no key, and are written without being asked object by object."""
    try:
        return pickle.dumps(value)
    except (TypeError, pickle.PicklingError):
        buffer = io.BytesIO()
        ObjectPickler(buffer).dump(value)
        return buffer.getvalue()


# Functions with a name that a child can import; those of the library have none.
def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _public_key(der: bytes) -> object:
    return serialization.load_der_public_key(der)

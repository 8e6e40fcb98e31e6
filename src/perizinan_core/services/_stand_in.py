"""
What stands in for the office's keys while a letter is rehearsed: nothing that it signs counts anywhere.

A rehearsed letter carries a number that was not taken. Its QR code and its signature are made like those of an issued
one, so that they are as long and are judged alike, but with keys that this process made up and that no authority
document names.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from perizinan_core._converters import to_json
from perizinan_core.model._letter import PermitStatement
from perizinan_core.published import AuthorityDocument, QrKey
from perizinan_core.published._keys import PrivateKey, algorithm_name, signing_callback
from perizinan_core.published._qr_claims import claims_of_statement, encode_qr_text
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._published_keys import key_id
from perizinan_core.signing import FileKeySigner

__all__ = ["qr_text_with", "stand_in_document", "stand_in_qr_key", "stand_in_signer"]

_LONG_AGO, _FAR_AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)


def qr_text_with(context: OfficeContext, statement: PermitStatement, key: PrivateKey) -> str:
    """Return the verification address with the claims of a letter, signed with ``key``."""
    return encode_qr_text(
        context.authority.verification_url,
        claims_of_statement(to_json(statement)),
        sign=signing_callback(key),
        kid=key_id(key.public_key()),
        algorithm=algorithm_name(key),
    )


@lru_cache(maxsize=1)
def stand_in_qr_key() -> ec.EllipticCurvePrivateKey:
    """Return the key that signs the codes of rehearsed letters."""
    return ec.generate_private_key(ec.SECP256R1())


@lru_cache(maxsize=1)
def stand_in_signer() -> FileKeySigner:
    """Return the signer of rehearsed letters, with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Latihan surat, tidak berlaku")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LONG_AGO)
        .not_valid_after(_FAR_AHEAD)
        .sign(key, hashes.SHA256())
    )
    return FileKeySigner.from_key(key, certificate)


def stand_in_document(context: OfficeContext, now: datetime) -> AuthorityDocument:
    """Return what a checker of rehearsed letters knows of the office: its name, its address, the stand-in's key."""
    key = stand_in_qr_key().public_key()
    return AuthorityDocument(
        slug=context.authority.slug,
        name=context.authority.name.id,
        time_zone=context.calendar.time_zone.value,
        version=1,
        issued=now,
        expires=now + timedelta(days=1),
        verification_url=context.authority.verification_url,
        roots=(stand_in_signer().certificate,),
        signatories=(),
        qr_keys=(QrKey(kid=key_id(key), key=key),),
        keys=(key,),
    )

"""Signature containers and timestamps built part by part, for what pyHanko's own signer never writes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from perizinan_core.bootstrap._synthetic_ca import Issued

HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}


def reserved(world: Any, data: bytes) -> bytes:
    """Return the file signed, with much room for another container."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    fields.append_signature_field(writer, fields.SigFieldSpec("Sig1", on_page=0))
    metadata = signers.PdfSignatureMetadata(
        field_name="Sig1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    signer = signers.PdfSigner(metadata, world.simple_signer())
    return signer.sign_pdf(writer, bytes_reserved=20000).getvalue()


def put(data: bytes, covered: tuple[int, int, int, int], der: bytes) -> bytes:
    """Put a container into the gap that ``covered`` leaves out."""
    _, first, second, _ = covered
    return data[: first + 1] + der.hex().encode().ljust(second - first - 2, b"0") + data[second - 1 :]


def certificate(issued: Issued | x509.Certificate) -> Certificate:
    """Return it as asn1crypto reads it."""
    found = issued.certificate if isinstance(issued, Issued) else issued
    return Certificate.load(found.public_bytes(Encoding.DER))


def element(tag: int, body: bytes) -> bytes:
    """Return one DER element."""
    size = len(body)
    width = (size.bit_length() + 7) // 8
    length = bytes([size]) if size < 0x80 else bytes([0x80 | width]) + size.to_bytes(width, "big")
    return bytes([tag]) + length + body


def endless(tag: int, body: bytes) -> bytes:
    """Return one BER element of indefinite length."""
    return bytes([tag]) + b"\x80" + body + b"\0\0"


def _signed(key: Any, data: bytes, md: str) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), HASHES[md]())
    return key.sign(data, ec.ECDSA(HASHES[md]()))


def _signer(who: Issued, attributes: bytes, md: str, covered: bytes | None = None) -> dict[str, Any]:
    own = certificate(who)
    scheme = "rsassa_pkcs1v15" if isinstance(who.key, rsa.RSAPrivateKey) else f"{md}_ecdsa"
    return {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
        "digest_algorithm": {"algorithm": md},
        "signature_algorithm": {"algorithm": scheme},
        "signed_attrs": cms.CMSAttributes.load(attributes),
        "signature": _signed(who.key, covered if covered is not None else attributes, md),
    }


def _attributes(kind: str, digest: bytes, own: Certificate) -> bytes:
    reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(own.dump()).digest()}]})
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": [kind]},
            {"type": "message_digest", "values": [digest]},
            {"type": "signing_certificate_v2", "values": [reference]},
        ]
    ).dump()


def container(
    digest: bytes,
    who: Issued,
    *,
    others: Sequence[x509.Certificate] | None = None,
    stamp: Callable[[bytes], cms.ContentInfo] | None = None,
    shape: str = "der",
) -> bytes:
    """
    Return a container.

    Args:
        digest: SHA-256 of what is covered.
        who: The signer.
        others: Certificates besides the signer's; default: those above it.
        stamp: Makes a timestamp of the signature.
        shape: ``"der"``; ``"sent"`` and ``"sorted"``: attributes out of order, signed as sent or as DER orders
            them; ``"endless"``: lengths left open as BER allows.
    """
    own = certificate(who)
    attributes = _attributes("data", digest, own)
    sent = core.SetOf.load(attributes, spec=cms.CMSAttribute)
    parts = sorted((item.dump() for item in sent), reverse=True)
    reversed_order = element(0x31, b"".join(parts))
    signer = cms.SignerInfo(_signer(who, attributes, "sha256", reversed_order if shape == "sent" else None))
    if stamp is not None:
        value = stamp(signer["signature"].native)
        signer["unsigned_attrs"] = cms.CMSAttributes(
            [{"type": "signature_time_stamp_token", "values": [value]}]
        )
    above = who.chain if others is None else others
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [own, *map(certificate, above)],
            "signer_infos": [signer],
        }
    )
    head = b"".join(
        data[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")
    )
    fields_of = [
        signer[name].dump() for name in ("version", "sid", "digest_algorithm", "signature_algorithm", "signature")
    ]  # fmt: skip
    if shape in {"sent", "sorted"}:
        fields_of.insert(3, element(0xA0, b"".join(parts)))
        infos = element(0x31, element(0x30, b"".join(fields_of)))
    else:
        infos = data["signer_infos"].dump()
    wrap = endless if shape == "endless" else element
    kind = cms.ContentType("signed_data").dump()
    return wrap(0x30, kind + wrap(0xA0, wrap(0x30, head + infos)))


def token(
    stamped: bytes,
    who: Issued,
    moment: datetime,
    *,
    imprint: str = "sha256",
    md: str = "sha256",
    with_certificate: bool = True,
) -> cms.ContentInfo:
    """Return a timestamp of ``stamped``."""
    own = certificate(who)
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.2.3.4",
            "message_imprint": {
                "hash_algorithm": {"algorithm": imprint},
                "hashed_message": hashlib.new(imprint, stamped, usedforsecurity=False).digest(),
            },
            "serial_number": 7,
            "gen_time": moment,
        }
    ).dump()
    digest = hashlib.new(md, info, usedforsecurity=False).digest()
    signer = _signer(who, _attributes("tst_info", digest, own), md)
    return cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v3",
                "digest_algorithms": [{"algorithm": md}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [own, *map(certificate, who.chain)] if with_certificate else [],
                "signer_infos": [signer],
            },
        }
    )


def authority(
    name: str,
    key: rsa.RSAPrivateKey,
    *,
    by: tuple[str, rsa.RSAPrivateKey] | None = None,
    valid: tuple[datetime, datetime],
    ca: bool = True,
    sha1: bool = False,
) -> x509.Certificate:
    """Return a certificate, self-signed unless ``by`` names another issuer and its key."""
    issuer, signing = by or (name, key)
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        key.public_key(),
        x509.random_serial_number(),
        *(item.replace(tzinfo=None) for item in valid),
    )
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = builder.sign(signing, hashes.SHA256())
    if not sha1:
        return made
    parts = Certificate.load(made.public_bytes(Encoding.DER))
    body = parts["tbs_certificate"]
    body["signature"] = {"algorithm": "sha1_rsa"}
    signature = signing.sign(body.dump(force=True), padding.PKCS1v15(), hashes.SHA1())
    weak = {
        "tbs_certificate": body,
        "signature_algorithm": {"algorithm": "sha1_rsa"},
        "signature_value": signature,
    }
    return x509.load_der_x509_certificate(Certificate(weak).dump())


def years(now: datetime, begin: int, end: int) -> tuple[datetime, datetime]:
    """Return two moments, so many days from ``now``."""
    return now + timedelta(days=begin), now + timedelta(days=end)

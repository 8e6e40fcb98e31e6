# ruff: noqa: E501 - tables of cases: what was done and why stand beside each other
"""Signatures of any PDF, without a permit: ``--signature-only --roots``."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import attrs
from asn1crypto import keys as asn1_keys
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from perizinan_core.bootstrap._synthetic_ca import Issued
from perizinan_core.signing.ltv import Level
from vector_cases import Case, builder
from vector_cases.setting import DAY, SIGNED, Setting
from vector_cases.shapes import hybrid, object_of, plain_stream, startxref_of, update

__all__ = ["cases"]

build = builder()


def cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases of this module."""
    world, letter = setting.world, build.small_pdf(build.statement())
    rsa = setting.rsa["rsa_2048"]
    edwards = world.ca.issue("Ed", now=SIGNED - 300 * DAY, key=ed25519.Ed25519PrivateKey.generate())
    legacy = fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    good = world.permit()
    for name, data, why in (
        ("plain", good, "A permit's signature by itself."),
        ("adbe_detached", _signed(letter, rsa, subfilter=legacy), "An adbe.pkcs7.detached signature (RSA)."),
        ("ed25519", _signed(letter, edwards, md="sha512"), "An EdDSA signature (Ed25519)."),
        ("certified", _signed(letter, rsa, certify=1), "A certification signature that allows no changes."),
        ("encrypted", _signed(_encrypted(letter), rsa), "Encrypted (AES-256) with an empty password for reading, then signed."),
        ("visible", _signed(letter, rsa, box=(300, 100, 500, 150)), "A visible signature."),
        ("sha512", _signed(letter, rsa, md="sha512"), "RSA with SHA-512."),
    ):  # fmt: skip
        case = _only(f"good_any_{name}", data, "valid", "TOTAL_PASSED", why)
        yield attrs.evolve(case, repeatable=name != "encrypted")
    yield _only("any_stranger_fail", world.permit(world.stranger), "indeterminate", "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "Sound, but of a CA whose root was not given.")  # fmt: skip
    yield _only("any_second_stranger_fail", build.sign(good, world.stranger), "indeterminate", None, "Signed a second time by somebody of a CA whose root was not given.")  # fmt: skip
    yield _only("any_unsigned_fail", letter, "unsigned", None, "No signature.")
    yield _only("any_changed_fail", good.replace(b"/Kids [3 0 R]", b"/Kids [3 0 R ]"[:-1] + b" ")[: len(good)], "not_valid", None, "A byte of the signed file is another.")  # fmt: skip
    yield _only("any_replaced_fail", update(good, {4: plain_stream(b"", b" ")}), "not_valid", None, "The page is replaced by an update.")  # fmt: skip
    yield _only("any_appended_fail", good + b"\n", "not_valid", None, "A line end behind the signed file.")
    yield _only("any_cut_fail", good[:-100], "unreadable", None, "The last 100 bytes are missing.")
    locked = _only("any_password_fail", _encrypted(letter, "rahasia"), "unreadable", None, "Opens only with a password.")  # fmt: skip
    yield attrs.evolve(locked, repeatable=False)
    certified = _signed(letter, rsa, certify=1)
    again = _signed(certified, setting.p384, field="Sig2", careless=True)
    yield _only("any_certified_then_signed_fail", again, "not_valid", None, "Certified as unchangeable, then signed once more.")  # fmt: skip
    third = _signed(letter, rsa, certify=3)
    page = object_of(third, 3)
    note = b"<</Type /Annot /Subtype /FreeText /Rect [40 690 300 720] /Contents (Eve)>>"
    annotated = update(third, {3: page.replace(b"/Annots [", b"/Annots [60 0 R "), 60: note})
    yield _only("any_evil_annotation_fail", annotated, "not_valid", None, "Certified with notes allowed, and a note laid over the text (evil annotation attack).")  # fmt: skip
    lta = setting.services.raised(
        setting.services.sign(letter, setting.services.officer(SIGNED - DAY, SIGNED + 60 * DAY, told=("crl",)), stamped=SIGNED),
        Level.B_LTA,
    )  # fmt: skip
    yield Case(
        name="good_any_b_lta", data=lta, verdict="valid", authority=None, roots="services", signature="TOTAL_PASSED",
        at="2027-06-01T09:00:00+07:00", why="B-LTA, judged after the signer's certificate has ended: everything that is needed lies in the file.",
    )  # fmt: skip
    yield from _weak_and_revoked(setting, letter)


def _weak_and_revoked(setting: Setting, letter: bytes) -> Iterator[Case]:
    legacy, services = fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED, setting.services
    old = setting.world.ca.issue("Lama", now=SIGNED - 300 * DAY, kind="rsa-1024")
    rsa = setting.rsa["rsa_2048"]
    weak = "TOTAL_FAILED/CRYPTO_CONSTRAINTS_FAILURE"
    yield _only("any_sha1_fail", _signed(letter, rsa, subfilter=legacy, md="sha1"), "not_valid", weak, "Signed with SHA-1, for which two documents can be made that fit one signature.")  # fmt: skip
    yield _only("any_md5_fail", _signed(letter, rsa, subfilter=legacy, md="md5"), "not_valid", weak, "Signed with MD5.")  # fmt: skip
    yield _only("any_rsa_1024_fail", _signed(letter, old), "not_valid", weak, "Signed with an RSA key of 1024 bits.")  # fmt: skip
    officer = services.officer(SIGNED - 30 * DAY, SIGNED + 60 * DAY)
    for name, at, verdict, stamped, why in (
        ("any_revoked_before_fail", SIGNED - 5 * DAY, "not_valid", None, "The certificate was revoked five days before."),
        ("any_revoked_after_fail", SIGNED + 5 * DAY, "not_valid", None, "Revoked five days after the stated time, which nothing proves."),
        ("good_any_revoked_after_timestamp", SIGNED + 5 * DAY, "valid", SIGNED, "Revoked five days after a timestamp that proves the signature."),
    ):  # fmt: skip
        data = services.revoked(services.sign(letter, officer, stamped=stamped), officer, at)
        yield Case(
            name=name, data=data, verdict=verdict, authority=None, roots="services", signature=None,
            at="2026-12-15T10:00:00+07:00", why=why,
        )  # fmt: skip
    objects = build.permit_objects(build.statement())
    hidden = build.sign(hybrid(objects, hidden=9), setting.world.head)
    yield _only("good_any_hybrid", hidden, "valid", "TOTAL_PASSED", "A hybrid-reference file: a classic table, and a stream for one object.")  # fmt: skip
    good = setting.world.permit()
    again = b"4 1\n%010d 00000 n \n" % startxref_of(good)
    twice = update(good, {4: plain_stream(b"", b"  ")}, rows=again)
    yield _only("any_table_twice_fail", twice, "not_valid", None, "An update whose table lists the page's content twice, at two places.")  # fmt: skip


def _only(name: str, data: bytes, verdict: str, words: str | None, why: str) -> Case:
    return Case(
        name=name, data=data, verdict=verdict, authority=None, roots="office", signature=words, why=why
    )


class _Careless(signers.PdfSigner):
    """Signs where certification forbids it, as attackers do."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        del reader


def _signed(
    data: bytes,
    issued: Issued,
    *,
    field: str = "Sig1",
    box: tuple[int, int, int, int] | None = None,
    subfilter: fields.SigSeedSubFilter = fields.SigSeedSubFilter.PADES,
    certify: int | None = None,
    md: str = "sha256",
    careless: bool = False,
) -> bytes:
    """Sign with pyHanko, whose forms of signature are not only ours; at the usual time."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    if writer.prev.encrypted:
        writer.encrypt("")
    fields.append_signature_field(writer, fields.SigFieldSpec(field, box=box, on_page=0))
    signer = signers.SimpleSigner(_cert(issued), _key(issued), _store(issued))
    metadata: Any = signers.PdfSignatureMetadata(
        field_name=field,
        subfilter=subfilter,
        md_algorithm=md,
        certify=certify is not None,
        docmdp_permissions=fields.MDPPerm(certify or 2),
    )
    kind = _Careless if careless else signers.PdfSigner
    return bytes(_at(kind(metadata, signer), writer))


def _at(signer: signers.PdfSigner, writer: IncrementalPdfFileWriter) -> bytes:
    """Let pyHanko sign as if it were the usual time: some of its modules ask the machine's clock."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return SIGNED.astimezone(tz or UTC)

    places = (
        "sign.signers.pdf_signer",
        "sign.signers.pdf_cms",
        "pdf_utils.metadata.info",
        "pdf_utils.metadata.xmp_xml",
    )
    with ExitStack() as stack:
        for place in places:
            stack.enter_context(patch(f"pyhanko.{place}.datetime", Then))
        return signer.sign_pdf(writer, in_place=False).getvalue()


def _encrypted(data: bytes, password: str = "") -> bytes:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(data)))
    handler = StandardSecurityHandler.build_from_pw("pemilik", password)
    writer._assign_security_handler(handler)  # what `encrypt` does, with a user password of our own
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _cert(issued: Issued) -> Certificate:
    return Certificate.load(issued.certificate.public_bytes(serialization.Encoding.DER))


def _key(issued: Issued) -> asn1_keys.PrivateKeyInfo:
    raw = issued.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return asn1_keys.PrivateKeyInfo.load(raw)


def _store(issued: Issued) -> SimpleCertificateStore:
    store = SimpleCertificateStore()
    for item in issued.chain:
        store.register(Certificate.load(item.public_bytes(serialization.Encoding.DER)))
    return store

# ruff: noqa: E501 - one object of a PDF per line
"""
Signed PDFs of our own, good and hostile, made anew for every run: look-alikes of the public attack classes.

Keys, people and files are made up here; pyHanko signs, hostile updates are written by hand, as an attacker
would. ``python tests/verification/signed_files.py FOLDER`` writes all of them with the expected exit codes.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from asn1crypto import keys as asn1_keys
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
_STREAM = b"<< /Length %d %s>>\nstream\n%s\nendstream"


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """Return a stream object's body."""
    return _STREAM % (len(data), extra, data)


def assemble(objects: Mapping[int, bytes], before: bytes = b"", *, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Write a PDF, or an update behind ``before``, with a classic table."""
    out = bytearray(before or b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n" + (b"" if before else b"0 1\n0000000000 65535 f \n")
    for number in sorted(places):
        out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    size = max([*places, *([_size(before) - 1] if before else [])]) + 1
    previous = b" /Prev %d" % _startxref(before) if before else b""
    out += b"trailer\n<< /Size %d %s%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, previous, start)
    return bytes(out)


def _startxref(data: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", data)[-1])


def _size(data: bytes) -> int:
    return max(int(item) for item in re.findall(rb"/Size\s+(\d+)", data))


def base_pdf(*, extra_annotations: bytes = b"", content: bytes | None = None) -> bytes:
    """
    Return an unsigned contract.

    Objects: 4 page content, 6 text field ``Jumlah`` with a value, 7 its appearance, 8 empty field
    ``Catatan``, 9 its appearance, 10 font, 11 image-like form drawn on the page, 12 fields' array.
    """
    text = content or b"BT /F1 12 Tf 50 700 Td (Bayar kepada Budi) Tj ET /Fm1 Do"
    return assemble(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 10 0 R >> /XObject << /Fm1 11 0 R >> >> /Annots [6 0 R 8 0 R" + extra_annotations + b"] >>",
            4: stream(text),
            5: b"<< /Fields [6 0 R 8 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 10 0 R >> >> >>",
            6: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Jumlah) /V (100) /Rect [50 600 200 620] /P 3 0 R /F 4 /AP << /N 7 0 R >> >>",
            7: stream(b"/Tx BMC (100) Tj EMC", b"/Type /XObject /Subtype /Form /BBox [0 0 150 20] "),
            8: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Catatan) /Rect [50 500 200 520] /P 3 0 R /F 4 /AP << /N 9 0 R >> >>",
            9: stream(b"/Tx BMC EMC", b"/Type /XObject /Subtype /Form /BBox [0 0 150 20] "),
            10: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            11: stream(b"q Q", b"/Type /XObject /Subtype /Form /BBox [0 0 10 10] "),
        }
    )  # fmt: skip


@attrs.frozen(eq=False)
class SignedFiles:
    """A CA with signers and a timestamp service, and what they sign."""

    ca: SyntheticCA
    signer: Issued
    second: Issued
    stranger: Issued
    tsa: Issued

    @classmethod
    def create(cls, now: datetime = NOW) -> SignedFiles:
        """Make new keys."""
        ca = SyntheticCA.create(now - timedelta(days=400), name="Kontrak")
        other = SyntheticCA.create(now - timedelta(days=400), name="Lain")
        early = now - timedelta(days=300)
        stamping = [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)]
        return cls(
            ca,
            ca.issue("Ani", now=early),
            ca.issue("Badu", now=early, kind="p-256"),
            other.issue("Orang Luar", now=early, kind="p-256"),
            ca.issue("TSA", now=early, usages=("digital_signature",), extensions=stamping),
        )

    @property
    def roots(self) -> list[x509.Certificate]:
        """The one root that a checker trusts."""
        return [self.ca.root.certificate]

    def simple_signer(self, who: Issued | None = None, *, pss: bool = False) -> signers.SimpleSigner:
        """Return pyHanko's signer with somebody's key."""
        issued = who or self.signer
        return signers.SimpleSigner(_cert(issued.certificate), _key(issued), _store(issued), prefer_pss=pss)

    def stamper(self, moment: datetime, tsa: Issued | None = None) -> DummyTimeStamper:
        """Return a timestamp service whose clock stands at ``moment``."""
        issued = tsa or self.tsa
        return DummyTimeStamper(_cert(issued.certificate), _key(issued), _store(issued), fixed_dt=moment)

    def sign(
        self,
        data: bytes,
        who: Issued | None = None,
        *,
        field: str = "Sig1",
        box: tuple[int, int, int, int] | None = None,
        timestamp: datetime | None = None,
        tsa: Issued | None = None,
        pss: bool = False,
        subfilter: fields.SigSeedSubFilter = fields.SigSeedSubFilter.PADES,
        certify: int | None = None,
        lock: list[str] | None = None,
        md: str = "sha256",
        ltv: ValidationContext | None = None,
        **meta: Any,
    ) -> bytes:
        """Sign by an incremental update."""
        issued = who or self.signer
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
        if writer.prev.encrypted:
            writer.encrypt("")
        spec = None
        if lock is not None:
            spec = fields.FieldMDPSpec(fields.FieldMDPAction.INCLUDE, fields=lock)
        if _has_no_field(data, field):
            fields.append_signature_field(
                writer, fields.SigFieldSpec(field, box=box, on_page=0, field_mdp_spec=spec)
            )
        signer = self.simple_signer(issued, pss=pss)
        metadata = signers.PdfSignatureMetadata(
            field_name=field,
            subfilter=subfilter,
            md_algorithm=md,
            certify=certify is not None,
            docmdp_permissions=fields.MDPPerm(certify or 2),
            embed_validation_info=ltv is not None,
            validation_context=ltv,
            use_pades_lta=False,
            **meta,
        )
        stamper = self.stamper(timestamp, tsa) if timestamp is not None else None
        pdf_signer = _Careless(metadata, signer, timestamper=stamper)
        return pdf_signer.sign_pdf(writer, in_place=False).getvalue()

    def stamp(
        self, data: bytes, moment: datetime, *, field: str = "Stempel", tsa: Issued | None = None
    ) -> bytes:
        """Add a document timestamp."""
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        stamper = signers.PdfTimeStamper(self.stamper(moment, tsa), field_name=field)
        return stamper.timestamp_pdf(writer, "sha256").getvalue()

    def prepared(self, *names: str) -> bytes:
        """Return the contract with empty signature fields."""
        writer = IncrementalPdfFileWriter(io.BytesIO(base_pdf()))
        for place, name in enumerate(names):
            spec = fields.SigFieldSpec(name, box=(300, 100 + 60 * place, 500, 150 + 60 * place), on_page=0)
            fields.append_signature_field(writer, spec)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()


class _Careless(signers.PdfSigner):
    """Signs where certification forbids it, as attackers do."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:  # noqa: ARG002
        return


def _has_no_field(data: bytes, name: str) -> bool:
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    if reader.encrypted:
        reader.decrypt("")
    return name not in {item[0] for item in fields.enumerate_sig_fields(reader)}


def _cert(certificate: x509.Certificate) -> Certificate:
    return Certificate.load(certificate.public_bytes(Encoding.DER))


def _key(issued: Issued) -> asn1_keys.PrivateKeyInfo:
    raw = issued.key.private_bytes(
        Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return asn1_keys.PrivateKeyInfo.load(raw)


def _store(issued: Issued) -> SimpleCertificateStore:
    store = SimpleCertificateStore()
    for item in issued.chain:
        store.register(_cert(item))
    return store


def encrypted(data: bytes) -> bytes:
    """Return the file encrypted with an empty user password (AES-256)."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(data)))
    handler = StandardSecurityHandler.build_from_pw("pemilik", "")
    writer._assign_security_handler(handler)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(data: bytes) -> bytes:
    """Return the file with object and cross-reference streams."""
    writer: PdfFileWriter = copy_into_new_writer(
        PdfFileReader(io.BytesIO(data)), writer_kwargs={"stream_xrefs": True}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def object_of(data: bytes, number: int) -> bytes:
    """Return the newest body of an object of a file with classic tables."""
    return re.findall(rb"(?:^|\n)%d 0 obj\n?(.*?)\n?endobj" % number, data, re.DOTALL)[-1].strip()


def trailer_of(data: bytes) -> bytes:
    """Return the reference to the catalogue in the newest trailer."""
    return b"/Root " + re.findall(rb"/Root (\d+ \d+ R)", data)[-1]


def hostile_update(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Append an update, as an attacker without a key can."""
    return assemble(objects, data, trailer=trailer_of(data))


def make_all(world: SignedFiles) -> dict[str, tuple[bytes, int]]:
    """Return name → (file, exit code that it must get at `NOW` with the world's root)."""
    made: dict[str, tuple[bytes, int]] = {}
    signed = world.sign(base_pdf())
    for group in (_good, _updates, _ranges, _forged, _certified, _damage):
        made |= group(world, signed)
    return made


def _good(world: SignedFiles, signed: bytes) -> dict[str, tuple[bytes, int]]:
    early = NOW - timedelta(days=300)
    edwards = world.ca.issue("Ed", now=early, key=ed25519.Ed25519PrivateKey.generate())
    then = NOW - timedelta(days=100)
    two = world.sign(world.sign(world.prepared("A", "B"), field="A"), world.second, field="B")
    filled = fill(world.sign(world.prepared("A", "B"), field="A"))
    legacy = fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    stamped = world.sign(base_pdf(), timestamp=then)
    return {
        "rsa": (signed, 0),
        "rsa-pss": (world.sign(base_pdf(), pss=True), 0),
        "sha512": (world.sign(base_pdf(), md="sha512"), 0),
        "ecdsa-p256": (world.sign(base_pdf(), world.second), 0),
        "ecdsa-p384": (world.sign(base_pdf(), world.ca.issue("P", now=early, kind="p-384"), md="sha384"), 0),
        "ed25519": (world.sign(base_pdf(), edwards, md="sha512"), 0),
        "adbe-detached": (world.sign(base_pdf(), subfilter=legacy), 0),
        "adbe-detached-timestamp": (world.sign(base_pdf(), subfilter=legacy, timestamp=then), 0),
        "b-t": (stamped, 0),
        "document-timestamp": (world.stamp(stamped, NOW - timedelta(days=50)), 0),
        "document-timestamp-untyped": (_untyped(world, stamped), 0),
        "visible": (world.sign(base_pdf(), box=(300, 100, 500, 150)), 0),
        "two-signers": (two, 0),
        "filled-and-signed": (world.sign(filled, world.second, field="B"), 0),
        "object-streams": (world.sign(packed(base_pdf())), 0),
        "encrypted-two-signers": (
            world.sign(world.sign(encrypted(base_pdf())), world.second, field="Sig2"),
            0,
        ),
        "encrypted": (world.sign(encrypted(base_pdf())), 0),
        "certified": (world.sign(base_pdf(), certify=1), 0),
        "certified-then-signed": (world.sign(world.sign(world.prepared("A", "B"), field="A", certify=2), world.second, field="B"), 0),
        "stranger": (world.sign(base_pdf(), world.stranger), 14),
        "second-signer-stranger": (world.sign(signed, world.stranger, field="Sig2"), 14),
        "unsigned": (base_pdf(), 11),
        "only-document-timestamp": (world.stamp(base_pdf(), then), 11),
        "empty-signature-field": (world.prepared("A"), 11),
    }  # fmt: skip


def _untyped(world: SignedFiles, stamped: bytes) -> bytes:
    """A document timestamp whose dictionary does not say /DocTimeStamp: as long, so that the ranges stay."""
    from pyhanko.sign.signers import pdf_byterange

    saved = pdf_byterange.DocumentTimestamp.__init__

    def without_type(self: Any, *args: Any, **kwargs: Any) -> None:
        saved(self, *args, **kwargs)
        del self["/Type"]

    pdf_byterange.DocumentTimestamp.__init__ = without_type
    try:
        return world.stamp(stamped, NOW - timedelta(days=40))
    finally:
        pdf_byterange.DocumentTimestamp.__init__ = saved


def fill(
    data: bytes, *, field: int = 8, appearance: int = 9, name: bytes = b"Catatan", text: bytes = b"Setuju"
) -> bytes:
    """Fill a text field in, with an appearance, by an update."""
    place = b"[50 500 200 520]" if field == 8 else b"[50 600 200 620]"
    body = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (%s) /V (%s) /Rect %s /P 3 0 R /F 4 /AP << /N %d 0 R >> >>"
        % (name, text, place, appearance)
    )
    shown = stream(b"/Tx BMC (%s) Tj EMC" % text, b"/Type /XObject /Subtype /Form /BBox [0 0 150 20] ")
    return hostile_update(data, {field: body, appearance: shown})


def _updates(world: SignedFiles, signed: bytes) -> dict[str, tuple[bytes, int]]:
    """Incremental saving and shadow attacks."""
    page, catalog, form = object_of(signed, 3), object_of(signed, 1), object_of(signed, 5)
    free = _size(signed)
    new_page = page.replace(b"/Contents 4 0 R", b"/Contents %d 0 R" % free)
    other_tree = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (free + 1)
    note = (
        b"<< /Type /Annot /Subtype /FreeText /Rect [40 690 300 720] /Contents (Bayar kepada Eve) /AP << /N %d 0 R >> >>"
        % (free + 1)
    )
    shown = stream(b"BT (Bayar kepada Eve) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 260 30] ")
    annotated = page.replace(b"/Annots [", b"/Annots [%d 0 R " % free)
    field = b"<< /Type /Annot /Subtype /Widget /FT /%s /T (Baru) /Rect [40 690 300 720] /P 3 0 R /F 4 /AP << /N %d 0 R >> >>"
    with_field = form.replace(b"/Fields [", b"/Fields [%d 0 R " % free)
    evil = stream(b"BT (Bayar kepada Eve) Tj ET /Fm1 Do")
    drawn = stream(b"0 0 595 842 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] ")
    made = {
        "content-replaced": {4: evil},
        "content-pointer-replaced": {3: new_page, free: evil},
        "page-added": {2: b"<< /Type /Pages /Kids [3 0 R %d 0 R] /Count 2 >>" % free, free: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"},
        "page-box-changed": {3: page.replace(b"[0 0 595 842]", b"[0 0 595 300]")},
        "page-rotated": {3: page.replace(b"/Type /Page ", b"/Type /Page /Rotate 180 ")},
        "shadow-hide-overlay": {11: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 10 10] ")},
        "shadow-hide-type": {11: b"<< /Type /Metadata >>"},
        "shadow-hide-overlay-grown": {11: drawn},
        "shadow-replace-font": {10: b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"},
        "shadow-replace-value": {6: object_of(signed, 6).replace(b"/V (100)", b"/V (999)")},
        "shadow-replace-appearance-only": {7: stream(b"/Tx BMC (999) Tj EMC", b"/Type /XObject /Subtype /Form /BBox [0 0 150 20] ")},
        "shadow-replace-overlay-cleared": {6: object_of(signed, 6).replace(b"/V (100)", b"/V ()")},
        "shadow-hide-and-replace": {1: catalog.replace(b"/Pages 2 0 R", b"/Pages %d 0 R" % free), free: other_tree, free + 1: new_page.replace(b"/Contents %d" % free, b"/Contents %d" % (free + 2)), free + 2: evil},
        "catalog-open-action": {1: catalog.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")},
        "optional-content": {1: catalog.replace(b"/Type /Catalog", b"/Type /Catalog /OCProperties << /OCGs [] /D << >> >>")},
        "annotation-added": {3: annotated, free: note, free + 1: shown},
        "widget-without-field-added": {3: annotated, free: field % (b"Sig", free + 1), free + 1: shown},
        "text-field-added": {3: annotated, 5: with_field, free: field % (b"Tx", free + 1), free + 1: shown},
        "empty-visible-signature-field-added": {3: annotated, 5: with_field, free: field % (b"Sig", free + 1), free + 1: shown},
        "annotation-removed": {3: re.sub(rb"/Annots \[6 0 R", b"/Annots [", page)},
        "field-moved": {6: object_of(signed, 6).replace(b"[50 600 200 620]", b"[50 690 300 720]")},
        "need-appearances": {5: form.replace(b"/Fields", b"/NeedAppearances true /Fields")},
        "form-resources-replaced": {5: form.replace(b"/F1 10 0 R", b"/F1 << /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")},
        "form-removed": {1: catalog.replace(b"/AcroForm 5 0 R", b"")},
        "signature-field-removed": {5: re.sub(rb"/Fields \[[^\]]*\]", b"/Fields [6 0 R 8 0 R]", form)},
        "update-of-nothing-reachable": {free: b"<< /Type /Nothing >>"},
    }  # fmt: skip
    files = {name: (hostile_update(signed, objects), 10) for name, objects in made.items()}
    files["field-filled-unsigned"] = (fill(signed), 10)
    files["field-filled-then-stranger"] = (world.sign(fill(signed), world.stranger, field="Sig2"), 10)
    files["value-replaced-then-signed"] = (
        world.sign(
            fill(signed, field=6, appearance=7, name=b"Jumlah", text=b"999"), world.second, field="Sig2"
        ),
        10,
    )
    files["content-replaced-then-signed"] = (
        world.sign(hostile_update(signed, {4: evil}), world.second, field="Sig2"), 10,
    )  # fmt: skip
    files["content-replaced-then-stamped"] = (
        world.stamp(hostile_update(signed, {4: evil}), NOW - timedelta(days=1)), 10,
    )  # fmt: skip
    files["spoofed-reason"] = (_spoofed(signed), 10)
    store = {1: catalog.replace(b"/Type /Catalog", b"/Type /Catalog /DSS << /Certs [] >>")}
    files["store-added"] = (hostile_update(signed, store), 0)
    files["store-added-then-bytes"] = (hostile_update(signed, store) + b"tambahan\n", 10)
    files["object-freed"] = (_freed(signed), 10)
    return files


def signature_number(data: bytes) -> int:
    """Return the object number of the signature dictionary."""
    return int(re.findall(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/ByteRange", data, re.DOTALL)[-1])


def _spoofed(signed: bytes) -> bytes:
    number = signature_number(signed)
    body = re.findall(rb"\n%d 0 obj\s*(.*?)\s*endobj" % number, signed, re.DOTALL)[-1]
    return hostile_update(signed, {number: body.replace(b"<<", b"<< /Reason (Disetujui oleh semua)", 1)})


def _freed(signed: bytes) -> bytes:
    start = len(signed)
    return signed + b"xref\n11 1\n0000000000 00001 f \ntrailer\n<< /Size %d %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        _size(signed), trailer_of(signed), _startxref(signed), start,
    )  # fmt: skip


def byte_range(data: bytes) -> tuple[int, int, int, int]:
    """Return the numbers of the last byte range."""
    found = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)[-1]
    return tuple(map(int, found))  # type: ignore[return-value]


def with_byte_range(data: bytes, numbers: bytes) -> bytes:
    """Put other numbers into the last byte range, in as many bytes."""
    found = list(re.finditer(rb"/ByteRange\s*\[([^\]]*)\]\s*", data))[-1]
    text = b"/ByteRange [%s]" % numbers
    assert len(text) <= found.end() - found.start()
    return data[: found.start()] + text.ljust(found.end() - found.start()) + data[found.end() :]


def _ranges(world: SignedFiles, signed: bytes) -> dict[str, tuple[bytes, int]]:
    """Byte ranges, wrapping, and what stands around the file."""
    _, first, second, tail = byte_range(signed)
    gap = signed[first:second]
    numbers = {
        "range-overlaps-contents": b"0 %d %d %d" % (first, second - 40, tail + 40),
        "range-starts-late": b"1 %d %d %d" % (first - 1, second, tail),
        "range-stops-early": b"0 %d %d %d" % (first, second, tail - 30),
        "range-skips-more": b"0 %d %d %d" % (first - 20, second, tail),
        "range-of-zeros": b"0 0 0 0",
        "range-negative": b"0 %d -%d %d" % (first, 5, tail),
        "range-of-two": b"0 %d" % first,
        "range-empty": b"",
        "range-too-long": b"0 %d %d %d" % (first, second, tail + 5000),
        "range-of-words": b"0 /**** /**** /****",
    }
    files = {name: (with_byte_range(signed, text), 10) for name, text in numbers.items()}
    evil = stream(b"BT (Bayar kepada Eve) Tj ET")
    wrapped = signed[:first] + gap[:-1] + b"00>" + b"\n" + signed[second:]
    files["gap-grown"] = (wrapped, 10)
    moved = signed[:second] + b"\n4 0 obj\n" + evil + b"\nendobj\n" + signed[second:]
    files["wrapped"] = (with_byte_range(moved, b"0 %d %d %d" % (first, len(moved) - tail, tail)), 10)
    files["bytes-appended"] = (signed + b"tambahan\n", 10)
    files["line-end-appended"] = (signed + b"\n", 10)
    files["comment-appended"] = (signed + b"% catatan\n%%EOF\n", 10)
    files["whole-file-appended"] = (signed + base_pdf(), 10)
    files["bytes-prepended"] = (b"\n" + signed, 10)
    files["comment-prepended"] = (b"%PDF-1.7\n" + signed, 10)
    files["crlf"] = (signed.replace(b"\n", b"\r\n"), 10)
    files["lf-only"] = (signed.replace(b"\xe2\xe3", b"\xe2\n\xe3"), 10)
    return files


def _forged(world: SignedFiles, signed: bytes) -> dict[str, tuple[bytes, int]]:
    """Universal signature forgery: dictionaries that look like a signature to a lenient reader."""
    _, first, second, _ = byte_range(signed)
    size = second - first
    contents = {
        "contents-empty": b"<>",
        "contents-zero": b"<" + b"0" * (size - 2) + b">",
        "contents-zero-byte": b"<00>",
        "contents-short": signed[first : first + 201] + b">",
        "contents-null": b"null",
        "contents-number": b"0",
        "contents-text": b"(tanda tangan)",
    }
    files = {
        name: (signed[:first] + text.ljust(size) + signed[second:], 10) for name, text in contents.items()
    }
    for name, old, new in (
        ("contents-missing", b"/Contents", b"/Contentz"),
        ("byte-range-missing", b"/ByteRange", b"/ByteRanje"),
        ("sub-filter-missing", b"/SubFilter", b"/SubFilterz"[:10]),
        ("sub-filter-wrong", b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detacheX"),
        ("sub-filter-weak", b"/ETSI.CAdES.detached", b"/adbe.pkcs7.sha1    "),
        ("sub-filter-raw", b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 "),
        ("sub-filter-timestamp", b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       "),
    ):
        changed = signed.replace(old, new)
        files[name] = (changed, 10 if changed != signed else 0)
    dictionary = b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached %s /Name (Bupati) >>"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (S) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 21 0 R >>"
    for name, rest in (
        (
            "never-signed",
            b"/ByteRange [0 /********** /********** /**********] /Contents <" + b"0" * 64 + b">",
        ),
        ("never-signed-no-range", b"/Contents <3000>"),
        ("never-signed-nothing", b""),
        ("never-signed-null-range", b"/ByteRange null /Contents <3000>"),
        ("never-signed-range-of-refs", b"/ByteRange [0 0 R 1 0 R] /Contents <3000>"),
    ):
        files[name] = (_with_field(field, dictionary % rest), 10)
    files["field-value-no-dictionary"] = (_with_field(field, b"[ /Sig ]"), 10)
    files["field-value-is-itself"] = (_with_field(field.replace(b"21 0 R", b"20 0 R"), b"null"), 10)
    other = world.sign(base_pdf(content=b"BT (Lain) Tj ET"))
    _, begin, end, _ = byte_range(other)
    files["container-of-another-file"] = (signed[:first] + other[begin:end].ljust(size) + signed[second:], 10)
    return files


def _with_field(field: bytes, value: bytes) -> bytes:
    base = base_pdf()
    page = object_of(base, 3).replace(b"/Annots [", b"/Annots [20 0 R ")
    form = object_of(base, 5).replace(b"/Fields [", b"/SigFlags 3 /Fields [20 0 R ")
    return hostile_update(base, {3: page, 5: form, 20: field, 21: value})


def _certified(world: SignedFiles, signed: bytes) -> dict[str, tuple[bytes, int]]:
    """Certification, locks, and attacks on certified files."""
    del signed
    locked = world.sign(base_pdf(), certify=2, lock=["Cat"])
    prefix = world.sign(world.prepared("A"), world.signer, field="Kunci", lock=["Catatan"])
    p1 = world.sign(world.prepared("A", "B"), field="A", certify=1)
    p2 = world.sign(base_pdf(), certify=2)
    p3 = world.sign(base_pdf(), certify=3)
    free = _size(p3)
    page = object_of(p3, 3).replace(b"/Annots [", b"/Annots [%d 0 R " % free)
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [40 690 300 720] /Contents (Eve) >>"
    return {
        "certified-p1-then-signed": (world.sign(p1, world.second, field="B"), 10),
        "certified-p1-then-filled": (fill(p1), 10),
        "certified-p1-then-stamped": (world.stamp(p1, NOW - timedelta(days=9)), 0),
        "certified-p2-filled-unsigned": (fill(p2), 0),
        "certified-evil-annotation": (hostile_update(p3, {3: page, free: note}), 10),
        "certified-sneaky-signature": (
            world.sign(p2, world.second, field="Baru", box=(40, 690, 300, 720)),
            10,
        ),
        "locked-prefix-filled-and-signed": (world.sign(fill(locked), world.second, field="Sig2"), 0),
        "locked-field-filled-and-signed": (world.sign(fill(prefix), world.second, field="A"), 10),
    }


def _damage(world: SignedFiles, signed: bytes) -> dict[str, tuple[bytes, int]]:
    """Damage in structure; ``-1`` means: anything but valid."""
    del world
    loop = signed + b"xref\n0 0\ntrailer\n<< /Size 30 %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        trailer_of(signed), len(signed), len(signed),
    )  # fmt: skip
    doubled = re.sub(
        rb"/SubFilter /ETSI", b"/SubFilter /ETSI.CAdES.detached /SubFilter /ETSI", signed, count=1
    )
    twice = signed + b"xref\n4 1\n0000000015 00000 n \n4 1\n0000000099 00000 n \ntrailer\n<< /Size 30 %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        trailer_of(signed), _startxref(signed), len(signed),
    )  # fmt: skip
    files = {
        "xref-loop": (loop, 10),
        "dictionary-key-twice": (doubled, 10),
        "object-listed-twice": (twice, 10),
        "not-a-pdf": (b"Yth. Bapak Budi", 15),
        "empty": (b"", 15),
        "header-only": (b"%PDF-1.7\n", 15),
        "byte-flipped-in-page": (signed.replace(b"Bayar kepada Budi", b"Bayar kepada Bupi"), 10),
    }
    for percent in range(2, 100, 7):
        files[f"cut-at-{percent:02d}-percent"] = (signed[: len(signed) * percent // 100], -1)
    return files


def write_all(folder: Path) -> None:
    """Write every file, the root and the expected codes."""
    folder.mkdir(parents=True, exist_ok=True)
    world = SignedFiles.create()
    made = make_all(world)
    for name, (data, _) in made.items():
        (folder / f"{name}.pdf").write_bytes(data)
    (folder / "root.pem").write_bytes(world.ca.root.certificate.public_bytes(Encoding.PEM))
    (folder / "expected.json").write_text(
        json.dumps({name: code for name, (_, code) in made.items()}, indent=1)
    )


Maker = Callable[[SignedFiles, bytes], dict[str, tuple[bytes, int]]]

if __name__ == "__main__":
    write_all(Path(sys.argv[1]))

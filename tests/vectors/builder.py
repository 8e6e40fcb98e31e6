"""
Everything that vectors and tests need: a made-up office with its CA, keys and authority document, and small permits.

The permits are hand-made PDFs of about 3 KB, so that a test can change every single byte of one.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from perizinan_core._converters import canonical_json
from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA
from perizinan_core.model._letter import PermitStatement
from perizinan_core.model._numerals import format_date
from perizinan_core.published import (
    AuthorityDocument,
    Contact,
    QrKey,
    RegisteredDelegation,
    Signatory,
    read_authority_document,
    sign_authority_document,
)
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._qr_claims import claims_of_statement, encode_qr_text
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.testing._letters import sample_letter
from perizinan_core.verification._paths import fingerprints

WIB = timezone(timedelta(hours=7))
SIGNED_AT = datetime(2026, 11, 25, 10, 0, tzinfo=WIB)
CHECKED_AT = datetime(2026, 12, 2, 9, 0, tzinfo=WIB)
QR_KID = bytes.fromhex("a1b2c3d4")
_TO_UNICODE = b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <0000> endbfrange"


def statement(**changes: Any) -> PermitStatement:
    """Return what the small permit says, changed by keyword."""
    return attrs.evolve(sample_letter().statement, **changes)


def small_pdf(said: PermitStatement, **options: Any) -> bytes:
    """Return an unsigned permit as a small PDF; the options are those of `permit_objects`."""
    return assemble(permit_objects(said, **options))


def permit_objects(
    said: PermitStatement,
    *,
    lines: Sequence[str] | None = None,
    permit_json: bytes | None = None,
    link: str | None = None,
    embedded: int = 1,
) -> list[bytes]:
    """
    Return the objects of an unsigned permit, the first with number 1.

    Objects: 1 catalogue, 2 page tree, 3 page, 4 its content, 5 font, 6 its mapping, 7 and 8 the embedded
    file, 9 a link.

    Args:
        said: Content of ``permit.json``.
        lines: What the page prints; default: what ``said`` says.
        permit_json: Other bytes for the embedded file.
        link: Address of a link on the page.
        embedded: How many embedded files bear the name.
    """
    data = canonical_json(said) if permit_json is None else permit_json
    printed = lines if lines is not None else printed_lines(said)
    content = (
        b"BT /F1 10 Tf 40 800 Td " + b" ".join(literal(line) + b" Tj 0 -12 Td" for line in printed) + b" ET"
    )
    annotation = b"/Annots [9 0 R]" if link is not None else b""
    names = b"".join(b"(permit.json) 7 0 R " for _ in range(embedded))
    objects = [
        b"<</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles <</Names [%b]>>>> /AF [%b]>>"
        % (names, b"7 0 R" if embedded else b""),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %b"
        b"/Resources <</Font <</F1 5 0 R>>>>>>" % annotation,
        stream(b"", content),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R>>",
        stream(b"", _TO_UNICODE),
        b"<</Type /Filespec /F (permit.json) /UF (permit.json) /AFRelationship /Data /EF <</F 8 0 R>>>>",
        stream(b"/Type /EmbeddedFile /Subtype /application#2Fjson ", data),
        b"<</Type /Annot /Subtype /Link /Rect [0 0 9 9] /A <</S /URI /URI %b>>>>" % literal(link or ""),
    ]
    if embedded > 1:
        objects.append(b"<</Type /Filespec /F (permit.json) /UF (permit.json) /EF <</F 11 0 R>>>>")
        objects.append(stream(b"/Type /EmbeddedFile ", data + b" "))
        objects[0] = objects[0].replace(
            b"(permit.json) 7 0 R (permit.json) 7", b"(permit.json) 7 0 R (permit.json) 10"
        )
    return objects


def assemble(objects: Sequence[bytes], *, root: int = 1) -> bytes:
    """Return a PDF of these objects, numbered from 1, with a classic cross-reference table."""
    parts, offsets = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], []
    for number, body in enumerate(objects, 1):
        offsets.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = sum(map(len, parts))
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + rows)
    parts.append(b"trailer\n<</Size %d /Root %d 0 R /ID [<00><00>]>>\n" % (len(objects) + 1, root))
    parts.append(b"startxref\n%d\n%%%%EOF\n" % start)
    return b"".join(parts)


def printed_lines(said: PermitStatement) -> list[str]:
    """Return what a letter with this content prints."""
    until = f" sampai dengan {format_date(said.valid_until)}" if said.valid_until else ""
    return [
        said.title,
        f"Nomor: {said.number}",
        f"Nama: {said.holder}",
        f"Untuk: {said.object}",
        *(f"{label}: {value}" for label, value in said.fields),
        f"Masa berlaku: {format_date(said.valid_from)}{until}",
        f"pada tanggal {format_date(said.issued_on)}",
    ]


def literal(text: str) -> bytes:
    """Return a PDF string."""
    raw = text.encode("latin-1")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def stream(dictionary: bytes, data: bytes) -> bytes:
    """Return a compressed stream with further entries of its dictionary."""
    packed = zlib.compress(data, 9)
    return b"<<%b/Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (dictionary, len(packed), packed)


@attrs.frozen
class World:
    """A made-up office, its people, and people who do not belong to it."""

    ca: SyntheticCA
    head: Issued
    """Entitled: may sign street-use permits."""
    deputy: Issued
    """In the register, for another permit type."""
    former: Issued
    """In the register until the end of 2025."""
    outsider: Issued
    """Not in the register, certificate from the same CA."""
    stranger: Issued
    """From another CA."""
    document_key: ed25519.Ed25519PrivateKey
    qr_key: ec.EllipticCurvePrivateKey
    document: AuthorityDocument
    """As built."""
    authority_json: bytes
    """As signed."""
    authority: AuthorityDocument
    """As read."""

    @classmethod
    def create(cls, kind: str = "p-256", unit: str = "CONTOH / SAMPLE") -> World:
        """Make a new world with new keys; under the development mark its permits are tests."""
        now = SIGNED_AT - timedelta(days=300)
        ca, other = SyntheticCA.create(now, unit=unit), SyntheticCA.create(now, name="Other", unit=unit)
        head, deputy, former, outsider = (
            ca.issue(name, now=now, kind=kind)
            for name in ("Kepala DPMPTSP", "Sekretaris", "Mantan Kepala", "PT Contoh")
        )
        document_key = ed25519.Ed25519PrivateKey.generate()
        qr_key = ec.generate_private_key(ec.SECP256R1())
        document = AuthorityDocument(
            slug="kota-contoh",
            name="Pemerintah Kota Contoh",
            region="35.72",
            contact=Contact(
                address="Jalan Contoh 1, Kota Contoh",
                phone="(0342) 000000",
                email="izin@kotacontoh.example",
                web="https://izin.kotacontoh.example",
            ),
            time_zone="WIB",
            version=3,
            issued=datetime(2026, 11, 1, tzinfo=UTC),
            expires=datetime(2027, 11, 1, tzinfo=UTC),
            verification_url="https://izin.kotacontoh.example/v1",
            roots=(ca.root.certificate,),
            signatories=(
                signatory(head, "kepala-dpmptsp", "street-use"),
                signatory(deputy, "sekretaris", "boarding-house"),
                signatory(former, "kepala-dpmptsp", "*", end=date(2025, 12, 31)),
            ),
            qr_keys=(QrKey(kid=QR_KID, key=qr_key.public_key(), start=date(2026, 1, 1)),),
            keys=(document_key.public_key(),),
        )
        data = sign_authority_document(
            document, key=document_key.public_key(), sign=signing_callback(document_key)
        )
        return cls(
            ca, head, deputy, former, outsider, other.issue("Orang Lain", now=now, kind=kind),
            document_key, qr_key, document, data, read_authority_document(data),
        )  # fmt: skip

    def sign_document(self, **changes: Any) -> AuthorityDocument:
        """Return the authority document with changes, signed and read again."""
        document = attrs.evolve(self.document, **changes)
        key = self.document_key
        return read_authority_document(
            sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))
        )

    def qr_text(self, said: PermitStatement) -> str:
        """Return the signed QR text of a permit."""
        claims = claims_of_statement(dict(_json(said)))
        return encode_qr_text(said.verification_url, claims, sign=signing_callback(self.qr_key), kid=QR_KID)

    def permit(self, signer: Issued | None = None, *, at: datetime = SIGNED_AT, **changes: Any) -> bytes:
        """Return a signed small permit; keywords change what it says."""
        return sign(small_pdf(statement(**changes)), signer or self.head, at)


def sign(pdf: bytes, signer: Issued, at: datetime = SIGNED_AT, *, pss: bool = False) -> bytes:
    """Return ``pdf`` signed by ``signer``."""
    return sign_pdf(pdf, signer.signer(pss=pss), SigningRequest(signed_at=at))


def signatory(issued: Issued, position: str, permit_type: str, *, end: date | None = None) -> Signatory:
    """Return the register entry of a signer."""
    certificate, _ = fingerprints(issued.certificate)
    return Signatory(
        position=position,
        title=position.replace("-", " ").title(),
        certificate_sha256=certificate,
        start=date(2024, 1, 1),
        end=end,
        delegations=(RegisteredDelegation(code="mandate-2026", permit_types=frozenset({permit_type})),),
    )


def _json(said: PermitStatement) -> dict[str, Any]:
    import json

    result: dict[str, Any] = json.loads(canonical_json(said))
    return result

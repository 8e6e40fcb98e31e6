"""
Signing one PDF, as a step of issuing: (unsigned bytes, signer, request) to signed bytes.

For a digest signer, in this order:

1. the certificate may sign permits and is valid at the signing time;
2. the file is read strictly and earlier signatures allow one more;
3. an incremental update adds or fills the field, with room for the signature;
4. every byte but that room is hashed, the signed attributes are signed and the answer is
   checked with the certificate;
5. the container goes into the room. The bytes of the input are the beginning of the output.
"""

from __future__ import annotations

from perizinan_core.errors.signing import SigningError
from perizinan_core.signing._certificates import check_validity
from perizinan_core.signing._cms import cms_profile
from perizinan_core.signing._form import (
    check_restrictions,
    free_name,
    is_signed,
    signable_fields,
    usable_field,
)
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._pdf_file import PdfFile, refusing_damage
from perizinan_core.signing._pdf_syntax import RawDictionary, date_string, text_string
from perizinan_core.signing._placing import add_field, fill_field, reserved
from perizinan_core.signing._ports import DocumentSigner, Signer, TimestampSource
from perizinan_core.signing._request import SigningRequest
from perizinan_core.signing._reserved_space import ReservedRoom, empty_room, fitted
from perizinan_core.signing._structure import is_tagged


@refusing_damage()
def sign_pdf(
    pdf: bytes, signer: Signer, request: SigningRequest, *, timestamps: TimestampSource | None = None
) -> bytes:
    """
    Return ``pdf`` with one more signature, PAdES baseline B-B or B-T if the signer is a digest signer.

    Args:
        pdf: The document; it is not changed, signatures in it stay valid.
        signer: A key (`DigestSigner`) or a service (`DocumentSigner`).
        request: What the signature says and where it shows.
        timestamps: Asked for a timestamp of the signature, which makes it B-T. A service that signs
            makes its own timestamps, so it is not asked then.

    Raises:
        UnsignablePdfError: The document cannot be signed as it is.
        SigningError: The certificate cannot sign, or not at that time.
        SigningError: ``signature-mismatch``: The signer's answer is not a signature of its certificate.
        SigningError: ``signer-answer``: A service did not return a signed PDF.
        TimestampServiceError: No usable timestamp came; nothing was signed as far as anyone sees.
    """
    if isinstance(signer, DocumentSigner):
        return _by_service(pdf, signer, request)
    profile = cms_profile(signer.certificate, tuple(signer.chain), signer.algorithm)
    check_validity(signer.certificate, request.signed_at)
    source = PdfFile(pdf)

    def within(room: int) -> bytes:
        empty = _reserved(source, request, room)
        attributes = profile.attributes(empty.digest(profile.algorithm.hash_name))
        signature = profile.checked(signer.sign(attributes), attributes)
        token = None if timestamps is None else timestamps.token(signature, request.signed_at)
        return empty.filled(profile.container(attributes, signature, token))

    return fitted(within, profile.largest + (0 if timestamps is None else timestamps.room))


def _by_service(pdf: bytes, signer: DocumentSigner, request: SigningRequest) -> bytes:
    signed = signer.sign_document(pdf, request)
    # Only what tells a signed PDF from an error page: a signature once made must not be lost here.
    if not signed.startswith(b"%PDF-") or signed.count(b"/ByteRange") <= pdf.count(b"/ByteRange"):
        raise SigningError("signer-answer")
    return signed


def _reserved(source: PdfFile, request: SigningRequest, room: int) -> ReservedRoom:
    """Return the file with an empty signature."""
    update = IncrementalUpdate(source)
    catalog = update.edit(source.root.number)
    fields = signable_fields(source)
    check_restrictions(source, fields)
    field = usable_field(source, fields, request.field_name)
    signature = update.allocate()
    lock = RawDictionary()
    if field is None:
        # Earlier signatures are judged by later changes, and a changed structure tree counts as an
        # illegal one (pyHanko 0.38): only the first signature may add to it.
        tagged = not any(is_signed(source, found) for found in fields) and is_tagged(source)
        name = request.field_name or free_name(fields)
        add_field(update, catalog, request, name, signature, tagged=tagged)
    else:
        own = fill_field(update, request, field, signature)
        lock = update.child(own, "Lock") if "Lock" in own else lock
    return reserved(update, catalog, signature, _signature_dictionary(request, room, lock))


def _signature_dictionary(request: SigningRequest, room: int, lock: RawDictionary) -> bytes:
    parts = [
        b"<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached",
        empty_room(room),
        b"/M " + date_string(request.signed_at),
    ]
    for key, value in (
        (b"/Reason ", request.reason),
        (b"/Location ", request.location),
        (b"/ContactInfo ", request.contact),
    ):
        if value:
            parts.append(key + text_string(value))
    if lock:
        # The author of the field wants it to lock others (ISO 32000-1 section 12.7.4.5).
        kept = b" ".join(
            b"/%b %b" % (key.encode(), lock.raw(key)) for key in ("Action", "Fields", "P") if key in lock
        )
        parts.append(
            b"/Reference [<</Type /SigRef /TransformMethod /FieldMDP\n"
            b"/TransformParams <</Type /TransformParams /V /1.2 %b>>>>]" % kept
        )
    return b"\n".join([*parts, b">>"])

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

import hashlib

import attrs

from perizinan_core.errors.signing import MarkPlacementError, SignerAnswerError
from perizinan_core.signing.certificates import check_validity
from perizinan_core.signing.cms import CmsProfile, cms_profile
from perizinan_core.signing.form import FoundField, check_restrictions, form_fields, free_name, usable_field
from perizinan_core.signing.incremental import IncrementalUpdate
from perizinan_core.signing.mark import add_appearance, empty_appearance
from perizinan_core.signing.pages import Page, find_page, page_of
from perizinan_core.signing.pdf_file import PdfFile
from perizinan_core.signing.pdf_syntax import RawDictionary, date_string, integer, numbers, text_string
from perizinan_core.signing.ports import DigestSigner, DocumentSigner, Signer
from perizinan_core.signing.request import SigningRequest
from perizinan_core.signing.structure import is_tagged, tag_widget

__all__ = ["sign_pdf"]

# Print and Locked (ISO 32000-1 table 165): PDF/A asks for the first, the second keeps it in place.
_FLAGS = b"132"
_PRINT = 4
_HIDING = 1 | 2 | 32 | 256  # Invisible, Hidden, NoView, ToggleNoView
_SIGNATURES_EXIST = 1
_APPEND_ONLY = 2
_BYTE_RANGE_WIDTH = 48


def sign_pdf(pdf: bytes, signer: Signer, request: SigningRequest) -> bytes:
    """
    Return ``pdf`` with one more signature, PAdES baseline B-B if the signer is a digest signer.

    Args:
        pdf: The document; it is not changed, signatures in it stay valid.
        signer: A key (`DigestSigner`) or a service (`DocumentSigner`).
        request: What the signature says and where it shows.

    Raises:
        UnsignablePdfError: The document cannot be signed as it is.
        CertificateError: The certificate cannot sign, or not at that time.
        SignatureMismatchError: The signer's answer is not a signature of its certificate.
        SignerAnswerError: A service did not return a signed PDF.
    """
    if isinstance(signer, DocumentSigner):
        return _by_service(pdf, signer, request)
    profile = cms_profile(signer.certificate, tuple(signer.chain), signer.algorithm)
    check_validity(signer.certificate, request.signed_at)
    source = PdfFile.read(pdf)
    tail, signature_at = _prepared(source, request, profile.largest)
    return _sealed(pdf, bytearray(tail), signature_at, signer, profile)


def _by_service(pdf: bytes, signer: DocumentSigner, request: SigningRequest) -> bytes:
    signed = signer.sign_document(pdf, request)
    # Only what tells a signed PDF from an error page: a signature once made must not be lost here.
    if not signed.startswith(b"%PDF-") or signed.count(b"/ByteRange") <= pdf.count(b"/ByteRange"):
        raise SignerAnswerError
    return signed


def _sealed(
    pdf: bytes, tail: bytearray, signature_at: int, signer: DigestSigner, profile: CmsProfile
) -> bytes:
    """Fill in the byte range and the container."""
    opening = tail.index(b"/Contents <", signature_at) + len(b"/Contents ")
    closing = tail.index(b">", opening) + 1
    covered = b"[0 %d %d %d]" % (len(pdf) + opening, len(pdf) + closing, len(tail) - closing)
    range_at = tail.index(b"/ByteRange ", signature_at) + len(b"/ByteRange ")
    tail[range_at : range_at + len(covered)] = covered
    digest = hashlib.new(profile.algorithm.hash_name, pdf)
    digest.update(tail[:opening])
    digest.update(tail[closing:])
    attributes = profile.attributes(digest.digest())
    container = profile.container(attributes, signer.sign(attributes.der)).hex().encode()
    tail[opening + 1 : opening + 1 + len(container)] = container
    return pdf + tail


def _prepared(source: PdfFile, request: SigningRequest, room: int) -> tuple[bytes, int]:
    """Return the update with an empty signature, and where in it the signature dictionary stands."""
    update = IncrementalUpdate(source)
    catalog = update.edit(source.root)
    form = source.dictionary(catalog.raw(b"/AcroForm"))
    fields = list(form_fields(source, form))
    check_restrictions(source, catalog, form, fields)
    field = usable_field(source, fields, request.field_name)
    signature = update.allocate()
    if field is None:
        is_first = not any(found.is_signature and found.value != b"null" for found in fields)
        # Earlier signatures are judged by later changes, and a changed structure tree counts as an
        # illegal one (pyHanko 0.38): only the first signature may add to it.
        tagged = is_first and is_tagged(source, catalog)
        name = request.field_name or free_name(fields)
        _add_field(update, catalog, request, name, signature, tagged=tagged)
        lock = RawDictionary()
    else:
        _fill_field(update, catalog, request, field, signature)
        lock = source.dictionary(field.dictionary.raw(b"/Lock"))
    _mark_form(update, catalog)
    _declare_extension(update, catalog)
    update.put(signature, _signature_dictionary(request, room, lock))
    tail, positions = update.write()
    return tail, positions[signature]


def _signature_dictionary(request: SigningRequest, room: int, lock: RawDictionary) -> bytes:
    parts = [
        b"<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached",
        b"/ByteRange [0 0 0 0]" + b" " * _BYTE_RANGE_WIDTH,
        b"/Contents <%b>" % (b"0" * (2 * room)),
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
        kept = b" ".join(key + b" " + lock.raw(key) for key in (b"/Action", b"/Fields", b"/P") if key in lock)
        parts.append(
            b"/Reference [<</Type /SigRef /TransformMethod /FieldMDP\n"
            b"/TransformParams <</Type /TransformParams /V /1.2 %b>>>>]" % kept
        )
    return b"\n".join([*parts, b">>"])


def _mark_form(update: IncrementalUpdate, catalog: RawDictionary) -> None:
    form = update.own_child(catalog, b"/AcroForm")
    flags = integer(update.pdf.resolve(form.raw(b"/SigFlags"))) or 0
    form[b"/SigFlags"] = b"%d" % (flags | _SIGNATURES_EXIST | _APPEND_ONLY)


def _declare_extension(update: IncrementalUpdate, catalog: RawDictionary) -> None:
    """Say that the file uses PAdES, which PDF 1.7 does not know by itself (the ESIC extension of ETSI)."""
    if update.pdf.data.startswith(b"%PDF-2.") or catalog.raw(b"/Version").startswith(b"/2."):
        return
    extensions = update.child(catalog, b"/Extensions")
    if b"/ESIC" not in extensions:
        extensions[b"/ESIC"] = b"<</BaseVersion /1.7 /ExtensionLevel 1>>"


@attrs.frozen
class _Place:
    """Where a field shows, and as what."""

    page: Page
    rectangle: tuple[float, ...]
    appearance: bytes | None
    """Reference to its form XObject; ``None`` leaves what is there."""


def _add_field(
    update: IncrementalUpdate,
    catalog: RawDictionary,
    request: SigningRequest,
    name: str,
    signature: int,
    *,
    tagged: bool,
) -> None:
    """Make a new field, merged with its widget."""
    widget = update.allocate()
    place = _new_place(update, catalog, request)
    page = place.page
    entries = RawDictionary({
        b"/Type": b"/Annot",
        b"/Subtype": b"/Widget",
        b"/FT": b"/Sig",
        b"/T": text_string(name),
        b"/TU": text_string(request.description),
        b"/F": _FLAGS,
        b"/P": b"%d %d R" % (page.number, update.pdf.generation(page.number)),
        b"/Rect": b"[%b]" % b" ".join(b"%.4f" % edge for edge in place.rectangle),
        b"/V": b"%d 0 R" % signature,
    })  # fmt: skip
    node = update.edit(page.number)
    if place.appearance:
        entries[b"/AP"] = b"<</N %b>>" % place.appearance
        if tagged:
            entries[b"/StructParent"] = tag_widget(update, catalog, widget, page.number, request.description)
    if tagged and b"/Tabs" not in node:
        # Reading order follows the structure (PDF/UA-1 section 7.18.3).
        node[b"/Tabs"] = b"/S"
    update.put(widget, entries.to_bytes())
    update.append(node, b"/Annots", b"%d 0 R" % widget)
    update.append(update.own_child(catalog, b"/AcroForm"), b"/Fields", b"%d 0 R" % widget)


def _new_place(update: IncrementalUpdate, catalog: RawDictionary, request: SigningRequest) -> _Place:
    if request.mark is None:
        # The corner of the page: without size it needs no appearance (ISO 19005-3 section 6.3.3), and
        # touching the edge from outside it needs no structure element (PDF/UA-1 section 7.18.1).
        page = find_page(update.pdf, catalog, 1)
        left, bottom, _, _ = page.box
        return _Place(page, (left, bottom, left, bottom), None)
    placement = request.mark.placement
    if placement is None:
        raise MarkPlacementError
    page = find_page(update.pdf, catalog, placement.page)
    rectangle = page.rectangle(placement)
    appearance = add_appearance(update, request.mark, page.shown_size(rectangle), page.matrix)
    return _Place(page, rectangle, appearance)


def _fill_field(
    update: IncrementalUpdate,
    catalog: RawDictionary,
    request: SigningRequest,
    field: FoundField,
    signature: int,
) -> None:
    """Put the signature into an existing empty field and let its widget show it."""
    pdf = update.pdf
    update.edit(field.number)[b"/V"] = b"%d 0 R" % signature
    kids = pdf.array(field.dictionary.raw(b"/Kids"))
    number = field.number
    if kids:
        number = pdf.target(kids[0], "form")
    widget = update.edit(number)
    rectangle = numbers(pdf.resolve(widget.raw(b"/Rect"))) if b"/Rect" in widget else []
    flags = integer(pdf.resolve(widget.raw(b"/F"))) or 0
    widget[b"/F"] = b"%d" % ((flags | _PRINT) & ~_HIDING)
    has_size = len(rectangle) == 4 and rectangle[0] != rectangle[2] and rectangle[1] != rectangle[3]
    if not has_size:
        if request.mark is not None:
            raise MarkPlacementError
        return
    page = page_of(pdf, catalog, number, widget.raw(b"/P"))
    size = page.shown_size(tuple(rectangle))
    if request.mark is not None:
        widget[b"/AP"] = b"<</N %b>>" % add_appearance(update, request.mark, size, page.matrix)
    elif b"/AP" not in widget:
        widget[b"/AP"] = b"<</N %b>>" % empty_appearance(update, size, page.matrix)

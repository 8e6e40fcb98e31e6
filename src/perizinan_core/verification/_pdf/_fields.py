"""The signature fields of a form (ISO 32000-1 section 12.7) and the signatures in them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import HexString, decode_text
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._pdf._scan import ByteRange

__all__ = ["SignatureField", "signature_fields"]

_MAX_FIELDS = 4096
_DATE = re.compile(
    rb"D:(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:(Z)(?:00'00'?)?|([+-])(\d{2})'(\d{2})'?)\Z"
)


@attrs.frozen(kw_only=True)
class SignatureField:
    """A filled signature field of the newest revision."""

    name: str
    sub_filter: str
    """e.g. ``ETSI.CAdES.detached``."""

    byte_range: ByteRange
    contents: HexString = attrs.field(repr=False)
    signed_at: datetime | None
    """Time that the signer claims (``/M``), or None when it is missing or not in PDF form."""

    reason: str | None

    @property
    def is_document_timestamp(self) -> bool:
        """True for a document timestamp, which states a time and no will."""
        return self.sub_filter == "ETSI.RFC3161"


def signature_fields(pdf: PdfStructure, max_signatures: int) -> tuple[SignatureField, ...]:
    """
    Return the filled signature fields that the form lists, in order of what they cover.

    Raises:
        PdfStructureError: when the form or a signature dictionary is not as the standard says.
    """
    form = pdf.resolve(pdf.catalog().get("AcroForm"))
    if form is None:
        return ()
    found: list[SignatureField] = []
    pending: list[tuple[Any, str, Any]] = [
        (item, "", None) for item in pdf.array(pdf.dictionary(form).get("Fields"))
    ]
    visited = 0
    while pending:
        visited += 1
        if visited > _MAX_FIELDS:
            raise PdfStructureError("the form has too many fields", 0)
        value, prefix, inherited = pending.pop()
        field = pdf.dictionary(value)
        name = ".".join(part for part in (prefix, decode_text(pdf.resolve(field.get("T")))) if part)
        kind = pdf.resolve(field.get("FT")) or inherited
        pending += [(kid, name, kind) for kid in pdf.array(field.get("Kids"))]
        if kind == "Sig" and pdf.resolve(field.get("V")) is not None:
            found.append(_signature(pdf, name, pdf.dictionary(field["V"])))
        if len(found) > max_signatures:
            raise PdfStructureError("the file has too many signatures", 0)
    return tuple(sorted(found, key=lambda item: (item.byte_range.end, item.name)))


def _signature(pdf: PdfStructure, name: str, dictionary: dict[str, Any]) -> SignatureField:
    numbers = pdf.array(dictionary.get("ByteRange"))
    contents = pdf.resolve(dictionary.get("Contents"))
    sub_filter = pdf.resolve(dictionary.get("SubFilter"))
    if len(numbers) != 4 or not all(isinstance(item, int) for item in numbers):
        raise PdfStructureError("a signature does not state what it covers", 0)
    if not isinstance(contents, HexString) or not isinstance(sub_filter, str):
        raise PdfStructureError("a signature has no contents or no format", 0)
    return SignatureField(
        name=name,
        sub_filter=sub_filter,
        byte_range=ByteRange(*numbers),
        contents=contents,
        signed_at=_moment(pdf.resolve(dictionary.get("M"))),
        reason=decode_text(pdf.resolve(dictionary.get("Reason"))) or None,
    )


def _moment(value: Any) -> datetime | None:
    """Read a PDF date (section 7.9.4) that states its offset from UTC; others give None."""
    found = _DATE.match(value) if isinstance(value, bytes) else None
    if found is None:
        return None
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        zone = timezone(-offset if found[8] == b"-" else offset)
        return datetime(*(int(part) for part in found.groups()[:6]), tzinfo=zone)  # type: ignore[arg-type,misc]
    except ValueError:
        return None

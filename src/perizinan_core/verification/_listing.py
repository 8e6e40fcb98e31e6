"""
The signatures that the form of a file lists, each by itself: one that is damaged hides no other.

Checked from the bytes, not from what a parser makes of them: the byte range starts at 0, leaves out
exactly the ``/Contents`` string where it stands in the newest revision, and ends where a revision
ends. A replaced signature dictionary, a moved second part and a placeholder all fail here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs

from perizinan_core._pdf._form import FormField, form_fields
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import HexString
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._wholeness import ByteRange

_WORDS = {"Sig", "DocTimeStamp"}
_NOWHERE = ByteRange(0, 0, 0, 0)
_DATE = re.compile(rb"D:(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:(Z)|([+-])(\d{2})'?(\d{2})?)")


@attrs.frozen(kw_only=True, eq=False)
class ListedSignature:
    """One filled signature field."""

    name: str
    dictionary: Mapping[str, Any]
    """The signature dictionary."""

    field: FormField
    sub_filter: str
    """e.g. ``ETSI.CAdES.detached``."""

    byte_range: ByteRange
    """What it covers; four zeros when it does not say."""

    contents: HexString
    signed_at: datetime | None
    """Time that the signer claims (``/M``), or None when it is missing or states no offset."""

    framed: bool
    """True when it covers the file from its beginning to behind ``/Contents``, and leaves out exactly that."""

    problem: str | None
    """Reason code of what makes it no signature, or None."""

    @property
    def is_timestamp(self) -> bool:
        """True for a document timestamp, with or without ``/Type /DocTimeStamp``."""
        return self.sub_filter == "ETSI.RFC3161" or self.dictionary.get("Type") == "DocTimeStamp"

    @property
    def end(self) -> int:
        """Position after the last byte that it covers; 0 when it does not say."""
        return self.byte_range.end


def listed_signatures(pdf: PdfStructure) -> tuple[ListedSignature, ...]:
    """
    Return the filled signature fields in order of what they cover.

    Raises:
        PdfStructureError: when a field's value cannot be read at all, or two signatures share a field name.
    """
    found = [
        _listed(pdf, field)
        for field in form_fields(pdf)
        if field.kind == "Sig" and pdf.resolve(field.value) is not None
    ]
    if len({item.name for item in found}) != len(found):
        raise PdfStructureError("two signature fields share a name", 0)
    return tuple(sorted(found, key=lambda item: (item.end, item.name)))


def sound_signatures(pdf: PdfStructure, most: int) -> tuple[ListedSignature, ...]:
    """
    Return the signatures of a file that states range, contents and format of every one, as permits do.

    Raises:
        PdfStructureError: when a signature states less, the form lists a field twice, or there are more than ``most``.
    """
    found = listed_signatures(pdf)
    if len(found) > most:
        raise PdfStructureError("the file has too many signatures", 0)
    if any(not item.end or not item.contents or not item.sub_filter for item in found):
        raise PdfStructureError(
            "a signature does not state what it covers, or has no contents or no format", 0
        )
    top = _top_fields(pdf)
    if any(item in top[:place] for place, item in enumerate(top)):
        raise PdfStructureError("the form lists a field twice", 0)
    return found


def only_signatures(pdf: PdfStructure) -> bool:
    """Return True when the form has no fields but signatures: then filling in a form can only be signing."""
    try:
        fields = [pdf.dictionary(item) for item in _top_fields(pdf)]
        return all(pdf.resolve(item.get("FT")) == "Sig" and "Kids" not in item for item in fields)
    except PdfStructureError:
        return False


def _top_fields(pdf: PdfStructure) -> list[Any]:
    return pdf.array(pdf.dictionary(pdf.catalog().get("AcroForm"), {}).get("Fields"))


def _listed(pdf: PdfStructure, field: FormField) -> ListedSignature:
    value = pdf.resolve(field.value)
    dictionary: dict[str, Any] = value if isinstance(value, dict) else {}
    covered, contents = _covered(pdf, dictionary), pdf.resolve(dictionary.get("Contents"))
    sub_filter = pdf.resolve(dictionary.get("SubFilter"))
    kind = pdf.resolve(dictionary.get("Type"))
    framed = (
        covered is not None
        and _leaves_out(pdf, covered, contents)
        and covered.start == 0
        and covered.gap_end < covered.end <= pdf.size
    )
    problem = None if framed else "byte-range-wrong"
    if covered is None or not isinstance(contents, bytes) or not contents.strip(b"\0"):
        # An empty, zero-filled or missing value, or no numbers: a placeholder or a universal forgery.
        problem = "signature-never-made"
    elif kind is not None and kind not in _WORDS:
        problem = "signature-never-made"
    return ListedSignature(
        name=field.name,
        dictionary=dictionary,
        field=field,
        sub_filter=str(sub_filter) if isinstance(sub_filter, str) else "",
        byte_range=covered or _NOWHERE,
        contents=contents if isinstance(contents, HexString) else HexString(),
        signed_at=_moment(pdf.resolve(dictionary.get("M"))),
        framed=framed,
        problem=problem,
    )


def usage_rights(pdf: PdfStructure) -> ByteRange | None:
    """
    Return the byte range of the signature by which Adobe unlocks functions of its Reader, or None.

    See ISO 32000-1 section 12.8.2.3.
    It belongs to no field, says nothing about who made the document, and states its purpose itself, so that no
    signature of a person can be passed off as one.
    """
    try:
        permissions = pdf.dictionary(pdf.catalog().get("Perms"), {})
        value = pdf.dictionary(permissions.get("UR3", permissions.get("UR")), {})
        methods = [
            pdf.resolve(pdf.dictionary(item).get("TransformMethod"))
            for item in pdf.array(value.get("Reference"))
        ]
        covered, contents = _covered(pdf, value), pdf.resolve(value.get("Contents"))
    except PdfStructureError:
        return None
    if not methods or any(method not in {"UR3", "UR"} for method in methods):
        return None
    return covered if covered is not None and _leaves_out(pdf, covered, contents) else None


def _covered(pdf: PdfStructure, dictionary: Mapping[str, Any]) -> ByteRange | None:
    numbers = pdf.resolve(dictionary.get("ByteRange"))
    if not isinstance(numbers, list) or len(numbers) != 4:
        return None
    return ByteRange(*numbers) if all(type(item) is int and item >= 0 for item in numbers) else None


def _leaves_out(pdf: PdfStructure, covered: ByteRange, contents: object) -> bool:
    """Return True when a byte range leaves out exactly a ``/Contents`` string, which stands in the file itself."""
    if not isinstance(contents, HexString) or pdf.data[covered.gap_start : covered.gap_start + 1] != b"<":
        return False
    return (contents.start, contents.end) == (covered.gap_start, covered.gap_end)


def _moment(value: object) -> datetime | None:
    """Read a PDF date (section 7.9.4) with its offset from UTC; anything else gives None."""
    if not isinstance(value, bytes) or not (found := _DATE.match(value)):
        return None
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0))
    try:
        zone = timezone(-offset if found[8] == b"-" else offset)
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None

"""
The signatures that the form of a file lists, each by itself: one that is damaged hides no other.

Checked from the bytes, not from what a parser makes of them: the byte range starts at 0, leaves out
exactly the ``/Contents`` string where it stands in the newest revision, and ends where a revision
ends. A replaced signature dictionary, a moved second part and a placeholder all fail here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core._pdf._form import FormField, form_fields
from perizinan_core._pdf._syntax import HexString
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._pdf._scan import ByteRange
from perizinan_core.verification.signatures._structure import ForeignStructure

__all__ = ["ListedSignature", "listed_signatures", "usage_rights"]

_WORDS = {"Sig", "DocTimeStamp"}


@attrs.frozen(kw_only=True, eq=False)
class ListedSignature:
    """One filled signature field."""

    name: str
    dictionary: Mapping[str, Any]
    """The signature dictionary."""

    field: FormField
    sub_filter: str
    byte_range: ByteRange | None
    contents: bytes
    problem: str | None = None
    """Reason code of what makes it no signature, or None."""

    @property
    def is_timestamp(self) -> bool:
        """True for a document timestamp, with or without ``/Type /DocTimeStamp``."""
        return self.sub_filter == "ETSI.RFC3161" or self.dictionary.get("Type") == "DocTimeStamp"

    @property
    def end(self) -> int:
        """Position after the last byte that it covers; 0 when it does not say."""
        return self.byte_range.end if self.byte_range is not None else 0


def listed_signatures(pdf: ForeignStructure) -> tuple[ListedSignature, ...]:
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


def _listed(pdf: ForeignStructure, field: FormField) -> ListedSignature:
    value = pdf.resolve(field.value)
    dictionary: dict[str, Any] = value if isinstance(value, dict) else {}
    numbers = pdf.resolve(dictionary.get("ByteRange"))
    contents = pdf.resolve(dictionary.get("Contents"))
    sub_filter = pdf.resolve(dictionary.get("SubFilter"))
    covered = None
    if isinstance(numbers, list) and len(numbers) == 4 and all(_is_position(item) for item in numbers):
        covered = ByteRange(*numbers)
    return ListedSignature(
        name=field.name,
        dictionary=dictionary,
        field=field,
        sub_filter=str(sub_filter) if isinstance(sub_filter, str) else "",
        byte_range=covered,
        contents=bytes(contents) if isinstance(contents, bytes) else b"",
        problem=_problem(pdf, dictionary, covered, contents),
    )


def _problem(
    pdf: ForeignStructure, dictionary: dict[str, Any], covered: ByteRange | None, contents: Any
) -> str | None:
    if not isinstance(contents, bytes) or not contents.strip(b"\0") or covered is None:
        # An empty, zero-filled or missing value, or no numbers: a placeholder or a universal forgery.
        return "signature-never-made"
    kind = pdf.resolve(dictionary.get("Type"))
    if kind is not None and kind not in _WORDS:
        return "signature-never-made"
    fits = (
        isinstance(contents, HexString)
        and covered.start == 0
        and covered.gap_start == contents.start
        and covered.gap_end == contents.end
        and contents.end < covered.end <= pdf.size
        and pdf.data[contents.start : contents.start + 1] == b"<"
    )
    return None if fits else "byte-range-wrong"


def usage_rights(pdf: ForeignStructure) -> ByteRange | None:
    """
    Return the byte range of the signature by which Adobe unlocks functions of its Reader, or None.

    See ISO 32000-1 section 12.8.2.3.
    It belongs to no field, says nothing about who made the document, and states its purpose itself, so that no
    signature of a person can be passed off as one.
    """
    try:
        permissions = pdf.resolve(pdf.catalog().get("Perms"))
        if not isinstance(permissions, dict):
            return None
        value = pdf.resolve(permissions.get("UR3", permissions.get("UR")))
        if not isinstance(value, dict):
            return None
        methods = [
            pdf.resolve(pdf.dictionary(item).get("TransformMethod"))
            for item in pdf.array(value.get("Reference"))
        ]
        numbers, contents = pdf.resolve(value.get("ByteRange")), pdf.resolve(value.get("Contents"))
    except PdfStructureError:
        return None
    if not methods or any(method not in {"UR3", "UR"} for method in methods):
        return None
    if not isinstance(numbers, list) or len(numbers) != 4 or not all(_is_position(item) for item in numbers):
        return None
    covered = ByteRange(*numbers)
    own = isinstance(contents, HexString) and (contents.start, contents.end) == (
        covered.gap_start,
        covered.gap_end,
    )
    return covered if own else None


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

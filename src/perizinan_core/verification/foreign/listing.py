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

from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.verification.foreign.structure import ForeignStructure
from perizinan_core.verification.pdf.scan import ByteRange
from perizinan_core.verification.pdf.syntax import HexString, Ref, decode_text

__all__ = ["FormField", "ListedSignature", "form_fields", "listed_signatures"]

MAX_FIELDS = 4096
_WORDS = {"Sig", "DocTimeStamp"}


@attrs.frozen(kw_only=True, eq=False)
class FormField:
    """One node of the form that has no named fields below it, with what it inherits."""

    name: str
    """Fully qualified name."""

    kind: str | None
    """``/FT``, inherited or own."""

    value: Any
    """``/V``, inherited or own, not resolved."""

    dictionary: dict[str, Any]
    refs: tuple[Ref, ...]
    """The field's own object and those of its widgets."""

    widgets: tuple[dict[str, Any], ...]
    """The field itself when it is its own widget, and the widgets below it."""


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


def form_fields(pdf: ForeignStructure) -> tuple[FormField, ...]:
    """
    Return the fields of the form.

    Raises:
        PdfStructureError: when the form is not as the standard says.
    """
    form = pdf.resolve(pdf.catalog().get("AcroForm"))
    if form is None:
        return ()
    found: list[FormField] = []
    top = [(item, "", None, None, frozenset[Ref]()) for item in pdf.array(pdf.dictionary(form).get("Fields"))]
    pending: list[tuple[Any, str, Any, Any, frozenset[Ref]]] = top[::-1]
    visited = 0
    while pending:
        visited += 1
        if visited > MAX_FIELDS:
            raise PdfStructureError("the form has too many fields", 0)
        raw, prefix, kind, value, above = pending.pop()
        if isinstance(raw, Ref):
            if raw in above:
                raise PdfStructureError("the fields of the form go round in a circle", 0)
            above |= {raw}
        node = pdf.dictionary(raw)
        name = ".".join(part for part in (prefix, decode_text(pdf.resolve(node.get("T")))) if part)
        kind, value = pdf.resolve(node.get("FT")) or kind, node.get("V", value)
        kids = pdf.array(node.get("Kids"))
        named = [kid for kid in kids if "T" in pdf.dictionary(kid)]
        pending += [(kid, name, kind, value, above) for kid in reversed(named)]
        if named and len(named) != len(kids):
            raise PdfStructureError("a field has both fields and widgets below it", 0)
        if not named:
            found.append(_form_field(pdf, name, kind, value, raw, node, kids))
    return tuple(found)


def _form_field(
    pdf: ForeignStructure, name: str, kind: Any, value: Any, raw: Any, node: dict[str, Any], kids: list[Any]
) -> FormField:
    refs = tuple(item for item in (raw, *kids) if isinstance(item, Ref))
    widgets = [pdf.dictionary(kid) for kid in kids]
    if "Rect" in node or node.get("Subtype") == "Widget":
        widgets.append(node)
    return FormField(
        name=name,
        kind=str(kind) if kind is not None else None,
        value=value,
        dictionary=node,
        refs=refs,
        widgets=tuple(widgets),
    )


def listed_signatures(pdf: ForeignStructure, fields: tuple[FormField, ...]) -> tuple[ListedSignature, ...]:
    """
    Return the filled signature fields in order of what they cover.

    Raises:
        PdfStructureError: when a field's value cannot be read at all, or two signatures share a field name.
    """
    found = [
        _listed(pdf, field)
        for field in fields
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


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0

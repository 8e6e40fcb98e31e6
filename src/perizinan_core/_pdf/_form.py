"""The fields of a form (ISO 32000-1 section 12.7), with what they inherit."""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Ref, decode_text
from perizinan_core.errors.pdf import PdfStructureError

MAX_FIELDS = 4096


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


def form_fields(pdf: PdfStructure) -> tuple[FormField, ...]:
    """
    Return the fields of the form.

    Raises:
        PdfStructureError: when the form is not as the standard says.
    """
    found: list[FormField] = []
    form = pdf.dictionary(pdf.catalog().get("AcroForm"), {})
    listed = pdf.array(form.get("Fields"))
    # What is listed twice is one field.
    twice = dict.fromkeys(item for item in listed if isinstance(item, Ref))
    fields = [*twice, *(item for item in listed if not isinstance(item, Ref))]
    top = [(item, "", None, None, frozenset[Ref]()) for item in fields]
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
        if pdf.resolve(raw) is None:
            continue  # a field that was taken out, but not from the list: readers pass over it
        node = pdf.dictionary(raw)
        name = ".".join(part for part in (prefix, decode_text(pdf.resolve(node.get("T")))) if part)
        kind, value = pdf.resolve(node.get("FT")) or kind, node.get("V", value)
        kids = [kid for kid in pdf.array(node.get("Kids")) if pdf.resolve(kid) is not None]
        named = [kid for kid in kids if "T" in pdf.dictionary(kid)]
        pending += [(kid, name, kind, value, above) for kid in reversed(named)]
        if named and len(named) != len(kids):
            raise PdfStructureError("a field has both fields and widgets below it", 0)
        if not named:
            widgets = [pdf.dictionary(kid) for kid in kids]
            if "Rect" in node or node.get("Subtype") == "Widget":
                widgets.append(node)
            found.append(
                FormField(
                    name=name,
                    kind=str(kind) if kind is not None else None,
                    value=value,
                    dictionary=node,
                    refs=tuple(item for item in (raw, *kids) if isinstance(item, Ref)),
                    widgets=tuple(widgets),
                )
            )
    return tuple(found)

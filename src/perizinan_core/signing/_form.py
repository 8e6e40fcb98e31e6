"""
The PDF's form: its signature fields, what earlier signatures allow, and the field to sign.

(ISO 32000-1 sections 12.7 and 12.8; seed values and locks: section 12.7.4.5.)
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.errors.signing import (
    ChangesForbiddenError,
    DamagedPdfError,
    FieldNameError,
    FieldTakenError,
    SeedValueError,
    XfaFormError,
)
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, decoded_name, integer, reference, text

__all__ = ["FoundField", "check_restrictions", "form_fields", "free_name", "usable_field"]

_DEPTH = 32
_NO_CHANGES = 1


@attrs.frozen
class FoundField:
    """One terminal field of the form."""

    name: str
    """Full name, parts joined by full stops."""

    number: int
    """Object number."""

    dictionary: RawDictionary = attrs.field(repr=False)
    """The field."""

    is_signature: bool
    """Whether its type, own or inherited, is ``/Sig``."""

    value: bytes = attrs.field(repr=False)
    """Its value as source, ``b"null"`` while it is empty."""


def form_fields(pdf: PdfFile, form: RawDictionary) -> Iterator[FoundField]:
    """
    Go through the terminal fields of the form.

    Raises:
        DamagedPdfError: The field tree is circular or not made of objects.
    """
    seen: set[int] = set()
    waiting = [(item, "", b"null", 0) for item in reversed(pdf.array(form.raw(b"/Fields")))]
    while waiting:
        raw, prefix, kind, depth = waiting.pop()
        found = reference(raw)
        if found is None or found[0] in seen or depth > _DEPTH:
            raise DamagedPdfError("form", found[0] if found else None)
        seen.add(found[0])
        field = pdf.dictionary(raw)
        own = pdf.resolve(field.raw(b"/T"))
        name = ".".join(part for part in (prefix, text(own) if own != b"null" else "") if part)
        kind = field.raw(b"/FT") if b"/FT" in field else kind
        kids = pdf.array(field.raw(b"/Kids"))
        children = [kid for kid in kids if b"/T" in pdf.dictionary(kid)]
        if children:
            waiting += ((kid, name, kind, depth + 1) for kid in reversed(children))
        elif field:
            is_signature = decoded_name(pdf.resolve(kind)) == b"/Sig"
            value = field.raw(b"/V")
            yield FoundField(
                name, found[0], field, is_signature, b"null" if pdf.resolve(value) == b"null" else value
            )


def check_restrictions(
    pdf: PdfFile, catalog: RawDictionary, form: RawDictionary, fields: list[FoundField]
) -> None:
    """
    Refuse what no further signature may be added to.

    Raises:
        XfaFormError: The form is an XFA form.
        ChangesForbiddenError: A certification allows no changes (DocMDP with P=1), or a signature
            locks the document or all fields.
    """
    if pdf.resolve(form.raw(b"/XFA")) != b"null":
        raise XfaFormError
    for field in fields:
        if not field.is_signature or field.value == b"null":
            continue
        lock = pdf.dictionary(field.dictionary.raw(b"/Lock"))
        if _permission(pdf, lock) == _NO_CHANGES or _forbids(pdf, pdf.dictionary(field.value)):
            raise ChangesForbiddenError(field.name)
    # Last, because here the name of the field is not at hand.
    certification = pdf.dictionary(catalog.raw(b"/Perms")).raw(b"/DocMDP")
    if _forbids(pdf, pdf.dictionary(certification)):
        raise ChangesForbiddenError("")


def _forbids(pdf: PdfFile, signature: RawDictionary) -> bool:
    for item in pdf.array(signature.raw(b"/Reference")):
        entry = pdf.dictionary(item)
        parameters = pdf.dictionary(entry.raw(b"/TransformParams"))
        method = decoded_name(pdf.resolve(entry.raw(b"/TransformMethod")))
        if _permission(pdf, parameters) == _NO_CHANGES and method in (b"/DocMDP", b"/FieldMDP"):
            return True
        if method == b"/FieldMDP" and decoded_name(pdf.resolve(parameters.raw(b"/Action"))) == b"/All":
            return True
    return False


def _permission(pdf: PdfFile, dictionary: RawDictionary) -> int | None:
    return integer(pdf.resolve(dictionary.raw(b"/P")))


def usable_field(pdf: PdfFile, fields: list[FoundField], name: str | None) -> FoundField | None:
    """
    Return the empty signature field called ``name``, ``None`` if a new one is to be made.

    Raises:
        FieldNameError: A new field cannot have this name.
        FieldTakenError: The field is signed, or no signature field.
        SeedValueError: The field demands properties that cannot be promised.
    """
    if name is None:
        return None
    found = next((field for field in fields if field.name == name), None)
    if found is None:
        if not name.strip() or "." in name:
            raise FieldNameError(name)
        # "office" cannot be a new field beside "office.head": both would claim the first part.
        if any(field.name.startswith(name + ".") for field in fields):
            raise FieldTakenError(name)
        return None
    if not found.is_signature or found.value != b"null" or _is_locked(pdf, fields, name):
        raise FieldTakenError(name)
    seed = pdf.dictionary(found.dictionary.raw(b"/SV"))
    if integer(pdf.resolve(seed.raw(b"/Ff"))):
        raise SeedValueError(name)
    return found


def _is_locked(pdf: PdfFile, fields: list[FoundField], name: str) -> bool:
    """Return whether an earlier signature's FieldMDP includes the field ``name``."""
    for field in fields:
        if not field.is_signature or field.value == b"null":
            continue
        for item in pdf.array(pdf.dictionary(field.value).raw(b"/Reference")):
            parameters = pdf.dictionary(pdf.dictionary(item).raw(b"/TransformParams"))
            action = decoded_name(pdf.resolve(parameters.raw(b"/Action")))
            named = name in [text(pdf.resolve(part)) for part in pdf.array(parameters.raw(b"/Fields"))]
            if (action == b"/Include" and named) or (action == b"/Exclude" and not named):
                return True
    return False


def free_name(fields: list[FoundField]) -> str:
    """Return the first of ``Signature1``, ``Signature2`` … that no field has."""
    taken = {field.name.partition(".")[0] for field in fields}
    number = 1
    while f"Signature{number}" in taken:
        number += 1
    return f"Signature{number}"

"""
The PDF's form: its signature fields, what earlier signatures allow, and the field to sign.

(ISO 32000-1 sections 12.7 and 12.8; seed values and locks: section 12.7.4.5.)
"""

from __future__ import annotations

from itertools import count
from typing import Any

from perizinan_core._pdf._form import FormField, form_fields
from perizinan_core._pdf._syntax import decode_text
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.signing import UnsignablePdfError
from perizinan_core.signing._pdf_file import PdfFile

_NO_CHANGES = 1


def signable_fields(pdf: PdfFile) -> tuple[FormField, ...]:
    """
    Return the fields of the form, each of which must be an object with a name of its own.

    Raises:
        PdfStructureError: The form is malformed, or readers would read it differently.
    """
    fields = form_fields(pdf)
    refs = [field.refs[0] for field in fields if field.refs]
    named = all(isinstance(pdf.resolve(field.dictionary.get("T", b"")), bytes) for field in fields)
    if len(set(refs)) != len(fields) or not named:
        raise PdfStructureError("a field of the form is not an object with a name", 0)
    return fields


def check_restrictions(pdf: PdfFile, fields: tuple[FormField, ...]) -> None:
    """
    Refuse what no further signature may be added to.

    Raises:
        UnsignablePdfError: ``pdf-xfa``: The form is an XFA form.
        UnsignablePdfError: ``pdf-locked``: A certification allows no changes (DocMDP with P=1), or a
            signature
            locks the document or all fields.
    """
    catalog = pdf.catalog()
    if pdf.resolve(pdf.dictionary(catalog.get("AcroForm"), {}).get("XFA")) is not None:
        raise UnsignablePdfError("pdf-xfa")
    for field in fields:
        if not is_signed(pdf, field):
            continue
        lock = pdf.dictionary(field.dictionary.get("Lock"), {})
        if pdf.resolve(lock.get("P")) == _NO_CHANGES or _forbids(pdf, field.value):
            raise UnsignablePdfError("pdf-locked", field=field.name)
    # Last, because here the name of the field is not at hand.
    if _forbids(pdf, pdf.dictionary(catalog.get("Perms"), {}).get("DocMDP")):
        raise UnsignablePdfError("pdf-locked", field="")


def is_signed(pdf: PdfFile, field: FormField) -> bool:
    """Return whether a signature is in the field."""
    return field.kind == "Sig" and pdf.resolve(field.value) is not None


def _forbids(pdf: PdfFile, signature: Any) -> bool:
    return any(
        (method in ("DocMDP", "FieldMDP") and pdf.resolve(parameters.get("P")) == _NO_CHANGES)
        or (method == "FieldMDP" and pdf.resolve(parameters.get("Action")) == "All")
        for method, parameters in _transforms(pdf, signature)
    )


def _transforms(pdf: PdfFile, signature: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Return method and parameters of what a signature says about later changes."""
    references = pdf.array(pdf.dictionary(signature, {}).get("Reference"))
    entries = [pdf.dictionary(item, {}) for item in references]
    return [
        (pdf.resolve(entry.get("TransformMethod")), pdf.dictionary(entry.get("TransformParams"), {}))
        for entry in entries
    ]


def usable_field(pdf: PdfFile, fields: tuple[FormField, ...], name: str | None) -> FormField | None:
    """
    Return the empty signature field called ``name``, ``None`` if a new one is to be made.

    Raises:
        UnsignablePdfError: ``field-name``: A new field cannot have this name.
        UnsignablePdfError: ``field-taken``: The field is signed, or no signature field.
        UnsignablePdfError: ``field-seed-value``: The field demands properties that cannot be promised.
    """
    if name is None:
        return None
    found = next((field for field in fields if field.name == name), None)
    if found is None:
        if not name.strip() or "." in name:
            raise UnsignablePdfError("field-name", name=name)
        # "office" cannot be a new field beside "office.head": both would claim the first part.
        if any(field.name.startswith(name + ".") for field in fields):
            raise UnsignablePdfError("field-taken", name=name)
        return None
    if found.kind != "Sig" or pdf.resolve(found.value) is not None or _is_locked(pdf, fields, name):
        raise UnsignablePdfError("field-taken", name=name)
    if pdf.resolve(pdf.dictionary(found.dictionary.get("SV"), {}).get("Ff")):
        raise UnsignablePdfError("field-seed-value", name=name)
    return found


def _is_locked(pdf: PdfFile, fields: tuple[FormField, ...], name: str) -> bool:
    """Return whether an earlier signature's FieldMDP includes the field ``name``."""
    for field in fields:
        if not is_signed(pdf, field):
            continue
        for _, parameters in _transforms(pdf, field.value):
            action = pdf.resolve(parameters.get("Action"))
            listed = [decode_text(pdf.resolve(part)) for part in pdf.array(parameters.get("Fields"))]
            if (action == "Include" and name in listed) or (action == "Exclude" and name not in listed):
                return True
    return False


def free_name(fields: tuple[FormField, ...], stem: str = "Signature") -> str:
    """Return the first of ``Signature1``, ``Signature2`` … that no field has."""
    taken = {field.name.partition(".")[0] for field in fields}
    return next(name for name in map(f"{stem}{{}}".format, count(1)) if name not in taken)

"""
What may happen to a form between two signed revisions.

1. No field disappears, none but signature fields are added, and an added one is signed by the signature
that closes the revision, or shows nothing. 2. A signature that was there is not touched. 3. An empty
signature field that no earlier signature locks may be signed: value and appearance, nothing else.
4. Any other field may be filled in only when the revision is closed by a signature (of someone trusted,
which the verdict sees to), it was empty before, no earlier signature locks it, and certification allows it.
Otherwise a value that a signer never saw would stand on the page (shadow attack "replace"). The one exception
is a certification that allows filling in (DocMDP, ISO 32000-1 section 12.8.2.2): its signer said that anyone
may, in any field that is not locked, and the report names those fields. 5. The form itself keeps everything
that readers draw fields from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from perizinan_core._pdf._form import FormField, form_fields
from perizinan_core._pdf._syntax import decode_text
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._listing import ListedSignature
from perizinan_core.verification.signatures._changes import Comparison, PageChanges
from perizinan_core.verification.signatures._structure import ForeignStructure

_DEFAULT_PERMISSION = 2
"""Of ISO 32000-1 table 254: filling in and signing."""

_FORM_KEYS = {"Fields", "SigFlags", "DR", "NeedAppearances"}
_SIGNING = {"V", "AP", "AS", "M", "F", "MK", "DA", "Lock", "SV"}
_FILLING = {"V", "AP", "AS", "M", "I", "RV"}


@attrs.frozen(kw_only=True)
class FormChanges:
    """What happened to the form."""

    signed: tuple[str, ...] = ()
    """Signature fields that were signed or added."""

    filled: tuple[str, ...] = ()
    """Other fields that got a first value."""


@attrs.frozen
class FieldLock:
    """Fields that a signature closes (ISO 32000-1 section 12.8.2.4)."""

    action: str
    """``All``, ``Include`` or ``Exclude``."""

    names: tuple[str, ...]

    def covers(self, field: str) -> bool:
        """Return True when ``field`` is locked: by its whole name, or by that of a field above it."""
        named = any(field == name or field.startswith(f"{name}.") for name in self.names)
        match self.action:
            case "Include":
                return named
            case "Exclude":
                return not named
            case _:
                return True


def locks_of(pdf: ForeignStructure, signature: ListedSignature) -> list[FieldLock]:
    """Return the locks that a signature sets, by its reference dictionary and by its field."""
    found = []
    for raw in (*_transforms(pdf, signature, "FieldMDP"), signature.field.dictionary.get("Lock")):
        if raw is not None:
            stated = pdf.dictionary(raw)
            names = tuple(decode_text(pdf.resolve(item)) for item in pdf.array(stated.get("Fields")))
            found.append(FieldLock(str(pdf.resolve(stated.get("Action"))), names))
    return found


def certified_for(pdf: ForeignStructure, signature: ListedSignature) -> int | None:
    """Return what a certification allows afterwards, see `permission_of`; None when it is not one."""
    for raw in _transforms(pdf, signature, "DocMDP"):
        stated = _permission(pdf, raw)
        return stated if stated is not None else _DEFAULT_PERMISSION
    return None


def permission_of(pdf: ForeignStructure, signature: ListedSignature) -> int | None:
    """Return what a signature allows afterwards: 1 nothing, 2 filling in and signing, 3 comments too."""
    certified = certified_for(pdf, signature)
    lock = signature.field.dictionary.get("Lock")
    return certified if certified is not None or lock is None else _permission(pdf, lock)


def _permission(pdf: ForeignStructure, raw: Any) -> int | None:
    stated = pdf.resolve(pdf.dictionary(raw).get("P"))
    return stated if isinstance(stated, int) else None


def _transforms(pdf: ForeignStructure, signature: ListedSignature, method: str) -> Iterable[Any]:
    for item in pdf.array(signature.dictionary.get("Reference")):
        reference = pdf.dictionary(item)
        if pdf.resolve(reference.get("TransformMethod")) == method:
            yield reference.get("TransformParams", {})


@attrs.frozen(kw_only=True)
class FormComparison:
    """The forms of two revisions."""

    pair: Comparison
    pages: PageChanges
    """What happened to annotations."""

    closing: ListedSignature | None
    """The signature that ends the newer revision, or None."""

    locks: Sequence[FieldLock]
    """Of all signatures of the older revision."""

    free: bool
    """True when no one but a certification that allows filling in has signed so far."""

    def changes(self) -> FormChanges | None:
        """
        Return what was signed and filled in, or None when something is not allowed.

        Raises:
            PdfStructureError: when a form cannot be read.
        """
        pair = self.pair
        if not self._form_itself():
            return None
        before, after = _by_name(form_fields(pair.old)), _by_name(form_fields(pair.new))
        if not before.keys() <= after.keys():
            return None
        kinds = {name: self._what_happened(before.get(name), new) for name, new in after.items()}
        explained = {ref.number for new in after.values() for ref in new.refs}
        if not {*self.pages.changed, *(ref.number for ref in self.pages.added)} <= explained:
            return None  # an annotation that is part of no field
        if None in kinds.values():
            return None
        return FormChanges(
            signed=tuple(name for name, kind in kinds.items() if kind == "signed"),
            filled=tuple(name for name, kind in kinds.items() if kind == "filled"),
        )

    def _what_happened(self, old: FormField | None, new: FormField) -> str | None:
        """Return ``"same"``, ``"signed"`` or ``"filled"``; None when it is not allowed."""
        if old is None:
            return "signed" if self._may_be_added(new) else None
        if not self._touched(old, new):
            return "same"
        if new.kind == "Sig":
            return "signed" if self._may_be_signed(old, new) else None
        return "filled" if self._may_be_filled(old, new) else None

    def _form_itself(self) -> bool:
        pair = self.pair
        old, new = (pdf.resolve(pdf.catalog().get("AcroForm")) for pdf in (pair.old, pair.new))
        old, new = old if isinstance(old, dict) else {}, new if isinstance(new, dict) else {}
        for key in (old.keys() | new.keys()) - _FORM_KEYS:
            if key in old and not self._unchanged(old.get(key), new.get(key)):
                return False
            if key not in old and key not in {"DA", "Q"}:
                return False
        if pair.new.resolve(new.get("NeedAppearances")) is True and old.get("NeedAppearances") is not True:
            return False  # readers would draw every field again
        return self._resources_kept(old.get("DR"), new.get("DR"))

    def _resources_kept(self, old: Any, new: Any) -> bool:
        """Let resources be added and none be exchanged."""
        pair = self.pair
        before = pair.old.dictionary(old) if old is not None else {}
        after = pair.new.dictionary(new) if new is not None else {}
        for kind, raw in before.items():
            items, others = pair.old.resolve(raw), pair.new.resolve(after.get(kind))
            if not isinstance(items, dict) or not isinstance(others, dict):
                items, others = {kind: raw}, after
            if not all(self._unchanged(value, others.get(name)) for name, value in items.items()):
                return False
        return True

    def _unchanged(self, old: Any, new: Any) -> bool:
        """Compare two values with everything below them."""
        pair = self.pair
        if not pair.same(old, new):
            return False
        return all(number not in pair.changed or pair.restated(number) for number in pair.below(new))

    def _touched(self, old: FormField, new: FormField) -> bool:
        numbers = {ref.number for ref in new.refs}
        if old.refs != new.refs or len(old.widgets) != len(new.widgets) or numbers & self.pages.changed:
            return True
        pair = self.pair
        if any(number in pair.changed and not pair.restated(number) for number in numbers):
            return True
        # Neither its objects nor the value that it may inherit, nor what they refer to.
        appearances = [(a.get("AP"), b.get("AP")) for a, b in zip(old.widgets, new.widgets, strict=True)]
        pairs = [(old.value, new.value), (old.dictionary, new.dictionary), *appearances]
        return not all(self._unchanged(a, b) for a, b in pairs) or old.kind != new.kind

    def _may_be_added(self, field: FormField) -> bool:
        if field.kind != "Sig" or not field.refs:
            return False
        if self.closing is not None and field.name == self.closing.name:
            if self.closing.is_timestamp:
                return not _shows(self.pair.new, field)
            return not self._is_locked(field.name)
        return self.pair.new.resolve(field.value) is None and not _shows(self.pair.new, field)

    def _may_be_signed(self, old: FormField, new: FormField) -> bool:
        if self.closing is None or new.name != self.closing.name:
            return False
        if self.pair.old.resolve(old.value) is not None or old.kind != "Sig":
            return False
        if self._is_locked(new.name) and (not self.closing.is_timestamp or _shows(self.pair.new, new)):
            return False
        return self._only(old, new, _SIGNING)

    def _is_locked(self, name: str) -> bool:
        return any(lock.covers(name) for lock in self.locks)

    def _may_be_filled(self, old: FormField, new: FormField) -> bool:
        closed = self.closing is not None and not self.closing.is_timestamp
        value = self.pair.old.resolve(old.value)
        empty = value in (None, b"", "Off", [])
        may = self.free or (closed and empty)
        return (
            may and not self._is_locked(new.name) and old.kind == new.kind and self._only(old, new, _FILLING)
        )

    def _only(self, old: FormField, new: FormField, keys: set[str]) -> bool:
        """Return True when nothing but these keys differs, in the field and its widgets."""
        if old.refs != new.refs or len(old.widgets) != len(new.widgets):
            return False
        pairs = [(old.dictionary, new.dictionary), *zip(old.widgets, new.widgets, strict=True)]
        return all(
            self._unchanged(before.get(key), after.get(key))
            for before, after in pairs
            for key in (before.keys() | after.keys()) - keys - {"Parent", "P", "Kids"}
        )


def _by_name(fields: Iterable[FormField]) -> dict[str, FormField]:
    found: dict[str, FormField] = {}
    for field in fields:
        if field.name in found:
            raise PdfStructureError("two fields of the form share a name", 0)
        found[field.name] = field
    return found


def _shows(pdf: ForeignStructure, field: FormField) -> bool:
    """Return True when a field takes up room on a page; hidden ones do not."""
    for widget in field.widgets:
        numbers = [pdf.resolve(item) for item in pdf.array(widget.get("Rect"))]
        flags = pdf.resolve(widget.get("F"))
        hidden = isinstance(flags, int) and bool(flags & 0b10)
        if len(numbers) != 4 or not all(isinstance(item, int | float) for item in numbers):
            return True
        if (numbers[0] != numbers[2] and numbers[1] != numbers[3]) and not hidden:
            return True
    return False

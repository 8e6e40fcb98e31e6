"""
What was added between two signed revisions, by our own rules; pyHanko is asked too, and both must agree.

pyHanko asks which objects may change. We ask what a reader sees: everything that can be reached from the
catalogue of the newer revision (pages, their contents, resources, annotations, outlines, names …) must be
what it was, except proofs of time, the signature that closes the revision, and form fields by the rules of
`form_changes`. Objects that no one can reach may be anything. The classes of attack behind the rules:
shadow attacks (hide, replace, hide-and-replace), incremental saving, evil annotations, sneaky signatures
and appearances that are used elsewhere too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from perizinan_core._pdf._syntax import Ref, Stream
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification.signatures._structure import ForeignStructure

_MAY_CHANGE = {"AcroForm", "DSS", "Extensions", "Metadata", "Version"}
"""Keys of the catalogue that are not content; the form has rules of its own."""

_NOT_FOLLOWED = {"Parent", "P"}
_MAX_VALUES = 2_000_000


@attrs.define(eq=False)
class PageChanges:
    """What happened to the annotations of the pages."""

    added: list[Ref] = attrs.field(factory=list)
    """Annotations that are new."""

    changed: set[int] = attrs.field(factory=set)
    """Numbers of widgets whose object, or something below it, changed."""


@attrs.define(eq=False)
class Comparison:
    """Two revisions, the older being the beginning of the newer."""

    old: ForeignStructure
    new: ForeignStructure
    _changed: set[int] | None = None
    _left: int = _MAX_VALUES

    @property
    def changed(self) -> set[int]:
        """Numbers of all objects that the newer revision states again, frees or adds."""
        if self._changed is None:
            numbers = {*self.old.numbers(), *self.new.numbers()}
            found = {number for number in numbers if self.old.entry(number) != self.new.entry(number)}
            # An object in a stream is where it was, but the stream may be another.
            found |= {
                number
                for number in numbers
                if (entry := self.new.entry(number))[0] == 2 and entry[1] in found
            }
            self._changed = found
        return self._changed

    @property
    def freed(self) -> bool:
        """True when an object that was there is gone."""
        return any(
            self.old.entry(number)[0] != 0 and self.new.entry(number)[0] == 0 for number in self.changed
        )

    @property
    def alike_encrypted(self) -> bool:
        """True when both are encrypted in the same way, or neither is."""
        old, new = self.old, self.new
        if old.encrypted or new.encrypted:
            return old.encrypted and new.encrypted and old.trailer["Encrypt"] == new.trailer["Encrypt"]
        return True

    def same(self, old: Any, new: Any, depth: int = 0) -> bool:
        """Return True when two values say the same, streams by their bytes; references are compared by number."""
        self.spend()
        if isinstance(old, Stream) and isinstance(new, Stream):
            stored = self.old.stored(old) == self.new.stored(new)
            return stored and self.same(old.dictionary, new.dictionary, depth)
        if type(old) is not type(new) or depth > 64:
            return False
        if isinstance(old, dict):
            return old.keys() == new.keys() and all(self.same(old[key], new[key], depth + 1) for key in old)
        if isinstance(old, list):
            return len(old) == len(new) and all(
                self.same(a, b, depth + 1) for a, b in zip(old, new, strict=True)
            )
        return bool(old == new)

    def restated(self, number: int) -> bool:
        """Return True when an object was written again without a change."""
        kinds = self.old.entry(number)[0], self.new.entry(number)[0]
        if 0 in kinds:
            return False
        return self.same(_object(self.old, number), _object(self.new, number))

    def below(self, value: Any) -> Iterator[int]:
        """Yield the numbers of all objects that are found below a value of the newer revision, each once."""
        # A signature may refer to the catalogue (FieldMDP), which is compared apart.
        pending, seen = [value], {self.new.trailer.get("Root")}
        while pending:
            self.spend()
            value = pending.pop()
            if isinstance(value, Ref):
                if value in seen:
                    continue
                seen.add(value)
                yield value.number
                value = self.new.resolve(value)
            pending += _children(value)

    def spend(self) -> None:
        """
        Count one step.

        Raises:
            PdfStructureError: when the comparison takes more steps than any real file needs.
        """
        self._left -= 1
        if self._left < 0:
            raise PdfStructureError("comparing its revisions takes too long", 0)


def _object(pdf: ForeignStructure, number: int) -> Any:
    kind, _, rest = pdf.entry(number)
    return pdf.resolve(Ref(number, rest if kind == 1 else 0))


def compare_content(pair: Comparison) -> PageChanges | None:
    """
    Compare what can be reached from the two catalogues.

    Returns:
        What happened to annotations, or None when anything else that shows changed.

    Raises:
        PdfStructureError: when a revision cannot be read.
    """
    old, new = pair.old, pair.new
    if pair.freed or old.trailer.get("Root") != new.trailer.get("Root") or not pair.alike_encrypted:
        return None
    before, after = old.catalog(), new.catalog()
    for key in before.keys() | after.keys():
        if key not in _MAY_CHANGE and not pair.same(before.get(key), after.get(key)):
            return None
    walk = _Walk(pair)
    rest = {key: value for key, value in after.items() if key not in _MAY_CHANGE}
    return walk.changes if walk.is_unchanged(rest) else None


class _Walk:
    """Follows every reference of the newer revision once."""

    def __init__(self, pair: Comparison) -> None:
        self._pair = pair
        root = pair.new.trailer.get("Root")
        # Signatures may refer to the catalogue, whose entries are compared before.
        self._seen: set[Ref] = {root} if isinstance(root, Ref) else set()
        self._trail: list[Ref] = []
        self.changes = PageChanges()

    def is_unchanged(self, start: Any) -> bool:
        """Return False at the first thing that shows and changed."""
        pending: list[Any] = [start]
        while pending:
            self._pair.spend()
            value = pending.pop()
            if isinstance(value, Ref):
                if value in self._seen:
                    continue
                self._seen.add(value)
                self._trail.append(value)
                below = self._object(value)
                if below is None:
                    return False
                pending += below
            else:
                pending += _children(value)
        return True

    def _object(self, ref: Ref) -> list[Any] | None:
        """Return what to follow below an object; None when it shows and changed."""
        pair = self._pair
        new = pair.new.resolve(ref)
        own = new.dictionary if isinstance(new, Stream) else new
        if isinstance(own, dict) and own.get("Type") == "Page":
            return self._page(ref, own)
        if ref.number in pair.changed and not pair.restated(ref.number):
            if _is_widget(own) and _is_widget(pair.old.resolve(ref)):
                self.changes.changed.add(ref.number)
                return []
            return None
        if _is_widget(own):
            return self._widget(ref, own)
        return _children(new)

    def _page(self, ref: Ref, new: dict[str, Any]) -> list[Any] | None:
        pair = self._pair
        old = pair.old.resolve(ref)
        if not isinstance(old, dict):
            return None
        for key in (old.keys() | new.keys()) - {"Annots"}:
            if not pair.same(old.get(key), new.get(key)):
                return None
        before, after = pair.old.array(old.get("Annots")), pair.new.array(new.get("Annots"))
        if len(set(map(repr, after))) != len(after):
            return None
        known = [item for item in after if item in before]
        if known != before:
            return None
        fresh = [item for item in after if item not in before]
        if not all(isinstance(item, Ref) for item in fresh):
            return None
        self.changes.added += fresh
        # What is new is judged as part of the form; everything else on the page is followed.
        return [*known, *(value for key, value in new.items() if key not in {"Annots", *_NOT_FOLLOWED})]

    def _widget(self, ref: Ref, widget: dict[str, Any]) -> list[Any] | None:
        """Look below a widget that is itself unchanged: its appearance may have been exchanged."""
        rest = {key: value for key, value in widget.items() if key not in {"V", "Kids", *_NOT_FOLLOWED}}
        outer, self._trail = self._trail, []
        unchanged = self.is_unchanged(rest)
        trail, self._trail = self._trail, outer
        self._trail += trail
        if unchanged:
            return []
        self._seen.difference_update(trail)
        self.changes.changed.add(ref.number)
        # Without the appearance the rest must still be as it was.
        return _children({key: value for key, value in rest.items() if key != "AP"})


def _is_widget(value: Any) -> bool:
    return isinstance(value, dict) and value.get("Subtype") == "Widget"


def _children(value: Any) -> list[Any]:
    if isinstance(value, Stream):
        value = value.dictionary
    if isinstance(value, Mapping):
        return [item for key, item in value.items() if key not in _NOT_FOLLOWED]
    return list(value) if isinstance(value, list) else []

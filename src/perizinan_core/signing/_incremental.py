"""
Writing an incremental update (ISO 32000-1 section 7.5.6): a few objects, one cross-reference section.

The bytes of the file stay as they are; what changed is appended, in the form the file already
uses (table or cross-reference stream), spaced as PDF/A wants it (ISO 19005-3 section 6.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import groupby

from perizinan_core._pdf._syntax import Ref
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.signing._pdf_syntax import RawDictionary, array_items, parsed


class IncrementalUpdate:
    """Changed and new objects of one PDF, collected until they are written."""

    def __init__(self, pdf: PdfFile) -> None:
        self.pdf = pdf
        self._next = pdf.next_number
        self._bodies: dict[int, bytes] = {}
        self._edited: dict[int, tuple[RawDictionary, bytes]] = {}

    def allocate(self) -> int:
        """Return a new object number."""
        self._next += 1
        return self._next - 1

    def put(self, number: int, body: bytes) -> None:
        """Set the source of a new or changed object (what stands between ``obj`` and ``endobj``)."""
        self._bodies[number] = body

    def add(self, body: bytes) -> bytes:
        """Add a new object; return the reference to it as source."""
        number = self.allocate()
        self.put(number, body)
        return b"%d 0 R" % number

    def edit(self, number: int) -> RawDictionary:
        """
        Return the dictionary object ``number`` to be changed in place; the same one on each call.

        It is written only if it was changed.
        """
        if number not in self._edited:
            found = RawDictionary.of(self.pdf.source(self.ref(number)))
            self._edited[number] = (found, found.to_bytes())
        return self._edited[number][0]

    def ref(self, number: int) -> Ref:
        """Return the reference to an object, new or not."""
        return Ref(number, self.pdf.generation(number))

    def child(self, holder: RawDictionary, key: str) -> RawDictionary:
        """Return the dictionary under ``key`` to change in place, be it direct, referred to or missing."""
        value = holder.get(key, b"null")
        if isinstance(value, RawDictionary):
            return value
        target = self._target(value)
        if target is not None:
            return self.edit(target)
        holder[key] = nested = RawDictionary.of(b"null" if isinstance(parsed(value), Ref) else value)
        return nested

    def own_child(self, holder: RawDictionary, key: str) -> RawDictionary:
        """Like `child`, but a missing dictionary becomes an object: later updates leave ``holder`` alone."""
        value = holder.raw(key)
        if self._target(value) is None and self.pdf.resolve(parsed(value)) is None:
            number = self.allocate()
            self._edited[number] = (RawDictionary(), b"")
            holder[key] = b"%d 0 R" % number
        return self.child(holder, key)

    def _target(self, value: bytes) -> int | None:
        """Return the number of the object that ``value`` refers to, old or new; None without one."""
        found = parsed(value)
        if not isinstance(found, Ref):
            return None
        return found.number if found.number in self._edited or self.pdf.resolve(found) is not None else None

    def append(self, holder: RawDictionary, key: str, item: bytes) -> None:
        """Append ``item`` to the array under ``key`` of ``holder``, be it direct, referred to or missing."""
        raw = holder.raw(key)
        found = parsed(raw)
        current = raw
        if isinstance(found, Ref):
            current = self._bodies.get(found.number) or self.pdf.source(found)
        extended = b"[%b]" % b" ".join([*array_items(current), item])
        if isinstance(found, Ref) and current != b"null":
            self.put(found.number, extended)
        else:
            holder[key] = extended

    def write(self) -> tuple[bytes, dict[int, int]]:
        """Return what must follow the file's bytes, and where in it each written object begins."""
        for number, (found, before) in self._edited.items():
            after = found.to_bytes()
            if after != before:
                self._bodies[number] = after
        data = self.pdf.data
        parts = [b"" if data.endswith((b"\n", b"\r")) else b"\n"]
        length = len(parts[0])
        positions: dict[int, int] = {}
        for number, body in sorted(self._bodies.items()):
            positions[number] = length
            part = b"%d %d obj\n%b\nendobj\n" % (number, self.pdf.generation(number), body)
            parts.append(part)
            length += len(part)
        start = len(data) + length
        offsets = {number: len(data) + position for number, position in positions.items()}
        parts.append(self._table(offsets) if self.pdf.has_table else self._xref_stream(offsets, start))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % start)
        return b"".join(parts), positions

    def _table(self, offsets: dict[int, int]) -> bytes:
        parts = [b"xref\n"]
        for run in _runs(offsets):
            parts.append(b"%d %d\n" % (run[0], len(run)))
            parts += [b"%010d %05d n \n" % (offsets[number], self.pdf.generation(number)) for number in run]
        parts += (b"trailer\n", self._trailer().to_bytes(), b"\n")
        return b"".join(parts)

    def _xref_stream(self, offsets: dict[int, int], start: int) -> bytes:
        number = self.allocate()
        offsets = {**offsets, number: start}
        width = (start.bit_length() + 7) // 8
        rows = b"".join(
            b"\x01" + offsets[n].to_bytes(width) + self.pdf.generation(n).to_bytes(2) for n in sorted(offsets)
        )
        index = b" ".join(b"%d %d" % (run[0], len(run)) for run in _runs(offsets))
        header = self._trailer()
        header.update({
            "Type": b"/XRef",
            "W": b"[1 %d 2]" % width,
            "Index": b"[%b]" % index,
            "Length": b"%d" % len(rows),
        })  # fmt: skip
        return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, header.to_bytes(), rows)

    def _trailer(self) -> RawDictionary:
        old = self.pdf.trailer
        trailer = RawDictionary(Size=b"%d" % self._next)
        trailer.update(
            {key: b"%d %d R" % old[key] for key in ("Root", "Info") if isinstance(old.get(key), Ref)}
        )
        # The first identifier stays, the second says which revision this is (ISO 32000-1 section 14.4).
        digest = hashlib.sha256(b"%d" % self._next)
        digest.update(b"".join(self._bodies.values()))
        fresh = digest.hexdigest()[:32]
        known = self.pdf.array(old.get("ID"))
        first = known[0].hex() if known and isinstance(known[0], bytes) else fresh
        trailer["ID"] = f"[<{first}> <{fresh}>]".encode()
        trailer["Prev"] = b"%d" % self.pdf.startxref
        return trailer


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """Return ``numbers`` in order, split where one is left out."""
    # Within a run, numbers rise as fast as their places.
    places = groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in run] for _, run in places]

"""The papers that the people of the demonstration's city upload: drawn once for each place, and used again."""

from __future__ import annotations

from datetime import date

import attrs

from perizinan_core._demo._scans import draw_identity_card, draw_letter_pdf, draw_photo, draw_sketch_pdf

__all__ = ["Papers"]

_VARIANTS = 3
_DAY = date(2026, 1, 5)


@attrs.define
class Papers:
    """Scans by place and turn: some places have a few that look different."""

    _drawn: dict[tuple[str, int], tuple[bytes, str]] = attrs.field(factory=dict, init=False)
    _turns: dict[str, int] = attrs.field(factory=dict, init=False)

    def for_slot(self, slot: str, label: str) -> tuple[bytes, str]:
        """Return the bytes of a paper for a place, and the name that a person might give it."""
        variants = _VARIANTS if slot in ("ktp", "foto", "denah") else 1
        turn = self._turns[slot] = (self._turns.get(slot, -1) + 1) % variants
        if (slot, turn) not in self._drawn:
            self._drawn[slot, turn] = _draw(slot.partition("#")[0], label, turn)
        return self._drawn[slot, turn]


def _draw(slot: str, label: str, seed: int) -> tuple[bytes, str]:
    if slot == "ktp":
        rows = (("Nama", "CONTOH WARGA"), ("NIK", "99720101010000"), ("Alamat", "JALAN CONTOH"))
        return draw_identity_card(rows, seed=seed, coarse=True), f"KTP {seed + 1}.jpg"
    if slot == "foto":
        return draw_photo(seed=seed, coarse=True), "foto 4x6.jpg"
    if slot in ("denah", "gambar"):
        return draw_sketch_pdf("Denah lokasi", seed=seed, coarse=True), f"{slot}.pdf"
    text = ("Berkas contoh untuk peragaan portal.", "Isinya bukan milik siapa pun.")
    return draw_letter_pdf(label, text, day=_DAY, seed=seed, coarse=True), f"{slot}.pdf"

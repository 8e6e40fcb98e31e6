"""The papers that the applicant of the demonstration hands in."""

from __future__ import annotations

from datetime import date

from perizinan_core._demo._people import applicant
from perizinan_core._demo._scans import draw_identity_card, draw_letter_pdf, draw_photo, draw_sketch_pdf

__all__ = ["paper_for"]


def paper_for(slot: str, label: str, seed: int, day: date) -> tuple[bytes, str]:
    """Return the bytes of a made-up paper, and the name that a person might give it."""
    person = applicant()
    if slot == "ktp":
        rows = (("Nama", person.name.upper()), ("NIK", str(person.nik)), ("Alamat", "JALAN CONTOH 12"))
        return draw_identity_card(rows, seed=seed), "KTP Dewi (foto HP).jpg"
    if slot == "foto":
        return draw_photo(seed=seed), "foto 4x6.jpg"
    if slot == "denah":
        return draw_sketch_pdf("Denah lokasi", seed=seed), "denah.pdf"
    text = (
        "Yang bertanda tangan di bawah ini mengajukan berkas ini sebagai kelengkapan permohonan izin.",
        f"Nama: {person.name}",
        "Kegiatan: bazar kuliner dan pentas seni",
    )
    return draw_letter_pdf(label, text, day=day, seed=seed), f"{slot}.pdf"

"""
The fixed words of letters, in Bahasa Indonesia and English.

They are data of the letter, not sentences of the program, so they stand here side by side and
go to the template under their names. Wording follows letters of real offices (Permendagri 1/2023
and the practice seen in catalogues); what an office words itself comes with the `Letter`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from perizinan_core.model._text import Text

__all__ = ["DICTUMS", "LABELS", "labels"]

LABELS: Mapping[str, Text] = MappingProxyType(
    {
        # letterhead and title
        "logo_alt": Text("Lambang {government}", "Coat of arms of {government}"),
        "number": Text("Nomor", "Number"),
        "concerning": Text("tentang", "concerning"),
        "date": Text("Tanggal", "Date"),
        # decree
        "considering": Text("Menimbang", "Considering"),
        "in_view_of": Text("Mengingat", "In view of"),
        "deciding": Text("MEMUTUSKAN:", "HAS DECIDED:"),
        "stipulating": Text("Menetapkan", "To stipulate"),
        "granted_to": Text("Memberikan {title} kepada:", "{title} is granted to:"),
        "valid_sentence": Text("Masa berlaku: {validity}.", "Period of validity: {validity}."),
        "obligations": Text(
            "Pemegang izin wajib memenuhi ketentuan sebagai berikut:",
            "The holder shall comply with the following terms:",
        ),
        "in_force": Text(
            "Keputusan ini mulai berlaku pada tanggal ditetapkan.",
            "This decision takes effect on the day on which it is made.",
        ),
        # licence
        "basis": Text("Dasar", "Legal basis"),
        "taking_into_account": Text("Memperhatikan", "Taking into account"),
        "granting": Text("MEMBERIKAN IZIN", "GRANTS PERMISSION"),
        "to": Text("Kepada", "To"),
        "terms": Text("Dengan ketentuan", "On these terms"),
        # letter
        "attachment": Text("Lampiran", "Enclosure"),
        "attachment_one": Text("1 (satu) berkas", "1 (one) annex"),
        "attachment_none": Text("-", "-"),
        "subject": Text("Perihal", "Subject"),
        "dear": Text("Yth.", "To:"),
        "in_place": Text("di Tempat", ""),
        "letter_opening": Text(
            "Menindaklanjuti permohonan Saudara dengan nomor {receipt}, dengan ini diberikan {title} kepada:",
            "Further to your application number {receipt}, {title} is hereby granted to:",
        ),
        "letter_references": Text("dengan memperhatikan:", "taking into account:"),
        "letter_considering": Text("dengan mempertimbangkan:", "in consideration of the following:"),
        "letter_basis": Text("berdasarkan:", "on the basis of:"),
        "letter_closing": Text(
            "Demikian disampaikan untuk dilaksanakan sebagaimana mestinya.",
            "This is conveyed to be carried out accordingly.",
        ),
        # certificate
        "certificate_opening": Text(
            "Yang bertanda tangan di bawah ini menerangkan bahwa:",
            "The undersigned hereby certifies that:",
        ),
        "certificate_closing": Text(
            "Demikian surat ini dibuat untuk dipergunakan sebagaimana mestinya.",
            "This document is issued to be used accordingly.",
        ),
        # rows of the permit
        "holder": Text("Nama", "Name"),
        "object": Text("Untuk", "For"),
        "place": Text("Lokasi", "Location"),
        "validity": Text("Masa berlaku", "Validity"),
        "receipt": Text("Nomor permohonan", "Application number"),
        "previous": Text("Nomor izin sebelumnya", "Previous permit number"),
        "from_to": Text("{start} sampai dengan {end}", "{start} to {end}"),
        "from": Text("sejak {start}", "from {start}"),
        "text_until": Text("{text} (sampai dengan {end})", "{text} (until {end})"),
        # signature
        "decided_at": Text("Ditetapkan di", "Decided in"),
        "issued_at": Text("Dikeluarkan di", "Issued in"),
        "on_date": Text("pada tanggal", "on"),
        "on_behalf_of": Text("a.n.", "on behalf of"),
        "acting_vacant": Text("Plt.", "Acting"),
        "acting_daily": Text("Plh.", "Acting"),
        "staff_number": Text("NIP", "NIP"),
        "signed_electronically": Text("Ditandatangani secara elektronik", "Signed electronically"),
        "qr_alt": Text(
            "Kode QR: alamat untuk memeriksa keaslian surat nomor {number}",
            "QR code: address at which letter number {number} is verified",
        ),
        "copies": Text("Tembusan", "Copies"),
        "annex": Text("LAMPIRAN", "ANNEX"),
        "annex_row": Text("No.", "No."),
        # every page
        "page": Text("Halaman", "Page"),
        "of": Text("dari", "of"),
        "verify": Text("Periksa keaslian surat ini:", "Verify this letter:"),
        "development": Text(
            "DOKUMEN PERCOBAAN: ditandatangani dengan sertifikat pengembangan, tidak berlaku sebagai izin.",
            "TEST DOCUMENT: signed with a development certificate, not valid as a permit.",
        ),
        "development_mark": Text("PERCOBAAN", "TEST"),
        "unconfirmed": Text("Belum dikonfirmasi oleh instansi:", "Not confirmed by the office:"),
        "draft": Text(
            "RANCANGAN: belum bernomor dan belum ditandatangani.", "DRAFT: not numbered, not signed."
        ),
        "draft_mark": Text("RANCANGAN", "DRAFT"),
    }
)
"""Name used in templates, and the words. ``{…}`` is filled in before the template sees it."""

DICTUMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": (
            *("KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA"),
            *("KEENAM", "KETUJUH", "KEDELAPAN", "KESEMBILAN", "KESEPULUH"),
        ),
        "en": (
            *("FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH"),
            *("SIXTH", "SEVENTH", "EIGHTH", "NINTH", "TENTH"),
        ),
    }
)
"""Ordinals of the operative paragraphs of a decree."""


def labels(language: str, **values: str) -> dict[str, str]:
    """
    Return all labels in ``language`` (``"id"``, else English), placeholders filled from ``values``.

    A value is put in once: braces inside a holder's name stay what they are.
    """
    named = {name: text.id if language == "id" else (text.en or "") for name, text in LABELS.items()}
    return {name: _fill(text, values) for name, text in named.items()}


def _fill(text: str, values: Mapping[str, str]) -> str:
    return text.format_map(_Kept(values)) if "{" in text else text


class _Kept(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"

"""
Sample letters for tests, documentation and previews. Names, numbers and places are made up.

`sample_letter` gives every form; keyword arguments change single fields of the letter or of its
statement: ``sample_letter(LetterForm.CARD, holder="…", terms=())``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs

from perizinan_core.model._letter import AnnexTable, Letter, PermitStatement, SignatureBlock
from perizinan_core.model._letter_rule import LetterForm

__all__ = ["SAMPLE_QR_TEXT", "sample_annex", "sample_letter", "sample_signatory"]

SAMPLE_QR_TEXT = "HTTPS://IZIN.KOTACONTOH.EXAMPLE/V1#" + "2KQ3HMWZP7RD5XGB" * 15
"""An upper-case address with a fragment of base32, as signed claims have."""

_TITLES = {
    LetterForm.DECREE: "KEPUTUSAN KEPALA DINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU",
    LetterForm.LICENCE: "IZIN PENGGUNAAN RUANG MILIK JALAN",
    LetterForm.LETTER: "Izin Penggunaan Ruang Milik Jalan",
    LetterForm.CERTIFICATE: "SURAT KETERANGAN RUMAH KOS",
    LetterForm.CARD: "KARTU PENGAWASAN IZIN TRAYEK",
}


def sample_signatory(**changes: Any) -> SignatureBlock:
    """Return the signature block of the samples, changed by keyword."""
    block = SignatureBlock(
        position="kepala-dpmptsp",
        title="KEPALA DINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU",
        on_behalf_of="WALI KOTA CONTOH",
        name="Dra. SRI CONTOHWATI, M.Si.",
        rank="Pembina Utama Muda",
        staff_number="19700101 199503 2 001",
        delegation="mandate-2026",
        legal_basis=(
            "Peraturan Wali Kota Contoh Nomor 12 Tahun 2025 tentang Pelimpahan Kewenangan "
            "Penandatanganan Perizinan dan Nonperizinan;"
        ),
    )
    return attrs.evolve(block, **changes)


def sample_annex(rows: int, columns: int = 5) -> AnnexTable:
    """Return an annex of made-up billboards."""
    names = (
        "Lokasi",
        "Jenis",
        "Ukuran",
        "Masa tayang",
        "Keterangan",
        "Sudut pandang",
        "Jumlah muka",
        "Naskah",
    )
    texts = (
        "Jalan Melati Nomor {n}",
        "Papan",
        "4 m × 6 m",
        "12 bulan",
        "Sisi utara",
        "90°",
        "2",
        "Contoh {n}",
    )
    return AnnexTable(
        columns=names[:columns],
        rows=tuple(tuple(text.format(n=number + 1) for text in texts[:columns]) for number in range(rows)),
    )


def sample_letter(form: LetterForm = LetterForm.LICENCE, **changes: Any) -> Letter:
    """
    Return a letter of the given form.

    Args:
        form: The form.
        changes: Fields of `Letter` or of `PermitStatement` and their values.
    """
    names = {field.name for field in attrs.fields(PermitStatement)}
    statement = attrs.evolve(_statement(form), **{name: changes.pop(name) for name in names & changes.keys()})
    return attrs.evolve(_letter(form, statement), **changes)


def _statement(form: LetterForm) -> PermitStatement:
    return PermitStatement(
        authority="kota-contoh",
        authority_name="Pemerintah Kota Contoh",
        permit_type="street-use",
        permit_type_version="2026.1",
        title=_TITLES[form],
        number="500.16.7.2/0042/123.456/2026",
        receipt_number="PRM-2026-000123",
        holder="Rahayu Contohningrum",
        object="Kegiatan bazar usaha mikro dan kecil",
        place="Jalan Melati, Kelurahan Mawar, Kecamatan Melati",
        fields=(
            ("Alamat", "Jalan Anggrek Nomor 7, RT 002 RW 005, Kelurahan Mawar, Kota Contoh"),
            ("Nama kegiatan", "Bazar Kampung Kreatif"),
            ("Panjang jalan yang dipakai", "120 m"),
            ("Perkiraan pengunjung", "350 orang"),
        ),
        issued_on=date(2026, 11, 25),
        valid_from=date(2026, 12, 1),
        valid_until=date(2026, 12, 7),
        signatory=sample_signatory(),
        status_index=42,
        verification_url="https://izin.kotacontoh.example/v1",
    )


def _letter(form: LetterForm, statement: PermitStatement) -> Letter:
    return Letter(
        statement=statement,
        form=form,
        template="letter",
        government="PEMERINTAH KOTA CONTOH",
        office="DINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU",
        address="Jalan Merdeka Nomor 105, Kota Contoh 99999",
        contact="Telepon (000) 000000 · izin.kotacontoh.example · dpmptsp@kotacontoh.example",
        city="Kota Contoh",
        subject="Izin Penggunaan Ruang Milik Jalan"
        if form in {LetterForm.DECREE, LetterForm.LETTER}
        else None,
        considerations=(
            "bahwa permohonan telah memenuhi persyaratan administratif dan teknis;",
            (
                "bahwa Dinas Perhubungan memberi rekomendasi teknis dengan surat Nomor 551/0101/123.457/2026 "
                "tanggal 20 November 2026;"
            ),
        ),
        legal_basis=(
            (
                "Undang-Undang Nomor 38 Tahun 2004 tentang Jalan sebagaimana telah diubah terakhir dengan "
                "Undang-Undang Nomor 2 Tahun 2022;"
            ),
            "Peraturan Pemerintah Nomor 34 Tahun 2006 tentang Jalan;",
        ),
        terms=(
            "menjaga ketertiban, kebersihan, dan keselamatan lalu lintas di lokasi kegiatan;",
            "mengembalikan ruang milik jalan seperti keadaan semula paling lambat satu hari setelah kegiatan;",
            "izin ini dapat dicabut apabila pemegang izin melanggar ketentuan di atas;",
            "apabila di kemudian hari terdapat kekeliruan dalam surat ini, akan diperbaiki sebagaimana mestinya.",
        ),
        copies_to=("Kepala Dinas Perhubungan Kota Contoh", "Camat Melati", "Lurah Mawar"),
        footer=(
            "Dokumen ini telah ditandatangani secara elektronik. Informasi elektronik dan/atau dokumen elektronik "
            "dan/atau hasil cetaknya merupakan alat bukti hukum yang sah (UU 11/2008 Pasal 5 ayat (1))."
        ),
        qr_text=SAMPLE_QR_TEXT,
    )

"""How much of a letter stands in its QR code: 18 kinds of permits × 5 holders × 4 objects."""

from datetime import date

import pytest
from perizinan_kota_blitar._plugin import load_pack

from perizinan_core.published import (
    MAX_QR_LENGTH,
    QrClaims,
    decode_qr_text,
    encode_qr_text,
    type_number,
)

HOLDERS = (
    "Sri Contoh",
    "CV Sumber Contoh Makmur Jaya",
    "PT Bank Perkreditan Rakyat Contoh Sejahtera Abadi",
    "dr. Raden Ajeng Contohwati Kusumaningrum Hadiningrat, Sp.PD., M.Kes.",
    "Yayasan Lembaga Pendidikan dan Pengembangan Masyarakat Contoh Nusantara",
)
OBJECTS = (
    "Warung seluas 6 m²",
    "Pemasangan 2 reklame papan nama",
    "Usaha tempat kos Griya Contoh dengan 24 kamar",
    "Penggunaan jalan kecuali pekerjaan konstruksi untuk pasar malam dan bazar UMKM",
)
PLACES = (
    "Jalan Merdeka 1",
    "Jalan Ir. Soekarno 42, Kelurahan Bendogerit",
    "Jalan Veteran 17 RT 03 RW 05, Kelurahan Kepanjenlor, Kecamatan Kepanjenkidul",
)


@pytest.fixture(scope="module")
def kinds():
    """Return the codes of 18 kinds: those of the plugin, and made-up ones of like length up to 18."""
    codes = sorted({item.code for item in load_pack().catalogue.permit_types})
    return [*codes, *(f"izin-contoh-dengan-nama-panjang-{number}" for number in range(18))][:18]


def claims_of(kind, holder, thing, place):
    return QrClaims(
        number=f"500.16.7.2/0233/{kind.upper()[:12]}/410.111/2026",
        permit_type=kind,
        type_number=type_number(kind),
        holder=holder,
        object=thing,
        place=place,
        issued_on=date(2026, 11, 30),
        valid_from=date(2026, 12, 1),
        valid_until=date(2029, 11, 30),
        status_index=123_456,
    )


def test_at_most_20_of_360_codes_shorten_anything_and_none_the_holder(kinds):
    """With the address of the city, places of every length, and nothing in a note that the headline lacks."""
    url = load_pack().authority.verification_url
    shortened = []
    for kind in kinds:
        for number, holder in enumerate(HOLDERS):
            for thing in OBJECTS:
                stated = claims_of(kind, holder, thing, PLACES[number % len(PLACES)])
                text = encode_qr_text(url, stated, sign=lambda _: bytes(64), kid=b"\1\2\3\4")
                read = decode_qr_text(text).claims
                assert len(text) <= MAX_QR_LENGTH
                assert holder == read.holder
                shortened += [(kind, holder, thing)] if read.shortened else []

    assert 360 == len(kinds) * len(HOLDERS) * len(OBJECTS)
    assert len(shortened) <= 20


def test_the_numbers_of_permit_types_are_apart(kinds):
    """Two types with one number could not be told apart on paper."""
    assert len(kinds) == len({type_number(kind) for kind in kinds})

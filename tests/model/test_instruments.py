"""Laws among sources: what they are, and in which order letters name them (UU 12/2011, annex II)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.model._instruments import LegalInstrument, in_legal_order
from perizinan_core.model._text import InstrumentKind, Source

CITATIONS = (
    ("Undang-Undang Dasar Negara Republik Indonesia Tahun 1945", None),
    ("Undang-Undang Nomor 30 Tahun 2014 tentang Administrasi Pemerintahan", ("undang-undang", "30", 2014)),
    ("UU 25/2009 pasal 21; Permenpan RB 15/2014", ("undang-undang", "25", 2009)),
    ("Peraturan Pemerintah Pengganti Undang-Undang Nomor 2 Tahun 2022", ("undang-undang", "2", 2022)),
    ("PP 6/2021 tentang Penyelenggaraan Perizinan Berusaha di Daerah", ("peraturan-pemerintah", "6", 2021)),
    ("Peraturan Presiden Nomor 97 Tahun 2014 tentang PTSP", ("peraturan-presiden", "97", 2014)),
    ("Peraturan Menteri Pariwisata Nomor 16 Tahun 2014", ("peraturan-menteri", "16", 2014)),
    ("Permendagri 1/2023", ("peraturan-menteri", "1", 2023)),
    ("Peraturan Daerah Provinsi Contoh Nomor 3 Tahun 2020", ("peraturan-daerah-provinsi", "3", 2020)),
    ("Peraturan Daerah Kota Contoh 1/2026", ("peraturan-daerah", "1", 2026)),
    ("Peraturan Wali Kota Contoh Nomor 12 Tahun 2025", ("peraturan-kepala-daerah", "12", 2025)),
    ("Peraturan Walikota Contoh Nomor 1 Tahun 2009", ("peraturan-kepala-daerah", "1", 2009)),
    (
        "Keputusan Kepala Dinas Kesehatan Nomor 440/0050/410.109/2021 tentang Standar Pelayanan",
        ("keputusan", "440/0050/410.109", 2021),
    ),
    ("detik.com 2019-01-21, 'Rumah karaoke'", None),
    ("UUPA dalam praktik", None),
)


@pytest.mark.parametrize(("citation", "expected"), CITATIONS)
def test_a_citation_says_what_kind_of_law_it_is_and_its_number_and_year(citation, expected):
    """In full and in the short form that catalogues use."""
    found = LegalInstrument.of(Source(citation))

    assert expected == (None if found is None else (found.kind.value, found.number, found.year))


def test_what_the_source_states_comes_before_what_its_citation_says():
    """For a citation that no pattern understands, and one that it would misunderstand."""
    source = Source("Qanun tentang Izin", kind=InstrumentKind.LOCAL_REGULATION, number="4", year=2019)

    assert LegalInstrument(kind=InstrumentKind.LOCAL_REGULATION, number="4", year=2019) == LegalInstrument.of(
        source
    )


def test_letters_name_laws_by_rank_then_year_then_number():
    """The news report is not a law and stands last."""
    written = (
        "detik.com 2019",
        "Perda Kota Contoh 10/2017",
        "Perda Kota Contoh 9/2017",
        "UU 6/2023",
        "UU 30/2014",
    )
    expected = (
        "UU 30/2014",
        "UU 6/2023",
        "Perda Kota Contoh 9/2017",
        "Perda Kota Contoh 10/2017",
        "detik.com 2019",
    )

    assert expected == tuple(source.citation for source in in_legal_order(map(Source, written)))


@given(st.permutations([citation for citation, expected in CITATIONS if expected is not None]))
def test_the_order_of_laws_does_not_depend_on_how_they_were_written_down(citations):
    """And ordering twice changes nothing."""
    once = in_legal_order(map(Source, citations))

    assert once == in_legal_order(once)
    assert once == in_legal_order(
        Source(citation) for citation, expected in CITATIONS if expected is not None
    )


@given(st.text(min_size=1))
def test_no_citation_is_too_strange_to_be_put_in_order(citation):
    """Whatever somebody wrote, it is kept."""
    assert (Source(citation),) == in_legal_order([Source(citation)])

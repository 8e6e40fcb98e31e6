"""Numbers of letters: written by a format, and read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.catalogue import NumberParts, parse_number
from perizinan_core.catalogue._numbers import format_faults, format_number
from perizinan_core.errors.catalogue import CatalogueError
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._catalogue import number_templates

DAY = date(2026, 8, 17)
REAL = [
    ("{class}/{sequence:04}/{unit}/{year}", "440/0050/410.109/2026"),
    ("503/{sequence}/BPPM/HO/{month_roman}/{year}", "503/50/BPPM/HO/VIII/2026"),
    ("640/0{sequence}/BPPM/{month_roman}/{year}", "640/050/BPPM/VIII/2026"),
    ("NOMOR {sequence:03} TAHUN {year}", "NOMOR 050 TAHUN 2026"),
    ("{sequence:02}/{permit}/PTSP/{month}.{year}", "50/SIPTTTK/PTSP/08.2026"),
    ("{sequence}/156/TAHUN {year}", "50/156/TAHUN 2026"),
    ("{{{sequence}}}/{year}", "{50}/2026"),
]
FIXED = {"unit": "410.109", "archive_class": "440", "permit": "SIPTTTK"}


@pytest.mark.parametrize(("template", "expected"), REAL)
def test_formats_of_real_offices(template: str, expected: str) -> None:
    """Serial first, second or third; month Roman, in digits or absent; padded or not (catalogue README)."""
    month = "month" in template

    assert expected == format_number(template, sequence=50, day=DAY, **FIXED)
    assert NumberParts(50, 2026, 8 if month else None) == parse_number(template, expected, **FIXED)


@given(
    template=number_templates(),
    sequence=st.integers(1, 10**9),
    day=st.dates(date(1945, 8, 17), date(2999, 12, 31)),
)
@settings(max_examples=300, deadline=None)
def test_a_number_reads_back_as_it_was_written(template: str, sequence: int, day: date) -> None:
    """Writing and reading are inverse, for every sound template."""
    text = format_number(template, sequence=sequence, day=day, **FIXED)
    parts = parse_number(template, text, **FIXED)

    assert () == format_faults(template)
    assert sequence == parts.sequence
    assert parts.year in (None, day.year)
    assert parts.month in (None, day.month)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_other_text_is_refused_with_our_error(text: str) -> None:
    """Reading never raises anything else."""
    try:
        parts = parse_number("503/{sequence:03}/{month_roman}/{year}", text)
    except CatalogueError as error:
        if "number-text" != error.code:
            raise
        return

    assert text == f"503/{parts.sequence:03}/{text.split('/')[2]}/{parts.year}"


@pytest.mark.parametrize(
    "text",
    [
        "503/7/VIII/2026",
        "503/007/IIX/2026",
        "503/007/XIII/2026",
        "503/000/I/2026",
        "503/0007/I/2026",
        "503/007/I/26",
    ],
)
def test_numbers_that_the_format_never_writes(text: str) -> None:
    """Missing or surplus zeros, Roman numerals that are none, short years."""
    with raises_code("number-text"):
        parse_number("503/{sequence:03}/{month_roman}/{year}", text)


@given(st.text(alphabet="{}:0123456789sequence_yarmonth/ \n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_template_has_faults_or_works(template: str) -> None:
    """A template is refused with reasons, or writes a number that reads back."""
    if format_faults(template):
        with pytest.raises(ValueError, match="number format"):
            format_number(template, sequence=1, day=DAY)
    else:
        text = format_number(template, sequence=7, day=DAY)

        assert 7 == parse_number(template, text).sequence


def test_sequences_start_at_one() -> None:
    """Zero is no number of a letter."""
    with pytest.raises(ValueError, match="starts at 1"):
        format_number("{sequence}", sequence=0, day=DAY)

"""Numbers in words, Roman numerals, dates in letters."""

from datetime import date

import pytest

from perizinan_core.errors.model import InvalidRomanNumeralError, ModelError
from perizinan_core.model._numerals import (
    MAX_IN_WORDS,
    date_in_words,
    format_date,
    format_number,
    month_name,
    number_in_words,
    parse_roman,
    roman,
)
from perizinan_core.testing._refusals import raises_code


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (9, "sembilan"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (99, "sembilan puluh sembilan"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (200, "dua ratus"),
        (1000, "seribu"),
        (1001, "seribu satu"),
        (1100, "seribu seratus"),
        (1111, "seribu seratus sebelas"),
        (2026, "dua ribu dua puluh enam"),
        (10_000, "sepuluh ribu"),
        (11_000, "sebelas ribu"),
        (21_000, "dua puluh satu ribu"),
        (100_000, "seratus ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (1_500_000, "satu juta lima ratus ribu"),
        (10**9, "satu miliar"),
        (10**12, "satu triliun"),
        (
            999_999_999_999_999,
            (
                "sembilan ratus sembilan puluh sembilan triliun "
                "sembilan ratus sembilan puluh sembilan miliar sembilan ratus sembilan puluh sembilan juta "
                "sembilan ratus sembilan puluh sembilan ribu sembilan ratus sembilan puluh sembilan"
            ),
        ),
        (10**15, "satu kuadriliun"),
    ],
)
def test_numbers_in_bahasa_indonesia(number, words):
    """The word for one melts into se- before belas, puluh, ratus and ribu, but not before juta."""
    assert words == number_in_words(number)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (20, "twenty"),
        (21, "twenty-one"),
        (100, "one hundred"),
        (115, "one hundred fifteen"),
        (2026, "two thousand twenty-six"),
        (1_500_000, "one million five hundred thousand"),
        (10**15, "one quadrillion"),
    ],
)
def test_numbers_in_english(number, words):
    """Without "and"."""
    assert words == number_in_words(number, "en")


@pytest.mark.parametrize(
    "number", [-1, MAX_IN_WORDS + 1, True, 1.0, "1", None, pytest.param(10**5000, id="a huge number")]
)
def test_other_numbers_have_no_words(number):
    """The error names the bounds."""
    with raises_code("numeral-range") as caught:
        number_in_words(number)
    assert (0, MAX_IN_WORDS) == (caught.value.minimum, caught.value.maximum)
    assert len(caught.value.message("id")) < 250


@pytest.mark.parametrize(
    ("number", "letters"),
    [
        (1, "I"),
        (4, "IV"),
        (9, "IX"),
        (11, "XI"),
        (12, "XII"),
        (40, "XL"),
        (90, "XC"),
        (400, "CD"),
        (1994, "MCMXCIV"),
        (2026, "MMXXVI"),
        (3999, "MMMCMXCIX"),
    ],
)
def test_roman_numerals(number, letters):
    """Written in capitals, read in any case."""
    assert letters == roman(number)
    assert number == parse_roman(letters) == parse_roman(letters.lower())


@pytest.mark.parametrize("number", [0, -1, 4000, True, 1.0, "X"])
def test_numbers_without_a_roman_form_are_refused(number):
    """There is no zero."""
    with raises_code("numeral-range"):
        roman(number)


@pytest.mark.parametrize(
    "text", ["", "IIII", "IC", "VV", "IIX", "MMMM", "ABC", " X", "X ", "Ⅻ", "ı", "M" * 10_000, "12", "IVI"]
)
def test_other_texts_are_no_roman_numerals(text):
    """Unusual forms, spaces, other scripts and very long texts."""
    with pytest.raises(InvalidRomanNumeralError) as caught:
        parse_roman(text)
    assert isinstance(caught.value, ModelError)
    assert "angka Romawi" in caught.value.message("id")


def test_digits_are_grouped_by_language():
    """Dots in Bahasa Indonesia, commas in English."""
    assert ["1.234.567", "1,234,567", "0"] == [
        format_number(1_234_567),
        format_number(1_234_567, "en"),
        format_number(0),
    ]


def test_dates_are_written_as_letters_do():
    """Without a zero before the day, month by name."""
    day = date(2026, 11, 5)

    assert "5 November 2026" == format_date(day)
    assert "5 August 2026" == format_date(date(2026, 8, 5), "en")
    assert "lima November dua ribu dua puluh enam" == date_in_words(day)
    assert "dua puluh lima November dua ribu dua puluh enam" == date_in_words(date(2026, 11, 25))
    assert "twenty-five November two thousand twenty-six" == date_in_words(date(2026, 11, 25), "en")


def test_all_months_have_names():
    """In both languages; 0 and 13 have none."""
    indonesian = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"

    assert indonesian.split() == [month_name(month) for month in range(1, 13)]
    assert [f"{date(2026, month, 1):%B}" for month in range(1, 13)] == [
        month_name(month, "en") for month in range(1, 13)
    ]
    for month in (0, 13, True):
        with raises_code("numeral-range"):
            month_name(month)


def test_an_unknown_language_is_english():
    """As `translate` does."""
    assert ("five", "May", "1,000") == (
        number_in_words(5, "nl"),
        month_name(5, "nl"),
        format_number(1000, "nl"),
    )

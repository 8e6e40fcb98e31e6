"""Properties of money and numerals."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from perizinan_core.errors.model import InvalidRomanNumeralError, ModelError, MoneyRangeError
from perizinan_core.model._money import MAX_RUPIAH, Rounding, RoundingMode, Rupiah, round_rupiah
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
from perizinan_core.testing.strategies import _values as values

moderate = settings(max_examples=150, deadline=None)
small = values.rupiah(0, 10**12)
factors = st.decimals(0, 1000, places=4) | st.fractions(0, 1000) | st.integers(0, 1000)

UNITS = {
    word: number
    for number, word in enumerate(
        ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
    )
}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12, "kuadriliun": 10**15}


def read_words(text):
    """Read Indonesian number words from left to right; written apart from the writer that it tests."""
    total = group = digit = 0
    for written in text.split():
        melted = written.startswith("se") and written != "sembilan"
        word = written.removeprefix("se") if melted else written
        digit = 1 if melted else digit
        if word in UNITS:
            digit = UNITS[word]
        elif word == "belas":
            group, digit = group + 10 + digit, 0
        elif word in {"puluh", "ratus"}:
            group, digit = group + digit * (10 if word == "puluh" else 100), 0
        else:
            total, group, digit = total + (group + digit) * SCALES[word], 0, 0
    return total + group + digit


@moderate
@given(st.integers(0, MAX_IN_WORDS) | st.integers(0, 20_000))
def test_indonesian_words_read_back(number):
    """Every number has one reading, and no two share their words."""
    words = number_in_words(number)

    assert number == read_words(words)
    assert "satu puluh" not in words
    assert "satu ratus" not in words
    assert "satu belas" not in words
    assert " ".join(words.split()) == words


@moderate
@given(st.integers(1, 999))
def test_one_thousand_is_seribu_and_more_are_counted(number):
    """Only the thousand itself melts."""
    thousands = number_in_words(number * 1000)

    assert ("seribu" if number == 1 else f"{number_in_words(number)} ribu") == thousands


def test_every_roman_numeral_reads_back():
    """All 3999, all different."""
    numerals = [roman(number) for number in range(1, 4000)]

    assert list(range(1, 4000)) == [parse_roman(letters) for letters in numerals]
    assert 3999 == len(set(numerals))


@moderate
@given(st.text("IVXLCDM", max_size=12) | st.text(max_size=6))
def test_only_canonical_roman_numerals_are_read(text):
    """What is read is written again in the same way."""
    try:
        number = parse_roman(text)
    except InvalidRomanNumeralError:
        return
    assert text.upper() == roman(number)


@moderate
@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.sampled_from(("id", "en")))
def test_dates_hold_their_parts(day, language):
    """Day, month and year in this order."""
    words = date_in_words(day, language)
    month = month_name(day.month, language)

    assert f"{day.day} {month} {day.year}" == format_date(day, language)
    assert number_in_words(day.day, language) == words.partition(f" {month} ")[0]
    assert number_in_words(day.year, language) == words.partition(f" {month} ")[2]


@moderate
@given(values.rupiah(), st.sampled_from(("id", "en")))
def test_written_amounts_read_back(amount, language):
    """With and without grouping."""
    assert amount == Rupiah.parse(amount.format(language), language)
    assert amount == Rupiah.parse(str(amount.amount), language)
    assert str(amount.amount) == format_number(amount.amount, language).replace(".", "").replace(",", "")


@moderate
@given(st.text("0123456789.,-Rp ", max_size=20))
def test_text_is_an_amount_or_refused(text):
    """Digits are never dropped: the amount has the digits of the text, sen apart."""
    try:
        amount = Rupiah.parse(text)
    except ModelError:
        return
    digits = "".join(character for character in text.removesuffix(",00") if character.isdigit())
    assert int(digits) == amount.amount


@moderate
@given(small, small, small, st.integers(0, 100))
def test_sums_obey_the_laws_of_arithmetic(one, two, three, count):
    """Order and grouping do not matter; what was added can be taken away."""
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert (one + two) - two == one
    assert (one + two) * count == one * count + two * count
    assert Rupiah.total([one, two, three]) == one + two + three


@moderate
@given(values.rupiah(), values.rupiah())
def test_differences_never_go_below_zero(one, two):
    """Either they fit or they raise."""
    if one < two:
        with pytest.raises(MoneyRangeError):
            one - two
    else:
        assert one == (one - two) + two


@moderate
@example(Rupiah(1975), 180, Rounding(1000, RoundingMode.HALF_UP))
@given(small, factors, values.roundings())
def test_rounding_is_right_and_stays_within_one_step(amount, factor, rounding):
    """Compared with the exact fraction."""
    exact = Fraction(factor) * amount.amount
    result = amount.times(factor, rounding).amount

    assert 0 == result % rounding.step
    if rounding.mode is RoundingMode.UP:
        assert 0 <= result - exact < rounding.step
    elif rounding.mode is RoundingMode.DOWN:
        assert 0 <= exact - result < rounding.step
    else:
        # The middle goes up: half a step is added, and never taken away.
        assert -rounding.step <= 2 * (exact - result) < rounding.step


@moderate
@given(small, small, factors, values.roundings())
def test_more_money_never_costs_less(one, two, factor, rounding):
    """Rounding is monotone."""
    low, high = sorted((one, two))

    assert low.times(factor, rounding) <= high.times(factor, rounding)


@moderate
@given(small, st.decimals(0, 100, places=3), values.roundings())
def test_per_cent_are_hundredths(amount, rate, rounding):
    """percent(r) is times(r / 100), and 100 per cent is everything."""
    assert amount.times(Fraction(rate) / 100, rounding) == amount.percent(rate, rounding)
    assert amount == amount.percent(100)


@moderate
@given(small, values.roundings())
def test_rounding_twice_is_rounding_once(amount, rounding):
    """A rounded amount stays as it is."""
    once = round_rupiah(amount.amount, rounding)

    assert once == round_rupiah(once.amount, rounding)


@moderate
@given(st.decimals() | st.integers() | st.fractions())
def test_any_exact_number_is_rounded_or_refused_with_our_error(number):
    """NaN, infinities, negative and astronomic numbers included."""
    try:
        amount = round_rupiah(number)
    except ModelError:
        return
    assert 0 <= amount.amount <= MAX_RUPIAH
    assert abs(Fraction(number) - amount.amount) <= Fraction(1, 2)

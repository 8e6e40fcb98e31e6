"""Whole rupiah: no floats, no debts, one rounding that the rule names."""

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest

from perizinan_core.errors.model import ModelError, MoneyRangeError
from perizinan_core.model._money import MAX_RUPIAH, WHOLE_RUPIAH, Rounding, RoundingMode, Rupiah, round_rupiah
from perizinan_core.testing._refusals import raises_code

UP, DOWN, HALF_UP = RoundingMode.UP, RoundingMode.DOWN, RoundingMode.HALF_UP


@pytest.mark.parametrize("value", [1.0, True, False, "1000", Decimal(1000), None, Fraction(1)])
def test_only_whole_numbers_are_amounts(value):
    """Floats, bools, text and decimals are refused."""
    with raises_code("invalid-money"):
        Rupiah(value)


def test_amounts_have_bounds():
    """Zero and the largest amount fit, one more or less does not."""
    assert 0 == Rupiah(0).amount
    assert 10**15 == Rupiah(MAX_RUPIAH).amount
    for amount in (-1, MAX_RUPIAH + 1, -(10**5000), 10**5000):
        with pytest.raises(MoneyRangeError) as caught:
            Rupiah(amount)
        assert len(str(caught.value)) < 250


def test_sums_differences_and_multiples():
    """Exact arithmetic on whole rupiah."""
    assert Rupiah(1500) == Rupiah(1000) + Rupiah(500)
    assert Rupiah(500) == Rupiah(1000) - Rupiah(500)
    assert Rupiah(3000) == Rupiah(1000) * 3 == 3 * Rupiah(1000)
    assert Rupiah(0) == Rupiah.total([])
    assert Rupiah(6) == Rupiah.total(Rupiah(part) for part in (1, 2, 3))


def test_a_difference_below_zero_is_an_error():
    """There are no debts."""
    with pytest.raises(MoneyRangeError) as caught:
        Rupiah(1) - Rupiah(2)

    assert ("-1", MAX_RUPIAH) == (caught.value.amount, caught.value.maximum)
    with pytest.raises(MoneyRangeError):
        Rupiah(MAX_RUPIAH) + Rupiah(1)
    with pytest.raises(MoneyRangeError):
        Rupiah(1) * -1


@pytest.mark.parametrize("other", [1, 1.5, True, "1", Decimal(1), None])
def test_amounts_are_not_mixed_with_numbers(other):
    """Rp1 plus 1 is a mistake, and so is Rp1 times 1.5."""
    with pytest.raises(TypeError):
        Rupiah(1) + other
    with pytest.raises(TypeError):
        Rupiah(1) - other
    if other != 1 or isinstance(other, (bool, Decimal)):
        with pytest.raises(TypeError):
            Rupiah(1) * other
    assert Rupiah(1) != other


def test_amounts_are_ordered_and_zero_is_false():
    """Comparisons work within rupiah only."""
    assert Rupiah(1) < Rupiah(2) <= Rupiah(2)
    assert Rupiah(1)
    assert not Rupiah(0)
    with pytest.raises(TypeError):
        assert Rupiah(1) < 2


@pytest.mark.parametrize(
    ("exact", "step", "mode", "expected"),
    [
        (Decimal("2.5"), 1, HALF_UP, 3),
        (Decimal("2.49"), 1, HALF_UP, 2),
        (Decimal("2.01"), 1, UP, 3),
        (Decimal("2.99"), 1, DOWN, 2),
        (Decimal(2), 1, UP, 2),
        (150, 100, HALF_UP, 200),
        (149, 100, HALF_UP, 100),
        (101, 100, UP, 200),
        (199, 100, DOWN, 100),
        (1_500, 1000, HALF_UP, 2_000),
        (1_499, 1000, HALF_UP, 1_000),
        (1_000, 1000, UP, 1_000),
        (Decimal("1000.01"), 1000, UP, 2_000),
        (Fraction(1, 3), 1, UP, 1),
        (0, 1000, UP, 0),
    ],
)
def test_rounding_goes_to_the_step_in_the_named_direction(exact, step, mode, expected):
    """To 1, 100 and 1000; half up, up and down."""
    assert Rupiah(expected) == round_rupiah(exact, Rounding(step, mode))


@pytest.mark.parametrize("exact", [-1, Decimal("-0.1"), Fraction(-1, 1000)])
def test_nothing_below_zero_is_rounded_up_to_it(exact):
    """A formula that gives less than nothing is wrong."""
    with pytest.raises(MoneyRangeError):
        round_rupiah(exact)


def test_an_amount_is_rounded_to_a_step():
    """As the last line of a fee rule."""
    assert Rupiah(124_000) == round_rupiah(123_456, Rounding(1000, UP))
    assert Rounding(1, HALF_UP) == WHOLE_RUPIAH
    assert Rounding(1, "up") == Rounding(1, UP)


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        (1_234, 2, 25),
        (1_000_000, Decimal("2.5"), 25_000),
        (1, 50, 1),
        (1, 49, 0),
        (1_000, Fraction(100, 3), 333),
    ],
)
def test_per_cent_are_exact_and_rounded_once(amount, rate, expected):
    """A late charge of 2 per cent of Rp1.234 is Rp24,68."""
    assert Rupiah(expected) == Rupiah(amount).percent(rate)


def test_a_factor_is_exact():
    """An index of 0.1 is a tenth, whatever the decimal context."""
    assert Rupiah(100_000) == Rupiah(1_000_000).times(Decimal("0.1"))
    assert Rupiah(333_333_333_333_333) == Rupiah(10**15 - 1).times(Fraction(1, 3))


@pytest.mark.parametrize(
    "factor", [0.1, True, "2", None, Decimal("NaN"), Decimal("Infinity"), Decimal("1E-60")]
)
def test_other_factors_are_refused(factor):
    """Floats are no decimals, NaN is no number, and nobody charges 1E-60."""
    with raises_code("invalid-money"):
        Rupiah(1).times(factor)


@pytest.mark.parametrize(
    "factor",
    [
        -1,
        Decimal("-0.1"),
        10**16,
        Decimal("1E+999999"),
        pytest.param(10**6000, id="a huge number"),
        pytest.param(Fraction(10**6000, 3), id="a huge fraction"),
    ],
)
def test_results_that_do_not_fit_are_refused_at_once(factor):
    """A short decimal can stand for a number of a million digits."""
    with pytest.raises(MoneyRangeError):
        Rupiah(1000).times(factor)


@pytest.mark.parametrize(("step", "error"), [(0, "money-range"), (-1, "money-range"), (1.0, "invalid-money")])
def test_a_step_is_a_positive_whole_number(step, error):
    """Also no bool."""
    with raises_code(error):
        Rounding(step)
    with raises_code("invalid-money"):
        Rounding(True)


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [(0, "Rp0", "Rp0"), (999, "Rp999", "Rp999"), (1_500_000, "Rp1.500.000", "Rp1,500,000")],
)
def test_amounts_are_written_in_both_languages(amount, indonesian, english):
    """Dots in Bahasa Indonesia, commas in English."""
    assert indonesian == Rupiah(amount).format() == str(Rupiah(amount))
    assert english == Rupiah(amount).format("en")


@pytest.mark.parametrize(
    "text",
    [
        "Rp1.500.000",
        "Rp 1.500.000",
        "Rp. 1.500.000,-",
        "rp1.500.000,00",
        "IDR 1.500.000",
        "1500000",
        " 1.500.000 ",
        "Rp\xa01.500.000,–",
    ],
)
def test_indonesian_amounts_are_read(text):
    """With and without Rp, dots and a tail of no sen."""
    assert Rupiah(1_500_000) == Rupiah.parse(text)


@pytest.mark.parametrize("text", ["Rp1,500,000", "1,500,000.00", "1500000"])
def test_english_amounts_are_read_when_asked_for(text):
    """Commas group, a dot separates."""
    assert Rupiah(1_500_000) == Rupiah.parse(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rp",
        "1,5",
        "1.5",
        "1.50.000",
        "1500.000",
        "Rp1,500,000",
        "1.500,50",
        "-5",
        "Rp-5",
        "1.500.00",
        "1e6",
        "RpRp5",
        "5 Rp",
        "٥",
        "1" * 61,
        "1.000.00",
        "1,000",
        ",-",
        "1.000,-,-",
    ],
)
def test_ambiguous_or_other_text_is_refused(text):
    """Nothing is read a thousand times too high."""
    with raises_code("invalid-money") as caught:
        Rupiah.parse(text)
    assert len(str(caught.value)) < 250


def test_what_is_not_text_is_not_parsed():
    """A number goes to the class itself."""
    with raises_code("invalid-money"):
        Rupiah.parse(1500)
    with pytest.raises(MoneyRangeError):
        Rupiah.parse("9" * 60)


def test_errors_are_translated_and_pickled():
    """Both are `ModelError`; the Indonesian sentence names the amount."""
    with pytest.raises(ModelError) as caught:
        Rupiah(-5)
    error = caught.value

    assert "Rp0" in error.message("id")
    assert "Seharusnya jumlah" in error.message("id")
    assert error.details() == pickle.loads(pickle.dumps(error)).details()


def test_amounts_are_shown_plainly_in_logs():
    """An amount is no secret."""
    assert "Rupiah(5)" == repr(Rupiah(5))
    assert Rupiah(5) == pickle.loads(pickle.dumps(Rupiah(5)))

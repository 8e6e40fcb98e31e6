"""Money: whole rupiah, exact arithmetic, rounding that the fee rule names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeGuard

import attrs

from perizinan_core.errors.model import ModelError, MoneyRangeError, quoted
from perizinan_core.i18n import DEFAULT_LANGUAGE
from perizinan_core.model._numerals import format_number

__all__ = ["MAX_RUPIAH", "WHOLE_RUPIAH", "Rounding", "RoundingMode", "Rupiah", "round_rupiah"]

MAX_RUPIAH = 10**15
"""Largest amount, in rupiah: far above any regional budget, and exact in JSON readers that keep
numbers as doubles (up to 2**53)."""

_PREFIX = re.compile(r"(?i)\A(?:rp\.?|idr)\s*")
_CENTS = re.compile(r"[.,](?:00|-|–|—)\Z")


class RoundingMode(StrEnum):
    """Which way an amount between two steps goes."""

    HALF_UP = "half_up"
    """To the nearest step; the middle goes up."""
    UP = "up"
    """To the next step above."""
    DOWN = "down"
    """To the next step below."""


def _is_whole(value: object) -> TypeGuard[int]:
    # True and False are ints to Python, and never an amount.
    return isinstance(value, int) and not isinstance(value, bool)


def _check_step(_instance: object, _attribute: attrs.Attribute[int], value: int) -> None:
    if not _is_whole(value):
        raise ModelError("invalid-money", received=quoted(value))
    if not 1 <= value <= MAX_RUPIAH:
        raise MoneyRangeError(quoted(value), MAX_RUPIAH)


@attrs.frozen
class Rounding:
    """How a computed amount becomes whole rupiah."""

    step: int = attrs.field(default=1, validator=_check_step)
    """The result is a multiple of so many rupiah: 1, 100, 1000 …"""

    mode: RoundingMode = attrs.field(default=RoundingMode.HALF_UP, converter=RoundingMode)
    """Which way."""


WHOLE_RUPIAH = Rounding()
"""To the nearest rupiah, the middle up."""


@attrs.frozen(order=True, repr=False)
class Rupiah:
    """
    An amount of whole rupiah from 0 to `MAX_RUPIAH`; there are no sen, no floats and no debts.

    Raises:
        ModelError: ``invalid-money``: for a float, a bool, a Decimal or text.
        MoneyRangeError: for an amount below zero or above the bound, also out of arithmetic.
    """

    amount: int
    """Whole rupiah."""

    def __attrs_post_init__(self) -> None:
        if not _is_whole(self.amount):
            raise ModelError("invalid-money", received=quoted(self.amount))
        if not 0 <= self.amount <= MAX_RUPIAH:
            raise MoneyRangeError(quoted(self.amount), MAX_RUPIAH)

    @classmethod
    def parse(cls, text: str, language: str = DEFAULT_LANGUAGE) -> Rupiah:
        """
        Read an amount: ``Rp1.500.000``, ``Rp. 1.500.000,-``, ``1500000``; in English ``Rp1,500,000``.

        Thousands are grouped completely or not at all, and sen must be zero, so that a decimal
        point of the other language is refused and not read a thousand times too high.

        Args:
            text: The amount as written.
            language: ``"id"`` (thousands with dots) or ``"en"`` (thousands with commas).

        Raises:
            ModelError: ``invalid-money``: for anything else.
            MoneyRangeError: for an amount above the bound.
        """
        if not isinstance(text, str):
            raise ModelError("invalid-money", received=quoted(text))
        if len(text) > 60:
            raise ModelError("invalid-money", received=quoted(text))
        group, cents = (r"\.", ",") if language == "id" else (",", ".")
        bare = _PREFIX.sub("", text.strip(), count=1)
        ending = _CENTS.search(bare)
        if ending and bare[ending.start()] == cents:
            bare = bare[: ending.start()]
        if not re.match(rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)\Z", bare):
            raise ModelError("invalid-money", received=quoted(text))
        return cls(int(re.sub(r"[.,]", "", bare)))

    @classmethod
    def total(cls, amounts: Iterable[Rupiah]) -> Rupiah:
        """Add any number of amounts; of none it is Rp0."""
        result = cls(0)
        for amount in amounts:
            result += amount
        return result

    def times(self, factor: Decimal | Fraction | int, rounding: Rounding = WHOLE_RUPIAH) -> Rupiah:
        """
        Multiply exactly, then round once.

        Args:
            factor: An index, a quantity or an area; floats are refused because 0.1 is not a float.
            rounding: How the product becomes whole rupiah.

        Raises:
            ModelError: ``invalid-money``: when the factor is a float, a bool, NaN or infinite.
            MoneyRangeError: when the result does not fit.
        """
        return round_rupiah(self.amount * _exact(factor), rounding)

    def percent(self, rate: Decimal | Fraction | int, rounding: Rounding = WHOLE_RUPIAH) -> Rupiah:
        """Return so many per cent of the amount: ``percent(Decimal("2.5"))``; otherwise as `times`."""
        return round_rupiah(self.amount * _exact(rate) / 100, rounding)

    def format(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Write it for people: ``Rp1.500.000`` (id) or ``Rp1,500,000`` (en)."""
        return f"Rp{format_number(self.amount, language)}"

    def __str__(self) -> str:
        return self.format()

    def __repr__(self) -> str:
        return f"Rupiah({self.amount})"

    def __bool__(self) -> bool:
        return self.amount != 0

    def __add__(self, other: object) -> Rupiah:
        return Rupiah(self.amount + other.amount) if isinstance(other, Rupiah) else NotImplemented

    def __sub__(self, other: object) -> Rupiah:
        return Rupiah(self.amount - other.amount) if isinstance(other, Rupiah) else NotImplemented

    def __mul__(self, count: object) -> Rupiah:
        if not _is_whole(count):
            return NotImplemented
        return Rupiah(self.amount * count)

    __rmul__ = __mul__


def round_rupiah(exact: Decimal | Fraction | int, rounding: Rounding = WHOLE_RUPIAH) -> Rupiah:
    """
    Turn an exact amount into whole rupiah, without a detour over floats or a decimal context.

    Args:
        exact: The computed amount, in rupiah.
        rounding: Step and direction.

    Raises:
        ModelError: ``invalid-money``: for a float, a bool, NaN or infinity.
        MoneyRangeError: when the result does not fit, or the amount is below zero.
    """
    value = _exact(exact)
    if value < 0:
        raise MoneyRangeError(quoted(exact), MAX_RUPIAH)
    steps, rest = divmod(value, rounding.step)
    up = {
        RoundingMode.DOWN: False,
        RoundingMode.UP: rest > 0,
        RoundingMode.HALF_UP: rest * 2 >= rounding.step,
    }[rounding.mode]
    return Rupiah((steps + up) * rounding.step)


def _exact(value: object) -> Fraction:
    if not _is_whole(value) and not isinstance(value, (Decimal, Fraction)):
        raise ModelError("invalid-money", received=quoted(value))
    if isinstance(value, Decimal):
        # A Decimal of a few characters can stand for a number of gigabytes (1E+999999).
        if not value.is_finite():
            raise ModelError("invalid-money", received=quoted(value))
        if value.adjusted() > 40:
            raise MoneyRangeError(quoted(value), MAX_RUPIAH)
        if value and value.adjusted() < -40:
            raise ModelError("invalid-money", received=quoted(value))
    return Fraction(value)

"""
The satisfaction survey (SKM) of public services: nine elements, each answered with 1 to 4.

Source: Permenpan RB 14/2017. The weight of an element is exactly one ninth: the rounded 0.11 that many offices use
gives another index of the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

import attrs

__all__ = [
    "LEAST_ANSWER",
    "MOST_ANSWER",
    "SurveyAnswer",
    "SurveyElement",
    "SurveySums",
    "grade_of",
    "index_of",
]

LEAST_ANSWER, MOST_ANSWER = 1, 4

_HUNDREDTH = Decimal("0.01")
_GRADES = (("A", Decimal("88.31")), ("B", Decimal("76.61")), ("C", Decimal("65.00")))


class SurveyElement(StrEnum):
    """What is asked about, in the order of the regulation."""

    REQUIREMENTS = "u1"
    PROCEDURE = "u2"
    TIME = "u3"
    FEE = "u4"
    PRODUCT = "u5"
    COMPETENCE = "u6"
    BEHAVIOUR = "u7"
    FACILITIES = "u8"
    COMPLAINTS = "u9"


@attrs.frozen(kw_only=True)
class SurveyAnswer:
    """One person's answers; they do not say of which case."""

    permit_type: str
    day: date
    """Local day."""

    values: Mapping[SurveyElement, int]
    """Of all nine elements, from 1 (bad) to 4 (very good)."""

    remark: str = attrs.field(default="", repr=False)
    """What they would have improved."""


@attrs.frozen(kw_only=True)
class SurveySums:
    """The answers about a permit type, added."""

    permit_type: str
    respondents: int
    sums: tuple[int, ...]
    """Of the nine elements, in order."""


def index_of(respondents: int, sums: tuple[int, ...]) -> Decimal:
    """
    Return the index, from 25 to 100: the mean of the means of all elements, times 25.

    It is rounded once, half up, to two decimals.

    Args:
        respondents: How many answered; at least one.
        sums: Of the values of each element.
    """
    exact = Fraction(sum(sums), respondents * len(sums)) * 25
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_HUNDREDTH, ROUND_HALF_UP)


def grade_of(index: Decimal) -> str:
    """Return the grade of a rounded index: ``A`` (very good) to ``D`` (bad)."""
    return next((grade for grade, least in _GRADES if index >= least), "D")

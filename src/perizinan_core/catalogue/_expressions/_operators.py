"""The operators of expressions on exact values, and the bounds of those values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._text import Period

__all__ = [
    "CONTROL_NAMES",
    "MAX_LIST",
    "MAX_NUMBER",
    "MAX_TEXT",
    "OPERATORS",
    "OPERATOR_NAMES",
    "TRAVERSING",
    "ExpressionFailure",
    "FailureKind",
    "bounded",
    "exact",
    "fail",
    "shown",
]

MAX_TEXT = 10_000
"""Longest text, in characters."""
MAX_LIST = 2_000
"""Longest list, in items."""
MAX_NUMBER = 10**300
"""Largest numerator or denominator."""


class FailureKind:
    """Kinds of failures."""

    VALUE = "value"
    LIMIT = "limit"
    TARIFF = "tariff"


class ExpressionFailure(Exception):  # noqa: N818 - carried to the caller as an ExpressionError
    """An expression that has no value for these facts; the caller adds where it stands."""

    def __init__(self, phrase: Phrase, kind: str = FailureKind.VALUE) -> None:
        super().__init__(str(phrase))
        self.phrase = phrase
        self.kind = kind


def fail(sentence: str, /, **fields: object) -> ExpressionFailure:
    """Return the failure with this sentence."""
    return ExpressionFailure(Phrase(sentence, fields))


def exact(value: Any) -> Any:
    """Return whole fractions as ``int``; everything else as it is."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def bounded(value: Any) -> Any:
    """Return the value, or fail when it is larger than the limits allow."""
    if isinstance(value, str):
        too_large = len(value) > MAX_TEXT
    elif isinstance(value, tuple):
        too_large = len(value) > MAX_LIST
    elif isinstance(value, Fraction):
        too_large = max(abs(value.numerator), value.denominator) > MAX_NUMBER
    else:
        too_large = isinstance(value, int) and abs(value) > MAX_NUMBER
    if too_large:
        raise ExpressionFailure(Phrase(N_("a value in it becomes too large")), FailureKind.LIMIT)
    return value


def _plus(left: Any, right: Any) -> Any:
    if isinstance(right, Period):
        return right.after(left)
    _same_kind(left, right)
    return left + right


def _minus(left: Any, right: Any) -> Any:
    if isinstance(right, Period):
        return right.before(left)
    _numbers(left, right)
    return left - right


def _times(left: Any, right: Any) -> Any:
    _numbers(left, right)
    return left * right


def _divide(left: Any, right: Any) -> Any:
    _numbers(left, right)
    return Fraction(left) / Fraction(right)


def _modulo(left: Any, right: Any) -> Any:
    _numbers(left, right)
    rest = abs(left) % abs(right)  # CEL's remainder has the sign of the dividend
    return -rest if left < 0 else rest


def _negate(value: Any) -> Any:
    _numbers(value)
    return -value


def _compare(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Any, right: Any) -> bool:
        _same_kind(left, right)
        return compare(left, right)

    return apply


def _equal(left: Any, right: Any) -> bool:
    # To Python True == 1; to CEL they are different.
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _in(item: Any, container: Any) -> bool:
    return any(_equal(item, other) for other in container)


def _index(container: Any, key: Any) -> Any:
    if isinstance(container, tuple):
        _numbers(key)
        found = isinstance(key, int) and 0 <= key < len(container)
    else:
        found = key in container
    if not found:
        raise fail(N_("{name} is not filled in"), name=f"[{key!r}]")
    return container[key]


def _numbers(*values: Any) -> None:
    if any(isinstance(value, bool) or not isinstance(value, int | Fraction) for value in values):
        raise TypeError


def _same_kind(left: Any, right: Any) -> None:
    for kind in (str, tuple, date):
        if isinstance(left, kind) and isinstance(right, kind):
            return
    _numbers(left, right)


def shown(function: str) -> str:
    """Return an operator as people write it."""
    return function.strip("_@")


OPERATORS: Mapping[str, Callable[..., Any]] = {
    "_+_": _plus,
    "_-_": _minus,
    "_*_": _times,
    "_/_": _divide,
    "_%_": _modulo,
    "-_": _negate,
    "!_": operator.not_,
    "_<_": _compare(operator.lt),
    "_<=_": _compare(operator.le),
    "_>_": _compare(operator.gt),
    "_>=_": _compare(operator.ge),
    "_==_": _equal,
    "_!=_": lambda left, right: not _equal(left, right),
    "@in": _in,
    "_[_]": _index,
    "size": len,
    "contains": operator.contains,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}

TRAVERSING = frozenset({"_==_", "_!=_", "@in", "text", "join", "sum", "_<_", "_<=_", "_>_", "_>=_"})
"""Functions that look at all parts of their arguments."""

CONTROL_NAMES = frozenset({"_&&_", "_||_", "_?_:_", "@not_strictly_false"})
"""Operators that do not compute all of their arguments first."""

OPERATOR_NAMES = CONTROL_NAMES | frozenset(OPERATORS)
"""What is computed here; everything else is one of our functions."""

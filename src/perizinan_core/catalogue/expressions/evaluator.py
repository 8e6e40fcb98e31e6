"""
Computes checked expressions: exactly, and within limits.

Numbers are ``int`` or ``Fraction``, so no binary float ever touches money. The CEL library parses and
type-checks; its own runtime computes with binary floats and can neither mix whole and decimal numbers nor
stop after so many steps, hence this one. Semantics are CEL's, except that ``/`` is exact.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from perizinan_core.catalogue.expressions.tree import (
    Call,
    Const,
    Expr,
    Fold,
    Ident,
    ListExpr,
    MapExpr,
    Select,
)
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model.text import Period

__all__ = [
    "MAX_LIST",
    "MAX_NUMBER",
    "MAX_STEPS",
    "MAX_TEXT",
    "OPERATOR_NAMES",
    "Evaluation",
    "ExpressionFailure",
    "FailureKind",
    "bounded",
    "evaluate",
    "exact",
]

MAX_STEPS = 20_000
"""Most parts computed in one evaluation."""
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


def _fail(sentence: str, /, **fields: object) -> ExpressionFailure:
    return ExpressionFailure(Phrase(sentence, fields))


Functions = Mapping[str, Callable[..., Any]]


@attrs.define
class Evaluation:
    """One evaluation: names, functions and what is left of the steps."""

    names: Mapping[str, Any]
    functions: Functions
    steps: int = MAX_STEPS
    local: dict[str, Any] = attrs.field(factory=dict)

    def value(self, expr: Expr) -> Any:
        """Return the value of a part."""
        self.steps -= 1
        if self.steps < 0:
            raise self._too_many_steps()
        match expr:
            case Const(value=value):
                return exact(value)
            case Ident(name=name):
                return self.local[name] if name in self.local else self.lookup(name)
            case Select():
                return self._select(expr)
            case Call(function=function, args=args):
                return self._call(function, args)
            case ListExpr(items=items):
                return bounded(tuple(self.value(item) for item in items))
            case MapExpr(entries=entries):
                return {self.value(key): self.value(value) for key, value in entries}
            case Fold():
                return self._fold(expr)

    def lookup(self, dotted: str) -> Any:
        """Return the value of a dotted name; fails when it is not filled."""
        value: Any = self.names
        for step in dotted.split("."):
            if not isinstance(value, Mapping) or step not in value:
                raise _fail(N_("{name} is not filled in"), name=dotted)
            value = value[step]
        return value

    def is_given(self, dotted: str) -> bool:
        """Say whether a dotted name has a value that is not empty."""
        try:
            return self.lookup(dotted) not in ("", (), None)
        except ExpressionFailure:
            return False

    def _select(self, expr: Select) -> Any:
        value = self.value(expr.operand)
        found = isinstance(value, Mapping) and value.get(expr.field) is not None
        if expr.test:
            return found
        if not found:
            raise _fail(N_("{name} is not filled in"), name=expr.field)
        return value[expr.field]

    def _call(self, function: str, args: tuple[Expr, ...]) -> Any:
        if function in ("_&&_", "_||_"):
            return self._either(args, decisive=function == "_||_")
        if function == "_?_:_":
            return self.value(args[1] if self.value(args[0]) else args[2])
        if function == "@not_strictly_false":
            try:
                return self.value(args[0]) is not False
            except ExpressionFailure as failure:
                if failure.kind == FailureKind.LIMIT:
                    raise
                return True
        values = [self.value(item) for item in args]
        implementation = _OPERATORS.get(function) or self.functions.get(function)
        if implementation is None:
            raise _fail(N_("the function {function} is not known"), function=_shown(function))
        if function in _TRAVERSING:
            self._charge(values)
        try:
            return bounded(exact(implementation(*values)))
        except (TypeError, AttributeError) as error:
            raise _fail(N_("{function} cannot work with these values"), function=_shown(function)) from error
        except (OverflowError, ValueError, PerizinanError) as error:
            raise _fail(N_("{function} has no result for these values"), function=_shown(function)) from error
        except ZeroDivisionError as error:
            raise _fail(N_("it divides by zero")) from error

    def _charge(self, values: list[Any]) -> None:
        """Take a step for each value that the function may look at, so that shared parts cannot multiply."""
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            self.steps -= 1
            if self.steps < 0:
                raise self._too_many_steps()
            if isinstance(value, tuple):
                waiting.extend(value)
            elif isinstance(value, Mapping):
                waiting.extend(value.values())

    @staticmethod
    def _too_many_steps() -> ExpressionFailure:
        phrase = Phrase(N_("it needs more than {maximum} steps"), {"maximum": MAX_STEPS})
        return ExpressionFailure(phrase, FailureKind.LIMIT)

    def _either(self, args: tuple[Expr, ...], *, decisive: bool) -> bool:
        """Compute && and ||: one side that decides is enough, even when the other has no value (CEL)."""
        failure: ExpressionFailure | None = None
        for arg in args:
            try:
                if bool(self.value(arg)) is decisive:
                    return decisive
            except ExpressionFailure as error:
                if error.kind == FailureKind.LIMIT:
                    raise
                failure = error
        if failure is not None:
            raise failure
        return not decisive

    def _fold(self, fold: Fold) -> Any:
        over = self.value(fold.over)
        if not isinstance(over, tuple | Mapping):
            raise _fail(N_("{function} cannot work with these values"), function="all/exists/filter/map")
        saved = {name: self.local[name] for name in (fold.variable, fold.result_name) if name in self.local}
        self.local[fold.result_name] = self.value(fold.start)
        try:
            for item in over:
                self.local[fold.variable] = item
                if not self.value(fold.condition):
                    break
                self.local[fold.result_name] = self.value(fold.step)
            return self.value(fold.result)
        finally:
            for name in (fold.variable, fold.result_name):
                self.local.pop(name, None)
            self.local.update(saved)


def evaluate(expr: Expr, names: Mapping[str, Any], functions: Functions) -> Any:
    """
    Return the value of a checked expression.

    Raises:
        ExpressionFailure: when it has none, or needs more than the limits allow.
    """
    evaluation = Evaluation(names, functions)
    evaluation.functions = {
        **functions,
        "given_value": evaluation.is_given,
    }
    return evaluation.value(expr)


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
    try:
        if isinstance(container, tuple) and (not isinstance(key, int) or key < 0):
            raise LookupError
        return container[key]
    except LookupError as error:
        raise _fail(N_("{name} is not filled in"), name=f"[{key!r}]") from error


def _numbers(*values: Any) -> None:
    if any(isinstance(value, bool) or not isinstance(value, int | Fraction) for value in values):
        raise TypeError


def _same_kind(left: Any, right: Any) -> None:
    for kind in (str, tuple, date):
        if isinstance(left, kind) and isinstance(right, kind):
            return
    _numbers(left, right)


def _shown(function: str) -> str:
    return function.strip("_@")


_OPERATORS: Functions = {
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
    "contains": lambda text, part: operator.contains(text, part),
    "startsWith": lambda text, part: str.startswith(text, part),
    "endsWith": lambda text, part: str.endswith(text, part),
}

_TRAVERSING = frozenset({"_==_", "_!=_", "@in", "text", "join", "sum", "_<_", "_<=_", "_>_", "_>=_"})
"""Functions that look at all parts of their arguments."""

OPERATOR_NAMES = frozenset({*_OPERATORS, "_&&_", "_||_", "_?_:_", "@not_strictly_false"})
"""What is computed here; everything else is one of our functions."""

"""
Computes checked expressions: exactly, and within limits.

Numbers are ``int`` or ``Fraction``, so no binary float ever touches money. The CEL library parses and
type-checks; its own runtime computes with binary floats and can neither mix whole and decimal numbers nor
stop after so many steps, hence this one. Semantics are CEL's, except that ``/`` is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from perizinan_core.catalogue._expressions._operators import (
    OPERATORS,
    TRAVERSING,
    ExpressionFailure,
    FailureKind,
    bounded,
    exact,
    fail,
    shown,
)
from perizinan_core.catalogue._expressions._tree import (
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
from perizinan_core.errors.hooks import HookError
from perizinan_core.i18n import N_

__all__ = ["MAX_STEPS", "Evaluation", "evaluate"]

MAX_STEPS = 20_000
"""Most parts computed in one evaluation."""

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
        result: Any
        match expr:
            case Const(value=value):
                result = exact(value)
            case Ident(name=name):
                result = self._local(name) if name in self.local else self.lookup(name)
            case Select():
                result = self._select(expr)
            case Call(function=function, args=args):
                result = self._call(function, args)
            case ListExpr(items=items):
                result = bounded(tuple(self.value(item) for item in items))
            case MapExpr(entries=entries):
                result = {self.value(key): self.value(value) for key, value in entries}
            case Fold():
                result = self._fold(expr)
        return result

    def lookup(self, dotted: str) -> Any:
        """Return the value of a dotted name; fails when it is not filled."""
        value: Any = self.names
        for step in dotted.split("."):
            if not isinstance(value, Mapping) or step not in value:
                raise fail(N_("{name} is not filled in"), name=dotted)
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
            raise fail(N_("{name} is not filled in"), name=expr.field)
        return value[expr.field]

    def _call(self, function: str, args: tuple[Expr, ...]) -> Any:
        if function in ("_&&_", "_||_"):
            return self._either(args, decisive=function == "_||_")
        if function == "_?_:_":
            return self.value(args[1] if self.value(args[0]) else args[2])
        if function == "@not_strictly_false":
            return self._not_strictly_false(args[0])
        values = [self.value(item) for item in args]
        if function in TRAVERSING:
            self._charge(values)
        return self._apply(function, values)

    def _apply(self, function: str, values: list[Any]) -> Any:
        implementation = OPERATORS.get(function) or self.functions.get(function)
        if implementation is None:
            raise fail(N_("the function {function} is not known"), function=shown(function))
        try:
            return bounded(exact(implementation(*values)))
        except HookError:
            # A plugin that failed has not answered: no other branch may stand in for it.
            raise
        except (TypeError, AttributeError) as error:
            raise fail(N_("{function} cannot work with these values"), function=shown(function)) from error
        except ZeroDivisionError as error:
            raise fail(N_("it divides by zero")) from error
        except (OverflowError, ValueError, PerizinanError) as error:
            raise fail(N_("{function} has no result for these values"), function=shown(function)) from error

    def _not_strictly_false(self, arg: Expr) -> bool:
        try:
            return self.value(arg) is not False
        except ExpressionFailure as failure:
            if failure.kind == FailureKind.LIMIT:
                raise
            return True

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
            raise fail(N_("{function} cannot work with these values"), function="all/exists/filter/map")
        saved = {name: self.local[name] for name in (fold.variable, fold.result_name) if name in self.local}
        try:
            self.local[fold.result_name] = self._try(fold.start)
            for item in over:
                self.local[fold.variable] = item
                if not self.value(fold.condition):
                    break
                self.local[fold.result_name] = self._try(fold.step)
            return self.value(fold.result)
        finally:
            for name in (fold.variable, fold.result_name):
                self.local.pop(name, None)
            self.local.update(saved)

    def _try(self, expr: Expr) -> Any:
        """Return the value, or the failure itself: a later item may still decide all() or exists() (CEL)."""
        try:
            return self.value(expr)
        except ExpressionFailure as failure:
            if failure.kind == FailureKind.LIMIT:
                raise
            return failure

    def _local(self, name: str) -> Any:
        value = self.local[name]
        if isinstance(value, ExpressionFailure):
            raise value
        return value


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

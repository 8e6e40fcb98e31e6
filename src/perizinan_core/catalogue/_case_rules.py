"""Applies the rules of one permit type to one case; every failure says which rule and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from perizinan_core.catalogue._expressions import (
    CompileFailure,
    ExpressionFailure,
    FailureKind,
    Scope,
    environment,
    evaluate,
    make_functions,
    text_of,
)
from perizinan_core.catalogue._expressions._schema import item_schema, typed_data
from perizinan_core.catalogue._extensions import extension_functions, refuse_changed
from perizinan_core.catalogue._facts import Facts, case_names
from perizinan_core.catalogue._rules import path_text
from perizinan_core.errors.catalogue import ExpressionError, Phrase, RuleError
from perizinan_core.i18n import N_
from perizinan_core.model._permit_type import PermitType

__all__ = ["CaseRules"]

_CODES = {
    FailureKind.VALUE: "expression",
    FailureKind.LIMIT: "expression-limit",
    FailureKind.TARIFF: "tariff-not-found",
}

Path = tuple[str | int, ...]


class CaseRules:
    """
    One permit type and one case on one day.

    Args:
        permit_type: The version that counts.
        facts: The case.
        day: Local day that decides about tariffs and is ``today``.
        names: Further names, of the scope ``validity`` or ``letter``.

    Raises:
        HookError: ``expressions-changed``: the case was submitted under other functions of plugins.
    """

    def __init__(
        self,
        permit_type: PermitType,
        facts: Facts,
        day: date,
        *,
        scope: str = Scope.CASE,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        refuse_changed(permit_type, facts.extensions)
        self.permit_type = permit_type
        self.facts = facts
        self.day = day
        self.scope = scope
        self._form = typed_data(permit_type.form_schema, facts.form)
        self._names = {**case_names(permit_type, facts, self._form, day), **(names or {})}

    def items(self, list_name: str) -> tuple[Any, ...]:
        """Return the items of a list of the form; none when it is empty or missing."""
        value: Any = self._form
        for step in list_name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        return value if isinstance(value, tuple) else ()

    def holds(self, path: Path, text: str | None, *, item: tuple[str, int] | None = None) -> bool:
        """Say whether a condition holds; no condition always does."""
        if text is None:
            return True
        value = self.value(path, text, item=item)
        if not isinstance(value, bool):
            raise self._wrong(path, text, N_("it gives no yes or no"))
        return value

    def number(self, path: Path, text: str, *, item: tuple[str, int] | None = None) -> Fraction:
        """Return the exact number that a formula gives."""
        value = self.value(path, text, item=item)
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise self._wrong(path, text, N_("it gives no number"))
        return Fraction(value)

    def day_of(self, path: Path, text: str, *, item: tuple[str, int] | None = None) -> date:
        """Return the day that an expression gives."""
        value = self.value(path, text, item=item)
        if not isinstance(value, date):
            raise self._wrong(path, text, N_("it gives no date"))
        return value

    def text(self, path: Path, text: str, *, item: tuple[str, int] | None = None) -> str:
        """Return a value as letters print it."""
        value = self.value(path, text, item=item)
        try:
            return text_of(value)
        except TypeError as error:
            raise self._wrong(path, text, N_("it gives nothing that a letter can print")) from error

    def value(self, path: Path, text: str, *, item: tuple[str, int] | None = None) -> Any:
        """
        Return the value of an expression.

        Args:
            path: Where it stands in the permit type.
            text: The expression.
            item: List and place (from 0) of the item that is bound, or None.

        Raises:
            ExpressionError: when it has no value for this case.
            HookError: ``plugin-expression``: a function of a plugin failed.
        """
        list_name, index = item if item is not None else (None, 0)
        names = self._names
        bound: Mapping[str, Any] | None = None
        if list_name is not None:
            bound = self._bound(self.items(list_name)[index])
            names = {**names, "item": bound, "item_number": index + 1}
        schema = self.permit_type.form_schema
        functions = make_functions(
            day=self.day,
            tariffs=self.permit_type.fee.tariffs if self.permit_type.fee else (),
            papers=self.facts.papers,
            form_schema=schema,
            item_form=item_schema(schema, list_name) if list_name else None,
            form=self._form,
            item=bound,
        )
        extensions = self.permit_type.extensions
        functions |= extension_functions(extensions)
        try:
            compiled = environment(schema, self.scope, list_name, extensions).compile(text)
            return evaluate(compiled.tree, names, functions)
        except ExpressionFailure as failure:
            raise self.wrong(path, text, failure.phrase, _CODES[failure.kind]) from failure
        except CompileFailure as failure:
            raise self.wrong(path, text, failure.phrase) from failure

    def missing(self, *path: str | int) -> RuleError:
        """Return the error for a rule that the permit type does not have."""
        return RuleError("rule-missing", permit_type=self._name(), path=path_text(path))

    def wrong(self, path: Path, text: str, phrase: Phrase, code: str = "expression") -> ExpressionError:
        """Return the error for a rule whose value cannot be used."""
        return ExpressionError(
            code, permit_type=self._name(), path=path_text(path), expression=text, reason=phrase
        )  # codes: expression, expression-limit, tariff-not-found

    @staticmethod
    def _bound(item: Any) -> Mapping[str, Any]:
        return item if isinstance(item, Mapping) else {}

    def _wrong(self, path: Path, text: str, sentence: str) -> ExpressionError:
        return self.wrong(path, text, Phrase(sentence))

    def _name(self) -> str:
        return f"{self.permit_type.code} {self.permit_type.version}"

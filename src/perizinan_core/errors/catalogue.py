"""The catalogue: files that cannot be used, and rules that cannot be applied to a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "CatalogueError",
    "CatalogueProblem",
    "ExpressionError",
    "InvalidCatalogueError",
    "Phrase",
    "RuleError",
]


@attrs.frozen
class Phrase:
    """Part of a sentence that is translated with it."""

    sentence: str
    """English msgid with named placeholders."""

    fields: Mapping[str, object] = attrs.field(factory=dict)
    """Values of the placeholders; phrases among them are translated too."""

    def to(self, language: str) -> str:
        """Return it in ``language``."""
        filled = {name: _worded(value, language) for name, value in self.fields.items()}
        return translate(self.sentence, language, **filled)

    def __str__(self) -> str:
        return self.to("en")


@runtime_checkable
class _Translated(Protocol):
    def to(self, language: str) -> str: ...


def _worded(value: object, language: str) -> object:
    if isinstance(value, _Translated):
        return value.to(language)
    if isinstance(value, tuple):
        return ", ".join(str(_worded(item, language)) for item in value)
    return value


@attrs.frozen
class CatalogueProblem:
    """One thing that is wrong, or worth a look, in the files of a catalogue."""

    code: str
    """Stable machine-readable name, e.g. ``"unknown-key"``."""

    file: str
    """Path inside the catalogue folder, with ``/``."""

    path: str
    """Where in the file, e.g. ``$.requirements[2].when``."""

    line: int | None
    """Line in the file, from 1; None when the whole file or folder is meant."""

    phrase: Phrase
    """What was expected, what was received, and the remedy."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        return self.phrase.to(language)

    @property
    def place(self) -> str:
        """File, line and path in one, as editors understand it."""
        line = f":{self.line}" if self.line is not None else ""
        return f"{self.file}{line} {self.path}"

    def describe(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return place and sentence in one line."""
        return f"{self.place}: {self.message(language)}"

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Return it as JSON-able data."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "message": self.message(language),
        }


class CatalogueError(CodedError):
    """
    The catalogue does not give what was asked of it.

    Values of its codes:

    - ``versions``: each version with its span of days
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.NOT_FOUND: "no-version-in-force permit-type-not-found",
            Category.INPUT: "number-text",
            Category.OFFICE: (
                "catalogue-invalid expression expression-limit number-format-missing rule-missing "
                "tariff-not-found"
            ),
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "permit-type-not-found": Code(
            N_(
                "Expected the code of a permit type of this catalogue, but got {permit_type!r}. Nearest "
                "codes: {nearest}. List all of them with `perizinan catalogue list`."
            ),
            absent={"nearest": "–"},
        ),
        "no-version-in-force": Code(
            N_(
                "Expected a version of {permit_type} in force on {day}, but the catalogue has only "
                "{versions}. Choose another day, or let the office add the version of that day."
            )
        ),
        "number-format-missing": Code(
            N_(
                "Expected a number format of the register {register} in force on {day}, but there is none. "
                "Add a format with that span of days to the authority file."
            )
        ),
        "number-text": Code(
            N_("Expected a number like {template}, but got {received!r}. Compare it with the letter.")
        ),
    }


@attrs.define(slots=False, eq=False)
class InvalidCatalogueError(CatalogueError):
    """The files of a catalogue cannot be used; every problem is in `problems`."""

    code: ClassVar[str] = "catalogue-invalid"
    sentence: ClassVar[str] = N_(
        "Expected a catalogue without problems in {folder}, but found {count}. "
        "Correct each of them and load it again:\n{problems}"
    )

    folder: str
    """Name of the catalogue's folder, without the path to it."""

    problems: tuple[CatalogueProblem, ...]

    def wording(self, language: str) -> dict[str, object]:
        """List the problems, one a line."""
        return {
            "folder": self.folder,
            "count": len(self.problems),
            "problems": "\n".join(f"- {problem.describe(language)}" for problem in self.problems),
        }


class RuleError(CatalogueError):
    """A rule of the catalogue cannot be applied to this case."""

    codes: ClassVar[Mapping[str, Code]] = {
        "rule-missing": Code(
            N_(
                "Expected {path} of {permit_type} to say something for this case, but it does not. Let the "
                "office complete the catalogue before this case continues."
            )
        ),
    }

    permit_type: str
    """Code and version."""

    path: str
    """Where the rule stands in the permit type, e.g. ``$.fee.components[0].formula``."""


class ExpressionError(RuleError):
    """
    An expression that gives no usable value for this case.

    Values of its codes:

    - ``path``: where the rule stands in the permit type, e.g. ``$.fee.components[0].formula``
    - ``permit_type``: code and version
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "expression": Code(
            N_(
                "The rule {path} of {permit_type} gives no result for this case: {reason}. Complete the "
                "form, or let the office correct the expression: {expression}"
            )
        ),
        "expression-limit": Code(
            N_(
                "The rule {path} of {permit_type} gives no result for this case: {reason}. Complete the "
                "form, or let the office correct the expression: {expression}"
            )
        ),
        "tariff-not-found": Code(
            N_(
                "The rule {path} of {permit_type} gives no result for this case: {reason}. Complete the "
                "form, or let the office correct the expression: {expression}"
            )
        ),
    }

    expression: str

    reason: Phrase

    def wording(self, language: str) -> dict[str, object]:
        """Translate the reason."""
        return {**super().wording(language), "reason": self.reason.to(language)}

"""Problems that people put right, each at its place, and how an error names several of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from perizinan_core.errors._http import FieldProblem
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, Clause, said, translate

__all__ = ["Problem", "SeveralProblems", "sentences"]

_PARTS: Mapping[str, str] = {
    "applicant": N_("Applicant"),
    "documents": N_("Documents"),
    "form": N_("Form"),
    "letter": N_("Letter"),
    "permit_type": N_("Kind of permit"),
    "previous_permit": N_("Earlier permit"),
    "representative": N_("Representative"),
    "signature": N_("Signature"),
}
"""What people call the parts of a case; by the first part of a path."""


@attrs.frozen
class Problem:
    """One thing that an applicant must put right before submitting."""

    path: str
    """Where: ``"documents.<slot>"``, ``"form.<field>"``, ``"applicant.nik"`` …"""

    code: str
    """Stable name, e.g. ``"document-missing"``."""

    sentence: str
    """English msgid with placeholders: what is missing and what to do."""

    fields: Mapping[str, object] = attrs.field(factory=dict)
    """Values of the placeholders; no personal data."""

    label: object = attrs.field(default="", kw_only=True)
    """What people call the place: a `Text`, an English msgid or the title of a field; empty: as its part."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        # What people call things is said in the language of the reader.
        fields = {name: _words_for(value, language) for name, value in self.fields.items()}
        return translate(self.sentence, language, place=self.name(language), **fields)

    def name(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return what people call the place, as it stands in the form."""
        part = self.path.partition(".")[0]
        return str(_words_for(self.label or _PARTS.get(part, self.path), language))

    def to_field(self, language: str = DEFAULT_LANGUAGE) -> FieldProblem:
        """Return it as a problem document lists it."""
        return FieldProblem(self.path, self.name(language), self.code, self.message(language))


def _words_for(value: object, language: str) -> object:
    if isinstance(value, Clause):
        return said(value, language)
    if hasattr(value, "to"):
        return value.to(language)
    return translate(value, language) if isinstance(value, str) and value else value


def sentences(problems: Iterable[Problem], language: str) -> str:
    """Return what problems say as running text; beside a field it stands without a full stop."""
    told = (problem.message(language) for problem in problems)
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in told)


@attrs.define(slots=False, eq=False)
class SeveralProblems:
    """What errors that name several problems at once have in common; it stands before their root."""

    problems: tuple[Problem, ...]
    """Everything that is missing or wrong; the data themselves are not repeated."""

    def details(self) -> dict[str, Any]:
        """Return path and code of each problem."""
        return {"problems": tuple({"path": item.path, "code": item.code} for item in self.problems)}

    def wording(self, language: str) -> dict[str, object]:
        """Join the sentences of the problems."""
        return {"reasons": sentences(self.problems, language)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return every problem at its field."""
        return tuple(item.to_field(language) for item in self.problems)

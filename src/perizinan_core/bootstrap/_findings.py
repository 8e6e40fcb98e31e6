"""What a look at an office finds: what is wrong or soon will be, each with what to do."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.errors._words import ROLES
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import Clause, said, translate
from perizinan_core.model import format_date
from perizinan_core.model._actor import Role

__all__ = ["MOST_NAMED", "FindingLevel", "OfficeFinding"]

MOST_NAMED = 20
"""Most records that are named one by one."""


class FindingLevel(StrEnum):
    """How urgent a finding is."""

    PROBLEM = "problem"
    """A person has to do something."""

    NOTICE = "notice"
    """Worth knowing."""


@attrs.frozen(kw_only=True)
class OfficeFinding:
    """One thing that is wrong, or soon will be."""

    code: str
    """Stable name."""

    level: FindingLevel = FindingLevel.PROBLEM
    sentence: str
    """English msgid, or a sentence of an error."""

    remedy: str
    """English msgid: what to do."""

    fields: dict[str, Any] = attrs.field(factory=dict)
    error: PerizinanError | None = None

    @property
    def key(self) -> str:
        """Mark of what was found: the same code with other values is another finding."""
        said_of = {name: str(value) for name, value in sorted(self.fields.items())}
        text = json.dumps([self.code, said_of, "" if self.error is None else self.error.code])
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def message(self, language: str) -> str:
        """Return what was found, in ``language``."""
        if self.error is not None:
            return self.error.message(language)
        return translate(self.sentence, language, **self._said(language))

    def advice(self, language: str) -> str:
        """Return what to do, in ``language``."""
        return translate(self.remedy, language, **self._said(language))

    def _said(self, language: str) -> dict[str, Any]:
        return {name: _in_words(value, language) for name, value in self.fields.items()}


def _in_words(value: object, language: str) -> object:
    if isinstance(value, Clause):
        return said(value, language)
    if isinstance(value, Role):
        return translate(ROLES[value.value], language)
    if isinstance(value, date) and not isinstance(value, datetime):
        return format_date(value, language)
    return value

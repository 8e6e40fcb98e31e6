"""How long a permit lasts, and what its holder owes afterwards."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.model._text import Period, Source, Text

__all__ = [
    "Obligation",
    "RenewalRule",
    "ValidityCase",
    "ValidityKind",
    "ValidityRule",
]


class ValidityKind(StrEnum):
    """How long a permit lasts."""

    PERIOD = "period"
    UNTIL_DATE = "until_date"
    """A date that an expression gives, e.g. the expiry of a professional registration."""
    DATE_RANGE = "date_range"
    """From and until dates of the form data."""
    WHILE_OPERATING = "while_operating"
    ONCE = "once"
    """No end."""
    CONDITIONAL = "conditional"
    """Ends when a condition occurs that no date can express; the text says which."""
    PER_ITEM = "per_item"
    """Each item of the annex has its own dates; the permit lasts until the last of them."""


@attrs.frozen(kw_only=True)
class ValidityCase:
    """One way in which validity is found."""

    kind: ValidityKind
    when: str | None = None
    """CEL condition; the first case that holds is used."""

    period: Period | None = None
    start: str | None = None
    """CEL expression giving a date (``YYYY-MM-DD``); None: the day of issue."""

    until: str | None = None
    """CEL expression giving a date, for until_date and date_range; with ``item`` bound for per_item."""

    per_item: str | None = None
    """Name of the list in the form data, for per_item."""

    text: Text | None = None
    """What the letter says in place of a date."""

    def __attrs_post_init__(self) -> None:
        needs = {
            ValidityKind.PERIOD: (self.period, "period"),
            ValidityKind.UNTIL_DATE: (self.until, "until"),
            ValidityKind.DATE_RANGE: (self.until, "until"),
            ValidityKind.PER_ITEM: (self.per_item and self.until, "per_item and until"),
            ValidityKind.CONDITIONAL: (self.text, "text"),
        }
        value, name = needs.get(self.kind, (True, ""))
        if not value:
            raise ValueError(f"validity: kind {self.kind.value} needs {name}")


@attrs.frozen(kw_only=True)
class ValidityRule:
    """How the last day of a permit is found."""

    cases: tuple[ValidityCase, ...] = attrs.field(validator=attrs.validators.min_len(1))
    not_after: str | None = None
    """CEL expression giving a date beyond which no permit of this type lasts (e.g. the STR's end)."""

    source: Source


@attrs.frozen(kw_only=True)
class RenewalRule:
    """When a permit is renewed or re-registered."""

    opens_before: Period | None = None
    """Earliest: this long before expiry; None: at any time."""

    closes_before: Period | None = None
    """Latest: this long before expiry; None: until expiry."""

    after_expiry: str = attrs.field(
        default="new_application", validator=attrs.validators.in_(["new_application", "allowed"])
    )
    every: Period | None = None
    """Re-registration (daftar ulang) or report that the holder owes."""

    returns_old_letter: bool = False
    source: Source


@attrs.frozen(kw_only=True)
class Obligation:
    """A duty of the holder after issue."""

    text: Text
    within: Period | None = None
    every: Period | None = None
    source: Source

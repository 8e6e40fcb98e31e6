"""What a permit costs: rules as data, and the assessment that a submission froze. Whole rupiah throughout."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._money import RoundingMode, Rupiah
from perizinan_core.model._text import DateRange, Source, Text, code_field
from perizinan_core.model._written import line_field

__all__ = [
    "BillTerms",
    "FeeAssessment",
    "FeeComponent",
    "FeeKind",
    "FeeLine",
    "FeeRule",
    "Payment",
    "TariffRow",
    "TariffTable",
    "reference_key",
]


class FeeKind(StrEnum):
    """Who pays what to whom."""

    FREE = "free"
    """Gratis by law."""
    LEVY = "levy"
    """Retribusi: assessed and billed here."""
    ELSEWHERE = "elsewhere"
    """A tax or contribution that another office assesses; this office only checks the receipt."""


@attrs.frozen(kw_only=True)
class TariffRow:
    """One row of a tariff table."""

    keys: tuple[str, ...] = ()
    """Values of the key columns, e.g. a kind of business and a zone."""

    above: Decimal | None = None
    """The measured quantity must be greater than this; None: no lower bound."""

    up_to: Decimal | None = None
    """The measured quantity must be at most this; None: no upper bound."""

    value: Decimal
    """A tariff in rupiah per unit, an index, or a rate; the formula says which."""


@attrs.frozen(kw_only=True)
class TariffTable:
    """A dated table of tariffs, indices or rates, looked up from formulas by its code."""

    code: str = code_field()
    label: Text
    keys: tuple[str, ...] = ()
    """Names of the key columns."""

    banded: bool = False
    """True when rows also have bands of a quantity."""

    valid: DateRange
    rows: tuple[TariffRow, ...] = attrs.field(validator=attrs.validators.min_len(1))
    source: Source


@attrs.frozen(kw_only=True)
class FeeComponent:
    """One line of a bill."""

    code: str = code_field()
    label: Text
    formula: str
    """CEL expression giving rupiah (a number; fractions are rounded by the rule)."""

    when: str | None = None
    """CEL condition, or None for always; surcharges (late, lost) are components with a condition."""

    per_item: str | None = None
    """Name of a list in the form data; the formula is computed for each ``item`` and summed."""

    refundable: bool = False
    """A deposit that is paid back."""

    account_code: str | None = None
    source: Source


@attrs.frozen(kw_only=True)
class BillTerms:
    """Terms of the bill (SKRD)."""

    due_days: int
    """Calendar days after the bill."""

    late_interest_percent_per_month: Decimal = Decimal(0)
    """For each month begun after the due day, on the unpaid amount."""

    source: Source


@attrs.frozen(kw_only=True)
class FeeRule:
    """How the fee is found."""

    kind: FeeKind
    components: tuple[FeeComponent, ...] = ()
    tariffs: tuple[TariffTable, ...] = ()
    round_to: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    """The total is brought to a multiple of this many rupiah."""

    rounding: RoundingMode = RoundingMode.HALF_UP
    bill: BillTerms | None = None
    note: Text | None = None
    """What applicants should know, e.g. where a tax is paid."""

    source: Source

    def __attrs_post_init__(self) -> None:
        if self.kind is FeeKind.FREE and self.components:
            raise ValueError("fee: a free permit has no components; use kind 'levy' or remove them")


@attrs.frozen(kw_only=True)
class FeeLine:
    """One computed line."""

    code: str
    label: Text
    amount: Rupiah
    refundable: bool = False
    account_code: str | None = None


@attrs.frozen(kw_only=True)
class FeeAssessment:
    """The fee that a submission froze."""

    kind: FeeKind
    lines: tuple[FeeLine, ...] = ()
    rounding: int = 0
    """Rupiah added (or taken, when negative) by rounding the total."""

    total: Rupiah
    assessed_on: date
    """Local day whose tariffs were used."""

    due_on: date | None = None


@attrs.frozen(kw_only=True)
class Payment:
    """Money that the official account received."""

    reference: str = line_field(N_("Payment reference"), filled=False)
    """Bank or treasury reference; unique per authority."""

    amount: Rupiah
    paid_at: datetime
    recorded_by: str


def reference_key(reference: str) -> str:
    """
    Return what two references of one payment have in common: letters in one form and case, without blanks.

    A bank prints the same reference as ``TRX-1`` and ``trx-1``; written twice it is still the same money.
    """
    return "".join(unicodedata.normalize("NFKC", reference).split()).casefold()

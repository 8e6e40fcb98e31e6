"""Fee assessments and late interest: exact until the last step, then whole rupiah."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions import months_begun
from perizinan_core.catalogue._facts import Facts
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.errors.model import MoneyRangeError
from perizinan_core.i18n import N_
from perizinan_core.model._fees import BillTerms, FeeAssessment, FeeComponent, FeeKind, FeeLine, FeeRule
from perizinan_core.model._money import Rounding, RoundingMode, Rupiah, round_rupiah
from perizinan_core.model._permit_type import PermitType

__all__ = ["assess_fee", "late_interest"]


def assess_fee(permit_type: PermitType, facts: Facts, day: date) -> FeeAssessment:
    """
    Return the fee of a case, with the tariffs of ``day``.

    Each line is rounded half up to whole rupiah for show. The total is rounded once, from the exact
    sum of what is not refundable, to the multiple that the rule names; deposits are added unrounded,
    because they are paid back. `FeeAssessment.rounding` is the difference to the sum of the lines.

    Raises:
        RuleError: ``rule-missing``: when the permit type has no fee rule.
        ExpressionError: ``tariff-not-found``: when no tariff fits.
        ExpressionError: when a formula has no result, or a negative one.
    """
    rules = CaseRules(permit_type, facts, day)
    fee = permit_type.fee
    if fee is None:
        raise rules.missing("fee")
    if fee.kind is not FeeKind.LEVY:
        return FeeAssessment(kind=fee.kind, total=Rupiah(0), assessed_on=day)
    lines: list[FeeLine] = []
    levy = Fraction(0)
    deposits = Rupiah(0)
    for index, component in enumerate(fee.components):
        amount = _amount(rules, index, component)
        if amount is None:
            continue
        shown = _whole(rules, index, component, amount)
        lines.append(
            FeeLine(
                code=component.code,
                label=component.label,
                amount=shown,
                refundable=component.refundable,
                account_code=component.account_code,
            )
        )
        if component.refundable:
            deposits += shown
        else:
            levy += amount
    total = round_rupiah(levy, _rounding(fee)) + deposits
    return FeeAssessment(
        kind=fee.kind,
        lines=tuple(lines),
        rounding=total.amount - sum(line.amount.amount for line in lines),
        total=total,
        assessed_on=day,
        due_on=day + timedelta(days=fee.bill.due_days) if fee.bill else None,
    )


def _amount(rules: CaseRules, index: int, component: FeeComponent) -> Fraction | None:
    """Return the exact amount of a component, or None when its condition does not hold (for any item)."""
    place = ("fee", "components", index)
    if component.per_item is None:
        if not rules.holds((*place, "when"), component.when):
            return None
        return rules.number((*place, "formula"), component.formula)
    amounts = []
    for number in range(len(rules.items(component.per_item))):
        item = (component.per_item, number)
        if rules.holds((*place, "when"), component.when, item=item):
            amounts.append(rules.number((*place, "formula"), component.formula, item=item))
    return sum(amounts, Fraction(0)) if amounts else None


def _whole(rules: CaseRules, index: int, component: FeeComponent, amount: Fraction) -> Rupiah:
    try:
        return round_rupiah(amount)
    except MoneyRangeError as error:
        path = ("fee", "components", index, "formula")
        reason = Phrase(N_("it gives an amount below zero or beyond all bounds"))
        raise rules.wrong(path, component.formula, reason) from error


def _rounding(fee: FeeRule) -> Rounding:
    return Rounding(fee.round_to, RoundingMode(fee.rounding.value))


def late_interest(
    assessment: FeeAssessment, bill: BillTerms, paid_on: date, *, unpaid: Rupiah | None = None
) -> Rupiah:
    """
    Return the interest for paying late, in whole rupiah (half up).

    Args:
        assessment: The fee; its ``due_on`` is the last day without interest.
        bill: Rate per month begun.
        paid_on: Local day of the payment.
        unpaid: What was not paid in time; None: the whole fee without deposits.
    """
    if assessment.due_on is None or paid_on <= assessment.due_on:
        return Rupiah(0)
    if unpaid is None:
        deposits = Rupiah.total(line.amount for line in assessment.lines if line.refundable)
        unpaid = assessment.total - deposits
    months = months_begun(assessment.due_on, paid_on)
    return unpaid.percent(Fraction(bill.late_interest_percent_per_month) * months)

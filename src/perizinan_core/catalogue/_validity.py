"""How long a permit lasts, and when it may be renewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import attrs

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._expressions import Scope
from perizinan_core.catalogue._facts import Facts
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import DateRange, Period
from perizinan_core.model._validity import RenewalRule, ValidityCase, ValidityKind

__all__ = ["Validity", "find_validity", "re_registration_due"]

_WORDS: Mapping[ValidityKind, str] = {
    ValidityKind.WHILE_OPERATING: "selama usaha dijalankan",
    ValidityKind.ONCE: "tanpa batas waktu",
}
"""What letters say in place of a date, when the rule says nothing else."""


@attrs.frozen(kw_only=True)
class Validity:
    """The days of a permit; both ends belong to it."""

    valid_from: date
    valid_until: date | None
    """Last day, or None: no fixed end."""

    text: str | None = None
    """What the letter says in place of, or besides, dates."""

    items: tuple[DateRange, ...] = ()
    """Days of each item, for permits that are valid per item."""


def find_validity(permit_type: PermitType, facts: Facts, issued_on: date) -> Validity:
    """
    Return the days of a permit that is issued on ``issued_on`` (local).

    A period ends on the day before its anniversary: one year from 10 March ends on 9 March.

    Raises:
        RuleError: ``rule-missing``: when there is no rule or none of its cases holds.
        ExpressionError: when an expression has no result, or the permit would end before it begins.
    """
    rules = CaseRules(permit_type, facts, issued_on, scope=Scope.VALIDITY, names={"issued_on": issued_on})
    rule = permit_type.validity
    if rule is None:
        raise rules.missing("validity")
    for index, case in enumerate(rule.cases):
        path = ("validity", "cases", index)
        if rules.holds((*path, "when"), case.when):
            found = _of_case(rules, path, case, issued_on)
            return _capped(rules, rule.not_after, found)
    raise rules.missing("validity", "cases")


def _of_case(rules: CaseRules, path: tuple[str | int, ...], case: ValidityCase, issued_on: date) -> Validity:
    text = str(case.text) if case.text else _WORDS.get(case.kind)
    if case.kind is ValidityKind.PER_ITEM and case.per_item is not None:
        return _per_item(rules, path, case, issued_on, text)
    start = issued_on if case.start is None else rules.day_of((*path, "start"), case.start)
    end: date | None = None
    if case.kind is ValidityKind.PERIOD and case.period is not None:
        end = _last_day(case.period, start)
    elif case.kind in (ValidityKind.UNTIL_DATE, ValidityKind.DATE_RANGE) and case.until is not None:
        end = rules.day_of((*path, "until"), case.until)
        _check_order(rules, (*path, "until"), case.until, start, end)
    return Validity(valid_from=start, valid_until=end, text=text)


def _per_item(
    rules: CaseRules, path: tuple[str | int, ...], case: ValidityCase, issued_on: date, text: str | None
) -> Validity:
    name, until = case.per_item or "", case.until or ""
    spans = []
    for number in range(len(rules.items(name))):
        item = (name, number)
        start = issued_on if case.start is None else rules.day_of((*path, "start"), case.start, item=item)
        end = rules.day_of((*path, "until"), until, item=item)
        _check_order(rules, (*path, "until"), until, start, end)
        spans.append(DateRange(start, end))
    if not spans:
        reason = Phrase(N_("{name} is not filled in"), {"name": f"form.{name}"})
        raise rules.wrong((*path, "per_item"), name, reason)
    return Validity(
        valid_from=min(span.start for span in spans if span.start),
        valid_until=max(span.end for span in spans if span.end),
        text=text,
        items=tuple(spans),
    )


def _capped(rules: CaseRules, not_after: str | None, found: Validity) -> Validity:
    if not_after is None:
        return found
    path = ("validity", "not_after")
    last = rules.day_of(path, not_after)
    _check_order(rules, path, not_after, found.valid_from, last)
    if found.valid_until is not None and found.valid_until <= last:
        return found
    items = tuple(
        DateRange(span.start, min(span.end, last) if span.end else last)
        for span in found.items
        if span.start is None or span.start <= last
    )
    return attrs.evolve(found, valid_until=last, items=items)


def _check_order(rules: CaseRules, path: tuple[str | int, ...], text: str, start: date, end: date) -> None:
    if end < start:
        reason = Phrase(N_("it ends on {end}, before it begins on {start}"), {"end": end, "start": start})
        raise rules.wrong(path, text, reason)


def _last_day(period: Period, start: date) -> date:
    return period.after(start) - timedelta(days=1)


def re_registration_due(rule: RenewalRule, valid_from: date, after: date) -> date | None:
    """
    Return the next day later than ``after`` on which a re-registration or report is due.

    Counted from ``valid_from`` in steps of `RenewalRule.every`; None when nothing is owed.
    """
    if rule.every is None or rule.every.value == 0:
        return None
    count = 1
    while (due := Period(rule.every.value * count, rule.every.unit).after(valid_from)) <= after:
        count += 1
    return due

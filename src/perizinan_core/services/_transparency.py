"""
The office's figures for the public: how long things take, what is kept, what waits, what is refused and why.

Figures are of whole periods that are over, each by itself: of two overlapping periods, or of today and yesterday,
the difference would tell of single cases. What may be shown of a number is decided in
`perizinan_core.services._disclosure`; sizes of the backlog are given in classes, because what came in could be
computed from exact ones.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import attrs

from perizinan_core.errors._words import COMPLAINT_KINDS, REFUSAL_GROUNDS
from perizinan_core.errors.catalogue import CatalogueError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._complaint import ComplaintCount, ComplaintKind
from perizinan_core.model._figures import WHOLE, FigureCount, RefusalGround
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._survey import SurveySums
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._disclosure import (
    LEAST,
    Count,
    Share,
    hidden_parts,
    hidden_splits,
    share_of,
    size_class,
)
from perizinan_core.services._names import Named, in_both, named_state
from perizinan_core.services._periods import FigurePeriod, Periods
from perizinan_core.services._surveys import Satisfaction, satisfaction_of

__all__ = [
    "Backlog",
    "Spread",
    "StepTimes",
    "Transparency",
    "TransparencyReport",
    "TypeFigures",
]

COLUMNS = ("period", "first_day", "last_day", "figure", "permit_type", "step", "item", "value")
"""Columns of the open data; `docs/reference/open-data.md` says what stands in each."""

_DECIDED = (ApplicationState.ISSUED, ApplicationState.REFUSED)
_UNDECIDED = (ApplicationState.WITHDRAWN, ApplicationState.LAPSED)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@attrs.frozen(kw_only=True)
class Spread:
    """How long something took, in whole days."""

    median: int
    """Half took so long or less."""

    ninety: int
    """Nine in ten took so long or less."""


@attrs.frozen(kw_only=True)
class StepTimes:
    """How long a step took, in working days; the time in which the applicant corrected is not in it."""

    step: Named
    days: Spread | None
    """None: fewer than five."""


@attrs.frozen(kw_only=True)
class TypeFigures:
    """Figures of one permit type."""

    permit_type: Named
    decided: Count
    """Cases that were issued or refused in the period."""

    on_time: Share
    """Of those that were decided while a time limit ran."""

    days: Spread | None
    """Working days of the time limit that were used until the decision; None: fewer than five."""

    steps: tuple[StepTimes, ...]


@attrs.frozen(kw_only=True)
class Backlog:
    """What waited at the end of the period."""

    permit_type: Named
    size: str
    """A class: ``< 5``, ``5–9`` … ``≥ 1000``."""

    age: Spread | None
    """Calendar days since the submission; None: fewer than five."""


@attrs.frozen(kw_only=True)
class TransparencyReport:
    """The figures of one period."""

    period: FigurePeriod
    decided: Count
    on_time: Share
    outcomes: tuple[tuple[Named, Count], ...]
    """Issued and refused, which together are `decided`; withdrawn and lapsed, which are a part of nothing here."""

    refusals: tuple[tuple[Named, Count], ...]
    """By ground."""

    types: tuple[TypeFigures, ...]
    backlog: tuple[Backlog, ...]
    satisfaction: Satisfaction | None = None
    """None: fewer than five answered."""

    satisfaction_by_type: Mapping[str, Satisfaction] = attrs.field(factory=dict)
    """By code; only of types with at least five answers."""

    complaints: tuple[tuple[Named, Count, Share], ...] = ()
    """By kind: how many were answered, and the share of those in time. No total is published."""

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the figures, one to a row, with the columns `COLUMNS`."""
        head = (self.period.code, self.period.first.isoformat(), self.period.last.isoformat())
        for figure, permit_type, step, item, value in self._figures():
            yield (*head, figure, permit_type, step, item, value)

    def to_csv(self) -> str:
        """Return the figures as CSV (RFC 4180) with a head; `COLUMNS` are its columns."""
        written = io.StringIO()
        table = csv.writer(written, lineterminator="\r\n")
        table.writerow(COLUMNS)
        table.writerows([_plain(cell) for cell in row] for row in self.rows())
        return written.getvalue()

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values: the same rows as `to_csv`, and the names of what has a code."""
        names = {
            "permit_types": {one.permit_type.code: attrs.asdict(one.permit_type.name) for one in self.types},
            "steps": {
                one.permit_type.code: {step.step.code: attrs.asdict(step.step.name) for step in one.steps}
                for one in self.types
            },
            "outcomes": {name.code: attrs.asdict(name.name) for name, _ in self.outcomes},
            "grounds": {name.code: attrs.asdict(name.name) for name, _ in self.refusals},
        }
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in self.rows()]
        return {"period": self.period.code, "columns": list(COLUMNS), "names": names, "rows": rows}

    def _figures(self) -> Iterator[tuple[str, str, str, str, str]]:
        yield "decided", "", "", "", str(self.decided)
        yield from _share_rows("", self.on_time)
        for name, count in self.outcomes:
            yield "outcome", "", "", name.code, str(count)
        for name, count in self.refusals:
            yield "refusal", "", "", name.code, str(count)
        for one in self.types:
            code = one.permit_type.code
            yield "decided", code, "", "", str(one.decided)
            yield from _share_rows(code, one.on_time)
            yield from _spread_rows("days", code, "", one.days)
            for step in one.steps:
                yield from _spread_rows("step_days", code, step.step.code, step.days)
        for waiting in self.backlog:
            yield "backlog", waiting.permit_type.code, "", "size", waiting.size
            yield from _spread_rows("backlog_age", waiting.permit_type.code, "", waiting.age)
        if self.satisfaction is not None:
            yield from _satisfaction_rows("", self.satisfaction)
        for code, found in self.satisfaction_by_type.items():
            yield from _satisfaction_rows(code, found)
        for kind, count, share in self.complaints:
            yield "complaints", "", "", kind.code, str(count)
            for item, value in (("least", share.least), ("most", share.most)):
                yield "complaints_on_time_percent", "", "", f"{kind.code}/{item}", _number(value)


@checked
@attrs.frozen
class Transparency:
    """The office's figures for the public; no account is needed, and no one is named in them."""

    _context: OfficeContext
    _periods: Periods

    def periods(self) -> tuple[FigurePeriod, ...]:
        """Return the periods that are over and of which there are figures, the latest first."""
        with self._context.unit_of_work(read_only=True) as work:
            first = work.figures.first_day()
        return self._periods.since(first)

    def report(self, period: str | None = None) -> TransparencyReport:
        """
        Return the figures of a period.

        Args:
            period: Its code, as `periods` has it; None: the latest that is over.

        Raises:
            ArgumentError: it is not a period of this office, or not over yet.
        """
        chosen = self._periods.chosen(period)
        with self._context.unit_of_work(read_only=True) as work:
            counts = work.figures.counts(chosen.first, chosen.last)
            waiting = work.figures.backlog(chosen.last)
            answers = work.surveys.sums(chosen.first, chosen.last)
            complaints = work.complaints.counts(chosen.first, chosen.last)
        report = self._report(chosen, counts, waiting)
        return attrs.evolve(report, complaints=_complaints(complaints), **_satisfaction(answers))

    def _report(
        self, period: FigurePeriod, counts: Iterable[FigureCount], waiting: Mapping[tuple[str, date], int]
    ) -> TransparencyReport:
        every = tuple(counts)
        types = self._types({one.permit_type for one in every} | {code for code, _ in waiting}, period.last)
        # Of a type that is gone from the catalogue no row is shown; then it must not be in a sum either.
        figures = _Counted(one for one in every if one.permit_type in types)
        decided = {code: figures.decided[code] for code in types}
        hidden = hidden_parts(decided)
        splits = {code: figures.on_time[code] for code in types}
        split_hidden = hidden_splits(splits) | hidden
        outcomes = {state: figures.outcomes[state] for state in (*_DECIDED, *_UNDECIDED)}
        outcome_hidden = hidden_parts({state: outcomes[state] for state in _DECIDED})
        refusal_hidden = _hidden_refusals(figures.refusals, outcome_hidden)
        in_all = [sum(side) for side in zip(*splits.values(), strict=True)] or [0, 0]
        return TransparencyReport(
            period=period,
            decided=Count.of(sum(decided.values())),
            on_time=share_of(in_all[0], in_all[1], hidden=False),
            outcomes=tuple(
                (named_state(state), Count.of(number, hidden=state in outcome_hidden))
                for state, number in outcomes.items()
            ),
            refusals=tuple(
                (_named_ground(ground), Count.of(number, hidden=ground in refusal_hidden))
                for ground, number in figures.refusals.items()
            ),
            types=tuple(
                TypeFigures(
                    permit_type=Named(code, permit_type.name),
                    decided=Count.of(decided[code], hidden=code in hidden),
                    on_time=Share(least=None, most=None)
                    if code in hidden
                    else share_of(*splits[code], hidden=code in split_hidden),
                    days=_spread(figures.days[code, WHOLE]),
                    steps=tuple(
                        StepTimes(
                            step=Named(stage.code, stage.label), days=_spread(figures.days[code, stage.code])
                        )
                        for stage in permit_type.stages
                    ),
                )
                for code, permit_type in types.items()
            ),
            backlog=tuple(
                _backlog(Named(code, permit_type.name), code, waiting, period.last)
                for code, permit_type in types.items()
            ),
        )

    def _types(self, codes: Iterable[str], day: date) -> dict[str, PermitType]:
        """Return the permit types in force on a day, and those that there are figures of."""
        catalogue = self._context.catalogue
        found = {item.code: item for item in catalogue.types(on=day)}
        for code in codes:
            if code not in found:
                with suppress(CatalogueError):
                    found[code] = catalogue.versions(code)[-1]
        return dict(sorted(found.items()))


class _Counted:
    """Figures that were counted by the store, put together as they are shown."""

    def __init__(self, counts: Iterable[FigureCount]) -> None:
        self.decided: Counter[str] = Counter()
        self.outcomes: Counter[ApplicationState] = Counter()
        self.refusals: Counter[RefusalGround] = Counter(dict.fromkeys(RefusalGround, 0))
        self.days: Mapping[tuple[str, str], Counter[int]] = _Spreads()
        self.on_time: dict[str, tuple[int, int]] = _Splits()
        for one in counts:
            if one.days is not None and one.outcome in _DECIDED:
                self.days[one.permit_type, one.step][one.days] += one.number
            if one.step == WHOLE:
                self._add_case(one)

    def _add_case(self, one: FigureCount) -> None:
        if one.outcome in _DECIDED:
            self.decided[one.permit_type] += one.number
        self.outcomes[one.outcome] += one.number
        if one.outcome is ApplicationState.REFUSED:
            self.refusals[one.ground or RefusalGround.DECISION] += one.number
        if one.on_time is not None:
            kept, late = self.on_time[one.permit_type]
            more = (one.number, 0) if one.on_time else (0, one.number)
            self.on_time[one.permit_type] = (kept + more[0], late + more[1])


class _Spreads(dict[tuple[str, str], "Counter[int]"]):
    def __missing__(self, key: tuple[str, str]) -> Counter[int]:
        return self.setdefault(key, Counter())


class _Splits(dict[str, tuple[int, int]]):
    def __missing__(self, key: str) -> tuple[int, int]:
        del key
        return (0, 0)


def _hidden_refusals(
    refusals: Mapping[RefusalGround, int], outcome_hidden: frozenset[ApplicationState]
) -> frozenset[RefusalGround]:
    """Hide all grounds where the number of refusals is hidden: it could be computed from them."""
    if ApplicationState.REFUSED in outcome_hidden:
        return frozenset(refusals)
    return hidden_parts(refusals)


def _spread(days: Mapping[int, int]) -> Spread | None:
    every = sum(days.values())
    if every < LEAST:
        return None
    return Spread(median=_rank(days, -(-every // 2)), ninety=_rank(days, -(-every * 9 // 10)))


def _rank(days: Mapping[int, int], rank: int) -> int:
    """Return the value of the ``rank``-th smallest."""
    passed = 0
    for value in sorted(days):
        passed += days[value]
        if passed >= rank:
            return value
    raise AssertionError  # pragma: no cover - the rank is one of them


def _backlog(name: Named, code: str, waiting: Mapping[tuple[str, date], int], day: date) -> Backlog:
    ages: Counter[int] = Counter()
    for (permit_type, submitted), number in waiting.items():
        if permit_type == code:
            ages[(day - submitted).days] += number
    return Backlog(permit_type=name, size=size_class(sum(ages.values())), age=_spread(ages))


def _named_ground(ground: RefusalGround) -> Named:
    return Named(ground.value, in_both(REFUSAL_GROUNDS[ground.value]))


def _share_rows(code: str, share: Share) -> Iterator[tuple[str, str, str, str, str]]:
    for item, value in (("least", share.least), ("most", share.most)):
        yield "on_time_percent", code, "", item, _number(value)


def _number(value: int | None) -> str:
    return "…" if value is None else str(value)


def _spread_rows(
    figure: str, code: str, step: str, spread: Spread | None
) -> Iterator[tuple[str, str, str, str, str]]:
    yield figure, code, step, "median", "…" if spread is None else str(spread.median)
    yield figure, code, step, "ninety", "…" if spread is None else str(spread.ninety)


def _complaints(counts: Iterable[ComplaintCount]) -> tuple[tuple[Named, Count, Share], ...]:
    answered: dict[ComplaintKind, list[int]] = {kind: [0, 0] for kind in ComplaintKind}
    for one in counts:
        answered[one.kind][0 if one.on_time else 1] += one.number
    return tuple(
        (
            Named(kind.value, in_both(COMPLAINT_KINDS[kind.value])),
            Count.of(kept + late),
            share_of(kept, late, hidden=False),
        )
        for kind, (kept, late) in answered.items()
    )


def _satisfaction(answers: tuple[SurveySums, ...]) -> dict[str, Any]:
    by_type = {one.permit_type: found for one in answers if (found := satisfaction_of((one,))) is not None}
    return {"satisfaction": satisfaction_of(answers), "satisfaction_by_type": by_type}


def _satisfaction_rows(code: str, found: Satisfaction) -> Iterator[tuple[str, str, str, str, str]]:
    yield "satisfaction", code, "", "respondents", found.respondents
    yield "satisfaction", code, "", "index", str(found.index)
    yield "satisfaction", code, "", "grade", found.grade
    for element, mean in found.elements:
        yield "satisfaction", code, "", element.code, str(mean)


def _plain(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

"""The office's figures for the public."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
import sqlalchemy as sa

from perizinan_core.errors.services import ArgumentError
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._figures import PeriodLength, RefusalGround
from perizinan_core.services._periods import FigurePeriod, Periods
from perizinan_core.services._transparency import COLUMNS, Transparency
from perizinan_core.testing._offices import APPLICANT
from perizinan_core.testing.storage._samples import made_application, made_figure

MARCH = date(2026, 3, 10)


def put(
    kit,
    number,
    *,
    permit_type="warung",
    days=3,
    day=MARCH,
    state=ApplicationState.ISSUED,
    steps=(),
    **changes,
):
    """Write the figures of so many closed cases."""
    with kit._context.storage.unit_of_work() as work:
        for _ in range(number):
            case = work.applications.add(
                made_application(
                    permit_type=permit_type, state=state, submitted_at=kit.clock(), closed_at=kit.clock()
                ),
                by="a",
                at=kit.clock(),
            )
            given = {"permit_type": permit_type, "closed_day": day, "outcome": state, **changes}
            whole = made_figure(days=days, **given)
            work.figures.put(
                case.id,
                [
                    whole,
                    *(
                        made_figure(step=step, days=took, **{**given, "on_time": None})
                        for step, took in steps
                    ),
                ],
            )
        work.commit()


def later(kit, day=date(2026, 7, 1)):
    """Let the clock stand after the quarter."""
    kit.clock.moment = kit.clock.moment.replace(year=day.year, month=day.month, day=day.day)


def types_of(report):
    return {one.permit_type.code: one for one in report.types}


def test_a_case_leaves_its_figures_when_it_ends(any_kit):
    """Days of the limit, each step, in time; a refusal with its ground; what is open waits."""
    kit = any_kit
    kit.permit()
    kit.office.applications.withdraw(kit.submit().id, actor=APPLICANT)
    kit.submit()
    with kit._context.storage.unit_of_work(read_only=True) as work:
        counts = work.figures.counts(date(2026, 1, 1), date(2026, 12, 31))
        waiting = work.figures.backlog(kit._context.local_day(kit.clock()))
    whole = {one.outcome: one for one in counts if one.step == ""}

    assert {ApplicationState.ISSUED, ApplicationState.WITHDRAWN} <= set(whole)
    assert True is whole[ApplicationState.ISSUED].on_time
    assert None is whole[ApplicationState.WITHDRAWN].on_time
    assert {"periksa"} <= {one.step for one in counts if one.outcome is ApplicationState.ISSUED}
    assert sum(waiting.values()) >= 1


def test_times_are_shown_from_five_cases_on(any_kit):
    """Median and ninety percent, of the whole and of a step; a type with four says nothing."""
    kit = any_kit
    for days, number in ((1, 4), (2, 3), (9, 3)):
        put(kit, number, days=days, steps=[("periksa", days)])
    put(kit, 4, permit_type="acara", days=2)
    later(kit)
    report = kit.office.transparency.report("2026-Q1")
    warung, acara = types_of(report)["warung"], types_of(report)["acara"]

    assert (2, 9) == (warung.days.median, warung.days.ninety)
    assert (2, 9) == next(
        (step.days.median, step.days.ninety) for step in warung.steps if step.step.code == "periksa"
    )
    assert acara.days is None
    assert "< 5" == str(acara.decided)
    assert "…" == str(warung.decided)
    assert "14" == str(report.decided)


def test_a_share_in_time_is_bounded_where_few_were_late(any_kit):
    """Four late ones among thirty are not counted out."""
    kit = any_kit
    put(kit, 26)
    put(kit, 4, on_time=False)
    later(kit)
    report = kit.office.transparency.report("2026-Q1")

    assert (87, 100) == (report.on_time.least, report.on_time.most)
    put(kit, 6, on_time=False)
    assert "72 %" == str(kit.office.transparency.report("2026-Q1").on_time)


def test_refusals_are_counted_by_ground_and_small_ones_hidden(any_kit):
    """And with them the next smallest, because the sum is known."""
    kit = any_kit
    refused = {"state": ApplicationState.REFUSED, "on_time": True}
    put(kit, 9, ground=RefusalGround.PAPERS, **refused)
    put(kit, 7, ground=RefusalGround.SITE, **refused)
    put(kit, 2, ground=RefusalGround.TECHNICAL, **refused)
    put(kit, 40)
    later(kit)
    grounds = {name.code: str(count) for name, count in kit.office.transparency.report("2026-Q1").refusals}

    assert ("9", "…", "< 5") == (grounds["papers"], grounds["site"], grounds["technical"])


def test_the_backlog_is_that_of_the_end_of_the_period(any_kit):
    """Its size as a class, its age in days."""
    kit = any_kit
    for _ in range(6):
        kit.submit()
    later(kit)
    report = kit.office.transparency.report("2026-Q1")
    (waiting,) = [one for one in report.backlog if one.permit_type.code == "warung"]

    assert "5–9" == waiting.size
    assert (29, 29) == (waiting.age.median, waiting.age.ninety)


def test_only_whole_periods_that_are_over_are_published(kit):
    """Today and yesterday would tell of single cases."""
    put(kit, 9)
    running = kit.office.transparency.periods()
    later(kit, date(2026, 11, 2))
    over = [period.code for period in kit.office.transparency.periods()]
    for code in ("2026-Q4", "2026-09", "2026", "2026-Q5", "0000-Q1", "", "2026-Q1\n"):
        with pytest.raises(ArgumentError):
            kit.office.transparency.report(code)

    assert () == running
    assert ["2026-Q3", "2026-Q2", "2026-Q1"] == over


@pytest.mark.parametrize(
    ("length", "code", "first", "last"),
    [
        (PeriodLength.MONTH, "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        (PeriodLength.QUARTER, "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (PeriodLength.YEAR, "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_are_those_of_the_calendar(kit, length, code, first, last):
    """Of the length that the office chose, each with its code."""
    put(kit, 9, day=date(2026, 12, 5))
    later(kit, date(2027, 1, 1))
    found = Transparency(kit._context, Periods(kit._context, length)).report(code).period

    assert (
        FigurePeriod(code=code, first=first, last=last) == found == FigurePeriod.of(date(2026, 12, 5), length)
    )


def test_the_open_data_say_what_the_pages_say(kit):
    """CSV and JSON with the same rows; nothing below five in either."""
    put(kit, 26)
    put(kit, 3, on_time=False, permit_type="acara")
    later(kit)
    report = kit.office.transparency.report()
    rows = list(csv.DictReader(io.StringIO(kit.office.transparency.report("2026-Q1").to_csv())))
    data = json.loads(json.dumps(kit.office.transparency.report("2026-Q1").to_json()))

    assert "2026-Q2" == report.period.code
    assert rows == data["rows"]
    assert list(COLUMNS) == data["columns"] == list(rows[0])
    counts = [row["value"] for row in rows if row["figure"] in ("decided", "outcome", "refusal")]
    assert {"29", "…", "< 5"} == set(counts)
    assert (
        "Izin" in data["names"]["permit_types"]["warung"]["id"]
        or data["names"]["permit_types"]["warung"]["id"]
    )


def test_a_report_takes_the_same_few_statements_however_many_cases(database_kit):
    """It is counted in the database."""
    kit = database_kit

    def statements():
        seen = []
        engine = kit._context.storage.engine

        def note(*args):
            seen.append(args[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        kit.office.transparency.report("2026-Q1")
        sa.event.remove(engine, "before_cursor_execute", note)
        # Now and then any unit of work looks for days off that were confirmed since.
        return [
            text for text in seen if text.lstrip().upper().startswith("SELECT") and "_settings" not in text
        ]

    put(kit, 5)
    later(kit)
    few = len(statements())
    put(kit, 60, steps=[("periksa", 2)], permit_type="acara")

    assert 4 == few
    assert few == len(statements())

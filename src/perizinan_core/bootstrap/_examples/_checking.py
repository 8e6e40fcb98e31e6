"""Comparing what an example expects with what the office made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from perizinan_core.bootstrap._examples._playing import run_scenario
from perizinan_core.bootstrap._examples._run import ExampleRun
from perizinan_core.catalogue import Catalogue
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model._permit_type import PermitType, Scenario
from perizinan_core.workflow._clock import due_date, is_late

__all__ = ["check_scenario"]


def check_scenario(catalogue: Catalogue, permit_type: PermitType, scenario: Scenario) -> Iterator[str]:
    """Play one example and yield a sentence for each expectation that fails (`catalogue.ScenarioRunner`)."""
    expected = scenario.expect
    try:
        run = run_scenario(catalogue, permit_type, scenario)
    except PerizinanError as error:
        # The case could not even be begun, e.g. before the renewal window opens.
        if expected.get("error") != error.code:
            yield f"given: {error.message()}"
        return
    if run.error is not None and not _is_expected(run.error, expected):
        yield f"{run.place}: {run.error.message()}"
        return
    for key, wanted in expected.items():
        try:
            found = _FOUND[key](run)
        except PerizinanError as error:
            yield f"{key}: {error.message()}"
            continue
        if _comparable(found) != _comparable(wanted):
            yield f"{key}: {_comparable(wanted)} ≠ {_comparable(found)}"


def _is_expected(error: PerizinanError, expected: Mapping[str, Any]) -> bool:
    return "error" in expected or ("missing" in expected and isinstance(error, SubmissionRefusedError))


def _found_deadline(run: ExampleRun) -> date | None:
    case = run.application
    running = due_date(case, run.context.calendar, run.moment)
    return running or (case.clock.deadlines[-1].due if case.clock.deadlines else None)


def _found_missing(run: ExampleRun) -> list[str]:
    error = run.error
    if not isinstance(error, SubmissionRefusedError):
        return []
    return sorted(
        problem.path.partition(".")[2]
        for problem in error.problems
        if problem.code.endswith("missing") or problem.code in ("required", "form-field")
    )


_FOUND: Mapping[str, Callable[[ExampleRun], Any]] = {
    "state": lambda run: run.application.state.value,
    "fee": lambda run: run.terms().fee.total.amount,
    "deadline": _found_deadline,
    "late": lambda run: is_late(run.application, run.context.calendar, run.moment),
    "number": lambda run: run.permit.number if run.permit else None,
    "valid_from": lambda run: (run.permit or run.validity()).valid_from,
    "valid_until": lambda run: (run.permit or run.validity()).valid_until,
    "slots": lambda run: sorted(slot.key for slot in run.terms().slots),
    "stages": lambda run: sorted(run.terms().stages),
    "missing": _found_missing,
    "error": lambda run: run.error.code if run.error else None,
}


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return sorted(str(item) for item in value)
    return value.isoformat() if isinstance(value, date) else value

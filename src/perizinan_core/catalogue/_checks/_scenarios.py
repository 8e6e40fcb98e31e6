"""Examples in permit files use the words that the runner knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._form_check import validate_form
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.catalogue._scenarios import (
    APPLICANT_KEYS,
    EXPECT_KEYS,
    GIVEN_KEYS,
    PREVIOUS_KEYS,
    STATES,
    STEPS,
)
from perizinan_core.i18n import N_
from perizinan_core.model._case import StageOutcome
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._permit_type import PermitType, Scenario

__all__ = ["check_scenarios"]

_DAYS = ("deadline", "valid_from", "valid_until")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2})?\Z")


def check_scenarios(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report words, stages, slots and dates that an example cannot mean."""
    names: set[str] = set()
    for index, scenario in enumerate(permit_type.scenarios):
        place = node_at(node, ("scenarios", index))
        if scenario.name in names:
            problems.add(
                place.at("name"),
                "duplicate-code",
                N_("the code {code} stands there twice; rename one of them"),
                code=scenario.name,
            )
        names.add(scenario.name)
        check = _Check(problems, permit_type, place)
        check.given(scenario)
        for number, step in enumerate(scenario.do):
            check.step(number, step)
        check.expect(scenario)


class _Check:
    def __init__(self, problems: Problems, permit_type: PermitType, place: Node) -> None:
        self.problems = problems
        self.permit_type = permit_type
        self.place = place
        self.stages = [stage.code for stage in permit_type.stages]
        self.slots = [item.code for item in permit_type.requirements]

    def given(self, scenario: Scenario) -> None:
        place, given = self.place.at("given"), scenario.given
        self._keys(place, given, GIVEN_KEYS)
        for key, allowed in (("applicant", APPLICANT_KEYS), ("previous", PREVIOUS_KEYS)):
            if isinstance(given.get(key), Mapping):
                self._keys(place.at(key), given[key], allowed)
            elif key in given:
                self._wrong(place.at(key))
        applicant = given.get("applicant")
        if isinstance(applicant, Mapping) and "kind" in applicant:
            self._word(
                place.at("applicant").at("kind"), applicant["kind"], [item.value for item in ApplicantKind]
            )
        if "kind" in given:
            self._word(place.at("kind"), given["kind"], [item.value for item in ApplicationKind])
        self._moment(place, given, "submitted_at")
        self._papers(place, given.get("papers", "all"))
        form = given.get("form", {})
        if not isinstance(form, Mapping):
            self._wrong(place.at("form"))
        elif "error" not in scenario.expect and "missing" not in scenario.expect:
            self._form(place.at("form"), form)

    def step(self, number: int, step: Mapping[str, Any]) -> None:
        place = self.place.at("do").at(number)
        if len(step) != 1:
            self._wrong(place)
            return
        name, details = next(iter(step.items()))
        self._word(place, name, list(STEPS))
        if name not in STEPS:
            return
        if not isinstance(details, Mapping):
            self._wrong(place)
            return
        inner = place.at(name)
        self._keys(inner, details, STEPS[name])
        for key in ("at", "until"):
            self._moment(inner, details, key)
        if name in ("decide", "request_stage") or "stage" in details:
            self._word(inner.at("stage"), details.get("stage"), self.stages)
        if name == "decide":
            outcomes = [item.value for item in StageOutcome if item is not StageOutcome.CORRECTION]
            self._word(inner.at("outcome"), details.get("outcome"), outcomes)
        if name == "wait" and "until" not in details:
            self._wrong(inner)
        if name == "request_correction":
            self._targets(inner.at("items"), details.get("items"))

    def expect(self, scenario: Scenario) -> None:
        place, expect = self.place.at("expect"), scenario.expect
        self._keys(place, expect, EXPECT_KEYS)
        if not expect:
            self.problems.add(
                self.place,
                "no-expectation",
                N_("the example expects nothing; add `expect` with what must come out"),
            )
        if "state" in expect:
            self._word(place.at("state"), expect["state"], STATES)
        for key in _DAYS:
            if expect.get(key) is not None:
                self._moment(place, expect, key)
        if "fee" in expect and (isinstance(expect["fee"], bool) or not isinstance(expect["fee"], int)):
            self._wrong(place.at("fee"))
        for name in expect.get("stages") or ():
            self._word(place.at("stages"), name, self.stages)
        for name in expect.get("slots") or ():
            self._slot(place.at("slots"), name)

    def _papers(self, place: Node, papers: Any) -> None:
        if papers == "all":
            return
        if not isinstance(papers, list | Mapping):
            self._wrong(place.at("papers"))
            return
        for slot in papers:
            self._slot(place.at("papers"), slot)
        for slot, details in papers.items() if isinstance(papers, Mapping) else ():
            if isinstance(details, Mapping):
                self._keys(place.at("papers").at(slot), details, ("expires_on", "choice"))
                self._moment(place.at("papers").at(slot), details, "expires_on")

    def _form(self, place: Node, form: Mapping[str, Any]) -> None:
        for problem in validate_form(self.permit_type, form):
            self.problems.add(
                place,
                "scenario-form",
                N_(
                    "the example's form would be refused: {reason}; correct it, or expect `missing` or `error`"
                ),
                reason=problem.phrase,
            )

    def _targets(self, place: Node, items: Any) -> None:
        if not isinstance(items, list) or not items:
            self._wrong(place)
            return
        for item in items:
            if not (isinstance(item, str) and item.startswith("form:")):
                self._slot(place, item)

    def _slot(self, place: Node, name: Any) -> None:
        code = name.partition("#")[0] if isinstance(name, str) else name
        self._word(place, code, self.slots)

    def _keys(self, place: Node, found: Mapping[str, Any], known: Collection[str]) -> None:
        for key in found:
            if key not in known:
                self.problems.add(
                    place.at(key),
                    "unknown-key",
                    N_("unknown key {key!r}; {suggestion}"),
                    key=str(key)[:80],
                    suggestion=suggestion(str(key), known),
                )

    def _word(self, place: Node, word: Any, known: Collection[str]) -> None:
        if word not in known:
            self.problems.add(
                place,
                "unknown-word",
                N_("{word!r} is not allowed here; {suggestion}"),
                word=str(word)[:80],
                suggestion=suggestion(str(word), known),
            )

    def _moment(self, place: Node, found: Mapping[str, Any], key: str) -> None:
        value = found.get(key)
        if key not in found or (isinstance(value, str) and _MOMENT.match(value) and _exists(value)):
            return
        self.problems.add(
            place.at(key),
            "wrong-moment",
            N_("expected a local day or time such as 2026-03-02 or 2026-03-02T09:00; correct it"),
        )

    def _wrong(self, place: Node) -> None:
        self.problems.add(
            place,
            "scenario",
            N_("this part of the example has another form than the reference page describes; correct it"),
        )


def _exists(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text))
    except ValueError:
        return False

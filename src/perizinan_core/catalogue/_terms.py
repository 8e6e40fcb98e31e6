"""What a submission fixes: slots, stages, time limit, fee."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from perizinan_core.catalogue._case_rules import CaseRules
from perizinan_core.catalogue._facts import Facts
from perizinan_core.catalogue._fees import assess_fee
from perizinan_core.errors.catalogue import ExpressionError
from perizinan_core.model._application import FrozenTerms, SlotTerms
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Prerequisite, Requirement, RequirementSource
from perizinan_core.model._text import Period

__all__ = [
    "applicable_prerequisites",
    "computed_values",
    "find_slots",
    "find_stages",
    "find_time_limit",
    "freeze_terms",
    "is_exempt",
]


def freeze_terms(permit_type: PermitType, facts: Facts, day: date) -> FrozenTerms:
    """
    Return everything that the submission of a case fixes.

    Args:
        permit_type: The version in force on ``day``.
        facts: The case, with its complete form.
        day: Local day of the submission.

    Raises:
        RuleError: ``rule-missing``: when the permit type lacks the rule for time or fee.
        ExpressionError: when a condition or formula has no result.
    """
    rules = CaseRules(permit_type, facts, day)
    limit = permit_type.time_limit
    if limit is None:
        raise rules.missing("time_limit")
    return FrozenTerms(
        slots=find_slots(permit_type, facts, day),
        stages=find_stages(permit_type, facts, day),
        time_limit=find_time_limit(permit_type, facts, day),
        silence=limit.silence,
        issue_within=limit.issue_within,
        max_correction_rounds=limit.max_correction_rounds,
        correction_window=limit.correction_window,
        fee=assess_fee(permit_type, facts, day),
        extensions=permit_type.extensions.used,
    )


def find_slots(
    permit_type: PermitType, facts: Facts, day: date, *, undecided: bool | None = None
) -> tuple[SlotTerms, ...]:
    """
    Return the slots that applicants fill, in catalogue order; what the office brings has none.

    Args:
        permit_type: The version that counts.
        facts: The case.
        day: Local day.
        undecided: Whether a slot is shown whose condition cannot be decided yet, for a draft whose form
            is not complete; None raises.

    Raises:
        ExpressionError: when a condition has no result and ``undecided`` is None.
    """
    rules = CaseRules(permit_type, facts, day)
    return tuple(
        slot
        for index, item in enumerate(permit_type.requirements)
        if item.brought_by is RequirementSource.APPLICANT
        and (not item.application_kinds or facts.kind in item.application_kinds)
        for slot in _slots(rules, index, item, undecided=undecided)
    )


def _slots(
    rules: CaseRules, index: int, requirement: Requirement, *, undecided: bool | None
) -> Iterator[SlotTerms]:
    path = ("requirements", index, "when")
    name = requirement.per_item
    places: list[tuple[str, int] | None] = (
        [None] if name is None else [(name, number) for number in range(len(rules.items(name)))]
    )
    for place in places:
        try:
            applies = rules.holds(path, requirement.when, item=place)
        except ExpressionError:
            if undecided is None:
                raise
            applies = undecided
        if applies:
            yield SlotTerms(
                requirement=requirement.code,
                level=requirement.level,
                min_files=requirement.min_files,
                max_files=requirement.max_files,
                item=None if place is None else place[1],
                alternative_group=requirement.alternative_group,
            )


def find_stages(permit_type: PermitType, facts: Facts, day: date) -> tuple[str, ...]:
    """Return the codes of the stages that apply, in catalogue order."""
    rules = CaseRules(permit_type, facts, day)
    return tuple(
        stage.code
        for index, stage in enumerate(permit_type.stages)
        if rules.holds(("stages", index, "when"), stage.when)
    )


def find_time_limit(permit_type: PermitType, facts: Facts, day: date) -> Period:
    """
    Return the time limit of a case: that of the first case of the rule that holds, else the general one.

    Raises:
        RuleError: ``rule-missing``: when the permit type has no time limit.
    """
    rules = CaseRules(permit_type, facts, day)
    limit = permit_type.time_limit
    if limit is None:
        raise rules.missing("time_limit")
    for index, case in enumerate(limit.cases):
        if rules.holds(("time_limit", "cases", index, "when"), case.when):
            return case.limit
    return limit.limit


def is_exempt(permit_type: PermitType, facts: Facts, day: date) -> bool:
    """Say whether no permit is needed for this case (an exemption or a threshold)."""
    text = permit_type.not_required_when
    return text is not None and CaseRules(permit_type, facts, day).holds(("not_required_when",), text)


def applicable_prerequisites(permit_type: PermitType, facts: Facts, day: date) -> tuple[Prerequisite, ...]:
    """Return what must exist first in this case."""
    rules = CaseRules(permit_type, facts, day)
    return tuple(
        item
        for index, item in enumerate(permit_type.prerequisites)
        if rules.holds(("prerequisites", index, "when"), item.when)
    )


def computed_values(permit_type: PermitType, facts: Facts, day: date, requirement: str) -> dict[str, str]:
    """Return the named values shown with a requirement, as text: ``{"radius": "52,5"}``."""
    rules = CaseRules(permit_type, facts, day)
    for index, item in enumerate(permit_type.requirements):
        if item.code == requirement:
            place = ("requirements", index, "computed")
            return {name: rules.text((*place, name), text) for name, text in item.computed.items()}
    raise KeyError(requirement)

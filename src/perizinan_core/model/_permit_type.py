"""
A kind of permit as the catalogue describes it: versioned, dated, every legal value with its source.

Conditions and formulas are CEL expressions held as text; the catalogue compiles and checks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core.model._assumed import StillOffered
from perizinan_core.model._extensions import Extensions
from perizinan_core.model._fees import FeeRule
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind, OwningSystem, PermitKind
from perizinan_core.model._letter_rule import LetterRule
from perizinan_core.model._requirement import Prerequisite, Requirement
from perizinan_core.model._stage import Stage, TimeLimit
from perizinan_core.model._text import DateRange, Source, Text, code_field
from perizinan_core.model._validity import Obligation, RenewalRule, ValidityRule

__all__ = [
    "PermitType",
    "Scenario",
    "ServiceStandard",
]


@attrs.frozen(kw_only=True)
class ServiceStandard:
    """
    The components of a service standard that the rest of the permit type does not already give.

    UU 25/2009 and Permenpan RB 15/2014 name 14: requirements, procedure, time, fee, product and
    legal basis follow from the permit type; these are the other eight.
    """

    complaints: Text
    facilities: Text
    competence: Text
    supervision: Text
    staff_count: Text
    service_guarantee: Text
    safety_guarantee: Text
    evaluation: Text
    source: Source


@attrs.frozen(kw_only=True)
class Scenario:
    """An example written as data: given / do / expect."""

    name: str
    given: Mapping[str, Any] = attrs.field(factory=dict)
    do: tuple[Mapping[str, Any], ...] = ()
    expect: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class PermitType:
    """One version of one kind of permit."""

    code: str = code_field()
    version: str
    """e.g. ``"2026.1"``; an application keeps the version with which it was submitted."""

    name: Text
    kind: PermitKind
    sector: str
    summary: Text
    in_force: DateRange
    complete: bool
    """False: shown in the catalogue as information, but not open for applications."""

    gaps: Text | None = None
    """What is not known yet, when it is not complete."""

    still_offered: StillOffered | None = None
    """What says that it is still a service of this office; None: the office has to confirm that it is."""

    owning_system: OwningSystem = OwningSystem.OWN
    applicant_kinds: frozenset[ApplicantKind]
    application_kinds: frozenset[ApplicationKind]
    subtypes: Mapping[str, Text] = attrs.field(factory=dict)
    """Variants by code; the form's ``subtype`` names one."""

    exemptions: tuple[Text, ...] = ()
    not_required_when: str | None = None
    """CEL condition under which no permit is needed (an exemption or a threshold); submitting is refused."""

    conditions: tuple[Text, ...] = ()
    form_schema: Mapping[str, Any] = attrs.field(factory=lambda: {"type": "object", "properties": {}})
    """JSON Schema (draft 2020-12) of the form data."""

    requirements: tuple[Requirement, ...] = ()
    copies: int | None = None
    """Sets of papers asked for on paper; None for uploads."""

    stages: tuple[Stage, ...] = ()
    time_limit: TimeLimit | None = None
    fee: FeeRule | None = None
    validity: ValidityRule | None = None
    renewal: RenewalRule | None = None
    obligations: tuple[Obligation, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    legal_basis: tuple[Source, ...] = ()
    responsible_unit: str
    signing_units: tuple[str, ...] = ()
    """Further units whose heads and signatories decide and sign, e.g. the one of the mayor."""

    register: str | None = None
    """Number register of the permit's own number."""

    receipt_register: str | None = None
    """Number register of the receipts of its applications; None: the authority's."""

    number_code: str = ""
    """How numbers write this type, the ``{permit}`` placeholder."""

    letter: LetterRule | None = None
    archive_class: str | None = None
    service_standard: ServiceStandard | None = None
    scenarios: tuple[Scenario, ...] = ()
    source: Source
    extensions: Extensions = attrs.field(
        factory=Extensions, eq=False, repr=False, metadata={"from_file": False}
    )
    """Functions and formats of plugins that its rules and its form use; not a key of the file."""

    @property
    def deciding_units(self) -> tuple[str, ...]:
        """Units whose heads and signatories decide and sign, the one that answers for the permit first."""
        return (self.responsible_unit, *self.signing_units)

    def answers_for(self, other: PermitType) -> Mapping[str, str]:
        """
        Return the fields of the form that another permit type asks for as well: their names here and there.

        Fields of the same name are the same; else those of the same title and kind, each once.
        """
        mine, others = (item.form_schema.get("properties", {}) for item in (self, other))
        found = {name: name for name in mine if name in others}
        free = {_asked(item): name for name, item in reversed(others.items()) if name not in found}
        for name, item in mine.items():
            if name not in found and (there := free.pop(_asked(item), None)) is not None:
                found[name] = there
        return found

    def requirement(self, code: str) -> Requirement:
        """Return the requirement; raises ``KeyError`` when there is not one of that code."""
        return {item.code: item for item in self.requirements}[code]

    def stage(self, code: str) -> Stage:
        """Return the stage; raises ``KeyError`` when there is not one of that code."""
        return {item.code: item for item in self.stages}[code]


def _asked(field: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a field asks for: its title, and the kind of answer."""
    title = str(field.get("title", "")).casefold()
    kinds = (str(field.get(key)) for key in ("type", "format", "enum", "oneOf", "properties", "items"))
    return (title, *kinds)

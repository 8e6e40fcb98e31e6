"""What an application needs: papers, permits that come first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._text import Period, Source, Text, code_field

__all__ = [
    "Prerequisite",
    "Requirement",
    "RequirementLevel",
    "RequirementSource",
    "ReuseRule",
]


class RequirementLevel(StrEnum):
    """How strongly a paper is asked for."""

    REQUIRED = "required"
    IF_AVAILABLE = "if_available"
    IF_NEEDED = "if_needed"
    """The office may ask for it during the review."""


class RequirementSource(StrEnum):
    """Who brings the paper."""

    APPLICANT = "applicant"
    OFFICE = "office"
    """The office makes it (minutes, recommendation) or checks it itself; the applicant uploads nothing."""


@attrs.frozen(kw_only=True)
class ReuseRule:
    """A document already on file may be used again."""

    max_age: Period
    source: Source


@attrs.frozen(kw_only=True)
class Requirement:
    """A paper that an application needs."""

    code: str = code_field()
    label: Text
    help: Text | None = None
    level: RequirementLevel = RequirementLevel.REQUIRED
    brought_by: RequirementSource = RequirementSource.APPLICANT
    when: str | None = None
    """CEL condition; None: always."""

    application_kinds: frozenset[ApplicationKind] = frozenset()
    """Empty: for every kind of application."""

    alternative_group: str | None = None
    """Of the applicable requirements of one group, one is enough."""

    choices: tuple[Text, ...] = ()
    """Kinds of paper of which any one will do (e.g. certificate, deed of sale, Letter C)."""

    per_item: str | None = None
    """Name of a list in the form data: one paper for each of its items."""

    min_files: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    max_files: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    content_types: tuple[str, ...] = ("application/pdf", "image/jpeg", "image/png")
    max_bytes: int = attrs.field(default=10_000_000, validator=attrs.validators.gt(0))
    """Largest accepted file, in bytes."""

    max_pages: int = attrs.field(default=100, validator=attrs.validators.gt(0))
    stamp_duty: Rupiah | None = None
    """Value of the duty stamp (meterai) on the paper, in rupiah."""

    recommendation_from: Text | None = None
    """The body whose recommendation it is."""

    computed: Mapping[str, str] = attrs.field(factory=dict)
    """Named CEL expressions shown with the requirement, e.g. a radius of 1.25 × the tower's height."""

    shown_at_counter: bool = False
    """The original may be shown at the counter instead."""

    needs_expiry: bool = False
    """The applicant states until when the paper is valid; it must be valid on the day of submission."""

    reuse: ReuseRule | None = None
    source: Source

    def __attrs_post_init__(self) -> None:
        if self.max_files < self.min_files:
            raise ValueError(f"requirement {self.code}: max_files is below min_files")


@attrs.frozen(kw_only=True)
class Prerequisite:
    """Something that must exist first."""

    permit_type: str | None = None
    """Code of a permit type of the same catalogue, or None when it is kept elsewhere."""

    text: Text
    when: str | None = None
    validity: Period | None = None
    source: Source

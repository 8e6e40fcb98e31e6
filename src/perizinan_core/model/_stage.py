"""The steps of the review and the time it may take."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.model._text import Period, Source, Text, code_field

__all__ = [
    "COUNTER",
    "SIGNATURE",
    "Assignment",
    "SilencePolicy",
    "Stage",
    "StageKind",
    "TimeLimit",
    "TimedCase",
]


SIGNATURE = "signature"
"""Stands for the signing of the letter, which is not a stage, where a stage's code is expected."""

COUNTER = "counter"
"""Stands for taking in files at the counter, where a stage's code is expected."""


class StageKind(StrEnum):
    """What happens in a stage."""

    COMPLETENESS_CHECK = "completeness_check"
    """Starts the clock when it is positive."""
    VERIFICATION = "verification"
    TECHNICAL_RECOMMENDATION = "technical_recommendation"
    """By a technical agency, with a numbered letter of its own."""
    SITE_INSPECTION = "site_inspection"
    """With minutes (berita acara)."""
    PAYMENT = "payment"
    INITIAL = "initial"
    """Paraf: sign-off on the draft before the decision."""
    APPROVAL = "approval"
    """The decision; the last stage before the letter is signed."""


class Assignment(StrEnum):
    """How a case finds its officer; never by choice."""

    ROTATION = "rotation"
    RANDOM = "random"


@attrs.frozen(kw_only=True)
class Stage:
    """A step of the review."""

    code: str = code_field()
    label: Text
    kind: StageKind
    unit: str
    """Code of the unit that works on it."""

    role: str
    """`Role` value that its officer must hold in that unit."""

    after: tuple[str, ...] = ()
    """Stages that must be positive before it opens; stages without an order between them run in parallel."""

    when: str | None = None
    """CEL condition; None: always."""

    on_request: bool = False
    """Opens only when the officer of an earlier stage asks for it ("bila diperlukan")."""

    budget: Period | None = None
    """Its own share of time; overstepping it is shown, not punished."""

    may_request_correction: bool = True
    may_refuse: bool = True
    """A negative outcome of this stage counts as a reason for refusal."""

    separated_from: tuple[str, ...] = ()
    """Stages whose officer may not also do this one, beyond the general separation of duties."""

    assignment: Assignment = Assignment.ROTATION
    letter_register: str | None = None
    """Number register of the letter it makes, e.g. a numbered recommendation quoted in the decision."""

    produces: str | None = None
    """Code of the requirement (brought by the office) that its result fulfils."""

    source: Source


class SilencePolicy(StrEnum):
    """What follows when the time limit passes without a decision (UU 30/2014 art. 53 as amended)."""

    NONE = "none"
    """A sector rule excludes deemed approval; lateness is only shown."""
    DUTY_TO_ISSUE = "duty_to_issue"
    """Deemed granted: recorded, and the office must issue within `TimeLimit.issue_within`."""
    AUTOMATIC = "automatic"
    """Deemed granted: recorded, and the application goes to signature by itself."""


@attrs.frozen(kw_only=True)
class TimedCase:
    """A time limit that holds under a condition (a tier, a kind of application)."""

    when: str
    limit: Period


@attrs.frozen(kw_only=True)
class TimeLimit:
    """Service time limit, counted from the complete file."""

    limit: Period
    cases: tuple[TimedCase, ...] = ()
    """Tried in order before `limit`."""

    maximum: bool = True
    """True: at most this long; False: the usual time."""

    silence: SilencePolicy = SilencePolicy.DUTY_TO_ISSUE
    issue_within: Period | None = None
    max_correction_rounds: int = attrs.field(default=2, validator=attrs.validators.ge(0))
    correction_window: Period
    """How long an applicant has for a correction before the application lapses."""

    source: Source

"""The parts of an application's history: documents, stages, corrections, the clock, the decision."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._actor import Account
from perizinan_core.model._text import Period
from perizinan_core.model._written import file_name_field, line_field, lines_field, reasons_field

__all__ = [
    "AcceptedAsIs",
    "Clock",
    "ClockEntry",
    "ClockEvent",
    "ConflictOfInterest",
    "CorrectionAnswer",
    "CorrectionItem",
    "CorrectionRequest",
    "DeadlineRecord",
    "Decision",
    "DecisionKind",
    "DeemedGrant",
    "InspectionMinutes",
    "InspectionPhoto",
    "JumpRequest",
    "OfficialLetter",
    "OutsideWait",
    "Override",
    "SimilarNote",
    "StageOutcome",
    "StageRecord",
    "StageState",
    "StageStatus",
    "SubmittedDocument",
    "WaitingFor",
]


@attrs.frozen(kw_only=True)
class AcceptedAsIs:
    """An officer accepted a signed file that the inspection refuses for its structure."""

    by: str
    at: datetime
    reason: str = attrs.field(validator=attrs.validators.min_len(1))
    findings: tuple[str, ...]
    """Codes of the findings that were set aside."""


@attrs.frozen(kw_only=True)
class SubmittedDocument:
    """A file in a requirement's slot."""

    id: str
    slot: str
    """`SlotTerms.key`."""

    file_name: str = file_name_field()
    """As the applicant named it; shown back, never used as a path."""

    sha256: str
    size: int
    """Bytes."""

    content_type: str
    """Found in the content, not in the name."""

    pages: int | None = None
    uploaded_at: datetime
    uploaded_by: Account
    submission: int
    """The submission it was handed in for."""

    expires_on: date | None = None
    choice: int | None = None
    """Index into `Requirement.choices`."""

    replaced_at: datetime | None = None
    """Set when a later file took its place or it was removed from the draft."""

    reused_from: str | None = None
    """Id of the document of an earlier application that it was taken from, or None for an upload."""

    first_uploaded_at: datetime | None = None
    """When a paper used again, or held for a while, was first uploaded: its age counts from there."""

    reading: str | None = None
    """How a PDF was read when it was inspected: ``"strict"`` or ``"repaired"``."""

    signed: bool = False
    """True when a PDF carries a digital signature; whether it is good was not asked."""

    taken_in_by: str | None = None
    """Account of the officer who took it in at the counter, or None for what the applicant's side handed in."""

    accepted_as_is: AcceptedAsIs | None = None
    """Set when the inspection refuses the file and an officer accepted it all the same."""


class StageStatus(StrEnum):
    """How a stage stands."""

    WAITING = "waiting"
    """For the stages before it, or for someone to ask for it."""
    OPEN = "open"
    DONE = "done"
    """Judged, for the submission it names."""


class StageOutcome(StrEnum):
    """How a stage ended."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    CORRECTION = "correction"
    """It asked the applicant for a correction."""


@attrs.frozen(kw_only=True)
class OfficialLetter:
    """A numbered letter that a stage made, e.g. a technical recommendation."""

    number: str = line_field(N_("Number of the letter"), filled=False)
    day: date
    issued_by: str
    """Code of the unit."""

    sha256: str | None = None


@attrs.frozen(kw_only=True)
class InspectionPhoto:
    """A photograph of a site inspection, as the inspector took it."""

    id: str
    sha256: str
    size: int
    content_type: str
    file_name: str = attrs.field(repr=False)
    caption: str = line_field(N_("Caption"), filled=False, default="")
    """What it shows, and where it was taken."""

    taken_at: datetime | None = None
    """As the inspector says; None: not said."""

    uploaded_at: datetime
    by: str
    """Id of the officer."""


@attrs.frozen(kw_only=True)
class InspectionMinutes:
    """Minutes of a site inspection (berita acara)."""

    number: str | None = line_field(N_("Number of the letter"), optional=True)
    day: date
    inspectors: tuple[str, ...] = attrs.field(validator=attrs.validators.min_len(1))
    """Ids of the officers who were there."""

    findings: str = lines_field(N_("Findings"), filled=False)
    favourable: bool
    opinion: str = lines_field(N_("Advice"), filled=False, default="")
    """Advice and conditions."""

    documents: tuple[str, ...] = ()
    """SHA-256 of photographs and the signed minutes."""

    photos: tuple[InspectionPhoto, ...] = ()
    """Photographs that were put in before; see `StageState.photos`."""


@attrs.frozen(kw_only=True)
class StageRecord:
    """An outcome that no longer counts: of an older submission, or set aside. It stays on record."""

    submission: int
    outcome: StageOutcome
    decided_at: datetime
    decided_by: str
    reasons: tuple[str, ...] = reasons_field()
    letter: OfficialLetter | None = None
    minutes: InspectionMinutes | None = None
    opened_at: datetime | None = None
    """When the stage had been opened; what it took counts with the rest of the case."""

    set_aside_at: datetime
    set_aside_by: str
    set_aside_reasons: tuple[str, ...] = ()
    """Why the stage was sent back; empty when a new submission replaced the one judged."""


@attrs.frozen(kw_only=True)
class StageState:
    """How one stage of one application stands."""

    stage: str
    status: StageStatus = StageStatus.WAITING
    requested: bool = False
    """For stages that open on request: someone asked for it."""

    assignee: str | None = None
    opened_at: datetime | None = None
    outcome: StageOutcome | None = None
    submission: int | None = None
    """The submission that the outcome judges; an outcome for an older one does not count."""

    decided_at: datetime | None = None
    decided_by: str | None = None
    reasons: tuple[str, ...] = reasons_field()
    letter: OfficialLetter | None = None
    minutes: InspectionMinutes | None = None

    photos: tuple[InspectionPhoto, ...] = ()
    """Photographs for the minutes that are still to be written."""

    past_assignees: tuple[str, ...] = ()
    """Officers who held it before, oldest first; separation of duties looks at them too once they decided."""

    earlier: tuple[StageRecord, ...] = ()
    """Outcomes that no longer count, oldest first; their deciders still count for separation of duties."""

    awaits_payment: bool = False
    """True for an open payment stage while a part of the fee is outstanding: no one can end it well now."""


@attrs.frozen(kw_only=True)
class CorrectionItem:
    """One thing to put right."""

    target: str
    """Slot key, or ``form:<field>``."""

    reason: str = lines_field(N_("Reason"), filled=False)


@attrs.frozen(kw_only=True)
class CorrectionAnswer:
    """What the applicant's side did about one thing that a correction asks for."""

    target: str
    at: datetime
    by: Account
    text: str = lines_field(N_("Answer"), filled=False, default="")
    """In their own words: what was changed, or why it is right as it is."""

    changed: bool = False
    """Whether the data were changed; papers show that by themselves."""

    before: Any = None
    """JSON value of the field before the first change of this round, for ``form:<field>``."""


@attrs.frozen(kw_only=True)
class CorrectionRequest:
    """A round of corrections. It pauses the clock; it never resets it."""

    round: int
    stage: str
    requested_by: str
    requested_at: datetime
    items: tuple[CorrectionItem, ...] = attrs.field(validator=attrs.validators.min_len(1))
    answer_by: date
    """Last local day to answer; after it the application lapses."""

    counted_on: str = ""
    """Version of the calendar that ``answer_by`` was counted on last."""

    answered_at: datetime | None = None

    answers: tuple[CorrectionAnswer, ...] = ()
    """To single items, as they were given; a new file in a slot stands with the papers."""

    filled: tuple[str, ...] | None = None
    """
    Fields of the form that held a value when it was asked for, by name; these are closed unless it asks for them.

    Others may be filled in, because an answer can make them apply. None: those that hold a value now.
    """


class ClockEvent(StrEnum):
    """What happened to the clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"


@attrs.frozen(kw_only=True)
class ClockEntry:
    """One event of the clock, with its reason and person."""

    event: ClockEvent
    at: datetime
    by: Account
    reason: str


@attrs.frozen(kw_only=True)
class DeadlineRecord:
    """A computed deadline and the calendar it was counted on."""

    due: date
    calendar_version: str
    computed_at: datetime
    consumed: int
    """Whole working days used when it was computed."""


@attrs.frozen(kw_only=True)
class Clock:
    """Working-day clock: a ledger that only grows. All counting is done by `perizinan_core.workflow`."""

    entries: tuple[ClockEntry, ...] = ()
    limit: Period | None = None
    deadlines: tuple[DeadlineRecord, ...] = ()
    """Every deadline that ever held, oldest first: a changed calendar adds one, old and new are both kept."""

    @property
    def due(self) -> date | None:
        """The deadline that holds, or None before the clock started or while it is paused."""
        if not self.deadlines or not self.is_running:
            return None
        return self.deadlines[-1].due

    @property
    def is_running(self) -> bool:
        """True between a start or resume and the next pause or stop."""
        return bool(self.entries) and self.entries[-1].event in (ClockEvent.STARTED, ClockEvent.RESUMED)


class DecisionKind(StrEnum):
    """The one terminal decision of an application."""

    APPROVED = "approved"
    DEEMED_GRANTED = "deemed_granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@attrs.frozen(kw_only=True)
class Decision:
    """The decision, its reasons and the way to object."""

    kind: DecisionKind
    at: datetime
    by: Account
    """Of an officer, of the applicant who withdrew, or of the system."""

    reasons: tuple[str, ...] = reasons_field()
    objection_until: date | None = None
    """Last day for an objection (keberatan): 21 working days, UU 30/2014 art. 77(1)."""

    objection_to: str | None = None
    """Who takes the objection."""

    ground: str | None = None
    """Of a grant that was annulled before its permit was issued: the defect; see `workflow.DefectGround`."""

    legal_basis: str | None = None
    """Of such an annulment: law and article."""


@attrs.frozen(kw_only=True)
class DeemedGrant:
    """Silence past the limit (UU 30/2014 art. 53(4) as amended), with its evidence. Distinct from a grant."""

    at: datetime
    due: date
    calendar_version: str
    consumed: int
    issue_by: date | None = None
    unstaffed: tuple[str, ...] = ()
    """Stages that had no officer when the limit passed: then only a person takes the case to its number."""


class WaitingFor(StrEnum):
    """Who has to act before the office can continue, when it is neither the office nor the applicant."""

    AGENCY = "agency"
    """Another agency, e.g. for a recommendation that it gives outside this system."""
    SYSTEM = "system"
    """An outside system, e.g. OSS or SIMBG."""


@attrs.frozen(kw_only=True)
class OutsideWait:
    """The office waits for another agency or an outside system. It is recorded; the clock runs on."""

    number: int
    """Counts the waits of the case, from 1."""

    party: WaitingFor
    name: str
    """Which agency or system."""

    reason: str
    since: datetime
    """Since when, aware."""

    by: Account
    """Who recorded it."""

    recorded_at: datetime
    stage: str | None = None
    """Code of the stage that cannot be judged meanwhile, or None for the whole case."""

    ended_at: datetime | None = None
    ended_by: Account | None = None

    @property
    def is_open(self) -> bool:
        """True while the office still waits."""
        return self.ended_at is None


@attrs.frozen(kw_only=True)
class ConflictOfInterest:
    """An officer declared the case as their own or a relative's."""

    officer: str
    declared_at: datetime
    reason: str = lines_field(N_("Reason"), filled=False)


@attrs.frozen(kw_only=True)
class JumpRequest:
    """An officer's own request to take a case before its turn; a supervisor answers it."""

    stage: str
    officer: str
    at: datetime
    reason: str


@attrs.frozen(kw_only=True)
class SimilarNote:
    """Why a case continues although others ask for the same; written by the officer of an open stage."""

    others: tuple[str, ...]
    """Ids of the other applications that were shown then."""

    officer: str
    at: datetime
    reason: str = lines_field(N_("Reason"), filled=False)


@attrs.frozen(kw_only=True)
class Override:
    """A rule set aside by a second person: a jump of the queue, a choice of officer. Public in the log."""

    rule: str
    requested_by: str
    approved_by: str
    at: datetime
    reason: str = lines_field(N_("Reason"), filled=False)

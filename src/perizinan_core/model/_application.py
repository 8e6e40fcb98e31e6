"""
An application and everything that happened to it. Frozen: every step makes a new value.

The functions of `perizinan_core.workflow` are the only ones that move an application from state to
state. Times are aware datetimes; days are local days of the authority.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.model._actor import Account
from perizinan_core.model._applicant import Applicant, Representative
from perizinan_core.model._bills import Bill
from perizinan_core.model._case import (
    Clock,
    ConflictOfInterest,
    CorrectionRequest,
    Decision,
    DeemedGrant,
    JumpRequest,
    OutsideWait,
    Override,
    SimilarNote,
    StageState,
    StageStatus,
    SubmittedDocument,
)
from perizinan_core.model._checks import CheckKind, CheckOutcome, CheckRecord
from perizinan_core.model._counter import CounterVisit
from perizinan_core.model._extensions import UsedExtension
from perizinan_core.model._fees import FeeAssessment, Payment
from perizinan_core.model._held import POWER_OF_ATTORNEY, HeldUpload
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._notice import DRAFT, AwaitedNotice, DraftEnd, Notice
from perizinan_core.model._requirement import RequirementLevel
from perizinan_core.model._stage import SilencePolicy
from perizinan_core.model._text import Period

__all__ = ["Application", "ApplicationState", "FrozenTerms", "OwnStep", "SlotTerms"]


class ApplicationState(StrEnum):
    """Where an application stands. Late is a flag, not a state."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Waiting for the completeness check."""
    IN_REVIEW = "in_review"
    CORRECTION_REQUESTED = "correction_requested"
    APPROVED = "approved"
    """Decided; the letter is not yet made."""
    AWAITING_SIGNATURE = "awaiting_signature"
    """Number taken, letter made, signature outstanding."""
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def is_terminal(self) -> bool:
        """True when nothing can follow."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        ApplicationState.ISSUED,
        ApplicationState.REFUSED,
        ApplicationState.WITHDRAWN,
        ApplicationState.LAPSED,
    }
)


@attrs.frozen(kw_only=True)
class SlotTerms:
    """A requirement as it applies to one application."""

    requirement: str
    level: RequirementLevel
    min_files: int
    max_files: int
    item: int | None = None
    """Index of the item it belongs to, for papers asked for per item."""

    alternative_group: str | None = None

    @property
    def key(self) -> str:
        """Name of the slot: the requirement's code, with ``#n`` for the n-th item (from 0)."""
        return self.requirement if self.item is None else f"{self.requirement}#{self.item}"


class OwnStep(StrEnum):
    """What a case does by itself, without anyone's doing."""

    ISSUE = "issue"
    """Granted by silence, where the permit type lets it go to its signature by itself."""

    SIGN = "sign"
    """Its number is taken, and the letter awaits its signature."""


@attrs.frozen(kw_only=True)
class FrozenTerms:
    """What the submission fixed: later changes of the catalogue do not touch it."""

    slots: tuple[SlotTerms, ...]
    stages: tuple[str, ...]
    """Codes of the stages that apply, in catalogue order."""

    time_limit: Period
    silence: SilencePolicy
    issue_within: Period | None = None
    max_correction_rounds: int
    correction_window: Period
    fee: FeeAssessment
    extensions: tuple[UsedExtension, ...] = ()
    """Functions and formats of plugins that the permit type used then; with others, nothing is decided."""


@attrs.frozen(kw_only=True)
class Application:
    """A request for a permit."""

    id: str
    """UUIDv7 in canonical text form."""

    version: int = attrs.field(default=0, validator=attrs.validators.ge(0))
    """For optimistic locking: the store raises it by one at every write."""

    authority: str
    permit_type: str
    permit_type_version: str
    """The version in force when the draft was begun; submitting freezes the one in force then."""

    kind: ApplicationKind
    owner: Account
    """The account that opened it, or for which it was opened, and to which it is shown."""

    applicant: Applicant
    representative: Representative | None = None
    form: Mapping[str, Any] = attrs.field(factory=dict)
    documents: tuple[SubmittedDocument, ...] = ()
    """All that were ever handed in; those of earlier submissions stay."""

    held_uploads: tuple[HeldUpload, ...] = ()
    """Files that are or were kept without a verdict, oldest first; they fill no slot."""

    state: ApplicationState = ApplicationState.DRAFT
    submission: int = 0
    """0 before the first submission; raised by each one, so that reviews know which they judged."""

    receipt_number: str | None = None
    terms: FrozenTerms | None = None
    stages: tuple[StageState, ...] = ()
    corrections: tuple[CorrectionRequest, ...] = ()
    clock: Clock = Clock()
    decision: Decision | None = None
    deemed_grant: DeemedGrant | None = None
    conflicts: tuple[ConflictOfInterest, ...] = ()
    overrides: tuple[Override, ...] = ()
    jump_requests: tuple[JumpRequest, ...] = ()
    similar_notes: tuple[SimilarNote, ...] = ()
    """Why it continues although other applications ask for the same, oldest first."""

    payments: tuple[Payment, ...] = ()
    bills: tuple[Bill, ...] = ()
    """Of payment providers, oldest first; those that expired stay."""

    waits: tuple[OutsideWait, ...] = ()
    """For other agencies and outside systems, oldest first; those that ended stay."""

    checks: tuple[CheckRecord, ...] = ()
    """What outside systems answered about the applicant and the submissions, oldest first; all stay."""

    previous_permit: str | None = None
    """Id of the permit that is renewed, amended, duplicated or given up."""

    permit_id: str | None = None
    """Set when the number is taken."""

    external_numbers: Mapping[str, str] = attrs.field(factory=dict)
    """Case numbers in other systems, by system."""

    created_at: datetime
    submitted_at: datetime | None = None
    completed_at: datetime | None = None
    """When the file was found complete: the clock starts."""

    closed_at: datetime | None = None
    earliest_day: date | None = None
    """Filing day for the clock: the next working day for what came in after hours."""

    hands: tuple[Account, ...] = ()
    """Accounts, besides the owner's, that have acted on the applicant's side: who did, not who was named."""

    signer: str | None = None
    """Account of the officer who signs the letter; set together with `permit_id`."""

    rehearsed: str | None = None
    """Hash of what the letter says as it was rehearsed at the approval; see decision 0056."""

    receipts: tuple[str, ...] = attrs.field(default=(), repr=False)
    """The signed receipts as they were given, one for each submission; they only grow in number."""

    shown_at_counter: tuple[str, ...] = ()
    """Slots left empty because the originals are shown at the counter (`Requirement.shown_at_counter`)."""

    notices: tuple[Notice, ...] = ()
    """Of what the applicant's side was notified, and how; only of what time runs from."""

    missed_notices: tuple[str, ...] = ()
    """`AwaitedNotice.of` of what no one could be notified for so long that a supervisor was asked."""

    draft_end: DraftEnd | None = None
    """Set on a draft that no one worked on for long; anything that its applicant does with it takes that back."""

    counter_visits: tuple[CounterVisit, ...] = ()
    """When someone was served at the counter in this case, oldest first."""

    about: str | None = attrs.field(default=None, repr=False)
    """What the permit would be for, as its letter names it, in one normal form; set when it is handed in."""

    language: str | None = None
    """In which the applicant's side is written to, ``"id"`` or ``"en"``; None: the office's."""

    surveyed_on: date | None = None
    """Local day on which the satisfaction survey was answered; the answers themselves stand apart from the case."""

    @property
    def answer_by(self) -> date | None:
        """Last local day to answer the open correction, or None when none is open."""
        if self.state is not ApplicationState.CORRECTION_REQUESTED:
            return None
        return self.corrections[-1].answer_by

    @property
    def lapses_after(self) -> date | None:
        """`answer_by` where the applicant's side was notified of the correction: only then it lapses."""
        return None if self.answer_by is None or self.awaited_notices() else self.answer_by

    @property
    def removed_after(self) -> date | None:
        """Last day of a draft whose applicant's side was notified that it will be removed, or None."""
        end = self.draft_end
        return end.ends_on if end is not None and self.notice_of(DRAFT) is not None else None

    @property
    def silence_after(self) -> date | None:
        """The running deadline where passing it in silence has an effect by law, or None."""
        if not self.stages_in_work() or self.terms is None or self.terms.silence is SilencePolicy.NONE:
            return None
        return self.clock.due

    @property
    def counted_on(self) -> str | None:
        """Version of the calendar that the open deadline was counted on last, or None without one."""
        if self.state is ApplicationState.CORRECTION_REQUESTED:
            return self.corrections[-1].counted_on
        return self.clock.deadlines[-1].calendar_version if self.clock.due is not None else None

    @property
    def own_step(self) -> OwnStep | None:
        """What happens next without anyone's doing, or None."""
        if self.state is ApplicationState.AWAITING_SIGNATURE:
            return OwnStep.SIGN
        automatic = self.terms is not None and self.terms.silence is SilencePolicy.AUTOMATIC
        grant = self.deemed_grant
        if (
            self.state is ApplicationState.APPROVED
            and automatic
            and grant is not None
            and not grant.unstaffed
        ):
            return OwnStep.ISSUE
        return None

    def awaited_notices(self) -> tuple[AwaitedNotice, ...]:
        """Return what time may run from once the applicant's side knows of it, and it does not know yet."""
        told = {notice.of for notice in self.notices}
        return tuple(item for item in self._to_be_notified() if item.of not in told)

    @property
    def unnotified_since(self) -> datetime | None:
        """Since when the applicant's side waits to be notified of something that time runs from, or None."""
        return min((item.since for item in self.awaited_notices()), default=None)

    @property
    def unasked_since(self) -> datetime | None:
        """As `unnotified_since`, of what no supervisor was asked about; no officer sees a draft."""
        missed = (*self.missed_notices, DRAFT)
        return min((item.since for item in self.awaited_notices() if item.of not in missed), default=None)

    def notice_of(self, of: str) -> Notice | None:
        """Return how the applicant's side came to know of something, or None."""
        return next((notice for notice in self.notices if notice.of == of), None)

    def _to_be_notified(self) -> tuple[AwaitedNotice, ...]:
        """Return everything that the applicant's side has to be notified of at present, known or not."""
        if self.state is ApplicationState.DRAFT and self.draft_end is not None:
            return (AwaitedNotice(of=DRAFT, since=self.draft_end.announced_at),)
        if self.state is ApplicationState.CORRECTION_REQUESTED:
            request = self.corrections[-1]
            return (AwaitedNotice(of=f"correction-{request.round}", since=request.requested_at),)
        if self.state is ApplicationState.REFUSED and self.decision and self.decision.objection_until:
            return (AwaitedNotice(of="decision", since=self.decision.at),)
        return tuple(
            AwaitedNotice(of=f"payment-{stage.stage}-{self.submission}", since=stage.opened_at)
            for stage in self.stages_in_work()
            if stage.awaits_payment and stage.opened_at is not None
        )

    def stages_in_work(self) -> tuple[StageState, ...]:
        """Return the open stages while the office works on the case: none in a correction or once it is closed."""
        if self.state not in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW):
            return ()
        return tuple(stage for stage in self.stages if stage.status is StageStatus.OPEN)

    def open_waits(self) -> tuple[OutsideWait, ...]:
        """Return what the office waits for outside of itself; nothing once the case is closed."""
        if self.state.is_terminal:
            return ()
        return tuple(item for item in self.waits if item.is_open)

    @property
    def verified_by(self) -> str | None:
        """Who vouched for the applicant's identity at the current submission; None: the form alone was checked."""
        found = [
            item.source
            for item in self.checks
            if item.kind is CheckKind.APPLICANT and item.submission == self.submission
        ]
        return found[-1] if found else None

    def unsettled_checks(self) -> tuple[CheckRecord, ...]:
        """Return the last word of each check of the current submission that is not "accepted"."""
        last = {
            item.plugin: item
            for item in self.checks
            if item.kind is CheckKind.SUBMISSION and item.submission == self.submission
        }
        return tuple(item for item in last.values() if item.outcome is not CheckOutcome.ACCEPTED)

    @property
    def unchecked_since(self) -> datetime | None:
        """Since when the answer of an outside system to the submission is missing, or None; None once closed."""
        if self.state.is_terminal:
            return None
        missing = (item for item in self.unsettled_checks() if item.outcome is CheckOutcome.UNANSWERED)
        return min((item.asked_at for item in missing), default=None)

    def is_held_up(self, code: str) -> bool:
        """Return True when an open stage cannot be judged now: money or an answer from outside is missing."""
        state = self.stage_state(code)
        waits = any(item.stage in (None, code) for item in self.open_waits())
        return waits or (state is not None and state.awaits_payment)

    def stage_state(self, code: str) -> StageState | None:
        """Return the state of a stage, or None when the stage does not apply."""
        return next((item for item in self.stages if item.stage == code), None)

    def current_documents(self) -> tuple[SubmittedDocument, ...]:
        """Return the documents that stand: those not replaced by a later one or removed."""
        return tuple(item for item in self.documents if item.replaced_at is None)

    def power_of_attorney(self) -> SubmittedDocument | None:
        """Return the file that gives the representative power: a paper of this case, and not a hash alone."""
        agent = self.representative
        if agent is None or agent.power_of_attorney is None:
            return None
        papers = (item for item in self.current_documents() if item.slot == POWER_OF_ATTORNEY)
        return next((item for item in papers if item.sha256 == agent.power_of_attorney), None)

    def waiting_uploads(self) -> tuple[HeldUpload, ...]:
        """Return the uploads that are held; none once the case is closed."""
        if self.state.is_terminal:
            return ()
        return tuple(item for item in self.held_uploads if item.is_waiting)

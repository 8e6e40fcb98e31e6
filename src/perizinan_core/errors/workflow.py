"""Refusals of the workflow: each says who may do what, and why not now; nothing is changed then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors._problems import Problem, SeveralProblems
from perizinan_core.errors._words import (
    ACTIONS,
    DUTIES,
    PERMIT_STATUSES,
    ROLES,
    STAGE_STATUSES,
    STATES,
)
from perizinan_core.errors._workflow_codes import WORKFLOW_CODES
from perizinan_core.errors.base import Code, CodedError, Labels
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, said, translate

__all__ = [
    "ClockOrderError",
    "NoEligibleOfficerError",
    "NotIssuableError",
    "PermitStatusError",
    "Problem",
    "SeparationOfDutiesError",
    "SlotError",
    "StageNotOpenError",
    "SubmissionRefusedError",
    "TransitionNotAllowedError",
    "UploadNotLiftableError",
    "WorkflowError",
]

_RUPIAH = {"amount", "due", "fee", "outstanding", "paid"}
"""Values that are money, in whole rupiah."""

_NOTHING = N_("none")


def _path_of(target: str) -> str:
    """Return the path of a slot, or of what else a correction can ask for."""
    if target.startswith("form:"):
        return target.replace(":", ".", 1)
    return target if target.partition(".")[0] in ("applicant", "representative") else f"documents.{target}"


class WorkflowError(CodedError):
    """
    Any refusal of the workflow; nothing was changed.

    Values of its codes:

    - ``action``: `Action` value
    - ``actor``: account that tried
    - ``allowed``: `StageOutcome` values that are possible now
    - ``amount``: received, in whole rupiah
    - ``answer_by``: last local day for the answer
    - ``application``: id of the application that was to be taken
    - ``approved_by``: account that was to approve
    - ``assignee``: account of the officer whose turn it is; None: not assigned yet
    - ``boundary``: last day of the expired one, or first day of the next one
    - ``closed_on``: last local day of the window
    - ``current``: `ClockEvent` value of the last entry, or ``"never"``
    - ``day``: local day, ISO 8601
    - ``document``: id that was received
    - ``due``: fee in whole rupiah
    - ``earliest``: first possible local day
    - ``event``: `ClockEvent` value that was to be recorded
    - ``expected``: what the case names
    - ``fee``: frozen fee in whole rupiah; 0 for a free permit
    - ``first``: id of the application whose turn it is
    - ``found_on``: local day on which the defect was found
    - ``kind``: `ApplicationKind` value
    - ``kinds``: `ActorKind` values of which one is needed
    - ``known``: codes of the stages that apply
    - ``last_day``: last local day for the annulment
    - ``limit``: rounds that the permit type allows
    - ``missing``: codes of the stages without an outcome for the current submission
    - ``negative``: codes of the stages with a negative outcome for it
    - ``now``: ISO 8601 with offset
    - ``officer``: account of the officer
    - ``opens_on``: first local day of the window
    - ``of``: what the applicant has to be notified of, see `AwaitedNotice.of`
    - ``outcome``: `StageOutcome` value that was received
    - ``outstanding``: still due, in whole rupiah
    - ``paid``: received so far, in whole rupiah
    - ``paid_at``: ISO 8601 with offset
    - ``permit``: id of the permit given, or None
    - ``permit_type``: code of the permit type
    - ``position``: code of the position
    - ``fault``: ``"future"``, ``"findings"``, ``"unfavourable"``, ``"favourable"``, ``"interest"`` or
      ``"staff"``
    - ``problems``: English sentences without full stop, for the person who keeps the catalogue; shown as they
      are
    - ``reason``: ``"none"``, ``"expired"`` or ``"not_yet"``
    - ``received``: what was received
    - ``reference``: bank or treasury reference
    - ``register``: code of the number register
    - ``role``: `Role` value that is needed
    - ``roles``: `Role` values of which one is needed; empty: none in particular
    - ``stage``: code of the stage
    - ``targets``: slot keys without an answer
    - ``today``: local day
    - ``units``: codes of units of which one is needed; empty: any
    - ``used``: rounds so far
    - ``version``: its version
    - ``waiting``: how many cases come before it
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.INPUT: (
                "check-settled correction-target correction-unanswered document-choice effective-day "
                "legal-basis-missing letter-mismatch letter-missing minutes-mismatch minutes-missing photos "
                "outcome-not-allowed outside-wait payment-moment payment-reference payment-too-high "
                "previous-permit reason-missing receipt-time refund-not-owed submission-refused unknown-slot"
            ),
            Category.DENIED: (
                "conflict-of-interest delegation-missing no-position not-allowed not-assignee not-party "
                "not-signatory own-case own-question second-person separation-of-duties"
            ),
            Category.NOT_FOUND: "unknown-document unknown-stage",
            Category.CONFLICT: (
                "already-assigned annulment-period clock-state correction-limit correction-window-passed "
                "decision-stands deemed-grant-due document-id-taken jump-not-requested no-deemed-grant "
                "no-eligible-officer no-notice-awaited no-representative not-due not-in-correction "
                "not-issuable notice-missing payment-not-due payment-outstanding permit-status "
                "permit-type-mismatch permit-type-not-open queue-jump renewal-too-early renewal-too-late "
                "slot-full stage-not-open stage-outcome-missing stage-request transition-not-allowed "
                "upload-not-liftable wrong-permit"
            ),
            Category.OFFICE: "clock-order stage-graph",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = WORKFLOW_CODES

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return the places for documents and the fields that the refusal is about."""
        values = self.details()
        found = [*([values["slot"]] if "slot" in values else []), *values.get("targets", ())]
        sentence = self.message(language) if found else ""
        return tuple(
            FieldProblem(_path_of(item), self.place_name(item, language), self.code, sentence)
            for item in found
        )

    def _worded(self, name: str, value: object, language: str) -> object:
        """Put words in the place of nothing, and write rupiah with their thousands apart."""
        if value is None or value == ():
            return translate(self.absent.get(name, _NOTHING), language)
        if name in _RUPIAH and isinstance(value, int):
            return f"{value:,}".replace(",", "." if language == "id" else ",")
        if name == "problems":
            return said(value, language)
        return super()._worded(name, value, language)


@attrs.define(slots=False, eq=False)
class TransitionNotAllowedError(WorkflowError):
    """The application is in a state that does not allow this."""

    code: ClassVar[str] = "transition-not-allowed"
    sentence: ClassVar[str] = N_(
        "No one can {action} now: the application is {state}. Possible in this state: {allowed}."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS, "state": STATES, "allowed": ACTIONS}

    action: str
    """`Action` value that was tried."""

    state: str
    """`ApplicationState` value."""

    allowed: tuple[str, ...]
    """`Action` values that this state allows to someone."""


@attrs.define(slots=False, eq=False)
class UploadNotLiftableError(WorkflowError):
    """A file that no officer can accept as it is."""

    code: ClassVar[str] = "upload-not-liftable"
    sentence: ClassVar[str] = N_(
        "This file cannot be accepted as it is ({findings}). That is possible only for a digitally signed "
        "document that is refused for its structure alone and in which nothing active was found. "
        "Get another copy from the issuer of the document."
    )

    findings: tuple[str, ...]
    """Codes of what was found."""


@attrs.define(slots=False, eq=False)
class SubmissionRefusedError(SeveralProblems, WorkflowError):
    """A submission with problems; all of them at once."""

    code: ClassVar[str] = "submission-refused"
    sentence: ClassVar[str] = N_(
        "The application cannot be submitted yet. {reasons} Put these points right and submit again."
    )


@attrs.define(slots=False, eq=False)
class NotIssuableError(SeveralProblems, WorkflowError):
    """What issuing will demand is missing: an approval would lead to nothing."""

    code: ClassVar[str] = "not-issuable"
    sentence: ClassVar[str] = N_(
        "The permit could not be issued as things stand. {reasons} "
        "Put it right, have the applicant correct it, send a stage back, or refuse the application."
    )


@attrs.define(slots=False, eq=False)
class SeparationOfDutiesError(WorkflowError):
    """One person would hold two duties that must be separate in one case."""

    code: ClassVar[str] = "separation-of-duties"
    sentence: ClassVar[str] = N_(
        "{officer} may not take {stage} ({duty}), because the same person had {other_stage} "
        "({other_duty}) in this application. These must be different people; have the stage "
        "reassigned to someone else."
    )
    labels: ClassVar[Labels] = {"duty": DUTIES, "other_duty": DUTIES}

    stage: str
    """Stage that was to be taken; ``"signature"`` for signing, ``"counter"`` for taking in a file."""

    duty: str
    """`Duty` value of that stage, or ``"separated"``."""

    officer: str
    """Account of the officer."""

    other_stage: str
    """Stage that the officer holds or judged; ``"signature"`` or ``"counter"`` as above."""

    other_duty: str
    """`Duty` value of the other stage, or ``"separated"``."""


@attrs.define(slots=False, eq=False)
class NoEligibleOfficerError(WorkflowError):
    """No one on the staff can take the stage."""

    code: ClassVar[str] = "no-eligible-officer"
    sentence: ClassVar[str] = N_(
        "No one can take {stage}: it needs an active officer with the role {role} in the unit "
        "{unit}. Such officers who are kept out by separation of duties, a conflict of interest or a "
        "reassignment: {excluded}. Record a further officer with this role and unit, then assign the "
        "stage again."
    )
    labels: ClassVar[Labels] = {"role": ROLES}

    stage: str
    """Code of the stage."""

    role: str
    """`Role` value that is needed."""

    unit: str
    """Code of the unit in which it is needed."""

    excluded: tuple[str, ...] = ()
    """Accounts of officers with role and unit who may not take it."""


@attrs.define(slots=False, eq=False)
class PermitStatusError(WorkflowError):
    """The permit's status does not allow this."""

    code: ClassVar[str] = "permit-status"
    sentence: ClassVar[str] = N_(
        "No one can {action}: the permit is {status}, and this is possible only while it is "
        "{allowed}. Look at the permit's history."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS, "status": PERMIT_STATUSES, "allowed": PERMIT_STATUSES}

    action: str
    """`Action` value."""

    status: str
    """`PermitStatus` value that holds."""

    allowed: tuple[str, ...]
    """`PermitStatus` values in which it is possible."""


@attrs.define(slots=False, eq=False)
class StageNotOpenError(WorkflowError):
    """The stage waits for others, or is done."""

    code: ClassVar[str] = "stage-not-open"
    sentence: ClassVar[str] = N_(
        "{stage} cannot be worked on: it is {status}. Before it these must be positive: {waiting_for}. "
        "See to those first; a stage that is done is opened again only when it is sent back."
    )
    labels: ClassVar[Labels] = {"status": STAGE_STATUSES}

    stage: str
    """Code of the stage."""

    status: str
    """`StageStatus` value."""

    waiting_for: tuple[str, ...]
    """Codes of the stages that must be positive first; empty when it waits for a request or is done."""


@attrs.define(slots=False, eq=False)
class ClockOrderError(WorkflowError):
    """A moment before the last one recorded: time never runs backwards."""

    code: ClassVar[str] = "clock-order"
    sentence: ClassVar[str] = N_(
        "The last entry of this application is of {last}; an entry of {now} would lie before it. "
        "Check the clock of the machine, then try again."
    )

    last: datetime
    """Latest moment on record, aware."""

    now: datetime
    """Moment that was received, aware."""


class SlotError(WorkflowError):
    """
    A place for a document does not take this file.

    Values of its codes:

    - ``asked``: what the correction asks for
    - ``choice``: index that was received
    - ``count``: how many kinds there are
    - ``known``: slot keys that apply
    - ``max_files``: most files allowed
    - ``slot``: slot key
    - ``targets``: slot keys, or ``form:<field>``, that were to be changed
    """

    codes: ClassVar[Mapping[str, Code]] = {
        # `slot`: Slot key that was received.
        "unknown-slot": Code(
            N_("This application has no place {slot} for a document; there are: {known}. Choose one of them.")
        ),
        "slot-full": Code(
            N_(
                "{slot} holds all the files that are allowed ({max_files}). Replace one of them, or put the "
                "pages together in one file."
            )
        ),
        "no-representative": Code(
            N_(
                "A power of attorney belongs to the representative that the application names; this one "
                "names another or none. Enter the representative first, then upload the power of attorney."
            )
        ),
        "document-choice": Code(
            N_(
                "{slot} offers {count} kind(s) of paper, counted from 0; {choice} is not one of them. Choose "
                "one of the list."
            )
        ),
        "not-in-correction": Code(
            N_(
                "{targets} cannot be changed in this correction; asked for are: {asked}. Change only these, "
                "or withdraw and begin a new application."
            )
        ),
    }

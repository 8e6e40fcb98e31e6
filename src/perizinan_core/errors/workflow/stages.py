"""Refusals in the review: stages, corrections, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors.workflow.labels import ACTIONS, OUTCOMES, STAGE_STATUSES, Labels, WorkflowError
from perizinan_core.i18n import N_, translate

__all__ = [
    "CorrectionLimitError",
    "CorrectionTargetError",
    "LetterMismatchError",
    "LetterMissingError",
    "MinutesMismatchError",
    "MinutesMissingError",
    "OutcomeNotAllowedError",
    "OutsideWaitError",
    "PaymentMomentError",
    "PaymentNotDueError",
    "PaymentOutstandingError",
    "PaymentReferenceError",
    "PaymentTooHighError",
    "ReasonMissingError",
    "StageGraphError",
    "StageNotOpenError",
    "StageOutcomeMissingError",
    "StageRequestError",
    "UnknownStageError",
]


@attrs.define(slots=False, eq=False)
class StageGraphError(WorkflowError):
    """The stages of a permit type cannot lead to a decision."""

    code: ClassVar[str] = "stage-graph"
    sentence: ClassVar[str] = N_(
        "The stages of {permit_type} (version {version}) cannot be run: {problems}. "
        "The office must correct its catalogue and check it again."
    )

    permit_type: str
    """Code of the permit type."""

    version: str
    """Its version."""

    problems: tuple[str, ...]
    """English sentences without full stop, for whoever keeps the catalogue; shown as they are."""

    def wording(self, language: str) -> dict[str, object]:
        """Join the problems with semicolons."""
        return {**super().wording(language), "problems": "; ".join(self.problems)}


@attrs.define(slots=False, eq=False)
class UnknownStageError(WorkflowError):
    """The application has no such stage."""

    code: ClassVar[str] = "unknown-stage"
    sentence: ClassVar[str] = N_(
        "This application has no stage {stage}; it has: {known}. Choose one of them."
    )

    stage: str
    """Code that came."""

    known: tuple[str, ...]
    """Codes of the stages that apply."""


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
class StageRequestError(WorkflowError):
    """The stage cannot be asked for."""

    code: ClassVar[str] = "stage-request"
    sentence: ClassVar[str] = N_(
        "{stage} cannot be asked for by {actor}: it must be a stage that opens on request and was not asked for "
        "yet, and whoever asks must have an open stage before it, or decide the case. Look at the list of stages."
    )

    stage: str
    """Code of the stage."""

    actor: str
    """Account that asked."""


@attrs.define(slots=False, eq=False)
class OutcomeNotAllowedError(WorkflowError):
    """The stage may not end in this way."""

    code: ClassVar[str] = "outcome-not-allowed"
    sentence: ClassVar[str] = N_(
        "{stage} cannot end with the outcome {outcome}; possible are: {allowed}. "
        "An incomplete file goes back for correction while a round is left."
    )
    labels: ClassVar[Labels] = {"outcome": OUTCOMES, "allowed": OUTCOMES}

    stage: str
    """Code of the stage."""

    outcome: str
    """`StageOutcome` value that came."""

    allowed: tuple[str, ...]
    """`StageOutcome` values that are possible now."""


@attrs.define(slots=False, eq=False)
class StageOutcomeMissingError(WorkflowError):
    """No approval while a required review of the current submission is not positive."""

    code: ClassVar[str] = "stage-outcome-missing"
    sentence: ClassVar[str] = N_(
        "The application cannot be approved. Not yet judged for the current submission: {missing}; "
        "judged negative: {negative}. Wait for the missing stages; with a negative one, refuse the application "
        "or send the stage back with reasons."
    )

    missing: tuple[str, ...]
    """Codes of the stages without an outcome for the current submission."""

    negative: tuple[str, ...] = ()
    """Codes of the stages with a negative outcome for it."""


@attrs.define(slots=False, eq=False)
class ReasonMissingError(WorkflowError):
    """An act that needs reasons came without."""

    code: ClassVar[str] = "reason-missing"
    sentence: ClassVar[str] = N_(
        "To {action}, write down at least one reason, in words that the people concerned understand."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS}

    action: str
    """`Action` value."""


@attrs.define(slots=False, eq=False)
class LetterMissingError(WorkflowError):
    """The stage makes a numbered letter, and none came."""

    code: ClassVar[str] = "letter-missing"
    sentence: ClassVar[str] = N_(
        "{stage} ends with a letter numbered in the register {register}, but none was given. "
        "Take a number there, date the letter, and give both with the outcome."
    )

    stage: str
    """Code of the stage."""

    register: str
    """Code of the number register."""


@attrs.define(slots=False, eq=False)
class LetterMismatchError(WorkflowError):
    """The letter cannot be this stage's."""

    code: ClassVar[str] = "letter-mismatch"
    sentence: ClassVar[str] = N_(
        "The letter of {stage} must be issued by the unit {expected} and dated no later than today; "
        "given were the unit {received} and the day {day}. Correct the letter's data."
    )

    stage: str
    """Code of the stage."""

    expected: str
    """Code of the unit that makes it."""

    received: str
    """Code of the unit that the letter names."""

    day: str
    """Day of the letter, ISO 8601."""


@attrs.define(slots=False, eq=False)
class MinutesMissingError(WorkflowError):
    """A site inspection without minutes."""

    code: ClassVar[str] = "minutes-missing"
    sentence: ClassVar[str] = N_(
        "{stage} is a site inspection and ends with minutes (day, inspectors, findings), but none were given. "
        "Write the minutes, then give the outcome."
    )

    stage: str
    """Code of the stage."""


_MINUTES_PROBLEMS = {
    "future": N_("they are dated after today"),
    "findings": N_("they hold no findings"),
    "unfavourable": N_("they are unfavourable, but the outcome is positive"),
    "favourable": N_("they are favourable, but the outcome is negative"),
    "interest": N_("an inspector has an interest in the application"),
    "staff": N_("an inspector is not an active member of the staff on record"),
}


@attrs.define(slots=False, eq=False)
class MinutesMismatchError(WorkflowError):
    """The minutes and the outcome contradict each other, or the minutes cannot be right."""

    code: ClassVar[str] = "minutes-mismatch"
    sentence: ClassVar[str] = N_(
        "The minutes of {stage} do not fit: {problem}. Correct the minutes or the outcome."
    )

    stage: str
    """Code of the stage."""

    problem: str
    """``"future"``, ``"findings"``, ``"unfavourable"``, ``"favourable"``, ``"interest"`` or ``"staff"``."""

    def wording(self, language: str) -> dict[str, object]:
        """Put the problem in words."""
        return {
            **super().wording(language),
            "problem": translate(_MINUTES_PROBLEMS.get(self.problem, self.problem), language),
        }


@attrs.define(slots=False, eq=False)
class PaymentOutstandingError(WorkflowError):
    """The fee is not paid in full."""

    code: ClassVar[str] = "payment-outstanding"
    sentence: ClassVar[str] = N_(
        "The fee is Rp{due}, and Rp{paid} were received. Wait until the whole fee is in the official account, "
        "then confirm the payment."
    )

    due: int
    """Fee in whole rupiah."""

    paid: int
    """Received so far, in whole rupiah."""

    def wording(self, language: str) -> dict[str, object]:
        """Write the amounts with their thousands apart, as the language does."""
        return _amounts(self.details(), language)


def _amounts(details: Mapping[str, object], language: str) -> dict[str, object]:
    """Write whole rupiah with their thousands apart, as the language does."""
    mark = "." if language == "id" else ","
    return {name: f"{value:,}".replace(",", mark) for name, value in details.items()}


@attrs.define(slots=False, eq=False)
class PaymentNotDueError(WorkflowError):
    """Money for an application that costs nothing, or that is paid already."""

    code: ClassVar[str] = "payment-not-due"
    sentence: ClassVar[str] = N_(
        "Nothing is due: the fee of this application is Rp{fee}, and Rp{paid} were received. "
        "Do not take the money; if it was transferred, have it paid back and look for the application that it is for."
    )

    fee: int
    """Frozen fee in whole rupiah; 0 for a free permit."""

    paid: int
    """Received so far, in whole rupiah."""

    def wording(self, language: str) -> dict[str, object]:
        """Write the amounts with their thousands apart, as the language does."""
        return _amounts(self.details(), language)


@attrs.define(slots=False, eq=False)
class PaymentTooHighError(WorkflowError):
    """More money than is due."""

    code: ClassVar[str] = "payment-too-high"
    sentence: ClassVar[str] = N_(
        "Rp{amount} is more than the Rp{outstanding} that are still due. "
        "Record the sum that the bill names; have what was paid above it paid back."
    )

    amount: int
    """Received, in whole rupiah."""

    outstanding: int
    """Still due, in whole rupiah."""

    def wording(self, language: str) -> dict[str, object]:
        """Write the amounts with their thousands apart, as the language does."""
        return _amounts(self.details(), language)


@attrs.define(slots=False, eq=False)
class PaymentMomentError(WorkflowError):
    """A payment dated in the future, or before the application was handed in."""

    code: ClassVar[str] = "payment-moment"
    sentence: ClassVar[str] = N_(
        "The payment is dated {paid_at}, but it can only have been made from {earliest}, when the application "
        "was submitted, until now ({now}). Record it with the date of the bank statement."
    )

    paid_at: str
    """ISO 8601 with offset."""

    earliest: str
    """Local day of the submission, ISO 8601."""

    now: str
    """ISO 8601 with offset."""


@attrs.define(slots=False, eq=False)
class PaymentReferenceError(WorkflowError):
    """A payment that was already recorded, of nothing, or whose reference is no bank's."""

    code: ClassVar[str] = "payment-reference"
    sentence: ClassVar[str] = N_(
        "The payment {reference} is already recorded, its amount is zero, or its reference has other characters "
        "than a bank prints. Every payment has a reference of its own, of plain letters, digits and signs, and "
        "an amount above zero; compare the bank statement."
    )

    reference: str
    """Bank or treasury reference."""


@attrs.define(slots=False, eq=False)
class CorrectionLimitError(WorkflowError):
    """All correction rounds are used."""

    code: ClassVar[str] = "correction-limit"
    sentence: ClassVar[str] = N_(
        "{used} of {limit} correction rounds are used, so no further correction can be asked for. "
        "Judge the stage on what is there."
    )

    used: int
    """Rounds so far."""

    limit: int
    """Rounds that the permit type allows."""


@attrs.define(slots=False, eq=False)
class CorrectionTargetError(WorkflowError):
    """A correction asks for something that the application does not have."""

    code: ClassVar[str] = "correction-target"
    sentence: ClassVar[str] = N_(
        "A correction can name each place for a document and each field of the form once, with a reason; "
        "not possible: {targets}. There are: {known}. Correct the list of items."
    )

    targets: tuple[str, ...]
    """Targets that came and do not exist, stand there twice or have no reason."""

    known: tuple[str, ...]
    """Targets that exist: slot keys and ``form:<field>``."""


@attrs.define(slots=False, eq=False)
class OutsideWaitError(WorkflowError):
    """A wait for an agency or system that cannot be recorded or ended like this."""

    code: ClassVar[str] = "outside-wait"
    sentence: ClassVar[str] = N_("This wait was not recorded: {problem}.")

    problem: str
    """``"name"``, ``"since"`` or ``"unknown"``."""

    def wording(self, language: str) -> dict[str, object]:
        """Put the problem in words."""
        return {"problem": translate(_WAIT_PROBLEMS.get(self.problem, self.problem), language)}


_WAIT_PROBLEMS: Mapping[str, str] = {
    "name": N_("name the agency or the system that the office waits for"),
    "since": N_(
        "it can begin neither before the application was submitted nor in the future; correct the moment"
    ),
    "unknown": N_("no wait of this number is open in this case; open the case again and look at its waits"),
}

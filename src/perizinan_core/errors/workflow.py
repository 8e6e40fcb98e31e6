"""Refusals of the workflow: each says who may do what, and why not now; nothing is changed then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors._words import (
    ACTIONS,
    ACTOR_KINDS,
    DUTIES,
    KINDS,
    OUTCOMES,
    PERMIT_STATUSES,
    ROLES,
    STAGE_STATUSES,
    STATES,
)
from perizinan_core.errors.base import Code, CodedError, Labels
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, Clause, said, translate

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


_PARTS: Mapping[str, str] = {
    "applicant": N_("Applicant"),
    "documents": N_("Documents"),
    "form": N_("Form"),
    "letter": N_("Letter"),
    "permit_type": N_("Kind of permit"),
    "previous_permit": N_("Earlier permit"),
    "representative": N_("Representative"),
    "signature": N_("Signature"),
}
"""What people call the parts of a case; by the first part of a path."""


@attrs.frozen
class Problem:
    """One thing that an applicant must put right before submitting."""

    path: str
    """Where: ``"documents.<slot>"``, ``"form.<field>"``, ``"applicant.nik"`` …"""

    code: str
    """Stable name, e.g. ``"document-missing"``."""

    sentence: str
    """English msgid with placeholders: what is missing and what to do."""

    fields: Mapping[str, object] = attrs.field(factory=dict)
    """Values of the placeholders; no personal data."""

    label: object = attrs.field(default="", kw_only=True)
    """What people call the place: a `Text`, an English msgid or the title of a field; empty: as its part."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        # What people call things is said in the language of the reader.
        fields = {name: _words_for(value, language) for name, value in self.fields.items()}
        return translate(self.sentence, language, place=self.name(language), **fields)

    def name(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return what people call the place, as it stands in the form."""
        part = self.path.partition(".")[0]
        return str(_words_for(self.label or _PARTS.get(part, self.path), language))

    def to_field(self, language: str = DEFAULT_LANGUAGE) -> FieldProblem:
        """Return it as a problem document lists it."""
        return FieldProblem(self.path, self.name(language), self.code, self.message(language))


def _words_for(value: object, language: str) -> object:
    if isinstance(value, Clause):
        return said(value, language)
    if hasattr(value, "to"):
        return value.to(language)
    return translate(value, language) if isinstance(value, str) and value else value


def _path_of(target: str) -> str:
    """Return the path of a slot, or of what else a correction can ask for."""
    if target.startswith("form:"):
        return target.replace(":", ".", 1)
    return target if target.partition(".")[0] in ("applicant", "representative") else f"documents.{target}"


def sentences(problems: Iterable[Problem], language: str) -> str:
    """Return what problems say as running text; beside a field it stands without a full stop."""
    told = (problem.message(language) for problem in problems)
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in told)


_NOTHING = N_("none")

_ANY = N_("any")

_DELEGATION_REASONS = {
    "none": N_("there is none for this position and permit type"),
    "expired": N_("the last one has ended"),
    "not_yet": N_("the next one has not begun"),
}

_MINUTES_PROBLEMS = {
    "future": N_("they are dated after today"),
    "findings": N_("they hold no findings"),
    "unfavourable": N_("they are unfavourable, but the outcome is positive"),
    "favourable": N_("they are favourable, but the outcome is negative"),
    "interest": N_("an inspector has an interest in the application"),
    "staff": N_("an inspector is not an active member of the staff on record"),
}

_WAIT_PROBLEMS: Mapping[str, str] = {
    "name": N_("name the agency or the system that the office waits for"),
    "since": N_(
        "it can begin neither before the application was submitted nor in the future; correct the moment"
    ),
    "unknown": N_("no wait of this number is open in this case; open the case again and look at its waits"),
}

_CLOCK_EVENTS = {
    "started": N_("started"),
    "paused": N_("paused"),
    "resumed": N_("resumed"),
    "stopped": N_("stopped"),
    "never": N_("never started"),
}


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

    codes: ClassVar[Mapping[str, Code]] = {
        "permit-type-not-open": Code(
            N_(
                "{permit_type} (version {version}) is not open for applications on {day}: it is incomplete "
                "or not in force then. Choose the version in force, or ask the office which permit takes its "
                "place."
            )
        ),
        "permit-type-mismatch": Code(
            N_(
                "The application belongs to {expected}, but {received} was given. Load the one that the case "
                "names."
            )
        ),
        "previous-permit": Code(
            N_(
                "An application for {kind} and the permit it refers to ({permit}) do not fit together: a new "
                "permit refers to none, every other kind to an issued permit of the same type. Choose the "
                "permit again."
            ),
            labels={"kind": KINDS},
        ),
        "unknown-document": Code(
            N_(
                "The application holds no current document {document}; it may have been replaced. Load the "
                "list again."
            )
        ),
        # `document`: Id that was received twice.
        "document-id-taken": Code(
            N_(
                "The application already has a document with the id {document}. Give every upload an id of "
                "its own."
            )
        ),
        "correction-unanswered": Code(
            N_(
                "The correction also asks for {targets}, where nothing was changed yet. Upload these "
                "documents, then hand in the correction."
            )
        ),
        # A grant by law cannot go back to review: the office's time to judge is over.
        "decision-stands": Code(
            N_(
                "The law has granted this application, because the time limit passed without a decision; the "
                "office cannot review it again. Issue the permit; where the grant has a defect, annul it "
                "with its ground and law."
            )
        ),
        # `action`: `Action` value, e.g. `"decide_stage"`.
        "not-allowed": Code(
            N_(
                "{actor} may not {action}. It takes {kinds} with one of these roles: {roles}; in the unit: "
                "{units}. Hand the case to someone who has them, or ask the administrator to record the role."
            ),
            defaults={"roles": (), "units": ()},
            labels={"action": ACTIONS, "kinds": ACTOR_KINDS, "roles": ROLES},
            absent={"roles": _ANY, "units": _ANY},
        ),
        "no-position": Code(
            N_(
                "{actor} may not {action}: the staff record names no position, and permits are decided about "
                "under the delegation of a position. Have the position recorded, or leave it to an officer "
                "who holds one."
            ),
            labels={"action": ACTIONS},
        ),
        "not-party": Code(
            N_(
                "{actor} may not {action}: only the applicant and the applicant's representative may. Sign "
                "in with the account that opened the application, or have a power of attorney recorded."
            ),
            labels={"action": ACTIONS},
        ),
        "own-case": Code(
            N_(
                "{actor} is a party to this application and may not {action} in it. Leave it to another "
                "officer; a supervisor can have it reassigned."
            ),
            labels={"action": ACTIONS},
        ),
        "conflict-of-interest": Code(
            N_(
                "{officer} has a declared conflict of interest in this application and may not {action} in "
                "it. Leave it to another officer; a supervisor can have it reassigned."
            ),
            labels={"action": ACTIONS},
        ),
        "not-assignee": Code(
            N_(
                "{actor} may not judge {stage}: it is assigned to {assignee}. Cases are assigned by rotation "
                "or random draw; a supervisor can have the stage reassigned with a reason."
            ),
            absent={"assignee": N_("no one yet")},
        ),
        # `assignee`: Account of the officer.
        "already-assigned": Code(
            N_(
                "{stage} is assigned to {assignee} and stays there. To change that, a supervisor has it "
                "reassigned with a reason."
            )
        ),
        # `application`, `first`: Receipt numbers, which people know; ids where there are none.
        "queue-jump": Code(
            N_(
                "{application} is not next at {stage}: {first} came before it, and {waiting} earlier case(s) "
                "wait. Take the earlier one first, or have a supervisor allow the jump with a reason."
            )
        ),
        "receipt-time": Code(
            N_(
                "The papers cannot have been received at {received}: that has to be earlier on the same day, {day}. "
                "Papers of another day are handed in now."
            )
        ),
        "jump-not-requested": Code(
            N_(
                "The officer of {stage} has not asked to take this case before its turn, so there is nothing "
                "to allow. Have the officer ask for it, with a reason."
            )
        ),
        "second-person": Code(
            N_(
                "{approved_by} may not {action} for themselves. Someone else with the supervisor role must "
                "approve it."
            ),
            labels={"action": ACTIONS},
        ),
        # No delegation lets the position sign on that day: signing is refused.
        # `day`: Local day of signing.
        "delegation-missing": Code(
            N_(
                "The position {position} may not sign {permit_type} on {day}: no delegation covers it, "
                "because {reason} (boundary day: {boundary}). Record the decree that delegates the power, or "
                "let another position sign."
            ),
            defaults={"boundary": None},
            labels={"reason": _DELEGATION_REASONS},
        ),
        # `actor`: Account that was to sign.
        "not-signatory": Code(
            N_(
                "{actor} cannot sign for the position {position}: it takes an officer with the role {role} "
                "who holds that position. Hand the letter to the holder, or record the acting officer."
            ),
            defaults={"role": "signatory"},
            labels={"role": ROLES},
        ),
        # Another permit than the one whose number was taken; a number once taken stays with its permit.
        # `expected`: Id on record.
        # `received`: Id that was received.
        "wrong-permit": Code(
            N_(
                "The application and the permit do not belong together: expected {expected}, got {received}. "
                "A number once taken stays with its permit; continue with that one, or cancel its number "
                "with a reason."
            )
        ),
        "legal-basis-missing": Code(
            N_("To {action}, name the law and article it rests on, as the decision itself must."),
            labels={"action": ACTIONS},
        ),
        # The official's own time for an annulment has passed (UU 30/2014 art. 66).
        "annulment-period": Code(
            N_(
                "The defect was found on {found_on}; the office itself may annul until {last_day}, and today "
                "is {today}. A court order can still lead to an annulment; the day of finding cannot lie in "
                "the future."
            )
        ),
        # `received`: Day that was received.
        "effective-day": Code(
            N_(
                "A decision about a permit takes effect from its own day or later: the first possible day is "
                "{earliest}, and {received} was given. Correct the day."
            )
        ),
        "renewal-too-early": Code(
            N_(
                "The permit can be renewed from {opens_on} on; today is {today}. Apply again on that day or "
                "later."
            )
        ),
        "renewal-too-late": Code(
            N_(
                "The permit could be renewed until {closed_on}; today is {today}. Apply for a new permit "
                "instead."
            )
        ),
        "stage-graph": Code(
            N_(
                "The stages of {permit_type} (version {version}) cannot be run: {problems}. The office must "
                "correct its catalogue and check it again."
            )
        ),
        # `stage`: Code that was received.
        "unknown-stage": Code(
            N_("This application has no stage {stage}; it has: {known}. Choose one of them.")
        ),
        # `actor`: Account that asked.
        "stage-request": Code(
            N_(
                "{stage} cannot be asked for by {actor}: it must be a stage that opens on request and was "
                "not asked for yet, and the person who asks must have an open stage before it, or decide the "
                "case. Look at the list of stages."
            )
        ),
        "outcome-not-allowed": Code(
            N_(
                "{stage} cannot end with the outcome {outcome}; possible are: {allowed}. An incomplete file "
                "goes back for correction while a round is left."
            ),
            labels={"outcome": OUTCOMES, "allowed": OUTCOMES},
        ),
        "stage-outcome-missing": Code(
            N_(
                "The application cannot be approved. Not yet judged for the current submission: {missing}; "
                "judged negative: {negative}. Wait for the missing stages; with a negative one, refuse the "
                "application or send the stage back with reasons."
            ),
            defaults={"negative": ()},
        ),
        "reason-missing": Code(
            N_("To {action}, write down at least one reason, in words that the people concerned understand."),
            labels={"action": ACTIONS},
        ),
        "letter-missing": Code(
            N_(
                "{stage} ends with a letter numbered in the register {register}, but none was given. Take a "
                "number there, date the letter, and give both with the outcome."
            )
        ),
        # `expected`: Code of the unit that makes it.
        # `received`: Code of the unit that the letter names.
        # `day`: Day of the letter, ISO 8601.
        "letter-mismatch": Code(
            N_(
                "The letter of {stage} must be issued by the unit {expected} and dated no later than today; "
                "given were the unit {received} and the day {day}. Correct the letter's data."
            )
        ),
        "photos": Code(
            N_(
                "{stage} takes no further photograph: only a site inspection has them, and at most {most}. Remove one "
                "first, or describe it in the minutes."
            )
        ),
        "minutes-missing": Code(
            N_(
                "{stage} is a site inspection and ends with minutes (day, inspectors, findings), but none "
                "were given. Write the minutes, then give the outcome."
            )
        ),
        "minutes-mismatch": Code(
            N_("The minutes of {stage} do not fit: {fault}. Correct the minutes or the outcome."),
            labels={"fault": _MINUTES_PROBLEMS},
        ),
        "payment-outstanding": Code(
            N_(
                "The fee is Rp{due}, and Rp{paid} were received. Wait until the whole fee is in the official "
                "account, then confirm the payment."
            )
        ),
        "payment-not-due": Code(
            N_(
                "Nothing is due: the fee of this application is Rp{fee}, and Rp{paid} were received. Do not "
                "take the money; if it was transferred, have it paid back and look for the application that "
                "it is for."
            )
        ),
        "payment-too-high": Code(
            N_(
                "Rp{amount} is more than the Rp{outstanding} that are still due. Record the sum that the "
                "bill names; have what was paid above it paid back."
            )
        ),
        # `earliest`: Local day of the submission, ISO 8601.
        "payment-moment": Code(
            N_(
                "The payment is dated {paid_at}, but it can only have been made from {earliest}, when the "
                "application was submitted, until now ({now}). Record it with the date of the bank statement."
            )
        ),
        "payment-reference": Code(
            N_(
                "The payment {reference} is already recorded, its amount is zero, or its reference has other "
                "characters than a bank prints. Every payment has a reference of its own, of plain letters, "
                "digits and signs, and an amount above zero; compare the bank statement."
            )
        ),
        "correction-limit": Code(
            N_(
                "{used} of {limit} correction rounds are used, so no further correction can be asked for. "
                "Judge the stage on what is there."
            )
        ),
        # `targets`: Targets that were received and do not exist, stand there twice or have no reason.
        # `known`: Targets that exist: slot keys and `form:<field>`.
        "correction-target": Code(
            N_(
                "A correction can name each place for a document and each field of the form once, with a "
                "reason; not possible: {targets}. There are: {known}. Correct the list of items."
            )
        ),
        # `transaction`: Of the money that was meant.
        "refund-not-owed": Code(
            N_(
                "Nothing is owed back of the payment {transaction}. Look at the bills in the case for what is, and "
                "name that payment."
            )
        ),
        # `plugin`: Whose check was meant.
        "check-settled": Code(
            N_(
                'No answer of "{plugin}" is missing or refused in this application, so there is nothing to write '
                "down. Look at the checks in the case."
            )
        ),
        # `fault`: `"name"`, `"since"` or `"unknown"`.
        "outside-wait": Code(N_("This wait was not recorded: {fault}."), labels={"fault": _WAIT_PROBLEMS}),
        "clock-state": Code(
            N_(
                "The clock of this application cannot be {event}, because it is {current}. It starts once, "
                "pauses and resumes by turns, and stops once; look at the case's history."
            ),
            labels={"event": _CLOCK_EVENTS, "current": _CLOCK_EVENTS},
        ),
        # The limit has passed in silence: the office can no longer decide.
        # `action`: `Action` value that came too late.
        # `due`: Last day on which the office could decide (local).
        "deemed-grant-due": Code(
            N_(
                "The time limit ended on {due} without a decision, so the application is granted by law and "
                "no one can {action} any more. Record the deemed grant; issuing then follows the rule of the "
                "permit type."
            ),
            labels={"action": ACTIONS},
        ),
        "no-deemed-grant": Code(
            N_(
                "The rules of this permit type exclude a deemed grant; the application is late at most. Have "
                "it decided by the officers it is assigned to."
            )
        ),
        # Too early: the time that must pass has not passed.
        # `due`: Last day that still belongs to the time allowed (local); None while no clock runs.
        "not-due": Code(
            N_("No one can {action} yet: today is {today}, and it takes a day after {due}. Wait until then."),
            labels={"action": ACTIONS},
            absent={"due": N_("the deadline of a clock that runs, and it does not run now")},
        ),
        # No one could be notified, so that no time has run yet.
        "notice-missing": Code(
            N_(
                "No one can {action} yet: the applicant was not notified, so the time has not begun to run ({of}). See "
                "that the message arrives, or tell the applicant in another way and record how."
            ),
            labels={"action": ACTIONS},
        ),
        "no-notice-awaited": Code(
            N_(
                "The applicant has been notified of everything that time runs from. Nothing is to be recorded."
            )
        ),
        "own-question": Code(
            N_(
                "{actor} asked or decided in this case and cannot say that the applicant was notified. Let the front "
                "office or a supervisor tell the applicant and record it."
            )
        ),
        "correction-window-passed": Code(
            N_(
                "The correction was due by {answer_by}, and today is {today}: the application lapses. Begin "
                "a new application; papers already handed in can be uploaded again."
            )
        ),
    }

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
class SubmissionRefusedError(WorkflowError):
    """A submission with problems; all of them at once."""

    code: ClassVar[str] = "submission-refused"
    sentence: ClassVar[str] = N_(
        "The application cannot be submitted yet. {reasons} Put these points right and submit again."
    )

    problems: tuple[Problem, ...]
    """Everything that is missing or wrong."""

    def details(self) -> dict[str, Any]:
        """Return path and code of each problem."""
        return {"problems": tuple({"path": item.path, "code": item.code} for item in self.problems)}

    def wording(self, language: str) -> dict[str, object]:
        """Join the sentences of the problems."""
        return {"reasons": sentences(self.problems, language)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return every problem at its field."""
        return tuple(item.to_field(language) for item in self.problems)


@attrs.define(slots=False, eq=False)
class NotIssuableError(WorkflowError):
    """What issuing will demand is missing: an approval would lead to nothing."""

    code: ClassVar[str] = "not-issuable"
    sentence: ClassVar[str] = N_(
        "The permit could not be issued as things stand. {reasons} "
        "Put it right, have the applicant correct it, send a stage back, or refuse the application."
    )

    problems: tuple[Problem, ...]
    """Everything that would keep the permit from being issued."""

    def details(self) -> dict[str, Any]:
        """Return path and code of each problem."""
        return {"problems": tuple({"path": item.path, "code": item.code} for item in self.problems)}

    def wording(self, language: str) -> dict[str, object]:
        """Join the sentences of the problems."""
        return {"reasons": sentences(self.problems, language)}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return every problem at its field."""
        return tuple(item.to_field(language) for item in self.problems)


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
                "{slot} already holds {max_files} file(s), and no more are allowed. Replace one of them, or "
                "put the pages together in one file."
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

"""Refusals of drafts, documents and submissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import attrs

from perizinan_core.errors.workflow.labels import ACTIONS, KINDS, STATES, Labels, WorkflowError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

__all__ = [
    "CorrectionUnansweredError",
    "DecisionStandsError",
    "DocumentChoiceError",
    "DocumentIdTakenError",
    "NoRepresentativeError",
    "NotInCorrectionError",
    "NotIssuableError",
    "PermitTypeMismatchError",
    "PermitTypeNotOpenError",
    "PreviousPermitError",
    "Problem",
    "SlotFullError",
    "SubmissionRefusedError",
    "TransitionNotAllowedError",
    "UnknownDocumentError",
    "UnknownSlotError",
    "UploadNotLiftableError",
]


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

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        return translate(self.sentence, language, path=self.path, **dict(self.fields))


@attrs.define(slots=False, eq=False)
class TransitionNotAllowedError(WorkflowError):
    """The application is in a state that does not allow this."""

    code: ClassVar[str] = "transition-not-allowed"
    sentence: ClassVar[str] = N_(
        "Nobody can {action} now: the application is {state}. Possible in this state: {allowed}."
    )
    labels: ClassVar[Labels] = {"action": ACTIONS, "state": STATES, "allowed": ACTIONS}

    action: str
    """`Action` value that was tried."""

    state: str
    """`ApplicationState` value."""

    allowed: tuple[str, ...]
    """`Action` values that this state allows to somebody."""


@attrs.define(slots=False, eq=False)
class PermitTypeNotOpenError(WorkflowError):
    """The permit type takes no applications on that day."""

    code: ClassVar[str] = "permit-type-not-open"
    sentence: ClassVar[str] = N_(
        "{permit_type} (version {version}) is not open for applications on {day}: it is incomplete or not in "
        "force then. Choose the version in force, or ask the office which permit takes its place."
    )

    permit_type: str
    """Code of the permit type."""

    version: str
    """Its version."""

    day: str
    """Local day, ISO 8601."""


@attrs.define(slots=False, eq=False)
class PermitTypeMismatchError(WorkflowError):
    """A caller passed another permit type, version or permit than the case has."""

    code: ClassVar[str] = "permit-type-mismatch"
    sentence: ClassVar[str] = N_(
        "The application belongs to {expected}, but {received} was given. Load the one that the case names."
    )

    expected: str
    """What the case names."""

    received: str
    """What came."""


@attrs.define(slots=False, eq=False)
class PreviousPermitError(WorkflowError):
    """The kind of application and the permit it builds on do not fit."""

    code: ClassVar[str] = "previous-permit"
    sentence: ClassVar[str] = N_(
        "An application for {kind} and the permit it refers to ({permit}) do not fit together: a new permit "
        "refers to none, every other kind to an issued permit of the same type. Choose the permit again."
    )
    labels: ClassVar[Labels] = {"kind": KINDS}

    kind: str
    """`ApplicationKind` value."""

    permit: str | None
    """Id of the permit given, or None."""


@attrs.define(slots=False, eq=False)
class UnknownSlotError(WorkflowError):
    """There is no such place for a document in this application."""

    code: ClassVar[str] = "unknown-slot"
    sentence: ClassVar[str] = N_(
        "This application has no place {slot} for a document; there are: {known}. Choose one of them."
    )

    slot: str
    """Slot key that came."""

    known: tuple[str, ...]
    """Slot keys that apply."""


@attrs.define(slots=False, eq=False)
class SlotFullError(WorkflowError):
    """The slot holds as many files as it may."""

    code: ClassVar[str] = "slot-full"
    sentence: ClassVar[str] = N_(
        "{slot} already holds {max_files} file(s), and no more are allowed. "
        "Replace one of them, or put the pages together in one file."
    )

    slot: str
    """Slot key."""

    max_files: int
    """Most files allowed."""


@attrs.define(slots=False, eq=False)
class UnknownDocumentError(WorkflowError):
    """No current document has this id."""

    code: ClassVar[str] = "unknown-document"
    sentence: ClassVar[str] = N_(
        "The application holds no current document {document}; it may have been replaced. Load the list again."
    )

    document: str
    """Id that came."""


@attrs.define(slots=False, eq=False)
class NoRepresentativeError(WorkflowError):
    """A power of attorney for somebody who does not represent the applicant."""

    code: ClassVar[str] = "no-representative"
    sentence: ClassVar[str] = N_(
        "A power of attorney belongs to the representative that the application names; this one names another "
        "or none. Enter the representative first, then upload the power of attorney."
    )


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
class DocumentIdTakenError(WorkflowError):
    """Two documents with one id."""

    code: ClassVar[str] = "document-id-taken"
    sentence: ClassVar[str] = N_(
        "The application already has a document with the id {document}. Give every upload an id of its own."
    )

    document: str
    """Id that came twice."""


@attrs.define(slots=False, eq=False)
class DocumentChoiceError(WorkflowError):
    """The kind of paper named does not exist in this requirement."""

    code: ClassVar[str] = "document-choice"
    sentence: ClassVar[str] = N_(
        "{slot} offers {count} kind(s) of paper, counted from 0; {choice} is none of them. Choose one of the list."
    )

    slot: str
    """Slot key."""

    choice: int
    """Index that came."""

    count: int
    """How many kinds there are."""


@attrs.define(slots=False, eq=False)
class NotInCorrectionError(WorkflowError):
    """A correction may change only what was asked for."""

    code: ClassVar[str] = "not-in-correction"
    sentence: ClassVar[str] = N_(
        "{targets} cannot be changed in this correction; asked for are: {asked}. "
        "Change only these, or withdraw and begin a new application."
    )

    targets: tuple[str, ...]
    """Slot keys, or ``form:<field>``, that were to be changed."""

    asked: tuple[str, ...]
    """What the correction asks for."""


@attrs.define(slots=False, eq=False)
class CorrectionUnansweredError(WorkflowError):
    """A paper asked for was neither replaced nor taken away."""

    code: ClassVar[str] = "correction-unanswered"
    sentence: ClassVar[str] = N_(
        "The correction also asks for {targets}, where nothing was changed yet. "
        "Upload these documents, then hand in the correction."
    )

    targets: tuple[str, ...]
    """Slot keys without an answer."""


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
        return {"reasons": _sentences(self.problems, language)}


@attrs.define(slots=False, eq=False)
class NotIssuableError(WorkflowError):
    """What issuing will demand is missing: an approval would lead to nothing."""

    code: ClassVar[str] = "not-issuable"
    sentence: ClassVar[str] = N_(
        "The permit could not be issued as things stand. {reasons} "
        "Have the applicant correct it, send a stage back, or refuse the application."
    )

    problems: tuple[Problem, ...]
    """Everything that would keep the permit from being issued."""

    def details(self) -> dict[str, Any]:
        """Return path and code of each problem."""
        return {"problems": tuple({"path": item.path, "code": item.code} for item in self.problems)}

    def wording(self, language: str) -> dict[str, object]:
        """Join the sentences of the problems."""
        return {"reasons": _sentences(self.problems, language)}


@attrs.define(slots=False, eq=False)
class DecisionStandsError(WorkflowError):
    """A grant by law cannot go back to review: the office's time to judge is over."""

    code: ClassVar[str] = "decision-stands"
    sentence: ClassVar[str] = N_(
        "The law has granted this application, because the time limit passed without a decision; the office cannot "
        "review it again. Issue the permit; where the grant has a defect, annul it with its ground and law."
    )


def _sentences(problems: Iterable[Problem], language: str) -> str:
    return " ".join(problem.message(language) for problem in problems)

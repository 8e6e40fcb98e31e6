"""
Errors of the workflow: every refusal says who may do what, and why not now.

Nothing is changed when one is raised.

::

    PerizinanError
    └── WorkflowError
        │   who acts:
        ├── AlreadyAssignedError
        ├── ConflictOfInterestError
        ├── NoEligibleOfficerError
        ├── NotAllowedError
        ├── NotAssigneeError
        ├── NotPartyError
        ├── OwnCaseError
        ├── QueueJumpError
        ├── SecondPersonError
        ├── SeparationOfDutiesError
        │   when:
        ├── ClockOrderError
        ├── ClockStateError
        ├── CorrectionWindowPassedError
        ├── DeemedGrantDueError
        ├── NoDeemedGrantError
        ├── NotDueError
        │   drafts, documents, submissions:
        ├── CorrectionUnansweredError
        ├── DecisionStandsError
        ├── DocumentChoiceError
        ├── DocumentIdTakenError
        ├── NotInCorrectionError
        ├── NotIssuableError
        ├── PermitTypeMismatchError
        ├── PermitTypeNotOpenError
        ├── PreviousPermitError
        ├── SlotFullError
        ├── SubmissionRefusedError
        ├── TransitionNotAllowedError
        ├── UnknownDocumentError
        ├── UnknownSlotError
        │   stages, outcomes, corrections, payments:
        ├── CorrectionLimitError
        ├── CorrectionTargetError
        ├── LetterMismatchError
        ├── LetterMissingError
        ├── MinutesMismatchError
        ├── MinutesMissingError
        ├── OutcomeNotAllowedError
        ├── OutsideWaitError
        ├── PaymentMomentError
        ├── PaymentNotDueError
        ├── PaymentOutstandingError
        ├── PaymentReferenceError
        ├── PaymentTooHighError
        ├── ReasonMissingError
        ├── StageGraphError
        ├── StageNotOpenError
        ├── StageOutcomeMissingError
        ├── StageRequestError
        ├── UnknownStageError
        │   signing, issuing, the fate of a permit:
        ├── AnnulmentPeriodError
        ├── DelegationMissingError
        ├── EffectiveDayError
        ├── LegalBasisMissingError
        ├── NotSignatoryError
        ├── PermitStatusError
        ├── RenewalTooEarlyError
        ├── RenewalTooLateError
        └── WrongPermitError
"""

from perizinan_core.errors.workflow.filing import (
    CorrectionUnansweredError,
    DecisionStandsError,
    DocumentChoiceError,
    DocumentIdTakenError,
    NoRepresentativeError,
    NotInCorrectionError,
    NotIssuableError,
    PermitTypeMismatchError,
    PermitTypeNotOpenError,
    PreviousPermitError,
    Problem,
    SlotFullError,
    SubmissionRefusedError,
    TransitionNotAllowedError,
    UnknownDocumentError,
    UnknownSlotError,
    UploadNotLiftableError,
)
from perizinan_core.errors.workflow.labels import (
    WorkflowError,
)
from perizinan_core.errors.workflow.people import (
    AlreadyAssignedError,
    ConflictOfInterestError,
    JumpNotRequestedError,
    NoEligibleOfficerError,
    NoPositionError,
    NotAllowedError,
    NotAssigneeError,
    NotPartyError,
    OwnCaseError,
    QueueJumpError,
    SecondPersonError,
    SeparationOfDutiesError,
)
from perizinan_core.errors.workflow.permits import (
    AnnulmentPeriodError,
    DelegationMissingError,
    EffectiveDayError,
    LegalBasisMissingError,
    NotSignatoryError,
    PermitStatusError,
    RenewalTooEarlyError,
    RenewalTooLateError,
    WrongPermitError,
)
from perizinan_core.errors.workflow.stages import (
    CorrectionLimitError,
    CorrectionTargetError,
    LetterMismatchError,
    LetterMissingError,
    MinutesMismatchError,
    MinutesMissingError,
    OutcomeNotAllowedError,
    OutsideWaitError,
    PaymentMomentError,
    PaymentNotDueError,
    PaymentOutstandingError,
    PaymentReferenceError,
    PaymentTooHighError,
    ReasonMissingError,
    StageGraphError,
    StageNotOpenError,
    StageOutcomeMissingError,
    StageRequestError,
    UnknownStageError,
)
from perizinan_core.errors.workflow.times import (
    ClockOrderError,
    ClockStateError,
    CorrectionWindowPassedError,
    DeemedGrantDueError,
    NoDeemedGrantError,
    NotDueError,
)

__all__ = [
    "AlreadyAssignedError",
    "AnnulmentPeriodError",
    "ClockOrderError",
    "ClockStateError",
    "ConflictOfInterestError",
    "CorrectionLimitError",
    "CorrectionTargetError",
    "CorrectionUnansweredError",
    "CorrectionWindowPassedError",
    "DecisionStandsError",
    "DeemedGrantDueError",
    "DelegationMissingError",
    "DocumentChoiceError",
    "DocumentIdTakenError",
    "EffectiveDayError",
    "JumpNotRequestedError",
    "LegalBasisMissingError",
    "LetterMismatchError",
    "LetterMissingError",
    "MinutesMismatchError",
    "MinutesMissingError",
    "NoDeemedGrantError",
    "NoEligibleOfficerError",
    "NoPositionError",
    "NoRepresentativeError",
    "NotAllowedError",
    "NotAssigneeError",
    "NotDueError",
    "NotInCorrectionError",
    "NotIssuableError",
    "NotPartyError",
    "NotSignatoryError",
    "OutcomeNotAllowedError",
    "OutsideWaitError",
    "OwnCaseError",
    "PaymentMomentError",
    "PaymentNotDueError",
    "PaymentOutstandingError",
    "PaymentReferenceError",
    "PaymentTooHighError",
    "PermitStatusError",
    "PermitTypeMismatchError",
    "PermitTypeNotOpenError",
    "PreviousPermitError",
    "Problem",
    "QueueJumpError",
    "ReasonMissingError",
    "RenewalTooEarlyError",
    "RenewalTooLateError",
    "SecondPersonError",
    "SeparationOfDutiesError",
    "SlotFullError",
    "StageGraphError",
    "StageNotOpenError",
    "StageOutcomeMissingError",
    "StageRequestError",
    "SubmissionRefusedError",
    "TransitionNotAllowedError",
    "UnknownDocumentError",
    "UnknownSlotError",
    "UnknownStageError",
    "UploadNotLiftableError",
    "WorkflowError",
    "WrongPermitError",
]

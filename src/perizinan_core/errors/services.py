"""Errors of the use cases."""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = [
    "AccessDeniedError",
    "ApplicantRefusedError",
    "DecidedByOthersError",
    "IssuanceError",
    "LetterChangedError",
    "NotFoundError",
    "PermitTypeClosedError",
    "RenewalNotPossibleError",
    "ScenarioError",
    "ServiceError",
    "SigningInDoubtError",
    "SlotError",
    "SubmissionIncompleteError",
    "UnsignedLetterError",
]


@attrs.define(slots=False, eq=False)
class ServiceError(PerizinanError):
    """A use case could not be carried out."""

    code: ClassVar[str] = "service"


@attrs.define(slots=False, eq=False)
class AccessDeniedError(ServiceError):
    """The actor may not do this."""

    code: ClassVar[str] = "access-denied"
    sentence: ClassVar[str] = N_(
        "{actor} may not do this ({action}). It is open to: {allowed}. "
        "Log in with such an account, or ask the office's administrator."
    )

    actor: str
    action: str
    allowed: tuple[str, ...]


@attrs.define(slots=False, eq=False)
class NotFoundError(ServiceError):
    """There is nothing of that id that this actor may see; the two cases look alike on purpose."""

    code: ClassVar[str] = "not-found"
    sentence: ClassVar[str] = N_(
        "There is no {kind} \"{key}\" among those that you may see. Check the number and your account."
    )

    kind: str
    key: str


@attrs.define(slots=False, eq=False)
class PermitTypeClosedError(ServiceError):
    """This kind of permit cannot be applied for here."""

    code: ClassVar[str] = "permit-type-closed"
    sentence: ClassVar[str] = N_("\"{permit_type}\" cannot be applied for here: {reason}.")

    permit_type: str
    reason: str


@attrs.define(slots=False, eq=False)
class SubmissionIncompleteError(ServiceError):
    """The application cannot be submitted yet; every problem is named at once."""

    code: ClassVar[str] = "submission-incomplete"
    sentence: ClassVar[str] = N_(
        "The application cannot be submitted yet: {problems}. Put these right and submit again; nothing was lost."
    )

    problems: tuple[str, ...]
    """Sentences in the language of the office's settings, each naming the field or paper."""

    def wording(self, language: str) -> dict[str, object]:
        """Join the problems with semicolons."""
        del language
        return {"problems": "; ".join(self.problems)}


@attrs.define(slots=False, eq=False)
class SlotError(ServiceError):
    """There is no such place for a paper in this application."""

    code: ClassVar[str] = "slot"
    sentence: ClassVar[str] = N_(
        "This application has no place for a paper called \"{slot}\"; there are: {slots}."
    )

    slot: str
    slots: tuple[str, ...]


@attrs.define(slots=False, eq=False)
class ApplicantRefusedError(ServiceError):
    """A check of the applicant's identity said no."""

    code: ClassVar[str] = "applicant-refused"
    sentence: ClassVar[str] = N_(
        "The applicant's identity was not confirmed: {reason}. Correct the details and submit again."
    )

    reason: str


@attrs.define(slots=False, eq=False)
class DecidedByOthersError(ServiceError):
    """Somebody else changed or decided the case first."""

    code: ClassVar[str] = "decided-by-others"
    sentence: ClassVar[str] = N_(
        "{winner} was first: the case was changed at {at}, after you had opened it. "
        "Your entry was not saved. Open the case again and look at what was decided."
    )

    winner: str
    """Id of the officer who was first."""

    at: str
    """ISO 8601 with offset."""


@attrs.define(slots=False, eq=False)
class RenewalNotPossibleError(ServiceError):
    """The old permit cannot be the ground of this application."""

    code: ClassVar[str] = "renewal-not-possible"
    sentence: ClassVar[str] = N_("Permit {number} cannot be used for this: {reason}.")

    number: str
    reason: str


@attrs.define(slots=False, eq=False)
class IssuanceError(ServiceError):
    """A permit could not be issued."""

    code: ClassVar[str] = "issuance"
    sentence: ClassVar[str] = N_("The permit was not issued: {reason}. Nothing was lost; try again.")

    reason: str


@attrs.define(slots=False, eq=False)
class SigningInDoubtError(IssuanceError):
    """An earlier attempt may have signed; the document must not be signed again blindly."""

    code: ClassVar[str] = "signing-in-doubt"
    sentence: ClassVar[str] = N_(
        "An earlier attempt to sign permit {number} ended without an answer, so it is not clear whether it was "
        "signed ({reason}). Look it up in the signing service, then hand in the signed file, or state that there is none."
    )

    number: str = ""


@attrs.define(slots=False, eq=False)
class UnsignedLetterError(IssuanceError):
    """What the signer gave back does not verify."""

    code: ClassVar[str] = "signed-letter-invalid"
    sentence: ClassVar[str] = N_(
        "The signer answered with a file that does not verify ({reason}), so it was not accepted. "
        "Check the signer's certificate and the authority document."
    )


@attrs.define(slots=False, eq=False)
class LetterChangedError(IssuanceError):
    """The stored letter is not the one that was to be signed."""

    code: ClassVar[str] = "letter-changed"
    sentence: ClassVar[str] = N_(
        "The stored letter is not the one that the number was taken for ({reason}); it was not signed. "
        "Restore the document store from its copy."
    )


@attrs.define(slots=False, eq=False)
class ScenarioError(ServiceError):
    """A catalogue's scenario does not say what it should."""

    code: ClassVar[str] = "scenario"
    sentence: ClassVar[str] = N_("Scenario \"{name}\" of {permit_type}: {problems}.")

    permit_type: str
    name: str
    problems: tuple[str, ...]

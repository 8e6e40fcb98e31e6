"""The use cases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors._problems import SeveralProblems
from perizinan_core.errors._service_codes import SERVICE_CODES
from perizinan_core.errors._service_words import DIFFERENCES, NOUNS, USES, VALUES
from perizinan_core.errors._words import (
    ACTOR_KINDS,
    OUTCOMES,
    ROLES,
    STATES,
)
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.errors.documents import RefusalReason, file_problems
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, said, translate

__all__ = [
    "AccessDeniedError",
    "ArgumentError",
    "DecidedByOthersError",
    "LetterRefusedError",
    "NotFoundError",
    "PostedDataError",
    "ServiceError",
    "StaffRecordError",
    "UploadKeptError",
]


class ServiceError(CodedError):
    """
    A use case could not be carried out.

    Values of its codes:

    - ``exemptions``: texts of the catalogue
    - ``kind``: ``"unit"`` or ``"position"``
    - ``minutes``: how long no further secret is tried
    - ``paths``: paths of the values, those of the authority with ``authority/`` in front
    - ``records``: keys of the settings
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.ARGUMENT: "argument",
            Category.INPUT: (
                "applicant-refused binding-days binding-not-a-signer binding-outside-certificate "
                "banner-span banner-text calendar-year catalogue-archive export-span reason-needed "
                "continue-too-far not-our-permit posted-data preview undeclared-accounts unknown-post unknown-register "
                "unknown-value no-assumed-values paper-ahead survey-answers "
                "batch-empty batch-too-large complaint-empty complaint-holder consent-text pace-for-officers"
            ),
            Category.DENIED: (
                "access-denied calendar-second callback-untrusted confirmation-second finding-second own-record "
                "staff-confirmation staff-record"
            ),
            Category.NOT_FOUND: "binding-unknown not-found unknown-consumer",
            Category.CONFLICT: (
                "batch-needs-person "
                "binding-ended binding-has-signed binding-overlaps decided-by-others kept-by-plugin letter-not-printed "
                "letter-refused not-at-counter nothing-to-confirm number-used-elsewhere permit-not-required "
                "complaint-closed finding-not-acknowledged incoming-unfinished survey-answered survey-too-early "
                "recovery-disagrees signer-not-entitled signing-in-doubt upload-kept value-not-confirmed "
                "values-unconfirmed"
            ),
            Category.OFFICE: (
                "batch-item-broken permit-file-unsound permit-without-file "
                "key-not-usable-yet letter-changed number-mark-broken publication-broken scenario status-list-clock"
            ),
            Category.OUTSIDE: "issuance payment-provider signed-letter-invalid",
            Category.UNAVAILABLE: "message-not-sent number-source retention-unanswered signing-unfinished",
            Category.TOO_MANY: "incoming-many too-many-guesses",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = SERVICE_CODES


@attrs.define(slots=False, eq=False)
class ArgumentError(ServiceError):
    """A use case was called with a value of another kind; the value itself is not repeated."""

    code: ClassVar[str] = "argument"
    sentence: ClassVar[str] = N_(
        "{argument}: expected {expected}, but received {received}. Send it in this form and try again."
    )

    argument: str
    """Which argument, with the way inside it, e.g. ``applicant.nik``."""

    expected: str
    """Kind of value, in words, or as the reference of the Python API names it."""

    received: str
    """Kind of what was received, as Python names it; of a number outside its bounds, the number."""

    def wording(self, language: str) -> dict[str, object]:
        """Return both kinds in ``language``, as far as there are words for them."""
        received = VALUES.get(self.received, self.received)
        return {
            "argument": self.argument,
            "expected": said(self.expected, language),
            "received": said(received, language),
        }

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return the argument, which has no label: no form shows it."""
        return (FieldProblem(self.argument, self.argument, self.code, self.message(language)),)


class AccessDeniedError(ServiceError):
    """The actor may not do this."""

    codes: ClassVar[Mapping[str, Code]] = {
        "access-denied": Code(
            N_(
                "{actor} may not do this ({action}). It is open to: {allowed}. Log in with such an account, "
                "or ask the office's administrator."
            ),
            labels={
                "action": USES,
                "allowed": {**ROLES, **ACTOR_KINDS},
            },
        ),
        "own-record": Code(
            N_(
                "{actor} may not change their own staff record. Another administrator must do it, or the "
                "operator on the machine."
            ),
            also=("action", "allowed"),
            defaults={"action": "add-officer", "allowed": ("administrator",)},
        ),
        "calendar-second": Code(
            N_(
                "{actor} recorded the days off of {year} before, and may not confirm them alone: another administrator "
                "must do it, or the operator on the machine."
            ),
            also=("action", "allowed"),
            defaults={"action": "change-calendar", "allowed": ("administrator",)},
        ),
        "finding-second": Code(
            N_(
                "{actor} took notice of the finding {finding} before. It concerns numbers, so a second person has to "
                "agree: another administrator, an auditor, or the operator on the machine."
            ),
            also=("action", "allowed"),
            defaults={"action": "acknowledge-finding", "allowed": ("administrator", "auditor")},
        ),
        "confirmation-second": Code(
            N_(
                "{actor} named the paper for {path} before, and may not confirm it alone: it needs a second "
                "person. Another administrator must name the same paper, or the operator on the machine."
            ),
            also=("action", "allowed"),
            defaults={"action": "confirm-values", "allowed": ("administrator",)},
        ),
        "staff-confirmation": Code(
            N_(
                "{actor} may not confirm the new post of {officer}: it needs a second person, who is neither "
                "that officer nor the one who proposed it. Another administrator must confirm it, or the "
                "operator on the machine."
            ),
            also=("action", "allowed"),
            defaults={"action": "add-officer", "allowed": ("administrator",), "officer": ""},
        ),
    }

    actor: str

    action: str

    allowed: tuple[str, ...]
    """Kinds of actors and roles."""


@attrs.define(slots=False, eq=False)
class StaffRecordError(AccessDeniedError):
    """An officer who is not, or no longer, what the session says."""

    code: ClassVar[str] = "staff-record"
    sentence: ClassVar[str] = N_(
        "{actor} may not act for the office: {difference}. "
        "Log in again; if the staff record is wrong, ask the office's administrator to correct it."
    )

    labels: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "action": USES,
        "allowed": {**ROLES, **ACTOR_KINDS},
        "difference": DIFFERENCES,
    }

    actor: str
    action: str = "act-as-officer"
    allowed: tuple[str, ...] = ("officer",)
    difference: str = "unknown"
    """``"unknown"``, ``"inactive"``, ``"roles"``, ``"units"``, ``"position"`` or ``"accounts"``."""


@attrs.define(slots=False, eq=False)
class NotFoundError(ServiceError):
    """There is nothing of that id that this actor may see; the two cases look alike on purpose."""

    code: ClassVar[str] = "not-found"
    sentence: ClassVar[str] = N_(
        'There is no {kind} "{key}" among those that you may see. Check the number and your account.'
    )

    labels: ClassVar[Mapping[str, Mapping[str, str]]] = {"kind": NOUNS}

    kind: str
    key: str


@attrs.define(slots=False, eq=False)
class LetterRefusedError(SeveralProblems, ServiceError):
    """The letter cannot be issued as it stands; it was found in the rehearsal, and no number was taken."""

    code: ClassVar[str] = "letter-refused"
    sentence: ClassVar[str] = N_(
        "The letter cannot be issued as it stands, and no number was taken. {reasons} "
        "Put this right and issue it again, or set the approval aside."
    )


@attrs.define(slots=False, eq=False)
class PostedDataError(SeveralProblems, ServiceError):
    """What a portal posted is not what it should be; every problem at its field, and the data are not repeated."""

    code: ClassVar[str] = "posted-data"
    sentence: ClassVar[str] = N_(
        "What was sent cannot be taken. {reasons} Put these points right and send it again."
    )


@attrs.define(slots=False, eq=False)
class DecidedByOthersError(ServiceError):
    """This was decided before, by someone else or in another window; exactly one decision counts."""

    code: ClassVar[str] = "decided-by-others"
    sentence: ClassVar[str] = N_(
        "{winner} was first and decided this at {at} ({outcome}). "
        "Your entry was not saved. Open the case again and look at what was decided."
    )

    labels: ClassVar[Mapping[str, Mapping[str, str]]] = {"outcome": {**OUTCOMES, **STATES}}

    winner: str
    """Id of who was first, as shown in the sentence."""

    at: str
    """ISO 8601 with offset."""

    outcome: str
    """What was decided."""

    account: str
    """Account of who was first, e.g. ``officer:17``: an officer, the applicant who withdrew, or the system."""


@attrs.define(slots=False, eq=False)
class UploadKeptError(ServiceError):
    """
    An uploaded file that is not in its slot and that is not lost either: it is kept.

    Our own inspection failed on it or ran out of time, or it is a signed document that the office has to
    decide on.
    """

    code: ClassVar[str] = "upload-kept"
    sentence: ClassVar[str] = "{reasons} {next_step}"

    upload: str
    """Id of the held upload."""

    reason: str
    """`HeldReason` value."""

    findings: tuple[RefusalReason, ...]
    """Why it is not in its slot, each with its code and its sentence for the applicant."""

    next_steps: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "inspection_failed": N_(
                "Your file is kept and will be checked again after the program has been updated."
            ),
            "try_again": N_(
                "Your file is kept and will be checked again by itself; you can also have it checked again now."
            ),
            "signed": N_("Your file is kept as it is until the counter has decided."),
        }
    )
    """By reason: what happens to the file, and what the applicant can do meanwhile."""

    def wording(self, language: str) -> dict[str, object]:
        """Return what was found and what happens next, in ``language``."""
        return {
            "reasons": " ".join(finding.message(language) for finding in self.findings),
            "next_step": translate(self.next_steps[self.reason], language),
        }

    def details(self) -> dict[str, Any]:
        """Return the held upload, why it is kept, and the codes of what was found."""
        codes = tuple(finding.code for finding in self.findings)
        return {"upload": self.upload, "reason": self.reason, "findings": codes}

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return everything that was found."""
        return file_problems(self.findings, language)

"""The use cases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

from perizinan_core.errors._http import Category, FieldProblem, by_code
from perizinan_core.errors._words import (
    ACTOR_KINDS,
    OUTCOMES,
    ROLES,
    STATES,
)
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.errors.documents import RefusalReason, file_problems
from perizinan_core.errors.workflow import Problem, sentences
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

_WORDS: Mapping[str, str] = {
    "NoneType": N_("nothing"),
    "str": N_("a text"),
    "int": N_("a whole number"),
    "float": N_("a number"),
    "bool": N_("yes or no"),
    "bytes": N_("bytes"),
    "dict": N_("fields with names"),
    "list": N_("a list"),
    "tuple": N_("a list"),
    "date": N_("a day"),
    "datetime": N_("a moment"),
    "naive datetime": N_("a moment without a time zone"),
    "set": N_("a list"),
    "frozenset": N_("a list"),
}

_NOUNS: Mapping[str, str] = {
    "application": N_("application"),
    "permit": N_("permit"),
    "receipt": N_("receipt"),
    "representative": N_("representative"),
    "document": N_("document"),
    "held upload": N_("kept file"),
    "incoming upload": N_("file that is being sent"),
    "certificate": N_("certificate"),
    "position": N_("position"),
    "unit": N_("unit"),
    "officer": N_("officer"),
    "complaint": N_("complaint"),
    "key": N_("key"),
    "delivery": N_("delivery"),
    "banner": N_("announcement"),
    "finding": N_("finding"),
    "event consumer": N_("event consumer"),
    "channel": N_("channel that needs consent"),
    "phone": N_("phone number"),
    "bill": N_("bill"),
    "authority-version": N_("published version of the authority document"),
}

_ACTIONS: Mapping[str, str] = {
    "act-for-applicant": N_("act for the applicant"),
    "act-as-officer": N_("act for the office"),
    "queue": N_("see a queue of cases"),
    "queue-of-everyone": N_("see the queue of the whole office"),
    "officers": N_("see the staff"),
    "remarks": N_("see what to look at twice in a case"),
    "add-officer": N_("add or change staff"),
    "send-message": N_("send messages of the host application"),
    "confirm-values": N_("confirm values of the catalogue"),
    "assumed-values": N_("see which values of the catalogue are assumed"),
    "announce-key": N_("announce a key of the office"),
    "replace-key": N_("replace a key of the office"),
    "require-version": N_("raise the lowest version of the authority document"),
    "staff-history": N_("see the changes of the staff record"),
    "declare-account": N_("declare an own public account"),
    "repair-clock": N_("repair moments that a wrong clock wrote"),
    "exclusions": N_("see who is out of a case"),
    "search": N_("search the records"),
    "lists": N_("see the lists of the office"),
    "register-book": N_("read a number register"),
    "new-secret": N_("give a new secret to follow a case by"),
    "hand-over": N_("hand over what an officer holds"),
    "complaints": N_("see complaints"),
    "assign-complaint": N_("name who handles a complaint"),
    "answer-complaint": N_("answer a complaint that someone else handles"),
    "survey-remarks": N_("read what people wrote in the satisfaction survey"),
    "held-uploads": N_("see the files that are kept without a verdict"),
    "sign": N_("sign a permit without holding a position"),
    "hand-in-signed": N_("hand in a signed file"),
    "cancel-number": N_("give up a number"),
    "bind-certificate": N_("bind a certificate"),
    "end-binding": N_("end the binding of a certificate"),
    "continue-numbers": N_("pass over numbers that were given out"),
    "recover-permit": N_("put a permit back from its signed file"),
    "calendar": N_("see the years of the calendar"),
    "change-calendar": N_("record days off"),
    "versions": N_("see the versions of the catalogue"),
    "preview-catalogue": N_("see what a new catalogue would change"),
    "consent": N_("say how someone may be written to"),
    "outgoing": N_("see what leaves the office"),
    "retry-outgoing": N_("let deliveries be tried again"),
    "drop-outgoing": N_("drop deliveries"),
    "outgoing-contact": N_("see a part of an address"),
    "audit": N_("search what was done in the office"),
    "banners": N_("see all announcements"),
    "put-up-banner": N_("put up or take down an announcement"),
    "findings": N_("see the findings about the office"),
    "acknowledge-finding": N_("take notice of a finding for the office"),
    "lost-numbers": N_("see the numbers that were passed over"),
}

_OF_PERMITS: Mapping[str, str] = {
    "number": N_("number"),
    "permit_type": N_("kind of permit"),
    "holder": N_("holder"),
    "object": N_("object"),
    "issued_on": N_("date"),
    "valid_from": N_("first day"),
    "valid_until": N_("last day"),
    "validity_text": N_("validity"),
    "status_index": N_("place in the status list"),
    "receipt_number": N_("case"),
}

_DIFFERENCES: Mapping[str, str] = {
    "unknown": N_("not on the staff record"),
    "inactive": N_("recorded as away or gone"),
    "roles": N_("a role that the record does not hold, or no longer"),
    "units": N_("a unit that the record does not hold, or no longer"),
    "position": N_("a position that the record does not hold, or no longer"),
    "accounts": N_("own public accounts other than those declared"),
}


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
                "complaint-empty complaint-holder consent-text"
            ),
            Category.DENIED: (
                "access-denied calendar-second callback-untrusted confirmation-second finding-second own-record "
                "staff-confirmation staff-record"
            ),
            Category.NOT_FOUND: "binding-unknown not-found unknown-consumer",
            Category.CONFLICT: (
                "binding-ended binding-has-signed binding-overlaps decided-by-others kept-by-plugin letter-not-printed "
                "letter-refused not-at-counter nothing-to-confirm number-used-elsewhere permit-not-required "
                "complaint-closed finding-not-acknowledged incoming-unfinished survey-answered survey-too-early "
                "recovery-disagrees signer-not-entitled signing-in-doubt upload-kept value-not-confirmed "
                "values-unconfirmed"
            ),
            Category.OFFICE: (
                "key-not-usable-yet letter-changed number-mark-broken publication-broken scenario status-list-clock"
            ),
            Category.OUTSIDE: "issuance payment-provider signed-letter-invalid",
            Category.UNAVAILABLE: "message-not-sent number-source retention-unanswered signing-unfinished",
            Category.TOO_MANY: "incoming-many too-many-guesses",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "not-our-permit": Code(
            N_(
                "This file is not a permit as this office signed it ({reason}), so nothing was put back. Take the file "
                "itself, as its holder received it, and see what is wrong with it: perizinan verify"
            )
        ),
        "recovery-disagrees": Code(
            N_(
                "Permit {number} was not put back: the file and the records do not agree on its {fields}. Look at "
                "both; if the records are the wrong ones, restore them from a backup."
            ),
            labels={"fields": _OF_PERMITS},
        ),
        "reason-needed": Code(N_("Write why, in at most {most} characters: it stays on record.")),
        "calendar-year": Code(
            N_(
                "The days off of {year} were not recorded. Give every day once, all of them in that year, with "
                "at least one and at most 120 days; the calendar can take the years {first} to {last}."
            )
        ),
        "catalogue-archive": Code(
            N_(
                "This is not a ZIP file of a catalogue's folder, or it holds more than {files} files or {megabytes} "
                "MB. Pack the folder with authority.yaml and the permits, and send it again."
            )
        ),
        "banner-text": Code(
            N_("Write the announcement in Indonesian and in English, each in at most {most} characters.")
        ),
        "banner-span": Code(
            N_(
                "The end of the announcement must lie ahead, after its beginning, and at most {days} days after it."
            )
        ),
        "export-span": Code(
            N_(
                "Nothing can be taken out for {first} to {last}. Choose a first day before the last one, at most two "
                "years apart."
            )
        ),
        "paper-ahead": Code(
            N_(
                "The document is dated {day}, and today is {today}: a value is confirmed by a document that exists. "
                "Check the date, or confirm it on that day."
            )
        ),
        "finding-not-acknowledged": Code(
            N_(
                "The finding {finding} asks for something to be done, so it cannot be dismissed. Do what it says; "
                "it ends by itself then."
            )
        ),
        "complaint-empty": Code(N_("Write what it is about, in at most {most} characters.")),
        "complaint-holder": Code(
            N_(
                "{officer} may not handle this complaint: away, at work on the case itself, or, for an illegal levy or "
                "abuse, not among those who supervise. Name another officer."
            )
        ),
        "complaint-closed": Code(
            N_(
                "Complaint {number} is not open for this any more. Look at how it stands, and file a new one if "
                "something is still wrong."
            )
        ),
        "survey-too-early": Code(
            N_("The survey is about the whole service, so it can be answered once the application is closed.")
        ),
        "survey-answered": Code(
            N_("The survey was answered for this application already. Thank you; nothing more is needed.")
        ),
        "survey-answers": Code(
            N_(
                "Each of the nine questions needs an answer from {least} to {most}; these have none: {missing}. "
                "Answer them and send again."
            )
        ),
        "consent-text": Code(
            N_(
                "What was agreed to is not the text that the office shows now, so nothing was recorded. Read the text "
                "again and agree to it."
            )
        ),
        "not-at-counter": Code(
            N_(
                "The case is neither a draft nor waits for a correction, so nothing can be changed in it at the "
                "counter. Open the case to see how it stands."
            )
        ),
        # Wrong secrets for one case; nothing is said about the one that was tried last.
        "too-many-guesses": Code(
            N_(
                "Too many wrong secrets were tried for this receipt number. Try again after {minutes} minutes, or "
                "ask for a new secret: with your account, or at the counter."
            )
        ),
        "incoming-many": Code(
            N_(
                "More than {most} files here at once are not possible. Wait until those that are being sent have "
                "arrived, or stop sending one of them."
            )
        ),
        "incoming-unfinished": Code(
            N_("{received} of {size} bytes of the file are here. Send the rest, and it will be checked.")
        ),
        "message-not-sent": Code(
            N_("The message could not be sent: no channel took it. Try again later, or ask at the counter.")
        ),
        "nothing-to-confirm": Code(
            N_(
                "Nothing is proposed for {officer}, or it was confirmed already. Look at the staff record "
                "again."
            )
        ),
        "unknown-post": Code(
            N_(
                'The authority has no {kind} "{received}". Choose one of these: {known}; or add it to the '
                "authority's data."
            ),
            labels={"kind": _NOUNS},
        ),
        "unknown-consumer": Code(
            N_(
                'The office uses no event consumer "{name}". Those that it uses: {used}. Correct the name, or name it '
                "under consumers in perizinan.toml, section [plugins]."
            ),
            absent={"used": N_("none so far")},
        ),
        # Outside development no type opens, and no letter is signed, on values that the catalogue only assumes.
        "values-unconfirmed": Code(
            N_(
                "The office has not confirmed {count} values that permits of the kind {permit_type} rest on "
                "({topics}), so none can be applied for, approved or signed. An administrator names the paper "
                "for each, and a second person the same: perizinan catalogue assumed {permit_type}"
            ),
            also=("paths",),
        ),
        "unknown-value": Code(
            N_(
                "The kind {permit_type} rests on no assumed value at {path}. These are some of its {count}: {known}. "
                "See: perizinan catalogue assumed {permit_type}"
            ),
        ),
        "no-assumed-values": Code(
            N_(
                "The kind {permit_type} rests on no assumed values, so that there is nothing to confirm at {path}."
            )
        ),
        "value-not-confirmed": Code(
            N_(
                "No one has confirmed a value at {path} of the kind {permit_type}, so that nothing can be taken back. "
                "See: perizinan catalogue assumed {permit_type}"
            )
        ),
        "undeclared-accounts": Code(
            N_(
                "Public accounts of {officer} were given that the officer has not declared. Leave them out; "
                "the officer declares them."
            )
        ),
        "applicant-refused": Code(
            N_("The applicant's identity was not confirmed: {reason}. Correct the details and submit again.")
        ),
        # The case is exempt: no permit is needed, and none is given.
        "permit-not-required": Code(
            N_(
                'You need no permit "{permit_type}" for this ({exemptions}), so there is nothing to apply '
                "for. Keep your data as they are, or change them if they are wrong."
            )
        ),
        # A key of the office was not announced long enough before its first use; nothing was signed with it.
        "key-not-usable-yet": Code(
            N_(
                "The key in place for {purpose} may be used from {day}: it must stand in authority.json for as long as "
                "a status list may be old before it signs anything. Put the former key back until then, and publish "
                "authority.json. Only if the former key was stolen, run: perizinan keys rotate-own {purpose} --stolen"
            )
        ),
        # What the office vouches for was changed or removed outside the library; nothing was published.
        "publication-broken": Code(
            N_(
                "authority.json was not made: these records of keys and certificates are not as they were "
                "written: {records}. The document that is published stays as it is. Restore them from a "
                "backup, and find out who can write to the database."
            )
        ),
        "binding-days": Code(
            N_(
                "The last day of a binding ({last}) lies before its first day ({first}). Name a last day that is not "
                "earlier."
            )
        ),
        "binding-not-a-signer": Code(
            N_(
                "The certificate {certificate} is one of a certificate authority and signs no permits. Name the "
                "certificate of the officer."
            )
        ),
        "binding-outside-certificate": Code(
            N_(
                "The certificate is valid from {start} to {end}, but the binding would count on {day}. Name days "
                "within its validity, or another certificate."
            )
        ),
        "binding-overlaps": Code(
            N_(
                "The certificate {certificate} is already bound to the position {position} from {start} to {end}. "
                "Name days outside these, or end that binding first: perizinan keys unbind"
            ),
            absent={"end": N_("further notice")},
        ),
        # `last`: local day of its last signature.
        "binding-has-signed": Code(
            N_(
                "The certificate {certificate} has signed permits for the position {position}, the last on {last}; "
                "they must stay verifiable, so nothing was changed. End the binding on that day or later "
                "(--last-day), and annul each permit that it should not have signed."
            )
        ),
        "binding-unknown": Code(
            N_(
                "No certificate {certificate} is bound to the position {position}. Look at `perizinan keys bindings`."
            )
        ),
        "binding-ended": Code(
            N_(
                "The binding to the position {position} ended on {end}. To let it count on later days, bind the "
                "certificate again from the next day on: perizinan keys bind"
            )
        ),
        # `certificate`: None for a signing service, whose certificate is not known beforehand.
        "signer-not-entitled": Code(
            N_(
                "The certificate that signs for the position {position} ({certificate}) is not bound to it for "
                "permits of the kind {permit_type} on {day}, so checkers would reject the permit. Nothing was "
                "signed. Look at `perizinan keys bindings`, then correct [signing.signers], or bind the certificate: "
                "perizinan keys bind"
            ),
            absent={"certificate": N_("of the signing service")},
        ),
        "number-used-elsewhere": Code(
            N_(
                "Number {number}, or its place in the status list, was used by another permit: another database works "
                "with the same documents, or this one was restored while permits were issued. Nothing was signed. Stop "
                "the other office, give the number up, and issue again."
            )
        ),
        # `name`: write-once name in the document store.
        "number-mark-broken": Code(
            N_(
                "The mark {name} in the document store is not as this office wrote it, so it is not known whether "
                "the number was used. No number was taken. Find out who can write to the document store, and restore "
                "the mark from a backup; after a change of keys, put the newest key of the authority document in place."
            )
        ),
        "unknown-register": Code(
            N_('The authority has no register "{received}". Choose one of these: {known}.')
        ),
        "continue-too-far": Code(
            N_(
                "{count} numbers or places would be passed over at once, more than {most}. Look again which number was "
                "the last."
            )
        ),
        "payment-provider": Code(
            N_(
                'The payment provider "{provider}" gave nothing that can be used ({reason}), so nothing was written. '
                "Try again later, or pay another way; the office says how."
            )
        ),
        "callback-untrusted": Code(
            N_(
                'This call does not bear the signature of the payment provider "{provider}", so nothing was written. '
                "Check its key in the settings if the provider did send it."
            )
        ),
        "number-source": Code(
            N_(
                "The registry that gives the numbers of {register} gave none that can be used ({reason}), so nothing "
                "was written. Try again later."
            )
        ),
        "kept-by-plugin": Code(N_('This draft stays: "{plugin}" needs it. Reason: {reason}')),
        "retention-unanswered": Code(
            N_('"{plugin}" could not say whether this draft may go ({reason}), so it stays. Try again later.')
        ),
        "issuance": Code(N_("The permit was not issued: {reason}. Nothing was lost; try again.")),
        # An earlier attempt may have signed; the document must not be signed again blindly.
        "signing-in-doubt": Code(
            N_(
                "An earlier attempt to sign permit {number} ended without an answer, so it is not clear "
                "whether it was signed ({reason}). Look it up in the signing service, then hand in the "
                "signed file, or state that there is none."
            ),
            defaults={"number": ""},
        ),
        "signed-letter-invalid": Code(
            N_(
                "The signer answered with a file that does not verify ({reason}), so it was not accepted. "
                "Check the signer's certificate and the authority document."
            )
        ),
        "letter-changed": Code(
            N_(
                "The letter on record is not the one that the number was taken for ({reason}); it was not "
                "signed. Restore records and documents from a backup."
            )
        ),
        "preview": Code(
            N_(
                'No letter of "{permit_type}" could be shown with these data: {reason}. Give form data for which the '
                "catalogue's rules hold, and a delegation to a position that signs it."
            )
        ),
        # The number is taken; only the template, or the program that prints, has to be put right.
        "letter-not-printed": Code(
            N_(
                "Permit {number} has its number, and its letter could not be printed: {reason} The number stays, and "
                "the letter is kept as it was. Put this right and issue it again; the worker tries it as well."
            )
        ),
        "signing-unfinished": Code(
            N_(
                "Permit {number} has its number and waits for its signature: disk or database refused ({reason}). "
                "Nothing is lost. Free space or put the fault right, then issue it again; the worker tries it as well."
            )
        ),
        "scenario": Code(N_('Scenario "{name}" of {permit_type}: {problems}.')),
        "status-list-clock": Code(
            N_(
                "The published status list was made at {published}, but the clock says {now}. Set the clocks "
                "of the office's machines right; a list never replaces a newer one. If the published one was "
                "made by a clock that was ahead, run: perizinan clock repair"
            )
        ),
    }


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
        received = _WORDS.get(self.received, self.received)
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
                "action": _ACTIONS,
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
        "action": _ACTIONS,
        "allowed": {**ROLES, **ACTOR_KINDS},
        "difference": _DIFFERENCES,
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

    labels: ClassVar[Mapping[str, Mapping[str, str]]] = {"kind": _NOUNS}

    kind: str
    key: str


@attrs.define(slots=False, eq=False)
class _ProblemsError(ServiceError):
    """Several problems at once, each at its place; the data themselves are not repeated."""

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
class LetterRefusedError(_ProblemsError):
    """The letter cannot be issued as it stands; it was found in the rehearsal, and no number was taken."""

    code: ClassVar[str] = "letter-refused"
    sentence: ClassVar[str] = N_(
        "The letter cannot be issued as it stands, and no number was taken. {reasons} "
        "Put this right and issue it again, or set the approval aside."
    )


@attrs.define(slots=False, eq=False)
class PostedDataError(_ProblemsError):
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

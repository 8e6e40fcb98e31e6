"""
The answer: a verdict, every check with its outcome, what the signatures and the permit say.

The values have no slots: reports travel between processes by the thousand, and pickle hands over what has a
``__dict__`` without a call to Python for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

import attrs

from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, said, translate
from perizinan_core.published._authority_document import AuthorityDocument, Contact
from perizinan_core.published._status import PermitStatusAnswer
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._reasons import REASONS

REPORT_VERSION = "1"
COPY = "copy-of-a-permit"
"""Reason code of a genuine QR code in a file that is not the permit itself."""

PICTURE = "picture-not-a-pdf"
"""Reason code of a photo or screenshot."""


class Verdict(StrEnum):
    """The answer to "may I rely on this permit today?"."""

    exit_code: int
    """Exit code of the command line."""

    VALID = ("valid", 0)
    NOT_VALID = ("not_valid", 10)
    """Tampered, forged, broken signature, or data and text disagree."""
    UNSIGNED = ("unsigned", 11)
    WRONG_ISSUER = ("wrong_issuer", 12)
    """A sound signature, but not by someone whom the authority's register entitles."""
    NOT_IN_FORCE = ("not_in_force", 13)
    """Genuine, but expired, suspended, revoked, annulled or superseded."""
    INDETERMINATE = ("indeterminate", 14)
    """Cannot tell: no proof of time, status missing or too old."""
    UNREADABLE = ("unreadable", 15)
    """Not a PDF, cut off, damaged on the way."""

    def __new__(cls, value: str, exit_code: int = 0) -> Self:
        """Make a verdict with its exit code."""
        made = str.__new__(cls, value)
        made._value_, made.exit_code = value, exit_code
        return made


EXIT_CODES: Mapping[Verdict, int] = {verdict: verdict.exit_code for verdict in Verdict}


class Outcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"
    """Not asked for, or an earlier check made it pointless."""
    INDETERMINATE = "indeterminate"


class CheckName(StrEnum):
    """The checks, in the order in which they are made and reported."""

    label: str
    """What it is called before people: an English msgid."""

    AUTHORITY_DOCUMENT = ("authority_document", N_("Authority document"))
    READABLE = ("readable", N_("File complete"))
    SIGNATURE_PRESENT = ("signature_present", N_("Signed"))
    COVERAGE = ("coverage", N_("Signature covers everything"))
    INTEGRITY = ("integrity", N_("Unchanged"))
    CHAIN = ("chain", N_("Root of trust"))
    CERTIFICATE = ("certificate", N_("Certificate"))
    REVOCATION = ("revocation", N_("Certificate revocation"))
    TRUSTED_TIME = ("trusted_time", N_("Proven time"))
    SIGNER_ENTITLED = ("signer_entitled", N_("Entitled signer"))
    PERMIT_DATA = ("permit_data", N_("Permit data"))
    PRINTED_TEXT = ("printed_text", N_("Printed text"))
    QR = ("qr", N_("QR code"))
    VALIDITY_DATES = ("validity_dates", N_("Dates"))
    STATUS = ("status", N_("Status"))

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the name of a check with what people call it."""
        made = str.__new__(cls, value)
        made._value_, made.label = value, label
        return made


class Indication(StrEnum):
    """Main status of a signature in the words of EN 319 102-1."""

    TOTAL_PASSED = "TOTAL_PASSED"
    TOTAL_FAILED = "TOTAL_FAILED"
    INDETERMINATE = "INDETERMINATE"


@attrs.frozen(slots=False)
class Reason:
    """A stable code with the values of its sentence."""

    code: str
    """See docs/reference/report.md; part of the public interface."""

    fields: Mapping[str, object] = attrs.field(factory=dict, repr=False)
    """Values of the sentence's placeholders; of a copy, what its code says (names of people may be among them)."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        from perizinan_core.model._numerals import format_date  # the model package doubles the import time

        fields = {
            name: format_date(value, language)
            if isinstance(value, date)
            else said(value, language)
            if name in {"problem", "problems"}
            else value
            for name, value in self.fields.items()
        }
        return translate(REASONS[self.code].sentence, language, **fields)


@attrs.frozen(slots=False)
class Check:
    """One check and how it ended."""

    name: CheckName
    outcome: Outcome
    reason: Reason


@attrs.frozen(slots=False)
class Aspect:
    """One of the four questions about a signature."""

    outcome: Outcome
    reason: Reason


@attrs.frozen(kw_only=True, slots=False)
class Aspects:
    """The four questions about a signature that public checkers answer in one word, each by itself."""

    integrity: Aspect
    """Is the content what was signed, and does everything that a reader shows belong to it?"""

    trust: Aspect
    """Does the certificate lead to a root that is believed, and was it valid?"""

    time: Aspect
    """Does a timestamp of a believed service prove when it was signed?"""

    long_term: Aspect
    """Can it still be shown when certificates have ended?"""


@attrs.frozen(kw_only=True, slots=False)
class SignatureReport:
    """What one signature is worth by itself, and whose it is."""

    field: str
    """Name of the form field."""

    indication: Indication
    sub_indication: str | None
    """EN 319 102-1 word, e.g. ``HASH_FAILURE``; None when passed."""

    signer: str | None
    """Common name in the certificate, or the whole subject; None when no certificate could be read."""

    position: str | None = None
    """Code of the position for which the register entitles the signer."""

    certificate_sha256: str | None = None
    signed_at: datetime | None
    """Time that the signer claims."""

    trusted_time: datetime | None = None
    """Proven time of a timestamp, or None."""

    covers_whole_document: bool
    format: str
    """``/SubFilter`` of the signature."""

    algorithm: str | None = None
    """e.g. ``RSA 2048 with sha256``."""

    kind: str = "signature"
    """``"signature"`` or ``"document_timestamp"``."""

    level: str | None = None
    """PAdES level that the file reaches for this signature, e.g. ``"B-LT"``; None when it is not judged."""

    chain: tuple[str, ...] = ()
    """Subjects of the certificates, signer first, root last; as far as the chain leads."""

    aspects: Aspects | None = None
    """Integrity, trust, time and long-term validity apart; None when only the whole was judged."""


@attrs.frozen(kw_only=True, slots=False)
class StatusReport:
    """What the status source said."""

    checked: bool
    """False: no one was asked, see ``state``."""

    state: str
    """A `PermitStatus` value, ``"unknown"`` or ``"not_checked"``."""

    since: str | None = None
    """Local day from which the state holds (ISO), or None."""

    source: str | None = None
    """Who answered."""

    as_of: datetime | None = None
    """Time of the answer."""

    @classmethod
    def of(cls, answer: PermitStatusAnswer | None) -> StatusReport:
        """Return what is said about the answer of a status source, or about its silence."""
        if answer is None:
            return cls(checked=True, state="unknown")
        since = answer.since.isoformat() if answer.since is not None else None
        return cls(
            checked=True, state=answer.status.value, since=since, source=answer.source, as_of=answer.as_of
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        told: dict[str, Any] = _json(self, DEFAULT_LANGUAGE)
        return told


@attrs.frozen(kw_only=True, slots=False)
class AuthorityUsed:
    """The authority document by which the file was judged."""

    slug: str
    name: str
    region: str | None = None
    """Kemendagri code of the region; None where the document does not name it."""

    contact: Contact | None = None
    """How people reach the office; None where the document does not say it."""

    version: int
    time_zone: str
    """``WIB``, ``WITA`` or ``WIT``."""

    trust: str
    """``"pinned"`` when the caller named its key, ``"given_file"`` when it was taken as given."""

    keys: tuple[str, ...]
    """Fingerprints (RFC 7638) of the keys that signed it."""

    @classmethod
    def of(cls, authority: AuthorityDocument) -> AuthorityUsed:
        """Return what is said about the document by which was judged."""
        return cls(
            slug=authority.slug,
            name=authority.name,
            region=authority.region,
            contact=authority.contact,
            version=authority.version,
            time_zone=authority.time_zone,
            trust="pinned" if authority.pinned else "given_file",
            keys=authority.key_ids,
        )


@attrs.frozen(kw_only=True, slots=False)
class TrustUsed:
    """The roots by which signatures were judged when no permit was expected."""

    name: str
    """``"given"``, or the name of a trust store."""

    version: str | None
    """Version of the store, or None for given files."""

    roots: tuple[str, ...]
    """SHA-256 of the certificates in which chains may end."""


@attrs.frozen(kw_only=True, slots=False)
class Report:
    """Everything found out about one file."""

    file: str
    """Name as the caller gave it."""

    sha256: str | None
    """SHA-256 of the file, hexadecimal; None when it could not be read."""

    checked_at: datetime
    """The moment for which the answer holds."""

    authority: AuthorityUsed | None
    """None when only signatures were judged, and where the file names no office that is known here."""

    verdict: Verdict
    checks: tuple[Check, ...]
    signatures: tuple[SignatureReport, ...] = ()
    permit: PermitFacts | None = attrs.field(default=None, repr=False)
    """What ``permit.json`` says; only when an entitled officer signed it, else None."""

    status: StatusReport | None = None

    trust: TrustUsed | None = None
    """The roots, when only signatures were judged."""

    @property
    def exit_code(self) -> int:
        """Exit code of the command line: 0, 10 to 15."""
        return self.verdict.exit_code

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the verdict is what it is: the checks that did not pass; what was left out, when it is valid."""
        if self.verdict is not Verdict.VALID:
            bad = [item.reason for item in self.checks if item.outcome in _BAD]
            if (code := self._code_of_copy) is not None:
                bad.insert(0 if self.is_led_by_copy else 1, code)
            return (*bad, *(item.reason for item in self.checks if item.reason.code == "development-root"))
        # Of a permit the office's register says it too, so that it need not be said every time.
        told = "revocation-data-missing" if self.trust is not None else None
        reasons = (item.reason for item in self.checks)
        return tuple(item for item in reasons if item.code == told or REASONS[item.code].said)

    @property
    def signature(self) -> SignatureReport | None:
        """The signature that decided: the first that failed, else the first that is open, else the first."""
        order = (Indication.TOTAL_FAILED, Indication.INDETERMINATE, Indication.TOTAL_PASSED)
        return min(self.signatures, key=lambda item: order.index(item.indication), default=None)

    @property
    def copy(self) -> PermitFacts | None:
        """
        What the genuine QR code in a file says that is not the permit itself: a scan, a print, a file saved again.

        To be compared with what stands in the file, which no one signed.
        """
        code = self._code_of_copy
        return PermitFacts.read(code.fields) if code is not None else None

    @property
    def is_led_by_copy(self) -> bool:
        """True when the copy is the answer: nothing in the file was changed that had been signed."""
        return (
            self._code_of_copy is not None
            and (self.verdict is Verdict.UNSIGNED or self.check(CheckName.READABLE).reason.code == PICTURE)
            and self.check(CheckName.PRINTED_TEXT).outcome is not Outcome.FAILED
        )

    @property
    def is_development(self) -> bool:
        """True when a development root stands behind it: a test, and not a permit."""
        return any(item.reason.code == "development-root" for item in self.checks)

    @property
    def _code_of_copy(self) -> Reason | None:
        reasons = (item.reason for item in self.checks if item.name is CheckName.QR)
        return next((item for item in reasons if item.code == COPY), None)

    def check(self, name: CheckName) -> Check:
        """Return the check of that name."""
        return next(item for item in self.checks if item.name is name)

    def to_json(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Return the report as JSON-able data by ``schemas/report.schema.json``, sentences in ``language``."""
        own = ("file", "sha256", "checked_at", "verdict", "exit_code", "reasons", "signature", "signatures")
        other = ("permit", "status", "checks", "authority", "trust")
        told = {name: _json(getattr(self, name), language) for name in (*own, *other)}
        return {"report_version": REPORT_VERSION, **told}


_BAD = (Outcome.FAILED, Outcome.INDETERMINATE)


def in_one_voice(verdict: Verdict, signatures: Iterable[SignatureReport]) -> tuple[SignatureReport, ...]:
    """
    Let no signature of a file that is not valid be called indeterminate: nothing in such a file is to be relied on.

    The sub-indication still says what was open about it.
    """
    if verdict is not Verdict.NOT_VALID:
        return tuple(signatures)
    return tuple(
        attrs.evolve(item, indication=Indication.TOTAL_FAILED)
        if item.indication is Indication.INDETERMINATE
        else item
        for item in signatures
    )


def _json(value: Any, language: str) -> Any:
    """Return the JSON form of a part of a report; a reason stands among the fields of what it explains."""
    if isinstance(value, Reason):
        fields = {
            name: item if isinstance(item, int) else item.isoformat() if isinstance(item, date) else str(item)
            for name, item in value.fields.items()
        }
        return {"code": value.code, "message": value.message(language), "fields": fields}
    if isinstance(value, PermitFacts):
        return value.to_json()
    if attrs.has(type(value)):
        told = {item.name: _json(getattr(value, item.name), language) for item in attrs.fields(type(value))}
        return told | told.pop("reason", {})
    if isinstance(value, tuple):
        return [_json(item, language) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value

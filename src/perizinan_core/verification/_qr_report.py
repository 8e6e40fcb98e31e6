"""
The report of a QR code, in the words and the JSON shape of the report of a PDF.

1. A code is read (a text, or the codes of a picture). 2. Its claims are signed with a key that the
authority document names, and that held on the day of issue. 3. The dates of the permit. 4. Its status,
when a source is given. What a code cannot tell (the signature of the PDF, the paper) is reported as
not checked, and the reasons of a valid report say to compare the claims with the paper.

    from perizinan_core.verification._qr_report import check_qr_image

    for report in check_qr_image(Path("photo.jpg"), authority=authority, at=datetime.now(UTC)):
        print(report.verdict, report.permit)
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any, Self

import attrs

from perizinan_core.errors.published import QrTextError
from perizinan_core.errors.verification import SourceReadError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._qr_claims import (
    QrClaims,
    QrContent,
    decode_qr_text,
    holds_claims,
    named_claims,
    verify_qr,
)
from perizinan_core.published._status import StatusChoice
from perizinan_core.verification._authorities import AuthoritySet, StatusOf, status_by_office
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._choosing import choose_for_code, offices_of_key
from perizinan_core.verification._file_verifier import Countdown, check_moment
from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification._permit_content import differences_to_text, judge_dates
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._qr_image import DEFAULT_IMAGE_LIMITS, CodesFound, ImageLimits, read_codes
from perizinan_core.verification._qr_pdf import codes_of_pdf, is_pdf, text_of_pdf
from perizinan_core.verification._report import CheckName, Outcome, Report, Verdict
from perizinan_core.verification._signature_report import chain_reason
from perizinan_core.verification._sources import Source, read_source, source_name

_UNTOLD = (
    CheckName.SIGNATURE_PRESENT, CheckName.COVERAGE, CheckName.INTEGRITY, CheckName.CHAIN,
    CheckName.CERTIFICATE, CheckName.REVOCATION, CheckName.TRUSTED_TIME, CheckName.SIGNER_ENTITLED,
    CheckName.PERMIT_DATA,
)  # fmt: skip
_NEEDED = (CheckName.AUTHORITY_DOCUMENT, CheckName.READABLE, CheckName.QR, CheckName.VALIDITY_DATES)
_BAD = (Outcome.FAILED, Outcome.INDETERMINATE)
_MAX_SHOWN = 60


def check_qr_text(
    text: str,
    *,
    authority: AuthorityDocument | AuthoritySet,
    at: datetime,
    status: StatusChoice | StatusOf = None,
    name: str = "-",
    printed: str | None = None,
) -> Report:
    """
    Judge the text of a QR code.

    Args:
        text: What a scanner read, e.g. ``HTTPS://…#1…``.
        authority: Whose code it must be; of an `AuthoritySet`, the office whose address or key the code has.
        at: Moment for which the answer shall hold, with time zone; usually now.
        status: Who knows about revocations, `NO_STATUS`, or None; see `verify_permit`.
        name: Name in the report.
        printed: The text of the page around the code, if known; compared with what the code says.

    Raises:
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    case = _Case.open(authority, at, status)
    case.judge(text, printed)
    return case.report(name, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def check_qr_image(
    source: Source,
    *,
    authority: AuthorityDocument | AuthoritySet,
    at: datetime,
    status: StatusChoice | StatusOf = None,
    name: str | None = None,
    limits: ImageLimits = DEFAULT_IMAGE_LIMITS,
) -> tuple[Report, ...]:
    """
    Judge the codes of a picture, or of a PDF that is not a signed permit; see `check_qr_text` for the other arguments.

    Args:
        source: The picture (PNG, JPEG, WebP or HEIC) or PDF: its bytes, its path, or an open binary file.
        authority: Whose codes they must be.
        at: Moment for which the answer shall hold, with time zone.
        status: Who knows about revocations, `NO_STATUS`, or None.
        name: Name in the report; default: the last part of the path, or ``"-"``.
        limits: How much the picture may cost.

    Returns:
        One report for each code with claims; when there is none, one that says what was found instead.

    Raises:
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    case = _Case.open(authority, at, status)
    label = name if name is not None else source_name(source)
    try:
        found = read_codes_of(source, limits)
    except RefusedError as error:
        case.judgement.refuse(CheckName.READABLE, error.reason.code, **error.reason.fields)
        return (case.report(label, None),)
    ours = [text for text in found.texts if holds_claims(text)]
    if not ours:
        case.judge_other(found)
        return (case.report(label, None),)
    return tuple(
        check_qr_text(text, printed=found.printed, authority=authority, at=at, status=status, name=label)
        for text in ours
    )


def read_codes_of(source: Source, limits: ImageLimits) -> CodesFound:
    """
    Return the codes of a picture or PDF, and the text of the PDF.

    Raises:
        RefusedError: when nothing could be read.
    """
    try:
        data = read_source(source, limits.max_bytes)
    except SourceReadError as error:
        raise RefusedError(f"image-{error.reason}", limit=limits.max_bytes // 1024**2) from error
    if not is_pdf(data):
        return read_codes(data, wanted=holds_claims, limits=limits)
    texts = codes_of_pdf(data, wanted=holds_claims, limits=limits)
    if not texts:
        raise RefusedError("pdf-no-code")
    return CodesFound(texts, text_of_pdf(data))


@attrs.define(kw_only=True)
class _Case(PermitCase):
    """One code on its way through the checks."""

    @classmethod
    def open(
        cls, authority: AuthorityDocument | AuthoritySet, at: datetime, status: StatusChoice | StatusOf
    ) -> Self:
        check_moment(at)
        case = cls(whose=authority, at=at, sources=status_by_office(authority, status))
        case.judge_authority()
        return case

    def judge(self, text: str, printed: str | None) -> None:
        """Make every check of a text; ``printed`` is what stands around the code in a PDF."""
        try:
            content = decode_qr_text(text)
        except QrTextError as error:
            if self._is_near(text):
                self.judgement.refuse(CheckName.READABLE, "qr-claims-damaged", problem=error.fault)
            else:
                self.judgement.passed(CheckName.READABLE, "qr-readable")
                self.judgement.refuse(CheckName.SIGNATURE_PRESENT, "qr-no-claims", content=_shown(text))
            return
        address = _address(text)
        if self.offices is not None:
            self.judge_authority(choose_for_code(self.offices, content, address, self.judgement))
        for name in _UNTOLD:
            self.judgement.left_out(name, "qr-tells-nothing")
        if self.known is None:
            self.judgement.passed(CheckName.READABLE, "qr-readable")
            return
        if address.upper() == self.authority.verification_url.upper():
            self.judgement.passed(CheckName.READABLE, "qr-readable")
        else:
            self.judgement.passed(CheckName.READABLE, "qr-other-address", address=_shown(address))
        if self.authority.is_development:
            said = chain_reason(*self.authority.roots)
            self.judgement.forget(CheckName.CHAIN)
            self.judgement.left_out(CheckName.CHAIN, said.code, **said.fields)
        if not self._is_genuine(text, content):
            return
        no_limit = Countdown(None)
        self.judge_version(no_limit)
        number = content.claims.type_number
        kind = next((item.name for item in self.authority.permit_types if item.number == number), None)
        title = {"title": kind} if kind is not None else {}
        self.permit = PermitFacts.read(_permit(named_claims(content.claims, self.authority)) | title)
        self.judgement.passed(CheckName.QR, "qr-genuine", day=content.claims.issued_on)
        self._judge_text(content.claims, printed)
        judge_dates(self, self.permit)
        answer = self.ask_status(self.permit, no_limit)
        if answer is not None:
            told, issued = answer.as_of, content.claims.issued_on
            older = told is not None and self.authority.local_day(told) < issued
            self.judge_answer(answer, younger=issued if older else None)

    def judge_other(self, found: CodesFound) -> None:
        """Say what was found in a picture instead of claims."""
        near = [text for text in found.texts if self._is_near(text)]
        if near:
            self.judge(near[0], None)
        elif found.texts or found.others:
            content = _shown(found.texts[0]) if found.texts else ", ".join(found.others)
            self.judgement.passed(CheckName.READABLE, "qr-readable")
            self.judgement.refuse(CheckName.SIGNATURE_PRESENT, "qr-no-claims", content=content)
        else:
            code = "image-code-damaged" if found.damaged else "image-no-code"
            self.judgement.refuse(CheckName.READABLE, code)

    def report(self, name: str, sha256: str | None) -> Report:
        # Of a code less must pass than of a file; what it cannot tell is left out.
        good = all(self.judgement.outcome(check) is Outcome.PASSED for check in _NEEDED)
        open_or_bad = any(self.judgement.outcome(check) in _BAD for check in CheckName)
        valid = good and not open_or_bad
        return self.write(name, sha256, verdict=Verdict.VALID if valid else self.judgement.verdict())

    def _is_near(self, text: str) -> bool:
        if self.offices is not None and self.known is None:
            return bool(self.offices.knowing(_address(text)))
        return text.strip().upper().startswith(self.authority.verification_url.upper())

    def _is_genuine(self, text: str, content: QrContent) -> bool:
        try:
            verify_qr(text, self.authority)
        except QrTextError:
            keys = [entry for entry in self.authority.qr_keys if entry.kid == content.kid]
            day = content.claims.issued_on
            if not keys:
                self._refuse_unknown_key(content)
            elif not any(entry.holds_on(day) for entry in keys):
                self.judgement.refuse(CheckName.QR, "qr-key-out-of-term", day=day)
            else:
                self.judgement.refuse(CheckName.QR, "qr-signature-wrong")
            return False
        return True

    def _refuse_unknown_key(self, content: QrContent) -> None:
        name, kid, day = CheckName.QR, content.kid.hex(), content.claims.issued_on
        others = offices_of_key(self.offices, content) if self.offices is not None else []
        if others:
            told = {"named": self.authority.name, "office": others[0].name}
            self.judgement.refuse(name, "qr-key-of-another-office", **told)
        else:
            self.refuse_unknown(name, "qr-key-unknown", day=day, kid=kid)

    def _judge_text(self, claims: QrClaims, printed: str | None) -> None:
        """Compare the text of a PDF with the claims; a text on paper is for people to compare."""
        if printed is None:
            self.judgement.left_out(CheckName.PRINTED_TEXT, "paper-not-checked")
            return
        # The mark of a shortened text is not a letter, and so does not count.
        missing, compared = differences_to_text({**_permit(claims), "fields": []}, printed)
        if missing:
            self.judgement.refuse(CheckName.PRINTED_TEXT, "qr-on-another-text", fields=", ".join(missing))
        elif compared:
            self.judgement.passed(CheckName.PRINTED_TEXT, "qr-text-agrees")
        else:
            self.judgement.left_out(CheckName.PRINTED_TEXT, "paper-not-checked")


def _permit(claims: QrClaims) -> dict[str, Any]:
    """Return the claims under the names of ``permit.json``."""
    values = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in attrs.asdict(claims).items()
    }
    # A document of before may not name the type yet: its number is then all that is known.
    kind = claims.permit_type if claims.permit_type is not None else str(claims.type_number)
    return {**values, "permit_type": kind, "shortened": list(claims.shortened)}


def _address(text: str) -> str:
    return text.strip().partition("#")[0]


def _shown(text: str) -> str:
    """Return the beginning of a foreign text, made harmless for a terminal."""
    clean = "".join(character if character.isprintable() else "·" for character in text.strip())
    return clean if len(clean) <= _MAX_SHOWN else clean[:_MAX_SHOWN] + "…"

"""
The judgement of one file, in the order of `report.CheckName`.

1. Is the file whole, and a PDF? 2. Is there a signature, does it cover everything, is the content
intact, does the certificate lead to an allowed root? (`signatures`; `later_changes` where the plain
case ends.) 3. Is every signer in the register? Only then is the content looked at: 4. ``permit.json``,
5. the signer's right to issue this kind of permit, 6. printed text and QR against the data, 7. dates,
8. status. A check that fails makes those that build on it pointless; they are reported as not reached.

Nothing is fetched and no clock is read: the moment and the status source are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from perizinan_core.errors.verification import (
    PdfStructureError,
    PermitDataError,
    PermitNotAcceptedError,
    SourceReadError,
    StatusUnavailableError,
)
from perizinan_core.i18n import Clauses
from perizinan_core.published.authority_document import AuthorityDocument
from perizinan_core.published.status import PermitStatusAnswer, StatusSource
from perizinan_core.verification.entitlement import judge_entitlement, judge_registration
from perizinan_core.verification.evidence import (
    authority_used,
    line_end_is_missing,
    revision_hashes,
    status_report,
)
from perizinan_core.verification.judgement import Judgement
from perizinan_core.verification.limits import DEFAULT_LIMITS, Limits
from perizinan_core.verification.moments import check_moment
from perizinan_core.verification.pdf.fields import SignatureField, signature_fields
from perizinan_core.verification.pdf.scan import Scan, Wholeness, scan
from perizinan_core.verification.pdf.structure import PdfStructure, ends_properly, newest_table
from perizinan_core.verification.permit_content import judge_dates, judge_qr, judge_text
from perizinan_core.verification.permit_data import read_permit_data
from perizinan_core.verification.permit_signatures import (
    JudgedSignature,
    file_digest,
    judge_revocation,
    judge_signature,
    judge_stamp,
    judge_time,
)
from perizinan_core.verification.report import CheckName, Report, StatusReport, Verdict
from perizinan_core.verification.revocation import RevocationProofs, proofs_in
from perizinan_core.verification.signature_report import describe
from perizinan_core.verification.sources import read_source

__all__ = ["Verifier", "require_valid", "unreadable_report", "verify_permit"]

_BEFORE_CONTENT = (
    CheckName.READABLE,
    CheckName.SIGNATURE_PRESENT,
    CheckName.COVERAGE,
    CheckName.INTEGRITY,
    CheckName.CHAIN,
    CheckName.CERTIFICATE,
    CheckName.REVOCATION,
    CheckName.SIGNER_ENTITLED,
)
_NOT_ASKED = StatusReport(checked=False, state="not_checked")


def verify_permit(
    source: bytes | Path | BinaryIO,
    *,
    authority: AuthorityDocument,
    at: datetime,
    status: StatusSource | None = None,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """
    Judge one file: is it a permit of this authority, issued by somebody entitled to, and in force?

    Args:
        source: The file: its bytes, its path, or an open binary file.
        authority: Whose permit it must be.
        at: Moment for which the answer shall hold, with time zone; usually now.
        status: Who knows about revocations; None leaves the status unchecked, and the report says so.
        name: Name of the file in the report; default: the last part of its path, or ``"-"``.
        limits: How much a file may cost.

    Returns:
        A report for every input; a file that cannot be read is ``unreadable``.

    Raises:
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    return Verifier(authority, status=status, limits=limits).verify(source, at=at, name=name)


def require_valid(
    source: bytes | Path | BinaryIO,
    *,
    authority: AuthorityDocument,
    at: datetime,
    status: StatusSource | None = None,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """
    Return the report of a valid permit; the arguments are those of `verify_permit`.

    Raises:
        PermitNotAcceptedError: on every other verdict; it carries the report.
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    report = verify_permit(source, authority=authority, at=at, status=status, name=name, limits=limits)
    if report.verdict is not Verdict.VALID:
        raise PermitNotAcceptedError(verdict=report.verdict.value, report=report)
    return report


def unreadable_report(
    name: str, code: str, *, authority: AuthorityDocument, at: datetime, **fields: object
) -> Report:
    """Return the report of a file that could not even be read, e.g. with code ``time-limit``."""
    judgement = Judgement()
    judgement.refuse(CheckName.READABLE, code, **fields)
    return _Case(authority, at, judgement).report(name, None)


class Verifier:
    """
    Judges many files by one authority document.

    Args:
        authority: Whose permits they must be.
        status: Who knows about revocations, or None.
        limits: How much a file may cost.
    """

    def __init__(
        self,
        authority: AuthorityDocument,
        *,
        status: StatusSource | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.authority = authority
        self._status = status
        self._limits = limits

    def verify(self, source: bytes | Path | BinaryIO, *, at: datetime, name: str | None = None) -> Report:
        """Judge one file; see `verify_permit`."""
        check_moment(at)
        label = name if name is not None else source.name if isinstance(source, Path) else "-"
        case = _Case(self.authority, at, Judgement())
        try:
            data = read_source(source, self._limits.max_bytes)
        except SourceReadError as error:
            case.judgement.refuse(CheckName.READABLE, error.reason, limit=self._limits.max_bytes)
            return case.report(label, None)
        case.judge(data, self._status, self._limits)
        return case.report(label, file_digest(data, case.signatures))

    def unreadable(self, name: str, code: str, *, at: datetime, **fields: object) -> Report:
        """Return the report of a file that could not even be read; see `unreadable_report`."""
        return unreadable_report(name, code, authority=self.authority, at=at, **fields)


_ADDED = frozenset({"later-changes-forbidden", "revision-broken", "bytes-after-signature"})
"""Reasons of the signature check that are about what was added after a signature."""


@attrs.define
class _Case:
    """One file on its way through the checks."""

    authority: AuthorityDocument
    at: datetime
    judgement: Judgement
    signatures: list[JudgedSignature] = attrs.field(factory=list)
    proofs: RevocationProofs = RevocationProofs()
    permit: Mapping[str, Any] | None = None
    status: StatusReport | None = None

    def judge(self, data: bytes, source: StatusSource | None, limits: Limits) -> None:
        self._judge_authority()
        found = scan(data)
        if not self._judge_wholeness(data, found):
            return
        try:
            pdf = PdfStructure(data, limits)
            fields = signature_fields(pdf, limits.max_signatures)
        except PdfStructureError as error:
            code = "signed-file-damaged"
            if found.wholeness is Wholeness.UNSIGNED:
                code = "file-damaged" if ends_properly(data) else "file-cut-off"
            self.judgement.refuse(CheckName.READABLE, code, problem=error.problem)
            return
        self.judgement.passed(CheckName.READABLE, "file-readable")
        if found.wholeness is Wholeness.UNSIGNED:
            self.judgement.refuse(CheckName.SIGNATURE_PRESENT, "no-signature")
            return
        self._judge_signatures(data, pdf, found, fields)
        if not self.judgement.failed(*_BEFORE_CONTENT):
            self._judge_content(pdf)
        if self.permit is not None and not self.judgement.failed(*_BEFORE_CONTENT):
            self._judge_status(data, self.permit, source)

    def report(self, name: str, sha256: str | None) -> Report:
        genuine = self.permit is not None and not self.judgement.failed(*_BEFORE_CONTENT)
        return Report(
            file=name,
            sha256=sha256,
            checked_at=self.at,
            authority=authority_used(self.authority),
            verdict=self.judgement.verdict(),
            checks=self.judgement.checks(),
            signatures=tuple(describe(item, self.at) for item in self.signatures),
            permit=self.permit if genuine else None,
            status=self.status,
        )

    def _judge_authority(self) -> None:
        name = CheckName.AUTHORITY_DOCUMENT
        if self.at > self.authority.expires:
            self.judgement.refuse(name, "authority-document-expired", day=self.authority.expires.date())
        else:
            self.judgement.passed(name, "authority-document-current")

    def _judge_wholeness(self, data: bytes, found: Scan) -> bool:
        """Note what the bytes alone say; False ends the judgement."""
        judgement = self.judgement
        if not data:
            judgement.refuse(CheckName.READABLE, "empty-file")
        elif b"%PDF-" not in data[:1024] and found.wholeness in (Wholeness.UNSIGNED, Wholeness.CUT):
            judgement.refuse(CheckName.READABLE, "not-a-pdf")
        elif found.wholeness is Wholeness.CUT or line_end_is_missing(data, found):
            judgement.refuse(CheckName.READABLE, "file-cut-off")
        elif found.wholeness is Wholeness.APPENDED:
            count = len(data) - max(item.end for item in found.ranges)
            judgement.passed(CheckName.READABLE, "file-readable")
            judgement.refuse(CheckName.COVERAGE, "bytes-after-signature", count=count)
        elif found.wholeness is Wholeness.INCONSISTENT:
            judgement.passed(CheckName.READABLE, "file-readable")
            judgement.refuse(CheckName.COVERAGE, "byte-range-wrong")
        else:
            return True
        return False

    def _judge_signatures(
        self, data: bytes, pdf: PdfStructure, found: Scan, fields: Sequence[SignatureField]
    ) -> None:
        judgement, authority = self.judgement, self.authority
        regular = [item for item in fields if not item.is_document_timestamp]
        ranges = {item.byte_range for item in fields}
        if not regular or ranges != set(found.ranges) or len(fields) != len(found.ranges):
            # A signature that the form does not show, or one shown twice: somebody moved it.
            judgement.refuse(CheckName.COVERAGE, "signature-not-in-form")
            return
        judgement.passed(CheckName.SIGNATURE_PRESENT, "signature-found", count=len(regular))
        self.signatures = [judge_signature(data, item, authority, judgement) for item in regular]
        for item in fields:
            if item.is_document_timestamp:
                judge_stamp(data, item, judgement)
        end = max(item.end for item in found.ranges)
        if found.wholeness is Wholeness.LONGER and newest_table(data) < end:
            # An update brings a table of its own; anything else is no part of the document, even if it ends as one.
            judgement.refuse(CheckName.COVERAGE, "bytes-after-signature", count=len(data) - end)
        if not judgement.failed(CheckName.COVERAGE, CheckName.INTEGRITY):
            self._judge_later_changes(data, pdf, plain=len(fields) == 1)
        self.proofs = proofs_in(pdf)
        self._judge_times()
        judgement.left_out(CheckName.REVOCATION, "revocation-not-checked")
        if not judgement.failed(
            CheckName.COVERAGE,
            CheckName.INTEGRITY,
            CheckName.CHAIN,
            CheckName.CERTIFICATE,
            CheckName.REVOCATION,
        ):
            judge_registration(self.signatures, authority, self.at, judgement)

    def _judge_times(self) -> None:
        for judged in self.signatures:
            judge_time(judged, self.at, self.judgement)
            judge_revocation(judged, self.proofs, self.at, self.judgement)

    def _judge_later_changes(self, data: bytes, pdf: PdfStructure, *, plain: bool) -> None:
        judgement = self.judgement
        stamped = any(
            item.container is not None and item.container.has_unsigned_attributes for item in self.signatures
        )
        if plain and self.signatures[0].covers_whole and not stamped:
            judgement.passed(CheckName.COVERAGE, "covers-everything")
            self.signatures[0].level = "B-B"
            return
        from perizinan_core.verification.later_changes import examine, only_signature_fields

        try:
            signing_allowed = only_signature_fields(pdf)
        except PdfStructureError:
            signing_allowed = False
        changes = examine(data, self.authority, self.at, signing_allowed=signing_allowed)
        problem, levels = changes.problem, dict[str, str | None]()
        if problem is None:
            problem, levels = self._second_opinion(data)
        if problem is not None:
            judgement.refuse(CheckName.COVERAGE, problem)
            for judged in self.signatures:
                judged.code = judged.code or problem
            return
        code = "covers-everything" if plain and self.signatures[0].covers_whole else "later-changes-allowed"
        judgement.passed(CheckName.COVERAGE, code)
        for judged in self.signatures:
            judged.trusted_time = changes.times.get(judged.field.name)
            judged.level = levels.get(judged.field.name)
        if changes.untrusted:
            judgement.refuse(CheckName.TRUSTED_TIME, "timestamp-untrusted")
        proven = [item.trusted_time for item in self.signatures if item.trusted_time is not None]
        if len(proven) == len(self.signatures):
            judgement.passed(CheckName.TRUSTED_TIME, "trusted-time-proven", day=min(proven).date())

    def _second_opinion(self, data: bytes) -> tuple[str | None, dict[str, str | None]]:
        """
        Return a reason to refuse what was added after a signature, by our own comparison of the revisions; and
        the PAdES levels of the fields.

        pyHanko passes over objects that nothing points to, and over an order to draw form fields anew.
        """
        from perizinan_core.verification.signatures import verify_signatures

        report = verify_signatures(data, roots=self.authority.roots, at=self.at)
        # Trust, time and revocation are judged by the permit's own rules; here only what was added counts.
        added = {reason.code for reason in report.reasons} & _ADDED
        levels = {signature.field: signature.level for signature in report.signatures}
        return "later-changes-forbidden" if added else None, levels

    def _judge_content(self, pdf: PdfStructure) -> None:
        judgement, authority = self.judgement, self.authority
        try:
            permit = read_permit_data(pdf)
        except PermitDataError as error:
            judgement.refuse(CheckName.PERMIT_DATA, error.reason, problems=Clauses(error.problems))
            return
        if permit["authority"] != authority.slug:
            judgement.refuse(CheckName.PERMIT_DATA, "permit-other-authority", slug=permit["authority"])
            return
        judgement.passed(CheckName.PERMIT_DATA, "permit-data-good")
        judge_entitlement(self.signatures, permit, authority, self.at, judgement)
        self.permit = permit
        if judgement.failed(CheckName.SIGNER_ENTITLED):
            return
        judge_text(pdf, permit, judgement)
        judge_qr(pdf, permit, authority, judgement)
        judge_dates(permit, authority.local_day(self.at), judgement)

    def _judge_status(self, data: bytes, permit: Mapping[str, Any], source: StatusSource | None) -> None:
        judgement, name = self.judgement, CheckName.STATUS
        if source is None:
            judgement.left_out(name, "status-not-checked")
            judgement.left_out(CheckName.TRUSTED_TIME, "no-trusted-time")
            self.status = _NOT_ASKED
            return
        day = self.authority.local_day(self.at)
        try:
            answer = source.status_of(permit["number"], permit["status_index"], day)
        except StatusUnavailableError as error:
            judgement.refuse(name, getattr(error, "reason", "status-unavailable"), problem=error.problem)
            answer = None
        else:
            if answer is None:
                judgement.refuse(name, "status-unknown-permit")
        if answer is not None:
            self._judge_answer(data, answer)
        judgement.left_out(CheckName.TRUSTED_TIME, "no-trusted-time")
        self.status = status_report(answer)

    def _judge_answer(self, data: bytes, answer: PermitStatusAnswer) -> None:
        judgement, name = self.judgement, CheckName.STATUS
        if answer.signed_sha256 is not None:
            if answer.signed_sha256 not in revision_hashes(data, self.signatures):
                judgement.refuse(name, "records-other-file")
                return
            if answer.signed_at is not None:
                self._take_time_from_records(answer.signed_at)
        signed = [item.field.signed_at for item in self.signatures if item.field.signed_at is not None]
        if answer.as_of is not None and signed and answer.as_of < max(signed).replace(microsecond=0):
            # What was known before the permit existed says nothing about it.
            judgement.refuse(name, "status-older-than-permit", day=self.authority.local_day(max(signed)))
            return
        told = self.authority.local_day(answer.as_of) if answer.as_of is not None else None
        if answer.status.value == "in_force":
            judgement.passed(name, answer.reason or "status-in-force", day=told or "?")
        else:
            code = answer.reason or f"status-{answer.status.value.replace('_', '-')}"
            judgement.refuse(name, code, day=answer.since or told or "?")

    def _take_time_from_records(self, moment: datetime) -> None:
        """Let the office's own record of this very file prove the time, where no timestamp did."""
        open_ones = [item for item in self.signatures if item.trusted_time is None]
        if not open_ones or moment > self.at:
            return
        for judged in open_ones:
            judged.trusted_time, judged.timed_by_records = moment, True
        for judged in self.signatures:
            # Whatever got here fell short of a proof of time, or of nothing.
            judged.code = None
        self.judgement.forget(CheckName.CERTIFICATE)
        self.judgement.forget(CheckName.REVOCATION)
        self._judge_times()
        self.judgement.left_out(CheckName.REVOCATION, "revocation-not-checked")
        self.judgement.passed(CheckName.TRUSTED_TIME, "trusted-time-records", day=moment.date())

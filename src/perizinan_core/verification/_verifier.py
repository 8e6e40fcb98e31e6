"""
The judgement of one file, in the order of `report.CheckName`.

1. Is the file whole, and a PDF? 2. Is there a signature, does it cover everything, is the content
intact, does the certificate lead to an allowed root? (`permit_signatures`; `signatures`, the validator of any signed
PDF, where the plain case ends.) 3. Is every signer in the register? Only then is the content looked at:
4. ``permit.json``, 5. the signer's right to issue this kind of permit, 6. printed text and QR against the data,
7. dates, 8. status. A check that fails makes those that build on it pointless; they are reported as not reached.

Nothing is fetched and no clock is read: the moment and the status source are arguments.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from perizinan_core._pdf._limits import DEFAULT_LIMITS, Limits
from perizinan_core._pdf._structure import PdfStructure, ends_properly, newest_table
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.verification import PermitDataError, PermitNotAcceptedError
from perizinan_core.i18n import Clauses
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import StatusChoice
from perizinan_core.verification._authorities import AuthoritySet, ByOffice, StatusOf, status_by_office
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._choosing import choose_for_file
from perizinan_core.verification._copies import CodeReader, code_of_unsigned, with_copy
from perizinan_core.verification._file_verifier import Countdown, FileVerifier, Policy, TimeUpError
from perizinan_core.verification._listing import (
    ListedSignature,
    only_signatures,
    sound_signatures,
)
from perizinan_core.verification._permit_content import judge_dates, judge_qr, judge_text, read_permit_data
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._permit_signatures import (
    JudgedSignature,
    describe,
    file_digest,
    judge_entitlement,
    judge_registration,
    judge_revocation,
    judge_signature,
    judge_stamp,
    judge_time,
    revision_hashes,
)
from perizinan_core.verification._report import CheckName, Outcome, Reason, Report, Verdict
from perizinan_core.verification._revocation import note_revocation
from perizinan_core.verification._schemas import fits_schema
from perizinan_core.verification._signature_report import level_name
from perizinan_core.verification._sources import Source, read_source
from perizinan_core.verification._wholeness import Scan, Wholeness, is_whole, scan

if TYPE_CHECKING:
    # Not at run time: a plain permit needs nothing of it.
    from perizinan_core.verification.signatures._signed_file import SignedFile
    from perizinan_core.verification.signatures._verifier import Examiner

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

_LOADED_LATE = ("zxingcpp", "perizinan_core.model", "perizinan_core.verification._pdf._drawn_codes")
"""Modules that a permit needs and a file of another kind does not."""


def _codes_confined() -> CodeReader:
    from perizinan_core.verification._code_process import codes_confined  # only where there is a copy

    return codes_confined


def verify_permit(
    source: Source,
    *,
    authority: AuthorityDocument | AuthoritySet,
    at: datetime,
    status: StatusChoice | StatusOf = None,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    policy: Policy = Policy.STANDARD,
) -> Report:
    """
    Judge one file: is it a permit of this authority, issued by someone entitled to, and in force?

    Args:
        source: The file: its bytes, its path, or an open binary file.
        authority: Whose permit it must be; of an `AuthoritySet`, the office that the file names.
        at: Moment for which the answer shall hold, with time zone; usually now.
        status: Who knows about revocations. None leaves a permit ``indeterminate`` where the office publishes a
            status list; `NO_STATUS` says that it is not to be asked, and the report says so. For an `AuthoritySet`
            a function that returns the source of an office, such as `AuthoritySet.status_lists`.
        name: Name of the file in the report; default: the last part of its path, or ``"-"``.
        limits: How much a file may cost.
        policy: How much must be proven.

    Returns:
        A report for every input; a file that cannot be read is ``unreadable``.

    Raises:
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
        TypeError: when one status source is given for many offices.
    """
    verifier = Verifier(authority, status=status, limits=limits, policy=policy)
    return verifier.verify(source, at=at, name=name)


def require_valid(
    source: Source,
    *,
    authority: AuthorityDocument | AuthoritySet,
    at: datetime,
    status: StatusChoice | StatusOf = None,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    policy: Policy = Policy.STANDARD,
) -> Report:
    """
    Return the report of a valid permit; the arguments are those of `verify_permit`.

    Raises:
        PermitNotAcceptedError: on every other verdict; it carries the report.
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
    """
    report = verify_permit(
        source, authority=authority, at=at, status=status, name=name, limits=limits, policy=policy
    )
    if report.verdict is not Verdict.VALID:
        raise PermitNotAcceptedError(verdict=report.verdict.value, report=report)
    return report


def load_parts() -> None:
    """Load now what the first permit would: workers that are forked from here need not each do it."""
    for name in _LOADED_LATE:
        importlib.import_module(name)
    fits_schema({}, "permit")


def unreadable_report(
    name: str, code: str, *, authority: AuthorityDocument | AuthoritySet, at: datetime, **fields: object
) -> Report:
    """Return the report of a file that could not even be read, e.g. with code ``time-limit``."""
    return Verifier(authority).unreadable(name, code, at=at, **fields)


class Verifier(FileVerifier):
    """
    Judges many files by one authority document, or each by that of the office which it names.

    Args:
        authority: Whose permits they must be; see `verify_permit`.
        status: Who knows about revocations, `NO_STATUS`, or None; see `verify_permit`.
        limits: How much a file may cost.
        policy: How much must be proven.
        codes: Who reads the codes of copies; default: a process of its own, because decoders run.

    Raises:
        TypeError: one status source is given for many offices.
    """

    def __init__(
        self,
        authority: AuthorityDocument | AuthoritySet,
        *,
        status: StatusChoice | StatusOf = None,
        limits: Limits = DEFAULT_LIMITS,
        policy: Policy = Policy.STANDARD,
        codes: CodeReader | None = None,
    ) -> None:
        super().__init__(limits, policy)
        self.authority = authority
        self._sources = status_by_office(authority, status)
        self._examiners = ByOffice(self._examiner)
        self._status = status
        self._codes = codes

    def _report(self, source: Source, name: str, at: datetime, countdown: Countdown) -> Report:
        case = self._case(at)
        data = countdown.run(lambda: read_source(source, self.limits.max_bytes))
        countdown.run(lambda: case.judge(data))
        case.judge_status(data, countdown)
        report = case.report(name, file_digest(data, case.signatures))
        if report.verdict not in {Verdict.NOT_VALID, Verdict.UNSIGNED, Verdict.UNREADABLE}:
            return report
        whose, status, codes = self.authority, self._status, self._codes or _codes_confined()
        seconds = self.limits.code_seconds
        with suppress(TimeUpError):
            return countdown.run(
                lambda: with_copy(report, data, authority=whose, status=status, codes=codes, seconds=seconds)
            )
        return report

    def _case(self, at: datetime) -> _Case:
        return _Case(verifier=self, whose=self.authority, at=at, sources=self._sources)

    def _examiner(self, authority: AuthorityDocument) -> Examiner:
        """Return the validator of any signed PDF with the roots of an office; it keeps chains between files."""
        from perizinan_core.verification.signatures._verifier import Examiner, store_of

        store = store_of(authority.roots, authority.intermediates)
        return Examiner(store, limits=self.limits, strict=self.strict)

    def unreadable(self, name: str, code: str, *, at: datetime, **fields: object) -> Report:
        """Return the report of a file that could not even be read; see `unreadable_report`."""
        case = self._case(at)
        case.judgement.refuse(CheckName.READABLE, code, **fields)
        return case.report(name, None)


@attrs.define(kw_only=True)
class _Case(PermitCase):
    """One file on its way through the checks."""

    verifier: Verifier
    signatures: list[JudgedSignature] = attrs.field(factory=list)
    named: str | None = None
    """What the file calls its office, where that is not the one that was chosen."""

    def judge(self, data: bytes) -> None:
        """Make every check but the last, which asks someone else."""
        limits = self.verifier.limits
        self.judge_authority()
        found = scan(data)
        if not is_whole(data, found, self.judgement, limits):
            return
        if found.wholeness is Wholeness.INCONSISTENT:
            self.judgement.passed(CheckName.READABLE, "file-readable")
            self.judgement.refuse(CheckName.COVERAGE, "byte-range-wrong")
            return
        try:
            pdf = PdfStructure(data, limits)
            fields = sound_signatures(pdf, limits.max_signatures)
        except PdfStructureError as error:
            code = "signed-file-damaged"
            if found.wholeness is Wholeness.UNSIGNED:
                code = "file-damaged" if ends_properly(data) else "file-cut-off"
            self.judgement.refuse(CheckName.READABLE, code, problem=error.fault)
            return
        self.judgement.passed(CheckName.READABLE, "file-readable")
        if found.wholeness is Wholeness.UNSIGNED:
            self.judgement.refuse(CheckName.SIGNATURE_PRESENT, code_of_unsigned(pdf))
            return
        if self.offices is not None:
            chosen, self.named = choose_for_file(self.offices, pdf, fields, self.judgement)
            self.judge_authority(chosen)
        self._judge_signatures(data, pdf, found, fields)
        # No one entitled is known to have signed it: not as long as that is open, either.
        known = self.judgement.outcome(CheckName.SIGNER_ENTITLED) is not Outcome.INDETERMINATE
        if self.known is not None and known and not self.judgement.failed(*_BEFORE_CONTENT):
            self._judge_content(pdf)

    def report(self, name: str, sha256: str | None) -> Report:
        if self.judgement.failed(*_BEFORE_CONTENT):
            self.permit = None
        told = tuple(describe(item, self.at, strict=self.verifier.strict) for item in self.signatures)
        return self.write(name, sha256, verdict=self.judgement.verdict(), signatures=told)

    def _judge_signatures(
        self, data: bytes, pdf: PdfStructure, found: Scan, fields: Sequence[ListedSignature]
    ) -> None:
        judgement = self.judgement
        regular = [item for item in fields if not item.is_timestamp]
        ranges = {item.byte_range for item in fields}
        if not regular or ranges != set(found.ranges) or len(fields) != len(found.ranges):
            # A signature that the form does not show, or one shown twice: someone moved it.
            judgement.refuse(CheckName.COVERAGE, "signature-not-in-form")
            return
        judgement.passed(CheckName.SIGNATURE_PRESENT, "signature-found", count=len(regular))
        self.signatures = [judge_signature(data, item, self.known, judgement) for item in regular]
        for item in fields:
            if item.is_timestamp:
                judge_stamp(data, item, judgement)
        end = max(item.end for item in found.ranges)
        if found.wholeness is Wholeness.LONGER and newest_table(data) < end:
            # An update brings a table of its own; anything else is not part of the document, even if it ends as one.
            judgement.refuse(CheckName.COVERAGE, "bytes-after-signature", count=len(data) - end)
        self._judge_form(data, pdf, plain=len(fields) == 1 and self.signatures[0].is_plain)
        if judgement.failed(CheckName.COVERAGE, CheckName.INTEGRITY):
            for name in (CheckName.CHAIN, CheckName.CERTIFICATE):
                judgement.forget(name)
        elif self.known is not None:
            self._judge_signers()
        else:
            for judged in self.signatures:
                judged.problem = judged.problem or judgement.reason(CheckName.AUTHORITY_DOCUMENT)

    def _judge_form(self, data: bytes, pdf: PdfStructure, *, plain: bool) -> None:
        """Judge whether the signatures cover everything, and what stands beside them."""
        if self.judgement.failed(CheckName.COVERAGE, CheckName.INTEGRITY):
            return
        if plain and "DSS" not in pdf.catalog():
            self.judgement.passed(CheckName.COVERAGE, "covers-everything")
            self.signatures[0].level = level_name(self.signatures[0].field.sub_filter, "B")
        elif self.known is not None:
            self._judge_additions(data, pdf)

    def _judge_signers(self) -> None:
        """Judge when and by whom it was signed."""
        self._judge_times()
        if self.judgement.failed(CheckName.CHAIN, CheckName.CERTIFICATE, CheckName.REVOCATION):
            return
        if self.named is not None:
            told = {"named": self.named, "office": self.authority.name}
            self.judgement.refuse(CheckName.SIGNER_ENTITLED, "signer-of-another-office", **told)
        else:
            judge_registration(self, self.signatures)

    def _judge_times(self) -> None:
        for judged in self.signatures:
            judge_time(judged, self.at, self.judgement)
        known = [judge_revocation(judged, self.at, self.judgement) for judged in self.signatures]
        note_revocation(known, self.judgement, strict=self.verifier.strict)
        if all(item.found is None for item in self.signatures):
            self.judgement.left_out(CheckName.TRUSTED_TIME, "no-trusted-time")

    def _judge_additions(self, data: bytes, pdf: PdfStructure) -> None:
        """Ask the validator for everything beyond the plain case, and hold the file to what a permit may have."""
        from perizinan_core.verification.signatures._signed_file import note_time

        judgement = self.judgement
        file = self.verifier._examiners.of(self.authority).examine(data, at=self.at)  # noqa: SLF001 - its own verifier
        problem = _problem_with(file) or (
            None if self._may_be_there(file, pdf) else "later-changes-forbidden"
        )
        if problem is not None:
            judgement.refuse(CheckName.COVERAGE, problem)
            for judged in self.signatures:
                judged.problem, judged.is_broken = judged.problem or Reason(problem), True
            return
        whole = len(file.signatures) == 1 and self.signatures[0].covers_whole
        judgement.passed(CheckName.COVERAGE, "covers-everything" if whole else "later-changes-allowed")
        by_name = {item.listed.name: item for item in file.signatures}
        for judged in self.signatures:
            judged.found = by_name[judged.field.name]
            judged.level = judged.found.level
        note_time(file.signatures, judgement, strict=self.verifier.strict, all_must_prove=True)

    def _may_be_there(self, file: SignedFile, pdf: PdfStructure) -> bool:
        """
        Return True when nothing was added but proofs of time and signatures, and these to a form of signatures alone.

        Of any signed PDF more is allowed: filling in by someone trusted, and fields that show nothing.
        """
        if file.history.fills or file.history.added:
            return False
        return len(self.signatures) == 1 or only_signatures(pdf)

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
        judge_entitlement(self, self.signatures, permit)
        self.permit = PermitFacts.read(permit)
        if judgement.failed(CheckName.SIGNER_ENTITLED):
            return
        judge_text(pdf, permit, judgement)
        judge_qr(self, pdf, permit)
        judge_dates(self, self.permit)

    def judge_status(self, data: bytes, countdown: Countdown) -> None:
        """Ask about the status of a permit that is the office's."""
        if self.permit is None or self.judgement.failed(*_BEFORE_CONTENT):
            return
        self.judge_version(countdown)
        answer = self.ask_status(self.permit, countdown)
        if answer is None:
            return
        if answer.signed_sha256 is not None:
            if answer.signed_sha256 not in revision_hashes(data, self.signatures):
                self.judgement.refuse(CheckName.STATUS, "records-other-file")
                return
            if answer.signed_at is not None:
                self._take_time_from_records(answer.signed_at)
        signed = max(
            (item.field.signed_at for item in self.signatures if item.field.signed_at is not None),
            default=None,
        )
        older = signed and answer.as_of and answer.as_of < signed.replace(microsecond=0)
        self.judge_answer(answer, younger=self.authority.local_day(signed) if signed and older else None)

    def _take_time_from_records(self, moment: datetime) -> None:
        """Let the office's own record of this very file prove the time, where no timestamp did."""
        open_ones = [item for item in self.signatures if item.trusted_time is None]
        if not open_ones or moment > self.at:
            return
        for judged in open_ones:
            judged.recorded_time = moment
        for judged in self.signatures:
            # What got here fell short of a proof of time, or of nothing.
            judged.problem = None
        for name in (CheckName.CERTIFICATE, CheckName.REVOCATION):
            self.judgement.forget(name)
        if self.judgement.code(CheckName.TRUSTED_TIME) == "no-trusted-time":
            self.judgement.forget(CheckName.TRUSTED_TIME)
        self.judgement.passed(CheckName.TRUSTED_TIME, "trusted-time-records", day=moment.date())
        self._judge_times()


def _problem_with(file: SignedFile) -> str | None:
    """Return a reason to refuse a permit whose own checks passed, by what the validator found."""
    broken = [item for item in file.signatures if item.broken is not None]
    if any(item.is_timestamp or item.broken == Reason("timestamp-broken") for item in broken):
        return "timestamp-broken"
    if broken or file.judgement.failed(CheckName.READABLE, CheckName.COVERAGE, CheckName.SIGNATURE_PRESENT):
        return "later-changes-forbidden"
    unread = [
        part for item in file.signatures if item.container is not None for part in item.container.unread
    ]
    return "timestamp-broken" if "signature_time_stamp_token" in unread else None

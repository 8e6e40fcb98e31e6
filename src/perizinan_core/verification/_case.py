"""
One permit on its way through the checks by an authority document: what is the same for a file and for a code.

What the document may be too old to know: signers and keys that came after it, and what was withdrawn since.

1. A signer or key that the document does not name, for a stated day after the day of checking, is never excused.
2. For a stated day after the document was issued the question stays open: the document cannot know who came later,
3. unless a status list that may be relied on, and was made after that day, names this version as the current one.
4. A document whose version is below the lowest that the list names is not judged by: something in it was withdrawn.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from functools import cached_property

import attrs

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import (
    NoStatus,
    PermitStatusAnswer,
    PublishedVersions,
    StatusChoice,
    VersionSource,
)
from perizinan_core.verification._authorities import AuthoritySet, ByOffice
from perizinan_core.verification._file_verifier import Countdown, TimeUpError
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._report import (
    AuthorityUsed,
    CheckName,
    Report,
    SignatureReport,
    StatusReport,
    Verdict,
    in_one_voice,
)

_UNKNOWN = "?"
_NOT_ASKED = StatusReport(checked=False, state="not_checked")


@attrs.define(kw_only=True)
class PermitCase:
    """What is known so far."""

    whose: AuthorityDocument | AuthoritySet
    """Whose permit it must be; of many offices the one that the permit names is chosen."""

    at: datetime
    """Moment for which the answer shall hold."""

    sources: ByOffice[StatusChoice]
    """Who knows about revocations."""

    judgement: Judgement = attrs.field(factory=Judgement)
    permit: PermitFacts | None = None
    """What an entitled officer signed."""

    status: StatusReport | None = None
    known: AuthorityDocument | None = attrs.field(default=None, init=False)
    """The document of the office; None as long as none is chosen."""

    source: StatusChoice = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.whose, AuthoritySet):
            self._take(self.whose)

    @property
    def authority(self) -> AuthorityDocument:
        """The document of the office; nothing is asked about an office that is not known."""
        assert self.known is not None  # noqa: S101 - see known
        return self.known

    @property
    def today(self) -> date:
        """The day of the check, where the office is."""
        return self.authority.local_day(self.at)

    @property
    def offices(self) -> AuthoritySet | None:
        """The offices among which was chosen."""
        return self.whose if isinstance(self.whose, AuthoritySet) else None

    def _take(self, authority: AuthorityDocument) -> None:
        self.known, self.source = authority, self.sources.of(authority)

    def judge_authority(self, authority: AuthorityDocument | None = None) -> None:
        """Note whether the authority document, which is chosen now or was given, may still be used."""
        if authority is not None:
            self._take(authority)
        if self.known is None:
            return
        name, used = CheckName.AUTHORITY_DOCUMENT, self.known
        directory = self.offices.directory if self.offices is not None else None
        if directory is not None and self.at > directory.expires:
            day = directory.expires.date()
            self.judgement.refuse(name, "directory-expired", keeper=directory.name, day=day)
        elif self.at > used.expires:
            day = used.expires.date()
            self.judgement.refuse(name, "authority-document-expired", day=day, address=used.address)
        else:
            self.judgement.passed(name, "authority-document-current")

    @cached_property
    def versions(self) -> PublishedVersions | None:
        """What the office says about its versions at this moment; None when no one says it."""
        if self.source is None or not isinstance(self.source, VersionSource):
            return None
        try:
            return self.source.versions()
        except StatusUnavailableError:
            return None

    def judge_version(self, countdown: Countdown) -> None:
        """Hold the document to what the office says about its versions; what takes too long says nothing."""
        told = None
        with suppress(TimeUpError):
            told = countdown.run(lambda: self.versions)
        if told is not None and self.authority.version < told.lowest:
            self.judgement.refuse(
                CheckName.AUTHORITY_DOCUMENT,
                "authority-document-superseded",
                version=self.authority.version,
                lowest=told.lowest,
                address=self.authority.address,
            )

    def may_not_know(self, day: date) -> bool:
        """Return True when the document may be too old to know a signer or key of a stated day."""
        used = self.authority
        if not used.local_day(used.issued) < day <= self.today:
            return False
        told = self.versions
        return told is None or told.current != used.version or used.local_day(told.as_of) <= day

    def refuse_unknown(self, check: CheckName, code: str, *, day: date, **fields: object) -> None:
        """Refuse a signer or key that the document does not name, or leave it open, as the rules above say."""
        used = self.authority
        if self.may_not_know(day):
            told = {"day": day, "last": used.local_day(used.issued), "address": used.address}
            self.judgement.refuse(check, f"{code}-yet", **told, **fields)
        else:
            self.judgement.refuse(check, code, **fields)

    def ask_status(self, permit: PermitFacts, countdown: Countdown) -> PermitStatusAnswer | None:
        """
        Return the answer of the status source; why there is none is noted.

        Without a source the status of an office that publishes a status list stays open, unless the caller said
        by name (`NO_STATUS`) that no one is to be asked.
        """
        name, source, published = CheckName.STATUS, self.source, self.authority.status_list
        if source is None or isinstance(source, NoStatus):
            self.status = _NOT_ASKED
            if source is None and published is not None:
                address = published.get("uri")
                told = address if isinstance(address, str) else _UNKNOWN
                self.judgement.refuse(name, "status-not-given", address=told)
            else:
                self.judgement.left_out(name, "status-not-checked")
            return None
        answer, day = None, self.today
        try:
            answer = countdown.run(lambda: source.status_of(permit.number, permit.status_index, day))
        except StatusUnavailableError as error:
            self.judgement.refuse(name, getattr(error, "reason", "status-unavailable"), problem=error.fault)
        except TimeUpError:
            self.judgement.refuse(name, "status-time-limit", seconds=f"{countdown.seconds:g}")
        else:
            if answer is None:
                self.judgement.refuse(name, "status-unknown-permit")
        self.status = StatusReport.of(answer)
        return answer

    def judge_answer(self, answer: PermitStatusAnswer, *, younger: date | None) -> None:
        """
        Note what the status source says.

        Args:
            answer: What it says.
            younger: Day of the permit where the answer is older: what was known before says nothing about it.
        """
        judgement, name = self.judgement, CheckName.STATUS
        told = self.authority.local_day(answer.as_of) if answer.as_of is not None else _UNKNOWN
        if younger is not None:
            judgement.refuse(name, "status-older-than-permit", day=younger)
        elif answer.status.value == "in_force":
            judgement.passed(name, answer.reason or "status-in-force", day=told)
        else:
            code = answer.reason or f"status-{answer.status.value.replace('_', '-')}"
            judgement.refuse(name, code, day=answer.since or told)

    def write(
        self,
        name: str,
        sha256: str | None,
        *,
        verdict: Verdict,
        signatures: tuple[SignatureReport, ...] = (),
    ) -> Report:
        """Return the report."""
        return Report(
            file=name,
            sha256=sha256,
            checked_at=self.at,
            authority=AuthorityUsed.of(self.known) if self.known is not None else None,
            verdict=verdict,
            checks=self.judgement.checks(),
            signatures=in_one_voice(verdict, signatures),
            permit=self.permit,
            status=self.status,
        )

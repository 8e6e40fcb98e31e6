"""One permit on its way through the checks by an authority document: what is the same for a file and for a code."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import attrs

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import NoStatus, PermitStatusAnswer, StatusChoice
from perizinan_core.verification._authorities import AuthoritySet, StatusByOffice
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._old_document import DocumentAge
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
from perizinan_core.verification._time_limit import Countdown, TimeUpError

__all__ = ["PermitCase"]

_UNKNOWN = "?"
_NOT_ASKED = StatusReport(checked=False, state="not_checked")


@attrs.define(kw_only=True)
class PermitCase:
    """What is known so far."""

    whose: AuthorityDocument | AuthoritySet
    """Whose permit it must be; of many offices the one that the permit names is chosen."""

    at: datetime
    """Moment for which the answer shall hold."""

    sources: StatusByOffice
    """Who knows about revocations."""

    judgement: Judgement = attrs.field(factory=Judgement)
    permit: PermitFacts | None = None
    """What an entitled officer signed."""

    status: StatusReport | None = None
    known: AuthorityDocument | None = attrs.field(default=None, init=False)
    """The document of the office; None as long as none is chosen."""

    source: StatusChoice = attrs.field(default=None, init=False)
    age: DocumentAge = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.whose, AuthoritySet):
            self._take(self.whose)

    @property
    def authority(self) -> AuthorityDocument:
        """The document of the office; nothing is asked about an office that is not known."""
        assert self.known is not None  # noqa: S101 - see known
        return self.known

    @property
    def offices(self) -> AuthoritySet | None:
        """The offices among which was chosen."""
        return self.whose if isinstance(self.whose, AuthoritySet) else None

    def _take(self, authority: AuthorityDocument) -> None:
        self.known = authority
        self.source = self.sources.of(authority)
        self.age = DocumentAge(authority, self.at, self.source, self.offices)

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

    def judge_version(self, countdown: Countdown) -> None:
        """Hold the document to what the office says about its versions; what takes too long says nothing."""
        with suppress(TimeUpError):
            countdown.run(lambda: self.age.versions)
            self.age.judge(self.judgement)

    def ask_status(self, permit: PermitFacts, countdown: Countdown) -> PermitStatusAnswer | None:
        """
        Return the answer of the status source; why there is none is noted.

        Without a source the status of an office that publishes a status list stays open, unless the caller said
        by name (`NO_STATUS`) that nobody is to be asked.
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
        answer, day = None, self.authority.local_day(self.at)
        try:
            answer = countdown.run(lambda: source.status_of(permit.number, permit.status_index, day))
        except StatusUnavailableError as error:
            self.judgement.refuse(name, getattr(error, "reason", "status-unavailable"), problem=error.problem)
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

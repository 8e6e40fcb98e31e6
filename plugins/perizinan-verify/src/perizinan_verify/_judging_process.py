"""
The judging process, started by `perizinan_verify._judging`.

It reads hostile files, so it is confined (`perizinan_core.confined`) and killed when a file takes too long. It asks
the page for the status of a permit, because only the page may reach the office's records.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from perizinan_core.confined import Channel, task_limits
from perizinan_core.i18n import add_locale_dir
from perizinan_core.published import (
    NO_STATUS,
    AuthorityDocument,
    PermitStatusAnswer,
    PublishedVersions,
    StatusChoice,
    read_authority_document,
)
from perizinan_core.verification import (
    AuthoritySet,
    ImageLimits,
    Limits,
    Report,
    StatusOf,
    Verdict,
    Verifier,
    check_qr_image,
    check_qr_text,
    codes_here,
    unreadable_report,
)
from perizinan_verify._jobs import Job, Papers

__all__ = ["choose", "serve"]


class _Asked:
    """The page's status source, seen from here."""

    def __init__(self, slug: str, channel: Channel) -> None:
        self._slug = slug
        self._channel = channel

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """See `StatusSource`; the page answers with the value itself, or with the error to raise."""
        question = {"number": number, "index": status_index, "on": on.isoformat()}
        return self._ask(question)  # type: ignore[no-any-return]

    def versions(self) -> PublishedVersions | None:
        """See `VersionSource`."""
        return self._ask({})  # type: ignore[no-any-return]

    def _ask(self, question: dict[str, Any]) -> Any:
        self._channel.send({"ask": {"slug": self._slug, **question}})
        answer = self._channel.receive()
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Judge:
    """Judges by the papers it was started with; documents of many offices are read when a file names them."""

    def __init__(self, channel: Channel, papers: Papers) -> None:
        status: dict[str, StatusChoice] = {
            **{slug: _Asked(slug, channel) for slug in papers.with_status},
            **dict.fromkeys(papers.without_status, NO_STATUS),
        }
        self._authority: AuthorityDocument | AuthoritySet
        self._status: StatusChoice | StatusOf
        if len(papers.authorities) == 1:
            [(slug, raw)] = papers.authorities.items()
            self._authority = read_authority_document(raw, authority_key=papers.key)
            self._status = status.get(slug)
        else:
            self._authority = AuthoritySet(papers.authorities, authority_key=papers.key)
            self._status = lambda document: status.get(document.slug)
        limits = Limits(max_bytes=papers.max_bytes, code_seconds=papers.code_seconds)
        self._verifier = Verifier(self._authority, status=self._status, limits=limits, codes=codes_here)

    def answer(self, job: Job, body: bytes) -> dict[str, dict[str, Any]]:
        """Judge one file or text; return the report in each language asked for."""
        try:
            report = choose(self._reports(job, body))
        except Exception:  # noqa: BLE001 - a file that trips a check is one that cannot be read safely
            report = unreadable_report(job.name, "internal-limit", authority=self._authority, at=job.at)
        return {language: report.to_json(language) for language in job.languages}

    def _reports(self, job: Job, body: bytes) -> Sequence[Report]:
        if job.kind == "pdf":
            return [self._verifier.verify(body, at=job.at, name=job.name)]
        by, at, status, name = self._authority, job.at, self._status, job.name
        if job.kind == "text":
            text = job.text or body.decode("utf-8", "replace")
            return [check_qr_text(text, authority=by, at=at, status=status, name=name)]
        limits = ImageLimits(max_bytes=len(body) + 1, max_seconds=0.7 * job.seconds)
        return check_qr_image(body, authority=by, at=at, status=status, name=name, limits=limits)


def choose(reports: Sequence[Report]) -> Report:
    """Return the report that says most about a picture with several codes: a permit's, else one of this office."""
    return min(reports, key=lambda report: (report.permit is None, report.verdict is Verdict.WRONG_ISSUER))


def serve(channel: Channel, papers: Papers) -> None:
    """Answer until the page hangs up."""
    add_locale_dir(Path(__file__).parent / "locale")
    judge = _Judge(channel, papers)
    channel.ready()
    while True:
        job, descriptor = channel.receive_file()
        body = b""
        if descriptor is not None:
            with os.fdopen(descriptor, "rb") as file:
                body = file.read(papers.max_bytes + 1)
        with task_limits(cpu_seconds=2 * job.seconds):
            channel.send({"answer": judge.answer(job, body), "again": True})

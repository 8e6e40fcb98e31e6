"""
The judging process, started by `perizinan_verify._judging`.

It reads hostile files, so it is confined (`perizinan_core.confined`) and killed when a file takes too long. It asks
the page for the status of a permit, because only the page may reach the office's records.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from perizinan_core.confined import Channel, task_limits
from perizinan_core.i18n import add_locale_dir
from perizinan_core.verification import (
    NO_STATUS,
    Limits,
    PermitStatusAnswer,
    Report,
    StatusChoice,
    Verdict,
    Verifier,
    read_authority_document,
    unreadable_report,
)
from perizinan_core.verification._qr_image import ImageLimits
from perizinan_core.verification._qr_report import check_qr_image, check_qr_text
from perizinan_verify._jobs import Job, Papers

__all__ = ["choose", "serve"]


class _Asked:
    """The page's status source, seen from here."""

    def __init__(self, slug: str, channel: Channel) -> None:
        self._slug = slug
        self._channel = channel

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """See `StatusSource`; the page answers with the value itself, or with the error to raise."""
        question = {"slug": self._slug, "number": number, "index": status_index, "on": on.isoformat()}
        self._channel.send({"ask": question})
        answer = self._channel.receive()
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


class _Judge:
    """Judges by the papers it was started with."""

    def __init__(self, channel: Channel, papers: Papers) -> None:
        documents = [read_authority_document(raw, authority_key=papers.key) for raw in papers.authorities]
        self._status: dict[str, StatusChoice] = {
            **{slug: _Asked(slug, channel) for slug in papers.with_status},
            **dict.fromkeys(papers.without_status, NO_STATUS),
        }
        limits = Limits(max_bytes=papers.max_bytes)
        self._verifiers = [
            Verifier(item, status=self._status.get(item.slug), limits=limits) for item in documents
        ]

    def answer(self, job: Job, body: bytes) -> dict[str, dict[str, Any]]:
        """Judge one file or text; return the report in each language asked for."""
        at, name = job.at, job.name
        judges: dict[str, Callable[[], Iterable[Report]]] = {
            "pdf": lambda: (item.verify(body, at=at, name=name) for item in self._verifiers),
            "photo": lambda: self._judge_photo(body, at, name, job.seconds),
            "text": lambda: self._judge_text(job.text, at, name),
        }
        try:
            report = choose(judges[job.kind]())
        except Exception:  # noqa: BLE001 - a file that trips a check is one that cannot be read safely
            report = unreadable_report(name, "internal-limit", authority=self._verifiers[0].authority, at=at)
        return {language: report.to_json(language) for language in job.languages}

    def _judge_photo(self, data: bytes, at: datetime, name: str, seconds: float) -> Iterator[Report]:
        # All offices together stay within the time that the page gives a file.
        limits = ImageLimits(max_bytes=len(data) + 1, max_seconds=0.7 * seconds / len(self._verifiers))
        for authority in (item.authority for item in self._verifiers):
            source = self._status.get(authority.slug)
            yield from check_qr_image(
                data, authority=authority, at=at, status=source, name=name, limits=limits
            )

    def _judge_text(self, text: str, at: datetime, name: str) -> Iterator[Report]:
        for authority in (item.authority for item in self._verifiers):
            source = self._status.get(authority.slug)
            yield check_qr_text(text, authority=authority, at=at, status=source, name=name)


def choose(reports: Iterable[Report]) -> Report:
    """
    Return the report of the office whose permit it is.

    An office that finds its own entitled signer decides; else one that knows the signer's chain; else the first.
    """
    others: list[Report] = []
    for report in reports:
        if report.permit is not None:
            return report
        others.append(report)
    foreign = {"permit-other-authority"}
    for report in others:
        codes = {item.code for item in report.reasons}
        if report.verdict is not Verdict.WRONG_ISSUER and not codes & foreign:
            return report
    return others[0]


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

"""
The judging process: ``python -m perizinan_verify._judging_process``, spoken to over its standard streams.

It reads hostile files, so it has little: bounded memory, no file to write, no secret of the server in
its environment, and it is killed when a file takes too long. It asks the page for the status of a permit,
because only the page may reach the office's records.
"""

from __future__ import annotations

import base64
import logging
import os
import pickle
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

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
from perizinan_verify._channel import read_frame, write_frame

__all__ = ["main"]


class _Asked:
    """The page's status source, seen from here."""

    def __init__(self, slug: str, reading: BinaryIO, writing: BinaryIO) -> None:
        self._slug = slug
        self._reading = reading
        self._writing = writing

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """See `StatusSource`; the page answers with the value itself, or with the error to raise."""
        question = {"slug": self._slug, "number": number, "index": status_index, "on": on.isoformat()}
        write_frame(self._writing, {"ask": question})
        _head, body = read_frame(self._reading)
        # Written by the page, which started this process; nothing that a stranger sent is unpickled.
        answer = pickle.loads(body)  # noqa: S301
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


class _Judge:
    """Judges by the documents it was given last."""

    def __init__(self, reading: BinaryIO, writing: BinaryIO) -> None:
        self._reading = reading
        self._writing = writing
        self._verifiers: list[Verifier] = []
        self._status: dict[str, StatusChoice] = {}

    def take(self, head: dict[str, Any]) -> None:
        """Take over new authority documents."""
        documents = [
            read_authority_document(base64.b64decode(item["raw"]), authority_key=item["key"])
            for item in head["authorities"]
        ]
        self._status = {
            **{slug: _Asked(slug, self._reading, self._writing) for slug in head["with_status"]},
            **dict.fromkeys(head["without_status"], NO_STATUS),
        }
        limits = Limits(max_bytes=head["max_bytes"])
        self._verifiers = [
            Verifier(item, status=self._status.get(item.slug), limits=limits) for item in documents
        ]

    def answer(self, head: dict[str, Any], body: bytes) -> dict[str, dict[str, Any]]:
        """Judge one file or text; return the report in each language asked for."""
        at, name = datetime.fromisoformat(head["at"]), head["name"]
        judges: dict[str, Callable[[], Iterable[Report]]] = {
            "pdf": lambda: (item.verify(body, at=at, name=name) for item in self._verifiers),
            "photo": lambda: self._judge_photo(body, at, name, head["seconds"]),
            "text": lambda: self._judge_text(body.decode("utf-8", "replace"), at, name),
        }
        try:
            report = choose(judges[head["kind"]]())
        except Exception:  # noqa: BLE001 - a file that trips a check is one that cannot be read safely
            report = unreadable_report(name, "internal-limit", authority=self._verifiers[0].authority, at=at)
        return {language: report.to_json(language) for language in head["languages"]}

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


def main() -> None:
    """Serve until the page closes the stream."""
    logging.disable(logging.CRITICAL)  # libraries may log what is written in a file
    reading = os.fdopen(os.dup(0), "rb")
    writing = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    add_locale_dir(Path(__file__).parent / "locale")
    judge = _Judge(reading, writing)
    try:
        head, _ = read_frame(reading)
        _confine(head["memory_bytes"])
        judge.take(head)
        write_frame(writing, {"ready": True})
        while True:
            head, body = read_frame(reading)
            if "authorities" in head:
                judge.take(head)
            else:
                write_frame(writing, {"answer": judge.answer(head, body)})
    except (EOFError, BrokenPipeError):
        sys.exit(0)


def _confine(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()

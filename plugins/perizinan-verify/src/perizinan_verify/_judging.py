"""
The page's side of judging: a pool of processes, kept warm, each with one file at a time.

A file that takes too long costs its process, never the page; the next file gets a new one. Safe to
use from many threads and from any event loop: `JudgingPool.judge` blocks, and is called in a thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from perizinan_core.confined import ChildPool, ChildProcess, Confinement, Ending, start_child
from perizinan_core.documents import Spool
from perizinan_core.errors.confined import ChildStartError
from perizinan_core.published import PermitStatusAnswer, PublishedVersions
from perizinan_core.verification import AuthoritySet, unreadable_report
from perizinan_verify._authorities import Authorities
from perizinan_verify._errors import JudgingUnavailableError
from perizinan_verify._jobs import Job, Papers
from perizinan_verify._settings import PageSettings
from perizinan_verify._status_questions import LimitedStatus

__all__ = ["JudgingPool"]

_TARGET = "perizinan_verify._judging_process:serve"
_FILES_PER_PROCESS = 300
_MOST_ANSWER = 32 * 1024 * 1024
_FOR_CODES = 0.3
"""Part of the time for a file in which the code of a copy is looked for."""

_log = logging.getLogger("perizinan_verify")


class JudgingPool:
    """
    Processes that judge.

    Args:
        authorities: By whose documents.
        status: Who knows about revocations, by the office's short name.
        without_status: Short names of the offices whose status is not to be asked, as the operator said.
        settings: The bounds.
        key: Fingerprint that the authority documents were held against, or None.
    """

    def __init__(
        self,
        authorities: Authorities,
        *,
        status: Mapping[str, LimitedStatus],
        without_status: frozenset[str] = frozenset(),
        settings: PageSettings,
        key: str | None = None,
    ) -> None:
        self._authorities = authorities
        self._status = status
        self._without_status = without_status
        self._settings = settings
        self._key = key
        self._pool = ChildPool(self._start, places=settings.workers, tasks_per_child=_FILES_PER_PROCESS)
        self._generation = authorities.generation
        self.threads = self._make_threads()
        """One thread for each process: `judge` is to be called in these."""

    def judge(self, job: Job, body: Spool | None) -> dict[str, dict[str, Any]]:
        """
        Return the answer in its JSON form, by language.

        Args:
            job: What to do.
            body: The file; None where the job has a text.

        Raises:
            JudgingUnavailableError: when no process can be started.
        """
        started = time.monotonic()
        self._follow_authorities()
        descriptor = None if body is None else body.descriptor
        try:
            reply = self._pool.ask(
                job, seconds=job.seconds, descriptor=descriptor, answer=self._answer_question
            )
        except ChildStartError as error:
            raise _unavailable(error) from error
        told = (reply.message or {}).get("answer")
        answer: dict[str, dict[str, Any]] = (
            told
            if isinstance(told, dict) and set(told) == set(job.languages)
            else self._given_up(job, reply.ending)
        )
        _log.info(
            "%s: %s after %.2f s", job.kind, answer[job.languages[0]]["verdict"], time.monotonic() - started
        )
        return answer

    def warm_up(self) -> None:
        """
        Start one process ahead of the first file.

        Raises:
            JudgingUnavailableError: when it does not start.
        """
        try:
            self._pool.warm_up()
        except ChildStartError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """End all processes and threads; they are started again when a file comes."""
        ended, self.threads = self.threads, self._make_threads()
        ended.shutdown(wait=True, cancel_futures=True)
        self._pool.close()

    def _make_threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._settings.workers, thread_name_prefix="perizinan-verify")

    def _follow_authorities(self) -> None:
        """Let no process judge by authority documents that have been replaced."""
        generation = self._authorities.generation
        if generation != self._generation:
            self._generation = generation
            self._pool.renew()

    def _start(self) -> ChildProcess:
        published = self._authorities.known
        papers = Papers(
            authorities={item.document.slug: item.raw for item in published},
            key=self._key,
            with_status=tuple(item.document.slug for item in published if item.document.slug in self._status),
            without_status=tuple(sorted(self._without_status)),
            max_bytes=self._settings.max_bytes,
            code_seconds=self._settings.seconds * _FOR_CODES,
        )
        confinement = Confinement(memory=self._settings.memory_bytes)
        return start_child(_TARGET, (papers,), confinement=confinement, most_answer=_MOST_ANSWER)

    def _answer_question(
        self, question: Mapping[str, Any]
    ) -> PermitStatusAnswer | PublishedVersions | Exception | None:
        source = self._status[question["slug"]]
        if "number" not in question:
            return source.versions()
        on = date.fromisoformat(question["on"])
        return source.ask(question["number"], question["index"], on)

    def _given_up(self, job: Job, ending: Ending | None) -> dict[str, dict[str, Any]]:
        late = ending is Ending.TIME
        fields = {"seconds": f"{self._settings.seconds:g}"} if late else {}
        code = "time-limit" if late else "internal-limit"
        documents = [item.document for item in self._authorities.known]
        # Of many offices, none is named for a file that no one could read.
        authority = documents[0] if len(documents) == 1 else AuthoritySet(())
        report = unreadable_report(job.name, code, authority=authority, at=job.at, **fields)
        return {language: report.to_json(language) for language in job.languages}


def _unavailable(error: ChildStartError) -> JudgingUnavailableError:
    _log.error("the judging process does not start: %s", error.cause or error.fault)
    return JudgingUnavailableError()

"""
The page's side of judging: a pool of processes, kept warm, each with one file at a time.

A file that takes too long costs its process, never the page; the next file gets a new one. Safe to
use from many threads and from any event loop: `JudgingPool.judge` blocks, and is called in a thread.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from perizinan_core.verification import unreadable_report
from perizinan_verify._authorities import Authorities
from perizinan_verify._channel import read_frame, write_frame
from perizinan_verify._errors import JudgingUnavailableError
from perizinan_verify._settings import PageSettings
from perizinan_verify._status_questions import LimitedStatus

__all__ = ["Job", "JudgingPool"]

_START_SECONDS = 60.0
_FILES_PER_PROCESS = 300
_PIECE = 256 * 1024
_LEAST_SECONDS = 0.5
_log = logging.getLogger("perizinan_verify")


@attrs.frozen(kw_only=True)
class Job:
    """One thing to judge."""

    kind: str
    """``"pdf"``, ``"photo"`` or ``"text"`` (of a QR code)."""

    at: datetime
    """Moment for which the answer shall hold, with time zone."""

    languages: tuple[str, ...]
    """Languages of the answer, ``"id"`` and ``"en"``."""

    name: str = attrs.field(default="-", repr=False)
    """Name of the file in the report."""


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
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self.threads = self._make_threads()
        """One thread for each process: `judge` is to be called in these."""
        self._finalizer = weakref.finalize(self, _close, self._idle, os.getpid())

    def judge(self, job: Job, body: BinaryIO, size: int) -> dict[str, dict[str, Any]]:
        """
        Return the answer in its JSON form, by language.

        Args:
            job: What to do.
            body: The file, read from its start.
            size: Its length in bytes.

        Raises:
            JudgingUnavailableError: when no process can be started.
        """
        started = time.monotonic()
        answer, why = self._try(job, body, size)
        if answer is None and why == "died":
            # The process may have ended before this file came, or over an earlier one.
            answer, why = self._try(job, body, size)
        if answer is None:
            answer = self._given_up(job, "time-limit" if why == "time-limit" else "internal-limit")
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
        self._give_back(self._take())

    def close(self) -> None:
        """End all processes and threads; they are started again when a file comes."""
        ended, self.threads = self.threads, self._make_threads()
        ended.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            _close(self._idle, os.getpid())

    def _make_threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._settings.workers, thread_name_prefix="perizinan-verify")

    def _try(self, job: Job, body: BinaryIO, size: int) -> tuple[dict[str, dict[str, Any]] | None, str]:
        process = self._take()
        body.seek(0)
        try:
            answer = process.judge(job, body, size, self._settings.seconds, self._answer_question)
        except (EOFError, OSError):
            process.end()
            return None, "time-limit" if process.killed else "died"
        self._give_back(process)
        return answer, ""

    def _answer_question(self, question: Mapping[str, Any]) -> bytes:
        source, on = self._status[question["slug"]], date.fromisoformat(question["on"])
        return pickle.dumps(source.ask(question["number"], question["index"], on))

    def _take(self) -> _Process:
        with self._lock:
            process = self._idle.pop() if self._idle else None
        generation = self._authorities.generation
        if process is None:
            process = _Process(self._documents() | {"memory_bytes": self._settings.memory_bytes})
        elif process.generation != generation:
            with contextlib.suppress(OSError):  # gone: the next use finds out
                process.take(self._documents())
        process.generation = generation
        return process

    def _give_back(self, process: _Process) -> None:
        with self._lock:
            if process.files < _FILES_PER_PROCESS and len(self._idle) < self._settings.workers:
                self._idle.append(process)
                return
        process.end()

    def _documents(self) -> dict[str, Any]:
        published = self._authorities.known
        return {
            "authorities": [
                {"raw": base64.b64encode(item.raw).decode("ascii"), "key": self._key} for item in published
            ],
            "with_status": [item.document.slug for item in published if item.document.slug in self._status],
            "without_status": sorted(self._without_status),
            "max_bytes": self._settings.max_bytes,
        }

    def _given_up(self, job: Job, code: str) -> dict[str, dict[str, Any]]:
        fields = {"seconds": f"{self._settings.seconds:g}"} if code == "time-limit" else {}
        authority = self._authorities.known[0].document
        report = unreadable_report(job.name, code, authority=authority, at=job.at, **fields)
        return {language: report.to_json(language) for language in job.languages}


class _Process:
    """One judging process."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        self.files = 0
        self.killed = False
        self.generation = 0
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "perizinan_verify._judging_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise JudgingUnavailableError from error
        assert self._child.stdin is not None  # noqa: S101 - asked for above
        assert self._child.stdout is not None  # noqa: S101
        self._writing: BinaryIO = self._child.stdin  # type: ignore[assignment]
        self._reading: BinaryIO = self._child.stdout  # type: ignore[assignment]
        try:
            with self._within(_START_SECONDS):
                write_frame(self._writing, head)
                read_frame(self._reading)
        except (EOFError, OSError) as error:
            self.end()
            raise JudgingUnavailableError from error

    def take(self, head: Mapping[str, Any]) -> None:
        """Hand over new authority documents."""
        write_frame(self._writing, head)

    def judge(
        self,
        job: Job,
        body: BinaryIO,
        size: int,
        seconds: float,
        answer_question: Callable[[Mapping[str, Any]], bytes],
    ) -> dict[str, dict[str, Any]]:
        """Have one file judged; EOFError or OSError when the process ended over it."""
        self.files += 1
        head = {
            "kind": job.kind,
            "at": job.at.isoformat(),
            "languages": job.languages,
            "name": job.name,
            "seconds": seconds,
        }
        left = time.monotonic() + seconds
        with self._within(seconds):
            write_frame(self._writing, head, _pieces(body, size), size=size)
            found, _ = read_frame(self._reading)
        left -= time.monotonic()
        while "ask" in found:
            # The time that the office's records take is theirs, not the file's.
            reply = answer_question(found["ask"])
            with self._within(max(left, _LEAST_SECONDS)):
                write_frame(self._writing, {"reply": True}, [reply], size=len(reply))
                found, _ = read_frame(self._reading)
        answer: dict[str, dict[str, Any]] = found["answer"]
        return answer

    def end(self) -> None:
        """Kill the process and free what it holds."""
        self._child.kill()
        for stream in (self._writing, self._reading):
            with contextlib.suppress(OSError):
                stream.close()
        self._child.wait()

    @contextlib.contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Kill the process when the block takes longer; the block then ends with an error."""
        timer = threading.Timer(seconds, self._kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
        if self.killed:
            raise EOFError

    def _kill(self) -> None:
        self.killed = True
        self._child.kill()


def _pieces(body: BinaryIO, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = body.read(min(left, _PIECE))
        if not piece:
            raise EOFError
        left -= len(piece)
        yield piece


def _environment() -> dict[str, str]:
    # Nothing of the server's own environment, which may hold secrets, reaches the process.
    return {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path and Path(path).is_absolute()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",  # address space is limited, and arenas reserve it by the 64 MiB
        "OMP_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }


def _close(idle: list[_Process], owner: int) -> None:
    if owner == os.getpid():
        while idle:
            idle.pop().end()

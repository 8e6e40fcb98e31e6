"""One run of ``perizinan verify`` over the files of its command line: a few of them here, more in workers."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import FrameType

import attrs
import click

from perizinan_core.cli._verify_report import ReportFile
from perizinan_core.i18n import N_, said, translate
from perizinan_core.verification._display import display_name
from perizinan_core.verification._file_verifier import FileVerifier
from perizinan_core.verification._report import Report

__all__ = ["VerifyRun", "time_limit"]


class _OutOfTimeError(BaseException):
    """Raised inside a check that takes too long; no ``except Exception`` on the way may swallow it."""


@attrs.define(kw_only=True)
class VerifyRun:
    """One run over the files of a command line."""

    files: tuple[Path, ...]
    as_json: bool
    seconds: float
    language: str
    jobs: int | None
    resume: Path | None
    report_file: ReportFile | None
    max_bytes: int
    identity: str
    """What must be the same when an interrupted run continues."""

    @property
    def is_large(self) -> bool:
        """True when worker processes are worth their start."""
        if self.jobs is not None or self.resume is not None:
            return all(str(path) != "-" for path in self.files)
        if len(self.files) == 1 and self.files[0].suffix.lower() == ".pdf" and self.files[0].is_file():
            return False
        from perizinan_core.cli._verify_many import needs_workers

        return needs_workers(self.files)

    def judge_all(
        self,
        judge: FileVerifier,
        at: datetime,
        open_judge: Callable[[], AbstractContextManager[FileVerifier]] | None = None,
    ) -> int:
        """Print a report per file, write the printable one; return the highest exit code."""
        code = self._many(judge, at, open_judge) if self.is_large else self._few(judge, at)
        if self.report_file is not None:
            try:
                self.report_file.write()
            except OSError as error:
                raise click.UsageError(f"--report: {said(error.strerror, self.language)}") from error
        return code

    def _few(self, judge: FileVerifier, at: datetime) -> int:
        show = self._print_json if self.as_json else self._printer()
        worst = 0
        for path in self.files:
            report = _judge(judge, path, at, self.seconds, self.language)
            worst = max(worst, report.exit_code)
            if self.report_file is not None:
                self.report_file.add(report)
            show(report)
        return worst

    def _print_json(self, report: Report) -> None:
        click.echo(json.dumps(report.to_json(self.language)))

    def _printer(self) -> Callable[[Report], None]:
        from rich.console import Console

        from perizinan_core.cli._verify_output import print_report

        console = Console(highlight=False)
        return lambda report: print_report(console, report, self.language)

    def _many(
        self,
        judge: FileVerifier,
        at: datetime,
        open_judge: Callable[[], AbstractContextManager[FileVerifier]] | None,
    ) -> int:
        from perizinan_core.cli._verify_many import ManyRun
        from perizinan_core.verification.bulk._resume import fingerprint

        return ManyRun(
            files=self.files,
            open_judge=open_judge or (lambda: contextlib.nullcontext(judge)),
            blank=judge,
            at=at,
            max_bytes=self.max_bytes,
            seconds=self.seconds,
            jobs=self.jobs,
            resume=self.resume,
            run_id={"at": at.isoformat(), "options": fingerprint(self.identity.encode())},
            as_json=self.as_json,
            language=self.language,
            report_file=self.report_file,
        ).judge_all()


def _judge(verifier: FileVerifier, path: Path, at: datetime, seconds: float, language: str) -> Report:
    name = display_name(str(path))
    source = sys.stdin.buffer if str(path) == "-" else path
    try:
        with time_limit(seconds):
            return verifier.verify(source, at=at, name=name)
    except _OutOfTimeError:
        return verifier.unreadable(name, "time-limit", at=at, seconds=f"{seconds:g}")
    except Exception as error:  # noqa: BLE001 - one bad file must not end the run, and its fault must be seen
        sentence = N_("{file}: unexpected {kind}; please report this with the file, if you may share it.")
        click.echo(translate(sentence, language, file=name, kind=type(error).__name__), err=True)
        return verifier.unreadable(name, "internal-limit", at=at)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the block after ``seconds``; needs POSIX timers and the main thread, else there is no limit."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise _OutOfTimeError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

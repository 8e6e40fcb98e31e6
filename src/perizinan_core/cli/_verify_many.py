"""
``perizinan verify`` over many files: folders, archives, all cores, a progress bar, a way to continue later.

Workers make the JSON lines; this process only writes them, in the order of the files. A line is written
before the resume file says that its file is done.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from perizinan_core.cli._interrupts import Interrupts
from perizinan_core.cli._verify_output import print_report
from perizinan_core.cli._verify_report import ReportFile
from perizinan_core.errors.verification import ResumeFileError
from perizinan_core.i18n import N_, said, translate
from perizinan_core.verification._display import display_name
from perizinan_core.verification._file_verifier import FileVerifier
from perizinan_core.verification._report import Report
from perizinan_core.verification.bulk import BulkLimits
from perizinan_core.verification.bulk._many import default_jobs
from perizinan_core.verification.bulk._pool import Pool
from perizinan_core.verification.bulk._resume import ResumeFile
from perizinan_core.verification.bulk._walking import FoundFile, Passed, find_files
from perizinan_core.verification.bulk._work import Judge

__all__ = ["EXIT_INTERRUPTED", "ManyRun", "needs_workers"]

EXIT_INTERRUPTED = 130
_REDRAW = 20
"""Files after which the bar is drawn again."""


@attrs.frozen
class _Line:
    """What a worker sends back about one file."""

    code: int
    text: str | None
    """The JSON line, when lines are wanted."""

    report: Report | None
    """The report, when someone here needs it."""


@attrs.frozen(kw_only=True)
class _Recipe:
    open_judge: Callable[[], AbstractContextManager[FileVerifier]]
    blank: FileVerifier
    at: datetime
    max_bytes: int
    language: str
    as_json: bool
    keep: bool
    """Send the report itself, too."""

    @contextmanager
    def prepare(self) -> Iterator[Judge]:
        with self.open_judge() as judge:
            yield lambda source, name: self._line(judge.verify(source, at=self.at, name=name))

    def refuse(self, name: str, code: str, **fields: object) -> _Line:
        return self._line(self.blank.unreadable(name, code, at=self.at, **fields))

    def _line(self, report: Report) -> _Line:
        text = json.dumps(report.to_json(self.language)) if self.as_json else None
        return _Line(report.exit_code, text, report if self.keep or not self.as_json else None)


def needs_workers(files: tuple[Path, ...]) -> bool:
    """Return True when the files are more than a single PDF (standard input is always single)."""
    if any(str(path) == "-" for path in files):
        return False
    return len(files) > 1 or files[0].is_dir() or next(find_files(files)).kind != "file"


@attrs.define(kw_only=True)
class ManyRun:
    """One run over many files."""

    files: tuple[Path, ...]
    open_judge: Callable[[], AbstractContextManager[FileVerifier]]
    """Opened once in every worker."""

    blank: FileVerifier
    """Gives the reports of files that no worker could judge; opens nothing."""

    at: datetime
    max_bytes: int
    seconds: float
    jobs: int | None
    resume: Path | None
    run_id: dict[str, str]
    """What must be the same when a run continues."""

    as_json: bool
    language: str
    report_file: ReportFile | None = None
    _known: int = attrs.field(default=0, init=False)
    """Files that an earlier run has judged."""

    def judge_all(self) -> int:
        """Print a report per file; return the highest exit code, or 130 after Ctrl+C."""
        passed = Passed()
        self._known = 0
        with ExitStack() as stack:
            state = stack.enter_context(self._open_resume()) if self.resume is not None else None
            worst = state.worst if state is not None else 0
            written = 0
            try:
                interrupts = stack.enter_context(Interrupts())
                for code in self._codes(state, passed, stack, interrupts):
                    worst = max(worst, code)
                    written += 1
            except KeyboardInterrupt:
                self._say_how_to_go_on(written)
                return EXIT_INTERRUPTED
        self._say_what_was_passed_over(passed)
        if not written and not self._known:
            # Exit code 0 would say that permits are valid.
            sentence = N_(
                "Expected PDF files, or archives with PDF files in them, but found none in {paths}. "
                "Check the names; a single file is judged whatever it is called."
            )
            paths = ", ".join(display_name(str(path)) for path in self.files)
            raise click.UsageError(translate(sentence, self.language, paths=paths))
        return worst

    def _codes(
        self, state: ResumeFile | None, passed: Passed, stack: ExitStack, interrupts: Interrupts
    ) -> Iterator[int]:
        """Write what comes; yield the exit code of each report."""
        progress = stack.enter_context(_progress(self.files, self.language))
        pool = Pool(
            self._recipe(),
            jobs=self.jobs or default_jobs(),
            limits=BulkLimits(seconds=self.seconds),
            on_fault=self._tell_fault,
            fork=sys.platform == "linux" or None,  # this process has no threads of its own
        )
        console = Console(highlight=False)
        events = pool.run(self._to_do(state, passed, progress))
        stack.callback(events.close)  # type: ignore[attr-defined]  # a generator: workers end with it
        highest: dict[Path, int] = {}
        for event in events:
            if event.kind == "result":
                line: _Line = event.value
                interrupts.hold()  # no half line, and no line that the resume file does not know
                self._write(line, console)
                before = highest.get(event.file.path, state.code(event.file) if state is not None else 0)
                highest[event.file.path] = max(line.code, before)
                yield line.code
            elif state is not None:
                done = event.kind == "done"
                place = -1 if done else event.value
                state.note(event.file, code=highest.get(event.file.path, 0), place=place, done=done)
            if event.kind != "result" or event.file.kind == "archive":
                interrupts.release()
            if event.kind == "done":
                highest.pop(event.file.path, None)
                progress()

    def _recipe(self) -> _Recipe:
        return _Recipe(
            open_judge=self.open_judge,
            blank=self.blank,
            at=self.at,
            max_bytes=self.max_bytes,
            language=self.language,
            as_json=self.as_json,
            keep=self.report_file is not None,
        )

    def _to_do(
        self, state: ResumeFile | None, passed: Passed, progress: Callable[[], None]
    ) -> Iterator[tuple[FoundFile, int]]:
        for file in find_files(self.files, passed):
            skip = state.skip(file) if state is not None else -1
            if skip is None:
                self._known += 1
                progress()
            else:
                yield file, skip

    def _write(self, line: _Line, console: Console) -> None:
        if line.text is not None:
            click.echo(line.text)
        elif line.report is not None:
            print_report(console, line.report, self.language)
        if self.report_file is not None and line.report is not None:
            self.report_file.add(line.report)

    def _open_resume(self) -> ResumeFile:
        assert self.resume is not None  # noqa: S101 - the caller asked
        try:
            return ResumeFile(self.resume, self.run_id)
        except ResumeFileError as error:
            raise click.UsageError(f"--resume: {error.message(self.language)}") from error
        except OSError as error:
            raise click.UsageError(f"--resume: {said(error.strerror, self.language)}") from error

    def _tell_fault(self, name: str, kind: str) -> None:
        sentence = N_("{file}: unexpected {kind}; please report this with the file, if you may share it.")
        click.echo(translate(sentence, self.language, file=name, kind=kind), err=True)

    def _say_how_to_go_on(self, written: int) -> None:
        sentence = (
            N_("Stopped after {count} files. Run the same command again to continue.")
            if self.resume is not None
            else N_(
                "Stopped after {count} files. With --resume FILE the next run can continue where it stopped."
            )
        )
        click.echo(translate(sentence, self.language, count=written), err=True)

    def _say_what_was_passed_over(self, passed: Passed) -> None:
        if passed.files or passed.folders:
            sentence = N_(
                "Passed over: {files} files that are neither PDF nor archive, {folders} folders that are links."
            )
            click.echo(
                translate(sentence, self.language, files=passed.files, folders=passed.folders), err=True
            )


@contextmanager
def _progress(files: tuple[Path, ...], language: str) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal; yield what is to be called after every file."""
    console = Console(stderr=True)
    # Where the answers come to the same screen, they are the progress; a bar would be drawn through them.
    if not console.is_terminal or sys.stdout.isatty():
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Drawn by hand and not by a thread of its own: workers are forked from here.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(
            translate(N_("Checking permits"), language), total=sum(1 for _ in find_files(files))
        )

        def advance() -> None:
            bar.advance(task)
            if int(bar.tasks[0].completed) % _REDRAW == 0:
                bar.refresh()

        yield advance

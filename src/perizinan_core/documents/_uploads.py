"""
Inspecting what an applicant uploads: one door that reports everything, one that raises.

In order: (1) size and hash, in small pieces; (2) kind and content, in a process of its own; (3) scanners that
plugins add, when nothing refused the file so far.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import attrs

from perizinan_core.documents._findings import FINDINGS, finding, for_signed
from perizinan_core.documents._policy import UploadPolicy
from perizinan_core.documents._ports import UploadScanner
from perizinan_core.documents._reading import CHUNK_BYTES
from perizinan_core.documents._report import Finding, Reading, Severity, UploadReport
from perizinan_core.documents._sandbox import Sandbox, default_sandbox
from perizinan_core.errors.documents import (
    InspectionUnavailableError,
    UploadHeldError,
    UploadRefusedError,
    UploadUnreadableError,
)
from perizinan_core.i18n import N_

__all__ = ["check_upload", "inspect_upload"]

_LOG = logging.getLogger(__name__)
_ENDING_CHARACTERS = 16
_ORDER = (Severity.REFUSE, Severity.HOLD, Severity.NOTE)
_DEFAULT_POLICY = UploadPolicy()


def inspect_upload(
    source: Path | str | BinaryIO,
    *,
    file_name: str,
    policy: UploadPolicy = _DEFAULT_POLICY,
    scanners: Iterable[UploadScanner] = (),
    sandbox: Sandbox | None = None,
) -> UploadReport:
    """
    Inspect a file by its content and report everything that was found.

    Args:
        source: A path, or a stream open for reading, which is read to its end (or just past the size limit).
            A seekable stream is put back where it was, so that it can be stored next with the report's hash
            expected.
        file_name: The name that the applicant gave it; any text. Kept as data; only its ending is compared.
        policy: What is accepted, and the limits.
        scanners: Further checks, asked in order; one that fails refuses the file.
        sandbox: The processes to use; by default a pool shared by the whole program.

    Raises:
        UploadUnreadableError: The path cannot be read, or is no ordinary file.
        InspectionUnavailableError: The inspecting process cannot be started, or there is no room for a copy.
    """
    scanners = tuple(scanners)
    with _opened(source, policy, named=bool(scanners)) as copy:
        if copy.refusal is not None:
            return UploadReport(
                file_name=file_name,
                content_type=None,
                sha256=copy.sha256,
                size=copy.size,
                findings=(copy.refusal,),
            )
        report = _by_content(copy, file_name, policy, sandbox or default_sandbox())
        report = _with_findings(report, _scanned(scanners, copy.path, report))
        if copy.changed():
            report = _with_findings(report, [finding("changed-while-read")])
    return _for_signed(report)


def check_upload(
    source: Path | str | BinaryIO,
    *,
    file_name: str,
    policy: UploadPolicy = _DEFAULT_POLICY,
    scanners: Iterable[UploadScanner] = (),
    sandbox: Sandbox | None = None,
) -> UploadReport:
    """
    Inspect a file as `inspect_upload` does, and return its report when it can be accepted.

    Raises:
        UploadRefusedError: Something refuses the file; all reasons are in it.
        UploadHeldError: The file could not be judged by our own fault.
        UploadUnreadableError: The path cannot be read, or is no ordinary file.
        InspectionUnavailableError: The inspecting process cannot be started, or there is no room for a copy.
    """
    report = inspect_upload(source, file_name=file_name, policy=policy, scanners=scanners, sandbox=sandbox)
    if report.held:
        raise UploadHeldError(tuple(item for item in report.findings if item.severity is Severity.HOLD))
    if not report.accepted:
        raise UploadRefusedError(report.refusals)
    return report


@attrs.define
class _Copy:
    # The bytes to inspect: the file itself when a path was given, else a private temporary file.
    file: BinaryIO
    path: Path | None
    size: int = 0
    sha256: str | None = None
    refusal: Finding | None = None
    _state: tuple[int, int] = (0, 0)

    def settle(self) -> None:
        self._state = self._now()

    def changed(self) -> bool:
        return self._now() != self._state

    def _now(self) -> tuple[int, int]:
        status = os.fstat(self.file.fileno())
        return status.st_size, status.st_mtime_ns


@contextlib.contextmanager
def _opened(source: Path | str | BinaryIO, policy: UploadPolicy, *, named: bool) -> Iterator[_Copy]:
    if isinstance(source, (str, Path)):
        path = Path(source)
        with _ordinary_file(path) as file:
            copy = _Copy(file, path)
            copy.settle()
            _measure(copy, file, None, policy)
            yield copy
        return
    with _temporary_file(named=named) as file:
        copy = _Copy(file, Path(file.name) if named else None)
        position = source.tell() if source.seekable() else None
        _measure(copy, source, file, policy)
        if position is not None:
            source.seek(position)
        with _inspection_needs():
            file.flush()
        copy.settle()
        yield copy


def _temporary_file(*, named: bool) -> contextlib.AbstractContextManager[BinaryIO]:
    # Only scanners need a name (0600, and it tells nothing); a file without one is gone even after kill -9.
    with _inspection_needs():
        if named:
            return cast(
                "contextlib.AbstractContextManager[BinaryIO]", tempfile.NamedTemporaryFile(prefix="upload-")
            )
        return cast("contextlib.AbstractContextManager[BinaryIO]", tempfile.TemporaryFile())


@contextlib.contextmanager
def _inspection_needs() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InspectionUnavailableError(error.strerror or type(error).__name__) from error


@contextlib.contextmanager
def _ordinary_file(path: Path) -> Iterator[BinaryIO]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UploadUnreadableError(
            getattr(error, "strerror", None) or N_("the name cannot be a path")
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UploadUnreadableError(N_("it is not an ordinary file"))
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _measure(copy: _Copy, source: BinaryIO, target: BinaryIO | None, policy: UploadPolicy) -> None:
    digest = hashlib.sha256()
    while piece := source.read(CHUNK_BYTES):
        copy.size += len(piece)
        if copy.size > policy.max_bytes:
            copy.refusal = finding("too-large", limit_bytes=policy.max_bytes)
            return
        digest.update(piece)
        if target is not None:
            with _inspection_needs():
                target.write(piece)
    copy.sha256 = digest.hexdigest()
    if copy.size == 0:
        copy.refusal = finding("empty")


def _by_content(copy: _Copy, file_name: str, policy: UploadPolicy, sandbox: Sandbox) -> UploadReport:
    answer = sandbox.inspect(copy.file.fileno(), size=copy.size, ending=_ending(file_name), policy=policy)
    notes = answer.notes
    findings = [finding(answer.failed)] if answer.failed else _findings(notes.get("findings"))
    content_type = notes.get("content_type")
    report = UploadReport(
        file_name=file_name,
        content_type=content_type if isinstance(content_type, str) else None,
        sha256=copy.sha256,
        size=copy.size,
        pages=_count(notes, "pages"),
        width=_count(notes, "width"),
        height=_count(notes, "height"),
        reading=_reading(notes),
        signed=notes.get("signed") is True,
        looked_through=notes.get("looked_through") is True,
    )
    if answer.fault:
        _LOG.error("The inspection of an upload failed by a fault of ours: %s", answer.fault)
    if content_type not in policy.accepted_types and not findings:
        findings = [finding("inspection-failed")]  # never accepted by silence
    return _with_findings(report, findings)


def _for_signed(report: UploadReport) -> UploadReport:
    """Name no remedy that would destroy a signature."""
    if not report.signed:
        return report
    liftable = report.office_may_accept
    kept = tuple(for_signed(item, office_may_accept=liftable) for item in report.findings)
    return attrs.evolve(report, findings=kept)


def _findings(noted: Any) -> list[Finding]:
    # The answer of a process that read a hostile file is not trusted either.
    if not isinstance(noted, Mapping):
        return [finding("inspection-failed")]
    return [
        finding(code, **fields)
        if code in FINDINGS and isinstance(fields, dict)
        else finding("inspection-failed")
        for code, fields in noted.items()
    ]


def _count(notes: Mapping[str, Any], name: str) -> int | None:
    value = notes.get(name)
    return value if isinstance(value, int) else None


def _reading(notes: Mapping[str, Any]) -> Reading | None:
    value = notes.get("reading")
    return Reading(value) if value in set(Reading) else None


def _ending(file_name: str) -> str:
    return "x" + file_name[file_name.rfind(".") :][:_ENDING_CHARACTERS] if "." in file_name else "x"


def _scanned(scanners: Iterable[UploadScanner], path: Path | None, report: UploadReport) -> list[Finding]:
    found: list[Finding] = []
    for scanner in scanners:
        if path is None or any(item.severity is not Severity.NOTE for item in (*report.findings, *found)):
            break
        try:
            found.extend(scanner.scan(path, report))
        except Exception:  # noqa: BLE001 - a scanner is foreign code, and fails closed
            _LOG.exception("The upload scanner %s failed.", scanner.name)
            found.append(finding("scanner-failed"))
    return found


def _with_findings(report: UploadReport, more: Iterable[Finding]) -> UploadReport:
    findings = sorted((*report.findings, *more), key=lambda item: _ORDER.index(item.severity))
    return attrs.evolve(report, findings=tuple(findings))

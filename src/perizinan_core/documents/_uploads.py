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
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from perizinan_core.documents._findings import FINDINGS, finding, for_signed
from perizinan_core.documents._policy import UploadPolicy
from perizinan_core.documents._ports import UploadScanner
from perizinan_core.documents._reading import CHUNK_BYTES
from perizinan_core.documents._report import Finding, Reading, Severity, UploadReport
from perizinan_core.documents._sandbox import Sandbox, default_sandbox
from perizinan_core.documents._spool import Spool
from perizinan_core.errors.documents import (
    DocumentStoreUnavailableError,
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
    source: Path | str | BinaryIO | Spool,
    *,
    file_name: str,
    policy: UploadPolicy = _DEFAULT_POLICY,
    scanners: Iterable[UploadScanner] = (),
    sandbox: Sandbox | None = None,
) -> UploadReport:
    """
    Inspect a file by its content and report everything that was found.

    Args:
        source: A sealed `Spool`, which is inspected where it lies and can be kept next (`keep_spool`); a path; or
            a stream open for reading, which is copied to its end (or just past the size limit). A seekable
            stream is put back where it was.
        file_name: The name that the applicant gave it; any text. Kept as data; only its ending is compared.
        policy: What is accepted, and the limits.
        scanners: Further checks, asked in order; one that fails refuses the file.
        sandbox: The processes to use; by default a pool shared by the whole program.

    Raises:
        UploadUnreadableError: The path cannot be read, or is not an ordinary file.
        InspectionUnavailableError: The inspecting process cannot be started, or there is no room for a copy.
    """
    with _opened(source, policy) as subject:
        if subject.refusal is not None:
            return UploadReport(
                file_name=file_name,
                content_type=None,
                sha256=subject.sha256,
                size=subject.size,
                findings=(subject.refusal,),
            )
        report = _by_content(subject, file_name, policy, sandbox or default_sandbox())
        report = _with_findings(report, _scanned(tuple(scanners), subject, report))
        if subject.changed():
            report = _with_findings(report, [finding("changed-while-read")])
    return _for_signed(report)


def check_upload(
    source: Path | str | BinaryIO | Spool,
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
        UploadUnreadableError: The path cannot be read, or is not an ordinary file.
        InspectionUnavailableError: The inspecting process cannot be started, or there is no room for a copy.
    """
    report = inspect_upload(source, file_name=file_name, policy=policy, scanners=scanners, sandbox=sandbox)
    if report.held:
        raise UploadHeldError(tuple(item for item in report.findings if item.severity is Severity.HOLD))
    if not report.accepted:
        raise UploadRefusedError(report.refusals)
    return report


@attrs.define
class _Subject:
    """The bytes to inspect: an ordinary file where it lies, or a spool."""

    descriptor: int
    size: int
    sha256: str | None
    refusal: Finding | None
    named: Callable[[], Path]
    """Gives it a path."""

    changed: Callable[[], bool]


@contextlib.contextmanager
def _opened(source: Path | str | BinaryIO | Spool, policy: UploadPolicy) -> Iterator[_Subject]:
    match source:
        case Spool():
            yield _spooled(source, policy)
        case str() | Path():
            with _ordinary_file(Path(source)) as file:
                yield _measured(file, Path(source), policy)
        case stream:
            with contextlib.ExitStack() as stack:
                with _inspection_needs():
                    spool = stack.enter_context(Spool(max_bytes=policy.max_bytes))
                    position = stream.tell() if stream.seekable() else None
                    spool.fill(stream)
                    if position is not None:
                        stream.seek(position)
                yield _spooled(spool, policy)


@contextlib.contextmanager
def _inspection_needs() -> Iterator[None]:
    try:
        yield
    except DocumentStoreUnavailableError as error:
        raise InspectionUnavailableError(error.reason) from error


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


def _spooled(spool: Spool, policy: UploadPolicy) -> _Subject:
    too_large = spool.too_large or spool.size > policy.max_bytes
    return _Subject(
        descriptor=spool.descriptor,
        size=spool.size,
        sha256=None if too_large else spool.sha256,
        refusal=_size_refusal(spool.size, policy, too_large=too_large),
        named=spool.named,
        changed=lambda: spool.changed,
    )


def _measured(file: BinaryIO, path: Path, policy: UploadPolicy) -> _Subject:
    before = _state(file)
    digest, size = hashlib.sha256(), 0
    while size <= policy.max_bytes and (piece := file.read(CHUNK_BYTES)):
        size += len(piece)
        digest.update(piece)
    too_large = size > policy.max_bytes
    return _Subject(
        descriptor=file.fileno(),
        size=size,
        sha256=None if too_large else digest.hexdigest(),
        refusal=_size_refusal(size, policy, too_large=too_large),
        named=lambda: path,
        changed=lambda: _state(file) != before,
    )


def _state(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _size_refusal(size: int, policy: UploadPolicy, *, too_large: bool) -> Finding | None:
    if too_large:
        return finding("too-large", limit_bytes=policy.max_bytes)
    return finding("empty") if size == 0 else None


def _by_content(subject: _Subject, file_name: str, policy: UploadPolicy, sandbox: Sandbox) -> UploadReport:
    answer = sandbox.inspect(subject.descriptor, size=subject.size, ending=_ending(file_name), policy=policy)
    notes = answer.notes
    findings = [finding(answer.failed)] if answer.failed else _findings(notes.get("findings"))
    content_type = notes.get("content_type")
    report = UploadReport(
        file_name=file_name,
        content_type=content_type if isinstance(content_type, str) else None,
        sha256=subject.sha256,
        size=subject.size,
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


def _scanned(scanners: tuple[UploadScanner, ...], subject: _Subject, report: UploadReport) -> list[Finding]:
    if not scanners or _is_decided(report.findings):
        return []
    with _inspection_needs():
        path = subject.named()
    return list(_scan(scanners, path, report))


def _scan(scanners: Iterable[UploadScanner], path: Path, report: UploadReport) -> Iterator[Finding]:
    for scanner in scanners:
        try:
            found = list(scanner.scan(path, report))
        except Exception:  # noqa: BLE001 - a scanner is foreign code, and fails closed
            _LOG.exception("The upload scanner %s failed.", scanner.name)
            found = [finding("scanner-failed")]
        yield from found
        if _is_decided(found):
            return


def _is_decided(findings: Iterable[Finding]) -> bool:
    return any(item.severity is not Severity.NOTE for item in findings)


def _with_findings(report: UploadReport, more: Iterable[Finding]) -> UploadReport:
    findings = sorted((*report.findings, *more), key=lambda item: _ORDER.index(item.severity))
    return attrs.evolve(report, findings=tuple(findings))

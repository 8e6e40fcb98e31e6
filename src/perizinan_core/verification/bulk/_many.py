"""The Python door: reports of many files, by all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from os import PathLike
from pathlib import Path

import attrs

from perizinan_core._pdf._limits import DEFAULT_LIMITS, Limits
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import StatusChoice
from perizinan_core.verification._authorities import AuthoritySet, StatusOf
from perizinan_core.verification._file_verifier import check_moment
from perizinan_core.verification._report import Report
from perizinan_core.verification._verifier import Verifier, load_parts, unreadable_report
from perizinan_core.verification.bulk._limits import DEFAULT_BULK_LIMITS, BulkLimits
from perizinan_core.verification.bulk._pool import Pool
from perizinan_core.verification.bulk._walking import find_files
from perizinan_core.verification.bulk._work import Judge


@attrs.frozen(kw_only=True)
class VerifyRecipe:
    """Judges permits, each by the document of its office; its results are `Report` values."""

    authority: AuthorityDocument | AuthoritySet
    at: datetime
    status: StatusChoice | StatusOf = None
    limits: Limits = DEFAULT_LIMITS

    @property
    def max_bytes(self) -> int:
        """Largest file, in bytes."""
        return self.limits.max_bytes

    @contextmanager
    def prepare(self) -> Iterator[Judge]:
        """Make one `Verifier` for all files of the worker."""
        verifier = Verifier(self.authority, status=self.status, limits=self.limits)
        yield lambda source, name: verifier.verify(source, at=self.at, name=name)

    def refuse(self, name: str, code: str, **fields: object) -> Report:
        """Return the report of a file that could not be judged."""
        return unreadable_report(name, code, authority=self.authority, at=self.at, **fields)


def default_jobs() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def verify_many(
    paths: Iterable[str | PathLike[str]],
    *,
    authority: AuthorityDocument | AuthoritySet,
    at: datetime,
    status: StatusChoice | StatusOf = None,
    jobs: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    bulk: BulkLimits = DEFAULT_BULK_LIMITS,
    on_fault: Callable[[str, str], None] | None = None,
) -> Iterator[Report]:
    """
    Judge the files at ``paths``, and in the folders and archives there, in worker processes.

    The reports come in a fixed order: that of ``paths``, in folders by the bytes of the names, in
    archives that of the archive; `Report.file` is the whole path, ``archive.zip!/member.pdf`` inside
    archives. Memory stays bounded however many files there are. A file that crashes or hangs its
    worker, or takes too much memory, is ``unreadable`` (``internal-limit``, ``time-limit``), and the
    others continue. Stop early by closing the iterator.

    Args:
        paths: Files, folders, archives (`walking` says what is taken from a folder).
        authority: Whose permits they must be.
        at: Moment for which the answers shall hold, with time zone.
        status: Who knows about revocations, `NO_STATUS`, or None; see `verify_permit`. Every worker has its
            own copy, so it must not hold an open connection; where workers are not forked (a process with
            threads), it must be picklable.
        jobs: Worker processes; None: one per core.
        limits: What the judgement of a file may cost.
        bulk: What workers and archives may cost.
        on_fault: Receives a file's name and the kind of an unexpected error in it.

    Raises:
        ValueError: when ``at`` has no time zone, or is of a year before 1970 or after 9998.
        VerificationError: ``bulk-worker``: when workers cannot be started.
    """
    check_moment(at)
    load_parts()
    recipe = VerifyRecipe(authority=authority, at=at, status=status, limits=limits)
    pool = Pool(recipe, jobs=jobs or default_jobs(), limits=bulk, on_fault=on_fault)
    return _reports(pool, paths)


def _reports(pool: Pool, paths: Iterable[str | PathLike[str]]) -> Iterator[Report]:
    for event in pool.run((file, -1) for file in find_files(map(Path, paths))):
        if event.kind == "result":
            yield event.value

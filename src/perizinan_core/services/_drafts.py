"""
Removing drafts and files: by their applicant, or after their time.

The record goes first, in one unit of work with its last event; the files after it, each when no record names it any
more. What a crash leaves between both is a file without a record, which `RemoveUnusedFiles` finds.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from perizinan_core.documents._sealed_store import lies_sealed
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.documents import DocumentStoreError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import ApplicationFilter, Lookup, LookupKind, UnitOfWork
from perizinan_core.workflow._retention import discard

__all__ = ["files_of", "is_named", "remove_draft", "remove_if_unused"]

_log = logging.getLogger(__name__)


def remove_draft(
    context: OfficeContext, work: UnitOfWork, case: Application, actor: Actor, now: datetime
) -> None:
    """Remove a draft and write its last event; the caller commits, and removes `files_of` it afterwards."""
    happened = discard(case, actor=actor, now=now, calendar=context.calendar)
    work.applications.remove(case)
    context.record(work, (happened,), now)


def files_of(case: Application) -> tuple[str, ...]:
    """Return the hashes of all files of a case."""
    documents = {item.sha256 for item in case.documents}
    return tuple(sorted(documents | {item.sha256 for item in case.held_uploads}))


def remove_if_unused(context: OfficeContext, files: Iterable[str]) -> int:
    """Remove each file that no record names; return how many. What fails is logged, and found again later."""
    removed = 0
    for sha256 in files:
        try:
            removed += _remove_if_unused(context, sha256)
        except PerizinanError as error:
            _log.warning("the file %s was not removed: %s", sha256, error.code)
    return removed


def _remove_if_unused(context: OfficeContext, sha256: str) -> bool:
    with context.unit_of_work() as work:
        # Who puts the same content into a case at this moment waits, and then looks whether the file is there.
        work.hold(f"document/{sha256}")
        removed = not is_named(work, sha256) and _is_deleted(context, sha256)
        # No record has changed; the name is free again.
        work.commit()
    return removed


def _is_deleted(context: OfficeContext, sha256: str) -> bool:
    """Delete a file; return whether it was there and has no name in the store. A sealed one that no key opens stays."""
    if lies_sealed(context.documents, sha256):
        return False
    try:
        return context.documents.delete(sha256)
    except DocumentStoreError as error:
        if error.code == "document-in-use":
            return False
        raise


def is_named(work: UnitOfWork, sha256: str) -> bool:
    """Return whether a case or a permit names a file."""
    wanted = ApplicationFilter(lookup=Lookup(LookupKind.DOCUMENT, sha256))
    return bool(work.applications.count(wanted)) or work.permits.uses_document(sha256)

"""
Taking in a file: spool it to disk, inspect the copy, and keep the same bytes unless they are refused.

What the inspection found is brought into the form in which a case keeps it (`UploadInspection`), and back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, BinaryIO

import attrs

from perizinan_core.documents import (
    Finding,
    Severity,
    StoredDocument,
    UploadPolicy,
    UploadReport,
    kept_name,
)
from perizinan_core.documents._ports import keep_spool, spool_for
from perizinan_core.errors.documents import UploadHeldError, UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._held import (
    POWER_OF_ATTORNEY,
    HeldFinding,
    HeldReason,
    HeldUpload,
    UploadInspection,
    UploadVerdict,
)
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Requirement
from perizinan_core.services._context import OfficeContext, new_id
from perizinan_core.workflow._drafts import add_document, replace_document
from perizinan_core.workflow._transition import Transition

__all__ = [
    "NOT_READ_YET",
    "TakenIn",
    "described",
    "finding_of",
    "held_upload",
    "inspected",
    "kept_error",
    "new_document",
    "policy_for",
    "policy_of",
    "put_in",
    "take_in",
]

NOT_READ_YET = "0" * 64
"""Stands for the hash of a file whose content is not known yet."""


@attrs.frozen(kw_only=True)
class TakenIn:
    """A file that was inspected and is kept."""

    stored: StoredDocument
    report: UploadReport
    inspection: UploadInspection


def policy_of(requirement: Requirement) -> UploadPolicy:
    """Return the limits of a requirement, as the inspection of uploads takes them."""
    return UploadPolicy(
        accepted_types=frozenset(requirement.content_types),
        max_bytes=requirement.max_bytes,
        max_pages=requirement.max_pages,
    )


def policy_for(permit_type: PermitType, slot: str) -> UploadPolicy:
    """Return the limits of a slot; the power of attorney has the general ones."""
    if slot == POWER_OF_ATTORNEY:
        return UploadPolicy()
    return policy_of(permit_type.requirement(slot.partition("#")[0]))


def take_in(
    context: OfficeContext,
    stream: BinaryIO,
    file_name: str,
    policy: UploadPolicy,
    *,
    keep: Collection[HeldReason] = frozenset(HeldReason),
) -> TakenIn:
    """
    Write to disk once, judge what lies there, keep it: the caller's memory never holds the file.

    Args:
        context: The office's parts.
        stream: The bytes.
        file_name: As the applicant calls it.
        policy: What is accepted.
        keep: For which reasons a file without acceptance is stored all the same.

    Raises:
        UploadRefusedError: the content is refused; carries every finding, and nothing is stored.
        UploadHeldError: the content has no verdict and is not to be kept for that reason; nothing is stored.
        DocumentStoreUnavailableError: There is no room for it, or the store refused.
    """
    with spool_for(context.documents, max_bytes=policy.max_bytes) as spool:
        spool.fill(stream)
        report = context.inspect(spool, file_name=file_name, policy=policy, scanners=context.scanners)
        found = inspected(report, context.inspection)
        if found.verdict is UploadVerdict.REFUSED:
            raise UploadRefusedError(report.refusals)
        if found.reason is not None and found.reason not in keep:
            raise UploadHeldError(tuple(finding_of(item) for item in found.findings))
        stored = keep_spool(spool, context.documents, expected_sha256=report.sha256 or spool.sha256)
    return TakenIn(stored=stored, report=report, inspection=found)


def inspected(report: UploadReport, version: str) -> UploadInspection:
    """Return what a case keeps of a report."""
    verdict, reason = _verdict(report)
    return UploadInspection(
        verdict=verdict,
        reason=reason,
        findings=tuple(
            HeldFinding(
                code=item.code,
                severity=item.severity.value,
                sentence=item.sentence,
                fields={name: _plain(value) for name, value in item.fields.items()},
                remedy=item.remedy,
            )
            for item in report.findings
            if item.severity is not Severity.NOTE
        ),
        office_may_accept=report.office_may_accept,
        version=version,
        content_type=report.content_type,
        pages=report.pages,
        reading=str(report.reading) if report.reading else None,
        signed=report.signed,
    )


def new_document(slot: str, file_name: str, actor: Actor, moment: datetime) -> SubmittedDocument:
    """Return a document whose content is not known yet."""
    return SubmittedDocument(
        id=new_id(),
        slot=slot,
        file_name=kept_name(file_name),
        sha256=NOT_READ_YET,
        size=0,
        content_type="",
        uploaded_at=moment,
        uploaded_by=actor.account,
        submission=0,
    )


def described(document: SubmittedDocument, taken: TakenIn) -> SubmittedDocument:
    """Return the document with what the inspection found in its content."""
    return attrs.evolve(
        document,
        sha256=taken.stored.sha256,
        size=taken.stored.size,
        content_type=taken.report.content_type or "application/octet-stream",
        pages=taken.report.pages,
        reading=taken.inspection.reading,
        signed=taken.inspection.signed,
    )


def held_upload(document: SubmittedDocument, taken: TakenIn, replaces: str | None) -> HeldUpload | None:
    """Return the upload to hold, or None: the inspection accepted it."""
    found = taken.inspection
    if found.reason is None:
        return None
    return HeldUpload(
        id=document.id,
        slot=document.slot,
        file_name=document.file_name,
        sha256=document.sha256,
        size=document.size,
        held_at=document.uploaded_at,
        uploaded_by=document.uploaded_by,
        expires_on=document.expires_on,
        choice=document.choice,
        replaces=replaces,
        reason=found.reason,
        findings=found.findings,
        office_may_accept=found.office_may_accept,
        inspected_with=found.version,
        inspected_at=document.uploaded_at,
    )


def kept_error(application: Application, held: HeldUpload) -> UploadKeptError:
    """Return what the applicant reads: why the file is not in its slot, and what happens next."""
    kept = next(
        item for item in application.waiting_uploads() if (item.slot, item.sha256) == (held.slot, held.sha256)
    )
    return UploadKeptError(
        upload=kept.id,
        reason=kept.reason.value,
        findings=tuple(finding_of(item) for item in kept.findings),
    )


def finding_of(kept: HeldFinding) -> Finding:
    """Return a kept finding as the one that it was, to be worded."""
    return Finding(kept.code, Severity(kept.severity), kept.sentence, kept.fields, kept.remedy)


def _verdict(report: UploadReport) -> tuple[UploadVerdict, HeldReason | None]:
    if report.accepted:
        return UploadVerdict.ACCEPTED, None
    if report.held:
        return UploadVerdict.HELD, HeldReason.TRY_AGAIN if report.retryable else HeldReason.INSPECTION_FAILED
    if report.office_may_accept:
        return UploadVerdict.HELD, HeldReason.SIGNED
    return UploadVerdict.REFUSED, None


def _plain(value: Any) -> Any:
    """Bring a value of a finding into what JSON can hold."""
    if isinstance(value, (set, frozenset)):
        return sorted(str(item) for item in value)
    return [_plain(item) for item in value] if isinstance(value, (tuple, list)) else value


def put_in(
    case: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    replaces: str | None,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    moment: datetime,
) -> Transition:
    """Put a document into its slot, or into the place of another; refuses what the case does not take now."""
    if replaces is not None:
        return replace_document(case, permit_type, replaces, document, slots=slots, actor=actor, now=moment)
    return add_document(case, permit_type, document, slots=slots, actor=actor, now=moment)

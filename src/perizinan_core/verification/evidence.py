"""Small questions about one file, and the small parts of its report."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.published.authority_document import AuthorityDocument
from perizinan_core.published.status import PermitStatusAnswer
from perizinan_core.verification.cms import parse_container
from perizinan_core.verification.pdf.scan import Scan
from perizinan_core.verification.permit_signatures import JudgedSignature, covered_digest
from perizinan_core.verification.report import AuthorityUsed, StatusReport

__all__ = ["authority_used", "line_end_is_missing", "revision_hashes", "status_report"]


def line_end_is_missing(data: bytes, found: Scan) -> bool:
    """
    Tell a file that lost its last line end from one whose byte range was changed.

    Both state one or two bytes more than there are; only in the first do those bytes, put back, fit
    the digest that was signed.
    """
    for covered in found.ranges:
        gap = data[covered.gap_start : covered.gap_end]
        if (
            covered.end <= len(data)
            or not found.line_ends
            or not (gap.startswith(b"<") and gap.endswith(b">"))
        ):
            continue
        try:
            container = parse_container(bytes.fromhex(gap[1:-1].decode("ascii")), certificate_named=False)
        except (CmsStructureError, ValueError):
            continue
        if any(
            covered_digest(data, covered, container.digest, extra) == container.message_digest
            for extra in found.line_ends
        ):
            return True
    return False


def revision_hashes(data: bytes, signatures: Sequence[JudgedSignature]) -> set[str]:
    """Hash the file and every signed revision of it: proofs of time are added behind the stored file."""
    ends = {len(data), *(item.field.byte_range.end for item in signatures)}
    return {hashlib.sha256(memoryview(data)[:end]).hexdigest() for end in ends}


def authority_used(authority: AuthorityDocument) -> AuthorityUsed:
    """Return what the report says about the document by which was judged."""
    return AuthorityUsed(
        slug=authority.slug,
        name=authority.name,
        version=authority.version,
        time_zone=authority.time_zone,
        trust="pinned" if authority.pinned else "given_file",
        keys=authority.key_ids,
    )


def status_report(answer: PermitStatusAnswer | None) -> StatusReport:
    """Return what the report says about the answer of a status source, or about its silence."""
    if answer is None:
        return StatusReport(checked=True, state="unknown")
    since: date | None = answer.since
    return StatusReport(
        checked=True,
        state=answer.status.value,
        since=since.isoformat() if since is not None else None,
        source=answer.source,
        as_of=answer.as_of,
    )

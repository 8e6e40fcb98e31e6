"""The places for papers of a case, as people see them: limits, what is in them, and what would fit."""

from __future__ import annotations

import attrs

from perizinan_core.documents import Finding, UploadPolicy, finding
from perizinan_core.model._application import Application, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._held import POWER_OF_ATTORNEY, HeldUpload
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Requirement, RequirementLevel
from perizinan_core.model._text import Source
from perizinan_core.services._intake import policy_of
from perizinan_core.services._terms import mandate_label

__all__ = ["SlotView", "beyond_limits", "mandate_view", "slot_views"]


@attrs.frozen(kw_only=True)
class SlotView:
    """A place for papers, with what is in it; what a form shows before anything is uploaded."""

    terms: SlotTerms
    requirement: Requirement
    documents: tuple[SubmittedDocument, ...]
    held: tuple[HeldUpload, ...] = ()
    """Files that are kept for this place without being in it; see `HeldUploads.of_case`."""

    @property
    def policy(self) -> UploadPolicy:
        """The limits, checked again by content after the upload."""
        return policy_of(self.requirement)

    def takes(self, document: SubmittedDocument) -> bool:
        """Return whether a file that is stored already would do here: there is room, and it is within the limits."""
        return len(self.documents) < self.terms.max_files and not beyond_limits(self.policy, document)


def slot_views(
    application: Application, permit_type: PermitType, slots: tuple[SlotTerms, ...]
) -> tuple[SlotView, ...]:
    """Return the places that apply to a case, with what is in them."""
    current = application.current_documents()
    return tuple(
        SlotView(
            terms=slot,
            requirement=permit_type.requirement(slot.requirement),
            documents=tuple(item for item in current if item.slot == slot.key),
            held=tuple(item for item in application.waiting_uploads() if item.slot == slot.key),
        )
        for slot in slots
    )


def mandate_view(application: Application) -> SlotView:
    """Return the place of the power of attorney, with what is in it."""
    policy = UploadPolicy()
    requirement = Requirement(
        code="surat-kuasa",
        label=mandate_label(),
        content_types=tuple(sorted(policy.accepted_types)),
        max_bytes=policy.max_bytes,
        max_pages=policy.max_pages,
        source=Source("KUHPerdata Pasal 1792"),
    )
    terms = SlotTerms(
        requirement=POWER_OF_ATTORNEY, level=RequirementLevel.REQUIRED, min_files=1, max_files=1
    )
    there = application.power_of_attorney()
    held = tuple(one for one in application.waiting_uploads() if one.slot == POWER_OF_ATTORNEY)
    return SlotView(
        terms=terms, requirement=requirement, documents=() if there is None else (there,), held=held
    )


def beyond_limits(policy: UploadPolicy, document: SubmittedDocument) -> tuple[Finding, ...]:
    """Return what keeps a stored file from another place: its content was judged when it came."""
    found = []
    if document.content_type not in policy.accepted_types:
        types = ", ".join(sorted(policy.accepted_types))
        found.append(finding("type-not-accepted", type=document.content_type, types=types))
    if document.size > policy.max_bytes:
        found.append(finding("too-large", limit_bytes=policy.max_bytes))
    if document.pages is not None and document.pages > policy.max_pages:
        found.append(finding("pdf-too-many-pages", limit=policy.max_pages))
    return tuple(found)

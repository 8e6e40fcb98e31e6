"""What the rules of a permit type look at: one case, without its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs

from perizinan_core.catalogue._expressions import PaperFacts
from perizinan_core.model._applicant import Applicant, Organisation, Representative
from perizinan_core.model._application import Application
from perizinan_core.model._extensions import UsedExtension
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType

__all__ = ["Facts", "PreviousPermit", "facts", "facts_of"]


@attrs.frozen(kw_only=True)
class PreviousPermit:
    """The permit that is renewed, amended, duplicated or given up."""

    number: str
    permit_type: str
    issued_on: date
    valid_until: date | None = None


@attrs.frozen(kw_only=True, repr=False)
class Facts:
    """Everything that conditions and formulas may ask about one case."""

    kind: ApplicationKind
    form: Mapping[str, Any]
    """Form data as handed in (JSON)."""

    applicant: Mapping[str, Any]
    """The ``applicant.…`` names."""

    represented: bool = False
    papers: tuple[PaperFacts, ...] = ()
    previous: PreviousPermit | None = None
    extensions: tuple[UsedExtension, ...] | None = None
    """Functions and formats of plugins that its submission froze; None: it was not submitted yet."""

    def __repr__(self) -> str:
        return f"Facts(kind={self.kind.value!r}, ***)"


def facts(
    *,
    kind: ApplicationKind = ApplicationKind.NEW,
    form: Mapping[str, Any] | None = None,
    applicant: Applicant | None = None,
    representative: Representative | None = None,
    papers: Iterable[PaperFacts] = (),
    previous: Permit | PreviousPermit | None = None,
) -> Facts:
    """
    Return the facts of a case.

    Args:
        kind: What the application asks for.
        form: Form data.
        applicant: Who applies; None while it is not known (a preview of the requirements).
        representative: Who acts for the applicant, if someone does.
        papers: What is in the slots.
        previous: The permit it is about.
    """
    if isinstance(previous, Permit):
        previous = PreviousPermit(
            number=previous.number,
            permit_type=previous.permit_type,
            issued_on=previous.issued_on,
            valid_until=previous.valid_until,
        )
    return Facts(
        kind=kind,
        form=dict(form or {}),
        applicant={} if applicant is None else _applicant(applicant),
        represented=representative is not None,
        papers=tuple(papers),
        previous=previous,
    )


def facts_of(application: Application, *, previous: Permit | PreviousPermit | None = None) -> Facts:
    """Return the facts of an application; replaced documents do not count."""
    found = facts(
        kind=application.kind,
        form=application.form,
        applicant=application.applicant,
        representative=application.representative,
        papers=[
            PaperFacts(slot=item.slot, expires_on=item.expires_on, choice=item.choice)
            for item in application.documents
            if item.replaced_at is None and item.slot != POWER_OF_ATTORNEY
        ],
        previous=previous,
    )
    if application.terms is None:
        return found
    return attrs.evolve(found, extensions=application.terms.extensions)


def _applicant(applicant: Applicant) -> dict[str, Any]:
    address = applicant.address
    person = applicant.responsible if isinstance(applicant, Organisation) else applicant
    organisation = applicant if isinstance(applicant, Organisation) else None
    return {
        "kind": applicant.kind.value,
        "name": applicant.name,
        "legal_form": (organisation.legal_form if organisation else None) or "",
        "village": (address.village if address else None) or "",
        "district": (address.district if address else None) or "",
        "address": str(address) if address else "",
        "has_nib": organisation is not None and organisation.nib is not None,
        "has_npwp": applicant.npwp is not None,
        "is_foreign": person.nik is None and person.passport is not None,
    }


def case_names(permit_type: PermitType, facts: Facts, typed_form: Any, day: date) -> dict[str, Any]:
    """Return the names that expressions of every scope may use."""
    subtype = typed_form.get("subtype", "") if isinstance(typed_form, Mapping) else ""
    label = permit_type.subtypes.get(subtype) if isinstance(subtype, str) else None
    previous = facts.previous
    earlier: dict[str, Any] = {"exists": previous is not None, "has_end": False}
    if previous is not None:
        earlier |= {"number": previous.number, "type": previous.permit_type, "issued_on": previous.issued_on}
        if previous.valid_until is not None:
            earlier |= {"valid_until": previous.valid_until, "has_end": True}
    return {
        "form": typed_form,
        "applicant": facts.applicant,
        "application": {
            "kind": facts.kind.value,
            "subtype": subtype,
            "subtype_name": str(label) if label is not None else subtype,
            "represented": facts.represented,
        },
        "previous": earlier,
        "today": day,
    }

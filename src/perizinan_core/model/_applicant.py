"""Those who apply. Personal data: encrypted at rest, never in logs, in addresses or in the public log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from perizinan_core.errors.model import ModelError, quoted
from perizinan_core.i18n import N_
from perizinan_core.model._identifiers import (
    Nib,
    Nik,
    Npwp,
    PassportNumber,
    PhoneNumber,
    PostalCode,
    RegionCode,
)
from perizinan_core.model._kinds import ApplicantKind
from perizinan_core.model._written import email_field, line_field

__all__ = ["LABELS", "Address", "Applicant", "Organisation", "Person", "Representative"]

LABELS: Mapping[str, str] = {
    "name": N_("Name"),
    "birth_place": N_("Place of birth"),
    "legal_form": N_("Legal form"),
    "position": N_("Position in the organisation"),
    "email": N_("E-mail address"),
    "street": N_("Street"),
    "neighbourhood": "RT/RW",
    "village": N_("Urban village or village"),
    "district": N_("District"),
    "regency": N_("Regency or city"),
}
"""English msgids of what people write about themselves, by the name of the field."""


@attrs.frozen(kw_only=True, repr=False)
class Address:
    """A postal address in Indonesia."""

    street: str = line_field(LABELS["street"])
    neighbourhood: str | None = line_field(LABELS["neighbourhood"], optional=True)
    """RT/RW, as written on identity cards, e.g. ``"002/005"``."""

    village: str | None = line_field(LABELS["village"], optional=True)
    """Kelurahan or desa."""

    district: str | None = line_field(LABELS["district"], optional=True)
    """Kecamatan."""

    regency: str | None = line_field(LABELS["regency"], optional=True)
    postal_code: PostalCode | None = None
    region: RegionCode | None = None

    def __str__(self) -> str:
        parts = [
            self.street,
            f"RT/RW {self.neighbourhood}" if self.neighbourhood else None,
            self.village,
            self.district,
            self.regency,
            str(self.postal_code) if self.postal_code else None,
        ]
        return ", ".join(part for part in parts if part)

    def __repr__(self) -> str:
        return "Address(***)"


@attrs.frozen(kw_only=True, repr=False)
class Person:
    """A natural person."""

    name: str = line_field(LABELS["name"])
    nik: Nik | None = None
    passport: PassportNumber | None = None
    """For foreigners; one of NIK and passport is needed to submit."""

    birth_place: str | None = line_field(LABELS["birth_place"], optional=True)
    birth_date: date | None = None
    address: Address | None = None
    phone: PhoneNumber | None = None
    email: str | None = email_field()
    npwp: Npwp | None = None

    @property
    def kind(self) -> ApplicantKind:
        """Always a person."""
        return ApplicantKind.PERSON

    def __repr__(self) -> str:
        return "Person(***)"


@attrs.frozen(kw_only=True, repr=False)
class Organisation:
    """A business, legal entity, cooperative, government body or organiser, with the person who answers for it."""

    name: str = line_field(LABELS["name"])
    kind: ApplicantKind = attrs.field()
    legal_form: str | None = line_field(LABELS["legal_form"], optional=True)
    """e.g. ``"PT"``, ``"CV"``, ``"koperasi"``."""

    nib: Nib | None = None
    npwp: Npwp | None = None
    address: Address | None = None
    phone: PhoneNumber | None = None
    email: str | None = email_field()
    responsible: Person
    position: str | None = line_field(LABELS["position"], optional=True)
    """Of the responsible person in it, e.g. ``"Direktur"``."""

    @kind.validator
    def _not_a_person(self, _attribute: attrs.Attribute[ApplicantKind], value: ApplicantKind) -> None:
        if value is ApplicantKind.PERSON:
            raise ModelError("applicant-kind", received=quoted(value))

    def __repr__(self) -> str:
        return f"Organisation(kind={self.kind.value!r}, ***)"


Applicant = Person | Organisation


@attrs.frozen(kw_only=True, repr=False)
class Representative:
    """Acts for the applicant with a power of attorney."""

    person: Person
    actor_id: str | None = None
    """Account of the representative, when it has one."""

    power_of_attorney: str | None = None
    """SHA-256 of the uploaded power of attorney (surat kuasa)."""

    mandate_name: str | None = attrs.field(default=None, repr=False)
    """Name of its file, as it is kept."""

    mandate_size: int | None = None
    """Its size in bytes."""

    def __repr__(self) -> str:
        return "Representative(***)"

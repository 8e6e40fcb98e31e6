"""Those who apply. Personal data: encrypted at rest, never in logs, in addresses or in the public log."""

from __future__ import annotations

from datetime import date

import attrs

from perizinan_core.model.identifiers import (
    Nib,
    Nik,
    Npwp,
    PassportNumber,
    PhoneNumber,
    PostalCode,
    RegionCode,
)
from perizinan_core.model.kinds import ApplicantKind

__all__ = ["Address", "Applicant", "Organisation", "Person", "Representative"]


@attrs.frozen(kw_only=True, repr=False)
class Address:
    """A postal address in Indonesia."""

    street: str
    neighbourhood: str | None = None
    """RT/RW, as written on identity cards, e.g. ``"002/005"``."""

    village: str | None = None
    """Kelurahan or desa."""

    district: str | None = None
    """Kecamatan."""

    regency: str | None = None
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

    name: str = attrs.field(validator=attrs.validators.min_len(1))
    nik: Nik | None = None
    passport: PassportNumber | None = None
    """For foreigners; one of NIK and passport is needed to submit."""

    birth_place: str | None = None
    birth_date: date | None = None
    address: Address | None = None
    phone: PhoneNumber | None = None
    email: str | None = None
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

    name: str = attrs.field(validator=attrs.validators.min_len(1))
    kind: ApplicantKind = attrs.field()
    legal_form: str | None = None
    """e.g. ``"PT"``, ``"CV"``, ``"koperasi"``."""

    nib: Nib | None = None
    npwp: Npwp | None = None
    address: Address | None = None
    phone: PhoneNumber | None = None
    email: str | None = None
    responsible: Person

    @kind.validator
    def _not_a_person(self, _attribute: attrs.Attribute[ApplicantKind], value: ApplicantKind) -> None:
        if value is ApplicantKind.PERSON:
            raise ValueError("kind: an organisation is not a person; use Person")

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

    def __repr__(self) -> str:
        return "Representative(***)"

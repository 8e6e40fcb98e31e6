"""Who applies: a person, an organisation with the person who answers for it, and who acts for them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import (
    Address,
    Applicant,
    ApplicantKind,
    Nib,
    Nik,
    Npwp,
    Organisation,
    PassportNumber,
    PermitType,
    Person,
    PhoneNumber,
    Representative,
)
from perizinan_portal._kit import Choice, choice, email, phone, text

__all__ = [
    "KINDS",
    "Parties",
    "Standing",
    "form_of",
    "known_of",
    "over",
    "over_agent",
    "standing_of",
    "standings_for",
]


class Standing(StrEnum):
    """For whom someone applies; the word stands in the address."""

    MYSELF = "diri-sendiri"
    ORGANISATION = "lembaga"
    PERSON = "kuasa-perorangan"
    """Of another person, by power of attorney."""
    FOR_ORGANISATION = "kuasa-lembaga"
    """Of an organisation, by power of attorney."""


KINDS = (
    Choice(ApplicantKind.BUSINESS.value, N_("a business")),
    Choice(ApplicantKind.LEGAL_ENTITY.value, N_("a legal entity or foundation")),
    Choice(ApplicantKind.COOPERATIVE.value, N_("a cooperative")),
    Choice(ApplicantKind.GOVERNMENT.value, N_("a government body")),
    Choice(ApplicantKind.ORGANISER.value, N_("the organiser of an event")),
)

_NIK: dict[str, Any] = {
    "parse": Nik.parse,
    "hint": N_("16 digits, on your identity card"),
    "inputmode": "numeric",
    "required": False,
}
_PASSPORT: dict[str, Any] = {"parse": PassportNumber.parse, "required": False}


@attrs.frozen(kw_only=True, slots=False)
class _PersonFields:
    """A person who applies."""

    name: str = text(N_("Name"), hint=N_("As on your identity card"), autocomplete="name")
    nik: Nik | None = text(N_("NIK"), **_NIK)
    passport: PassportNumber | None = text(
        N_("Passport number"), hint=N_("Only for foreigners, who have no NIK"), **_PASSPORT
    )
    npwp: Npwp | None = text(N_("NPWP"), parse=Npwp.parse, required=False, inputmode="numeric")
    phone: PhoneNumber = phone(N_("Phone number"), hint=N_("For example 0812 3456 7890"))
    email: str | None = email(
        N_("E-mail address"), required=False, hint=N_("News of your application go there")
    )
    street: str = text(N_("Street and number"), autocomplete="street-address")
    village: str = text(N_("Kelurahan or desa"), autocomplete="address-level4")
    district: str = text(N_("Kecamatan"), autocomplete="address-level3")
    regency: str = text(N_("Kabupaten or kota"), autocomplete="address-level2")

    def applicant(self) -> Applicant:
        """Return the person."""
        return Person(
            name=self.name,
            nik=self.nik,
            passport=self.passport,
            npwp=self.npwp,
            phone=self.phone,
            email=self.email,
            address=Address(
                street=self.street, village=self.village, district=self.district, regency=self.regency
            ),
        )

    def representative(self, account: str | None) -> Representative | None:
        """Return no one: the person applies in person."""
        del account
        return None


@attrs.frozen(kw_only=True, slots=False)
class _OrganisationFields:
    """An organisation, and who answers for it."""

    kind: ApplicantKind = choice(N_("Kind of organisation"), KINDS, parse=ApplicantKind)
    legal_form: str | None = text(
        N_("Legal form"), required=False, hint=N_("For example PT, CV, foundation, cooperative")
    )
    name: str = text(N_("Name of the organisation"), autocomplete="organization")
    nib: Nib | None = text(
        N_("NIB"), parse=Nib.parse, required=False, hint=N_("13 digits, from OSS"), inputmode="numeric"
    )
    npwp: Npwp | None = text(N_("NPWP"), parse=Npwp.parse, required=False, inputmode="numeric")
    phone: PhoneNumber = phone(N_("Phone number"), hint=N_("For example 0812 3456 7890"))
    email: str | None = email(
        N_("E-mail address"), required=False, hint=N_("News of your application go there")
    )
    street: str = text(N_("Street and number"))
    village: str = text(N_("Kelurahan or desa"))
    district: str = text(N_("Kecamatan"))
    regency: str = text(N_("Kabupaten or kota"))
    head_name: str = text(N_("Name of the person who answers for it"), hint=N_("As on the identity card"))
    head_position: str | None = text(
        N_("Position"), required=False, hint=N_("For example director, owner, chair")
    )
    head_nik: Nik | None = text(
        N_("NIK of this person"), **{**_NIK, "hint": N_("16 digits, on the identity card")}
    )
    head_passport: PassportNumber | None = text(
        N_("Passport number of this person"), hint=N_("Only for foreigners, who have no NIK"), **_PASSPORT
    )

    def applicant(self) -> Applicant:
        """Return the organisation."""
        return Organisation(
            name=self.name,
            kind=self.kind,
            legal_form=self.legal_form or None,
            nib=self.nib,
            npwp=self.npwp,
            phone=self.phone,
            email=self.email,
            address=Address(
                street=self.street, village=self.village, district=self.district, regency=self.regency
            ),
            responsible=Person(name=self.head_name, nik=self.head_nik, passport=self.head_passport),
            position=self.head_position or None,
        )

    def representative(self, account: str | None) -> Representative | None:
        """Return no one: who answers for it applies."""
        del account
        return None


@attrs.frozen(kw_only=True, slots=False)
class _AgentFields:
    """Who acts by power of attorney: the one who types."""

    my_name: str = text(N_("Your name"), hint=N_("As on your identity card"), autocomplete="name")
    my_nik: Nik | None = text(N_("Your NIK"), **_NIK)
    my_passport: PassportNumber | None = text(
        N_("Your passport number"), hint=N_("Only for foreigners, who have no NIK"), **_PASSPORT
    )
    my_phone: PhoneNumber = phone(N_("Your phone number"), hint=N_("For example 0812 3456 7890"))
    my_email: str | None = email(N_("Your e-mail address"), required=False)

    def representative(self, account: str | None) -> Representative | None:
        """Return the one who types."""
        person = Person(
            name=self.my_name,
            nik=self.my_nik,
            passport=self.my_passport,
            phone=self.my_phone,
            email=self.my_email,
        )
        return Representative(person=person, actor_id=account)


@attrs.frozen(kw_only=True, slots=False)
class Myself(_PersonFields):
    """Someone for themselves."""


@attrs.frozen(kw_only=True, slots=False)
class OwnOrganisation(_OrganisationFields):
    """Someone for an organisation that they answer for."""


@attrs.frozen(kw_only=True, slots=False)
class ForPerson(_AgentFields, _PersonFields):
    """Someone for another person, by power of attorney."""


@attrs.frozen(kw_only=True, slots=False)
class ForOrganisation(_AgentFields, _OrganisationFields):
    """Someone for an organisation, by power of attorney."""


class Parties(Protocol):
    """What one of the forms gives."""

    def applicant(self) -> Applicant:
        """Return who applies."""
        ...

    def representative(self, account: str | None) -> Representative | None:
        """Return who acts for them, with their account."""
        ...


_FORMS: dict[Standing, type[Any]] = {
    Standing.MYSELF: Myself,
    Standing.ORGANISATION: OwnOrganisation,
    Standing.PERSON: ForPerson,
    Standing.FOR_ORGANISATION: ForOrganisation,
}

SECTIONS: dict[Standing, tuple[tuple[str, str], ...]] = {
    Standing.MYSELF: (("", ""),),
    Standing.ORGANISATION: ((N_("The organisation"), ""), (N_("Who answers for it"), "head_")),
    Standing.PERSON: (
        (N_("The person for whom you apply"), ""),
        (N_("You, who have the power of attorney"), "my_"),
    ),
    Standing.FOR_ORGANISATION: (
        (N_("The organisation"), ""),
        (N_("Who answers for it"), "head_"),
        (N_("You, who have the power of attorney"), "my_"),
    ),
}
"""Headings of a form, with the beginning of the names of the fields under them."""


def form_of(standing: Standing) -> type[Any]:
    """Return the form of a standing."""
    return _FORMS[standing]


def standings_for(permit_type: PermitType) -> tuple[Standing, ...]:
    """Return for whom a permit type can be applied for."""
    kinds = permit_type.applicant_kinds
    persons = (Standing.MYSELF, Standing.PERSON) if ApplicantKind.PERSON in kinds else ()
    organisations = (
        (Standing.ORGANISATION, Standing.FOR_ORGANISATION) if kinds - {ApplicantKind.PERSON} else ()
    )
    wanted = {*persons, *organisations}
    return tuple(one for one in Standing if one in wanted)


def standing_of(applicant: Applicant, representative: Representative | None) -> Standing:
    """Return for whom a draft was begun."""
    if isinstance(applicant, Organisation):
        return Standing.ORGANISATION if representative is None else Standing.FOR_ORGANISATION
    return Standing.MYSELF if representative is None else Standing.PERSON


def over(old: Applicant, new: Applicant) -> Applicant:
    """Return an applicant with what the form asks for from ``new``; what it does not ask for stays."""
    if isinstance(old, Person) and isinstance(new, Person):
        return attrs.evolve(
            old,
            name=new.name,
            nik=new.nik,
            passport=new.passport,
            npwp=new.npwp,
            phone=new.phone,
            email=new.email,
            address=_address_over(old.address, new.address),
        )
    if isinstance(old, Organisation) and isinstance(new, Organisation):
        head = attrs.evolve(
            old.responsible,
            name=new.responsible.name,
            nik=new.responsible.nik,
            passport=new.responsible.passport,
        )
        return attrs.evolve(new, address=_address_over(old.address, new.address), responsible=head)
    return new


def over_agent(old: Representative | None, new: Representative | None) -> Representative | None:
    """Return a representative as `over` does; the paper that names them goes with the same person alone."""
    if old is None or new is None:
        return new
    person = over(old.person, new.person)
    return attrs.evolve(old, person=person, actor_id=new.actor_id) if isinstance(person, Person) else new


def _address_over(old: Address | None, new: Address | None) -> Address | None:
    if old is None or new is None or old.street != new.street:
        # The neighbourhood and the postal code belong to the street.
        return new
    return attrs.evolve(
        old, street=new.street, village=new.village, district=new.district, regency=new.regency
    )


def known_of(applicant: Applicant, representative: Representative | None) -> dict[str, object]:
    """Return what a draft says of its parties, by the names of the fields."""
    address = applicant.address
    found: dict[str, object] = {
        "name": applicant.name,
        "npwp": applicant.npwp,
        "phone": applicant.phone,
        "email": applicant.email,
        **{
            name: getattr(address, name, None) if address else None
            for name in ("street", "village", "district", "regency")
        },
    }
    if isinstance(applicant, Organisation):
        head = applicant.responsible
        found |= {"kind": applicant.kind.value, "legal_form": applicant.legal_form, "nib": applicant.nib}
        found |= {"head_name": head.name, "head_nik": head.nik, "head_passport": head.passport}
        found |= {"head_position": applicant.position}
    else:
        found |= {"nik": applicant.nik, "passport": applicant.passport}
    if representative is not None:
        agent = representative.person
        found |= {"my_name": agent.name, "my_nik": agent.nik, "my_passport": agent.passport}
        found |= {"my_phone": agent.phone, "my_email": agent.email}
    return found

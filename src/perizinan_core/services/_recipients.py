"""Who of the applicant's side receives messages about a case, and where they can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perizinan_core.model._applicant import Organisation, Person
from perizinan_core.model._application import Application

__all__ = ["APPLICANT", "REPRESENTATIVE", "contacts_of", "recipients"]

APPLICANT = "applicant"
REPRESENTATIVE = "representative"


def contacts_of(application: Application) -> Mapping[str, tuple[str | None, str | None]]:
    """Return the mail address and the phone number of each recipient of the applicant's side."""
    return {recipient: (email, phone) for recipient, _, email, phone in recipients(application)}


def recipients(application: Application) -> Iterable[tuple[str, str, str | None, str | None]]:
    """Yield each recipient of the applicant's side with name, mail address and phone number."""
    applicant = application.applicant
    if isinstance(applicant, Organisation):
        person = applicant.responsible
        email = applicant.email or person.email
        phone = _phone(person) if applicant.phone is None else str(applicant.phone)
        yield APPLICANT, applicant.name, email, phone
    else:
        yield APPLICANT, applicant.name, applicant.email, _phone(applicant)
    if application.representative is not None:
        person = application.representative.person
        yield REPRESENTATIVE, person.name, person.email, _phone(person)


def _phone(person: Person) -> str | None:
    return str(person.phone) if person.phone else None

"""The enumerations that describe permits, applications and those who apply (glossary of domain.md F)."""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "ApplicantKind",
    "ApplicationKind",
    "OwningSystem",
    "PermitKind",
]


class PermitKind(StrEnum):
    """What the office hands out (glossary of domain.md F)."""

    PERMIT = "permit"
    """Izin."""
    RECOMMENDATION = "recommendation"
    """Rekomendasi."""
    STATEMENT = "statement"
    """Surat keterangan."""
    DECLARATION = "declaration"
    """Pernyataan, signed by the applicant and numbered by the office."""
    REGISTRATION = "registration"
    """Tanda daftar."""
    CARD = "card"
    """Kartu."""
    APPROVAL = "approval"
    """Persetujuan."""


class ApplicantKind(StrEnum):
    """Who may apply."""

    PERSON = "person"
    BUSINESS = "business"
    """Badan usaha: a business in any form."""
    LEGAL_ENTITY = "legal_entity"
    """Badan hukum."""
    COOPERATIVE = "cooperative"
    GOVERNMENT = "government"
    ORGANISER = "organiser"
    """Penyelenggara kegiatan: the person or body responsible for an event."""


class ApplicationKind(StrEnum):
    """What an application asks for."""

    NEW = "new"
    RENEWAL = "renewal"
    RE_REGISTRATION = "re_registration"
    AMENDMENT = "amendment"
    DUPLICATE = "duplicate"
    CLOSURE = "closure"
    """The holder gives the permit up."""


class OwningSystem(StrEnum):
    """The system that keeps the case."""

    OWN = "own"
    OSS = "oss"
    SIMBG = "simbg"
    MPP_DIGITAL = "mpp_digital"

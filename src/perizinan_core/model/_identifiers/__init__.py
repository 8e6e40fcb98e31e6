"""
Identifiers of people, taxpayers, businesses and places, as frozen values.

Every class has ``parse()`` for what people type, refuses what cannot be right with
`InvalidIdentifierError`, and lists what is only unusual in ``warnings``. Sources and open questions
stand in each class. python-stdnum is not used: its NIK check refuses real provinces and accepts
impossible days.
"""

from perizinan_core.model._identifiers._base import Identifier, IdentifierWarning
from perizinan_core.model._identifiers._business import KBLI_EDITIONS, Kbli, Nib, Npwp
from perizinan_core.model._identifiers._contact import PhoneNumber, deliverable_email, parse_email
from perizinan_core.model._identifiers._person import FamilyCardNumber, Nik, Nip, PassportNumber, Sex
from perizinan_core.model._identifiers._place import (
    PostalCode,
    Province,
    RegionCode,
    RegionLevel,
    find_province,
    provinces,
)
from perizinan_core.model._identifiers._slug import MAX_SLUG_LENGTH, check_slug, is_slug, validate_slug

__all__ = [
    "KBLI_EDITIONS",
    "MAX_SLUG_LENGTH",
    "FamilyCardNumber",
    "Identifier",
    "IdentifierWarning",
    "Kbli",
    "Nib",
    "Nik",
    "Nip",
    "Npwp",
    "PassportNumber",
    "PhoneNumber",
    "PostalCode",
    "Province",
    "RegionCode",
    "RegionLevel",
    "Sex",
    "check_slug",
    "deliverable_email",
    "find_province",
    "is_slug",
    "parse_email",
    "provinces",
    "validate_slug",
]

"""
Hypothesis strategies for tests of the core and of plugins.

Identifiers, money, calendars, staff and permit types: all valid, none of a real person.
"""

from perizinan_core.testing.strategies._values import (
    birth_dates,
    day_hours,
    family_card_numbers,
    kblis,
    moments_in,
    nibs,
    niks,
    nips,
    npwps,
    office_hours,
    passport_numbers,
    phone_numbers,
    postal_codes,
    region_codes,
    roundings,
    rupiah,
    slugs,
    working_calendars,
)
from perizinan_core.testing.strategies._workflow import permit_types, staffs

__all__ = [
    "birth_dates",
    "day_hours",
    "family_card_numbers",
    "kblis",
    "moments_in",
    "nibs",
    "niks",
    "nips",
    "npwps",
    "office_hours",
    "passport_numbers",
    "permit_types",
    "phone_numbers",
    "postal_codes",
    "region_codes",
    "roundings",
    "rupiah",
    "slugs",
    "staffs",
    "working_calendars",
]

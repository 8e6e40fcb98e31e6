"""The local government: its offices, numbers, signatories and letterhead. Data that a plugin brings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

import attrs

from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._identifiers import RegionCode
from perizinan_core.model._text import DateRange, Period, Source, Text, code_field

__all__ = [
    "ActingKind",
    "ArchiveClass",
    "Authority",
    "ContactChannel",
    "DatedAddress",
    "DatedName",
    "Delegation",
    "DelegationKind",
    "Letterhead",
    "NumberFormat",
    "NumberRegister",
    "OfficeContact",
    "Position",
    "Unit",
]


@attrs.frozen(kw_only=True)
class DatedName:
    """A name that an office bore for a time; letters print the one valid on their date."""

    name: Text
    short_name: str
    valid: DateRange = DateRange()
    source: Source


@attrs.frozen(kw_only=True)
class Unit:
    """An office or agency (perangkat daerah) that takes part in the work."""

    code: str = code_field()
    names: tuple[DatedName, ...] = attrs.field(validator=attrs.validators.min_len(1))
    number_code: str = ""
    """How letter numbers write the unit, e.g. ``"410.109"``."""

    head_title: Text | None = None
    """e.g. ``Kepala Dinas Kesehatan``."""

    def name_on(self, day: date) -> DatedName:
        """Return the name valid on ``day``; before the first known name, the first; after the last, the last."""
        for name in self.names:
            if day in name.valid:
                return name
        first = self.names[0]
        return first if first.valid.start is not None and day < first.valid.start else self.names[-1]


@attrs.frozen(kw_only=True)
class DatedAddress:
    """Where an office stood for a time; letters print the address valid on their date."""

    address: str
    valid: DateRange = DateRange()
    source: Source


@attrs.frozen(kw_only=True)
class Letterhead:
    """Kop surat: what stands above the line."""

    government: Text
    """e.g. ``PEMERINTAH KOTA …``."""

    unit: str
    """Code of the unit whose name of the day is printed below."""

    address: str | None = None
    """The address, where it has no dates."""

    addresses: tuple[DatedAddress, ...] = ()
    """Addresses with their days; one that is valid on the letter's day comes before `address`."""

    contact: str | None = None
    """Telephone, site and e-mail in one line."""

    city: str
    """Where letters are dated ("Ditetapkan di …")."""

    logo: str | None = None
    """File name of the coat of arms inside the plugin's assets (SVG or PNG), or None."""

    source: Source

    def address_on(self, day: date) -> str | None:
        """Return the address valid on ``day``; None where none is known."""
        return next((item.address for item in self.addresses if day in item.valid), self.address)


class ActingKind(StrEnum):
    """How an office holder holds the office."""

    DEFINITIVE = "definitive"
    ACTING_VACANT = "acting_vacant"
    """Plt., the position is vacant."""
    ACTING_DAILY = "acting_daily"
    """Plh., the holder is away."""


class DelegationKind(StrEnum):
    """UU 30/2014: how the power to decide was passed on."""

    ATTRIBUTION = "attribution"
    DELEGATION = "delegation"
    MANDATE = "mandate"
    """The signature is "a.n." (on behalf of) the one who gave it."""


@attrs.frozen(kw_only=True)
class Position:
    """A position whose holder may sign."""

    code: str = code_field()
    title: Text
    unit: str
    rank: str | None = None
    """Pangkat, as printed below the name, or None."""


@attrs.frozen(kw_only=True)
class Delegation:
    """Who may sign what, since when, on what ground. No valid delegation on the day: no signature."""

    code: str = code_field()
    position: str
    kind: DelegationKind
    on_behalf_of: Text | None = None
    """Printed after "a.n." for a mandate, e.g. ``WALI KOTA …``."""

    permit_types: frozenset[str]
    """Codes of permit types; ``*`` stands for all."""

    valid: DateRange
    acting: ActingKind = ActingKind.DEFINITIVE
    holder_name: str | None = None
    """Name printed under the signature, or None to print the title alone."""

    holder_id: str | None = None
    """NIP printed under the name, or None."""

    source: Source

    def covers(self, permit_type: str, day: date) -> bool:
        """Return True when a permit of this type may be signed under it on ``day``."""
        return day in self.valid and ("*" in self.permit_types or permit_type in self.permit_types)


@attrs.frozen(kw_only=True)
class NumberFormat:
    """
    How a register writes its numbers for a time.

    Placeholders: ``{sequence}`` or ``{sequence:04}``, ``{year}``, ``{month}`` (two digits),
    ``{month_roman}``, ``{unit}``, ``{class}`` (archive class), ``{permit}`` (the permit type's code in numbers).
    """

    template: str
    valid: DateRange = DateRange()
    source: Source


@attrs.frozen(kw_only=True)
class NumberRegister:
    """A book of numbers; sequences are gap-free and unique per register and local year."""

    code: str = code_field()
    label: Text
    unit: str
    archive_class: str = ""
    formats: tuple[NumberFormat, ...] = attrs.field(validator=attrs.validators.min_len(1))
    first: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    """The first sequence number of a year."""

    def format_on(self, day: date) -> NumberFormat | None:
        """Return the format in force on ``day``, or None when none covers it."""
        return next((item for item in self.formats if day in item.valid), None)


_Coded = TypeVar("_Coded", Unit, Position, NumberRegister)


@attrs.frozen(kw_only=True)
class ArchiveClass:
    """Archive class with its retention (JRA)."""

    code: str
    label: Text
    active: Period
    inactive: Period
    permanent: bool
    """True: kept for ever after the inactive period; False: destroyed with a record of it."""

    source: Source


@attrs.frozen(kw_only=True)
class ContactChannel:
    """Where people ask, complain or object."""

    kind: str
    """``"complaint"``, ``"information"``, ``"objection"`` …"""

    label: Text
    address: str
    source: Source


@attrs.frozen(kw_only=True)
class OfficeContact:
    """How people who check a permit reach the office; stands in ``authority.json``. At least one way is given."""

    address: str | None = None
    """Where its counter is."""

    phone: str | None = None
    email: str | None = None
    web: str | None = None
    """https address of its pages."""

    source: Source

    def __attrs_post_init__(self) -> None:
        if not any((self.address, self.phone, self.email, self.web)):
            raise ValueError("contact: expected at least one of address, phone, email, web")
        if self.web is not None and not self.web.startswith("https://"):
            raise ValueError(f"contact.web: expected an https address, got {self.web!r}")


@attrs.frozen(kw_only=True)
class Authority:
    """A local government and everything about it that letters and rules need. Comes from a plugin."""

    slug: str = code_field()
    name: Text
    region: RegionCode
    example: Text | None = None
    """
    What an authority that is not a working office says of itself, e.g. that its rules are no longer in force; None: an
    office. Stands on its letters, receipts, messages and pages; an office opens with it in development only.
    """

    letterhead: Letterhead
    units: tuple[Unit, ...]
    positions: tuple[Position, ...]
    delegations: tuple[Delegation, ...]
    registers: tuple[NumberRegister, ...]
    receipt_register: str
    """Code of the register that numbers receipts (tanda terima)."""

    calendar: WorkingCalendar
    archive_classes: tuple[ArchiveClass, ...] = ()
    contacts: tuple[ContactChannel, ...] = ()
    contact: OfficeContact | None = None
    """How people who check a permit reach the office, or None."""

    verification_url: str = attrs.field()
    """https address of the public verification page; the QR appends its claims as the fragment."""

    legal_footer: Text
    """What the foot of every electronically signed letter says."""

    extra: Mapping[str, str] = attrs.field(factory=dict)
    """Further texts that the plugin's own templates use."""

    @verification_url.validator
    def _https_only(self, _attribute: attrs.Attribute[str], value: str) -> None:
        if not value.startswith("https://"):
            raise ValueError(f"verification_url: expected an https address, got {value!r}")

    def unit(self, code: str) -> Unit:
        """Return the unit; raises ``KeyError`` when there is not one of that code."""
        return _by_code(self.units, code)

    def position(self, code: str) -> Position:
        """Return the position; raises ``KeyError`` when there is not one of that code."""
        return _by_code(self.positions, code)

    def register(self, code: str) -> NumberRegister:
        """Return the number register; raises ``KeyError`` when there is not one of that code."""
        return _by_code(self.registers, code)

    def delegations_for(self, permit_type: str, day: date) -> tuple[Delegation, ...]:
        """Return the delegations under which a permit of this type may be signed on ``day``."""
        return tuple(item for item in self.delegations if item.covers(permit_type, day))


def _by_code(items: tuple[_Coded, ...], code: str) -> _Coded:
    for item in items:
        if item.code == code:
            return item
    raise KeyError(code)

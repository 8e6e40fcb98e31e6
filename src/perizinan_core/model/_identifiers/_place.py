"""Where something is: provinces, region codes, postal codes."""

from __future__ import annotations

import json
import re
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import ClassVar

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._identifiers._base import Identifier, IdentifierWarning

__all__ = ["PostalCode", "Province", "RegionCode", "RegionLevel", "find_province", "provinces"]


@attrs.frozen
class Province:
    """One row of the province table, ``model/data/provinces.json``."""

    code: str
    """Two digits of Kemendagri, e.g. ``"35"``."""

    name: str
    """Official name in Bahasa Indonesia."""

    since: date | None
    """First day of the province, or None when it is older than the numbers we read."""

    until: date | None
    """Last day of the province, or None while it exists."""

    source: str
    """Decree of the code, and the act that made the province where it is a young one."""


class RegionLevel(StrEnum):
    """The four levels of a region code, top down."""

    PROVINCE = "province"
    REGENCY = "regency"
    DISTRICT = "district"
    VILLAGE = "village"


_LEVELS = tuple(RegionLevel)
_DOTTED = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?\Z")
_EXPECTED_REGION = N_("PP, PP.RR, PP.RR.SS or PP.RR.SS.VVVV in digits")


@attrs.frozen(repr=False, order=True)
class RegionCode(Identifier):
    """
    Kemendagri code of a province, regency or city, district, or village: ``35.72.01.1001``.

    The value is dotted. Form: Permendagri 137/2017 art. 4; the list itself is renewed by decree
    (in 2025: Kepmendagri 300.2.2-2138/2025) and is not part of this class.
    """

    kind: ClassVar[str] = "region"
    remedy: ClassVar[str] = N_("Look the code up in the current Kemendagri list, and keep its leading zeros.")

    @classmethod
    def parse(cls, text: str) -> RegionCode:
        """
        Read a code with or without dots: ``35.72``, ``3572``, ``3572011001``.

        Raises:
            InvalidIdentifierError: when the code has another form.
        """
        digits = cls._tidy(text)
        parts = (digits[0:2], digits[2:4], digits[4:6], digits[6:])
        return cls(".".join(part for part in parts if part))

    @property
    def level(self) -> RegionLevel:
        """How deep the code goes."""
        return _LEVELS[self.value.count(".")]

    @property
    def undotted(self) -> str:
        """Digits only: ``3572011001``."""
        return self.value.replace(".", "")

    @property
    def province(self) -> Province | None:
        """The province of the table, or None when the table does not know it."""
        return find_province(self.value[:2])

    @property
    def warnings(self) -> tuple[IdentifierWarning, ...]:
        """What is unusual: a province that our table does not know."""
        return province_warnings(self.value[:2])

    def parent(self) -> RegionCode | None:
        """Return the region one level up, or None for a province."""
        upper, dot, _ = self.value.rpartition(".")
        return RegionCode(upper) if dot else None

    def at(self, level: RegionLevel) -> RegionCode | None:
        """Return the part of the code down to ``level``, or None when the code does not go that deep."""
        parts = self.value.split(".")
        wanted = _LEVELS.index(level) + 1
        return RegionCode(".".join(parts[:wanted])) if wanted <= len(parts) else None

    def contains(self, other: RegionCode) -> bool:
        """Say whether ``other`` is this region or lies in it."""
        return other.value == self.value or other.value.startswith(self.value + ".")

    @classmethod
    def _check(cls, value: str) -> None:
        if not _DOTTED.match(value):
            cls._refuse("form", value, _EXPECTED_REGION)
        parts = value.split(".")
        if parts[0] == "00":
            cls._refuse("province", value, N_("a province part from 01 to 99"))
        if len(parts) > 1 and parts[1] in {"00", "70"}:
            cls._refuse("regency", value, N_("a second part from 01 to 69 (regency) or from 71 to 99 (city)"))
        if len(parts) > 2 and parts[2] == "00":
            cls._refuse("district", value, N_("a district part from 01 to 99"))
        if len(parts) > 3 and parts[3] == "0000":
            cls._refuse("village", value, N_("a village part from 0001 to 9999"))


@attrs.frozen(repr=False)
class PostalCode(Identifier):
    """Indonesian postal code: five digits, the first from 1 to 9 (usage; no decree was found)."""

    kind: ClassVar[str] = "postal-code"
    remedy: ClassVar[str] = N_("Copy the five digits from the address, for example 66111.")

    @classmethod
    def _check(cls, value: str) -> None:
        expected = N_("five digits, the first not 0")
        cls._check_digits(value, 5, expected)
        if value[0] == "0":
            cls._refuse("form", value, expected)


@cache
def provinces() -> tuple[Province, ...]:
    """Return the province table in the order of its codes; see the file for its date and source."""
    text = resources.files("perizinan_core.model").joinpath("data/provinces.json").read_text("utf-8")
    table = json.loads(text)
    return tuple(
        Province(
            code=row["code"],
            name=row["name"],
            since=date.fromisoformat(row["since"]) if "since" in row else None,
            until=date.fromisoformat(row["until"]) if "until" in row else None,
            source=row.get("source", table["source"]),
        )
        for row in table["provinces"]
    )


def find_province(code: str) -> Province | None:
    """Return the province with this two-digit code, or None when the table does not know it."""
    return next((province for province in provinces() if province.code == code), None)


def province_warnings(code: str) -> tuple[IdentifierWarning, ...]:
    """Return one warning when no province of the table has this code, else none."""
    if find_province(code) is not None:
        return ()
    sentence = N_(
        "No province has the code {subject} in our table. Compare the number with the original document."
    )
    return (IdentifierWarning("unknown-province", sentence, code),)

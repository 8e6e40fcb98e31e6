"""Numbers of people: NIK, family card, civil servants, passports."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import ClassVar

import attrs

from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.i18n import N_
from perizinan_core.model._identifiers._base import Identifier, IdentifierWarning
from perizinan_core.model._identifiers._place import RegionCode, province_warnings

__all__ = ["FamilyCardNumber", "Nik", "Nip", "PassportNumber", "Sex"]

_CENTURIES = (1900, 2000)
_WOMEN_OFFSET = 40

_PLACE_WARNING = N_("The place part {subject} names no possible district. Compare the number with the card.")
_SERIAL_WARNING = N_("The serial part is all zeros, which is not known to be used. Compare it with the card.")


class Sex(StrEnum):
    """Sex as it is written into population and civil servant numbers."""

    MALE = "male"
    FEMALE = "female"


@attrs.frozen(repr=False)
class Nik(Identifier):
    """
    Nomor Induk Kependudukan: PPRRSS DDMMYY XXXX, for women the day plus 40.

    The place is where the person was first registered, not where they live; the number holds no
    century and no check digit. A right form is not proof of identity.
    """

    kind: ClassVar[str] = "nik"
    personal: ClassVar[bool] = True
    remedy: ClassVar[str] = N_("Compare it with the identity card, digit by digit.")

    @property
    def district(self) -> RegionCode | None:
        """District of first registration, or None when the six digits name no possible one."""
        return _district(self.value)

    @property
    def sex(self) -> Sex:
        """Read from the day: 41 to 71 for women."""
        return Sex.FEMALE if int(self.value[6:8]) > _WOMEN_OFFSET else Sex.MALE

    @property
    def warnings(self) -> tuple[IdentifierWarning, ...]:
        """What is unusual: unknown province, impossible place, serial 0000."""
        return _card_warnings(self.value)

    def agrees_with_birth_date(self, born: date) -> bool:
        """Say whether ``born``, as another document gives it, is one of the dates in the number."""
        return born in _possible_dates(self.value[6:12], women=True)

    @classmethod
    def _check(cls, value: str) -> None:
        cls._check_digits(value, 16, N_("16 digits"))
        day, month = int(value[6:8]), int(value[8:10])
        if not (1 <= day <= 31 or 1 <= day - _WOMEN_OFFSET <= 31):
            cls._refuse(
                "day", value, N_("a day from 01 to 31, or from 41 to 71 for women, in digits 7 and 8")
            )
        if not 1 <= month <= 12:
            cls._refuse("month", value, N_("a month from 01 to 12 in digits 9 and 10"))
        if not _possible_dates(value[6:12], women=True):
            cls._refuse("date", value, N_("a date of birth that exists in digits 7 to 12"))


@attrs.frozen(repr=False)
class FamilyCardNumber(Identifier):
    """
    Nomor Kartu Keluarga: 16 digits, by usage place, date of issue and serial (no decree was found).

    Only the length is enforced; what else looks unusual is a warning.
    """

    kind: ClassVar[str] = "family-card"
    personal: ClassVar[bool] = True
    remedy: ClassVar[str] = N_("Compare it with the head of the family card, digit by digit.")

    @property
    def warnings(self) -> tuple[IdentifierWarning, ...]:
        """What is unusual: unknown province, impossible place or date of issue, serial 0000."""
        found = list(_card_warnings(self.value))
        if not _possible_dates(self.value[6:12], women=False):
            sentence = N_("Digits 7 to 12 are usually the date of issue, and this one does not exist.")
            found.append(IdentifierWarning("issue-date", sentence))
        return tuple(found)

    @classmethod
    def _check(cls, value: str) -> None:
        cls._check_digits(value, 16, N_("16 digits"))


@attrs.frozen(repr=False)
class Nip(Identifier):
    """
    Number of a civil servant: YYYYMMDD YYYYMM S NNN (Perka BKN 22/2007 and 43/2007).

    Contract employees (PPPK) have a number of the same form whose month part counts their
    agreements from 21 on; it is accepted as well.
    """

    kind: ClassVar[str] = "nip"
    personal: ClassVar[bool] = True
    remedy: ClassVar[str] = N_("Compare it with the letter of appointment, digit by digit.")

    @property
    def birth_date(self) -> date:
        """Date of birth."""
        return date(int(self.value[:4]), int(self.value[4:6]), int(self.value[6:8]))

    @property
    def sex(self) -> Sex:
        """Digit 15: 1 for men, 2 for women."""
        return Sex.MALE if self.value[14] == "1" else Sex.FEMALE

    @property
    def grouped(self) -> str:
        """As letters print it: ``19860926 201505 1 001``."""
        value = self.value
        return f"{value[:8]} {value[8:14]} {value[14]} {value[15:]}"

    @property
    def warnings(self) -> tuple[IdentifierWarning, ...]:
        """What is unusual: an appointment before the 16th birthday, serial 000."""
        found = []
        if int(self.value[8:12]) < int(self.value[:4]) + 16:
            sentence = N_("The year of appointment lies less than 16 years after the year of birth.")
            found.append(IdentifierWarning("appointed-young", sentence))
        if self.value[15:] == "000":
            found.append(IdentifierWarning("serial", _SERIAL_WARNING))
        return tuple(found)

    @classmethod
    def _check(cls, value: str) -> None:
        cls._check_digits(value, 18, N_("18 digits"))
        if _date_or_none(int(value[:4]), int(value[4:6]), int(value[6:8])) is None or value[:2] not in {
            "19",
            "20",
        }:
            cls._refuse("date", value, N_("a date of birth that exists in digits 1 to 8"))
        month = int(value[12:14])
        if value[8:10] not in {"19", "20"} or not (1 <= month <= 12 or month > 20):
            cls._refuse(
                "appointment",
                value,
                N_("year and month of appointment (or an agreement from 21) in digits 9 to 14"),
            )
        if value[14] not in "12":
            cls._refuse("sex", value, N_("1 (men) or 2 (women) as digit 15"))


@attrs.frozen(repr=False)
class PassportNumber(Identifier):
    """
    Number of a passport of any state: 5 to 9 letters and digits, at least one digit.

    Nine is what the machine-readable zone holds (ICAO Doc 9303 part 4); the issuing state is kept
    beside it by the caller. Letters become upper case.
    """

    kind: ClassVar[str] = "passport"
    personal: ClassVar[bool] = True
    remedy: ClassVar[str] = N_("Copy it from the second line of the passport's machine-readable zone.")

    @classmethod
    def parse(cls, text: str) -> PassportNumber:
        """
        Read a passport number; spaces and dashes are dropped, letters become upper case.

        Raises:
            InvalidIdentifierError: when it has another form.
        """
        tidy = cls._tidy(text)
        # str.upper() turns some foreign letters into ASCII ones (dotless i, long s).
        return cls(tidy.upper() if tidy.isascii() else tidy)

    @classmethod
    def _check(cls, value: str) -> None:
        if not re.match(r"(?=.*[0-9])[A-Z0-9]{5,9}\Z", value):
            cls._refuse("form", value, N_("5 to 9 letters A to Z and digits, with at least one digit"))


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _possible_dates(ddmmyy: str, *, women: bool) -> tuple[date, ...]:
    day, month, year = int(ddmmyy[:2]), int(ddmmyy[2:4]), int(ddmmyy[4:])
    if women and day > _WOMEN_OFFSET:
        day -= _WOMEN_OFFSET
    dates = (_date_or_none(century + year, month, day) for century in _CENTURIES)
    return tuple(found for found in dates if found is not None)


def _district(value: str) -> RegionCode | None:
    try:
        return RegionCode.parse(value[:6])
    except InvalidIdentifierError:
        return None


def _card_warnings(value: str) -> tuple[IdentifierWarning, ...]:
    found = list(province_warnings(value[:2]))
    if _district(value) is None:
        found.append(IdentifierWarning("place", _PLACE_WARNING, value[:6]))
    if value[12:] == "0000":
        found.append(IdentifierWarning("serial", _SERIAL_WARNING))
    return tuple(found)

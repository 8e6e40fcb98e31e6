"""Numbers of taxpayers and businesses: NPWP, NIB, KBLI."""

from __future__ import annotations

import re
from typing import ClassVar

import attrs

from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.i18n import N_
from perizinan_core.model._identifiers._base import Identifier, IdentifierWarning
from perizinan_core.model._identifiers._person import Nik

__all__ = ["KBLI_EDITIONS", "Kbli", "Nib", "Npwp"]

KBLI_EDITIONS = ("2020", "2025")
"""Editions in use: BPS Regulation 2/2020 and BPS Regulation 7/2025."""


@attrs.frozen(repr=False)
class Npwp(Identifier):
    """
    Nomor Pokok Wajib Pajak, kept with 16 digits (PMK 112/PMK.03/2022).

    - The NIK, for resident persons.
    - ``0`` and the old 15 digits, for everyone else; digit 9 of the old number is a Luhn check
      digit over its first eight.
    - ``10…``, given by the Coretax system since 2025 according to general knowledge, not to a rule
      that we read: accepted with a warning. No NIK can begin so.
    """

    kind: ClassVar[str] = "npwp"
    personal: ClassVar[bool] = True
    remedy: ClassVar[str] = N_("Compare it with the taxpayer card or the account at the tax office.")

    @classmethod
    def parse(cls, text: str) -> Npwp:
        """
        Read 15 digits (``01.234.567.8-901.000``) or 16 digits; the old form is completed to 16.

        Raises:
            InvalidIdentifierError: when the number cannot be right.
        """
        digits = cls._tidy(text)
        return cls("0" + digits if len(digits) == 15 else digits)

    @property
    def nik(self) -> Nik | None:
        """The NIK that serves as taxpayer number, or None."""
        return None if self.value.startswith(("0", "10")) else Nik(self.value)

    @property
    def grouped(self) -> str:
        """Sixteen digits in groups of four: ``0012 3456 7890 1000``."""
        return " ".join(self.value[start : start + 4] for start in range(0, 16, 4))

    @property
    def warnings(self) -> tuple[IdentifierWarning, ...]:
        """What is unusual: the warnings of the NIK, or a number of the new series."""
        if self.value.startswith("10"):
            sentence = N_("The number belongs to the new series of 2025, whose rules we cannot check.")
            return (IdentifierWarning("new-series", sentence),)
        return self.nik.warnings if self.nik is not None else ()

    @classmethod
    def _check(cls, value: str) -> None:
        expected = N_("15 digits (old form) or 16 digits")
        if len(value) == 22 and value.isdecimal():
            cls._refuse(
                "branch",
                value,
                expected,
                N_("22 digits are the number of a branch (NITKU): give its first 16."),
            )
        cls._check_digits(value, 16, expected)
        if not value.strip("0"):
            cls._refuse("placeholder", value, N_("a real number, not only zeros"))
        if value.startswith("0"):
            if not _passes_luhn(value[1:10]):
                cls._refuse("checksum", value, N_("a matching check digit (the ninth of the old 15 digits)"))
        elif not value.startswith("10"):
            cls._check_nik(value)

    @classmethod
    def _check_nik(cls, value: str) -> None:
        try:
            Nik(value)
        except InvalidIdentifierError as error:
            raise InvalidIdentifierError(
                "invalid-identifier",
                kind=cls.kind,
                reason="nik",
                received=error.received,
                length=error.length,
                expected=N_("a valid NIK, or 0 and the old 15 digits"),
                remedy=cls.remedy,
            ) from error


@attrs.frozen(repr=False)
class Nib(Identifier):
    """
    Nomor Induk Berusaha of the OSS system: 13 digits kept as text, no public check digit.

    Not to be taken for the land-parcel number, which is called NIB too.
    """

    kind: ClassVar[str] = "nib"
    remedy: ClassVar[str] = N_("Copy the 13 digits from the NIB letter of OSS, with its leading zeros.")

    @classmethod
    def _check(cls, value: str) -> None:
        cls._check_digits(value, 13, N_("13 digits"))
        if not value.strip("0"):
            cls._refuse("placeholder", value, N_("a real number, not only zeros"))


@attrs.frozen(repr=False)
class Kbli(Identifier):
    """
    Business activity: five digits of one edition of the Indonesian classification.

    Editions split and merge codes many-to-many, so a code is never mapped to another edition and
    two codes are equal only within one.
    """

    kind: ClassVar[str] = "kbli"
    remedy: ClassVar[str] = N_("Copy the five digits from the NIB letter and say which edition they are of.")

    edition: str
    """``"2020"`` or ``"2025"``."""

    code: str
    """Five digits, the first two (division) from 01 to 99."""

    value: str = attrs.field(
        init=False, default=attrs.Factory(lambda self: f"{self.edition}/{self.code}", takes_self=True)
    )
    """Edition and code: ``2020/56101``."""

    def __attrs_post_init__(self) -> None:
        for part in (self.edition, self.code):
            if not isinstance(part, str):
                self._refuse_type(part)
        if self.edition not in KBLI_EDITIONS:
            self._refuse("edition", self.edition, N_("edition 2020 or 2025"))
        self._check(self.code)

    @classmethod
    def parse(cls, text: str, *, edition: str | None = None) -> Kbli:
        """
        Read ``2020/56101`` or ``KBLI 2025 56101``; a bare ``56101`` needs ``edition``.

        Args:
            text: The code as typed.
            edition: ``"2020"`` or ``"2025"``; when the text names one too, both must agree.

        Raises:
            InvalidIdentifierError: for another form, an unknown edition or none at all.
        """
        tidy = re.sub(r"(?i)^kbli|[/:]", "", cls._tidy(text))
        named, code = (tidy[:4], tidy[4:]) if len(tidy) == 9 else (None, tidy)
        if edition is not None and named is not None and edition != named:
            cls._refuse("edition", named, N_("the edition that the form asks for"))
        chosen = named if edition is None else edition
        if chosen is None:
            cls._check(code)
            cls._refuse("edition", code, N_("a code together with its edition, 2020 or 2025"))
        return cls(chosen, code)

    @classmethod
    def _check(cls, value: str) -> None:
        # Of the code alone: the edition has its own rule and sentence.
        expected = N_("five digits of which the first two are 01 to 99")
        cls._check_digits(value, 5, expected)
        if value.startswith("00"):
            cls._refuse("form", value, expected)


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0

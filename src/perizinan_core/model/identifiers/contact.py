"""How to reach somebody: phone numbers."""

from __future__ import annotations

import re
from typing import ClassVar

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model.identifiers.base import Identifier

__all__ = ["PhoneNumber"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_MOBILE = re.compile(r"8[1-9][0-9]{7,11}\Z")
_LANDLINE = re.compile(r"[2-79][0-9]{7,10}\Z|80[0-9]{6,9}\Z")
_EXPECTED = N_("a number such as 0812 3456 7890, (0342) 801171 or, from abroad, +65 6123 4567")


@attrs.frozen(repr=False)
class PhoneNumber(Identifier):
    """
    Phone number in E.164 form, ``+6281234567890``.

    Indonesian numbers may be typed as ``08…``, ``62…``, ``+62 (0)8…``, ``0062…`` or ``8…``; others
    need their ``+`` and country code. Mobile numbers have 9 to 13 digits after +62, others 8 to 11
    (usage; the numbering plan was not read).
    """

    kind: ClassVar[str] = "phone"
    personal: ClassVar[bool] = True
    remedy: ClassVar[str] = N_("Type the whole number, and for one from abroad its + and country code.")

    @classmethod
    def parse(cls, text: str) -> PhoneNumber:
        """
        Read a number as people type it; brackets, slashes, ``tel:`` and separators are dropped.

        Raises:
            InvalidIdentifierError: when it cannot be a phone number.
        """
        typed = re.sub(r"(?i)^tel:|[()/]", "", cls._tidy(text))
        if typed.startswith("00"):
            typed = "+" + typed[2:]
        elif typed.startswith("0"):
            typed = "+62" + typed[1:]
        elif typed.startswith("62"):
            typed = "+" + typed
        elif typed.startswith("8"):
            typed = "+62" + typed
        # "+62 0812…" is written by many: the zero belongs to the number as dialled at home.
        return cls(re.sub(r"^\+620", "+62", typed))

    @property
    def is_indonesian(self) -> bool:
        """Whether the country code is 62."""
        return self.value.startswith("+62")

    @property
    def is_mobile(self) -> bool:
        """Whether it is an Indonesian mobile number, which can have WhatsApp and SMS."""
        return self.is_indonesian and _MOBILE.match(self.value[3:]) is not None

    @property
    def national(self) -> str:
        """As dialled in Indonesia (``081234567890``); of a foreign number the E.164 form."""
        return "0" + self.value[3:] if self.is_indonesian else self.value

    @classmethod
    def _check(cls, value: str) -> None:
        if not re.match(r"\+?[0-9]+\Z", value):
            cls._refuse("characters", value, _EXPECTED)
        if not _E164.match(value):
            cls._refuse("form", value, _EXPECTED)
        national = value[3:]
        if value.startswith("+62") and not (_MOBILE.match(national) or _LANDLINE.match(national)):
            cls._refuse("length", value, _EXPECTED)

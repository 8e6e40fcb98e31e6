"""How to reach someone: phone numbers and e-mail addresses."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import attrs

from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.i18n import N_
from perizinan_core.model._identifiers._base import Identifier

__all__ = ["PhoneNumber", "deliverable_email", "parse_email"]

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


_MAIL_EXPECTED = N_("an address such as nama@contoh.co.id, with Latin letters before the @")
_MAIL_REMEDY = N_("Type the address as it is used for sending mail, and nothing around it.")


def parse_email(text: object) -> str:
    """
    Return an e-mail address in the form in which it is kept: as typed, with its domain in lower case and NFC.

    The address must be one that every mail server can send to: RFC 5321 and 5322 without quoting, comments or
    addresses of machines, ASCII before the @, a domain with a dot that is not reserved (RFC 6761), IDNA 2008
    for domains in other scripts. Whether someone reads it is not asked: no name is looked up.

    Raises:
        InvalidIdentifierError: when no message could reach it; the address is not repeated.
        InvalidIdentifierError: ``identifier-not-text``: when it is not text.
    """
    return str(_validated(text).normalized)


def deliverable_email(address: str) -> str:
    """Return the address for sending: the domain in ASCII (RFC 3492), which every mail server understands."""
    return str(_validated(address).ascii_email or address)


def _validated(text: object) -> Any:
    # Takes longer to load than the rest of the model, and most programs never read an address.
    from email_validator import EmailNotValidError, validate_email

    if not isinstance(text, str):
        raise InvalidIdentifierError(
            "identifier-not-text",
            kind="email",
            reason="type",
            received=type(text).__name__,
            length=0,
            expected=N_("text"),
            remedy=_MAIL_REMEDY,
        )
    try:
        return validate_email(text.strip(" "), check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidIdentifierError(
            "invalid-identifier",
            kind="email",
            reason="form",
            received="***",
            length=len(text),
            expected=_MAIL_EXPECTED,
            remedy=_MAIL_REMEDY,
        ) from error

"""The tables ``[plugin.apprise-phone]`` and ``[plugin.apprise-room]`` of ``perizinan.toml``."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.hooks import Secret

__all__ = ["PhoneSettings", "RoomSettings", "Style"]


_LINK = r"|https://[^\s/?#@]+(/[^\s?#@]*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#@]*)?"
"""An address of the office: encrypted, without anything in it that says of whom it is."""


class Style(StrEnum):
    """How much a message to a phone says."""

    WHOLE = "whole"
    """Subject and text, as in a mail."""

    SHORT = "short"
    """One sentence that names the receipt number and where to look, for SMS."""


@attrs.frozen(kw_only=True)
class PhoneSettings:
    """Messages to one person by phone number."""

    url: Secret
    """Address of the service as Apprise writes it, with ``{phone}`` where the number stands (digits alone)."""

    service: str = attrs.field(validator=attrs.validators.min_len(1))
    """
    What people know it as, e.g. ``WhatsApp`` or ``SMS``: they are asked whether they agree to it, and are
    asked again once this changes.
    """

    style: Style = Style.SHORT
    address: str = attrs.field(default="", validator=attrs.validators.matches_re(_LINK))
    """
    Where people follow their cases, e.g. ``https://izin.example.go.id/lacak``; part of short messages.

    ``https`` but for this machine, without ``?``, ``#`` and login.
    """


@attrs.frozen(kw_only=True)
class RoomSettings:
    """Messages to one room or program."""

    url: Secret
    """Address of the service as Apprise writes it."""

    kinds: tuple[str, ...] = ()
    """Kinds of events that go there; empty: all of which people are notified."""

"""What a signature should say and where it should show: values handed to every signer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs


def _aware(_: object, attribute: attrs.Attribute[datetime], value: datetime) -> None:
    if value.utcoffset() is None:
        raise ValueError(f"{attribute.name} needs a time zone")


def _not_zero(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value == 0:
        raise ValueError(f"{attribute.name} counts from 1, or from the end with -1")


@attrs.frozen(kw_only=True)
class Placement:
    """A rectangle on a page, measured on the page as a reader shows it, rotation included."""

    page: int = attrs.field(default=-1, validator=_not_zero)
    """Page counted from 1; negative counts from the end, -1 is the last page."""

    x: float = attrs.field(validator=attrs.validators.ge(0))
    """Distance of the left edge from the left edge of the page, in points (1/72 inch)."""

    y: float = attrs.field(validator=attrs.validators.ge(0))
    """Distance of the lower edge from the lower edge of the page, in points."""

    width: float = attrs.field(validator=attrs.validators.gt(0))
    """Width in points."""

    height: float = attrs.field(validator=attrs.validators.gt(0))
    """Height in points."""


def _text_or_image(mark: Any, _: attrs.Attribute[Any], value: bytes | None) -> None:
    if value is None and not mark.text.strip():
        raise ValueError("a visible mark needs a text or a picture")


@attrs.frozen(kw_only=True)
class VisibleMark:
    """What a reader sees of the signature: a text, a picture left of it, or one of both."""

    placement: Placement | None = None
    """Where it stands; ``None`` uses the rectangle of the existing field that is signed."""

    text: str = ""
    """Text, line breaks kept. Every character must be in one of the fonts."""

    image: bytes | None = attrs.field(default=None, repr=False, validator=_text_or_image)
    """A PNG or JPEG picture, e.g. the coat of arms."""

    font_size: float = attrs.field(default=8.0, validator=attrs.validators.gt(0))
    """Size of the text in points."""

    font_families: tuple[str, ...] = ("Libertinus Serif",)
    """Families in order of preference."""

    font_paths: tuple[str, ...] = ()
    """Folders with further fonts; fonts of the machine are not used, so a mark looks alike everywhere."""


@attrs.frozen(kw_only=True)
class SigningRequest:
    """One signature as it is wanted."""

    signed_at: datetime = attrs.field(validator=_aware)
    """Claimed signing time with time zone; goes into ``/M`` (EN 319 142-1: not into the CMS)."""

    reason: str | None = None
    """Why it is signed, e.g. ``"Penerbitan izin"``."""

    location: str | None = None
    """Where it is signed, e.g. ``"Kota Blitar"``."""

    contact: str | None = None
    """How to reach the signer; goes into ``/ContactInfo``."""

    field_name: str | None = None
    """
    Name of the signature field: an empty field of this name is used, otherwise a new one is made.
    ``None`` makes a new field ``Signature1``, ``Signature2`` … whichever is free.
    """

    description: str = "Tanda tangan elektronik"
    """What a screen reader says of a new field (``/TU``; PDF/UA-1 section 7.18.1)."""

    mark: VisibleMark | None = None
    """The visible mark; ``None`` signs invisibly."""

"""Short names of things, as they stand in files, addresses and tables."""

from __future__ import annotations

import re

import attrs

from perizinan_core.errors.model import InvalidIdentifierError, quoted
from perizinan_core.i18n import N_

__all__ = ["MAX_SLUG_LENGTH", "check_slug", "is_slug", "validate_slug"]

MAX_SLUG_LENGTH = 80
"""Longest short name, in characters."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_EXPECTED = N_("lower-case letters a to z and digits, joined by single dashes, at most 80 characters")
_REMEDY = N_("Write it like street-use-2.")


def is_slug(text: str) -> bool:
    """Say whether ``text`` is a short name: lower-case ASCII words and digits joined by single dashes."""
    return len(text) <= MAX_SLUG_LENGTH and _SLUG.match(text) is not None


def check_slug(text: str) -> str:
    """
    Return ``text`` when it is a short name.

    Raises:
        InvalidIdentifierError: when it is not; kind ``"slug"``.
        InvalidIdentifierError: ``identifier-not-text``: when it is not text.
    """
    if not isinstance(text, str):
        raise InvalidIdentifierError(
            "identifier-not-text",
            kind="slug",
            reason="type",
            received=type(text).__name__,
            length=0,
            expected=N_("text"),
            remedy=_REMEDY,
        )
    if not is_slug(text):
        raise InvalidIdentifierError(
            "invalid-identifier",
            kind="slug",
            reason="form",
            received=quoted(text),
            length=len(text),
            expected=_EXPECTED,
            remedy=_REMEDY,
        )
    return text


def validate_slug(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    """Validate an attrs field as `check_slug` does: ``attrs.field(validator=validate_slug)``."""
    check_slug(value)

"""The authority's colour: on the head of each page, and readable there."""

from __future__ import annotations

from perizinan_portal._errors import PortalError
from perizinan_portal._settings import PortalSettings

__all__ = ["contrast", "require_contrast", "theme_css"]

_NEEDED = 4.5
"""WCAG 2.2, 1.4.3."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours ``#rrggbb`` (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def require_contrast(settings: PortalSettings) -> None:
    """
    Pass when the head of the pages is readable in the authority's colour.

    Raises:
        PortalError: ``portal-colour``.
    """
    found = contrast(settings.brand, "#ffffff")
    if found < _NEEDED:
        raise PortalError("portal-colour", colour=settings.brand, contrast=f"{found:.2f}")


def theme_css(settings: PortalSettings) -> str:
    """Return the style sheet with the authority's colour."""
    return f":root{{--brand:{settings.brand}}}\n"


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""The records that hooks return."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from perizinan_portal._kit._routing import PageRoute
    from perizinan_portal._kit._visit import Visit
    from perizinan_portal._store import Account

__all__ = ["Pages", "RegistrationStep", "Texts", "Theme", "Widget"]

_PREFIX = attrs.validators.matches_re(r"[a-z][a-z0-9-]{1,30}")


@attrs.frozen(kw_only=True)
class Theme:
    """How the portal looks. The settings of the office win over it."""

    brand: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.matches_re(r"#[0-9a-f]{6}"))
    )
    """Colour of the head of each page; held against white as that of the settings."""

    logo: Path | None = None
    """SVG or PNG, in the place of the sign in the head; drawn 37 pixels high."""

    style: Path | None = None
    """A style sheet that is read after the portal's."""


@attrs.frozen(kw_only=True)
class Texts:
    """Sentences said otherwise."""

    folder: Path
    """``<language>/LC_MESSAGES/*.mo``; what is not in it stays as it is."""


@attrs.frozen(kw_only=True)
class Pages:
    """Further pages, with their entries in the menu."""

    prefix: str = attrs.field(validator=_PREFIX)
    """Names of the pages begin with it and a dash, their addresses and templates with it and a slash."""

    routes: tuple[PageRoute, ...]
    templates: Path
    static: Path | None = None
    """Files under ``/aset/<prefix>/``: pictures, a script of a widget."""


@attrs.frozen(kw_only=True)
class Widget:
    """A control for a field of a permit's form, such as a map for a location."""

    name: str = attrs.field(validator=_PREFIX)
    """The form schema names it: ``x-widget: map``."""

    template: str
    """Of the extension; it finds the field in ``view`` and draws a control that works without a script."""

    script: str | None = None
    """File among the static ones of the extension's pages, ``<prefix>/<file>``, loaded where the widget is."""


@attrs.frozen(kw_only=True)
class RegistrationStep:
    """A step between the confirmed address and the account, such as consent to rules of the authority."""

    page: str
    """Name of a page of the extension; it does what is to be done and then redirects to ``own-cases``."""

    is_done: Callable[[Visit, Account], bool]
    """Asked with every page for registered applicants, until it is done."""

"""The records that hooks return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from perizinan_portal._kit._routing import PageRoute
    from perizinan_portal._kit._visit import Visit
    from perizinan_portal._store import Account

__all__ = [
    "Identity",
    "IdentityProvider",
    "LoginRequest",
    "Pages",
    "RegistrationStep",
    "Texts",
    "Theme",
    "Widget",
]

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


@attrs.frozen(kw_only=True)
class LoginRequest:
    """A login that begins: what the provider's answer is held against."""

    state: str = attrs.field(repr=False)
    """Comes back with the answer, once."""

    nonce: str = attrs.field(repr=False)
    """Stands in what the provider signs."""

    verifier: str = attrs.field(repr=False)
    """Proves that who began is who takes the answer (PKCE, RFC 7636)."""

    callback: str
    """Where the provider sends the browser: register it there."""

    language: str


@attrs.frozen(kw_only=True)
class Identity:
    """Who logged in, as the provider says it."""

    subject: str = attrs.field(repr=False)
    """The provider's own name of the person; never given to someone else, and never shown."""

    email: str | None = attrs.field(default=None, repr=False)
    email_verified: bool = False
    """Whether the provider made sure of the address; without it no account is begun with it."""

    name: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class IdentityProvider:
    """A login elsewhere for those who apply. Officers log in here, with their second factor."""

    name: str = attrs.field(validator=_PREFIX)
    """Stands in addresses and beside the accounts that are connected; never changed."""

    label: str
    """On the button."""

    begin: Callable[[LoginRequest], str]
    """Returns the address where the browser goes."""

    finish: Callable[[LoginRequest, Mapping[str, str]], Identity]
    """Returns who logged in, from the query that the browser came back with; raises for everything else."""

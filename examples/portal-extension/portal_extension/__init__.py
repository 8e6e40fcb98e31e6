"""An example: the portal in the colours and words of an authority, with a page, a widget and a step of its own."""

from __future__ import annotations

import os
from pathlib import Path

import attrs
from perizinan_portal.hooks import IdentityProvider, Pages, RegistrationStep, Texts, Theme, Widget, hookimpl
from perizinan_portal.oidc import oidc_provider
from perizinan_portal.pages import Answer, Form, Menu, Page, PageRoute, Redirect, Visit, Who, agreed

HERE = Path(__file__).parent
_AGREED: set[str] = set()
"""Accounts that agreed; an extension for real use keeps them in a table of its own."""


@attrs.frozen(kw_only=True)
class Rules:
    """What is asked after registering."""

    agreed: bool = agreed("Saya setuju dengan tata tertib layanan")


def show_opening_hours(visit: Visit) -> Answer:
    """Show when the counter is open."""
    return Page("loket/hours.html", {"phone": visit.office.authority.contacts[0].address})


def show_rules(visit: Visit, form: Form[Rules] | None = None) -> Answer:
    """Ask for consent."""
    return Page("loket/rules.html", {"form": form or visit.fill(Rules)}, status=422 if form else 200)


def keep_consent(visit: Visit) -> Answer:
    """Keep it, and continue where everyone begins."""
    form = visit.read(Rules)
    if form.value is None:
        return show_rules(visit, form)
    if visit.account is not None:
        _AGREED.add(visit.account.id)
    return Redirect(visit.url("own-cases"))


@hookimpl
def portal_themes() -> list[Theme]:
    """Give the pages another colour, a logo and rounder corners."""
    return [Theme(brand="#5b1a4a", logo=HERE / "static/logo.svg", style=HERE / "static/style.css")]


@hookimpl
def portal_texts() -> list[Texts]:
    """Greet people otherwise."""
    return [Texts(folder=HERE / "locale")]


@hookimpl
def portal_pages() -> list[Pages]:
    """Add the opening hours to the menu, and the page of the rules."""
    routes = (
        PageRoute(
            path="/loket/jam", name="loket-hours", show=show_opening_hours, menu=Menu("Jam buka loket", 40)
        ),
        PageRoute(
            path="/loket/tata-tertib",
            name="loket-rules",
            show=show_rules,
            act=keep_consent,
            who=Who.REGISTERED,
        ),
    )
    return [Pages(prefix="loket", routes=routes, templates=HERE / "templates", static=HERE / "static")]


@hookimpl
def portal_widgets() -> list[Widget]:
    """Offer a control for coordinates, which a script fills in from the phone."""
    return [Widget(name="place", template="loket/place.html", script="loket/place.js")]


@hookimpl
def portal_registration_steps() -> list[RegistrationStep]:
    """Ask new accounts for consent."""
    return [RegistrationStep(page="loket-rules", is_done=lambda _visit, account: account.id in _AGREED)]


@hookimpl
def portal_identity_providers() -> list[IdentityProvider]:
    """Let people log in with the city's single sign-on, where the operator names one."""
    issuer = os.environ.get("LOKET_SSO_ISSUER")
    if issuer is None:
        return []
    return [
        oidc_provider(
            name="sso",
            label="Masuk dengan SSO Kota Contoh",
            issuer=issuer,
            client_id="portal",
            client_secret=lambda: os.environ["LOKET_SSO_SECRET"],
        )
    ]

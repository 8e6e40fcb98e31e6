"""The hooks of the portal."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from perizinan_portal.hooks._types import IdentityProvider, Pages, RegistrationStep, Texts, Theme, Widget

__all__ = ["PROJECT", "PortalHooks", "hookimpl", "hookspec"]

PROJECT = "perizinan_portal"

hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker(PROJECT)
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker(PROJECT)


class PortalHooks:
    """What an extension may offer; asked once, when the portal starts."""

    @hookspec
    def portal_themes(self) -> Iterable[Theme]:  # type: ignore[empty-body]
        """Offer a theme; where several do, the last installed by name counts."""

    @hookspec
    def portal_texts(self) -> Iterable[Texts]:  # type: ignore[empty-body]
        """Offer sentences in the place of the portal's own."""

    @hookspec
    def portal_pages(self) -> Iterable[Pages]:  # type: ignore[empty-body]
        """Offer pages, with entries of the menu."""

    @hookspec
    def portal_widgets(self) -> Iterable[Widget]:  # type: ignore[empty-body]
        """Offer controls for fields of forms."""

    @hookspec
    def portal_registration_steps(self) -> Iterable[RegistrationStep]:  # type: ignore[empty-body]
        """Offer steps that a new account has to go through."""

    @hookspec
    def portal_identity_providers(self) -> Iterable[IdentityProvider]:  # type: ignore[empty-body]
        """Offer logins elsewhere for those who apply."""

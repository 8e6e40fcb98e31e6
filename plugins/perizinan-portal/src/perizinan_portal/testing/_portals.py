"""A portal over a sample office: everyone has an account, and nothing has to be waited for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
from starlette.applications import Starlette

from perizinan_core import Actor, ActorKind
from perizinan_core.testing import OfficeKit, sample_office
from perizinan_portal import _plugin
from perizinan_portal._app import portal_app
from perizinan_portal._kit import Services
from perizinan_portal._kit._cookies import SESSION, name_of
from perizinan_portal._kit._visit import rights_of
from perizinan_portal._settings import PortalSettings
from perizinan_portal._store import Account, AccountKind, Level
from perizinan_portal.testing._visitors import HOST, Visitor

__all__ = ["PortalKit", "sample_portal"]

_OPERATOR = Actor(id="portal", kind=ActorKind.HOST)


@attrs.define
class PortalKit:
    """A portal with its office."""

    office: OfficeKit
    app: Starlette
    _accounts: dict[str, Account] = attrs.field(factory=dict, repr=False, init=False)

    @property
    def services(self) -> Services:
        """The parts of the portal."""
        found: Services = self.app.state.services
        return found

    @property
    def mails(self) -> list[Any]:
        """The messages that were sent, oldest first; those about accounts once they are there."""
        return list(self.office.mail.sent.values())

    def stranger(self, language: str = "en") -> Visitor:
        """Return someone who is not logged in."""
        return Visitor(self.app, language)

    def visitor(self, who: str, language: str = "en") -> Visitor:
        """
        Return someone who is logged in: an officer by id, or an applicant by any name.

        The session is begun without a password, which would cost a tenth of a second each time.
        """
        visitor = self.stranger(language)
        visitor.cookies.set(name_of(SESSION, https=True), self.session(who), domain=HOST.partition("://")[2])
        return visitor

    def session(self, who: str, level: Level = Level.FULL) -> str:
        """Begin a session for an officer or an applicant, and return its token: the value of the cookie."""
        account = self.account(who)
        officer = (
            self.office.office.reviews.officer(account.officer, actor=_OPERATOR) if account.officer else None
        )
        return self.services.store.sessions.begin(
            account.id, level=level, rights=rights_of(officer), now=self.services.now
        )

    def account(self, who: str) -> Account:
        """Return the account of an officer or an applicant; made on first use."""
        if who not in self._accounts:
            accounts, now = self.services.store.accounts, self.services.now
            officer = self.office.office.reviews.officer(who, actor=_OPERATOR)
            if officer is not None:
                made = accounts.of_officer(who) or accounts.add(
                    AccountKind.OFFICER, now=now, officer=who, name=officer.name
                )
            else:
                email = f"{who}@surat.example.org"
                made = accounts.by_login(email) or accounts.add(
                    AccountKind.PUBLIC, now=now, email=email, name=who.capitalize()
                )
            self._accounts[who] = made
        return self._accounts[who]

    def actor(self, who: str) -> Actor:
        """Return the actor that an applicant is for the office, to prepare cases without clicking."""
        return Actor(id=self.account(who).id, kind=ActorKind.APPLICANT)

    def close(self) -> None:
        """Let go of everything."""
        self.app.state.checks.state.service.pool.close()
        self.office.office.close()


def sample_portal(
    folder: Path, *, office: OfficeKit | None = None, extensions: Iterable[object] = (), **settings: Any
) -> PortalKit:
    """
    Open a portal.

    Args:
        folder: For what a portal keeps in files; nothing at the moment.
        office: `sample_office` by default; one of your own has the plugin among its ``plugins``.
        extensions: Extensions of the portal; installed ones are left out.
        settings: Of the portal, as `PortalSettings`.
    """
    kit = office or sample_office(development=True, plugins={"portal": _plugin})
    del folder
    chosen = PortalSettings(**{"address": HOST, **settings})
    return PortalKit(kit, portal_app(kit.office, settings=chosen, extensions=extensions, discover=False))

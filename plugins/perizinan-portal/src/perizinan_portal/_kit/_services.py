"""What all pages of one portal share."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import jinja2

from perizinan_core import Actor, ActorKind, Office
from perizinan_portal._kit._jobs import Jobs
from perizinan_portal._kit._limits import Limiter
from perizinan_portal._settings import PortalSettings
from perizinan_portal._store import Store
from perizinan_portal.hooks import Extensions

if TYPE_CHECKING:
    from perizinan_portal._kit._routing import PageRoute

__all__ = ["HOST", "Services"]

HOST = Actor(id="perizinan-portal", kind=ActorKind.HOST)
"""The portal itself, where it acts for no one: the login, the account's mail. Never for what a person asks for."""


@attrs.frozen(kw_only=True)
class Services:
    """The parts of one portal."""

    office: Office
    store: Store
    settings: PortalSettings
    templates: jinja2.Environment
    limiter: Limiter
    table: Mapping[str, PageRoute]
    """All pages by name."""

    stopping: threading.Event = attrs.field(factory=threading.Event, eq=False)
    """Set when the server was asked to stop: what takes long ends where it can be continued."""

    extensions: Extensions = Extensions()
    """What other packages add."""

    jobs: Jobs = attrs.field(default=attrs.Factory(lambda self: Jobs(self.stopping), takes_self=True))
    """What is done beside the answers, such as signing many letters."""

    @cached_property
    def entries(self) -> tuple[PageRoute, ...]:
        """All entries of the menu, in order; who gets to which is asked for each visitor."""
        found = [route for route in self.table.values() if route.menu]
        return tuple(sorted(found, key=lambda route: route.menu.order if route.menu else 0))

    @property
    def now(self) -> int:
        """Seconds since 1970 on the office's clock."""
        return int(self.office.now().timestamp())

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal over https alone."""
        return self.settings.address.startswith("https:")

"""The menu of a visitor: a few entries at hand, the rest under one word, so that it is short for every role."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from perizinan_portal._kit._routing import PageRoute, Who
from perizinan_portal._kit._visit import Visit

__all__ = ["MenuView", "menu_of"]

_AT_HAND = 5
_OWN_ACCOUNT = "account"


@attrs.frozen(kw_only=True)
class MenuView:
    """What the layout draws."""

    at_hand: tuple[PageRoute, ...] = ()
    further: tuple[PageRoute, ...] = ()
    account: PageRoute | None = None

    def leads_to(self, path: str, url: Callable[[str], str]) -> bool:
        """Return whether one of the further entries is the page at this path."""
        return any(url(entry.name) == path for entry in self.further)


def menu_of(visit: Visit, reaches: Callable[[PageRoute, Visit], bool]) -> MenuView:
    """Return the entries for this visitor; an officer's own pages come before those of the public."""
    found = [route for route in visit.services.table.values() if route.menu and reaches(route, visit)]
    found.sort(key=lambda route: route.menu.order if route.menu else 0)
    account = next((route for route in found if route.name == _OWN_ACCOUNT), None)
    rest = [route for route in found if route is not account]
    own = [route for route in rest if visit.officer is None or route.who is Who.OFFICER]
    others = [route for route in rest if route not in own]
    return MenuView(at_hand=tuple(own[:_AT_HAND]), further=(*own[_AT_HAND:], *others), account=account)

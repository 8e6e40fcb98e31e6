"""The menu of a visitor: a few entries at hand, the rest under one word, so that it is short for every role."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._kit._routing import PageRoute, Who
from perizinan_portal._kit._visit import Visit

__all__ = ["MenuView", "menu_of"]

LOG_IN = N_("Log in")
_AT_HAND = 4
_ON_A_DESK, _ON_A_PHONE = 60, 18
"""Letters of entries that fit in one line, at 320 pixels too, beside the word under which the rest is."""

_OWN_ACCOUNT = "account"


@attrs.frozen(kw_only=True)
class MenuView:
    """What the layout draws."""

    at_hand: tuple[PageRoute, ...] = ()
    further: tuple[PageRoute, ...] = ()
    on_a_phone: int = 1
    """How many of those at hand have room on a phone; there the others are under the one word as well."""

    account: PageRoute | None = None

    def leads_to(self, path: str, url: Callable[[str], str]) -> bool:
        """Return whether one of the further entries is the page at this path."""
        return any(url(entry.name) == path for entry in self.further)


def menu_of(visit: Visit, reaches: Callable[[PageRoute, Visit], bool]) -> MenuView:
    """Return the entries for this visitor; the own pages come before those of the public."""
    found = [route for route in visit.services.entries if reaches(route, visit)]
    account = next((route for route in found if route.name == _OWN_ACCOUNT), None)
    rest = [route for route in found if route is not account]
    if visit.officer is None:
        own = sorted(rest, key=lambda route: route.who is Who.ANYONE)
        others = []
    else:
        own = [route for route in rest if route.who is Who.OFFICER]
        others = [route for route in rest if route not in own]
    at_hand = tuple(own[: _with_room(own[:_AT_HAND], visit, _ON_A_DESK)])
    return MenuView(
        at_hand=at_hand,
        further=(*own[len(at_hand) :], *others),
        on_a_phone=_with_room(at_hand, visit, _ON_A_PHONE),
        account=account,
    )


def _with_room(entries: Sequence[PageRoute], visit: Visit, letters: int) -> int:
    room = letters - (0 if visit.is_registered else len(visit.say(LOG_IN)))
    count = 0
    for entry in entries:
        room -= len(visit.say(entry.menu.label if entry.menu else ""))
        if room < 0 and count:
            break
        count += 1
    return count

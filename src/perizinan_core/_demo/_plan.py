"""Who applies for what and when in the demonstration's city, and what is to become of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

import attrs

from perizinan_core._demo._citizens import Citizen, citizens
from perizinan_core._demo._office import StoryClock
from perizinan_core.model._actor import Actor, ActorKind

__all__ = ["Fate", "Wish", "plan"]


class Fate(StrEnum):
    """What is to become of an application, if there is time for it."""

    GRANTED = "granted"
    CORRECTED = "corrected"
    """A paper is asked for again, and comes."""

    LAPSED = "lapsed"
    """A paper is asked for again, and does not come."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    WAITED = "waited"
    """An outside system does not answer for a while."""

    REVOKED = "revoked"
    """Granted first."""

    DRAFT = "draft"
    """Never handed in."""


_FATES = {
    Fate.GRANTED: 52, Fate.CORRECTED: 14, Fate.LAPSED: 5, Fate.REFUSED: 9, Fate.WITHDRAWN: 7, Fate.WAITED: 5,
    Fate.REVOKED: 3, Fate.DRAFT: 5,
}  # fmt: skip
_TYPES = {
    "penggunaan-jalan-trotoar-tanah": 30, "reklame": 22, "rekomendasi-sip-nakes": 39, "usaha-tempat-kos": 9,
}  # fmt: skip
"""How often each kind is wanted: with these, both processes of a city are done at about the same time."""

_HOURS = (8, 9, 9, 10, 11, 13, 14, 19, 20, 21)
"""When people apply, on the hour of the clock of the story: by day, and in the evening."""

_LAST_DAYS, _LATELY = 6, 0.18
_OWN_EACH = 20
"""One in so many applications is of someone who can log in."""


@attrs.frozen(kw_only=True)
class Wish:
    """An application that someone is going to make."""

    at: datetime
    citizen: Citizen
    owner: Actor
    permit_type: str
    fate: Fate


def plan(number: int, clock: StoryClock, chance: Random, owners: tuple[Actor, ...]) -> tuple[Wish, ...]:
    """
    Return so many applications between now and the end of a clock, in order of time.

    Args:
        number: How many.
        clock: From when until when.
        chance: Source of draws.
        owners: Accounts of the first citizens, who apply more often than others.
    """
    people = citizens(max(len(owners) + 1, number * 7 // 10), chance)
    accounts = (*owners, *(_account(place) for place in range(len(owners), len(people))))
    found = []
    for turn in range(number):
        known = bool(owners) and turn % _OWN_EACH == 0
        place = turn // _OWN_EACH % len(owners) if known else chance.randrange(len(owners), len(people))
        days = (clock.limit - clock.moment).days
        # The last week is busier, so that there is something to do.
        day = days - chance.randrange(_LAST_DAYS) if chance.random() < _LATELY else chance.randrange(days + 1)
        at = clock.moment + timedelta(days=day)
        at = at.replace(hour=(chance.choice(_HOURS) - 7) % 24, minute=chance.randrange(60))
        found.append(
            Wish(
                at=min(max(at, clock.moment), clock.limit),
                citizen=people[place],
                owner=accounts[place],
                permit_type=chance.choices(list(_TYPES), list(_TYPES.values()))[0],
                fate=chance.choices(list(_FATES), list(_FATES.values()))[0],
            )
        )
    return tuple(sorted(found, key=lambda wish: wish.at))


def _account(place: int) -> Actor:
    return Actor(id=f"warga-{place + 1:03}", kind=ActorKind.APPLICANT)

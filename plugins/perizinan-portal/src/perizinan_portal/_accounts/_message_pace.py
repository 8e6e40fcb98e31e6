"""How often someone is written to about what can wait: at once, or once for all of it."""

from __future__ import annotations

from collections.abc import Mapping

from perizinan_core.i18n import N_
from perizinan_core.model import Pace
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Visit, Who

__all__ = ["ROUTES"]

_WORDS: Mapping[Pace, str] = {
    Pace.AT_ONCE: N_("At once, one message for each thing"),
    Pace.DAILY: N_("Once a day, one message for all of it"),
    Pace.WORKING_MORNINGS: N_("Each morning on which the office works"),
}


def show(visit: Visit) -> Answer:
    """Show what is chosen for each channel."""
    choices = {pace.value: word for pace, word in _WORDS.items() if visit.officer or pace in _FOR_ALL}
    values = {
        "paces": {name: pace.value for name, pace in visit.office.contacts.paces(actor=visit.actor).items()},
        "choices": choices,
        "hour": visit.office.settings.messages.hour,
    }
    return Page("accounts/message_pace.html", values)


def send(visit: Visit) -> Answer:
    """Keep it; what waited is sent."""
    to, channel, pace = visit.url("message-pace"), visit.posted.one("channel"), visit.posted.one("pace")
    known = visit.office.contacts.paces(actor=visit.actor)
    allowed = tuple(Pace) if visit.officer else _FOR_ALL
    if channel not in known or pace not in allowed:
        return Redirect(to)
    visit.office.contacts.choose_pace(channel, Pace(pace), actor=visit.actor)
    return Redirect(to, note=N_("Your choice is saved. What waited is on its way."))


_FOR_ALL = (Pace.AT_ONCE, Pace.DAILY)

ROUTES = (
    PageRoute(path="/akun/kiriman", name="message-pace", show=show, act=send, who=Who.ACCOUNT, rate=Rate(30)),
)

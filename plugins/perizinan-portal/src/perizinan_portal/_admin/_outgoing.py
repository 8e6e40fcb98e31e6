"""What leaves the office: messages and events that wait, went out or were given up; trying them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import attrs

from perizinan_core.i18n import N_
from perizinan_core.services import DeliveryState, OutgoingItem
from perizinan_core.storage import OutboxState
from perizinan_portal._admin._words import ADMIN, tone_of
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who, lines

__all__ = ["ROUTES"]

_AT_ONCE = 50
_STATES = {
    DeliveryState.WAITING: N_("waiting"),
    DeliveryState.ACCEPTED: N_("accepted by the channel"),
    DeliveryState.KEPT: N_("written down, to be brought"),
    DeliveryState.PASSED_OVER: N_("no address on this channel"),
    DeliveryState.NO_CONSENT: N_("not sent: no consent"),
    DeliveryState.GIVEN_UP: N_("given up"),
    DeliveryState.REFUSED: N_("refused for good"),
    DeliveryState.COLLECTING: N_("waits to be sent together with others"),
    DeliveryState.COLLECTED: N_("collected into a message with others"),
    DeliveryState.SEPARATED: N_("its parts were sent one by one"),
    DeliveryState.DROPPED: N_("dropped"),
}
_FILTERS = {
    OutboxState.GIVEN_UP: N_("Given up"),
    OutboxState.WAITING: N_("Waiting"),
    OutboxState.DONE: N_("Delivered or dropped"),
}
_MESSAGES = N_("Messages")
_RECIPIENTS = {"applicant": N_("applicant"), "representative": N_("representative")}


@attrs.frozen(kw_only=True)
class Reason:
    """Why something is never delivered."""

    reason: str = lines(
        N_("Why it is not delivered"), hint=N_("It stays on record with your name."), limit=500
    )


@attrs.frozen
class _Message:
    """One message, with its deliveries on each channel."""

    items: tuple[OutgoingItem, ...]

    @property
    def first(self) -> OutgoingItem:
        """The delivery that says what it is about."""
        return self.items[0]

    @property
    def lost(self) -> str:
        """Numbers of the deliveries that can be tried again, with commas; empty: there is not one."""
        return ",".join(str(item.number) for item in self.items if item.may_retry)


def list_(visit: Visit, fault: str = "") -> Answer:
    """List messages with their deliveries, the newest first, by state, target and receipt number; lost ones on top."""
    state = next((one for one in OutboxState if one.value == visit.query("keadaan")), None)
    target, receipt = visit.query("tujuan"), visit.query("nomor").strip()
    page = visit.office.outgoing.find(
        actor=visit.actor,
        state=state,
        target=target or None,
        receipt=receipt or None,
        after=visit.query("setelah") or None,
        limit=_AT_ONCE,
    )
    lost: tuple[OutgoingItem, ...] = ()
    if state is None and not visit.query("setelah"):
        given_up = visit.office.outgoing.find(
            actor=visit.actor,
            state=OutboxState.GIVEN_UP,
            target=target or None,
            receipt=receipt or None,
            limit=_AT_ONCE,
        )
        lost = given_up.items
    known = {item.number for item in lost}
    counts = visit.office.outgoing.counts(actor=visit.actor)
    asked = {"keadaan": visit.query("keadaan"), "tujuan": target, "nomor": receipt}
    values = {
        "page": page,
        "messages": (
            *_messages(lost),
            *_messages(item for item in page.items if item.number not in known),
        ),
        "given_up": sum(item.given_up for item in counts),
        "counts": counts,
        "filters": _FILTERS,
        "asked": asked,
        "states": _STATES,
        "recipients": _RECIPIENTS,
        "tone": tone_of,
        "fault": fault,
        "next": urlencode({**{key: one for key, one in asked.items() if one}, "setelah": page.next or ""}),
        "targets": sorted(
            {*(item.target for item in counts), *(f"channel:{name}" for name in visit.office.channels)}
        ),
        "kind": lambda item: _kind(visit, item),
        "named": lambda target: visit.say(_MESSAGES) if target == "messages" else target.partition(":")[2],
    }
    return Page("admin/outgoing.html", values, status=422 if fault else 200)


def _messages(items: Iterable[OutgoingItem]) -> Iterator[_Message]:
    """Yield what was written as one message, in the order of its first delivery in the list."""
    found: dict[str, list[OutgoingItem]] = {}
    for item in items:
        found.setdefault(item.message, []).append(item)
    return (_Message(tuple(group)) for group in found.values())


def retry(visit: Visit) -> Answer:
    """Try again a message, what was chosen, or all that was given up to a target."""
    target = visit.posted.one("target")
    if target:
        revived = visit.office.outgoing.retry(target=None if target == "*" else target, actor=visit.actor)
    else:
        named = (
            visit.posted.one("message").split(",")
            if visit.posted.one("message")
            else visit.posted.all("entry")
        )
        chosen = [int(number) for number in named if number.isdecimal()][:_AT_ONCE]
        if not chosen:
            return list_(visit, N_("Choose at least one delivery"))
        revived = visit.office.outgoing.retry(chosen, actor=visit.actor)
    note = (
        N_("They will be tried again within a minute.")
        if revived
        else N_("Nothing of this was given up: there is nothing to try again.")
    )
    return Redirect(visit.url("admin-outgoing"), note=note)


def show(visit: Visit, form: Form[Reason] | None = None, contact: object = None) -> Answer:
    """Show one delivery, with what went wrong."""
    item = visit.office.outgoing.get(_number(visit), actor=visit.actor)
    values = {
        "item": item,
        "states": _STATES,
        "recipients": _RECIPIENTS,
        "tone": tone_of,
        "kind": _kind(visit, item),
        "form": form or visit.fill(Reason),
        "contact": contact,
    }
    return Page("admin/delivery.html", values, status=422 if form else 200)


def act(visit: Visit) -> Answer:
    """Try one again, drop it, or look at a part of the address."""
    number, act_ = _number(visit), visit.posted.one("act")
    if act_ == "contact":
        return show(visit, contact=visit.office.outgoing.contact(number, actor=visit.actor))
    here = visit.url("admin-delivery", number=str(number))
    if act_ == "retry":
        visit.office.outgoing.retry((number,), actor=visit.actor)
        return Redirect(here, note=N_("They will be tried again within a minute."))
    form = visit.read(Reason)
    if form.value is None:
        return show(visit, form)
    visit.office.outgoing.drop((number,), reason=form.value.reason, actor=visit.actor)
    return Redirect(here, note=N_("It is not delivered any more."))


def _number(visit: Visit) -> int:
    number = visit.path["number"]
    if not number.isdecimal() or len(number) > 15:
        raise PortalError("page-not-found")
    return int(number)


def _kind(visit: Visit, item: object) -> str:
    found = getattr(item, "kind", None)
    names = {one.code: one.name for one in visit.office.audit.kinds()}
    return "–" if found is None else visit.say(names[found.value])


ROUTES = (
    PageRoute(
        path="/admin/pengiriman",
        name="admin-outgoing",
        show=list_,
        act=retry,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
    PageRoute(
        path="/admin/pengiriman/{number}",
        name="admin-delivery",
        show=show,
        act=act,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
)

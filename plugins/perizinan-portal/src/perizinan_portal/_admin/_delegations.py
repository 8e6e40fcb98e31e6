"""Delegations: who may sign what until when, and what is wrong or soon will be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from perizinan_core.i18n import N_
from perizinan_core.model import Delegation, Officer
from perizinan_portal._admin._words import ADMIN
from perizinan_portal._kit import Answer, Page, PageRoute, Sentence, Visit, Who

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """List who may sign what until when, and what is wrong or soon will be."""
    authority, today = visit.office.authority, visit.office.today()
    staff = visit.office.reviews.officers(actor=visit.actor)
    holders = {
        item.code: [one for one in staff if one.active and item.code in one.positions]
        for item in authority.positions
    }
    ordered = sorted(authority.delegations, key=lambda one: (one.position, one.valid.start or today))
    values = {
        "delegations": ordered,
        "positions": {item.code: item.title for item in authority.positions},
        "holders": holders,
        "today": today,
        "warnings": tuple(_warnings(visit, ordered, holders)),
        "state": lambda one: _state_of(one, today),
    }
    return Page("admin/delegations.html", values)


_SOON = 60
"""Days before its end from which a delegation is named."""


def _state_of(one: Delegation, today: date) -> tuple[str, str]:
    if one.valid.end is not None and one.valid.end < today:
        return N_("ended"), "calm"
    if one.valid.start is not None and one.valid.start > today:
        return N_("not yet"), "calm"
    if one.valid.end is not None and (one.valid.end - today).days < _SOON:
        return N_("ends soon"), "warn"
    return N_("in force"), "good"


def _warnings(
    visit: Visit, ordered: Sequence[Delegation], holders: Mapping[str, Sequence[Officer]]
) -> Iterator[Sentence]:
    """Yield what is wrong: two at once for one position, positions without holder, ends without a successor."""
    today, titles = visit.office.today(), {one.code: one.title for one in visit.office.authority.positions}
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if one.position == other.position and _overlap(one, other) and _same_types(one, other):
                yield Sentence(
                    N_(
                        "{position}: the delegations {one} and {other} hold at the same time for the same permits."
                    ),
                    {
                        "position": titles.get(one.position, one.position),
                        "one": one.code,
                        "other": other.code,
                    },
                )
        ends = one.valid.end
        if ends is not None and today <= ends and (ends - today).days < _SOON and not _followed(one, ordered):
            yield Sentence(
                N_("{position}: the delegation {one} ends on {day}, and none follows it."),
                {
                    "position": titles.get(one.position, one.position),
                    "one": one.code,
                    "day": ends.isoformat(),
                },
            )
    for code, found in holders.items():
        if not found:
            yield Sentence(
                N_("{position}: no active officer holds this position, so no one signs for it."),
                {"position": titles[code]},
            )


def _overlap(one: Delegation, other: Delegation) -> bool:
    begins = max((item for item in (one.valid.start, other.valid.start) if item is not None), default=None)
    ends = min((item for item in (one.valid.end, other.valid.end) if item is not None), default=None)
    return begins is None or ends is None or begins <= ends


def _same_types(one: Delegation, other: Delegation) -> bool:
    both = one.permit_types | other.permit_types
    return "*" in both or not one.permit_types.isdisjoint(other.permit_types)


def _followed(one: Delegation, ordered: Sequence[Delegation]) -> bool:
    return any(
        other is not one
        and other.position == one.position
        and _same_types(one, other)
        and (other.valid.end is None or (one.valid.end is not None and other.valid.end > one.valid.end))
        for other in ordered
    )


ROUTES = (
    PageRoute(path="/admin/delegasi", name="admin-delegations", show=show, who=Who.OFFICER, roles=ADMIN),
)

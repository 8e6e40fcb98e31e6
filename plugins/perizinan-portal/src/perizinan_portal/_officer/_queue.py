"""
The queue: what waits for this officer, first in first. No one picks a case.

The button takes the next case by the order; a filter shows a part of the list and changes no place in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Role
from perizinan_core.storage import QueueEntry
from perizinan_portal._kit import Answer, Choice, FieldView, Menu, Page, PageRoute, Sentence, Visit, Who

__all__ = ["ANSWERABLE", "ROUTES", "Due", "due_of"]

ANSWERABLE = frozenset(
    {
        Role.SECTION_HEAD,
        Role.DIVISION_HEAD,
        Role.OFFICE_HEAD,
        Role.SIGNATORY,
        Role.SUPERVISOR,
        Role.AUDITOR,
    }
)
"""Who answers for the work of others."""

_LINES = 25
"""Lines of one page; the rest is counted, and follows once these are done."""

_LOOKED_THROUGH = 200
"""So many of the first are looked through where a part of them is asked for."""

_SOON = 2
"""Calendar days before the deadline from which a case is marked."""

_PARTS = frozenset({"baru", "segera", "terlambat"})
"""Parts of the list, by their word in the address: what was received today, what is due soon, what is late."""

_OVERSEERS = (Role.SUPERVISOR, Role.AUDITOR)


@attrs.frozen
class Due:
    """How a deadline stands: in words, with a colour that says the same."""

    words: Sentence
    tone: str


def due_of(due: date | None, today: date) -> Due | None:
    """Return it; None while no deadline runs."""
    if due is None:
        return None
    days = (due - today).days
    if days < 0:
        return Due(Sentence(N_("{days} days late"), {"days": -days}), "bad")
    if days == 0:
        return Due(Sentence(N_("due today")), "warn")
    tone = "warn" if days <= _SOON else "calm"
    return Due(Sentence(N_("due in {days} days"), {"days": days}), tone)


def show(visit: Visit) -> Answer:
    """List it, with the next case on top and its numbers above."""
    office, actor = visit.office, visit.actor
    everyone = visit.query("semua") == "1" and actor.has(*_OVERSEERS)
    stage, part = visit.query("tahap"), visit.query("tampil")
    most = _LOOKED_THROUGH if stage or part in _PARTS else _LINES
    entries = office.reviews.queue(actor=actor, everyone=everyone, limit=most)
    counts = office.reviews.queue_counts(actor=actor, everyone=everyone, soon_days=_SOON)
    lines = _lines(visit, entries, everyone=everyone)
    shown = [
        line
        for line in lines
        if (not stage or line["entry"].stage == stage) and (part not in _PARTS or line[part])
    ]
    values = {
        "lines": shown[:_LINES],
        "next": None if everyone else next((line for line in lines if not line["entry"].held_up), None),
        "counts": counts,
        "is_full": counts.waiting > len(lines) or len(shown) > _LINES,
        "unsent": sum(1 for line in lines if line["unsent"]),
        "stages": _stages(lines, stage),
        "part": part if part in _PARTS else "",
        "everyone": everyone,
        "may_see_everyone": actor.has(*_OVERSEERS),
        "attention": office.oversight.attention(actor=actor) if actor.has(*ANSWERABLE) else None,
        "money": _money(visit, entries) if actor.has(Role.CASHIER) else None,
    }
    return Page("officer/queue.html", values)


def _money(visit: Visit, entries: Sequence[QueueEntry]) -> dict[str, Any]:
    """Return the cases that wait for a payment that this officer may record, but for those of the list above."""
    above = {one.application for one in entries}
    awaited = visit.office.billing.awaiting(actor=visit.actor, limit=_LINES + len(above))
    others = [one for one in awaited.entries if one.application not in above]
    types = {one.permit_type: visit.office.permit_type(one.permit_type).name for one in others}
    today = visit.office.today()
    lines = [
        {"entry": one, "type": types[one.permit_type], "age": (today - one.opened_at.date()).days}
        for one in others[:_LINES]
    ]
    return {"waiting": awaited.waiting - (len(awaited.entries) - len(others)), "lines": lines}


def _lines(visit: Visit, entries: Sequence[QueueEntry], *, everyone: bool) -> list[dict[str, Any]]:
    today, unsent = visit.office.today(), visit.services.store.findings.unsent(visit.actor.id)
    names = {one.id: one.name for one in visit.officers_of()} if everyone else {}
    types = {code: visit.office.permit_type(code) for code in {entry.permit_type for entry in entries}}
    by_receipt = {
        entry.application: place
        for place, entry in enumerate(sorted(entries, key=lambda one: one.receipt_number or ""), 1)
    }
    lines = []
    for place, entry in enumerate(entries, 1):
        permit_type = types[entry.permit_type]
        stage = next((one.label for one in permit_type.stages if one.code == entry.stage), entry.stage)
        lines.append(
            {
                "entry": entry,
                "place": place,
                "by_receipt": by_receipt[entry.application],
                "type": permit_type.name,
                "stage": stage,
                "age": (today - entry.opened_at.date()).days,
                "due": due_of(entry.due, today),
                "terlambat": entry.due is not None and entry.due < today,
                "segera": entry.due is not None and 0 <= (entry.due - today).days <= _SOON,
                "baru": entry.opened_at.date() == today,
                "unsent": unsent.get(entry.application, 0),
                "officer": names.get(entry.assignee or "", entry.assignee),
            }
        )
    return lines


def _stages(lines: Sequence[dict[str, Any]], chosen: str) -> FieldView | None:
    found = {line["entry"].stage: line["stage"] for line in lines}
    if len(found) < 2 and not chosen:
        return None
    return FieldView(
        name="tahap",
        label=N_("Show one step only"),
        kind="choice",
        required=False,
        value=chosen,
        choices=(Choice("", N_("All")), *(Choice(code, label) for code, label in found.items())),
    )


ROUTES = (PageRoute(path="/petugas", name="queue", show=show, who=Who.OFFICER, menu=Menu(N_("My work"), 20)),)

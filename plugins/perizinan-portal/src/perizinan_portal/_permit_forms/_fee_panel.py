"""The fee of a draft, as the page draws it and as the script redraws it."""

from __future__ import annotations

from typing import Any

from perizinan_core.catalogue import FeePreview
from perizinan_core.i18n import N_
from perizinan_core.model import FeeKind
from perizinan_portal._kit import Visit

__all__ = ["fee_panel"]


def fee_panel(visit: Visit, fee: FeePreview | None) -> dict[str, Any]:
    """Return what is said of a fee: texts alone, in the language of the visitor."""
    language = visit.language
    if fee is None:
        return {
            "total": visit.say(N_("The office has not stated the fee yet.")),
            "big": False,
            "lines": [],
            "note": "",
        }
    notes = [fee.note.to(language)] if fee.note else []
    if fee.kind is FeeKind.ELSEWHERE:
        notes.insert(0, visit.say(N_("Another office collects it; nothing is paid here.")))
    if fee.kind is FeeKind.FREE or (fee.total is not None and not fee.total.amount and not fee.lines):
        total, big = visit.say(N_("FREE")), True
    elif fee.total is not None:
        total, big = str(fee.total), True
    else:
        total, big = visit.say(N_("It is computed from what you fill in.")), False
        missing = ", ".join(text.to(language) for text in fee.missing)
        if missing:
            notes.insert(0, visit.say(N_("Still needed for that: {fields}."), fields=missing))
    lines = [
        {
            "label": line.label.to(language),
            "amount": str(line.amount),
            "how": line.formula.to(language),
            "source": line.source.citation,
            "refundable": visit.say(N_("is paid back")) if line.refundable else "",
        }
        for line in fee.lines
    ]
    return {
        "total": total,
        "big": big,
        "lines": lines,
        "note": " ".join(notes),
        "source": fee.source.citation,
    }

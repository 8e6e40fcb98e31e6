"""
The stored form of an application from before the seals, brought to that of today.

Ids of accounts stood there without their kind. Whose they are follows from what was done: applicants withdraw
and upload, officers judge, and what the system did says so.
"""

from __future__ import annotations

from typing import Any

from perizinan_core.model._actor import Account, AccountKind
from perizinan_core.model._case import DecisionKind

__all__ = ["as_today"]

_DECIDERS = {
    DecisionKind.WITHDRAWN: AccountKind.PUBLIC,
    DecisionKind.LAPSED: AccountKind.SYSTEM,
    DecisionKind.DEEMED_GRANTED: AccountKind.SYSTEM,
}
_SYSTEM = "system"


def as_today(data: dict[str, Any]) -> dict[str, Any]:
    """Return the stored form of an application as this version writes it."""
    owner = data["owner"]
    found = {**data, "owner": owner if ":" in owner else str(Account.public(owner))}
    applicant = found["owner"].partition(":")[2]

    def named(value: dict[str, Any], key: str, kind: AccountKind) -> dict[str, Any]:
        text = value.get(key)
        if text is None or ":" in text:
            return value
        if text == _SYSTEM:
            kind = AccountKind.SYSTEM
        elif text == applicant and kind is AccountKind.OFFICER:
            kind = AccountKind.PUBLIC
        return {**value, key: str(Account(kind, text))}

    def each(key: str, field: str, kind: AccountKind) -> None:
        if key in found:
            found[key] = [named(item, field, kind) for item in found[key]]

    each("documents", "uploaded_by", AccountKind.PUBLIC)
    each("held_uploads", "uploaded_by", AccountKind.PUBLIC)
    each("held_uploads", "ended_by", AccountKind.OFFICER)
    each("waits", "by", AccountKind.OFFICER)
    each("waits", "ended_by", AccountKind.OFFICER)
    if clock := found.get("clock"):
        entries = [named(item, "by", AccountKind.OFFICER) for item in clock.get("entries", ())]
        found["clock"] = {**clock, "entries": entries}
    if decision := found.get("decision"):
        kind = _DECIDERS.get(DecisionKind(decision["kind"]), AccountKind.OFFICER)
        found["decision"] = named(decision, "by", kind)
    return found

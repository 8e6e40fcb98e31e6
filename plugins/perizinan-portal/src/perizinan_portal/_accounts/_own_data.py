"""What the office and the portal keep about someone, to be read and taken along (UU 27/2022)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from perizinan_core.i18n import N_
from perizinan_core.model import format_date
from perizinan_portal._accounts._data_sheet import data_sheet
from perizinan_portal._kit import Answer, Download, Page, PageRoute, Visit, Who
from perizinan_portal._kit._accounts import own_account

__all__ = ["ROUTES"]


def show(visit: Visit) -> Answer:
    """Say what is kept, for what, how long, and what can be asked for."""
    return Page(
        "accounts/own_data.html", {"own": own_account(visit), "contact": visit.office.authority.contact}
    )


def as_json(visit: Visit) -> Answer:
    """Give everything for machines."""
    text = json.dumps(_collected(visit), ensure_ascii=False, indent=1, sort_keys=True)
    return Download(BytesIO(text.encode()), "data-saya.json", "application/json")


def as_pdf(visit: Visit) -> Answer:
    """Give everything for people."""
    collected = _collected(visit)
    title = visit.office.authority.name.to(visit.language)
    sheet = data_sheet(title, tuple(_rows(visit, collected)), visit.language)
    return Download(BytesIO(sheet), "data-saya.pdf", "application/pdf")


def _collected(visit: Visit) -> dict[str, Any]:
    account, zone = own_account(visit), visit.office.authority.calendar.time_zone.zone
    return {
        "made_at": visit.office.now().isoformat(),
        "account": {
            "id": account.id,
            "name": account.name,
            "email": account.email,
            "phone": account.phone,
            "language": account.language,
            "reminders": account.reminders,
            "second_factor": account.second_factor is not None,
            "created_at": datetime.fromtimestamp(account.created_at, zone).isoformat(),
        },
        "cases": list(visit.office.applications.own_data(actor=visit.actor, language=visit.language)),
    }


def _rows(visit: Visit, collected: Mapping[str, Any]) -> Sequence[tuple[str, list[tuple[str, str]]]]:
    """Return headings with their lines."""
    found = [(visit.say(_ACCOUNT), _flat(collected["account"]))]
    for item in collected["cases"]:
        case = item["application"]
        made = datetime.fromisoformat(case["created_at"])
        begun = format_date(made.date(), visit.language)
        head = f"{case.get('receipt_number') or '–'} · {case['permit_type']} · {begun}"
        found.append((head, _flat(case)))
        if item["permit"]:
            found.append((f"{visit.say(_PERMIT)} {item['permit']['number']}", _flat(item["permit"])))
        found.append(
            (f"{visit.say(_LOOKED)}: {head}", [(one["at"][:16], _look(one)) for one in item["looked_at"]])
        )
    return found


def _look(one: Mapping[str, Any]) -> str:
    return f"{one['role']}, {one['unit']}: {one['of']}, {one['purpose']}"


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Return a JSON value as lines: the path of each value, and the value."""
    if isinstance(value, Mapping):
        return [
            line for key, one in value.items() for line in _flat(one, f"{name}.{key}" if name else str(key))
        ]
    if isinstance(value, list):
        return [line for place, one in enumerate(value, 1) for line in _flat(one, f"{name} {place}")]
    return [] if value in (None, "", False) else [(name, str(value)[:500])]


_ACCOUNT, _PERMIT, _LOOKED = N_("Account"), N_("Permit"), N_("Who looked at it")

ROUTES = (
    PageRoute(path="/akun/data", name="own-data", show=show, who=Who.ACCOUNT),
    PageRoute(path="/akun/data.json", name="own-data-json", show=as_json, who=Who.ACCOUNT),
    PageRoute(path="/akun/data.pdf", name="own-data-pdf", show=as_pdf, who=Who.ACCOUNT),
)

"""What the office and the portal keep about someone, to be read and taken along (UU 27/2022)."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.rendering import Sheet, render_sheet
from perizinan_portal._accounts._own_data_sheet import account_part, cases_of
from perizinan_portal._kit import Answer, Download, Page, PageRoute, Visit, Who
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._kit._rendering import shown_moment

__all__ = ["ROUTES"]

_SHOWN = 10
"""Applications that the page shows; the files have all."""


def show(visit: Visit) -> Answer:
    """Show what is kept, say how long, and what can be asked for."""
    values = {
        "own": own_account(visit),
        "contact": visit.office.authority.contact,
        "account": account_part(visit),
        "cases": tuple(islice(cases_of(visit), _SHOWN + 1)) if visit.is_applicant else (),
        "most": _SHOWN,
    }
    return Page("accounts/own_data.html", values)


def as_json(visit: Visit) -> Answer:
    """Give everything for machines."""
    text = json.dumps(_collected(visit), ensure_ascii=False, indent=1, sort_keys=True)
    return Download(BytesIO(text.encode()), "data-saya.json", "application/json")


def as_pdf(visit: Visit) -> Answer:
    """Give everything for people."""
    now = visit.office.now()
    parts = [account_part(visit)]
    if visit.is_applicant:
        parts += [part for case in cases_of(visit) for part in case.parts]
    sheet = Sheet(
        title=visit.say(N_("Data about me")),
        office=visit.office.authority.name.to(visit.language),
        lead=visit.say(
            N_("Everything that is kept about you, as of {moment}."), moment=shown_moment(now, visit)
        ),
        parts=parts,
    )
    pdf = render_sheet(sheet, at=now, language=visit.language)
    return Download(BytesIO(pdf), "data-saya.pdf", "application/pdf")


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
        "messages": _messages(visit),
        "cases": list(visit.office.applications.own_data(actor=visit.actor, language=visit.language)),
    }


def _messages(visit: Visit) -> dict[str, Any]:
    """Return what was said about being written to, with every consent word for word."""
    if not visit.is_applicant:
        return {}
    contact = visit.office.contacts.own(actor=visit.actor)
    said = [
        {**attrs.asdict(one), "step": one.step.value, "way": one.way.value, "at": one.at.isoformat()}
        for one in contact.consents
    ]
    return {"consents": said}


ROUTES = (
    PageRoute(path="/akun/data", name="own-data", show=show, who=Who.ACCOUNT),
    PageRoute(path="/akun/data.json", name="own-data-json", show=as_json, who=Who.ACCOUNT),
    PageRoute(path="/akun/data.pdf", name="own-data-pdf", show=as_pdf, who=Who.ACCOUNT),
)

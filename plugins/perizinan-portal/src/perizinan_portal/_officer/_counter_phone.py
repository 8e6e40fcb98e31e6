"""Messages by phone for someone present: the clerk reads the text, and notes what the person says."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.i18n import N_
from perizinan_core.services import CaseConsent, ConsentOffer
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Redirect, Visit, Who
from perizinan_portal._officer._cases import case_of
from perizinan_portal._officer._counter import CLERKS
from perizinan_portal._officer._counter_forms import Present

__all__ = ["ROUTES"]


@attrs.frozen
class _Asked:
    """What someone of the case can be asked."""

    consent: CaseConsent
    offer: ConsentOffer


def show(visit: Visit, form: Form[Present] | None = None) -> Answer:
    """Show the text for each person and service, and whether it is agreed to."""
    case = case_of(visit)
    values = {
        "case": case,
        "asked": tuple(_asked(visit, case.id)),
        "form": form or visit.fill(Present),
    }
    return Page("officer/counter_phone.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Note it, after a check of identity."""
    form = visit.read(Present)
    if form.value is None:
        return show(visit, form)
    case, counter = case_of(visit), visit.office.counter
    recipient, _, channel = visit.posted.one("for").partition(":")
    if visit.posted.one("answer") == "agree":
        counter.agree(
            case.id,
            recipient,
            channel,
            check=form.value.check(),
            version=visit.posted.one("version"),
            actor=visit.actor,
        )
        note = N_("The consent is on record.")
    else:
        counter.withdraw_consent(case.id, recipient, channel, check=form.value.check(), actor=visit.actor)
        note = N_("The withdrawal is on record; nothing more is sent there.")
    return Redirect(visit.url("counter-phone", id=case.id), note=note)


def _asked(visit: Visit, case: str) -> Iterator[_Asked]:
    counter = visit.office.counter
    for one in counter.consents(case, actor=visit.actor):
        if one.has_phone:
            yield _Asked(one, counter.consent_offer(case, one.recipient, one.channel, actor=visit.actor))


ROUTES = (
    PageRoute(
        path="/petugas/berkas/{id}/pesan-telepon",
        name="counter-phone",
        show=show,
        act=send,
        who=Who.OFFICER,
        roles=CLERKS,
    ),
)

"""The administrator's first page: what needs someone now, and the way to everything else."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.services import Confirmed
from perizinan_portal._admin._words import ADMIN, LOOKING
from perizinan_portal._kit import Answer, Form, Menu, Page, PageRoute, Redirect, Visit, Who, lines

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Known:
    """Why nothing is done about a finding."""

    reason: str = lines(
        N_("Why nothing is done about it"),
        hint=N_("It stays on record with your name. Findings about numbers need a second person."),
        limit=500,
    )


def show(visit: Visit) -> Answer:
    """List what needs someone, the most urgent on top; beside it one number for each thing to look after."""
    office, actor = visit.office, visit.actor
    found = office.health.findings(actor=actor, again=visit.query("lagi") == "1")
    counts = office.outgoing.counts(actor=actor)
    staff = office.reviews.officers(actor=actor)
    is_admin = actor.has(*ADMIN)
    assumed = office.confirmations.assumed(actor=actor)
    tasks = (
        ("admin-outgoing", N_("Deliveries that were given up"), sum(item.given_up for item in counts)),
        (
            "admin-officers",
            N_("Posts that wait for a second person"),
            sum(one.proposed is not None for one in staff),
        ),
        (
            "admin-confirmations",
            N_("Assumed values that are not confirmed"),
            sum(one.state is not Confirmed.YES for one in assumed),
        ),
        (
            "admin-plugins",
            N_("Plugins that are not loaded"),
            sum(one.state.value in ("failed", "incompatible") for one in office.plugins.statuses),
        ),
    )
    values = {
        "new": [one for one in found if one.is_new],
        "known": [one for one in found if not one.is_new],
        "tasks": tasks if is_admin else (),
        "is_admin": is_admin,
        "upkeep": office.health.upkeep(actor=actor),
        "level": lambda one: one.finding.level.value,
    }
    return Page("admin/start.html", values)


def ask(visit: Visit, form: Form[Known] | None = None) -> Answer:
    """Show a finding, and ask why nothing is done about it."""
    found = visit.office.health.findings(actor=visit.actor)
    one = next((item for item in found if item.finding.key == visit.path["finding"]), None)
    if one is None:
        return Redirect(visit.url("admin"), note=N_("The office has this finding no longer."))
    return Page(
        "admin/finding.html", {"one": one, "form": form or visit.fill(Known)}, status=422 if form else 200
    )


def acknowledge(visit: Visit) -> Answer:
    """Take notice of a finding, or show it as new again."""
    finding = visit.path["finding"]
    if visit.posted.one("withdraw"):
        visit.office.health.withdraw(finding, actor=visit.actor)
        return Redirect(visit.url("admin"), note=N_("The finding is shown as new again."))
    form = visit.read(Known)
    if form.value is None:
        return ask(visit, form)
    given = visit.office.health.acknowledge(finding, reason=form.value.reason, actor=visit.actor)
    note = (
        N_("The finding is known now.")
        if given.holds
        else N_("It is on record. A second person has to agree: another administrator, or an auditor.")
    )
    return Redirect(visit.url("admin"), note=note)


ROUTES = (
    PageRoute(
        path="/admin",
        name="admin",
        show=show,
        who=Who.OFFICER,
        roles=LOOKING,
        menu=Menu(N_("Administration"), 60),
    ),
    PageRoute(
        path="/admin/temuan/{finding}",
        name="admin-finding",
        show=ask,
        act=acknowledge,
        who=Who.OFFICER,
        roles=LOOKING,
    ),
)

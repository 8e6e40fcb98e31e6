"""The order in which an officer took cases, beside the order in which they came."""

from __future__ import annotations

from perizinan_core.i18n import N_
from perizinan_core.model import Role
from perizinan_portal._kit import Answer, Choice, FieldView, Page, PageRoute, Visit, Who

__all__ = ["ROUTES"]

_OVERSEERS = (Role.SUPERVISOR, Role.AUDITOR)


def show(visit: Visit) -> Answer:
    """Show it for this officer, and for any to those who look over the office."""
    overseer = visit.actor.has(*_OVERSEERS)
    names = {one.id: one.name for one in visit.officers_of()}
    wanted = visit.query("petugas")
    officer = wanted if overseer and wanted in names else visit.actor.id
    values = {
        "lines": visit.office.lists.order_of_taking(officer, actor=visit.actor),
        "name": names.get(officer, officer),
        "chooser": _chooser(visit, officer) if overseer else None,
    }
    return Page("officer/order.html", values)


def _chooser(visit: Visit, officer: str) -> FieldView:
    staff = sorted((one for one in visit.officers_of() if one.roles), key=lambda one: one.name)
    return FieldView(
        name="petugas",
        label=N_("Officer"),
        kind="choice",
        value=officer,
        choices=tuple(Choice(one.id, one.name) for one in staff),
    )


ROUTES = (PageRoute(path="/petugas/urutan", name="order-of-taking", show=show, who=Who.OFFICER),)

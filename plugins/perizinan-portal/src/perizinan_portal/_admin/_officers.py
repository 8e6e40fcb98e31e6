"""The staff record: who works here, in what post, since when, and how they get in."""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import Event, Officer, Role
from perizinan_core.services import AccessAct
from perizinan_portal._accounts._invite import invitation
from perizinan_portal._admin._words import ADMIN, ROLES
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    Choice,
    Fault,
    Form,
    Page,
    PageRoute,
    Rate,
    Redirect,
    Visit,
    Who,
    email,
    text,
)
from perizinan_portal._mail import send_mail

__all__ = ["ROUTES"]


def _id(typed: str) -> str:
    if (
        not typed.replace("-", "").isalnum()
        or not typed.isascii()
        or typed != typed.lower()
        or len(typed) > 40
    ):
        raise Fault(N_("Use small letters, digits and hyphens, for example loket-1"))
    return typed


@attrs.frozen(kw_only=True)
class NewOfficer:
    """What is asked of a new officer, besides the post."""

    id: str = text(N_("Officer's id"), parse=_id, hint=N_("They log in with it. It stays for ever."))
    name: str = text(N_("Name"), hint=N_("As colleagues see it"))
    email: str | None = email(
        N_("Official e-mail address"),
        required=False,
        hint=N_("The invitation goes there. Later only the officer can change it."),
        autocomplete="off",
    )


@attrs.frozen(kw_only=True)
class Name:
    """What can be changed besides the post."""

    name: str = text(N_("Name"), hint=N_("As colleagues see it"))


@attrs.frozen(kw_only=True)
class Address:
    """Where an invitation goes."""

    email: str = email(
        N_("Official e-mail address"),
        hint=N_("The invitation goes there. Later only the officer can change it."),
        autocomplete="off",
    )


def list_(visit: Visit) -> Answer:
    """List everyone on record, those who wait for a second person first."""
    staff = visit.office.reviews.officers(actor=visit.actor)
    accounts = visit.services.store.accounts.officers()
    ordered = sorted(staff, key=lambda one: (one.proposed is None, not one.active, one.name.casefold()))
    values = {
        "staff": ordered,
        "roles": ROLES,
        "access": {one.id: _access(accounts.get(one.id), visit) for one in ordered},
        "units": _units(visit),
        "positions": {item.code: item.title for item in visit.office.authority.positions},
    }
    return Page("admin/officers.html", values)


def ask_new(visit: Visit, form: Form[NewOfficer] | None = None, fault: object = "") -> Answer:
    """Ask for a new officer."""
    chosen = _chosen(visit) if form is not None or visit.is_restored else {}
    values = {"form": form or visit.fill(NewOfficer), "fault": fault, **_choices(visit, chosen)}
    return Page("admin/officer_new.html", values, status=422 if form else 200)


def add(visit: Visit) -> Answer:
    """Put a new officer on record, and invite them where an address was given."""
    form = visit.read(NewOfficer)
    if form.value is None:
        return ask_new(visit, form)
    given = form.value
    if visit.office.reviews.officer(given.id, actor=visit.actor) is not None:
        return ask_new(visit, form.refuse("id", N_("There is an officer of this id. Choose another one")))
    post = _post(visit)
    if post is None:
        return ask_new(visit, form, N_("Choose at least one role"))
    try:
        kept = visit.office.reviews.add_officer(
            Officer(id=given.id, name=given.name, **post), actor=visit.actor
        )
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return ask_new(visit, form, error.message(visit.language))
    if given.email:
        _invite(visit, kept, given.email)
    note = (
        N_("The officer is on record. The post holds once a second person has confirmed it.")
        if kept.proposed
        else N_("The officer is on record and may work at once.")
    )
    return Redirect(visit.url("admin-officer", officer=kept.id), note=note)


def show(
    visit: Visit,
    form: Form[Name] | None = None,
    address: Form[Address] | None = None,
    fault: object = "",
) -> Answer:
    """Show one officer: the post, what waits, the way in, what was changed."""
    officer = _officer(visit)
    account = visit.services.store.accounts.of_officer(officer.id)
    history = visit.office.reviews.staff_history(officer.id, actor=visit.actor)
    shown = _chosen(visit) if fault or form is not None else _of(officer)
    values = {
        "officer": officer,
        "is_self": officer.id == visit.actor.id,
        "roles": ROLES,
        "access": _access(account, visit),
        "account_is_set": account is not None and account.second_factor is not None,
        "email": None if account is None else account.email,
        "held": visit.office.reviews.held_cases(officer.id, actor=visit.actor),
        "history": tuple(reversed(history))[:20],
        "told": _told,
        "by": lambda event: _by(visit, event),
        "form": form or visit.fill(Name, name=officer.name),
        "address": address or Form(Address),
        "fault": fault,
        "may_confirm": officer.proposed is not None
        and officer.id != visit.actor.id
        and officer.proposed.by != visit.actor.account,
        "units": _units(visit),
        "positions": {item.code: item.title for item in visit.office.authority.positions},
        **_choices(visit, shown),
    }
    return Page("admin/officer.html", values, status=422 if form or address or fault else 200)


def change(visit: Visit) -> Answer:
    """Change the post, confirm what another one proposed, end or begin the work of an officer."""
    officer, act = _officer(visit), visit.posted.one("act")
    reviews, here = visit.office.reviews, visit.url("admin-officer", officer=visit.path["officer"])
    if act:
        return Redirect(here, note=_acted(visit, officer, act))
    form = visit.read(Name)
    if form.value is None:
        return show(visit, form)
    post = _post(visit)
    if post is None:
        return show(visit, fault=N_("Choose at least one role"))
    try:
        kept = reviews.add_officer(attrs.evolve(officer, name=form.value.name, **post), actor=visit.actor)
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return show(visit, fault=error.message(visit.language))
    note = (
        N_("It is on record. What needs a second person waits for one.")
        if kept.proposed
        else N_("The post is changed.")
    )
    return Redirect(here, note=note)


def _acted(visit: Visit, officer: Officer, act: str) -> str:
    if act == "confirm":
        visit.office.reviews.confirm_officer(officer.id, actor=visit.actor)
        return N_("The post holds from now on.")
    if act == "deactivate":
        visit.office.reviews.add_officer(attrs.evolve(officer, active=False), actor=visit.actor)
        account = visit.services.store.accounts.of_officer(officer.id)
        if account is not None:
            visit.services.store.sessions.end_all(account.id)
        return N_("The officer works no longer, and is logged out. Open steps are given to others.")
    if act != "activate":
        raise PortalError("page-not-found")
    visit.office.reviews.add_officer(attrs.evolve(officer, active=True), actor=visit.actor)
    return N_("It is on record. What needs a second person waits for one.")


def invite(visit: Visit) -> Answer:
    """Mail a link to choose a password; an address that is on record is changed by its officer alone."""
    officer, account = _officer(visit), visit.services.store.accounts.of_officer(visit.path["officer"])
    target = None if account is None else account.email
    if target is None:
        form = visit.read(Address)
        if form.value is None:
            return show(visit, address=form)
        target = form.value.email
    _invite(visit, officer, target)
    return Redirect(
        visit.url("admin-officer", officer=officer.id),
        note=N_("The invitation is on its way. The link is good once, for 7 days."),
    )


def _invite(visit: Visit, officer: Officer, address: str) -> None:
    store = visit.services.store
    account = store.accounts.of_officer(officer.id)
    act = AccessAct.INVITED if account is None or account.password is None else AccessAct.RESET
    visit.office.reviews.note_access(officer.id, act, actor=visit.actor)
    path = invitation(visit.services, officer.id)
    account = store.accounts.of_officer(officer.id)
    if account is not None and account.email is None:
        store.accounts.save(attrs.evolve(account, email=address), now=visit.services.now)
    send_mail(
        visit.services,
        kind="invitation",
        email=address,
        name=officer.name,
        language=visit.language,
        subject=N_("Your account as an officer"),
        text=N_(
            "Choose a password with this link. It is good once, for 7 days; you log in with your officer's id."
        ),
        link=visit.services.settings.address.rstrip("/") + path,
    )


def _officer(visit: Visit) -> Officer:
    found = visit.office.reviews.officer(visit.path["officer"], actor=visit.actor)
    if found is None:
        raise PortalError("page-not-found")
    return found


def _access(account: Any, visit: Visit) -> str:
    """Return how an officer gets in, in words."""
    if account is None:
        return N_("not invited")
    if account.password is None:
        return N_("invited, no password yet")
    if account.second_factor is None and visit.services.settings.second_factor:
        return N_("password, no second factor yet")
    return N_("password and second factor") if account.second_factor else N_("password")


def _by(visit: Visit, event: Event) -> str:
    """Return who changed the record: a colleague by name."""
    kind, _, who = event.actor.partition(":")
    if kind != "officer":
        return visit.say(N_("the operator of the machine"))
    found = visit.office.reviews.officer(who, actor=visit.actor)
    return who if found is None else found.name or who


def _told(event: Event) -> str:
    """Return in words what a change of the record was."""
    after = event.data.get("after") or {}
    if event.data.get("act"):
        return N_("link to log in")
    if event.data.get("before") is None:
        return N_("put on record")
    if after.get("proposed"):
        return N_("proposed")
    return N_("changed") if after.get("active", True) else N_("not active")


def _units(visit: Visit) -> dict[str, object]:
    today = visit.office.today()
    return {unit.code: unit.name_on(today).name for unit in visit.office.authority.units}


def _of(officer: Officer) -> dict[str, Any]:
    return {
        "roles": {role.value for role in officer.roles},
        "units": set(officer.units),
        "position": officer.position or "",
        "acting": set(officer.acting_positions),
    }


def _chosen(visit: Visit) -> dict[str, Any]:
    return {
        "roles": set(visit.posted.all("roles")),
        "units": set(visit.posted.all("units")),
        "position": visit.posted.one("position"),
        "acting": set(visit.posted.all("acting")),
    }


def _post(visit: Visit) -> dict[str, Any] | None:
    """Return the post that was chosen; None: no role was chosen."""
    chosen, known = _chosen(visit), {role.value for role in Role}
    roles = frozenset(Role(value) for value in chosen["roles"] & known)
    if not roles:
        return None
    return {
        "roles": roles,
        "units": frozenset(chosen["units"]),
        "position": chosen["position"] or None,
        "acting_positions": frozenset(chosen["acting"]),
    }


def _choices(visit: Visit, chosen: dict[str, Any]) -> dict[str, Any]:
    authority = visit.office.authority
    return {
        "chosen": {"roles": set(), "units": set(), "position": "", "acting": set(), **chosen},
        "all_roles": [Choice(role.value, words) for role, words in ROLES.items()],
        "all_units": [Choice(code, name) for code, name in _units(visit).items()],
        "all_positions": [Choice(item.code, item.title) for item in authority.positions],
    }


ROUTES = (
    PageRoute(path="/admin/petugas", name="admin-officers", show=list_, who=Who.OFFICER, roles=ADMIN),
    PageRoute(
        path="/admin/petugas-baru",
        name="admin-officer-new",
        show=ask_new,
        act=add,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
    PageRoute(
        path="/admin/petugas/{officer}",
        name="admin-officer",
        show=show,
        act=change,
        who=Who.OFFICER,
        roles=ADMIN,
    ),
    PageRoute(
        path="/admin/petugas/{officer}/undangan",
        name="admin-invite",
        act=invite,
        who=Who.OFFICER,
        roles=ADMIN,
        rate=Rate(20, 10),
    ),
)

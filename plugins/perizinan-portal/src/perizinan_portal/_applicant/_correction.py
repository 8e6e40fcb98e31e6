"""
Answering a correction: each thing by itself, saved at once, and everything sent together when all are answered.

A new file, a changed value or words are an answer. What stood there before stays to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from perizinan_core import PerizinanError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model import (
    Address,
    Applicant,
    Application,
    ApplicationState,
    Nik,
    Organisation,
    Person,
    PhoneNumber,
)
from perizinan_core.services import CorrectionView, ItemKind, ItemView
from perizinan_portal._applicant._case import details_of
from perizinan_portal._applicant._draft import permit_type_of
from perizinan_portal._applicant._schema import field_views, read_form
from perizinan_portal._applicant._slots import SlotCard, slot_cards, slot_values
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import (
    Answer,
    FieldView,
    Form,
    Page,
    PageRoute,
    Rate,
    Redirect,
    Visit,
    Who,
    email,
    phone,
    text,
)

__all__ = ["ROUTES"]

_LONGEST = 2000


@attrs.frozen(kw_only=True)
class PersonData:
    """Data of a person who applies."""

    name: str = text(N_("Name"), hint=N_("As on your identity card"), autocomplete="name")
    nik: Nik | None = text(
        N_("NIK"),
        parse=Nik.parse,
        required=False,
        hint=N_("16 digits, on your identity card"),
        inputmode="numeric",
    )
    phone: PhoneNumber | None = phone(N_("Phone number"), required=False)
    email: str | None = email(N_("E-mail address"), required=False)
    street: str = text(N_("Street and number"), required=False, autocomplete="street-address")
    village: str = text(N_("Kelurahan or desa"), required=False)
    district: str = text(N_("Kecamatan"), required=False)
    regency: str = text(N_("Kabupaten or kota"), required=False)

    def of(self, who: Applicant) -> Applicant:
        """Return the applicant with these data; what is not asked here stays."""
        if not isinstance(who, Person):
            return who
        address = Address(
            street=self.street, village=self.village, district=self.district, regency=self.regency
        )
        return attrs.evolve(
            who, name=self.name, nik=self.nik, phone=self.phone, email=self.email, address=address
        )


@attrs.frozen(kw_only=True)
class OrganisationData:
    """Data of an organisation that applies."""

    name: str = text(N_("Name of the company or organisation"), autocomplete="organization")
    phone: PhoneNumber | None = phone(N_("Phone number"), required=False)
    email: str | None = email(N_("E-mail address"), required=False)

    def of(self, who: Applicant) -> Applicant:
        """Return the applicant with these data; what is not asked here stays."""
        if not isinstance(who, Organisation):
            return who
        return attrs.evolve(who, name=self.name, phone=self.phone, email=self.email)


@attrs.frozen
class _Item:
    """One thing to answer, as the page shows it."""

    number: int
    view: ItemView
    id: str
    fields: tuple[FieldView, ...] = ()
    """What can be changed: the field, or the data of those who apply."""

    before: str = ""
    """What stood in the field before it was changed."""

    card: SlotCard | None = None
    """Its place, for a paper: what is in it, on its way and on file."""

    words: str = ""
    fault: str = ""


@attrs.frozen
class _Wrong:
    """What was typed for one thing and cannot be kept."""

    target: str
    sentence: str
    form: Form[Any] | None = None


def show(visit: Visit, wrong: _Wrong | None = None, *, errors: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Show every thing that is asked for."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        return Redirect(visit.url("case", id=case.id))
    (view, *_) = visit.office.applications.corrections(case.id, actor=visit.actor)
    cards = slot_cards(visit, case)
    items = _items(visit, case, view, cards, wrong)
    asked = {item.view.target.code for item in items}
    further = [
        one for one in cards if one.key not in asked and len(one.view.documents) < one.view.terms.min_files
    ]
    faults: list[tuple[str, object]] = [(item.id, item.fault) for item in items if item.fault]
    faults += [(one.id, one.fault) for item in items for one in item.fields if one.fault]
    if wrong is not None and not faults:
        faults = [("further", wrong.sentence)]
    values = {
        "case": case,
        "item": permit_type_of(visit, case),
        "view": view,
        "items": items,
        "further": further,
        "errors": [*faults, *errors],
        **slot_values(visit),
    }
    return Page("applicant/correction.html", values, status=422 if faults or errors else 200)


def keep(visit: Visit) -> Answer:
    """Keep the answer to one thing."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        return Redirect(visit.url("case", id=case.id))
    (view, *_) = visit.office.applications.corrections(case.id, actor=visit.actor)
    target = visit.path["slot"]
    item = next((one for one in view.items if one.target.code == target), None)
    if item is None:
        raise PortalError("page-not-found")
    try:
        wrong = _kept(visit, case, item)
    except PerizinanError as error:
        if error.category.is_ours:
            raise
        return show(visit, _Wrong(target, error.message(visit.language)))
    if wrong is not None:
        return show(visit, wrong)
    place = f"{visit.url('own-correction', id=case.id)}#item-{1 + view.items.index(item)}"
    return Redirect(place, note=N_("Your answer is kept."))


def send(visit: Visit) -> Answer:
    """Hand everything in; what is still open is named first."""
    case = visit.office.applications.get(visit.path["id"], actor=visit.actor)
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        return Redirect(visit.url("case", id=case.id))
    (view, *_) = visit.office.applications.corrections(case.id, actor=visit.actor)
    missing = tuple(
        (f"item-{number}", visit.say(N_("Not answered yet: {what}"), what=one.target.name.to(visit.language)))
        for number, one in enumerate(view.items, 1)
        if not one.is_answered
    )
    if missing:
        return show(visit, errors=missing)
    key = f"portal-correction-{case.id}-{case.submission}"
    try:
        visit.office.applications.submit(case.id, actor=visit.actor, idempotency_key=key)
    except SubmissionRefusedError as error:
        found = tuple((_place(view, one.path), one.message(visit.language)) for one in error.problems)
        return show(visit, errors=found)
    return Redirect(visit.url("receipt", id=case.id), note=N_("Your correction is handed in. Thank you."))


def _kept(visit: Visit, case: Application, item: ItemView) -> _Wrong | None:
    applications, given, target = visit.office.applications, visit.posted, item.target.code
    words = given.one("answer").strip()[:_LONGEST]
    changed = False
    if item.kind is ItemKind.FIELD:
        changed = _save_field(visit, case, item)
    elif item.kind is ItemKind.APPLICANT and given.one("name"):
        form = visit.read(_data_of(case.applicant))
        if form.value is None:
            return _Wrong(target, visit.say(N_("Something in the data has to be corrected")), form)
        who = form.value.of(case.applicant)
        changed = who != case.applicant
        if changed:
            applications.save(case.id, applicant=who, actor=visit.actor)
    had = item.answer is not None and bool(item.answer.text)
    if words or had:
        applications.answer(case.id, target, words, actor=visit.actor)
    if changed or words or had or item.is_answered:
        return None
    return _Wrong(target, visit.say(N_("Choose a file, change the value, or write an answer")))


def _save_field(visit: Visit, case: Application, item: ItemView) -> bool:
    """Put a changed value into the form; return whether it changed."""
    schema = _part(permit_type_of(visit, case).form_schema, item.field)
    typed = read_form(schema, visit.posted)
    form = {**case.form, **typed}
    if item.field not in typed:
        form.pop(item.field, None)
    if form == dict(case.form):
        return False
    visit.office.applications.save(case.id, form=form, actor=visit.actor)
    return True


def _items(
    visit: Visit,
    case: Application,
    view: CorrectionView,
    cards: tuple[SlotCard, ...],
    wrong: _Wrong | None,
) -> list[_Item]:
    schema = permit_type_of(visit, case).form_schema
    return [_item(visit, case, schema, cards, number, one, wrong) for number, one in enumerate(view.items, 1)]


def _item(
    visit: Visit,
    case: Application,
    schema: Mapping[str, Any],
    cards: tuple[SlotCard, ...],
    number: int,
    view: ItemView,
    wrong: _Wrong | None,
) -> _Item:
    mine = wrong if wrong is not None and wrong.target == view.target.code else None
    made = _Item(
        number=number,
        view=view,
        id=f"item-{number}",
        words=visit.posted.one("answer") if mine else (view.answer.text if view.answer else ""),
        fault=mine.sentence if mine else "",
        card=next((one for one in cards if one.key == view.target.code), None),
    )
    if view.kind is ItemKind.FIELD:
        part, item = _part(schema, view.field), permit_type_of(visit, case)
        data = read_form(part, visit.posted) if mine else {view.field: view.value}
        before = view.answer.before if view.answer is not None and view.answer.changed else None
        return attrs.evolve(
            made,
            fields=tuple(field_views(part, data, {})),
            before=_said(visit, item, view.field, before),
        )
    if view.kind is ItemKind.APPLICANT:
        form = mine.form if mine is not None and mine.form is not None else _known(visit, case.applicant)
        return attrs.evolve(made, fields=tuple(form[name] for name in attrs.fields_dict(form.kind)))
    return made


def _said(visit: Visit, item: Any, name: str, value: Any) -> str:
    return "" if value is None else next(iter(details_of(visit, item, {name: value})))[1]


def _part(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the schema of one field alone."""
    if name not in schema.get("properties", {}):
        raise PortalError("page-not-found")
    needed = [one for one in schema.get("required", ()) if one == name]
    return {**schema, "properties": {name: schema["properties"][name]}, "required": needed}


def _data_of(who: Applicant) -> type[PersonData | OrganisationData]:
    return OrganisationData if isinstance(who, Organisation) else PersonData


def _known(visit: Visit, who: Applicant) -> Form[Any]:
    known: dict[str, object] = {"name": who.name, "phone": who.phone, "email": who.email}
    if isinstance(who, Person):
        known["nik"] = who.nik
        known |= (
            attrs.asdict(who.address, filter=lambda field, _: field.name in _PLACES) if who.address else {}
        )
    return visit.fill(_data_of(who), **known)


_PLACES = frozenset({"street", "village", "district", "regency"})


def _place(view: CorrectionView, path: str) -> str:
    """Return the id of what a problem is about."""
    part, _, rest = path.partition(".")
    target = f"form:{rest.partition('.')[0]}" if part == "form" else rest
    for number, one in enumerate(view.items, 1):
        if one.target.code == target or (part == "applicant" and one.kind is ItemKind.APPLICANT):
            return f"item-{number}"
    return "further"


ROUTES = (
    PageRoute(
        path="/permohonan/{id}/perbaikan", name="own-correction", show=show, act=send, who=Who.APPLICANT
    ),
    PageRoute(
        path="/permohonan/{id}/perbaikan/{slot}",
        name="own-correction-item",
        act=keep,
        who=Who.APPLICANT,
        rate=Rate(60),
    ),
)

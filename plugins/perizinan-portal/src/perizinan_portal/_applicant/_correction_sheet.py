"""
What the page of a correction shows: each thing with its field, its place or its data, and the rest of the form.

The form is the one of the draft. What is asked about is open; so is what an answer makes apply; the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from perizinan_core.catalogue import FormFields, FormPart, form_parts
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.i18n import N_
from perizinan_core.model import Application, PermitType
from perizinan_core.services import CorrectionView, ItemKind, ItemView
from perizinan_portal._applicant._apply import parties_values
from perizinan_portal._applicant._parties import form_of, known_of, standing_of
from perizinan_portal._applicant._slots import SlotCard, mandate_card, slot_cards, slot_values
from perizinan_portal._kit import FieldView, Form, Posted, Visit
from perizinan_portal._permit_forms import (
    MANDATE,
    DrawnPart,
    Line,
    digest,
    draw,
    further_parts,
    lines_of,
    open_correction,
    permit_type_of,
    place_of,
    read_parts,
    time_said,
)

__all__ = ["FURTHER", "CorrectionSheet", "Typed"]

FURTHER = "tambahan"
"""In addresses: the fields that no one asked about, and that apply since something was changed."""


@attrs.frozen
class Typed:
    """What was typed for one thing, and is not kept."""

    target: str
    sentence: str = ""
    """Why it cannot be kept."""

    faults: Mapping[str, str] = attrs.field(factory=dict)
    """By the path of a field."""

    form: Form[Any] | None = None
    """The data of those who apply."""

    older: tuple[tuple[str, str, str], ...] | None = None
    """Another tab has kept something since: name, kept and typed value of what differs."""

    seen: str = ""
    """Mark of the version that the form was drawn from."""

    def errors(self, place: str) -> list[tuple[str, object]]:
        """Return the lines of the list on top, each with its place."""
        if self.form is not None:
            return list(self.form.errors)
        if self.faults:
            return [(place_of(path), said) for path, said in self.faults.items()]
        return [(place, self.sentence)] if self.sentence else []


@attrs.frozen(kw_only=True)
class ShownItem:
    """One thing to answer, as the page shows it."""

    number: int
    view: ItemView
    id: str
    parts: tuple[DrawnPart, ...] = ()
    """The field, group or list."""

    sections: tuple[tuple[str, Sequence[FieldView]], ...] = ()
    """The data of those who apply."""

    seen: str = ""
    before: tuple[Line, ...] = ()
    """What stood in the field before it was changed."""

    card: SlotCard | None = None
    """Its place, for a paper: what is in it, on its way and on file."""

    words: str = ""
    fault: str = ""
    older: tuple[tuple[str, str, str], ...] | None = None


@attrs.frozen(kw_only=True)
class CorrectionSheet:
    """An open correction with the form around it."""

    case: Application
    permit_type: PermitType
    parts: tuple[FormPart, ...]
    view: CorrectionView
    further: tuple[FormPart, ...]
    """What applies only since something was changed."""

    @classmethod
    def of(cls, visit: Visit, case: Application) -> CorrectionSheet:
        """Return the open correction of a case."""
        applications = visit.office.applications
        permit_type = permit_type_of(visit, case)
        parts = form_parts(permit_type)
        view = open_correction(visit, applications, case)
        further = further_parts(visit, applications, case, view, parts)
        return cls(case=case, permit_type=permit_type, parts=parts, view=view, further=further)

    @property
    def items(self) -> tuple[ItemView, ...]:
        """What is asked for."""
        return self.view.items

    def item(self, target: str) -> ItemView | None:
        """Return one of the things, or None where the correction does not ask for it."""
        return next((one for one in self.items if one.target.code == target), None)

    def parts_of(self, target: str) -> tuple[FormPart, ...]:
        """Return the fields that are answered together."""
        if target == FURTHER:
            return self.further
        name = target.partition(":")[2]
        return tuple(part for part in self.parts if part.name == name)

    def place(self, target: str) -> str:
        """Return the id of one thing in the page."""
        numbers = [number for number, one in enumerate(self.items, 1) if one.target.code == target]
        return f"item-{numbers[0]}" if numbers else "further"

    def place_of(self, path: str) -> str:
        """Return the id of what a problem is about, at the field where it is open."""
        part, _, rest = path.partition(".")
        if part == "form":
            name = re.split(r"[.\[]", rest, maxsplit=1)[0]
            is_open = name in {one.name for one in self.further} | {one.field for one in self.items}
            return place_of(path) if is_open else "closed"
        if MANDATE in (path, rest):
            return f"slot-{MANDATE}"
        return self.place("applicant" if part in ("applicant", "representative") else rest)

    def known_parties(self) -> Form[Any]:
        """Return the form of those who apply, with what is kept."""
        kind = form_of(standing_of(self.case.applicant, self.case.representative))
        known = known_of(self.case.applicant, self.case.representative)
        names = Form(kind).names
        return Form(kind, {name: _text(known.get(name)) for name in names})

    def place_kept(self, visit: Visit) -> str:
        """Return under which page the data of those who apply are kept while they are not complete."""
        return visit.url("own-correction-item", id=self.case.id, slot="applicant")

    def left_parties(self, visit: Visit) -> Form[Any] | None:
        """Return what was typed about those who apply, and could not be kept in the case yet."""
        place, posts = self.place_kept(visit), visit.services.store.posts
        left = posts.own(visit.actor.id, place, now=visit.services.now)
        return None if left is None else Form(self.known_parties().kind, Posted(left.values).single)

    def state(self, visit: Visit, target: str, before: CorrectionSheet) -> dict[str, Any]:
        """
        Return what the script draws again once an answer is kept.

        Args:
            visit: Of the applicant.
            target: What was answered.
            before: The correction as it was before.
        """
        fields = visit.office.applications.preview(self.case.id, actor=visit.actor).fields
        names = {part.name for part in self.parts_of(target)}
        kept = {name: value for name, value in self.case.form.items() if name in names}
        item = self.item(target)
        found: dict[str, Any] = {
            "saved": time_said(visit, visit.services.now),
            "seen": digest(kept) if names else "",
            "absent": [f"form.{path}" for path in sorted(fields.absent)],
            "required": [f"form.{path}" for path in sorted(fields.required)],
            "progress": visit.say(
                N_("{answered} of {count} answered"), answered=self.view.answered, count=len(self.items)
            ),
            "more": bool({part.name for part in self.further} - {part.name for part in before.further}),
        }
        if item is not None:
            word, tone = (N_("answered"), "good") if item.is_answered else (N_("open"), "warn")
            found["answered"] = {"text": visit.say(word), "tone": tone}
        return found

    def values(self, visit: Visit, typed: Typed | None, faults: Mapping[str, str]) -> dict[str, Any]:
        """Return what the template draws."""
        cards = slot_cards(visit, self.case)
        drawing = _Drawing(visit, self, cards, typed, faults)
        asked = {one.target.code for one in self.items}
        open_fields = {one.field for one in self.items} | {part.name for part in self.further}
        closed = {name: value for name, value in self.case.form.items() if name not in open_fields}
        return {
            "case": self.case,
            "item": self.permit_type,
            "view": self.view,
            "items": [drawing.item(number, one) for number, one in enumerate(self.items, 1)],
            "further": [
                one
                for one in cards
                if one.key not in asked and len(one.view.documents) < one.view.terms.min_files
            ],
            "further_fields": drawing.fields(FURTHER) if self.further else None,
            "restored": visit.is_restored,
            "closed": list(lines_of(self.parts, closed, visit.language)),
            **slot_values(visit),
        }


@attrs.frozen
class _Fields:
    """Fields that are answered together."""

    parts: tuple[DrawnPart, ...]
    seen: str
    fault: str = ""
    older: tuple[tuple[str, str, str], ...] | None = None


@attrs.frozen
class _Drawing:
    """One drawing of the page."""

    visit: Visit
    sheet: CorrectionSheet
    cards: tuple[SlotCard, ...]
    typed: Typed | None
    faults: Mapping[str, str]

    def item(self, number: int, view: ItemView) -> ShownItem:
        """Return one thing, with what was typed for it where it is not kept."""
        target = view.target.code
        mine = self._mine(target)
        kept_words = view.answer.text if view.answer else ""
        shown = ShownItem(
            number=number,
            view=view,
            id=f"item-{number}",
            words=self.visit.posted.one("answer") if mine else kept_words,
            fault=mine.sentence if mine and not mine.faults else "",
            card=next((one for one in self.cards if one.key == target), None),
        )
        if view.kind is ItemKind.FIELD:
            fields = self.fields(target)
            changed = view.answer is not None and view.answer.changed
            before = (
                {view.field: self.sheet.view.form[view.field]} if view.field in self.sheet.view.form else {}
            )
            lines = tuple(lines_of(self.sheet.parts_of(target), before, self.visit.language))
            return attrs.evolve(
                shown,
                parts=fields.parts,
                seen=fields.seen,
                older=fields.older,
                before=lines if changed else (),
            )
        if view.kind is ItemKind.APPLICANT:
            standing = standing_of(self.sheet.case.applicant, self.sheet.case.representative)
            form = self.sheet.left_parties(self.visit) or self.sheet.known_parties()
            if mine is not None:
                form = mine.form or Form(form.kind, self.visit.posted.single)
            sections = parties_values(self.sheet.permit_type, standing, form)["sections"]
            card = mandate_card(self.visit, self.sheet.case)
            return attrs.evolve(shown, sections=tuple(sections), card=card)
        return shown

    def fields(self, target: str) -> _Fields:
        """Return fields that are answered together, drawn."""
        parts, mine = self.sheet.parts_of(target), self._mine(target)
        names = {part.name for part in parts}
        kept = {name: value for name, value in self.sheet.case.form.items() if name in names}
        data = read_parts(parts, self.visit.posted) if mine else kept
        return _Fields(
            parts=draw(parts, data, self._applying({**self.sheet.case.form, **data}), self.faults),
            seen=(mine.seen if mine else "") or digest(kept),
            fault=mine.sentence if mine and not mine.faults else "",
            older=mine.older if mine else None,
        )

    def _mine(self, target: str) -> Typed | None:
        return self.typed if self.typed is not None and self.typed.target == target else None

    def _applying(self, form: Mapping[str, Any]) -> FormFields:
        preview, case = self.visit.office.applications.preview, self.sheet.case.id
        try:
            return preview(case, actor=self.visit.actor, form=form).fields
        except (TextRefusedError, FormDataError):
            return preview(case, actor=self.visit.actor).fields


def _text(value: object) -> str:
    return "" if value is None else str(value)

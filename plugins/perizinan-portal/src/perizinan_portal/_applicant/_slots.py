"""A place for papers as people see it: what may go in, what is in it, what is on its way, what is on file already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Application, ApplicationState, SubmittedDocument
from perizinan_core.model import Text as CatalogueText
from perizinan_core.services import HeldUploadView, IncomingState, IncomingUpload, SlotView
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Choice, FieldView, Sentence, Visit
from perizinan_portal._permit_forms import MANDATE

__all__ = [
    "SlotCard",
    "SlotPages",
    "can_change",
    "mandate_card",
    "slot_card",
    "slot_cards",
    "slot_values",
    "with_names",
]

_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
}
"""Usual endings; a kind that is not here is checked by the server alone."""

_CHANGING = frozenset({ApplicationState.DRAFT, ApplicationState.CORRECTION_REQUESTED})
_MOST_ON_FILE = 5
_SHORT = 12


@attrs.frozen(kw_only=True)
class SlotPages:
    """Where the forms and pictures of a card lead to, by the names of their addresses."""

    upload: str
    remove: str
    picture: str
    view: str = ""
    """A page of the file with its facts; empty where a slot has no such page."""

    begun: str = ""
    """Where a script sends files in pieces; empty: they are sent by the form alone."""


_OWN = SlotPages(
    upload="upload", remove="remove-paper", picture="paper-picture", view="view-paper", begun="begun-upload"
)


@attrs.frozen(kw_only=True)
class SlotCard:
    """Everything that the card of a place shows."""

    case: Application
    view: SlotView
    pages: SlotPages = _OWN
    on_their_way: tuple[IncomingUpload, ...] = ()
    refused: tuple[IncomingUpload, ...] = ()
    held: tuple[HeldUploadView, ...] = ()
    on_file: tuple[SubmittedDocument, ...] = ()
    in_case: tuple[SubmittedDocument, ...] = ()
    """Files of this application that would do here too."""

    wrong: tuple[str, ...] = ()
    """Why files that were sent just now are not here."""

    hint: Sentence | None = None
    """What it is for, where the catalogue does not say it."""

    @property
    def key(self) -> str:
        """Name of the place."""
        return self.view.terms.key

    @property
    def label(self) -> CatalogueText:
        """What people call it."""
        return self.view.requirement.label

    @property
    def number(self) -> int | None:
        """Which one of several it is, from 1; the requirement asks for one paper for each item of a list."""
        item = self.view.terms.item
        return None if item is None else item + 1

    @property
    def room(self) -> int:
        """How many more files it takes."""
        return max(0, self.view.terms.max_files - len(self.view.documents))

    @property
    def formats(self) -> str:
        """The accepted formats, as people call them."""
        names = [_ENDINGS.get(kind, (kind,))[0].upper() for kind in sorted(self.view.policy.accepted_types)]
        return ", ".join(names)

    @property
    def endings(self) -> str:
        """The usual endings of accepted files, or nothing where a kind has none that we know."""
        kinds = self.view.policy.accepted_types
        if any(kind not in _ENDINGS for kind in kinds):
            return ""
        return " ".join(sorted(ending for kind in kinds for ending in _ENDINGS[kind]))

    @property
    def accept(self) -> str:
        """What the browser offers to choose from."""
        return ",".join(sorted(self.view.policy.accepted_types))

    @property
    def takes_pictures(self) -> bool:
        """Whether a photograph will do."""
        return any(kind.startswith("image/") for kind in self.view.policy.accepted_types)

    def asks(self, form: str) -> tuple[FieldView, ...]:
        """Return what has to be said with a file; ``form`` tells the fields of several forms apart."""
        fields = []
        requirement = self.view.requirement
        if requirement.choices:
            choices = tuple(Choice(str(number), one) for number, one in enumerate(requirement.choices))
            fields.append(
                FieldView(name=f"choice.{form}", label=N_("Kind of paper"), kind="choice", choices=choices)
            )
        if requirement.needs_expiry:
            fields.append(FieldView(name=f"expires_on.{form}", label=N_("Valid until"), kind="date"))
        return tuple(fields)

    def chosen(self, document: SubmittedDocument) -> CatalogueText | None:
        """Return which of the requirement's kinds a document is."""
        choices = self.view.requirement.choices
        number = document.choice
        return choices[number] if number is not None and number < len(choices) else None


def slot_cards(visit: Visit, case: Application) -> tuple[SlotCard, ...]:
    """Return the cards of all places of an application."""
    views = visit.office.applications.slots(case.id, actor=visit.actor)
    return tuple(_cards(visit, case, views))


def mandate_card(visit: Visit, case: Application) -> SlotCard | None:
    """Return the card of the power of attorney; None where no one represents the applicant."""
    view = visit.office.applications.mandate(case.id, actor=visit.actor)
    if view is None:
        return None
    (card,) = _cards(visit, case, [view])
    return with_names(card)


def with_names(card: SlotCard) -> SlotCard:
    """Return the card of a power of attorney with who gives it to whom."""
    agent = card.case.representative
    names = {"holder": card.case.applicant.name, "agent": agent.person.name if agent else ""}
    return attrs.evolve(card, hint=Sentence(N_("Signed by {holder}: it says that {agent} may apply."), names))


def slot_card(visit: Visit, case: Application, key: str, wrong: Iterable[str] = ()) -> SlotCard:
    """
    Return the card of one place.

    Raises:
        PortalError: ``page-not-found``: the application has no such place.
    """
    if key == MANDATE:
        found = mandate_card(visit, case)
    else:
        views = visit.office.applications.slots(case.id, actor=visit.actor)
        found = next(iter(_cards(visit, case, [view for view in views if view.terms.key == key])), None)
    if found is None:
        raise PortalError("page-not-found")
    return attrs.evolve(found, wrong=tuple(wrong))


def can_change(case: Application) -> bool:
    """Return whether the applicant's side may put files into the application now."""
    return case.state in _CHANGING


def short(sha256: str) -> str:
    """Return the beginning of a hash."""
    return sha256[:_SHORT]


def slot_values(visit: Visit) -> dict[str, object]:
    """Return what the cards of places need besides themselves."""
    return {"short": short, "age_of": lambda one: visit.say(age_of(visit, one)), "can_change": can_change}


def _cards(visit: Visit, case: Application, views: Iterable[SlotView]) -> Iterator[SlotCard]:
    incoming = visit.office.incoming.of_case(case.id, actor=visit.actor)
    held = [one for one in visit.office.uploads.of_case(case.id, actor=visit.actor) if one.upload.is_waiting]
    for view in views:
        key = view.terms.key
        card = SlotCard(
            case=case,
            view=view,
            on_their_way=tuple(one for one in incoming if one.slot == key and one.is_open),
            refused=tuple(one for one in incoming if one.slot == key and one.state is IncomingState.REFUSED),
            held=tuple(one for one in held if one.upload.slot == key),
        )
        if card.room and view.requirement.reuse is not None and can_change(case):
            found = visit.office.applications.reusable(case.id, key, actor=visit.actor)
            there = {one.sha256 for one in view.documents}
            fresh = [one for one in found if one.sha256 not in there]
            card = attrs.evolve(card, on_file=_distinct(fresh)[:_MOST_ON_FILE])
        if can_change(case) and key != MANDATE:
            there = {one.sha256 for one in (*view.documents, *card.on_file)}
            others = [
                one
                for one in case.current_documents()
                if one.slot != key and one.sha256 not in there and view.takes(one)
            ]
            card = attrs.evolve(card, in_case=_distinct(others)[:_MOST_ON_FILE])
        yield card


def _distinct(documents: Iterable[SubmittedDocument]) -> tuple[SubmittedDocument, ...]:
    """Return each file once, the newest use of it."""
    found: dict[str, SubmittedDocument] = {}
    for one in documents:
        found.setdefault(one.sha256, one)
    return tuple(found.values())


def age_of(visit: Visit, document: SubmittedDocument) -> Sentence:
    """Return how old a file on file is, in words."""
    zone = visit.office.authority.calendar.time_zone
    first: date = zone.local(document.first_uploaded_at or document.uploaded_at).date()
    days = (zone.local(visit.office.now()).date() - first).days
    if days == 0:
        return Sentence(N_("uploaded today"))
    if days == 1:
        return Sentence(N_("uploaded yesterday"))
    return Sentence(N_("uploaded {days} days ago"), {"days": days})

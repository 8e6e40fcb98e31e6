"""What is missing before an application can be handed in: every problem at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from perizinan_core.errors._words import KINDS
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model._applicant import Organisation, Person
from perizinan_core.model._application import Application, FrozenTerms, SlotTerms
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import RequirementLevel, RequirementSource
from perizinan_core.model._text import Text

__all__ = ["submission_problems"]

_MISSING = N_("{label} has not been uploaded yet. Upload it (files needed: {min_files}).")
_KEPT = N_(
    "Your file for {label} is kept, but it is not in its place yet. Wait until that has been decided, upload another "
    "file, or bring the document to the counter."
)
_TOO_MANY = N_("{label} holds too many files (allowed: {max_files}). Remove what is not asked for.")
_ONE_OF = N_("One of these documents is needed: {labels}. Upload one of them.")
_NO_EXPIRY = N_("State until when the document in {label} is valid.")
_EXPIRED = N_("The document in {label} was valid until {expires_on} only. Upload one that is valid now.")
_NOT_AT_COUNTER = N_("{label} cannot be shown at the counter; it must be uploaded.")
_NO_IDENTITY = N_("Give the NIK, or for a foreigner the passport number, of this person: {place}.")
_NO_MANDATE = N_("The power of attorney of the representative is missing. Upload it.")
_APPLICANT = N_("Applicant")
_RESPONSIBLE = N_("Person who answers for the applicant")
_REPRESENTATIVE = N_("Representative")
_MANDATE = N_("Power of attorney")
_WRONG_KIND = N_(
    "This permit is not for this kind of applicant ({kind}). Choose another permit or applicant."
)


def submission_problems(
    application: Application,
    permit_type: PermitType,
    terms: FrozenTerms,
    *,
    day: date,
    at_counter: frozenset[str] = frozenset(),
) -> tuple[Problem, ...]:
    """
    Return everything that keeps the application from being handed in.

    Args:
        application: As it stands.
        permit_type: The version that is frozen with the submission.
        terms: The slots that apply.
        day: Local day, on which documents must be valid.
        at_counter: Keys of slots whose originals the applicant shows at the counter.
    """
    found = (
        *_applicant_problems(application, permit_type),
        *_slot_problems(application, permit_type, terms, at_counter),
        *_group_problems(application, permit_type, terms, at_counter),
        *_expiry_problems(application, permit_type, terms, day),
    )
    return tuple(found)


def _applicant_problems(application: Application, permit_type: PermitType) -> Iterator[Problem]:
    applicant = application.applicant
    if applicant.kind not in permit_type.applicant_kinds:
        yield Problem(
            "applicant.kind",
            "applicant-kind",
            _WRONG_KIND,
            {"kind": KINDS[applicant.kind.value]},
            label=_APPLICANT,
        )
    if isinstance(applicant, Organisation):
        yield from _identity(applicant.responsible, "applicant.responsible", _RESPONSIBLE)
    else:
        yield from _identity(applicant, "applicant", _APPLICANT)
    if application.representative is not None:
        yield from _identity(application.representative.person, "representative.person", _REPRESENTATIVE)
        if application.power_of_attorney() is None:
            path = "representative.power_of_attorney"
            yield Problem(path, "power-of-attorney-missing", _NO_MANDATE, label=_MANDATE)


def _identity(person: Person, path: str, label: str) -> Iterator[Problem]:
    if person.nik is None and person.passport is None:
        yield Problem(path, "identity-missing", _NO_IDENTITY, label=label)


def _slot_problems(
    application: Application, permit_type: PermitType, terms: FrozenTerms, at_counter: frozenset[str]
) -> Iterator[Problem]:
    for slot in terms.slots:
        path = f"documents.{slot.key}"
        count = len(_held(application, slot))
        shown = slot.key in at_counter
        if shown and not permit_type.requirement(slot.requirement).shown_at_counter:
            yield _problem(path, "not-at-counter", _NOT_AT_COUNTER, permit_type, slot)
        alone = _is_asked(permit_type, slot) and slot.alternative_group is None
        if alone and count < slot.min_files and not shown:
            least = slot.min_files
            if any(item.slot == slot.key for item in application.waiting_uploads()):
                yield _problem(path, "document-held", _KEPT, permit_type, slot)
            else:
                yield _problem(path, "document-missing", _MISSING, permit_type, slot, min_files=least)
        if count > slot.max_files:
            most = slot.max_files
            yield _problem(path, "too-many-documents", _TOO_MANY, permit_type, slot, max_files=most)


def _group_problems(
    application: Application, permit_type: PermitType, terms: FrozenTerms, at_counter: frozenset[str]
) -> Iterator[Problem]:
    groups: dict[tuple[str, int | None], list[SlotTerms]] = {}
    for slot in terms.slots:
        if slot.alternative_group is not None and _is_asked(permit_type, slot):
            groups.setdefault((slot.alternative_group, slot.item), []).append(slot)
    for (group, item), slots in groups.items():
        if any(_is_filled(application, slot) or slot.key in at_counter for slot in slots):
            continue
        name = group if item is None else f"{group}#{item}"
        labels = [_label(permit_type, slot) for slot in slots]
        named = Text(", ".join(item.id for item in labels), ", ".join(item.to("en") for item in labels))
        fields = {"slots": ", ".join(slot.key for slot in slots), "labels": named}
        yield Problem(f"documents.{name}", "alternative-missing", _ONE_OF, fields, label=named)


def _expiry_problems(
    application: Application, permit_type: PermitType, terms: FrozenTerms, day: date
) -> Iterator[Problem]:
    for slot in terms.slots:
        if not permit_type.requirement(slot.requirement).needs_expiry:
            continue
        for document in _held(application, slot):
            path = f"documents.{slot.key}"
            if document.expires_on is None:
                yield _problem(path, "expiry-missing", _NO_EXPIRY, permit_type, slot)
            elif document.expires_on < day:
                day_of = document.expires_on.isoformat()
                yield _problem(path, "document-expired", _EXPIRED, permit_type, slot, expires_on=day_of)


def _problem(
    path: str, code: str, sentence: str, permit_type: PermitType, slot: SlotTerms, **more: object
) -> Problem:
    label = _label(permit_type, slot)
    return Problem(path, code, sentence, {"slot": slot.key, "label": label, **more}, label=label)


def _label(permit_type: PermitType, slot: SlotTerms) -> Text:
    """Return the name of a slot as people read it; of several for items, with its number from 1."""
    label = permit_type.requirement(slot.requirement).label
    if slot.item is None:
        return label
    return Text(*(f"{text} ({slot.item + 1})" for text in (label.id, label.to("en"))))


def _held(application: Application, slot: SlotTerms) -> tuple[SubmittedDocument, ...]:
    return tuple(item for item in application.current_documents() if item.slot == slot.key)


def _is_filled(application: Application, slot: SlotTerms) -> bool:
    return len(_held(application, slot)) >= max(slot.min_files, 1)


def _is_asked(permit_type: PermitType, slot: SlotTerms) -> bool:
    """Return True for what the applicant must bring; the office's own papers come from the review."""
    brought_by = permit_type.requirement(slot.requirement).brought_by
    return slot.level is RequirementLevel.REQUIRED and brought_by is RequirementSource.APPLICANT

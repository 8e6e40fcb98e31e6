"""What can become of a draft as a whole: another account's, of another permit type, with one item less."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.errors.services import ArgumentError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Account, AccountKind, Actor
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._events import EventKind
from perizinan_core.model._form_data import form_data
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Requirement, RequirementSource
from perizinan_core.workflow._drafts import update_form
from perizinan_core.workflow._people import require_party
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, check_moment, event, local_day

__all__ = ["change_type", "hand_over_draft", "remove_item"]


def hand_over_draft(application: Application, owner: Account, *, actor: Actor, now: datetime) -> Transition:
    """
    Give a draft to another public account; the representative's account follows where it was the old owner's.

    Raises:
        WorkflowError: ``not-party``: for anyone but its owner, its representative and the host application.
        ArgumentError: the new account is not a public one.
    """
    _check_draft(application, actor, now)
    if owner.kind is not AccountKind.PUBLIC:
        raise ArgumentError("owner", "a public account", f"an account of kind {owner.kind.value}")
    if owner == application.owner:
        return Transition(application)
    agent = application.representative
    if agent is not None and agent.actor_id == application.owner.id:
        agent = attrs.evolve(agent, actor_id=owner.id)
    case = attrs.evolve(application, owner=owner, representative=agent)
    return Transition(case, (event(EventKind.DRAFT_HANDED_OVER, application, actor, now),))


def change_type(
    application: Application,
    old: PermitType,
    new: PermitType,
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Make a draft one of another permit type: answers that both forms ask for stay, and so does every document.

    A document goes to the requirement of the same code, else to the one of the same name. One that the new type has
    no place for stays with the draft in its old place, where it counts for nothing and can be removed.

    Raises:
        WorkflowError: ``not-party``: for anyone but the applicant's side.
        WorkflowError: ``permit-type-not-open``: the new type is incomplete or not in force.
        WorkflowError: ``previous-permit``: the draft is about a permit of the old type.
    """
    _check_draft(application, actor, now)
    today = local_day(calendar, now)
    if not new.complete or today not in new.in_force:
        raise WorkflowError(
            "permit-type-not-open", permit_type=new.code, version=new.version, day=today.isoformat()
        )
    if application.previous_permit is not None or ApplicationKind.NEW not in new.application_kinds:
        raise WorkflowError(
            "previous-permit", kind=application.kind.value, permit=application.previous_permit
        )
    if new.code == application.permit_type:
        return Transition(application)
    shared = old.answers_for(new)
    case = attrs.evolve(
        application,
        permit_type=new.code,
        permit_type_version=new.version,
        form={shared[name]: value for name, value in application.form.items() if name in shared},
        documents=tuple(_placed(item, old, new) for item in application.documents),
    )
    happened = event(
        EventKind.DRAFT_TYPE_CHANGED, application, actor, now, permit_type=new.code, version=new.version
    )
    return Transition(case, (happened,))


def _placed(document: SubmittedDocument, old: PermitType, new: PermitType) -> SubmittedDocument:
    code, _, item = document.slot.partition("#")
    if document.slot == POWER_OF_ATTORNEY:
        return document
    wanted = {one.code: one for one in new.requirements if one.brought_by is RequirementSource.APPLICANT}
    label = next((one.label.id.casefold() for one in old.requirements if one.code == code), None)
    found: Requirement | None = wanted.get(code) or next(
        (one for one in wanted.values() if one.label.id.casefold() == label), None
    )
    if found is None:
        return document
    slot = found.code if found.per_item is None else f"{found.code}#{item or 0}"
    choice = document.choice if document.choice is not None and document.choice < len(found.choices) else None
    return attrs.evolve(document, slot=slot, choice=choice)


def remove_item(
    application: Application,
    permit_type: PermitType,
    form: Mapping[str, Any],
    name: str,
    index: int,
    *,
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Take one item out of a list of the form; papers asked for per item follow their item.

    Args:
        application: A draft, or a case whose correction asks for this list.
        permit_type: Whose requirements are asked for per item.
        form: The form as it was typed, with the item still in it.
        name: Name of the list; inside a group with a dot.
        index: Place of the item, from 0.
        actor: The applicant's side.
        now: Aware moment.

    Raises:
        ArgumentError: the list has no such item.
        SlotError: ``not-in-correction``: the correction does not ask for the list.
        WorkflowError: ``not-party``: for anyone but the applicant's side.
    """
    check_state(application, Action.EDIT)
    require_party(application, actor, Action.EDIT)
    check_moment(application, now)
    new = form_data(form)
    group: Any = new
    *groups, last = name.split(".")
    for step in groups:
        group = group.get(step) if isinstance(group, dict) else None
    items = group.get(last) if isinstance(group, dict) else None
    if not isinstance(items, list) or not 0 <= index < len(items):
        raise ArgumentError("index", "the place of an item", str(index))
    group[last] = [item for place, item in enumerate(items) if place != index]
    per_item = {one.code for one in permit_type.requirements if one.per_item == name}
    documents, held = [], []
    for document in application.documents:
        slot = _moved_up(document.slot, per_item, index)
        gone = {"replaced_at": document.replaced_at or now} if slot is None else {"slot": slot}
        documents.append(attrs.evolve(document, **gone))
    for upload in application.held_uploads:
        slot = _moved_up(upload.slot, per_item, index)
        held += [] if slot is None else [attrs.evolve(upload, slot=slot)]
    case = attrs.evolve(application, documents=tuple(documents), held_uploads=tuple(held))
    return update_form(case, new, actor=actor, now=now)


def _moved_up(slot: str, codes: set[str], index: int) -> str | None:
    """Return the slot that a paper has without the item at ``index``; None: it went with its item."""
    code, _, item = slot.partition("#")
    if code not in codes or not item.isdecimal() or int(item) < index:
        return slot
    return None if int(item) == index else f"{code}#{int(item) - 1}"


def _check_draft(application: Application, actor: Actor, now: datetime) -> None:
    check_state(application, Action.DISCARD)
    require_party(application, actor, Action.EDIT)
    check_moment(application, now)

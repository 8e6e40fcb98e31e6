"""What an open correction asks for, one by one, with what was answered so far and what stood there before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.model._application import Application
from perizinan_core.model._case import CorrectionAnswer, CorrectionItem, CorrectionRequest, SubmittedDocument
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text
from perizinan_core.services._names import Named
from perizinan_core.services._terms import slot_label
from perizinan_core.workflow._answers import unanswered_items
from perizinan_core.workflow._corrections import rounds_left
from perizinan_core.workflow._drafts import APPLICANT_TARGET, FORM_TARGET

__all__ = ["CorrectionView", "ItemKind", "ItemView", "correction_of"]


class ItemKind(StrEnum):
    """What one thing of a correction is about."""

    PAPER = "paper"
    FIELD = "field"
    APPLICANT = "applicant"
    """The data of those who apply."""


@attrs.frozen(kw_only=True)
class ItemView:
    """One thing to put right."""

    target: Named
    kind: ItemKind
    reason: str
    is_answered: bool
    answer: CorrectionAnswer | None
    """What was changed, or said; a new file stands among `papers`."""

    field: str
    """Name in the form, for `ItemKind.FIELD`; else empty."""

    value: Any
    """Of the field now."""

    papers: tuple[SubmittedDocument, ...]
    """What stands in the slot now."""

    is_new: bool
    """Whether one of them was put in since the correction was asked for."""

    former: tuple[SubmittedDocument, ...]
    """What was replaced or taken out since, the newest first; it stays on record."""


@attrs.frozen(kw_only=True)
class CorrectionView:
    """A round of corrections."""

    round: int
    asked_on: date
    answer_by: date
    is_open: bool
    rounds_left: int
    """How often the office may still ask after this one."""

    items: tuple[ItemView, ...]

    form: Mapping[str, Any]
    """The form as it stood when it was asked for; other fields may be filled in where an answer makes them apply."""

    @property
    def answered(self) -> int:
        """How many of the items are answered."""
        return sum(item.is_answered for item in self.items)


def correction_of(
    application: Application, permit_type: PermitType, request: CorrectionRequest, asked_on: date
) -> CorrectionView:
    """Return a round of corrections; the caller has asked who may see it."""
    is_open = request.answered_at is None and request is application.corrections[-1]
    open_items = {item.target for item in unanswered_items(application)} if is_open else set()
    return CorrectionView(
        round=request.round,
        asked_on=asked_on,
        answer_by=request.answer_by,
        is_open=is_open and not application.state.is_terminal,
        rounds_left=rounds_left(application),
        items=tuple(
            _item(application, permit_type, request, item, is_answered=item.target not in open_items)
            for item in request.items
        ),
        form=_form_before(application, request),
    )


def _form_before(application: Application, request: CorrectionRequest) -> Mapping[str, Any]:
    changed = {
        answer.target.removeprefix(FORM_TARGET): answer.before
        for answer in request.answers
        if answer.changed and answer.target.startswith(FORM_TARGET)
    }
    names = application.form if request.filled is None else request.filled
    before = {name: changed.get(name, application.form.get(name)) for name in names}
    return {name: value for name, value in before.items() if value is not None}


def _item(
    application: Application,
    permit_type: PermitType,
    request: CorrectionRequest,
    item: CorrectionItem,
    *,
    is_answered: bool,
) -> ItemView:
    target, since = item.target, request.requested_at
    name = target.removeprefix(FORM_TARGET) if target.startswith(FORM_TARGET) else ""
    kind = ItemKind.FIELD if name else ItemKind.APPLICANT if target == APPLICANT_TARGET else ItemKind.PAPER
    standing = tuple(one for one in application.current_documents() if one.slot == target)
    former = [
        one
        for one in application.documents
        if one.slot == target and one.replaced_at is not None and one.replaced_at >= since
    ]
    label = Text(*(slot_label(permit_type, target, language) for language in ("id", "en")))
    return ItemView(
        target=Named(target, label),
        kind=kind,
        reason=item.reason,
        is_answered=is_answered,
        answer=next((one for one in request.answers if one.target == target), None),
        field=name,
        value=application.form.get(name) if name else None,
        papers=standing,
        is_new=any(one.uploaded_at >= since for one in standing),
        former=tuple(sorted(former, key=lambda one: one.uploaded_at, reverse=True)),
    )

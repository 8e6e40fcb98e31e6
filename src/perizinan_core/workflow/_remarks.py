"""What an officer should look at twice in what the applicant wrote. Nothing is refused for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from perizinan_core.i18n import DEFAULT_LANGUAGE, translate
from perizinan_core.model._applicant import LABELS, Organisation, Person
from perizinan_core.model._application import Application
from perizinan_core.model._form_data import path_text
from perizinan_core.model._lookalikes import LookAlike, find_lookalike
from perizinan_core.model._permit_type import PermitType

__all__ = ["TextRemark", "text_remarks"]


@attrs.frozen(kw_only=True)
class TextRemark:
    """A text with letters that look like others."""

    path: str
    """Where, e.g. ``"applicant.name"`` or ``"form.lokasi"``."""

    label: str
    """What it is called: an English msgid, or the title of a form field."""

    kind: LookAlike
    characters: tuple[str, ...] = attrs.field(repr=False)
    """The characters in question, each once."""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence for the officer."""
        shown = ", ".join(f"{char} U+{ord(char):04X}" for char in self.characters[:_SHOWN])
        label = translate(self.label, language)
        return translate(self.kind.sentence, language, field=label, characters=shown)


_SHOWN = 12


def text_remarks(application: Application, permit_type: PermitType) -> tuple[TextRemark, ...]:
    """
    Return every text of applicant, representative and form that holds letters that look like others.

    Args:
        application: In any state.
        permit_type: For the titles of form fields.
    """
    found = []
    for path, label, text, is_name in _texts(application, permit_type):
        remark = find_lookalike(text, is_name=is_name) if text else None
        if remark is not None:
            found.append(TextRemark(path=path, label=label, kind=remark[0], characters=remark[1]))
    return tuple(found)


_Text = tuple[str, str, str | None, bool]


def _texts(application: Application, permit_type: PermitType) -> Iterator[_Text]:
    yield from _party(application.applicant, "applicant")
    if application.representative is not None:
        yield from _party(application.representative.person, "representative.person")
    titles = permit_type.form_schema.get("properties", {})
    for name, value in application.form.items():
        described = titles.get(name)
        title = described.get("title", name) if isinstance(described, Mapping) else name
        yield from _form_texts(value, (name,), str(title))


def _party(party: Person | Organisation, path: str) -> Iterator[_Text]:
    for name in ("name", "birth_place", "legal_form", "email"):
        text = getattr(party, name, None)
        yield f"{path}.{name}", LABELS[name], text, name == "name" and isinstance(party, Person)
    for name in ("street", "neighbourhood", "village", "district", "regency"):
        yield f"{path}.address.{name}", LABELS[name], getattr(party.address, name, None), False
    if isinstance(party, Organisation):
        yield from _party(party.responsible, f"{path}.responsible")


def _form_texts(value: Any, path: tuple[str | int, ...], title: str) -> Iterator[_Text]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _form_texts(item, (*path, name), title)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _form_texts(item, (*path, index), title)
    elif isinstance(value, str):
        yield f"form.{path_text(path)}", title, value, False

"""Drawing the form of a permit type: fields, groups and lists, each with what it needs and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from perizinan_core.catalogue import FormFields, FormPart, FormPartKind
from perizinan_core.i18n import N_
from perizinan_core.model import Text
from perizinan_portal._kit import Choice, FieldView, Sentence, say
from perizinan_portal._permit_forms._reading import PREFIX, written

__all__ = ["DrawnPart", "draw", "place_of"]

_YES_NO = (Choice("true", N_("Yes")), Choice("false", N_("No")))
_KINDS = {
    FormPartKind.LINES: "lines",
    FormPartKind.EMAIL: "email",
    FormPartKind.DATE: "date",
    FormPartKind.YES_NO: "choice",
    FormPartKind.CHOICE: "choice",
    FormPartKind.CHOICES: "many",
}
_DIGITS = {FormPartKind.WHOLE: "numeric", FormPartKind.RUPIAH: "numeric", FormPartKind.NUMBER: "decimal"}
_RUPIAH = Text("Rp")


@attrs.frozen(kw_only=True)
class DrawnPart:
    """A field, a group or a list, as the template draws it."""

    kind: str
    """``field``, ``group`` or ``list``."""

    path: str
    """As the office writes it: ``form.terop[0].panjang``."""

    name: str
    """Of the control: ``form.terop.0.panjang``."""

    label: object
    hint: object = ""
    is_hidden: bool = False
    """It does not apply, as the form stands."""

    is_required: bool = False
    fault: str | None = None
    field: FieldView | None = None
    parts: tuple[DrawnPart, ...] = ()
    entries: tuple[tuple[DrawnPart, ...], ...] = ()
    takes_more: bool = True

    @property
    def id(self) -> str:
        """Id of the place that the list of errors leads to."""
        return place_of(self.path)


@attrs.frozen
class _Hint:
    """Several short sentences at a field."""

    pieces: tuple[object, ...]

    def to(self, language: str) -> str:
        return " ".join(say(piece, language) for piece in self.pieces)


def place_of(path: str) -> str:
    """Return the id of the place in the page that the path of a problem names."""
    return "f-" + re.sub(r"[^A-Za-z0-9_-]", "-", path.replace("]", ""))


def draw(
    parts: Sequence[FormPart],
    data: Mapping[str, Any],
    fields: FormFields,
    faults: Mapping[str, str],
    *,
    prefix: str = PREFIX,
) -> tuple[DrawnPart, ...]:
    """
    Return the parts of a form as they are drawn.

    Args:
        parts: Of the form.
        data: What was typed.
        fields: Which of them apply.
        faults: What is wrong, by the path of the field.
        prefix: Beginning of the names of the controls; another one where several forms stand on one page.
    """
    return tuple(_Drawing(fields, faults, prefix).all(parts, data, "", prefix))


@attrs.frozen
class _Drawing:
    _fields: FormFields
    _faults: Mapping[str, str]
    _prefix: str

    def all(
        self, parts: Sequence[FormPart], data: Mapping[str, Any], path: str, name: str
    ) -> Iterator[DrawnPart]:
        for part in parts:
            place = f"{path}.{part.name}" if path else part.name
            yield self._drawn(part, data.get(part.name), place, f"{name}.{part.name}")

    def _drawn(self, part: FormPart, value: Any, path: str, name: str) -> DrawnPart:
        common: dict[str, Any] = {
            "path": f"{self._prefix}.{path}",
            "name": name,
            "label": part.title,
            "hint": _hint(part),
            "is_hidden": path in self._fields.absent,
            "is_required": path in self._fields.required,
            "fault": self._faults.get(f"{self._prefix}.{path}"),
        }
        if part.kind is FormPartKind.GROUP:
            inner = value if isinstance(value, Mapping) else {}
            return DrawnPart(kind="group", parts=tuple(self.all(part.parts, inner, path, name)), **common)
        if part.kind is FormPartKind.LIST:
            return DrawnPart(kind="list", **common, **self._entries(part, value, path, name))
        return DrawnPart(kind="field", field=self._field(part, value, common), **common)

    def _entries(self, part: FormPart, value: Any, path: str, name: str) -> dict[str, Any]:
        given = list(value) if isinstance(value, list | tuple) else []
        given += [None] * (1 if not given and part.limits.get("minItems", 0) else 0)
        entries: list[tuple[DrawnPart, ...]] = []
        for index, item in enumerate(given):
            place, control = f"{path}[{index}]", f"{name}.{index}"
            if part.is_plain:
                plain = None if isinstance(item, Mapping) else item
                entries.append((self._drawn(part.parts[0], plain, place, control),))
            else:
                inner = item if isinstance(item, Mapping) else {}
                entries.append(tuple(self.all(part.parts, inner, place, control)))
        return {"entries": tuple(entries), "takes_more": len(entries) < part.limits.get("maxItems", 500)}

    def _field(self, part: FormPart, value: Any, common: Mapping[str, Any]) -> FieldView:
        text = "" if part.kind is FormPartKind.CHOICES else written(part, value)
        attributes = {"inputmode": _DIGITS[part.kind]} if part.kind in _DIGITS else {}
        if part.autocomplete:
            attributes["autocomplete"] = part.autocomplete
        kind = _KINDS.get(part.kind, "text")
        if kind == "date" and text and not _is_day(text):
            # A browser would show nothing of what was typed.
            kind = "text"
        choices = _YES_NO if part.kind is FormPartKind.YES_NO else _choices(part)
        return FieldView(
            name=common["name"],
            label=common["label"],
            hint=common["hint"],
            kind=kind,
            value=text,
            values=tuple(str(item) for item in value) if isinstance(value, list | tuple) else (),
            fault=common["fault"],
            required=common["is_required"],
            varies=True,
            choices=choices,
            widget=part.widget,
            attributes=attributes,
            unit=_RUPIAH if part.kind is FormPartKind.RUPIAH else part.unit or "",
            unit_first=part.kind is FormPartKind.RUPIAH,
        )


def _choices(part: FormPart) -> tuple[Choice, ...]:
    return tuple(Choice(str(one.value), one.label) for one in part.choices)


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-01-31") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _hint(part: FormPart) -> object:
    pieces = [*([part.help] if part.help else []), *_limits(part)]
    if part.examples:
        pieces.append(Sentence(N_("For example: {example}"), {"example": part.examples[0]}))
    elif part.kind is FormPartKind.NUMBER:
        pieces.append(N_("Decimals with a comma, such as 12,5."))
    return _Hint(tuple(pieces)) if pieces else ""


def _limits(part: FormPart) -> Iterator[Sentence]:
    """Yield what a value may be, before someone writes another one."""
    limits = part.limits
    if part.kind in _DIGITS:
        least, most = limits.get("minimum"), limits.get("maximum")
        if least is not None and most is not None:
            yield Sentence(
                N_("From {least} to {most}."), {"least": _said(part, least), "most": _said(part, most)}
            )
            return
        yield from _limit(part, N_("At least {limit}."), least or None)
        yield from _limit(part, N_("More than {limit}."), limits.get("exclusiveMinimum"))
        yield from _limit(part, N_("At most {limit}."), most)
        yield from _limit(part, N_("Less than {limit}."), limits.get("exclusiveMaximum"))
    elif part.kind is FormPartKind.LINES:
        yield from _limit(part, N_("At most {limit} characters."), limits.get("maxLength"))
    elif part.kind in (FormPartKind.LIST, FormPartKind.CHOICES):
        yield from _limit(part, N_("At least {limit} entries."), limits.get("minItems", 0) or None)
        yield from _limit(part, N_("At most {limit} entries."), limits.get("maxItems"))


def _limit(part: FormPart, sentence: str, value: float | None) -> Iterator[Sentence]:
    if value is not None:
        yield Sentence(sentence, {"limit": _said(part, value)})


def _said(part: FormPart, value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return written(part, value)

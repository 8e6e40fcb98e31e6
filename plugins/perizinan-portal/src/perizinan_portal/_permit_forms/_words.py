"""What a form says, in lines for people: for the summary, and where two versions are held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from perizinan_core.catalogue import FormPart, FormPartKind
from perizinan_core.i18n import N_
from perizinan_core.model import Rupiah, format_date
from perizinan_portal._kit import say
from perizinan_portal._permit_forms._reading import written

__all__ = ["Line", "differences", "lines_of", "titles_of"]


@attrs.frozen
class Line:
    """One value with its name."""

    label: str
    value: str


def lines_of(parts: Sequence[FormPart], data: Mapping[str, Any], language: str) -> Iterator[Line]:
    """Yield everything that a form holds, in its order."""
    for part in parts:
        if part.name in data:
            yield from _lines(part, data[part.name], part.title.to(language), language)


def differences(
    parts: Sequence[FormPart], kept: Mapping[str, Any], typed: Mapping[str, Any], language: str
) -> Iterator[tuple[str, str, str]]:
    """Yield name, kept and typed value of what differs between two versions of a form."""
    one = {line.label: line.value for line in lines_of(parts, kept, language)}
    other = {line.label: line.value for line in lines_of(parts, typed, language)}
    for label in dict.fromkeys([*one, *other]):
        if one.get(label) != other.get(label):
            yield label, one.get(label, "–"), other.get(label, "–")


def titles_of(parts: Sequence[FormPart], paths: Sequence[str], language: str) -> tuple[str, ...]:
    """Return the names of fields by their paths; of several in one list once."""
    found: dict[str, None] = {}
    for path in paths:
        steps = [step.partition("[")[0] for step in path.split(".")]
        among: Sequence[FormPart] = parts
        said = []
        for step in steps:
            part = next((one for one in among if one.name == step), None)
            if part is None:
                break
            said.append(part.title.to(language))
            among = part.parts
        found[": ".join(said) or path] = None
    return tuple(found)


def _lines(part: FormPart, value: Any, label: str, language: str) -> Iterator[Line]:
    if part.kind is FormPartKind.GROUP and isinstance(value, Mapping):
        for inner in part.parts:
            if inner.name in value:
                yield from _lines(inner, value[inner.name], f"{label}: {inner.title.to(language)}", language)
    elif part.kind is FormPartKind.LIST and isinstance(value, list | tuple):
        for number, entry in enumerate(value, 1):
            if part.is_plain:
                yield from _lines(part.parts[0], entry, f"{label} {number}", language)
                continue
            for inner in part.parts:
                if isinstance(entry, Mapping) and inner.name in entry:
                    title = f"{label} {number}: {inner.title.to(language)}"
                    yield from _lines(inner, entry[inner.name], title, language)
    else:
        yield Line(label, _said(part, value, language))


def _said(part: FormPart, value: Any, language: str) -> str:
    if part.kind is FormPartKind.CHOICES and isinstance(value, list | tuple):
        return ", ".join(_choice(part, one, language) for one in value)
    if part.kind is FormPartKind.CHOICE:
        return _choice(part, value, language)
    if isinstance(value, bool):
        return say(N_("Yes") if value else N_("No"), language)
    if part.kind is FormPartKind.DATE:
        try:
            return format_date(date.fromisoformat(str(value)), language)
        except ValueError:
            return str(value)
    return _number(part, value, language) if isinstance(value, int | float) else written(part, value)


def _number(part: FormPart, value: float, language: str) -> str:
    if part.kind is FormPartKind.RUPIAH and isinstance(value, int) and value >= 0:
        return str(Rupiah(value))
    text, unit = written(part, value), part.unit
    return text if unit is None else f"{text} {unit.to(language)}"


def _choice(part: FormPart, value: Any, language: str) -> str:
    return next((one.label.to(language) for one in part.choices if one.value == value), str(value))

"""
What a portal posts to an office: JSON Schemas of it, and reading it with every problem at its field.

A schema is what a program checks beforehand; reading checks more (digits of a NIK, days that exist), and says it in
words that stand in the form.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, get_args, get_origin

import attrs
from cattrs.v import transform_error

from perizinan_core._converters import from_json
from perizinan_core.catalogue._extensions import with_format_hints
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.errors.services import PostedDataError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_, translate
from perizinan_core.model._applicant import LABELS, Applicant, Organisation, Person, Representative
from perizinan_core.model._case import CorrectionItem, StageOutcome
from perizinan_core.model._identifiers import Identifier
from perizinan_core.model._money import Rupiah
from perizinan_core.model._written import MAX_LINE, reasons_field
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext

__all__ = ["PostedDecision", "Schemas", "portal_schema"]

T = TypeVar("T")

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        **LABELS,
        "type": N_("Person or organisation"),
        "kind": N_("Kind of organisation"),
        "nik": N_("NIK (population number)"),
        "passport": N_("Passport number"),
        "birth_date": N_("Date of birth"),
        "address": N_("Address"),
        "phone": N_("Phone number"),
        "npwp": N_("NPWP (taxpayer number)"),
        "nib": N_("NIB (business number)"),
        "postal_code": N_("Postal code"),
        "region": N_("Region code"),
        "responsible": N_("Person who answers for the applicant"),
        "person": N_("Representative"),
        "outcome": N_("Outcome"),
        "reasons": N_("Reason"),
        "reason": N_("Reason"),
        "target": N_("What is to be corrected"),
    }
)
"""What people call the fields, by their names."""

_INNER = {"Representative": {"power_of_attorney", "mandate_name", "mandate_size"}}
"""Fields that the office fills in itself, by class."""

_MISSING = N_("{field}: please fill this in")
_UNKNOWN = N_("{field}: the form has no such field; leave it out")
_OTHER = N_("{field}: this is not filled in as expected; read the hint at the field and correct it")


@attrs.frozen(kw_only=True)
class PostedDecision:
    """How an officer judges a stage, as a portal posts it."""

    outcome: StageOutcome
    reasons: tuple[str, ...] = reasons_field()


_POSTED: Mapping[str, Any] = MappingProxyType(
    {
        "applicant": Applicant,
        "representative": Representative,
        "decision": PostedDecision,
        "correction_item": CorrectionItem,
    }
)
"""What is posted, by its name in the schema."""


@attrs.frozen
class _Said:
    """What an error says, in the language of the reader."""

    error: PerizinanError

    def to(self, language: str) -> str:
        """Return the sentence."""
        return self.error.message(language)


@checked
@attrs.frozen
class Schemas:
    """JSON Schemas of what a portal posts, and reading it."""

    _context: OfficeContext

    def portal(self) -> Mapping[str, Any]:
        """
        Return the JSON Schema (2020-12) of what every portal posts: see ``$defs``.

        ``docs/reference/portal.schema.json`` is the same.
        """
        return portal_schema()

    def form(self, permit_type: str) -> Mapping[str, Any]:
        """
        Return the JSON Schema of the form of a permit type, in the version in force today.

        Where a format is a plugin's, ``x-format-id`` and ``x-format-en`` beside it say what it wants.

        Raises:
            CatalogueError: there is no such permit type.
        """
        today = self._context.local_day(self._context.clock())
        return with_format_hints(self._context.catalogue.find(permit_type, on=today))

    def read_applicant(self, data: Any) -> Applicant:
        """
        Return the applicant that parsed JSON describes.

        Raises:
            PostedDataError: with every problem, at its field.
        """
        found: Applicant = _read("applicant", data, Applicant)
        return found

    def read_representative(self, data: Any) -> Representative:
        """Return the representative that parsed JSON describes; raises as `read_applicant`."""
        found: Representative = _read("representative", data, Representative)
        return found

    def read_decision(self, data: Any) -> PostedDecision:
        """Return how a stage is judged, for `Reviews.decide`; raises as `read_applicant`."""
        found: PostedDecision = _read("decision", data, PostedDecision)
        return found

    def read_correction(self, data: Any) -> tuple[CorrectionItem, ...]:
        """Return what a correction asks for, for `Reviews.request_correction`; raises as `read_applicant`."""
        found: tuple[CorrectionItem, ...] = _read("correction", data, tuple[CorrectionItem, ...])
        return found


def portal_schema() -> dict[str, Any]:
    """Return the schema of everything that a portal posts."""
    found: dict[str, Any] = {}
    for name, kind in _POSTED.items():
        found[name] = _schema(kind, found)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a portal posts to an office",
        "$defs": dict(sorted(found.items())),
    }


def _schema(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(kind)
    if origin in (typing.Union, UnionType):
        options = get_args(kind)
        kinds = [_schema(item, defs) for item in options if item is not type(None)]
        return {"anyOf": [*kinds, *([{"type": "null"}] if type(None) in options else [])]}
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(kind)[0], defs)}
    if attrs.has(kind) and not issubclass(kind, Identifier | Rupiah):
        name = kind.__name__.lower()
        if name not in defs:
            defs[name] = {}
            defs[name] = _object(kind, defs)
        return {"$ref": f"#/$defs/{name}"}
    return _plain(kind)


def _plain(kind: Any) -> dict[str, Any]:
    if issubclass(kind, Enum):
        return {"enum": [item.value for item in kind]}
    if issubclass(kind, Identifier):
        return {"type": "string", "minLength": 1, "maxLength": 40}
    if issubclass(kind, datetime):
        return {"type": "string", "format": "date-time"}
    if issubclass(kind, date):
        return {"type": "string", "format": "date"}
    names = {bool: "boolean", int: "integer", Rupiah: "integer"}
    return {"type": names[kind]} if kind in names else {"type": "string", "maxLength": MAX_LINE}


def _object(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    fields = [item for item in attrs.fields(attrs.resolve_types(kind)) if item.name not in _hidden(kind)]
    shown = {item.name: {**_titles(item.name), **_schema(item.type, defs)} for item in fields}
    needed = [item.name for item in fields if item.default is attrs.NOTHING]
    if kind in (Person, Organisation):
        shown = {"type": {**_titles("type"), "const": kind.__name__.lower()}, **shown}
        # Where only a person can stand, the mark of the union is left out.
        needed = [*needed] if kind is Person else ["type", *needed]
    return {
        "type": "object",
        "properties": shown,
        "required": needed,
        "additionalProperties": False,
    }


def _hidden(kind: Any) -> set[str]:
    return _INNER.get(kind.__name__, set())


def _titles(name: str) -> dict[str, str]:
    title = _TITLES.get(name, name)
    return {"title": translate(title, "id"), "x-title-en": title}


def _read(name: str, data: Any, kind: Any) -> Any:
    try:
        if isinstance(data, dict) and (hidden := _hidden(kind) if isinstance(kind, type) else set()):
            data = {key: value for key, value in data.items() if key not in hidden}
        return from_json(kind, data)
    except WireFormatError as error:
        raise PostedDataError(problems=tuple(_problems(name, error))) from error
    except PerizinanError as error:
        raise PostedDataError(problems=(_problem(name, "", error),)) from error


def _problems(name: str, error: WireFormatError) -> list[Problem]:
    cause = error.__cause__
    if not isinstance(cause, BaseException) or not hasattr(cause, "exceptions"):
        return [_problem(name, "", cause)]
    causes: list[BaseException] = []

    def numbered(one: BaseException, _kind: Any) -> str:
        causes.append(one)
        return str(len(causes) - 1)

    places = [
        text.rpartition(" @ $")[2].lstrip(".") for text in transform_error(cause, format_exception=numbered)
    ]
    return [_problem(name, place, one) for place, one in zip(places, causes, strict=True)]


def _problem(name: str, place: str, error: BaseException | None) -> Problem:
    path = f"{name}.{place}" if place else name
    last = place.rpartition(".")[2].partition("[")[0]
    label = _TITLES.get(last, last) or _TITLES.get(name, N_("Applicant"))
    if isinstance(error, PerizinanError):
        return Problem(path, error.code, "{problem}", {"problem": _Said(error)}, label=label)
    extra = getattr(error, "extra_fields", None)
    if extra is not None:
        known = sorted(str(item)[:40] for item in extra)
        return Problem(path, "unknown-field", _UNKNOWN, {"field": ", ".join(known)}, label=label)
    code, sentence = ("required", _MISSING) if isinstance(error, KeyError) else ("type", _OTHER)
    return Problem(path, code, sentence, {"field": label}, label=label)

"""What is different between two versions of a permit type, value by value, for people who compare them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core._converters import to_json
from perizinan_core.catalogue._assumed import TOPICS
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text

__all__ = ["Change", "Difference", "differences", "edition_of"]

_LEFT_OUT = frozenset({"code", "version", "scenarios", "extensions"})
"""What names a version, and what says nothing to people: examples, and functions of plugins."""

_KEYS = ("code", "citation", "name", "text")
"""By what entries of a list are told apart, the first that all of them have."""

_LONGEST = 400

_TOPICS: Mapping[str, Text] = {
    **TOPICS,
    "applicant_kinds": Text("siapa yang dapat memohon", "who may apply"),
    "application_kinds": Text("jenis permohonan", "kinds of application"),
    "archive_class": Text("kelas arsip", "archive class"),
    "complete": Text("kelengkapan katalog", "completeness of the catalogue"),
    "conditions": Text("syarat", "conditions"),
    "copies": Text("rangkap", "copies"),
    "exemptions": Text("pengecualian", "exemptions"),
    "form_schema": Text("formulir", "form"),
    "gaps": Text("yang belum diketahui", "what is not known yet"),
    "in_force": Text("masa berlaku versi", "days in force"),
    "kind": Text("jenis", "kind"),
    "name": Text("nama", "name"),
    "not_required_when": Text("kapan tidak diperlukan", "when it is not needed"),
    "number_code": Text("kode nomor", "code in numbers"),
    "owning_system": Text("sistem pemilik", "owning system"),
    "receipt_register": Text("register tanda terima", "register of receipts"),
    "register": Text("register nomor", "register of numbers"),
    "responsible_unit": Text("unit penanggung jawab", "responsible unit"),
    "sector": Text("sektor", "sector"),
    "signing_units": Text("unit penanda tangan", "signing units"),
    "source": Text("sumber", "source"),
    "subtypes": Text("ragam", "variants"),
    "summary": Text("ringkasan", "summary"),
}


class Change(StrEnum):
    """What became of a value."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@attrs.frozen(kw_only=True)
class Difference:
    """A value that is another one in the later version."""

    topic: Text
    """What kind of rule it is, e.g. requirements."""

    path: str
    """Way to it by codes and names of fields: ``requirements/ktp/max_bytes``."""

    change: Change
    _before: Any = attrs.field(alias="before", default=None)
    _after: Any = attrs.field(alias="after", default=None)

    def before(self, language: str) -> str:
        """Return the earlier value as people read it; empty where there was none."""
        return _words(self._before, language)

    def after(self, language: str) -> str:
        """Return the later value as people read it; empty where there is none any more."""
        return _words(self._after, language)


def differences(before: PermitType, after: PermitType) -> tuple[Difference, ...]:
    """Return what is different in the later version, in the order of the rules; examples are left out."""
    found: list[Difference] = []
    for field in attrs.fields(PermitType):
        if field.name not in _LEFT_OUT:
            one, other = (to_json(getattr(item, field.name)) for item in (before, after))
            topic = _TOPICS.get(field.name, Text(field.name, field.name))
            found += _between(topic, field.name, one, other)
    return tuple(found)


def edition_of(permit_type: PermitType) -> str:
    """Return a digest of the rules of a version; its days in force and its examples are not among them."""
    rules = {
        field.name: to_json(getattr(permit_type, field.name))
        for field in attrs.fields(PermitType)
        if field.name not in _LEFT_OUT | {"in_force"}
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _between(topic: Text, path: str, one: Any, other: Any) -> Iterator[Difference]:
    if one == other:
        return
    if _is_text(one) or _is_text(other):
        yield _difference(topic, path, one, other)
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            yield from _between(topic, f"{path}/{name}", one.get(name), other.get(name))
    elif isinstance(one, list) and isinstance(other, list) and (key := _key_of(one, other)) is not None:
        mine, theirs = ({str(item[key]): item for item in items} for items in (one, other))
        for name in dict.fromkeys((*mine, *theirs)):
            yield from _between(topic, f"{path}/{name}", mine.get(name), theirs.get(name))
        if [*mine] != [*theirs] and set(mine) == set(theirs):
            yield _difference(topic, f"{path}/…", [*mine], [*theirs])
    else:
        yield _difference(topic, path, one, other)


def _difference(topic: Text, path: str, one: Any, other: Any) -> Difference:
    change = Change.CHANGED
    if one in (None, [], {}, ""):
        change = Change.ADDED
    elif other in (None, [], {}, ""):
        change = Change.REMOVED
    return Difference(topic=topic, path=path, change=change, before=one, after=other)


def _key_of(*lists: list[Any]) -> str | None:
    """Return by what the entries are told apart; None: by nothing."""
    entries = [entry for items in lists for entry in items]
    if not entries or not all(isinstance(entry, Mapping) for entry in entries):
        return None
    for key in _KEYS:
        values = [[entry.get(key) for entry in items] for items in lists]
        if all(isinstance(one, str) for items in values for one in items) and all(
            len(set(items)) == len(items) for items in values
        ):
            return key
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and "id" in value and set(value) <= {"id", "en"}


def _words(value: Any, language: str) -> str:
    said = _said(value, language)
    return said if len(said) <= _LONGEST else said[:_LONGEST] + "…"


def _said(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return {"id": ("tidak", "ya")}.get(language, ("no", "yes"))[value]
    if _is_text(value):
        return str(value.get(language) or value["id"])
    if isinstance(value, Mapping):
        parts = ((name, _said(one, language)) for name, one in value.items())
        return "; ".join(f"{name}: {one}" for name, one in parts if one)
    if isinstance(value, list):
        return ", ".join(_said(one, language) for one in value)
    return str(value)

"""
Which assumed values a permit type and its letters rest on.

A value is what stands under one source. Where the source is marked ``assumed``, the office has to confirm the
value; a part with another source is a value of its own. Values are found by codes and compared by content, so
that a confirmation stays while neither changes, in whatever version of the catalogue they stand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._assumed import AUTHORITY, AssumedPart
from perizinan_core.model._authority import Authority, Delegation, NumberRegister
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import DateRange, Source, Text

__all__ = ["STILL_OFFERED", "TOPICS", "rests_on", "topics_of"]

STILL_OFFERED = "still_offered"
"""Path of the statement that the kind of permit is still a service of the office."""

_UNSAID = N_("No source says that this is still a service of the office.")

_NO_VALUES = frozenset(
    {"source", "version", "in_force", "complete", "gaps", "scenarios", "extensions", STILL_OFFERED}
)
"""Fields of a permit type that say when and whether it holds, and not what it is; examples are left out too."""

TOPICS: Mapping[str, Text] = MappingProxyType(
    {
        "addresses": Text("alamat", "address"),
        "archive_classes": Text("kelas arsip", "archive class"),
        "delegations": Text("penanda tangan", "signatory"),
        "fee": Text("biaya", "fee"),
        "legal_basis": Text("dasar hukum", "legal basis"),
        "letter": Text("isi surat", "text of the letter"),
        "letterhead": Text("kop surat", "letterhead"),
        "obligations": Text("kewajiban", "obligations"),
        "permit_type": Text("ketentuan umum", "general rules"),
        "prerequisites": Text("prasyarat", "prerequisites"),
        "registers": Text("penomoran", "numbering"),
        "renewal": Text("perpanjangan", "renewal"),
        "requirements": Text("persyaratan", "requirements"),
        "service_standard": Text("standar pelayanan", "service standard"),
        "stages": Text("langkah", "steps"),
        STILL_OFFERED: Text("jenis layanan", "kind of service"),
        "time_limit": Text("jangka waktu", "time limit"),
        "units": Text("nama instansi", "name of the office"),
        "validity": Text("masa berlaku", "validity"),
    }
)
"""Words for the first step of a path, as letters and lists show them."""


def rests_on(
    permit_type: PermitType, authority: Authority, day: date, *, delegation: Delegation | None = None
) -> tuple[AssumedPart, ...]:
    """
    Return every assumed value that the permit type, and a letter of ``day``, rest on, sorted.

    Of the permit type that is everything but its examples; of the authority: letterhead with the address of the
    day, names of the offices that the letter or its steps name, formats of the numbers that are taken,
    delegations for this type, and its archive class. Estimated holidays are not among them: they move deadlines,
    are replaced every year, and stand in no letter.

    Args:
        permit_type: The version that counts.
        authority: Whose it is.
        day: Local day of the application or of the letter.
        delegation: The one under which the letter is signed; None: all that cover the type on the day.
    """
    found: list[AssumedPart] = []
    _Walk(permit_type.code, permit_type.version, found).of_type(permit_type)
    walk = _Walk(AUTHORITY, "", found)
    for path, value in _of_authority(permit_type, authority, day, delegation):
        walk.value(value, path, None)
    return tuple(sorted(found, key=lambda part: (part.owner == AUTHORITY, part.path)))


def topics_of(parts: tuple[AssumedPart, ...], language: str) -> tuple[str, ...]:
    """Return in words what kinds of values ``parts`` are, each once, sorted."""
    return tuple(sorted({TOPICS[part.topic].to(language) for part in parts}))


def _of_authority(
    permit_type: PermitType, authority: Authority, day: date, delegation: Delegation | None
) -> Iterator[tuple[str, Any]]:
    head = authority.letterhead
    yield "letterhead", attrs.evolve(head, addresses=())
    yield from ((f"addresses/{_span(one.valid)}", one) for one in head.addresses if day in one.valid)
    yield from _registers(permit_type, authority, day)
    for code in sorted(_units(permit_type, authority)):
        name = authority.unit(code).name_on(day)
        yield f"units/{code}/{_span(name.valid)}", name
    signing = authority.delegations_for(permit_type.code, day) if delegation is None else (delegation,)
    yield from ((f"delegations/{one.code}", one) for one in signing)
    for archive_class in authority.archive_classes:
        if archive_class.code == permit_type.archive_class:
            yield f"archive_classes/{archive_class.code}", archive_class


def _registers(permit_type: PermitType, authority: Authority, day: date) -> Iterator[tuple[str, Any]]:
    used = {
        permit_type.register,
        permit_type.receipt_register or authority.receipt_register,
        *(stage.letter_register for stage in permit_type.stages),
    }
    for code in sorted(item for item in used if item is not None):
        register: NumberRegister = authority.register(code)
        number_format = register.format_on(day)
        if number_format is not None:
            yield f"registers/{code}/{_span(number_format.valid)}", number_format


def _units(permit_type: PermitType, authority: Authority) -> set[str]:
    units = {permit_type.responsible_unit, *(stage.unit for stage in permit_type.stages)}
    printed = permit_type.letter.letterhead_unit if permit_type.letter is not None else None
    units.add(printed or authority.letterhead.unit)
    return units & {unit.code for unit in authority.units}


@attrs.frozen
class _Walk:
    """Goes through values; those with an assumed source of their own are added to ``found``."""

    owner: str
    version: str
    found: list[AssumedPart]

    def of_type(self, permit_type: PermitType) -> None:
        """Add the assumed values of a permit type."""
        source = permit_type.source
        rest = {
            field.name: value
            for field in attrs.fields(PermitType)
            if field.name not in _NO_VALUES
            and not _empty(value := self.value(getattr(permit_type, field.name), field.name, source))
        }
        if source.assumed:
            self._add("permit_type", source.note or source.citation, rest)
        offered = permit_type.still_offered
        if offered is None:
            self._add(
                STILL_OFFERED, _UNSAID, {"code": permit_type.code, "unit": permit_type.responsible_unit}
            )
        else:
            self.value(offered, STILL_OFFERED, None)

    def value(self, value: Any, path: str, above: Source | None) -> Any:
        """Return ``value`` as data of the value above it; None where it has a source of its own."""
        if isinstance(value, Source):
            if value.assumed:
                said = (value.citation, value.kind, value.number, value.year, value.gazette)
                self._add(path, value.note or "", [str(item) for item in said if item is not None])
            return None
        if not attrs.has(type(value)):
            return self._plain(value, path, above)
        own: Source | None = getattr(value, "source", None)
        data = {
            field.name: found
            for field in attrs.fields(type(value))
            if field.name != "source"
            and not _empty(
                found := self.value(getattr(value, field.name), f"{path}/{field.name}", own or above)
            )
        }
        if own is None or own == above:
            return data
        if own.assumed:
            self._add(path, own.note or "", data)
        return None

    def _plain(self, value: Any, path: str, above: Source | None) -> Any:
        if isinstance(value, Mapping):
            found = {str(key): self.value(item, f"{path}/{key}", above) for key, item in value.items()}
            return {key: item for key, item in found.items() if not _empty(item)}
        if isinstance(value, tuple | list):
            found_items = [
                self.value(item, f"{path}/{_key(item, index)}", above) for index, item in enumerate(value)
            ]
            return [item for item in found_items if not _empty(item)]
        if isinstance(value, frozenset):
            return sorted(str(getattr(item, "value", item)) for item in value)
        if isinstance(value, Enum):
            return value.value
        return value if value is None or isinstance(value, bool | int | str) else str(value)

    def _add(self, path: str, note: str, value: Any) -> None:
        written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        self.found.append(
            AssumedPart(
                owner=self.owner,
                version=self.version,
                path=path,
                note=note,
                value=value,
                digest=hashlib.sha256(written.encode()).hexdigest(),
            )
        )


def _key(item: Any, index: int) -> str:
    """Return how a path names an entry of a list: by its code, its span of days, or its place."""
    code = getattr(item, "code", None)
    if isinstance(code, str):
        return code
    valid = getattr(item, "valid", None)
    return _span(valid) if isinstance(valid, DateRange) else str(index)


def _span(valid: DateRange) -> str:
    return f"{valid.start or ''}..{valid.end or ''}"


def _empty(value: Any) -> bool:
    """Return True for what says nothing: fields that a later model adds must not change a value."""
    return value is None or value is False or value in ("", [], {})

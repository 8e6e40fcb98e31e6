"""Laws and regulations among sources: their kind, number and year, and the order in which letters name them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self

import attrs

from perizinan_core.model._text import InstrumentKind, Source

__all__ = ["LegalInstrument", "in_legal_order"]


_KINDS: tuple[tuple[str, InstrumentKind], ...] = (
    (r"(?:undang[- ]undang dasar|uud)\b", InstrumentKind.CONSTITUTION),
    (r"(?:peraturan pemerintah pengganti undang[- ]undang|perppu|perpu)\b", InstrumentKind.LAW),
    (r"(?:undang[- ]undang|uu)\b", InstrumentKind.LAW),
    (r"(?:peraturan pemerintah|pp)\b", InstrumentKind.GOVERNMENT_REGULATION),
    (r"(?:peraturan presiden|perpres)\b", InstrumentKind.PRESIDENTIAL_REGULATION),
    (r"(?:peraturan daerah provinsi|perda provinsi)\b", InstrumentKind.PROVINCIAL_REGULATION),
    (r"(?:peraturan gubernur|pergub)\b", InstrumentKind.GOVERNOR_REGULATION),
    (r"(?:peraturan daerah|perda)\b", InstrumentKind.LOCAL_REGULATION),
    (r"(?:peraturan (?:wali ?kota|bupati)|perwali|perwal|perbup)\b", InstrumentKind.MAYOR_REGULATION),
    (
        r"(?:peraturan (?:menteri|badan|kepala badan|lembaga|komisi)|permen\w*)\b",
        InstrumentKind.MINISTERIAL_REGULATION,
    ),
    (r"(?:keputusan|kepmen\w*|keppres|kepwal\w*)\b", InstrumentKind.DECREE),
    (r"(?:surat edaran|edaran)\b", InstrumentKind.CIRCULAR),
)
_BEGINNINGS = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _KINDS)

_LONG = re.compile(r"\bNomor\s+(?P<number>[\w./-]+?)\s+Tahun\s+(?P<year>\d{4})\b", re.IGNORECASE)
_SHORT = re.compile(r"(?<![\w/])(?P<number>[\w.-]+(?:/[\w.-]+)*?)/(?P<year>\d{4})(?![\w/])")


@attrs.frozen(kw_only=True)
class LegalInstrument:
    """A law or regulation as letters and verifiers name it."""

    kind: InstrumentKind
    number: str
    """As printed, e.g. ``"30"`` or ``"440/0050/410.109"``."""

    year: int

    @classmethod
    def of(cls, source: Source) -> Self | None:
        """
        Return the instrument that a source names first, or None when it is not a legal instrument.

        What the source states itself (``kind``, ``number``, ``year``) comes before what its citation says:
        ``Undang-Undang Nomor 30 Tahun 2014 tentang …`` and ``UU 30/2014 pasal 53`` are both understood.
        """
        kind, number, year = _stated(source)
        if kind is None or number is None or year is None:
            return None
        return cls(kind=kind, number=number, year=year)


def _stated(source: Source) -> tuple[InstrumentKind | None, str | None, int | None]:
    kind = source.kind or _kind_of(source.citation)
    found = _LONG.search(source.citation) or _SHORT.search(source.citation)
    number = source.number or (found["number"] if found else None)
    year = source.year or (int(found["year"]) if found else None)
    return kind, number, year


def _kind_of(citation: str) -> InstrumentKind | None:
    text = citation.strip()
    return next((kind for pattern, kind in _BEGINNINGS if pattern.match(text)), None)


def in_legal_order(sources: Iterable[Source]) -> tuple[Source, ...]:
    """
    Return sources by rank, then year, then number (UU 12/2011, annex II on the legal bases of a text).

    What is not a legal instrument stands last, in the order in which it was written.
    """
    return tuple(sorted(sources, key=_place))


def _place(source: Source) -> tuple[int, int, int, str]:
    instrument = LegalInstrument.of(source)
    if instrument is None:
        return len(InstrumentKind), 0, 0, ""
    leading = re.match(r"\d+", instrument.number)
    return instrument.kind.rank, instrument.year, int(leading[0]) if leading else 0, instrument.number

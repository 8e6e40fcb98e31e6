"""Numbers of letters: written from a register's format, and read back."""

from __future__ import annotations

import re
from datetime import date

import attrs

from perizinan_core.errors.catalogue import CatalogueError, Phrase
from perizinan_core.errors.model import InvalidRomanNumeralError, quoted
from perizinan_core.i18n import N_
from perizinan_core.model._authority import Authority
from perizinan_core.model._numerals import parse_roman, roman
from perizinan_core.model._permit_type import PermitType

__all__ = ["NumberParts", "format_faults", "format_number", "parse_number", "register_number"]

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[a-z_]*)(?::(?P<format>[^{}]*))?\}|(?P<brace>[{}])|[^{}]+")
_WIDTH = re.compile(r"0(?P<width>[1-9])\Z")
_NAMES = ("sequence", "year", "month", "month_roman", "unit", "class", "permit")


@attrs.frozen
class NumberParts:
    """What a number says."""

    sequence: int
    year: int | None = None
    month: int | None = None


@attrs.frozen
class _Piece:
    """Literal text, or a placeholder."""

    text: str = ""
    name: str = ""
    width: int = 0


def _pieces(template: str) -> list[_Piece | Phrase]:
    found: list[_Piece | Phrase] = []
    for match in _PIECE.finditer(template):
        name, width = match["name"], _WIDTH.match(match["format"] or "")
        if match["brace"]:
            found.append(Phrase(N_("a brace stands alone (write it twice to print one)")))
        elif name is None:
            found.append(_Piece({"{{": "{", "}}": "}"}.get(match[0], match[0])))
        elif name not in _NAMES:
            known = ", ".join(f"{{{item}}}" for item in _NAMES)
            found.append(
                Phrase(
                    N_("the placeholder {name} is not known; known are {known}"),
                    {"name": match[0], "known": known},
                )
            )
        elif match["format"] is not None and (width is None or name != "sequence"):
            found.append(
                Phrase(
                    N_("only {name} has a width, such as {example}"),
                    {"name": "{sequence}", "example": "{sequence:04}"},
                )
            )
        else:
            found.append(_Piece(name=name, width=int(width["width"]) if width else 0))
    return found


def format_faults(template: str) -> tuple[Phrase, ...]:
    """Return what keeps a template from being used; nothing when it is right."""
    pieces = _pieces(template)
    faults = [piece for piece in pieces if isinstance(piece, Phrase)]
    count = sum(1 for piece in pieces if isinstance(piece, _Piece) and piece.name == "sequence")
    if count != 1:
        faults.append(
            Phrase(
                N_("expected {name} once, but it stands there {count} times"),
                {"name": "{sequence}", "count": count},
            )
        )
    if len(template) > 200 or any(ord(character) < 32 for character in template):
        faults.append(Phrase(N_("expected one line of at most 200 characters")))
    return tuple(faults)


def _sound(template: str) -> list[_Piece]:
    faults = format_faults(template)
    if faults:
        raise ValueError(f"number format {template!r}: {faults[0]}")
    return [piece for piece in _pieces(template) if isinstance(piece, _Piece)]


def format_number(
    template: str, *, sequence: int, day: date, unit: str = "", archive_class: str = "", permit: str = ""
) -> str:
    """
    Return the number that a format writes.

    Args:
        template: `NumberFormat.template`.
        sequence: The number in the register, from 1.
        day: Local day of the letter.
        unit: The unit's code in numbers.
        archive_class: The register's archive class.
        permit: The permit type's code in numbers.

    Raises:
        ValueError: for a template that `format_faults` refuses, or a sequence below 1.
    """
    if sequence < 1:
        raise ValueError("a sequence starts at 1")
    values = {
        "year": f"{day.year:04}",
        "month": f"{day.month:02}",
        "month_roman": roman(day.month),
        "unit": unit,
        "class": archive_class,
        "permit": permit,
    }
    return "".join(
        f"{sequence:0{piece.width}}" if piece.name == "sequence" else values.get(piece.name, piece.text)
        for piece in _sound(template)
    )


def register_number(
    authority: Authority, register: str, *, sequence: int, day: date, permit_type: PermitType | None = None
) -> str:
    """
    Return a number of a register in the format of the day.

    Raises:
        KeyError: when the authority has no such register.
        CatalogueError: ``number-format-missing``: when no format is in force on the day.
    """
    book = authority.register(register)
    found = book.format_on(day)
    if found is None:
        raise CatalogueError("number-format-missing", register=register, day=day)
    return format_number(
        found.template,
        sequence=sequence,
        day=day,
        unit=authority.unit(book.unit).number_code,
        archive_class=book.archive_class,
        permit=permit_type.number_code if permit_type else "",
    )


_PATTERNS = {"year": "[0-9]{4}", "month": "0[1-9]|1[0-2]", "month_roman": "[IVX]{1,4}"}


def parse_number(
    template: str, text: str, *, unit: str = "", archive_class: str = "", permit: str = ""
) -> NumberParts:
    """
    Return the parts of a number that a format wrote.

    Args:
        template: `NumberFormat.template`.
        text: The number as printed.
        unit: As for `format_number`.
        archive_class: As for `format_number`.
        permit: As for `format_number`.

    Raises:
        CatalogueError: ``number-text``: for text that this format never writes.
        ValueError: for a template that `format_faults` refuses.
    """
    fixed = {"unit": unit, "class": archive_class, "permit": permit}
    pattern, seen = "", set()
    for piece in _sound(template):
        if piece.name == "":
            pattern += re.escape(piece.text)
        elif piece.name in fixed:
            pattern += re.escape(fixed[piece.name])
        elif piece.name in seen:
            pattern += f"(?P={piece.name})"
        else:
            seen.add(piece.name)
            pattern += f"(?P<{piece.name}>{_PATTERNS.get(piece.name) or _sequence_pattern(piece.width)})"
    match = re.fullmatch(pattern, text) if len(text) <= 300 else None
    if match is None:
        raise CatalogueError("number-text", template=template, received=quoted(text).strip("'"))
    parts = match.groupdict()
    month = parts.get("month")
    if parts.get("month_roman"):
        try:
            spelled = parse_roman(parts["month_roman"])
        except InvalidRomanNumeralError as error:
            raise CatalogueError("number-text", template=template, received=text) from error
        if spelled > 12 or (month is not None and int(month) != spelled):
            raise CatalogueError("number-text", template=template, received=text)
        month = str(spelled)
    return NumberParts(
        sequence=int(parts["sequence"]),
        year=int(parts["year"]) if parts.get("year") else None,
        month=int(month) if month else None,
    )


def _sequence_pattern(width: int) -> str:
    # Zeros in front only as far as the format pads; and no longer than any register will ever get.
    if width <= 1:
        return "[1-9][0-9]{0,17}"
    return f"(?!0+(?![0-9]))(?:[0-9]{{{width}}}|[1-9][0-9]{{{width},17}})"

"""
What plugins add to the language of catalogues: functions for rules, and formats for fields of forms.

They are pure: what they say depends on what they are given and on their edition, and on nothing else. Names are written
with the name of the set in front, ``parcels.zone_fee(…)``, so that none can stand in the place of one of ours.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

import attrs

from perizinan_core.model._text import Text

__all__ = [
    "ExpressionFunction",
    "ExpressionsEntry",
    "Extensions",
    "FormFormat",
    "Offered",
    "UsedExtension",
]

ValueType = Literal["text", "number", "date", "bool"]

VALUE_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"text": (str,), "number": (int, Fraction), "date": (date,), "bool": (bool,)}
)
"""What functions take and give. Numbers are exact: a ``float`` is not one."""

RESERVED = frozenset(
    {
        *("applicant", "application", "form", "item", "item_number", "previous", "today"),
        *("issued_on", "valid_from", "valid_until", "has_end"),
        *(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "false",
            "for",
            "function",
            "if",
            "import",
            "in",
            "let",
        ),
        *("loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
        *("all", "exists", "exists_one", "filter", "has", "map", "size"),
        *("cel", "lists", "math", "optional", "sets", "strings"),
    }
)
"""Names of the language itself, which no set and no function may have."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_MOST_ARGUMENTS = 8


def _name(owner: object, field: attrs.Attribute[str], name: object) -> None:
    del owner
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{field.name}: expected small letters, digits and _, not {name!r}")
    if name in RESERVED or keyword.iskeyword(name):
        raise ValueError(
            f"{field.name}: {name} is a word of the language of expressions; choose another name"
        )


def _types(owner: object, field: attrs.Attribute[tuple[str, ...]], kinds: tuple[str, ...]) -> None:
    del owner
    wrong = [kind for kind in kinds if kind not in VALUE_TYPES]
    if wrong or len(kinds) > _MOST_ARGUMENTS:
        known = ", ".join(VALUE_TYPES)
        raise ValueError(f"{field.name}: expected at most {_MOST_ARGUMENTS} of {known}, not {wrong or kinds}")


def _as_tuple(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(items)


def _both_languages(owner: object, field: attrs.Attribute[Text], text: object) -> None:
    del owner
    if not isinstance(text, Text) or not text.en:
        raise ValueError(f"{field.name}: expected a Text in both languages")


@attrs.frozen(kw_only=True)
class ExpressionFunction:
    """A function that conditions, fees, validity and letters may call: ``SET.NAME(…)``."""

    name: str = attrs.field(validator=_name)
    arguments: tuple[ValueType, ...] = attrs.field(converter=_as_tuple, validator=_types)
    """Types of what it is given, in order: ``text``, ``number``, ``date``, ``bool``."""

    result: ValueType = attrs.field(validator=attrs.validators.in_(VALUE_TYPES))
    compute: Callable[..., Any] = attrs.field(validator=attrs.validators.is_callable())
    """
    Called by position, with ``str``, ``fractions.Fraction``, ``datetime.date`` and ``bool``; a number that it gives is
    an ``int`` or a ``Fraction``. Pure: neither clock, nor file, nor network, nor settings.
    """


@attrs.frozen(kw_only=True)
class FormFormat:
    """A format of texts in forms: ``format: SET.NAME``."""

    name: str = attrs.field(validator=_name)
    check: Callable[[str], bool] = attrs.field(validator=attrs.validators.is_callable())
    """Says whether a text has the format. Pure."""

    expected: Text = attrs.field(validator=_both_languages)
    """What applicants read behind the field's name, in both languages: "expected 18 digits, as on the tax letter"."""


@attrs.frozen(kw_only=True)
class ExpressionsEntry:
    """
    A set of functions and formats for catalogues; there is nothing to open, and it has no settings.

    What a case was submitted under keeps name and edition: give another edition whenever an answer changes. Where old
    cases have to be finished with the old answers, offer the new ones under another name beside them.
    """

    name: str = attrs.field(validator=_name)
    """Stands in front of each function and format."""

    edition: str = attrs.field(validator=attrs.validators.matches_re(_EDITION))
    functions: tuple[ExpressionFunction, ...] = attrs.field(default=(), converter=_as_tuple)
    formats: tuple[FormFormat, ...] = attrs.field(default=(), converter=_as_tuple)

    def __attrs_post_init__(self) -> None:
        """Refuse two of one name."""
        for what in (self.functions, self.formats):
            names = [item.name for item in what]
            if len(set(names)) < len(names):
                raise ValueError(f"{self.name}: a name stands there twice: {', '.join(sorted(names))}")


@attrs.frozen(kw_only=True)
class UsedExtension:
    """A set of functions and formats that a permit type uses; a submission keeps it."""

    name: str
    edition: str

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"


@attrs.frozen(kw_only=True)
class Offered:
    """A set, and the plugin that offers it."""

    plugin: str
    entry: ExpressionsEntry

    @property
    def used(self) -> UsedExtension:
        """What a case keeps of it."""
        return UsedExtension(name=self.entry.name, edition=self.entry.edition)


@attrs.frozen
class Extensions:
    """
    The sets that a permit type may use.

    They hold code, and do not go into another process: there, a rule that needs them has no value.
    """

    offered: tuple[Offered, ...] = ()
    absent: Mapping[str, str] = attrs.field(factory=dict)
    """Sets that are not to be had, by name: the plugin that would offer it and is not loaded."""

    @property
    def used(self) -> tuple[UsedExtension, ...]:
        """Name and edition of each, in order of name."""
        return tuple(sorted((item.used for item in self.offered), key=lambda item: item.name))

    def functions(self) -> Iterator[tuple[str, Offered, ExpressionFunction]]:
        """Yield each function with its name as rules write it."""
        for item in self.offered:
            for function in item.entry.functions:
                yield f"{item.entry.name}.{function.name}", item, function

    def formats(self) -> Iterator[tuple[str, Offered, FormFormat]]:
        """Yield each format with its name as forms write it."""
        for item in self.offered:
            for found in item.entry.formats:
                yield f"{item.entry.name}.{found.name}", item, found

    def only(self, names: Iterable[str]) -> Extensions:
        """Return those of some names."""
        wanted = frozenset(names)
        return attrs.evolve(self, offered=tuple(item for item in self.offered if item.entry.name in wanted))

    def plugin_of(self, name: str) -> str | None:
        """Return the plugin that offers a set, or would; None: no plugin is known to."""
        offering = (item.plugin for item in self.offered if item.entry.name == name)
        return next(offering, self.absent.get(name))

    def __reduce__(self) -> tuple[type[Extensions], tuple[()]]:
        """Leave the code behind."""
        return Extensions, ()

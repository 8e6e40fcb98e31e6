"""
What callers hand in: a value of another kind than a use case takes is our error, before anything is done.

Hosts pass on what a browser sent, so any JSON value may stand where an applicant, a form or an id belongs.
`checked` looks at the types that a use case declares; nothing has to be written a second time.
"""

from __future__ import annotations

import functools
import inspect
import math
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import TextRefusedError, character_name, quoted
from perizinan_core.errors.services import ArgumentError
from perizinan_core.i18n import N_, Clause
from perizinan_core.model._characters import refused_characters
from perizinan_core.services._naming import name_places

__all__ = ["check_value", "check_values", "checked"]

C = TypeVar("C")

_LONGEST = 20_000
"""Most characters of a text that is an argument."""

_AS_TYPED = frozenset({"text"})
"""Arguments that are compared and never kept; marks that messengers put around copied numbers are ignored."""

_COUNTS = frozenset({"limit"})
"""Arguments that say how many are wanted: at least one."""

_YEARS = (1800, 2500)
"""Days and moments outside are a slip, or an attempt to break sums of days."""

_LABELS: Mapping[str, str] = {
    "reason": N_("Reason"),
    "reasons": N_("Reason"),
    "legal_basis": N_("Legal basis"),
    "name": N_("Name"),
}
"""What people call the arguments that they fill in."""

_FILE_NAME = "file_name"
"""An argument that may hold anything: the use case makes a name of it that can be kept."""

_OR = N_("{one} or {other}")
_COUNTED = N_("a list of {count}")
_TOO_LONG = N_("a text of at most {most} characters")
_LENGTH = N_("{count} characters")
_UP_TO = N_("a whole number up to {most}")
_CHOICE = N_("{kind}, one of: {choices}")
_ONE_OF = N_("one of: {choices}")
_WITHIN = N_("a day from {first} to {last}")

_WORDS: Mapping[Any, str] = {
    type(None): N_("nothing"),
    str: N_("a text"),
    int: N_("a whole number"),
    float: N_("a number"),
    bool: N_("yes or no"),
    bytes: N_("bytes"),
    date: N_("a day"),
    datetime: N_("a moment with its time zone"),
    typing.BinaryIO: N_("a binary stream"),
    Mapping: N_("fields with names"),
    dict: N_("fields with names"),
    list: N_("a list"),
    tuple: N_("a list"),
    set: N_("a list"),
    frozenset: N_("a list"),
}

_NAIVE = "naive datetime"

_EXACT = 2**53 - 1
"""Largest whole number that canonical JSON can hold and every database can store."""


def checked(cls: type[C]) -> type[C]:
    """Let every public method of a class refuse arguments of another kind with `ArgumentError`."""
    for name, method in list(vars(cls).items()):
        if inspect.isfunction(method) and not name.startswith("_"):
            setattr(cls, name, _checking(method))
    return cls


def check_value(name: str, value: Any, kind: Any) -> None:
    """
    Pass when ``value`` is of the declared ``kind``, with everything inside it.

    Args:
        name: What errors call it.
        value: What was handed in; may be anything.
        kind: A type as annotations write it.

    Raises:
        ArgumentError: for another kind, a moment without time zone, a number that is not finite, or a count
            below one.
        TextRefusedError: for a text with a character that no one sees.
    """
    if kind is Any or isinstance(kind, TypeVar) or getattr(kind, "_is_protocol", False):
        return
    origin = get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        _check_union(name, value, get_args(kind))
    elif origin is not None:
        _check_generic(name, value, kind, origin)
    elif kind is type(None):
        _require(value is None, name, N_("nothing"), value)
    elif name == _FILE_NAME:
        _file_name(name, value)
    elif kind in _PLAIN:
        _PLAIN[kind](name, value)
    elif kind is typing.BinaryIO:
        _require(callable(getattr(value, "read", None)), name, N_("a binary stream"), value)
    elif isinstance(kind, type):
        _require(isinstance(value, kind), name, _name_of(kind), value)
        if attrs.has(kind):
            _check_fields(name, value)


def check_values(function: Any, given: Mapping[str, Any]) -> None:
    """
    Pass when all arguments are of the kinds that a function declares; for those that `checked` does not reach.

    Args:
        function: With annotations.
        given: ``locals()`` at its first line.

    Raises:
        ArgumentError: as `check_value`.
    """
    kinds = _kinds(getattr(function, "__func__", function))
    for name, kind in kinds.items():
        check_value(name, given[name], kind)


def _checking(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        kinds = _kinds(method)
        given = signature.bind(*args, **kwargs).arguments
        for name, value in given.items():
            if name in kinds:
                check_value(name, value, kinds[name])
        try:
            return method(*args, **kwargs)
        except PerizinanError as error:
            context = getattr(args[0], "_context", None)
            if context is not None:
                name_places(context, error, given)
            raise

    return run


@functools.cache
def _kinds(owner: Any) -> Mapping[str, Any]:
    return {name: kind for name, kind in typing.get_type_hints(owner).items() if name != "return"}


def _check_fields(name: str, value: Any) -> None:
    kinds = _kinds(cast("Any", type(value)))
    for field in attrs.fields(type(value)):
        if field.name in kinds:
            check_value(f"{name}.{field.name}", getattr(value, field.name), kinds[field.name])


def _check_union(name: str, value: Any, options: tuple[Any, ...]) -> None:
    refused: ArgumentError | None = None
    for option in options:
        try:
            check_value(name, value, option)
        except ArgumentError as error:
            # What goes wrong with a value of the right kind says more than the list of kinds.
            kind = type(value).__name__
            refused = error if (error.argument, error.received) != (name, kind) else refused
        else:
            return
    raise refused or ArgumentError(name, _one_of(options), type(value).__name__)


def _check_generic(name: str, value: Any, kind: Any, origin: Any) -> None:
    inner = get_args(kind)
    if origin is typing.Literal:
        choices = ", ".join(map(str, inner))
        _require(
            any(value is one or value == one for one in inner), name, Clause(_ONE_OF, choices=choices), value
        )
        return
    if origin is Callable:
        # To call a class makes something: it is not meant where nothing is to be returned.
        makes = isinstance(value, type) and inner[-1:] in ((None,), (type(None),))
        _require(callable(value) and not makes, name, N_("something that can be called"), value)
        return
    if issubclass(origin, Mapping):
        _require(isinstance(value, Mapping), name, N_("fields with names"), value)
        return
    if not issubclass(origin, Collection):
        return
    allowed = (set, frozenset) if issubclass(origin, frozenset) else (list, tuple, set, frozenset)
    _require(isinstance(value, allowed), name, N_("a list"), value)
    if origin is tuple and inner[-1] is not Ellipsis:
        _require(len(value) == len(inner), name, Clause(_COUNTED, count=len(inner)), value)
        each = inner
    else:
        each = (inner[0],) * len(value)
    for index, (item, item_kind) in enumerate(zip(value, each, strict=True)):
        check_value(f"{name}[{index}]", item, item_kind)


def _text(name: str, value: Any) -> None:
    _require(isinstance(value, str), name, N_("a text"), value)
    if len(value) > _LONGEST:
        raise ArgumentError(name, Clause(_TOO_LONG, most=_LONGEST), Clause(_LENGTH, count=len(value)))
    if name in _AS_TYPED:
        whole = "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
        _require(whole, name, N_("a text without control characters"), value)
        return
    for index, char, fault in refused_characters(value):
        label = _LABELS.get(name.partition("[")[0], name)
        raise TextRefusedError(
            label, fault.value, character=character_name(char), position=index + 1, path=name
        )


def _file_name(name: str, value: Any) -> None:
    _require(isinstance(value, str), name, N_("a text"), value)


def _whole_number(name: str, value: Any) -> None:
    _require(isinstance(value, int) and not isinstance(value, bool), name, N_("a whole number"), value)
    if abs(value) > _EXACT:
        raise ArgumentError(name, Clause(_UP_TO, most=_EXACT), N_("a larger number"))
    if value < 1 and name in _COUNTS:
        raise ArgumentError(name, N_("a whole number from 1"), quoted(value))


def _number(name: str, value: Any) -> None:
    _require(isinstance(value, int | float) and not isinstance(value, bool), name, N_("a number"), value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ArgumentError(name, N_("a number"), quoted(value))


def _moment(name: str, value: Any) -> None:
    _require(isinstance(value, datetime), name, N_("a moment with its time zone"), value)
    if value.tzinfo is None or value.utcoffset() is None:
        raise ArgumentError(name, N_("a moment with its time zone"), _NAIVE)
    _within(name, value)


def _day(name: str, value: Any) -> None:
    _require(isinstance(value, date) and not isinstance(value, datetime), name, N_("a day"), value)
    _within(name, value)


def _within(name: str, value: date) -> None:
    first, last = _YEARS
    if not first <= value.year <= last:
        expected = Clause(_WITHIN, first=date(first, 1, 1).isoformat(), last=date(last, 12, 31).isoformat())
        raise ArgumentError(name, expected, value.isoformat())


def _truth(name: str, value: Any) -> None:
    _require(isinstance(value, bool), name, N_("yes or no"), value)


_PLAIN: Mapping[Any, Callable[[str, Any], None]] = {
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _truth,
    datetime: _moment,
    date: _day,
}


def _require(fits: bool, name: str, expected: str, value: Any) -> None:  # noqa: FBT001 - the condition itself
    if not fits:
        raise ArgumentError(name, expected, type(value).__name__)


def _one_of(options: Iterable[Any]) -> str:
    return functools.reduce(lambda one, other: Clause(_OR, one=one, other=other), map(_name_of, options))


def _name_of(kind: Any) -> str:
    """Return what people call a kind; one of ours has the name that the reference gives it."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Clause(_CHOICE, kind=kind.__name__, choices=", ".join(str(item.value) for item in kind))
    word = _WORDS.get(get_origin(kind) or kind)
    return Clause(word) if word is not None else str(getattr(kind, "__name__", kind))

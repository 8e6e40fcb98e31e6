"""
What callers hand in: a value of another kind than a use case takes is our error, before anything is done.

Hosts pass on what a browser sent, so any JSON value may stand where an applicant, a form or an id belongs.
`checked` looks at the types that a use case declares; nothing has to be written a second time.
"""

from __future__ import annotations

import functools
import inspect
import io
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
from perizinan_core.errors.workflow import ClockOrderError
from perizinan_core.i18n import N_, Clause
from perizinan_core.model._characters import refused_characters
from perizinan_core.services._naming import name_places
from perizinan_core.workflow._transition import SKEW

__all__ = ["check_value", "check_values", "checked"]

C = TypeVar("C")

_LONGEST = 20_000
"""Most characters of a text that is an argument."""

_TURNS = 50
"""How often others may be faster, one after the other."""

_YEARS = (1800, 2500)
"""Days and moments outside are a slip, or an attempt to break sums of days."""

_LABELS: Mapping[str, str] = {
    "reason": N_("Reason"),
    "reasons": N_("Reason"),
    "legal_basis": N_("Legal basis"),
    "name": N_("Name"),
}
"""What people call the arguments that they fill in."""

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
    _check_of(kind, name)(value, name)


def check_values(function: Any, given: Mapping[str, Any]) -> None:
    """
    Pass when all arguments are of the kinds that a function declares; for those that `checked` does not reach.

    Args:
        function: With annotations.
        given: ``locals()`` at its first line.

    Raises:
        ArgumentError: as `check_value`.
    """
    for name, check in _checks(getattr(function, "__func__", function)).items():
        check(given[name], name)


def _checking(method: Callable[..., Any]) -> Callable[..., Any]:
    names = tuple(inspect.signature(method).parameters)

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        # Whether they are too many, or missing, the call itself says.
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        checks = _checks(method)
        for name, value in given.items():
            if name in checks:
                checks[name](value, name)
        try:
            return _in_order(method, args, kwargs, given) if "now" in names else method(*args, **kwargs)
        except PerizinanError as error:
            context = getattr(args[0], "_context", None)
            if context is not None:
                name_places(context, error, given)
            raise

    return run


def _in_order(
    method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], given: Mapping[str, Any]
) -> Any:
    """
    Call a use case; where others were faster after it had asked the clock, call it again at the moment of theirs.

    Two at one case wait for each other, in threads, processes and on machines whose clocks differ a little. Who waited
    has an earlier moment than what the case holds then, and must not be told that the clock is wrong: nothing was
    written, and it is done as if it had been asked for a moment later.
    """
    if given.get("now") is not None:
        return method(*args, **kwargs)
    streams = [item for item in given.values() if callable(getattr(item, "read", None))]
    places = [item.tell() for item in streams if isinstance(item, io.IOBase) and item.seekable()]
    for _ in range(_TURNS):
        try:
            return method(*args, **kwargs)
        except ClockOrderError as error:
            # What was read and cannot be read again cannot be handed in again.
            if error.last - error.now > SKEW or len(places) < len(streams):
                raise
            kwargs = {**kwargs, "now": error.last}
        for stream, place in zip(streams, places, strict=True):
            stream.seek(place)
    return method(*args, **kwargs)


Place = str | tuple["Place", str]
"""Where a value stands: the argument's name, or a part of what stands at another place."""

Check = Callable[[Any, Place], None]
"""Passes a value at a place, or raises; made once for each kind, because every call of a use case runs some."""


def _named(place: Place) -> str:
    return place if isinstance(place, str) else _named(place[0]) + place[1]


@functools.cache
def _checks(function: Any) -> Mapping[str, Check]:
    """Return the check of each argument."""
    return {name: _check_of(kind, name) for name, kind in _kinds(function).items()}


@functools.cache
def _kinds(owner: Any) -> Mapping[str, Any]:
    return {name: kind for name, kind in typing.get_type_hints(owner).items() if name != "return"}


@functools.cache
def _check_of(kind: Any, name: str = "") -> Check:
    """
    Return the check of a kind.

    Args:
        kind: A type as annotations write it.
        name: Of the argument; "": it stands inside another value.
    """
    origin = get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(get_args(kind), name)
    if origin is not None:
        return _generic(get_args(kind), origin)
    known = _BY_NAME.get((name, kind)) or _PLAIN.get(kind)
    if known is not None:
        return known
    return _instance(kind) if isinstance(_class_of(kind), type) else _anything


def _instance(kind: type[Any]) -> Check:
    called = _name_of(kind)
    if not attrs.has(kind):

        def check(value: Any, place: Place) -> None:
            if not isinstance(value, kind):
                raise _other(place, called, value)

        return check

    def check_whole(value: Any, place: Place) -> None:
        if not isinstance(value, kind):
            raise _other(place, called, value)
        for field, part, check in _fields(type(value)):
            check(getattr(value, field), (place, part))

    return check_whole


@functools.cache
def _fields(kind: type[Any]) -> tuple[tuple[str, str, Check], ...]:
    """Return name, place and check of each field that has something to be checked."""
    kinds = _kinds(cast("Any", kind))
    found = (
        (field.name, f".{field.name}", _check_of(kinds[field.name]))
        for field in attrs.fields(kind)
        if field.name in kinds
    )
    return tuple(one for one in found if one[2] is not _anything)


def _union(options: tuple[Any, ...], name: str) -> Check:
    checks = tuple((_class_of(option), _check_of(option, name)) for option in options)

    def check(value: Any, place: Place) -> None:
        refused: ArgumentError | None = None
        for likely in (True, False):
            for kind, one in checks:
                if isinstance(value, kind) is not likely:
                    continue
                try:
                    one(value, place)
                except ArgumentError as error:
                    # What goes wrong with a value of the right kind says more than the list of kinds.
                    told = (error.argument, error.received) != (_named(place), type(value).__name__)
                    refused = refused or (error if told else None)
                else:
                    return
        raise refused or ArgumentError(_named(place), _one_of(options), type(value).__name__)

    return check


def _class_of(kind: Any) -> Any:
    """Return the class that a value of a kind has, or an empty tuple where any may have it."""
    found = get_origin(kind) or kind
    is_open = found is Any or getattr(found, "_is_protocol", False)
    return () if is_open or not isinstance(found, type) else found


def _generic(inner: tuple[Any, ...], origin: Any) -> Check:
    if origin is typing.Literal:
        return _literal(inner)
    if origin is Callable:
        return _callable(inner)
    if issubclass(origin, Mapping):
        return _mapping
    if not issubclass(origin, Collection):
        return _anything
    return _collection(inner, origin)


def _literal(choices: tuple[Any, ...]) -> Check:
    called = Clause(_ONE_OF, choices=", ".join(map(str, choices)))

    def check(value: Any, place: Place) -> None:
        if not any(value is one or value == one for one in choices):
            raise _other(place, called, value)

    return check


def _callable(inner: tuple[Any, ...]) -> Check:
    # To call a class makes something: it is not meant where nothing is to be returned.
    makes_nothing = inner[-1:] in ((None,), (type(None),))

    def check(value: Any, place: Place) -> None:
        if not callable(value) or (makes_nothing and isinstance(value, type)):
            raise _other(place, N_("something that can be called"), value)

    return check


def _collection(inner: tuple[Any, ...], origin: Any) -> Check:
    allowed = (set, frozenset) if issubclass(origin, frozenset) else (list, tuple, set, frozenset)
    if origin is tuple and inner[-1] is not Ellipsis:
        return _row(inner, allowed)
    each = _check_of(inner[0])

    def check(value: Any, place: Place) -> None:
        if not isinstance(value, allowed):
            raise _other(place, N_("a list"), value)
        if each is _anything:
            return
        for index, item in enumerate(value):
            each(item, (place, f"[{index}]"))

    return check


def _row(inner: tuple[Any, ...], allowed: tuple[type[Any], ...]) -> Check:
    """Return the check of a list of so many, each of its own kind."""
    checks = tuple((f"[{index}]", _check_of(kind)) for index, kind in enumerate(inner))
    counted = Clause(_COUNTED, count=len(inner))

    def check(value: Any, place: Place) -> None:
        if not isinstance(value, allowed):
            raise _other(place, N_("a list"), value)
        if len(value) != len(checks):
            raise _other(place, counted, value)
        for item, (part, one) in zip(value, checks, strict=True):
            one(item, (place, part))

    return check


def _anything(value: Any, place: Place) -> None:
    del value, place


def _mapping(value: Any, place: Place) -> None:
    if not isinstance(value, Mapping):
        raise _other(place, N_("fields with names"), value)


def _stream(value: Any, place: Place) -> None:
    if not callable(getattr(value, "read", None)):
        raise _other(place, N_("a binary stream"), value)


def _nothing(value: Any, place: Place) -> None:
    if value is not None:
        raise _other(place, N_("nothing"), value)


def _text(value: Any, place: Place) -> None:
    _sized(value, place)
    for index, char, fault in refused_characters(value):
        path = _named(place)
        label = _LABELS.get(path.partition("[")[0], path)
        raise TextRefusedError(
            label, fault.value, character=character_name(char), position=index + 1, path=path
        )


def _filled(value: Any, place: Place) -> None:
    _text(value, place)
    if not value:
        raise ArgumentError(_named(place), N_("a text with at least one character"), N_("an empty text"))


def _text_as_typed(value: Any, place: Place) -> None:
    _sized(value, place)
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise _other(place, N_("a text without control characters"), value)


def _sized(value: Any, place: Place) -> None:
    if not isinstance(value, str):
        raise _other(place, N_("a text"), value)
    if len(value) > _LONGEST:
        raise ArgumentError(
            _named(place), Clause(_TOO_LONG, most=_LONGEST), Clause(_LENGTH, count=len(value))
        )


def _file_name(value: Any, place: Place) -> None:
    if not isinstance(value, str):
        raise _other(place, N_("a text"), value)


def _whole_number(value: Any, place: Place) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _other(place, N_("a whole number"), value)
    if abs(value) > _EXACT:
        raise ArgumentError(_named(place), Clause(_UP_TO, most=_EXACT), N_("a larger number"))


def _count(value: Any, place: Place) -> None:
    _whole_number(value, place)
    if value < 1:
        raise ArgumentError(_named(place), N_("a whole number from 1"), quoted(value))


def _number(value: Any, place: Place) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _other(place, N_("a number"), value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ArgumentError(_named(place), N_("a number"), quoted(value))


def _moment(value: Any, place: Place) -> None:
    if not isinstance(value, datetime):
        raise _other(place, N_("a moment with its time zone"), value)
    if value.tzinfo is None or value.utcoffset() is None:
        raise ArgumentError(_named(place), N_("a moment with its time zone"), _NAIVE)
    _within(value, place)


def _day(value: Any, place: Place) -> None:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _other(place, N_("a day"), value)
    _within(value, place)


def _within(value: date, place: Place) -> None:
    first, last = _YEARS
    if not first <= value.year <= last:
        expected = Clause(_WITHIN, first=date(first, 1, 1).isoformat(), last=date(last, 12, 31).isoformat())
        raise ArgumentError(_named(place), expected, value.isoformat())


def _truth(value: Any, place: Place) -> None:
    if not isinstance(value, bool):
        raise _other(place, N_("yes or no"), value)


_PLAIN: Mapping[Any, Check] = {
    type(None): _nothing,
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _truth,
    datetime: _moment,
    date: _day,
    typing.BinaryIO: _stream,
}

_BY_NAME: Mapping[tuple[str, Any], Check] = {
    # Compared and never kept; marks that messengers put around copied numbers are ignored.
    ("text", str): _text_as_typed,
    # May hold anything: the use case makes a name of it that can be kept.
    ("file_name", str): _file_name,
    # Ids of accounts; none is empty.
    ("officer_id", str): _filled,
    ("owner", str): _filled,
    ("officer", str): _filled,
    ("account", str): _filled,
    ("to", str): _filled,
    # How many are wanted: at least one.
    ("limit", int): _count,
}
"""Checks of arguments whose name says more than their kind."""


def _other(place: Place, expected: str, value: Any) -> ArgumentError:
    """Return the refusal of a value of another kind."""
    return ArgumentError(_named(place), expected, type(value).__name__)


def _one_of(options: Iterable[Any]) -> str:
    return functools.reduce(lambda one, other: Clause(_OR, one=one, other=other), map(_name_of, options))


def _name_of(kind: Any) -> str:
    """Return what people call a kind; one of ours has the name that the reference gives it."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Clause(_CHOICE, kind=kind.__name__, choices=", ".join(str(item.value) for item in kind))
    word = _WORDS.get(get_origin(kind) or kind)
    return Clause(word) if word is not None else str(getattr(kind, "__name__", kind))

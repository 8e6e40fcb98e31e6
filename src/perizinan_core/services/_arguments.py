"""
What callers hand in: a value of another kind than a use case takes is our error, before anything is done.

Hosts pass on what a browser sent, so any JSON value may stand where an applicant, a form or an id belongs.
`checked` looks at the types that a use case declares; nothing has to be written a second time.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs

from perizinan_core.errors.model import ModelError, TextRefusedError, character_name
from perizinan_core.errors.services import ArgumentError
from perizinan_core.i18n import N_, Clause
from perizinan_core.model._characters import refused_characters

__all__ = ["check_value", "checked"]

C = TypeVar("C")

_LONGEST = 20_000
"""Most characters of a text that is an argument."""

_AS_TYPED = frozenset({"text"})
"""Arguments that are compared and never kept; marks that messengers put around copied numbers are ignored."""

_FILE_NAME = "file_name"
"""An argument that may hold anything: the use case makes a name of it that can be kept."""

_OR = N_("{one} or {other}")
_COUNTED = N_("a list of {count}")
_TOO_LONG = N_("a text of at most {most} characters")

_WORDS: Mapping[Any, str] = {
    type(None): N_("nothing"),
    str: N_("a text"),
    int: N_("a whole number"),
    bool: N_("yes or no"),
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
        ArgumentError: for another kind.
        ModelError: ``naive-moment``: for a moment without time zone.
        TextRefusedError: for a text with a character that no one sees.
    """
    if kind is Any or isinstance(kind, TypeVar):
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
        _require(isinstance(value, kind), name, kind.__name__, value)
        if attrs.has(kind):
            _check_fields(name, value)


def _checking(method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        kinds = _kinds(method)
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            if name in kinds:
                check_value(name, value, kinds[name])
        return method(*args, **kwargs)

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
            # What goes wrong inside a value of the right kind says more than the list of kinds.
            refused = error if error.argument != name else refused
        else:
            return
    raise refused or ArgumentError(name, _one_of(options), type(value).__name__)


def _check_generic(name: str, value: Any, kind: Any, origin: Any) -> None:
    inner = get_args(kind)
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
    _require(len(value) <= _LONGEST, name, Clause(_TOO_LONG, most=_LONGEST), value)
    if name in _AS_TYPED:
        whole = "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
        _require(whole, name, N_("a text without control characters"), value)
        return
    for index, char, fault in refused_characters(value):
        raise TextRefusedError(name, fault.value, character=character_name(char), position=index + 1)


def _file_name(name: str, value: Any) -> None:
    _require(isinstance(value, str), name, N_("a text"), value)


def _whole_number(name: str, value: Any) -> None:
    _require(isinstance(value, int) and not isinstance(value, bool), name, N_("a whole number"), value)
    _require(abs(value) <= _EXACT, name, N_("a smaller number"), value)


def _moment(name: str, value: Any) -> None:
    _require(isinstance(value, datetime), name, N_("a moment with its time zone"), value)
    if value.tzinfo is None or value.utcoffset() is None:
        raise ModelError("naive-moment", received=value.isoformat())


def _day(name: str, value: Any) -> None:
    _require(isinstance(value, date) and not isinstance(value, datetime), name, N_("a day"), value)


def _truth(name: str, value: Any) -> None:
    _require(isinstance(value, bool), name, N_("yes or no"), value)


_PLAIN: Mapping[Any, Callable[[str, Any], None]] = {
    str: _text,
    int: _whole_number,
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
    word = _WORDS.get(get_origin(kind) or kind)
    return Clause(word) if word is not None else str(getattr(kind, "__name__", kind))

"""
What is published as JSON, and the classes that stand for it: read strictly, every problem with its path.

`cattrs` goes through the fields of a class; here stands how each kind of field is written. Fields are named as in
the class, but for ``start`` and ``end``, which are ``from`` and ``to``. Null is the same as a field that is
missing; fields that the class does not know are left aside (docs/decisions/0021).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, partial
from operator import eq
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from perizinan_core.i18n import N_, Clause
from perizinan_core.published._keys import PublicKey, key_from_jwk, key_to_jwk

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_TEXT = 16 * 1024
_MAX_ITEMS = 10_000
_NAMES = {"start": "from", "end": "to"}


@attrs.frozen
class Rule:
    """What a value must be beside its type: the second argument of an ``Annotated``."""

    fits: Callable[[Any], object]
    expected: str
    """Clause (msgid) for a value that does not fit."""


Fingerprint = Annotated[
    str, Rule(re.compile("[0-9a-f]{64}").fullmatch, N_("expected 64 lower-case hexadecimal digits"))
]
Region = Annotated[
    str, Rule(re.compile(r"[1-9][0-9](\.[0-9]{2})?").fullmatch, N_("expected a region code such as 35.72"))
]
HttpsAddress = Annotated[str, Rule(re.compile("https://.*").match, N_("expected an https address"))]
Positive = Annotated[int, Rule(lambda value: value >= 1, N_("expected a whole number from 1"))]
Kid = Annotated[bytes, Rule(lambda value: 1 <= len(value) <= 8, N_("expected 1 to 8 bytes in hexadecimal"))]
Keys = Annotated[tuple[PublicKey, ...], Rule(bool, N_("expected at least one key"))]
Certificates = Annotated[tuple[x509.Certificate, ...], Rule(bool, N_("expected at least one certificate"))]


class ProblemsError(ValueError):
    """What is wrong with data: English clauses, each with its path."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


def problem_at(path: str, what: str) -> Clause:
    """Return the clause that says what is wrong at a place."""
    return Clause("{path}: {what}", path=path, what=what)


class _RefusedError(ValueError):
    def __init__(self, expected: str, field: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.field = field


def structured(kind: type[T], data: Any, path: str = "$") -> T:
    """
    Return the value of class ``kind`` that ``data`` (parsed JSON) describes.

    A class may have a property ``contradiction``: the name of a field, and the clause that says what is wrong with
    it beside the others; or None.

    Raises:
        ProblemsError: with every problem and its path, which begins with ``path``.
    """
    from cattrs.errors import BaseValidationError

    try:
        return _converter().structure(data, kind)
    except (BaseValidationError, _RefusedError) as error:
        raise ProblemsError(*_problems(error, path)) from error


def unstructured(value: Any) -> dict[str, Any]:
    """Return the JSON-able data of a value."""
    data: dict[str, Any] = _converter().unstructure(value)
    return data


def _problems(error: BaseException, path: str) -> Iterator[str]:
    from cattrs.errors import ClassValidationError, IterableValidationError

    if isinstance(error, ClassValidationError | IterableValidationError):
        noted, others = error.group_exceptions()
        for inner, note in noted:
            name = getattr(note, "name", None)
            step = f"[{note.index}]" if name is None else f".{_NAMES.get(name, name)}"
            yield from _problems(inner, path + step)
        for inner in others:
            yield from _problems(inner, path)
    elif isinstance(error, _RefusedError):
        place = f"{path}.{error.field}" if error.field else path
        yield problem_at(place, Clause(error.expected))
    else:
        yield Clause("{path} is missing", path=path)


def _expect(condition: object, expected: str) -> None:
    if not condition:
        raise _RefusedError(expected)


@cache
def _converter() -> Converter:
    from cattrs import Converter

    made = Converter(unstruct_collection_overrides={tuple: list, frozenset: sorted})
    for kind, (read, write) in _SCALARS.items():
        made.register_structure_hook(kind, _hook(read))
        made.register_unstructure_hook(kind, write)
    made.register_structure_hook_func(partial(eq, Mapping[str, Any]), _hook(_object))
    made.register_structure_hook_factory(attrs.has, _class_reader)
    made.register_unstructure_hook_factory(attrs.has, _class_writer)
    made.register_structure_hook_factory(_is_list, _list_reader)
    made.register_structure_hook_factory(lambda kind: bool(_rules(kind)), _rule_reader)
    return made


def _hook(read: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda value, _kind: read(value)


def _class_reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    from cattrs.gen import make_dict_structure_fn

    read = make_dict_structure_fn(kind, converter, **_overrides(kind))

    def structure(value: Any, kind: Any) -> Any:
        _expect(isinstance(value, Mapping), N_("expected an object"))
        made = read({name: item for name, item in value.items() if item is not None}, kind)
        wrong = getattr(made, "contradiction", None)
        if wrong is not None:
            raise _RefusedError(wrong[1], wrong[0])
        return made

    return structure


def _class_writer(kind: Any, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    from cattrs.gen import make_dict_unstructure_fn

    return make_dict_unstructure_fn(kind, converter, **_overrides(kind))


def _overrides(kind: Any) -> dict[str, Any]:
    from cattrs.gen import override

    return {
        field.name: override(rename=_NAMES.get(field.name), omit=field.metadata.get("omit"))
        for field in attrs.fields(kind)
    }


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (tuple, frozenset)


def _list_reader(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    items: Any = list.__class_getitem__(get_args(kind)[0])

    def structure(value: Any, kind: Any) -> Any:
        _expect(isinstance(value, list) and len(value) <= _MAX_ITEMS, N_("expected an array"))
        return get_origin(kind)(converter.structure(value, items))

    return structure


def _rules(kind: Any) -> list[Rule]:
    return [item for item in getattr(kind, "__metadata__", ()) if isinstance(item, Rule)]


def _rule_reader(_kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    def structure(value: Any, kind: Any) -> Any:
        made = converter.structure(value, kind.__origin__)
        for rule in _rules(kind):
            _expect(rule.fits(made), rule.expected)
        return made

    return structure


def _text(value: Any) -> str:
    _expect(isinstance(value, str) and 0 < len(value) <= _MAX_TEXT, N_("expected a text"))
    return str(value)


def _number(value: Any) -> int:
    _expect(isinstance(value, int) and not isinstance(value, bool), N_("expected a whole number"))
    return int(value)


def _object(value: Any) -> Mapping[str, Any]:
    _expect(isinstance(value, Mapping), N_("expected an object"))
    return dict(value)


def _parser(parse: Callable[[Any], Any], expected: str) -> Callable[[Any], Any]:
    """Return a reader that refuses what ``parse`` does."""

    def read(value: Any) -> Any:
        try:
            return parse(value)
        except (ValueError, TypeError, OverflowError, x509.InvalidVersion) as error:
            raise _RefusedError(expected or str(error)) from error

    return read


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    _expect(moment.tzinfo is not None, N_("expected an ISO 8601 time with offset"))
    return moment


def _day(value: Any) -> date:
    _expect(_DAY.fullmatch(value), N_("expected a date such as 2026-11-25"))
    return date.fromisoformat(value)


def _certificate(value: Any) -> x509.Certificate:
    text = value["certificate"]
    if text.startswith("-----BEGIN"):
        return x509.load_pem_x509_certificate(text.encode("ascii"))
    return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))


def _certificate_text(value: x509.Certificate) -> dict[str, str]:
    der = value.public_bytes(serialization.Encoding.DER)
    return {"certificate": base64.b64encode(der).decode("ascii")}


_SCALARS: Mapping[Any, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    str: (_text, str),
    int: (_number, int),
    date: (_parser(_day, N_("expected a date such as 2026-11-25")), date.isoformat),
    datetime: (_parser(_moment, N_("expected an ISO 8601 time with offset")), datetime.isoformat),
    bytes: (_parser(bytes.fromhex, N_("expected hexadecimal digits")), bytes.hex),
    PublicKey: (_parser(key_from_jwk, ""), key_to_jwk),
    x509.Certificate: (
        _parser(_certificate, N_("expected a certificate (PEM, or DER in base64)")),
        _certificate_text,
    ),
}

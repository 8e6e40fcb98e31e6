"""
Wire shapes: how values become JSON and come back. The only place that knows them.

- Identifiers and accounts (``officer:17``) are text, rupiah are whole numbers, decimals are text, days are
  ``YYYY-MM-DD``, times are ISO 8601 with their offset, sets are sorted lists.
- An applicant carries ``"type": "person"`` or ``"organisation"``.
- Unknown fields are refused (docs/decisions/0003): data of a newer version must not be read, changed
  and written back with a part of it lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin

import rfc8785
from cattrs import BaseConverter, Converter
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter
from cattrs.strategies import configure_tagged_union
from cattrs.v import transform_error

from perizinan_core.errors.converters import WireFormatError
from perizinan_core.errors.hooks import SettingError
from perizinan_core.errors.model import TextRefusedError, quoted
from perizinan_core.model import _identifiers as identifiers
from perizinan_core.model._actor import Account
from perizinan_core.model._applicant import Applicant, Organisation, Person
from perizinan_core.model._money import Rupiah
from perizinan_core.model._receipt import Receipt

__all__ = ["canonical_json", "from_json", "to_json"]

T = TypeVar("T")

_NAMED = 10
"""Most unknown fields that an error names."""

_TEXT_IDENTIFIERS = (
    identifiers.Nik,
    identifiers.Npwp,
    identifiers.Nib,
    identifiers.RegionCode,
    identifiers.PhoneNumber,
    identifiers.PostalCode,
    identifiers.PassportNumber,
    identifiers.FamilyCardNumber,
    identifiers.Nip,
)


def to_json(value: Any) -> Any:
    """Return ``value`` (a model value, or a list or mapping of them) as JSON-able data."""
    return _converter().unstructure(value)


def from_json(
    kind: type[T], data: Any, *, hooks: Mapping[type[Any], Callable[[Any, Any], Any]] | None = None
) -> T:
    """
    Return the value of class ``kind`` that ``data`` (parsed JSON) describes.

    Args:
        kind: The class.
        data: What was parsed.
        hooks: How further types are made of what stands in the data, e.g. paths of settings.

    Raises:
        WireFormatError: naming every problem with its path; the data itself is not repeated.
    """
    converter = _converter()
    if hooks:
        converter = converter.copy()
        for item, hook in hooks.items():
            converter.register_structure_hook(item, hook)
    try:
        return converter.structure(data, kind)
    except BaseValidationError as error:
        problems = transform_error(error, format_exception=_describe)
        raise WireFormatError(kind=_kind_name(kind), problems=tuple(problems)) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WireFormatError(kind=_kind_name(kind), problems=(f"{_describe(error, None)} @ $",)) from error


def canonical_json(value: Any) -> bytes:
    """
    Return the canonical form (RFC 8785, UTF-8) of ``value``: what is hashed, signed and embedded.

    Raises:
        WireFormatError: a text holds half a character, or a number cannot be kept exactly.
    """
    try:
        return rfc8785.dumps(to_json(value))
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        # Halves of characters, numbers that are not finite or too large to be exact.
        problem = f"cannot be written as canonical JSON ({type(error).__name__}) @ $"
        raise WireFormatError(kind=type(value).__name__, problems=(problem,)) from error


def _kind_name(kind: Any) -> str:
    # A union such as `Applicant` has no name of its own.
    if get_origin(kind) is tuple:
        return f"list[{_kind_name(get_args(kind)[0])}]"
    return " | ".join(item.__name__ for item in get_args(kind) or (kind,))


def _describe(error: BaseException, _type: type | None) -> str:
    if isinstance(error, KeyError):
        return "required field missing"
    fields = getattr(error, "extra_fields", None)
    if fields is not None:
        named = sorted(quoted(field) for field in fields)
        return f"unknown fields {', '.join(named[:_NAMED])}"
    if isinstance(error, TextRefusedError):
        # Says which character and where; of the text itself nothing.
        return error.message("en")
    if isinstance(error, SettingError):
        # Made for this: it names the setting and never its value.
        return error.message("en")
    # Validators of attrs say whose value they refuse, and then the value itself.
    refused = _REFUSED_BY_ATTRS.match(str(error.args[0])) if error.args else None
    if refused is not None:
        return f"invalid value for {refused[1]} ({type(error).__name__})"
    return f"invalid value ({type(error).__name__})"


_REFUSED_BY_ATTRS = re.compile(r"'(\w+)' must ")


@cache
def _converter() -> Converter:
    converter = make_converter(forbid_extra_keys=True, detailed_validation=True)
    for identifier in _TEXT_IDENTIFIERS:
        converter.register_unstructure_hook(identifier, _identifier_text)
        converter.register_structure_hook(identifier, _parse_identifier)
    converter.register_unstructure_hook(Account, str)
    converter.register_structure_hook(Account, lambda value, _: Account.parse(_only(str)(value, str)))
    converter.register_unstructure_hook(Rupiah, lambda value: value.amount)
    converter.register_structure_hook(Rupiah, lambda value, _: Rupiah(value))
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, _parse_decimal)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, _parse_date)
    converter.register_unstructure_hook(datetime, _aware_text)
    converter.register_structure_hook(datetime, _parse_datetime)
    converter.register_structure_hook(str, _only(str))
    # Without it the hook for text would be used for its subclasses, and any text pass as any enumeration.
    converter.register_structure_hook(StrEnum, lambda value, kind: kind(_only(str)(value, str)))
    converter.register_structure_hook(bool, _only(bool))
    converter.register_structure_hook(int, _parse_int)
    converter.register_structure_hook_factory(_is_collection, _collection_hook)
    converter.register_unstructure_hook_func(
        _is_frozenset,
        lambda values: sorted(converter.unstructure(item) for item in values),
    )
    converter.register_unstructure_hook_func(_is_free_mapping, _plain)
    converter.register_structure_hook_func(_is_free_mapping, lambda value, _: _only(Mapping)(value, Mapping))
    configure_tagged_union(
        Applicant,
        converter,
        tag_name="type",
        tag_generator=lambda kind: {Person: "person", Organisation: "organisation"}[kind],
    )
    _leave_out_secret(converter)
    return converter


def _leave_out_secret(converter: Converter) -> None:
    """Let the secret that is given with a receipt stand in no JSON."""
    kind, left_out = Receipt, override(omit=True)
    converter.register_unstructure_hook(
        kind,
        make_dict_unstructure_fn(
            kind, converter, _cattrs_omit_if_default=converter.omit_if_default, tracking_secret=left_out
        ),
    )
    converter.register_structure_hook(
        kind,
        make_dict_structure_fn(
            kind, converter, _cattrs_forbid_extra_keys=converter.forbid_extra_keys, tracking_secret=left_out
        ),
    )


def _is_collection(kind: Any) -> bool:
    """Return True for tuples of any length and for sets."""
    return get_origin(kind) is frozenset or (get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis)


def _collection_hook(kind: Any, converter: BaseConverter) -> Callable[[Any, Any], Any]:
    """Read lists only: a text is a sequence of characters to Python, and would pass as one here."""
    items = list[get_args(kind)[0]]  # type: ignore[misc, valid-type]
    read_items, collect = converter.get_structure_hook(items), get_origin(kind)

    def structure(value: Any, _kind: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise TypeError("expected a list")
        return collect(read_items(value, items))

    return structure


def _is_frozenset(kind: Any) -> bool:
    # Of a field, or of a value by itself: its order is another one in each process.
    return kind is frozenset or get_origin(kind) is frozenset


def _is_free_mapping(kind: Any) -> bool:
    return (
        get_origin(kind) is not None
        and getattr(kind, "__args__", None) == (str, Any)
        and issubclass(get_origin(kind), Mapping)
    )


def _plain(value: Any) -> Any:
    """Copy free-form JSON (form data, schemas), with dates as text."""
    if isinstance(value, Mapping | MappingProxyType):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _identifier_text(value: Any) -> str:
    return str(value.value)


def _parse_identifier(value: Any, kind: Any) -> Any:
    return kind.parse(_only(str)(value, str))


def _parse_decimal(value: Any, _kind: type) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise TypeError("expected a decimal number as text")
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ValueError("expected a decimal number as text") from error


def _parse_date(value: Any, _kind: type) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(_only(str)(value, str))


def _aware_text(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time without time zone cannot be stored; pass aware datetimes")
    return value.isoformat()


def _parse_datetime(value: Any, _kind: type) -> datetime:
    result = value if isinstance(value, datetime) else datetime.fromisoformat(_only(str)(value, str))
    if result.tzinfo is None:
        raise ValueError("expected a time with its offset")
    return result


def _parse_int(value: Any, _kind: type) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("expected a whole number")
    return value


def _only(kind: Any) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _kind: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError(f"expected {kind.__name__}")
        return value

    return structure

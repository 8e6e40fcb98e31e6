"""
The checked syntax tree of an expression, as the CEL library serialises it.

The library gives a ``cel.expr.CheckedExpr`` message (https://github.com/google/cel-spec,
``proto/cel/expr/checked.proto`` and ``syntax.proto``) inside a ``google.protobuf.Any``. Only the fields
that evaluation needs are decoded; the wire format is https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

__all__ = ["Call", "Const", "Expr", "Fold", "Ident", "ListExpr", "MapExpr", "Select", "decode", "walk"]


@attrs.frozen
class Const:
    """A literal."""

    value: Any


@attrs.frozen
class Ident:
    """A name; dotted names of declared variables are one."""

    name: str


@attrs.frozen
class Select:
    """A field of a value; with ``test`` the question whether it is there."""

    operand: Expr
    field: str
    test: bool


@attrs.frozen
class Call:
    """A function or operator; a method's target is its first argument."""

    function: str
    args: tuple[Expr, ...]


@attrs.frozen
class ListExpr:
    """A list."""

    items: tuple[Expr, ...]


@attrs.frozen
class MapExpr:
    """A map."""

    entries: tuple[tuple[Expr, Expr], ...]


@attrs.frozen
class Fold:
    """A loop over a list: what the macros all, exists, filter and map expand to."""

    variable: str
    over: Expr
    result_name: str
    start: Expr
    condition: Expr
    step: Expr
    result: Expr


Expr = Const | Ident | Select | Call | ListExpr | MapExpr | Fold


def decode(data: bytes) -> Expr:
    """Return the tree in the bytes of ``Expression.serialize()``; ``ValueError`` for what is not such a tree."""
    try:
        checked = _one(_fields(data), 2)
        return _expr(_one(_fields(checked), 4))
    except (IndexError, KeyError, struct.error, UnicodeDecodeError, TypeError) as error:
        raise ValueError("not a checked expression of the CEL library") from error


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield the expression and all its parts."""
    yield expr
    match expr:
        case Select(operand=operand):
            parts: tuple[Expr, ...] = (operand,)
        case Call(args=args):
            parts = args
        case ListExpr(items=items):
            parts = items
        case MapExpr(entries=entries):
            parts = tuple(part for entry in entries for part in entry)
        case Fold():
            parts = (expr.over, expr.start, expr.condition, expr.step, expr.result)
        case _:
            parts = ()
    for part in parts:
        yield from walk(part)


Fields = dict[int, list[Any]]


def _fields(data: bytes) -> Fields:
    result: Fields = {}
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        value: Any
        if kind == 0:
            value, position = _varint(data, position)
        elif kind == 1:
            value, position = data[position : position + 8], position + 8
        elif kind == 2:
            size, position = _varint(data, position)
            value, position = data[position : position + size], position + size
        else:
            raise ValueError("unexpected wire type in the CEL library's tree")
        result.setdefault(number, []).append(value)
    return result


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return value, position


def _one(fields: Fields, number: int) -> Any:
    return fields[number][-1]


def _text(fields: Fields, number: int) -> str:
    return str(fields[number][-1], "utf-8") if number in fields else ""


def _expr(data: bytes) -> Expr:
    fields = _fields(data)
    for number, build in _BUILDERS.items():
        if number in fields:
            return build(_fields(_one(fields, number)))
    raise ValueError("unexpected part in the CEL library's tree")


def _const(fields: Fields) -> Const:
    for number, read in _LITERALS.items():
        if number in fields:
            return Const(read(_one(fields, number)))
    return Const(None)


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number


def _decimal(data: bytes) -> Fraction:
    # The shortest text of the float is the literal that someone wrote (up to 15 digits).
    return Fraction(Decimal(repr(struct.unpack("<d", data)[0])))


_LITERALS: dict[int, Callable[[Any], Any]] = {
    2: bool,
    3: _signed,
    4: int,
    5: _decimal,
    6: lambda data: str(data, "utf-8"),
    7: bytes,
}


def _call(fields: Fields) -> Call:
    target = (_expr(_one(fields, 1)),) if 1 in fields else ()
    return Call(_text(fields, 2), target + tuple(_expr(item) for item in fields.get(3, ())))


def _map(fields: Fields) -> MapExpr:
    entries = [_fields(item) for item in fields.get(2, ())]
    return MapExpr(tuple((_expr(_one(entry, 3)), _expr(_one(entry, 4))) for entry in entries))


def _fold(fields: Fields) -> Fold:
    return Fold(
        variable=_text(fields, 1),
        over=_expr(_one(fields, 2)),
        result_name=_text(fields, 3),
        start=_expr(_one(fields, 4)),
        condition=_expr(_one(fields, 5)),
        step=_expr(_one(fields, 6)),
        result=_expr(_one(fields, 7)),
    )


_BUILDERS: dict[int, Callable[[Fields], Expr]] = {
    3: _const,
    4: lambda fields: Ident(_text(fields, 1)),
    5: lambda fields: Select(_expr(_one(fields, 1)), _text(fields, 2), bool(fields.get(3, [0])[-1])),
    6: _call,
    7: lambda fields: ListExpr(tuple(_expr(item) for item in fields.get(1, ()))),
    8: _map,
    9: _fold,
}

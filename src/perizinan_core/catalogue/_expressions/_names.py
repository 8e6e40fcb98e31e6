"""What the CEL checker cannot know: fields of the form, tariff tables, papers, and literals that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from perizinan_core.catalogue._expressions._declarations import BASE_NAMES, FUNCTIONS
from perizinan_core.catalogue._expressions._operators import OPERATOR_NAMES
from perizinan_core.catalogue._expressions._schema import item_schema, properties_at, schema_at
from perizinan_core.catalogue._expressions._tree import Call, Const, Expr, Fold, Ident, Select, walk
from perizinan_core.catalogue._problems import suggestion
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._fees import TariffTable
from perizinan_core.model._requirement import Requirement

__all__ = ["Known", "check_names", "named_fields"]

_OURS = {name for name, _, _ in FUNCTIONS}


@attrs.frozen(kw_only=True)
class Known:
    """What the permit type has by name."""

    form_schema: Mapping[str, Any]
    item: str | None = None
    tariffs: tuple[TariffTable, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    functions: frozenset[str] = frozenset()
    """Whole names of the functions of plugins."""


def check_names(tree: Expr, known: Known) -> Iterator[Phrase]:
    """Yield a sentence for each name in the expression that stands for nothing."""
    yield from _fields(tree, known, {})
    for part in walk(tree):
        if not isinstance(part, Call):
            continue
        if part.function not in OPERATOR_NAMES | _OURS | known.functions:
            yield Phrase(N_("the function {function} is not available here"), {"function": part.function})
        elif part.function == "tariff":
            yield from _check_tariff(part, known)
        elif part.function in ("has_paper", "paper_expiry"):
            yield from _check_paper(part, known)
        elif part.function in ("label", "item_label", "given_value"):
            yield from _check_literal_field(part, known)


_FIELD_ROOTS = ("form.", "item.")


def named_fields(tree: Expr) -> tuple[str, ...]:
    """Return the fields that an expression names, as ``form.luas`` or ``item.panjang``, each once."""
    found: dict[str, None] = {}
    for part in walk(tree):
        if isinstance(part, Ident) and part.name.startswith(_FIELD_ROOTS):
            found[part.name] = None
        elif isinstance(part, Call) and part.function in ("label", "item_label", "given_value"):
            argument = part.args[0]
            if isinstance(argument, Const) and isinstance(argument.value, str):
                root = {"label": "form.", "item_label": "item."}.get(part.function, "")
                name = root + argument.value
                found |= {name: None} if name.startswith(_FIELD_ROOTS) else {}
    return tuple(found)


Schemas = Mapping[str, "Mapping[str, Any] | None"]


def _fields(tree: Expr, known: Known, loops: Schemas) -> Iterator[Phrase]:
    """Yield unknown fields; ``loops`` holds the item schema of each loop variable."""
    if isinstance(tree, Fold):
        yield from _fields(tree.over, known, loops)
        inner = {**loops, tree.variable: _schema_of_items(tree.over, known, loops), tree.result_name: None}
        for part in (tree.start, tree.condition, tree.step, tree.result):
            yield from _fields(part, known, inner)
        return
    if isinstance(tree, Select):
        yield from _check_select(tree.operand, tree.field, known, loops)
    if isinstance(tree, Call) and tree.function == "_[_]" and isinstance(tree.args[1], Const):
        key = tree.args[1].value
        if isinstance(key, str):
            yield from _check_select(tree.args[0], key, known, loops)
    for part in _parts(tree):
        yield from _fields(part, known, loops)


def _parts(tree: Expr) -> tuple[Expr, ...]:
    if isinstance(tree, Select):
        return (tree.operand,)
    if isinstance(tree, Call):
        return tree.args
    if isinstance(tree, Const | Ident | Fold):
        return ()
    return tree.items if hasattr(tree, "items") else tuple(part for entry in tree.entries for part in entry)


def _check_select(operand: Expr, field: str, known: Known, loops: Schemas) -> Iterator[Phrase]:
    schema = _schema_of(operand, known, loops)
    if schema is None:
        return
    fields = properties_at(schema)
    if fields and field not in fields:
        yield Phrase(
            N_("the form has no field {name!r}; {suggestion}"),
            {"name": field, "suggestion": suggestion(field, fields)},
        )


def _schema_of(expr: Expr, known: Known, loops: Schemas) -> Mapping[str, Any] | None:
    """Return the schema of the object that an expression stands for, or None when it is not known."""
    if isinstance(expr, Ident):
        if expr.name in loops:
            return loops[expr.name]
        root, _, rest = expr.name.partition(".")
        base = {"form": known.form_schema, "item": _item(known)}.get(root)
        if base is None or not rest:
            return base
        return schema_at(base, rest)
    if isinstance(expr, Select):
        outer = _schema_of(expr.operand, known, loops)
        return None if outer is None else schema_at(outer, expr.field)
    if isinstance(expr, Call) and expr.function == "_[_]":
        return _schema_of_items(expr.args[0], known, loops)
    return None


def _schema_of_items(expr: Expr, known: Known, loops: Schemas) -> Mapping[str, Any] | None:
    schema = _schema_of(expr, known, loops)
    if isinstance(expr, Fold):  # filter keeps the items of the list it filters
        return _schema_of_items(expr.over, known, loops) if _is_filter(expr) else None
    return None if schema is None else item_schema({**known.form_schema, "properties": {"x": schema}}, "x")


def _is_filter(fold: Fold) -> bool:
    step = fold.step
    if not isinstance(step, Call) or step.function != "_?_:_" or not isinstance(step.args[1], Call):
        return False
    added = step.args[1].args[-1]
    return getattr(added, "items", None) == (Ident(fold.variable),)


def _item(known: Known) -> Mapping[str, Any] | None:
    return None if known.item is None else item_schema(known.form_schema, known.item)


def _check_tariff(call: Call, known: Known) -> Iterator[Phrase]:
    code = call.args[0]
    if not isinstance(code, Const):
        return
    tables = [table for table in known.tariffs if table.code == code.value]
    if not tables:
        yield Phrase(
            N_("the fee has no tariff table {code!r}; {suggestion}"),
            {
                "code": str(code.value)[:80],
                "suggestion": suggestion(str(code.value), {table.code for table in known.tariffs}),
            },
        )
        return
    arguments = call.args[1:]
    for table in tables:
        expected = len(table.keys) + table.banded
        if len(arguments) != expected:
            yield Phrase(
                N_("the table {code} takes {expected} values after its code ({names}), but got {count}"),
                {
                    "code": table.code,
                    "expected": expected,
                    "names": ", ".join((*table.keys, *(("quantity",) if table.banded else ()))) or "–",
                    "count": len(arguments),
                },
            )
            continue
        for index, argument in enumerate(arguments[: len(table.keys)]):
            values = {row.keys[index] for row in table.rows if index < len(row.keys)}
            if isinstance(argument, Const) and argument.value not in values:
                yield Phrase(
                    N_("the table {code} has no {key} {value!r}; {suggestion}"),
                    {
                        "code": table.code,
                        "key": table.keys[index],
                        "value": str(argument.value)[:80],
                        "suggestion": suggestion(str(argument.value), values),
                    },
                )


def _check_paper(call: Call, known: Known) -> Iterator[Phrase]:
    code = call.args[0]
    if not isinstance(code, Const):
        return
    found = next((item for item in known.requirements if item.code == code.value), None)
    if found is None:
        codes = {item.code for item in known.requirements}
        yield Phrase(
            N_("there is no requirement {code!r}; {suggestion}"),
            {"code": str(code.value)[:80], "suggestion": suggestion(str(code.value), codes)},
        )
    elif call.function == "paper_expiry" and not found.needs_expiry:
        yield Phrase(
            N_("the requirement {code} asks for no expiry date; give it `needs_expiry: true`"),
            {"code": found.code},
        )
    elif (found.per_item is None) == (len(call.args) == 2):
        yield Phrase(
            N_("the requirement {code} is asked for per item exactly when a second value names the item"),
            {"code": found.code},
        )


def _check_literal_field(call: Call, known: Known) -> Iterator[Phrase]:
    argument = call.args[0]
    if not isinstance(argument, Const) or not isinstance(argument.value, str):
        yield Phrase(N_("{function} needs the name of a field in quotes"), {"function": call.function})
        return
    root, name = "item" if call.function == "item_label" else "form", argument.value
    if call.function == "given_value":
        if name in BASE_NAMES:
            return
        root, _, name = name.partition(".")
    schema = known.form_schema if root == "form" else _item(known)
    if schema is None or schema_at(schema, name) is None:
        fields = properties_at(schema or {})
        yield Phrase(
            N_("the form has no field {name!r}; {suggestion}"),
            {"name": name[:80], "suggestion": suggestion(name, fields)},
        )

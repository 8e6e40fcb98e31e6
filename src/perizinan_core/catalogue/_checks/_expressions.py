"""Every expression is compiled, and what it names must exist."""

from __future__ import annotations

import re

from perizinan_core.catalogue._checks._places import node_at
from perizinan_core.catalogue._checks._plugins import missing_from_plugins
from perizinan_core.catalogue._expressions import CompileFailure, Environment, environment
from perizinan_core.catalogue._expressions._declarations import type_text
from perizinan_core.catalogue._expressions._names import Known, check_names
from perizinan_core.catalogue._expressions._schema import item_schema
from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.catalogue._rules import Rule, rules_of
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.i18n import N_
from perizinan_core.model._permit_type import PermitType

__all__ = ["check_expressions"]

_WRONG = N_("the expression {text!r} cannot be used: {reason}; correct it")


def check_expressions(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report everything that is wrong in the expressions of a permit type."""
    for rule in rules_of(permit_type):
        place = node_at(node, rule.path)
        if rule.item is not None and item_schema(permit_type.form_schema, rule.item) is None:
            continue  # the missing list is reported once, where it is named
        for reason in _faults(permit_type, rule):
            problems.add(place, "expression", _WRONG, text=rule.text.strip()[:200], reason=reason)
    _check_lists(problems, permit_type, node)


def _faults(permit_type: PermitType, rule: Rule) -> list[Phrase]:
    try:
        compiled = _environment(permit_type, rule).compile(rule.text)
    except CompileFailure as failure:
        return [_with_suggestion(failure.phrase, permit_type, rule)]
    known = Known(
        form_schema=permit_type.form_schema,
        item=rule.item,
        tariffs=permit_type.fee.tariffs if permit_type.fee else (),
        requirements=permit_type.requirements,
        functions=frozenset(name for name, _, _ in permit_type.extensions.functions()),
    )
    faults = list(check_names(compiled.tree, known))
    if compiled.result not in rule.expects and compiled.result != "dyn":
        faults.append(
            Phrase(
                N_("it gives {got}, but {expected} is needed here"),
                {
                    "got": type_text(compiled.result),
                    "expected": " / ".join(type_text(kind) for kind in sorted(rule.expects)),
                },
            )
        )
    return faults


def _environment(permit_type: PermitType, rule: Rule) -> Environment:
    return environment(permit_type.form_schema, rule.scope, rule.item, permit_type.extensions)


def _with_suggestion(phrase: Phrase, permit_type: PermitType, rule: Rule) -> Phrase:
    name = phrase.fields.get("name")
    if set(phrase.fields) != {"name"} or not isinstance(name, str):
        return phrase
    names = _environment(permit_type, rule).names
    # A name that is called: ``parcels.zone_fee(…)``.
    called = re.search(rf"\b{re.escape(name)}\s*\.\s*(\w+)\s*\(", rule.text)
    if called and not any(known.partition(".")[0] == name for known in names):
        missing = missing_from_plugins(permit_type, f"{name}.{called[1]}")
        return phrase if missing is None else missing
    return Phrase(
        N_("the name {name} is not known; {suggestion}"),
        {"name": name, "suggestion": suggestion(name, names)},
    )


def _check_lists(problems: Problems, permit_type: PermitType, node: Node) -> None:
    """Report names of lists that the form does not have."""
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("requirements", index, "per_item"), item.per_item)
        for index, item in enumerate(permit_type.requirements)
    ]
    if permit_type.fee is not None:
        named += [
            (("fee", "components", index, "per_item"), item.per_item)
            for index, item in enumerate(permit_type.fee.components)
        ]
    if permit_type.validity is not None:
        named += [
            (("validity", "cases", index, "per_item"), item.per_item)
            for index, item in enumerate(permit_type.validity.cases)
        ]
    if permit_type.letter is not None:
        named.append((("letter", "annex_items"), permit_type.letter.annex_items))
    for path, name in named:
        if name is not None and item_schema(permit_type.form_schema, name) is None:
            problems.add(
                node_at(node, path),
                "unknown-list",
                N_(
                    "expected the name of a list (type: array) in the form, but got {name!r}; "
                    "correct it or add the list to form_schema"
                ),
                name=name,
            )

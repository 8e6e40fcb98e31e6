"""Drawing the form of a permit type from its JSON Schema, and reading it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from perizinan_core.i18n import N_
from perizinan_core.model import Text
from perizinan_portal._kit import Choice, FieldView, Posted

__all__ = ["field_views", "read_form"]

_YES_NO = (Choice("true", N_("Yes")), Choice("false", N_("No")))


def field_views(
    schema: Mapping[str, Any], data: Mapping[str, Any], faults: Mapping[str, str]
) -> tuple[FieldView, ...]:
    """Return a field for each simple property of a form."""
    needed = set(schema.get("required", ()))
    return tuple(
        _view(name, item, data.get(name), faults.get(name), required=name in needed)
        for name, item in schema.get("properties", {}).items()
    )


def read_form(schema: Mapping[str, Any], posted: Posted) -> dict[str, Any]:
    """Return what was typed, as the types that the schema asks for; what does not fit stays text."""
    found = {
        name: _value(item, posted.one(f"form.{name}").strip())
        for name, item in schema.get("properties", {}).items()
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _view(name: str, item: Mapping[str, Any], value: Any, fault: str | None, *, required: bool) -> FieldView:
    kind, choices = _kind(item)
    shown = (
        {True: "true", False: "false", None: ""}.get(value, value)
        if isinstance(value, bool | None)
        else value
    )
    hint = item.get("description")
    return FieldView(
        name=f"form.{name}",
        label=Text(item.get("title", name), item.get("x-title-en")),
        hint=Text(hint, item.get("x-description-en")) if hint else "",
        kind=kind,
        widget=str(item.get("x-widget", "")),
        value=str(shown),
        fault=fault,
        required=required,
        choices=choices,
        attributes={"maxlength": str(item["maxLength"])} if "maxLength" in item and kind == "text" else {},
    )


def _kind(item: Mapping[str, Any]) -> tuple[str, tuple[Choice, ...]]:
    if item.get("type") == "boolean":
        return "choice", _YES_NO
    if "enum" in item:
        return "choice", tuple(Choice(str(one), str(one)) for one in item["enum"])
    if "oneOf" in item:
        return "choice", tuple(
            Choice(str(one["const"]), Text(one.get("title", str(one["const"])), one.get("x-title-en")))
            for one in item["oneOf"]
        )
    if item.get("format") == "date":
        return "date", ()
    return ("lines", ()) if item.get("maxLength", 0) > 300 else ("text", ())


def _value(item: Mapping[str, Any], typed: str) -> Any:
    match item.get("type"):
        case "boolean":
            return {"true": True, "false": False}.get(typed)
        case "integer":
            plain = typed.replace(".", "")
            return int(plain) if plain.lstrip("-").isdecimal() and len(plain) < 18 else typed
        case "number":
            try:
                return float(typed.replace(",", "."))
            except ValueError:
                return typed
    return typed

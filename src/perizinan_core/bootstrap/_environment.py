"""
Settings from the environment: a whole office without a file, and single values of ``perizinan.toml`` from elsewhere.

A variable is called as its setting: ``[storage] database`` is ``PERIZINAN_STORAGE_DATABASE``. Every value, here or
in the file, may be ``env:NAME`` or ``file:PATH`` and is then read from there; settings that say where a secret or a
key is keep their address, so that no secret is held longer than it is needed.
"""

from __future__ import annotations

import tomllib
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import attrs

from perizinan_core.errors.bootstrap import BootstrapError

__all__ = ["PREFIX", "from_environment", "resolved", "variables"]

PREFIX = "PERIZINAN_"

KEEPS = "keeps"
"""Metadata of a field: schemes of addresses that are settings themselves and are not read here."""

_PLUGIN = f"{PREFIX}PLUGIN"
_FOLDER = f"{PREFIX}FOLDER"


def variables(settings: type[Any]) -> Iterator[tuple[str, tuple[str, ...], attrs.Attribute[Any]]]:
    """Yield name, place and field of every setting that has a variable of its own."""
    for table in _fields(settings):
        if table.name not in ("folder", "plugin"):
            yield from _variables(table, (table.name,))


def _variables(
    table: attrs.Attribute[Any], place: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], attrs.Attribute[Any]]]:
    for field in _fields(table.type):
        here = (*place, field.name)
        if isinstance(field.type, type) and attrs.has(field.type):
            yield from _variables(field, here)
        else:
            yield PREFIX + "_".join(here).upper(), here, field


def from_environment(settings: type[Any], environment: Mapping[str, str]) -> tuple[dict[str, Any], Path]:
    """
    Return what the variables say, nested as the file would be, and the folder that paths count from.

    Raises:
        BootstrapError: ``settings-environment``: variables are unknown or hold something else; all are named.
    """
    data: dict[str, Any] = {}
    problems: list[str] = []
    known = {name: (place, field) for name, place, field in variables(settings)}
    # A variable that a setting leads to, such as a secret, is not a setting itself.
    led = {value.partition(":")[2] for value in environment.values() if value.startswith("env:")}
    beginnings = tuple({f"{PREFIX}{place[0]}_".upper() for place, _ in known.values()})
    for name, text in sorted(environment.items()):
        if name in known:
            place, field = known[name]
            try:
                _put(data, place, text if _is_address(text) else typed(text, field.type))
            except ValueError as error:
                problems.append(f"{name}: {error}")
        elif name == _PLUGIN:
            try:
                data["plugin"] = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                problems.append(f"{name}: {error}")
        elif name.startswith(beginnings) and name not in led:
            problems.append(f"{name} is not a setting")
    if problems:
        raise BootstrapError("settings-environment", problems=tuple(problems))
    return data, Path(environment.get(_FOLDER, ".")).resolve()


def resolved(
    settings: type[Any], data: dict[str, Any], folder: Path, environment: Mapping[str, str]
) -> dict[str, Any]:
    """
    Return the settings with every value that stands elsewhere (``env:NAME``, ``file:PATH``) in its place.

    Raises:
        BootstrapError: ``secret-missing``: nothing is there.
        BootstrapError: ``settings-environment``: a value there is of another kind.
    """
    return {
        name: _resolved(value, _field(settings, name), (name,), folder, environment)
        if name != "plugin"
        else value
        for name, value in data.items()
    }


def _resolved(
    value: Any,
    field: attrs.Attribute[Any] | None,
    place: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
) -> Any:
    if isinstance(value, dict):
        kind = None if field is None else field.type
        inner = kind if isinstance(kind, type) and attrs.has(kind) else None
        return {
            name: _resolved(
                item, _field(inner, name) if inner is not None else field, (*place, name), folder, environment
            )
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_resolved(item, field, place, folder, environment) for item in value]
    keeps = () if field is None else field.metadata.get(KEEPS, ())
    if not isinstance(value, str) or not _is_address(value) or value.partition(":")[0] in keeps:
        return value
    text = _read(value, folder, environment)
    wanted = None if field is None or get_origin(field.type) in (tuple, Mapping) else field.type
    try:
        return text if wanted is None else typed(text, wanted)
    except ValueError as error:
        problem = f"{'.'.join(place)} ({value}): {error}"
        raise BootstrapError("settings-environment", problems=(problem,)) from error


def _read(address: str, folder: Path, environment: Mapping[str, str]) -> str:
    scheme, _, name = address.partition(":")
    try:
        return environment[name] if scheme == "env" else (folder / name).read_text(encoding="utf-8").strip()
    except (KeyError, OSError, UnicodeDecodeError) as error:
        raise BootstrapError("secret-missing", address=address) from error


def typed(text: str, kind: Any) -> Any:
    """
    Return a text as the kind of a setting: texts and choices as they are, lists also with commas, all else as TOML.

    Raises:
        ValueError: it is of another kind; says what was expected, and not what was received.
    """
    options = get_args(kind) if get_origin(kind) in (typing.Union, type(int | str)) else (kind,)
    if any(item is str or get_origin(item) is typing.Literal or _is_enum(item) for item in options):
        return text
    is_list = any(get_origin(item) is tuple for item in options)
    if is_list and not text.lstrip().startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        message = f"expected {_name(kind)} as TOML writes it"
        raise ValueError(message) from error


def _is_address(text: str) -> bool:
    return text.startswith(("env:", "file:"))


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _name(kind: Any) -> str:
    if (get_origin(kind) or kind) is tuple:
        return "a list"
    words = {bool: "true or false", int: "a whole number", float: "a number"}
    return words.get(kind, "a table")


def _put(data: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    for name in place[:-1]:
        data = data.setdefault(name, {})
    data[place[-1]] = value


def _fields(kind: Any) -> tuple[attrs.Attribute[Any], ...]:
    return tuple(attrs.fields(attrs.resolve_types(kind)))


def _field(kind: Any, name: str) -> attrs.Attribute[Any] | None:
    return next((item for item in _fields(kind) if item.name == name), None)

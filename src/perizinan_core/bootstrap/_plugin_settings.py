"""
The own settings of plugins: tables ``[plugin.NAME]``, each structured as the class that its owner declares.

Anyone who offers something names an attrs class; no one sees another one's table. Paths become absolute, secrets
are fetched from where the settings say, and every unknown or wrong key is named at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from perizinan_core._converters import from_json
from perizinan_core.bootstrap._settings import FILE_NAME, Settings, read_secret
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.hooks._manager import RECORDS, PluginManager, Registered
from perizinan_core.hooks._settings import Secret

__all__ = ["check_plugin_tables", "offered_name", "own_settings", "plugin_settings", "read_table"]

_NAMED_BY = {
    "register_authorities": "slug",
    "register_storages": "schemes",
    "register_document_stores": "scheme",
    "register_signers": "scheme",
}
"""The attribute that names a record, where it is not ``name``."""


@attrs.frozen
class _NoSettings:
    """What has none: its table stays away."""


def own_settings(entry: Registered, name: str, settings: Settings) -> Any:
    """
    Return what a plugin's own table says, as the class that its record declares.

    Raises:
        BootstrapError: ``settings``: keys are unknown or wrong; ``secret-missing``: a secret is not there.
    """
    if entry.record.settings is None:
        return None
    return read_table(entry.record.settings, name, settings.plugin.get(name, {}), settings.folder)


def plugin_settings(kind: type[Any] | None, plugin: str, settings: Settings) -> Any:
    """Return what the table of a plugin as a whole says, as the class that it declares; None without one."""
    return (
        None if kind is None else read_table(kind, plugin, settings.plugin.get(plugin, {}), settings.folder)
    )


def offered_name(hook: str, record: Any) -> str:
    """Return the name of what a record offers, which is also that of its table."""
    name = getattr(record, _NAMED_BY.get(hook, "name"))
    return str(name[0] if isinstance(name, tuple) else name)


def read_table(kind: type[Any], name: str, table: Mapping[str, Any], folder: Path) -> Any:
    """Return a table as a class; see `own_settings`."""
    try:
        return _absolute(from_json(kind, table, hooks={Secret: _secret, Path: _path}), folder)
    except WireFormatError as error:
        problems = tuple(_told(name, problem, kind) for problem in error.problems)
        raise BootstrapError("settings", path=str(folder / FILE_NAME), problems=problems) from error


def check_plugin_tables(settings: Settings, manager: PluginManager) -> None:
    """
    Look at every ``[plugin.NAME]``, also of what is not chosen.

    Raises:
        BootstrapError: ``settings``: a table belongs to nothing that is offered, or keys are unknown or wrong;
            all are named. ``secret-missing``: a secret is not there.
    """
    known = _declared(manager)
    problems: list[str] = []
    for name in settings.plugin:
        if name in settings.plugins.disabled:
            continue
        if name not in known:
            offered = ", ".join(sorted(item for item, kinds in known.items() if kinds)) or "none"
            problems.append(
                f"[plugin.{name}] belongs to no plugin that is loaded; expected one of: {offered}"
            )
            continue
        for kind in known[name] or (_NoSettings,):
            problems += _problems(kind, name, settings)
    for plugin, kind in manager.own_settings().items():
        # Who decides is asked in the middle of a use case: what is wrong has to be known before.
        if plugin not in settings.plugin:
            problems += _problems(kind, plugin, settings)
    if problems:
        raise BootstrapError("settings", path=str(settings.folder / FILE_NAME), problems=tuple(problems))


def _problems(kind: type[Any], name: str, settings: Settings) -> tuple[str, ...]:
    try:
        plugin_settings(kind, name, settings)
    except BootstrapError as error:
        if error.code != "settings":
            raise
        return tuple(error.details()["problems"])
    return ()


def _declared(manager: PluginManager) -> dict[str, tuple[type[Any], ...]]:
    """Return the names that a table may have, each with the classes that read it; several may read one."""
    known: dict[str, dict[type[Any], None]] = {}
    for hook, record in RECORDS.items():
        if not hasattr(attrs.fields(record), "settings"):
            # Files alone: nothing of them is called.
            continue
        used: set[str] = set()
        for entry in manager.gather(hook):
            name = offered_name(hook, entry.record)
            if name in used:
                # Where two offer one name, the first is taken; see `perizinan_core.bootstrap._plugins.pick`.
                continue
            used.add(name)
            kinds = known.setdefault(name, {})
            if entry.record.settings is not None:
                kinds[entry.record.settings] = None
    for plugin, kind in manager.own_settings().items():
        known.setdefault(plugin, {})[kind] = None
    return {name: tuple(kinds) for name, kinds in known.items()}


def _secret(value: Any, _kind: Any) -> Secret:
    """Return the address for now: what is missing there is an error of its own, not a wrong key."""
    return Secret(str(_path(value, _kind)).encode())


def _path(value: Any, _kind: Any) -> Path:
    if not isinstance(value, str):
        raise TypeError("expected a path as text")
    return Path(value)


def _absolute(value: Any, folder: Path) -> Any:
    """Return the value with every path in it absolute, defaults included, and every secret fetched."""
    if isinstance(value, Path):
        return (folder / value).resolve()
    if isinstance(value, Secret):
        address = value.reveal().decode()
        return Secret(read_secret(address, folder=folder, environment=os.environ))
    if isinstance(value, tuple):
        return tuple(_absolute(item, folder) for item in value)
    if attrs.has(type(value)):
        changed = {
            field.name.removeprefix("_"): _absolute(getattr(value, field.name), folder)
            for field in attrs.fields(type(value))
            if field.init
        }
        return attrs.evolve(value, **changed)
    return value


def _told(name: str, problem: str, kind: type[Any]) -> str:
    """Return a problem with its table, and with what was expected."""
    fields = {field.name: field for field in attrs.fields(kind)}
    place = problem.rpartition("@ $.")[2]
    if place in fields:
        wanted = fields[place].type
        return f"[plugin.{name}] {problem}; expected {getattr(wanted, '__name__', wanted)}"
    return f"[plugin.{name}] {problem}; its keys are: {', '.join(fields) or 'none'}"

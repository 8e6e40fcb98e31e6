"""The settings of an office as they may be shown: no secret, and of plugins' own tables the names alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from perizinan_core.bootstrap._opening import shown_database
from perizinan_core.bootstrap._settings import Settings

__all__ = ["ShownSetting", "shown_settings"]

_HIDDEN = "…"


@attrs.frozen(kw_only=True)
class ShownSetting:
    """One setting."""

    table: str
    key: str
    value: str
    """As it is written; … where it could hold a secret."""


def shown_settings(settings: Settings) -> tuple[ShownSetting, ...]:
    """Return every setting, in the order of the tables."""
    return tuple(_shown(settings))


def _shown(settings: Settings) -> Iterator[ShownSetting]:
    for field in attrs.fields(Settings):
        value = getattr(settings, field.name)
        if field.name == "plugin":
            for name, table in sorted(value.items()):
                # A password may stand where its plugin expects one: what is one is known to the plugin alone.
                for key in sorted(table):
                    yield ShownSetting(table=f"plugin.{name}", key=key, value=_HIDDEN)
        elif attrs.has(type(value)):
            yield from _table(field.name, value, settings)


def _table(name: str, table: Any, settings: Settings) -> Iterator[ShownSetting]:
    for field in attrs.fields(type(table)):
        value = getattr(table, field.name)
        if attrs.has(type(value)):
            yield from _table(f"{name}.{field.name}", value, settings)
        elif (name, field.name) == ("storage", "database"):
            yield ShownSetting(table=name, key=field.name, value=shown_database(settings))
        else:
            yield ShownSetting(table=name, key=field.name, value=_written(value))


def _written(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_written(one)}" for key, one in sorted(value.items())) or "–"
    if isinstance(value, (tuple, list, frozenset)):
        return ", ".join(map(_written, value)) or "–"
    text = str(value)
    # Anything before an @ in an address can be a name and a password.
    return f"{text.partition('://')[0]}://{_HIDDEN}" if "://" in text and "@" in text else text

"""
Manifests: what a plugin says of itself in a file, so that it can be judged without running any of its code.

The file lies beside the module that the entry point names and goes into the wheel like any other file of the package
(``PACKAGE/perizinan_plugin.toml``; for a plugin that is a single module ``MODULE.perizinan_plugin.toml``)::

    manifest = 1

    [plugin.kota-contoh]            # the name of the entry point
    api = [1, 1]                    # first and last version of the plugin interface that it works with
    minimum-core = "0.1.0"          # oldest perizinan-core that it works with

    [plugin.kota-contoh.offers]     # by hook: names or schemes; commands with their help; decisions with true
    register_authorities = ["kota-contoh"]
    register_cli_commands = { pajak = "Menghitung pajak." }
    decide_applicant_check = true

Keys that this version does not know are passed over: a later one may add some.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from packaging.version import InvalidVersion, Version

from perizinan_core.hooks._interface import Interface
from perizinan_core.i18n import N_, Clause

__all__ = ["MANIFEST_NAME", "Manifest", "ManifestError", "manifest_places", "read_manifest"]

MANIFEST_NAME = "perizinan_plugin.toml"
"""Name of the file, or the end of it."""

FORMAT = 1
_MOST_BYTES = 64 * 1024
_MOST_SHOWN = 40


class ManifestError(Exception):
    """A manifest that cannot be used; ``clause`` says why."""

    def __init__(self, clause: Clause) -> None:
        super().__init__(clause)
        self.clause = clause


@attrs.frozen(kw_only=True)
class Manifest:
    """What a plugin says of itself."""

    name: str
    """As its entry point."""

    api: tuple[int, int]
    """First and last version of the plugin interface that it works with."""

    minimum_core: str
    """Oldest version of perizinan-core that it works with."""

    offers: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """Names or schemes by hook; none for ``decide_…`` hooks."""

    commands: Mapping[str, str] = attrs.field(factory=dict)
    """Help of each command, so that ``perizinan --help`` needs no plugin."""

    def works_with_api(self, version: int) -> bool:
        """Return True when it works with a version of the plugin interface, which knows the names of the one before."""
        return Interface(number=version).fits(*self.api)

    def works_with_core(self, version: str) -> bool:
        """Return True when a version of perizinan-core is not older than it needs."""
        return Version(self.minimum_core) <= Version(version)


def manifest_places(module: str) -> tuple[str, ...]:
    """Return where the manifest of a plugin may lie, relative to where its distribution is installed."""
    path = module.replace(".", "/")
    folder = path.rpartition("/")[0]
    beside = f"{folder}/{MANIFEST_NAME}" if folder else f"{path}.{MANIFEST_NAME}"
    return f"{path}/{MANIFEST_NAME}", beside


def read_manifest(content: bytes, name: str) -> Manifest:
    """
    Return what a manifest says of the plugin of a name.

    Raises:
        ManifestError: It cannot be read, or a value is missing or wrong.
    """
    if len(content) > _MOST_BYTES:
        raise ManifestError(Clause(N_("it is larger than {limit} bytes"), limit=_MOST_BYTES))
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ManifestError(Clause(N_("it is not a TOML file in UTF-8 ({reason})"), reason=reason)) from error
    if data.get("manifest") != FORMAT:
        raise _wrong("manifest", str(FORMAT), data.get("manifest"))
    tables = data.get("plugin")
    table = tables.get(name) if isinstance(tables, dict) else None
    if not isinstance(table, dict):
        raise ManifestError(Clause(N_("it has no table [plugin.{name}]"), name=name))
    offers = dict(_offers(table.get("offers", {})))
    return Manifest(
        name=name,
        api=_api(table.get("api")),
        minimum_core=_version(table.get("minimum-core")),
        offers={hook: tuple(names) for hook, names in offers.items()},
        commands={
            command: text
            for names in offers.values()
            for command, text in (names.items() if isinstance(names, dict) else ())
        },
    )


def _api(value: Any) -> tuple[int, int]:
    match value:
        case [int(first), int(last)] if 1 <= first <= last and not isinstance(first, bool):
            return first, last
    raise _wrong("api", "[1, 1]", value)


def _version(value: Any) -> str:
    try:
        return str(Version(value))
    except (InvalidVersion, TypeError) as error:
        raise _wrong("minimum-core", '"0.1.0"', value) from error


def _offers(value: Any) -> Iterator[tuple[str, list[str] | dict[str, str]]]:
    if not isinstance(value, dict):
        raise _wrong("offers", "a table", value)
    for hook, names in value.items():
        if names is True:
            yield hook, []
        elif isinstance(names, list | dict) and all(
            isinstance(item, str) for item in (*names, *(names.values() if isinstance(names, dict) else ()))
        ):
            yield hook, names
        else:
            raise _wrong(f"offers.{hook}", '["name"]', names)


def _wrong(key: str, expected: str, value: Any) -> ManifestError:
    received = "-" if value is None else repr(value)[:_MOST_SHOWN]
    return ManifestError(
        Clause(
            N_("{key}: expected {expected}, received {received}"),
            key=key,
            expected=expected,
            received=received,
        )
    )

"""
What is installed as a plugin, found without running any of its code.

A distribution whose metadata cannot be read spoils nothing but its own plugins: each is read by itself, where
`importlib.metadata.entry_points` would raise for all.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from packaging.version import InvalidVersion, Version

from perizinan_core.hooks._manifest import (
    MANIFEST_NAME,
    Manifest,
    ManifestError,
    manifest_places,
    read_manifest,
)
from perizinan_core.i18n import N_, Clause

__all__ = [
    "ENTRY_POINT_GROUP",
    "Installed",
    "core_version",
    "installed_plugins",
    "plugins_in_wheel",
    "shown",
    "usable_version",
]

ENTRY_POINT_GROUP = "perizinan_core.plugins"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MODULE = re.compile(r"\w+(\.\w+)*")
_MOST_SHOWN = 200


@attrs.frozen(kw_only=True)
class Installed:
    """A plugin of an installed distribution."""

    name: str
    """Of its entry point, as it may be shown."""

    module: str = ""
    """What its entry point names: a module, or a module and an attribute (``module:attribute``)."""

    distribution: str = ""
    version: str = ""
    place: str = ""
    """Folder in which the distribution is installed."""

    record: str | None = None
    """
    SHA-256 of the distribution's list of files with their hashes; None where that list does not fix the code
    (an editable installation, or none was written).
    """

    manifest: Manifest | None = None
    problem: Clause | None = None
    """Why it is not loaded, as far as that is known without running it."""


def installed_plugins() -> tuple[Installed, ...]:
    """Return every plugin on the path, in order of name; of two copies of a distribution the first counts."""
    found: list[Installed] = []
    seen: set[str] = set()
    for distribution in importlib.metadata.distributions():
        folder = _folder(distribution)
        key = re.sub(r"[-_.]+", "-", folder).lower()
        if key in seen:
            continue
        seen.add(key)
        found.extend(_plugins_of(distribution, folder, importable=True))
    return tuple(sorted(found, key=lambda item: item.name))


def plugins_in_wheel(distribution: importlib.metadata.Distribution) -> tuple[Installed, ...]:
    """Return the plugins of a distribution that is not installed; what is installed of it does not count."""
    return tuple(_plugins_of(distribution, _folder(distribution), importable=False))


def usable_version(text: object) -> bool:
    """Return True for a text that is a version (PEP 440)."""
    return _is_version(text)


def core_version() -> str:
    """Return the version of this library."""
    return importlib.metadata.version("perizinan-core")


def shown(text: object) -> str:
    """Return a text of a stranger as it may be printed: one line, nothing that moves a cursor or hides a letter."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in str(text)
    )[:_MOST_SHOWN]


def _plugins_of(
    distribution: importlib.metadata.Distribution, folder: str, *, importable: bool
) -> Iterator[Installed]:
    try:
        text = distribution.read_text("entry_points.txt") or ""
        if ENTRY_POINT_GROUP not in text:
            return
        entries = tuple(distribution.entry_points.select(group=ENTRY_POINT_GROUP))
    except UnicodeDecodeError as error:
        if ENTRY_POINT_GROUP.encode() in error.object:
            yield Installed(name=shown(folder), distribution=shown(folder), problem=_UNREADABLE)
        return
    except Exception:  # noqa: BLE001 - whatever is in it must not reach the others
        yield Installed(name=shown(folder), distribution=shown(folder), problem=_UNREADABLE)
        return
    about = _about(distribution, folder)
    for entry in entries:
        yield _plugin(entry, distribution, about, importable=importable)


_UNREADABLE = Clause(
    N_(
        "its metadata cannot be read (entry_points.txt); install it again, or ask its author for a repaired one"
    )
)


def _about(distribution: importlib.metadata.Distribution, folder: str) -> Installed:
    """Return what holds for every plugin of a distribution."""
    name, version, problem = shown(folder), "", None
    try:
        metadata: Any = distribution.metadata
        name, version = metadata.get("Name"), metadata.get("Version")
    except Exception:  # noqa: BLE001 - not UTF-8, not there, not a file
        problem = Clause(N_("its metadata cannot be read ({file}); install it again"), file="METADATA")
    else:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            problem = Clause(N_("its metadata has no usable name; install it again"))
            name = shown(name or folder)
        elif not _is_version(version):
            problem = Clause(N_("its metadata has no usable version; install it again"))
            version = shown(version or "")
    return Installed(
        name="",
        distribution=name,
        version=version,
        place=str(distribution.locate_file("")),
        problem=problem,
    )


def _plugin(
    entry: importlib.metadata.EntryPoint,
    distribution: importlib.metadata.Distribution,
    about: Installed,
    *,
    importable: bool,
) -> Installed:
    module = entry.value.partition(":")[0].strip()
    plugin = attrs.evolve(
        about,
        name=shown(entry.name),
        module=shown(entry.value),
        record=_record(distribution, module.partition(".")[0]),
    )
    if not _NAME.fullmatch(entry.name):
        clause = Clause(
            N_("its name has other characters than letters, digits, dots, dashes and underscores")
        )
        return attrs.evolve(plugin, problem=clause)
    if not _MODULE.fullmatch(module):
        return attrs.evolve(plugin, problem=Clause(N_("its entry point does not name a module")))
    if plugin.problem is not None:
        return plugin
    try:
        content = _manifest(distribution, module, importable=importable)
        return (
            plugin if content is None else attrs.evolve(plugin, manifest=read_manifest(content, entry.name))
        )
    except ManifestError as error:
        clause = Clause(
            N_("its manifest {file} cannot be used: {reason}"), file=MANIFEST_NAME, reason=error.clause
        )
        return attrs.evolve(plugin, problem=clause)


def _manifest(
    distribution: importlib.metadata.Distribution, module: str, *, importable: bool
) -> bytes | None:
    places = manifest_places(module)
    for place in places:
        with contextlib.suppress(OSError, KeyError, ValueError):
            # A path, or a place in a wheel; both can be read.
            located: Any = distribution.locate_file(place)
            content: bytes = located.read_bytes()
            return content
    if not importable:
        return None
    top = module.partition(".")[0]
    with contextlib.suppress(Exception):
        # An editable installation is elsewhere: its top level is found as an import would find it, unimported.
        spec = importlib.util.find_spec(top)
        for root in _roots(spec):
            for place in places:
                if (root / place).is_file():
                    return (root / place).read_bytes()
    return None


def _roots(spec: importlib.machinery.ModuleSpec | None) -> Iterator[Path]:
    if spec is None:
        return
    if spec.submodule_search_locations is not None:
        yield from (Path(folder).parent for folder in spec.submodule_search_locations)
    elif spec.origin is not None:
        yield Path(spec.origin).parent


def _record(distribution: importlib.metadata.Distribution, top: str) -> str | None:
    try:
        record = distribution.read_text("RECORD") or ""
        if _is_editable(distribution):
            return None
    except (OSError, ValueError):
        return None
    listed = any(line.startswith((f"{top}/", f"{top}.py")) for line in record.splitlines())
    return hashlib.sha256(record.encode()).hexdigest() if listed else None


def _is_editable(distribution: importlib.metadata.Distribution) -> bool:
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable")) if isinstance(origin, dict) else True


def _is_version(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(Version(text))
    except InvalidVersion:
        return False


def _folder(distribution: importlib.metadata.Distribution) -> str:
    """Return the name of the folder with the metadata, up to the version: what there is when nothing is readable."""
    path = getattr(distribution, "_path", None)
    return str(getattr(path, "name", "?")).partition("-")[0]

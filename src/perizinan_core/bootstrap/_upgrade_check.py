"""
Whether plugins will work with another version of the library, told before anything is installed.

Only metadata and manifests are read, from what is installed and from a folder of wheels; no code runs.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.hooks._installed import (
    Installed,
    core_version,
    installed_plugins,
    plugins_in_wheel,
    usable_version,
)
from perizinan_core.hooks._specs import API_VERSION
from perizinan_core.i18n import N_, Clause

__all__ = ["Checked", "Outcome", "UpgradeReport", "check_upgrade"]

CORE = "perizinan-core"
_API_FILE = "perizinan_core/hooks/plugin_api.toml"
_MOST_BYTES = 4096


class Outcome(StrEnum):
    """What can be said of a plugin."""

    WORKS = "works"
    UNKNOWN = "unknown"
    """Neither that it works nor that it does not: something is not written down."""
    FAILS = "fails"


@attrs.frozen(kw_only=True)
class Checked:
    """A plugin, judged for another version."""

    plugin: str
    distribution: str
    version: str
    wheel: str | None
    """File name of the wheel; None: it is installed."""

    outcome: Outcome
    reasons: tuple[Clause, ...] = ()


@attrs.frozen(kw_only=True)
class UpgradeReport:
    """Every plugin that would be there."""

    core: str
    api: tuple[int, int] | None
    """Versions of the plugin interface that it works with; None: that could not be found out."""

    plugins: tuple[Checked, ...]

    @property
    def is_sound(self) -> bool:
        """True when all plugins will work."""
        return all(item.outcome is Outcome.WORKS for item in self.plugins)


@attrs.frozen(kw_only=True)
class _Source:
    """A distribution, installed or in a wheel, with its plugins."""

    distribution: importlib.metadata.Distribution | None
    plugins: tuple[Installed, ...]
    wheel: str | None = None


def check_upgrade(version: str, wheels: Path | None = None) -> UpgradeReport:
    """
    Judge what is installed, with the wheels of a folder in the place of older ones.

    Args:
        version: Of perizinan-core.
        wheels: Folder of wheels; where the library's own is among them, its interface is read from it.

    Raises:
        BootstrapError: ``upgrade-version``: it is not a version; ``upgrade-wheels``: a wheel cannot be read.
    """
    if not usable_version(version):
        raise BootstrapError("upgrade-version", received=version[:40])
    sources = {_key(source): source for source in _installed()}
    found = tuple(_wheels(wheels)) if wheels is not None else ()
    sources |= {_key(source): source for source in found if source.plugins}
    api = _api(version, found)
    checked = [
        _checked(plugin, source, version, api) for source in sources.values() for plugin in source.plugins
    ]
    return UpgradeReport(
        core=str(Version(version)), api=api, plugins=tuple(sorted(checked, key=lambda item: item.plugin))
    )


def _installed() -> Iterator[_Source]:
    by_name: dict[str, list[Installed]] = {}
    for plugin in installed_plugins():
        by_name.setdefault(plugin.distribution, []).append(plugin)
    for name, plugins in by_name.items():
        try:
            distribution = importlib.metadata.distribution(name)
        except (importlib.metadata.PackageNotFoundError, ValueError):
            yield _Source(distribution=None, plugins=tuple(plugins))
        else:
            yield _Source(distribution=distribution, plugins=tuple(plugins))


def _wheels(folder: Path) -> Iterator[_Source]:
    for path in sorted(folder.glob("*.whl")):
        try:
            with zipfile.ZipFile(path) as archive:
                info = next(filter(None, map(_info_folder, archive.namelist())))
            # Read lazily, from the path: the archive is opened again.
            distribution = importlib.metadata.PathDistribution(zipfile.Path(path, f"{info}/"))
            yield _Source(distribution=distribution, plugins=plugins_in_wheel(distribution), wheel=path.name)
        except (OSError, zipfile.BadZipFile, StopIteration, ValueError) as error:
            raise BootstrapError("upgrade-wheels", file=path.name) from error


def _info_folder(name: str) -> str | None:
    found = re.fullmatch(r"([^/]+\.dist-info)/METADATA", name)
    return found[1] if found else None


def _key(source: _Source) -> str:
    name = source.plugins[0].distribution if source.plugins else ""
    return re.sub(r"[-_.]+", "-", name).lower()


def _api(version: str, wheels: tuple[_Source, ...]) -> tuple[int, int] | None:
    for source in wheels:
        about: Any = source.distribution
        if about is None or _metadata(about).get("Name") != CORE:
            continue
        found = str(_metadata(about).get("Version"))
        if usable_version(found) and Version(found) == Version(version):
            return _told_api(about)
    return (API_VERSION, API_VERSION) if Version(version) == Version(core_version()) else None


def _told_api(distribution: Any) -> tuple[int, int] | None:
    try:
        content = distribution.locate_file(_API_FILE).read_bytes()
        match tomllib.loads(content[:_MOST_BYTES].decode()):
            case {"api": [int(first), int(last)]}:
                return first, last
    except (OSError, ValueError, KeyError):
        pass
    return None


def _metadata(distribution: importlib.metadata.Distribution) -> Mapping[str, Any]:
    try:
        message: Any = distribution.metadata
        return {name: message.get(name) for name in ("Name", "Version", "Requires-Python")}
    except ValueError:
        return {}


def _checked(plugin: Installed, source: _Source, version: str, api: tuple[int, int] | None) -> Checked:
    wrong = tuple(_obstacles(plugin, source, version, api))
    open_questions = () if wrong else tuple(_questions(plugin, version, api))
    outcome = Outcome.FAILS if wrong else Outcome.UNKNOWN if open_questions else Outcome.WORKS
    return Checked(
        plugin=plugin.name,
        distribution=plugin.distribution,
        version=plugin.version,
        wheel=source.wheel,
        outcome=outcome,
        reasons=wrong or open_questions,
    )


def _obstacles(
    plugin: Installed, source: _Source, version: str, api: tuple[int, int] | None
) -> Iterator[Clause]:
    if plugin.problem is not None:
        yield plugin.problem
        return
    manifest = plugin.manifest
    if manifest is not None and not manifest.works_with_core(version):
        sentence = N_("it needs perizinan-core {minimum} or later")
        yield Clause(sentence, minimum=manifest.minimum_core)
    if (
        manifest is not None
        and api is not None
        and not (manifest.api[0] <= api[1] and api[0] <= manifest.api[1])
    ):
        sentence = N_(
            "it works with versions {first} to {last} of the plugin interface, that one has {oldest} to {newest}"
        )
        yield Clause(sentence, first=manifest.api[0], last=manifest.api[1], oldest=api[0], newest=api[1])
    if source.distribution is not None:
        yield from _required(source.distribution, version)


def _required(distribution: importlib.metadata.Distribution, version: str) -> Iterator[Clause]:
    try:
        lines = distribution.requires or []
    except ValueError:
        return
    for line in lines:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue
        if re.sub(r"[-_.]+", "-", wanted.name).lower() != CORE:
            continue
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        if not wanted.specifier.contains(version, prereleases=True):
            yield Clause(N_("its metadata asks for perizinan-core{wanted}"), wanted=str(wanted.specifier))
    python = _metadata(distribution).get("Requires-Python")
    try:
        fits = python is None or SpecifierSet(python).contains(platform.python_version(), prereleases=True)
    except InvalidSpecifier:
        return
    if not fits:
        yield Clause(N_("its metadata asks for Python {wanted}"), wanted=python)


def _questions(plugin: Installed, version: str, api: tuple[int, int] | None) -> Iterator[Clause]:
    if plugin.manifest is None:
        yield Clause(N_("it has no manifest"))
    elif api is None:
        yield Clause(
            N_(
                "the plugin interface of perizinan-core {version} is not known here; put its wheel into the folder "
                "and name that with --wheels"
            ),
            version=version,
        )

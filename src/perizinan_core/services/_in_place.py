"""
Which catalogue an office works by, and since when: noted each time that an office is opened with another one.

A catalogue comes with the plugin of the authority, and the operator of the machine puts it in place by installing
the plugin and opening the office again. No one decides that from a page: this note is how those who look after the
office see that it happened, and what it changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core._converters import from_json, to_json
from perizinan_core.catalogue import Catalogue
from perizinan_core.catalogue._differences import edition_of
from perizinan_core.hooks._installed import core_version
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._events import EventKind
from perizinan_core.services._administration import note_act
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import Course, SettingRecords, UnitOfWork

__all__ = ["CatalogueInPlace", "lost_versions", "note_catalogue", "read_in_place"]

_KEY = "catalogue-in-place"
_SYSTEM = Actor(id="system", kind=ActorKind.SYSTEM, name="perizinan")


@attrs.frozen(kw_only=True)
class CatalogueInPlace:
    """The catalogue that an office was opened with last."""

    since: datetime
    """When an office was opened with it first."""

    package: str
    """Name and version of the package that brings it; the plugin's name where it was not installed."""

    before: str = ""
    """Package before it; empty for the first one that was noted."""

    changed: tuple[str, ...] = ()
    """Versions whose rules were other ones before, under the same name: cases that keep them are judged by others."""

    editions: Mapping[str, str] = attrs.field(factory=dict)
    """Digest of each version of each permit type, by ``code version``."""

    core: str = ""
    """Version of the library that made the digests: another one may write the same rules otherwise."""


def note_catalogue(context: OfficeContext, package: str) -> None:
    """Write down which catalogue the office was opened with, when it is another one than before."""
    with context.unit_of_work(read_only=True) as work:
        known = read_in_place(work.settings)
    found = _editions(context.catalogue)
    if known is not None and (known.package, known.editions) == (package, found):
        return
    now = context.moment(None)
    with context.unit_of_work() as work:
        # Asked again: several processes of the office are opened at the same moment.
        known = read_in_place(work.settings)
        fresh = _following(known, found, package, now)
        work.settings.put(_KEY, to_json(fresh))
        if known is not None and fresh.since == now:
            note_act(
                context,
                work,
                EventKind.CATALOGUE_CHANGED,
                _SYSTEM,
                now,
                before=known.package,
                after=package,
                added=sorted(set(found) - set(known.editions)),
                removed=sorted(set(known.editions) - set(found)),
                changed=list(fresh.changed),
            )
        work.commit()


def read_in_place(settings: SettingRecords) -> CatalogueInPlace | None:
    """Return what was noted last; None: nothing yet."""
    found: Any = settings.get(_KEY)
    return None if found is None else from_json(CatalogueInPlace, found)


def lost_versions(work: UnitOfWork, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """Return code and name of versions that cases on record keep and the catalogue does not have."""
    kept = {(one.permit_type, one.version) for one in map(Course.parse, work.applications.courses())}
    return tuple(sorted(kept - {(item.code, item.version) for item in catalogue.permit_types}))


def _editions(catalogue: Catalogue) -> dict[str, str]:
    return {f"{item.code} {item.version}": edition_of(item) for item in catalogue.permit_types}


def _following(
    known: CatalogueInPlace | None, found: Mapping[str, str], package: str, now: datetime
) -> CatalogueInPlace:
    core = core_version()
    fresh = CatalogueInPlace(since=now, package=package, editions=found, core=core)
    if known is None:
        return fresh
    same = known.core == core
    changed = {name for name, digest in known.editions.items() if same and found.get(name, digest) != digest}
    if not changed and known.package == package and set(known.editions) == set(found):
        return attrs.evolve(known, editions=found, core=core)
    # A change of rules under the same name stays named until the version has its name no longer.
    changed |= {name for name in known.changed if name in found}
    return attrs.evolve(fresh, before=known.package, changed=tuple(sorted(changed)))

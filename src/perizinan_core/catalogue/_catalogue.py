"""The loaded catalogue: permit types by code and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from perizinan_core.catalogue._problems import nearest
from perizinan_core.errors.catalogue import CatalogueError
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit_type import PermitType, Scenario

__all__ = ["Catalogue", "in_force_text"]


@attrs.frozen(kw_only=True)
class Catalogue:
    """All versions of all permit types of one authority."""

    authority: Authority | None
    """None when only permit files were loaded."""

    permit_types: tuple[PermitType, ...]
    """Sorted by code and first day in force."""

    files: Mapping[tuple[str, str], str] = attrs.field(factory=dict, eq=False)
    """File of each (code, version), inside the catalogue's folder."""

    def codes(self) -> tuple[str, ...]:
        """Return the codes of all permit types, sorted."""
        return tuple(sorted({item.code for item in self.permit_types}))

    def types(self, *, on: date | None = None) -> tuple[PermitType, ...]:
        """
        Return one version of each permit type, sorted by code.

        Args:
            on: The versions in force on this local day; types without one are left out.
                None: the latest version of each type.
        """
        found: list[PermitType] = []
        for code in self.codes():
            versions = self.versions(code)
            if on is not None:
                versions = tuple(item for item in versions if on in item.in_force)
            found.extend(versions[-1:])
        return tuple(found)

    def versions(self, code: str) -> tuple[PermitType, ...]:
        """
        Return all versions of a permit type, oldest first.

        Raises:
            CatalogueError: ``permit-type-not-found``: when there is not one of that code.
        """
        found = tuple(item for item in self.permit_types if item.code == code)
        if not found:
            raise CatalogueError(
                "permit-type-not-found", permit_type=code, nearest=nearest(code, self.codes())
            )
        return found

    def find(self, code: str, *, on: date) -> PermitType:
        """
        Return the version of a permit type in force on ``on`` (a local day of the authority).

        Raises:
            CatalogueError: ``permit-type-not-found``: when there is no permit type of that code.
            CatalogueError: ``no-version-in-force``: when no version covers the day.
        """
        versions = self.versions(code)
        for item in versions:
            if on in item.in_force:
                return item
        spans = tuple(f"{item.version} ({in_force_text(item)})" for item in versions)
        raise CatalogueError("no-version-in-force", permit_type=code, day=on, versions=spans)

    def version(self, code: str, version: str) -> PermitType:
        """
        Return one version by its name, as applications keep it.

        Raises:
            CatalogueError: ``permit-type-not-found``: when the type or the version does not exist.
        """
        versions = self.versions(code)
        for item in versions:
            if item.version == version:
                return item
        names = tuple(f"{item.code} {item.version}" for item in versions)
        raise CatalogueError("permit-type-not-found", permit_type=f"{code} {version}", nearest=names)

    def scenarios(self) -> Iterator[tuple[PermitType, Scenario]]:
        """Yield every scenario with the version that it is written for."""
        for item in self.permit_types:
            for scenario in item.scenarios:
                yield item, scenario


def in_force_text(permit_type: PermitType) -> str:
    """Return the span of days in which a version is in force, with dots for open ends."""
    span = permit_type.in_force
    return f"{span.start or '…'} – {span.end or '…'}"

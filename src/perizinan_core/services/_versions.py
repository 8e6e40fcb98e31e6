"""Versions of the catalogue: which hold, what is different between them, and what a new one would change."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import attrs

from perizinan_core.catalogue import Catalogue, Difference, check_catalogue, differences, load_catalogue
from perizinan_core.errors.catalogue import CatalogueProblem
from perizinan_core.errors.services import ServiceError
from perizinan_core.model._actor import Actor, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._administration import require_administrator
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._in_place import CatalogueInPlace, lost_versions, read_in_place
from perizinan_core.storage import ApplicationFilter, Course, UnitOfWork

__all__ = ["CataloguePreview", "LostVersion", "TypeChange", "TypeVersion", "Versions"]

_READERS = (Role.SUPERVISOR, Role.AUDITOR)
_OPEN = frozenset(state for state in ApplicationState if not state.is_terminal)
_MOST_FILES = 2000
_MOST_BYTES = 20 * 1024 * 1024


@attrs.frozen(kw_only=True)
class TypeVersion:
    """One version of a permit type."""

    permit_type: PermitType
    holds_today: bool
    open_cases: int
    """Cases that are not closed and keep this version, drafts included."""


@attrs.frozen(kw_only=True)
class TypeChange:
    """What a new catalogue would change for one permit type."""

    code: str
    before: str
    """Version of today, or empty: the type is new."""

    after: str
    """Version of the new catalogue, or empty: the type is gone."""

    differences: tuple[Difference, ...]
    is_silent: bool
    """The rules change and the version has the same name: cases that froze it would be judged by others."""

    open_cases: int
    """Cases that keep the version of today."""


@attrs.frozen(kw_only=True)
class LostVersion:
    """A version that cases on record keep and a catalogue does not have."""

    code: str
    version: str
    open_cases: int
    """Of these not closed: no one could look at them or decide them."""


@attrs.frozen(kw_only=True)
class CataloguePreview:
    """What a new catalogue would change; nothing was changed."""

    problems: tuple[CatalogueProblem, ...]
    """What is wrong with it, each with its place; with any, it cannot be used."""

    changes: tuple[TypeChange, ...]
    unchanged: int
    """How many permit types stay as they are."""

    lost: tuple[LostVersion, ...] = ()
    """What cases keep and it does not have: a new catalogue holds the versions before it too."""

    @property
    def is_sound(self) -> bool:
        """Whether it can be put in place: no problem, nothing lost, and no rules changed under the same name."""
        return not self.problems and not self.lost and not any(one.is_silent for one in self.changes)


@checked
@attrs.frozen
class Versions:
    """Versions of the catalogue; for administrators and the operator, supervisors and auditors may look."""

    _context: OfficeContext

    def list(self, permit_type: str | None = None, *, actor: Actor) -> tuple[TypeVersion, ...]:
        """
        Return the versions of all permit types, or of one, the newest of each first.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
            CatalogueError: there is no such permit type.
        """
        context, today = self._context, self._context.local_day(self._context.moment(None))
        with context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "versions", *_READERS)
            codes = context.catalogue.codes() if permit_type is None else (permit_type,)
            return tuple(
                TypeVersion(
                    permit_type=version,
                    holds_today=today in version.in_force,
                    open_cases=self._open_cases(work, version.code, version.version),
                )
                for code in codes
                for version in reversed(context.catalogue.versions(code))
            )

    def differences(
        self, permit_type: str, before: str, after: str, *, actor: Actor
    ) -> tuple[Difference, ...]:
        """
        Return what is different between two versions of a permit type.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
            CatalogueError: there is no such permit type or version.
        """
        catalogue = self._context.catalogue
        with self._context.work_for(actor, read_only=True):
            require_administrator(actor, "versions", *_READERS)
        return differences(catalogue.version(permit_type, before), catalogue.version(permit_type, after))

    def in_place(self, *, actor: Actor) -> CatalogueInPlace | None:
        """
        Return which catalogue the office was opened with last, and since when; None: no office has noted it.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "versions", *_READERS)
            found = read_in_place(work.settings)
        local = self._context.calendar.time_zone.local
        return None if found is None else attrs.evolve(found, since=local(found.since))

    def preview(self, archive: BinaryIO | Path, *, actor: Actor) -> CataloguePreview:
        """
        Check a new catalogue, and return what it would change against that of today; nothing is changed.

        Args:
            archive: ZIP file of its folder, or the package (wheel) that brings it; or the path of one, or of the
                folder itself.
            actor: An administrator, or the host application.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``catalogue-archive``: it is not a ZIP file of a catalogue, or is too large.
        """
        with self._context.work_for(actor, read_only=True):
            require_administrator(actor, "preview-catalogue")
        if isinstance(archive, Path):
            if archive.is_dir():
                return self._checked(next(_roots(archive), archive), actor)
            with archive.open("rb") as file:
                return self.preview(file, actor=actor)
        with TemporaryDirectory(prefix="perizinan-catalogue-") as name:
            return self._checked(_unpacked(archive, Path(name)), actor)

    def _checked(self, folder: Path, actor: Actor) -> CataloguePreview:
        report = check_catalogue(folder)
        if report.problems:
            return CataloguePreview(problems=report.problems, changes=(), unchanged=0)
        return self._compared(load_catalogue(folder), actor)

    def _compared(self, new: Catalogue, actor: Actor) -> CataloguePreview:
        old = self._context.catalogue
        with self._context.work_for(actor, read_only=True) as work:
            lost = tuple(
                LostVersion(code=code, version=version, open_cases=self._open_cases(work, code, version))
                for code, version in lost_versions(work, new)
            )
            changes = tuple(
                self._change(work, before, after)
                for code in sorted({*old.codes(), *new.codes()})
                for before, after in _pairs(old, new, code)
            )
        touched = {one.code for one in changes}
        return CataloguePreview(
            problems=(),
            changes=changes,
            unchanged=sum(code not in touched for code in new.codes()),
            lost=lost,
        )

    def _change(self, work: UnitOfWork, before: PermitType | None, after: PermitType | None) -> TypeChange:
        known = before or after
        assert known is not None  # noqa: S101 - a type that neither has is not compared
        found = differences(before, after) if before is not None and after is not None else ()
        same = before is not None and after is not None and before.version == after.version
        return TypeChange(
            code=known.code,
            before="" if before is None else before.version,
            after="" if after is None else after.version,
            differences=found,
            is_silent=same and any(one.path.partition("/")[0] != "in_force" for one in found),
            open_cases=0 if before is None else self._open_cases(work, before.code, before.version),
        )

    def _open_cases(self, work: UnitOfWork, code: str, version: str) -> int:
        courses = frozenset(
            text
            for text in work.applications.courses()
            if (course := Course.parse(text)).permit_type == code and course.version == version
        )
        if not courses:
            return 0
        return work.applications.count(ApplicationFilter(states=_OPEN, courses=courses))


def _pairs(
    old: Catalogue, new: Catalogue, code: str
) -> Iterator[tuple[PermitType | None, PermitType | None]]:
    """Yield versions to be compared: those of one name that differ, and the newest of both where it is another one."""
    before, after = (_versions(one, code) for one in (old, new))
    for name, item in before.items():
        if name in after and differences(item, after[name]):
            yield item, after[name]
    newest, following = (next(reversed(one.values()), None) for one in (before, after))
    if newest is None or following is None or newest.version != following.version:
        yield newest, following


def _versions(catalogue: Catalogue, code: str) -> dict[str, PermitType]:
    """Return the versions of a type by their names, the newest last; of an unknown one there are none."""
    return {item.version: item for item in catalogue.versions(code)} if code in catalogue.codes() else {}


def _unpacked(archive: BinaryIO, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [item for item in opened.infolist() if not item.is_dir()]
            if len(members) > _MOST_FILES or sum(item.file_size for item in members) > _MOST_BYTES:
                raise ServiceError("catalogue-archive", files=_MOST_FILES, megabytes=_MOST_BYTES // 1024**2)
            for item in members:
                # Links are written as files, and names stay below the folder (`ZipFile.extract`).
                opened.extract(item, folder)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise ServiceError(
            "catalogue-archive", files=_MOST_FILES, megabytes=_MOST_BYTES // 1024**2
        ) from error
    return next(_roots(folder), folder)


def _roots(folder: Path) -> Iterator[Path]:
    """Yield the folders that hold a catalogue: the one with the authority's file, however deep it was packed."""
    for path in sorted(folder.rglob("authority.yaml"), key=lambda one: len(one.parts)):
        yield path.parent

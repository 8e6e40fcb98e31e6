"""Whether the catalogue in place still has what cases on record keep, with the rules that it had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from perizinan_core.bootstrap._findings import MOST_NAMED, OfficeFinding
from perizinan_core.i18n import N_
from perizinan_core.services._in_place import lost_versions, read_in_place

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["catalogue"]


def catalogue(office: Office) -> Iterator[OfficeFinding]:
    """Name versions that cases keep and that are gone, and those whose rules changed under the same name."""
    with office.storage.unit_of_work(read_only=True) as work:
        lost = lost_versions(work, office.catalogue)
        known = read_in_place(work.settings)
    for code, version in lost[:MOST_NAMED]:
        yield OfficeFinding(
            code="catalogue-version-lost",
            sentence=N_(
                "Cases keep version {version} of {permit_type}, and the catalogue in place lacks it."
            ),
            remedy=N_(
                "Install a package whose catalogue has this version too, and open the office again. To see it before: "
                "perizinan catalogue compare"
            ),
            fields={"permit_type": code, "version": version},
        )
    for name in () if known is None else known.changed[:MOST_NAMED]:
        code, _, version = name.partition(" ")
        yield OfficeFinding(
            code="catalogue-rules-changed",
            sentence=N_(
                "The rules of {permit_type} {version} are other ones than before, under the same name: cases that keep "
                "this version are judged by them."
            ),
            remedy=N_(
                "Give the changed rules a version of their own and keep the one before, then open the office again."
            ),
            fields={"permit_type": code, "version": version},
        )

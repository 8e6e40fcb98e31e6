"""The versions of one permit type in time."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems
from perizinan_core.i18n import N_
from perizinan_core.model._permit_type import PermitType

__all__ = ["check_versions"]


def check_versions(problems: Problems, permits: Sequence[tuple[PermitType, Node]]) -> None:
    """Report versions of one code that overlap or have the same name; warn about gaps between them."""
    ordered = sorted(permits, key=lambda pair: (pair[0].code, str(pair[0].in_force.start or "")))
    for _, group in itertools.groupby(ordered, key=lambda pair: pair[0].code):
        versions = list(group)
        for (one, _), (other, node) in itertools.combinations(versions, 2):
            if one.version == other.version:
                problems.add(
                    node.at("version"),
                    "duplicate-version",
                    N_("the version {version} of {code} exists already; give this one another name"),
                    version=other.version,
                    code=other.code,
                )
            if one.in_force.overlaps(other.in_force):
                problems.add(
                    node.at("in_force"),
                    "version-overlap",
                    N_(
                        "the versions {one} and {other} of {code} are in force on the same day; "
                        "end the older one the day before"
                    ),
                    one=one.version,
                    other=other.version,
                    code=other.code,
                )
        for (before, _), (after, node) in itertools.pairwise(versions):
            end, start = before.in_force.end, after.in_force.start
            if end is not None and start is not None and start > end + timedelta(days=1):
                problems.warn(
                    node.at("in_force"),
                    "version-gap",
                    N_("no version of {code} is in force from {start} to {end}; no one can apply then"),
                    code=after.code,
                    start=end + timedelta(days=1),
                    end=start - timedelta(days=1),
                )

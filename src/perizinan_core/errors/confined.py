"""Child processes that read what strangers send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["ChildStartError"]


@attrs.define(slots=False, eq=False)
class ChildStartError(PerizinanError):
    """A child process cannot be started, or ended before it took a task."""

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.UNAVAILABLE: "child-start",
        }
    )

    code: ClassVar[str] = "child-start"
    sentence: ClassVar[str] = N_(
        "Expected a child process that can start, but one could not ({fault}). "
        "Check the free memory and the installation, then try again."
    )

    fault: str
    """What the system said."""

    cause: str = attrs.field(default="", kw_only=True)
    """What the child itself said of it: the kind of an error, or a module that is missing. For the log."""

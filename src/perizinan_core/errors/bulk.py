"""
Errors of runs over many files.

::

    PerizinanError
    └── BulkError
        ├── BulkWorkerError     worker processes cannot be started
        └── ResumeFileError     a resume file that belongs to another run, or is none
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_

__all__ = ["BulkError", "BulkWorkerError", "ResumeFileError"]


class BulkError(PerizinanError):
    """Any error of a run over many files that ends the run."""

    code: ClassVar[str] = "bulk"


@attrs.define(slots=False, eq=False)
class BulkWorkerError(BulkError):
    """Worker processes cannot be started, or cannot open what they need."""

    code: ClassVar[str] = "bulk-worker"
    sentence: ClassVar[str] = N_(
        "Expected worker processes that can start, but one could not ({problem}). "
        "Check the free memory and the options, then run the same command again."
    )

    problem: str
    """What the worker said."""


@attrs.define(slots=False, eq=False)
class ResumeFileError(BulkError):
    """A resume file that cannot be used; it is left as it is."""

    code: ClassVar[str] = "resume-file"
    sentence: ClassVar[str] = N_(
        "Expected a resume file of this very run, but {problem}. "
        "Name a new file to begin anew, or repeat the options of the interrupted run."
    )

    problem: str
    """What is wrong with it."""

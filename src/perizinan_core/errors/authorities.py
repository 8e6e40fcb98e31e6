"""
Errors of folders and directories with many offices.

::

    PerizinanError
    └── VerificationError
        ├── AuthorityFolderError         a folder with authority documents that cannot be read
        └── DirectoryError               a directory of offices that cannot be used
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from perizinan_core.errors.verification import VerificationError
from perizinan_core.i18n import N_

__all__ = ["AuthorityFolderError", "DirectoryError"]


@attrs.define(slots=False, eq=False)
class AuthorityFolderError(VerificationError):
    """A folder that holds no authority documents."""

    code: ClassVar[str] = "authority-folder"
    sentence: ClassVar[str] = N_(
        "Expected a folder with an authority document for each office (SHORT-NAME.json) in {folder}, but {problem}. "
        "Fetch the documents into it: perizinan authority fetch"
    )

    folder: str
    problem: str
    """English clause that says what is wrong."""


@attrs.define(slots=False, eq=False)
class DirectoryError(VerificationError):
    """A directory of offices that cannot be used; every problem is listed with its path."""

    code: ClassVar[str] = "directory"
    sentence: ClassVar[str] = N_(
        "The directory of offices cannot be used: {problems}. Fetch it again from the one who keeps it."
    )

    problems: tuple[str, ...]
    """English clauses, each with the path of the field."""

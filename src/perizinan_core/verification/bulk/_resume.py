"""
The resume file: which files of a run are done, so that an interrupted run continues where it stood.

A line of JSON each: first what the run was (authority document, moment, options), then every file with
size, time of change and highest exit code, and for archives how far it came. A line is written after the
report has left the process, so a crash repeats at most one report and loses none. A last line that was
cut or damaged is left out and written over, with all behind it. It holds paths and no other personal data.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Self

import attrs

from perizinan_core.errors.verification import ResumeFileError
from perizinan_core.i18n import N_, Clause
from perizinan_core.verification._report import EXIT_CODES
from perizinan_core.verification.bulk._walking import FoundFile

_FORMAT = "perizinan-verify-resume-1"
_CODES = frozenset(EXIT_CODES.values())


@attrs.define
class _Known:
    size: int
    mtime_ns: int
    place: int
    """Last member that is done, -1: none."""

    done: bool
    code: int


class ResumeFile:
    """
    An open resume file; close it, or use it as context manager.

    Args:
        path: The file; made when it is not there.
        run: What must be the same for a run to continue; ``at`` is its moment.

    Raises:
        ResumeFileError: when it belongs to another run, or is not a resume file.
        OSError: when it cannot be written.
    """

    def __init__(self, path: Path, run: Mapping[str, str]) -> None:
        self._known: dict[str, _Known] = {}
        keep = self._read(path, run) if path.exists() and path.stat().st_size else 0
        self._file: IO[bytes] = path.open("r+b" if keep else "wb")
        self._file.seek(keep)
        self._file.truncate()
        if not keep:
            self._write({"format": _FORMAT, **run})

    @staticmethod
    def moment(path: Path) -> str | None:
        """Return the moment of the run that a resume file belongs to, or None: there is none to continue with."""
        try:
            with path.open("rb") as file:
                head = json.loads(file.readline(65536))
        except (OSError, ValueError):
            return None
        moment = head.get("at") if isinstance(head, dict) else None
        return moment if isinstance(moment, str) else None

    @property
    def worst(self) -> int:
        """Highest exit code of the files that are done."""
        return max((item.code for item in self._known.values()), default=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def skip(self, file: FoundFile) -> int | None:
        """Return the place of the last member that is done, -1 when nothing is; None when the file is done."""
        known = self._known.get(_key(file.path))
        if known is None or (known.size, known.mtime_ns) != (file.size, file.mtime_ns) or file.size < 0:
            return -1
        return None if known.done else known.place

    def code(self, file: FoundFile) -> int:
        """Return the highest exit code of the part of an archive that is done."""
        known = self._known.get(_key(file.path))
        return known.code if known is not None else 0

    def note(self, file: FoundFile, *, code: int, place: int = -1, done: bool = False) -> None:
        """Write down how far a file is; ``code`` is the highest exit code in it so far."""
        known = _Known(file.size, file.mtime_ns, place, done, code)
        self._write({"path": _key(file.path), **attrs.asdict(known)})

    def _write(self, row: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(row).encode("ascii") + b"\n")
        self._file.flush()

    def _read(self, path: Path, run: Mapping[str, str]) -> int:
        """Read what is there; return where the next line goes."""
        end = 0
        with path.open("rb") as file:
            head = _parsed(file.readline())
            if head is None or head.get("format") != _FORMAT:
                raise ResumeFileError(fault=N_("it is not a resume file"))
            different = sorted(name for name in run if head.get(name) != run[name])
            if different:
                raise ResumeFileError(fault=Clause("{names} differ", names=", ".join(different)))
            end = file.tell()
            for line in file:
                known = _known(_parsed(line) or {}) if line.endswith(b"\n") else None
                if known is None:
                    break
                self._known[known[0]] = known[1]
                end += len(line)
        return end


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _known(row: Mapping[str, Any]) -> tuple[str, _Known] | None:
    """Return what a line says, or None when it was damaged: then it and what follows is done again."""
    path: Any = row.get("path")
    values: list[Any] = [row.get(item.name) for item in attrs.fields(_Known)]
    if not isinstance(path, str) or [type(value) for value in values] != [int, int, int, bool, int]:
        return None
    known = _Known(*values)
    return (path, known) if known.code in _CODES else None


def _key(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of something that must be the same in a run that continues."""
    return hashlib.sha256(data).hexdigest()

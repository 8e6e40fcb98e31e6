"""
Which files a folder offers, in a fixed order, without opening one that could hang.

Taken are files called ``*.pdf``, archives (`archives.is_archive_name`), and files of any other name that
begin as a PDF does. Links to folders are not followed, so no loop is possible; a link to an ordinary
file is. A pipe, device or dangling link that calls itself a PDF is offered as ``special``: it is
reported and never opened. What cannot be looked into (a folder that cannot be listed, a file that may not
be read) is offered as a file, so that its report says so: a permit may be in it, and silence would
count as an answer.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from perizinan_core.verification._display import display_name
from perizinan_core.verification.bulk._archives import is_archive_name

_HEAD = 1024


@attrs.frozen
class FoundFile:
    """A file to be judged."""

    path: Path
    kind: str
    """``"file"``, ``"archive"`` or ``"special"`` (no ordinary file)."""

    size: int = -1
    mtime_ns: int = -1

    @property
    def name(self) -> str:
        """Its name in reports."""
        return display_name(str(self.path))


@attrs.define
class Passed:
    """What was left aside on the way."""

    files: int = 0
    """Ordinary files that are neither PDF nor archive by name, nor begin as a PDF."""

    folders: int = 0
    """Links to folders."""


def find_files(paths: Iterable[Path], passed: Passed | None = None) -> Iterator[FoundFile]:
    """
    Yield the files at ``paths``: those named themselves always, those in folders by the rules above.

    Args:
        paths: Files and folders, in the order in which they are to be judged.
        passed: Counts what is left aside.
    """
    counts = passed if passed is not None else Passed()
    for path in paths:
        if _leads_to_folder(path):
            yield from _folder(path, counts)
        else:
            yield _offer(path)


def _folder(root: Path, passed: Passed) -> Iterator[FoundFile]:
    # A stack of names, not recursion: a tree may be deeper than Python's stack.
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError:
            yield FoundFile(folder, "file")
            continue
        inner: list[Path] = []
        for entry in listed:
            path = Path(entry.path)
            if _is_folder(entry):
                inner.append(path)
            elif _is_link(entry) and _leads_to_folder(path):
                passed.folders += 1
            elif _wanted(path):
                yield _offer(path)
            else:
                passed.files += 1
        pending += reversed(inner)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _leads_to_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        # Path.is_dir() raises for some: a link whose target has too long a name must not end the run.
        return False


def _wanted(path: Path) -> bool:
    """Return True when a file is taken for a PDF or an archive, or keeps to itself whether it is one."""
    if path.name.lower().endswith(".pdf") or is_archive_name(path.name):
        return True
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        # Should someone put a pipe in its place meanwhile: do not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            return b"%PDF-" in os.read(descriptor, _HEAD)
        finally:
            os.close(descriptor)
    except PermissionError:
        return True
    except OSError:  # gone meanwhile, or a device that does not answer
        return False


def _offer(path: Path) -> FoundFile:
    try:
        found = path.stat()
    except OSError as error:
        # Reading it says why it cannot be read; a dangling link is not a file at all.
        dangling = not isinstance(error, PermissionError) and _is_link(path)
        return FoundFile(path, "special" if dangling else "file")
    if not stat.S_ISREG(found.st_mode):
        return FoundFile(path, "special")
    kind = "archive" if is_archive_name(path.name) else "file"
    return FoundFile(path, kind, found.st_size, found.st_mtime_ns)


def _is_link(path: Path | os.DirEntry[str]) -> bool:
    try:
        return path.is_symlink()
    except OSError:
        return False

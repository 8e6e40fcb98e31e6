"""Files that a command writes: refused at the start when they cannot be written, or are read by the same run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

from perizinan_core.i18n import N_, translate

__all__ = ["check_output"]


def check_output(option: str, path: Path | None, reads: Iterable[Path], language: str) -> None:
    """
    Refuse a file to be written that would take the place of one that is read, or that cannot be written.

    Found at the start: ten thousand files later the work would be lost, and so would a permit.

    Args:
        option: The option that names it, e.g. ``"--report"``.
        path: The file, or None when the option was not given.
        reads: Files and folders that the command reads.
        language: ``"id"`` or ``"en"``.

    Raises:
        click.UsageError: with the reason.
    """
    if path is None:
        return
    if path.exists() and any(_reads(item, path) for item in reads):
        sentence = N_("{option}: {path} is read by this very command and would be lost. Name another file.")
    elif path.exists() and not path.is_file():
        sentence = N_("{option}: {path} is not an ordinary file and stays as it is. Name a file.")
    elif not path.parent.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        sentence = N_("{option}: {path} cannot be written: its folder is missing or closed to you.")
    else:
        return
    raise click.UsageError(translate(sentence, language, option=option, path=path))


def _reads(read: Path, path: Path) -> bool:
    if not read.exists():
        return False
    if read.is_dir():
        return read.resolve() in path.resolve().parents
    return read.samefile(path)

"""Which inspection of uploads is installed: files that it could not judge are judged again by the next one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import metadata, resources

__all__ = ["inspection_version"]

_PARSERS = ("pypdf", "pikepdf", "pillow", "pillow-heif")
"""Distributions whose update may change what an inspection says; one that is not installed counts as such."""

_CHARACTERS = 16


@lru_cache(maxsize=1)
def inspection_version() -> str:
    """
    Return a short name of the installed inspection: it changes with our code and with the parsers.

    Made from the code itself, because an office may run what has no version number yet.
    """
    digest = hashlib.sha256()
    for package in ("documents", "documents._inspection", "confined"):
        room = resources.files(f"perizinan_core.{package}")
        for file in sorted(room.iterdir(), key=lambda item: item.name):
            if file.name.endswith(".py"):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    for name in _PARSERS:
        digest.update(f"{name} {_installed(name)}\n".encode())
    return digest.hexdigest()[:_CHARACTERS]


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "-"

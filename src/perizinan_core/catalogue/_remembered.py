"""
A catalogue that passed its checks is not checked again at each opening.

Remembered is one digest, in one file: of everything that the checks depend on, which are the files of the catalogue as
they were read, and the code that checks them. It says "passed without a problem" and nothing else. Where it cannot be
read, is another one, or is something else altogether, the catalogue is checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from perizinan_core._saved_file import replace_file

__all__ = ["ReadFiles", "has_passed", "note_passed", "remembering"]

_PLACE: ContextVar[Path | None] = ContextVar("checked_catalogue", default=None)
_ROOM = Path(__file__).parent
_LONGEST = 128


@contextlib.contextmanager
def remembering(place: Path) -> Iterator[None]:
    """Let `load_catalogue` inside remember in a file that a catalogue passed; its folder has to be there."""
    token = _PLACE.set(place)
    try:
        yield
    finally:
        _PLACE.reset(token)


class ReadFiles:
    """The digest of files that are being read, and of the code that checks them."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256(_code())

    def add(self, name: str, data: bytes) -> None:
        """Add a file as it was read."""
        for part in (name.encode("utf-8", "surrogatepass"), data):
            self._digest.update(len(part).to_bytes(8, "big") + part)

    @property
    def digest(self) -> str:
        """The digest of all that was added."""
        return self._digest.hexdigest()


def has_passed(files: ReadFiles) -> bool:
    """Return True when it is on record that exactly these files passed."""
    place = _PLACE.get()
    if place is None:
        return False
    try:
        with place.open("rb") as file:
            return file.read(_LONGEST) == files.digest.encode()
    except OSError:
        return False


def note_passed(files: ReadFiles) -> None:
    """Put on record that these files passed, where that can be written."""
    place = _PLACE.get()
    if place is not None:
        with contextlib.suppress(OSError):
            replace_file(place, files.digest.encode())


@cache
def _code() -> bytes:
    """Return what tells one state of the checking code from another, that of a working copy too."""
    try:
        core = version("perizinan-core")
    except PackageNotFoundError:
        core = "unknown"
    modules = sorted((*_ROOM.rglob("*.py"), *(_ROOM.parent / "model").rglob("*.py")))
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in modules]
    return repr((core, platform.python_version(), facts)).encode()

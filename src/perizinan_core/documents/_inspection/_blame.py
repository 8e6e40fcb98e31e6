"""
Whose fault an exception is: the file's, which a parser could not read, or ours.

Our own programming error is never a verdict about someone's file. What a parser raises over a damaged file may be
of any type (`TypeError`, `KeyError`…), so the type alone cannot tell; the innermost frame of the traceback that
belongs to a parser or to us does.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, TracebackType

__all__ = ["is_damage", "parsing", "place_of"]

_PARSERS = frozenset(
    {
        "pypdf",
        "PIL",
        "pillow_heif",
        "_pillow_heif",
        "pikepdf",
        "zipfile",
        "zlib",
        "lzma",
        "_lzma",
        "bz2",
        "xml",
        "pyexpat",
    }
)
_OURS = "perizinan_core"
_PLACES = 5
_UNPLAIN = re.compile(r"[^\w.:, ]", re.ASCII)


def is_damage(error: BaseException) -> bool:
    """Return whether a parser gave up on the file; otherwise the fault is ours, or the machine's."""
    if isinstance(error, MemoryError):
        return False
    if _package(type(error).__module__) in _PARSERS:  # also where C code raises it, which has no frame
        return True
    for frame in reversed(_frames(error.__traceback__)):
        package = _package(str(frame.f_globals.get("__name__", "")))
        if package in _PARSERS:
            return True
        if package == _OURS:
            return False
    return False


@contextlib.contextmanager
def parsing(instead: Callable[[], Exception]) -> Iterator[None]:
    """Turn what a parser raises inside the block into ``instead()``; our own faults pass through."""
    try:
        yield
    except Exception as error:
        if is_damage(error):
            raise instead() from error
        raise


def place_of(error: BaseException) -> str:
    """Return type and places of an exception for the developers: no message, which may quote the file."""
    places = [
        f"{Path(frame.f_code.co_filename).name}:{line} {frame.f_code.co_name}"
        for frame, line in _lines(error.__traceback__)[-_PLACES:]
    ]
    return _UNPLAIN.sub("", ", ".join([type(error).__name__, *reversed(places)]))


def _frames(trace: TracebackType | None) -> list[FrameType]:
    return [frame for frame, _ in _lines(trace)]


def _lines(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    found = []
    while trace is not None:
        found.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _package(module: str) -> str:
    return module.partition(".")[0]

"""Reading a file with a bound on its size."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from perizinan_core.errors.verification import SourceReadError
from perizinan_core.i18n import Clause

Source = bytes | str | PathLike[str] | BinaryIO
"""A file: its bytes, its path, or the open binary file."""

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc", b"msf1"}


def picture_kind(data: bytes) -> str | None:
    """Return ``"png"``, ``"jpeg"``, ``"webp"`` or ``"heic"`` by the first bytes, or None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return "heic" if data[4:8] == b"ftyp" and data[8:12] in _HEIC else None


def source_name(source: Source) -> str:
    """Return the last part of a path; ``"-"`` for what has none."""
    return Path(source).name if isinstance(source, (str, PathLike)) else "-"


def read_source(source: Source, max_bytes: int) -> bytes:
    """
    Return the bytes of a file, at most ``max_bytes``.

    Raises:
        SourceReadError: when it cannot be opened or is larger.
    """
    try:
        if isinstance(source, (str, PathLike)):
            with Path(source).open("rb") as file:
                # Asked for all that could come, Python makes room for all of it first.
                size = min(os.fstat(file.fileno()).st_size, max_bytes)
                data = file.read(size + 1)
                if len(data) > size:
                    data += file.read(max_bytes - size)
        elif isinstance(source, (bytes, bytearray, memoryview)):
            data = bytes(source)
        else:
            data = source.read(max_bytes + 1)
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        problem = getattr(error, "strerror", None)
        raise SourceReadError("cannot-open", problem or "it cannot be opened") from error
    if len(data) > max_bytes:
        raise SourceReadError("too-large", Clause("it is larger than {limit} bytes", limit=max_bytes))
    return data

"""ZIP archives as office files use them: listed and measured without trusting what they say of themselves."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

import attrs

from perizinan_core.documents._content_types import OFFICE_TYPES
from perizinan_core.documents._inspection._blame import parsing

__all__ = ["BadArchiveError", "office_type", "read_entry", "sound_entries"]

_MAX_ENTRIES = 10_000
_PIECE = 64 * 1024
_ENCRYPTED_FLAG = 0x1
_LOCAL_HEADER = 30
_END_RECORD = 22
_OPC = "application/vnd.openxmlformats-officedocument."
_WORD, _SHEET = f"{_OPC}wordprocessingml.document", f"{_OPC}spreadsheetml.sheet"
_OPC_MARKERS = {
    b"wordprocessingml.document.main+xml": _WORD,
    b"ms-word.document.macroEnabled.main+xml": _WORD,
    b"spreadsheetml.sheet.main+xml": _SHEET,
    b"ms-excel.sheet.macroEnabled.main+xml": _SHEET,
}


@attrs.frozen
class BadArchiveError(Exception):
    """The archive cannot be taken; ``code`` is the finding."""

    code: str
    """``"damaged"``, ``"bomb"``, ``"office-encrypted"``, ``"leading-data"`` or ``"trailing-data"``."""

    extra_bytes: int = 0
    """Foreign bytes, for ``"trailing-data"``."""


def office_type(file: BinaryIO) -> str:
    """Return the office media type of a ZIP archive, or ``"application/zip"`` for any other."""
    try:
        with parsing(lambda: BadArchiveError("damaged")), zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                declared = (
                    read_entry(archive, archive.getinfo("mimetype"), 200).decode("ascii", "replace").strip()
                )
                return declared if declared in OFFICE_TYPES else "application/zip"
            if "[Content_Types].xml" in names:
                types = read_entry(archive, archive.getinfo("[Content_Types].xml"), 1024 * 1024)
                return next(
                    (kind for marker, kind in _OPC_MARKERS.items() if marker in types), "application/zip"
                )
            if any(name.startswith("META-INF/MANIFEST.MF") or name.endswith(".dex") for name in names):
                return "application/x-executable"
    except BadArchiveError:
        return "application/zip"
    return "application/zip"


def sound_entries(
    file: BinaryIO, archive: zipfile.ZipFile, size: int, max_unpacked: int
) -> list[zipfile.ZipInfo]:
    """
    Return the entries of an archive that is exactly what it seems: no gap tricks, no lies about sizes.

    Checked in order: (1) the archive begins at byte 0 and ends at the last byte; (2) few enough entries;
    (3) distinct, relative names; (4) nothing encrypted; (5) no entry overlaps another; (6) sizes within
    the limit.

    Raises:
        BadArchiveError: One of them fails.
    """
    entries = archive.infolist()
    if not entries or min(entry.header_offset for entry in entries) != 0:  # (1)
        raise BadArchiveError("leading-data")
    file.seek(max(0, size - _END_RECORD))
    if file.read(4) != b"PK\x05\x06":
        raise BadArchiveError("trailing-data", len(archive.comment) or 1)
    if len(entries) > _MAX_ENTRIES:  # (2)
        raise BadArchiveError("bomb")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or any(_leads_out(name) for name in names):  # (3)
        raise BadArchiveError("damaged")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):  # (4)
        raise BadArchiveError("office-encrypted")
    end = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):  # (5)
        if entry.header_offset < end:
            raise BadArchiveError("bomb")
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
    if sum(entry.file_size for entry in entries) > max_unpacked:  # (6)
        raise BadArchiveError("bomb")
    return entries


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """
    Return an entry's content, its checksum checked.

    Raises:
        BadArchiveError: It is damaged, or unpacks to more than ``limit`` bytes.
    """
    content = bytearray()
    with parsing(lambda: BadArchiveError("damaged")), archive.open(entry) as stream:
        while len(content) <= limit and (piece := stream.read(_PIECE)):
            content += piece
    if len(content) > limit:
        raise BadArchiveError("bomb")
    return bytes(content)


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or "\0" in name or ":" in parts[0]

"""What kind of file this is, by its content alone, and whether it is a second kind at the same time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from perizinan_core.documents._inspection._blame import parsing
from perizinan_core.documents._inspection._zip_structure import office_type

__all__ = [
    "MESSAGE_END",
    "PDF_SEARCH_BYTES",
    "Content",
    "content_type_of",
    "is_also_archive",
    "is_also_document",
]

Content = memoryview | bytes
HEAD_BYTES = 4096
PDF_SEARCH_BYTES = 1024
"""Readers look for ``%PDF-`` in this many bytes (ISO 32000-1 Annex H, implementation note 13)."""

MESSAGE_END = re.compile(rb"[\r\n]{0,4}--[\w'()+,./:=?-]{1,70}--[\r\n]{0,4}\Z", re.ASCII)
"""The last boundary (RFC 2046, 5.1.1) of the form or letter that the file came in, left behind it."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/x-archive"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-archive"),
    (b"\x1f\x8b", "application/x-archive"),
    (b"BZh", "application/x-archive"),
    (b"\xfd7zXZ\0", "application/x-archive"),
    (b"MSCF", "application/x-archive"),
    (b"MZ", "application/x-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/x-executable"),
    (b"\xfe\xed\xfa", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-executable"),
    (b"#!", "text/x-script"),
    (b"<?php", "text/x-script"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
    (b"\x1aE\xdf\xa3", "video/mp4"),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|object|embed|meta\s)", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_SCRIPT = re.compile(
    rb"^\s*(?:@echo\s+off|<%|<job|function\s+\w+\s*\(|var\s+\w+\s*=|(?:on error resume))", re.IGNORECASE
)
_FOREIGN_TEXT = re.compile(rb"<\?php|<script[\s>]|<!doctype html|<html[\s>]|<iframe[\s>]", re.IGNORECASE)


def content_type_of(file: BinaryIO, head: bytes) -> str:
    """
    Return the media type that the content shows.

    Args:
        file: The whole file; looked into only to tell office files from other ZIP archives.
        head: Its first `HEAD_BYTES` bytes.
    """
    by_magic = _by_magic(file, head)
    if by_magic is not None:
        return by_magic
    if b"%PDF-" in head[:PDF_SEARCH_BYTES]:
        return "application/pdf"
    return _by_text(head)


def _by_magic(file: BinaryIO, head: bytes) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        return office_type(file)
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith(b"RIFF"):
        return "image/webp" if head[8:12] == b"WEBP" else "video/mp4"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def _iso_media(head: bytes) -> str:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, length, 4))}
    if head[8:12] in _AVIF_BRANDS or (brands & _AVIF_BRANDS and not brands & {b"heic", b"heix"}):
        return "image/avif"
    return "image/heic" if brands & _HEIC_BRANDS else "video/mp4"


def _by_text(head: bytes) -> str:
    text = _as_ascii(head)
    if _SVG.search(text):
        return "image/svg+xml"
    if _HTML.search(text):
        return "text/html"
    if text.lstrip().startswith(b"<?xml"):
        return "text/xml"
    if _SCRIPT.search(text):
        return "text/x-script"
    control = sum(1 for byte in text if byte < 0x20 and byte not in b"\t\n\r\f\x1b")
    return "application/octet-stream" if control else "text/plain"


def _as_ascii(head: bytes) -> bytes:
    # UTF-16 text, with or without mark, so that tags in it are seen.
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        len(head) > 3 and 0 in (head[0], head[1]) and head[0] != head[1]
    ):
        return head.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return head.removeprefix(_BYTE_ORDER_MARK)


class _NoArchiveError(Exception):
    pass


def is_also_archive(file: BinaryIO) -> bool:
    """Return whether ZIP programs find an archive in the file, wherever it begins."""
    try:
        with parsing(_NoArchiveError), zipfile.ZipFile(file) as archive:
            return bool(archive.infolist())
    except _NoArchiveError:
        return False


def is_also_document(find: Callable[[bytes], int], search: Callable[[re.Pattern[bytes]], object]) -> bool:
    """Return whether a PDF, a web page or a script is hidden in a picture or archive."""
    return find(b"%PDF-") >= 0 or search(_FOREIGN_TEXT) is not None

"""The kinds of files that this room can tell apart, with the words for them."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_

__all__ = ["DANGEROUS_TYPES", "KNOWN_TYPES", "OFFICE_TYPES", "ContentType", "type_for_name"]


@attrs.frozen
class ContentType:
    """One kind of file."""

    name: str
    """The media type, e.g. ``"image/jpeg"``."""

    label: str
    """English msgid of the words for it."""

    suffixes: tuple[str, ...]
    """Endings that an honest file name of this kind has, lower case, without the dot."""

    acceptable: bool = False
    """Whether an inspection exists, so that a policy may accept this kind."""


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ODT = "application/vnd.oasis.opendocument.text"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"

OFFICE_TYPES = frozenset({_WORD, _SHEET, _ODT, _ODS})
"""Office files; accepted only where a requirement names them."""

_TYPES = (
    ContentType("application/pdf", N_("PDF document"), ("pdf",), acceptable=True),
    ContentType("image/jpeg", N_("JPEG picture"), ("jpg", "jpeg", "jpe", "jfif"), acceptable=True),
    ContentType("image/png", N_("PNG picture"), ("png",), acceptable=True),
    ContentType("image/webp", N_("WebP picture"), ("webp",), acceptable=True),
    ContentType("image/heic", N_("HEIC picture (iPhone)"), ("heic", "heif"), acceptable=True),
    ContentType(_WORD, N_("Word document (docx)"), ("docx",), acceptable=True),
    ContentType(_SHEET, N_("Excel workbook (xlsx)"), ("xlsx",), acceptable=True),
    ContentType(_ODT, N_("OpenDocument text (odt)"), ("odt",), acceptable=True),
    ContentType(_ODS, N_("OpenDocument spreadsheet (ods)"), ("ods",), acceptable=True),
    ContentType(
        "application/x-ole-storage", N_("old or password-protected Office file"), ("doc", "xls", "ppt")
    ),
    ContentType("application/zip", N_("ZIP archive"), ("zip",)),
    ContentType(
        "application/x-archive", N_("archive"), ("rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "cab")
    ),
    ContentType("image/gif", N_("GIF picture"), ("gif",)),
    ContentType("image/bmp", N_("BMP picture"), ("bmp", "dib")),
    ContentType("image/tiff", N_("TIFF picture"), ("tif", "tiff")),
    ContentType("image/avif", N_("AVIF picture"), ("avif",)),
    ContentType("video/mp4", N_("video"), ("mp4", "mov", "m4v", "3gp", "avi", "mkv", "webm")),
    ContentType("application/rtf", N_("RTF document"), ("rtf",)),
    ContentType("application/postscript", N_("PostScript document"), ("ps", "eps", "ai")),
    ContentType("text/plain", N_("plain text"), ("txt", "csv", "md", "log")),
    ContentType("text/html", N_("web page"), ("html", "htm", "xhtml", "mht", "mhtml")),
    ContentType("image/svg+xml", N_("SVG drawing"), ("svg", "svgz")),
    ContentType("text/xml", N_("XML file"), ("xml",)),
    ContentType(
        "text/x-script", N_("script"), ("js", "vbs", "ps1", "bat", "cmd", "sh", "py", "php", "hta", "jse")
    ),
    ContentType(
        "application/x-executable", N_("program"), ("exe", "dll", "com", "scr", "msi", "apk", "jar", "lnk")
    ),
    ContentType("application/octet-stream", N_("file of unknown kind"), ()),
)

KNOWN_TYPES = {kind.name: kind for kind in _TYPES}
"""Every kind by its media type."""

DANGEROUS_TYPES = frozenset({"text/html", "image/svg+xml", "text/x-script", "application/x-executable"})
"""Kinds that run or show foreign code when opened; refused with a sentence of their own."""

_BY_SUFFIX = {suffix: kind.name for kind in _TYPES for suffix in kind.suffixes}


def type_for_name(file_name: str) -> str | None:
    """Return the media type that the ending of ``file_name`` promises, or None when it promises none."""
    stem, dot, suffix = file_name.rpartition(".")
    return _BY_SUFFIX.get(suffix.strip().lower()) if dot and stem else None

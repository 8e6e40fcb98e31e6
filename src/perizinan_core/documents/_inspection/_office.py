"""
Office files: Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300).

XML is read with a parser that refuses every document type declaration, so no entity can unfold.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from typing import BinaryIO
from xml.parsers import expat

from perizinan_core.documents._inspection._observations import Limits, Observations
from perizinan_core.documents._inspection._sniffing import is_also_document
from perizinan_core.documents._inspection._zip_structure import BadArchiveError, read_entry, sound_entries

__all__ = ["inspect_office", "inspect_old_office"]

_MAX_XML = 64 * 1024 * 1024
_MAX_DEPTH = 256
_OLD_MARKER_BYTES = 1024 * 1024
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MACRO_PARTS = re.compile(r"vbaproject|vbadata|(^|/)macrosheets/|(^|/)basic/|(^|/)scripts/", re.IGNORECASE)
_EMBEDDED_PARTS = re.compile(
    r"(^|/)(embeddings|activex|ctrlprops)/|oleobject|^object \d+/|^objectreplacements/", re.IGNORECASE
)
_EXTERNAL_PARTS = re.compile(r"(^|/)externallinks/|(^|/)connections\.xml$|(^|/)querytables/", re.IGNORECASE)
_LINK_SCHEMES = ("http:", "https:", "mailto:", "tel:", "#")
_DDE = re.compile(r"^\s*DDE(?:AUTO)?\b", re.IGNORECASE)
_XML_PARTS = re.compile(
    r"(\.rels|^\[content_types\]\.xml|word/[^/]+\.xml|^content\.xml|^styles\.xml|manifest\.xml)$",
    re.IGNORECASE,
)
_Attributes = dict[str, str]


def inspect_office(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    """
    Look closely at a docx, xlsx, odt or ods file.

    Raises:
        StopInspectionError: Something was noted that makes looking further pointless.
        Exception: What the libraries raise on damaged archives and XML.
    """
    file.seek(0)
    head = file.read(1024)
    if is_also_document(head.find, lambda _: None):
        raise notes.stop("polyglot", type=notes.content_type)
    try:
        with zipfile.ZipFile(file) as archive:
            _inspect_archive(file, archive, size, limits, notes)
    except BadArchiveError as error:
        fields = {"extra_bytes": error.extra_bytes} if error.code == "trailing-data" else {}
        raise notes.stop(error.code, **fields) from error


def inspect_old_office(file: BinaryIO, notes: Observations) -> None:
    """
    Note when a compound file (MS-CFB) is a password-protected office file; nothing else of it is
    accepted.
    """
    file.seek(0)
    if _ENCRYPTED_PACKAGE in file.read(_OLD_MARKER_BYTES):
        notes.note("office-encrypted")


def _inspect_archive(
    file: BinaryIO, archive: zipfile.ZipFile, size: int, limits: Limits, notes: Observations
) -> None:
    left = limits.max_unpacked_bytes
    for entry in sound_entries(file, archive, size, left):
        name = entry.filename
        _inspect_part_name(name, notes)
        content = read_entry(archive, entry, min(left, _MAX_XML))
        left -= len(content)
        if _XML_PARTS.search(name):
            _PartReader(name, notes).read(content)


def _inspect_part_name(name: str, notes: Observations) -> None:
    for pattern, code in (
        (_MACRO_PARTS, "office-macros"),
        (_EMBEDDED_PARTS, "office-embedded"),
        (_EXTERNAL_PARTS, "office-external"),
    ):
        if pattern.search(name):
            notes.note(code)


class _PartReader:
    """Reads one XML part and notes what makes the file more than a document."""

    def __init__(self, name: str, notes: Observations) -> None:
        self._notes = notes
        self._depth = 0
        self._in_instruction = False
        self._instruction = ""
        self._element: Callable[[str, _Attributes], None] = (
            self._relationship if name.lower().endswith(".rels") else self._content
        )

    def read(self, content: bytes) -> None:
        """
        Read the part.

        Raises:
            StopInspectionError: It declares a document type or is nested absurdly deep.
            ExpatError: It is not well-formed XML.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)  # True: this is the last piece

    def _doctype(self, *_declaration: object) -> None:
        raise self._notes.stop("bomb")

    def _start(self, tag: str, attributes: _Attributes) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._notes.stop("bomb")
        self._element(tag.rpartition(":")[2], attributes)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        self._in_instruction = False

    def _text(self, text: str) -> None:
        # A field code may be cut into several runs, so the pieces are read as one text.
        if self._in_instruction:
            self._instruction = (self._instruction + text)[-4096:]
            if _DDE.search(self._instruction):
                self._notes.note("office-external")

    def _relationship(self, tag: str, attributes: _Attributes) -> None:
        if tag != "Relationship" or attributes.get("TargetMode", "").lower() != "external":
            return
        is_link = attributes.get("Type", "").endswith("/hyperlink")
        if not is_link or not _is_web_address(attributes.get("Target", "")):
            self._notes.note("office-external")

    def _content(self, tag: str, attributes: _Attributes) -> None:
        values = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if "macroenabled" in values.get("ContentType", "").lower() or tag in {"event-listener", "script"}:
            self._notes.note("office-macros")
        if tag == "encryption-data":
            self._notes.note("office-encrypted")
        if tag in {"dde-source", "section-source", "cell-range-source", "table-source"} and values.get(
            "href", "x"
        ):
            self._notes.note("office-external")
        if tag in {"object", "object-ole", "plugin", "applet", "floating-frame"} and "href" in values:
            self._notes.note("office-embedded")
        if tag == "image" and _leaves_package(values.get("href", "")):
            self._notes.note("office-external")
        if tag == "a" and values.get("href") and not _is_web_address(values["href"]):
            self._notes.note("office-external")
        if tag == "fldChar" and values.get("fldCharType") == "begin":
            self._instruction = ""
        self._in_instruction = tag == "instrText"
        if tag == "fldSimple" and _DDE.search(values.get("instr", "")):
            self._notes.note("office-external")


def _is_web_address(target: str) -> bool:
    return target.strip().lower().startswith(_LINK_SCHEMES)


def _leaves_package(target: str) -> bool:
    return ":" in target.partition("/")[0] or target.startswith(("/", "..", "\\"))

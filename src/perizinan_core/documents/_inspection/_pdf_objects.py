"""
Every object of a PDF, reachable or not: programs, actions, attachments, media, and what its streams unpack
to.

Objects are visited by number, and only their own content is walked, so that circles of references cannot
catch the visitor and nothing is missed because no page points to it. Names come decoded (``/J#53`` is
``/JS``), and the values that decide are resolved, because ``/S 5 0 R`` may point to the name ``/JavaScript``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pypdf.generic import IndirectObject, StreamObject

from perizinan_core.documents._inspection._observations import Limits, Observations
from perizinan_core.documents._inspection._pdf_reading import MAX_OBJECTS, Reading, TooMuchError, resolved
from perizinan_core.documents._inspection._pdf_streams import SlowWork, StreamMeter, decoded

__all__ = ["inspect_leftovers", "inspect_objects", "inspect_odd_bytes"]

_ACTIONS = {
    "/JavaScript": "pdf-javascript",
    "/Launch": "pdf-launch",
    "/SubmitForm": "pdf-submit",
    "/ImportData": "pdf-submit",
    "/GoToR": "pdf-external",
    "/GoToE": "pdf-external",
    "/Thread": "pdf-external",
    "/Rendition": "pdf-media",
    "/Movie": "pdf-media",
    "/Sound": "pdf-media",
    "/RichMediaExecute": "pdf-media",
    "/GoTo3DView": "pdf-media",
}
_SUBTYPES = {
    "/FileAttachment": "pdf-attachment",
    "/RichMedia": "pdf-media",
    "/Movie": "pdf-media",
    "/Sound": "pdf-media",
    "/Screen": "pdf-media",
    "/3D": "pdf-media",
    "/PS": "pdf-launch",
}
_KEYS = {"/RichMediaContent": "pdf-media", "/Collection": "pdf-attachment", "/Ref": "pdf-external"}
_SCHEME = re.compile(r"([a-z][a-z0-9+-]*):", re.IGNORECASE)
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", "geo", "whatsapp", "urn"})
# They run what the link itself holds, or a program that the system has for them.
_PROGRAM_SCHEMES = frozenset(
    {
        "javascript",
        "vbscript",
        "livescript",
        "mocha",
        "data",
        "jar",
        "ms-msdt",
        "search",
        "search-ms",
        "shell",
    }
)
# What web pages write where a link leads nowhere; a printed page keeps it.
_NO_PROGRAM = re.compile(r"javascript:(?:void\(?0?\)?|//)?;*", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0]")
_MAX_CHAIN = 32
_MAX_PERMIT_JSON = 1024 * 1024
_MAX_VALUES = 6_000_000
_MAX_TREE_NODES = 10_000
# Names that have no other meaning, for bytes in which keys and values cannot be distinguished.
_ODD_NAMES = {
    "/JS": "pdf-javascript",
    "/JavaScript": "pdf-javascript",
    "/EmbeddedFile": "pdf-attachment",
    "/EF": "pdf-attachment",
    "/XFA": "pdf-xfa",
    **{name: code for name, code in _ACTIONS.items() if name != "/Thread"},
    **{name: code for name, code in _SUBTYPES.items() if name not in {"/PS", "/Screen"}},
    "/RichMediaContent": "pdf-media",
}
_ACTIVE_NAMES = re.compile(
    "(?:{})(?![^\\0\t\n\f\r ()<>\\[\\]{{}}/%])".format(
        "|".join(sorted(_ODD_NAMES, key=len, reverse=True))
    ).encode()
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def inspect_objects(reading: Reading, limits: Limits, notes: Observations) -> None:
    """
    Visit every object that a reading has, and the trailer.

    Raises:
        StopInspectionError: Something was noted that makes looking further pointless.
        TooMuchError: There is more of everything than any document has.
        Exception: What the reader raises on malformed objects.
    """
    visitor = _Visitor(limits, notes)
    visitor.walk(reading.trailer)
    for count, reference in enumerate(reading.references()):
        if count > MAX_OBJECTS:
            raise TooMuchError
        value = reference.get_object()
        visitor.walk(value)
        if isinstance(value, StreamObject):
            visitor.stream(value, reference.idnum)
            if resolved(value.get("/Type")) != "/ObjStm":
                reading.forget(reference)  # a stream's bytes are not needed again
    visitor.conclude()


def inspect_leftovers(values: Iterable[Any], limits: Limits, notes: Observations) -> None:
    """
    Visit objects that a reading does not have: of earlier revisions, or named by no table.

    Raises:
        TooMuchError: There is more of everything than any document has.
    """
    visitor = _Visitor(limits, notes)
    for value in values:
        if isinstance(value, str):
            visitor.bare_name(value)
        visitor.walk(value)


def inspect_odd_bytes(pieces: Iterable[bytes], notes: Observations) -> None:
    """Search bytes that no parser understands for the names that active content needs."""
    for piece in pieces:
        plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece)
        for found in _ACTIVE_NAMES.finditer(plain):
            notes.note(_ODD_NAMES[found[0].decode()])


class _Visitor:
    def __init__(self, limits: Limits, notes: Observations) -> None:
        self._limits = limits
        self._notes = notes
        self._meter = StreamMeter(limits, notes)
        self._embedded: set[int] = set()
        self._allowed: set[int] = set()
        self._left = _MAX_VALUES

    def walk(self, value: Any) -> None:
        """Look at one object's own content, not at what it refers to."""
        waiting = [value]
        while waiting:
            item = waiting.pop()
            self._left -= 1
            if self._left < 0:
                raise TooMuchError
            if isinstance(item, dict):
                self._dictionary(item)
                waiting.extend(child for child in dict.values(item) if isinstance(child, (dict, list)))
            elif isinstance(item, list):
                waiting.extend(child for child in list.__iter__(item) if isinstance(child, (dict, list)))

    def stream(self, stream: StreamObject, number: int) -> None:
        """Measure what a stream unpacks to, and note embedded and external files."""
        if resolved(stream.get("/Type")) == "/EmbeddedFile":
            self._embedded.add(number)
        if "/F" in stream and resolved(stream.get("/F")) is not None:
            self._notes.note("pdf-external")
        self._meter.measure(stream)

    def bare_name(self, name: str) -> None:
        """Look at an object that is only a name, which another one may point to as its kind."""
        self._named(_ACTIONS, name)

    def conclude(self) -> None:
        """Judge embedded files, now that all file specifications are known."""
        if self._embedded - self._allowed:
            self._notes.note("pdf-attachment")

    def _dictionary(self, item: dict[str, Any]) -> None:
        keys = item.keys()
        if "/JS" in keys and isinstance(resolved(item["/JS"]), (str, bytes, StreamObject)):
            self._notes.note("pdf-javascript")
        if "/JavaScript" in keys and not _is_empty_tree(item["/JavaScript"]):
            self._notes.note("pdf-javascript")
        form = resolved(item["/XFA"]) if "/XFA" in keys else None
        if isinstance(form, StreamObject) or (isinstance(form, list) and form):
            self._notes.note("pdf-xfa")
        for table, key in ((_ACTIONS, "/S"), (_SUBTYPES, "/Subtype")):
            if key in keys:
                self._named(table, resolved(item[key]))
        for key in _KEYS.keys() & keys:
            if isinstance(resolved(item[key]), dict):
                self._notes.note(_KEYS[key])
        if "/EF" in keys:
            self._file_specification(item)
        if "/URI" in keys:
            self._link(resolved(item["/URI"]))
        self._signature(item)
        self._automatic(item)

    def _signature(self, item: dict[str, Any]) -> None:
        # ISO 32000-1, 12.8.1: the signature dictionary that a field's /V leads to.
        if "/ByteRange" in item and "/Contents" in item and isinstance(resolved(item["/ByteRange"]), list):
            self._notes.signed = True
            self._notes.note("pdf-signed")

    def _named(self, table: dict[str, str], name: Any) -> None:
        code = table.get(name) if isinstance(name, str) else None
        if code is not None:
            self._notes.note(code)

    def _link(self, target: Any) -> None:
        if not isinstance(target, (str, bytes)):
            return
        text = _UNSEEN.sub("", target if isinstance(target, str) else target.decode("latin-1"))
        scheme = _SCHEME.match(text)
        names_port = (
            scheme is not None and text[scheme.end() :].partition("/")[0].isdigit()
        )  # "localhost:8080/…"
        name = scheme[1].lower() if scheme and not names_port else ""
        if name in _PROGRAM_SCHEMES and not _NO_PROGRAM.fullmatch(text):
            self._notes.note("pdf-unsafe-link")
        elif text.startswith("\\\\") or (name and name not in _LINK_SCHEMES):
            self._notes.note("pdf-unusual-link")

    def _automatic(self, item: dict[str, Any]) -> None:
        # Actions that run without a click: on opening, and the additional actions of pages, fields,
        # annotations.
        actions = [resolved(item["/OpenAction"])] if "/OpenAction" in item else []
        additional = resolved(item["/AA"]) if "/AA" in item else None
        if isinstance(additional, dict):
            actions.extend(resolved(action) for action in dict.values(additional))
        for _ in range(_MAX_CHAIN):
            followers: list[Any] = []
            for action in actions:
                if isinstance(action, dict):
                    if resolved(action.get("/S")) == "/URI":
                        self._notes.note("pdf-opens-website")
                    following = resolved(action.get("/Next"))
                    followers.extend(following if isinstance(following, list) else [following])
            actions = [resolved(action) for action in followers[:_MAX_CHAIN]]

    def _file_specification(self, item: dict[str, Any]) -> None:
        files = resolved(item["/EF"])
        if not isinstance(files, dict) or not files:
            return
        names = [name for name in (resolved(item.get(key)) for key in ("/UF", "/F")) if name is not None]
        accepted = bool(names) and all(name in self._limits.accepted_attachments for name in names)
        for reference in dict.values(files):
            content = resolved(reference)
            if accepted and isinstance(content, StreamObject) and _is_json_object(content):
                self._notes.note("pdf-permit-data")
                if isinstance(reference, IndirectObject):
                    self._allowed.add(reference.idnum)
            else:
                self._notes.note("pdf-attachment")


def _is_empty_tree(tree: Any) -> bool:
    # A name tree (ISO 32000-1, 7.9.6) in which no node has a name; many programs write one without need.
    waiting = [tree]
    for _ in range(_MAX_TREE_NODES):
        if not waiting:
            return True
        node = resolved(waiting.pop())
        if node is None:
            continue
        if not isinstance(node, dict):
            return not isinstance(node, (list, StreamObject))
        names, kids = resolved(node.get("/Names")), resolved(node.get("/Kids"))
        if isinstance(names, list) and names:
            return False
        waiting.extend(list.__iter__(kids) if isinstance(kids, list) else ())
    return False


def _is_json_object(stream: StreamObject) -> bool:
    content = decoded(stream, _MAX_PERMIT_JSON, SlowWork())
    try:
        return content is not None and isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False

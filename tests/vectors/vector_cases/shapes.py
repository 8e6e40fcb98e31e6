# ruff: noqa: E501 - PDF syntax is not broken over lines
"""PDF syntax by hand: other forms of the same permit, and updates as somebody without a key can write them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

__all__ = [
    "byte_range",
    "catalog_of",
    "hybrid",
    "object_of",
    "object_streams",
    "plain_stream",
    "startxref_of",
    "update",
    "with_byte_range",
    "xref_stream",
]

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_TAIL = b"startxref\n%d\n%%%%EOF\n"


def plain_stream(dictionary: bytes, data: bytes) -> bytes:
    """Return an uncompressed stream."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (dictionary, len(data), data)


def startxref_of(data: bytes) -> int:
    """Return the place of the newest cross-reference section."""
    return int(re.findall(rb"startxref\s+(\d+)", data)[-1])


def object_of(data: bytes, number: int) -> bytes:
    """Return the newest body of an object outside object streams."""
    return re.findall(rb"(?:^|\n)%d 0 obj\n?(.*?)\n?endobj" % number, data, re.DOTALL)[-1].strip()


def catalog_of(data: bytes) -> int:
    """Return the number of the newest catalogue."""
    return int(re.findall(rb"/Root\s+(\d+) 0 R", data)[-1])


def update(data: bytes, objects: Mapping[int, bytes], *, root: int | None = None, rows: bytes = b"") -> bytes:
    """
    Append an update with a classic table.

    Args:
        data: The file.
        objects: Number → new body.
        root: Number of the catalogue; default: the one of ``data``.
        rows: Further sections of the table.
    """
    out, places = bytearray(data), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % item for item in places.items()) + rows
    out += b"trailer\n<</Size 90 /Root %d 0 R /Prev %d>>\n" % (root or catalog_of(data), startxref_of(data))
    return bytes(out + _TAIL % start)


def byte_range(data: bytes) -> tuple[int, int, int, int]:
    """Return the numbers of the last byte range."""
    found = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)[-1]
    first, second, third, fourth = map(int, found)
    return first, second, third, fourth


def with_byte_range(data: bytes, text: bytes) -> bytes:
    """Put ``text`` in the place of ``[...]`` of the last byte range, in as many bytes."""
    found = list(re.finditer(rb"/ByteRange (\[[^\]]*\]\s*)", data))[-1]
    room = found.end(1) - found.start(1)
    assert len(text) < room
    return data[: found.start(1)] + text.ljust(room - 1) + b"\n" + data[found.end(1) :]


def xref_stream(objects: Sequence[bytes], *, root: int = 1) -> bytes:
    """Return a PDF of these objects whose cross-reference section is a stream (ISO 32000-1 7.5.8)."""
    out, places = bytearray(_HEADER), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    own, start = len(objects) + 1, len(out)
    rows = b"\x00\x00\x00\x00\xff" + b"".join(b"\x01%b\x00" % _three(place) for place in (*places, start))
    out += _xref_object(own, rows, own + 1, root, start)
    return bytes(out)


def object_streams(objects: Sequence[bytes], *, root: int = 1) -> bytes:
    """Return a PDF whose dictionaries lie compressed in an object stream (ISO 32000-1 7.5.7)."""
    out = bytearray(_HEADER)
    own, holder = len(objects) + 2, len(objects) + 1
    packed = [(number, body) for number, body in enumerate(objects, 1) if b"stream\n" not in body]
    rows: dict[int, bytes] = {0: b"\x00\x00\x00\x00\xff"}
    for number, body in enumerate(objects, 1):
        if b"stream\n" in body:
            rows[number] = b"\x01%b\x00" % _three(len(out))
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    index, content = b"", b""
    for position, (number, body) in enumerate(packed):
        rows[number] = b"\x02%b%b" % (_three(holder), bytes([position]))
        index += b"%d %d " % (number, len(content))
        content += body + b"\n"
    rows[holder] = b"\x01%b\x00" % _three(len(out))
    data = zlib.compress(index + content, 9)
    out += b"%d 0 obj\n<</Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        holder, len(packed), len(index), len(data), data,
    )  # fmt: skip
    start = len(out)
    rows[own] = b"\x01%b\x00" % _three(start)
    out += _xref_object(own, b"".join(rows[number] for number in sorted(rows)), own + 1, root, start)
    return bytes(out)


def hybrid(objects: Sequence[bytes], *, hidden: int, root: int = 1) -> bytes:
    """Return a PDF with a classic table and ``/XRefStm`` for the object ``hidden`` (ISO 32000-1 7.5.8.4)."""
    out, places = bytearray(_HEADER), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    own, start = len(objects) + 1, len(out)
    row = b"\x01%b\x00" % _three(places[hidden - 1])
    out += (
        b"%d 0 obj\n<</Type /XRef /Size %d /W [1 3 1] /Index [%d 1] /Length %d>>\nstream\n%b\nendstream\nendobj\n"
        % (own, own + 1, hidden, len(row), row)
    )
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (own + 1)
    for number, place in enumerate((*places, start), 1):
        out += (
            b"0000000000 00000 f \n" if number == hidden else b"%010d 00000 n \n" % place
        )  # a reader that knows no streams does not see it
    out += b"trailer\n<</Size %d /Root %d 0 R /XRefStm %d /ID [<00><00>]>>\n" % (own + 1, root, start)
    return bytes(out + _TAIL % table)


def _three(number: int) -> bytes:
    return number.to_bytes(3, "big")


def _xref_object(own: int, rows: bytes, size: int, root: int, start: int) -> bytes:
    data = zlib.compress(rows, 9)
    return (
        b"%d 0 obj\n<</Type /XRef /Size %d /W [1 3 1] /Root %d 0 R /ID [<00><00>] /Filter /FlateDecode /Length %d>>\n"
        b"stream\n%b\nendstream\nendobj\n" % (own, size, root, len(data), data)
    ) + _TAIL % start

"""Ways to change a file at random, near what its readers look at more often than elsewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

__all__ = ["changed"]

_PLACES = re.compile(
    rb"obj|xref|/ByteRange|/Contents|trailer|/V |/Kids|/Annots|/Root|/DSS|stream|/SubFilter|/Rect|BT|Tj|<0"
)
_WORDS = (
    *(
        b"obj",
        b"endobj",
        b"stream",
        b"endstream",
        b"xref",
        b"trailer",
        b"startxref",
        b"%%EOF",
        b"BT",
        b"ET",
        b"q",
        b"Q",
    ),
    *(
        b"<<",
        b">>",
        b"[",
        b"]",
        b"(",
        b")",
        b"<",
        b">",
        b"\\",
        b"-1",
        b"9" * 30,
        b"4294967296",
        b"\xff" * 8,
        b"\0" * 8,
    ),
    *(
        b"/ByteRange [0 1 2 3]",
        b"/Contents <>",
        b"/Prev 0",
        b"/XRefStm 10",
        b"/Length 99999999",
        b"/Type /ObjStm",
    ),
    *(
        b"/FT /Sig",
        b"/V null",
        b"/Kids [1 0 R]",
        b"/Parent 1 0 R",
        b"/Encrypt 5 0 R",
        b"/Annots [5 0 R]",
        b"\x30\x80",
    ),
    *(
        b"/W [1 8 8]",
        b"/Index [0 1000000]",
        b"/Size 99999999",
        b"/Filter /FlateDecode",
        b"0000000000 65535 f \n",
    ),
    *(b"/DecodeParms <</Predictor 12/Columns 1>>", b"/Reference [<</TransformMethod /DocMDP>>]"),
)
_NAMES = (
    b"/Type",
    b"/V",
    b"/Kids",
    b"/Fields",
    b"/Contents",
    b"/ByteRange",
    b"/Parent",
    b"/AP",
    b"/Length",
    b"/N",
)


def changed(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return a changed copy."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        place = chance.randrange(len(result) + 1)
        if chance.random() < 0.5:
            marks = [found.start() for found in _PLACES.finditer(result)]
            if marks:
                place = min(len(result), max(0, chance.choice(marks) + chance.randrange(-4, 24)))
        _CHANGES[chance.randrange(len(_CHANGES))](result, place, others, chance)
    return bytes(result)


_Change = Callable[[bytearray, int, "list[bytes]", random.Random], None]


def _flip(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    if place < len(data):
        data[place] ^= 1 << chance.randrange(8)


def _remove(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    del data[place : place + chance.choice((1, 2, 5, 50, 2000))]


def _insert(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    data[place:place] = chance.choice(_WORDS)


def _overwrite(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    word = chance.choice((*_WORDS, chance.randbytes(3)))
    data[place : place + len(word)] = word


def _double(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    start = chance.randrange(len(data) + 1)
    data[place:place] = data[start : start + chance.choice((10, 200, 3000))]


def _cut(data: bytearray, place: int, _others: list[bytes], _chance: random.Random) -> None:
    del data[place:]


def _append(data: bytearray, _place: int, others: list[bytes], chance: random.Random) -> None:
    data += chance.choice(others)[-chance.choice((100, 1000, 5000)) :]


def _prepend(data: bytearray, _place: int, _others: list[bytes], chance: random.Random) -> None:
    data[0:0] = chance.randbytes(chance.choice((1, 3, 100)))


def _number(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    found = re.compile(rb"\d{1,15}").search(data, place, place + 400)
    if found is not None:
        value = int(found[0])
        choices = (0, 1, value + 1, max(0, value - 1), len(data), 2**31, chance.randrange(len(data) + 1))
        data[found.start() : found.end()] = b"%d" % chance.choice(choices)


def _name(data: bytearray, place: int, _others: list[bytes], chance: random.Random) -> None:
    found = re.compile(rb"/[A-Za-z]+").search(data, place, place + 400)
    if found is not None:
        data[found.start() : found.end()] = chance.choice(_NAMES)


def _line_ends(data: bytearray, _place: int, _others: list[bytes], chance: random.Random) -> None:
    data[:] = bytes(data).replace(b"\n", b"\r\n", chance.choice((1, 5, -1)))


_CHANGES: tuple[_Change, ...] = (
    *(
        _flip,
        _flip,
        _remove,
        _insert,
        _overwrite,
        _double,
        _cut,
        _append,
        _prepend,
        _number,
        _name,
        _line_ends,
    ),
)

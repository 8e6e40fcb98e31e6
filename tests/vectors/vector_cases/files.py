# ruff: noqa: E501 - tables of cases: what was done and why stand beside each other
"""What happens to files: damage on the way, bytes around them, byte ranges, and dictionaries that only look signed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vector_cases import Case, builder
from vector_cases.setting import Setting
from vector_cases.shapes import byte_range, object_of, plain_stream, update, with_byte_range

__all__ = ["cases"]

build = builder()
_FORMAT = "TOTAL_FAILED/FORMAT_FAILURE"


def cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases of this module."""
    good = setting.world.permit()
    yield from _flipped(good)
    yield from _around(good)
    yield from _cut(good, build.sign(good, setting.world.head))
    yield from _ranges(good)
    yield from _forged_dictionaries(setting, good)


def _flipped(good: bytes) -> Iterator[Case]:
    def flip(place: int, mask: int = 1) -> bytes:
        return good[:place] + bytes([good[place] ^ mask]) + good[place + 1 :]

    contents = good.index(b"/Contents <") + 11
    letter = next(place for place in range(contents, len(good)) if good[place : place + 1] in b"abcdef")
    for name, data, code, why in (
        ("header", flip(0), "signed-file-damaged", "First byte of the file."),
        ("page", flip(good.index(b"stream") + 12), "content-changed", "A byte of the page's content."),
        ("byte_range", flip(good.index(b"/ByteRange [") + 14), "byte-range-wrong", "A digit of the byte range."),
        ("container", flip(contents + 10), "signature-malformed", "A byte of the signature container."),
        ("container_end", flip(good.index(b">", contents) - 4), None, "A byte at the end of the reserved room."),
        ("hex_case", flip(letter, 0x20), "signature-malformed", "One capital among the hexadecimal digits."),
        ("startxref", flip(good.rindex(b"startxref") + 2), "signed-file-damaged", "The word startxref."),
        ("last_line_end", flip(len(good) - 1), "signed-file-damaged", "The very last byte."),
    ):  # fmt: skip
        yield Case(name=f"flipped_{name}_fail", data=data, verdict="not_valid", codes=(code,) if code else (), why=f"One bit changed. {why}")  # fmt: skip
    yield Case(
        name="flipped_every_41st_byte_fail", data=good, verdict="not_valid", derive={"rule": "flip-every", "step": 41, "mask": 1},
        why="The good permit with one bit changed, once for every 41st byte: each of these files must be refused.",
    )  # fmt: skip
    place = good.index(b"stream") + 40
    yield Case(
        name="zeroed_block_fail", data=good[:place] + bytes(64) + good[place + 64 :], verdict="not_valid", codes=("content-changed",),
        why="A block of zeros in the page, as failing disks and interrupted downloads leave it.",
    )  # fmt: skip


def _around(good: bytes) -> Iterator[Case]:
    after = ("bytes-after-signature",)
    for name, tail, why in (
        ("zeros", bytes(64), "64 zero bytes"),
        ("line_end", b"\n", "One line end"),
        ("text", b"% trailing words\n", "A comment"),
        ("end_mark", b"%%EOF\n", "Another end mark"),
        ("picture", b"\xff\xd8\xff\xe0" + bytes(60), "The beginning of a JPEG picture"),
    ):
        yield Case(name=f"appended_{name}_fail", data=good + tail, verdict="not_valid", codes=after, why=f"{why} behind the end of what was signed.")  # fmt: skip
    yield Case(
        name="appended_itself_fail", data=good + good, verdict="not_valid",
        why="The file twice in a row: whose cross-reference table counts is for readers to choose.",
    )  # fmt: skip
    damaged = ("signed-file-damaged",)
    for name, head, why in (
        ("line_end", b"\n", "A line end in front of the header: all places shift by one."),
        ("mark", b"\xef\xbb\xbf", "A byte order mark in front of the header, as text editors write it."),
        ("header", b"%PDF-1.4\n", "Another header in front."),
    ):
        yield Case(
            name=f"prepended_{name}_fail", data=head + good, verdict="not_valid", codes=damaged, why=why
        )
    lone = good.replace(b"\n", b"\r")
    yield Case(name="crlf_fail", data=good.replace(b"\n", b"\r\n"), verdict="not_valid", why="Line ends converted to CR LF, as mail programs and FTP in text mode do.")  # fmt: skip
    yield Case(name="cr_only_fail", data=lone, verdict="not_valid", why="Line ends converted to CR.")
    yield Case(
        name="utf8_converted_fail", data=good.decode("latin-1").encode("utf-8"), verdict="not_valid",
        why="Every byte above 127 written as two, as a program does that takes the file for text.",
    )  # fmt: skip


def _cut(good: bytes, twice: bytes) -> Iterator[Case]:
    cut = ("file-cut-off",)
    yield Case(
        name="cut_at_every_percent_fail", data=good, verdict="unreadable", derive={"rule": "cut-percent", "from": 0, "to": 99},
        why="The good permit cut after 0, 1, … 99 percent of its bytes: each of these files must be called unreadable, not tampered.",
    )  # fmt: skip
    for name, data, why in (
        ("last_byte", good[:-1], "Only the last line end is missing."),
        ("200", good[:-200], "The last 200 bytes are missing."),
        ("second_revision", twice[:-50], "The second signature's revision is cut: the first revision, whole and signed, must not stand in for it."),
    ):  # fmt: skip
        yield Case(name=f"cut_{name}_fail", data=data, verdict="unreadable", codes=cut, why=why)
    page = b"<!doctype html><title>Masuk</title><p>Silakan masuk."
    yield Case(
        name="empty_fail", data=b"", verdict="unreadable", codes=("empty-file",), why="No bytes at all."
    )
    for name, data, code in (
        ("picture", b"\x89PNG\r\n\x1a\n" + bytes(64), "picture-not-a-pdf"),
        ("web", page, "not-a-pdf"),
    ):
        yield Case(name=f"{name}_fail", data=data, verdict="unreadable", codes=(code,), why="Another kind of file with the name of a PDF.")  # fmt: skip


def _ranges(good: bytes) -> Iterator[Case]:
    _, first, second, tail = byte_range(good)
    wrong = ("byte-range-wrong",)
    for name, text, why in (
        ("overlaps", b"[0 %d %d %d]" % (first + 20, second, tail), "The first range reaches into the container."),
        ("second_overlaps", b"[0 %d %d %d]" % (first, second - 40, tail + 40), "The second range begins within the container."),
        ("starts_late", b"[1 %d %d %d]" % (first - 1, second, tail), "The first byte is not covered."),
        ("stops_early", b"[0 %d %d %d]" % (first, second, tail - 30), "The last 30 bytes are not covered."),
        ("hole", b"[0 %d %d %d]" % (first - 20, second, tail), "The gap is larger than the container."),
        ("beyond_end", b"[0 %d %d %d]" % (first, second, tail + 5000), "The range reaches beyond the end of the file."),
        ("huge", b"[0 %d %d 99999999999999999999]" % (first, second), "A length that fits no integer of a machine."),
        ("negative", b"[0 %d -5 %d]" % (first, tail), "A negative place."),
        ("reordered", b"[%d %d 0 %d]" % (second, tail, first), "The second range first."),
        ("two_numbers", b"[0 %d]" % first, "Two numbers."),
        ("six_numbers", b"[0 9 9 %d %d %d]" % (first - 9, second, tail), "Three ranges."),
        ("zeros", b"[0 0 0 0]", "Nothing is covered."),
        ("empty", b"[]", "No numbers."),
        ("null", b"null", "null instead of numbers."),
        ("reals", b"[0.0 %d. %d. %d.]" % (first, second, tail), "Real numbers."),
        ("words", b"[0 /a /b /c]", "Names instead of numbers: the file was never signed."),
        ("indirect", b"9 0 R", "The numbers lie in another object, which can be replaced later."),
        ("indirect_numbers", b"[0 9 0 R 9 0 R 9 0 R]", "Each number lies in another object."),
    ):  # fmt: skip
        yield Case(name=f"range_{name}_fail", data=with_byte_range(good, text), verdict="not_valid", codes=wrong if name not in _OTHER_RANGE else (), why=f"Byte range: {why}")  # fmt: skip
    evil = plain_stream(b"", b"BT /F1 10 Tf 40 800 Td (Bayar kepada Eve) Tj ET")
    added = b"\n4 0 obj\n" + evil + b"\nendobj\n"
    moved = good[:second] + added + good[second:]
    yield Case(
        name="wrapped_between_fail", data=with_byte_range(moved, b"[0 %d %d %d]" % (first, len(moved) - tail, tail)), verdict="not_valid",
        why="Signature wrapping: new objects in the gap behind the container, the second range moved behind them.",
    )  # fmt: skip
    grown = good[: second - 1] + b"00>" + good[second:]
    yield Case(name="wrapped_room_grown_fail", data=grown, verdict="not_valid", why="Signature wrapping: the room of the container is larger by one byte than the range says.")  # fmt: skip
    copy = re.sub(
        rb"/ByteRange \[[^\]]*\]", b"/ByteRange [0 %d %d %d]" % (first, second, tail), object_of(good, 10)
    )
    wrapped = update(good, {4: evil, 10: copy})
    yield Case(
        name="wrapped_copy_fail", data=wrapped, verdict="not_valid",
        why="Signature wrapping: the signature dictionary is copied into an update that also replaces the page; its range still names the old bytes.",
    )  # fmt: skip


_OTHER_RANGE = {"words", "indirect", "indirect_numbers", "null", "empty", "zeros", "two_numbers", "six_numbers", "reals", "huge"}  # fmt: skip
"""Which of several reasons is named is for the verifier to choose."""


def _forged_dictionaries(setting: Setting, good: bytes) -> Iterator[Case]:
    _, first, second, _ = byte_range(good)
    room = second - first
    for name, text, why in (
        ("empty", b"<>", "is empty"),
        ("zeros", b"<" + b"0" * (room - 2) + b">", "is all zeros"),
        ("zero_byte", b"<00>", "is one zero byte"),
        ("null", b"null", "is null"),
        ("number", b"0", "is a number"),
        ("short", good[first : first + 201] + b">", "ends after 100 bytes"),
        ("literal", b"(tanda tangan)", "is a literal string"),
        ("sequence", b"<3000>", "is an empty ASN.1 sequence"),
    ):
        yield Case(
            name=f"usf_contents_{name}_fail", data=good[:first] + text.ljust(room) + good[second:], verdict="not_valid",
            why=f"Universal signature forgery: the container {why}.",
        )  # fmt: skip
    for name, old, new, why in (
        ("contents_missing", b"/Contents <", b"/Contentz <", "no /Contents"),
        ("range_missing", b"/ByteRange", b"/ByteRanje", "no /ByteRange"),
        ("sub_filter_missing", b"/SubFilter", b"/SubFiltez", "no /SubFilter"),
        ("sub_filter_unknown", b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detacheX", "an unknown /SubFilter"),
        ("sub_filter_raw", b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 ", "the /SubFilter of another form of signature"),
        ("sub_filter_timestamp", b"/ETSI.CAdES.detached", b"/ETSI.RFC3161       ", "the /SubFilter of a document timestamp"),
    ):  # fmt: skip
        yield Case(name=f"usf_{name}_fail", data=good.replace(old, new), verdict="not_valid", why=f"Universal signature forgery: {why}.")  # fmt: skip
    letter = build.small_pdf(build.statement())
    form = b"<</Fields [41 0 R] /SigFlags 3>>"
    catalog = object_of(letter, 1).replace(b"/Pages", b"/AcroForm 42 0 R /Pages")
    field = b"<</Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /P 3 0 R /Rect [0 0 0 0] /V 40 0 R>>"
    page = object_of(letter, 3).replace(b"/Resources", b"/Annots [41 0 R] /Resources")
    for name, body, why in (
        ("placeholder", b"/ByteRange [0 /**** /**** /****] /Contents <" + b"0" * 64 + b">", "prepared for signing, but nobody signed"),
        ("bare", b"", "neither range nor container"),
        ("name_only", b"/ByteRange [0 10 20 30] /Contents <3000> /Name (Kepala DPMPTSP)", "a name, and a range of a few bytes"),
    ):  # fmt: skip
        value = b"<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached %b>>" % body
        data = update(letter, {1: catalog, 3: page, 40: value, 41: field, 42: form})
        yield Case(name=f"never_signed_{name}_fail", data=data, verdict="not_valid", why=f"A signature dictionary that no key made: {why}.")  # fmt: skip
    yield Case(
        name="unsigned_fail", data=letter, verdict="unsigned", codes=("no-signature-saved-again",), why="The letter before it was signed.",
    )  # fmt: skip
    other = setting.world.permit(holder="Orang Lain")
    _, begin, end, _ = byte_range(other)
    yield Case(
        name="container_of_another_permit_fail", data=good[:first] + other[begin:end].ljust(room) + good[second:], verdict="not_valid",
        codes=("content-changed",), signature="TOTAL_FAILED/HASH_FAILURE", why="The genuine container of another permit.",
    )  # fmt: skip

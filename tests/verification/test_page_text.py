"""The text of pages as letters write it: line by line, in escaped codes of two bytes, in several fonts."""

from __future__ import annotations

import base64
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.published import _qr_claims as qr
from perizinan_core.verification._pdf._text import printed_text

WIDE = b"<</Subtype /Type0 /ToUnicode 8 0 R>>"
NARROW = b"<</Subtype /Type1 /ToUnicode 9 0 R>>"
NAMED = {0x0A: rb"\n", 0x0D: rb"\r", 0x09: rb"\t", 0x08: rb"\b", 0x0C: rb"\f"}


def stream(data):
    packed = zlib.compress(data)
    return b"<</Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (len(packed), packed)


def text_of(build, content):
    """Read a page with two fonts of two bytes (F, G: 0001 is “Ā” and so on) and one of a byte (H: Latin-1)."""
    return printed_text(
        PdfStructure(
            build.assemble(
                [
                    b"<</Type /Catalog /Pages 2 0 R>>",
                    b"<</Type /Pages /Kids [3 0 R]>>",
                    b"<</Type /Page /Contents 4 0 R /Resources <</Font <</F 5 0 R /G 6 0 R /H 7 0 R>>>>>>",
                    stream(content),
                    WIDE,
                    WIDE,
                    NARROW,
                    stream(b"beginbfrange <0001> <02FF> <0101> endbfrange"),
                    stream(b"beginbfrange <00> <FF> <0000> endbfrange"),
                ]
            )
        )
    )


def meaning(code):
    return chr(0x100 + code) if 1 <= code <= 0x2FF else "\ufffd"


@st.composite
def written(draw, code):
    """Write a code as programs do: each byte as it is, in octal digits, or by its name."""
    parts = []
    for place, value in enumerate(code.to_bytes(2, "big")):
        choices = [b"\\%03o" % value]
        if value in NAMED:
            choices.append(NAMED[value])
        elif value in b"()\\":
            choices.append(b"\\" + bytes([value]))
        elif value != 0x0D and (place == 1 or draw(st.booleans())):
            choices.append(bytes([value]))
        parts.append(draw(st.sampled_from(choices)))
    return b"".join(parts)


@st.composite
def lines(draw):
    """Return a line's operators and the text that it prints."""
    codes = draw(st.lists(st.integers(0, 0x2FF) | st.just(0xFFFF) | st.integers(0xD7FF, 0xE000), max_size=6))
    strings, body = [b""], []
    for code in codes:
        strings[-1] += draw(written(code))
        if draw(st.booleans()):
            strings.append(b"")
    for string in strings:
        body.append(b"(%b)" % string)
        if draw(st.booleans()):
            body.append(draw(st.sampled_from([b"20", b"-3.5", b" 60 ", b"\n"])))
    face = draw(st.sampled_from([b"F", b"G"]))
    shown = b"[%b]TJ" % b"".join(body) if len(strings) > 1 or draw(st.booleans()) else b"(%b)Tj" % strings[0]
    how = draw(st.sampled_from(["line", "mark", "artifact", "bare"]))
    text = "".join(map(meaning, codes))
    if how == "bare":
        return b"BT/%b 9 Tf %b\nET\n" % (face, shown), text
    line = b"q 1 0 0 -1 9 9 cm/c0 cs 0 scn\nBT 0 Tr/%b 9 Tf 1 0 0 -1 0 0 Tm%b\nET\nQ\n" % (face, shown)
    if how == "mark":
        # A mark around one line, around two, or left open: the form of it says nothing about the text.
        again = draw(st.integers(1, 2))
        line, text = (
            b"/Span<</MCID 7>>BDC\n%b%b" % (line * again, draw(st.sampled_from([b"EMC", b""]))),
            text * again,
        )
    elif how == "artifact":
        line, text = b"/Artifact<</Type/Pagination>>BDC\n%bEMC\n" % line, ""
    return line, text


@settings(max_examples=300, deadline=None)
@given(st.lists(lines(), max_size=12))
def test_every_way_to_write_lines_gives_the_same_text(build, page):
    """Together or one by one, marked or not, whichever escapes: the codes decide."""
    assert "".join(text for _, text in page) == text_of(build, b"".join(line for line, _ in page))


def test_half_a_code_at_the_end_of_a_string_is_left_out_of_that_string_alone(build):
    """It must not join the next string's first byte to a sign that no viewer shows."""
    content = rb"q BT/F 9 Tf [(\000\001\000)(\002\000\003)]TJ ET Q"

    assert meaning(1) + meaning(0x200) == text_of(build, content)


def test_text_that_looks_like_the_seam_between_lines_stays_in_its_place(build):
    """Signs without meaning are as many as were printed."""
    content = (
        rb"q BT/F 9 Tf (\377\377\377\377)Tj ET Q q BT/G 9 Tf (\000\001)Tj ET Q q BT/F 9 Tf (\000\002)Tj ET Q"
    )

    assert "\ufffd\ufffd" + meaning(1) + meaning(2) == text_of(build, content)


def test_a_font_of_one_byte_reads_a_line_of_pairs_byte_by_byte(build):
    """The form of the escapes says nothing about the font."""
    assert "\0A\0B" == text_of(build, rb"q BT/H 9 Tf [(\000A)5(\000B)]TJ ET Q")


def test_the_name_of_a_mark_and_its_properties_print_nothing(build):
    """An alternative text is for those who cannot see the picture."""
    content = rb"BT/H 9 Tf ET /Figure<</MCID 3/Alt(Kode \(QR\))>>BDC q BT/H 9 Tf (a)Tj ET Q EMC"

    assert "a" == text_of(build, content)


@given(st.binary(max_size=60))
def test_base32_is_read_as_the_standard_library_reads_it(data):
    """RFC 4648, without padding."""
    text = base64.b32encode(data).rstrip(b"=").decode()

    if text:
        assert data == qr._from_base32(text)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abz018=_ +-\u0131\u017f", min_size=1, max_size=20))
def test_base32_with_bits_left_over_or_other_signs_is_refused(text):
    """One text for one content: anything else could be changed unseen."""
    try:
        data = qr._from_base32(text)
    except ValueError:
        return

    assert text.upper() == base64.b32encode(data).rstrip(b"=").decode()
    assert text.isascii()

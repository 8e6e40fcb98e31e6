# ruff: noqa: E501 - one object of a PDF per line
"""Signed files as other programs write them: white space, loose ends, filters, usage rights, odd forms."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers

from perizinan_core.verification.signatures import SignatureVerifier

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
VALID, BAD, UNSIGNED = 0, 10, 11
OBJECTS = {
    1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> /Annots [6 0 R] >>",
    4: b"<< /Length 22 >>\nstream\nBT (Bayar 100) Tj ET  \nendstream",
    5: b"<< /Fields [6 0 R] /DA (/F1 12 Tf 0 g) >>",
    6: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (Jumlah) /V (100) /Rect [50 600 200 620] /P 3 0 R /F 4 >>",
}


def written(objects=OBJECTS, *, blank=b"", table_blank=b"", keyword=b"stream\n"):
    """Write a file with one table; ``blank`` stands where the table says that objects begin."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += blank + b"%d 0 obj\n%s\nendobj\n" % (number, body.replace(b"stream\n", keyword, 1))
    start = len(out)
    out += table_blank + b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, start)
    return bytes(out)


def packed_with(name, encode):
    """Write a file whose objects lie in a stream, and its table in another, both packed by ``encode``."""
    inside = {number: OBJECTS[number] for number in (2, 5, 6)}
    out, rows, index, body = bytearray(b"%PDF-1.7\n"), {}, b"", b""
    for place, (number, text) in enumerate(inside.items()):
        index += b"%d %d " % (number, len(body))
        body += text + b" "
        rows[number] = (2, 7, place)
    held = encode(index + body)
    store = b"<< /Type /ObjStm /N %d /First %d /Filter %s /Length %d >>\nstream\n%s\nendstream"
    for number, text in (
        (1, OBJECTS[1]), (3, OBJECTS[3]), (4, OBJECTS[4]), (7, store % (len(inside), len(index), name, len(held), held)),
    ):  # fmt: skip
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(out)
    rows[8] = (1, start, 0)
    table = encode(b"".join(struct.pack(">BIB", *rows[number]) for number in sorted(rows)))
    out += (
        b"8 0 obj\n<< /Type /XRef /Size 9 /W [1 4 1] /Index [1 8] /Root 1 0 R /Filter %s /Length %d >>\nstream\n%s\nendstream\nendobj\n"
        b"startxref\n%d\n%%%%EOF\n" % (name, len(table), table, start)
    )
    return bytes(out)


@pytest.fixture(scope="module")
def world(signed_files):
    return signed_files.SignedFiles.create()


@pytest.fixture(scope="module")
def code(world):
    """Return the exit code of a file."""
    verifier = SignatureVerifier(world.roots)
    return lambda data: verifier.verify(data, at=NOW).exit_code


@pytest.fixture(scope="module")
def twice(world):
    """Sign a file by two people."""
    return lambda data: world.sign(world.sign(data), world.second, field="Sig2")


class TestLooseWriting:
    """What every reader takes alike is no reason for doubt."""

    @pytest.mark.parametrize(
        "shape",
        [
            {"blank": b"\n"},
            {"blank": b"\r\n  "},
            {"table_blank": b"\n"},
            {"keyword": b"stream\r"},
            {"keyword": b"stream  \r\n"},
        ],
    )
    def test_white_space_and_loose_keywords_are_read_through(self, shape, code, twice):
        """Positions one line end too early, and ``stream`` ended by a carriage return or spaces."""
        assert VALID == code(twice(written(**shape)))

    def test_every_white_space_character_parts_the_words_of_an_object(self, code, world):
        """Zero bytes, too; found by damaging files at random."""
        data = packed_with(b"/ASCIIHexDecode", lambda data: data.hex().encode() + b">")
        assert VALID == code(world.sign(data.replace(b"\n7 0 obj", b"\n7\x000\x00obj")))

    @pytest.mark.parametrize(
        ("name", "encode"),
        [
            (b"/ASCIIHexDecode", lambda data: data.hex().encode() + b">"),
            (b"/ASCII85Decode", lambda data: base64.a85encode(data) + b"~>"),
            (
                b"[/ASCIIHexDecode /FlateDecode]",
                lambda data: b"\n".join(re.findall(rb".{1,60}", zlib.compress(data).hex().encode())) + b">",
            ),
        ],
    )
    def test_object_streams_in_ascii_are_read(self, name, encode, code, world):
        """The two ASCII filters, alone and around Flate."""
        assert VALID == code(world.sign(packed_with(name, encode)))

    def test_a_damaged_ascii_stream_gets_an_answer(self, code, world):
        """A digit that is none, in the stream that holds the form."""
        signed = world.sign(packed_with(b"/ASCIIHexDecode", lambda data: data.hex().encode() + b">"))

        assert BAD == code(signed.replace(b"stream\n32", b"stream\nzz", 1))


class TestForms:
    """Lists with holes, and fields that share things."""

    def test_a_hole_in_the_list_of_fields_is_passed_over(self, code):
        """``null`` and a reference to nothing are left by programs that delete fields."""
        assert UNSIGNED == code(written({**OBJECTS, 5: b"<< /Fields [null 6 0 R 99 0 R] >>"}))

    def test_a_field_that_is_listed_twice_is_one_field(self, code, world):
        """The same object in the list twice."""
        prepared = written({**OBJECTS, 5: b"<< /Fields [6 0 R 6 0 R] >>"})

        assert UNSIGNED == code(prepared)
        assert VALID == code(_sign_listed_twice(world))

    @pytest.mark.parametrize("certify", [None, 1])
    def test_one_signature_may_be_the_value_of_two_fields(self, certify, code, world, signed_files):
        """Between the two lies no change, not even one that a certification would forbid."""
        assert VALID == code(_in_two_fields(world, certify, signed_files))

    def test_a_second_field_that_is_added_for_a_signature_is_refused(self, code, world):
        """Afterwards it would show the signature in another place."""
        signed = world.sign(world.prepared("A", "B"), field="A")
        number = _number_of_field(signed, "B")
        body = _newest(signed, number)
        value = re.findall(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/ByteRange", signed, re.DOTALL)[-1]

        assert BAD == code(_update(signed, {number: body[:-2] + b" /V %s 0 R >>" % value}))


class TestUsageRights:
    """Files whose functions Adobe unlocked for its Reader carry a signature that belongs to nobody."""

    def test_an_unlocked_file_without_a_signature_is_unsigned(self, code):
        """It is not forged either."""
        assert UNSIGNED == code(unlocked())

    def test_an_unlocked_file_can_be_signed(self, code, twice):
        """By several people."""
        assert VALID == code(twice(unlocked()))

    def test_a_signature_that_was_taken_out_of_the_form_cannot_pass_as_usage_rights(self, code, world):
        """Its own signed dictionary says what it is for."""
        signed = world.sign(written())
        value = re.findall(rb"(\d+) 0 obj\s*<<(?:(?!endobj).)*?/ByteRange", signed, re.DOTALL)[-1]
        catalog = _newest(signed, 1).replace(
            b"/Type /Catalog", b"/Type /Catalog /Perms << /UR3 %s 0 R >>" % value
        )

        assert BAD == code(_update(signed, {1: catalog, 5: OBJECTS[5]}))


def unlocked():
    """Return a file with usage rights (ISO 32000-1 section 12.8.2.3)."""
    rights = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Reference [<< /Type /SigRef /TransformMethod /UR3 "
        b"/TransformParams << /V /2.2 /Form [/FillIn] >> >>] /ByteRange [0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC] /Contents <"
        b"3082" + b"00" * 200 + b"> >>"
    )
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Perms << /UR3 20 0 R >> >>"
    data = written({**OBJECTS, 1: catalog, 20: rights})
    first = data.index(b"/Contents <3082") + len(b"/Contents ")
    second = data.index(b">", first) + 1
    for mark, number in ((b"A", first), (b"B", second), (b"C", len(data) - second)):
        data = data.replace(mark * 10, b"%10d" % number)
    return data


def _newest(data, number):
    return re.findall(rb"(?:^|\n)%d 0 obj\s*(.*?)\s*endobj" % number, data, re.DOTALL)[-1]


def _update(data, objects):
    out, places = bytearray(data), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, before = len(out), re.findall(rb"startxref\s+(\d+)", data)[-1]
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % item for item in sorted(places.items()))
    out += b"trailer\n<< /Size 99 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (before, start)
    return bytes(out)


def _number_of_field(data, name):
    reader = PdfFileReader(io.BytesIO(data))
    return next(found[2].idnum for found in fields.enumerate_sig_fields(reader) if found[0] == name)


def _sign_listed_twice(world):
    prepared = world.prepared("A")
    number = _number_of_field(prepared, "A")
    form = _newest(prepared, 5)
    listed = re.search(rb"/Fields\s*\[([^\]]*)\]", form)
    doubled = form.replace(listed[0], b"/Fields [%s %d 0 R]" % (listed[1], number))
    return world.sign(_update(prepared, {5: doubled}), field="A")


def _in_two_fields(world, certify, signed_files):
    """Sign field A while field B refers to the object that the signature will become."""
    prepared = world.prepared("A", "B")
    number = _number_of_field(prepared, "B")
    body = _newest(prepared, number)
    for guess in range(99, 104):
        pointing = _update(prepared, {number: body[:-2] + b" /V %d 0 R >>" % guess})
        writer = IncrementalPdfFileWriter(io.BytesIO(pointing))
        metadata = signers.PdfSignatureMetadata(
            field_name="A", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES,
            certify=certify is not None, docmdp_permissions=fields.MDPPerm(certify or 2),
        )  # fmt: skip
        signer = world.simple_signer()
        data = signed_files._Careless(metadata, signer).sign_pdf(writer, in_place=False).getvalue()
        reader = PdfFileReader(io.BytesIO(data))
        values = [found[2].get_object().raw_get("/V") for found in fields.enumerate_sig_fields(reader)]
        if values[0] == values[1] and isinstance(values[0].get_object(), generic.DictionaryObject):
            return data
    raise AssertionError("pyHanko numbers its objects in another way")

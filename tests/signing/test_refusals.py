"""Damaged, encrypted and disguised files: refused with their own error, never repaired and signed."""

from __future__ import annotations

import contextlib
import io
import re

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core._pdf._syntax import Ref
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.signing import DamagedPdfError, EncryptedPdfError, UnsignablePdfError
from perizinan_core.signing import sign_pdf
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.testing._refusals import raises_code


class TestFrame:
    """Beginning and end of the file."""

    def test_other_files_are_no_pdf(self, signer, request_now):
        """A file of another kind, or an empty one."""
        for data in (b"", b"PK\x03\x04", b"\x00" * 2000 + b"%PDF-1.7"):
            with raises_code("pdf-not"):
                sign_pdf(data, signer, request_now)

    def test_junk_before_the_header_is_named(self, plain, signer, request_now):
        """The number of bytes before the header is told."""
        with raises_code("pdf-junk-before") as caught:
            sign_pdf(b"\xef\xbb\xbf" + plain, signer, request_now)
        assert 3 == caught.value.offset

    @pytest.mark.parametrize("cut", [1, 5, 30, 200])
    def test_a_cut_file_is_refused(self, plain, signer, request_now, cut):
        """However many bytes are missing at the end."""
        with pytest.raises(UnsignablePdfError):
            sign_pdf(plain[:-cut], signer, request_now)

    def test_appended_bytes_are_refused_but_blank_lines_are_not(self, plain, signer, request_now):
        """Something after the end mark is not covered by any table."""
        with raises_code("pdf-cut"):
            sign_pdf(plain + b"\nextra", signer, request_now)
        assert sign_pdf(plain + b"\r\n\n \x00", signer, request_now)

    def test_a_signed_file_cut_at_its_end_is_not_taken_for_the_older_revision(
        self, plain, signer, request_now
    ):
        """The last 200 bytes of a signed file are missing."""
        with raises_code("pdf-cut"):
            sign_pdf(sign_pdf(plain, signer, request_now)[:-200], signer, request_now)

    @pytest.mark.parametrize("style", ["table", "stream"])
    def test_encrypted_files_are_refused(self, maker, signer, request_now, style):
        """With either form of cross-reference data."""
        pdf = maker.build(maker.objects(), style, trailer=b"/Encrypt <</Filter /Standard>>")

        with pytest.raises(EncryptedPdfError):
            sign_pdf(pdf, signer, request_now)

    def test_files_encrypted_by_pypdf_are_refused(self, letter, signer, request_now):
        """A really encrypted file."""
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter))
        writer.encrypt("rahasia", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)

        with pytest.raises(EncryptedPdfError):
            sign_pdf(out.getvalue(), signer, request_now)


def damaged(maker, style, old, new, **options):
    pdf = maker.build(maker.objects(**options), style)
    assert old in pdf
    return pdf.replace(old, new)


class TestTables:
    """Cross-reference tables and trailers."""

    @pytest.mark.parametrize(
        ("problem", "old", "new"),
        [
            ("the cross-reference table is damaged", b"xref\n0 5\n", b"xref\n0 9\n"),
            ("the trailer is missing", b"trailer", b"treiler"),
            ("the trailer does not state its size", b"/Size 5", b"/Syze 5"),
            ("the trailer does not state its size", b"/Size 5", b"/Size 4"),
            ("another object lies where the table says", b"xref\n0 5\n", b"xref\n1 5\n"),
            ("another object lies where the table says", b"4 0 obj", b"9 0 obj"),
            ("an object is missing to which another refers", b"/Root 1 0 R", b"/Toor 1 0 R"),
            ("an object is missing to which another refers", b"/Root 1 0 R", b"/Root 9 0 R"),
            ("a cross-reference table lies outside the file", b"/Root 1 0 R", b"/Root 1 0 R /Prev 99999"),
            ("there is no object where the table says", b"/Root 1 0 R", b"/Root 1 0 R /Prev 16"),
            ("there is no object where the table says", b"/Root 1 0 R", b"/Root 1 0 R /XRefStm 3"),
            ("a dictionary has the same key twice", b"/Root 1 0 R", b"/Root 1 0 R /Root 2 0 R"),
            (
                "a dictionary key is not a name",
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Catalog/Pages 2 0 R)>",
            ),
            ("a dictionary is missing", b"<</Type/Catalog/Pages 2 0 R>>", b"(/Type/Catalog/Pages 2 0 R)  "),
            (
                "a dictionary key is not a name",
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<<1Type/Catalog/Pages 2 0 R>>",
            ),
            ("the page tree is too large, or goes round in a circle", b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
            ("the page tree holds something that is not a page", b"/Kids [4 0 R]", b"/Kids [<<>>] "),
            ("the page tree holds something that is not a page", b"/Type /Page ", b"/Type /Pose "),
            ("a page does not state its size", b"/MediaBox [0 0 300 400]", b"/NediaBox [0 0 300 400]"),
            (
                "a rectangle does not have four numbers",
                b"/MediaBox [0 0 300 400]",
                b"/MediaBox [0 0 300]    ",
            ),
            (
                "a rectangle does not have four numbers",
                b"/MediaBox [0 0 300 400]",
                b"/MediaBox [0 0 300 (x)]",
            ),
            ("a page is turned in a way that cannot be shown", b"/Resources <<>>", b"/Rotate 45     "),
        ],
    )
    def test_what_is_wrong_is_named(self, maker, signer, request_now, problem, old, new):
        """Each damage is found and told apart."""
        with pytest.raises(DamagedPdfError) as caught:
            sign_pdf(damaged(maker, "table", old, new), signer, request_now)
        assert problem == caught.value.fault

    def test_a_circle_of_tables_is_refused(self, plain, signer, request_now):
        """Two sections that name each other as the previous one."""
        at = int(re.search(rb"startxref\s+(\d+)", plain)[1])
        pdf = plain.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %d " % at)

        with pytest.raises(DamagedPdfError) as caught:
            sign_pdf(pdf, signer, request_now)
        assert "the cross-reference tables go round in a circle" == caught.value.fault

    def test_a_circle_behind_the_first_page_is_refused(self, maker, signer, request_now):
        """The page tree is walked to its end, also for an invisible signature."""
        objects = maker.objects(pages=2)
        objects[2] = objects[2].replace(b"5 0 R", b"2 0 R")

        with pytest.raises(DamagedPdfError) as caught:
            sign_pdf(maker.build(objects), signer, request_now)
        assert "the page tree is too large, or goes round in a circle" == caught.value.fault

    def test_a_generation_that_cannot_be_is_refused(self, plain, signer, request_now):
        """Generations end at 65535."""
        at = plain.index(b"4 0 obj")
        pdf = plain.replace(b"%010d 00000 n" % at, b"%010d 70000 n" % at).replace(b"4 0 obj", b"4 70000 obj")
        pdf = pdf.replace(b"startxref\n291", b"startxref\n295")

        with pytest.raises(DamagedPdfError) as caught:
            sign_pdf(pdf, signer, request_now)
        assert ("the cross-reference table is damaged", at) == (caught.value.fault, caught.value.offset)

    def test_an_object_freed_later_is_gone(self, plain):
        """A free entry hides the object of the older section."""
        at = len(plain) + 1
        before = int(re.search(rb"startxref\s+(\d+)", plain)[1])
        update = b"\nxref\n3 1\n0000000000 00001 f \ntrailer\n<</Size 5 /Root 1 0 R /Prev %d>>\n" % before
        pdf = PdfFile(plain + update + b"startxref\n%d\n%%%%EOF" % at)

        assert b"null" == pdf.source(Ref(3, 0))
        with pytest.raises(PdfStructureError):
            pdf.source(Ref(4, 7))

    def test_a_circle_of_references_is_refused(self, maker):
        """References that lead to each other end the search."""
        pdf = PdfFile(maker.build(maker.objects(extra=[b"6 0 R", b"5 0 R"])))

        with pytest.raises(PdfStructureError):
            pdf.resolve(Ref(5, 0))

    @pytest.mark.parametrize(
        "page",
        [b"/Annots 5 0 R", b"/Annots (x)"],
    )
    def test_annotations_that_are_no_array_are_refused(self, maker, signer, request_now, page):
        """A reference to a reference, or a string."""
        with pytest.raises(DamagedPdfError):
            sign_pdf(maker.build(maker.objects(page=page, extra=[b"6 0 R", b"[]"])), signer, request_now)


class TestStreams:
    """Cross-reference and object streams."""

    @pytest.mark.parametrize(
        ("style", "old", "new"),
        [
            ("stream", b"/Type /XRef", b"/Type /XReg"),
            ("stream", b"/W [1 4 2]", b"/W [1 4]  "),
            ("stream", b"/W [1 4 2]", b"/W [0 0 0]"),
            ("stream", b"/W [1 4 2]", b"/W [1 9 2]"),
            ("stream", b"/W [1 4 2]", b"/W [1 4 2] /Index [0 6 9]"),
            ("stream", b"/Length 42", b"/Length 44"),
            ("stream", b"/Length 42", b"/Langth 42"),
            ("stream", b"/Length 42", b"/Length -2"),
            ("stream", b"/Size 6", b"/Size 7"),
            ("packed", b"/N 3", b"/N 9"),
            ("packed", b"/N 3", b"/N 2"),
            ("packed", b"/First 1", b"/First 9"),
            ("packed", b"x\x9c", b"x\x00"),
            ("predicted", b"/Predictor 12", b"/Predictor 99"),
            ("predicted", b"/Columns 7", b"/Columns 6"),
            ("predicted", b"<</Predictor 12 /Columns 7>>", b"3 0 R                       "),
        ],
    )
    def test_damage_is_refused(self, maker, signer, request_now, style, old, new):
        """Wrong types, widths, lengths, counts and data."""
        with pytest.raises(DamagedPdfError):
            sign_pdf(damaged(maker, style, old, new), signer, request_now)

    def test_a_compressed_part_that_stops_early_is_refused(self, maker, signer, request_now):
        """Other readers would use what they got."""
        pdf = maker.build(maker.objects(), "packed")
        whole = rb"(/ObjStm .*?>>\nstream\n.*?)....(\nendstream)"
        half = re.sub(whole, rb"\1    \2", pdf, flags=re.DOTALL)
        assert half != pdf

        with pytest.raises(DamagedPdfError):
            sign_pdf(half, signer, request_now)

    def test_an_object_in_a_container_that_is_no_object_is_refused(self, maker, signer, request_now):
        """A type 2 entry must name an object stream that is there."""
        objects = maker.objects()
        pdf = maker.build(objects, "stream")
        at = pdf.rindex(b"stream\n") - len(b"end")
        start = pdf.rindex(b"stream\n", 0, at) + 7
        row = pdf[start + 7 : start + 14]

        with pytest.raises(DamagedPdfError):
            sign_pdf(pdf.replace(row, b"\x02" + (77).to_bytes(4) + row[5:], 1), signer, request_now)

    def test_entries_of_unknown_types_are_nothing(self, maker):
        """Types to come are references to null (ISO 32000-1 section 7.5.8.3)."""
        pdf = maker.build(maker.objects(extra=[b"(x)"]), "stream")
        at = pdf.index(b"5 0 obj").to_bytes(4)

        assert b"null" == PdfFile(pdf.replace(b"\x01" + at, b"\x07" + at)).source(Ref(5, 0))

    def test_streams_without_filter_or_with_other_filters_are_read(self, maker):
        """An object stream in ASCII hexadecimal."""
        inner = b"5 0 (isi)"
        hexed = inner.hex().encode() + b">"
        holder = b"<</Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode /Length %d>>\nstream\n%b\nendstream"
        pdf = maker.build(maker.objects(extra=[b"(x)", holder % (len(hexed), hexed)]), "stream")
        at = pdf.index(b"5 0 obj").to_bytes(4)
        found = PdfFile(pdf.replace(b"\x01" + at + b"\x00\x00", b"\x02" + (6).to_bytes(4) + b"\x00\x00"))

        assert b"(isi)" == found.source(Ref(5, 0))


@pytest.fixture(scope="module")
def samples(maker, letter):
    styles = ("table", "stream", "packed", "predicted")
    return [letter, *(maker.build(maker.objects(pages=2), style) for style in styles)]


class TestAnyDamage:
    """Whatever happens to a file, the answer is a signature or one of our errors."""

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_no_foreign_error_leaves(self, samples, signer, request_now, data):
        """Bytes changed, removed or doubled anywhere."""
        pdf = data.draw(st.sampled_from(samples))
        at = data.draw(st.integers(0, len(pdf) - 1))
        length = data.draw(st.integers(0, 12))
        new = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<<", b">>", b"[", b"(", b"/", b"0 0 R", b"%"])
        )
        with contextlib.suppress(UnsignablePdfError):
            signed = sign_pdf(pdf[:at] + new + pdf[at + length :], signer, request_now)
            assert signed.startswith(pdf[:at])

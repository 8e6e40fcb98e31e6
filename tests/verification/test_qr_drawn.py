"""The code that a PDF draws against the data and the text of the same PDF: swaps are found."""

from __future__ import annotations

import io
import re
import zlib

import attrs
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering._qr import draw_qr
from perizinan_core.rendering._typst_renderer import TypstRenderer
from perizinan_core.testing._letters import sample_letter
from perizinan_core.verification import CheckName, Outcome, Verdict
from perizinan_core.verification._pdf import _drawn_codes as room
from perizinan_core.verification._pdf import _pages as pages
from perizinan_core.verification._pdf._drawn_codes import drawn_codes

OTHER = "500.16.7.2/0099/410.111/2026"


@pytest.fixture(scope="module")
def renderer():
    return TypstRenderer()


@pytest.fixture
def letter(renderer, world, build):
    """Render and sign the sample letter with a given QR text."""

    def make(text, form=LetterForm.LICENCE):
        return build.sign(renderer.render(sample_letter(form, qr_text=text)), world.head)

    return make


def page_with(build, *, content=b"", objects=b"", extra=()):
    """Return a small PDF whose page has this content and these XObjects (numbers from 5)."""
    return build.assemble(
        [
            b"<</Type /Catalog /Pages 2 0 R>>",
            b"<</Type /Pages /Kids [3 0 R] /Count 1 /Resources <</XObject <<%b>>>>>>" % objects,
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>",
            stream(b"", content),
            *extra,
        ]
    )


def stream(dictionary, data, *, packed=True):
    data = zlib.compress(data) if packed else data
    how = b"/Filter /FlateDecode " if packed else b""
    return b"<<%b %b/Length %d>>\nstream\n%b\nendstream" % (dictionary, how, len(data), data)


def dark_modules(text):
    return [
        (x, y)
        for y, row in enumerate(segno.make_qr(text, error="m").matrix)
        for x, module in enumerate(row)
        if module
    ]


class TestLetters:
    """Whole letters, judged as files."""

    @pytest.mark.parametrize("form", list(LetterForm))
    def test_the_code_of_every_form_of_letter_agrees(self, letter, judge, world, build, form):
        """Read from the drawing, not from a rendered page."""
        report = judge(letter(world.qr_text(build.statement()), form))

        assert ("qr-agrees", Verdict.VALID) == (report.check(CheckName.QR).reason.code, report.verdict)

    def test_a_genuine_code_of_another_permit_is_found(self, letter, judge, world, build):
        """The office's own code, on the wrong letter."""
        report = judge(letter(world.qr_text(build.statement(number=OTHER))))

        assert (Verdict.NOT_VALID, Outcome.FAILED) == (report.verdict, report.check(CheckName.QR).outcome)
        assert "qr-of-another-permit" == report.reasons[0].code
        assert OTHER in report.reasons[0].message("id")

    @pytest.mark.parametrize("field", ["holder", "object", "status_index"])
    def test_a_code_with_the_same_number_but_another_content_is_found(
        self, letter, judge, world, build, field
    ):
        """The reason names the field and not its content."""
        changed = {"status_index": 43} if field == "status_index" else {field: "Orang Lain"}
        report = judge(letter(world.qr_text(build.statement(**changed))))

        assert "qr-disagrees" == report.reasons[0].code
        assert field in report.reasons[0].message("en")
        assert "Orang Lain" not in report.reasons[0].message("en")

    def test_a_code_that_another_key_signed_is_found(self, letter, judge, build):
        """Same address, same claims."""
        report = judge(letter(build.World.create().qr_text(build.statement())))

        assert "qr-signature-wrong" == report.reasons[0].code

    def test_a_code_that_only_leads_to_the_office_is_found(self, letter, judge, build):
        """An address of the office with a fragment that nobody signed."""
        report = judge(letter(build.statement().verification_url.upper() + "#1" + "ABCD" * 20))

        assert "qr-signature-wrong" == report.reasons[0].code

    def test_a_code_behind_another_address_is_judged_by_its_claims(self, letter, judge, world, build):
        """An office may have moved its page."""
        text = world.qr_text(build.statement(verification_url="https://lama.example/v"))

        assert "qr-agrees" == judge(letter(text)).check(CheckName.QR).reason.code

    def test_a_code_of_something_else_is_none_of_our_business(self, letter, judge):
        """A feedback form, a payment."""
        report = judge(letter("https://contoh.example/survei"))

        assert ("qr-not-found", Verdict.VALID) == (report.check(CheckName.QR).reason.code, report.verdict)


class TestDrawings:
    """Ways in which programs draw a code."""

    TEXT = "HTTPS://CONTOH.EXAMPLE/V1#1ABCDEFGH"

    def read(self, pdf):
        return drawn_codes(PdfStructure(pdf))

    @pytest.mark.parametrize("scale", [1, 0.7, 2.835, 13.3])
    @pytest.mark.parametrize("painting", [b" ", b"\nf\n"])
    def test_squares_by_their_size_are_read(self, build, scale, painting):
        """``re`` for each module, filled together or one by one."""
        boxes = [
            b"%.3f %.3f %.3f %.3f re" % (40 + x * scale, 500 - y * scale, scale, scale)
            for x, y in dark_modules(self.TEXT)
        ]
        content = b"q 0 g\n" + b"".join(box + painting for box in boxes) + b" f Q"

        assert (self.TEXT,) == self.read(page_with(build, content=content))

    def test_squares_beside_the_grid_are_no_code(self, build):
        """A third of a module aside: nobody draws a code like that, and nobody should guess."""
        boxes = [b"%.2f %d 1 1 re" % (x + (0.33 if x == 3 else 0), y) for x, y in dark_modules(self.TEXT)]

        assert () == self.read(page_with(build, content=b"\n".join(boxes) + b"\nf"))

    def test_corners_in_either_direction_are_read(self, build):
        """Clockwise and not, y up and down."""
        content = b"".join(
            b"%d %d m %d %d l %d %d l %d %d l h\n" % (x, y, x, y + 1, x + 1, y + 1, x + 1, y)
            for x, y in dark_modules(self.TEXT)
        )

        assert (self.TEXT,) == self.read(page_with(build, content=b"0 g\n" + content + b"f"))

    @pytest.mark.parametrize("shape", ["%d %d m %d %d l %d %d l %d %d l h f* ", "%d %d 1 1 re "])
    def test_a_code_between_other_lines_of_one_drawing_is_read(self, build, shape):
        """A frame before, a line after, and a box of the other kind, with nothing between that paints."""
        corners = ((0, 0), (1, 0), (1, 1), (0, 1))
        content = b"0 0 m 9 9 l h 5 5 m 6 6 l 7 7 2 2 re f " if " m " in shape else b"0 0 m 9 9 l h "
        for x, y in dark_modules(self.TEXT):
            points = [place for dx, dy in corners for place in (x + dx, y + dy)]
            content += (shape % tuple(points[: shape.count("%d")])).encode()

        assert (self.TEXT,) == self.read(page_with(build, content=content + b"\n3 3 m 4 4 l h f"))

    @given(
        st.lists(
            st.tuples(
                st.binary(max_size=900).map(lambda data: b"%b BT" % data),
                st.lists(
                    st.sampled_from([b"1 0 0 1 re ", b"7.25 -3 m\n", b"h f*\n"]), min_size=80, max_size=300
                ),
            ),
            max_size=4,
        )
    )
    def test_every_long_drawing_is_set_apart_and_no_byte_is_lost(self, pieces):
        """Wherever it begins, it holds a probe."""
        runs = [b"".join(words) for _, words in pieces]
        content = b"".join(
            before + b"\nq" + run + b"Q" for (before, _), run in zip(pieces, runs, strict=True)
        )
        found = pages.parted(content)

        assert [run for run in runs if len(run) >= 800] == [
            run for run in found.paths if run in runs and len(run) >= 800
        ]
        assert len(content) == len(found.operators) + sum(len(run) - 1 for run in found.paths)

    def test_a_form_that_the_page_draws_is_read(self, build):
        """Also one within another."""
        content = b"".join(b"%d %d 1 1 re\n" % (x, y) for x, y in dark_modules(self.TEXT))
        inner = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]", content + b"f")
        outer = stream(
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</B 6 0 R>>>>", b"/B Do"
        )

        pdf = page_with(build, content=b"/A Do", objects=b"/A 5 0 R", extra=(outer, inner))
        assert (self.TEXT,) == self.read(pdf)

    @pytest.mark.parametrize("kind", ["1", "L", "RGB", "CMYK", "JPEG", "icc"])
    def test_a_picture_is_read(self, build, kind):
        """Pasted codes are pictures."""
        buffer = io.BytesIO()
        segno.make_qr(self.TEXT, error="m").save(buffer, kind="png", scale=4)
        picture = Image.open(buffer).convert("L")
        extra = ()
        if kind == "JPEG":
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=70)
            body = stream(
                self.head(picture, b"/DeviceGray", 8) + b"/Filter /DCTDecode", data.getvalue(), packed=False
            )
        elif kind == "icc":
            space, extra = b"[/ICCBased 6 0 R]", (stream(b"/N 3", b"profile"),)
            body = stream(self.head(picture, space, 8), picture.convert("RGB").tobytes())
        else:
            space = {"1": b"/DeviceGray", "L": b"/DeviceGray", "RGB": b"/DeviceRGB", "CMYK": b"/DeviceCMYK"}[
                kind
            ]
            body = stream(self.head(picture, space, 1 if kind == "1" else 8), picture.convert(kind).tobytes())

        pdf = page_with(build, content=b"q 9 0 0 9 0 0 cm /A Do Q", objects=b"/A 5 0 R", extra=(body, *extra))
        assert (self.TEXT,) == self.read(pdf)

    @staticmethod
    def head(picture, space, bits):
        return b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %b /BitsPerComponent %d " % (
            *picture.size, space, bits,
        )  # fmt: skip

    def test_a_genuine_code_covered_by_a_pasted_picture_is_found(self, world, build, judge):
        """Both are read; the one of another permit decides."""
        said = build.statement()
        drawn = b"".join(b"%d %d 1 1 re\n" % point for point in dark_modules(world.qr_text(said)))
        buffer = io.BytesIO()
        segno.make_qr(world.qr_text(attrs.evolve(said, number=OTHER)), error="m").save(
            buffer, kind="png", scale=3
        )
        picture = Image.open(buffer).convert("L")
        body = stream(self.head(picture, b"/DeviceGray", 8), picture.tobytes())
        pdf = build.small_pdf(said)
        objects = pdf[pdf.index(b"1 0 obj") : pdf.index(b"xref\n")].split(b"\nendobj\n")[:-1]
        objects = [item.partition(b" obj\n")[2] for item in objects]
        page, content = objects[2], zlib.decompress(objects[3].split(b"stream\n")[1].removesuffix(b"\nend"))
        objects[2] = page.replace(b"/Resources <<", b"/Resources <</XObject <</A 10 0 R>> ")
        objects[3] = stream(b"", content + b"\n" + drawn + b"f\n/A Do")
        report = judge(build.sign(build.assemble([*objects, body]), world.head))

        assert "qr-of-another-permit" == report.reasons[0].code

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"1 2 3 4 re f",
            b"1 1 1 1 re " * 100 + b"f",
            b"0 0 m 1 1 l 2 2 l 3 3 l h " * 100,
            b"0 0 1e5 1 re " * 100,
            b". . . . re " * 200,
            b"0 0 0 0 re " * 200,
            b"0 0 99999999 1 re " * 99 + b"0 0 .0001 .0001 re ",
            b"9" * 5000 + b" 1 1 1 re",
            b"1 2 3 4 5 " * 1000,
            b"9" * 5000 + b" 1 1 1 re " + b"1 1 1 1 re " * 90,
            b"9" * 700 + b" 1.5 m" + b" 1.5 9 l 2 9 l 2 1 l\nh 1 1 m" * 99 + b" 1 2 l 3 2 l 3 4 l",
            b"0 -" + b"9" * 700 + b" 1 " + b"9" * 700 + b" re " + b"1 1 1 1 re " * 90,
        ],
    )
    def test_other_drawings_are_no_code(self, build, content):
        """Lines of tables, scrap."""
        assert () == self.read(page_with(build, content=content))

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                [b"0", b"1", b"-1", b"2.5", b".", b"-", b"1.2.3", b"re", b"m", b"l", b"h", b"f", b"f*"]
            ),
            min_size=100,
            max_size=400,
        )
    )
    def test_no_sequence_of_numbers_and_operators_crashes(self, build, words):
        """Whatever a page holds, reading its codes is no danger."""
        assert () == self.read(page_with(build, content=b" ".join(words)))

    @settings(max_examples=200, deadline=None)
    @given(
        side=st.sampled_from([21, 25, 30, 45]),
        start=st.integers(-2, 20),
        scale=st.sampled_from([1, 1, 2, 5]),
        pieces=st.lists(st.tuples(*[st.integers(0, 20)] * 4), min_size=25, max_size=60),
        upright=st.booleans(),
    )
    def test_whole_numbers_are_read_as_all_others_are(self, side, start, scale, pieces, upright):
        """The short way for letters gives the same modules as the long way, or leaves the drawing to it."""
        shapes = [(0, 0, side, side), *pieces]
        run = b"".join(self.outline(shape, start, scale, upright=upright) for shape in shapes)
        whole = room._whole_matrix(run)
        general = [matrix for found in room._corners(run) if (matrix := room._matrix(found)) is not None]

        assert whole is None or [whole] == general

    @staticmethod
    def outline(shape, start, scale, *, upright):
        left, upper, right, lower = (start + scale * place for place in shape)
        corners = [(left, upper), (right, upper), (right, lower), (left, lower)]
        first, *others = corners[1:] + corners[:1] if upright else corners
        return b"%d %d m" % first + b"".join(b" %d %d l" % point for point in others) + b"\nh "

    def test_the_code_of_a_letter_is_read_the_short_way(self, renderer):
        """Else every letter costs what it did before."""
        pdf = PdfStructure(renderer.render(sample_letter(qr_text=self.TEXT)))
        runs = [run for page in pages.pages(pdf) for run in pages.contents_of(pdf, page).paths]
        found = [matrix for run in runs if (matrix := room._whole_matrix(run)) is not None]

        assert [(self.TEXT,)] == [room._decode(matrix) for matrix in found]

    def test_a_long_page_of_rectangles_is_read_in_a_moment(self, build):
        """Two million bytes that almost make a code."""
        import time

        start = time.perf_counter()
        found = self.read(page_with(build, content=b"1 2 3 4 re " * 200_000))

        assert () == found
        assert time.perf_counter() - start < 3

    def test_a_logo_is_searched_once(self, build, monkeypatch):
        """It stands on ten thousand letters."""
        logo = Image.effect_noise((64, 64), 50)
        body = stream(self.head(logo, b"/DeviceGray", 8), logo.tobytes())
        pdf = page_with(build, content=b"/A Do", objects=b"/A 5 0 R", extra=(body,))
        calls = []
        real = room.find_codes
        monkeypatch.setattr(room, "find_codes", lambda picture: calls.append(1) or real(picture))
        for _ in range(3):
            assert () == self.read(pdf)

        assert [1] == calls

    def test_the_drawing_of_the_renderer_is_the_one_that_is_read(self, build):
        """Path of the SVG against modules of the reader, without Typst between."""
        path = draw_qr(self.TEXT).svg.rpartition('d="')[2].partition('"')[0]
        content = []
        for x, y, steps in re.findall(r"M(\d+) (\d+)([^z]*)z", path):
            here = [int(x), int(y)]
            content.append(b"%d %d m" % tuple(here))
            for way, length in re.findall(r"([hv])(-?\d+)", steps):
                here[way == "v"] += int(length)
                content.append(b"%d %d l" % tuple(here))
            content.append(b"h")

        assert (self.TEXT,) == self.read(page_with(build, content=b"\n".join(content) + b"\nf"))

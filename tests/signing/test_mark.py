"""Visible marks: upright on rotated pages, tagged, drawn with fonts that have every character."""

from __future__ import annotations

import io

import attrs
import pypdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from perizinan_core._pdf._syntax import Ref
from perizinan_core.errors.signing import DamagedPdfError, UnsignablePdfError
from perizinan_core.signing import Placement, SigningRequest, VisibleMark, sign_pdf
from perizinan_core.signing._incremental import IncrementalUpdate
from perizinan_core.signing._mark import ObjectCopier
from perizinan_core.signing._pages import Page
from perizinan_core.signing._pdf_file import PdfFile
from perizinan_core.testing._refusals import raises_code

PLACE = Placement(page=1, x=20, y=30, width=120, height=40)


def picture(colour, size=(30, 10)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def two_colours():
    """A picture that is red on its left half and green on its right."""
    image = Image.new("RGB", (120, 40), "red")
    image.paste(Image.new("RGB", (60, 40), (0, 255, 0)), (60, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def shown(pdf, page=0):
    """The page as a viewer shows it, one pixel a point."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    return document[page].render(scale=1).to_pil().convert("RGB")


class TestPlace:
    """A mark stands where it was asked for on the page as shown."""

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270, -90, 450])
    @pytest.mark.parametrize("box", [b"", b"/CropBox [10 20 290 380]", b"/MediaBox [300 400 0 0]"])
    def test_it_is_upright_on_rotated_pages(self, maker, signer, request_now, accepted, rotation, box):
        """Left is left and the lower edge is the lower edge, whatever the rotation and the boxes."""
        pdf = maker.build(maker.objects(page=b"/Rotate %d %b" % (rotation, box)))
        mark = VisibleMark(placement=PLACE, image=two_colours())
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, mark=mark))
        image = shown(signed)
        middle = image.height - (PLACE.y + PLACE.height / 2)

        assert ["Signature1"] == accepted(signed)
        assert (255, 0, 0) == image.getpixel((int(PLACE.x + 30), int(middle)))
        assert (0, 255, 0) == image.getpixel((int(PLACE.x + 90), int(middle)))
        assert image.getpixel((int(PLACE.x - 4), int(middle))) not in ((255, 0, 0), (0, 255, 0))

    @pytest.mark.parametrize(("page", "expected"), [(1, 0), (2, 1), (3, 2), (-1, 2), (-3, 0)])
    def test_pages_are_counted_from_both_ends(self, maker, signer, request_now, page, expected):
        """1 is the first page, -1 the last."""
        mark = VisibleMark(placement=attrs.evolve(PLACE, page=page), text="Kepala")
        signed = sign_pdf(maker.build(maker.objects(pages=3)), signer, attrs.evolve(request_now, mark=mark))

        assert [expected] == [
            n for n, p in enumerate(pypdf.PdfReader(io.BytesIO(signed)).pages) if "/Annots" in p
        ]

    @pytest.mark.parametrize("page", [2, -2])
    def test_a_page_that_is_not_there_is_named(self, plain, signer, request_now, page):
        """The error says how many pages there are."""
        mark = VisibleMark(placement=attrs.evolve(PLACE, page=page), text="Kepala")

        with raises_code("page-missing") as caught:
            sign_pdf(plain, signer, attrs.evolve(request_now, mark=mark))
        assert (page, 1) == (caught.value.page, caught.value.pages)

    def test_a_document_without_pages_is_not_signed(self, maker, signer, request_now):
        """Not even invisibly."""
        with raises_code("page-missing"):
            sign_pdf(maker.build(maker.objects(pages=0)), signer, request_now)

    @given(
        rotation=st.sampled_from([0, 90, 180, 270]),
        x=st.floats(0, 400),
        y=st.floats(0, 400),
        width=st.floats(0.1, 400),
        height=st.floats(0.1, 400),
    )
    def test_a_placement_keeps_its_size_and_stays_inside_or_is_refused(self, rotation, x, y, width, height):
        """The rectangle has the asked-for size as shown and lies in the box, half a point of rounding apart."""
        box = (10.0, 20.0, 310.0, 220.0)
        page = Page(Ref(1, 0), box, rotation)
        across, up = (200.0, 300.0) if rotation in (90, 270) else (300.0, 200.0)
        place = Placement(x=x, y=y, width=width, height=height)
        try:
            left, bottom, right, top = page.rectangle(place)
        except UnsignablePdfError as error:
            if "mark-outside" != error.code:
                raise
            assert x + width > across or y + height > up
        else:
            assert pytest.approx((width, height)) == page.shown_size((left, bottom, right, top))
            assert box[0] - 0.51 <= left < right <= box[2] + 0.51
            assert box[1] - 0.51 <= bottom < top <= box[3] + 0.51

    @pytest.mark.parametrize("place", [{"x": 290}, {"y": 370}])
    def test_a_mark_beside_the_page_is_refused(self, plain, signer, request_now, place):
        """The error says how large the page is."""
        mark = VisibleMark(placement=attrs.evolve(PLACE, **place), text="Kepala")

        with raises_code("mark-outside") as caught:
            sign_pdf(plain, signer, attrs.evolve(request_now, mark=mark))
        assert (300, 400) == (caught.value.width, caught.value.height)

    def test_values_that_make_no_sense_cannot_exist(self, now):
        """Page 0, no size, negative places, neither text nor picture, times without zone."""
        for change in ({"page": 0}, {"width": 0}, {"x": -1}):
            with pytest.raises(ValueError):
                attrs.evolve(PLACE, **change)
        with pytest.raises(ValueError, match="text or a picture"):
            VisibleMark(text="  ")
        with pytest.raises(ValueError, match="time zone"):
            SigningRequest(signed_at=now.replace(tzinfo=None))


class TestDrawing:
    """Text and picture."""

    def test_text_is_embedded_with_its_font(self, letter, signer, request_now, accepted):
        """The text can be read back from the mark, and its fonts are inside."""
        mark = VisibleMark(
            placement=attrs.evolve(PLACE, width=200),
            text="Müller #let x = 1\nKepala Dinas",
            image=picture("blue"),
        )
        signed = sign_pdf(letter, signer, attrs.evolve(request_now, mark=mark))
        form = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"][0]["/AP"]["/N"]
        font = next(iter(form["/Resources"]["/Font"].values()))["/DescendantFonts"][0]

        assert ["Signature1"] == accepted(signed)
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"])
        assert (0, 0, 255) in {pixel for _, pixel in shown(signed).getcolors(1 << 20)}
        assert b"GTS_PDFA1" not in signed[len(letter) :]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"text": "ꦲꦏ꧀ꦱꦫ"}, "could not be displayed"),
            ({"text": "panjang " * 200}, "does not fit"),
            ({"text": "panjang" * 20}, "does not fit"),
            ({"text": "Pemerintahan Daerah", "image": picture("red"), "font_size": 14}, "does not fit"),
            ({"image": b"not a picture", "text": ""}, "image"),
        ],
    )
    def test_what_cannot_be_drawn_is_refused(self, plain, signer, request_now, change, said):
        """Javanese without a font, a text too long, a picture that is none."""
        mark = attrs.evolve(VisibleMark(placement=PLACE, text="x"), **change)

        with raises_code("mark-not-drawable") as caught:
            sign_pdf(plain, signer, attrs.evolve(request_now, mark=mark))
        assert said in caught.value.reason

    def test_typst_drawings_follow_the_file_form(self, maker, signer, request_now, accepted):
        """A mark goes into files with cross-reference streams as well."""
        mark = VisibleMark(placement=PLACE, text="Kepala")
        signed = sign_pdf(
            maker.build(maker.objects(), "packed"), signer, attrs.evolve(request_now, mark=mark)
        )

        assert ["Signature1"] == accepted(signed)


class TestCopies:
    """Objects of the drawing under new numbers."""

    def test_what_refers_to_itself_is_copied_once(self, maker, plain):
        """Two fonts that name each other, and a string that only looks like a reference."""
        source = PdfFile(
            maker.build(maker.objects(extra=[b"<</A 6 0 R /T (6 0 R)>>", b"[5 0 R 5 0 R 3 0 R]"]))
        )
        update = IncrementalUpdate(PdfFile(plain))

        assert b"[5 0 R 9 9 9]" == ObjectCopier(update, source).copied(b"[5 0 R 9 9 9]")
        written = update.write()[0]
        assert b"<</A 6 0 R /T (6 0 R)>>" in written
        assert b"[5 0 R 5 0 R 7 0 R]" in written
        assert 1 == written.count(b"\nendstream")


class TestTags:
    """PDF/UA-1 section 7.18: a visible field is part of the structure."""

    @staticmethod
    def tree(pdf):
        return pypdf.PdfReader(io.BytesIO(pdf)).root_object["/StructTreeRoot"]

    def test_a_visible_field_is_a_form_element(self, letter, signer, request_now):
        """The element refers to the widget, and the parent tree leads from the widget to the element."""
        signed = sign_pdf(
            letter, signer, attrs.evolve(request_now, mark=VisibleMark(placement=PLACE, text="x"))
        )
        tree = self.tree(signed)
        top = tree["/K"][0]
        element = top["/K"][-1]
        widget = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"][0]
        numbers = tree["/ParentTree"]["/Nums"]
        by_key = dict(zip(numbers[::2], numbers[1::2], strict=True))

        assert ("/Document", "/Form") == (top["/S"], element["/S"])
        assert widget.indirect_reference.idnum == element["/K"].raw_get("/Obj").idnum
        assert by_key[widget["/StructParent"]].idnum == element.indirect_reference.idnum
        assert tree["/ParentTreeNextKey"] == widget["/StructParent"] + 1

    def test_later_signatures_leave_the_structure_alone(self, letter, signer, request_now, accepted):
        """Otherwise pyHanko would call the first signature's document changed."""
        request = attrs.evolve(request_now, mark=VisibleMark(placement=PLACE, text="x"))
        once = sign_pdf(letter, signer, request)
        twice = sign_pdf(once, signer, attrs.evolve(request, mark=attrs.evolve(request.mark, text="y")))

        assert ["Signature1", "Signature2"] == accepted(twice)
        assert 1 == twice.count(b"/S /Form /P")

    @pytest.mark.parametrize(
        ("kids", "tree", "key"),
        [
            (b"6 0 R", b"", 0),
            (b"[6 0 R]", b"/ParentTree 8 0 R", 5),
            (b"[6 0 R 7 0 R]", b"/ParentTree <</Kids [9 0 R]>>", 8),
            (b"[7 0 R]", b"/ParentTree 8 0 R /ParentTreeNextKey 12", 12),
            (b"7 0 R", b"/ParentTree 99 0 R", 0),
            (b"null", b"/ParentTree null", 0),
        ],
    )
    def test_every_form_of_tree_is_extended(self, maker, signer, request_now, accepted, kids, tree, key):
        """One or several children, flat or nested parent trees, with and without the next key."""
        catalog = b"/MarkInfo <</Marked true>> /StructTreeRoot 5 0 R"
        extra = [
            b"<</Type /StructTreeRoot /K %b %b>>" % (kids, tree),
            b"<</Type /StructElem /S /Document /P 5 0 R /K 0 /Pg 4 0 R>>",
            b"<</Type /StructElem /S /P /P 5 0 R>>",
            b"<</Nums [4 6 0 R]>>",
            b"<</Limits [7 7] /Nums [7 6 0 R]>>",
        ]
        pdf = maker.build(maker.objects(catalog=catalog, extra=extra))
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, mark=VisibleMark(placement=PLACE, text="x")))
        page = pypdf.PdfReader(io.BytesIO(signed)).pages[0]

        assert ["Signature1"] == accepted(signed)
        assert (key, "/S") == (page["/Annots"][0]["/StructParent"], page["/Tabs"])

    def test_a_structure_tree_that_is_missing_is_refused(self, maker, signer, request_now):
        """The document claims to be tagged and is not."""
        pdf = maker.build(maker.objects(catalog=b"/MarkInfo <</Marked true>> /StructTreeRoot 77 0 R"))

        with pytest.raises(DamagedPdfError):
            sign_pdf(pdf, signer, attrs.evolve(request_now, mark=VisibleMark(placement=PLACE, text="x")))

    def test_a_circular_parent_tree_is_refused(self, maker, signer, request_now):
        """A number tree that contains itself."""
        catalog = b"/MarkInfo <</Marked true>> /StructTreeRoot 5 0 R"
        extra = [b"<</Type /StructTreeRoot /ParentTree 6 0 R>>", b"<</Kids [6 0 R]>>"]
        pdf = maker.build(maker.objects(catalog=catalog, extra=extra))

        with pytest.raises(DamagedPdfError):
            sign_pdf(pdf, signer, attrs.evolve(request_now, mark=VisibleMark(placement=PLACE, text="x")))

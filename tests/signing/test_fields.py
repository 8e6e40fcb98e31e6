"""Signature fields: new and existing ones, names, and what earlier signatures allow."""

from __future__ import annotations

import io

import attrs
import pypdf
import pytest

from perizinan_core.errors.signing import DamagedPdfError
from perizinan_core.signing import Placement, VisibleMark, sign_pdf
from perizinan_core.testing._refusals import raises_code

EMPTY = b"<</Type /Annot /Subtype /Widget /FT /Sig /T (kepala) /Rect [20 30 120 70] /F 2 /P 4 0 R %b>>"


def form_of(maker, *fields, listed=b"5 0 R", form=b"", **options):
    """A file whose form lists the first of ``fields`` (objects from 5)."""
    return maker.build(
        maker.objects(
            catalog=b"/AcroForm <</Fields [%b] %b>>" % (listed, form),
            page=b"/Annots [5 0 R]",
            extra=fields,
            **options,
        )
    )


def fields_of(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).root_object["/AcroForm"]["/Fields"]


class TestNames:
    """Names are unique and can be chosen."""

    def test_a_new_field_takes_the_first_free_name(self, maker, signer, request_now):
        """Signature1 is taken by an empty field, so the new one is Signature2."""
        pdf = form_of(maker, EMPTY.replace(b"kepala", b"Signature1") % b"")

        assert ["Signature1", "Signature2"] == [
            f["/T"] for f in fields_of(sign_pdf(pdf, signer, request_now))
        ]

    @pytest.mark.parametrize("name", ["TandaTangan", "Pejabat (ꦲ) é"])
    def test_a_name_can_be_chosen(self, plain, signer, request_now, accepted, name):
        """Both tools find the field under the chosen name."""
        signed = sign_pdf(plain, signer, attrs.evolve(request_now, field_name=name))

        assert [name] == accepted(signed)

    @pytest.mark.parametrize("name", ["", "  ", "a.b"])
    def test_impossible_names_are_refused(self, plain, signer, request_now, name):
        """Empty names and names with full stops cannot be new fields."""
        with raises_code("field-name"):
            sign_pdf(plain, signer, attrs.evolve(request_now, field_name=name))

    def test_a_signed_field_is_not_signed_again(self, plain, signer, request_now):
        """The name of a signed field is taken."""
        request = attrs.evolve(request_now, field_name="satu")
        signed = sign_pdf(plain, signer, request)

        with raises_code("field-taken") as caught:
            sign_pdf(signed, signer, request)
        assert "satu" == caught.value.name

    def test_other_fields_and_their_groups_are_taken(self, maker, signer, request_now):
        """A text field is no signature field, and a group's name cannot be a field."""
        group = [b"<</T (kantor) /Kids [6 0 R]>>", b"<</FT /Tx /T (nama) /Parent 5 0 R>>"]
        pdf = form_of(maker, *group)

        for name in ("kantor", "kantor.nama"):
            with raises_code("field-taken"):
                sign_pdf(pdf, signer, attrs.evolve(request_now, field_name=name))

    def test_names_in_every_string_encoding_are_read(self, maker, signer, request_now):
        """PDFDocEncoding, UTF-8 and UTF-16 in both byte orders, hexadecimal with an odd digit."""
        cases = {
            b"(\\204)": "—",
            b"(\xef\xbb\xbf\xc3\xa9)": "é",
            b"<FEFF00E9>": "é",
            b"<FFFE E900>": "é",
            b"<4>": "@",
            b"(a\\\nb\\t\r\nc\\8)": "ab\t\nc8",
            b"(\x7f\x9f)": "\x7f\x9f",
        }
        for source, name in cases.items():
            pdf = form_of(maker, b"<</FT /Tx /T %b>>" % source)
            with raises_code("field-taken"):
                sign_pdf(pdf, signer, attrs.evolve(request_now, field_name=name))


class TestExistingFields:
    """An empty signature field can be filled."""

    def test_it_is_filled_and_shown(self, maker, signer, request_now, accepted):
        """The value is set, the widget is printed and has an appearance."""
        pdf = form_of(maker, EMPTY % b"", form=b"/SigFlags 1")
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kepala"))
        field = fields_of(signed)[0]

        assert ["kepala"] == accepted(signed)
        assert 4 == field["/F"]
        assert [0, 0, 100, 40] == field["/AP"]["/N"]["/BBox"]
        assert 3 == pypdf.PdfReader(io.BytesIO(signed)).root_object["/AcroForm"]["/SigFlags"]

    def test_its_own_appearance_stays(self, maker, signer, request_now):
        """Without a mark, an appearance that is there is kept."""
        own = b"<</Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 0>>\nstream\n\nendstream"
        pdf = form_of(maker, EMPTY % b"/AP <</N 6 0 R>>", own)
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kepala"))

        assert [0, 0, 1, 1] == fields_of(signed)[0]["/AP"]["/N"]["/BBox"]

    @pytest.mark.parametrize("page", [b"/P 4 0 R", b""])
    def test_it_takes_a_mark_in_its_own_rectangle(self, maker, signer, request_now, accepted, page):
        """The mark fills the field, whose page is named by it or found by its annotations."""
        pdf = form_of(maker, (EMPTY % b"").replace(b"/P 4 0 R", page), pages=1)
        request = attrs.evolve(request_now, field_name="kepala", mark=VisibleMark(text="Kepala Dinas"))
        signed = sign_pdf(pdf, signer, request)

        assert ["kepala"] == accepted(signed)
        assert [0, 0, 100, 40] == fields_of(signed)[0]["/AP"]["/N"]["/BBox"]

    def test_widget_and_field_may_be_two_objects(self, maker, signer, request_now, pyhanko):
        """A field with one widget as its child, with an inherited type, is filled (poppler sees no such value)."""
        group = b"<</T (kantor) /FT /Sig /Kids [6 0 R]>>"
        field = b"<</T (kepala) /Parent 5 0 R /Kids [7 0 R]>>"
        widget = b"<</Type /Annot /Subtype /Widget /Parent 6 0 R /Rect [0 0 9 9] /F 4 /P 4 0 R>>"
        pdf = maker.build(
            maker.objects(
                catalog=b"/AcroForm <</Fields [5 0 R]>>",
                page=b"/Annots [7 0 R]",
                extra=[group, field, widget],
            )
        )
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kantor.kepala"))

        assert [("kantor.kepala", True, True)] == [attrs.astuple(answer) for answer in pyhanko(signed)]

    def test_a_field_without_size_is_signed_invisibly(self, maker, signer, request_now, accepted):
        """It needs no appearance, and cannot show a mark."""
        pdf = form_of(maker, (EMPTY % b"").replace(b"[20 30 120 70]", b"[0 0 0 0]"))
        request = attrs.evolve(request_now, field_name="kepala")

        assert ["kepala"] == accepted(sign_pdf(pdf, signer, request))
        with raises_code("mark-placement"):
            sign_pdf(pdf, signer, attrs.evolve(request, mark=VisibleMark(text="x")))

    def test_its_lock_becomes_part_of_the_signature(self, maker, signer, request_now, accepted):
        """A lock asked for by the author goes into the signature, and then holds."""
        lock = EMPTY % b"/Lock <</Type /SigFieldLock /Action /Include /Fields [(kedua)]>>"
        pdf = form_of(maker, lock, (EMPTY % b"").replace(b"(kepala)", b"(kedua)"), listed=b"5 0 R 6 0 R")
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kepala"))
        parameters = fields_of(signed)[0]["/V"]["/Reference"][0]["/TransformParams"]

        assert ["kepala"] == accepted(signed)
        assert ("/Include", ["kedua"]) == (parameters["/Action"], parameters["/Fields"])
        assert ["kepala", "Signature1"] == accepted(sign_pdf(signed, signer, request_now))
        with raises_code("field-taken"):
            sign_pdf(signed, signer, attrs.evolve(request_now, field_name="kedua"))

    def test_an_excluding_lock_spares_what_it_names(self, maker, signer, request_now):
        """Exclude locks every other existing field."""
        lock = EMPTY % b"/Lock <</Action /Exclude /Fields [(kedua)]>>"
        others = [(EMPTY % b"").replace(b"(kepala)", name) for name in (b"(kedua)", b"(ketiga)")]
        pdf = form_of(maker, lock, *others, listed=b"5 0 R 6 0 R 7 0 R")
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kepala"))

        assert signed != sign_pdf(signed, signer, attrs.evolve(request_now, field_name="kedua"))
        with raises_code("field-taken"):
            sign_pdf(signed, signer, attrs.evolve(request_now, field_name="ketiga"))

    def test_required_seed_values_are_refused_and_wishes_ignored(self, maker, signer, request_now):
        """A demand (/Ff) stops the signature; a mere preference does not."""
        request = attrs.evolve(request_now, field_name="kepala")

        with raises_code("field-seed-value"):
            sign_pdf(form_of(maker, EMPTY % b"/SV <</Ff 2 /SubFilter [/x]>>"), signer, request)
        assert sign_pdf(form_of(maker, EMPTY % b"/SV <</Reasons [(x)]>>"), signer, request)


class TestEarlierSignatures:
    """What a certification or a lock forbids is not done."""

    @staticmethod
    def certified(maker, permission, *, perms=True):
        """A file certified with ``permission``, as a text of its transform parameters."""
        signature = (
            b"<</Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00> /Reference [<</Type /SigRef "
            b"/TransformMethod /DocMDP /TransformParams <</Type /TransformParams %b>>>>]>>" % permission
        )
        catalog = b"/AcroForm <</Fields [5 0 R] /SigFlags 3>>" + (
            b"/Perms <</DocMDP 6 0 R>>" if perms else b""
        )
        field = EMPTY % b"/V 6 0 R"
        return maker.build(maker.objects(catalog=catalog, page=b"/Annots [5 0 R]", extra=[field, signature]))

    @pytest.mark.parametrize("perms", [True, False])
    def test_a_certification_without_changes_forbids(self, maker, signer, request_now, perms):
        """DocMDP with P=1 is refused, named in the catalogue or only in the signature."""
        with raises_code("pdf-locked"):
            sign_pdf(self.certified(maker, b"/P 1", perms=perms), signer, request_now)

    def test_a_certification_outside_the_form_forbids_as_well(self, maker, signer, request_now):
        """Only the catalogue names the certifying signature."""
        pdf = self.certified(maker, b"/P 1").replace(b"/Fields [5 0 R]", b"/Fields [     ]")

        with raises_code("pdf-locked") as caught:
            sign_pdf(pdf, signer, request_now)
        assert "" == caught.value.field

    @pytest.mark.parametrize("permission", [b"/P 2", b"/P 3", b""])
    def test_a_certification_that_allows_signing_allows(self, maker, signer, request_now, permission):
        """P=2, P=3 and the default allow another signature."""
        assert sign_pdf(self.certified(maker, permission), signer, request_now)

    @pytest.mark.parametrize(
        "lock", [b"/Action /All", b"/Action /All /P 1", b"/Action /Include /Fields [] /P 1"]
    )
    def test_a_lock_of_everything_forbids(self, maker, signer, request_now, lock):
        """A signed field that locks all fields, or the document, ends the sequence."""
        pdf = form_of(maker, EMPTY % (b"/Lock <<%b>>" % lock))
        signed = sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kepala"))

        with raises_code("pdf-locked") as caught:
            sign_pdf(signed, signer, request_now)
        assert "kepala" == caught.value.field

    def test_xfa_forms_are_refused(self, maker, signer, request_now):
        """An XFA form shows other content than the pages."""
        with raises_code("pdf-xfa"):
            sign_pdf(form_of(maker, EMPTY % b"", form=b"/XFA (x)"), signer, request_now)


class TestDamagedForms:
    """A form that readers would read differently is refused."""

    @pytest.mark.parametrize(
        "fields",
        [
            [b"<</T (a) /Kids [5 0 R]>>"],
            [b"<</T (a) /Kids [<</T (direct)>>]>>"],
            [b"<</T 7>>"],
        ],
        ids=["circle", "direct", "no string"],
    )
    def test_it_is_refused(self, maker, signer, request_now, fields):
        """Circles, fields that are no objects and names that are no strings."""
        with pytest.raises(DamagedPdfError):
            sign_pdf(form_of(maker, *fields), signer, request_now)

    def test_a_widget_on_no_page_is_refused(self, maker, signer, request_now):
        """A visible field must be on a page to be shown."""
        pdf = form_of(maker, (EMPTY % b"").replace(b"/P 4 0 R", b"/P 99 0 R"))

        with pytest.raises(DamagedPdfError):
            sign_pdf(pdf, signer, attrs.evolve(request_now, field_name="kepala"))

    def test_a_form_that_is_missing_is_made(self, maker, signer, request_now, accepted):
        """A reference to nothing is no form."""
        assert ["Signature1"] == accepted(
            sign_pdf(maker.build(maker.objects(catalog=b"/AcroForm 77 0 R")), signer, request_now)
        )

    def test_a_mark_needs_a_place(self, plain, signer, request_now):
        """A new visible field without placement is refused."""
        with raises_code("mark-placement"):
            sign_pdf(plain, signer, attrs.evolve(request_now, mark=VisibleMark(text="x")))
        assert 10 == Placement(x=1, y=2, width=10, height=3).width

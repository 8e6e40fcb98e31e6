# ruff: noqa: E501 - one object of a PDF per line
"""Locks and certifications: what may be filled in and signed afterwards, and what the report says of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from perizinan_core.verification.signatures import SignatureVerifier

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
VALID, BAD, UNSURE = 0, 10, 14
BOX = b"/Type /XObject /Subtype /Form /BBox [0 0 150 20] "


@pytest.fixture(scope="module")
def world(signed_files):
    return signed_files.SignedFiles.create()


@pytest.fixture(scope="module")
def verify(world):
    verifier = SignatureVerifier(world.roots)
    return lambda data: verifier.verify(data, at=NOW)


@pytest.fixture(scope="module")
def sign(world, signed_files):
    """Sign with a certification, a lock, or both; ``prepared`` fields exist already."""

    def run(data, who=None, field="Sig1", *, certify=None, lock=None, names=None, prepared=False, box=None):
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
        if not prepared:
            rule = fields.FieldMDPSpec(fields.FieldMDPAction[lock], fields=names) if lock else None
            spec = fields.SigFieldSpec(field, on_page=0, field_mdp_spec=rule, box=box)
            fields.append_signature_field(writer, spec)
        metadata = signers.PdfSignatureMetadata(
            field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES,
            certify=certify is not None, docmdp_permissions=fields.MDPPerm(certify or 2),
        )  # fmt: skip
        signer = signed_files._Careless(metadata, world.simple_signer(who))
        return signer.sign_pdf(writer, in_place=False).getvalue()

    return run


@pytest.fixture(scope="module")
def radio(signed_files):
    """Return a form with two radio buttons, none chosen."""
    widget = b"<< /Type /Annot /Subtype /Widget /Parent 8 0 R /AS /Off /AP << /N << /Off 15 0 R /%s 16 0 R >> >> /Rect [%d 500 %d 520] /P 3 0 R /F 4 >>"
    base = signed_files.base_pdf()
    page = signed_files.object_of(base, 3).replace(b"8 0 R]", b"13 0 R 14 0 R]")
    return signed_files.hostile_update(
        base,
        {
            3: page,
            8: b"<< /FT /Btn /Ff 32768 /T (Pilihan) /V /Off /Kids [13 0 R 14 0 R] >>",
            13: widget % (b"Ya", 50, 70),
            14: widget % (b"Tidak", 90, 110),
            15: signed_files.stream(b"", BOX),
            16: signed_files.stream(b"0 0 9 9 re f", BOX),
        },
    )


@pytest.fixture(scope="module")
def choose(signed_files):
    """Choose the first button."""

    def run(data):
        field = signed_files.object_of(data, 8).replace(b"/V /Off", b"/V /Ya")
        widget = signed_files.object_of(data, 13).replace(b"/AS /Off", b"/AS /Ya")
        return signed_files.hostile_update(data, {8: field, 13: widget})

    return run


class TestCertificationThatAllowsFillingIn:
    """The signer said that anybody may fill in (DocMDP 2 or 3): that is no forgery, and the report names the fields."""

    @pytest.mark.parametrize("permission", [2, 3])
    def test_a_field_that_anybody_filled_in_is_allowed_and_named(
        self, permission, sign, verify, signed_files
    ):
        """A first value, and another one for a field that had one."""
        certified = sign(signed_files.base_pdf(), certify=permission)
        changed = signed_files.fill(
            signed_files.fill(certified), field=6, appearance=7, name=b"Jumlah", text=b"999"
        )
        report = verify(changed)

        assert VALID == report.exit_code
        assert ["form-filled-as-certified", "development-root", "revocation-data-missing"] == [
            item.code for item in report.reasons
        ]
        assert "Catatan" in report.reasons[0].message("id")
        assert "Jumlah" in report.reasons[0].message("en")
        assert "form-filled-as-certified" == report.signature.aspects.integrity.reason.code

    def test_without_such_a_certification_it_stays_forbidden(self, sign, verify, signed_files):
        """Nothing allowed, or an ordinary signature: a value that the signer never saw."""
        base = signed_files.base_pdf()

        assert BAD == verify(signed_files.fill(sign(base, certify=1))).exit_code
        assert BAD == verify(signed_files.fill(sign(base))).exit_code

    def test_whoever_signs_later_did_not_allow_it(self, world, sign, verify, signed_files):
        """The certification speaks for its own signer only."""
        certified = sign(signed_files.base_pdf(), certify=2)
        approved = sign(certified, world.second, "Sig2")

        assert VALID == verify(approved).exit_code
        assert BAD == verify(signed_files.fill(approved)).exit_code

    def test_what_is_filled_in_before_a_timestamp_is_named_too(self, world, sign, verify, signed_files):
        """A timestamp vouches for nobody."""
        filled = signed_files.fill(sign(signed_files.base_pdf(), certify=2))
        report = verify(world.stamp(filled, NOW - timedelta(days=1)))

        assert VALID == report.exit_code
        assert "form-filled-as-certified" == report.reasons[0].code

    def test_what_is_filled_in_before_another_signature_is_signed(self, world, sign, verify, signed_files):
        """By somebody believed, or by somebody about whom nothing is known."""
        filled = signed_files.fill(sign(signed_files.base_pdf(), certify=2))

        assert VALID == verify(sign(filled, world.second, "Sig2")).exit_code
        assert UNSURE == verify(sign(filled, world.stranger, "Sig2")).exit_code

    def test_nothing_else_may_change_with_it(self, sign, verify, signed_files):
        """Neither the page, nor a font, nor the place of the field."""
        certified = sign(signed_files.base_pdf(), certify=3)
        field = signed_files.object_of(certified, 8)
        filled = field.replace(b"/T (Catatan)", b"/T (Catatan) /V (Eve)")
        for objects in (
            {8: filled, 4: signed_files.stream(b"BT (Eve) Tj ET")},
            {8: filled, 10: b"<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"},
            {8: filled.replace(b"[50 500 200 520]", b"[50 690 300 720]")},
        ):
            assert BAD == verify(signed_files.hostile_update(certified, objects)).exit_code


class TestLocks:
    """FieldMDP: named fields are closed, the others are not."""

    @pytest.mark.parametrize(
        ("lock", "names", "expected"),
        [
            ("ALL", None, BAD),
            ("INCLUDE", ["Catatan"], BAD),
            ("INCLUDE", ["Jumlah"], VALID),
            ("EXCLUDE", ["Catatan"], VALID),
            ("EXCLUDE", ["Jumlah"], BAD),
        ],
    )
    def test_only_open_fields_may_be_filled_in(self, lock, names, expected, sign, verify, signed_files):
        """By a certification that allows it; locked fields with appearances of older versions hinder nothing."""
        certified = sign(signed_files.base_pdf(), certify=3, lock=lock, names=names)

        assert expected == verify(signed_files.fill(certified)).exit_code

    @pytest.mark.parametrize(
        ("lock", "names", "expected"),
        [
            ("ALL", None, BAD),
            ("INCLUDE", ["B"], BAD),
            ("INCLUDE", ["Jumlah"], VALID),
            ("EXCLUDE", ["B"], VALID),
        ],
    )
    def test_only_open_signature_fields_may_be_signed(self, lock, names, expected, world, sign, verify):
        """A signature is the value of its field."""
        first = sign(world.prepared("A", "B"), field="C", lock=lock, names=names)

        assert expected == verify(sign(first, world.second, "B", prepared=True)).exit_code

    def test_a_document_timestamp_is_allowed_after_any_lock(self, world, sign, verify, signed_files):
        """It changes no field that anybody fills in."""
        locked = sign(signed_files.base_pdf(), lock="ALL")

        assert VALID == verify(world.stamp(locked, NOW - timedelta(days=1))).exit_code


class TestWidgetsOfTheirOwn:
    """Fields whose widgets are objects of their own: text in two places, radio buttons."""

    def test_choosing_is_filling_in(self, world, radio, choose, sign, verify):
        """Where a certification allows it, or where the next signer signs it; nowhere else."""
        assert VALID == verify(choose(sign(radio, certify=2))).exit_code
        assert VALID == verify(sign(choose(sign(radio)), world.second, "Sig2")).exit_code
        assert BAD == verify(choose(sign(radio))).exit_code

    def test_a_locked_button_stays_as_it_is(self, radio, choose, sign, verify):
        """The lock names the field, the change is in its widget."""
        locked = sign(radio, certify=2, lock="INCLUDE", names=["Pilihan"])

        assert BAD == verify(choose(locked)).exit_code

    def test_what_a_button_looks_like_may_not_be_exchanged(self, radio, sign, verify, signed_files):
        """Its appearance is shared by both."""
        drawn = signed_files.stream(b"BT (Eve) Tj ET", BOX)

        assert BAD == verify(signed_files.hostile_update(sign(radio, certify=2), {16: drawn})).exit_code

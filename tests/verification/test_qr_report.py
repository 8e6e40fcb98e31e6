"""The report of a QR code: the same words and the same JSON as that of a PDF."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import attrs
import jsonschema
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import PermitStatusAnswer, QrKey
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._qr_claims import (
    claims_of_statement,
    decode_qr_text,
    encode_qr_text,
)
from perizinan_core.verification import CheckName, Outcome, Verdict, load_schema
from perizinan_core.verification._qr_report import check_qr_image, check_qr_text
from perizinan_core.verification._reasons import REASONS


@pytest.fixture(scope="module")
def text(world, build):
    return world.qr_text(build.statement())


@pytest.fixture
def check(world, build):
    """Judge a text by the world's authority document on a day on which the sample is in force."""

    def run(text, *, authority=None, at=build.CHECKED_AT, **options):
        return check_qr_text(text, authority=authority or world.authority, at=at, **options)

    return run


class Told:
    """A source with one answer."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def status_of(self, number, status_index, on):
        self.asked.append((number, status_index, on))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def segments(text):
    """Split at the mark: given as one string, it would put everything into byte mode, two or three versions larger."""
    return [part for part in text.partition("#") if part]


def picture(*texts):
    """Return a PNG with a code for each text."""
    from PIL import Image

    parts = []
    for text in texts:
        buffer = io.BytesIO()
        segno.make_qr(segments(text), error="m").save(buffer, kind="png", scale=4)
        parts.append(Image.open(buffer).convert("L"))
    sheet = Image.new("L", (sum(part.width for part in parts), max(part.height for part in parts)), 255)
    left = 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


class TestGenuine:
    """A code of the office."""

    def test_its_claims_are_shown_to_be_compared(self, check, text, build):
        """Number, holder, object and dates, as the office issued them."""
        report = check(text)
        said = build.statement()

        assert (Verdict.VALID, 0) == (report.verdict, report.exit_code)
        assert (said.number, said.holder, said.object, "2026-12-07") == tuple(
            str(getattr(report.permit, name)) for name in ("number", "holder", "object", "valid_until")
        )

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "not that the paper"), ("id", "bukan bahwa kertas")]
    )
    def test_it_says_that_the_paper_is_not_proven(self, check, text, language, words):
        """First of all reasons, in both languages."""
        assert words in check(text).reasons[0].message(language)

    def test_what_a_code_cannot_tell_is_not_checked(self, check, text):
        """The signature of the PDF, its certificate, its text."""
        outcomes = {item.name: item.outcome for item in check(text).checks}

        assert {
            CheckName.AUTHORITY_DOCUMENT, CheckName.READABLE, CheckName.QR, CheckName.VALIDITY_DATES,
        } == {name for name, outcome in outcomes.items() if outcome is Outcome.PASSED}  # fmt: skip
        assert "not-reached" not in {item.reason.code for item in check(text).checks}

    def test_the_json_has_the_shape_of_the_report_of_a_pdf(self, check, text):
        """One schema for both."""
        for report in (check(text), check("nothing"), check(text, at=datetime(2027, 3, 1, tzinfo=UTC))):
            jsonschema.validate(json.loads(json.dumps(report.to_json("id"))), dict(load_schema("report")))

    def test_a_permit_without_end_is_in_force(self, check, world, build):
        """Null is not a date."""
        report = check(world.qr_text(build.statement(valid_until=None)))

        assert (Verdict.VALID, None) == (report.verdict, report.permit.valid_until)

    def test_a_foreign_address_around_genuine_claims_is_pointed_out(self, check, text):
        """The phone would open it."""
        report = check("HTTPS://PALSU.EXAMPLE/V1#" + text.partition("#")[2])

        assert Verdict.VALID is report.verdict
        assert "qr-other-address" in {reason.code for reason in report.reasons}
        assert "PALSU.EXAMPLE" in " ".join(reason.message("en") for reason in report.reasons)


class TestDatesAndStatus:
    """What decides beside the signature."""

    @pytest.mark.parametrize(
        ("day", "code"),
        [
            ("2026-11-30T23:59:59+07:00", "permit-not-yet"),
            ("2026-12-01T00:00:00+07:00", None),
            ("2026-12-07T23:59:59+07:00", None),
            ("2026-12-08T00:00:00+07:00", "permit-expired"),
        ],
    )
    def test_the_days_are_those_of_the_office(self, check, text, day, code):
        """To the second."""
        report = check(text, at=datetime.fromisoformat(day))

        assert (code or "paper-not-checked") == report.reasons[0].code
        assert (13 if code else 0) == report.exit_code

    def test_a_source_is_asked_for_the_permit_of_the_code(self, check, text, build):
        """Number and place in the list come from the claims."""
        source = Told(PermitStatusAnswer(status=PermitStatus.IN_FORCE, source="test"))
        report = check(text, status=source)

        assert [(build.statement().number, 42, build.CHECKED_AT.date())] == source.asked
        assert (Verdict.VALID, "in_force") == (report.verdict, report.status.state)

    @pytest.mark.parametrize("state", ["revoked", "suspended", "annulled", "superseded", "expired"])
    def test_a_permit_that_was_ended_is_not_in_force(self, check, text, state):
        """Exit code 13, and the state is named."""
        report = check(text, status=Told(PermitStatusAnswer(status=PermitStatus(state), source="test")))

        assert (13, f"status-{state}", state) == (
            report.exit_code, report.reasons[0].code, report.status.state,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (None, "status-unknown-permit"),
            (StatusUnavailableError("no network"), "status-unavailable"),
            (
                PermitStatusAnswer(
                    status=PermitStatus.IN_FORCE, source="test", as_of=datetime(2026, 11, 24, tzinfo=UTC)
                ),
                "status-older-than-permit",
            ),
        ],
    )
    def test_what_nobody_knows_is_undecided_and_never_valid(self, check, text, answer, code):
        """Exit code 14."""
        report = check(text, status=Told(answer))

        assert (14, code) == (report.exit_code, report.reasons[0].code)

    def test_an_authority_document_that_ended_leaves_it_undecided(self, check, text, world):
        """Fetch the current one."""
        at = world.authority.expires + timedelta(seconds=1)
        codes = {reason.code for reason in check(text, at=at).reasons}

        assert {"authority-document-expired", "permit-expired"} == codes

    def test_a_moment_without_time_zone_is_refused(self, check, text):
        """Whose noon?"""
        with pytest.raises(ValueError, match="time zone"):
            check(text, at=datetime(2026, 12, 2))  # noqa: DTZ001


class TestForged:
    """Everything that the office did not sign."""

    def test_a_wrong_signature_is_not_valid(self, check, build):
        """A key of the same name."""
        report = check(build.World.create().qr_text(build.statement()))

        assert (10, "qr-signature-wrong", None) == (report.exit_code, report.reasons[0].code, report.permit)

    def test_a_key_of_another_name_is_another_issuer(self, check, world, build):
        """Maybe the wrong authority.json."""
        claims = claims_of_statement(build._json(build.statement()))
        sign = signing_callback(ec.generate_private_key(ec.SECP256R1()))
        later = world.sign_document(issued=build.SIGNED_AT + timedelta(days=1))
        text = encode_qr_text("https://lain.example/v1", claims, sign=sign, kid=b"\1\2")
        report = check(text, authority=later)

        assert (12, "qr-key-unknown") == (report.exit_code, report.reasons[0].code)
        assert "0102" in report.reasons[0].message("en")

    def test_a_key_outside_its_days_is_another_issuer(self, check, world, build, text):
        """A stolen old key cannot issue today."""
        old = attrs.evolve(world.authority.qr_keys[0], end=build.statement().issued_on - timedelta(days=1))
        report = check(text, authority=attrs.evolve(world.authority, qr_keys=(old,)))

        assert (12, "qr-key-out-of-term") == (report.exit_code, report.reasons[0].code)

    def test_a_second_key_of_the_same_name_is_tried(self, check, world, text):
        """Names are short and may meet."""
        stranger = QrKey(
            kid=world.authority.qr_keys[0].kid, key=ec.generate_private_key(ec.SECP256R1()).public_key()
        )
        authority = attrs.evolve(world.authority, qr_keys=(stranger, *world.authority.qr_keys))

        assert Verdict.VALID is check(text, authority=authority).verdict

    @pytest.mark.parametrize(
        "text", ["https://contoh.example/", "000201010211", "WIFI:S:kantor;;", "https://contoh.example/#1ABC"]
    )
    def test_a_code_of_something_else_counts_as_unsigned(self, check, text):
        """Anybody could have made it; what it holds is told."""
        report = check(text)

        assert (11, "qr-no-claims") == (report.exit_code, report.reasons[0].code)
        assert text in report.reasons[0].message("en")

    def test_a_foreign_text_cannot_write_to_the_terminal(self, check):
        """Control characters are dots, and long texts end."""
        message = check("\x1b[2J\u202e" + "x" * 500).reasons[0].message("en")

        assert message.isprintable()
        assert len(message) < 200

    def test_half_a_code_of_the_office_asks_for_another_scan(self, check, text):
        """Somebody typed it, or copied a part."""
        report = check(text[:-40])

        assert (15, "qr-claims-damaged") == (report.exit_code, report.reasons[0].code)

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_no_mutation_of_a_text_verifies(self, world, build, text, data):
        """Letters exchanged, taken out, put in, swapped, cut: never valid, never a crash, never other claims."""
        letters = list(text)
        start = text.index("#") + 1
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(start, len(letters) - 1))
            match data.draw(st.sampled_from(["exchange", "remove", "insert", "swap", "cut"])):
                case "exchange":
                    letters[place] = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=#1é\0"))
                case "remove":
                    del letters[place]
                case "insert":
                    letters.insert(place, data.draw(st.sampled_from("A7#é ")))
                case "swap":
                    other = data.draw(st.integers(start, len(letters) - 1))
                    letters[place], letters[other] = letters[other], letters[place]
                case "cut":
                    del letters[place:]
            if len(letters) <= start:
                break
        mutant = "".join(letters)
        report = check_qr_text(mutant, authority=world.authority, at=build.CHECKED_AT)

        assert (mutant.strip() == text) == (report.verdict is Verdict.VALID)

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=400))
    def test_any_text_gets_a_report(self, world, build, text):
        """With a reason from the table."""
        report = check_qr_text(text, authority=world.authority, at=build.CHECKED_AT)

        assert report.verdict in {Verdict.UNSIGNED, Verdict.UNREADABLE}
        assert report.reasons[0].code in REASONS


class TestPictures:
    """A photo instead of a text."""

    def check(self, world, build, source, **options):
        return check_qr_image(source, authority=world.authority, at=build.CHECKED_AT, **options)

    def test_the_code_of_a_photo_is_judged_as_its_text(self, world, build, text, check):
        """Only the name of the file differs."""
        (report,) = self.check(world, build, picture(text), name="photo.png")

        assert attrs.evolve(check(text), file="photo.png") == report

    def test_each_permit_of_a_photo_has_its_report(self, world, build, text, tmp_path):
        """Foreign codes beside them do not count."""
        path = tmp_path / "wall.png"
        other = world.qr_text(build.statement(number="9/2026"))
        path.write_bytes(picture(text, "https://contoh.example/", other))
        reports = self.check(world, build, path)

        assert {build.statement().number, "9/2026"} == {report.permit.number for report in reports}
        assert {"wall.png"} == {report.file for report in reports}

    def test_a_photo_of_another_code_says_what_it_holds(self, world, build):
        """Exit code 11, as an unsigned file."""
        (report,) = self.check(world, build, picture("https://contoh.example/menu"))

        assert (11, "qr-no-claims") == (report.exit_code, report.reasons[0].code)
        assert "https://contoh.example/menu" in report.reasons[0].message("id")

    def test_a_photo_of_the_offices_address_without_claims_is_damaged(self, world, build, text):
        """Not "somebody else's code"."""
        (report,) = self.check(world, build, picture(text[:80]))

        assert (15, "qr-claims-damaged") == (report.exit_code, report.reasons[0].code)

    def test_a_photo_without_code_says_how_to_take_a_better_one(self, world, build):
        """Light and distance."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.new("L", (400, 400), 200).save(buffer, "PNG")
        (report,) = self.check(world, build, buffer.getvalue())

        assert (15, "image-no-code") == (report.exit_code, report.reasons[0].code)
        assert "light" in report.reasons[0].message("en")

    @pytest.mark.parametrize(
        ("data", "code"), [(b"%PDF-1.7", "pdf-no-code"), (b"\x89PNG\r\n\x1a\n", "image-damaged")]
    )
    def test_no_picture_is_unreadable(self, world, build, data, code):
        """A report and no error."""
        (report,) = self.check(world, build, data)

        assert (15, code, None) == (report.exit_code, report.reasons[0].code, report.sha256)


def test_every_reason_of_codes_and_pictures_is_translated():
    """Bahasa Indonesia is what people at the counter read."""
    from perizinan_core.i18n import translate

    english = [
        code
        for code, entry in REASONS.items()
        if code.startswith(("qr-", "image-", "paper-")) and translate(entry.sentence, "id") == entry.sentence
    ]

    assert [] == english


def test_a_decoded_text_shows_neither_holder_nor_object_in_logs(text, build):
    """The repr of claims hides persons."""
    shown = repr(decode_qr_text(text))

    assert build.statement().holder not in shown


class TestPdfs:
    """A PDF that is judged by its code: a print to file, a scan, a forgery without signature."""

    def check(self, world, build, data):
        return check_qr_image(data, authority=world.authority, at=build.CHECKED_AT)

    def render(self, text, **changes):
        from perizinan_core.rendering._typst_renderer import TypstRenderer
        from perizinan_core.testing._letters import sample_letter

        return TypstRenderer().render(sample_letter(qr_text=text, **changes))

    def test_a_page_that_prints_what_its_code_says_is_told_so(self, world, build, text):
        """And that only the signature proves the rest."""
        (report,) = self.check(world, build, self.render(text))

        assert (Verdict.VALID, "qr-text-agrees") == (
            report.verdict,
            report.check(CheckName.PRINTED_TEXT).reason.code,
        )
        assert "perizinan verify" in " ".join(reason.message("en") for reason in report.reasons)

    @pytest.mark.parametrize(
        "change", [{"holder": "Orang Lain"}, {"object": "Pasar malam"}, {"number": "503/1/2026"}]
    )
    def test_a_genuine_code_on_the_page_of_another_permit_is_found(self, world, build, text, change):
        """The field is named, the persons are not."""
        (report,) = self.check(world, build, self.render(text, **change))

        assert (10, "qr-on-another-text") == (report.exit_code, report.reasons[0].code)
        assert next(iter(change)) in report.reasons[0].message("en")

    def test_a_shortened_holder_still_agrees(self, world, build):
        """The code says the beginning, the page the whole name."""
        long = {
            "holder": "Prof. Dr. Raden Mas Haryo Contohnegoro " * 4,
            "object": " ".join(f"Kios {number * 7919}" for number in range(40)),
        }
        long = {name: value.strip() for name, value in long.items()}
        (report,) = self.check(world, build, self.render(world.qr_text(build.statement(**long)), **long))

        assert Verdict.VALID is report.verdict
        assert report.permit.object.endswith("…")

    def test_a_scan_in_a_pdf_is_read(self, world, build, text):
        """No drawing and no text, one picture; Pillow's PDFs are not strict either."""
        from PIL import Image

        buffer = io.BytesIO()
        Image.open(io.BytesIO(picture(text))).convert("RGB").save(buffer, "PDF")
        (report,) = self.check(world, build, buffer.getvalue())

        assert (Verdict.VALID, "paper-not-checked") == (report.verdict, report.reasons[0].code)

    def test_a_pdf_without_code_says_what_to_do(self, world, build):
        """Exit code 15."""
        (report,) = self.check(world, build, build.small_pdf(build.statement()))

        assert (15, "pdf-no-code") == (report.exit_code, report.reasons[0].code)

    def test_a_code_of_curves_is_found_on_the_rendered_page(self, world, build, text):
        """Round modules, as designers like them: read where pypdfium2 is installed."""
        dots = []
        for y, row in enumerate(segno.make_qr(segments(text), error="m").matrix):
            dots += [
                b"%d %d m %d %d l S" % (x * 3 + 40, 700 - y * 3, x * 3 + 43, 700 - y * 3)
                for x, m in enumerate(row)
                if m
            ]
        content = b"3 w 0 G\n" + b"\n".join(dots)
        pdf = build.assemble(
            [
                b"<</Type /Catalog /Pages 2 0 R>>",
                b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
                b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R>>",
                b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content),
            ]
        )
        (report,) = self.check(world, build, pdf)

        assert Verdict.VALID is report.verdict

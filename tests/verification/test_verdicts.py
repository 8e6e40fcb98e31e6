"""Each way in which a file can fall short has its own verdict and reason."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta

import attrs
import pytest

from perizinan_core._converters import canonical_json
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.errors.verification import PermitNotAcceptedError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import NO_STATUS, PermitStatusAnswer
from perizinan_core.published._keys import signing_callback, thumbprint
from perizinan_core.published._qr_claims import claims_of_statement, encode_qr_text
from perizinan_core.signing import SignatureAlgorithm
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import (
    CheckName,
    Indication,
    Limits,
    Outcome,
    Verdict,
    require_valid,
    verify_permit,
)
from perizinan_core.verification._authorities import status_by_office
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._permit_content import differences_to_text, judge_qr


class Records:
    """A small real status source: a dictionary."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def status_of(self, number, status_index, on):
        self.asked.append((number, status_index, on))
        if self.answers.get("error"):
            raise StatusUnavailableError("the connection was refused")
        return self.answers.get("answer")


def answer(status=PermitStatus.IN_FORCE, **fields):
    return PermitStatusAnswer(status=status, source="test records", **fields)


class TestValid:
    """Genuine permits."""

    @pytest.mark.parametrize("kind", ["rsa-2048", "rsa-3072", "p-256", "p-384"])
    def test_a_permit_is_valid_under_every_kind_of_key(self, build, kind):
        """RSA and ECDSA, the kinds that the signing room makes."""
        world = build.World.create(kind)
        report = verify_permit(world.permit(), authority=world.authority, at=build.CHECKED_AT)

        assert (Verdict.VALID, 0) == (report.verdict, report.exit_code)

    def test_rsa_pss_is_accepted(self, build, rsa_world):
        """RFC 4056 parameters are read and held against the digest."""
        data = build.sign(build.small_pdf(build.statement()), rsa_world.head, pss=True)

        assert (
            Verdict.VALID is verify_permit(data, authority=rsa_world.authority, at=build.CHECKED_AT).verdict
        )

    def test_the_report_says_that_the_status_was_not_checked(self, judge, permit):
        """Without records a permit may be valid, but the gap is said plainly."""
        report = judge(permit)

        assert ["status-not-checked"] == [reason.code for reason in report.reasons]
        assert report.status is not None
        assert not report.status.checked
        assert report.reasons[0].message("en").startswith("status: not checked")

    def test_every_check_is_listed_once_in_order(self, judge, permit):
        """A reader sees what was looked at and what was not."""
        assert list(CheckName) == [check.name for check in judge(permit).checks]

    def test_source_may_be_bytes_path_or_file(self, judge, permit, tmp_path):
        """Three ways to hand in a file, one answer."""
        path = tmp_path / "izin ñ.pdf"
        path.write_bytes(permit)
        reports = [judge(permit), judge(path), judge(io.BytesIO(permit))]

        assert ["-", "izin ñ.pdf", "-"] == [report.file for report in reports]
        assert {Verdict.VALID} == {report.verdict for report in reports}

    def test_the_permit_data_is_in_the_report(self, judge, permit, build):
        """Machines read on from there."""
        report = judge(permit)

        assert build.statement().number == report.permit.number
        assert "Rahayu" not in repr(report)

    def test_first_and_last_day_belong_to_the_permit(self, judge, permit, build):
        """valid_from and valid_until are days of the authority's calendar, WIB."""
        first = datetime(2026, 12, 1, 0, 0, 0, tzinfo=build.WIB)
        last = datetime(2026, 12, 7, 23, 59, 59, tzinfo=build.WIB)
        verdicts = [
            judge(permit, at=moment).verdict
            for moment in (first - timedelta(seconds=1), first, last, last + timedelta(seconds=1))
        ]

        assert [Verdict.NOT_IN_FORCE, Verdict.VALID, Verdict.VALID, Verdict.NOT_IN_FORCE] == verdicts

    def test_a_permit_without_an_end_stays_valid(self, judge, world):
        """valid_until null: no fixed end."""
        data = world.permit(valid_until=None, validity_text="selama menjalankan usaha")

        assert Verdict.VALID is judge(data).verdict

    def test_require_valid_returns_the_report_or_raises_with_it(self, world, build, permit):
        """The second door."""
        report = require_valid(permit, authority=world.authority, at=build.CHECKED_AT)
        with pytest.raises(PermitNotAcceptedError) as caught:
            require_valid(permit[:-1], authority=world.authority, at=build.CHECKED_AT)

        assert Verdict.VALID is report.verdict
        assert Verdict.UNREADABLE is caught.value.report.verdict
        assert "unreadable" in str(caught.value)

    def test_a_moment_without_time_zone_is_refused(self, world, permit):
        """The clock is an argument, and it must say where it hangs."""
        with pytest.raises(ValueError, match="time zone"):
            verify_permit(permit, authority=world.authority, at=datetime(2026, 12, 2))  # noqa: DTZ001


class TestUnreadableAndUnsigned:
    """Files that are no signed permit at all."""

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty-file"),
            (b"hello", "not-a-pdf"),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture-not-a-pdf"),
            (b"notes about /ByteRange in a text", "not-a-pdf"),
        ],
    )
    def test_other_files_are_unreadable(self, judge, code_of, data, code):
        """Each says what it is not."""
        report = judge(data)

        assert (Verdict.UNREADABLE, code) == (report.verdict, code_of(report))

    def test_an_unsigned_letter_is_unsigned(self, judge, build):
        """It may look perfect."""
        report = judge(build.small_pdf(build.statement()))

        assert (Verdict.UNSIGNED, 11, None) == (report.verdict, report.exit_code, report.signature)

    def test_a_damaged_unsigned_pdf_is_unreadable(self, judge, build, code_of):
        """Its table points elsewhere."""
        data = build.small_pdf(build.statement()).replace(b"4 0 obj", b"5 0 obj", 1)
        data = data.replace(b"xref\n0", b"xxef\n0")
        report = judge(data)

        assert (Verdict.UNREADABLE, "file-damaged") == (report.verdict, code_of(report))

    def test_a_file_above_the_limit_is_unreadable(self, judge, permit, code_of):
        """It is not read to its end."""
        report = judge(permit, limits=Limits(max_bytes=len(permit) - 1))

        assert (Verdict.UNREADABLE, "too-large") == (report.verdict, code_of(report))

    def test_a_file_that_cannot_be_opened_is_unreadable(self, judge, tmp_path, code_of):
        """A folder, a missing file."""
        report = judge(tmp_path)

        assert (Verdict.UNREADABLE, "cannot-open") == (report.verdict, code_of(report))


class TestWrongIssuer:
    """Sound signatures of people whom the register does not entitle."""

    @pytest.fixture
    def current(self, world, build):
        """An authority document of the day after signing: it would know the signer."""
        return world.sign_document(issued=build.SIGNED_AT + timedelta(days=1))

    def test_another_certificate_of_the_same_ca_is_the_wrong_issuer(self, judge, world, current, code_of):
        """The case in which common tools say valid."""
        report = judge(world.permit(world.outsider), authority=current)

        assert (Verdict.WRONG_ISSUER, 12, "signer-unknown") == (
            report.verdict,
            report.exit_code,
            code_of(report),
        )
        assert Indication.TOTAL_PASSED is report.signature.indication
        assert report.permit is None

    def test_an_unknown_root_is_the_wrong_issuer(self, judge, world, code_of):
        """The signature is sound under somebody else's CA."""
        report = judge(world.permit(world.stranger))

        assert (Verdict.WRONG_ISSUER, "chain-unknown-root") == (report.verdict, code_of(report))
        assert "NO_CERTIFICATE_CHAIN_FOUND" == report.signature.sub_indication

    def test_an_outsiders_ordinary_pdf_is_the_wrong_issuer_and_its_content_is_not_looked_at(
        self, judge, build, world, current, code_of
    ):
        """A company's signed contract is no permit, and not a forged one either."""
        data = build.sign(build.small_pdf(build.statement(), embedded=0), world.outsider)

        assert "signer-unknown" == code_of(judge(data, authority=current))

    def test_a_signer_for_another_permit_type_is_the_wrong_issuer(self, judge, world, build, code_of):
        """The deputy signs boarding houses, not street use."""
        block = attrs.evolve(build.statement().signatory, position="sekretaris")
        report = judge(world.permit(world.deputy, signatory=block))

        assert (Verdict.WRONG_ISSUER, "delegation-missing") == (report.verdict, code_of(report))

    def test_a_signer_after_the_end_of_office_is_the_wrong_issuer(self, judge, world, code_of):
        """The certificate outlives the office."""
        report = judge(world.permit(world.former))

        assert (Verdict.WRONG_ISSUER, "signer-out-of-term") == (report.verdict, code_of(report))

    def test_a_letter_for_another_position_is_the_wrong_issuer(self, judge, world, build, code_of):
        """Printed is the head, signed has somebody else."""
        block = attrs.evolve(build.statement().signatory, position="wali-kota")
        report = judge(world.permit(signatory=block))

        assert (Verdict.WRONG_ISSUER, "position-differs") == (report.verdict, code_of(report))

    def test_a_letter_under_another_delegation_is_the_wrong_issuer(self, judge, world, build, code_of):
        """The delegation that it names is not in the register."""
        block = attrs.evolve(build.statement().signatory, delegation="mandate-2020")

        assert "delegation-differs" == code_of(judge(world.permit(signatory=block)))

    def test_a_key_may_be_registered_instead_of_a_certificate(self, judge, world, build, current):
        """A renewed certificate on the same key stays entitled."""
        from perizinan_core.verification._paths import fingerprints

        entry = attrs.evolve(
            world.authority.signatories[0],
            certificate_sha256=None,
            spki_sha256=fingerprints(world.head.certificate)[1],
        )
        renewed = world.ca.issue(
            "Kepala DPMPTSP", now=build.SIGNED_AT - timedelta(days=9), key=world.head.key
        )
        authority = world.sign_document(signatories=(entry,))

        assert Verdict.VALID is judge(world.permit(renewed), authority=authority).verdict
        assert Verdict.WRONG_ISSUER is judge(world.permit(renewed), authority=current).verdict

    def test_a_second_signer_from_outside_is_the_wrong_issuer(
        self, judge, build, world, permit, current, code_of
    ):
        """Every signature on a permit must be the office's own."""
        report = judge(build.sign(permit, world.outsider), authority=current)

        assert (Verdict.WRONG_ISSUER, "signer-unknown") == (report.verdict, code_of(report))


class TestNotValidData:
    """Genuine signatures over data that does not hold together."""

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"embedded": 0}, "permit-data-missing"),
            ({"embedded": 2}, "permit-data-unreadable"),
            ({"permit_json": b"{"}, "permit-data-unreadable"),
            ({"permit_json": b'{"a":1,"a":2}'}, "permit-data-unreadable"),
            ({"permit_json": b'{"a":NaN}'}, "permit-data-unreadable"),
            ({"permit_json": b"[" * 100_000}, "permit-data-unreadable"),
            ({"permit_json": b"[]"}, "permit-data-schema"),
            ({"permit_json": b"{}"}, "permit-data-schema"),
            ({"lines": ["IZIN"]}, "text-disagrees"),
        ],
    )
    def test_bad_data_is_not_valid(self, judge, build, world, code_of, options, code):
        """Missing, doubled, no JSON, incomplete, or not what the page prints."""
        report = judge(build.sign(build.small_pdf(build.statement(), **options), world.head))

        assert (Verdict.NOT_VALID, code) == (report.verdict, code_of(report))

    @pytest.mark.parametrize(
        ("printed", "field"),
        [
            ({"number": "500.16.7.2/0043/410.111/2026"}, "number"),
            ({"holder": "Orang Lain"}, "holder"),
            ({"object": "Pasar malam"}, "object"),
            ({"valid_until": date(2036, 12, 7)}, "valid_until"),
            ({"issued_on": date(2026, 11, 24)}, "issued_on"),
            ({"fields": (("Alamat", "Jalan Lain"),)}, "fields[0]"),
        ],
    )
    def test_a_page_that_prints_something_else_is_not_valid(self, judge, build, world, printed, field):
        """Data and print are held against each other field by field."""
        said = build.statement()
        lines = build.printed_lines(attrs.evolve(said, **printed))
        report = judge(build.sign(build.small_pdf(said, lines=lines), world.head))

        assert Verdict.NOT_VALID is report.verdict
        assert field in str(report.check(CheckName.PRINTED_TEXT).reason.fields["fields"])

    def test_data_of_another_office_is_not_valid(self, judge, world, code_of):
        """Signed here, but it names somebody else."""
        assert "permit-other-authority" == code_of(judge(world.permit(authority="kota-lain")))

    def test_a_page_without_readable_text_is_not_valid(self, judge, build, world, code_of):
        """A font that does not say what its signs mean cannot be compared."""
        pdf = build.small_pdf(build.statement()).replace(b"/ToUnicode 6 0 R", b"/ToUnicodf 6 0 R")

        assert "text-unreadable" == code_of(judge(build.sign(pdf, world.head)))

    def test_links_that_cannot_be_read_are_no_claims(self, build, world):
        """The QR on the paper remains."""
        pdf = build.small_pdf(build.statement(), link="x").replace(b"/Annots [9 0 R]", b"/Annots [(x) 1]")
        sources = status_by_office(world.authority, NO_STATUS)
        case = PermitCase(whose=world.authority, at=build.CHECKED_AT, sources=sources)
        judge_qr(case, PdfStructure(pdf), {"verification_url": "https://a.id"})

        assert Outcome.NOT_CHECKED is case.judgement.outcome(CheckName.QR)

    def test_data_of_which_nothing_can_be_compared_is_left_out(self):
        """All in another script, without dates on the page: said, and not called agreement."""
        permit = {
            "number": "ꦲ",
            "holder": "ꦲ",
            "object": "ꦲ",
            "fields": [],
            "issued_on": None,
            "valid_until": None,
        }

        assert ([], 0) == differences_to_text(permit, "")

    def test_a_day_that_does_not_exist_breaks_the_schema(self, judge, build, world, code_of):
        """The schema's date format is checked, not only its digits."""
        data = canonical_json(build.statement()).replace(b"2026-12-07", b"2026-02-30")

        assert "permit-data-schema" == code_of(
            judge(build.sign(build.small_pdf(build.statement(), permit_json=data), world.head))
        )

    def test_what_is_missing_or_wrong_in_the_data_is_named_and_no_value_is(self, judge, build, world):
        """The clerk who is asked about it finds the field; the report keeps names to itself."""
        data = json.loads(canonical_json(build.statement()))
        del data["title"]
        data |= {"holder": ["Budi Contoh"], "statement_version": "99"}
        pdf = build.small_pdf(build.statement(), permit_json=json.dumps(data).encode())
        (said,) = [reason.message("en") for reason in judge(build.sign(pdf, world.head)).reasons]

        assert "$.title is missing" in said
        assert "$.holder breaks the rule type of the schema" in said
        assert "$.statement_version is not 1" in said
        assert "Budi" not in said

    def test_unknown_fields_of_a_later_version_do_no_harm(self, judge, build, world):
        """They are shown and ignored."""
        data = json.loads(canonical_json(build.statement()))
        pdf = build.small_pdf(build.statement(), permit_json=json.dumps({**data, "colour": "blue"}).encode())

        assert Verdict.VALID is judge(build.sign(pdf, world.head)).verdict

    def test_a_name_in_another_script_is_not_compared(self, judge, build, world):
        """Shaped scripts cannot be read back safely; the other fields still are."""
        said = build.statement(holder="ꦫꦲꦪꦸ")
        lines = build.printed_lines(build.statement())
        report = judge(build.sign(build.small_pdf(said, lines=lines), world.head))

        assert Outcome.PASSED is report.check(CheckName.PRINTED_TEXT).outcome


class TestQrInTheFile:
    """QR claims that the file carries as a link."""

    def test_claims_that_agree_pass(self, judge, build, world):
        """Signed by the office's QR key, and saying the same."""
        said = build.statement()
        report = judge(build.sign(build.small_pdf(said, link=world.qr_text(said)), world.head))

        assert (Verdict.VALID, "qr-agrees") == (report.verdict, report.check(CheckName.QR).reason.code)

    def test_claims_of_another_permit_are_not_valid(self, judge, build, world):
        """A genuine code pasted onto another letter."""
        link = world.qr_text(build.statement(number="1/2026", holder="Orang Lain"))
        report = judge(build.sign(build.small_pdf(build.statement(), link=link), world.head))

        assert Verdict.NOT_VALID is report.verdict
        assert "number, holder" == report.check(CheckName.QR).reason.fields["fields"]

    def test_claims_by_another_key_are_not_valid(self, judge, build, world, code_of):
        """Somebody made the code himself."""
        other = build.World.create()
        link = other.qr_text(build.statement())

        assert "qr-broken" == code_of(
            judge(build.sign(build.small_pdf(build.statement(), link=link), world.head))
        )

    def test_shortened_claims_agree_when_they_begin_alike(self, judge, build, world):
        """Long names are cut with an ellipsis in the code alone."""
        said = build.statement(holder="Rahayu " + "Contohningrum " * 9, object="Kegiatan " * 20)
        report = judge(build.sign(build.small_pdf(said, link=world.qr_text(said)), world.head))

        assert "qr-agrees" == report.check(CheckName.QR).reason.code

    def test_links_to_other_places_are_no_claims(self, judge, build, world):
        """The letter may link to the office's site."""
        pdf = build.small_pdf(build.statement(), link="https://izin.kotacontoh.example/tentang")

        assert "qr-not-found" == judge(build.sign(pdf, world.head)).check(CheckName.QR).reason.code


class TestStatus:
    """The office's records, when somebody hands them in."""

    def test_records_that_say_in_force_are_reported(self, judge, permit, build):
        """Asked once, by number, index and local day."""
        records = Records(answer=answer())
        report = judge(permit, status=records)

        assert (Verdict.VALID, "in_force", True) == (
            report.verdict,
            report.status.state,
            report.status.checked,
        )
        assert [(build.statement().number, 42, date(2026, 12, 2))] == records.asked
        assert () == report.reasons

    @pytest.mark.parametrize("status", [item for item in PermitStatus if item is not PermitStatus.IN_FORCE])
    def test_every_other_status_is_not_in_force(self, judge, permit, status):
        """Genuine, and without effect."""
        report = judge(permit, status=Records(answer=answer(status, since=date(2026, 12, 1))))

        assert (Verdict.NOT_IN_FORCE, 13, status.value) == (
            report.verdict,
            report.exit_code,
            report.status.state,
        )
        assert "{" not in report.reasons[0].message("en")

    def test_records_that_cannot_be_read_leave_it_open(self, judge, permit, code_of):
        """Never valid on a guess."""
        report = judge(permit, status=Records(error=True))

        assert (Verdict.INDETERMINATE, "status-unavailable") == (report.verdict, code_of(report))

    def test_records_that_do_not_know_the_permit_leave_it_open(self, judge, permit, code_of):
        """The wrong database, or worse."""
        report = judge(permit, status=Records())

        assert (Verdict.INDETERMINATE, "status-unknown-permit") == (report.verdict, code_of(report))

    def test_an_expired_permit_is_not_in_force_even_when_the_records_are_silent(self, judge, permit, build):
        """Its own dates suffice."""
        report = judge(permit, at=build.CHECKED_AT + timedelta(days=30), status=Records(error=True))

        assert Verdict.NOT_IN_FORCE is report.verdict

    def test_records_that_hold_another_file_make_it_not_valid(self, judge, permit, code_of):
        """An insider signed a second letter under a number that is taken."""
        report = judge(permit, status=Records(answer=answer(signed_sha256="0" * 64)))

        assert (Verdict.NOT_VALID, "records-other-file") == (report.verdict, code_of(report))

    def test_nobody_is_asked_about_a_forged_file(self, judge, permit):
        """A forged number must not become a question to the office's database."""
        records = Records(answer=answer())
        judge(permit.replace(b"stream", b"strean", 1), status=records)

        assert [] == records.asked


class TestTime:
    """Certificates end; permits live on."""

    def test_an_ended_certificate_without_proof_of_time_leaves_it_open(self, judge, world, build, code_of):
        """Nobody can tell whether the signature is older than the end."""
        data = world.permit(valid_until=date(2031, 12, 7))
        authority = world.sign_document(expires=build.SIGNED_AT + timedelta(days=4000))
        report = judge(data, at=build.SIGNED_AT + timedelta(days=900), authority=authority)

        assert (Verdict.INDETERMINATE, "certificate-ended-no-proof") == (report.verdict, code_of(report))
        assert "OUT_OF_BOUNDS_NO_POE" == report.signature.sub_indication

    def test_records_that_know_this_very_file_prove_its_time(self, judge, world, build):
        """The office stored it while the certificate was valid."""
        import hashlib

        data = world.permit(valid_until=date(2031, 12, 7))
        authority = world.sign_document(expires=build.SIGNED_AT + timedelta(days=4000))
        found = answer(
            signed_sha256=hashlib.sha256(data).hexdigest(), signed_at=build.SIGNED_AT + timedelta(seconds=9)
        )
        report = judge(
            data, at=build.SIGNED_AT + timedelta(days=900), authority=authority, status=Records(answer=found)
        )

        assert Verdict.VALID is report.verdict
        assert "trusted-time-records" == report.check(CheckName.TRUSTED_TIME).reason.code
        assert Indication.TOTAL_PASSED is report.signature.indication
        # They are not in the file, which therefore proves nothing by itself for the long term.
        assert "trusted-time-records" == report.signature.aspects.time.reason.code
        assert "long-term-none" == report.signature.aspects.long_term.reason.code

    @pytest.mark.parametrize(
        ("early", "late", "verdict", "sub_indication"),
        [
            (0, 60, Verdict.VALID, None),
            (1, 60, Verdict.NOT_VALID, "NOT_YET_VALID"),
            (-60, 0, Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"),
            (-60, -1, Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"),
        ],
    )
    def test_the_first_and_last_second_of_a_certificate_count(
        self, judge, world, build, monkeypatch, early, late, verdict, sub_indication
    ):
        """A signer who states a time outside his certificate is held to his word."""
        monkeypatch.setattr("perizinan_core.signing._sign.check_validity", lambda *_: None)
        begin = build.SIGNED_AT + timedelta(seconds=early)
        end = build.SIGNED_AT + (timedelta(seconds=late) if late <= 0 else timedelta(days=late))
        signer = world.ca.issue("Kepala DPMPTSP", now=begin, valid=(begin, end), key=world.head.key)
        entry = build.signatory(signer, "kepala-dpmptsp", "*")
        report = judge(world.permit(signer), authority=world.sign_document(signatories=(entry,)))

        assert (verdict, sub_indication) == (report.verdict, report.signature.sub_indication)

    def test_a_certificate_for_another_purpose_is_not_valid(self, judge, world, build, monkeypatch, code_of):
        """A key for encryption signs nothing."""
        signer = world.ca.issue("Kepala DPMPTSP", now=build.SIGNED_AT, usages=("key_encipherment",))
        data = _signed_without_checks(build, signer, monkeypatch)
        entry = build.signatory(signer, "kepala-dpmptsp", "*")
        report = judge(data, authority=world.sign_document(signatories=(entry,)))

        assert (Verdict.NOT_VALID, "certificate-key-usage") == (report.verdict, code_of(report))

    def test_an_authority_document_that_has_ended_leaves_it_open(self, judge, permit, world, build, code_of):
        """Too old to judge by."""
        authority = world.sign_document(expires=build.CHECKED_AT - timedelta(seconds=1))
        report = judge(permit, authority=authority)

        assert (Verdict.INDETERMINATE, "authority-document-expired") == (report.verdict, code_of(report))

    def test_a_signature_from_the_future_leaves_it_open(self, judge, permit, build, code_of):
        """The check was asked for a moment before the signing."""
        report = judge(permit, at=build.SIGNED_AT - timedelta(minutes=6))

        assert (Verdict.INDETERMINATE, "signed-after-check") == (report.verdict, code_of(report))


class TestForm:
    """Where the signature lies."""

    def test_a_signature_that_the_form_does_not_show_is_not_valid(self, judge, permit, code_of):
        """An update takes the field out of the form."""
        start = int(permit.split(b"startxref\n")[-1].split()[0])
        body = b"1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
        offset = len(permit)
        table = b"xref\n1 1\n%010d 00000 n \ntrailer\n<</Size 20 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
            offset, start, offset + len(body),
        )  # fmt: skip
        report = judge(permit + body + table)

        assert (Verdict.NOT_VALID, "signature-not-in-form") == (report.verdict, code_of(report))

    def test_a_format_that_permits_never_have_is_not_valid(self, judge, permit, code_of):
        """Even before the digest is looked at."""
        report = judge(permit.replace(b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 "))

        assert (Verdict.NOT_VALID, "signature-format-unknown") == (report.verdict, code_of(report))

    def test_a_signature_without_time_leaves_it_open(self, judge, world, monkeypatch, code_of):
        """Nobody says when."""
        monkeypatch.setattr("perizinan_core.signing._sign.date_string", lambda _moment: b"()")
        report = judge(world.permit())

        assert (Verdict.INDETERMINATE, "signing-time-missing") == (report.verdict, code_of(report))

    def test_a_damaged_chain_of_a_registered_signer_is_not_valid(self, judge, world, code_of):
        """Its issuer is missing in the file: damage, and not a foreign issuer."""
        from perizinan_core.bootstrap._synthetic_ca import Issued

        alone = Issued(world.head.key, world.head.certificate, ())
        report = judge(world.permit(alone))

        assert (Verdict.NOT_VALID, "chain-incomplete") == (report.verdict, code_of(report))

    def test_the_authority_document_may_supply_the_issuer(self, judge, world):
        """For services that put only the signer's certificate into the file."""
        from perizinan_core.bootstrap._synthetic_ca import Issued

        alone = Issued(world.head.key, world.head.certificate, ())
        authority = world.sign_document(intermediates=(world.ca.issuing.certificate,))

        assert Verdict.VALID is judge(world.permit(alone), authority=authority).verdict


class TestSeveralSignatures:
    """Later signatures are allowed, and each is judged."""

    def test_two_entitled_signatures_are_valid(self, judge, build, world, permit):
        """PyHanko looks at what was added, our checks at each signature."""
        report = judge(build.sign(permit, world.head, build.SIGNED_AT + timedelta(hours=1)))

        assert (Verdict.VALID, 2) == (report.verdict, len(report.signatures))
        assert "later-changes-allowed" == report.check(CheckName.COVERAGE).reason.code
        assert [False, True] == [item.covers_whole_document for item in report.signatures]

    def test_an_added_page_content_is_not_valid(self, judge, permit, code_of):
        """An incremental update that replaces what the page shows (a shadow attack)."""
        root = permit.rindex(b"startxref\n")
        previous = int(permit[root:].split()[1])
        body = b"4 0 obj\n<</Length 2>>\nstream\n  \nendstream\nendobj\n"
        offset = len(permit)
        table = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 20 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
            offset, previous, offset + len(body),
        )  # fmt: skip
        report = judge(permit + body + table)

        assert (Verdict.NOT_VALID, "later-changes-forbidden") == (report.verdict, code_of(report))


def _signed_without_checks(build, signer, monkeypatch):
    """Sign with a certificate that the signing room would refuse."""
    for module in ("file_key", "cms"):
        monkeypatch.setattr(
            f"perizinan_core.signing._{module}.check_certificate", lambda *_: tuple(SignatureAlgorithm)
        )
    return build.sign(build.small_pdf(build.statement()), signer)


def test_the_document_key_shows_in_the_report(judge, permit, world):
    """Which document judged, by which key, and why it was trusted."""
    used = judge(permit).authority

    assert ((thumbprint(world.document_key.public_key()),), "given_file") == (used.keys, used.trust)


def test_encode_refuses_an_address_that_leaves_no_room(world, build):
    """The address is the office's, so the office must hear of it."""
    claims = claims_of_statement(json.loads(canonical_json(build.statement())))
    with raises_code("qr-claims-too-long"):
        encode_qr_text(
            "https://example.id/" + "a" * 520, claims, sign=signing_callback(world.qr_key), kid=b"\1"
        )


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00+00:00", "1969-12-31T23:59+00:00", "9999-12-31T23:59:59-12:00"]
)
def test_a_moment_at_the_edge_of_the_calendar_is_no_moment_of_a_check(judge, permit, text):
    """A program must hear that its argument is wrong, not that the file is."""
    with pytest.raises(ValueError, match="years 1970 to 9998"):
        judge(permit, at=datetime.fromisoformat(text))

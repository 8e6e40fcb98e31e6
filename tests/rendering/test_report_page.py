"""The printable report says what the report says, on one page, whatever stands in it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pypdf
import pytest

from perizinan_core.rendering._report_page import MAX_PAGES, ReportSummary, render_reports, render_summary
from perizinan_core.verification import Check, Outcome, Reason, Verdict, verify_permit
from perizinan_core.verification._qr_report import check_qr_text
from perizinan_core.verification.signatures import verify_signatures


@pytest.fixture(scope="module")
def reports(world, build):
    """One of every kind that a file of this office can get."""
    good = world.permit()
    files = {
        "good.pdf": good,
        "changed.pdf": good[:300] + bytes([good[300] ^ 1]) + good[301:],
        "unsigned.pdf": build.small_pdf(build.statement()),
        "foreign.pdf": world.permit(world.outsider),
        "open.pdf": world.permit(valid_until=None),
        "cut.pdf": good[:-50],
    }
    return [
        verify_permit(data, authority=world.authority, at=build.CHECKED_AT, name=name)
        for name, data in files.items()
    ]


def text_of(pdf):
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", ("SAH", "Keutuhan berkas", "Bukti waktu", "Keabsahan jangka panjang", "Yang dibandingkan")),
        (
            "en",
            (
                "VALID",
                "Integrity of the file",
                "Proof of the time",
                "Long-term validity",
                "What was compared",
            ),
        ),
    ],
)
def test_a_page_holds_verdict_permit_checks_and_evidence(reports, language, words):
    """In both languages."""
    report = reports[0]
    (page,) = text_of(render_reports([report], language=language))
    said = [check.reason.message(language) for check in report.checks]

    for part in (
        *words, *said, report.permit.holder, report.permit.number, report.sha256, report.authority.keys[0],
        report.signature.certificate_sha256, report.file,
    ):  # fmt: skip
        assert "".join(part.split()) in page


def test_every_verdict_fits_one_page(reports):
    """A page each, in the order given."""
    pages = text_of(render_reports(reports, language="en"))

    assert len(reports) == len(pages)
    for report, page in zip(reports, pages, strict=True):
        assert report.file in page


def test_it_is_pdf_a_and_pdf_ua_and_the_same_every_time(reports):
    """For the archive."""
    pdf = render_reports(reports[:1])
    found = pypdf.PdfReader(io.BytesIO(pdf))

    assert pdf == render_reports(reports[:1])
    assert b"pdfaid:part" in found.xmp_metadata.stream.get_data()
    assert b"pdfuaid:part" in found.xmp_metadata.stream.get_data()
    assert "id" == found.trailer["/Root"]["/Lang"][:2]


@pytest.mark.parametrize(
    "name", ["日本\U0001f600.pdf", "a" * 900 + ".pdf", '"#\\[*_$<@x.pdf', "\u202egnp.pdf", "\ud800"]
)
def test_no_name_breaks_the_page(reports, name):
    """Signs that no font shows are written out; markup is text."""
    assert 1 == len(text_of(render_reports([attrs.evolve(reports[0], file=name)])))


LONG = "Wahyu Contoh " * 40


@pytest.mark.parametrize(
    "change",
    [
        lambda report: {
            "permit": attrs.evolve(report.permit, title="IZIN " * 200, holder=LONG, object=LONG * 3)
        },
        lambda report: {
            "signatures": (attrs.evolve(report.signatures[0], signer="W" * 300, field="f" * 200),) * 9
        },
        lambda report: {
            "checks": tuple(
                Check(check.name, Outcome.FAILED, Reason("signer-unknown", {"signer": "Ww " * 400}))
                for check in report.checks
            )
        },
        lambda report: {
            "authority": attrs.evolve(report.authority, name=LONG, keys=("k" * 43,) * 30),
            "file": "W" * 900,
        },
    ],
    ids=["permit", "signatures", "checks", "authority"],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_no_length_breaks_the_page(reports, change, language):
    """A stranger's certificate may bear any name; the JSON report has it whole."""
    report = attrs.evolve(reports[0], **change(reports[0]))
    (page,) = text_of(render_reports([report], language=language))

    assert "…" in page
    assert report.sha256 in page


def test_a_page_says_codes_and_the_words_of_the_standard(reports):
    """They are what one asks the help desk about; also where there are several signatures."""
    changed = next(item for item in reports if item.file == "changed.pdf")
    several = attrs.evolve(changed, signatures=changed.signatures * 2)
    (page,) = text_of(render_reports([changed]))
    (both,) = text_of(render_reports([several]))

    assert all(check.reason.code in page for check in changed.checks)
    assert "EN319102-1TOTAL_FAILED/HASH_FAILURE" in page
    assert "TOTAL_FAILED/HASH_FAILURE;" in both


def test_a_page_about_signatures_alone_promises_no_permit(world, build):
    """Whoever asked only about signatures reads of nothing else in the heads."""
    report = verify_signatures(world.permit(), roots=world.authority.roots, at=build.CHECKED_AT)
    pdf = render_reports([report])
    (page,) = text_of(pdf)

    assert page.startswith("Laporanpemeriksaantandatangan")
    assert "Laporan pemeriksaan tanda tangan" == pypdf.PdfReader(io.BytesIO(pdf)).metadata.title


def test_the_report_of_a_qr_code_can_be_printed_too(world, build):
    """Its claims have no title."""
    text = world.qr_text(build.statement())
    report = check_qr_text(text, authority=world.authority, at=build.CHECKED_AT)

    assert report.permit.number in text_of(render_reports([report]))[0]


@pytest.mark.parametrize(
    "moment",
    [datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=14))), datetime(1, 1, 1, tzinfo=UTC)],
)
def test_no_time_breaks_the_page(reports, moment):
    """A stranger's signature may state any."""
    signed = attrs.evolve(reports[0].signatures[0], signed_at=moment)
    report = attrs.evolve(reports[0], signatures=(signed,), checked_at=moment)

    assert f"{moment.year}pukul" in text_of(render_reports([report]))[0]


def test_none_and_too_many_are_refused(reports):
    """A summary is for many."""
    for count in (0, MAX_PAGES + 1):
        with pytest.raises(ValueError, match="expected 1 to"):
            render_reports(reports[:1] * count)
    with pytest.raises(ValueError, match="at least one"):
        render_summary(ReportSummary())


def test_a_summary_counts_and_names_the_first_that_were_not_valid(reports):
    """It keeps no report."""
    summary = ReportSummary()
    for report in [*reports, *reports[1:2] * 60]:
        summary.add(report)
    (page,) = text_of(render_summary(summary, language="en"))

    assert (2, 61) == (summary.counts[Verdict.VALID], summary.counts[Verdict.NOT_VALID])
    assert "VALID2" in page
    assert "NOTVALID61" in page
    assert "and19more" in page
    assert "good.pdf" not in page

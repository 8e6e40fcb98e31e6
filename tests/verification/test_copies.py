"""Copies of permits: re-saved, printed, scanned, photographed, padded; made with the tools that make them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from datetime import UTC, datetime

import jsonschema
import pikepdf
import pypdf
import pypdfium2
import pytest
import segno
from PIL import Image

from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.published import read_authority_document
from perizinan_core.published._qr_claims import claims_of_statement, encode_qr_text
from perizinan_core.testing._offices import HOST, sample_office
from perizinan_core.verification import (
    CheckName,
    CodesFound,
    Limits,
    Outcome,
    Verdict,
    Verifier,
    codes_here,
    load_schema,
    read_report,
    verify_permit,
)
from perizinan_core.verification._words import headline


@pytest.fixture(scope="module")
def kit():
    opened = sample_office()
    yield opened
    opened.office.close()


@pytest.fixture(scope="module")
def permit(kit):
    return kit.permit()


@pytest.fixture(scope="module")
def letter(kit, permit):
    """The signed file of a real letter."""
    return file_of(kit, permit)


@pytest.fixture(scope="module")
def authority(kit):
    return read_authority_document(kit.office.publication.authority_json())


@pytest.fixture(scope="module")
def page(letter):
    """The first page as a scanner at 150 dpi sees it."""
    document = pypdfium2.PdfDocument(letter)
    picture = document[0].render(scale=150 / 72).to_pil().convert("L")
    document.close()
    return picture


@pytest.fixture(scope="module")
def copies(letter, page, tmp_path_factory):
    """Copies by name, as programs, printers, scanners, telephones and gateways make them."""
    folder = tmp_path_factory.mktemp("copies")
    path = folder / "letter.pdf"
    path.write_bytes(letter)
    with pikepdf.open(path) as opened:
        opened.save(folder / "saved.pdf")
    joined = pypdf.PdfWriter()
    for item in pypdf.PdfReader(str(path)).pages:
        joined.add_page(item)
    joined.write(str(folder / "pages.pdf"))
    ghostscript = shutil.which("gs")
    assert ghostscript is not None, "scripts/tools.sh installs Ghostscript"
    subprocess.run(
        [ghostscript, "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite",
         f"-sOutputFile={folder / 'printed.pdf'}", str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    return {
        "saved": (folder / "saved.pdf").read_bytes(),
        "pages": (folder / "pages.pdf").read_bytes(),
        "printed": (folder / "printed.pdf").read_bytes(),
        "scan": picture_of(page, "PDF", resolution=150),
        "photo": picture_of(page.rotate(7, expand=True, fillcolor=200), "JPEG", quality=60),
        "screenshot": picture_of(page, "PNG"),
        "gateway": letter + b"\r\n-- \r\nPesan ini telah dipindai gerbang surel.\r\n",
        "filled": letter + b"\0" * 512,
        "before": b"X-Scanned: bersih\r\n" + letter,
    }


def file_of(kit, permit):
    """Return the signed file of a permit."""
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        return file.read()


def picture_of(page, kind, **options):
    file = io.BytesIO()
    page.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def judge(kit, authority):
    def run(data, **options):
        options.setdefault("status", kit.office.status)
        options.setdefault("authority", authority)
        return verify_permit(data, at=kit.clock(), **options)

    return run


def codes(report):
    return [item.code for item in report.reasons]


@pytest.mark.parametrize(
    ("name", "exit_code", "why"),
    [
        ("saved", 10, "byte-range-wrong"),
        ("pages", 10, "byte-range-wrong"),
        ("printed", 11, "no-signature-saved-again"),
        ("scan", 11, "no-signature-scan"),
        ("photo", 15, "picture-not-a-pdf"),
        ("screenshot", 15, "picture-not-a-pdf"),
        ("gateway", 10, "bytes-after-signature"),
        ("filled", 10, "bytes-after-signature"),
        ("before", 10, "signed-file-damaged"),
    ],
)
def test_a_copy_says_what_happened_and_that_its_code_is_genuine(judge, copies, permit, name, exit_code, why):
    """The exit code stays; the copy leads where nothing signed was changed, and comes second where it was."""
    report = judge(copies[name])
    said = next(item for item in report.reasons if item.code == "copy-of-a-permit")

    assert exit_code == report.exit_code
    assert (["copy-of-a-permit", why] if exit_code != 10 else [why, "copy-of-a-permit"]) == codes(report)[:2]
    assert report.permit is None
    assert (permit.number, permit.holder, permit.object) == (
        report.copy.number, report.copy.holder, report.copy.object,
    )  # fmt: skip
    assert {"number", "holder", "object", "issued_on", "valid_from"} <= said.fields.keys()
    assert permit.number in said.message("id")


@pytest.mark.parametrize("name", ["saved", "gateway"])
def test_of_a_changed_file_only_the_code_is_called_genuine(judge, copies, name):
    """Its own words are not, and the headline stays."""
    report = judge(copies[name])

    assert Verdict.NOT_VALID is report.verdict
    assert ("bad", "NOT VALID") == (headline(report).tone, headline(report).word)
    assert "Only the code is genuine, the words of this file are not" in report.reasons[1].message("en")
    assert "isi berkas ini tidak" in report.reasons[1].message("id")


@pytest.mark.parametrize("name", ["printed", "scan", "photo"])
def test_a_copy_is_neither_green_nor_red(judge, copies, name):
    """Amber: the code is genuine, the file proves nothing."""
    said = headline(judge(copies[name]))

    assert ("open", "A COPY: THE CODE IS GENUINE") == (said.tone, said.word)


def test_a_copy_of_a_revoked_permit_says_so(kit, judge):
    """A genuine code is no permit in force."""
    other = kit.permit()
    document = pypdfium2.PdfDocument(file_of(kit, other))
    scan = picture_of(document[0].render(scale=150 / 72).to_pil().convert("L"), "PDF", resolution=150)
    document.close()
    kit.office.permits.revoke(
        other.id, reason="Melanggar", legal_basis="Peraturan Contoh", actor=kit.officer("pimpinan")
    )
    report = judge(scan)

    assert (11, "revoked") == (report.exit_code, report.status.state)
    assert "A COPY OF A PERMIT THAT IS NOT IN FORCE" == headline(report).word
    assert "status-revoked" in codes(report)


def test_the_json_of_a_copy_fits_its_schema_and_is_read_back(judge, copies):
    """Programs get the facts to compare with the reason."""
    for name in ("scan", "saved", "photo"):
        report = judge(copies[name])
        written = json.loads(json.dumps(report.to_json("id")))

        jsonschema.validate(written, dict(load_schema("report")))
        assert report.copy == read_report(written).copy
        assert written["permit"] is None


def test_a_copy_names_nobody_in_a_repr(judge, copies, permit):
    """What lands in logs by mistake holds no name."""
    assert permit.holder not in repr(judge(copies["scan"]))


def test_a_code_on_another_text_does_not_lead(kit, authority, copies):
    """A genuine code on a page that prints another holder: not the copy of a permit, and it says what differs."""
    found = codes_here(copies["scan"], 4.0)

    def reader(_data, _seconds):
        return CodesFound(found.texts, "Izin nomor 500/001/WR/2026 untuk Palsu Contoh")

    verifier = Verifier(authority, status=kit.office.status, codes=reader)
    report = verifier.verify(copies["scan"], at=kit.clock())

    assert 11 == report.exit_code
    assert ["no-signature-scan", "copy-of-a-permit", "qr-on-another-text"] == codes(report)
    assert "holder" in report.check(CheckName.PRINTED_TEXT).reason.fields["fields"]
    assert "NOT SIGNED" == headline(report).word


@pytest.mark.parametrize("name", ["scan", "photo"])
def test_a_forged_code_on_a_copy_is_called_forged(judge, authority, name):
    """A code that only names a key of the office."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from perizinan_core.published._keys import signing_callback

    stranger = ec.generate_private_key(ec.SECP256R1())
    claims = claims_of_statement(
        {
            "number": "1/2026", "permit_type": "warung", "type_number": 1, "holder": "Palsu", "object": "Warung",
            "issued_on": "2026-11-01", "valid_from": "2026-11-01", "valid_until": None, "status_index": 3,
            "place": None,
        }
    )  # fmt: skip
    text = encode_qr_text(
        authority.verification_url, claims, sign=signing_callback(stranger), kid=authority.qr_keys[0].kid
    )
    image = io.BytesIO()
    segno.make_qr([part for part in text.partition("#") if part], error="m").save(image, kind="png", scale=6)
    kind = {"scan": "PDF", "photo": "PNG"}[name]
    report = judge(picture_of(Image.open(image).convert("L"), kind))

    assert "qr-signature-wrong" in codes(report)
    assert report.copy is None
    assert (11 if name == "scan" else 15) == report.exit_code


def test_a_code_is_only_looked_for_after_the_file_was_judged(kit, authority, letter, copies):
    """A permit, and a file of another issuer, are not searched; a copy is, once, within the limit."""
    asked = []

    def reader(data, seconds):
        asked.append((data, seconds))
        return CodesFound()

    verifier = Verifier(authority, status=kit.office.status, limits=Limits(code_seconds=1.5), codes=reader)

    assert Verdict.VALID is verifier.verify(letter, at=kit.clock()).verdict
    assert [] == asked
    assert "no-signature-scan" == verifier.verify(copies["scan"], at=kit.clock()).reasons[0].code
    assert [(copies["scan"], 1.5)] == asked
    assert Verdict.UNREADABLE is verifier.verify(b"not a PDF", at=kit.clock()).verdict
    assert 1 == len(asked)


def test_what_cannot_be_read_is_as_if_there_were_no_code():
    """A damaged picture, a text, nothing."""
    for data in (b"", b"text", b"\xff\xd8\xffjunk", b"%PDF-1.7 junk", b"\0\0\0\x18ftypheicjunk"):
        assert CodesFound() == codes_here(data, 1.0)


def test_text_that_a_scanner_recognised_is_not_held_against_a_scan(judge, copies):
    """It lies unseen under the picture, and has mistakes."""
    with pikepdf.open(io.BytesIO(copies["scan"])) as pdf:
        item = pdf.pages[0]
        item.Resources.Font = pikepdf.Dictionary(
            F1=pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        item.contents_add(b"BT 3 Tr /F1 8 Tf 10 5 Td (Oewi C0ntoh) Tj ET")
        out = io.BytesIO()
        pdf.save(out)
    report = judge(out.getvalue())

    assert ["copy-of-a-permit", "no-signature-scan"] == codes(report)


class TestDevelopment:
    """Permits under a development root: a test, whatever else is good about them."""

    @pytest.fixture
    def trial(self):
        begin = datetime(2025, 1, 1, tzinfo=UTC)
        ca = SyntheticCA.create(begin, name="Peragaan")
        signer = ca.issue("Kepala", now=begin, kind="p-256").signer()
        opened = sample_office(signers={"kepala": signer}, roots=(ca.root.certificate,))
        yield opened
        opened.office.close()

    def test_it_keeps_its_exit_code_and_is_amber(self, trial):
        """With the reason, and never called trustworthy."""
        issued = trial.permit()
        report = verify_permit(
            file_of(trial, issued),
            authority=read_authority_document(trial.office.publication.authority_json()),
            at=trial.clock(),
            status=trial.office.status,
        )
        said = json.dumps(report.to_json("id")) + json.dumps(report.to_json("en"))

        assert (0, ["development-root"]) == (report.exit_code, codes(report))
        assert ("open", "TEST DOCUMENT") == (headline(report).tone, headline(report).word)
        assert Outcome.INDETERMINATE is report.signatures[0].aspects.trust.outcome
        assert "dapat dipercaya" not in said
        assert "trusted here" not in said
        assert CheckName.CHAIN is next(
            item.name for item in report.checks if item.reason == report.reasons[0]
        )

"""Our own programming error is never a verdict about somebody's file."""

import io
import logging
import zlib

import PIL.JpegImagePlugin
import PIL.PngImagePlugin
import PIL.WebPImagePlugin
import pillow_heif
import pypdf
import pypdf.generic
import pytest
from PIL import Image

from perizinan_core.documents import (
    Sandbox,
    UploadPolicy,
    UploadReport,
    check_upload,
    finding,
    inspect_upload,
)
from perizinan_core.documents._content_types import OFFICE_TYPES
from perizinan_core.documents._inspection import (
    _office as office,
)
from perizinan_core.documents._inspection import (
    _pdf as pdf,
)
from perizinan_core.documents._inspection import (
    _pdf_objects as pdf_objects,
)
from perizinan_core.documents._inspection import (
    _pdf_pages as pdf_pages,
)
from perizinan_core.documents._inspection import (
    _pdf_reading as pdf_reading,
)
from perizinan_core.documents._inspection import (
    _pdf_scan as pdf_scan,
)
from perizinan_core.documents._inspection import (
    _pdf_streams as pdf_streams,
)
from perizinan_core.documents._inspection import (
    _pictures as pictures,
)
from perizinan_core.documents._inspection import (
    _png as png,
)
from perizinan_core.documents._inspection import (
    _zip_structure as zip_structure,
)
from perizinan_core.documents._inspection._blame import is_damage, place_of
from perizinan_core.documents._inspection._judge import judge
from perizinan_core.documents._inspection._observations import Limits, Observations
from perizinan_core.documents._policy import DEFAULT_ACCEPTED
from perizinan_core.errors.documents import UploadHeldError

PROGRAM_ERRORS = [TypeError, KeyError, ValueError, AttributeError, IndexError, AssertionError, OSError]


def judged(tmp_path, content):
    """Judge a file in this process, where faults can be put into the code."""
    path = tmp_path / "upload"
    path.write_bytes(content)
    policy = UploadPolicy(accepted_types=DEFAULT_ACCEPTED | OFFICE_TYPES)
    limits = Limits(
        accepted_types=policy.accepted_types,
        max_pages=policy.max_pages,
        max_pixels=policy.max_pixels,
        max_unpacked_bytes=policy.max_unpacked_bytes,
        allow_restricted_pdf=policy.allow_restricted_pdf,
        accepted_attachments=policy.accepted_attachments,
    )
    notes = Observations()
    with path.open("rb") as file:
        judge(file, len(content), "x", limits, notes)
    return set(notes.findings)


def faulty(like, error):
    """Return a function that fails with ``error`` as if it stood in the module that ``like`` stands in."""
    names = {"__name__": like.__name__, "error": error}
    exec(compile("def fails(*given, **named):\n    raise error('x')\n", "fails.py", "exec"), names)
    return names["fails"]


def kinds(samples):
    pdfs, drawn, offices = samples["sample_pdfs"], samples["sample_pictures"], samples["sample_office"]
    return {
        "pdf": pdfs.scanned(b"/DeviceRGB"),
        "broken pdf": pdfs.scanned(b"/DeviceRGB").replace(b"startxref\n", b"startxref\n1"),
        "jpeg": drawn.saved("JPEG"),
        "png": drawn.saved("PNG"),
        "webp": drawn.saved("WEBP"),
        "heic": drawn.heic(),
        "docx": offices.docx(),
        "odt": offices.odf(offices.ODT),
    }


OURS = [
    ("pdf", pdf, "is_also_document"),
    ("pdf", pdf, "inspect_objects"),
    ("pdf", pdf_pages, "_leaves"),
    ("pdf", pdf_scan.ScanReading, "_find_trailer"),
    ("pdf", pdf_scan.ScanReading, "_parsed"),
    ("broken pdf", pdf_scan.ScanReading, "_value"),
    ("broken pdf", pdf_reading.QpdfReading, "_converted"),
    ("broken pdf", pdf_pages, "_plain"),
    ("pdf", pdf_objects, "resolved"),
    ("pdf", pdf_streams, "_filters"),
    ("pdf", pdf_streams, "_components"),
    ("jpeg", pictures, "jpeg_end"),
    ("jpeg", pictures, "_judge_tail"),
    ("png", png, "outline"),
    ("png", png, "_chunk"),
    ("webp", pictures, "_webp_size"),
    ("heic", pictures, "_walk_boxes"),
    ("docx", office, "sound_entries"),
    ("docx", office, "_inspect_part_name"),
    ("docx", zip_structure, "_leads_out"),
    ("odt", office, "_leaves_package"),
    ("odt", zip_structure, "read_entry"),
]
THEIRS = [
    ("pdf", pypdf.generic.IndirectObject, "get_object", pypdf),
    ("jpeg", PIL.JpegImagePlugin.JpegImageFile, "load", PIL),
    ("png", PIL.PngImagePlugin.PngImageFile, "verify", PIL),
    ("webp", PIL.WebPImagePlugin.WebPImageFile, "load", PIL),
    ("heic", pillow_heif.HeifImageFile, "load", pillow_heif),
    ("docx", zip_structure.zipfile.ZipExtFile, "read", zip_structure.zipfile),
    ("odt", zip_structure.zipfile.ZipExtFile, "read", zip_structure.zipfile),
]


@pytest.mark.parametrize("error", PROGRAM_ERRORS)
@pytest.mark.parametrize(("kind", "module", "name"), OURS)
def test_a_fault_of_ours_is_not_damage(tmp_path, monkeypatch, samples, kind, module, name, error):
    """Whatever type of error our own code raises, it leaves the inspection as what it is."""
    content = kinds(samples)[kind]
    if name == "_leaves_package":
        content = samples["sample_office"].odf(samples["sample_office"].ODT, '<draw:image xlink:href="a"/>')
    monkeypatch.setattr(module, name, faulty(pdf, error))

    with pytest.raises(error):
        judged(tmp_path, content)


@pytest.mark.parametrize("error", PROGRAM_ERRORS)
@pytest.mark.parametrize(("kind", "owner", "name", "module"), THEIRS)
def test_what_a_parser_raises_is_damage(tmp_path, monkeypatch, samples, kind, owner, name, module, error):
    """A parser says of a broken file whatever comes to its mind; the file is damaged."""
    monkeypatch.setattr(owner, name, faulty(module, error))
    # An archive whose list of types cannot be read is not known to be an office file.
    expected = "type-not-accepted" if kind in {"docx", "odt"} else "damaged"

    assert {expected} == judged(tmp_path, kinds(samples)[kind])


def test_a_strict_parser_that_gives_up_leads_to_the_second_look(tmp_path, monkeypatch, samples):
    """Where the tables cannot be read, two other readings decide."""
    monkeypatch.setattr(pypdf.PdfReader, "read", faulty(pypdf, TypeError))

    assert {"pdf-repaired"} == judged(tmp_path, kinds(samples)["pdf"])


def test_what_c_code_raises_is_the_parsers():
    """`zlib.error` has no frame of its own, so its type tells."""
    with pytest.raises(zlib.error) as caught:
        zlib.decompress(b"nonsense")

    assert is_damage(caught.value)


def test_a_parser_that_calls_back_to_us_is_not_to_blame():
    """The innermost frame decides: a file object of ours that fails inside the library is our fault."""

    class Ours(io.BytesIO):
        read = faulty(pdf, TypeError)

    with pytest.raises(TypeError) as caught:
        Image.open(Ours(b"x"))

    assert not is_damage(caught.value)


def test_places_tell_developers_where_and_nobody_what():
    """Type, files, lines and functions; no message, which may quote the document."""
    with pytest.raises(KeyError) as caught:
        faulty(pdf, lambda _: KeyError("Dewi Lestari"))()

    assert place_of(caught.value).startswith("KeyError, fails.py:2 fails, test_whose_fault.py:")
    assert "Dewi" not in place_of(caught.value)


@pytest.fixture
def broken_by_us(tmp_path):
    """Return a pool whose processes have a programming error of ours in the inspection of PDF files."""
    import sys

    program = tmp_path / "program.py"
    program.write_text(
        f"import sys\nsys.path[:0] = {sys.path!r}\n"
        "from perizinan_core.confined._serving import serve_inherited\n"
        "from perizinan_core.documents._inspection import _pdf_objects as pdf_objects\n"
        "def signature(self, item):\n    raise TypeError('Dewi Lestari')\n"
        "pdf_objects._Visitor._signature = signature\n"
        "serve_inherited(int(sys.argv[-1]))\n"
    )
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
    python.chmod(0o755)
    pool = Sandbox(workers=1, python=str(python))
    yield pool
    pool.close()


def test_our_fault_holds_the_file_and_tells_the_developers(broken_by_us, samples, caplog):
    """The file is neither accepted nor refused; the log has type and place, and nothing of the file."""
    content = samples["sample_pdfs"].document()
    with caplog.at_level(logging.ERROR):
        report = inspect_upload(io.BytesIO(content), file_name="KTP Dewi Lestari.pdf", sandbox=broken_by_us)

    assert {"inspection-failed"} == {found.code for found in report.findings}
    assert (False, True, False, ()) == (report.accepted, report.held, report.retryable, report.refusals)
    assert "TypeError" in caplog.text
    assert "pdf_objects.py:" in caplog.text
    assert "Dewi" not in caplog.text
    for word in ("our program", "another file", "counter"):
        assert word in report.findings[0].message("en")


def test_a_held_file_raises_its_own_error(broken_by_us, samples):
    """`check_upload` tells a file without a verdict from a refused one."""
    with pytest.raises(UploadHeldError) as caught:
        check_upload(
            io.BytesIO(samples["sample_pdfs"].document()), file_name="Dewi.pdf", sandbox=broken_by_us
        )

    assert {"findings": ("inspection-failed",)} == caught.value.details()
    assert "Dewi" not in str(caught.value)


def test_what_was_found_before_our_fault_still_refuses(broken_by_us, samples):
    """A program in the file stays a reason to refuse it, also when the inspection stumbles later."""
    content = samples["sample_pdfs"].document(catalog=b"/OpenAction<</S/JavaScript/JS(x)>>")
    broken = samples["sample_pdfs"].document(o10=b"<</S/JavaScript/JS(x)>>")
    first = inspect_upload(io.BytesIO(content), file_name="a.pdf", sandbox=broken_by_us)

    assert first.held
    assert {"inspection-failed"} == {found.code for found in first.findings}
    assert not inspect_upload(io.BytesIO(broken), file_name="a.pdf", sandbox=broken_by_us).accepted


def report(*codes, **values):
    given = {"file_name": "a.pdf", "content_type": "application/pdf", "sha256": "0", "size": 1} | values
    return UploadReport(findings=tuple(finding(code, extra_bytes=1) for code in codes), **given)


@pytest.mark.parametrize(
    ("codes", "accepted", "held", "retryable"),
    [
        ((), True, False, False),
        (("pdf-signed",), True, False, False),
        (("damaged",), False, False, False),
        (("inspection-failed",), False, True, False),
        (("time-limit",), False, True, True),
        (("time-limit", "inspection-failed"), False, True, False),
        (("damaged", "inspection-failed"), False, False, False),
        (("damaged", "time-limit"), False, False, False),
    ],
)
def test_a_file_is_accepted_refused_or_held(codes, accepted, held, retryable):
    """Exactly one of three, and only lack of time is worth another try."""
    found = report(*codes)

    assert (accepted, held, retryable) == (found.accepted, found.held, found.retryable)
    assert (accepted, held) == (found.summary()["accepted"], found.summary()["held"])
    assert 1 == [found.accepted, found.held, bool(found.refusals)].count(True)


@pytest.mark.parametrize(
    ("codes", "signed", "looked_through", "may"),
    [
        (("damaged",), True, True, True),
        (("trailing-data", "pdf-signed"), True, True, True),
        (("damaged",), False, True, False),
        (("damaged",), True, False, False),
        (("damaged", "pdf-javascript"), True, True, False),
        (("pdf-attachment",), True, True, False),
        (("polyglot",), True, True, False),
        (("damaged", "inspection-failed"), True, True, False),
        (("inspection-failed",), True, True, False),
        (("pdf-signed",), True, True, False),
    ],
)
def test_the_office_may_accept_only_what_is_signed_and_harmless(codes, signed, looked_through, may):
    """Nobody can lift a refusal for active content, nor one of a file that was not searched completely."""
    assert may is report(*codes, signed=signed, looked_through=looked_through).office_may_accept


def test_a_signed_document_is_recognised(samples, sandbox):
    """A signature dictionary with a byte range makes the document a signed one, as a note."""
    content = samples["sample_pdfs"].signed()
    found = inspect_upload(io.BytesIO(content), file_name="a.pdf", sandbox=sandbox)

    assert (True, True, True) == (found.accepted, found.signed, found.looked_through)
    assert (True, "strict") == (found.summary()["signed"], found.summary()["reading"])
    assert not inspect_upload(
        io.BytesIO(samples["sample_pdfs"].document()), file_name="a.pdf", sandbox=sandbox
    ).signed

"""The verdict counts work, so it does not depend on how busy the machine is."""

import contextlib
import io
import os
import subprocess
import sys

import pytest

from perizinan_core.documents import UploadPolicy, inspect_upload
from perizinan_core.documents._inspection import _pdf_objects as pdf_objects
from perizinan_core.documents._inspection import _pdf_pages as pdf_pages
from perizinan_core.documents._inspection import _pdf_scan as pdf_scan
from perizinan_core.documents._inspection import _pdf_streams as pdf_streams
from perizinan_core.documents._inspection._judge import judge
from perizinan_core.documents._inspection._observations import Limits, Observations

TIMES = 3


@contextlib.contextmanager
def busy_machine():
    """Keep every processor busy three times over."""
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3 * (os.cpu_count() or 1))
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def thick(samples):
    """Return an honest document of as many pages as are accepted, each with its own content and links."""
    make = samples["sample_pdfs"]
    pages, objects = UploadPolicy().max_pages, {}
    link = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.go.id/%d)>>>>"
    for page in range(pages):
        number = 10 + 3 * page
        objects[number] = make.PAGE % (b"/Contents %d 0 R/Annots[%d 0 R]" % (number + 1, number + 2))
        objects[number + 1] = make.stream(b"0 0 m 100 100 l S\n" * 200)
        objects[number + 2] = link % page
    kids = b" ".join(b"%d 0 R" % (10 + 3 * page) for page in range(pages))
    objects[1] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[2] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages)
    return make.pdf(objects)


def heaviest(samples):
    """Yield the heaviest honest file of each kind that these tests can make quickly."""
    document = thick(samples)
    yield "by the rules", document, set()
    yield "read twice", samples["sample_loose"].with_start(document, 3), {"pdf-repaired"}
    pictures = samples["sample_pictures"]
    fine = pictures.saved("JPEG", picture=pictures.drawing((3000, 2000)), progressive=True)
    yield "a progressive photograph", fine, set()


def test_a_busy_machine_says_the_same(samples, sandbox):
    """Each of the heaviest honest files is accepted each time while all processors are busy."""
    with busy_machine():
        for name, content, codes in heaviest(samples):
            reports = [
                inspect_upload(io.BytesIO(content), file_name="x", sandbox=sandbox) for _ in range(TIMES)
            ]

            said = [(report.accepted, {found.code for found in report.findings}) for report in reports]
            assert [(True, codes)] * TIMES == said, name


def judged_here(tmp_path, content):
    """Judge a file in this process, where the counted limits can be set."""
    path = tmp_path / "upload"
    path.write_bytes(content)
    policy = UploadPolicy()
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


def numbered(samples, count):
    """Return a document of ``count`` objects."""
    return samples["sample_pdfs"].document(**{f"o{number}": b"<</A 1>>" for number in range(5, count + 1)})


def of_values(samples, count):
    """Return a document with an array of ``count`` arrays."""
    return samples["sample_pdfs"].document(o10=b"[" + b"[]" * count + b"]")


def packed(samples, count):
    """Return a document with an object stream that unpacks to ``count`` bytes and a little."""
    return samples["sample_pdfs"].compact_document({7: b"(" + b"x" * count + b")"})


def slow(samples, count):
    """Return a document with ``count`` bytes for a decoder without compiled code."""
    make = samples["sample_pdfs"]
    return make.document(o10=make.stream(b"4" * count, b"/Filter/ASCIIHexDecode"))


COUNTED = [
    (numbered, pdf_scan, "MAX_OBJECTS", 1000),
    (numbered, pdf_objects, "MAX_OBJECTS", 1000),
    (of_values, pdf_objects, "_MAX_VALUES", 1000),
    (packed, pdf_scan, "_MAX_PACKED_BYTES", 1000),
    (packed, pdf_scan, "_MAX_PACKED_STREAM", 1000),
    (slow, pdf_streams, "_MAX_SLOW_BYTES", 1000),
]


@pytest.mark.parametrize(("make", "module", "limit", "most"), COUNTED, ids=[f"{row[2]}" for row in COUNTED])
def test_work_is_counted_and_ends_the_same_way_each_time(
    tmp_path, monkeypatch, samples, make, module, limit, most
):
    """Below a limit a file is judged to its end; above it the same file is refused, whatever the clock says."""
    monkeypatch.setattr(module, limit, most)

    assert set() == judged_here(tmp_path, make(samples, most // 2))
    assert [{"bomb"}] * TIMES == [judged_here(tmp_path, make(samples, 2 * most)) for _ in range(TIMES)]


def test_pages_that_share_branches_end_by_count(tmp_path, monkeypatch, samples):
    """Comparing what two readings show costs a counted number of values."""
    monkeypatch.setattr(pdf_pages, "_MAX_VALUES", 1000)
    loose = samples["sample_loose"].with_start

    def document(count):
        return loose(samples["sample_pdfs"].document(page=b"/Resources<</X[%s]>>" % (b"[]" * count)), 3)

    assert {"pdf-repaired"} == judged_here(tmp_path, document(400))
    assert {"bomb"} == judged_here(tmp_path, document(2000))


def endless(count):
    """Return a page, and behind it ``count`` streams without an end: each would reach to the end of the file."""
    page = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    )
    streams = b"".join(b"%d 0 obj<</Length 9>>stream\n x    " % number for number in range(4, 4 + count))
    return page + streams + b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def test_streams_without_an_end_end_by_count(tmp_path):
    """
    A few of them are damage that readers repair; thousands would be gone through again and again.

    139,000 of them, in 5 MB, took qpdf and this reading longer than any upload may.
    """
    assert {"pdf-repaired"} == judged_here(tmp_path, endless(100))
    assert {"bomb"} == judged_here(tmp_path, endless(2000))

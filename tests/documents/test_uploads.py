"""What must be said of uploads, kind by kind."""

import hashlib
import io
import os
import resource
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from perizinan_core.documents import (
    DEFAULT_ACCEPTED,
    FINDINGS,
    Finding,
    Severity,
    UploadPolicy,
    check_upload,
    finding,
    inspect_upload,
)
from perizinan_core.errors.documents import (
    InspectionUnavailableError,
    UploadRefusedError,
    UploadUnreadableError,
)
from perizinan_core.testing._refusals import raises_code

REAL = {
    "upload-floor-plan.pdf": (1, set()),
    "upload-scan-with-text-layer.pdf": (6, set()),
    "upload-password-needed.pdf": (None, {"pdf-password"}),
    "upload-javascript-openaction.pdf": (1, {"pdf-javascript"}),
    "upload-startxref-hopeless.pdf": (1, {"pdf-repaired"}),
    "upload-circular-page-tree.pdf": (None, {"pdf-page-loop"}),
    "made-attachment.pdf": (1, {"pdf-attachment"}),
    "made-loops.pdf": (1, {"damaged", "pdf-signed"}),
    "made-arithmetic.jpg": (None, set()),
}


def codes(report):
    return {found.code for found in report.findings}


def refusing(found):
    return {code for code in found if FINDINGS[code][0] is Severity.REFUSE}


@pytest.mark.parametrize("name", REAL)
def test_real_files_get_what_is_expected(data, name, sandbox):
    """Files that nobody here made are judged as their collectors say."""
    report = inspect_upload(data / name, file_name=name, sandbox=sandbox)

    assert REAL[name] == (report.pages, codes(report))
    assert (not refusing(REAL[name][1])) is report.accepted
    assert hashlib.sha256((data / name).read_bytes()).hexdigest() == report.sha256


PUBLIC = sorted((Path(__file__).parent / "data" / "public").iterdir())


@pytest.mark.parametrize("path", PUBLIC, ids=[path.stem for path in PUBLIC])
def test_files_with_faults_that_people_have_are_accepted(path, sandbox):
    """Faults of real programs in which nothing can hide; the two controls stay refused."""
    report = inspect_upload(path, file_name=path.name, sandbox=sandbox)
    refused = {"c39": {"pdf-javascript"}, "i06": {"damaged"}}.get(path.stem[:3], set())

    assert refused == {found.code for found in report.refusals}
    assert (not refused) is report.accepted
    assert not report.held


def test_the_report_says_how_a_file_was_read(samples, sandbox):
    """Strict, repaired, or not at all; the summary has it too, and pictures have no reading."""
    pdfs, loose = samples["sample_pdfs"], samples["sample_loose"]
    contents = [
        pdfs.document(),
        loose.with_start(pdfs.document(), 3),
        pdfs.document()[:200],
        samples["sample_pictures"].saved("PNG"),
    ]
    reports = [inspect_upload(io.BytesIO(content), file_name="a", sandbox=sandbox) for content in contents]

    assert ["strict", "repaired", None, None] == [report.reading for report in reports]
    assert ["strict", "repaired", None, None] == [report.summary()["reading"] for report in reports]


def test_a_signed_file_with_a_faulty_end_is_for_the_office_to_decide(samples, sandbox):
    """Searched completely and harmless: the office may accept it; with a program in it, nobody may."""
    pdfs = samples["sample_pdfs"]
    harmless = pdfs.signed() + b"sent by the bank's server"
    active = pdfs.signed(extra=b"/AA<</K<</S/JavaScript/JS(x)>>>>") + b"sent by the bank's server"
    hidden = pdfs.signed() + b"\x90\x90\x00MZ"
    unsigned = pdfs.document() + b"sent by the bank's server"
    reports = [
        inspect_upload(io.BytesIO(content), file_name="a.pdf", sandbox=sandbox)
        for content in (harmless, active, hidden, unsigned)
    ]

    assert [True, False, False, False] == [report.office_may_accept for report in reports]
    assert [True, True, True, False] == [report.signed for report in reports]
    assert {"trailing-data", "pdf-signed"} == codes(reports[0])
    assert not any(report.accepted for report in reports)


def test_a_signed_file_that_cannot_be_read_is_known_as_signed(samples, sandbox):
    """The byte range stands in plain bytes, so no remedy spoils the signature of a damaged file."""
    content = (
        samples["sample_pdfs"]
        .signed()
        .replace(b"/Type/Catalog", b"/Type/Catalxx")
        .replace(b"/Pages 2", b"/Pagxs 2")
    )
    report = inspect_upload(io.BytesIO(content[:-40]), file_name="a.pdf", sandbox=sandbox)

    assert (True, False) == (report.signed, report.office_may_accept)


def test_made_samples_get_what_is_expected(case, sandbox, temporary_folder, capfd):
    """Every honest, hostile or broken file gets exactly its findings, in both languages, and leaves nothing."""
    policy = UploadPolicy(accepted_types=DEFAULT_ACCEPTED | set(case.accept))
    report = inspect_upload(
        io.BytesIO(case.content), file_name=case.file_name, policy=policy, sandbox=sandbox
    )

    assert case.codes == codes(report)
    assert (not refusing(case.codes)) is report.accepted
    for found in report.findings:
        assert found.message("id") != found.message("en")
        assert "{" not in found.message("id") + found.message("en")
    assert [] == list(temporary_folder.iterdir())
    assert ("", "") == capfd.readouterr()


def test_a_picture_is_measured(samples, sandbox):
    """The report of a picture holds its size in pixels."""
    content = samples["sample_pictures"].saved("PNG")
    report = inspect_upload(io.BytesIO(content), file_name="a.png", sandbox=sandbox)

    assert ("image/png", 160, 120, None) == (report.content_type, report.width, report.height, report.pages)


def test_limits_hold_to_the_unit(samples, sandbox):
    """A file at a limit is accepted, one past it is refused."""
    picture = samples["sample_pictures"].saved("PNG")
    pixels = 160 * 120

    def judged(**limits):
        policy = UploadPolicy(**limits)
        return codes(inspect_upload(io.BytesIO(picture), file_name="a.png", policy=policy, sandbox=sandbox))

    assert set() == judged(max_pixels=pixels, max_bytes=len(picture))
    assert {"too-many-pixels"} == judged(max_pixels=pixels - 1)
    assert {"too-large"} == judged(max_bytes=len(picture) - 1)


def test_page_limit_holds_to_the_page(data, sandbox):
    """Six pages pass a limit of six and not one of five."""
    scan = data / "upload-scan-with-text-layer.pdf"

    assert inspect_upload(scan, file_name="a.pdf", policy=UploadPolicy(max_pages=6), sandbox=sandbox).accepted
    short = inspect_upload(scan, file_name="a.pdf", policy=UploadPolicy(max_pages=5), sandbox=sandbox)
    assert {"pdf-too-many-pages"} == codes(short)


def test_reading_stops_at_the_size_limit(sandbox):
    """An endless stream is cut off just past the limit."""

    class Endless(io.RawIOBase):
        taken = 0

        def readable(self):
            return True

        def read(self, size=-1):
            self.taken += size
            return b"x" * size

    source = Endless()
    report = inspect_upload(
        source, file_name="a.pdf", policy=UploadPolicy(max_bytes=1_000_000), sandbox=sandbox
    )

    assert ({"too-large"}, None) == (codes(report), report.sha256)
    assert source.taken < 2_000_000


def test_a_restricted_pdf_is_refused_where_the_policy_says_so(samples, sandbox):
    """A PDF that opens without a password is accepted with a note, unless an office wants none of them."""
    content = samples["sample_pdfs"].locked(user_password="", owner_password="owner")
    policy = UploadPolicy(allow_restricted_pdf=False)
    strict = inspect_upload(io.BytesIO(content), file_name="a.pdf", policy=policy, sandbox=sandbox)
    report = inspect_upload(io.BytesIO(content), file_name="a.pdf", sandbox=sandbox)

    assert (1, {"pdf-restricted-accepted"}, True) == (report.pages, codes(report), report.accepted)
    assert {"pdf-restricted"} == codes(strict)


def test_attachments_can_be_forbidden_altogether(samples, sandbox):
    """Without accepted names, also permit data inside a PDF refuses it."""
    content = samples["sample_pdfs"].with_attachment(b"permit.json", b"{}")
    policy = UploadPolicy(accepted_attachments=())
    report = inspect_upload(io.BytesIO(content), file_name="a.pdf", policy=policy, sandbox=sandbox)

    assert {"pdf-attachment"} == codes(report)


def test_a_stream_is_put_back_for_storing(data, sandbox):
    """After the inspection the same stream can be stored, from where it stood."""
    content = b"prefix" + (data / "upload-floor-plan.pdf").read_bytes()
    stream = io.BytesIO(content)
    stream.seek(6)
    report = check_upload(stream, file_name="a.pdf", sandbox=sandbox)

    assert 6 == stream.tell()
    assert hashlib.sha256(content[6:]).hexdigest() == report.sha256


def test_a_stream_that_cannot_seek_is_fine(data, sandbox):
    """Uploads may come from a pipe."""
    reading, writing = os.pipe()
    content = (data / "upload-floor-plan.pdf").read_bytes()

    def feed():
        with os.fdopen(writing, "wb") as file:
            file.write(content)

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reading, "rb") as file:
        report = inspect_upload(file, file_name="a.pdf", sandbox=sandbox)
    thread.join()

    assert report.accepted


def test_refusal_carries_every_reason(samples, sandbox):
    """`check_upload` raises with all findings, worded for people and without the file's name."""
    content = samples["sample_pdfs"].document(
        catalog=b"/AcroForm<</XFA[(a)4 0 R]>>/OpenAction<</S/JavaScript/JS(x)>>"
    )

    with pytest.raises(UploadRefusedError) as caught:
        check_upload(io.BytesIO(content), file_name="KTP Dewi Lestari.pdf", sandbox=sandbox)

    assert {"pdf-javascript", "pdf-xfa"} == {found.code for found in caught.value.findings}
    for language in ("id", "en"):
        message = caught.value.message(language)
        assert all(found.message(language) in message for found in caught.value.findings)
    assert "Dewi" not in str(caught.value) + repr(caught.value) + repr(caught.value.details())


def test_reports_do_not_show_the_name_when_logged(data, sandbox):
    """File names hold names of people, so ``repr`` leaves them out."""
    report = inspect_upload(data / "upload-floor-plan.pdf", file_name="KTP Dewi Lestari.pdf", sandbox=sandbox)

    assert "Dewi" not in repr(report)
    assert "KTP Dewi Lestari.pdf" == report.file_name == report.display_name == report.summary("en")["file"]


@pytest.mark.parametrize("name", ["absent", "", "/dev/null", "a\0b"])
def test_a_path_that_is_no_file_is_a_typed_error(tmp_path, name, sandbox):
    """A missing file, a folder, a device and an impossible name are told apart from a refused file."""
    with pytest.raises(UploadUnreadableError):
        inspect_upload(
            f"{tmp_path}/{name}" if name != "/dev/null" else name, file_name="a.pdf", sandbox=sandbox
        )


def test_a_pipe_does_not_hang(tmp_path, sandbox):
    """A named pipe is refused at once instead of waiting for somebody to write."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UploadUnreadableError):
        inspect_upload(tmp_path / "pipe", file_name="a.pdf", sandbox=sandbox)


@pytest.mark.parametrize("name", ["application/zip", "text/html", "nonsense", ""])
def test_a_policy_names_only_what_can_be_inspected(name):
    """A requirement cannot accept a kind of file that nobody here can judge."""
    with raises_code("unknown-content-type") as caught:
        UploadPolicy(accepted_types={name})

    assert name == caught.value.content_type


@attrs.define
class Recorder:
    """A scanner that answers with what it is given."""

    name: str
    answer: list
    seen: list = attrs.field(factory=list)

    def scan(self, path: Path, report):
        """Note the call."""
        self.seen.append((path.read_bytes(), report.sha256))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


VIRUS = Finding("virus", Severity.REFUSE, "The file contains the virus {virus}.", {"virus": "Eicar"})
NOTE = Finding("seen", Severity.NOTE, "Seen.")


def test_scanners_add_findings_until_one_refuses(data, sandbox):
    """Further checks see the file and the report, and the first refusal ends the row."""
    first, second, third = Recorder("a", [NOTE]), Recorder("b", [VIRUS]), Recorder("c", [])
    path = data / "upload-floor-plan.pdf"
    report = inspect_upload(path, file_name="a.pdf", scanners=[first, second, third], sandbox=sandbox)

    assert (VIRUS, NOTE) == report.findings
    assert "The file contains the virus Eicar." == report.findings[0].message("en")
    assert [(path.read_bytes(), report.sha256)] == first.seen == second.seen
    assert [] == third.seen


def test_scanners_see_streams_as_files_that_go_away(data, sandbox, temporary_folder):
    """A scanner gets a path also when the upload came as a stream, and nothing stays behind."""
    content = (data / "upload-floor-plan.pdf").read_bytes()
    scanner = Recorder("a", [])
    inspect_upload(io.BytesIO(content), file_name="a.pdf", scanners=[scanner], sandbox=sandbox)

    assert content == scanner.seen[0][0]
    assert [] == list(temporary_folder.iterdir())


def test_no_room_for_a_copy_is_a_typed_error(data, sandbox, temporary_folder):
    """When the disk for temporary files is full, the upload is not accepted and nothing stays behind."""
    content = (data / "upload-scan-with-text-layer.pdf").read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        for scanners in ([], [Recorder("a", [])]):
            with pytest.raises(InspectionUnavailableError):
                inspect_upload(io.BytesIO(content), file_name="a.pdf", scanners=scanners, sandbox=sandbox)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert [] == list(temporary_folder.iterdir())


def test_a_refused_file_is_not_shown_to_scanners(data, sandbox):
    """What our own inspection refuses costs no further work."""
    scanner = Recorder("a", [])
    inspect_upload(data / "made-attachment.pdf", file_name="a.pdf", scanners=[scanner], sandbox=sandbox)

    assert [] == scanner.seen


def test_a_scanner_that_fails_refuses_the_file(data, sandbox, caplog):
    """No answer is not a good answer."""
    scanner = Recorder("clamav", RuntimeError("no connection"))
    report = inspect_upload(
        data / "upload-floor-plan.pdf", file_name="KTP Dewi.pdf", scanners=[scanner], sandbox=sandbox
    )

    assert {"scanner-failed"} == codes(report)
    assert "clamav" in caplog.text
    assert "Dewi" not in caplog.text


def test_a_file_that_changes_meanwhile_is_refused(tmp_path, data, sandbox):
    """What was inspected must be what is stored."""
    path = tmp_path / "upload"
    path.write_bytes((data / "upload-floor-plan.pdf").read_bytes())

    @attrs.define
    class Writer:
        name: str = "writer"

        def scan(self, path, _report):
            with path.open("ab") as file:
                file.write(b"more")
            return ()

    report = inspect_upload(path, file_name="a.pdf", scanners=[Writer()], sandbox=sandbox)

    assert {"changed-while-read"} == codes(report)


def test_a_hundred_megabytes_cost_little_memory(tmp_path, samples, sandbox, peak_memory):
    """The asking process holds small pieces of a 100 MB upload, whether it comes as a path or as a stream."""
    photograph = os.urandom(1024) * 1024
    pieces = [samples["sample_pdfs"].stream(photograph) for _ in range(100)]
    large = samples["sample_pdfs"].document(
        **{f"o{number}": piece for number, piece in enumerate(pieces, 10)}
    )
    del pieces
    path = tmp_path / "large.pdf"
    path.write_bytes(large)
    size = len(large)
    del large
    policy = UploadPolicy(max_bytes=200 * 1024 * 1024)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with peak_memory() as peak, path.open("rb") as stream:
        by_path = inspect_upload(path, file_name="a.pdf", policy=policy, sandbox=sandbox)
        by_stream = inspect_upload(stream, file_name="a.pdf", policy=policy, sandbox=sandbox)

    assert size > 100 * 1024 * 1024
    assert by_path == by_stream
    assert (set(), 1, size) == (codes(by_path), by_path.pages, by_path.size)
    assert peak.bytes < 4 * 1024 * 1024
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) * (
        1 if sys.platform == "darwin" else 1024
    )
    assert grown < 20 * 1024 * 1024


def test_many_uploads_at_once_each_get_their_own_answer(data, sandbox):
    """Threads that share the pool do not mix up their files."""
    names = list(REAL) * 6

    def judge(name):
        report = inspect_upload(data / name, file_name=name, sandbox=sandbox)
        return report.pages, codes(report), report.file_name

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(judge, names))

    assert [(*REAL[name], name) for name in names] == answers


def test_sizes_and_kinds_are_worded_in_both_languages():
    """Numbers and kinds of files read as people write them."""
    large = finding("too-large", limit_bytes=2_500_000)
    kind = finding("type-not-accepted", type="image/gif", types=["application/pdf", "image/jpeg"])

    assert "larger than 2.5 MB." in large.message("en")
    assert "2,5 MB" in large.message("id")
    assert "GIF picture" in kind.message("en")
    assert "gambar GIF" in kind.message("id")
    assert "150.000.000" in finding("too-many-pixels", limit=150_000_000).message("id")
    assert "1 byte)" in finding("trailing-data", extra_bytes=1).message("en")
    assert "500 bytes)" in finding("trailing-data", extra_bytes=500).message("en")

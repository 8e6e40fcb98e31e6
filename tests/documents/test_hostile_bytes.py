"""Bytes that nobody thought of: no crash, no hang, no trace, no acceptance by accident."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core.documents import DEFAULT_ACCEPTED, UploadPolicy, inspect_upload
from perizinan_core.documents._content_types import OFFICE_TYPES

POLICY = UploadPolicy(accepted_types=DEFAULT_ACCEPTED | OFFICE_TYPES)
FAILURES = {"inspection-failed", "time-limit", "memory-limit"}
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

positions = st.floats(0, 1, exclude_max=True)
numbers = st.sampled_from([b"0", b"-1", b"2147483648", b"9" * 30, b"1e9", b"65536"])
changes = st.one_of(
    st.tuples(st.just("flip"), positions, st.integers(0, 7)),
    st.tuples(st.just("cut"), positions, st.integers(1, 200)),
    st.tuples(st.just("insert"), positions, st.binary(min_size=1, max_size=30) | numbers),
    st.tuples(st.just("copy"), positions, positions),
    st.tuples(st.just("end"), positions, st.none()),
)


def mutated(content, steps):
    """Return the content after all changes."""
    out = bytearray(content)
    for kind, where, detail in steps:
        at = int(where * len(out))
        if not out:
            break
        if kind == "flip":
            out[at] ^= 1 << detail
        elif kind == "cut":
            del out[at : at + detail]
        elif kind == "insert":
            out[at:at] = detail
        elif kind == "copy":
            source = int(detail * len(out))
            out[at:at] = out[source : source + 100]
        else:
            del out[at:]
    return bytes(out)


@pytest.fixture(scope="session")
def seeds(data, samples):
    """Return real and made files of every kind."""
    pictures, office, pdfs = samples["sample_pictures"], samples["sample_office"], samples["sample_pdfs"]
    made = [
        pictures.saved("JPEG"),
        pictures.saved("PNG"),
        pictures.saved("WEBP"),
        pictures.heic(),
        office.docx(),
        office.xlsx(),
        office.odf(office.ODT),
        pdfs.document(),
        pdfs.compact_document({}),
        pdfs.with_attachment(b"permit.json", b"{}"),
        pdfs.locked(user_password="", owner_password="o"),
    ]
    return made + [path.read_bytes() for path in sorted(data.glob("*.pdf")) if path.stat().st_size < 100_000]


@RELAXED
@given(choice=st.integers(0, 1000), steps=st.lists(changes, min_size=1, max_size=12))
def test_changed_files_get_a_plain_answer(seeds, sandbox, temporary_folder, choice, steps):
    """A real file with anything done to it is accepted or refused for a reason that we foresaw."""
    content = mutated(seeds[choice % len(seeds)], steps)
    report = inspect_upload(io.BytesIO(content), file_name="a.pdf", policy=POLICY, sandbox=sandbox)

    assert not FAILURES & {found.code for found in report.findings}
    assert report.accepted or report.refusals
    assert [] == list(temporary_folder.iterdir())


@RELAXED
@given(
    beginning=st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04", b"RIFF", b"<svg"]),
    rest=st.binary(),
)
def test_random_bytes_are_never_accepted(sandbox, temporary_folder, beginning, rest):
    """Noise, also noise with an honest beginning, is refused."""
    report = inspect_upload(io.BytesIO(beginning + rest), file_name="a.pdf", policy=POLICY, sandbox=sandbox)

    assert not report.accepted
    assert not FAILURES & {found.code for found in report.findings}
    assert [] == list(temporary_folder.iterdir())

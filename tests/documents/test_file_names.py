"""Names that people give their files: kept, shown back safely, never opened."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.documents import display_name, inspect_upload
from perizinan_core.documents._content_types import type_for_name
from perizinan_core.documents._names import MAX_DISPLAY_CHARACTERS

HONEST = [
    "Surat Keterangan – Pak Jokó.pdf",
    "ꦱꦸꦫꦠ꧀ꦏꦠꦿꦔꦤ꧀.pdf",
    "ᬲᬸᬭᬢ᭄.pdf",
    "رخصة البناء.pdf",
    "👩‍👩‍👧 keluarga.jpg",
    "../../etc/passwd",
    "CON",
    "NUL.pdf",
    "C:\\Users\\a\\b.pdf",
    "a/b\\c:d*e?.pdf",
    ".htaccess",
    "'; DROP TABLE permits; --.pdf",
    "<script>alert(1)</script>.pdf",
]
ANY_TEXT = st.text(st.characters(), max_size=400)


@pytest.mark.parametrize("name", HONEST)
def test_honest_names_are_shown_as_they_are(name):
    """Accents, scripts, emoji and even paths are text like any other."""
    assert name == display_name(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb.pdf", "a�b.pdf"),
        ("surat\u202efdp.exe", "surat�fdp.exe"),
        ("\x1b[2Ja.pdf", "�[2Ja.pdf"),
        ("a\u2066b\u2069.pdf", "a�b�.pdf"),
        ("a\ud800.pdf", "a�.pdf"),
        ("\ufeffa.pdf", "�a.pdf"),
        ("a\0.pdf", "a�.pdf"),
        ("a\u2028b", "a�b"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 6),
        ("", "–"),
        ("   ", "–"),
        ("x" * 300 + ".pdf", "x" * 95 + "…" + "x" * 20 + ".pdf"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(name, shown):
    """Controls, turned text, broken characters and piles of marks do not reach a page or terminal."""
    assert shown == display_name(name)


@given(ANY_TEXT, st.integers(8, 200))
def test_any_name_is_safe_to_show(name, limit):
    """Whatever a name holds, what is shown is one visible line of limited length, and showing it again is the same."""
    shown = display_name(name, limit=limit)

    assert 0 < len(shown) <= limit
    for character in shown:
        joiner = character in "\u200d\u200c"
        assert joiner or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert shown == display_name(shown, limit=limit)
    assert MAX_DISPLAY_CHARACTERS >= len(display_name(name))


@pytest.mark.parametrize("name", [*HONEST, "x" * 300, "\x1b]0;a\x07", "\ud800.pdf", "", ".", "a\0b"])
def test_no_name_is_ever_a_path(name, sandbox, tmp_path, monkeypatch, data):
    """Any name is kept as it came in the report, and nothing is opened or made because of it."""
    monkeypatch.chdir(tmp_path)
    content = (data / "upload-floor-plan.pdf").read_bytes()
    report = inspect_upload(io.BytesIO(content), file_name=name, sandbox=sandbox)

    assert name == report.file_name
    assert report.accepted
    assert [] == list(tmp_path.iterdir())


@given(ANY_TEXT)
def test_any_name_promises_some_kind_or_none(name):
    """The ending of a name is compared, and never trips anything."""
    assert type_for_name(name) is None or "/" in type_for_name(name)
    assert "application/pdf" == type_for_name(name + "x.PDF")

"""The client of the tus protocol that the browser gets is the one that the note beside it describes."""

from __future__ import annotations

import hashlib

from perizinan_portal._kit._rendering import STATIC

BUILT = "a7573881d1a1db2b34de0e992db9eefa6b9f1f46887f808268773be19ce6d9a1"
"""SHA-256 of tus.js as its note says how to make it; another version changes both, and this."""


def test_the_client_is_what_its_note_says():
    """Nothing was changed in it by hand, and each licence stands beside it."""
    note = (STATIC / "tus.txt").read_text(encoding="utf-8")

    assert BUILT == hashlib.sha256((STATIC / "tus.js").read_bytes()).hexdigest()
    for name in ("tus-js-client", "url-parse", "querystringify", "requires-port", "js-base64"):
        assert f"---- {name}\n" in note
    assert 5 <= note.count("WITHOUT WARRANTY OF ANY KIND") + note.count("PROVIDED BY THE COPYRIGHT HOLDERS")


def test_the_client_is_loaded_only_when_a_file_was_chosen(applicant, portal):
    """It weighs more than the page."""
    from perizinan_core.testing import sample_applicant

    actor = portal.actor("sekar")
    draft = portal.office.office.applications.start("warung", applicant=sample_applicant(), actor=actor).id
    html = applicant.open(f"/permohonan/{draft}/berkas").html

    assert "uploads.js" in html
    assert 'data-client="/aset/tus.js' in html
    assert '<script type="module" src="/aset/tus.js' not in html

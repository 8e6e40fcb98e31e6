"""``perizinan bsre``: what a person does about codes and seals."""

from __future__ import annotations

import contextlib
import io

import pytest

from perizinan_core.cli import main
from perizinan_core.testing import MORNING
from perizinan_core.verification.signatures import verify_signatures


@pytest.fixture
def office(service, tmp_path, monkeypatch, letter):
    """Return a function that runs a command in the folder of an office."""
    monkeypatch.setenv("BSRE_USER", service.user)
    monkeypatch.setenv("BSRE_PASSWORD", service.password)
    monkeypatch.setenv("NIK_KEPALA", service.nik)
    monkeypatch.setenv("PERIZINAN_LANGUAGE", "id")
    monkeypatch.chdir(tmp_path)
    service.mailbox = tmp_path
    (tmp_path / "pengumuman.pdf").write_bytes(letter)
    (tmp_path / "perizinan.toml").write_text(
        '[office]\nauthority = "kota-blitar"\n[storage]\ndatabase = "sqlite:///catatan.sqlite3"\n'
        '[signing.signers]\nkepala-dpmptsp = "bsre:env:NIK_KEPALA"\n'
        f'[plugin.bsre]\naddress = "{service.address}"\nsubscriber = "{service.subscriber}"\n'
        'user = "env:BSRE_USER"\npassword = "env:BSRE_PASSWORD"\nauthorisation = "totp"\n'
    )

    def run(*words, code=0):
        said = io.StringIO()
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            pytest.raises(SystemExit) as ended,
        ):
            main(words)
        assert code == ended.value.code, said.getvalue()
        return said.getvalue()

    return run


def test_a_document_is_sealed_from_the_first_activation_to_its_end(office, service, tmp_path):
    """Activate, seal, refresh into the file, seal again, revoke; each says what it did."""
    code = ("--code-file", f"kode-{service.subscriber}.txt")

    assert "mengirim kode aktivasi kepada penanggung jawab segel" in office("bsre", "activate")
    said = office("bsre", "seal", "pengumuman.pdf", "--reason", "Salinan", *code)
    assert "Disegel oleh Segel Kota Contoh (PENGEMBANGAN): pengumuman-segel.pdf\n" == said
    report = verify_signatures(
        (tmp_path / "pengumuman-segel.pdf").read_bytes(), roots=service.stamps.roots, at=MORNING
    )
    assert "valid" == report.verdict.value
    former = (tmp_path / code[1]).read_text()
    assert "berlaku sampai: 2026-" in office("bsre", "refresh", *code)
    assert former != (tmp_path / code[1]).read_text()
    assert 0o600 == (tmp_path / code[1]).stat().st_mode & 0o777
    assert "Disegel" in office("bsre", "seal", "pengumuman.pdf", "--out", "dua.pdf", *code)
    assert "Aktivasi segel sudah berakhir" in office("bsre", "revoke", *code)
    assert "tidak menerima kode" in office(
        "bsre", "seal", "pengumuman.pdf", "--out", "tiga.pdf", *code, code=1
    )
    assert not (tmp_path / "tiga.pdf").exists()
    assert not list(tmp_path.glob("*.sealing"))


def test_a_document_that_may_be_sealed_is_not_sealed_again(office, service, tmp_path):
    """The mark stays, also through a crash, until a person has looked; a file that is there is kept."""
    code = ("--code-file", f"kode-{service.subscriber}.txt")
    office("bsre", "activate")
    with service.ruled(lambda call: (503, b"", {}) if call.is_signing else None):
        assert "Belum diketahui" in office("bsre", "seal", "pengumuman.pdf", *code, code=1)
    assert "hapus pengumuman.pdf.sealing" in office("bsre", "seal", "pengumuman.pdf", *code, code=1)
    assert 1 == service.asked
    (tmp_path / "pengumuman.pdf.sealing").unlink()
    office("bsre", "seal", "pengumuman.pdf", *code)
    assert "sudah ada" in office("bsre", "seal", "pengumuman.pdf", *code, code=1)
    assert 2 == service.asked


def test_an_office_without_a_code_is_asked_for_it(office):
    """Without a terminal the sentence says what is missing."""
    assert "kode aktivasi segel" in office("bsre", "seal", "pengumuman.pdf", code=1)


def test_an_operator_looks_at_an_officer_and_has_a_code_sent(office, service, tmp_path):
    """By position, without the NIK on the command line."""
    office("migrate")

    assert "kepala-dpmptsp: ISSUE\n" == office("bsre", "status", "kepala-dpmptsp")
    service.status = "EXPIRED"
    assert "kepala-dpmptsp: EXPIRED\n" == office("bsre", "status", "kepala-dpmptsp", code=1)
    assert "kode untuk 3 surat" in office("bsre", "send-code", "kepala-dpmptsp", "--files", "3")
    assert 6 == len((tmp_path / f"kode-{service.nik}.txt").read_text().strip())
    assert "bsre:env:NAMA" in office("bsre", "status", "sekretaris", code=1)

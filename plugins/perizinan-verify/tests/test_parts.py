"""The parts by themselves: authority documents, status lists, names, settings, plugin, command, sentences."""

from __future__ import annotations

import importlib.metadata
import logging
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import attrs
import httpx
import perizinan_verify
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st
from perizinan_verify import _plugin as plugin
from perizinan_verify import create_app
from perizinan_verify._authorities import Authorities
from perizinan_verify._bodies import clean_name
from perizinan_verify._headlines import QR_STATES
from perizinan_verify._presentation import STATES, status_text
from perizinan_verify._sentences import say

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.hooks import PluginManager
from perizinan_core.model import PermitStatus
from perizinan_core.published import (
    read_authority_document,
    sign_authority_document,
    signing_callback,
    thumbprint,
)
from perizinan_core.testing import HOST, sample_office

HOME = Path(perizinan_verify.__file__).parent


@pytest.fixture
def signed(kit):
    """Sign versions of the office's authority document with one key."""
    key = ed25519.Ed25519PrivateKey.generate()
    base = attrs.evolve(
        read_authority_document(kit.office.publication.authority_json()), keys=(key.public_key(),)
    )

    def sign(**changes):
        document = attrs.evolve(base, **changes)
        return sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))

    sign.fingerprint = thumbprint(key.public_key())
    return sign


def _later(authorities: Authorities):
    for item in authorities._sources:
        item._next = 0.0
    return authorities.current()[0].document.version


def test_changed_document_is_taken_over(signed, tmp_path):
    """A newer file under the same path counts from the next look on."""
    path = tmp_path / "authority.json"
    path.write_bytes(signed(version=3))
    authorities = Authorities([path])
    before = authorities.generation
    path.write_bytes(signed(version=4))

    assert 4 == _later(authorities)
    assert before < authorities.generation


def test_bad_documents_change_nothing(signed, tmp_path, caplog):
    """Damaged, missing, older, of another office, by another key: the one in use stays, and the log says so."""
    path = tmp_path / "authority.json"
    path.write_bytes(signed(version=3))
    authorities = Authorities([path], key=signed.fingerprint)
    other = ed25519.Ed25519PrivateKey.generate()
    foreign = attrs.evolve(read_authority_document(signed(version=9)), keys=(other.public_key(),))
    for data in (
        b"{",
        None,
        signed(version=2),
        signed(version=5, slug="lain"),
        sign_authority_document(foreign, key=other.public_key(), sign=signing_callback(other)),
    ):
        path.unlink() if data is None else path.write_bytes(data)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="perizinan_verify"):
            version = _later(authorities)

        assert 3 == version
        assert "stays as it was" in caplog.text


def test_documents_are_checked_at_the_start(signed):
    """Nothing usable, the wrong key, one office twice: no page is started."""
    with pytest.raises(AuthorityDocumentError):
        create_app(b"{}")
    with pytest.raises(AuthorityDocumentError):
        create_app(signed(), authority_key="x" * 43)
    with pytest.raises(ValueError, match="different offices"):
        create_app([signed(), signed()])
    with pytest.raises(ValueError, match="status sources"):
        create_app(signed(), status={"lain": Path("x")})


def test_published_status_list_is_followed(make_app, call, tmp_path):
    """A missing list leaves permits undecided; one that appears, changes or grows old counts without a restart."""
    office = sample_office(publication=PublicationSettings(folder=str(tmp_path)))
    permit = office.permit()
    with office.office.permits.open_pdf(permit.id, actor=HOST) as file:
        data = file.read()
    lists = office.office.publication.status_lists
    lists.file.unlink(missing_ok=True)
    app = make_app(
        authority=office.office.publication.authority_json(), status=lists.file, clock=office.clock
    )

    def verdict():
        answer = call(
            app, "POST", "/api/verify", content=data, headers={"Content-Type": "application/pdf"}
        ).json()
        return answer["verdict"], answer["status"]["state"]

    missing = verdict()
    lists.publish()
    found = verdict()
    head = office.officer("pimpinan")
    office.office.permits.revoke(permit.id, reason="Melanggar", legal_basis="Perwali 1/2025", actor=head)
    office.clock.forward(days=1)
    lists.publish()
    revoked = verdict()
    office.clock.forward(days=30)
    old = verdict()
    office.office.close()

    assert ("indeterminate", "unknown") == missing
    assert ("valid", "in_force") == found
    assert ("not_in_force", "revoked") == revoked
    assert "indeterminate" == old[0]


@given(st.text(max_size=400))
def test_cleaned_names_are_short_visible_and_without_folders(name):
    """Whatever a sender calls the file."""
    shown = clean_name(name)

    assert 1 <= len(shown) <= 120
    assert shown.isprintable()
    assert not set("/\\\r\n\0") & set(shown)
    assert shown == clean_name(shown)


def test_every_status_has_its_words():
    """What a permit can be, the page can say."""
    assert {item.value for item in PermitStatus} | {"unknown", "not_checked"} == set(STATES)
    ends = set(PermitStatus) - {PermitStatus.AWAITING_SIGNATURE}
    assert {item.value for item in ends} <= set(QR_STATES)


def test_the_source_of_a_status_is_named_in_the_language_of_the_page(app, call, pdf):
    """The library's own are translated, another one's name stays as it is."""
    status = {"state": "in_force", "since": None, "as_of": None}
    shown = [status_text({**status, "source": name}, "WIB", "id") for name in ("status list", "buku {besar}")]
    page = call(app, "POST", "/?lang=id", files={"file": ("izin.pdf", pdf, "application/pdf")})

    assert ["berlaku (daftar status)", "berlaku (buku {besar})"] == shown
    assert "in force (status list)" == status_text({**status, "source": "status list"}, "WIB", "en")
    assert "catatan instansi" in page.text


def test_every_sentence_has_its_translation():
    """Code, templates and catalogue hold the same sentences, and placeholders survive translation."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
    keywords = {"N_": None, "_": None}
    used = {found[2] for found in extract_from_dir(HOME, methods, keywords=keywords)}
    with (HOME / "locale/id/LC_MESSAGES/verify.po").open("rb") as file:
        known = {item.id: item.string for item in read_po(file) if item.id}

    assert used == set(known)
    for sentence, translated in known.items():
        assert translated == say(sentence, "id")
        assert sorted(re.findall(r"{\w+}", sentence)) == sorted(re.findall(r"{\w+}", translated))


def test_entry_point_names_the_plugin():
    """Installed alone, the plugin is found under the group of perizinan-core."""
    (entry,) = importlib.metadata.entry_points(group="perizinan_core.plugins", name="verify")

    assert plugin is entry.load()
    assert 1 == plugin.perizinan_api


def test_plugin_is_light_until_it_is_used():
    """Importing and registering load neither the web framework nor the page."""
    code = (
        "import sys, perizinan_verify._plugin as p; p.register_frontends(); p.register_cli_commands(); "
        "print([name for name in ('starlette', 'uvicorn', 'jinja2', 'perizinan_verify._app') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_manager_gathers_frontend_and_command():
    """Both hooks give one record each, and the command can be loaded."""
    manager = PluginManager(builtin=object(), discover=False, extra=[("verify", plugin)])
    (frontend,) = manager.gather("register_frontends")
    (command,) = manager.gather("register_cli_commands")

    assert "verify" == frontend.record.name
    assert "verify-serve" == command.record.load().name


def _start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "perizinan_core.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline()


def test_command_serves_the_page_and_ends_cleanly(signed, tmp_path, pdf):
    """It says where the page is, judges a file, and leaves no process behind."""
    path = tmp_path / "authority.json"
    path.write_bytes(signed())
    port = _free_port()
    process, line = _start("verify-serve", "--authority", str(path), "--port", str(port), "--no-status")
    address = f"http://127.0.0.1:{port}"
    try:
        assert address in line
        for _ in range(200):
            try:
                health = httpx.get(f"{address}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        answer = httpx.post(f"{address}/api/verify", files={"file": ("a.pdf", pdf, "application/pdf")}).json()
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)

    assert 200 == health.status_code
    assert answer["verdict"] in {"valid", "not_in_force", "indeterminate"}
    assert "not_checked" == (answer["status"] or {"state": "not_checked"})["state"]
    assert ("", "Dihentikan.") == (rest[0], rest[1].strip())


def test_command_refuses_what_cannot_work(signed, tmp_path):
    """Exit code 2 and a sentence: no document, contradictions, one office twice."""
    good, bad = tmp_path / "a.json", tmp_path / "b.json"
    good.write_bytes(signed())
    bad.write_bytes(b"{}")
    for arguments in (
        ("--authority", str(bad)),
        ("--authority", str(good), "--status", "x", "--no-status"),
        ("--authority", str(good), "--authority", str(good)),
        ("--authority", str(good), "--authority", str(good), "--status", "x"),
    ):
        done = CliRunner().invoke(plugin.load_command(), arguments, obj={"language": "id"})

        assert 2 == done.exit_code
        assert done.output.splitlines()[-1].startswith(("Error: ", "Kesalahan: "))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_expired_document_leaves_codes_undecided(make_app, call, kit, qr_text):
    """A page whose authority document has ended must not call anything valid."""
    app = make_app(clock=lambda: kit.clock() + timedelta(days=1000), status=None)
    answer = call(
        app, "POST", "/api/verify-qr", content=qr_text.encode(), headers={"Content-Type": "text/plain"}
    ).json()

    assert "valid" != answer["verdict"]
    assert "authority-document-expired" in [item["code"] for item in answer["reasons"]]

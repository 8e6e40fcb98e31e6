"""An upload that is under way when the portal is stopped: it continues after the next start, and the hash is right."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import random
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib

import httpx
from perizinan_portal._app import portal_services
from perizinan_portal._settings import PortalSettings
from perizinan_portal._store import AccountKind, Level

from perizinan_core import Actor, ActorKind, Office
from perizinan_core.testing import sample_applicant

PATIENCE = 60
SETTINGS = """
[office]
authority = "kota-blitar"
[storage]
database = "sqlite:///{folder}/office.sqlite3"
[signing]
development = true
[plugins]
frontend = "portal"
[plugin.portal]
address = "http://127.0.0.1:8000"
second_factor = false
"""


def perizinan(folder, *words):
    """Return the command line."""
    return [sys.executable, "-m", "perizinan_core.cli", "--settings", str(folder / "perizinan.toml"), *words]


@contextlib.contextmanager
def serving(folder):
    """Serve the office in a process of its own; yield the port and the process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        perizinan(folder, "serve", "--port", str(port), "--no-worker"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        yield port, process
    finally:
        process.kill()
        process.wait(PATIENCE)


def picture(side=600):
    """Return a picture that cannot be compressed, of a megabyte."""
    dots = random.Random(5)
    raw = b"".join(b"\0" + dots.randbytes(3 * side) for _ in range(side))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(raw, 0)) + chunk(b"IEND", b"")


def prepared(folder):
    """Make an office with an applicant who is logged in and has a draft; return cookie, token, draft and place."""
    (folder / "perizinan.toml").write_text(SETTINGS.format(folder=folder))
    subprocess.run(perizinan(folder, "migrate"), check=True, capture_output=True)
    with Office.open(folder / "perizinan.toml") as office:
        services = portal_services(office, PortalSettings(second_factor=False))
        account = services.store.accounts.add(
            AccountKind.PUBLIC, now=services.now, email="a@surat.example.org"
        )
        token = services.store.sessions.begin(account.id, level=Level.FULL, now=services.now)
        secret = services.store.sessions.find(token).form_secret
        actor = Actor(id=account.id, kind=ActorKind.APPLICANT)
        for kind in office.permit_types(only_open=True):
            with contextlib.suppress(Exception):
                draft = office.applications.start(kind.code, applicant=sample_applicant(), actor=actor)
                slots = office.applications.slots(draft.id, actor=actor)
                fitting = [one for one in slots if "image/png" in one.policy.accepted_types]
                if fitting:
                    return token, secret, draft.id, fitting[0].terms.key, actor
    raise AssertionError("no permit type takes a picture")


def test_an_upload_that_sigterm_met_continues_after_the_next_start(tmp_path):
    """The process ends at once and with 0; what had arrived is there, and the whole file has the right hash."""
    token, secret, draft, slot, actor = prepared(tmp_path)
    data = picture()
    usual = {"tus-resumable": "1.0.0", "x-form-token": secret, "cookie": f"perizinan_session={token}"}
    kind = {"content-type": "application/offset+octet-stream"}
    digest = hashlib.sha256(data).hexdigest()
    with serving(tmp_path) as (port, process):
        said = f"filename {base64.b64encode(b'ktp.png').decode()},sha256 {base64.b64encode(digest.encode()).decode()}"
        begun = httpx.post(
            f"http://127.0.0.1:{port}/permohonan/{draft}/unggahan/{slot}",
            headers={**usual, "upload-length": str(len(data)), "upload-metadata": said},
            timeout=30,
        )
        assert 201 == begun.status_code
        place = begun.headers["location"]
        lines = {
            **usual,
            **kind,
            "host": f"127.0.0.1:{port}",
            "upload-offset": "0",
            "content-length": str(len(data)),
        }
        head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
        with socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(head.encode() + data[:300_000])
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            answer = half.recv(65536)
        process.wait(20)
        assert (0, True) == (process.returncode, answer.startswith(b"HTTP/1.1 503"))

    with serving(tmp_path) as (port, _process):
        address = f"http://127.0.0.1:{port}{place}"
        there = int(httpx.head(address, headers=usual, timeout=30).headers["upload-offset"])
        assert 300_000 == there
        done = httpx.patch(
            address, headers={**usual, **kind, "upload-offset": str(there)}, content=data[there:], timeout=60
        )
        assert (204, "stored") == (done.status_code, done.headers["perizinan-state"])
    with Office.open(tmp_path / "perizinan.toml") as office:
        (paper,) = office.applications.get(draft, actor=actor).current_documents()
    assert digest == paper.sha256

"""A service that speaks both generations, and really signs; it can fail in every way that was seen."""

from __future__ import annotations

import base64
import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs
import pytest
from perizinan_bsre import BsreSettings, BsreSigner, Esign, Generation

from perizinan_core.hooks import Secret
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import TimestampClient
from perizinan_core.testing import MORNING, OlderFormSigner, PkiServer, SettableClock

NIK = "9900000101800001"
OTHER_NIK = "9900000101800002"
PASSPHRASE = "frasa-sandi-uji-2026"


class Service(ThreadingHTTPServer):
    """One Esign Client Service; `rule` may answer a call in its place."""

    daemon_threads = True

    def __init__(self, pki: PkiServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pki = pki
        self.keys = {NIK: pki.issue("Kepala").signer(), OTHER_NIK: pki.issue("Sekretaris").signer()}
        self.stamps = TimestampClient(url=pki.tsa_url, roots=pki.roots)
        self.status: object = "ISSUE"
        self.rule = None
        self.calls: list[str] = []
        self.kept: dict[str, bytes] = {}

    @property
    def asked(self) -> int:
        return sum("/sign/pdf" in call for call in self.calls)

    def settings(self, generation=Generation.V2, **changes) -> BsreSettings:
        given = {
            "address": f"http://127.0.0.1:{self.server_port}",
            "user": Secret(b"aplikasi"),
            "password": Secret(b"kata-sandi-aplikasi"),
            "generation": generation,
            "seconds": 20.0,
        }
        return BsreSettings(**{**given, **changes})

    def signer(self, generation=Generation.V2, secret=PASSPHRASE, nik=NIK, **changes) -> BsreSigner:
        return BsreSigner(Esign(self.settings(generation, **changes)), nik, secret)

    @contextmanager
    def ruled(self, rule):
        self.rule = rule
        try:
            yield
        finally:
            self.rule = None

    def signed(self, pdf: bytes, nik: str = NIK, generation=Generation.V2) -> bytes:
        """Sign as the generation does: the first makes the older form, with a timestamp and without long-term data."""
        request = SigningRequest(signed_at=self.pki.clock())
        if generation is Generation.V1:
            return OlderFormSigner(self.keys[nik], self.stamps).sign(pdf, request)
        return sign_pdf(pdf, self.keys[nik], request, timestamps=self.stamps)


@attrs.frozen
class Call:
    """A call as it came."""

    method: str
    path: str
    body: bytes
    handler: BaseHTTPRequestHandler

    @property
    def is_signing(self) -> bool:
        return "/sign/pdf" in self.path

    @property
    def pdf(self) -> bytes:
        if self.path.startswith("/api/v2"):
            return base64.b64decode(json.loads(self.body)["file"][0])
        start = self.body.index(b"%PDF-")
        return self.body[start : self.body.rindex(b"\r\n--")]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def log_message(self, *_):
        """Say nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call(self.command, self.path, body, self)
        self.server.calls.append(self.path)
        expected = "Basic " + base64.b64encode(b"aplikasi:kata-sandi-aplikasi").decode()
        if self.headers.get("Authorization") != expected:
            self.answer(401, b"", {})
            return
        ruled = self.server.rule(call) if self.server.rule else None
        if ruled is None:
            ruled = self._usual(call)
        if ruled != "said":
            self.answer(*ruled)

    def _usual(self, call: Call):
        if "/status" in call.path:
            return (
                200,
                json.dumps({"status_code": "1111", "message": "-", "status": self.server.status}).encode(),
                {},
            )
        if "/download/" in call.path:
            content = self.server.kept.pop(call.path.rpartition("/")[2], None)
            if content is None:
                return 400, b'{"error":"Dokumen telah didownload sebelumnya","status_code":400}', {}
            return 200, content, {}
        if PASSPHRASE.encode() not in call.body:
            return 400, b'{"error":"Passphrase anda salah","status_code":2031}', {}
        nik = OTHER_NIK if OTHER_NIK.encode() in call.body else NIK
        generation = Generation.V2 if call.path.startswith("/api/v2") else Generation.V1
        signed = self.server.signed(call.pdf, nik, generation)
        if call.path.startswith("/api/v2"):
            file = base64.b64encode(signed).decode()
            return 200, json.dumps({"time": int(time.time() * 1000), "file": [file]}).encode(), {}
        return 200, signed, {"id_dokumen": "a1b2c3", "signing_time": datetime.now(UTC).isoformat()}

    def answer(self, status: int, content: bytes, headers) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _handle  # noqa: N815 - what http.server looks for


@pytest.fixture(scope="session")
def running():
    with PkiServer.running(SettableClock(MORNING)) as pki:
        server = Service(pki)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
        server.server_close()


@pytest.fixture
def service(running):
    running.calls.clear()
    running.kept.clear()
    running.status, running.rule = "ISSUE", None
    running.pki.clock.moment = MORNING
    return running


@pytest.fixture(scope="session")
def letter():
    """Return an unsigned letter."""
    from perizinan_core.rendering import TypstRenderer
    from perizinan_core.testing import sample_letter

    return TypstRenderer().render(sample_letter())


@pytest.fixture(scope="session")
def other_nik():
    """NIK of a second officer."""
    return OTHER_NIK

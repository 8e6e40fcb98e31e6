"""The server: what it knows, how it answers, and how a test or a demonstration starts it."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, Literal, Self

from cryptography import x509

from perizinan_bsre._esign import Esign
from perizinan_bsre._seal import BsreSealer, Seal
from perizinan_bsre._settings import BsreSettings, Generation
from perizinan_bsre._signer import BsreSigner
from perizinan_bsre.testing._calls import SAID, Call, Reply, Rule
from perizinan_core.hooks import Secret
from perizinan_core.signing import DigestSigner, SigningRequest, sign_pdf
from perizinan_core.signing.ltv import TimestampClient
from perizinan_core.testing import OlderFormSigner, PkiServer

__all__ = ["EsignServer"]

_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_FOR_SEALS = bytes.fromhex("30153013060604008e4601063009060704008e46010602")
"""QCStatements with one QcType: electronic seal (EN 319 412-5 section 4.2.3)."""


class EsignServer(ThreadingHTTPServer):
    """One Esign Client Service on loopback."""

    daemon_threads = True

    nik = "9900000101800001"
    """An officer."""

    other_nik = "9900000101800002"
    """Another one."""

    passphrase = "frasa-sandi-uji-2026"  # noqa: S105 - of made-up officers
    """Of both officers."""

    subscriber = "SUBSCRIBER-UJI-1"
    """Number of the seal."""

    user, password = "aplikasi", "kata-sandi-aplikasi"
    """Login of the application."""

    def __init__(
        self,
        keys: Mapping[str, DigestSigner],
        clock: Callable[[], datetime],
        *,
        seal_key: DigestSigner | None = None,
        stamps: TimestampClient | None = None,
        port: int = 0,
    ) -> None:
        """
        Listen; see `running`.

        Args:
            keys: What is signed with, by NIK or mail address of the officer.
            clock: Gives the time of signatures.
            seal_key: What is sealed with; None: the server does not seal.
            stamps: Gives timestamps; None: it signs without, and both generations alike.
            port: 0: a free one.
        """
        super().__init__(("127.0.0.1", port), _Handler)
        self.keys, self.clock, self.seal_key, self.stamps = dict(keys), clock, seal_key, stamps
        self.reset()

    def reset(self) -> None:
        """Forget what happened."""
        self.status: object = "ISSUE"
        """Status of every officer."""
        self.rule: Rule | None = None
        self.calls: list[str] = []
        """Paths that were asked for."""
        self.kept: dict[str, bytes] = {}
        """Signed files that are given once, by id."""
        self.mailed: dict[str, str] = {}
        """The last code that was sent to an officer, or to the person in charge of the seal."""
        self.mailbox: Path | None = None
        """Where such a code is written to as well, as ``kode-NAME.txt``."""
        self.activation: str | None = None
        """Activation code of the seal, while there is one."""
        self._codes: dict[tuple[str, str], int] = {}

    @classmethod
    @contextmanager
    def running(cls, pki: PkiServer, *, port: int = 0) -> Iterator[Self]:
        """
        Serve until the block ends, with keys and timestamps of ``pki``.

        Args:
            pki: Makes the certificates of two officers and of the seal.
            port: 0: a free one.
        """
        extension = x509.UnrecognizedExtension(_QC_STATEMENTS, _FOR_SEALS)
        seal = pki.ca.issue(
            "Segel Kota Contoh",
            now=pki.clock(),
            kind="p-256",
            organization="Pemerintah Kota Contoh",
            extensions=[(extension, False)],
        )
        server = cls(
            {cls.nik: pki.issue("Kepala").signer(), cls.other_nik: pki.issue("Sekretaris").signer()},
            pki.clock,
            seal_key=seal.signer(),
            stamps=TimestampClient(url=pki.tsa_url, roots=pki.roots),
            port=port,
        )
        with server.serving():
            yield server

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer until the block ends."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def asked(self) -> int:
        """How often something was to be signed or sealed."""
        return sum(path.endswith(("/sign/pdf", "/seal/pdf")) for path in self.calls)

    @contextmanager
    def ruled(self, rule: Rule) -> Iterator[None]:
        """Let a rule answer within the block."""
        self.rule = rule
        try:
            yield
        finally:
            self.rule = None

    # What speaks to it

    def settings(self, generation: Generation = Generation.V2, **changes: Any) -> BsreSettings:
        """Return settings that lead here."""
        given: dict[str, Any] = {
            "address": self.address,
            "user": Secret(self.user.encode()),
            "password": Secret(self.password.encode()),
            "generation": generation,
            "subscriber": self.subscriber if generation is Generation.V2 else "",
            "seconds": 20.0,
        }
        return BsreSettings(**{**given, **changes})

    def signer(
        self,
        generation: Generation = Generation.V2,
        secret: str = passphrase,
        nik: str = nik,
        **changes: Any,
    ) -> BsreSigner:
        """Return the signer of an officer."""
        return BsreSigner(Esign(self.settings(generation, **changes)), nik, secret)

    def seal(self, **changes: Any) -> Seal:
        """Return the seal."""
        return Seal(Esign(self.settings(**changes)))

    def sealer(self, **changes: Any) -> BsreSealer:
        """Return a signer with the seal, whose activation code was just sent."""
        seal = self.seal(**changes)
        seal.activate()
        return BsreSealer(seal, self.mailed[self.subscriber])

    # What it does

    def signed(
        self, pdf: bytes, nik: str = nik, generation: Generation = Generation.V2, *, reason: str | None = None
    ) -> bytes:
        """Sign as the generation does: the first makes the older form, with a timestamp and without long-term data."""
        request = SigningRequest(signed_at=self.clock(), reason=reason)
        if generation is Generation.V1 and self.stamps is not None:
            return OlderFormSigner(self.keys[nik], self.stamps).sign(pdf, request)
        return sign_pdf(pdf, self.keys[nik], request, timestamps=self.stamps)

    def reply(self, call: Call) -> Reply:
        """Answer a call as the service does."""
        for part, answer in _ANSWERS.items():
            if part in call.path:
                return answer(self, call)
        return 404, b"", {}

    def answer_status(self, _call: Call) -> Reply:
        """Say the status of an officer."""
        return _json(status_code="1111", message="-", status=self.status)

    def answer_download(self, call: Call) -> Reply:
        """Give a signed file once."""
        content = self.kept.pop(call.path.rpartition("/")[2], None)
        return _refused("Dokumen telah didownload sebelumnya", 400) if content is None else (200, content, {})

    def answer_sign(self, call: Call) -> Reply:
        """Sign, for a passphrase or a code that was sent."""
        given = call.values
        who = str(given.get("nik") or given.get("email") or "")
        if who not in self.keys:
            return _refused("Proses signing gagal : User tidak terdaftar 2011", 400)
        code = given.get("totp", given.get("otp"))
        known = given.get("passphrase") == self.passphrase if code is None else self._used(who, str(code))
        if not known:
            return _refused("Passphrase anda salah", 2031)
        generation = Generation.V2 if call.is_json else Generation.V1
        signed = self.signed(call.pdf, who, generation)
        if call.is_json:
            return _file(signed)
        moment = self.clock().isoformat()
        return 200, signed, {"id_dokumen": secrets.token_hex(3), "signing_time": moment}

    def answer_code(self, call: Call) -> Reply:
        """Send an officer a code for a number of files."""
        given = call.values
        who = str(given.get("nik") or given.get("email") or "")
        if who not in self.keys:
            return _refused("User tidak terdaftar 2011", 400)
        self._mail(who, self._new_code(who, given))
        return _json(success=True, message="TOTP telah dikirim ke email", data=None)

    def answer_activation(self, call: Call) -> Reply:
        """Send an activation code, or give another one for it."""
        given = call.values
        if given.get("idSubscriber") != self.subscriber or self.seal_key is None:
            return _refused("Subscriber tidak terdaftar 2011", 400)
        code = given.get("totp", given.get("otp"))
        if code is None:
            self.activation = _code()
            self._mail(self.subscriber, self.activation)
            return _json(success=True, message="TOTP aktivasi telah dikirim ke email", data=None)
        if code != self.activation:
            return _no_code("TOTP aktivasi salah")
        self.activation = _code()
        return self._given(self.activation, days=30)

    def answer_seal_code(self, call: Call) -> Reply:
        """Give a code for a number of files, for the activation code."""
        given = call.values
        code = given.get("totp", given.get("otp"))
        if given.get("idSubscriber") != self.subscriber or code is None or code != self.activation:
            return _no_code("TOTP aktivasi salah")
        return self._given(self._new_code(self.subscriber, given), days=1)

    def answer_seal(self, call: Call) -> Reply:
        """Seal, for a code that was given."""
        given = call.values
        if self.seal_key is None or not self._used(
            str(given.get("idSubscriber")), str(given.get("totp", given.get("otp")))
        ):
            return _refused("TOTP anda salah 2031", 400)
        request = SigningRequest(signed_at=self.clock())
        return _file(sign_pdf(call.pdf, self.seal_key, request, timestamps=self.stamps))

    def answer_revocation(self, call: Call) -> Reply:
        """End the activation."""
        given = call.values
        if self.activation is None or given.get("totp", given.get("otp")) != self.activation:
            return _json(success=False, message="TOTP aktivasi salah", data=None)
        self.activation = None
        return _json(success=True, message="Aktivasi telah dicabut", data=None)

    def _mail(self, who: str, code: str) -> None:
        self.mailed[who] = code
        if self.mailbox is not None:
            path = self.mailbox / f"kode-{who}.txt"
            path.touch(mode=0o600)
            path.write_text(f"{code}\n", encoding="ascii")

    def _new_code(self, who: str, given: Mapping[str, Any]) -> str:
        files = given.get("data")
        if not isinstance(files, str) or not files.isdecimal():  # counts travel as text
            files = "0"
        code = _code()
        self._codes[who, code] = int(files)
        return code

    def _used(self, who: str, code: str) -> bool:
        """Count one file off a code; False when it is of no use."""
        left = self._codes.get((who, code), 0)
        self._codes[who, code] = left - 1
        return left > 0

    def _given(self, code: str, *, days: int) -> Reply:
        until = (self.clock() + timedelta(days=days)).isoformat()
        return _json(
            success=True,
            message="OK",
            data={"message": "TOTP berhasil dibuat", "totp": code, "expires": until, "result": True},
        )


_ANSWERS: Mapping[str, Callable[[EsignServer, Call], Reply]] = {
    "/status": EsignServer.answer_status,
    "/download/": EsignServer.answer_download,
    "/sign/get/totp": EsignServer.answer_code,
    "/sign/pdf": EsignServer.answer_sign,
    "/seal/get/activation": EsignServer.answer_activation,
    "/seal/get/totp": EsignServer.answer_seal_code,
    "/seal/revoke/activation": EsignServer.answer_revocation,
    "/seal/pdf": EsignServer.answer_seal,
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EsignServer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/":
            self._answer(200, b"Esign Client Service, for tests\n", {})
            return
        call = Call(self.path, body, self)
        self.server.calls.append(self.path)
        login = base64.b64encode(f"{self.server.user}:{self.server.password}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            self._answer(401, b"", {})
            return
        rule = self.server.rule
        ruled: Reply | Literal["said"] | None = rule(call) if rule is not None else None
        if ruled is None:
            ruled = self.server.reply(call)
        if ruled != SAID:
            self._answer(*ruled)

    def _answer(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _handle  # noqa: N815 - what http.server looks for


def _json(status: int = 200, /, **values: object) -> Reply:
    return status, json.dumps(values).encode(), {}


def _file(signed: bytes) -> Reply:
    return _json(time=int(time.time() * 1000), file=[base64.b64encode(signed).decode("ascii")])


def _refused(error: str, code: int) -> Reply:
    return _json(400, error=error, status_code=code)


def _no_code(message: str) -> Reply:
    return _json(
        success=False,
        message=message,
        data={"message": message, "totp": None, "expires": None, "result": False},
    )


_NUMBERS = count(secrets.randbelow(1_000_000))


def _code() -> str:
    """Return a code of six digits that no one got before."""
    return f"{next(_NUMBERS) * 387_641 % 1_000_000:06}"

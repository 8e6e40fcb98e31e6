"""The parts of ``make demo-large``: what is started, and the settings of the office that uses them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import attrs
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.serialization import Encoding
from perizinan_bsre.testing import EsignServer

from perizinan_core.bootstrap._synthetic_ca import Issued
from perizinan_core.testing._postgres import PostgresServer
from perizinan_core.testing._s3_server import S3Server

__all__ = [
    "PATIENCE",
    "PERIZINAN",
    "POSITION",
    "Parts",
    "free_port",
    "mail_server",
    "program",
    "signing_service",
    "write_settings",
]

POSITION = "kepala-dpmptsp"
"""Signs the permit of the story, and with the service."""

PERIZINAN = str(Path(sys.executable).with_name("perizinan"))
PATIENCE = 300.0
_QUEUE = "procrastinate"


@attrs.define
class MailFolder:
    """Writes every mail that comes by SMTP into a file."""

    folder: Path
    _number: Iterator[int] = attrs.field(factory=lambda: count(1), init=False)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Keep one mail."""
        path = self.folder / f"{next(self._number):04}.eml"
        path.touch(mode=0o600)
        path.write_bytes(envelope.original_content)
        return "250 kept"


@contextlib.contextmanager
def mail_server(folder: Path) -> Iterator[int]:
    """Start a mail server that keeps what it receives; yield its port."""
    folder.mkdir()
    controller = Controller(MailFolder(folder), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextlib.contextmanager
def signing_service(key: Issued) -> Iterator[EsignServer]:
    """Start the test server of `perizinan-bsre` with a key of today."""
    server = EsignServer({EsignServer.nik: key.signer()}, lambda: datetime.now(UTC))
    with server.serving():
        yield server


def free_port() -> int:
    """Return a port that no one listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def program(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``perizinan`` beside us, and end it with us; what it says goes into a file."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [PERIZINAN, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@attrs.frozen(kw_only=True)
class Parts:
    """What was started."""

    postgres: PostgresServer
    s3: S3Server
    mail_port: int
    signing: EsignServer
    key: Issued
    queue: bool
    address: str


def write_settings(folder: Path, parts: Parts, portal: Any) -> Path:
    """Write ``perizinan.toml``; secrets stand in the environment of this process and its children."""
    os.environ |= {
        "DEMO_S3_ACCESS_KEY": parts.s3.access_key,
        "DEMO_S3_SECRET_KEY": parts.s3.secret_key,
        "DEMO_ESIGN_USER": parts.signing.user,
        "DEMO_ESIGN_PASSWORD": parts.signing.password,
        "DEMO_ESIGN_NIK": parts.signing.nik,
    }
    (folder / "esign-root.pem").write_bytes(parts.key.chain[-1].public_bytes(Encoding.PEM))
    tables: dict[str, Mapping[str, object]] = {
        "office": {"authority": "kota-blitar"},
        "storage": {
            "database": parts.postgres.create_database(),
            "documents": f"s3:{parts.s3.bucket}/kota",
        },
        "signing": {"development": True, "roots": ["esign-root.pem"]},
        "signing.signers": {POSITION: "bsre:env:DEMO_ESIGN_NIK"},
        "publication": {"folder": "public"},
        "transparency": {"period": "month"},
        "plugins": {
            "frontend": portal.record.name,
            "channels": ["smtp"],
            **({"work_queue": _QUEUE} if parts.queue else {}),
        },
        "plugin.s3": {
            "endpoint": parts.s3.endpoint,
            "access_key": "env:DEMO_S3_ACCESS_KEY",
            "secret_key": "env:DEMO_S3_SECRET_KEY",
        },
        "plugin.bsre": {
            "address": parts.signing.address,
            "user": "env:DEMO_ESIGN_USER",
            "password": "env:DEMO_ESIGN_PASSWORD",
        },
        "plugin.smtp": {
            "host": "127.0.0.1",
            "port": parts.mail_port,
            "security": "none",
            "sender": "DPMPTSP Contoh <izin@kota.example>",
        },
        f"plugin.{portal.record.name}": portal.record.demo.settings(parts.address),
    }
    lines = [
        line
        for table, values in tables.items()
        for line in (f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), "")
    ]
    path = folder / "perizinan.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path

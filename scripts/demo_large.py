"""
The demonstration with real parts, each as large offices have it: ``make demo-large``.

PostgreSQL keeps the records, an S3 service the documents, two worker processes bring the messages to a mail server, a
signing service (a test server that speaks as the Esign Client Service does, and really signs) signs, and the portal
answers from two processes. One permit goes the whole way and is verified. Everything listens on this machine only,
is new at each run, and ends with it; PostgreSQL, S3 and mail server come from pip.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import attrs
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.serialization import Encoding
from perizinan_bsre.testing import EsignServer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from perizinan_core._demo._city import City, _give_accounts, portal_in
from perizinan_core._demo._city_staff import hire
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._people import HOST
from perizinan_core._demo._story import Scene, Story
from perizinan_core.bootstrap import Office, load_plugins, load_settings, migrate_database
from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA
from perizinan_core.cli._demo_city import show_city
from perizinan_core.model import Actor
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.testing._postgres import PostgresServer, start_postgres
from perizinan_core.testing._s3_server import RcloneMissingError, S3Server, start_s3

ROOT = Path(__file__).parents[1]
MARKER = ".perizinan-demo-large"
POSITION = "kepala-dpmptsp"
"""Signs the permit of the story, and with the service."""

QUEUE = "procrastinate"
WORKERS = PROCESSES = 2
_PATIENCE = 300.0
_PERIZINAN = str(Path(sys.executable).with_name("perizinan"))
_WORDS = {
    "parts": ("Bagian nyata dijalankan", "Real parts are started"),
    "postgres": ("PostgreSQL: catatan kantor dan portal", "PostgreSQL: records of office and portal"),
    "s3": ("S3 (rclone serve s3) di {address}: dokumen", "S3 (rclone serve s3) at {address}: documents"),
    "smtp": (
        "SMTP (aiosmtpd) di port {port}: surel menjadi berkas di {folder}",
        "SMTP (aiosmtpd) on port {port}: mails become files in {folder}",
    ),
    "signing": (
        "Layanan tanda tangan uji di {address}: frasa sandi {passphrase}",
        "Signing test service at {address}: passphrase {passphrase}",
    ),
    "queue": (
        "{count} pekerja dibangunkan oleh Procrastinate",
        "{count} workers, woken by Procrastinate",
    ),
    "no-queue": (
        "{count} pekerja; tanpa perizinan-procrastinate mereka melihat catatan setiap detik",
        "{count} workers; without perizinan-procrastinate they look at the records every second",
    ),
    "workers": ("Surel disampaikan oleh para pekerja", "The workers bring the mails"),
    "checked": ("Hasilnya diperiksa", "The result is checked"),
    "verified": ("perizinan verify: kode keluar {code}", "perizinan verify: exit code {code}"),
    "signed": (
        "Ditandatangani oleh layanan: {calls} permintaan tanda tangan",
        "Signed by the service: {calls} call(s) to sign",
    ),
    "kept": (
        "{count} dokumen dalam bucket, di antaranya izin ini",
        "{count} documents in the bucket, this permit among them",
    ),
    "mails": (
        "{count} surel diterima server SMTP dari para pekerja",
        "{count} mails received by the SMTP server from the workers",
    ),
    "portal": (
        "Portal menjawab dari {count} proses di {address}",
        "The portal answers from {count} processes at {address}",
    ),
    "no-portal": ("Plugin portal tidak terpasang.", "The portal's plugin is not installed."),
    "open": ("Hentikan dengan Ctrl+C; semuanya ikut berakhir.", "Stop with Ctrl+C; everything ends with it."),
    "failed": ("Gagal: {reason}", "Failed: {reason}"),
    "other-files": (
        "{folder} berisi berkas lain. Pilih folder kosong dengan --out.",
        "{folder} holds other files. Choose an empty folder with --out.",
    ),
    "no-rclone": (
        "rclone tidak ada. Pasang dengan: apt-get install rclone",
        "rclone is missing. Install it: apt-get install rclone",
    ),
}


class DemoError(Exception):
    """Something is not as the demonstration says."""


@attrs.frozen
class Speaker:
    """Says what happens, in the language of the user."""

    console: Console
    language: str

    def words(self, key: str, **fields: object) -> str:
        """Return a sentence."""
        return _WORDS[key][0 if self.language == "id" else 1].format(**fields)

    def scene(self, scene: Scene) -> None:
        """Show a step."""
        self.console.print(Text(scene.title, style="bold"))
        for line in scene.lines:
            self.console.print(Padding(Text(line), (0, 0, 0, 3)))

    def step(self, title: str, *lines: str) -> None:
        """Show a step of our own."""
        self.scene(Scene(title=self.words(title), lines=lines))


# -- the parts -------------------------------------------------------------------------------


class NowClock(StoryClock):
    """The clock of this machine: workers and portal run beside the story."""

    def __call__(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)

    def forward(self, **_amount: float) -> None:
        """Wait for nothing."""

    def to_morning(self, _calendar: WorkingCalendar) -> None:
        """Wait for nothing."""


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
    controller = Controller(MailFolder(folder), hostname="127.0.0.1", port=_free_port())
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def program(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``perizinan`` beside us, and end it with us; what it says goes into a file."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [_PERIZINAN, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# -- the office ------------------------------------------------------------------------------


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
            **({"work_queue": QUEUE} if parts.queue else {}),
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


@attrs.frozen
class LargeStory(Story):
    """The story of one permit, signed by the service of the officer."""

    passphrase: str = attrs.field(repr=False, kw_only=True)
    told: str = attrs.field(kw_only=True)
    """Who brings the messages."""

    def hire(self, _permit_type: PermitType, _position: str) -> None:
        """Take the staff that can log in."""

    def sign(self, case: str, signer: Actor) -> Permit:
        """Let the officer give the passphrase, as on the page of the portal."""
        return self.office.permits.issue(
            case, actor=signer, idempotency_key="demo-issue", secret=lambda _position: self.passphrase
        )

    def deliver(self) -> str:
        """Leave it to the workers."""
        return self.told


def tell_story(
    settings: Path, parts: Parts, portal: Any, out: Path, speaker: Speaker
) -> tuple[City, Mapping[str, Any]]:
    """Open the office, hire, give accounts, and play one permit; return who can log in, and the summary."""
    migrate_database(load_settings(settings), load_plugins())
    now = datetime.now(UTC)
    clock = NowClock(now, now)
    city = City(folder=out, password=f"{secrets.token_hex(2)}-{secrets.token_hex(3)}")
    with Office.open(load_settings(settings), clock=clock) as office:
        hire(office)
        today = office.today()
        office.publication.bind(POSITION, parts.key.certificate, first_day=today, actor=HOST)
        owner = _give_accounts(office, portal, city.password)[0]
        story = LargeStory(
            office,
            clock,
            out,
            speaker.scene,
            speaker.language,
            owner=owner,
            passphrase=parts.signing.passphrase,
            told=speaker.words("workers"),
        )
        return city, story.run()


# -- the checks ------------------------------------------------------------------------------


def check(settings: Path, out: Path, summary: Mapping[str, Any], parts: Parts, speaker: Speaker) -> None:
    """
    Look at the result from outside.

    Raises:
        DemoError: something is missing.
    """
    mails = _delivered(settings, out / "mail")
    command = [_PERIZINAN, "verify", str(out / "permit.pdf"), "--authority", str(out / "authority.json")]
    done = subprocess.run(
        [*command, "--status", str(out / "status-list.cwt"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    _expect(
        done.returncode == 0, f"perizinan verify: {done.returncode} {done.stdout[:500]} {done.stderr[:500]}"
    )
    calls = parts.signing.asked
    _expect(calls == 1, f"the signing service was asked {calls} times")
    kept = [path for path in (out / "s3" / parts.s3.bucket).rglob("*") if path.is_file()]
    _expect(any(summary["signed_sha256"] in str(path) for path in kept), "the permit is not in the bucket")
    speaker.step(
        "checked",
        speaker.words("verified", code=done.returncode),
        speaker.words("signed", calls=calls),
        speaker.words("kept", count=len(kept)),
        speaker.words("mails", count=mails),
    )


def _delivered(settings: Path, folder: Path) -> int:
    """Wait until nothing is left in the outbox; return how many mails came."""
    end = time.monotonic() + _PATIENCE
    with Office.open(load_settings(settings)) as office:
        while True:
            with office.storage.unit_of_work(read_only=True) as work:
                counts = work.outbox.by_target()
            _expect(not any(item.given_up for item in counts), "messages were given up")
            if not any(item.waiting for item in counts):
                break
            _expect(time.monotonic() < end, "messages are still waiting")
            time.sleep(0.3)
    mails = len(list(folder.glob("*.eml")))
    _expect(mails > 0, "no mail came")
    return mails


def _expect(is_so: bool, reason: str) -> None:  # noqa: FBT001 - a condition
    if not is_so:
        raise DemoError(reason)


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


# -- the run ---------------------------------------------------------------------------------


def run(out: Path, port: int, speaker: Speaker, *, serve: bool) -> None:
    """
    Start everything, play, check, serve.

    Raises:
        DemoError, RcloneMissingError: what is wrong.
    """
    plugins = load_plugins()
    portal = portal_in(plugins)
    if portal is None:
        raise DemoError(speaker.words("no-portal"))
    key = SyntheticCA.create(datetime.now(UTC), name="Demo", kind="rsa-2048").issue(
        "kepala", now=datetime.now(UTC), kind="rsa-2048"
    )
    address = f"http://127.0.0.1:{port}/"
    with contextlib.ExitStack() as stack:
        parts = Parts(
            s3=stack.enter_context(start_s3(out / "s3")),
            postgres=stack.enter_context(start_postgres()),
            mail_port=stack.enter_context(mail_server(out / "mail")),
            signing=stack.enter_context(signing_service(key)),
            key=key,
            queue=importlib.util.find_spec("perizinan_procrastinate") is not None,
            address=address,
        )
        settings = write_settings(out, parts, portal)
        speaker.step(
            "parts",
            speaker.words("postgres"),
            speaker.words("s3", address=parts.s3.endpoint),
            speaker.words("smtp", port=parts.mail_port, folder=out / "mail"),
            speaker.words(
                "signing",
                address=parts.signing.address,
                passphrase=parts.signing.passphrase,
            ),
            speaker.words("queue" if parts.queue else "no-queue", count=WORKERS),
        )
        city, summary = tell_story(settings, parts, portal, out, speaker)
        start = ("--settings", str(settings))
        for number in range(WORKERS):
            stack.enter_context(
                program(*start, "worker", "--interval", "1", log=out / f"worker-{number + 1}.log")
            )
        check(settings, out, summary, parts, speaker)
        served = stack.enter_context(
            program(
                *(*start, "serve", "--no-worker", "--processes", str(PROCESSES), "--port", str(port)),
                log=out / "portal.log",
            )
        )
        _expect(_answers(address, served), f"the portal does not answer; see {out / 'portal.log'}")
        show_city(city, portal, address, console=speaker.console, language=speaker.language)
        speaker.console.print(Text(speaker.words("portal", count=PROCESSES, address=address)))
        if serve:
            speaker.console.print(Text(speaker.words("open")))
            served.wait()


def _emptied(out: Path, speaker: Speaker) -> None:
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise DemoError(speaker.words("other-files", folder=out))
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARKER).touch()


def main() -> int:
    """Run the demonstration; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "demo-large")
    parser.add_argument("--port", type=int, default=8000, help="port of the portal; 0: a free one")
    parser.add_argument(
        "--serve", action=argparse.BooleanOptionalAction, default=None, help="default: on a terminal"
    )
    options = parser.parse_args()
    language = "en" if os.environ.get("PERIZINAN_LANGUAGE") == "en" else "id"
    speaker = Speaker(Console(highlight=False), language)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve = sys.stdout.isatty() if options.serve is None else options.serve
    out = options.out.resolve()
    try:
        _emptied(out, speaker)
        run(out, options.port or _free_port(), speaker, serve=serve)
    except RcloneMissingError:
        reason = speaker.words("no-rclone")
    except (DemoError, RuntimeError) as error:
        reason = str(error)
    except KeyboardInterrupt:
        return 0
    else:
        return 0
    speaker.console.print(Text(speaker.words("failed", reason=reason), style="red"))
    return 1


if __name__ == "__main__":
    sys.exit(main())

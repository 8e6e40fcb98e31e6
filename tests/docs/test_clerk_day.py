"""A clerk's day as the page tells it, by commands alone from an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "hari-petugas.md"
SCRIPT = PAGE.with_suffix(".sh")
LOADED = Path(__file__).with_name("loaded.py")


@pytest.fixture
def environment(tmp_path_factory) -> Iterator[dict[str, str]]:
    """What a reader has: the library and the regency's plugin installed, ``perizinan`` on the path."""
    site = tmp_path_factory.mktemp("site")
    record = site / "perizinan_kabupaten_mekar-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: perizinan-kabupaten-mekar\nVersion: 1\n")
    (record / "entry_points.txt").write_text("[perizinan_core.plugins]\nkabupaten-mekar = kabupaten_mekar\n")
    command = site / "bin" / "perizinan"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {LOADED} {command.parent}/socket "$@"\n')
    command.chmod(0o755)
    source = ROOT / "examples" / "kabupaten-mekar" / "src"
    known = {key: value for key, value in os.environ.items() if not key.startswith("PERIZINAN_")}
    made = {
        **known,
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join((str(site), str(source), os.environ.get("PYTHONPATH", ""))),
        "CHECKOUT": str(ROOT),
        "COLUMNS": "200",
    }
    address = command.parent / "socket"
    with subprocess.Popen([sys.executable, "-W", "error", LOADED, "serve", address], env=made) as server:
        while not address.exists() and server.poll() is None:
            time.sleep(0.02)
        yield made
        server.kill()


def test_the_script_is_the_blocks_of_the_page_one_after_the_other() -> None:
    """Who reads the page and who runs the script see the same day."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

    assert "\n".join(blocks) == SCRIPT.read_text(encoding="utf-8")


def test_a_clerks_day_runs_from_an_empty_folder(tmp_path: Path, environment: dict[str, str]) -> None:
    """Office, officers, an application on the counter, decision, signature, verification, revocation."""
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert (tmp_path / "izin.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "tanda-terima.json").exists()
    assert "DOKUMEN PERCOBAAN" in done.stdout
    assert re.search(r"Izin 500/001/WR/DPMPTSP/[IVX]+/[0-9]{4}: dicabut", done.stdout)
    assert "TIDAK BERLAKU" in done.stdout
    assert [] == re.findall(r"^Error|Traceback", done.stdout + done.stderr, re.MULTILINE)

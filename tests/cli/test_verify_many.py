"""``perizinan verify`` over folders and archives, in a process of its own as people run it."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pty
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import jsonschema
import pypdf
import pytest
from click.testing import CliRunner

from perizinan_core.cli._verify import OPEN_STATUS_SOURCE, verify_command
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import PermitStatusAnswer
from perizinan_core.verification import load_schema

AT = "2026-12-02T09:00"


@pytest.fixture
def folder(world, tmp_path):
    """Twelve good permits, one cut, two in an archive, and a text."""
    (tmp_path / "authority.json").write_bytes(world.authority_json)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    good = world.permit()
    for number in range(12):
        (inbox / f"{number:02}.pdf").write_bytes(good)
    (inbox / "cut.pdf").write_bytes(good[:-100])
    (inbox / "notes.txt").write_text("hello")
    with zipfile.ZipFile(inbox / "two.zip", "w") as archive:
        archive.writestr("x.pdf", good)
        archive.writestr("../../y.pdf", world.permit(world.stranger))
    return tmp_path


@pytest.fixture
def run(folder):
    def call(*arguments, obj=None):
        full = [*map(str, arguments), "--authority", str(folder / "authority.json"), "--at", AT]
        return CliRunner().invoke(verify_command, full, obj=obj or {})

    return call


def test_a_folder_gives_a_json_line_per_file_and_the_highest_code(run, folder):
    """In order; every line fits the published schema; what was passed over is told apart."""
    result = run(folder / "inbox", "--json", "--language", "en")
    lines = [json.loads(line) for line in result.stdout.splitlines()]

    assert 15 == result.exit_code
    assert [0] * 12 + [15, 0, 12] == [line["exit_code"] for line in lines]
    assert f"{folder}/inbox/two.zip!/../../y.pdf" == lines[-1]["file"]
    assert "1 files that are neither" in result.stderr
    for line in lines:
        jsonschema.validate(line, dict(load_schema("report")))


def test_people_get_pages_and_no_bar_without_a_terminal(run, folder):
    """Standard error holds nothing that a log would not want."""
    result = run(folder / "inbox" / "two.zip", "--language", "id")

    assert 12 == result.exit_code
    assert "SAH" in result.stdout
    assert "" == result.stderr


def test_what_is_done_is_skipped_and_its_code_still_counts(run, folder):
    """A changed file is judged again."""
    state = folder / "state"
    first = run(folder / "inbox", "--json", "--resume", state)
    again = run(folder / "inbox", "--json", "--resume", state)
    changed = folder / "inbox" / "03.pdf"
    changed.write_bytes(changed.read_bytes() + b"\n")
    third = run(folder / "inbox", "--json", "--resume", state)

    assert (15, 15) == (len(first.stdout.splitlines()), first.exit_code)
    assert (0, 15) == (len(again.stdout.splitlines()), again.exit_code)
    assert [str(changed)] == [json.loads(line)["file"] for line in third.stdout.splitlines()]


@pytest.mark.parametrize("arguments", [["--no-status"], ["--max-bytes", "7"]])
def test_a_run_with_other_options_is_not_gone_on_with(run, folder, arguments):
    """Two kinds of answers in one output would deceive."""
    run(folder / "inbox", "--json", "--resume", folder / "state")
    result = run(folder / "inbox", "--json", "--resume", folder / "state", *arguments)

    assert 2 == result.exit_code
    assert "--resume" in result.stderr


def test_a_resume_file_that_cannot_be_written_is_wrong_use(run, folder):
    """Before anything is judged."""
    assert 2 == run(folder / "inbox", "--resume", folder / "no" / "state").exit_code


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(folder, world):
    """Every file once over both runs, exit code 130, a sentence, no traceback, no process left."""
    for number in range(300):
        (folder / "inbox" / f"more{number}.pdf").write_bytes(world.permit())
    command = [
        *(sys.executable, "-m", "perizinan_core.cli", "verify", str(folder / "inbox"), "--json"),
        *("--authority", str(folder / "authority.json"), "--at", AT, "--language", "en"),
        *("--resume", str(folder / "state")),
    ]
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
    while output.read_bytes().count(b"\n") < 5:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
    errors = process.communicate(timeout=60)[1]
    lines = output.read_text().splitlines()

    assert 130 == process.returncode
    assert "Run the same command again" in errors
    assert "Traceback" not in errors
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    second = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    names = [json.loads(line)["file"] for line in [*lines, *second.stdout.splitlines()]]
    assert 15 == second.returncode
    assert 315 == len(names) == len(set(names))


def test_the_printed_report_has_a_page_per_file(run, folder):
    """For one file too."""
    one, many = folder / "one.pdf", folder / "many.pdf"
    run(folder / "inbox" / "00.pdf", "--report", one)
    result = run(folder / "inbox", "--json", "--report", many)

    assert 15 == len(result.stdout.splitlines())
    assert (1, 15) == tuple(len(pypdf.PdfReader(path).pages) for path in (one, many))
    assert 2 == run(folder / "inbox" / "00.pdf", "--report", folder / "no" / "one.pdf").exit_code


def test_records_are_opened_in_every_worker(run, folder):
    """A connection does not survive a fork."""
    import contextlib

    class Source:
        def __init__(self):
            self.process = os.getpid()

        def status_of(self, _number, _index, on):
            assert self.process == os.getpid()
            return PermitStatusAnswer(status=PermitStatus.REVOKED, since=on, source="test")

    @contextlib.contextmanager
    def factory(_url, _authority):
        yield Source()

    result = run(
        folder / "inbox" / "00.pdf", folder / "inbox" / "01.pdf", "--json", "--records", "sqlite:///x",
        obj={OPEN_STATUS_SOURCE: factory},
    )  # fmt: skip

    assert 13 == result.exit_code
    assert ["revoked"] * 2 == [json.loads(line)["status"]["state"] for line in result.stdout.splitlines()]


def test_a_pipe_and_a_name_with_a_line_end_are_answered(run, folder):
    """One line each, whatever the name."""
    os.mkfifo(folder / "inbox" / "pipe.pdf")
    (folder / "inbox" / "00.pdf").rename(folder / "inbox" / os.fsdecode(b"a\nb\xff.pdf"))
    lines = [json.loads(line) for line in run(folder / "inbox", "--json").stdout.splitlines()]
    found = {Path(line["file"]).name: line["reasons"][0]["code"] for line in lines}

    assert "not-a-file" == found["pipe.pdf"]
    assert r"a\nb\xff.pdf" in found


def test_a_closed_folder_counts_in_the_exit_code(run, folder, monkeypatch):
    """Silence about it would say that everything there is valid (root may list everything, so it is made up)."""
    closed = folder / "inbox" / "closed"
    closed.mkdir()
    (folder / "inbox" / "cut.pdf").unlink()
    (folder / "inbox" / "two.zip").unlink()
    scandir = os.scandir

    def refuse(path):
        if Path(path) == closed:
            raise PermissionError(13, "no")
        return scandir(path)

    monkeypatch.setattr("perizinan_core.verification.bulk._walking.os.scandir", refuse)
    result = run(folder / "inbox", "--json")
    last = json.loads(result.stdout.splitlines()[-1])

    assert 15 == result.exit_code
    assert (str(closed), "cannot-open") == (last["file"], last["reasons"][0]["code"])


def test_a_folder_without_anything_to_check_is_wrong_use(run, folder):
    """Exit code 0 would say valid."""
    empty = folder / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("hello")
    result = run(empty, "--json", "--language", "en")

    assert 2 == result.exit_code
    assert "" == result.stdout
    assert f"found none in {empty}" in " ".join(result.stderr.split())


def test_a_member_that_unpacks_for_too_long_costs_the_time_limit_and_no_more(run, folder):
    """Eight gigabytes of nothing in eight megabytes; the other files have their answers."""
    bomb = tarfile.TarInfo("bomb.pdf")
    bomb.size = 8 << 30
    parts = [gzip.compress(bomb.tobuf()), *[gzip.compress(bytes(1 << 28))] * 32, gzip.compress(bytes(1024))]
    (folder / "inbox" / "bomb.tar.gz").write_bytes(b"".join(parts))
    started = time.monotonic()
    result = run(folder / "inbox", "--json", "--time-limit", "2")
    lines = {Path(line["file"]).name: line for line in map(json.loads, result.stdout.splitlines())}

    assert ["time-limit"] == [reason["code"] for reason in lines["bomb.tar.gz"]["reasons"]]
    assert 0 == lines["00.pdf"]["exit_code"]
    assert {"y.pdf", "x.pdf", "bomb.pdf"} <= {*lines}
    assert 60 > time.monotonic() - started


def test_no_bar_is_drawn_through_answers_on_the_same_screen(folder):
    """On a terminal that shows both, the answers are the progress; with a file for the answers there is a bar."""
    command = [
        sys.executable, "-m", "perizinan_core.cli", "--language", "en", "verify", str(folder / "inbox"),
        "--authority", str(folder / "authority.json"), "--at", AT,
    ]  # fmt: skip
    shown = {}
    for name in ("both", "errors"):
        ours, theirs = pty.openpty()
        out = theirs if name == "both" else subprocess.DEVNULL
        with subprocess.Popen(command, stdin=theirs, stdout=out, stderr=theirs) as process:
            os.close(theirs)
            shown[name] = b""
            with contextlib.suppress(OSError):  # the other end is closed
                while data := os.read(ours, 65536):
                    shown[name] += data
        os.close(ours)
        assert 15 == process.returncode

    assert b"Checking permits" not in shown["both"]
    assert b"Checking permits" in shown["errors"]

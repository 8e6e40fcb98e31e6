"""``perizinan documents check``: what it prints and how it exits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from perizinan_core.cli import _documents as documents
from perizinan_core.cli._documents import documents_group
from perizinan_core.documents import UploadReport, finding

DATA = Path(__file__).parents[1] / "documents" / "data"
PLAN, SCRIPT = DATA / "upload-floor-plan.pdf", DATA / "upload-javascript-openaction.pdf"


def run(*arguments):
    return CliRunner().invoke(documents_group, ["check", *map(str, arguments)], terminal_width=200)


def test_an_accepted_file_exits_zero_and_says_what_it_is():
    """One good file: its kind and pages, in Indonesian unless told otherwise."""
    result = run(PLAN)

    assert 0 == result.exit_code
    assert "diterima" in result.output
    assert "dokumen PDF, 1 halaman" in " ".join(result.output.split())


def test_a_refused_file_exits_one_with_the_reason():
    """One bad file among good ones: exit code 1 and a sentence that an applicant understands."""
    result = run(PLAN, SCRIPT, "--language", "en")

    assert 1 == result.exit_code
    assert "accepted" in result.output
    assert "refused" in result.output
    assert "JavaScript" in result.output


@pytest.mark.parametrize(
    "arguments",
    [(), ("absent.pdf",), (DATA,), (PLAN, "--language", "fr"), (PLAN, "--accept", "text/html"), ("--no",)],
)
def test_wrong_use_exits_two(arguments):
    """No file, a missing file, a folder, an unknown language or kind are usage errors."""
    result = run(*arguments)

    assert 2 == result.exit_code
    assert "Traceback" not in result.output


def test_a_device_exits_two():
    """What is no ordinary file is not judged."""
    result = run("/dev/null")

    assert 2 == result.exit_code
    assert "bukan berkas biasa" in " ".join(result.output.split())


def test_json_is_one_line_a_file():
    """Machines get the whole report: hash, size, pages, and each finding with code and sentence."""
    result = run(PLAN, SCRIPT, "--json", "--language", "en")
    plan, script = map(json.loads, result.output.splitlines())

    assert 1 == result.exit_code
    assert ("upload-floor-plan.pdf", True, "application/pdf", 76145, 1, []) == (
        plan["file"],
        plan["accepted"],
        plan["content_type"],
        plan["size"],
        plan["pages"],
        plan["findings"],
    )
    assert "aeacc6e32c4e7febdf272b5f5ecf866a85f8b254825eefdbad311a65d02fcdb3" == plan["sha256"]
    assert [("pdf-javascript", "refuse")] == [
        (found["code"], found["severity"]) for found in script["findings"]
    ]


def test_accepted_kinds_and_size_can_be_narrowed():
    """A requirement's own limits can be tried."""
    assert 1 == run(PLAN, "--accept", "image/png").exit_code
    assert 1 == run(PLAN, "--max-bytes", "100").exit_code
    assert 0 == run(PLAN, "--accept", "application/pdf", "--max-bytes", "76145").exit_code


@pytest.mark.parametrize("flag", [(), ("--json",)])
def test_a_name_cannot_write_to_the_terminal(tmp_path, flag):
    """Escape sequences, turned text and markup in a file's name are shown, never obeyed."""
    name = "\x1b[31mred\u202efdp.[bold]exe\n.pdf"
    (tmp_path / name).write_bytes(PLAN.read_bytes())
    result = run(tmp_path / name, *flag)

    assert 0 == result.exit_code
    assert "\x1b[31mred" not in result.output
    assert "\u202e" not in result.output
    assert "[bold]" in result.output


def test_nothing_else_is_printed():
    """The real program prints its table and nothing of what the parsers think."""
    program = "from perizinan_core.cli._documents import documents_group; documents_group()"
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            program,
            "check",
            "--json",
            str(DATA / "upload-startxref-hopeless.pdf"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "", 1) == (done.returncode, done.stderr, len(done.stdout.splitlines()))


def test_a_file_without_a_verdict_exits_one_and_is_not_called_refused(monkeypatch):
    """A fault of ours is told as one: exit code 1, its code in the JSON, and the word in the table."""
    held = UploadReport(
        file_name="a.pdf",
        content_type="application/pdf",
        sha256="0",
        size=1,
        findings=(finding("inspection-failed"),),
    )
    monkeypatch.setattr(documents, "inspect_upload", lambda *_given, **_named: held)
    shown, told = run(PLAN, "--language", "en"), run(PLAN, "--json")

    assert (1, 1) == (shown.exit_code, told.exit_code)
    assert "not judged" in shown.output
    assert "refused" not in shown.output.replace("was not", "").split("Reasons")[0]
    assert [("inspection-failed", "hold")] == [
        (found["code"], found["severity"]) for found in json.loads(told.output)["findings"]
    ]
    assert (False, True) == (json.loads(told.output)["accepted"], json.loads(told.output)["held"])

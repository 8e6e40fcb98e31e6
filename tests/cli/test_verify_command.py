"""``perizinan verify``: exit codes, JSON lines, languages, limits, and never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.cli._verify import OPEN_STATUS_SOURCE, verify_command
from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import PermitStatusAnswer
from perizinan_core.published._keys import thumbprint
from perizinan_core.verification import Verifier, load_schema

AT = "2026-12-02T09:00"


@pytest.fixture(scope="module")
def folder(build, world, tmp_path_factory):
    """The files of the issue: good, flipped, unsigned, foreign signer, cut."""
    path = tmp_path_factory.mktemp("verify")
    good = world.permit()
    (path / "authority.json").write_bytes(world.authority_json)
    (path / "good.pdf").write_bytes(good)
    (path / "flipped.pdf").write_bytes(good[:300] + bytes([good[300] ^ 1]) + good[301:])
    (path / "unsigned.pdf").write_bytes(build.small_pdf(build.statement()))
    (path / "foreign.pdf").write_bytes(world.permit(world.outsider))
    (path / "cut.pdf").write_bytes(good[:-200])
    return path


@pytest.fixture
def run(folder):
    """Call the command; returns click's result."""

    def call(*arguments, obj=None, stdin=None):
        full = [str(item) for item in arguments]
        if "--authority" not in full:
            full += ["--authority", str(folder / "authority.json")]
        return CliRunner().invoke(verify_command, full, obj=obj or {}, input=stdin)

    return call


@pytest.mark.parametrize(
    ("name", "code"), [("good", 0), ("flipped", 10), ("unsigned", 11), ("foreign", 14), ("cut", 15)]
)
def test_each_kind_of_file_has_its_exit_code(run, folder, name, code):
    """The codes of design.md section 7; a signer that an older document cannot know is 14."""
    result = run(folder / f"{name}.pdf", "--at", AT)

    assert code == result.exit_code
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_an_expired_permit_exits_13(run, folder):
    """Judged for a later day."""
    assert 13 == run(folder / "good.pdf", "--at", "2027-01-01").exit_code


def test_several_files_give_the_highest_code_and_a_json_line_each(run, folder):
    """Machines read line by line."""
    import jsonschema

    names = ["good", "unsigned", "cut", "foreign", "flipped"]
    result = run(*(folder / f"{name}.pdf" for name in names), "--json", "--at", AT)
    reports = [json.loads(line) for line in result.stdout.splitlines()]

    assert 15 == result.exit_code
    assert [0, 11, 15, 14, 10] == [report["exit_code"] for report in reports]
    for report in reports:
        jsonschema.validate(report, dict(load_schema("report")))


def test_the_json_has_the_fields_of_the_design(run, folder):
    """design.md section 7."""
    report = json.loads(run(folder / "good.pdf", "--json", "--at", AT).stdout)

    assert {"file", "verdict", "reasons", "signature", "permit", "status"} <= report.keys()
    assert {"indication", "sub_indication", "signer", "signed_at", "covers_whole_document"} <= report[
        "signature"
    ].keys()
    assert {"code", "message", "fields"} == report["reasons"][0].keys()


@pytest.mark.parametrize(("language", "word"), [("id", "SAH"), ("en", "VALID")])
def test_the_answer_comes_in_both_languages(run, folder, language, word):
    """A bank clerk reads the first line."""
    assert word in run(folder / "good.pdf", "--at", AT, "--language", language).stdout


def test_the_language_of_the_whole_command_line_is_taken_over(run, folder):
    """``perizinan --language en verify …``."""
    assert "VALID" in run(folder / "good.pdf", "--at", AT, obj={"language": "en"}).stdout


def test_the_clerks_page_names_holder_number_and_signer(run, folder, build):
    """What stands on the letter stands on the screen."""
    shown = run(folder / "good.pdf", "--at", AT).stdout

    for word in (build.statement().holder, build.statement().number, "Kepala DPMPTSP", "WIB"):
        assert word in shown


def test_a_permit_without_end_and_a_file_without_signature_are_shown_too(run, tmp_path, world):
    """No field is taken for granted."""
    path = tmp_path / "open.pdf"
    path.write_bytes(world.permit(valid_until=None))

    assert 0 == run(path, "--at", AT).exit_code


def test_standard_input_is_a_file_too(run, folder):
    """``… | perizinan verify -``."""
    assert 0 == run("-", "--at", AT, stdin=(folder / "good.pdf").read_bytes()).exit_code


def test_a_day_means_its_last_moment_and_today_means_now(run, folder):
    """What was signed on the day counts, and nothing is judged for a moment that lies ahead."""
    made_on, today = AT[:10], datetime.now(timezone(timedelta(hours=7))).date().isoformat()
    for day, end in ((made_on, f"{made_on}T23:59:59.999999+07:00"), (today, today)):
        report = json.loads(run(folder / "good.pdf", "--json", "--at", day).stdout)

        assert report["checked_at"].startswith(end)
    assert datetime.fromisoformat(report["checked_at"]) <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", ""])
def test_a_moment_at_the_edge_of_the_calendar_is_refused(run, folder, text):
    """No sum of days goes wrong on the way, in either mode."""
    roots = ["--signature-only", "--roots", "indonesia"]
    for result in (
        run(folder / "good.pdf", "--at", text),
        CliRunner().invoke(verify_command, [str(folder / "good.pdf"), *roots, "--at", text]),
    ):
        assert 2 == result.exit_code
        assert f'--at: "{text}" bukan tanggal' in result.output
        assert "dari tahun 1970 sampai 9998" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["missing.pdf"],
        ["--at", "yesterday"],
        ["--records", "sqlite:///x", "--at", AT],
        ["--authority-key", "other"],
        ["--authority", __file__],
        ["--max-bytes", "0"],
    ],
)
def test_wrong_use_exits_2(run, folder, arguments):
    """Never mixed up with a verdict."""
    files = [] if arguments in ([], ["missing.pdf"]) else [folder / "good.pdf"]
    obj = {OPEN_STATUS_SOURCE: _refuse}

    assert 2 == run(*files, *arguments, obj=obj).exit_code


def _refuse(_url, _authority):
    raise StatusUnavailableError("there is no such database")


def test_a_pinned_key_is_accepted(run, folder, world):
    """And the report says so."""
    key = thumbprint(world.document_key.public_key())
    report = json.loads(run(folder / "good.pdf", "--json", "--at", AT, "--authority-key", key).stdout)

    assert "pinned" == report["authority"]["trust"]


def test_records_are_asked_through_the_factory_of_the_context(run, folder):
    """The wiring hands in storage; this room knows none."""
    opened = []

    class Source:
        def status_of(self, _number, _index, on):
            return PermitStatusAnswer(status=PermitStatus.REVOKED, since=on, source="test")

    @contextlib.contextmanager
    def factory(url, authority):
        opened.append((url, authority.slug))
        yield Source()

    result = run(
        folder / "good.pdf",
        "--json",
        "--at",
        AT,
        "--records",
        "sqlite:///x",
        obj={OPEN_STATUS_SOURCE: factory},
    )
    report = json.loads(result.stdout)

    assert [("sqlite:///x", "kota-contoh")] == opened
    assert (13, "revoked", "status-revoked") == (
        result.exit_code, report["status"]["state"], report["reasons"][0]["code"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--status-max-age", value) for value in ("nan", "inf", "-inf", "1e300", "0")),
        *(("--time-limit", value) for value in ("nan", "inf", "1e300", "0")),
    ],
)
def test_a_number_that_is_none_is_refused(run, folder, option, value):
    """Neither a traceback nor a verdict."""
    result = run(folder / "good.pdf", "--at", AT, option, value)

    assert 2 == result.exit_code
    assert option in result.stderr


@pytest.mark.parametrize("read", ["good.pdf", "authority.json", "list.cwt", "sub/inside.pdf"])
def test_the_printed_report_never_takes_the_place_of_what_is_read(folder, tmp_path, read):
    """A slip of the hand must not cost a permit."""
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    for name in ("good.pdf", "authority.json"):
        (work / name).write_bytes((folder / name).read_bytes())
    (work / "list.cwt").write_bytes(b"list")
    (work / "sub" / "inside.pdf").write_bytes((folder / "good.pdf").read_bytes())
    before = {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}
    files = [str(work / "good.pdf"), str(work / "sub")]
    options = ["--authority", str(work / "authority.json"), "--status", str(work / "list.cwt"), "--at", AT]
    result = CliRunner().invoke(verify_command, [*files, *options, "--report", str(work / read)])

    assert 2 == result.exit_code
    assert "akan hilang" in result.stderr
    assert before == {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}


@pytest.mark.parametrize("target", ["missing/report.pdf", "/dev/null"])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_judged(run, folder, tmp_path, target):
    """Ten thousand files later the work would be lost."""
    result = run(folder / "good.pdf", "--at", AT, "--report", tmp_path / target)

    assert 2 == result.exit_code
    assert "" == result.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--status", "list.cwt"],
        ["--records", "sqlite:///x"],
        ["--authority-key", "k"],
        ["--status-max-age", "3"],
        ["--status", "http://127.0.0.1:9/x", "--status-copy", "copy.cwt"],
    ],
)
def test_what_signatures_alone_cannot_answer_is_not_passed_over(folder, options):
    """Who names a status list expects that it was asked."""
    full = [str(folder / "good.pdf"), "--signature-only", "--roots", "indonesia", *options]
    result = CliRunner().invoke(verify_command, full)

    assert 2 == result.exit_code
    assert options[0] in result.stderr


def test_the_authority_document_may_come_through_a_pipe_and_has_an_end(run, folder, tmp_path):
    """It is read once, and no more than a document needs."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(
        target=lambda: pipe.write_bytes((folder / "authority.json").read_bytes()), daemon=True
    )
    writer.start()

    assert 0 == run(folder / "good.pdf", "--at", AT, "--authority", pipe).exit_code
    assert 2 == run(folder / "good.pdf", "--at", AT, "--authority", "/dev/zero").exit_code


def test_records_that_cannot_be_opened_are_wrong_use(run, folder, monkeypatch):
    """With what is wrong with them, once."""
    monkeypatch.delenv("PERIZINAN_STORAGE_KEYS_FILE", raising=False)
    monkeypatch.delenv("PERIZINAN_KEYS", raising=False)
    result = run(folder / "good.pdf", "--records", "sqlite:///x", "--at", AT)

    assert 2 == result.exit_code
    assert "--records: Status izin tidak dapat dibaca: kunci catatan belum disebutkan" in result.stderr
    monkeypatch.setenv("PERIZINAN_KEYS", "{")
    result = run(folder / "good.pdf", "--records", "sqlite:///x", "--at", AT)

    assert 2 == result.exit_code
    assert "--records: Kunci dari PERIZINAN_KEYS tidak dapat digunakan" in result.stderr
    assert ".." not in result.stderr


def test_without_records_factory_the_option_is_refused_politely(run, folder, monkeypatch):
    """An installation for banks has no storage."""
    monkeypatch.setattr("perizinan_core.cli._verify._DEFAULT_FACTORY", "perizinan_core.no_such_module")
    result = run(folder / "good.pdf", "--records", "sqlite:///x", "--at", AT)

    assert 2 == result.exit_code
    assert "--records" in result.stderr


def test_a_file_that_takes_too_long_is_given_up(run, folder, monkeypatch):
    """An endless loop costs its own time limit and nothing else."""

    def endless(self, source, *, at, name=None):
        while True:
            pass

    monkeypatch.setattr(Verifier, "verify", endless)
    report = json.loads(run(folder / "good.pdf", "--json", "--at", AT, "--time-limit", "0.05").stdout)

    assert ("unreadable", "time-limit") == (report["verdict"], report["reasons"][0]["code"])


def test_an_unexpected_fault_is_named_and_never_valid(run, folder, monkeypatch):
    """One sentence, no traceback, exit 15."""

    def broken(self, source, *, at, name=None):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Verifier, "verify", broken)
    result = run(folder / "good.pdf", "--at", AT)

    assert 15 == result.exit_code
    assert "RuntimeError" in result.stderr
    assert "Traceback" not in result.output
    assert "secret" not in result.output


def test_a_time_limit_needs_the_main_thread_and_is_left_out_elsewhere(folder):
    """Portals call from worker threads."""
    import threading

    from perizinan_core.cli._verify_run import time_limit

    passed = []

    def work():
        with time_limit(0.001):
            passed.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert [True] == passed


def test_the_real_command_works_from_a_shell(folder):
    """Through ``perizinan``, in a process of its own, for the present moment."""
    command = [sys.executable, "-m", "perizinan_core.cli", "verify"]
    if not (Path(sys.modules["perizinan_core.cli"].__file__).parent / "__main__.py").exists():
        command = [sys.executable, "-c", "from perizinan_core.cli import main; main()", "verify"]
    result = subprocess.run(
        [*command, str(folder / "cut.pdf"), "--authority", str(folder / "authority.json"), "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "PERIZINAN_LANGUAGE": "en"},
        check=False,
        timeout=60,
    )

    assert (15, "") == (result.returncode, result.stderr)
    assert (
        abs(
            datetime.now(UTC) - datetime.fromisoformat(json.loads(result.stdout)["checked_at"])
        ).total_seconds()
        < 60
    )


def test_the_name_of_a_file_cannot_write_to_the_terminal(run, folder, world):
    """Nor can bytes of it that are no UTF-8 be lost in the line of JSON."""
    name = os.fsdecode(b"a\x1b[2J\nVALID\xff.pdf")
    (folder / name).write_bytes(world.permit())
    try:
        shown = run(folder / name, "--at", AT).stdout
        line = json.loads(run(folder / name, "--at", AT, "--json").stdout)
    finally:
        (folder / name).unlink()

    assert "\x1b" not in shown
    assert r"a\x1b[2J\nVALID" in shown
    assert line["file"].endswith(r"/a\x1b[2J\nVALID\xff.pdf")


@pytest.mark.parametrize("hostile", ["\x1b[2J\x1b[32mVALID", "\x9b2J", "PT \u202etiakgnet"])
def test_the_name_of_a_signer_cannot_write_to_the_terminal(build, world, folder, tmp_path, hostile):
    """Anybody can make a certificate with any name, and a field, too."""
    ca = build.SyntheticCA.create(build.SIGNED_AT, name=f"CA {hostile}")
    signer = ca.issue(hostile, now=build.SIGNED_AT)
    (tmp_path / "signed.pdf").write_bytes(build.sign(build.small_pdf(build.statement()), signer))
    (tmp_path / "root.pem").write_bytes(ca.root.certificate.public_bytes(Encoding.PEM))
    alone = CliRunner().invoke(
        verify_command,
        [str(tmp_path / "signed.pdf"), "--signature-only", "--roots", str(tmp_path / "root.pem"), "--at", AT],
    )
    permit = CliRunner().invoke(
        verify_command,
        [str(tmp_path / "signed.pdf"), "--authority", str(folder / "authority.json"), "--at", AT],
    )

    assert {12, 10} >= {permit.exit_code}
    for shown in (alone.stdout, permit.stdout):
        assert len(shown.splitlines()) > 5
        assert not [char for char in shown if char != "\n" and not char.isprintable()]

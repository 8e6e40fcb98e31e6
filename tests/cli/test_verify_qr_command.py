"""``perizinan verify-qr``: texts, photos, standard input, exit codes, both languages, never a traceback."""

from __future__ import annotations

import json

import pytest
import segno
from click.testing import CliRunner
from PIL import Image

from perizinan_core.cli._app import main
from perizinan_core.cli._verify_qr import verify_qr_command

AT = "2026-12-02T09:00"


@pytest.fixture(scope="module")
def text(world, build):
    return world.qr_text(build.statement())


@pytest.fixture(scope="module")
def folder(world, build, text, tmp_path_factory):
    """Photos of a genuine, a forged, a foreign and no code, and the authority document."""
    path = tmp_path_factory.mktemp("verify-qr")
    (path / "authority.json").write_bytes(world.authority_json)
    forged = build.World.create().qr_text(build.statement())
    for name, content in (("good", text), ("forged", forged), ("foreign", "https://contoh.example/menu")):
        segno.make_qr([part for part in content.partition("#") if part], error="m").save(
            str(path / f"{name}.png"), scale=4
        )
    Image.new("L", (500, 500), 210).save(path / "blank.jpg")
    (path / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    return path


@pytest.fixture
def run(folder):
    """Call the command; returns click's result."""

    def call(*arguments, stdin=None, obj=None):
        full = [str(item) for item in arguments]
        if "--authority" not in full:
            full += ["--authority", str(folder / "authority.json")]
        return CliRunner().invoke(verify_qr_command, [*full, "--at", AT], input=stdin, obj=obj or {})

    return call


@pytest.mark.parametrize(
    ("name", "code"),
    [("good.png", 0), ("forged.png", 10), ("foreign.png", 11), ("blank.jpg", 15), ("letter.pdf", 15)],
)
def test_each_kind_of_photo_has_its_exit_code(run, folder, name, code):
    """Those of ``perizinan verify``."""
    result = run(folder / name)

    assert code == result.exit_code
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_the_text_of_a_code_is_judged_and_not_repeated(run, text):
    """It holds a name; the screen shows what to compare instead."""
    result = run(text, "--language", "en")

    assert 0 == result.exit_code
    assert text[40:80] not in result.stdout
    assert "Rahayu Contohningrum" in result.stdout
    assert "Compare with the paper" in result.stdout


def test_a_permit_that_has_ended_exits_13(run, folder, text):
    """Judged for a later day."""
    result = CliRunner().invoke(
        verify_qr_command, [text, "--authority", str(folder / "authority.json"), "--at", "2027-01-01"]
    )

    assert 13 == result.exit_code


def test_standard_input_is_a_text_or_a_photo(run, folder, text):
    """Of a scanner, or of another program."""
    assert 0 == run("-", stdin=text + "\r\n").exit_code
    assert 0 == run("-", stdin=(folder / "good.png").read_bytes()).exit_code
    assert 15 == run("-", stdin=b"").exit_code


def test_several_codes_give_a_json_line_each_and_the_highest_code(run, folder, text):
    """Machines read line by line."""
    result = run(folder / "foreign.png", folder / "good.png", text, "--json", "--language", "en")
    reports = [json.loads(line) for line in result.stdout.splitlines()]

    assert 11 == result.exit_code
    assert ["unsigned", "valid", "valid"] == [report["verdict"] for report in reports]
    assert "-" == reports[2]["file"]


@pytest.mark.parametrize(("language", "word"), [("id", "KODE ASLI"), ("en", "GENUINE CODE")])
def test_the_answer_comes_in_both_languages(run, folder, language, word):
    """The first line is what counts."""
    assert word in run(folder / "good.png", "--language", language).stdout


def test_the_answer_says_what_a_code_does_not_prove(run, folder):
    """A genuine code can be copied onto another paper."""
    assert "bukan bahwa kertas" in " ".join(run(folder / "good.png").stdout.replace("│", "").split())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-file.png"],
        ["x" * 5000],
        ["nul\0byte"],
        ["https://a.example/#1A", "--authority", __file__],
        ["https://a.example/#1A", "--no-status", "--status", "list.cwt"],
        ["https://a.example/#1A", "--time-limit", "0"],
    ],
)
def test_wrong_use_exits_2(run, arguments):
    """Never mixed up with a verdict."""
    assert 2 == run(*arguments).exit_code


def test_a_status_list_that_is_named_but_missing_leaves_it_undecided(run, folder, text, tmp_path):
    """As in ``perizinan verify``."""
    result = run(text, "--status", tmp_path / "missing.cwt", "--json")

    assert (14, "indeterminate") == (result.exit_code, json.loads(result.stdout)["verdict"])


def test_the_command_is_part_of_perizinan(folder, text, capsys):
    """Through the top of the command line, in English."""
    with pytest.raises(SystemExit) as left:
        main(["--no-plugins", "--language", "en", "verify-qr", "--help"])

    assert 0 == left.value.code
    assert "Check the QR code of a permit on paper" in capsys.readouterr().out


def test_a_photo_in_memory_is_left_nowhere(run, folder, tmp_path, monkeypatch):
    """No copy of a paper with names on it stays behind."""
    monkeypatch.chdir(tmp_path)
    photo = (folder / "good.png").read_bytes()
    run("-", stdin=photo)

    assert [] == list(tmp_path.iterdir())

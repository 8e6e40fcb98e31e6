"""The frame of the command line: languages, errors, exit codes; never a traceback."""

from __future__ import annotations

import importlib
import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import click
import pytest

from perizinan_core.cli._app import _COMMANDS, _in_language, cli, main
from perizinan_core.i18n import translate


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in this process, in an empty folder; what nobody catches fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments, language=None):
        monkeypatch.delenv("PERIZINAN_LANGUAGE", raising=False)
        if language:
            monkeypatch.setenv("PERIZINAN_LANGUAGE", language)
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]), pytest.raises(SystemExit) as ended:
            main(arguments)
        told, wrong = (stream.buffer.getvalue().decode() for stream in streams)
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, told, wrong)

    return run


def process(*arguments, cwd):
    """Run a command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "perizinan_core.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=120,
    )


def every_command():
    def walk(command):
        yield command
        if isinstance(command, click.Group):
            for inner in command.commands.values():
                yield from walk(inner)

    yield cli
    for module, attribute, _help in _COMMANDS.values():
        yield from walk(getattr(importlib.import_module(module), attribute))


def test_help_is_indonesian_unless_english_is_asked_for(run):
    """Whoever asks for nothing reads Bahasa Indonesia."""
    assert "Cara pakai:" in run("--help").stdout
    assert "Usage:" in run("--language", "en", "--help").stdout
    assert "Usage:" in run("--help", language="en").stdout


def test_every_help_text_has_an_english_translation():
    """English help is complete; whoever asked for English before in this process does not matter."""
    for module, attribute, _help in _COMMANDS.values():
        _in_language(getattr(importlib.import_module(module), attribute), "id")
    _in_language(cli, "id")
    missing = set()
    for command in every_command():
        texts = [command.help, *(p.help for p in command.params if isinstance(p, click.Option))]
        missing |= {text for text in texts if text and translate(text, "en") == text}

    assert set() == missing


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--nope"], 2),
        (["nope"], 2),
        (["init"], 2),
        (["init", "x", "--authority", "kota-yang-tidak-ada"], 2),
        (["--settings", "tidak-ada.toml", "worker", "--once"], 1),
        (["--settings", "rusak.toml", "worker", "--once"], 1),
        (["--settings", ".", "migrate"], 2),
        (["verify", "tidak-ada.pdf", "--authority", "tidak-ada.json"], 2),
        (["verify"], 2),
        (["documents", "check", "tidak-ada.pdf"], 2),
        (["catalogue", "check", "tidak-ada"], 2),
        (["keys", "unbind", "kepala", "00", "--reason", "x", "--last-day", "bukan-tanggal"], 2),
        (["demo", "--port", "99999999"], 2),
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_bad_input_gives_a_sentence_and_an_exit_code(run, arguments, code, language, tmp_path):
    """A mistake is told in a sentence; no traceback reaches a user."""
    (tmp_path / "rusak.toml").write_text("[office\nx", encoding="utf-8")

    done = run(*arguments, language=language)

    assert code == done.returncode, done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr + done.stdout


def test_a_process_says_the_same_and_ends_with_the_same_code(run, tmp_path):
    """What a shell sees of a mistake is what the tests above see."""
    command = ("--settings", "tidak-ada.toml", "--language", "en", "worker", "--once")
    told = process(*command, cwd=tmp_path)
    said = run(*command)

    assert (1, "") == (told.returncode, told.stdout)
    assert (said.returncode, said.stderr) == (told.returncode, told.stderr)


def test_all_settings_problems_are_told_at_once(run, tmp_path):
    """Nobody corrects a settings file one error at a time."""
    (tmp_path / "perizinan.toml").write_text(
        '[office]\nauthority = 3\nbahasa = "id"\n[storage]\ndatabase = 1\n', encoding="utf-8"
    )

    done = run("worker", "--once")

    assert 1 == done.returncode
    assert all(part in done.stderr for part in ("$.office", "bahasa", "$.storage.database"))


def test_a_closed_pipe_is_no_error_message(tmp_path):
    """`perizinan … | head` stays quiet."""
    command = f"{sys.executable} -m perizinan_core.cli --help | true"

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)

    assert "" == done.stderr


def test_init_sets_up_an_office_that_a_worker_can_open(run, tmp_path):
    """Two commands lead to a running office; the second init changes nothing."""
    first = run("init", "kantor", "--authority", "kota-blitar", "--development")
    second = run("init", "kantor", "--authority", "kota-blitar")
    settings = str(tmp_path / "kantor" / "perizinan.toml")
    worker = run("--settings", settings, "worker", "--once")
    keys = run("--settings", settings, "keys", "list", "--json")
    rotate = run("--settings", settings, "keys", "rotate")

    assert [0, 1, 0, 0, 0] == [item.returncode for item in (first, second, worker, keys, rotate)], keys.stderr
    assert "kepala-dpmptsp" in keys.stdout
    assert "PENGEMBANGAN" in keys.stdout
    assert 0o600 == (tmp_path / "kantor" / "keys" / "storage.json").stat().st_mode & 0o777


def test_plugins_list_names_what_is_loaded(run):
    """The built-in plugin and the installed authority are shown."""
    done = run("plugins", "list", "--json")

    assert 0 == done.returncode
    assert '"name": "builtin", "state": "loaded"' in done.stdout
    assert '"name": "kota-blitar", "state": "loaded"' in done.stdout


def test_the_help_comes_in_the_language_of_each_call(capsys, monkeypatch):
    """Within one process, too: English first must not leave English behind."""
    for language, word in (("en", "Check permits"), ("id", "Periksa izin"), ("en", "Check permits")):
        monkeypatch.setenv("PERIZINAN_LANGUAGE", language)
        with pytest.raises(SystemExit):
            main(["verify", "--help"])

        assert word in capsys.readouterr().out


def test_the_commands_of_plugins_say_what_they_are_for(capsys):
    """Each in the list of commands."""
    with pytest.raises(SystemExit):
        main(["--help"])

    assert "verify-serve" in (shown := capsys.readouterr().out)
    assert "Sajikan halaman" in shown

"""More than sixty broken plugins in one environment: each is named, and none keeps the office from its work."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.hooks.broken import BROKEN, install_all

SECONDS = 6.0


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """All of them, installed in front of what is there, and an own place for what is remembered of them."""
    site = tmp_path_factory.mktemp("broken")
    install_all(site)
    return {
        **os.environ,
        "PYTHONPATH": str(site),
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
        "PERIZINAN_LANGUAGE": "en",
        "COLUMNS": "200",
    }


@pytest.fixture(scope="module")
def run(environment, tmp_path_factory):
    """Run a command of the library as a process of its own."""

    def call(*words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "perizinan_core.cli", *words],
            env=environment,
            cwd=tmp_path_factory.mktemp("empty"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert code == done.returncode, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    return call


@pytest.fixture(scope="module")
def findings(run):
    """Return what the doctor says; every later command uses what it found out."""
    said = json.loads(run("plugins", "doctor", "--json", "--seconds", str(SECONDS), code=1))
    assert said["sound"] is False
    return said["findings"]


def test_there_are_more_than_sixty():
    """Each is broken in its own way."""
    assert len(BROKEN) >= 60


def test_the_doctor_names_each_broken_plugin_with_what_is_wrong(findings):
    """By the name of the plugin, or where that cannot be read by its folder."""
    found = {}
    for item in findings:
        found.setdefault(item["plugin"], []).append(item["code"])
    twice = {"same-one": ["offered-twice"], "same-two": ["offered-twice"]}
    missing = {
        name: (plugin.code, found.get(plugin.shown or name))
        for name, plugin in BROKEN.items()
        if plugin.code not in (found | twice).get(plugin.shown or name, ())
    }

    assert {} == missing
    assert {"kota-blitar", "verify"}.isdisjoint(found)


def test_what_the_doctor_prints_can_be_printed(findings, run):
    """No control character of a stranger reaches the terminal; every plugin stands in the table."""
    table = run("plugins", "list")

    assert all(line.isprintable() for line in table.splitlines())
    assert all((item["message"] + item["advice"] + item["plugin"]).isprintable() for item in findings)
    for name, plugin in BROKEN.items():
        assert (plugin.shown or name)[:20] in table


def test_the_list_is_json_whatever_plugins_print(findings, run):
    """They print to standard output when they are loaded."""
    rows = {item["name"]: item for item in json.loads(run("plugins", "list", "--json"))}

    assert "failed" == rows["import-sleeps"]["state"]
    assert "loaded" == rows["prints-import"]["state"]
    assert [
        {"hook": "register_notification_channels", "name": "mail-folder", "used": False, "replaces": None}
    ] == rows["replaces-channel"]["offers"]


def test_help_and_recovery_import_no_plugin(environment, tmp_path):
    """Not even a sound one: each says so when it is imported."""
    site = tmp_path / "site"
    (site / "loud-1.0.dist-info").mkdir(parents=True)
    (site / "loud-1.0.dist-info" / "METADATA").write_text("Name: loud\nVersion: 1.0\n")
    (site / "loud-1.0.dist-info" / "entry_points.txt").write_text("[perizinan_core.plugins]\nloud = loud\n")
    (site / "loud.py").write_text("import pathlib\npathlib.Path(__file__).with_name('imported').touch()\n")
    code = (
        "from perizinan_core.cli import main\n"
        "for words in (['--help'], ['--version'], ['verify', '--help'], ['plugins', '--help'], ['verify', 'no.pdf']):\n"
        "    try: main(words)\n"
        "    except SystemExit: pass\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "PYTHONPATH": f"{site}:{environment['PYTHONPATH']}"},
        capture_output=True,
        check=True,
    )

    assert not (site / "imported").exists()


def test_the_demonstration_and_verification_work_among_them(findings, run, tmp_path):
    """From the catalogue to a permit that is checked."""
    run("demo", "--no-serve", "--no-city", "--out", str(tmp_path / "demo"))
    permit, authority = tmp_path / "demo" / "permit.pdf", tmp_path / "demo" / "authority.json"

    assert "valid" in run("verify", str(permit), "--authority", str(authority), "--json")

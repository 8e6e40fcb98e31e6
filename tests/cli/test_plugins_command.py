"""``perizinan plugins``: what it says of plugins before an upgrade, from wheels and metadata alone."""

from __future__ import annotations

import json
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import perizinan_core.hooks as hooks_package
from perizinan_core.bootstrap._upgrade_check import Outcome, check_upgrade
from perizinan_core.cli import cli
from perizinan_core.hooks import API_VERSION
from perizinan_core.hooks._installed import core_version, installed_plugins
from perizinan_core.testing._refusals import raises_code

MANIFEST = """
manifest = 1
[plugin.{name}]
api = {api}
minimum-core = "{core}"
[plugin.{name}.offers]
register_signers = ["x"]
"""


@pytest.fixture
def wheel(tmp_path):
    """Write a small wheel, as a build backend would."""
    folder = tmp_path / "wheels"
    folder.mkdir()

    def run(name, *, version="2.0", api="[1, 1]", core="0.1.0", more="", manifest=True, extra=()):
        module = name.replace("-", "_")
        with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as archive:
            archive.writestr(f"{module}/__init__.py", "raise SystemExit('run')")
            if manifest:
                text = MANIFEST.format(name=name, api=api, core=core)
                archive.writestr(f"{module}/perizinan_plugin.toml", text)
            info = f"{module}-{version}.dist-info"
            archive.writestr(f"{info}/METADATA", f"Name: {name}\nVersion: {version}\n{more}")
            archive.writestr(f"{info}/entry_points.txt", f"[perizinan_core.plugins]\n{name} = {module}\n")
            for path, content in extra:
                archive.writestr(path, content)
        return folder

    yield run
    assert not {"uji", "perizinan_core_uji"} & set(sys.modules)


def core_wheel(folder, version, api):
    with zipfile.ZipFile(folder / f"perizinan_core-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr("perizinan_core/hooks/plugin_api.toml", f"api = {api}\n")
        archive.writestr(
            f"perizinan_core-{version}.dist-info/METADATA", f"Name: perizinan-core\nVersion: {version}\n"
        )


def outcome(report, name):
    found = {item.plugin: item for item in report.plugins}[name]
    return found.outcome, " ".join(found.reasons)


def test_the_interface_in_the_library_s_wheel_is_that_of_the_code():
    """The file is read from wheels."""
    told = tomllib.loads((Path(hooks_package.__file__).parent / "plugin_api.toml").read_text())

    assert {"api": [API_VERSION, API_VERSION]} == told


def test_what_is_installed_works_with_the_version_that_is_installed():
    """Our own plugins have manifests."""
    report = check_upgrade(core_version())
    ours = {item.plugin: item.outcome for item in report.plugins}

    assert Outcome.WORKS is ours["kota-blitar"]
    assert (API_VERSION, API_VERSION) == report.api


@pytest.mark.parametrize(
    ("given", "expected", "reason"),
    [
        ({}, Outcome.WORKS, ""),
        ({"api": "[1, 2]"}, Outcome.WORKS, ""),
        ({"api": "[2, 2]"}, Outcome.FAILS, "versions 2 to 2 of the plugin interface"),
        ({"core": "99"}, Outcome.FAILS, "needs perizinan-core 99 or later"),
        ({"more": "Requires-Dist: perizinan-core<0.1\n"}, Outcome.FAILS, "asks for perizinan-core<0.1"),
        ({"more": "Requires-Dist: perizinan-core[office]>=0.1\n"}, Outcome.WORKS, ""),
        ({"more": 'Requires-Dist: Perizinan_Core<0.1; extra == "x"\n'}, Outcome.WORKS, ""),
        ({"more": "Requires-Dist: ?\nRequires-Python: ?\n"}, Outcome.WORKS, ""),
        ({"more": "Requires-Python: >=99\n"}, Outcome.FAILS, "asks for Python >=99"),
        ({"manifest": False}, Outcome.UNKNOWN, "no manifest"),
        ({"core": "x"}, Outcome.FAILS, "minimum-core"),
    ],
)
def test_a_wheel_is_judged_by_its_metadata_and_its_manifest(wheel, given, expected, reason):
    """No code of it runs."""
    found, reasons = outcome(check_upgrade(core_version(), wheel("uji", **given)), "uji")

    assert expected is found
    assert reason in reasons


def test_of_a_later_version_the_interface_is_read_from_its_wheel(wheel):
    """Without it, no one can say."""
    folder = wheel("uji")
    core_wheel(folder, "7.0", "[2, 3]")
    unknown, asked = outcome(check_upgrade("8.0", folder), "uji")
    fails, reasons = outcome(check_upgrade("7.0", folder), "uji")
    core_wheel(folder, "7.0", "[1, 2]")

    assert (Outcome.UNKNOWN, Outcome.FAILS) == (unknown, fails)
    assert "--wheels" in asked
    assert "has 2 to 3" in reasons
    assert Outcome.WORKS is outcome(check_upgrade("7.0", folder), "uji")[0]


def test_a_wheel_takes_the_place_of_what_is_installed(wheel):
    """It would after the upgrade."""
    folder = wheel("perizinan-kota-blitar", version="9.0", api="[5, 5]")
    report = check_upgrade(core_version(), folder)

    assert "kota-blitar" in {item.name for item in installed_plugins()}
    assert [("perizinan-kota-blitar", "9.0")] == [
        (item.plugin, item.version) for item in report.plugins if "blitar" in item.distribution
    ]


def test_what_is_not_a_version_or_not_a_wheel_is_told(tmp_path):
    """In one sentence."""
    (tmp_path / "broken-1-py3-none-any.whl").write_bytes(b"PK")
    with raises_code("upgrade-version"):
        check_upgrade("soon")
    with raises_code("upgrade-wheels", match="broken-1"):
        check_upgrade("1.0", tmp_path)


def test_the_command_exits_with_1_unless_every_plugin_will_work(wheel):
    """As a table and as JSON, in both languages."""
    folder = wheel("uji", core="99")
    words = ["plugins", "check", "--for-core", core_version(), "--wheels", str(folder)]
    table = CliRunner().invoke(cli, words, env={"COLUMNS": "200"})
    told = CliRunner().invoke(cli, ["--language", "en", *words, "--json"])
    sound = CliRunner().invoke(cli, ["plugins", "check", "--for-core", core_version(), "--json"])

    assert (1, 1, 0) == (table.exit_code, told.exit_code, sound.exit_code)
    assert "tidak akan berfungsi" in table.output
    assert ["it needs perizinan-core 99 or later"] == {
        item["plugin"]: item["reasons"] for item in json.loads(told.output)["plugins"]
    }["uji"]

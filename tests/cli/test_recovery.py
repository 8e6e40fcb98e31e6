"""Recovery imports no plugin: one that hangs or is broken keeps no one from a backup, or from putting it back."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

PLUGIN = "sample_plugin"


@pytest.fixture(scope="module")
def office(tmp_path_factory, folder_of):
    """An office with one permit; the plugin of its authority is installed."""
    made = folder_of(tmp_path_factory.mktemp("office") / "office")
    made.write_settings(f"sqlite:///{made.folder.parent / 'records' / 'records.sqlite3'}")
    made.run("migrate")
    with made.open() as opened:
        made.kit(opened).permit()
    return made


@pytest.fixture(autouse=True)
def unloaded():
    """No command before this one has loaded it."""
    sys.modules.pop(PLUGIN, None)
    yield
    sys.modules.pop(PLUGIN, None)


def test_backup_restore_and_the_doctor_without_plugins_import_none(office, tmp_path, folder_of):
    """The records are looked at all the same."""
    said = office.run("backup", str(tmp_path / "backup"))
    second = folder_of(tmp_path / "second")
    second.write_settings(f"sqlite:///{tmp_path / 'new' / 'records.sqlite3'}")
    shutil.copytree(office.folder / "keys", second.folder / "keys")
    said += second.run("restore", str(tmp_path / "backup"))
    found = json.loads(second.run("--no-plugins", "doctor", "--json"))

    assert PLUGIN not in sys.modules
    assert "rows checked, 0 do not pass" in said
    assert ["without-plugins"] == [item["code"] for item in found["findings"]]


def test_the_doctor_without_plugins_names_a_document_that_is_missing(office, tmp_path):
    """And a key file that others may read."""
    copy = Path(shutil.copytree(office.folder, tmp_path / "office"))
    for item in (copy / "data" / "documents" / "objects").glob("*/*"):
        item.chmod(0o600)
        item.unlink()
    (copy / "keys" / "qr.pem").chmod(0o644)
    moved = type(office)(copy, office.plugin)
    found = json.loads(moved.run("--no-plugins", "doctor", "--json", code=1))

    assert PLUGIN not in sys.modules
    assert {"document-missing", "file-readable"} <= {item["code"] for item in found["findings"]}

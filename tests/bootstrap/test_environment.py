"""Settings from the environment, and values of the file that stand elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from perizinan_core.bootstrap import Settings, load_settings
from perizinan_core.bootstrap._environment import variables
from perizinan_core.bootstrap._opening import database_url
from perizinan_core.signing.ltv import Level
from perizinan_core.testing._refusals import raises_code

FULL = {
    "PERIZINAN_OFFICE_AUTHORITY": "kota-contoh",
    "PERIZINAN_OFFICE_LANGUAGE": "en",
    "PERIZINAN_STORAGE_DATABASE": "postgres://izin@db/izin",
    "PERIZINAN_STORAGE_DATABASE_PASSWORD": "env:PERIZINAN_STORAGE_SECRET",
    "PERIZINAN_STORAGE_SECRET": "rahasia",
    "PERIZINAN_SIGNING_DEVELOPMENT": "true",
    "PERIZINAN_SIGNING_SIGNERS": '{ kepala = "file:keys/head.p12" }',
    "PERIZINAN_SIGNING_ROOTS": "roots/a.pem, roots/b.pem",
    "PERIZINAN_SIGNING_TIMESTAMPS_URL": "https://tsa.example/",
    "PERIZINAN_SIGNING_TIMESTAMPS_LEVEL": "B-T",
    "PERIZINAN_SIGNING_TIMESTAMPS_TIMEOUT": "2.5",
    "PERIZINAN_PLUGINS_CHANNELS": "[]",
    "PERIZINAN_PLUGIN": "[mail-folder]\nfolder = 'mail'",
    "PATH": "/bin",
}


def test_all_settings_come_from_variables(tmp_path):
    """Texts, choices, numbers, lists and tables; other variables are left alone."""
    found = Settings.from_environment({**FULL, "PERIZINAN_FOLDER": str(tmp_path)})

    assert ("kota-contoh", "en") == (found.office.authority, found.office.language)
    assert found.signing.development is True
    assert {"kepala": "file:keys/head.p12"} == found.signing.signers
    assert ("roots/a.pem", "roots/b.pem") == found.signing.roots
    assert ("https://tsa.example/", Level.B_T, 2.5) == (
        found.signing.timestamps.url,
        found.signing.timestamps.level,
        found.signing.timestamps.timeout,
    )
    assert () == found.plugins.channels
    assert {"mail-folder": {"folder": "mail"}} == found.plugin
    assert "env:PERIZINAN_STORAGE_SECRET" == found.storage.database_password
    assert tmp_path == found.folder


def test_every_setting_has_a_variable_and_each_its_own():
    """A setting that is added later has one as well."""
    names = [name for name, _, _ in variables(Settings)]

    assert len(names) > 20
    assert sorted(set(names)) == sorted(names)
    assert "PERIZINAN_SIGNING_TIMESTAMPS_ON_FAILURE" in names


def test_all_wrong_variables_are_named_at_once():
    """A slip in a name, and a value of another kind, whose text is not repeated."""
    with raises_code("settings-environment") as refused:
        Settings.from_environment(
            {
                "PERIZINAN_OFFICE_AUTHORITY": "kota-contoh",
                "PERIZINAN_STORAGE_DATABSE": "x",
                "PERIZINAN_SIGNING_DEVELOPMENT": "ja bitte",
                "PERIZINAN_SIGNING_TIMESTAMPS_TIMEOUT": "soon?",
            }
        )

    assert "PERIZINAN_STORAGE_DATABSE is not a setting" in refused.value.message("en")
    assert "PERIZINAN_SIGNING_DEVELOPMENT: expected true or false" in refused.value.message("en")
    assert "PERIZINAN_SIGNING_TIMESTAMPS_TIMEOUT: expected a number" in refused.value.message("en")
    assert "ja bitte" not in refused.value.message("en")


def test_a_setting_of_another_kind_or_a_missing_one_is_named():
    """As in the file."""
    with raises_code("settings-environment", match="office"):
        Settings.from_environment({})
    with raises_code("settings-environment", match="language"):
        Settings.from_environment(
            {"PERIZINAN_OFFICE_AUTHORITY": "kota-contoh", "PERIZINAN_OFFICE_LANGUAGE": "nl"}
        )


def test_each_value_of_the_file_may_stand_elsewhere(tmp_path, monkeypatch):
    """In a variable or a file, also what is not a text; addresses of secrets and keys stay addresses."""
    monkeypatch.setenv("IZIN_DB", "postgresql://izin@db/izin")
    monkeypatch.setenv("IZIN_DEV", "true")
    monkeypatch.setenv("IZIN_HEAD", "file:keys/head.p12")
    (tmp_path / "slug").write_text("kota-contoh\n", encoding="utf-8")
    (tmp_path / "perizinan.toml").write_text(
        """
[office]
authority = "file:slug"
[storage]
database = "env:IZIN_DB"
keys = "env:IZIN_KEYS"
[signing]
development = "env:IZIN_DEV"
roots = ["env:IZIN_DB"]
[signing.signers]
kepala = "env:IZIN_HEAD"
sekda = "file:keys/sekda.p12"
[signing.secrets]
kepala = "env:IZIN_PIN"
""",
        encoding="utf-8",
    )
    found = load_settings(tmp_path / "perizinan.toml")

    assert "kota-contoh" == found.office.authority
    assert "postgresql://izin@db/izin" == found.storage.database
    assert found.signing.development is True
    assert ("postgresql://izin@db/izin",) == found.signing.roots
    assert {"kepala": "file:keys/head.p12", "sekda": "file:keys/sekda.p12"} == found.signing.signers
    assert ("env:IZIN_KEYS", {"kepala": "env:IZIN_PIN"}) == (found.storage.keys, found.signing.secrets)


@pytest.mark.parametrize("address", ["env:IZIN_NIRGENDS", "file:nirgends"])
def test_a_value_that_stands_nowhere_is_named_by_its_address(tmp_path, address):
    """Before anything is opened."""
    (tmp_path / "perizinan.toml").write_text(f'[office]\nauthority = "{address}"\n', encoding="utf-8")
    with raises_code("secret-missing", match=address):
        load_settings(tmp_path / "perizinan.toml")


def test_a_value_of_another_kind_elsewhere_is_named(tmp_path, monkeypatch):
    """With the setting and the address, without the value."""
    monkeypatch.setenv("IZIN_DEV", "kira-kira")
    (tmp_path / "perizinan.toml").write_text(
        '[office]\nauthority = "a"\n[signing]\ndevelopment = "env:IZIN_DEV"\n', encoding="utf-8"
    )
    with raises_code("settings-environment", match="signing.development .env:IZIN_DEV.: expected true") as it:
        load_settings(tmp_path / "perizinan.toml")

    assert "kira-kira" not in str(it.value)


def test_the_environment_can_stand_in_the_place_of_the_file(monkeypatch, tmp_path):
    """For the command line as well: ``PERIZINAN_SETTINGS=env:``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERIZINAN_OFFICE_AUTHORITY", "kota-contoh")

    assert "kota-contoh" == load_settings(Path("env:")).office.authority
    assert f"sqlite:///{tmp_path / 'data/perizinan.db'}" == database_url(load_settings(Path("env:")))

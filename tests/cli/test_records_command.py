"""`perizinan records check`: one line for each row that is not as it was written."""

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from perizinan_core.bootstrap import Office, load_plugins, load_settings, migrate_database
from perizinan_core.bootstrap._opening import database_url
from perizinan_core.cli._records import records_group


@pytest.fixture
def office(tmp_path):
    """A folder with an office that was opened once, and a way to run the command."""
    path = tmp_path / "perizinan.toml"
    path.write_text('[office]\nauthority = "kota-blitar"\n[signing]\ndevelopment = true\n')
    settings = load_settings(path)
    migrate_database(settings, load_plugins())
    with Office.open(settings) as opened:
        opened.publication.authority_json()

    def run(*words, language="id"):
        obj = {"language": language, "no_plugins": False, "settings": path}
        return CliRunner().invoke(records_group, ["check", *words], obj=obj)

    run.url = database_url(settings)
    return run


def sql(url, text):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(text))
    engine.dispose()


def test_sound_records_are_said_to_be_sound(office):
    """Exit code 0, in words and as JSON."""
    told, machine = office(), office("--json")

    assert (0, 0) == (told.exit_code, machine.exit_code)
    assert "0 tidak lolos" in told.output
    assert [] == json.loads(machine.output)["faults"]


def test_a_row_that_was_changed_is_named(office):
    """Exit code 1 until it is restored; a repair does not invent what was there."""
    sql(office.url, "UPDATE perizinan_settings SET value = '{}' WHERE key LIKE 'signatory:%'")
    told, repaired = office(language="en"), office("--repair", "--json")
    faults = json.loads(repaired.output)["faults"]

    assert (1, 1) == (told.exit_code, repaired.exit_code)
    assert "do not pass" in told.output
    assert {("perizinan_settings", "changed", False)} == {
        (fault["table"], fault["problem"], fault["repaired"]) for fault in faults
    }


def test_a_row_that_was_added_is_removed_by_a_repair(office):
    """Exit code 0: nothing is left for a person."""
    sql(office.url, "INSERT INTO perizinan_settings (key, value) VALUES ('signatory:forged', '{}')")

    assert 1 == office().exit_code
    assert 0 == office("--repair").exit_code
    assert 0 == office().exit_code

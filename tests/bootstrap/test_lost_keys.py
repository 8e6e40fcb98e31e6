"""A key file that was used is never replaced silently: the office says what is missing and what to do."""

import shutil

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy import make_url

from perizinan_core.bootstrap import (
    Office,
    OfficeSettings,
    Settings,
    SigningSettings,
    StorageSettings,
    load_plugins,
    load_settings,
    migrate_database,
)
from perizinan_core.bootstrap._keys import replace_lost_key
from perizinan_core.bootstrap._opening import database_url
from perizinan_core.cli._keys import keys_group
from perizinan_core.hooks import hookimpl
from perizinan_core.hooks._types import AuthorityEntry
from perizinan_core.storage import KeyRing
from perizinan_core.storage._opening import known_keys
from perizinan_core.testing._fakes import SettableClock
from perizinan_core.testing._offices import HOST, MORNING, sample_pack, sample_staff
from perizinan_core.testing._refusals import raises_code

OWN = {"authority-document.pem": "document", "qr.pem": "qr", "status-list.pem": "status"}


class Sample:
    """A plugin that brings the made-up local government."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self):
        return [AuthorityEntry(slug="kabupaten-contoh", load=sample_pack)]


def plugins():
    return load_plugins(discover=False, extra={"sample": Sample()})


def settings_in(folder, **given):
    return Settings(
        office=OfficeSettings(authority="kabupaten-contoh"),
        signing=SigningSettings(development=True),
        folder=folder,
        **given,
    )


def opened(settings):
    return Office.open(settings, clock=SettableClock(MORNING), discover=False, plugins={"sample": Sample()})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def first_office(request, tmp_path_factory):
    """Settings of an office that was opened once, on each kind of database; nobody changes it."""
    folder, storage = tmp_path_factory.mktemp("office"), StorageSettings()
    if request.param == "postgresql":
        storage = StorageSettings(database=request.getfixturevalue("postgres_server").create_database())
    settings = settings_in(folder, storage=storage)
    migrate_database(settings, plugins())
    with opened(settings) as office:
        office.signers.signer_for("kepala")
    return settings


@pytest.fixture
def office_settings(first_office, request, tmp_path):
    """Settings of a copy of it."""
    shutil.copytree(first_office.folder, tmp_path, dirs_exist_ok=True)
    if first_office.storage == StorageSettings():
        yield settings_in(tmp_path)
        return
    server = request.getfixturevalue("postgres_server")
    url = server.create_database(template=make_url(str(first_office.storage.database)).database)
    yield settings_in(tmp_path, storage=StorageSettings(database=url))
    server.drop_database(url)


def files(settings):
    return {path for path in settings.path("keys").rglob("*") if path.is_file()}


def test_lost_keys_of_the_records_are_named_and_not_made_again(office_settings):
    """Nothing is written in their place: restoring the file is all that is needed."""
    path = office_settings.path("keys/storage.json")
    ring = KeyRing.from_file(path)
    path.unlink()
    with raises_code("storage-keys-lost") as told:
        opened(office_settings)
    sentence = told.value.message("id")

    assert not path.exists()
    assert {ring.data.current.id, ring.index.current.id} == set(told.value.keys)
    assert ("keys/storage.json" in sentence, "cadangan" in sentence) == (True, True)
    ring.save(path)
    opened(office_settings).close()


def test_lost_keys_are_noticed_when_the_list_of_known_keys_is_lost_too(office_settings):
    """One DELETE does not make an old database look new: the rows name their keys themselves."""
    with opened(office_settings) as office:
        for officer in sample_staff():
            office.reviews.add_officer(officer, actor=HOST)
    engine = sa.create_engine(database_url(office_settings))
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM perizinan_settings WHERE key = 'keys.probes'"))
    engine.dispose()
    office_settings.path("keys/storage.json").unlink()
    with raises_code("storage-keys-lost"):
        opened(office_settings)


@pytest.mark.parametrize("name", OWN)
def test_a_lost_key_of_the_office_is_named_and_not_made_again(office_settings, name):
    """For authority.json, QR codes and the status list; the sentence names the way out."""
    before = files(office_settings)
    office_settings.path(f"keys/{name}").unlink()
    with raises_code("office-key-lost") as told:
        opened(office_settings)

    assert (name, OWN[name]) == (told.value.path, told.value.purpose)
    assert f"perizinan keys rotate-own {OWN[name]} --lost" in told.value.message("id")
    assert before - files(office_settings) == {office_settings.path(f"keys/{name}")}


def test_a_lost_development_ca_is_named_and_not_made_again(office_settings):
    """A new root would make every letter of the old one a stranger's."""
    office_settings.path("keys/development/authority.pem").unlink()
    with raises_code("office-key-lost") as told:
        opened(office_settings)

    assert ("authority.pem", "development") == (told.value.path, told.value.purpose)
    assert not office_settings.path("keys/development/authority.pem").exists()


def test_a_lost_development_signer_is_named_and_not_made_again(office_settings):
    """Also where its folder is still there."""
    office_settings.path("keys/development/signer-kepala.pem").unlink()
    with opened(office_settings) as office, raises_code("office-key-lost") as told:
        office.signers.signer_for("kepala")

    assert ("signer-kepala.pem", "development") == (told.value.path, told.value.purpose)


@pytest.mark.parametrize("purpose", ["document", "qr", "status", "development"])
def test_a_key_that_is_lost_for_good_is_replaced_on_purpose(office_settings, purpose):
    """The office opens again, and signs."""
    lost = {value: key for key, value in OWN.items()}.get(purpose, "development/authority.pem")
    office_settings.path(f"keys/{lost}").unlink()
    replace_lost_key(office_settings, sample_pack().authority, purpose, MORNING)

    with opened(office_settings) as office:
        assert office.signers.signer_for("kepala").certificate is not None
        assert office.publication.authority_json()


def test_a_key_file_that_is_there_is_not_touched_by_lost(office_settings):
    """The word alone does not cost an office its key."""
    before = {path: path.read_bytes() for path in files(office_settings)}
    for purpose in (*OWN.values(), "development"):
        replace_lost_key(office_settings, sample_pack().authority, purpose, MORNING)

    assert before == {path: path.read_bytes() for path in files(office_settings)}


def test_an_office_that_kept_no_list_of_its_key_files_is_asked_for_what_it_published(office_settings):
    """As one that an earlier version of the library opened: its published keys are evidence enough."""
    with opened(office_settings) as office:
        office.publication.authority_json()
        with office.storage.unit_of_work() as work:
            for key in work.settings.all("key-file:"):
                work.settings.delete(key)
            work.commit()
    office_settings.path("keys/qr.pem").unlink()
    with raises_code("office-key-lost"):
        opened(office_settings)


def test_a_new_folder_gets_its_keys_on_first_use(tmp_path):
    """The refusal concerns what was used, and nothing else."""
    settings = settings_in(tmp_path / "new")
    migrate_database(settings, plugins())

    assert known_keys(f"sqlite:///{tmp_path}/none.db") == ()
    with opened(settings) as office:
        assert office.signers.signer_for("kepala").certificate is not None


def test_the_command_makes_a_new_key_only_with_lost(tmp_path):
    """`keys rotate-own` without `--lost` refuses like everything else; with it the office works again."""
    settings = tmp_path / "perizinan.toml"
    settings.write_text('[office]\nauthority = "kota-blitar"\n[signing]\ndevelopment = true\n')
    migrate_database(load_settings(settings), load_plugins())
    Office.open(settings).close()

    def keys(*words):
        obj = {"language": "id", "no_plugins": False, "settings": settings}
        return CliRunner().invoke(keys_group, words, obj=obj)

    shutil.rmtree(tmp_path / "keys" / "development")
    refused, lost = keys("rotate-own", "qr"), keys("rotate-own", "development", "--lost")

    assert "rotate-own development --lost" in refused.exception.message("id")
    assert lost.exit_code == 0, lost.output
    assert keys("list").exit_code == 0
    assert keys("rotate-own", "development").exit_code == 2

"""Tables of plugins in a whole office: made by the command, kept in backups, named when their plugin is gone."""

from __future__ import annotations

import sys
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import Office, load_plugins, migrate_database
from perizinan_core.bootstrap._backup import make_backup, restore_backup
from perizinan_core.bootstrap._doctor import examine
from perizinan_core.bootstrap._settings import (
    OfficeSettings,
    PluginTable,
    Settings,
    SigningSettings,
    StorageSettings,
)
from perizinan_core.cli import main
from perizinan_core.hooks import AuthorityEntry, StorageEntry, TablesEntry, hookimpl
from perizinan_core.testing._offices import MORNING, sample_office, sample_pack
from perizinan_core.testing._refusals import raises_code

EXAMPLE = Path(__file__).parents[2] / "examples" / "guest-book"


class Sample:
    """A plugin that brings the made-up local government."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self) -> list[AuthorityEntry]:
        """Offer it."""
        pack = sample_pack()
        return [AuthorityEntry(slug=pack.authority.slug, load=lambda: pack)]


class SecondBook(Sample):
    """Brings tables of a name that is taken."""

    @hookimpl
    def register_tables(self) -> list[TablesEntry]:
        """Offer them."""
        return [TablesEntry(name="guestbook", migrations=EXAMPLE / "guest_book" / "migrations")]


class OtherStorage(Sample):
    """A record store that holds the records only."""

    @hookimpl
    def register_storages(self) -> list[StorageEntry]:
        """Offer it."""
        return [StorageEntry(schemes=("other",), open=lambda *_: None, migrate=lambda _: None)]


@pytest.fixture
def guest_book(monkeypatch):
    """The example plugin."""
    monkeypatch.syspath_prepend(EXAMPLE)
    import guest_book

    yield guest_book
    del sys.modules["guest_book"]


@pytest.fixture
def settings(tmp_path) -> Settings:
    """An office on a SQLite file."""
    return Settings(
        office=OfficeSettings(authority=sample_pack().authority.slug),
        signing=SigningSettings(development=True),
        plugins=PluginTable(channels=()),
        folder=tmp_path,
    )


def manager(**plugins: object):
    """Load these plugins beside the made-up local government."""
    return load_plugins(discover=False, extra={"sample": Sample(), **plugins})


def test_an_office_whose_plugin_has_no_tables_yet_says_to_migrate_and_then_works(settings, guest_book):
    """What the example's page says, with its functions."""
    migrate_database(settings, manager())
    plugins = {"sample": Sample(), "guest-book": guest_book}
    with raises_code("plugin-tables-not-migrated") as caught:
        Office.open(settings, plugins=plugins, discover=False)
    report = migrate_database(settings, manager(**{"guest-book": guest_book}))
    with Office.open(settings, plugins=plugins, discover=False) as office:
        guest_book.note_visit(office, "bertanya")
        found = guest_book.visits_by_purpose(office)
        with raises_code("nothing-registered"):
            office.tables("portal")

    assert "perizinan migrate" in caught.value.message("id")
    assert ("0001",) == report.tables[0].applied
    assert {"bertanya": 1} == found


def test_a_backup_brings_the_tables_back_and_the_doctor_names_them_when_the_plugin_is_gone(
    settings, guest_book, tmp_path
):
    """Restoring needs the plugin, or the word that its tables are not wanted."""
    own = manager(**{"guest-book": guest_book})
    migrate_database(settings, own)
    with Office.open(
        settings, plugins={"sample": Sample(), "guest-book": guest_book}, discover=False
    ) as office:
        guest_book.note_visit(office, "bertanya")
    made = make_backup(settings, own, tmp_path / "backup", now=MORNING)
    second = attrs.evolve(
        settings, storage=StorageSettings(database="sqlite:///second.sqlite3", documents="second")
    )
    with raises_code("saved-tables-unknown"):
        restore_backup(second, manager(), tmp_path / "backup")
    nothing = not (tmp_path / "second").exists()
    restore_backup(second, own, tmp_path / "backup")
    with Office.open(second, plugins={"sample": Sample()}, discover=False) as office:
        named = [item for item in examine(office, quick=True) if item.code == "plugin-tables-left"]
    with Office.open(
        second, plugins={"sample": Sample(), "guest-book": guest_book}, discover=False
    ) as office:
        found = guest_book.visits_by_purpose(office)
        silent = [item for item in examine(office, quick=True) if item.code == "plugin-tables-left"]

    assert {"guestbook": "0001"} == made.tables
    assert nothing
    assert [{"name": "guestbook", "revision": "0001"}] == [item.fields for item in named]
    assert [] == silent
    assert {"bertanya": 1} == found


def test_two_plugins_with_tables_of_one_name_are_refused_before_anything_is_made(
    settings, guest_book, tmp_path
):
    """Each would write into the other's."""
    with raises_code("tables-taken") as caught:
        migrate_database(settings, manager(**{"guest-book": guest_book, "second": SecondBook()}))

    assert {"guest-book", "second"} == {caught.value.plugin, caught.value.other}
    assert not list(tmp_path.glob("*.sqlite3"))


def test_a_record_store_of_a_plugin_that_holds_records_only_refuses_tables(settings, guest_book):
    """Rather than leaving them out."""
    elsewhere = attrs.evolve(settings, storage=StorageSettings(database="other://"))
    with raises_code("tables-unsupported"):
        migrate_database(elsewhere, manager(other=OtherStorage(), **{"guest-book": guest_book}))


def test_a_sample_office_has_the_tables_in_memory(guest_book):
    """Tests of plugins need no database."""
    kit = sample_office(plugins={"guest-book": guest_book})
    guest_book.note_visit(kit.office, "bertanya")

    assert {"bertanya": 1} == guest_book.visits_by_purpose(kit.office)
    with kit.office.tables("guestbook").transaction(read_only=True) as connection:
        assert [MORNING] == list(connection.execute(sa.select(guest_book.visits.c.at)).scalars())


@pytest.mark.parametrize("name", ["", "Portal", "my_portal", "my-portal", "1st", "a" * 21])
def test_a_name_that_could_run_into_another_ones_tables_is_refused(name):
    """Underscores would: the tables of ``a`` could be those of ``a_b``."""
    with pytest.raises(ValueError, match="name"):
        TablesEntry(name=name, migrations=EXAMPLE)


def test_an_engine_of_the_host_holds_the_tables_too(settings, guest_book, tmp_path):
    """In the database that the host's own Alembic looks at."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'host.sqlite3'}")
    own = manager(**{"guest-book": guest_book})
    migrate_database(settings, own, engine=engine)
    with Office.open(
        settings, plugins={"sample": Sample(), "guest-book": guest_book}, discover=False, engine=engine
    ) as office:
        guest_book.note_visit(office, "bertanya")

    assert "perizinan_plugin_guestbook_visits" in sa.inspect(engine).get_table_names()
    engine.dispose()


NEWER = """
from pathlib import Path
from perizinan_core.hooks import TablesEntry, hookimpl

perizinan_api = 1


@hookimpl
def register_tables():
    raise SystemExit("its code has run")
"""


def test_a_plugin_that_needs_a_newer_core_is_refused_before_its_code_runs_and_a_table_is_touched(
    settings, tmp_path, monkeypatch, capsys
):
    """The office works without it, and the command names it."""
    site = tmp_path / "site"
    (site / "kelak-1.dist-info").mkdir(parents=True)
    (site / "kelak.py").write_text(NEWER, encoding="utf-8")
    (site / "kelak.perizinan_plugin.toml").write_text(
        'manifest = 1\n[plugin.kelak]\napi = [1, 1]\nminimum-core = "999"\n', encoding="utf-8"
    )
    (site / "kelak-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: kelak\nVersion: 1\n")
    (site / "kelak-1.dist-info" / "entry_points.txt").write_text("[perizinan_core.plugins]\nkelak = kelak\n")
    monkeypatch.syspath_prepend(site)
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "perizinan.toml").write_text(
        f'[office]\nauthority = "{sample_pack().authority.slug}"\n[signing]\ndevelopment = true\n'
    )
    with pytest.raises(SystemExit) as ended:
        main(["--language", "en", "--settings", str(folder / "perizinan.toml"), "migrate"])

    assert 0 == ended.value.code
    assert "kelak" in capsys.readouterr().err
    assert "kelak" not in sys.modules

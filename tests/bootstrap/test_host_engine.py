"""An office on the engine of its host: the host's pool, the host's to close, and nothing of ours left in it."""

from __future__ import annotations

import attrs
import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import Office, load_plugins, migrate_database
from perizinan_core.bootstrap._settings import (
    OfficeSettings,
    PluginTable,
    Settings,
    SigningSettings,
    StorageSettings,
)
from perizinan_core.errors.services import ArgumentError
from perizinan_core.hooks import AuthorityEntry, hookimpl
from perizinan_core.testing._offices import APPLICANT, FORMS, sample_applicant, sample_pack
from perizinan_core.testing._refusals import raises_code


class Sample:
    """A plugin that brings the made-up local government."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self) -> list[AuthorityEntry]:
        """Offer it."""
        pack = sample_pack()
        return [AuthorityEntry(slug=pack.authority.slug, load=lambda: pack)]


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings whose database is never opened."""
    return Settings(
        office=OfficeSettings(authority=sample_pack().authority.slug),
        signing=SigningSettings(development=True),
        plugins=PluginTable(channels=()),
        folder=tmp_path,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """The engine of a host, with a table of its own."""
    url = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    made = sa.create_engine(sa.make_url(url))
    with made.begin() as connection:
        connection.execute(sa.text("CREATE TABLE pesan (teks text)"))
    yield made
    made.dispose()


def _migrated(settings: Settings, engine: sa.Engine) -> dict[str, object]:
    plugins = {"sample": Sample()}
    manager = load_plugins(disabled=(), discover=False, extra=plugins)
    migrate_database(settings, manager, engine=engine)
    return {"plugins": plugins, "discover": False, "engine": engine}


def test_an_office_works_on_the_engine_of_its_host_and_leaves_it_open(settings, engine):
    """Records stand beside the host's own; after `close` the host keeps using its pool."""
    given = _migrated(settings, engine)
    with Office.open(settings, **given) as office:
        case = office.applications.start(
            "warung", applicant=sample_applicant(), actor=APPLICANT, form=FORMS["warung"]
        )
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO pesan VALUES ('halo')"))
    with Office.open(settings, **given) as again:
        assert case.id == again.applications.get(case.id, actor=APPLICANT).id
    with engine.connect() as connection:
        assert "halo" == connection.execute(sa.text("SELECT teks FROM pesan")).scalar()
        assert 1 == connection.execute(sa.text("SELECT count(*) FROM perizinan_applications")).scalar()
    assert not (settings.folder / "data" / "perizinan.db").exists()


def test_the_connections_of_the_host_keep_their_own_settings(settings, engine):
    """Time zone, waits and isolation of our transactions end with them; on SQLite no connection is shared."""
    given = _migrated(settings, engine)
    query = (
        "SELECT current_setting('TimeZone'), current_setting('lock_timeout'), "
        "current_setting('transaction_isolation'), current_setting('transaction_read_only')"
        if engine.dialect.name == "postgresql"
        else "SELECT foreign_keys, synchronous FROM pragma_foreign_keys, pragma_synchronous"
    )
    with engine.connect() as connection:
        before = connection.execute(sa.text(query)).one()
    with Office.open(settings, **given) as office:
        for _ in range(3):
            office.applications.of_owner(actor=APPLICANT)
            office.applications.start("warung", applicant=sample_applicant(), actor=APPLICANT)
        with engine.connect() as connection:
            after = connection.execute(sa.text(query)).one()

    assert before == after


def test_on_postgresql_the_pool_is_shared(settings, postgres_server):
    """A host that allows two connections is never asked for a third."""
    url = postgres_server.create_database()
    engine = sa.create_engine(sa.make_url(url), pool_size=1, max_overflow=1, pool_timeout=5)
    opened = []
    sa.event.listen(engine, "connect", lambda *_: opened.append(1))
    with Office.open(settings, **_migrated(settings, engine)) as office:
        for _ in range(3):
            office.applications.of_owner(actor=APPLICANT)
    engine.dispose()

    assert 1 <= len(opened) <= 2


@pytest.mark.parametrize("engine_url", ["sqlite://", "mysql+pymysql://x/y"])
def test_an_engine_that_the_records_cannot_use_is_refused(settings, engine_url):
    """A database in memory has no file to share; others are not known."""
    engine = (
        sa.create_mock_engine(engine_url, lambda *_: None)
        if "mysql" in engine_url
        else sa.create_engine(engine_url)
    )
    expected = "argument" if "mysql" in engine_url else "invalid-database-url"
    with raises_code(expected):
        Office.open(settings, plugins={"sample": Sample()}, discover=False, engine=engine)


def test_something_else_than_an_engine_is_named(settings):
    """An address belongs into the settings."""
    with pytest.raises(ArgumentError) as refused:
        Office.open(settings, engine="postgresql://db/izin")

    assert "engine" == refused.value.argument


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address_opens_the_records(settings, postgres_server, scheme):
    """Platforms hand out ``postgres://``; the driver is ours to know."""
    url = sa.make_url(postgres_server.create_database()).set(drivername=scheme)
    storage = StorageSettings(database=url.render_as_string(hide_password=False))
    chosen = attrs.evolve(settings, storage=storage)
    plugins = {"sample": Sample()}
    migrate_database(chosen, load_plugins(disabled=(), discover=False, extra=plugins))
    with Office.open(chosen, plugins=plugins, discover=False) as office:
        assert () == office.applications.of_owner(actor=APPLICANT).items

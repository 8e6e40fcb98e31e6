"""Accounts, sessions, tokens and posts, on both databases."""

from __future__ import annotations

import attrs
import pytest
import sqlalchemy as sa
from perizinan_portal import _plugin
from perizinan_portal._errors import PortalError
from perizinan_portal._kit._limits import Limiter
from perizinan_portal._store import AccountKind, Level, Purpose, SavedPost, open_store

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing import postgres_database

NOW = 1_800_000_000


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL of its own, with the tables in it; each test finds them empty."""
    with postgres_database() as url:
        keys = KeyRing.generate()
        migrate(url, keys=keys, tables=_plugin.register_tables())
        storage = open_storage(url, keys)
        yield storage
        storage.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def tables(request, tmp_path):
    """The empty tables, in each kind of store."""
    (entry,) = _plugin.register_tables()
    if request.param == "memory":
        yield MemoryStorage().plugin_tables(entry)
        return
    if request.param == "postgresql":
        found = request.getfixturevalue("postgres").plugin_tables(entry)
        with found.transaction() as connection:
            for name in ("accounts", "sessions", "tokens", "posts", "rates", "reminders"):
                connection.exec_driver_sql(f"DELETE FROM {found.table_name(name)}")
        yield found
        return
    url, keys = f"sqlite:///{tmp_path / 'office.sqlite3'}", KeyRing.generate()
    migrate(url, keys=keys, tables=(entry,))
    storage = open_storage(url, keys)
    yield storage.plugin_tables(entry)
    storage.close()


@pytest.fixture
def store(tables):
    """An empty store."""
    return open_store(tables)


def test_an_account_is_found_by_its_login_however_it_is_written(store):
    """Capitals and spaces around do not matter; nothing of it can be read in the table."""
    made = store.accounts.add(AccountKind.PUBLIC, now=NOW, email="sekar@surat.example.org", name="Sekar")
    found = store.accounts.by_login("  SEKAR@surat.example.org ")

    assert made == found
    with store._database.read() as connection:
        row = connection.execute(sa.text("SELECT * FROM perizinan_plugin_portal_accounts")).one()
    assert (
        b"sekar"
        not in b"".join(bytes(part) if isinstance(part, bytes | memoryview) else b"" for part in row).lower()
    )
    assert "ekar" not in "".join(part for part in row if isinstance(part, str))


def test_two_accounts_do_not_share_a_login(store):
    """Also when both are made at once: the database refuses the second."""
    store.accounts.add(AccountKind.PUBLIC, now=NOW, email="a@surat.example.org")
    with pytest.raises(AlreadyExistsError):
        store.accounts.add(AccountKind.PUBLIC, now=NOW, email="A@surat.example.org")


def test_a_session_is_found_by_its_token_and_ends(store):
    """The table holds no token."""
    account = store.accounts.add(AccountKind.PUBLIC, now=NOW)
    token = store.sessions.begin(account.id, level=Level.FULL, now=NOW)
    found = store.sessions.find(token)
    assert (account.id, Level.FULL) == (found.account, found.level)
    assert token not in str(found.digest)
    again = store.sessions.begin(account.id, level=Level.FULL, now=NOW, ends=found.digest)

    assert store.sessions.find(token) is None
    store.sessions.end_all(account.id)
    assert store.sessions.find(again) is None


def test_a_token_is_good_once_for_its_purpose_and_for_a_while(store):
    """And a later one of the same account replaces it."""
    account = store.accounts.add(AccountKind.PUBLIC, now=NOW)
    first = store.tokens.give(Purpose.RESET, now=NOW, account=account.id)
    second = store.tokens.give(Purpose.RESET, now=NOW, account=account.id, payload={"a": 1})

    assert store.tokens.find(first, Purpose.RESET, now=NOW) is None
    assert store.tokens.find(second, Purpose.INVITE, now=NOW) is None
    assert store.tokens.find(second, Purpose.RESET, now=NOW + 3601) is None
    found = store.tokens.find(second, Purpose.RESET, now=NOW)
    assert {"a": 1} == found.payload
    assert [True, False] == [store.tokens.use(found), store.tokens.use(found)]


def test_a_saved_post_comes_back_and_is_forgotten_after_a_day(store):
    """With every value of every field."""
    post = SavedPost(place="/permohonan/1", values={"a": ("1", "2")}, had_files=True)
    token = store.posts.keep(post, now=NOW)

    assert post == store.posts.find(token, now=NOW)
    assert store.posts.find(token, now=NOW + 24 * 3600 + 1) is None


def test_a_code_of_the_second_factor_is_good_once(store):
    """An earlier one is not good after a later one either."""
    account = store.accounts.add(AccountKind.OFFICER, now=NOW, officer="kasir")

    assert [True, False, False, True] == [store.accounts.use_code(account.id, step) for step in (5, 5, 4, 6)]


def test_guests_who_do_not_come_back_are_removed(store):
    """And no one else."""
    guest = store.accounts.add(AccountKind.GUEST, now=NOW)
    person = store.accounts.add(AccountKind.PUBLIC, now=NOW, email="a@surat.example.org")

    assert (guest.id,) == store.accounts.guests(unseen_since=NOW + 1)
    assert [True, False] == [store.accounts.remove_guest(one.id) for one in (guest, person)]
    assert [None, person] == [store.accounts.get(one.id) for one in (guest, person)]


def test_the_last_keeping_of_a_draft_is_known(store):
    """Which tab, and when; until the draft is gone."""
    store.drafts.note("a", "tab-1", now=NOW)
    store.drafts.note("a", "tab-2", now=NOW + 5)

    assert ("tab-2", NOW + 5) == (store.drafts.tab("a"), store.drafts.saved_at("a"))
    store.drafts.forget("a")
    assert (None, None) == (store.drafts.tab("a"), store.drafts.saved_at("a"))
    store.drafts.note("a", "tab-1", now=NOW)
    assert (0, 1) == (store.drafts.remove_old(before=NOW), store.drafts.remove_old(before=NOW + 1))


def test_a_guest_who_logs_in_is_remembered_until_the_second_step(store):
    """Their drafts go along once the code was right."""
    token = store.sessions.begin("konto", level=Level.PASSWORD, now=NOW, guest="tamu")

    assert "tamu" == store.sessions.find(token).guest


def test_tries_are_counted_by_the_database_for_all_processes(store, tables):
    """Two processes count one and the same client together; who it is cannot be read."""
    limiters = [Limiter(one.hidden, one.rates) for one in (store, open_store(tables))]
    for number in range(4):
        limiters[number % 2].hit("login", "203.0.113.7", times=4, minutes=5)
    with pytest.raises(PortalError) as refused:
        limiters[0].hit("login", "203.0.113.7", times=4, minutes=5)
    limiters[1].hit("login", "203.0.113.8", times=4, minutes=5)
    with store._database.read() as connection:
        kept = str(connection.execute(sa.text("SELECT * FROM perizinan_plugin_portal_rates")).all())

    assert ("too-many-tries", 5) == (refused.value.code, refused.value.minutes)
    assert 290 <= refused.value.seconds <= 300
    assert "203.0.113" not in kept
    assert 0 == store.rates.remove_old()
    assert 2 == store.rates.reset()


def test_a_registered_guest_keeps_the_id(store):
    """And with it everything that was begun."""
    guest = store.accounts.add(AccountKind.GUEST, now=NOW)
    kept = attrs.evolve(guest, kind=AccountKind.PUBLIC, email="a@surat.example.org", name="A", password="x")
    store.accounts.save(kept, now=NOW)

    assert kept == store.accounts.by_login("a@surat.example.org")


def test_a_reminder_is_claimed_once_and_forgotten_when_it_is_old(store):
    """On both databases, whichever process asks."""
    first, again = store.reminders.claim("permit 1", now=100), store.reminders.claim("permit 1", now=101)
    store.reminders.remove_old(before=101)

    assert (True, False, True) == (first, again, store.reminders.claim("permit 1", now=102))


def test_an_account_is_removed_with_its_sessions_and_wishes(store):
    """Nothing that leads to it is left; the same address can register again."""
    made = store.accounts.add(AccountKind.PUBLIC, now=100, email="pergi@surat.example.org", name="Pergi")
    store.accounts.save(attrs.evolve(made, language="en", reminders=True), now=101)
    assert ("en", True) == (store.accounts.get(made.id).language, store.accounts.get(made.id).reminders)
    token = store.sessions.begin(made.id, level=Level.FULL, rights="", now=100)
    store.accounts.remove(made.id)

    assert store.accounts.get(made.id) is None
    assert store.sessions.find(token) is None
    assert store.accounts.add(AccountKind.PUBLIC, now=102, email="pergi@surat.example.org").id != made.id

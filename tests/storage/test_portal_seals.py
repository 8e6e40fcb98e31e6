"""Accounts of the portal under a change of the office's keys."""

from perizinan_portal import _plugin
from perizinan_portal._store import AccountKind, open_store

from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._rotation import rotate_keys

NOW = 1_800_000_000


def test_a_change_of_the_offices_keys_moves_accounts_and_their_logins(tmp_path):
    """They are found and opened under the new keys, and no key of before is needed."""
    url, keys = f"sqlite:///{tmp_path / 'office.sqlite3'}", KeyRing.generate()
    (entry,) = _plugin.register_tables()
    migrate(url, keys=keys, tables=(entry,))
    storage = open_storage(url, keys)
    made = open_store(storage.plugin_tables(entry)).accounts.add(
        AccountKind.PUBLIC, now=NOW, email="sekar@surat.example.org", name="Sekar"
    )
    storage.close()
    changing = KeyRing(data=keys.data.rotated(), index=keys.index.rotated())
    rotated = open_storage(url, changing)
    rotate_keys(rotated, tables=(entry,))
    rotated.close()
    new = open_storage(
        url,
        KeyRing(
            data=changing.data.without(keys.data.current.id),
            index=changing.index.without(keys.index.current.id),
        ),
    )
    found = open_store(new.plugin_tables(entry)).accounts.by_login("Sekar@surat.example.org")
    new.close()

    assert made == found

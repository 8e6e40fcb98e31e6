"""The office's records as a status source for ``perizinan verify --records``."""

from datetime import date

import pytest

from perizinan_core.bootstrap._status_source import KEYS_FILE, open_status_source
from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import read_authority_document
from perizinan_core.storage import KeyRing, migrate, open_storage
from perizinan_core.storage._keyring import KEYS_VARIABLE
from perizinan_core.testing._offices import MORNING, sample_office


@pytest.fixture
def records(tmp_path):
    """A database with one permit, its keys in a file, and the authority document."""
    url = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    migrate(url)
    keys = KeyRing.open_or_create(tmp_path / "keys.json")
    storage = open_storage(url, keys, zone=MORNING.tzinfo)
    kit = sample_office(storage=storage)
    permit = kit.permit()
    head = kit.officer("pimpinan")
    kit.office.permits.revoke(
        permit.id, reason="x", legal_basis="Perda", actor=head, effective=date(2026, 3, 9)
    )
    document = read_authority_document(kit.office.publication.authority_json())
    storage.close()
    return url, tmp_path / "keys.json", permit, document


@pytest.mark.parametrize("by", ["file", "environment"])
def test_the_status_of_a_day_comes_from_the_records(records, monkeypatch, by):
    """Before and after the revocation took effect."""
    url, keys, permit, document = records
    monkeypatch.delenv(KEYS_FILE, raising=False)
    if by == "file":
        monkeypatch.setenv(KEYS_FILE, str(keys))
    else:
        monkeypatch.setenv(KEYS_VARIABLE, keys.read_text())
    with open_status_source(url, document) as source:
        answers = [
            source.status_of(permit.number, permit.status_index, day)
            for day in (date(2026, 3, 8), date(2026, 3, 9))
        ]
        wrong_index = source.status_of(permit.number, permit.status_index + 1, date(2026, 3, 8))
        unknown = source.status_of("500/777/WR/2026", 0, date(2026, 3, 8))

    assert [PermitStatus.IN_FORCE, PermitStatus.REVOKED] == [item.status for item in answers]
    assert date(2026, 3, 9) == answers[1].since
    assert (None, None) == (wrong_index, unknown)


def test_records_that_cannot_be_opened_are_said_so(records, monkeypatch, tmp_path):
    """No keys, other keys, no database."""
    url, keys, _, document = records
    monkeypatch.delenv(KEYS_FILE, raising=False)
    monkeypatch.delenv(KEYS_VARIABLE, raising=False)
    with pytest.raises(StatusUnavailableError), open_status_source(url, document):
        pass
    KeyRing.open_or_create(tmp_path / "other.json")
    monkeypatch.setenv(KEYS_FILE, str(tmp_path / "other.json"))
    with pytest.raises(StatusUnavailableError), open_status_source(url, document):
        pass
    monkeypatch.setenv(KEYS_FILE, str(keys))
    with (
        pytest.raises(StatusUnavailableError),
        open_status_source(f"sqlite:///{tmp_path / 'nothing.sqlite3'}", document),
    ):
        pass

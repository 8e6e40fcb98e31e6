"""What a session claims is held against the staff record: it may claim less, and never more."""

import attrs
import pytest

from perizinan_core.model._actor import Officer, Role
from perizinan_core.workflow._people import record_difference

RECORD = Officer(
    id="petugas",
    name="Petugas",
    roles=frozenset({Role.FRONT_OFFICE, Role.BACK_OFFICE}),
    units=frozenset({"a", "b"}),
    position="kepala",
    public_accounts=frozenset({"warga-1", "warga-2"}),
)
SESSION = RECORD.as_actor()


@pytest.mark.parametrize(
    "claimed",
    [
        {},
        {"units": frozenset({"a"})},
        {"units": frozenset()},
        {"roles": frozenset({Role.FRONT_OFFICE})},
        {"roles": frozenset()},
        {"position": None},
    ],
)
def test_a_session_may_claim_less_than_the_record(claimed):
    """It was opened before the officer got more."""
    assert record_difference(attrs.evolve(SESSION, **claimed), RECORD) is None


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("units", {"units": frozenset({"a", "b", "c"})}),
        ("units", {"units": frozenset({"c"})}),
        ("roles", {"roles": frozenset({Role.FRONT_OFFICE, Role.SIGNATORY})}),
        ("position", {"position": "sekretaris"}),
        ("accounts", {"public_accounts": frozenset({"warga-1"})}),
        ("accounts", {"public_accounts": frozenset({"warga-1", "warga-2", "warga-3"})}),
        ("accounts", {"public_accounts": frozenset()}),
    ],
)
def test_a_session_that_claims_more_is_told_what(name, claimed):
    """Or that leaves out a public account, which would hide an own case."""
    assert name == record_difference(attrs.evolve(SESSION, **claimed), RECORD)


def test_an_inactive_officer_claims_nothing():
    """Whatever the session says."""
    assert "inactive" == record_difference(SESSION, attrs.evolve(RECORD, active=False))

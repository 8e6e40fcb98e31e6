"""Wire forms: what goes out comes back, and nothing else comes in."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from perizinan_core._converters import canonical_json, from_json, to_json
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.model._actor import Account
from perizinan_core.model._applicant import Address, Organisation, Person
from perizinan_core.model._application import Application
from perizinan_core.model._identifiers import Nib, Nik, RegionCode
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def person():
    return Person(
        name="Siti Contoh",
        nik=Nik.parse("3572015208900001"),
        address=Address(street="Jl. Contoh 1", region=RegionCode.parse("35.72.01")),
        birth_date=date(1990, 8, 12),
    )


def application(applicant):
    return Application(
        id="0190",
        authority="kota-contoh",
        permit_type="jalan",
        permit_type_version="1",
        kind=ApplicationKind.NEW,
        owner=Account.public("siti"),
        applicant=applicant,
        form={"luas": 12, "items": [{"a": 1}]},
        created_at=NOW,
    )


@pytest.mark.parametrize(
    "applicant",
    [
        person(),
        Organisation(
            name="PT Contoh",
            kind=ApplicantKind.LEGAL_ENTITY,
            nib=Nib.parse("0123456789012"),
            responsible=person(),
        ),
    ],
    ids=["person", "organisation"],
)
def test_an_application_comes_back_as_it_went_out(applicant):
    """JSON and back is the same value, for both kinds of applicant."""
    value = application(applicant)

    assert value == from_json(Application, json.loads(json.dumps(to_json(value))))


def test_leading_zeros_of_identifiers_survive():
    """A NIB is text."""
    data = to_json(
        Organisation(
            name="PT Contoh",
            kind=ApplicantKind.BUSINESS,
            nib=Nib.parse("0123456789012"),
            responsible=person(),
        )
    )

    assert "0123456789012" == data["nib"]


def test_every_problem_is_reported_with_its_path_and_without_the_data():
    """Whoever sent it learns all that is wrong at once; a NIK is not repeated."""
    data = to_json(application(person()))
    data["applicant"]["nik"] = "3572019908900001"
    data["version"] = "one"
    data["nonsense"] = 1
    del data["owner"]

    with pytest.raises(WireFormatError) as caught:
        from_json(Application, data)

    text = str(caught.value)
    assert "3572019908900001" not in text
    assert all(part in text for part in ("$.applicant.nik", "$.version", "nonsense", "$.owner")), text


@pytest.mark.parametrize("value", [1, True, None, ["x"]])
def test_text_fields_take_text_only(value):
    """A number is not quietly made text: leading zeros would already be lost."""
    data = to_json(application(person()))
    data["owner"] = value

    with pytest.raises(WireFormatError):
        from_json(Application, data)


def test_a_time_without_zone_is_refused_on_both_ways():
    """Nobody guesses a time zone."""
    value = application(person())
    data = to_json(value)
    data["created_at"] = "2026-03-02T09:30:00"

    with pytest.raises(WireFormatError):
        from_json(Application, data)


def test_canonical_json_is_independent_of_insertion_order():
    """What is hashed and signed has one form (RFC 8785)."""
    assert b'{"a":1,"b":[1,2]}' == canonical_json({"b": [1, 2], "a": 1})


def test_a_set_by_itself_is_a_sorted_list_like_one_in_a_field():
    """Its own order is another one in each process: a digest of it would say that rules changed."""
    names = frozenset(f"syarat-{number}" for number in range(50))

    assert sorted(names) == to_json(names)

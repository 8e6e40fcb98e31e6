"""The rules of the open permit types, held to the examples in their files."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.bootstrap import check_scenario
from perizinan_core.catalogue import (
    facts,
    freeze_terms,
    is_exempt,
    parse_number,
    register_number,
    validate_form,
)
from perizinan_core.rendering import TypstRenderer

HAND_MADE = {
    ("penggunaan-jalan-trotoar-tanah", "tanah"): {
        "subtype": "tanah",
        "kegiatan": "terop",
        "sifat_kegiatan": "pribadi",
        "uraian": "terop untuk hajatan",
        "lokasi": "Jalan Contoh",
        "kelurahan": "Contoh",
        "kecamatan": "sukorejo",
        "luas": 40,
        "mulai": "2026-07-01",
        "selesai": "2026-07-02",
    }
}
"""Cases beside those of the files."""


def test_example_holds(example, report):
    """What an example expects comes out of the real rules and the real workflow."""
    failures = check_scenario(report.catalogue, example.permit_type, example.scenario)

    assert [] == list(failures)


def test_examples_of_a_wrong_rule_fail(report):
    """With another threshold the examples of the boarding house no longer hold."""
    kind = report.catalogue.find("usaha-tempat-kos", on=date(2026, 6, 2))
    changed = attrs.evolve(kind, not_required_when="form.jumlah_kamar < 6")
    failing = {
        scenario.name
        for scenario in kind.scenarios
        if list(check_scenario(report.catalogue, changed, scenario))
    }

    assert {"tepat lima kamar memerlukan izin"} == failing


def test_every_open_type_can_be_signed_on_every_day(open_type, authority):
    """There is no day of 2025 to 2027 without an entitled office holder, and no person is named."""
    days = [date(2025, 1, 1) + timedelta(days=count) for count in range(3 * 365)]

    assert [] == [day for day in days if not authority.delegations_for(open_type.code, day)]


def test_delegations_are_assumed_and_name_no_person(authority):
    """The legal basis was not found, and holders are titles only."""
    assert all(item.source.assumed and item.source.note for item in authority.delegations)
    assert {None} == {item.holder_name for item in authority.delegations}
    assert {None} == {item.holder_id for item in authority.delegations}


def test_acting_head_signs_as_plt(authority):
    """While the position is vacant the letter says so."""
    july = authority.delegations_for("reklame", date(2026, 7, 15))

    assert ["acting_vacant"] == [item.acting.value for item in july]


def test_health_office_signs_its_own_recommendations_only(authority):
    """The head of the one-stop office signs no recommendation, the Health Office no permit."""
    day = date(2026, 6, 2)
    nakes = authority.delegations_for("rekomendasi-sip-nakes", day)
    street = authority.delegations_for("penggunaan-jalan-trotoar-tanah", day)

    assert ["kepala-dinas-kesehatan"] == [item.position for item in nakes]
    assert ["kepala-dpmptsp"] == [item.position for item in street]


@pytest.mark.parametrize(
    ("day", "short_name"),
    [
        (date(2010, 6, 1), "KPT"),
        (date(2016, 6, 1), "KPPT"),
        (date(2018, 6, 1), "DPMTKPTSP"),
        (date(2024, 6, 1), "DPMPTSP"),
        (date(2027, 12, 31), "DPMPTSP"),
    ],
)
def test_letters_carry_the_office_name_of_their_day(authority, day, short_name):
    """The office was renamed three times."""
    assert short_name == authority.unit("dpmptsp").name_on(day).short_name


def test_every_register_writes_numbers_that_can_be_read_back(authority):
    """On every first of the month since 2025, for every register."""
    for register in authority.registers:
        unit = authority.unit(register.unit).number_code
        for month in range(1, 13):
            day = date(2026, month, 1)
            number = register_number(authority, register.code, sequence=42, day=day)
            parts = parse_number(
                register.format_on(day).template, number, unit=unit, archive_class=register.archive_class
            )

            assert 42 == parts.sequence


def test_health_number_looks_like_the_one_that_was_seen(authority):
    """440/0050/410.109/2021 is the fiftieth of 2021."""
    number = register_number(authority, "rekomendasi-kesehatan", sequence=50, day=date(2021, 3, 1))

    assert "440/0050/410.109/2021" == number


@pytest.mark.parametrize(
    ("rooms", "needed_2018", "needed_2024"), [(1, True, False), (4, True, False), (5, True, True)]
)
def test_boarding_house_threshold_changed_with_time(report, rooms, needed_2018, needed_2024):
    """In 2018 every boarding house needed a permit; since 2024 those with five rooms or more."""
    case = facts(form={"jumlah_kamar": rooms})
    old = report.catalogue.find("usaha-tempat-kos", on=date(2020, 1, 2))
    new = report.catalogue.find("usaha-tempat-kos", on=date(2026, 6, 2))

    assert (needed_2018, needed_2024) == (
        not is_exempt(old, case, date(2020, 1, 2)),
        not is_exempt(new, case, date(2026, 6, 2)),
    )


@pytest.mark.parametrize("nature", ["sosial", "keagamaan", "instansional"])
def test_exemption_is_for_closing_a_street_only(report, nature):
    """A social event that uses land, or leaves the street open, needs the permit."""
    street = report.catalogue.versions("penggunaan-jalan-trotoar-tanah")[0]
    day = date(2026, 6, 2)
    closing = facts(form={"subtype": "jalan", "sifat_kegiatan": nature, "menutup_jalan": True})
    beside = facts(form={"subtype": "jalan", "sifat_kegiatan": nature, "menutup_jalan": False})
    land = facts(form={"subtype": "tanah", "sifat_kegiatan": nature})

    assert [True, False, False] == [is_exempt(street, case, day) for case in (closing, beside, land)]


@pytest.mark.parametrize(("place", "form"), HAND_MADE.items(), ids=[" ".join(key) for key in HAND_MADE])
def test_further_cases_are_accepted(report, place, form):
    """Variants that no example of the files shows."""
    kind = report.catalogue.versions(place[0])[-1]

    assert () == validate_form(kind, form)
    assert 0 == freeze_terms(kind, facts(form=form), date(2026, 6, 2)).fee.total.amount


def test_letter_of_an_issued_example_is_made(example, authority, compose_letter):
    """Every example that ends in a permit gives a PDF, with the plugin's templates where they are named."""
    from perizinan_kota_blitar._plugin import TEMPLATES

    if example.expect["state"] != "issued":
        return
    letter = compose_letter(authority, example, example.day)
    pdf = TypstRenderer(templates=TEMPLATES).render(letter)

    assert pdf.startswith(b"%PDF-")
    assert b"%%EOF" in pdf[-32:]

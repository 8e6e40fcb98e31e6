"""The catalogue is sound, says what it assumes, and holds every permit type of the sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from perizinan_kota_blitar._plugin import DATA

import perizinan_core
from perizinan_core.catalogue import service_standard
from perizinan_core.model import OwningSystem, StageKind

OPEN = {
    "penggunaan-jalan-trotoar-tanah",
    "reklame",
    "rekomendasi-sip-nakes",
    "usaha-tempat-kos",
}
INFORMATION = {
    "apotek",
    "imb",
    "klinik-rawat-inap-fisioterapi",
    "laboratorium-klinik",
    "optikal",
    "pedagang-eceran-obat",
    "pelayanan-kesehatan-bp-rb-bkia",
    "pengobatan-tradisional",
    "praktek-berkelompok",
    "praktek-bidan",
    "praktek-dokter",
    "praktek-keperawatan",
    "usaha-karaoke",
}
TITLES_OF_PEOPLE = re.compile(
    r"\b(?:NIP|Drs|Dra|Ir|S\.(?:E|H|Sos|STP|Kom)|M\.(?:Si|M|Kes|AP)|Bapak|Ibu [A-Z])\b"
)
PROPER_NAMES = {"kecamatan"}
"""Fields whose choices are names that no one translates."""


def test_check_finds_no_problem(report):
    """The catalogue can be used; the only doubts are versions older than the calendar."""
    assert () == report.problems
    assert {"calendar-cover"} == {item.code for item in report.warnings}
    assert {"usaha-tempat-kos"} == {
        re.sub(r"permits/|-20..\.yaml", "", item.file) for item in report.warnings
    }


def test_all_seventeen_permit_types_are_there(report):
    """Four are open for applications, thirteen are shown as information."""
    catalogue = report.catalogue

    assert sorted(OPEN | INFORMATION) == list(catalogue.codes())
    assert OPEN == {item.code for item in catalogue.types() if item.complete}


def test_what_is_not_open_says_what_is_not_known(permit_types):
    """Information in both languages stands with each type that no one can apply for."""
    closed = [item for item in permit_types if not item.complete]

    assert all(item.gaps is not None and item.gaps.en for item in closed)


def test_assumed_values_are_listed_with_what_the_office_must_confirm(report):
    """Every value that no source gives is named with file, line and note."""
    notes = [item.note for item in report.assumed]

    assert all(note.strip() for note in notes)
    assert {"authority.yaml", "calendar/2027.yaml"} < {item.file for item in report.assumed}
    assert {f"permits/{code}.yaml" for code in OPEN - {"usaha-tempat-kos"}} < {
        item.file for item in report.assumed
    }


def test_time_limits_and_validity_that_no_source_gives_are_assumed(permit_types):
    """No sheet of the sources gives a time limit or a validity for good, so each carries the mark."""
    opened = [item for item in permit_types if item.complete]

    assert all(item.time_limit.source.assumed for item in opened)
    assert all(item.validity.source.assumed for item in opened)


def test_fee_of_the_health_recommendation_has_its_source(report):
    """The standard of 2021 says gratis: nothing to confirm there."""
    fee = report.catalogue.versions("rekomendasi-sip-nakes")[0].fee

    assert not fee.source.assumed
    assert "440/0050/410.109/2021" in fee.source.citation


def test_systems_that_keep_the_case_are_named(report):
    """Building permits live in SIMBG, practice permits in MPP Digital."""
    owners = {item.code: item.owning_system for item in report.catalogue.types()}

    assert OwningSystem.SIMBG is owners["imb"]
    assert {OwningSystem.MPP_DIGITAL} == {
        owners[code] for code in ("praktek-bidan", "praktek-dokter", "praktek-keperawatan")
    }


def test_every_open_type_has_examples(open_type):
    """A good path that ends in a permit, and something that is refused."""
    states = [scenario.expect["state"] for scenario in open_type.scenarios]

    assert 4 <= len(states)
    assert "issued" in states
    assert "draft" in states


def test_every_open_type_gives_the_fourteen_components(open_type, authority):
    """The service standard is whole, in both languages."""
    for language in ("id", "en"):
        components = service_standard(open_type, authority=authority, language=language)

        assert 14 == len(components)
        assert all(component.lines for component in components)


def test_every_open_type_is_checked_at_the_counter_and_approved_by_somebody_else(open_type):
    """The first stage is the completeness check, the last the approval, with different roles."""
    first, last = open_type.stages[0], open_type.stages[-1]

    assert StageKind.COMPLETENESS_CHECK is first.kind
    assert StageKind.APPROVAL is last.kind
    assert first.role != last.role


def test_street_use_is_reviewed_in_parallel(report):
    """Transport Office and inspection start together, and the initials wait for both."""
    street = report.catalogue.versions("penggunaan-jalan-trotoar-tanah")[0]

    assert street.stage("rekomendasi-dishub").after == street.stage("peninjauan").after == ("telaah",)
    assert {"rekomendasi-dishub", "peninjauan"} == set(street.stage("paraf-kasi").after)


def test_health_recommendation_has_twenty_professions_and_the_budgets_of_the_standard(report):
    """15, 15 and 30 minutes, then 2 days."""
    nakes = report.catalogue.versions("rekomendasi-sip-nakes")[0]

    assert 20 == len(nakes.subtypes)
    assert ["15 minutes", "15 minutes", "30 minutes", "2 days"] == [
        str(stage.budget) for stage in nakes.stages
    ]


def test_texts_for_applicants_are_there_in_english_too(permit_types):
    """Names, summaries, papers, stages and letters are translated."""
    for item in permit_types:
        texts = [item.name, item.summary, *item.subtypes.values(), *item.exemptions, *item.conditions]
        texts += [part.label for part in (*item.requirements, *item.stages)]
        texts += [part.help for part in item.requirements if part.help]
        if item.letter is not None:
            texts += [
                item.letter.title,
                *item.letter.considerations,
                *(term.text for term in item.letter.terms),
            ]
            texts += [*item.letter.copies_to, *(field.label for field in item.letter.fields)]

        assert [] == [text.id for text in texts if not text.en]


def test_form_fields_and_choices_have_titles_in_both_languages(permit_types):
    """``title`` is Bahasa Indonesia; ``x-title-en`` is English."""
    for item in permit_types:
        for name, schema in fields_of(item.form_schema):
            assert schema.get("title"), (item.code, name)
            assert schema.get("x-title-en"), (item.code, name)
            assert ("description" in schema) == ("x-description-en" in schema), (item.code, name)
            for choice in schema.get("oneOf", ()):
                assert choice.get("title"), (item.code, name)
                assert name in PROPER_NAMES or choice.get("x-title-en"), (item.code, name)


def test_subtypes_of_form_and_permit_type_say_the_same(permit_types):
    """What people choose in the form is called as in the catalogue."""
    for item in permit_types:
        if item.subtypes:
            choices = item.form_schema["properties"]["subtype"]["oneOf"]

            assert set(item.subtypes) == {choice["const"] for choice in choices}


def test_no_name_of_a_person_stands_in_the_data():
    """Office holders are titles only: no academic degrees, no staff numbers."""
    found = {
        path.name: TITLES_OF_PEOPLE.findall(path.read_text("utf-8")) for path in sorted(DATA.rglob("*.yaml"))
    }

    assert {} == {name: hits for name, hits in found.items() if hits}


def test_core_holds_no_fact_of_this_authority():
    """Outside the demonstration, the library names the city in no code but as an example in docstrings."""
    root = Path(perizinan_core.__file__).parent
    hits = [
        f"{path.relative_to(root)}: {line.strip()}"
        for path in sorted(root.rglob("*"))
        if path.suffix in {".py", ".yaml", ".json", ".typ", ".toml"}
        and path.relative_to(root).parts[0] != "_demo"
        for line in path.read_text("utf-8").splitlines()
        if "blitar" in line.lower() and '"""' not in line
    ]

    assert [] == hits


def fields_of(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the fields of a form, those of list items included."""
    for name, child in schema.get("properties", {}).items():
        yield name, child
        yield from fields_of(child.get("items", {}))


def test_what_the_public_record_ended_takes_no_applications(report):
    """Karaoke goes through OSS; clinics of the list of 2012 are a service of before."""
    karaoke = report.catalogue.versions("usaha-karaoke")[0]
    clinic = report.catalogue.versions("pelayanan-kesehatan-bp-rb-bkia")[0]

    assert (OwningSystem.OSS, False) == (karaoke.owning_system, karaoke.complete)
    assert "OSS" in karaoke.summary.id
    assert not clinic.complete


def test_a_health_worker_needs_no_recommendation_of_the_professional_organisation(report):
    """UU 17/2023 art. 264(1)."""
    nakes = report.catalogue.versions("rekomendasi-sip-nakes")[0]

    assert [] == [item.code for item in nakes.requirements if item.recommendation_from is not None]


def test_the_health_office_numbers_its_own_receipts(report, authority):
    """It takes in its files itself."""
    register = report.catalogue.versions("rekomendasi-sip-nakes")[0].receipt_register

    assert ["dinas-kesehatan"] == [item.unit for item in authority.registers if item.code == register]


@pytest.mark.parametrize(
    ("day", "place"), [(date(2024, 6, 1), "Blitar Square"), (date(2026, 6, 1), "Cokroaminoto")]
)
def test_letters_print_the_address_of_their_day(authority, day, place):
    """The office moved at the end of 2024."""
    assert place in authority.letterhead.address_on(day)

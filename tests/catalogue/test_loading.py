"""Folders of files become a catalogue, or all of their problems at once."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core.catalogue import (
    Catalogue,
    CatalogueReport,
    check_catalogue,
    load_authority,
    load_catalogue,
)
from perizinan_core.errors.catalogue import InvalidCatalogueError
from perizinan_core.model._permit_type import PermitType, Scenario
from perizinan_core.model._text import Period, PeriodUnit, Source, Text
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._catalogue import mutations

Write = Callable[[dict[str, str]], Path]
Check = Callable[..., CatalogueReport]
STREET = "permits/street-use.yaml"


def test_the_example_of_the_reference_page_has_no_problem(files: dict[str, str], write: Write) -> None:
    """What the page shows loads, with every assumed value listed and nothing else to say."""
    report = check_catalogue(write(files))

    assert ((), ()) == (report.problems, report.warnings)
    assert [item.file for item in report.assumed] == ["tariffs/street.yaml", "calendar/2026.yaml", STREET]


def test_shorthands_become_model_values(street: PermitType) -> None:
    """Text, period, source and shared tariffs are read from their short forms."""
    assert Text("KTP") == street.requirements[0].label
    assert Period(5, PeriodUnit.WORKING_DAYS) == street.time_limit.limit
    assert (Source("Peraturan Daerah Kota Contoh 1/2026"),) == street.legal_basis
    assert "sewa-jalan" == street.fee.tariffs[0].code
    assert {"submit": {}} == street.scenarios[0].do[0]


def test_parts_without_a_source_take_the_nearest_one_above(street: PermitType) -> None:
    """One source at the top covers the file; an own one counts for its part."""
    assert street.source == street.requirements[0].source == street.fee.components[0].source
    assert "tarif contoh" == street.fee.tariffs[0].source.citation


def test_the_calendar_comes_from_its_own_files(files: dict[str, str], write: Write) -> None:
    """Week and hours of the authority file, holidays and special hours of the calendar folder."""
    calendar = load_authority(write(files)).calendar

    assert (date(2026, 1, 1), date(2027, 12, 31)) == (calendar.covers_from, calendar.covers_to)
    assert not calendar.is_working_day(date(2026, 3, 20))
    assert calendar.is_working_day(date(2026, 3, 23))
    assert "08:00" == calendar.working_hours(date(2026, 2, 18)).opens.isoformat("minutes")


def test_all_problems_are_told_at_once(check: Check) -> None:
    """Problems of several files and kinds, each with file, line and path."""
    report = check(
        STREET,
        ("kind: permit", "kind: permid"),
        ("limit: 5 working_days", "limit: 5 fortnights"),
        ("complete: true", "complete: yes"),
        ("label: KTP", "lable: KTP"),
    )
    found = {(item.code, item.path) for item in report.problems}

    assert {
        ("unknown-word", "$.kind"),
        ("unknown-word", "$.time_limit.limit"),
        ("wrong-value", "$.complete"),
        ("unknown-key", "$.requirements[0].lable"),
        ("missing-key", "$.requirements[0]"),
    } == found
    assert all(item.file == STREET and item.line for item in report.problems)


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (("kind: permit", "kind: permid"), "$.kind", "did you mean 'permit'?"),
        (("label: KTP", "lable: KTP"), "$.requirements[0].lable", "did you mean 'label'?"),
        (("complete: true", "complete: yes"), "$.complete", "expected true or false, but got the text 'yes'"),
        (("in_force: 2026-01-01 ..", "in_force: 2026-02-30 .."), "$.in_force", "expected a span of days"),
        (("stamp_duty: 10000", "stamp_duty: 1.5"), "$.requirements[1].stamp_duty", "got the number 1.5"),
        (("code: ktp", "code: KTP!"), "$.requirements[0].code", "expected a code of lower-case letters"),
        (("max_pages: 5", "max_pages: true"), "$.requirements[3].max_pages", "which YAML reads as yes or no"),
        (
            ("- {code: ktp, label: KTP}", "- ktp"),
            "$.requirements[0]",
            "expected keys and values (code, label",
        ),
        (("stages:\n", "stages: [\n"), "$", "expected YAML"),
    ],
)
def test_each_problem_says_what_came_and_what_to_do(
    check: Check, change: tuple[str, str], path: str, said: str
) -> None:
    """Place, expectation and remedy in one sentence."""
    problems = [item for item in check(STREET, change).problems if item.path == path]

    assert any(said in item.message("en") for item in problems), [item.describe("en") for item in problems]


def test_a_source_is_needed_somewhere_above(check: Check) -> None:
    """Without a source at the top, each part that needs one says so."""
    source = "source: {citation: Perwali contoh, assumed: true, note: seluruh isi contoh ini dibuat-buat}\n"
    codes = {item.code for item in check(STREET, (source, "")).problems}

    assert {"missing-source"} == codes


def test_an_assumed_value_needs_a_note(check: Check) -> None:
    """Whoever assumes says what the office must confirm."""
    report = check(STREET, (", note: seluruh isi contoh ini dibuat-buat", ""))

    assert ["assumed-without-note"] == [item.code for item in report.problems]


def test_load_raises_one_error_with_every_problem(files: dict[str, str], write: Write) -> None:
    """The error lists what check finds, in both languages, pickles, and names no folder of the machine."""
    files[STREET] = files[STREET].replace("kind: permit", "kind: permid").replace("code: ktp", "code: K")
    folder = write(files)

    with pytest.raises(InvalidCatalogueError) as caught:
        load_catalogue(folder)

    assert check_catalogue(folder).problems == caught.value.problems
    assert 2 == len(caught.value.problems)
    assert "$.kind" in caught.value.message("id")
    assert str(folder.parent) not in str(caught.value)
    assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("permits/extra.yml", "a: 1", "file-name"),
        ("permits/extra.yaml", "", "empty-file"),
        ("calendar/2028.yaml", "covers: 2028-02-01 .. 2028-12-31", "calendar-gap"),
        ("calendar/2028.yaml", "holiday: {}", "unknown-key"),
        ("calendar/2028.yaml", "holidays: {2028-02-30: x}", "wrong-value"),
        ("calendar/2028.yaml", "covers: 2028-01-01 ..", "wrong-value"),
        ("tariffs/extra.yaml", "code: x", "missing-key"),
    ],
)
def test_further_files_are_checked_too(
    files: dict[str, str], write: Write, name: str, text: str, code: str
) -> None:
    """A file that nobody would read, or that says half of what it should, is told."""
    report = check_catalogue(write({**files, name: text}))

    assert code in {item.code for item in report.problems}


LONG = """
  holidays:
    - {day: 2026-01-02, name: Contoh, kind: extra, source: Keputusan Contoh}
  hours:
    days:
      - {weekday: monday, opens: 07:30, closes: 16:00, breaks: [{start: 12:00, end: 13:00}]}
      - {weekday: tuesday, opens: 08:00, closes: 16:00}
"""


def test_the_calendar_can_be_written_out(files: dict[str, str], write: Write) -> None:
    """Lists instead of the short forms, days in the authority file instead of the calendar's."""
    text = files["authority.yaml"]
    start, end = text.index("  hours:\n"), text.index("extra:")
    text = (
        text[:start] + LONG.lstrip("\n") + "  covers_from: 2026-01-01\n  covers_to: 2026-12-31\n" + text[end:]
    )
    files["authority.yaml"] = text.replace(
        "workdays: [monday, tuesday, wednesday, thursday, friday]", "workdays: [monday, tuesday]"
    )
    del files["calendar/2026.yaml"]
    calendar = load_authority(write(files)).calendar

    assert (date(2026, 12, 31), ["Contoh"]) == (calendar.covers_to, [day.name for day in calendar.holidays])
    assert "12:00" == calendar.hours.days[0].breaks[0].start.isoformat("minutes")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("monday: 07:30-12:00, 12:30-16:00", "monday: 7.30-16", "wrong-value"),
        ("monday: 07:30-12:00, 12:30-16:00", "montag: 07:30-16:00", "unknown-word"),
        ("calendar:\n  code: kota-contoh\n", "calendar:\n  kode: kota-contoh\n", "unknown-key"),
        ("time_zone: WIB", "time_zone: WIBB", "unknown-word"),
        ("late_filing_counts_next_day: true", "late_filing_counts_next_day: 1", "wrong-value"),
        ('region: "35.72"', "region: [35]", "wrong-value"),
        ("units:\n", "units: []\nunit:\n", "unknown-key"),
        ("extra:\n  motto: Contoh untuk semua", "extra: motto", "wrong-value"),
        ("active: 2 years", "active: 2", "wrong-value"),
        ("rank: Pembina Utama Muda", "rank: null", None),
        ("active: 2 years", "active: {value: 2, unit: years}", None),
        ("valid: 2026-01-01 ..", "valid: {start: 2026-01-01}", None),
        ("valid: 2026-01-01 ..", "valid: 2026-01-01 .. 2025-01-01", "invalid-value"),
    ],
)
def test_authority_files_are_read_as_strictly(check: Check, old: str, new: str, code: str | None) -> None:
    """Each slip is a problem, each other way of writing is none."""
    codes = {item.code for item in check("authority.yaml", (old, new)).problems}

    assert codes == set() if code is None else code in codes


def test_an_empty_folder_and_a_missing_one_are_told(tmp_path: Path) -> None:
    """No exception of the system leaves the loader."""
    assert ["no-permit-types"] == [item.code for item in check_catalogue(tmp_path).problems]
    assert ["not-found"] == [item.code for item in check_catalogue(tmp_path / "missing").problems]
    with pytest.raises(InvalidCatalogueError):
        load_authority(tmp_path)


def test_one_permit_file_alone_says_what_was_not_checked(files: dict[str, str], write: Write) -> None:
    """Without an authority its units and registers cannot be known."""
    del files["authority.yaml"]
    report = check_catalogue(write(files))

    assert ([], ["no-authority"]) == (list(report.problems), [item.code for item in report.warnings])


def test_the_report_is_json(check: Check) -> None:
    """Machines read the same as people."""
    report = check(STREET, ("kind: permit", "kind: permid")).to_dict("id")

    assert (False, "unknown-word", STREET) == (
        report["ok"],
        report["problems"][0]["code"],
        report["problems"][0]["file"],
    )
    assert 3 == len(report["assumed"])


def versions(files: dict[str, str], older: str, newer: str) -> dict[str, str]:
    text = files[STREET]
    old = text.replace('version: "2026.1"', 'version: "2025.1"').replace(
        "in_force: 2026-01-01 ..", f"in_force: {older}"
    )
    return {
        **files,
        STREET: text.replace("in_force: 2026-01-01 ..", f"in_force: {newer}"),
        "permits/old.yaml": old,
    }


def test_versions_must_not_overlap(files: dict[str, str], write: Write) -> None:
    """Two versions in force on one day would leave the law to chance."""
    report = check_catalogue(write(versions(files, "2026-01-01 .. 2026-07-01", "2026-07-01 ..")))

    assert "version-overlap" in {item.code for item in report.problems}


def test_a_gap_between_versions_is_a_warning(files: dict[str, str], write: Write) -> None:
    """Nobody can apply in the gap, which may be meant."""
    report = check_catalogue(write(versions(files, "2026-01-01 .. 2026-06-01", "2026-07-01 ..")))

    assert report.ok
    assert "version-gap" in {item.code for item in report.warnings}


def test_the_version_in_force_is_found_by_day(files: dict[str, str], write: Write) -> None:
    """Find, list and name versions; typed errors where there is none."""
    catalogue = load_catalogue(write(versions(files, "2026-01-01 .. 2026-06-30", "2026-07-01 ..")))

    assert "2025.1" == catalogue.find("pemakaian-jalan", on=date(2026, 6, 30)).version
    assert "2026.1" == catalogue.find("pemakaian-jalan", on=date(2026, 7, 1)).version
    assert ["2025.1", "2026.1"] == [item.version for item in catalogue.versions("pemakaian-jalan")]
    assert "2025.1" == catalogue.version("pemakaian-jalan", "2025.1").version
    assert ["2026.1"] == [item.version for item in catalogue.types()]
    assert () == catalogue.types(on=date(2025, 12, 31))
    assert STREET == catalogue.files["pemakaian-jalan", "2026.1"]
    with raises_code("no-version-in-force", match=r"2025\.1 \(2026-01-01 – 2026-06-30\)"):
        catalogue.find("pemakaian-jalan", on=date(2025, 12, 31))
    with raises_code("permit-type-not-found", match="pemakaian-jalan"):
        catalogue.find("pemakaian-jalann", on=date(2026, 1, 1))
    with raises_code("permit-type-not-found"):
        catalogue.version("pemakaian-jalan", "1999")


def test_scenarios_run_through_the_callable_that_is_passed_in(files: dict[str, str], write: Write) -> None:
    """What fails in an example is told at its place; nothing runs while the files have problems."""
    seen: list[str] = []

    def run(catalogue: Catalogue, permit_type: PermitType, scenario: Scenario) -> list[str]:
        seen.append(f"{permit_type.code} {scenario.name} {len(catalogue.permit_types)}")
        return ["fee: 550000 expected, 1 came"]

    report = check_catalogue(write(files), run_scenarios=run)

    assert (["pemakaian-jalan acara di jalan utama 1"], 1) == (seen, report.scenarios_run)
    assert [("scenario-failed", "$.tests[0]")] == [(item.code, item.path) for item in report.problems]


@given(data=st.data())
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_mutated_files_raise_nothing_but_the_catalogue_error(
    data: st.DataObject, files: dict[str, str], write: Write
) -> None:
    """Whatever is cut, doubled, moved or broken in a file: a catalogue or a list of problems."""
    name = data.draw(st.sampled_from(sorted(files)))
    text = data.draw(mutations(files[name]))
    folder = write({**files, name: text})
    said = ("", "")
    catalogue: Catalogue | None = None
    try:
        catalogue = load_catalogue(folder)
    except InvalidCatalogueError as error:
        said = (error.message("id"), error.message("en"))

    assert all(said) if catalogue is None else catalogue.permit_types

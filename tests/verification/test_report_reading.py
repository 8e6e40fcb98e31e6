"""Reports that were kept as JSON, read back: all of them, and nothing that only looks like one."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from string import Formatter
from types import MappingProxyType

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.verification import ReportFormatError
from perizinan_core.verification import CheckName, StatusReport, Verifier, read_report
from perizinan_core.verification._reasons import REASONS
from perizinan_core.verification._report import Check, Outcome, Reason, Verdict

AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
PLAIN = 'abcxyz ÄÖ漢字"\\{}'


@pytest.fixture(scope="module")
def report(build):
    world = build.World.create()
    return Verifier(world.authority).verify(world.permit(), at=AT, name="izin.pdf")


@pytest.fixture
def data(report):
    return report.to_json()


moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn apart
values = st.text(PLAIN, max_size=8) | st.integers(-(10**12), 10**12)


@st.composite
def reasons(draw):
    """Return any reason, with values for its sentence."""
    code = draw(st.sampled_from(sorted(REASONS)))
    names = [name for _, name, _, _ in Formatter().parse(REASONS[code].sentence) if name]
    return Reason(
        code,
        {name: draw(st.dates() | st.just("?") if name in {"day", "last"} else values) for name in names},
    )


@settings(deadline=None)
@given(st.data(), st.sampled_from(["id", "en"]))
def test_whatever_a_report_says_comes_back(report, data, language):
    """Codes, days, names, times with any offset, states."""
    said = attrs.evolve(
        report,
        file=data.draw(st.text(PLAIN, min_size=1)),
        verdict=data.draw(st.sampled_from(Verdict)),
        checked_at=data.draw(moments).astimezone(
            timezone(timedelta(minutes=data.draw(st.integers(-720, 840))))
        ),
        checks=tuple(
            Check(name, data.draw(st.sampled_from(Outcome)), data.draw(reasons())) for name in CheckName
        ),
        status=StatusReport(
            checked=True,
            state=data.draw(st.sampled_from(["in_force", "revoked", "unknown"])),
            as_of=data.draw(st.none() | moments),
        ),
    )

    assert said == read_report(json.dumps(said.to_json(language)))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verdict": "valid!"}, r"\$\.verdict is not one of valid, not_valid, "),
        ({"report_version": "2"}, r"\$\.report_version is not 1\."),
        ({"sha256": "x"}, r"\$\.sha256 breaks the rule pattern"),
        ({"checks": []}, r"\$\.checks breaks the rule minItems"),
        ({"checked_at": "kemarin"}, r"\$\.checked_at is not a time with its offset"),
        ({"checked_at": "2026-12-02T09:00:00"}, r"\$\.checked_at is not a time with its offset"),
        ({"checked_at": "2026-02-30T09:00:00Z"}, r"\$\.checked_at is not a time with its offset"),
        ({"exit_code": 10}, r"\$\.exit_code does not follow"),
        ({"verdict": "not_valid"}, r"\$\.exit_code does not follow"),
        ({"reasons": []}, r"\$\.reasons does not follow"),
        ({"signature": None}, r"\$\.signature does not follow"),
        (
            {"permit": {"number": 1}},
            r"\$\.permit\.holder is missing; .*; \$\.permit\.number breaks the rule type",
        ),
        ({"status": {}}, r"\$\.status\.checked is missing; \$\.status\.state is missing"),
    ],
)
def test_a_report_that_was_changed_or_is_of_another_version_is_refused(data, change, problem):
    """The error names the place and the rule."""
    with pytest.raises(ReportFormatError, match=problem):
        read_report({**data, **change})


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (("checks", 0, "code"), "something-new", r"\$\.checks\[0\]\.code is not known here, so that a newer"),
        (("checks", 4, "outcome"), "good", r"\$\.checks\[4\]\.outcome is not one of passed, failed, "),
        (("checks", 9, "fields"), {}, r"\$\.checks\[9\]\.fields\.day is missing"),
        (("checks", 9, "fields", "day"), "2026-02-30", r"\$\.checks\[9\]\.fields\.day is not a day"),
        (("checks", 9, "fields", "day"), 20261202, r"\$\.checks\[9\]\.fields\.day breaks the rule type"),
        (("checks", 9, "name"), "qr", r"\$\.checks does not hold every check once, in order"),
        (("signatures", 0, "signed_at"), "", r"\$\.signatures\[0\]\.signed_at is not a time"),
        (("signatures", 0, "aspects", "time", "outcome"), 1, r"\$\.signatures\[0\]\.aspects\.time\.outcome"),
        (("permit", "valid_from"), "2026-13-01", r"\$\.permit\.valid_from is not a day"),
        (("status", "since"), "2026-13-01", r"\$\.status\.since is not a day"),
    ],
)
def test_a_fault_inside_is_named_by_its_path(data, place, value, problem):
    """Also what no schema can say."""
    part = data
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value

    with pytest.raises(ReportFormatError, match=problem):
        read_report(data)


@pytest.mark.parametrize(
    "kept",
    [
        *("", "{", "[]", "null", b"\xff", "NaN", "[" * 100_000, "1" * 10_000, None, 5, []),
        *({"file": {1, 2}}, {"file": float("nan")}, {"file": 10**5000}),
    ],
    ids=range(14),
)
def test_what_is_no_report_is_refused(kept):
    """As one clear error, whatever it is."""
    with pytest.raises(ReportFormatError):
        read_report(kept)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"file": 1, "file": 2}', "$.file"),
        ('{"checks": [1, {"code": 1, "code": 1}]}', "$.checks[1].code"),
        ('{"permit": {"Budi": 1, "Budi": 2}}', "$.permit"),
        ('{"Budi": {"file": 1, "file": 2}}', "$"),
    ],
)
def test_a_key_that_comes_twice_is_named_by_its_path(text, path):
    """As far as the schema knows the names; any other may be somebody's."""
    with pytest.raises(ReportFormatError) as caught:
        read_report(text)

    assert f"but {path} comes twice." in str(caught.value)


def test_the_data_may_come_in_any_mapping_and_stays_the_callers(data, report):
    """Nothing that the caller changes later changes the report."""
    back = read_report(MappingProxyType(data))
    data["permit"]["holder"] = data["permit"]["number"] = "-"

    assert report == back


def test_the_error_repeats_no_value(data):
    """A report holds names; an error message goes into logs."""
    data["permit"] = {"holder": ["Budi Contoh"], "number": "Budi"}
    data["checks"][0]["fields"] = {"Budi": None}
    with pytest.raises(ReportFormatError) as caught:
        read_report(data)

    assert "$.permit.holder" in str(caught.value) and "$.checks[0].fields" in str(caught.value)
    assert "Budi" not in caught.value.message("id") + caught.value.message("en")
    assert "Laporan ini bukan laporan pemeriksaan" in caught.value.message("id")


def test_what_a_newer_version_adds_is_left_aside(data, report):
    """An older program must be able to read it."""
    data["extra"] = data["signature"]["extra"] = data["signatures"][0]["extra"] = data["authority"][
        "extra"
    ] = 1

    assert report == read_report(data)


def test_importing_verification_does_not_load_the_schema_library():
    """It takes longer than all the rest."""
    program = "import sys, perizinan_core.verification; print('jsonschema' in sys.modules)"

    assert (
        "False\n"
        == subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    )

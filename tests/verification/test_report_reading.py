"""Reports that were kept as JSON, read back: all of them, and nothing that only looks like one."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from string import Formatter

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.verification import ReportFormatError
from perizinan_core.verification import CheckName, Report, StatusReport, Verifier
from perizinan_core.verification.foreign import SignatureVerifier, load_roots
from perizinan_core.verification.reasons import REASONS
from perizinan_core.verification.report import Check, Outcome, Reason, Verdict

VECTORS = Path(__file__).parents[1] / "vectors"
AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
PLAIN = 'abcxyz ÄÖ漢字"\\{}'


@pytest.fixture(scope="module")
def doors(build):
    """Return both: permits by an authority document, any PDF by its roots."""
    roots = load_roots([str(VECTORS / "roots")])
    return Verifier(build.World.create().authority), SignatureVerifier(roots)


@pytest.fixture(scope="module")
def report(build):
    world = build.World.create()
    return Verifier(world.authority).verify(world.permit(), at=AT, name="izin.pdf")


@pytest.fixture
def data(report):
    return report.to_json()


@pytest.mark.parametrize("pdf", sorted(VECTORS.glob("*/*.pdf")), ids=lambda path: path.parent.name)
def test_the_report_of_every_vector_comes_back_as_it_was(doors, pdf):
    """From either door."""
    for verifier in doors:
        report = verifier.verify(pdf, at=AT)

        assert report == Report.from_json(json.dumps(report.to_json()))


moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
values = st.text(PLAIN, max_size=8) | st.integers(-(10**12), 10**12)


@st.composite
def reasons(draw):
    """Return any reason, with values for its sentence."""
    code = draw(st.sampled_from(sorted(REASONS)))
    names = [name for _, name, _, _ in Formatter().parse(REASONS[code].sentence) if name]
    return Reason(
        code, {name: draw(st.dates() | st.just("?") if name == "day" else values) for name in names}
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

    assert said == Report.from_json(json.dumps(said.to_json(language)))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"verdict": "valid!"}, r"\$\.verdict breaks the rule enum"),
        ({"report_version": "2"}, r"\$\.report_version breaks the rule const"),
        ({"sha256": "x"}, r"\$\.sha256 breaks the rule"),
        ({"checks": []}, r"\$\.checks breaks the rule minItems"),
        ({"checked_at": "kemarin"}, "a day or a time is none"),
        ({"checked_at": "2026-12-02T09:00:00"}, "a day or a time is none"),
        ({"exit_code": 10}, r"\$\.exit_code does not follow"),
        ({"verdict": "not_valid"}, r"\$\.exit_code does not follow"),
        ({"reasons": []}, r"\$\.reasons does not follow"),
        ({"signature": None}, r"\$\.signature does not follow"),
    ],
)
def test_a_report_that_was_changed_or_is_of_another_version_is_refused(data, change, problem):
    """The error names the place and the rule."""
    with pytest.raises(ReportFormatError, match=problem):
        Report.from_json({**data, **change})


def test_a_reason_that_is_not_known_or_lacks_its_values_is_refused(data):
    """Nobody could tell what it says."""
    first = data["checks"][0]
    data["checks"][0] = {**first, "code": "something-new"}
    with pytest.raises(ReportFormatError, match="something-new is not known here, so that a newer version"):
        Report.from_json(data)
    data["checks"][0] = {**first, "code": "permit-expired", "fields": {}}
    with pytest.raises(ReportFormatError, match="permit-expired are not all there"):
        Report.from_json(data)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"file": 1, "file": 2}', b"\xff", "NaN"])
def test_what_is_no_report_is_refused(text):
    """As one clear error, whatever it is."""
    with pytest.raises(ReportFormatError):
        Report.from_json(text)


def test_the_error_repeats_no_value(data):
    """A report holds names; an error message goes into logs."""
    data["permit"] = {"holder": "Budi Contoh"}
    with pytest.raises(ReportFormatError) as caught:
        Report.from_json(data)

    assert "Budi" not in caught.value.message("id") + caught.value.message("en")
    assert "Diharapkan laporan pemeriksaan" in caught.value.message("id")


def test_what_a_newer_version_adds_is_left_aside(data, report):
    """An older program must be able to read it."""
    data["extra"] = data["signature"]["extra"] = data["signatures"][0]["extra"] = data["authority"][
        "extra"
    ] = 1

    assert report == Report.from_json(data)


def test_importing_verification_does_not_load_the_schema_library():
    """It takes longer than all the rest."""
    program = "import sys, perizinan_core.verification; print('jsonschema' in sys.modules)"

    assert (
        "False\n"
        == subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    )

"""The kit for plugin authors: a whole office in memory, and parts that keep the promises of the real ones."""

import subprocess
import sys
from datetime import timedelta

import pytest

from perizinan_core.bootstrap import check_scenario
from perizinan_core.catalogue import check_catalogue
from perizinan_core.documents import UploadPolicy, inspect_upload
from perizinan_core.model._permit import PermitStatus
from perizinan_core.testing._fakes import AcceptingChecks, FakeSigners, small_png
from perizinan_core.testing._offices import (
    HOST,
    MORNING,
    SAMPLE,
    sample_applicant,
    sample_office,
    sample_pack,
    sample_signer,
)
from perizinan_core.testing._refusals import raises_code


def test_the_fixture_gives_an_office_that_issues_permits(perizinan_office):
    """A plugin author writes no more than this."""
    permit = perizinan_office.permit()

    assert PermitStatus.IN_FORCE is permit.status


def test_the_fixtures_share_a_clock_that_stands(perizinan_office, perizinan_clock):
    """Until the test moves it."""
    perizinan_clock.forward(hours=2)

    assert MORNING + timedelta(hours=2) == perizinan_office.office.now()


def test_the_clock_goes_on_to_a_working_day(perizinan_office, perizinan_clock):
    """Friday evening to Monday morning."""
    perizinan_clock.moment = MORNING.replace(day=6, hour=18)
    perizinan_clock.to_working_day(perizinan_office.office.authority.calendar)

    assert (9, 9) == (perizinan_clock().day, perizinan_clock().hour)


def test_the_pytest_plugin_imports_the_library_only_when_a_fixture_is_used():
    """Every pytest run in the environment loads it."""
    code = (
        "import sys, perizinan_core.testing._plugin; "
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('perizinan_core.')}; "
        "print(rooms - {'_exports', 'testing'})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()" == result.stdout.strip()


def test_the_sample_authority_has_no_problem():
    """Its catalogue is checked like any other, with its examples."""
    report = check_catalogue(SAMPLE, run_scenarios=check_scenario)

    assert ((), ()) == (tuple(report.problems), tuple(report.warnings))
    assert 1 == report.scenarios_run


@pytest.mark.parametrize("seed", [0, 1, 255, 2**24 - 1])
def test_small_pictures_are_honest_and_differ(seed):
    """Each seed another file; all are accepted."""
    import io

    report = inspect_upload(io.BytesIO(small_png(seed)), file_name="a.png", policy=UploadPolicy())

    assert report.accepted
    assert small_png(seed) != small_png(seed + 1 if seed < 2**24 - 1 else 0)


def test_signers_by_position():
    """A position without one is told as the real source tells it."""
    signers = FakeSigners({"kepala": sample_signer("kepala")})
    with raises_code("signer-not-configured"):
        signers.signer_for("camat")

    assert ("kepala",) == signers.positions()


def test_checks_and_staff_can_be_replaced():
    """Whatever the plugins say."""
    kit = sample_office(checks=AcceptingChecks(), staff=[])
    case = kit.submit(applicant=sample_applicant(birth_date=MORNING.date()))

    assert case.receipt_number == "TT/0001/2026"
    assert () == kit.office.reviews.officers(actor=HOST)
    with pytest.raises(LookupError):
        kit.assignee(case.id, "periksa")


def test_two_sample_offices_share_nothing_but_their_catalogue():
    """Records of one are not those of the other."""
    one, two = sample_office(), sample_office()
    one.permit()

    assert sample_pack().catalogue is one.catalogue is two.catalogue
    assert "500/001/WR/2026" == two.permit().number

"""
Broken plugins of the younger kinds, each with one fault. Not collected with the suite: see test_mutants.py.

Every class inherits the conformance suite of its kind, and must fail the test that it names.
"""

from __future__ import annotations

import itertools
import logging
from contextlib import contextmanager

import pytest

from perizinan_core.hooks import SubmissionCheckResult
from perizinan_core.testing import SubmissionCheckSuite, sample_pack
from perizinan_core.testing.storage._samples import made_application

_log = logging.getLogger("mutant")
_TYPE = sample_pack().catalogue.permit_types[0]


# --- checks of submissions


class Zones:
    """A zoning register: the smallest real check."""

    def __init__(self):
        self.runs = True

    def check(self, application, permit_type):
        del permit_type
        if not self.runs:
            raise ConnectionRefusedError("the register is not running")
        if application.form.get("place") == "here":
            return SubmissionCheckResult(accepted=True, source="RDTR")
        return SubmissionCheckResult(accepted=False, source="RDTR", reason="Pilih lokasi lain.")


class _Zones(SubmissionCheckSuite):
    made = Zones

    @pytest.fixture(autouse=True)
    def _zones(self):
        self.zones = self.made()

    @pytest.fixture
    def check(self):
        return self.zones.check

    @pytest.fixture
    def accepted(self):
        return made_application(form={"place": "here"}), _TYPE

    @pytest.fixture
    def refused(self):
        return made_application(form={"place": "there"}), _TYPE

    @contextmanager
    def broken(self):
        self.zones.runs = False
        yield
        self.zones.runs = True


class _RefusesWhenDown(Zones):
    def check(self, application, permit_type):
        if not self.runs:
            return SubmissionCheckResult(accepted=False, source="RDTR", reason="Coba lagi nanti.")
        return super().check(application, permit_type)


class TestSubmissionCheckRefusesWhenDown(_Zones):
    """A refusal that nobody gave."""

    caught_by = "test_a_failure_is_never_an_answer"

    made = _RefusesWhenDown


class _Remembers(Zones):
    last = None

    def check(self, application, permit_type):
        self.last = self.last or super().check(application, permit_type)
        return self.last


class TestSubmissionCheckRemembersTheFirstAnswer(_Zones):
    """A cache without a key."""

    caught_by = "test_the_answer_does_not_depend_on_what_was_asked_before"

    made = _Remembers


class _Counts(Zones):
    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()

    def check(self, application, permit_type):
        result = super().check(application, permit_type)
        return SubmissionCheckResult(
            accepted=result.accepted, source=f"RDTR {next(self.numbers)}", reason=result.reason
        )


class TestSubmissionCheckTakesANumberEachTime(_Zones):
    """Asking leaves something behind in its system."""

    caught_by = "test_asking_changes_nothing"

    made = _Counts


class _NoReason(Zones):
    def check(self, application, permit_type):
        result = super().check(application, permit_type)
        return SubmissionCheckResult(accepted=result.accepted, source=result.source)


class TestSubmissionCheckGivesNoReason(_Zones):
    """The applicant learns nothing."""

    caught_by = "test_a_refusal_says_why_to_the_applicant"

    made = _NoReason


class _LogsPeople(Zones):
    def check(self, application, permit_type):
        _log.info("asked for %s", application.applicant.name)
        return super().check(application, permit_type)


class TestSubmissionCheckLogsPeople(_Zones):
    """Names in the log."""

    caught_by = "test_nothing_personal_is_logged_or_told"

    made = _LogsPeople


class TestSoundSubmissionCheck(_Zones):
    """Passes."""

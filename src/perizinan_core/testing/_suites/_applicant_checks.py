"""
What every check of applicants (``decide_applicant_check``) must do.

::

    class TestMyCheck(ApplicantCheckSuite):
        @pytest.fixture
        def check(self, register):
            return MyPlugin(register.address).decide_applicant_check

        unknown = applicant_with(Nik("3572014107900001"))

        @contextmanager
        def broken(self):
            with register.stopped():
                yield
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from perizinan_core.hooks import ApplicantCheckResult
from perizinan_core.model import Applicant, Organisation
from perizinan_core.testing._offices import sample_applicant

__all__ = ["ApplicantCheckSuite"]

_THREADS = 8
_Check = Callable[[Applicant], ApplicantCheckResult | None]


class ApplicantCheckSuite:
    """Subclass it, give a ``check`` fixture, `unknown` and `broken`, and `known` where it is another."""

    @pytest.fixture
    def check(self) -> _Check:
        """Return the hook as a function of the applicant."""
        raise NotImplementedError

    @pytest.fixture
    def known(self) -> Applicant:
        """Return a person who is accepted."""
        return sample_applicant()

    @pytest.fixture
    def unknown(self) -> Applicant:
        """Return a person whose identity is refused."""
        raise NotImplementedError

    def broken(self) -> AbstractContextManager[None]:
        """Let the service behind the check fail inside the block."""
        raise NotImplementedError

    def test_a_known_person_is_accepted_and_the_source_named(self, check: _Check, known: Applicant) -> None:
        """Who confirmed it is kept with the application."""
        result = check(known)

        assert result is not None
        assert result.accepted
        assert result.verified_by

    def test_an_unknown_person_is_refused_with_a_sentence(self, check: _Check, unknown: Applicant) -> None:
        """The applicant is told what to do."""
        result = check(unknown)

        assert result is not None
        assert not result.accepted
        assert result.reason.strip()

    def test_the_answer_does_not_depend_on_who_was_asked_about_before(
        self, check: _Check, known: Applicant, unknown: Applicant
    ) -> None:
        """Also from several threads."""
        people = [known, unknown] * _THREADS
        with ThreadPoolExecutor(_THREADS) as pool:
            answers = [bool(result and result.accepted) for result in pool.map(check, people)]

        assert answers == [True, False] * _THREADS

    def test_a_failure_accepts_nobody(self, check: _Check, known: Applicant, unknown: Applicant) -> None:
        """It raises, or refuses: never an answer that no one gave; and afterwards it works."""
        with self.broken():
            for person in (known, unknown):
                try:
                    result = check(person)
                except Exception:  # noqa: BLE001, S112 - whichever it is; that it raises is what is wanted
                    continue
                assert result is not None, "None leaves the answer to the next plugin"
                assert not result.accepted

        again = check(known)
        assert again is not None
        assert again.accepted

    def test_nothing_personal_is_logged_or_told(
        self,
        check: _Check,
        known: Applicant,
        unknown: Applicant,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Neither numbers nor names, in the log or in the reason."""
        told = []
        with caplog.at_level(logging.DEBUG):
            for person in (known, unknown):
                result = check(person)
                told.append("" if result is None else result.reason)
            with self.broken():
                try:
                    check(known)
                except Exception as error:  # noqa: BLE001 - its words are what is looked at
                    told.append(str(error))
        text = " ".join([*told, *(record.getMessage() for record in caplog.records)])

        for person in (known, unknown):
            natural = person.responsible if isinstance(person, Organisation) else person
            for secret in (person.name, natural.name, str(natural.nik or "-" * 9)):
                assert secret not in text

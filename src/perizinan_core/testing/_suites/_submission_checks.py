"""
What every check of submissions (``decide_submission_check``) must do.

::

    class TestMyCheck(SubmissionCheckSuite):
        @pytest.fixture
        def check(self, register):
            context = plugin_context(MySettings(address=register.address))
            return lambda application, permit_type: my_plugin.decide_submission_check(
                application=application, permit_type=permit_type, context=context
            )

        @pytest.fixture
        def accepted(self): ...

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

from perizinan_core.hooks import SubmissionCheckResult
from perizinan_core.model import Application, Organisation, PermitType

__all__ = ["SubmissionCheckSuite"]

_THREADS = 8
_Case = tuple[Application, PermitType]
_Check = Callable[[Application, PermitType], SubmissionCheckResult | None]


class SubmissionCheckSuite:
    """Subclass it, give ``check``, ``accepted``, ``refused`` and `broken`, and ``unconcerned`` where there is one."""

    @pytest.fixture
    def check(self) -> _Check:
        """Return the hook as a function of the application and its permit type."""
        raise NotImplementedError

    @pytest.fixture
    def accepted(self) -> _Case:
        """Return an application, with its permit type, that the outside system accepts."""
        raise NotImplementedError

    @pytest.fixture
    def refused(self) -> _Case:
        """Return an application, with its permit type, that the outside system refuses."""
        raise NotImplementedError

    @pytest.fixture
    def unconcerned(self) -> _Case | None:
        """Return an application that the check leaves alone; None: it asks about all."""
        return None

    def broken(self) -> AbstractContextManager[None]:
        """Let the system behind the check fail inside the block."""
        raise NotImplementedError

    def test_an_acceptance_names_who_answered(self, check: _Check, accepted: _Case) -> None:
        """The source is kept in the case, and the applicant reads it."""
        result = check(*accepted)

        assert isinstance(result, SubmissionCheckResult)
        assert result.accepted
        assert result.source.strip()
        assert "\n" not in result.source

    def test_a_refusal_says_why_to_the_applicant(self, check: _Check, refused: _Case) -> None:
        """One sentence, from a source with a name."""
        result = check(*refused)

        assert isinstance(result, SubmissionCheckResult)
        assert not result.accepted
        assert result.reason.strip()
        assert result.source.strip()

    def test_what_does_not_concern_it_is_left_alone(self, check: _Check, unconcerned: _Case | None) -> None:
        """None, also while its system is down: others must not wait for it."""
        if unconcerned is None:
            return
        assert check(*unconcerned) is None
        with self.broken():
            assert check(*unconcerned) is None

    def test_the_answer_does_not_depend_on_what_was_asked_before(
        self, check: _Check, accepted: _Case, refused: _Case
    ) -> None:
        """Also from several threads."""
        cases = [accepted, refused] * _THREADS
        with ThreadPoolExecutor(_THREADS) as pool:
            answers = [
                bool(result and result.accepted) for result in pool.map(lambda case: check(*case), cases)
            ]

        assert answers == [True, False] * _THREADS

    def test_a_failure_is_never_an_answer(self, check: _Check, accepted: _Case, refused: _Case) -> None:
        """It raises: neither an acceptance, nor a refusal that the system did not give; afterwards it works."""
        for case in (accepted, refused):
            with self.broken():
                try:
                    result = check(*case)
                except Exception:  # noqa: BLE001, S112 - whichever it is; that it raises is what is wanted
                    continue
                pytest.fail(f"its system is down, and it answered {result!r}")

        again = check(*accepted)
        assert again is not None
        assert again.accepted

    def test_asking_changes_nothing(self, check: _Check, accepted: _Case) -> None:
        """It is asked again whenever a submission is tried again: the same question has the same answer."""
        assert check(*accepted) == check(*accepted)

    def test_nothing_personal_is_logged_or_told(
        self, check: _Check, accepted: _Case, refused: _Case, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither numbers nor names, in the log, the answer or the reason."""
        told = []
        with caplog.at_level(logging.DEBUG):
            for case in (accepted, refused):
                result = check(*case)
                told += [] if result is None else [result.reason, result.answer]
                with self.broken():
                    try:
                        check(*case)
                    except Exception as error:  # noqa: BLE001 - its words are what is looked at
                        told.append(str(error))
        text = " ".join([*told, *(record.getMessage() for record in caplog.records)])

        for application, _ in (accepted, refused):
            applicant = application.applicant
            natural = applicant.responsible if isinstance(applicant, Organisation) else applicant
            for secret in (applicant.name, natural.name, str(natural.nik or "-" * 9)):
                assert secret not in text

"""
Signing in the background of a request: one thread for a press, which notes each letter as soon as it is done.

The passphrase is an argument of that thread and nowhere else. The end of the officer's session does not stop what
was begun; a portal that stops lets the letter under way end, and the others stay as they were.
"""

from __future__ import annotations

import logging

import attrs

from perizinan_core import Actor, PerizinanError
from perizinan_core.i18n import LANGUAGES
from perizinan_core.services import IssueOutcome
from perizinan_portal._kit import Services
from perizinan_portal._store import LetterState, SignedLetter

__all__ = ["begin"]

_log = logging.getLogger("perizinan_portal")


class _StoppedError(Exception):
    """The portal ends."""


def begin(
    services: Services, signing: str, cases: tuple[str, ...], *, actor: Actor, passphrase: str | None
) -> None:
    """Sign the letters, one after the other, without keeping the page waiting."""
    run = _Run(services, signing, actor)
    services.jobs.start(lambda: run(cases, passphrase), name="perizinan-signing")


@attrs.frozen
class _Run:
    services: Services
    signing: str
    actor: Actor

    def __call__(self, cases: tuple[str, ...], passphrase: str | None) -> None:
        office = self.services.office
        secret = None if passphrase is None else (lambda _position: passphrase)
        try:
            office.permits.issue_many(cases, actor=self.actor, progress=self._note, secret=secret)
        except _StoppedError:
            _log.warning("signing: stopped with the portal; the other letters stay as they were")
        except PerizinanError as error:
            self._refuse(cases, error)
        except Exception as error:  # noqa: BLE001 - its text may hold what no log may hold
            _log.error("signing: %s", type(error).__name__)
        finally:
            self.services.store.signings.end(self.signing, now=self.services.now)

    def _note(self, outcome: IssueOutcome, _done: int, _of: int) -> None:
        failed = outcome.error
        letter = SignedLetter(
            application=outcome.application,
            state=LetterState.SIGNED if failed is None else LetterState.FAILED,
            reason={} if failed is None else _said(failed),
        )
        self.services.store.signings.note(self.signing, letter, now=self.services.now)
        if self.services.jobs.stopping:
            raise _StoppedError

    def _refuse(self, cases: tuple[str, ...], error: PerizinanError) -> None:
        """Note for all of them what keeps the officer from signing at all."""
        _log.warning("signing: %s", error.code)
        for case in cases:
            letter = SignedLetter(application=case, state=LetterState.FAILED, reason=_said(error))
            self.services.store.signings.note(self.signing, letter, now=self.services.now)


def _said(error: PerizinanError) -> dict[str, str]:
    return {language: error.message(language) for language in LANGUAGES}

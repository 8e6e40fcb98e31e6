"""
Letters that an officer signs with one press: which, how far it is, and why some were not signed.

The passphrase is not among it: it stays with the thread that signs. A press that is repeated finds the row of the
first one, so that nothing begins twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import uuid4

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._tables import SIGNING_CASES, SIGNINGS

__all__ = ["LetterState", "SignedLetter", "Signing", "Signings"]

_LOST = 180
"""Seconds without a sign of life after which the process that signed is taken to be gone."""

_KEPT = 30 * 24 * 3600


class LetterState(StrEnum):
    """What became of a letter."""

    WAITING = "waiting"
    SIGNED = "signed"
    FAILED = "failed"
    """It stays as it was, with its reason."""


@attrs.frozen(kw_only=True)
class SignedLetter:
    """One of the letters."""

    application: str
    """Id of the case."""

    label: str = ""
    """Its receipt number."""

    state: LetterState
    reason: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Why it was not signed, by language."""


@attrs.frozen(kw_only=True)
class Signing:
    """Letters that are signed with one press."""

    id: str
    officer: str
    begun_at: int
    seen_at: int
    ended_at: int | None
    letters: tuple[SignedLetter, ...] = ()

    def of(self, state: LetterState) -> tuple[SignedLetter, ...]:
        """Return the letters in a state."""
        return tuple(one for one in self.letters if one.state is state)

    @property
    def done(self) -> int:
        """How many are signed or failed."""
        return len(self.letters) - len(self.of(LetterState.WAITING))

    def is_lost(self, now: int) -> bool:
        """Return whether it was broken off: what waits will not be signed by it any more."""
        return self.ended_at is None and now - self.seen_at > _LOST

    def is_over(self, now: int) -> bool:
        """Return whether nothing more happens in it."""
        return self.ended_at is not None or self.is_lost(now)


@attrs.frozen
class Signings:
    """The presses on record."""

    _database: Database
    _sealer: Sealer

    def begin(self, officer: str, form: str, cases: Mapping[str, str], *, now: int) -> tuple[str, bool]:
        """
        Return the id for one form of an officer, and whether it begins now; False: it was sent before.

        ``cases`` are the ids of the cases, with their receipt numbers.
        """
        made = uuid4().hex
        try:
            with self._database.write() as connection:
                connection.execute(
                    sa.insert(SIGNINGS).values(id=made, officer=officer, form=form, begun_at=now, seen_at=now)
                )
                connection.execute(
                    sa.insert(SIGNING_CASES),
                    [
                        {
                            "signing": made,
                            "place": place,
                            "application": case,
                            "label": label,
                            "state": LetterState.WAITING.value,
                        }
                        for place, (case, label) in enumerate(cases.items())
                    ],
                )
        except AlreadyExistsError:
            with self._database.read() as connection:
                known = connection.execute(
                    sa.select(SIGNINGS.c.id).where(SIGNINGS.c.officer == officer, SIGNINGS.c.form == form)
                ).scalar_one()
            return str(known), False
        return made, True

    def note(self, id_: str, letter: SignedLetter, *, now: int) -> None:
        """Note what became of a letter."""
        row = (SIGNING_CASES.c.signing == id_, SIGNING_CASES.c.application == letter.application)
        with self._database.write() as connection:
            place = connection.execute(sa.select(SIGNING_CASES.c.place).where(*row)).scalar_one()
            reason = dict(letter.reason) or None
            sealed = reason and self._sealer.seal(reason, "signing_cases", id_, str(place), "reason")
            connection.execute(
                sa.update(SIGNING_CASES).where(*row).values(state=letter.state.value, reason=sealed)
            )
            connection.execute(sa.update(SIGNINGS).where(SIGNINGS.c.id == id_).values(seen_at=now))

    def end(self, id_: str, *, now: int) -> None:
        """Note that nothing more happens, and forget what is long over."""
        old = sa.select(SIGNINGS.c.id).where(SIGNINGS.c.begun_at < now - _KEPT)
        with self._database.write() as connection:
            connection.execute(
                sa.update(SIGNINGS).where(SIGNINGS.c.id == id_).values(ended_at=now, seen_at=now)
            )
            connection.execute(sa.delete(SIGNING_CASES).where(SIGNING_CASES.c.signing.in_(old)))
            connection.execute(sa.delete(SIGNINGS).where(SIGNINGS.c.begun_at < now - _KEPT))

    def find(self, id_: str, officer: str) -> Signing | None:
        """Return what an officer signs; None for others."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(SIGNINGS).where(SIGNINGS.c.id == id_, SIGNINGS.c.officer == officer)
            ).one_or_none()
            if row is None:
                return None
            cases = connection.execute(
                sa.select(SIGNING_CASES).where(SIGNING_CASES.c.signing == id_).order_by(SIGNING_CASES.c.place)
            ).all()
        letters = tuple(
            SignedLetter(
                application=case.application,
                label=case.label,
                state=LetterState(case.state),
                reason=self._sealer.open(case.reason, "signing_cases", id_, str(case.place), "reason")
                if case.reason
                else {},
            )
            for case in cases
        )
        return Signing(
            id=row.id,
            officer=row.officer,
            begun_at=row.begun_at,
            seen_at=row.seen_at,
            ended_at=row.ended_at,
            letters=letters,
        )

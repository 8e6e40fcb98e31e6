"""What officers did with the login of people: accounts that were restored at the counter, for their owners to see."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._tables import RESTORATIONS

__all__ = ["Restoration", "Restorations"]


@attrs.frozen(kw_only=True)
class Restoration:
    """An account that an officer restored, or began to."""

    id: str
    account: str
    officer: str
    document: str
    """What the officer saw, as `IdentityDocument` has it; nothing for the device of an officer."""

    reason: str = attrs.field(repr=False)
    at: int
    done_at: int | None
    """When the person confirmed it."""

    stopped_at: int | None
    """When the old address stopped it."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.done_at is not None or self.stopped_at is not None


@attrs.frozen
class Restorations:
    """The restorations on record."""

    _database: Database
    _sealer: Sealer

    def add(self, account: str, *, officer: str, document: str, reason: str, now: int) -> str:
        """Put one on record and return its id."""
        made = uuid4().hex
        with self._database.write() as connection:
            connection.execute(
                sa.insert(RESTORATIONS).values(
                    id=made,
                    account=account,
                    officer=officer,
                    document=document,
                    reason=self._sealer.seal(reason, "restorations", made, "reason"),
                    at=now,
                )
            )
        return made

    def get(self, id_: str) -> Restoration | None:
        """Return one."""
        found = self._some(RESTORATIONS.c.id == id_)
        return found[0] if found else None

    def of(self, account: str) -> tuple[Restoration, ...]:
        """Return those of an account, the newest first."""
        return self._some(RESTORATIONS.c.account == account)

    def finish(self, id_: str, *, now: int) -> None:
        """Note that the person confirmed it."""
        self._put(id_, done_at=now)

    def stop(self, id_: str, *, now: int) -> None:
        """Note that the old address stopped it; what is done stays done."""
        self._put(id_, stopped_at=now)

    def _put(self, id_: str, **values: int) -> None:
        undecided = (RESTORATIONS.c.done_at.is_(None), RESTORATIONS.c.stopped_at.is_(None))
        with self._database.write() as connection:
            connection.execute(
                sa.update(RESTORATIONS).where(RESTORATIONS.c.id == id_, *undecided).values(**values)
            )

    def _some(self, wanted: sa.ColumnElement[bool]) -> tuple[Restoration, ...]:
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(RESTORATIONS).where(wanted).order_by(RESTORATIONS.c.at.desc())
            ).all()
        return tuple(self._restoration(row) for row in rows)

    def _restoration(self, row: sa.Row[Any]) -> Restoration:
        return Restoration(
            id=row.id,
            account=row.account,
            officer=row.officer,
            document=row.document,
            reason=str(self._sealer.open(row.reason, "restorations", row.id, "reason")),
            at=row.at,
            done_at=row.done_at,
            stopped_at=row.stopped_at,
        )

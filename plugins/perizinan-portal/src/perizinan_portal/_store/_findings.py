"""What an officer wrote down while looking through a case, before it is sent: remarks for a request of correction."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import sqlalchemy as sa

from perizinan_portal._store._database import Database
from perizinan_portal._store._sealing import Sealer
from perizinan_portal._store._tables import FINDINGS

__all__ = ["Findings"]


@attrs.frozen
class Findings:
    """The remarks on record, each of one officer about one target of one case."""

    _database: Database
    _sealer: Sealer

    def of_case(self, case: str, officer: str) -> Mapping[str, str]:
        """Return an officer's remarks by target, the oldest first; an empty one says that it is in order."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(FINDINGS)
                .where(FINDINGS.c.application == case, FINDINGS.c.officer == officer)
                .order_by(FINDINGS.c.written_at, FINDINGS.c.target)
            ).all()
        return {
            row.target: str(self._sealer.open(row.remark, "findings", case, officer, row.target, "remark"))
            for row in rows
        }

    def unsent(self, officer: str) -> Mapping[str, int]:
        """Return how many remarks an officer wrote down and did not send, by case."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(FINDINGS).where(FINDINGS.c.officer == officer)).all()
        found: dict[str, int] = {}
        for row in rows:
            if self._sealer.open(row.remark, "findings", row.application, officer, row.target, "remark"):
                found[row.application] = found.get(row.application, 0) + 1
        return found

    def write(self, case: str, officer: str, target: str, remark: str, *, now: int) -> None:
        """Put a remark down in place of an earlier one."""
        sealed = self._sealer.seal(remark, "findings", case, officer, target, "remark")
        with self._database.write() as connection:
            connection.execute(sa.delete(FINDINGS).where(*_one(case, officer, target)))
            connection.execute(
                sa.insert(FINDINGS).values(
                    application=case, officer=officer, target=target, remark=sealed, written_at=now
                )
            )

    def drop(self, case: str, officer: str, target: str | None = None) -> None:
        """Forget one remark, or all of an officer about a case once they were sent."""
        with self._database.write() as connection:
            connection.execute(sa.delete(FINDINGS).where(*_one(case, officer, target)))


def _one(case: str, officer: str, target: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    found = (FINDINGS.c.application == case, FINDINGS.c.officer == officer)
    return found if target is None else (*found, FINDINGS.c.target == target)

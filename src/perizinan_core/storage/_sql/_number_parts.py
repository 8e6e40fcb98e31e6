"""Receipt and permit numbers, to be found by a part of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from perizinan_core.storage._lookups import number_parts as parts_of
from perizinan_core.storage._lookups import typed_part
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._statements import removal_of, the
from perizinan_core.storage._sql._tables import number_parts, permits

__all__ = ["number_of", "part_rows", "with_number_part", "write_number_parts", "write_parts_again"]

_ABOVE = b"\xff"
"""Above every byte of UTF-8."""


def write_number_parts(session: Session, kind: str, subject: str, number: str) -> None:
    """Write down where the number of an application or a permit may be begun to be typed."""
    rows = part_rows(kind, subject, number)
    if rows:
        session.add_absent(number_parts, rows)


def write_parts_again(session: Session, kind: str, subject: str, number: str | None) -> None:
    """Make the rows of a subject again; without a number none is left."""
    session.write(removal_of(number_parts, "subject"), the(subject=subject))
    if number is not None:
        write_number_parts(session, kind, subject, number)


def part_rows(kind: str, subject: str, number: str) -> list[dict[str, Any]]:
    """Return the rows of a number."""
    return [{"kind": kind, "part": part, "subject": subject} for part in sorted(parts_of(number))]


def number_of(table: sa.Table, record: Any) -> tuple[str, str | None]:
    """Return what `number_parts` calls the records of a table, and the number of one of them."""
    if table is permits:
        return "permit", record.number
    return "application", record.receipt_number


def with_number_part(kind: str, text: str) -> sa.Select[tuple[str]]:
    """Return the question for what has this part in its number; an index answers it."""
    part, mine = typed_part(text), number_parts.c
    return sa.select(mine.subject).where(mine.kind == kind, mine.part >= part, mine.part < part + _ABOVE)

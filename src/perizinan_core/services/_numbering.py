"""Taking numbers from registers: inside the unit of work that uses them, dated by the office's own clock."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from perizinan_core.catalogue import register_number
from perizinan_core.model._actor import Actor
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._number_sources import take_reserved
from perizinan_core.services._used_numbers import UsedNumbers
from perizinan_core.storage import UnitOfWork

__all__ = ["LetterNumber", "next_number", "take_number", "take_place"]


@attrs.frozen(kw_only=True)
class LetterNumber:
    """A number as taken and as printed."""

    text: str
    register: str
    year: int
    """Local year of the authority."""

    sequence: int
    day: date
    """Local day on which it was taken: the letter's date."""


def next_number(
    context: OfficeContext, work: UnitOfWork, register: str, permit_type: PermitType, day: date
) -> LetterNumber:
    """
    Return the number that comes next in a register of the office's own; someone else may take it first.

    The line before it is marked, as `take_number` would do while others wait.
    """
    last = work.numbers.last(register, day.year)
    first = context.authority.register(register).first
    sequence = max(last or 0, first - 1) + 1
    UsedNumbers(context).keep_before(work, register, day.year, sequence, first)
    text = register_number(context.authority, register, sequence=sequence, day=day, permit_type=permit_type)
    return LetterNumber(text=text, register=register, year=day.year, sequence=sequence, day=day)


def take_number(
    context: OfficeContext,
    work: UnitOfWork,
    register: str,
    subject: str,
    permit_type: PermitType,
    actor: Actor,
    now: datetime,
    *,
    owner: str | None = None,
    expected: LetterNumber | None = None,
) -> LetterNumber:
    """
    Take the next number of a register and write down what it is for.

    The sequence and the year go by the local day: on 31 December at 23:59 WIB the old year still counts,
    whatever UTC says.

    A number that the documents know as used, because the records are older than they are, is passed over and
    stands in the register as lost.

    Where the register has a source outside, the number is the one that was reserved for ``owner`` (the case; by
    default the subject), and the register counts it.

    ``expected`` is what `next_number` gave for this register a moment ago: where it comes, all that is left is done.

    Raises:
        ServiceError: ``number-source``: none was reserved.
        CatalogueError: ``number-format-missing``: the register has no number format for the day.
        ServiceError: ``number-mark-broken``: it cannot be determined whether a number was used.
    """
    day = context.local_day(now)
    first = context.authority.register(register).first
    used = UsedNumbers(context)
    while True:
        sequence = work.numbers.take(register, day.year, first=first, by=actor.id, at=now)
        holder = used.of_number(register, day.year, sequence)
        if holder is None:
            break
        work.numbers.lose(register, day.year, sequence, number=holder.number, subject=holder.subject)
        used.note_lost(work, holder, actor=actor, now=now)
    if expected is not None and (expected.sequence, expected.day) == (sequence, day):
        work.numbers.record(register, day.year, sequence, number=expected.text, subject=subject)
        return expected
    used.keep_before(work, register, day.year, sequence, first)
    reserved = take_reserved(context, work, register, owner or subject)
    text = reserved or register_number(
        context.authority, register, sequence=sequence, day=day, permit_type=permit_type
    )
    work.numbers.record(register, day.year, sequence, number=text, subject=subject)
    return LetterNumber(text=text, register=register, year=day.year, sequence=sequence, day=day)


def take_place(context: OfficeContext, work: UnitOfWork, actor: Actor, now: datetime) -> int:
    """Take the next place in the status list; one that the documents know as used is passed over."""
    used = UsedNumbers(context)
    while True:
        place = work.status_indexes.take()
        holder = used.of_place(place)
        if holder is None:
            return place
        used.note_lost(work, holder, actor=actor, now=now, place=place)

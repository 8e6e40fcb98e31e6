"""Numbers and places that the database does not have, and numbers of outside registries that no letter bears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from perizinan_core.bootstrap._bare_office import BareOffice
from perizinan_core.bootstrap._findings import MOST_NAMED, FindingLevel, OfficeFinding
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.services._number_sources import left_over
from perizinan_core.services._used_numbers import UsedNumber, spans_of

if TYPE_CHECKING:
    from perizinan_core.bootstrap._office import Office

__all__ = ["lost_numbers", "reserved_numbers", "unknown_numbers", "unknown_numbers_of"]

_OPERATOR = Actor(id="operator", kind=ActorKind.HOST, name="perizinan doctor")


def unknown_numbers(office: Office) -> Iterator[OfficeFinding]:
    """Name what the documents know as used and the records do not; walks through the document store."""
    yield from _unknown(office.continuation.beyond_records(actor=_OPERATOR))


def unknown_numbers_of(office: BareOffice) -> Iterator[OfficeFinding]:
    """The same without plugins."""
    yield from _unknown(office.used_beyond_records())


def _unknown(used: tuple[UsedNumber, ...]) -> Iterator[OfficeFinding]:
    for register, year, first, last in spans_of(used):
        yield OfficeFinding(
            code="numbers-not-on-record",
            sentence=N_(
                "Numbers {first} to {last} of the register {register} for {year} were used, but are not on record: the "
                "database is older than the documents."
            ),
            remedy=N_(
                "Stop every other office that works with these documents. If a newer backup of the records exists, "
                "restore it. Else nothing is to be done for the numbers: they are not given again."
            ),
            fields={"register": register, "year": year, "first": first, "last": last},
        )


def lost_numbers(office: Office) -> Iterator[OfficeFinding]:
    """Name the permits whose numbers were passed over."""
    lost = [item for item in office.continuation.lost(actor=_OPERATOR) if item.place is None]
    permits = [item.used for item in lost if item.used.place is not None and not _is_back(office, item.used)]
    for used in permits[:MOST_NAMED]:
        yield OfficeFinding(
            code="permit-not-on-record",
            level=FindingLevel.NOTICE,
            sentence=N_(
                "Permit {number} was issued, but its record was lost; its number is not given again."
            ),
            remedy=N_(
                "Its holder has the file. Until the office has decided about it, the status list says that no one is "
                "to rely on it. Put it back from that file: perizinan permits recover FILE --reason …"
            ),
            fields={"number": used.number},
        )
    others = sum(item.used.place is None for item in lost)
    if others:
        yield OfficeFinding(
            code="numbers-passed-over",
            level=FindingLevel.NOTICE,
            sentence=N_("{count} further numbers were passed over because their records were lost."),
            remedy=N_("They stand in the registers as lost; nothing is to be done."),
            fields={"count": others},
        )


def reserved_numbers(office: Office) -> Iterator[OfficeFinding]:
    """Name what an outside registry gave for cases that ended before it was used: its books have a gap there."""
    with office.storage.unit_of_work(read_only=True) as work:
        reserved = left_over(work)
    for item in reserved[:MOST_NAMED]:
        yield OfficeFinding(
            code="number-left-over",
            level=FindingLevel.NOTICE,
            sentence=N_(
                "The registry outside gave the number {number} of {register} for case {case}, which ended before the "
                "number was used."
            ),
            remedy=N_(
                "Report to the registry that no letter bears this number. Here it is not given to another case."
            ),
            fields={"number": item.number, "register": item.register, "case": item.case},
        )


def _is_back(office: Office, used: UsedNumber) -> bool:
    """Return True when a permit that was lost is on record again."""
    with office.storage.unit_of_work(read_only=True) as work:
        line = work.numbers.find_number(used.number)
    return line is not None and not line.is_lost

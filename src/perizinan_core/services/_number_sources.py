"""
Numbers from outside registries: asked for before anything is written, and used once.

What the registry gave is noted at once, by the case and by how many numbers it had before. The unit of work that writes
the case takes the note; where it fails, the note stays, and the next try uses the same number. Where the registry gave
a number and the program died before the note, the same key brings the same number again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import RecordNotFoundError, StorageError
from perizinan_core.hooks._numbers import NumberRequest
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork

__all__ = ["ReservedNumber", "left_over", "reserve_number", "take_reserved"]

_log = logging.getLogger(__name__)

_SECONDS = 20.0
_MOST = 120
"""Characters of a number."""

_PREFIX = "number-source/"


@attrs.frozen(kw_only=True)
class ReservedNumber:
    """A number that an outside registry gave, and that no letter bears."""

    register: str
    case: str
    number: str


def reserve_number(
    context: OfficeContext, register: str | None, owner: str, permit_type: PermitType, moment: datetime
) -> None:
    """
    Ask the source of a register for a case's next number, unless it gave one that was not used yet.

    Outside of any unit of work. Registers of the office itself need nothing.

    Raises:
        ServiceError: ``number-source``: it did not answer, or not with a number; nothing was written.
    """
    source = context.number_sources.get(register or "")
    if source is None or register is None:
        return
    key = f"{_PREFIX}{register}/{owner}"
    with context.unit_of_work(read_only=True) as work:
        noted = work.settings.get(key) or {"given": 0, "number": None}
        # One that another case bears cannot be used: the registry, once put right, gives another for the same key.
        usable = noted["number"] is not None and work.numbers.find_number(noted["number"]) is None
    if usable:
        return
    request = NumberRequest(
        key=f"{register}/{owner}/{noted['given'] + 1}",
        register=register,
        permit_type=permit_type.code,
        day=context.local_day(moment),
    )
    try:
        number: Any = context.calls.call(f"numbers {register}", _SECONDS, lambda: source.reserve(request))
    except (Exception, SystemExit) as error:
        _log.warning("the source of the register %s gave no number: %s", register, type(error).__name__)
        raise ServiceError("number-source", register=register, reason=type(error).__name__) from error
    if not isinstance(number, str) or not number.strip() or len(number) > _MOST or not number.isprintable():
        raise ServiceError("number-source", register=register, reason="number")
    with context.unit_of_work() as work:
        work.settings.put(key, {"given": noted["given"], "number": number.strip()})
        work.commit()


def take_reserved(context: OfficeContext, work: UnitOfWork, register: str, owner: str) -> str | None:
    """
    Return the number that was reserved for a case, used up by this unit of work; None: the office's own register.

    Raises:
        ServiceError: ``number-source``: none is reserved, or the registry gave it to another case before.
    """
    if register not in context.number_sources:
        return None
    key = f"{_PREFIX}{register}/{owner}"
    noted = work.settings.get(key) or {"given": 0, "number": None}
    number = noted["number"]
    if number is None:
        raise ServiceError("number-source", register=register, reason="not-reserved")
    if work.numbers.find_number(number) is not None:
        raise ServiceError("number-source", register=register, reason="given-twice")
    work.settings.put(key, {"given": noted["given"] + 1, "number": None})
    return str(number)


def left_over(work: UnitOfWork) -> tuple[ReservedNumber, ...]:
    """Return the numbers that were reserved for cases that ended, or were discarded, before they were used."""
    found = []
    for key, noted in work.settings.all(_PREFIX).items():
        register, _, case = key.removeprefix(_PREFIX).partition("/")
        if noted["number"] is not None and _is_over(work, case):
            found.append(ReservedNumber(register=register, case=case, number=noted["number"]))
    return tuple(found)


def _is_over(work: UnitOfWork, case: str) -> bool:
    try:
        return work.applications.get(case).state.is_terminal
    except RecordNotFoundError:
        return True
    except StorageError:  # a record that cannot be read is named elsewhere, and says nothing of its case
        return False

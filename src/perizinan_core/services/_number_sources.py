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

from perizinan_core.errors.services import ServiceError
from perizinan_core.hooks._numbers import NumberRequest
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork

__all__ = ["reserve_number", "take_reserved"]

_log = logging.getLogger(__name__)

_SECONDS = 20.0
_MOST = 120
"""Characters of a number."""


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
    key = f"number-source/{register}/{owner}"
    with context.storage.unit_of_work(read_only=True) as work:
        noted = work.settings.get(key) or {"given": 0, "number": None}
    if noted["number"] is not None:
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
    with context.storage.unit_of_work() as work:
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
    key = f"number-source/{register}/{owner}"
    noted = work.settings.get(key) or {"given": 0, "number": None}
    number = noted["number"]
    if number is None:
        raise ServiceError("number-source", register=register, reason="not-reserved")
    if work.numbers.find_number(number) is not None:
        raise ServiceError("number-source", register=register, reason="given-twice")
    work.settings.put(key, {"given": noted["given"] + 1, "number": None})
    return str(number)

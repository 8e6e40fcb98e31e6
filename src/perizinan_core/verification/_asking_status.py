"""Asking about the status of one permit, for the report of a file and of a code alike."""

from __future__ import annotations

from datetime import datetime

from perizinan_core.errors.verification import StatusUnavailableError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import NoStatus, PermitStatusAnswer, StatusChoice
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._report import CheckName, StatusReport
from perizinan_core.verification._time_limit import Countdown, TimeUpError

__all__ = ["ask_status"]

_UNKNOWN = "?"
_NOT_ASKED = StatusReport(checked=False, state="not_checked")


def ask_status(
    status: StatusChoice,
    permit: PermitFacts,
    *,
    authority: AuthorityDocument,
    at: datetime,
    judgement: Judgement,
    countdown: Countdown,
) -> tuple[PermitStatusAnswer | None, StatusReport]:
    """
    Return the answer of a status source, and what the report says of it; why there is none is noted.

    Without a source the status of an office that publishes a status list stays open, unless the caller said
    by name (`NO_STATUS`) that nobody is to be asked.

    Args:
        status: Who is asked.
        permit: About which permit.
        authority: Whose permit it is.
        at: Moment for which the answer shall hold.
        judgement: Where it is noted why there is no answer.
        countdown: The time that is left.
    """
    name = CheckName.STATUS
    if status is None and authority.status_list is not None:
        address = authority.status_list.get("uri")
        judgement.refuse(name, "status-not-given", address=address if isinstance(address, str) else _UNKNOWN)
        return None, _NOT_ASKED
    if status is None or isinstance(status, NoStatus):
        judgement.left_out(name, "status-not-checked")
        return None, _NOT_ASKED
    answer = None
    try:
        day = authority.local_day(at)
        answer = countdown.run(lambda: status.status_of(permit.number, permit.status_index, day))
    except StatusUnavailableError as error:
        judgement.refuse(name, getattr(error, "reason", "status-unavailable"), problem=error.problem)
    except TimeUpError:
        judgement.refuse(name, "status-time-limit", seconds=f"{countdown.seconds:g}")
    else:
        if answer is None:
            judgement.refuse(name, "status-unknown-permit")
    return answer, StatusReport.of(answer)

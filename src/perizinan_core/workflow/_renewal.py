"""When an application may build on an issued permit."""

from __future__ import annotations

from datetime import date

from perizinan_core.errors.workflow import PermitStatusError, WorkflowError
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.model._text import DateRange
from perizinan_core.model._validity import RenewalRule
from perizinan_core.workflow._measure import subtract_period
from perizinan_core.workflow._states import Action

__all__ = ["check_previous", "check_renewal", "renewal_window"]

_RENEWING = frozenset({ApplicationKind.RENEWAL, ApplicationKind.RE_REGISTRATION})
_AFTER_EXPIRY = "allowed"


def renewal_window(rule: RenewalRule | None, permit: Permit, calendar: WorkingCalendar) -> DateRange:
    """
    Return the local days on which the permit can be renewed; open ends where the rule sets none.

    Raises:
        CalendarRangeError: when a window in working days runs beyond the calendar.
    """
    if permit.valid_until is None:
        return DateRange()
    opens = closes = None
    if rule is not None and rule.opens_before is not None:
        opens = subtract_period(calendar, permit.valid_until, rule.opens_before)
    if rule is None or rule.after_expiry != _AFTER_EXPIRY:
        closes = permit.valid_until
        if rule is not None and rule.closes_before is not None:
            closes = subtract_period(calendar, permit.valid_until, rule.closes_before)
    return DateRange(opens, closes if opens is None or closes is None else max(opens, closes))


def check_renewal(
    rule: RenewalRule | None,
    permit: Permit,
    kind: ApplicationKind,
    day: date,
    calendar: WorkingCalendar,
) -> None:
    """
    Pass when an application of ``kind`` may build on ``permit`` on the local day ``day``.

    Renewals and re-registrations need the renewal window, the other kinds a permit in force; a
    suspended permit can be renewed and given up, but neither amended nor duplicated.

    Raises:
        PermitStatusError: when its status does not allow it.
        WorkflowError: ``renewal-too-early``: before the window opens.
        WorkflowError: ``renewal-too-late``: after it closed.
    """
    _check_status(kind, permit, day, Action.START)
    if kind not in _RENEWING:
        return
    window = renewal_window(rule, permit, calendar)
    if window.start is not None and day < window.start:
        raise WorkflowError("renewal-too-early", opens_on=window.start, today=day)
    if window.end is not None and day > window.end:
        raise WorkflowError("renewal-too-late", closed_on=window.end, today=day)


def check_previous(application: Application, permit: Permit | None, day: date, action: Action) -> None:
    """
    Pass when the permit that the application builds on still carries it, on the local day ``day``.

    Asked again for the approval, the number and the issue: it may have been revoked since the submission, and
    another successor may have taken its place. The renewal window is not asked again: it was open then.

    Raises:
        WorkflowError: ``previous-permit``: when it is not the permit that the application names.
        PermitStatusError: when its status no longer allows this.
    """
    if application.previous_permit != (permit.id if permit else None):
        raise WorkflowError(
            "previous-permit", kind=application.kind.value, permit=permit.id if permit else None
        )
    if permit is not None:
        _check_status(application.kind, permit, day, action)


def _check_status(kind: ApplicationKind, permit: Permit, day: date, action: Action) -> None:
    status = permit.standing_on(day)
    allowed = [PermitStatus.IN_FORCE]
    if kind in _RENEWING:
        # An expired permit is a matter of the window, whose error says what to do instead.
        allowed += [PermitStatus.SUSPENDED, PermitStatus.EXPIRED]
    elif kind is ApplicationKind.CLOSURE:
        allowed += [PermitStatus.SUSPENDED]
    if status not in allowed:
        raise PermitStatusError(
            action=action.value, status=status.value, allowed=tuple(one.value for one in allowed)
        )

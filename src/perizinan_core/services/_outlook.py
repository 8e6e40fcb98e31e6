"""
What can be asked for on the ground of a permit, and what becomes of the permit then: said before anything begins.

The same rules decide as when the application is begun.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.catalogue import InvalidCatalogueError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.i18n import N_
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text
from perizinan_core.services._confirmations import is_open
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._names import Named, in_both, named_status
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.workflow._renewal import check_renewal, renewal_window

__all__ = ["PermitOutlook", "SuccessorOption", "outlook_of"]

_OPEN = frozenset(state for state in ApplicationState if not state.is_terminal)
_RENEWING = frozenset({ApplicationKind.RENEWAL, ApplicationKind.RE_REGISTRATION})
_KINDS = tuple(kind for kind in ApplicationKind if kind is not ApplicationKind.NEW)
_MOST = 20

_BECOMES = {
    ApplicationKind.RENEWAL: N_(
        "Your present permit stays as it is until the new one is signed. Then the new one takes its place, and the "
        "present one no longer counts. If the application is refused or withdrawn, the present one is not touched."
    ),
    ApplicationKind.RE_REGISTRATION: N_(
        "Your present permit stays as it is until the new letter is signed. Then the new letter takes its place, and "
        "the present one no longer counts. If the application is refused or withdrawn, the present one is not touched."
    ),
    ApplicationKind.AMENDMENT: N_(
        "Your present permit stays as it is until the changed one is signed. Then the changed one takes its place "
        "under a new number, and the present one no longer counts. If the application is refused or withdrawn, the "
        "present one is not touched."
    ),
    ApplicationKind.DUPLICATE: N_(
        "Your present permit stays as it is until the duplicate is signed. Then the duplicate takes its place under a "
        "new number, and anyone who checks the present one sees that it was replaced."
    ),
    ApplicationKind.CLOSURE: N_(
        "Your present permit stays as it is until the letter that ends it is signed. From that day on it no longer "
        "counts, and that cannot be undone: for the same activity you would need a new permit."
    ),
}


@attrs.frozen(kw_only=True)
class SuccessorOption:
    """One kind of application that could build on a permit."""

    kind: ApplicationKind

    is_offered: bool
    """Whether the permit type has it at all."""

    problem: PerizinanError | None
    """Why it cannot be begun today; None: it can."""

    opens_on: date | None
    """First local day of the renewal window, where there is one."""

    closes_on: date | None
    """Its last day."""

    becomes: Text
    """What becomes of the present permit."""

    @property
    def is_possible(self) -> bool:
        """Whether it can be begun today."""
        return self.is_offered and self.problem is None


@attrs.frozen(kw_only=True)
class PermitOutlook:
    """How a permit stands today, and what can be asked for on its ground."""

    permit: Permit
    status: Named
    """Today's."""

    options: tuple[SuccessorOption, ...]
    """Of every kind, those that the permit type does not have among them."""

    pending: tuple[Application, ...]
    """Applications that build on it already and are not closed, drafts among them, newest first."""


def outlook_of(
    context: OfficeContext, work: UnitOfWork, permit: Permit, origin: Application, today: date
) -> PermitOutlook:
    """Return what can be asked for on the ground of a permit; the caller has asked who may see it."""
    wanted = ApplicationFilter(owner=origin.owner, previous_permit=permit.id, states=_OPEN)
    return PermitOutlook(
        permit=permit,
        status=named_status(permit.status_on(today)),
        options=tuple(_options(context, work, permit, today)),
        pending=work.applications.find(wanted, limit=_MOST).items,
    )


def _options(
    context: OfficeContext, work: UnitOfWork, permit: Permit, today: date
) -> Iterator[SuccessorOption]:
    try:
        permit_type = context.catalogue.find(permit.permit_type, on=today)
    except InvalidCatalogueError:
        permit_type = None
    for kind in _KINDS:
        offered = permit_type is not None and kind in permit_type.application_kinds
        opens, closes = (None, None)
        problem: PerizinanError | None = None
        if permit_type is not None and offered:
            if kind in _RENEWING:
                opens, closes = _window(context, permit_type, permit)
            problem = _problem(context, work, permit_type, permit, kind, today)
        yield SuccessorOption(
            kind=kind,
            is_offered=offered,
            problem=problem,
            opens_on=opens,
            closes_on=closes,
            becomes=in_both(_BECOMES[kind]),
        )


def _window(
    context: OfficeContext, permit_type: PermitType, permit: Permit
) -> tuple[date | None, date | None]:
    try:
        window = renewal_window(permit_type.renewal, permit, context.calendar)
    except PerizinanError:
        # Beyond the calendar that is known: the day cannot be said yet.
        return None, None
    return window.start, window.end


def _problem(
    context: OfficeContext,
    work: UnitOfWork,
    permit_type: PermitType,
    permit: Permit,
    kind: ApplicationKind,
    today: date,
) -> PerizinanError | None:
    if not is_open(context, work, permit_type, today):
        return WorkflowError(
            "permit-type-not-open",
            permit_type=permit_type.code,
            version=permit_type.version,
            day=today.isoformat(),
        )
    try:
        check_renewal(permit_type.renewal, permit, kind, today, context.calendar)
    except PerizinanError as error:
        return error
    return None

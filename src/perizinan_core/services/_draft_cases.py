"""Use cases of drafts as a whole: what they would be if they were handed in, whose they are, of which type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs

from perizinan_core.catalogue import FeePreview, FormFields, find_time_limit, is_exempt, preview_fee
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.catalogue import ExpressionError
from perizinan_core.model._actor import Account, Actor
from perizinan_core.model._application import Application
from perizinan_core.model._form_data import form_data
from perizinan_core.model._text import Period
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._confirmations import require_confirmed
from perizinan_core.services._papers import Papers
from perizinan_core.services._repeats import asked
from perizinan_core.services._terms import as_it_applies
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._draft_moves import change_type, hand_over_draft, remove_item
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._transition import Transition

__all__ = ["DraftCases", "DraftPreview"]


@attrs.frozen(kw_only=True)
class DraftPreview:
    """What an application would be if it were handed in as it stands. Nothing of it is fixed."""

    fields: FormFields
    """Which fields apply, which have to be filled in, and what is left out."""

    fee: FeePreview | None
    """None: the permit type has no rule for the fee."""

    is_exempt: bool
    """No permit is needed for this; see `PermitType.exemptions`."""

    filing_day: date
    """Local day that would count as the day of receipt."""

    time_limit: Period | None
    """Counted from the complete file; None where it depends on what is not filled in yet."""

    due: date | None
    """The deadline, if the file is found complete on the day of receipt."""


@checked
@attrs.frozen
class DraftCases(Papers):
    """Drafts; a part of `Applications`."""

    def preview(
        self,
        application_id: str,
        *,
        actor: Actor,
        form: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> DraftPreview:
        """
        Return what an application would be if it were handed in now; writes nothing.

        Args:
            application_id: A draft, or a case that waits for a correction.
            actor: The applicant's side.
            form: The form as it is being filled in; None: as it is kept.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such application for this actor.
            FormDataError: the form is not JSON, or too large, too deep or too many.
            TextRefusedError: a text holds a character that no one sees.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor, read_only=True) as work:
            application = self._readable(work, application_id, actor)
            access.require_party(application, actor)
            permit_type = self._permit_type(application, moment)
            if form is not None:
                application = attrs.evolve(application, form=form_data(form))
            found = as_it_applies(context, work, application, permit_type, moment)
        facts, day = found.facts, context.local_day(moment)
        filing = context.calendar.effective_day(moment)
        try:
            limit = find_time_limit(permit_type, facts, day) if permit_type.time_limit else None
        except ExpressionError:
            limit = None
        try:
            exempt = is_exempt(permit_type, facts, day)
        except ExpressionError:
            exempt = False
        return DraftPreview(
            fields=found.fields,
            fee=preview_fee(permit_type, facts, day),
            is_exempt=exempt,
            filing_day=filing,
            time_limit=limit,
            due=None if limit is None else self._due(filing, limit),
        )

    def hand_over_draft(
        self,
        application_id: str,
        *,
        to: Account | str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Give a draft to another account, such as that of a guest who has logged in.

        Args:
            application_id: A draft.
            to: A public account; text is its id.
            actor: Whose draft it is: only who has it gives it away.
            idempotency_key: The same key again does nothing.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such application for this actor.
            WorkflowError: it was handed in.
            ArgumentError: the account is not a public one.
        """
        request = asked("hand_over_draft", locals())
        moment = self._context.moment(now)
        owner = Account.public(to) if isinstance(to, str) else to
        return self._change(
            application_id,
            lambda _work, case: hand_over_draft(case, owner, actor=actor, now=moment),
            actor,
            moment,
            request=request,
        )

    def change_type(
        self,
        application_id: str,
        permit_type: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Make a draft one of another permit type.

        Fields that both forms have stay, and so does every document: in the place of the same code or name, else
        where it was, counting for nothing.

        Raises:
            NotFoundError: there is no such application for this actor.
            CatalogueError: there is no such permit type, or none in force.
            WorkflowError: the draft was handed in or is about an older permit, or the new type is not open.
            ServiceError: ``values-unconfirmed``: the office has not confirmed what the new type rests on.
        """
        request = asked("change_type", locals())
        context = self._context
        moment = context.moment(now)
        today = context.local_day(moment)
        new = context.catalogue.find(permit_type, on=today)

        def change(work: UnitOfWork, case: Application) -> Transition:
            require_confirmed(context, work, new, today)
            old = context.permit_type_of(case)
            return change_type(case, old, new, actor=actor, now=moment, calendar=context.calendar)

        return self._change(application_id, change, actor, moment, request=request)

    def remove_item(
        self,
        application_id: str,
        name: str,
        index: int,
        *,
        form: Mapping[str, Any],
        actor: Actor,
        idempotency_key: str | None = None,
        expected_version: int | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Keep a form without one item of a list; papers that are asked for per item follow their item.

        Args:
            application_id: A draft, or a case whose correction asks for this list.
            name: The list, as requirements name it in ``per_item``.
            index: Place of the item, from 0.
            form: The form as it was typed, with the item still in it.
            actor: The applicant's side.
            idempotency_key: The same key again takes no other item out.
            expected_version: The version that the applicant saw.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such application for this actor.
            StaleObjectError: it was changed since ``expected_version``.
            ArgumentError: the list has no such item.
            WorkflowError: it was handed in, or the correction does not ask for the list.
        """
        request = asked("remove_item", locals())
        moment = self._context.moment(now)
        return self._change(
            application_id,
            lambda _work, case: remove_item(
                case, self._permit_type(case, moment), form, name, index, actor=actor, now=moment
            ),
            actor,
            moment,
            expected_version,
            request=request,
        )

    def _due(self, filing: date, limit: Period) -> date | None:
        try:
            return add_period(self._context.calendar, filing, limit)
        except (PerizinanError, ValueError):
            return None

"""
Following a case without an account: by receipt number and a secret, and without personal data.

The secret is made when the case is handed in, given once and kept as a hash; the receipt does not hold it. It is
typed or sent in the body of a request, never put into an address. Wrong ones are counted for each case.

Who follows a case with its secret has opened it: the answer names what is to be corrected, and the time for that
runs from then on. The sum of a bill and the reasons of a decision stand elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Period, Text
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._finishing import SYSTEM
from perizinan_core.services._names import Named, in_both, named_role, named_state, named_unit
from perizinan_core.services._terms import slot_label
from perizinan_core.storage import TrackingSecret, UnitOfWork
from perizinan_core.workflow._clock import consumed_days, is_late
from perizinan_core.workflow._notice import give_notice

__all__ = [
    "Tracking",
    "TrackingAnswer",
    "TrackingStep",
    "TrackingWait",
    "case_with",
    "give_secret",
    "new_code",
    "progress_of",
    "typed_code",
]

_log = logging.getLogger(__name__)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as another."""

_READ_AS = str.maketrans("OIL", "011")
_LENGTH = 15
"""75 random bits: no one tries them all, even with the hash at hand."""

_GROUP = 5
_MOST_GUESSES = 10
_PAUSE = timedelta(hours=1)
"""How long no secret is tried after so many wrong ones."""

_NEXT = {
    ApplicationState.CORRECTION_REQUESTED: N_(
        "The applicant corrects what was asked for; then the office continues."
    ),
    ApplicationState.APPROVED: N_("The letter gets its number and is signed."),
    ApplicationState.AWAITING_SIGNATURE: N_("The letter is signed; then the permit can be downloaded."),
    ApplicationState.ISSUED: N_("The permit can be downloaded."),
    ApplicationState.REFUSED: N_("The decision says how to object to it."),
    ApplicationState.WITHDRAWN: N_("Nothing more follows; a new application can be made."),
    ApplicationState.LAPSED: N_("Nothing more follows; a new application can be made."),
}
_THEN = N_("Then: {stage}.")
_THEN_SIGNED = N_("Then the letter gets its number and is signed.")


@attrs.frozen(kw_only=True)
class TrackingStep:
    """A step that is being worked on, and who has it: a role and no person."""

    step: Named
    role: Named
    unit: Named
    since: date


@attrs.frozen(kw_only=True)
class TrackingWait:
    """What the office waits for outside of itself."""

    name: str
    """Of the agency or system."""

    reason: str
    """What is waited for, as the office wrote it down for the applicant's side."""

    since: date


@attrs.frozen(kw_only=True)
class TrackingAnswer:
    """How a case stands, for anyone with its secret. Days are local days of the office."""

    receipt_number: str
    permit_type: Named
    state: Named
    steps: tuple[TrackingStep, ...]
    """Those that are worked on now; none in a correction, and once the case is decided."""

    waits: tuple[TrackingWait, ...]
    submitted_on: date
    closed_on: date | None
    days_used: int | None
    """Whole working days of the time limit that are used up; None before the file was found complete."""

    days_allowed: Period | None
    """The time limit."""

    due: date | None
    """Last day in time, while the time runs."""

    is_late: bool
    answer_by: date | None
    """Last day to answer a correction, where one is open."""

    to_correct: tuple[Named, ...]
    """What an open correction asks for, by code and label; the reasons are the applicant's to read."""

    next_step: Text
    """What happens next."""

    as_of: date


@checked
@attrs.frozen
class Tracking:
    """Following a case by its receipt number and secret."""

    _context: OfficeContext

    def follow(self, receipt_number: str, secret: str, *, now: datetime | None = None) -> TrackingAnswer:
        """
        Return how a case stands, to anyone who has its secret.

        A wrong number and a wrong secret get the same answer. Host applications limit the attempts of each
        client besides. The person who has the secret is on the applicant's side: an open correction is known to it
        from now on (`Application.awaited_notices`).

        Args:
            receipt_number: As on the receipt.
            secret: As it was given; capitals, dashes and spaces do not matter.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such case with this secret.
            ServiceError: ``too-many-guesses``: too many wrong secrets were tried for this case.
        """
        moment = self._context.moment(now)
        application = case_with(self._context, receipt_number, secret, moment)
        return progress_of(self._context, self._opened(application, moment), moment)

    def _opened(self, found: Application, moment: datetime) -> Application:
        """Note that the applicant's side knows of a correction; the answer is given even when that fails."""
        context = self._context
        of = next((item.of for item in found.awaited_notices() if item.of.startswith("correction-")), None)
        if of is None:
            return found
        try:
            with context.unit_of_work() as work:
                moved = give_notice(
                    context.load(work, found.id, lock=True),
                    of=of,
                    means=NoticeMeans.OPENED,
                    by="tracking",
                    actor=SYSTEM,
                    now=moment,
                    calendar=context.calendar,
                )
                case = context.save(work, moved, SYSTEM, moment)
                work.commit()
        except PerizinanError as error:
            _log.warning("that case %s was followed could not be noted: %s", found.id, error.code)
            return found
        return case

    def new_secret(self, application_id: str, *, actor: Actor, now: datetime | None = None) -> str:
        """
        Give a new secret for a case that was handed in; the one before is worth nothing from then on.

        Args:
            application_id: The case.
            actor: The applicant's side, the front office for someone at the counter, or the host application.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such case for this actor, or it was not handed in yet.
            AccessDeniedError: for other officers.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor) as work:
            application = context.load(work, application_id, lock=True)
            access.require_readable(application, context.permit_type_of(application), actor)
            if not access.is_party(application, actor) and not actor.has(Role.FRONT_OFFICE):
                allowed = (ActorKind.APPLICANT.value, Role.FRONT_OFFICE.value)
                raise AccessDeniedError("access-denied", actor=actor.id, action="new-secret", allowed=allowed)
            if application.receipt_number is None:
                raise NotFoundError(kind="receipt", key=application_id)
            secret = give_secret(work, application, moment)
            happened = Event(
                kind=EventKind.TRACKING_RENEWED,
                subject=application_id,
                at=moment,
                actor=str(actor.account),
            )
            work.history.add((happened,))
            work.commit()
        return secret


def case_with(context: OfficeContext, receipt_number: str, secret: str, now: datetime) -> Application:
    """Return the case of a receipt number and its secret; see `Tracking.follow` for what is raised."""
    number = receipt_number.strip()
    with context.unit_of_work(read_only=True) as work:
        try:
            application = work.applications.get_by_receipt(number)
        except RecordNotFoundError as error:
            raise NotFoundError(kind="receipt", key=number) from error
        kept = work.tracking.get(application.id)
    _require_pause(kept, now)
    if kept is not None and hmac.compare_digest(kept.digest, _digest(application.id, secret)):
        return application
    with context.unit_of_work() as work:
        kept = work.tracking.get(application.id, lock=True)
        _require_pause(kept, now)
        if kept is not None:
            work.tracking.put(application.id, _failed(kept, now))
            work.commit()
    raise NotFoundError(kind="receipt", key=number)


def give_secret(work: UnitOfWork, application: Application, now: datetime) -> str:
    """Make a secret, keep its hash, and return it: it is not known to anyone else."""
    code = new_code()
    work.tracking.put(application.id, TrackingSecret(digest=_digest(application.id, code), given_at=now))
    return code


def new_code() -> str:
    """Return a secret that people can type: groups of letters and digits, none of which is read as another."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(text[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def typed_code(code: str) -> str:
    """Return a secret as it is compared: capitals, dashes, spaces and letters that look alike do not matter."""
    return "".join(char for char in code.upper() if char.isascii() and char.isalnum()).translate(_READ_AS)


def _digest(application_id: str, secret: str) -> bytes:
    text = f"perizinan-core/tracking/1\0{application_id}\0{typed_code(secret)}"
    return hashlib.sha256(text.encode()).digest()


def _recent(kept: TrackingSecret, now: datetime) -> bool:
    """Return whether the last wrong secret counts still; one that a wrong clock dated ahead does not."""
    return kept.failed_at is not None and kept.failed_at <= now < kept.failed_at + _PAUSE


def _require_pause(kept: TrackingSecret | None, now: datetime) -> None:
    if kept is not None and kept.failed >= _MOST_GUESSES and _recent(kept, now):
        raise ServiceError("too-many-guesses", minutes=int(_PAUSE.total_seconds() // 60))


def _failed(kept: TrackingSecret, now: datetime) -> TrackingSecret:
    return attrs.evolve(kept, failed=kept.failed + 1 if _recent(kept, now) else 1, failed_at=now)


def progress_of(context: OfficeContext, case: Application, now: datetime) -> TrackingAnswer:
    """Return how a case stands that was handed in; the caller has asked who may see it."""
    permit_type = context.permit_type_of(case)
    calendar, started = context.calendar, bool(case.clock.entries)
    # A clock that is behind the records counts from the last thing that they know.
    counted = max(now, case.clock.entries[-1].at) if started else now
    submitted = case.submitted_at or case.created_at
    return TrackingAnswer(
        receipt_number=case.receipt_number or "",
        permit_type=Named(case.permit_type, permit_type.name),
        state=named_state(case.state),
        steps=tuple(_steps(context, case, permit_type, now)),
        waits=tuple(
            TrackingWait(name=item.name, reason=item.reason, since=context.local_day(item.since))
            for item in case.open_waits()
        ),
        submitted_on=context.local_day(submitted),
        closed_on=None if case.closed_at is None else context.local_day(case.closed_at),
        days_used=consumed_days(case, calendar, counted) if started else None,
        days_allowed=case.clock.limit or (case.terms.time_limit if case.terms is not None else None),
        due=case.clock.due,
        is_late=started and is_late(case, calendar, counted),
        answer_by=case.answer_by,
        to_correct=tuple(_to_correct(case, permit_type)),
        next_step=_next_step(case, permit_type),
        as_of=context.local_day(now),
    )


def _steps(
    context: OfficeContext, case: Application, permit_type: PermitType, now: datetime
) -> Iterator[TrackingStep]:
    for state in case.stages_in_work():
        stage = permit_type.stage(state.stage)
        yield TrackingStep(
            step=Named(stage.code, stage.label),
            role=named_role(stage.role),
            unit=named_unit(context.authority, stage.unit, context.local_day(now)),
            since=context.local_day(state.opened_at or case.submitted_at or case.created_at),
        )


def _to_correct(case: Application, permit_type: PermitType) -> Iterator[Named]:
    if case.state is not ApplicationState.CORRECTION_REQUESTED:
        return
    for item in case.corrections[-1].items:
        label = {language: slot_label(permit_type, item.target, language) for language in ("id", "en")}
        yield Named(item.target, Text(**label))


def _next_step(case: Application, permit_type: PermitType) -> Text:
    if case.state in _NEXT:
        return in_both(_NEXT[case.state])
    for state in case.stages:
        stage = permit_type.stage(state.stage)
        if state.status is StageStatus.WAITING and (state.requested or not stage.on_request):
            return in_both(_THEN, stage=stage.label)
    return in_both(_THEN_SIGNED)

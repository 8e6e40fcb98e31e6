"""
What is asked before an act: each form knows the arguments of the use case that it is for.

``arguments`` is given the visit, because days become moments on the office's clock.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Protocol

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Payment, Rupiah, WaitingFor
from perizinan_portal._kit import Choice, Fault, Visit, choice, day, lines, text
from perizinan_portal._officer._cases import case_of

__all__ = [
    "ActForm",
    "Answered",
    "InnerReason",
    "Nothing",
    "Notified",
    "Paid",
    "PaidBack",
    "Reasons",
    "Waiting",
    "lines_of",
]


class ActForm(Protocol):
    """A form of an act, filled in."""

    def arguments(self, visit: Visit) -> dict[str, Any]:
        """Return what the use case is called with, besides the case and its part."""


def lines_of(typed: str) -> tuple[str, ...]:
    """Return the lines that say something."""
    return tuple(line.strip() for line in typed.splitlines() if line.strip())


@attrs.frozen(kw_only=True)
class Nothing:
    """Nothing more has to be said."""

    def arguments(self, _visit: Visit) -> dict[str, Any]:
        """Return none."""
        return {}


@attrs.frozen(kw_only=True)
class Reasons:
    """Why something is done."""

    reasons: str = lines(
        N_("Reasons, one a line"), hint=N_("The applicant reads them. Name the rule and what is missing.")
    )

    def arguments(self, _visit: Visit) -> dict[str, Any]:
        """Return each line as a reason."""
        return {"reasons": lines_of(self.reasons)}


@attrs.frozen(kw_only=True)
class InnerReason:
    """Why something is done inside the office."""

    reason: str = lines(N_("Reason"), hint=N_("It stays in the history of the case."))

    def arguments(self, _visit: Visit) -> dict[str, Any]:
        """Return the reason."""
        return {"reason": self.reason}


@attrs.frozen(kw_only=True)
class Notified:
    """How the applicant was notified."""

    remark: str = lines(
        N_("How they were notified"), hint=N_("For example: telephoned, and whom you spoke to")
    )

    def arguments(self, _visit: Visit) -> dict[str, Any]:
        """Return the remark."""
        return {"remark": self.remark}


@attrs.frozen(kw_only=True)
class Answered:
    """What an outside system answered, when it came another way."""

    accepted: str = choice(
        N_("The answer"),
        (Choice("yes", N_("It accepts the application")), Choice("no", N_("It does not accept it"))),
    )
    remark: str = lines(
        N_("From whom the answer came, and how"), hint=N_("For example: letter 12/2026 of the agency")
    )

    def arguments(self, _visit: Visit) -> dict[str, Any]:
        """Return the answer."""
        return {"accepted": self.accepted == "yes", "remark": self.remark}


def _amount(typed: str) -> Rupiah:
    digits = typed.replace("Rp", "").replace(".", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12 or not int(digits):
        raise Fault(N_("Write whole rupiah, for example 150.000"))
    return Rupiah(int(digits))


@attrs.frozen(kw_only=True)
class Paid:
    """A payment that was received."""

    reference: str = text(N_("Reference of the payment"), hint=N_("As it stands on the proof of payment"))
    amount: Rupiah = text(N_("Amount in rupiah"), parse=_amount, inputmode="numeric")
    paid_on: date = day(N_("Paid on"))

    def arguments(self, visit: Visit) -> dict[str, Any]:
        """Return the payment."""
        payment = Payment(
            reference=self.reference,
            amount=self.amount,
            paid_at=_moment(visit, self.paid_on),
            recorded_by=visit.actor.id,
        )
        return {"payment": payment}


@attrs.frozen(kw_only=True)
class PaidBack:
    """Money that was paid back."""

    reference: str = text(N_("Reference of the transfer back"))
    remark: str = lines(N_("Where it went"), required=False)

    def arguments(self, _visit: Visit) -> dict[str, Any]:
        """Return the transfer."""
        return {"reference": self.reference, "remark": self.remark}


@attrs.frozen(kw_only=True)
class Waiting:
    """What the office waits for."""

    party: WaitingFor = choice(
        N_("Who has to answer"),
        (
            Choice(WaitingFor.AGENCY.value, N_("Another agency")),
            Choice(WaitingFor.SYSTEM.value, N_("An outside system, such as OSS or SIMBG")),
        ),
        parse=WaitingFor,
    )
    name: str = text(N_("Name of the agency or the system"))
    reason: str = lines(
        N_("What is waited for"), hint=N_("The applicant sees it, with its day. Name no person.")
    )
    since: date | None = day(N_("Since"), required=False, hint=N_("Today when left empty"))

    def arguments(self, visit: Visit) -> dict[str, Any]:
        """Return what is waited for."""
        begun = self.since and _moment(visit, self.since, earliest=case_of(visit).submitted_at)
        return {"party": self.party, "name": self.name, "reason": self.reason, "since": begun}


def _moment(visit: Visit, value: date, *, earliest: datetime | None = None) -> datetime:
    """Return a moment of a local day, never one that is still to come, nor one before the first possible."""
    zone = visit.office.authority.calendar.time_zone
    found = datetime.combine(value, time(8), zone.zone)
    if earliest is not None and zone.local(earliest).date() == value:
        found = max(found, earliest)
    return min(found, visit.office.now()) if zone.local(visit.office.now()).date() == value else found

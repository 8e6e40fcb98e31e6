"""What an example does not state: people, officers, papers, an old permit. All of it belongs to no one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from perizinan_core.model._actor import Actor, ActorKind, Officer, Role
from perizinan_core.model._applicant import Person, Representative
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._authority import Authority
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit, PermitStatus
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._made_up import NOBODY, made_up_applicant

__all__ = [
    "APPLICANT",
    "CASHIER",
    "STEP",
    "first_day",
    "local_moment",
    "made_up_representative",
    "made_up_staff",
    "officer_id",
    "old_case",
    "old_permit",
    "paper_details",
]

STEP = timedelta(hours=1)


APPLICANT = Actor(id="pemohon", kind=ActorKind.APPLICANT)


CASHIER = Actor(id="kas-daerah", kind=ActorKind.HOST)


_OLD_SEQUENCE = 999_999
"""Stands in no one's way: the register of an example begins at 1."""

_OLD_CASE = "0190dddd-0000-7000-8000-000000000000"


def made_up_staff(permit_type: PermitType, authority: Authority) -> tuple[Officer, ...]:
    """Return one officer for each stage and one for each position that may sign."""
    officers = [
        Officer(
            id=officer_id(stage.code),
            name=stage.label.id,
            roles=frozenset({Role(stage.role)}),
            units=frozenset({stage.unit}),
        )
        for stage in permit_type.stages
    ]
    officers += [
        Officer(
            id=f"penandatangan-{position.code}",
            name=position.title.id,
            roles=frozenset({Role.SIGNATORY}),
            units=frozenset({position.unit}),
            position=position.code,
        )
        for position in authority.positions
    ]
    return tuple(officers)


def officer_id(stage: str) -> str:
    """Return the account of the officer who holds the duty of a stage."""
    return f"petugas-{stage}"


def made_up_representative() -> Representative:
    """Return a representative."""
    return Representative(person=Person(name="Kuasa Contoh", nik=NOBODY))


def old_permit(
    permit_type: PermitType, authority: Authority, given: Mapping[str, Any] | None, now: datetime
) -> Permit | None:
    """Return the permit that the example builds on, or None."""
    if given is None:
        return None
    day = authority.calendar.time_zone.local(now).date()
    issued_on = date.fromisoformat(str(given.get("issued_on", day - timedelta(days=365))))
    until = given.get("valid_until")
    return Permit(
        id="0190cccc-0000-7000-8000-000000000000",
        authority=authority.slug,
        number=str(given.get("number", "contoh/1")),
        register=permit_type.register or "contoh",
        register_year=issued_on.year,
        sequence=_OLD_SEQUENCE,
        permit_type=str(given.get("type", permit_type.code)),
        permit_type_version=permit_type.version,
        application_id=_OLD_CASE,
        holder="Pemohon Contoh",
        object="contoh",
        issued_on=issued_on,
        valid_from=issued_on,
        valid_until=date.fromisoformat(str(until)) if until is not None else None,
        position=authority.positions[0].code,
        delegation="contoh",
        unsigned_sha256=sha256(b"unsigned").hexdigest(),
        signed_sha256=sha256(b"signed").hexdigest(),
        signed_at=datetime.combine(issued_on, time(), UTC),
        status=PermitStatus.IN_FORCE,
        status_index=0,
    )


def old_case(permit: Permit) -> Application:
    """Return the case of the old permit."""
    return Application(
        id=permit.application_id,
        authority=permit.authority,
        permit_type=permit.permit_type,
        permit_type_version=permit.permit_type_version,
        kind=ApplicationKind.NEW,
        owner=APPLICANT.account,
        applicant=made_up_applicant({}),
        state=ApplicationState.ISSUED,
        submission=1,
        permit_id=permit.id,
        created_at=permit.signed_at or datetime.combine(permit.issued_on, time(), UTC),
    )


def paper_details(papers: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return what the example says of each paper, by slot."""
    if isinstance(papers, Mapping):
        return {str(slot): (details or {}) for slot, details in papers.items()}
    return {str(slot): {} for slot in papers}


def local_moment(authority: Authority, value: Any) -> datetime:
    """Return a local day (then 09:00) or local time as a moment."""
    zone = authority.calendar.time_zone
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone.zone)
    if isinstance(value, date):
        return zone.at(value, time(9))
    text = str(value)
    if len(text) == len("2026-01-31"):
        return zone.at(date.fromisoformat(text), time(9))
    return datetime.fromisoformat(text).replace(tzinfo=zone.zone)


def first_day(permit_type: PermitType, authority: Authority) -> date:
    """Return a working day on which the version is in force, for examples that name no day."""
    calendar = authority.calendar
    start = max(permit_type.in_force.start or calendar.covers_from, calendar.covers_from)
    return calendar.next_working_day(start)

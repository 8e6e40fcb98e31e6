"""
Use cases of the staff record: who works here, in what post, and who says so.

No one gives themselves a post. An administrator changes the record of others; who becomes signatory,
administrator or a head with a position needs a second person, and until then the post does not hold. On a new
installation there is no second person: the host application, which the operator runs on the machine, adds the
first administrator and the first signatory, and the record says so for ever (`Staff.operator_appointments`).
Every change is an event in the history of the officer's account, with the record before and after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.errors.services import AccessDeniedError, NotFoundError, ServiceError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.model._actor import Account, Actor, ActorKind, Officer, Role, StaffProposal
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._people import DECIDERS, same_person

__all__ = ["CONFIRMED_ROLES", "AccessAct", "OperatorAppointment", "Staff"]

CONFIRMED_ROLES = frozenset({Role.ADMINISTRATOR, Role.SIGNATORY})
"""Roles that hold only once a second person has confirmed them."""

_FIRST = "staff.first."
"""Settings that remember whom the operator made the first of such a role."""


class AccessAct(StrEnum):
    """What a host application gives an officer besides the post."""

    INVITED = "invited"
    """A link to choose a first password."""
    RESET = "reset"
    """A link to choose another password; the second factor is set up again."""


@attrs.frozen(kw_only=True)
class OperatorAppointment:
    """The first officer of a role, whom the operator added without a second person."""

    role: Role
    officer: str
    at: datetime
    by: Account


@checked
@attrs.frozen
class Staff:
    """The staff record; `Reviews` is this and the work on cases."""

    _context: OfficeContext

    def add_officer(self, officer: Officer, *, actor: Actor, now: datetime | None = None) -> Officer:
        """
        Add a member of staff, or change one, and return what now stands on record.

        What needs a second person does not hold yet: it stands in `Officer.proposed` until `confirm_officer`.
        Taking something away holds at once.

        Args:
            officer: As it should be; ``proposed`` and ``public_accounts`` are not taken from it.
            actor: An administrator, for others; or the host application, for the operator of the machine.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            AccessDeniedError: ``own-record``: an administrator would change the own record.
            ServiceError: ``unknown-post``: the authority has no such unit or position.
            ServiceError: ``undeclared-accounts``: it names public accounts that the officer did not declare.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor) as work:
            self._require_keeper(actor, officer.id)
            self._check_post(officer)
            # Locked, so that two changes at once do not both find that there is no one yet.
            staff = {item.id: item for item in work.officers.list(active_only=False, lock=True)}
            before = staff.get(officer.id)
            accounts = before.public_accounts if before else frozenset()
            if not officer.public_accounts <= accounts:
                raise ServiceError("undeclared-accounts", officer=officer.id)
            wanted = attrs.evolve(officer, public_accounts=accounts, proposed=None)
            gained = _gained(before, wanted, by_operator=actor.kind is ActorKind.HOST)
            first = self._first(work, staff.values(), gained, actor)
            for role in sorted(first):
                self._remember_first(work, role, officer.id, actor, moment)
            after = _held_back(before, wanted, gained - first, actor, moment)
            self._write(work, before, after, actor, moment, by_operator=sorted(first))
            work.commit()
        return after

    def confirm_officer(self, officer_id: str, *, actor: Actor, now: datetime | None = None) -> Officer:
        """
        Confirm, as second person, what someone else proposed for an officer; it holds from then on.

        Args:
            officer_id: `Officer.id`.
            actor: An administrator who is neither the officer nor the one who proposed it; the host
                application, for the operator, when an administrator proposed it.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            NotFoundError: there is no such officer.
            ServiceError: ``nothing-to-confirm``: nothing is proposed for the officer.
            AccessDeniedError: ``staff-confirmation``: the actor is not a second person.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor) as work:
            self._require_keeper(actor, None)
            staff = {item.id: item for item in work.officers.list(active_only=False, lock=True)}
            before = staff.get(officer_id)
            if before is None:
                raise NotFoundError(kind="officer", key=officer_id)
            proposed = before.proposed
            if proposed is None:
                raise ServiceError("nothing-to-confirm", officer=officer_id)
            if actor.account == before.account or same_person(actor.account, proposed.by):
                raise AccessDeniedError("staff-confirmation", actor=actor.id, officer=officer_id)
            self._check_post(before)
            after = attrs.evolve(
                before,
                roles=proposed.roles,
                units=proposed.units,
                position=proposed.position,
                acting_positions=proposed.acting_positions,
                active=proposed.active,
                proposed=None,
            )
            self._write(work, before, after, actor, moment, proposed_by=str(proposed.by))
            work.commit()
        return after

    def declare_account(self, account: str, *, actor: Actor, now: datetime | None = None) -> Officer:
        """
        Declare a public account as the officer's own: cases in which it acts are then the officer's own.

        Only the officer says so. It is not taken back: the cases of its time stay the officer's own.

        Args:
            account: Id of the public account.
            actor: The officer.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: unless an officer declares it.
        """
        context = self._context
        moment = context.moment(now)
        with context.unit_of_work() as work:
            # The claims are not compared as a whole: a session may declare a second account with an old one.
            access.require_officer(actor, "declare-account")
            context.check_staff(work, attrs.evolve(actor, public_accounts=_declared(work, actor)))
            work.officers.list(active_only=False, lock=True)
            before = work.officers.get(actor.id)
            declared = before.public_accounts | {Account.public(account).id}
            after = attrs.evolve(before, public_accounts=declared)
            self._write(work, before, after, actor, moment)
            work.commit()
        return after

    def officers(self, *, actor: Actor) -> tuple[Officer, ...]:
        """
        Return everyone on record.

        Raises:
            AccessDeniedError: for applicants.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "officers")
            return work.officers.list(active_only=False)

    def officer(self, officer_id: str, *, actor: Actor) -> Officer | None:
        """
        Return one officer on record, active or not; None when there is none of that id.

        A portal asks it with every request of a logged-in officer: what was taken away holds at once.

        Raises:
            AccessDeniedError: for applicants.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "officers")
            return work.officers.named((officer_id,)).get(officer_id)

    def note_access(
        self, officer_id: str, act: AccessAct, *, actor: Actor, now: datetime | None = None
    ) -> Officer:
        """
        Note that a host application gives an officer a way to log in, and return the record; ask before it is given.

        No one gives it to themselves: who could reset the login of others to their own would have their rights.

        Args:
            officer_id: `Officer.id`.
            act: What is given.
            actor: An administrator, for others; or the host application, for the operator of the machine.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            AccessDeniedError: ``own-record``: an administrator would give it to themselves.
            NotFoundError: there is no active officer of that id.
        """
        context = self._context
        moment = context.moment(now)
        with context.work_for(actor) as work:
            self._require_keeper(actor, officer_id)
            found = work.officers.named((officer_id,)).get(officer_id)
            if found is None or not found.active:
                raise NotFoundError(kind="officer", key=officer_id)
            happened = Event(
                kind=EventKind.STAFF_CHANGED,
                subject=str(found.account),
                at=moment,
                actor=str(actor.account),
                data={"act": act.value},
            )
            work.history.add((happened,))
            work.commit()
        return found

    def held_cases(self, officer_id: str, *, actor: Actor) -> int:
        """
        Return how many cases have an open step that this officer holds; which ones is not said.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            self._require_overseer(actor)
            return len(work.agenda.held_by(officer_id))

    def staff_history(self, officer_id: str, *, actor: Actor) -> tuple[Event, ...]:
        """
        Return every change of an officer's record, oldest first, with the record before and after it.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            self._require_overseer(actor)
            return work.history.of(str(Account.officer(officer_id)))

    def note_device_lost(self, officer_id: str, *, actor: Actor, now: datetime | None = None) -> None:
        """
        Put on record that an officer's second factor is taken off, because the device is lost.

        The host application then takes it off; the password stays. Call this first: what it refuses must not happen.

        Args:
            officer_id: Whose device it was.
            actor: An administrator, and not for the own device.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others, and for the own device.
            NotFoundError: there is no such officer.
        """
        moment = self._context.moment(now)
        with self._context.work_for(actor) as work:
            access.require_role(actor, "device-lost", Role.ADMINISTRATOR)
            if actor.account == Account.officer(officer_id):
                raise AccessDeniedError("own-record", actor=actor.id)
            try:
                officer = work.officers.get(officer_id)
            except RecordNotFoundError as error:
                raise NotFoundError(kind="officer", key=officer_id) from error
            happened = Event(
                kind=EventKind.ACCOUNT_RESTORED,
                subject=str(officer.account),
                at=moment,
                actor=str(actor.account),
                data={"device": "lost"},
            )
            work.history.add((happened,))
            work.commit()

    def operator_appointments(self, *, actor: Actor) -> tuple[OperatorAppointment, ...]:
        """
        Return the first administrator and the first signatory, if the operator added them without a second person.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            self._require_overseer(actor)
            found = work.settings.all(_FIRST)
        return tuple(
            OperatorAppointment(
                role=Role(key.removeprefix(_FIRST)),
                officer=value["officer"],
                at=datetime.fromisoformat(value["at"]),
                by=Account.parse(value["by"]),
            )
            for key, value in sorted(found.items())
        )

    def _require_keeper(self, actor: Actor, officer_id: str | None) -> None:
        if actor.kind is ActorKind.HOST:
            return
        if actor.kind is not ActorKind.OFFICER or not actor.has(Role.ADMINISTRATOR):
            allowed = (Role.ADMINISTRATOR.value, ActorKind.HOST.value)
            raise AccessDeniedError("access-denied", actor=actor.id, action="add-officer", allowed=allowed)
        if actor.id == officer_id:
            raise AccessDeniedError("own-record", actor=actor.id)

    def _require_overseer(self, actor: Actor) -> None:
        if actor.kind is not ActorKind.HOST:
            roles = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
            access.require_role(actor, "staff-history", *roles)

    def _check_post(self, officer: Officer) -> None:
        authority = self._context.authority
        units = {item.code for item in authority.units}
        positions = {item.code for item in authority.positions}
        for unit in sorted(officer.units - units):
            raise ServiceError("unknown-post", kind="unit", received=unit, known=tuple(sorted(units)))
        for position in officer.positions:
            if position not in positions:
                known = tuple(sorted(positions))
                raise ServiceError("unknown-post", kind="position", received=position, known=known)

    def _first(
        self, work: UnitOfWork, staff: Iterable[Officer], gained: frozenset[str], actor: Actor
    ) -> frozenset[str]:
        """Return the gained roles of which there never was anyone: the operator gives them alone."""
        if actor.kind is not ActorKind.HOST:
            return frozenset()
        held = {role.value for officer in staff for role in _all_roles(officer)}
        return frozenset(role for role in gained - held if work.settings.get(_FIRST + role) is None)

    def _remember_first(
        self, work: UnitOfWork, role: str, officer: str, actor: Actor, moment: datetime
    ) -> None:
        value = {"officer": officer, "at": moment.isoformat(), "by": str(actor.account)}
        work.settings.put(_FIRST + role, value)

    def _write(
        self,
        work: UnitOfWork,
        before: Officer | None,
        after: Officer,
        actor: Actor,
        moment: datetime,
        **data: Any,
    ) -> None:
        if before == after:
            return
        work.officers.save(after, by=actor.id, at=moment)
        happened = Event(
            kind=EventKind.STAFF_CHANGED,
            subject=str(after.account),
            at=moment,
            actor=str(actor.account),
            data={"before": _told(before), "after": _told(after), **data},
        )
        work.history.add((happened,))


def _all_roles(officer: Officer) -> frozenset[Role]:
    return officer.roles | (officer.proposed.roles if officer.proposed else frozenset())


def _declared(work: UnitOfWork, actor: Actor) -> frozenset[str]:
    staff = {item.id: item for item in work.officers.list(active_only=False)}
    return staff[actor.id].public_accounts if actor.id in staff else frozenset()


def _gained(before: Officer | None, wanted: Officer, *, by_operator: bool) -> frozenset[str]:
    """
    Return what the change gives that a second person has to confirm: roles, and ``"position"``.

    A signatory who moves to another unit or position, or comes back, gains the role again. A head with a
    position decides about permits; the operator sets up the head of an office alone.
    """
    if not wanted.active:
        return frozenset()
    held = before if before is not None and before.active else None
    moved = held is None or not wanted.units <= held.units or not set(wanted.positions) <= set(held.positions)
    gained = {role.value for role in CONFIRMED_ROLES & wanted.roles if held is None or role not in held.roles}
    if moved and Role.SIGNATORY in wanted.roles:
        gained.add(Role.SIGNATORY.value)
    decides = bool(wanted.positions) and not wanted.roles.isdisjoint(DECIDERS)
    decided = held is not None and not held.roles.isdisjoint(DECIDERS)
    if not by_operator and decides and (moved or not decided):
        gained.add("position")
    return frozenset(gained)


def _held_back(
    before: Officer | None, wanted: Officer, gained: frozenset[str], actor: Actor, moment: datetime
) -> Officer:
    """Return the record without what is not confirmed yet, and with the proposal."""
    if not gained:
        return wanted
    proposed = StaffProposal(
        roles=wanted.roles,
        units=wanted.units,
        position=wanted.position,
        acting_positions=wanted.acting_positions,
        active=wanted.active,
        by=actor.account,
        at=moment,
    )
    if before is None or not before.active:
        roles = frozenset(role for role in wanted.roles if role.value not in gained)
        return attrs.evolve(
            wanted, roles=roles, position=None, acting_positions=frozenset(), proposed=proposed
        )
    return attrs.evolve(
        before,
        name=wanted.name,
        roles=before.roles & wanted.roles,
        units=before.units & wanted.units,
        position=before.position,
        acting_positions=before.acting_positions,
        proposed=proposed,
    )


def _told(officer: Officer | None) -> dict[str, Any] | None:
    """Return a record as events tell it: posts and accounts, and no name."""
    if officer is None:
        return None
    post: Officer | StaffProposal = officer
    told = _post(post)
    told["public_accounts"] = sorted(officer.public_accounts)
    told["proposed"] = _post(officer.proposed) if officer.proposed else None
    return told


def _post(post: Officer | StaffProposal) -> dict[str, Any]:
    return {
        "roles": sorted(role.value for role in post.roles),
        "units": sorted(post.units),
        "position": post.position,
        "acting_positions": sorted(post.acting_positions),
        "active": post.active,
    }

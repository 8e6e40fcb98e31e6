"""
Random changes of the staff record, and what must hold after every one of them.

`StaffMachine` is a hypothesis state machine over the use cases of the staff record: operators, administrators
and others add, change, confirm and leave in any order. It holds its own book of who proposed what, so that a
post that no one else confirmed is found.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Officer, Role
from perizinan_core.testing._offices import HOST, OfficeKit, sample_office

__all__ = ["StaffMachine"]

_NAMES = ("ani", "budi", "cici", "dedi")
_UNITS = st.sets(st.sampled_from(("dinas-izin", "dinas-jalan")), min_size=1).map(frozenset)
_ROLES = st.sets(
    st.sampled_from((Role.ADMINISTRATOR, Role.SIGNATORY, Role.OFFICE_HEAD, Role.BACK_OFFICE)), max_size=3
).map(frozenset)
_OPERATORS = (HOST, Actor(id="skrip", kind=ActorKind.HOST))


class StaffMachine(RuleBasedStateMachine):
    """One staff record, from the empty machine on."""

    @initialize(empty=st.integers(0, 3))
    def begin(self, empty: int) -> None:
        """Open an office, often with the administrator whom the operator added first."""
        self.kit: OfficeKit = sample_office(staff=())
        self.sessions: list[Actor] = list(_OPERATORS)
        if empty:
            first = Officer(id="ani", name="Ani", roles=frozenset({Role.ADMINISTRATOR}), units=frozenset())
            self.kit.office.reviews.add_officer(first, actor=HOST)
            self._remember()

    @rule(
        name=st.sampled_from(_NAMES),
        roles=_ROLES,
        units=_UNITS,
        position=st.sampled_from((None, "kepala", "sekretaris")),
        active=st.integers(0, 4),
        data=st.data(),
    )
    def change(
        self,
        name: str,
        roles: frozenset[Role],
        units: frozenset[str],
        position: str | None,
        active: int,
        data: st.DataObject,
    ) -> None:
        """Someone, perhaps in a session of yesterday, adds or changes an officer."""
        actor = data.draw(st.sampled_from((*self._keepers(), *self.sessions)))
        wanted = Officer(id=name, name=name, roles=roles, units=units, position=position, active=active > 0)
        before = self._staff()
        try:
            self.kit.office.reviews.add_officer(wanted, actor=actor)
        except PerizinanError:
            assert before == self._staff(), "a refusal changed the record"
            return
        assert actor.account != Account.officer(name), "changed their own record"
        self._remember()

    @rule(name=st.sampled_from(_NAMES), alone=st.booleans(), data=st.data())
    def confirm(self, name: str, alone: bool, data: st.DataObject) -> None:  # noqa: FBT001 - drawn
        """Someone confirms what is proposed, perhaps the very one who proposed it."""
        actor = data.draw(st.sampled_from((*self._keepers(), *self.sessions)))
        proposed = self._staff()[name].proposed if name in self._staff() else None
        proposers = [one for one in self.sessions if proposed and one.account == proposed.by]
        if proposers and alone:
            actor = proposers[-1]
        try:
            self.kit.office.reviews.confirm_officer(name, actor=actor)
        except PerizinanError:
            return
        assert proposed is not None
        assert actor.account not in (proposed.by, Account.officer(name)), "no second person"
        assert not (actor.kind is ActorKind.HOST and proposed.by.kind is AccountKind.HOST)
        self._remember()

    @rule(name=st.sampled_from(_NAMES), account=st.sampled_from(("akun-1", "akun-2")))
    def declare(self, name: str, account: str) -> None:
        """An officer declares a public account."""
        if name in self._staff():
            try:
                self.kit.office.reviews.declare_account(account, actor=self._staff()[name].as_actor())
            except PerizinanError:
                assert not self._staff()[name].active
        self._remember()

    @invariant()
    def powers_come_from_two_persons(self) -> None:
        """
        Anyone who is administrator or signatory was confirmed by a second person, or was the operator's first.

        Derived from the history alone: the change that gave the role names who proposed it, or the operator.
        """
        for officer in self._staff().values():
            if not officer.active:
                continue
            for role in officer.roles & {Role.ADMINISTRATOR, Role.SIGNATORY}:
                assert self._granted(officer.id, role), (officer.id, role)

    @invariant()
    def the_history_leads_to_the_record(self) -> None:
        """Every entry begins where the one before ended, and the last one is the record."""
        for officer in self._staff().values():
            last = None
            for event in self.kit.office.reviews.staff_history(officer.id, actor=HOST):
                assert event.data["before"] == last
                last = event.data["after"]
            assert last is not None
            assert last["roles"] == sorted(role.value for role in officer.roles)
            assert (last["active"], last["position"]) == (officer.active, officer.position)

    @invariant()
    def the_operator_is_first_once(self) -> None:
        """One administrator and one signatory at most were added without a second person."""
        roles = [item.role for item in self.kit.office.reviews.operator_appointments(actor=HOST)]
        assert len(roles) == len(set(roles))

    def _granted(self, officer: str, role: Role) -> bool:
        """Return True when the last change that gave an active officer the role had two persons, or was the first."""
        granted = False
        held = False
        for event in self.kit.office.reviews.staff_history(officer, actor=HOST):
            after = event.data["after"]
            holds = after["active"] and role.value in after["roles"]
            if holds and not held:
                by = event.data.get("proposed_by")
                granted = (by is not None and by != event.actor) or role.value in event.data.get(
                    "by_operator", ()
                )
            held = holds
        return granted

    def _keepers(self) -> tuple[Actor, ...]:
        """Return the administrators of the moment: most of what happens is theirs to do."""
        return tuple(one.as_actor() for one in self._staff().values() if Role.ADMINISTRATOR in one.roles) * 2

    def _staff(self) -> dict[str, Officer]:
        return {item.id: item for item in self.kit.office.reviews.officers(actor=HOST)}

    def _remember(self) -> None:
        """Keep a session of everyone as they are now: some of them will be stale later."""
        known = [one.as_actor() for one in self._staff().values()]
        self.sessions += [one for one in known if one not in self.sessions]

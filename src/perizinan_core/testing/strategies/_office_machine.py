"""
Random days of a whole office, and what must hold in every one of them.

`OfficeMachine` is a hypothesis state machine over the use cases: several cases of two applicants, officers who
act in any order, twice, at the same moment or without the right to, days that pass and the worker that looks
after what no one did. The machine keeps its own book of keys, receipts, payments and exclusions, and holds the
office against it. The rules of one case alone are those of `CaseMachine`.

The records are in memory. A subclass may open them elsewhere (`open_office`), and say how a row is tampered
with there (`tamper`); then the machine also proves that one bad row keeps no other case from its way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import DecidedByOthersError
from perizinan_core.errors.storage import SealBrokenError, StaleObjectError
from perizinan_core.model._actor import Actor, ActorKind, Officer, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import CorrectionItem, StageOutcome, StageState
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment, reference_key
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, OfficeKit, sample_office
from perizinan_core.workflow import Action
from perizinan_core.workflow._fee import amount_outstanding

__all__ = ["OfficeMachine"]

_T = TypeVar("_T")

_NAMESAKE = Actor(id="loket-1", kind=ActorKind.APPLICANT)
"""An applicant whose account has the id of an officer's."""

_OWNERS = (APPLICANT, _NAMESAKE)
_TYPES = st.sampled_from(("warung", "acara", "acara"))
_REACHED = (None, "telaah", "bayar", "paraf", "putusan", "putusan", "nothing")
_MOST_CASES = 3
_REFERENCES = ("TRX-1", "trx-1 ", "TRX-2", "TRX-3")
"""The first two are one."""

_NO_STEP = frozenset({Action.WITHDRAW, Action.DECLARE_CONFLICT, Action.JUMP_QUEUE, Action.BEGIN_WAIT})
"""Giving up, and what only puts something on record, is not a way on."""


@attrs.frozen(kw_only=True)
class _Step:
    """Something that a person may do to a case now."""

    actor: Actor
    call: Callable[[Actor, int | None, str, int], Any]
    """Given actor, version, key and variant: variant 1 is another request than 0."""

    judges: bool = False
    """Only officers of the case may do it, and none who is out of it."""

    also: tuple[str, ...] = ()
    """Other officers who may do it."""

    versioned: bool = True
    """Takes the version that the user saw."""

    of_submission: bool = False
    """Its key belongs to one submission; for the next one it is the key of another request."""


@attrs.frozen(kw_only=True)
class _Entry:
    """A request that was answered, in the machine's book of keys."""

    case: str
    step: _Step
    version: int | None
    key: str
    answer: object


class OfficeMachine(RuleBasedStateMachine):
    """One office with a few cases, from their drafts to their ends."""

    def open_office(self) -> OfficeKit:
        """Open an empty office; here one in memory."""
        return sample_office()

    def tamper(self, application_id: str) -> Callable[[], None] | None:
        """Change the row of a case behind the office's back; return how to put it back, or None: no rows here."""
        del application_id
        return None

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Open the office; the first case is there."""
        self.kit = self.open_office()
        self.cases: list[str] = []
        self.keys: list[_Entry] = []
        self.receipts: dict[tuple[str, int], bytes] = {}
        self.paid: dict[str, str] = {}
        self.out: dict[str, set[str]] = {}
        self.declared: dict[str, set[str]] = {}
        self.helpers = 0
        self.stuck: dict[str, tuple[str, str, str]] = {}
        for _ in range(data.draw(st.integers(1, 2))):
            self.new_case(
                _chosen(data, list(_OWNERS)), data.draw(_TYPES), data.draw(st.sampled_from(_REACHED))
            )

    # What happens

    @precondition(lambda self: len(self.cases) < _MOST_CASES)
    @rule(owner=st.sampled_from(_OWNERS), permit_type=_TYPES, until=st.sampled_from(_REACHED))
    def new_case(self, owner: Actor, permit_type: str, until: str | None) -> None:
        """An applicant hands in an application, and the office works on it until a stage, or not yet."""
        case = self.kit.submit(permit_type, actor=owner)
        self.cases.append(case.id)
        self.out[case.id] = set()
        if until is not None:
            with suppress(PerizinanError):
                # Another case may be first in the queue.
                self.kit.review(case.id, until=until)
        self.check(case.id)

    @rule(data=st.data(), turns=st.integers(2, 6))
    def work(self, data: st.DataObject, turns: int) -> None:
        """Those whose turn it is do what is theirs, one after the other."""
        for _ in range(turns):
            case = self.draw_case(data)
            steps = self.steps(case)
            if steps:
                # Officers mostly do their work; applicants seldom give up.
                often = [step for step in steps if step.judges]
                self.attempt(case, _chosen(data, [*steps, *often, *often[:1] * 3]))

    @rule(data=st.data())
    def meddle(self, data: st.DataObject) -> None:
        """Anyone tries to do what is someone else's."""
        case = self.draw_case(data)
        steps = [step for step in self.steps(case) if step.judges]
        if not steps:
            return
        step = _chosen(data, steps)
        actor = _chosen(data, [*_OWNERS, *self.officers(), HOST])
        entitled = actor == step.actor or actor.id in step.also
        assert self.attempt(case, attrs.evolve(step, actor=actor)) is not None or entitled, actor

    @rule(data=st.data(), first=st.integers(0, 30), second=st.integers(0, 30))
    def two_at_once(self, data: st.DataObject, first: int, second: int) -> None:
        """Two look at the same state and both act on it: one comes through, the other is told who was first."""
        case = self.draw_case(data)
        steps = [step for step in self.steps(case) if step.versioned]
        if not steps:
            return
        seen = self.look(case)
        one, other = steps[first % len(steps)], steps[second % len(steps)]
        if self.attempt(case, one, version=seen.version) is not None:
            return
        after = self.look(case)
        refusal = self.attempt(case, other, version=seen.version)
        assert isinstance(refusal, StaleObjectError | DecidedByOthersError), refusal
        if isinstance(refusal, StaleObjectError):
            assert (refusal.changed_by, refusal.found_version) == (one.actor.id, after.version)
        else:
            assert (refusal.winner, refusal.outcome) in _decisions(after)

    @precondition(lambda self: self.keys)
    @rule(number=st.integers(0, 60))
    def ask_again(self, number: int) -> None:
        """A request that comes again gets the answer of the first and changes nothing, whatever came between."""
        entry = self.keys[number % len(self.keys)]
        if entry.step.of_submission and self.look(entry.case).state is ApplicationState.CORRECTION_REQUESTED:
            return
        before = self.snapshot(entry.case)
        answer = entry.step.call(self.as_today(entry.step.actor), entry.version, entry.key, 0)
        assert _answer(answer) == entry.answer
        assert self.snapshot(entry.case) == before

    @precondition(lambda self: self.keys)
    @rule(number=st.integers(0, 60))
    def ask_otherwise(self, number: int) -> None:
        """Another request with a key that was used is refused, and changes nothing."""
        entry = self.keys[number % len(self.keys)]
        before = self.snapshot(entry.case)
        actor = self.as_today(entry.step.actor)
        _, refusal = _tried(lambda: entry.step.call(actor, entry.version, entry.key, 1))
        assert getattr(refusal, "code", None) == "idempotency-conflict", (
            "a used key was taken for another request"
        )
        assert self.snapshot(entry.case) == before

    @rule(
        data=st.data(), amount=st.sampled_from((1, 60_000, 120_000)), reference=st.sampled_from(_REFERENCES)
    )
    def pay(self, data: st.DataObject, amount: int, reference: str) -> None:
        """A cashier records money; a reference pays once in the whole office, and never more than is due."""
        case = self.draw_case(data)
        before = self.look(case)
        payment = Payment(
            reference=reference, amount=Rupiah(amount), paid_at=self.kit.clock(), recorded_by="kasir"
        )
        cashier = self.kit.officer("kasir")
        _, refusal = _tried(lambda: self.kit.office.reviews.record_payment(case, payment, actor=cashier))
        if refusal is not None:
            assert self.look(case) == before
            return
        key = reference_key(reference)
        assert key not in self.paid, "one payment paid twice"
        self.paid[key] = case
        self.check(case)

    @rule(data=st.data(), officer=st.sampled_from(("loket-1", "telaah-1", "loket-2")))
    def declare_conflict(self, data: st.DataObject, officer: str) -> None:
        """An officer says that a case is a relative's; from then on the officer decides nothing in it."""
        case = self.draw_case(data)
        actor = self.kit.officer(officer)
        _, refusal = _tried(
            lambda: self.kit.office.reviews.declare_conflict(case, reason="Keluarga", actor=actor)
        )
        if refusal is None:
            self.out[case].add(officer)
            self.check(case)

    @rule(officer=st.sampled_from(("loket-2", "telaah-2")), account=st.sampled_from((APPLICANT.id, "orang")))
    def declare_account(self, officer: str, account: str) -> None:
        """An officer declares a public account as their own; its cases are not theirs any more."""
        self.kit.office.reviews.declare_account(account, actor=self.kit.officer(officer))
        self.declared.setdefault(officer, set()).add(account)

    @rule(days=st.integers(0, 12))
    def days_pass(self, days: int) -> None:
        """Time passes, and the worker looks after everything; nothing fails."""
        self.kit.clock.forward(days=days, minutes=1)
        assert self.kit.office.worker.run_once().failures == ()
        for case in self.cases:
            self.check(case)

    @precondition(lambda self: len(self.cases) > 1)
    @rule(data=st.data())
    def somebody_tampers(self, data: st.DataObject) -> None:
        """A row that was changed is refused and named; the other cases continue, and it is fine when it is put back."""
        case = self.draw_case(data)
        holders = {stage.assignee for stage in self.look(case).stages}
        undo = self.tamper(case)
        if undo is None:
            return
        try:
            self._is_refused(case)
            # Messages about the case wait as well; a delivery is named by the number of its event. An officer who
            # holds the case stays on the list of those whose record was changed, until it can be read.
            failures = self.kit.office.worker.run_once().failures
            others = {
                (item.job, item.subject)
                for item in failures
                if item.job != "deliver" and item.subject != case
            }
            assert others <= {("staff", officer) for officer in holders}
            for other in self.cases:
                if other != case:
                    self.check(other)
                    for step in self.steps(other)[:1]:
                        self.attempt(other, step)
        finally:
            undo()
        self.kit.office.worker.run_once()
        self.check(case)

    def teardown(self) -> None:
        """Every case can be brought to its end by people who may do it, if need be by one who is appointed."""
        if hasattr(self, "kit"):
            for _ in range(60):
                ends = [self._nearer_to_its_end(case) for case in self.cases]
                if not any(ends):
                    break
            stuck = {
                case: self.stuck.get(case) for case in self.cases if not self.look(case).state.is_terminal
            }
            assert not stuck, "cases that no one can bring to an end"

    # What must hold

    def check(self, case: str) -> None:
        """Hold one case against the machine's book."""
        application = self.look(case)
        if application.permit_id is not None:
            assert not amount_outstanding(application), "a number while a part of the fee is outstanding"
        if application.terms is not None:
            received = sum(item.amount.amount for item in application.payments)
            assert received <= application.terms.fee.total.amount, "more money than is due"
        for number in range(1, application.submission + 1):
            given = self.kit.office.applications.signed_receipt(case, actor=HOST, submission=number)
            assert self.receipts.setdefault((case, number), given) == given, (
                "a receipt that was given changed"
            )
        if not application.state.is_terminal:
            assert self._has_a_next_step(application), application.state

    def _has_a_next_step(self, application: Application) -> bool:
        if application.own_step is not None or self._waits_for_an_officer(application):
            return True
        return any(
            action.action not in _NO_STEP
            for actor in (self.owner(application), *self.officers())
            for action in self._actions(application, actor)
        )

    def _actions(self, application: Application, actor: Actor) -> tuple[Any, ...]:
        found, _ = _tried(lambda: self.kit.office.applications.actions(application.id, actor=actor))
        return found or ()

    @staticmethod
    def _waits_for_an_officer(application: Application) -> bool:
        """Return True where the next step is that the office appoints someone; teardown does."""
        return any(stage.assignee is None for stage in application.stages_in_work())

    def _is_refused(self, case: str) -> None:
        _, refusal = _tried(lambda: self.kit.office.applications.get(case, actor=HOST))
        assert isinstance(refusal, SealBrokenError), "a row that was tampered with was believed"
        assert refusal.row == case

    # How a step is taken

    def attempt(self, case: str, step: _Step, *, version: int | None = None) -> PerizinanError | None:
        """Take a step with a key of its own; return the refusal, which must have changed nothing, or None."""
        before, key = (
            self.snapshot(case),
            f"k{len(self.keys)}-{self.kit.clock.moment.isoformat()}-{step.actor.id}",
        )
        excluded = self.excluded(case)
        self.kit.clock.forward(minutes=1)
        answer, refusal = _tried(lambda: step.call(step.actor, version, key, 0))
        if isinstance(refusal, DecidedByOthersError):
            self._is_on_record_once(case, before, step.actor, refusal)
            return refusal
        if refusal is not None:
            assert self.snapshot(case) == before, f"{refusal.code} changed the case"
            return refusal
        if step.judges:
            assert step.actor.kind is ActorKind.OFFICER
            assert step.actor.id not in excluded, "someone who is out of the case decided in it"
        self.keys.append(_Entry(case=case, step=step, version=version, key=key, answer=_answer(answer)))
        self.check(case)
        return None

    def _is_on_record_once(
        self, case: str, before: tuple[int, int], actor: Actor, refusal: DecidedByOthersError
    ) -> None:
        history = self.kit.office.applications.history(case, actor=HOST)
        assert self.snapshot(case) == (before[0], before[1] + 1)
        (last,) = [item for item in history[-3:] if item.kind is EventKind.ATTEMPT_REFUSED][-1:]
        assert (last.actor, last.data["winner"]) == (str(actor.account), refusal.account)

    def snapshot(self, case: str) -> tuple[int, int]:
        """Return what changes with every change of a case: its version and the length of its history."""
        history = self.kit.office.applications.history(case, actor=HOST)
        return self.look(case).version, len(history)

    def excluded(self, case: str) -> set[str]:
        """Return the officers who are out of a case, by the machine's book."""
        owner = self.look(case).owner.id
        return self.out[case] | {officer for officer, own in self.declared.items() if owner in own}

    def look(self, case: str) -> Application:
        """Return a case as it is."""
        return self.kit.office.applications.get(case, actor=HOST)

    def draw_case(self, data: st.DataObject) -> str:
        """Choose a case."""
        # By number: the ids are others each time.
        return self.cases[data.draw(st.integers(0, _MOST_CASES - 1)) % len(self.cases)]

    def officers(self) -> tuple[Actor, ...]:
        """Return the staff as they are on record."""
        return tuple(item.as_actor() for item in self.kit.office.reviews.officers(actor=HOST))

    def as_today(self, actor: Actor) -> Actor:
        """Return an officer as the record says by now: a session of yesterday is refused for that."""
        return self.kit.officer(actor.id) if actor.kind is ActorKind.OFFICER else actor

    @staticmethod
    def owner(application: Application) -> Actor:
        """Return who opened the case."""
        return Actor(id=application.owner.id, kind=ActorKind.APPLICANT)

    # What may be done to a case

    def steps(self, case: str) -> list[_Step]:
        """Return what the people of a case may do to it now."""
        application = self.look(case)
        permit_type = self.kit.catalogue.version(application.permit_type, application.permit_type_version)
        found = [*self._of_applicant(application)]
        for stage in application.stages_in_work():
            if stage.assignee is not None:
                found.extend(self._of_stage(application, permit_type, stage))
        if application.state is ApplicationState.APPROVED:
            found.extend((self._issue(case), self._reopen(case)))
        if application.state is ApplicationState.AWAITING_SIGNATURE:
            found.append(self._issue(case))
        return found

    def _of_applicant(self, application: Application) -> Iterator[_Step]:
        owner, case, office = self.owner(application), application.id, self.kit.office
        if application.state.is_terminal:
            return
        if application.state is ApplicationState.CORRECTION_REQUESTED:
            old = next(item.id for item in application.current_documents() if item.slot == "ktp")

            def upload(actor: Actor, _version: int | None, key: str, variant: int) -> object:
                return office.applications.upload(
                    case,
                    "ktp",
                    BytesIO(small_png(7 + variant)),
                    file_name="baru.png",
                    actor=actor,
                    replaces=old,
                    idempotency_key=key,
                )

            yield _Step(actor=owner, call=upload, versioned=False)
            yield _Step(
                actor=owner,
                of_submission=True,
                call=lambda actor, version, key, variant: office.applications.submit(
                    case,
                    actor=actor,
                    expected_version=version,
                    idempotency_key=key,
                    at_counter=frozenset({"ktp"} if variant else ()),
                ),
            )
        yield _Step(
            actor=owner,
            call=lambda actor, _version, key, variant: office.applications.withdraw(
                case, reason="Pindah" * variant, actor=actor, idempotency_key=key
            ),
            versioned=False,
        )

    def _of_stage(
        self, application: Application, permit_type: PermitType, stage: StageState
    ) -> Iterator[_Step]:
        case, code, reviews = application.id, stage.stage, self.kit.office.reviews
        kind = permit_type.stage(code).kind
        actor = self.kit.officer(stage.assignee or "")
        if kind is StageKind.APPROVAL:
            yield _Step(
                actor=actor,
                judges=True,
                call=lambda actor, version, key, variant: reviews.approve(
                    case, actor=actor, expected_version=version - variant if version else variant or None,
                    idempotency_key=key,
                ),
            )  # fmt: skip
            yield _Step(
                actor=actor,
                judges=True,
                call=lambda actor, version, key, variant: reviews.refuse(
                    case,
                    reasons=("Tidak", "Lain")[variant:],
                    actor=actor,
                    expected_version=version,
                    idempotency_key=key,
                ),
            )
            return
        for outcome in (StageOutcome.POSITIVE, StageOutcome.NEGATIVE):
            yield _Step(actor=actor, judges=True, call=self._decision(case, code, outcome))
        if kind is StageKind.COMPLETENESS_CHECK:
            yield _Step(actor=actor, judges=True, call=self._correction(case, code))

    def _decision(self, case: str, stage: str, outcome: StageOutcome) -> Callable[..., object]:
        return lambda actor, version, key, variant: self.kit.office.reviews.decide(
            case,
            stage,
            outcome,
            reasons=("Alasan", "Lain")[variant:],
            actor=actor,
            expected_version=version,
            idempotency_key=key,
        )

    def _correction(self, case: str, stage: str) -> Callable[..., object]:
        return lambda actor, version, key, variant: self.kit.office.reviews.request_correction(
            case,
            stage,
            (CorrectionItem(target="ktp", reason=("Buram", "Terpotong")[variant]),),
            actor=actor,
            expected_version=version,
            idempotency_key=key,
        )

    def _issue(self, case: str) -> _Step:
        return _Step(
            actor=self.kit.officer("kepala"),
            judges=True,
            call=lambda actor, version, key, variant: self.kit.office.permits.issue(
                case, actor=actor, expected_version=version - variant if version else variant or None,
                idempotency_key=key,
            ),
        )  # fmt: skip

    def _reopen(self, case: str) -> _Step:
        return _Step(
            actor=self.kit.officer("pimpinan"),
            also=("kepala",),
            judges=True,
            call=lambda actor, version, key, variant: self.kit.office.reviews.reopen(
                case,
                reasons=("Keliru", "Lain")[variant:],
                actor=actor,
                expected_version=version,
                idempotency_key=key,
            ),
        )

    # To the end

    def _nearer_to_its_end(self, case: str) -> bool:
        """Do the next thing that brings a case to its end; return False when there is nothing left to do."""
        application = self.look(case)
        if application.state.is_terminal:
            return False
        self.kit.clock.forward(minutes=1)
        if application.state is ApplicationState.CORRECTION_REQUESTED:
            self.kit.clock.forward(days=30)
            self.kit.office.worker.run_once()
        elif application.state in (ApplicationState.APPROVED, ApplicationState.AWAITING_SIGNATURE):
            self._pay_all(application)
            self.kit.issue(case)
        elif self._waits_for_an_officer(application):
            self._appoint(application)
        elif self._is_deemed_due(application):
            self.kit.office.worker.run_once()
        else:
            self._judge(application)
        return True

    def _judge(self, application: Application) -> None:
        for stage in application.stages_in_work():
            for step in self._ends_of(application, stage):
                refusal = self.attempt(application.id, step)
                if refusal is None:
                    return
                self.stuck[application.id] = (application.state.value, stage.stage, refusal.code)
                if refusal.code == "own-case":
                    self._give_to_another(application, stage)
                    return

    def _ends_of(self, application: Application, stage: StageState) -> Iterator[_Step]:
        permit_type = self.kit.catalogue.version(application.permit_type, application.permit_type_version)
        if permit_type.stage(stage.stage).kind is StageKind.PAYMENT:
            self._pay_all(application)
        yield from self._of_stage(application, permit_type, stage)

    def _pay_all(self, application: Application) -> None:
        if rest := amount_outstanding(application):
            reference = f"SISA-{application.id}-{len(application.payments)}"
            payment = Payment(reference=reference, amount=rest, paid_at=self.kit.clock(), recorded_by="kasir")
            self.kit.office.reviews.record_payment(application.id, payment, actor=self.kit.officer("kasir"))

    def _appoint(self, application: Application) -> None:
        for stage in application.stages_in_work():
            if stage.assignee is None:
                self._hire_for(application, stage)
        self.kit.office.worker.run_once()

    def _hire_for(self, application: Application, stage: StageState) -> None:
        permit_type = self.kit.catalogue.version(application.permit_type, application.permit_type_version)
        post = permit_type.stage(stage.stage)
        self.helpers += 1
        self.kit.appoint(
            Officer(
                id=f"bantuan-{self.helpers}",
                name="Petugas bantuan",
                roles=frozenset({Role(post.role)}),
                units=frozenset({post.unit}),
            )
        )

    def _give_to_another(self, application: Application, stage: StageState) -> None:
        """Declared an account of the applicant's as their own while they had the stage: a supervisor moves it."""
        self._hire_for(application, stage)
        self.kit.office.reviews.reassign(
            application.id, stage.stage, reason="Perkara sendiri", actor=self.kit.officer("supervisor")
        )

    def _is_deemed_due(self, application: Application) -> bool:
        due: Any = application.silence_after
        now: datetime = self.kit.clock()
        return (
            due is not None and now.astimezone(self.kit.office.authority.calendar.time_zone.zone).date() > due
        )


def _tried(call: Callable[[], _T]) -> tuple[_T | None, PerizinanError | None]:
    """Return the answer of a use case, or its refusal."""
    try:
        return call(), None
    except PerizinanError as error:
        return None, error


def _chosen(data: st.DataObject, items: list[_T]) -> _T:
    """Choose by number, so that a failing history can be read."""
    return items[data.draw(st.integers(0, len(items) - 1))]


def _answer(answer: Any) -> object:
    """Return what of an answer must come again: a case continues meanwhile, a receipt and a document do not."""
    return answer.id if isinstance(answer, Application) else answer


def _decisions(application: Application) -> set[tuple[str, str]]:
    """Return who decided what in a case."""
    found = {
        (stage.decided_by, stage.outcome.value)
        for stage in application.stages
        if stage.decided_by is not None and stage.outcome is not None
    }
    decision = application.decision
    return found | ({(decision.by.id, decision.kind.value)} if decision else set())

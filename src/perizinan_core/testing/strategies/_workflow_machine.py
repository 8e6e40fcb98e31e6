"""
Random histories of one case, and what must hold in every one of them.

`CaseMachine` is a hypothesis state machine over `perizinan_core.workflow`: random stages, people, moments
and calendars; every step either succeeds or refuses with a `WorkflowError` and changes nothing. A plugin
that brings stages of its own runs it with its permit types::

    class MyMachine(CaseMachine):
        permit_types = st.sampled_from(my_permit_types)

    TestMyCases = MyMachine.TestCase
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from random import Random
from typing import ClassVar
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from perizinan_core._converters import canonical_json
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.errors.workflow import ClockOrderError, Problem, WorkflowError
from perizinan_core.model._actor import Actor, Officer, Role
from perizinan_core.model._applicant import Representative
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import (
    ClockEvent,
    CorrectionItem,
    DecisionKind,
    StageOutcome,
    StageStatus,
    WaitingFor,
)
from perizinan_core.model._characters import refused_characters
from perizinan_core.model._events import Event
from perizinan_core.model._fees import FeeAssessment, FeeKind, Payment
from perizinan_core.model._form_data import MAX_VALUES
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.model._permit import Permit, PermitStatus, StatusChange
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.testing.strategies._values import written_texts
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    as_actors,
    make_applicant,
    make_authority,
    make_calendar,
    make_document,
    make_letter,
    make_minutes,
    make_officer,
    make_permit,
    make_terms,
    office_calendars,
    permit_types,
    staffs,
)
from perizinan_core.workflow import Action, AnnulledBy, DefectGround
from perizinan_core.workflow import _functions as workflow
from perizinan_core.workflow._transition import Transition

__all__ = ["CaseMachine"]

_POSITION = "kepala-dinas"
_DUTY = {
    StageKind.COMPLETENESS_CHECK: "receives",
    StageKind.VERIFICATION: "assesses",
    StageKind.TECHNICAL_RECOMMENDATION: "assesses",
    StageKind.SITE_INSPECTION: "assesses",
    StageKind.APPROVAL: "decides",
}
"""Stated again here on purpose: the rules of the workflow are not checked with the workflow's own table."""

_OUTCOMES = st.sampled_from((*StageOutcome, StageOutcome.CORRECTION, *[StageOutcome.POSITIVE] * 2))
_OFFICE_DECIDES = (
    Action.DECIDE_STAGE,
    Action.REQUEST_CORRECTION,
    Action.REQUEST_STAGE,
    Action.SEND_BACK,
    Action.APPROVE,
    Action.REFUSE,
)
_UNDECIDED = (
    ApplicationState.SUBMITTED,
    ApplicationState.IN_REVIEW,
    ApplicationState.CORRECTION_REQUESTED,
)
_ENDED = (PermitStatus.REVOKED, PermitStatus.ANNULLED, PermitStatus.SUPERSEDED)


def _old_permit() -> Permit:
    return make_permit(
        id="izin-lama",
        number="99/2025",
        application_id="permohonan-lama",
        signed_sha256="2" * 64,
        status=PermitStatus.IN_FORCE,
    )


def _random(seed: int) -> Random:
    """Return a source of draws that a failing example can repeat."""
    return Random(seed)  # noqa: S311 - no secret hangs on it


_REINFORCEMENTS = tuple(
    make_officer(f"bantuan-{role.value}", role, position=_POSITION if role is Role.SIGNATORY else None)
    for role in Role
)
"""Officers whom the office could appoint: one for every role, without a part in the case."""


class CaseMachine(RuleBasedStateMachine):
    """One application from draft to its end."""

    permit_types: ClassVar[st.SearchStrategy[PermitType]] = permit_types()
    calendars: ClassVar[st.SearchStrategy[WorkingCalendar]] = office_calendars()
    staffs: ClassVar[st.SearchStrategy[tuple[Officer, ...]]] = staffs()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Start a draft in a random office."""
        self.permit_type = data.draw(self.permit_types)
        self.calendar = data.draw(self.calendars)
        self.staff = data.draw(self.staffs)
        self.actors = as_actors(self.staff)
        self.fee = data.draw(st.sampled_from((0, 150_000)))
        self.now = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Jakarta"))
        self.days_off: set[date] = {holiday.day for holiday in self.calendar.holidays}
        self.uploads = 0
        self.events: list[Event] = []
        self.workers: list[tuple[str, str]] = []
        self.consumed, self.version = 0, self.calendar.version
        self.permit: Permit | None = None
        self.old = _old_permit() if data.draw(st.booleans()) else None
        self.printable = True
        self.case: Application = self._draft()
        if data.draw(st.integers(0, 5)):
            self.hand_over("ktp")
            self.hand_in()

    def _draft(self) -> Application:
        started = workflow.start_draft(
            self.permit_type,
            id="018f0000-0000-7000-8000-000000000001",
            authority="kota-contoh",
            kind=ApplicationKind.AMENDMENT if self.old else ApplicationKind.NEW,
            applicant=make_applicant(),
            actor=OWNER,
            now=self.now,
            calendar=self.calendar,
            previous_permit=self.old,
        )
        self.events.extend(started.events)
        return started.application

    # Steps

    def attempt(self, action: Action, step: Callable[[], Transition]) -> bool:
        """Take a step; a refusal is fine, a step that the table does not know is not."""
        before = self.case
        try:
            moved = step()
        except WorkflowError:
            assert self.case is before
            return False
        self._check_step(action, before, moved)
        self.case = moved.application
        self.events.extend(moved.events)
        if Action.ASSIGN in workflow.actions_in(self.case.state) and action is not Action.ASSIGN:
            self.give_out(len(self.events))
        return True

    def _check_step(self, action: Action, before: Application, moved: Transition) -> None:
        after = moved.application
        found = next(item for item in workflow.RULES if item.action is action)
        assert before.state in found.sources
        assert before.state is after.state or (before.state, after.state) in found.moves
        assert not before.state.is_terminal or action in (Action.RECOMPUTE, Action.RECORD_NOTICE)
        length = len(before.clock.entries)
        assert after.clock.entries[:length] == before.clock.entries, "the ledger only grows"
        assert after.submission - before.submission in (0, 1)
        assert after.receipts[: len(before.receipts)] == before.receipts, "a receipt that was given changed"
        if after.submission > before.submission:
            self._check_receipt(after, moved)
        silent = before.terms is not None and before.terms.silence is not SilencePolicy.NONE
        if action in _OFFICE_DECIDES and silent and before.clock.due is not None:
            assert workflow.local_day(self.calendar, self.now) <= before.clock.due, (
                "decided after a grant by law"
            )

    def _check_receipt(self, after: Application, moved: Transition) -> None:
        """The receipt of a submission lists what was handed in with it, and its history names the text."""
        given = json.loads(after.receipts[-1])["signed"]
        held = {(item.slot, item.file_name, item.sha256, item.size) for item in after.current_documents()}
        listed = {(item["slot"], item["file_name"], item["sha256"], item["size"]) for item in given["files"]}
        assert listed == held
        assert after.terms is not None
        assert (given["submission"], given["fee"]) == (after.submission, after.terms.fee.total.amount)
        assert moved.events[0].data["receipt_sha256"] == sha256(after.receipts[-1].encode()).hexdigest()

    @rule(minutes=st.integers(0, 600) | st.integers(0, 3 * 24 * 60))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.case.terms is not None and len(self.events) % 3 == 0)
    @rule(offset=st.integers(1, 30))
    def new_calendar(self, offset: int) -> None:
        """A day becomes joint leave, as it happens in Indonesia, and deadlines are counted again."""
        self.days_off.add(self.now.date() + timedelta(days=offset))
        changed = make_calendar(f"neu-{len(self.days_off)}", sorted(self.days_off))
        self.calendar = attrs.evolve(self.calendar, version=changed.version, holidays=changed.holidays)
        self.attempt(
            Action.RECOMPUTE,
            lambda: workflow.recompute_deadlines(
                self.case, actor=SYSTEM, now=self.now, calendar=self.calendar
            ),
        )

    @precondition(lambda self: Action.UPLOAD in workflow.actions_in(self.case.state))
    @rule(slot=st.sampled_from(("ktp", "denah")))
    def upload(self, slot: str) -> None:
        """The applicant uploads a paper, in a draft or for a correction."""
        self.hand_over(slot)

    def hand_over(self, slot: str) -> None:
        """Put a new file into a slot, in the place of the one that is there."""
        self.uploads += 1
        document = make_document(f"dok-{self.uploads}", slot)
        slots = make_terms(self.permit_type).slots
        held = [item for item in self.case.current_documents() if item.slot == slot]
        if held:
            self.attempt(
                Action.UPLOAD,
                lambda: workflow.replace_document(
                    self.case, self.permit_type, held[0].id, document, slots=slots, actor=OWNER, now=self.now
                ),
            )
            return
        self.attempt(
            Action.UPLOAD,
            lambda: workflow.add_document(
                self.case, self.permit_type, document, slots=slots, actor=OWNER, now=self.now
            ),
        )

    @precondition(lambda self: Action.EDIT in workflow.actions_in(self.case.state))
    @rule(data=st.data())
    def name_representative(self, data: st.DataObject) -> None:
        """The applicant names an account as representative: perhaps the id of someone who is to judge."""
        account = data.draw(st.sampled_from((OWNER.id, "kuasa", *(one.id for one in self.staff))))
        agent = Representative(person=make_applicant(), actor_id=account)
        self.attempt(
            Action.EDIT,
            lambda: workflow.update_applicant(
                self.case, self.case.applicant, agent, actor=OWNER, now=self.now
            ),
        )

    @precondition(lambda self: Action.EDIT in workflow.actions_in(self.case.state))
    @rule(text=written_texts(), other=written_texts())
    def write(self, text: str, other: str) -> None:
        """The applicant writes anything at all, as a name and in the form; what is refused changes nothing."""
        with suppress(TextRefusedError):
            applicant = attrs.evolve(self.case.applicant, name=text)
            self.attempt(
                Action.EDIT,
                lambda: workflow.update_applicant(
                    self.case, applicant, self.case.representative, actor=OWNER, now=self.now
                ),
            )
        form = {**self.case.form, "lokasi": other, other: text}
        with suppress(TextRefusedError, FormDataError):
            self.attempt(
                Action.EDIT, lambda: workflow.update_form(self.case, form, actor=OWNER, now=self.now)
            )

    @precondition(lambda self: self.case.state is ApplicationState.DRAFT)
    @rule()
    def submit(self) -> None:
        """The applicant hands the draft in."""
        self.hand_in()

    def hand_in(self) -> None:
        """Submit, with a fee or without."""
        fee = FeeAssessment(kind=FeeKind.LEVY, total=Rupiah(self.fee), assessed_on=date(2026, 3, 2))
        self.attempt(
            Action.SUBMIT,
            lambda: workflow.submit(
                self.case,
                self.permit_type,
                make_terms(self.permit_type, fee=fee),
                receipt_number="1/2026",
                actor=OWNER,
                now=self.now,
                calendar=self.calendar,
                previous_permit=self.old,
            ),
        )

    @precondition(lambda self: self.case.state is ApplicationState.CORRECTION_REQUESTED)
    @rule(answer=st.integers(0, 3))
    def resubmit(self, answer: int) -> None:
        """The applicant answers a correction, or only says so."""
        if answer:
            for item in self.case.corrections[-1].items:
                if item.target in ("ktp", "denah"):
                    self.hand_over(item.target)
        self.attempt(
            Action.RESUBMIT,
            lambda: workflow.resubmit(
                self.case,
                self.permit_type,
                staff=self.staff,
                actor=OWNER,
                now=self.now,
                calendar=self.calendar,
            ),
        )

    @precondition(lambda self: Action.ASSIGN in workflow.actions_in(self.case.state))
    @rule(seed=st.integers(0, 2**32))
    def assign(self, seed: int) -> None:
        """The worker gives out what no one has."""
        self.give_out(seed)

    def give_out(self, seed: int) -> None:
        """Let every open stage get its officer."""
        self.attempt(
            Action.ASSIGN,
            lambda: workflow.assign_open_stages(
                self.case,
                self.permit_type,
                staff=self.staff,
                actor=SYSTEM,
                now=self.now,
                random=_random(seed),
            ),
        )

    @precondition(lambda self: self._open())
    @rule(data=st.data(), outcome=_OUTCOMES, right=st.integers(0, 5))
    def decide(self, data: st.DataObject, outcome: StageOutcome, right: int) -> None:
        """An officer, mostly the one whose turn it is, judges a stage."""
        stage = data.draw(st.sampled_from(self._open()))
        actor = self._actor_for(data, stage, right=right > 0)
        if outcome is StageOutcome.CORRECTION:
            self._correct(stage, actor, data.draw(st.sampled_from(("ktp", "denah", "form:area"))))
        else:
            self._judge(stage, actor, outcome)

    @precondition(lambda self: self._open())
    @rule()
    def working_day(self) -> None:
        """Everyone who has an open stage judges it positive."""
        for stage in self._open():
            state = self.case.stage_state(stage)
            for actor in self.actors:
                if state is not None and actor.id == state.assignee:
                    self._judge(stage, actor, StageOutcome.POSITIVE)

    def _judge(self, stage: str, actor: Actor, outcome: StageOutcome) -> None:
        inspection = self.permit_type.stage(stage).kind is StageKind.SITE_INSPECTION
        today = workflow.local_day(self.calendar, self.now)
        minutes = make_minutes(today, actor.id, favourable=outcome is StageOutcome.POSITIVE)
        done = self.attempt(
            Action.DECIDE_STAGE,
            lambda: workflow.decide_stage(
                self.case,
                self.permit_type,
                stage,
                outcome,
                actor=actor,
                now=self.now,
                calendar=self.calendar,
                reasons=("Tidak sesuai",),
                letter=make_letter(today),
                minutes=minutes if inspection else None,
            ),
        )
        if done:
            self.workers.append((stage, actor.id))

    def _correct(self, stage: str, actor: Actor, target: str) -> None:
        items = (CorrectionItem(target=target, reason="Tidak terbaca"),)
        done = self.attempt(
            Action.REQUEST_CORRECTION,
            lambda: workflow.request_correction(
                self.case,
                self.permit_type,
                stage,
                items,
                actor=actor,
                now=self.now,
                calendar=self.calendar,
            ),
        )
        if done:
            self.workers.append((stage, actor.id))

    @precondition(lambda self: "keputusan" in self._open())
    @rule(data=st.data(), refuse=st.integers(0, 3), right=st.integers(0, 5))
    def decide_case(self, data: st.DataObject, refuse: int, right: int) -> None:
        """The approver, or someone who would like to be, approves or refuses."""
        actor = self._actor_for(data, "keputusan", right=right > 0)
        if refuse:
            done = self.attempt(
                Action.APPROVE,
                lambda: self._approve(actor),
            )
            assert not done or self.printable, "approved what cannot be printed"
        else:
            done = self.attempt(
                Action.REFUSE,
                lambda: self._refuse(actor),
            )
        if done:
            self.workers.append(("keputusan", actor.id))

    @precondition(lambda self: any(self.permit_type.stage(code).on_request for code in self._codes()))
    @rule(data=st.data())
    def ask_for_stage(self, data: st.DataObject) -> None:
        """Someone asks for a stage that opens on request."""
        stage = data.draw(st.sampled_from(self._codes()))
        actor = data.draw(st.sampled_from(self.actors))
        holders = [item.assignee for item in self.case.stages if item.status is StageStatus.OPEN]
        if holders:
            actor = next((one for one in self.actors if one.id == holders[0]), actor)
        self.attempt(
            Action.REQUEST_STAGE,
            lambda: workflow.request_stage(
                self.case, self.permit_type, stage, actor=actor, now=self.now, calendar=self.calendar
            ),
        )

    @precondition(lambda self: "keputusan" in self._open() and len(self.events) % 3 == 0)
    @rule(data=st.data())
    def send_back(self, data: st.DataObject) -> None:
        """The approver sends a stage back."""
        stage = data.draw(st.sampled_from(self._codes()))
        actor = self._actor_for(data, "keputusan", right=True)
        self.attempt(
            Action.SEND_BACK,
            lambda: workflow.send_back(
                self.case,
                self.permit_type,
                stage,
                reasons=("Periksa lagi",),
                actor=actor,
                now=self.now,
                calendar=self.calendar,
            ),
        )

    @precondition(lambda self: Action.REASSIGN in workflow.actions_in(self.case.state))
    @rule(data=st.data(), seed=st.integers(0, 2**32))
    def reassign(self, data: st.DataObject, seed: int) -> None:
        """Someone, perhaps a supervisor, has a stage reassigned."""
        stage = data.draw(st.sampled_from(self._codes()))
        supervisors = [one for one in self.actors if one.has(Role.SUPERVISOR)]
        actor = data.draw(st.sampled_from((*supervisors, *supervisors, *self.actors)))
        self.attempt(
            Action.REASSIGN,
            lambda: workflow.reassign_stage(
                self.case,
                self.permit_type,
                stage,
                reason="Sakit",
                staff=self.staff,
                actor=actor,
                now=self.now,
                random=_random(seed),
            ),
        )

    @precondition(lambda self: self._open() and len(self.events) % 4 == 0)
    @rule(data=st.data(), ask=st.booleans())
    def jump_queue(self, data: st.DataObject, ask: bool) -> None:  # noqa: FBT001 - drawn
        """Someone asks to take the case first, or someone allows it, asked or not."""
        stage = data.draw(st.sampled_from(self._open()))
        supervisors = [one for one in self.actors if one.has(Role.SUPERVISOR)]
        if ask:
            actor = self._actor_for(data, stage, right=True)
            self.attempt(
                Action.JUMP_QUEUE,
                lambda: workflow.request_queue_jump(
                    self.case, self.permit_type, stage, reason="Acara besok", actor=actor, now=self.now
                ),
            )
        second = data.draw(st.sampled_from((*supervisors, *self.actors)))
        self.attempt(
            Action.JUMP_QUEUE,
            lambda: workflow.allow_queue_jump(
                self.case, self.permit_type, stage, approved_by=second, reason="Bencana", now=self.now
            ),
        )

    @precondition(
        lambda self: (
            Action.DECLARE_CONFLICT in workflow.actions_in(self.case.state) and len(self.events) % 9 == 0
        )
    )
    @rule(data=st.data())
    def conflict(self, data: st.DataObject) -> None:
        """An officer declares that the case is a relative's."""
        officer = data.draw(st.sampled_from(self.staff))
        self.attempt(
            Action.DECLARE_CONFLICT,
            lambda: workflow.declare_conflict(
                self.case,
                self.permit_type,
                officer=officer.id,
                reason="Saudara pemohon",
                actor=officer.as_actor(),
                now=self.now,
                calendar=self.calendar,
            ),
        )

    @precondition(lambda self: Action.RECORD_PAYMENT in workflow.actions_in(self.case.state))
    @rule(amount=st.sampled_from((50_000, 150_000)), ahead=st.integers(-3, 1), data=st.data())
    def pay(self, amount: int, ahead: int, data: st.DataObject) -> None:
        """Money comes in: what is due, or too much, or of tomorrow, or for a free permit."""
        payment = Payment(
            reference=f"bank-{len(self.case.payments)}",
            amount=Rupiah(amount),
            paid_at=self.now + timedelta(days=ahead),
            recorded_by="-",
        )
        actor = data.draw(st.sampled_from(self.actors))
        self.attempt(
            Action.RECORD_PAYMENT,
            lambda: workflow.record_payment(
                self.case, self.permit_type, payment, actor=actor, now=self.now, calendar=self.calendar
            ),
        )

    @precondition(lambda self: Action.BEGIN_WAIT in workflow.actions_in(self.case.state))
    @rule(data=st.data(), party=st.sampled_from(WaitingFor), hours=st.integers(-1, 48))
    def wait_outside(self, data: st.DataObject, party: WaitingFor, hours: int) -> None:
        """Someone records that another agency is waited for, since some time ago; or ends it."""
        before = self.case.clock
        actor = data.draw(st.sampled_from(self.actors))
        waits = self.case.open_waits()
        if waits:
            number = data.draw(st.sampled_from(waits)).number
            self.attempt(
                Action.END_WAIT,
                lambda: workflow.end_wait(self.case, self.permit_type, number, actor=actor, now=self.now),
            )
        else:
            stage = data.draw(st.sampled_from((None, *self._open())))
            self.attempt(
                Action.BEGIN_WAIT,
                lambda: workflow.begin_wait(
                    self.case,
                    self.permit_type,
                    party=party,
                    name="Kantor Pertanahan",
                    reason="Menunggu peta bidang",
                    actor=actor,
                    now=self.now,
                    stage=stage,
                    since=self.now - timedelta(hours=hours),
                ),
            )
        assert self.case.clock == before, "waiting for others stops no clock"

    @precondition(lambda self: len(self.events) % 7 == 0)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """The applicant gives up, now and then; someone else tries to."""
        actor = data.draw(st.sampled_from(self.actors[:-1]))
        self.attempt(Action.WITHDRAW, lambda: workflow.withdraw(self.case, actor=actor, now=self.now))

    @precondition(lambda self: bool(self.case.awaited_notices()) and len(self.events) % 2 == 0)
    @rule(data=st.data(), means=st.sampled_from(NoticeMeans), days=st.integers(0, 5))
    def notice(self, data: st.DataObject, means: NoticeMeans, days: int) -> None:
        """A channel delivers at last, the applicant opens the case, or an officer says how they informed them."""
        self.now += timedelta(days=days)
        if means is NoticeMeans.OFFICER:
            actor = data.draw(st.sampled_from(self.actors))
            step = partial(self._recorded, actor)
        else:
            step = partial(
                workflow.give_notice,
                self.case,
                of=None,
                means=means,
                by="mail",
                actor=SYSTEM,
                now=self.now,
                calendar=self.calendar,
            )
        self.attempt(Action.RECORD_NOTICE, step)

    def _recorded(self, actor: Actor) -> Transition:
        return workflow.record_notice(
            self.case,
            self.permit_type,
            remark="Ditelepon",
            actor=actor,
            now=self.now,
            calendar=self.calendar,
        )

    @precondition(lambda self: self.case.state in _UNDECIDED and len(self.events) % 3 != 0)
    @rule(days=st.integers(0, 15))
    def night_job(self, days: int) -> None:
        """The worker looks for what has run out, perhaps after days of silence."""
        self.now += timedelta(days=days) if len(self.events) % 2 == 0 else timedelta(0)
        self.attempt(
            Action.LAPSE,
            lambda: workflow.lapse(self.case, actor=SYSTEM, now=self.now, calendar=self.calendar),
        )
        self.attempt(
            Action.DEEM_GRANTED,
            lambda: workflow.deem_granted(
                self.case,
                self.permit_type,
                staff=self.staff,
                actor=SYSTEM,
                now=self.now,
                calendar=self.calendar,
            ),
        )

    def _approve(self, actor: Actor) -> Transition:
        return workflow.approve(
            self.case,
            self.permit_type,
            actor=actor,
            now=self.now,
            calendar=self.calendar,
            previous_permit=self.old,
            problems=self._problems(),
        )

    def _refuse(self, actor: Actor) -> Transition:
        return workflow.refuse(
            self.case,
            self.permit_type,
            reasons=("Tidak sesuai rencana tata ruang",),
            objection_to="Kepala dinas",
            actor=actor,
            now=self.now,
            calendar=self.calendar,
            previous_permit=self.old,
            problems=self._problems(),
        )

    def _problems(self) -> tuple[Problem, ...]:
        return (
            ()
            if self.printable
            else (Problem("letter", "unprintable-text", "Huruf tidak ada", label="Huruf"),)
        )

    @precondition(lambda self: len(self.events) % 4 == 0)
    @rule()
    def fonts_change(self) -> None:
        """A letter that could be printed cannot be, or the other way round."""
        self.printable = not self.printable

    @precondition(lambda self: self.old is not None and len(self.events) % 3 == 1)
    @rule(
        status=st.sampled_from(
            (PermitStatus.SUSPENDED, PermitStatus.IN_FORCE, PermitStatus.REVOKED, PermitStatus.SUPERSEDED)
        ),
        later=st.integers(0, 20),
    )
    def old_permit_changes(self, status: PermitStatus, later: int) -> None:
        """The permit that the application builds on is suspended, reinstated, revoked or replaced."""
        assert self.old is not None
        today = workflow.local_day(self.calendar, self.now)
        if self.old.standing_on(today) in _ENDED:
            return
        change = StatusChange(
            status=status,
            at=self.now,
            effective=today + timedelta(days=later),
            by="kepala",
            reason="Pelanggaran",
        )
        self.old = attrs.evolve(self.old, changes=(*self.old.changes, change))

    @precondition(lambda self: self.case.state is ApplicationState.APPROVED)
    @rule(data=st.data(), way=st.sampled_from((Action.REOPEN, Action.ANNUL_DECISION, Action.WITHDRAW)))
    def go_back(self, data: st.DataObject, way: Action) -> None:
        """Someone takes the grant back before its permit is issued."""
        deciders = [one for one in self.actors if one.has(Role.OFFICE_HEAD, Role.SIGNATORY)]
        actor = data.draw(st.sampled_from((*deciders, *self.actors)))
        deemed = self.case.deemed_grant is not None
        done = self.attempt(way, lambda: self._back(way, actor))
        assert not (done and deemed and way is Action.REOPEN), "a grant by law was reviewed again"

    def _back(self, way: Action, actor: Actor) -> Transition:
        if way is Action.WITHDRAW:
            return workflow.withdraw(self.case, actor=actor, now=self.now)
        if way is Action.REOPEN:
            return workflow.reopen(
                self.case,
                self.permit_type,
                reasons=("Surat tidak dapat dicetak",),
                actor=actor,
                now=self.now,
                calendar=self.calendar,
            )
        return workflow.annul_decision(
            self.case,
            self.permit_type,
            ground=DefectGround.SUBSTANCE,
            found_on=workflow.local_day(self.calendar, self.now),
            annulled_by=AnnulledBy.OFFICIAL,
            reasons=("Izin lama dicabut",),
            legal_basis="UU 30/2014 Pasal 66",
            objection_to="Kepala dinas",
            actor=actor,
            now=self.now,
            authority=make_authority(self.calendar),
        )

    @precondition(lambda self: self.case.state is ApplicationState.APPROVED)
    @rule(data=st.data())
    def take_number(self, data: st.DataObject) -> None:
        """The letter gets its number, for someone who may sign it or not."""
        holders = [one for one in self.staff if Role.SIGNATORY in one.roles]
        signer = data.draw(st.sampled_from((*holders, *holders, *self.staff))).as_actor()
        actor = data.draw(st.sampled_from((SYSTEM, signer)))
        number = f"{len(self.events)}/2026"
        done = self.attempt(
            Action.TAKE_NUMBER,
            lambda: self._take_number(signer, actor, number),
        )
        if done:
            self.workers.append(("signature", signer.id))
            grant = self.case.deemed_grant
            assert actor != SYSTEM or grant is None or not grant.unstaffed, "issued where no one was"

    def _take_number(self, signer: Actor, actor: Actor, number: str) -> Transition:
        return workflow.to_awaiting_signature(
            self.case,
            self.permit_type,
            permit_id=f"permit-{len(self.events)}",
            number=number,
            signer=signer,
            position=_POSITION,
            authority=make_authority(self.calendar),
            actor=actor,
            now=self.now,
            previous_permit=self.old,
        )

    @precondition(lambda self: self.case.state is ApplicationState.AWAITING_SIGNATURE)
    @rule(cancel=st.integers(0, 3), data=st.data())
    def sign(self, cancel: int, data: st.DataObject) -> None:
        """The letter is signed and issued, or its number cancelled."""
        if not cancel:
            actor = data.draw(st.sampled_from(self.actors))
            self.attempt(
                Action.CANCEL_NUMBER,
                lambda: self._cancel(actor),
            )
            return
        done = self.attempt(Action.ISSUE, self._issue)
        today = workflow.local_day(self.calendar, self.now)
        ended = self.old is not None and self.old.standing_on(today) in _ENDED
        assert not (done and ended), "issued on a permit that is no longer there"

    def _cancel(self, actor: Actor) -> Transition:
        return workflow.cancel_number(
            self.case,
            self.permit_type,
            reason="Salah cetak",
            actor=actor,
            authority=make_authority(self.calendar),
            now=self.now,
        )

    def _issue(self) -> Transition:
        permit = make_permit(id=str(self.case.permit_id), application_id=self.case.id)
        self.permit = workflow.put_in_force(permit, signed_sha256="1" * 64, actor=SYSTEM, now=self.now).permit
        return workflow.issued(
            self.case,
            self.permit,
            actor=SYSTEM,
            now=self.now,
            calendar=self.calendar,
            previous_permit=self.old,
        )

    @precondition(lambda self: len(self.events) % 5 == 0)
    @rule(minutes=st.integers(1, 100_000))
    def yesterday(self, minutes: int) -> None:
        """A machine with a slow clock tries to write into the past."""
        past = workflow.last_moment(self.case) - timedelta(minutes=minutes)
        try:
            workflow.withdraw(self.case, actor=OWNER, now=past)
        except ClockOrderError:
            return
        except WorkflowError:
            assert self.case.decision is not None
            return
        raise AssertionError("a step before the last one was accepted")

    # What must hold

    @invariant()
    def one_terminal_decision(self) -> None:
        """There is one decision or none, and it fits the state."""
        taken = workflow.replay(self.events).decisions
        assert len(taken) == (self.case.decision is not None)
        decided = {
            ApplicationState.APPROVED: {DecisionKind.APPROVED, DecisionKind.DEEMED_GRANTED},
            ApplicationState.AWAITING_SIGNATURE: {DecisionKind.APPROVED, DecisionKind.DEEMED_GRANTED},
            ApplicationState.ISSUED: {DecisionKind.APPROVED, DecisionKind.DEEMED_GRANTED},
            ApplicationState.REFUSED: {DecisionKind.REFUSED},
            ApplicationState.WITHDRAWN: {DecisionKind.WITHDRAWN},
            ApplicationState.LAPSED: {DecisionKind.LAPSED},
        }.get(self.case.state)
        kind = self.case.decision.kind if self.case.decision else None
        assert (kind in decided) if decided else kind is None

    @invariant()
    def nothing_lapses_without_notice(self) -> None:
        """The applicant was notified of the last correction, and had the whole window from that day."""
        if self.case.state is not ApplicationState.LAPSED:
            return
        request = self.case.corrections[-1]
        known = self.case.notice_of(f"correction-{request.round}")
        assert known is not None
        assert self.case.terms is not None
        assert self.case.closed_at is not None
        first = workflow.local_day(self.calendar, known.at)
        window = workflow.add_period(self.calendar, first, self.case.terms.correction_window)
        assert window < workflow.local_day(self.calendar, self.case.closed_at)

    @invariant()
    def no_grant_without_reviews(self) -> None:
        """A grant that was not deemed has every review positive, for the submission it grants."""
        decision = self.case.decision
        if decision is None or decision.kind is not DecisionKind.APPROVED:
            return
        for state in self.case.stages:
            if not self.permit_type.stage(state.stage).on_request or state.requested:
                assert state.outcome is StageOutcome.POSITIVE
                assert state.submission == self.case.submission

    @invariant()
    def deemed_only_by_silence(self) -> None:
        """A deemed grant has its evidence: the day it came after the deadline, with the clock running."""
        grant = self.case.deemed_grant
        kind = self.case.decision.kind if self.case.decision else None
        given_up = {DecisionKind.REFUSED, DecisionKind.WITHDRAWN}
        assert (
            (kind in {DecisionKind.DEEMED_GRANTED, *given_up})
            if grant
            else (kind is not DecisionKind.DEEMED_GRANTED)
        )
        if grant is not None:
            assert workflow.local_day(self.calendar, grant.at) > grant.due
            assert self.case.terms is not None
            assert self.case.terms.silence is not SilencePolicy.NONE
            assert self.case.clock.entries[-2].event is not ClockEvent.PAUSED

    @invariant()
    def no_number_without_the_money(self) -> None:
        """No number is taken, and nothing issued, while a part of the frozen fee is outstanding."""
        received = sum(payment.amount.amount for payment in self.case.payments)
        if self.case.state in (ApplicationState.AWAITING_SIGNATURE, ApplicationState.ISSUED):
            assert received == self.fee
        assert received <= self.fee, "more than was due was taken"
        assert all(payment.paid_at <= self.now for payment in self.case.payments)

    @invariant()
    def nobody_goes_around_the_money_or_the_old_permit(self) -> None:
        """In every situation, no matter who tries: no number while money is missing or the old permit has ended."""
        if self.case.state is not ApplicationState.APPROVED:
            return
        paid = sum(payment.amount.amount for payment in self.case.payments) == self.fee
        today = workflow.local_day(self.calendar, self.now)
        ended = self.old is not None and self.old.standing_on(today) in _ENDED
        if paid and not ended:
            return
        for officer in (*self.staff, *_REINFORCEMENTS):
            for actor in (SYSTEM, officer.as_actor()):
                step = partial(self._take_number, officer.as_actor(), actor, "1/2026")
                assert not self._is_possible(step), "a number was taken that must not be"

    @invariant()
    def waiting_for_the_applicant_is_no_silence(self) -> None:
        """While only money is missing the clock is paused; as soon as an officer has work, it runs."""
        in_review = self.case.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
        if not in_review or not self.case.clock.entries:
            return
        paid = sum(payment.amount.amount for payment in self.case.payments) == self.fee
        kinds = {self.permit_type.stage(code).kind for code in self._open()}
        only_money = kinds == {StageKind.PAYMENT} and not paid
        if not workflow.is_deemed_due(self.case, self.calendar, self.now):
            assert self.case.clock.is_running is not only_money

    @invariant()
    def someone_may_take_a_next_step(self) -> None:
        """In every state that is not final someone can continue, if need be one whom the office appoints for it."""
        if self.case.state.is_terminal or self.case.state is ApplicationState.DRAFT:
            return
        assert any(self._is_possible(step) for step in self._next_steps()), self.case.state

    def _is_possible(self, step: Callable[[], Transition]) -> bool:
        try:
            return step().application != self.case
        except WorkflowError:
            return False

    def _next_steps(self) -> Iterator[Callable[[], Transition]]:
        """Yield what moves the case; giving up, and steps that only put something on record, do not count."""
        state = self.case.state
        posts = (*self.staff, *_REINFORCEMENTS)
        actors = [officer.as_actor() for officer in posts]
        if state is ApplicationState.CORRECTION_REQUESTED:
            for actor in actors:
                yield partial(self._recorded, actor)
            later = self.now + timedelta(days=60)
            yield lambda: workflow.lapse(self.case, actor=SYSTEM, now=later, calendar=self.calendar)
            return
        if state is ApplicationState.AWAITING_SIGNATURE:
            yield self._issue
            for actor in actors:
                yield partial(self._cancel, actor)
            return
        if state is ApplicationState.APPROVED:
            for actor in actors:
                yield partial(self._take_number, actor, actor, "1/2026")
                yield partial(self._back, Action.REOPEN, actor)
                yield partial(self._back, Action.ANNUL_DECISION, actor)
            return
        yield lambda: workflow.deem_granted(
            self.case,
            self.permit_type,
            staff=posts,
            actor=SYSTEM,
            now=self.now,
            calendar=self.calendar,
        )
        for stage in self._open():
            yield from self._stage_steps(stage, actors)
        yield lambda: workflow.assign_open_stages(
            self.case, self.permit_type, staff=posts, actor=SYSTEM, now=self.now, random=_random(1)
        )

    def _stage_steps(self, stage: str, actors: list[Actor]) -> Iterator[Callable[[], Transition]]:
        state = self.case.stage_state(stage)
        mine = [actor for actor in actors if state is not None and actor.id == state.assignee]
        rule_ = self.permit_type.stage(stage)
        today = workflow.local_day(self.calendar, self.now)
        for actor in mine:
            if rule_.kind is StageKind.APPROVAL:
                yield partial(self._approve, actor)
                yield partial(self._refuse, actor)
                continue
            for outcome in (StageOutcome.POSITIVE, StageOutcome.NEGATIVE):
                minutes = make_minutes(today, actor.id, favourable=outcome is StageOutcome.POSITIVE)
                yield partial(
                    workflow.decide_stage,
                    self.case,
                    self.permit_type,
                    stage,
                    outcome,
                    actor=actor,
                    now=self.now,
                    calendar=self.calendar,
                    reasons=("Tidak sesuai",),
                    letter=make_letter(today),
                    minutes=minutes if rule_.kind is StageKind.SITE_INSPECTION else None,
                )
        if self.permit_type.stage(stage).kind is StageKind.PAYMENT:
            yield self._pay_the_rest

    def _pay_the_rest(self) -> Transition:
        rest = self.fee - sum(payment.amount.amount for payment in self.case.payments)
        payment = Payment(reference="bank-sisa", amount=Rupiah(rest), paid_at=self.now, recorded_by="-")
        return workflow.record_payment(
            self.case, self.permit_type, payment, actor=SYSTEM, now=self.now, calendar=self.calendar
        )

    @invariant()
    def clock_never_runs_backwards(self) -> None:
        """Entries follow each other, it starts once, and on one calendar the days used only grow."""
        entries = self.case.clock.entries
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        assert sum(entry.event is ClockEvent.STARTED for entry in entries) == bool(entries)
        waits = self.case.state is ApplicationState.CORRECTION_REQUESTED or self.case.decision is not None
        assert not (waits and self.case.clock.is_running)
        used = workflow.consumed_days(self.case, self.calendar, self.now)
        assert used >= 0
        if self.calendar.version == self.version:
            assert used >= self.consumed
        self.consumed, self.version = used, self.calendar.version

    @invariant()
    def nobody_holds_separated_duties(self) -> None:
        """Anyone who worked on the case had one duty only, was not a party, and nothing the type keeps apart."""
        parties = {one.id for one in self.staff if OWNER.id in one.public_accounts}
        for stage, account in self.workers:
            assert account not in parties
            for other, colleague in self.workers:
                if account == colleague:
                    assert not self._apart(stage, other), (stage, other, account)

    @invariant()
    def applicants_do_not_choose_their_judges(self) -> None:
        """Whom the applicant names changes nothing about who may take a stage."""
        unnamed = attrs.evolve(self.case, representative=None)
        for stage in self._open():
            assert workflow.eligible_officers(
                unnamed, self.permit_type, stage, self.staff
            ) == workflow.eligible_officers(self.case, self.permit_type, stage, self.staff)

    @invariant()
    def every_submission_has_its_receipt(self) -> None:
        """The first one and each correction; nothing else adds or takes one away."""
        assert len(self.case.receipts) == self.case.submission

    @invariant()
    def what_people_wrote_can_be_read_and_signed(self) -> None:
        """Texts are NFC and hold nothing that no one sees; names are one line; form data keep their bounds."""
        applicant, form = self.case.applicant, self.case.form
        assert applicant.name == applicant.name.strip()
        assert len(applicant.name.splitlines()) == 1
        for text in (applicant.name, *form, *(item for item in form.values() if isinstance(item, str))):
            assert unicodedata.is_normalized("NFC", text)
            assert not [*refused_characters(text)]
        assert len(form) <= MAX_VALUES
        assert canonical_json(form)

    @invariant()
    def jumps_were_asked_for(self) -> None:
        """Each jump of the queue has its officer's own request before it, and someone else who allowed it."""
        asked = [(item.stage, item.officer, item.at) for item in self.case.jump_requests]
        for override in self.case.overrides:
            kind, _, stage = override.rule.partition(":")
            if kind == "queue_jump":
                assert override.requested_by != override.approved_by
                assert any(
                    (stage, override.requested_by) == (where, who) and at <= override.at
                    for where, who, at in asked
                )

    @invariant()
    def events_tell_the_same_story(self) -> None:
        """The log alone leads to the same state, stages, people and rounds as the case."""
        told = workflow.replay(self.events)
        assert told.state is self.case.state
        assert told.submission == self.case.submission
        assert told.corrections == len(self.case.corrections)
        assert told.complete is bool(self.case.clock.entries)
        assert told.permit == self.case.permit_id
        for state in self.case.stages:
            assert told.stage_status(state.stage) is state.status
            assert told.outcomes.get(state.stage) is state.outcome
            assert told.assignees.get(state.stage) == state.assignee

    @invariant()
    def buttons_tell_the_truth(self) -> None:
        """A page offers judging a stage to exactly one person: its officer."""
        for actor in self.actors:
            for item in workflow.allowed_actions(self.case, self.permit_type, actor):
                if item.stage is not None and item.action is Action.DECIDE_STAGE:
                    state = self.case.stage_state(item.stage)
                    assert state is not None
                    assert (state.status, state.assignee) == (StageStatus.OPEN, actor.id)

    # Help

    def _codes(self) -> list[str]:
        return [state.stage for state in self.case.stages]

    def _open(self) -> list[str]:
        return [state.stage for state in self.case.stages if state.status is StageStatus.OPEN]

    def _actor_for(self, data: st.DataObject, stage: str, *, right: bool) -> Actor:
        state = self.case.stage_state(stage)
        mine = [actor for actor in self.actors if state and actor.id == state.assignee]
        return mine[0] if right and mine else data.draw(st.sampled_from(self.actors))

    def _apart(self, one: str, other: str) -> bool:
        if one == other:
            return False
        duties = [self._duty(one), self._duty(other)]
        if None not in duties and duties[0] != duties[1]:
            return True
        return other in self._named(one) or one in self._named(other)

    def _duty(self, stage: str) -> str | None:
        return "signs" if stage == "signature" else _DUTY.get(self.permit_type.stage(stage).kind)

    def _named(self, stage: str) -> tuple[str, ...]:
        return () if stage == "signature" else self.permit_type.stage(stage).separated_from

"""
Three months in the demonstration's city, day by day, through the use cases alone.

Whatever happens has its moment in one list: people apply, officers take what waits for them in the order of its
receipt, the head signs, the worker makes its round in the morning. The clock moves from one moment to the next. What
becomes of an application is drawn when it is made; how long it takes follows from how busy the officers are.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from itertools import count
from random import Random

import attrs

from perizinan_core._demo._city_extras import COMPLAINTS, Complaint, answers, keep_upload
from perizinan_core._demo._city_papers import Papers
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._people import HOST
from perizinan_core._demo._plan import Fate, Wish
from perizinan_core._demo._wishes import applicant_for, form_for
from perizinan_core.bootstrap import Office
from perizinan_core.errors.services import DecidedByOthersError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import (
    CorrectionItem,
    InspectionMinutes,
    StageOutcome,
    StageState,
    StageStatus,
    WaitingFor,
)
from perizinan_core.model._fees import Payment
from perizinan_core.model._permit import Permit
from perizinan_core.model._stage import StageKind
from perizinan_core.workflow._fee import amount_outstanding

__all__ = ["Days", "Share"]


_EXPECTED = frozenset({"queue-jump"})
"""Refusals that the story takes as they come: an earlier case has to be taken first."""

_REFUSAL = "Lokasi tidak sesuai dengan ketentuan lalu lintas dan ketertiban."
_USUALLY_BUSY, _LAGGING = 0.45, 0.95
"""How often an officer has no time when there is a moment to look at what waits."""

_AT_ONCE = 6
"""Cases that an officer takes in one go."""

_HEAD_AWAY = 0.25
"""How often the head does not come to sign on a day."""

_ANSWERS = 0.45
"""How many of those who received a permit answer the survey."""

_PASSES = (time(8, 20), time(10, 40), time(13, 30), time(15, 10))
"""When officers look at what waits."""


def _alone() -> None:
    """Wait for no one."""


@attrs.frozen(kw_only=True)
class Share:
    """Which part of the city's work this is, where two processes share it."""

    leads: bool = True
    """Whether complaints and everything that belongs to no kind of permit are played here."""

    is_shared: bool = False
    meet: Callable[[], object] = _alone
    """Waits until the other one is as far."""


@attrs.define
class Days:
    """The days of one city, or of some of its kinds of permits."""

    office: Office
    clock: StoryClock
    chance: Random
    progress: Callable[[int], None]
    """Called with how many applications were made."""

    share: Share = Share()
    _papers: Papers = attrs.field(factory=Papers, init=False)
    _staff: Mapping[str, Actor] = attrs.field(factory=dict, init=False)
    _fates: dict[str, Fate] = attrs.field(factory=dict, init=False)
    _owners: dict[str, Actor] = attrs.field(factory=dict, init=False)
    _desks: dict[str, set[str]] = attrs.field(factory=dict, init=False)
    """What lies before each officer who has been given something, as the cases were last seen."""

    _moments: list[tuple[datetime, int, Callable[[], None]]] = attrs.field(factory=list, init=False)
    _order: Iterator[int] = attrs.field(factory=count, init=False)
    _approved: dict[str, list[str]] = attrs.field(factory=dict, init=False)
    """Cases that wait for each signatory."""

    _known: dict[str, Application] = attrs.field(factory=dict, init=False)
    """Cases as they were last seen."""

    _permits: list[Permit] = attrs.field(factory=list, init=False)
    _waiting: set[str] = attrs.field(factory=set, init=False)
    """Cases that wait for an outside system."""

    _made: int = attrs.field(default=0, init=False)

    def run(self, planned: tuple[Wish, ...]) -> None:
        """Let the days pass until the end of the clock."""
        self._staff = {one.id: one.as_actor() for one in self.office.reviews.officers(actor=HOST)}
        for wish in planned:
            self.at(wish.at, partial(self._apply, wish))
        zone = self.office.authority.calendar.time_zone
        day = zone.local(self.clock.moment).date()
        while day <= zone.local(self.clock.limit).date():
            if self.office.authority.calendar.is_working_day(day):
                self._plan_day(day)
            day += timedelta(days=1)
        if self.share.leads:
            self._plan_complaints()
        while self._moments and self._moments[0][0] <= self.clock.limit:
            moment, _, act = heapq.heappop(self._moments)
            self.clock.moment = max(self.clock.moment, moment)
            act()
        self.clock.moment = self.clock.limit

    def keep_one(self, owner: Actor) -> None:
        """Leave a draft whose signed paper the counter has to look at."""
        permit = next(iter(self._permits), None)
        if permit is None:
            return
        with self.office.permits.open_pdf(permit.id, actor=self._owners[permit.application_id]) as file:
            signed = file.read()
        old = self._case(permit.application_id)
        case = self.office.applications.start(
            old.permit_type, applicant=old.applicant, actor=owner, form=old.form
        )
        keep_upload(self.office, case.id, "permohonan", signed, owner)

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._moments, (moment, next(self._order), act))

    def after(self, act: Callable[[], None], **amount: float) -> None:
        """Let something happen later, by a ``timedelta``'s arguments."""
        self.at(self.clock.moment + timedelta(**amount), act)

    def _plan_day(self, day: date) -> None:
        zone = self.office.authority.calendar.time_zone
        self.at(zone.at(day, time(7, 35)), self._morning)
        for turn in _PASSES:
            self.at(zone.at(day, turn), self._work)
        self.at(zone.at(day, time(14, 30)), self._sign)

    def _plan_complaints(self) -> None:
        span = self.clock.limit - self.clock.moment
        for turn, complaint in enumerate(COMPLAINTS, start=1):
            at = self.clock.moment + span * turn / (len(COMPLAINTS) + 1)
            self.at(at, partial(self._complain, complaint))

    def _morning(self) -> None:
        """Let the worker do what is due: on Mondays everything, on other days what cannot wait."""
        worker, share = self.office.worker, self.share
        share.meet()
        if not share.leads:
            worker.deliver()
        elif self._today().weekday() == 0:
            worker.run_once()
        else:
            worker.watch()
            if not share.is_shared:
                worker.deliver()
        share.meet()

    # Applicants.

    def _apply(self, wish: Wish) -> None:
        today = self._today()
        case = self.office.applications.start(
            wish.permit_type,
            applicant=applicant_for(wish.permit_type, wish.citizen),
            actor=wish.owner,
            form=form_for(wish.permit_type, wish.citizen, today, self.chance),
        )
        self._fates[case.id], self._owners[case.id] = wish.fate, wish.owner
        self._made += 1
        self.progress(self._made)
        slots = [
            view for view in self.office.applications.slots(case.id, actor=wish.owner) if view.terms.min_files
        ]
        if wish.fate is Fate.DRAFT:
            slots = slots[:2]
        for view in slots:
            self._upload(case.id, view.terms.key, view.requirement.label.id)
        if wish.fate is Fate.DRAFT:
            return
        self.clock.forward(minutes=self.chance.randint(2, 9))
        self.office.applications.submit(case.id, actor=wish.owner)
        if wish.fate is Fate.WITHDRAWN:
            self.after(lambda: self._withdraw(case.id), days=self.chance.randint(1, 2), hours=3)
        self._note(self._case(case.id))

    def _upload(self, case: str, slot: str, label: str, *, replaces: str | None = None) -> None:
        content, name = self._papers.for_slot(slot, label)
        self.clock.forward(seconds=50)
        self.office.applications.upload(
            case, slot, BytesIO(content), file_name=name, actor=self._owners[case], replaces=replaces
        )

    def _withdraw(self, case: str) -> None:
        now = self._case(case)
        if not now.state.is_terminal and now.state is not ApplicationState.APPROVED:
            self._known[case] = self.office.applications.withdraw(
                case, reason="Kegiatan dibatalkan oleh panitia.", actor=self._owners[case]
            )

    def _correct(self, case: str) -> None:
        now = self.office.applications.get(case, actor=self._owners[case])
        if now.state is not ApplicationState.CORRECTION_REQUESTED:
            return
        wanted = {item.target for item in now.corrections[-1].items}
        labels = {
            view.terms.key: view.requirement.label.id
            for view in self.office.applications.slots(case, actor=self._owners[case])
        }
        for paper in now.current_documents():
            if paper.slot in wanted:
                self._upload(case, paper.slot, labels[paper.slot], replaces=paper.id)
        self.clock.forward(minutes=3)
        self.office.applications.submit(case, actor=self._owners[case], idempotency_key=f"{case}-perbaikan")
        self._fates[case] = Fate.GRANTED
        self._note(self._case(case))

    # Officers.

    def _work(self) -> None:
        """Let every officer take the first of what waits."""
        for officer in sorted(self._desks):
            if self.chance.random() < self._busy(officer) or not self._desks[officer]:
                continue
            begun = self.clock.moment
            for entry in self.office.reviews.queue(actor=self._staff[officer], limit=_AT_ONCE):
                if entry.opened_at >= begun:
                    break
                self._act(officer, entry.application, entry.stage)

    def _busy(self, officer: str) -> float:
        """Return how often an officer has no time to look: two posts lag behind, one in the second month, one now."""
        left = (self.clock.limit - self.clock.moment).days
        lags = officer.startswith("dishub") and left in range(36, 55)
        return _LAGGING if lags or (officer == "dinkes-telaah" and left in range(12)) else _USUALLY_BUSY

    def _act(self, officer: str, case: str, stage: str) -> None:
        now = self._known.get(case)
        if now is None:
            return
        state = now.stage_state(stage)
        if (
            case in self._waiting
            or state is None
            or state.status is not StageStatus.OPEN
            or state.assignee != officer
            or not _in_work(now)
        ):
            return
        self.clock.forward(minutes=self.chance.randint(2, 6))
        try:
            judged = self._judge(self._staff[officer], now, state)
        except DecidedByOthersError:
            # Time was up meanwhile, and the law decided.
            judged = self._case(case)
        except WorkflowError as error:
            if error.code not in _EXPECTED:
                raise
            judged = self._case(case)
        self._note(judged)

    def _judge(self, officer: Actor, case: Application, state: StageState) -> Application:
        reviews, fate = self.office.reviews, self._fates[case.id]
        kind = (
            self.office.catalogue.version(case.permit_type, case.permit_type_version).stage(state.stage).kind
        )
        if kind is StageKind.APPROVAL:
            if fate is Fate.REFUSED:
                return reviews.refuse(case.id, reasons=(_REFUSAL,), actor=officer)
            return reviews.approve(case.id, actor=officer)
        if kind is StageKind.TECHNICAL_RECOMMENDATION and fate is Fate.REFUSED:
            return reviews.decide(
                case.id, state.stage, StageOutcome.NEGATIVE, reasons=(_REFUSAL,), actor=officer
            )
        if kind is StageKind.VERIFICATION and fate is Fate.WAITED:
            return self._wait(officer, case, state.stage)
        if kind is StageKind.COMPLETENESS_CHECK and fate in (Fate.CORRECTED, Fate.LAPSED):
            return self._ask(officer, case, state.stage)
        minutes = None
        if kind is StageKind.SITE_INSPECTION:
            minutes = InspectionMinutes(
                day=self._today(),
                inspectors=(officer.id,),
                findings="Lokasi sesuai denah dan foto yang diunggah.",
                favourable=True,
            )
        if kind is StageKind.PAYMENT and amount_outstanding(case):
            payment = Payment(
                reference=f"STS-{case.receipt_number}",
                amount=amount_outstanding(case),
                paid_at=self.clock(),
                recorded_by=officer.id,
            )
            reviews.record_payment(case.id, payment, actor=officer)
        return reviews.decide(case.id, state.stage, StageOutcome.POSITIVE, actor=officer, minutes=minutes)

    def _ask(self, officer: Actor, case: Application, stage: str) -> Application:
        paper = self.chance.choice([one.slot for one in case.current_documents()])
        items = (
            CorrectionItem(
                target=paper, reason="Pindaian kurang jelas; tulisan di bagian bawah tidak terbaca."
            ),
        )
        asked = self.office.reviews.request_correction(case.id, stage, items, actor=officer)
        if self._fates[case.id] is Fate.CORRECTED:
            days, hours = self.chance.randint(0, 6), self.chance.randint(2, 9)
            self.after(lambda: self._correct(case.id), days=days, hours=hours)
        return asked

    def _wait(self, officer: Actor, case: Application, stage: str) -> Application:
        """Note that an outside system does not answer; most of the time it does after some days."""
        waiting = self.office.reviews.begin_wait(
            case.id,
            party=WaitingFor.SYSTEM,
            name="Sistem pajak daerah" if case.permit_type == "reklame" else "OSS",
            reason="Sistem tidak menjawab sejak pagi; data belum dapat dicocokkan.",
            actor=officer,
            stage=stage,
        )
        self._fates[case.id] = Fate.GRANTED
        self._waiting.add(case.id)
        number = waiting.waits[-1].number
        self.after(lambda: self._answered(case.id, number, officer), days=self.chance.randint(2, 9))
        return waiting

    def _answered(self, case: str, number: int, officer: Actor) -> None:
        self._waiting.discard(case)
        self._note(self.office.reviews.end_wait(case, number, actor=officer))

    def _sign(self) -> None:
        for signer, waiting in self._approved.items():
            if not waiting or self.chance.random() < _HEAD_AWAY:
                continue
            self.clock.forward(minutes=2)
            for outcome in self.office.permits.issue_many(tuple(waiting), actor=self._staff[signer]):
                if outcome.permit is not None:
                    self._signed(outcome.permit, self._staff[signer])
            waiting.clear()

    def _signed(self, permit: Permit, signer: Actor) -> None:
        """Let those who received a permit answer the survey, and revoke a few of the permits."""
        case = permit.application_id
        self._permits.append(permit)
        if self.chance.random() < _ANSWERS:
            values, owner = answers(self.chance), self._owners[case]
            days = self.chance.randint(1, 6)
            self.after(lambda: self.office.surveys.answer(case, values, actor=owner), days=days)
        if self._fates[case] is Fate.REVOKED:
            self.after(lambda: self._revoke(permit.id, signer), days=self.chance.randint(6, 20))

    def _revoke(self, permit: str, signer: Actor) -> None:
        self.office.permits.revoke(
            permit,
            reason="Lokasi dipakai di luar waktu yang diizinkan, setelah dua kali teguran.",
            legal_basis="Ketentuan izin ini tentang pelanggaran",
            actor=signer,
        )

    # Everyone.

    def _complain(self, complaint: Complaint) -> None:
        filed = self.office.complaints.file(complaint.kind, complaint.text, name=None)
        if not complaint.answer:
            return
        supervisor, holder = self._staff["supervisor"], self._staff["loket-2"]
        page = self.office.complaints.list(actor=supervisor)
        found = next(item for item in page.items if item.number == filed.number)
        self.after(lambda: self._answer(found.id, complaint.answer, supervisor, holder), days=2)

    def _answer(self, complaint: str, text: str, supervisor: Actor, holder: Actor) -> None:
        self.office.complaints.assign(complaint, holder.id, actor=supervisor)
        self.office.complaints.answer(complaint, text, actor=holder)

    def _note(self, now: Application) -> None:
        """Put what waits now on the desks of those it waits for."""
        self._known[now.id] = now
        for desk in self._desks.values():
            desk.discard(now.id)
        if now.state is ApplicationState.APPROVED:
            signer = "kadinkes" if now.permit_type == "rekomendasi-sip-nakes" else "kadis"
            self._approved.setdefault(signer, []).append(now.id)
        for state in now.stages:
            if state.status is StageStatus.OPEN and state.assignee and state.opened_at:
                self._desks.setdefault(state.assignee, set()).add(now.id)

    def _case(self, case: str) -> Application:
        return self.office.applications.get(case, actor=HOST)

    def _today(self) -> date:
        return self.office.authority.calendar.time_zone.local(self.clock()).date()


def _in_work(case: Application) -> bool:
    return case.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)

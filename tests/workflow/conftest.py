"""A desk at which tests play through a case step by step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from perizinan_core.model._actor import Actor, Officer, Role
from perizinan_core.model._application import Application
from perizinan_core.model._case import CorrectionItem, StageOutcome
from perizinan_core.model._events import Event
from perizinan_core.model._fees import Payment
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_applicant,
    make_authority,
    make_calendar,
    make_document,
    make_officer,
    make_permit,
    make_permit_type,
    make_stage,
    make_terms,
)
from perizinan_core.workflow import _functions as workflow

WIB = ZoneInfo("Asia/Jakarta")

STAFF: tuple[Officer, ...] = (
    make_officer("depan", Role.FRONT_OFFICE),
    make_officer("belakang", Role.BACK_OFFICE),
    make_officer("teknis", Role.TECHNICAL_TEAM),
    make_officer("pengawas", Role.INSPECTOR),
    make_officer("kasir", Role.CASHIER),
    make_officer("kasi", Role.SECTION_HEAD),
    make_officer("kepala", Role.OFFICE_HEAD, position="kepala-dinas"),
    make_officer("penandatangan", Role.SIGNATORY, position="kepala-dinas"),
    make_officer("supervisor", Role.SUPERVISOR),
)


class Desk:
    """One case, the people around it, and the clock on the wall."""

    def __init__(self) -> None:
        self.permit_type = make_permit_type(
            make_stage("lengkap", StageKind.COMPLETENESS_CHECK),
            make_stage("verifikasi", after=("lengkap",)),
            make_stage("keputusan", StageKind.APPROVAL, after=("verifikasi",)),
        )
        self.calendar = make_calendar()
        self.staff = STAFF
        # A Monday morning.
        self.now = datetime(2026, 3, 2, 9, tzinfo=WIB)
        self.case: Application
        self.events: list[Event] = []

    def has_stages(self, *stages: Any, **changes: Any) -> Desk:
        """Give the permit type other stages."""
        self.permit_type = make_permit_type(*stages, **changes)
        return self

    def has_type(self, permit_type: PermitType) -> Desk:
        """Use another permit type."""
        self.permit_type = permit_type
        return self

    def who(self, account: str) -> Actor:
        """Return somebody by account."""
        return next(officer.as_actor() for officer in self.staff if officer.id == account)

    def take(self, moved: workflow.Transition) -> Application:
        """Keep what a step returned."""
        self.case = moved.application
        self.events.extend(moved.events)
        return self.case

    def wait(self, **span: float) -> Desk:
        """Let time pass."""
        self.now += timedelta(**span)
        return self

    def draft(self, **changes: Any) -> Application:
        """Begin a draft."""
        given = {
            "id": "permohonan-1",
            "authority": "kota-contoh",
            "kind": ApplicationKind.NEW,
            "applicant": make_applicant(),
            "actor": OWNER,
            "now": self.now,
            "calendar": self.calendar,
            **changes,
        }
        return self.take(workflow.start_draft(self.permit_type, **given))

    def upload(self, name: str = "dok-1", slot: str = "ktp", **changes: Any) -> Application:
        """Upload a document."""
        document = make_document(name, slot, **changes)
        return self.take(
            workflow.add_document(
                self.case,
                self.permit_type,
                document,
                slots=make_terms(self.permit_type).slots,
                actor=OWNER,
                now=self.now,
            )
        )

    def submit(self, terms: Any = None, **changes: Any) -> Application:
        """Hand the draft in."""
        given = {
            "receipt_number": "1/2026",
            "actor": OWNER,
            "now": self.now,
            "calendar": self.calendar,
            **changes,
        }
        return self.take(
            workflow.submit(self.case, self.permit_type, terms or make_terms(self.permit_type), **given)
        )

    def submitted(self, terms: Any = None) -> Application:
        """Play up to the submission, with every stage assigned."""
        self.draft()
        self.upload()
        self.submit(terms)
        return self.assign()

    def assign(self, **changes: Any) -> Application:
        """Assign every open stage."""
        given = {"staff": self.staff, "actor": SYSTEM, "now": self.now, **changes}
        return self.take(workflow.assign_open_stages(self.case, self.permit_type, **given))

    def decide(
        self, stage: str, outcome: StageOutcome = StageOutcome.POSITIVE, **changes: Any
    ) -> Application:
        """Let the stage's officer judge it, and assign what opens."""
        state = self.case.stage_state(stage)
        given = {"now": self.now, "calendar": self.calendar, **changes}
        if "actor" not in given:
            given["actor"] = self.who(str(state.assignee if state else None))
        self.take(workflow.decide_stage(self.case, self.permit_type, stage, outcome, **given))
        return self.assign() if "keputusan" != stage else self.case

    def pay(self, reference: str, amount: int, **changes: Any) -> Application:
        """Record money that the official account received."""
        paid_at = changes.pop("paid_at", self.now)
        payment = Payment(reference=reference, amount=Rupiah(amount), paid_at=paid_at, recorded_by="-")
        given = {"actor": SYSTEM, "now": self.now, "calendar": self.calendar, **changes}
        return self.take(workflow.record_payment(self.case, self.permit_type, payment, **given))

    def correct(self, stage: str, *items: CorrectionItem, **changes: Any) -> Application:
        """Ask for a correction."""
        state = self.case.stage_state(stage)
        given = {
            "actor": self.who(str(state.assignee if state else None)),
            "now": self.now,
            "calendar": self.calendar,
            **changes,
        }
        asked = items or (CorrectionItem(target="ktp", reason="Tidak terbaca"),)
        return self.take(workflow.request_correction(self.case, self.permit_type, stage, asked, **given))

    def told(self) -> Application:
        """Let a channel accept what the applicant has to be notified of."""
        return self.take(
            workflow.give_notice(
                self.case,
                of=None,
                means=NoticeMeans.CHANNEL,
                by="mail",
                actor=SYSTEM,
                now=self.now,
                calendar=self.calendar,
            )
        )

    def resubmit(self, **changes: Any) -> Application:
        """Hand the correction in."""
        given = {
            "staff": self.staff,
            "actor": OWNER,
            "now": self.now,
            "calendar": self.calendar,
            **changes,
        }
        self.take(workflow.resubmit(self.case, self.permit_type, **given))
        return self.assign()

    def answer(self) -> Application:
        """Replace the identity card, as the correction asks."""
        current = next(item for item in self.case.current_documents() if item.slot == "ktp")
        return self.take(
            workflow.replace_document(
                self.case,
                self.permit_type,
                current.id,
                make_document(f"dok-{len(self.case.documents) + 1}"),
                slots=make_terms(self.permit_type).slots,
                actor=OWNER,
                now=self.now,
            )
        )

    def corrected(self, stage: str) -> Application:
        """Play one round of correction."""
        self.correct(stage)
        self.answer()
        return self.resubmit()

    def approve(self, **changes: Any) -> Application:
        """Let the approver approve."""
        actor = changes.pop("actor", None) or self.who("kepala")
        given = {"actor": actor, "now": self.now, "calendar": self.calendar, **changes}
        return self.take(workflow.approve(self.case, self.permit_type, **given))

    def refuse(self, **changes: Any) -> Application:
        """Let the approver refuse."""
        given = {
            "reasons": ("Tidak sesuai rencana tata ruang",),
            "objection_to": "Kepala DPMPTSP Kota Contoh",
            "actor": self.who("kepala"),
            "now": self.now,
            "calendar": self.calendar,
            **changes,
        }
        return self.take(workflow.refuse(self.case, self.permit_type, **given))

    def approved(self) -> Application:
        """Play up to the approval."""
        self.submitted()
        self.decide("lengkap")
        self.decide("verifikasi")
        return self.approve()

    def take_number(self, **changes: Any) -> Application:
        """Bind a number and a signer."""
        given = {
            "permit_id": "izin-1",
            "number": "1/2026",
            "signer": changes.pop("signer", None) or self.who("penandatangan"),
            "position": "kepala-dinas",
            "authority": make_authority(self.calendar),
            "actor": SYSTEM,
            "now": self.now,
            **changes,
        }
        return self.take(workflow.to_awaiting_signature(self.case, self.permit_type, **given))

    def issued(self) -> Any:
        """Play to the end and return the permit."""
        self.approved()
        self.take_number()
        signed = workflow.put_in_force(make_permit(), signed_sha256="1" * 64, actor=SYSTEM, now=self.now)
        self.take(
            workflow.issued(self.case, signed.permit, actor=SYSTEM, now=self.now, calendar=self.calendar)
        )
        return signed.permit


@pytest.fixture
def desk() -> Desk:
    """A desk with a permit type of three stages in a row."""
    return Desk()

"""Made-up applications, permits and people for tests of storage. No one here exists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from typing import Any

from perizinan_core.model._actor import Account, Officer, Role
from perizinan_core.model._applicant import Address, Organisation, Person, Representative
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._batch import Batch, BatchItem, BatchKind
from perizinan_core.model._case import StageState, StageStatus, SubmittedDocument
from perizinan_core.model._complaint import (
    Complaint,
    ComplaintEntry,
    ComplaintKind,
    ComplaintState,
    ComplaintStep,
)
from perizinan_core.model._contact import ChannelConsent, ConsentStep, ConsentWay
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._figures import Figure
from perizinan_core.model._held import HeldFinding, HeldReason, HeldUpload
from perizinan_core.model._identifiers import Nib, Nik, Npwp, PhoneNumber
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit import Permit
from perizinan_core.model._survey import SurveyAnswer, SurveyElement

__all__ = [
    "EMAIL",
    "NAME",
    "NIB",
    "NIK",
    "NOW",
    "NPWP",
    "PHONE",
    "WIB",
    "made_application",
    "made_batch",
    "made_batch_item",
    "made_complaint",
    "made_consent",
    "made_document",
    "made_event",
    "made_figure",
    "made_held_upload",
    "made_officer",
    "made_organisation",
    "made_payment",
    "made_permit",
    "made_person",
    "made_survey_answer",
    "new_id",
    "open_stage",
]

WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesian Time."""

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=WIB)
NIK = "3572014507900003"
NPWP = "3572014507900003"
NIB = "9120001234567"
PHONE = "+6281234567890"
EMAIL = "Pemohon.Contoh@example.id"
NAME = "Sri Wahyuningrum Uji"

_ids = count(1)


def new_id() -> str:
    """Return an id of UUIDv7 form; later ones sort after earlier ones."""
    number = next(_ids)
    return f"0199{number >> 16:04x}-{number & 0xFFFF:04x}-7000-8000-000000000000"


def made_person(**changes: Any) -> Person:
    """Return a person with every field filled."""
    fields: dict[str, Any] = {
        "name": NAME,
        "nik": Nik(NIK),
        "birth_place": "Kota Contoh",
        "birth_date": date(1990, 7, 5),
        "address": Address(street="Jalan Percobaan 17", neighbourhood="002/005"),
        "phone": PhoneNumber(PHONE),
        "email": EMAIL,
    }
    return Person(**{**fields, **changes})


def made_organisation(**changes: Any) -> Organisation:
    """Return a business with a responsible person."""
    fields: dict[str, Any] = {
        "name": "CV Contoh Bersama",
        "kind": ApplicantKind.BUSINESS,
        "nib": Nib(NIB),
        "npwp": Npwp.parse(NPWP),
        "responsible": made_person(),
    }
    return Organisation(**{**fields, **changes})


def made_document(**changes: Any) -> SubmittedDocument:
    """Return a file in a slot."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "slot": "identity-card",
        "file_name": f"KTP {NAME}.pdf",
        "sha256": "ab" * 32,
        "size": 12_345,
        "content_type": "application/pdf",
        "uploaded_at": NOW,
        "uploaded_by": Account.public("pemohon-1"),
        "submission": 1,
    }
    return SubmittedDocument(**{**fields, **changes})


def made_held_upload(**changes: Any) -> HeldUpload:
    """Return a file that an inspection ``v1`` failed on."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "slot": "identity-card",
        "file_name": f"KTP {NAME}.pdf",
        "sha256": "ef" * 32,
        "size": 12_345,
        "held_at": NOW,
        "uploaded_by": Account.public("pemohon-1"),
        "reason": HeldReason.INSPECTION_FAILED,
        "findings": (
            HeldFinding(code="inspection-failed", severity="hold", sentence="-", fields={"n": [1, "a"]}),
        ),
        "inspected_with": "v1",
        "inspected_at": NOW,
    }
    return HeldUpload(**{**fields, **changes})


def open_stage(stage: str, *, assignee: str | None = None, opened_at: datetime = NOW) -> StageState:
    """Return a stage that waits for an officer's work."""
    return StageState(stage=stage, status=StageStatus.OPEN, assignee=assignee, opened_at=opened_at)


def made_payment(reference: str, amount: int = 150_000) -> Payment:
    """Return a payment of so many rupiah."""
    return Payment(reference=reference, amount=Rupiah(amount), paid_at=NOW, recorded_by="kasir-1")


def made_application(**changes: Any) -> Application:
    """Return a submitted application of a person, with a form and a file."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "authority": "kota-contoh",
        "permit_type": "street-use",
        "permit_type_version": "2026.1",
        "kind": ApplicationKind.NEW,
        "owner": Account.public("pemohon-1"),
        "applicant": made_person(),
        "representative": Representative(person=made_person(name="Wakil Uji", nik=None, phone=None)),
        "form": {"street": "Jalan Percobaan", "days": 2, "nama_ibu": NAME, "areas": [{"m2": 12.5}]},
        "documents": (made_document(),),
        "state": ApplicationState.SUBMITTED,
        "submission": 1,
        "created_at": NOW,
        "submitted_at": NOW,
    }
    return Application(**{**fields, **changes})


def made_permit(application: Application, **changes: Any) -> Permit:
    """Return a permit with number taken and signature outstanding."""
    sequence = changes.get("sequence", 1)
    fields: dict[str, Any] = {
        "id": new_id(),
        "authority": "kota-contoh",
        "number": f"503/{sequence:04}/2026",
        "register": "permits",
        "register_year": 2026,
        "sequence": sequence,
        "permit_type": application.permit_type,
        "permit_type_version": application.permit_type_version,
        "application_id": application.id,
        "holder": NAME,
        "object": "Penutupan Jalan Percobaan",
        "issued_on": date(2026, 11, 25),
        "valid_from": date(2026, 11, 25),
        "valid_until": date(2027, 11, 24),
        "position": "head",
        "delegation": "head-2026",
        "unsigned_sha256": "cd" * 32,
        "status_index": sequence,
    }
    return Permit(**{**fields, **changes})


def made_officer(id: str, **changes: Any) -> Officer:
    """Return an officer of the back office."""
    fields: dict[str, Any] = {
        "name": f"Petugas {id}",
        "roles": frozenset({Role.BACK_OFFICE}),
        "units": frozenset({"dpmptsp"}),
    }
    return Officer(id=id, **{**fields, **changes})


def made_event(subject: str, kind: EventKind = EventKind.APPLICATION_SUBMITTED, **data: Any) -> Event:
    """Return an event of now."""
    return Event(kind=kind, subject=subject, at=NOW.astimezone(UTC), actor="public:pemohon-1", data=data)


def made_figure(**changes: Any) -> Figure:
    """Return the figure of a case that was issued in time."""
    fields: dict[str, Any] = {
        "permit_type": "street-use",
        "closed_day": date(2026, 11, 25),
        "outcome": ApplicationState.ISSUED,
        "days": 3,
        "on_time": True,
    }
    return Figure(**{**fields, **changes})


def made_batch(**changes: Any) -> Batch:
    """Return a batch that has permits verified."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "kind": BatchKind.VERIFY,
        "account": "officer:auditor",
        "begun_at": NOW.astimezone(UTC),
    }
    return Batch(**{**fields, **changes})


def made_batch_item(batch: str, **changes: Any) -> BatchItem:
    """Return a record of a batch."""
    return BatchItem(**{"batch": batch, "place": 1, "subject": "p-1", **changes})


def made_consent(**changes: Any) -> ChannelConsent:
    """Return a consent to messages by phone."""
    fields: dict[str, Any] = {
        "step": ConsentStep.GIVEN,
        "channel": "wa",
        "service": "WhatsApp",
        "phone": PHONE,
        "text": "Saya setuju",
        "version": "1",
        "way": ConsentWay.ACCOUNT,
        "at": NOW.astimezone(UTC),
        "by": "public:sekar",
    }
    return ChannelConsent(**{**fields, **changes})


def made_survey_answer(**changes: Any) -> SurveyAnswer:
    """Return the answers of someone who found everything good."""
    fields: dict[str, Any] = {
        "permit_type": "street-use",
        "day": date(2026, 11, 25),
        "values": dict.fromkeys(SurveyElement, 3),
    }
    return SurveyAnswer(**{**fields, **changes})


def made_complaint(**changes: Any) -> Complaint:
    """Return a complaint that was just filed."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "number": f"ADU-2026-{next(_ids):06}",
        "kind": ComplaintKind.SERVICE,
        "state": ComplaintState.RECEIVED,
        "name": NAME,
        "email": EMAIL,
        "received_at": NOW.astimezone(UTC),
        "due": date(2026, 12, 15),
        "entries": (ComplaintEntry(step=ComplaintStep.FILED, at=NOW.astimezone(UTC), by="", message="Lama"),),
        "digest": "ab" * 32,
    }
    return Complaint(**{**fields, **changes})

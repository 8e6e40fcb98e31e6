"""
Use cases: what people and programs do with an office. `perizinan_core.Office` hands them out.

Each class is one group: `Applications` (the applicant's side), `Reviews` (the office's side, and its staff),
`Permits` and `Issuance` (the permit), `Lists` (what an office looks through), `Tracking` (following a case by its
receipt number), `Publication` and `StatusLists` (what verifiers need), `Worker` (what
happens by itself), `HeldUploads` (files that are kept without a verdict), `Confirmations` (values
that the catalogue assumes). An `Office` makes them; how they
are constructed is not public.
"""

from perizinan_core.model._figures import PeriodLength
from perizinan_core.services._acknowledgements import Acknowledgement
from perizinan_core.services._applications import Applications
from perizinan_core.services._audit import Audit, AuditEntry
from perizinan_core.services._audit_export import AuditTable, DecidedStep
from perizinan_core.services._audit_flags import OfficerTimes
from perizinan_core.services._banners import Banner, Banners
from perizinan_core.services._batch_rules import BatchOffer
from perizinan_core.services._batches import Batches, BatchView
from perizinan_core.services._billing import AwaitedMoney, Billing
from perizinan_core.services._bindings import CertificateBinding
from perizinan_core.services._calendar_years import (
    CalendarPreview,
    CalendarYear,
    CalendarYears,
    MovedDay,
    RecordedYear,
)
from perizinan_core.services._case_messages import CaseMessage
from perizinan_core.services._clocks import ClockRepair, ClockWatch
from perizinan_core.services._complaints import ComplaintDays, Complaints, ComplaintView, FiledComplaint
from perizinan_core.services._confirmations import AssumedState, Confirmation, Confirmations, Confirmed
from perizinan_core.services._consent_book import CaseConsent, ConsentOffer
from perizinan_core.services._consumers import Consumers, ConsumerState, ReplayDone
from perizinan_core.services._contacts import Contacts
from perizinan_core.services._context_parts import ApplicantCheck, OfficeKeys, SignerSource
from perizinan_core.services._continuation import Continuation
from perizinan_core.services._correction_view import CorrectionView, ItemKind, ItemView
from perizinan_core.services._counter import Counter
from perizinan_core.services._deliveries import DeliveryState, MessageDelivery
from perizinan_core.services._disclosure import Count, Share
from perizinan_core.services._draft_cases import DraftPreview
from perizinan_core.services._hand_over import HandedOver, HeldStage
from perizinan_core.services._held_uploads import HeldUploads, HeldUploadView
from perizinan_core.services._host_messages import HostMessages
from perizinan_core.services._in_place import CatalogueInPlace
from perizinan_core.services._incoming import Incoming, Receiver
from perizinan_core.services._incoming_states import IncomingState, IncomingUpload
from perizinan_core.services._issuance import SYSTEM, Issuance
from perizinan_core.services._lists import CaseCounts, Lists
from perizinan_core.services._long_term import LongTerm
from perizinan_core.services._names import Named
from perizinan_core.services._outgoing import Outgoing, OutgoingContact, OutgoingCounts, OutgoingItem
from perizinan_core.services._outlook import PermitOutlook, SuccessorOption
from perizinan_core.services._oversight import (
    AgeClass,
    Attention,
    EndingSoon,
    Oversight,
    OversightReport,
    StepLoad,
)
from perizinan_core.services._periods import FigurePeriod
from perizinan_core.services._permits import IssueOutcome, Permits, RecordsStatus, SearchResult
from perizinan_core.services._previews import LetterPreview, Letters
from perizinan_core.services._publication import Publication
from perizinan_core.services._readings import CaseReading, ReadingOf
from perizinan_core.services._recovery import Recovered
from perizinan_core.services._renewal import Renewal, RenewalOutcome
from perizinan_core.services._reviews import Reviews, UnnotifiedCase
from perizinan_core.services._schemas import PostedDecision, Schemas
from perizinan_core.services._slot_views import SlotView
from perizinan_core.services._staff import AccessAct
from perizinan_core.services._standing import CaseStanding
from perizinan_core.services._status_list import StatusListRules, StatusLists
from perizinan_core.services._summaries import (
    CaseSummary,
    OpenStage,
    PermitSummary,
    RegisterLine,
    WaitingLetter,
)
from perizinan_core.services._surveys import Satisfaction, SurveyQuestion, Surveys
from perizinan_core.services._taking import TakenCase
from perizinan_core.services._tracking import Tracking, TrackingAnswer, TrackingStep, TrackingWait
from perizinan_core.services._transparency import (
    Backlog,
    Spread,
    StepTimes,
    Transparency,
    TransparencyReport,
    TypeFigures,
)
from perizinan_core.services._used_numbers import LostNumber, UsedNumber
from perizinan_core.services._versions import CataloguePreview, LostVersion, TypeChange, TypeVersion, Versions
from perizinan_core.services._work import Job, WorkDone, WorkFailure
from perizinan_core.services._worker import Worker

__all__ = [
    "SYSTEM",
    "AccessAct",
    "Acknowledgement",
    "AgeClass",
    "ApplicantCheck",
    "Applications",
    "AssumedState",
    "Attention",
    "Audit",
    "AuditEntry",
    "AuditTable",
    "AwaitedMoney",
    "Backlog",
    "Banner",
    "Banners",
    "BatchOffer",
    "BatchView",
    "Batches",
    "Billing",
    "CalendarPreview",
    "CalendarYear",
    "CalendarYears",
    "CaseConsent",
    "CaseCounts",
    "CaseMessage",
    "CaseReading",
    "CaseStanding",
    "CaseSummary",
    "CatalogueInPlace",
    "CataloguePreview",
    "CertificateBinding",
    "ClockRepair",
    "ClockWatch",
    "ComplaintDays",
    "ComplaintView",
    "Complaints",
    "Confirmation",
    "Confirmations",
    "Confirmed",
    "ConsentOffer",
    "ConsumerState",
    "Consumers",
    "Contacts",
    "Continuation",
    "CorrectionView",
    "Count",
    "Counter",
    "DecidedStep",
    "DeliveryState",
    "DraftPreview",
    "EndingSoon",
    "FigurePeriod",
    "FiledComplaint",
    "HandedOver",
    "HeldStage",
    "HeldUploadView",
    "HeldUploads",
    "HostMessages",
    "Incoming",
    "IncomingState",
    "IncomingUpload",
    "Issuance",
    "IssueOutcome",
    "ItemKind",
    "ItemView",
    "Job",
    "LetterPreview",
    "Letters",
    "Lists",
    "LongTerm",
    "LostNumber",
    "LostVersion",
    "MessageDelivery",
    "MovedDay",
    "Named",
    "OfficeKeys",
    "OfficerTimes",
    "OpenStage",
    "Outgoing",
    "OutgoingContact",
    "OutgoingCounts",
    "OutgoingItem",
    "Oversight",
    "OversightReport",
    "PeriodLength",
    "PermitOutlook",
    "PermitSummary",
    "Permits",
    "PostedDecision",
    "Publication",
    "ReadingOf",
    "Receiver",
    "RecordedYear",
    "RecordsStatus",
    "Recovered",
    "RegisterLine",
    "Renewal",
    "RenewalOutcome",
    "ReplayDone",
    "Reviews",
    "Satisfaction",
    "Schemas",
    "SearchResult",
    "Share",
    "SignerSource",
    "SlotView",
    "Spread",
    "StatusListRules",
    "StatusLists",
    "StepLoad",
    "StepTimes",
    "SuccessorOption",
    "SurveyQuestion",
    "Surveys",
    "TakenCase",
    "Tracking",
    "TrackingAnswer",
    "TrackingStep",
    "TrackingWait",
    "Transparency",
    "TransparencyReport",
    "TypeChange",
    "TypeFigures",
    "TypeVersion",
    "UnnotifiedCase",
    "UsedNumber",
    "Versions",
    "WaitingLetter",
    "WorkDone",
    "WorkFailure",
    "Worker",
]

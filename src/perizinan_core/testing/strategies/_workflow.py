"""
Applications, stages, staff and calendars for tests of the workflow, by hand and by hypothesis.

The ``make_…`` functions return one valid value each, which keyword arguments bend; the strategies draw
random ones. No one in them is a real person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from perizinan_core.model._actor import Account, Actor, ActorKind, Officer, Role
from perizinan_core.model._applicant import Person
from perizinan_core.model._application import FrozenTerms, SlotTerms
from perizinan_core.model._authority import Authority, Delegation, DelegationKind, Letterhead
from perizinan_core.model._calendar import (
    DayHours,
    Holiday,
    HolidayKind,
    IndonesianTimeZone,
    OfficeHours,
    TimeSpan,
    Weekday,
    WorkingCalendar,
)
from perizinan_core.model._case import InspectionMinutes, OfficialLetter, SubmittedDocument
from perizinan_core.model._fees import FeeAssessment, FeeKind
from perizinan_core.model._identifiers import Nik, RegionCode
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind, PermitKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import Requirement, RequirementLevel
from perizinan_core.model._stage import Assignment, SilencePolicy, Stage, StageKind, TimeLimit
from perizinan_core.model._text import DateRange, Period, PeriodUnit, Source, Text

__all__ = [
    "HOST",
    "OWNER",
    "SYSTEM",
    "UNIT",
    "as_actors",
    "make_applicant",
    "make_authority",
    "make_calendar",
    "make_document",
    "make_letter",
    "make_minutes",
    "make_officer",
    "make_permit",
    "make_permit_type",
    "make_stage",
    "make_terms",
    "office_calendars",
    "permit_types",
    "staffs",
    "working_days",
]

UNIT = "dpmptsp"
"""Code of the unit in which everyone works unless a test says otherwise."""

OWNER = Actor(id="akun-pemohon", kind=ActorKind.APPLICANT, name="Pemohon")
SYSTEM = Actor(id="sistem", kind=ActorKind.SYSTEM)
HOST = Actor(id="portal", kind=ActorKind.HOST)

_SOURCE = Source("made up for tests")
_ROLE_OF = {
    StageKind.COMPLETENESS_CHECK: Role.FRONT_OFFICE,
    StageKind.VERIFICATION: Role.BACK_OFFICE,
    StageKind.TECHNICAL_RECOMMENDATION: Role.TECHNICAL_TEAM,
    StageKind.SITE_INSPECTION: Role.INSPECTOR,
    StageKind.PAYMENT: Role.CASHIER,
    StageKind.INITIAL: Role.SECTION_HEAD,
    StageKind.APPROVAL: Role.OFFICE_HEAD,
}
_FIRST_DAY = date(2026, 1, 1)
_LAST_DAY = date(2029, 12, 31)


def working_days(count: int) -> Period:
    """Return a period of working days."""
    return Period(count, PeriodUnit.WORKING_DAYS)


def make_calendar(version: str = "2026.1", days_off: Iterable[date] = (), **changes: Any) -> WorkingCalendar:
    """Return a calendar of 2026 to 2029: Monday to Friday, 07:30 to 16:00 WIB, holidays on ``days_off``."""
    weekdays = tuple(Weekday)[:5]
    pause = TimeSpan(time(12), time(13))
    hours = OfficeHours(tuple(DayHours(day, time(7, 30), time(16), (pause,)) for day in weekdays))
    return WorkingCalendar(
        **{
            "code": "kota-contoh",
            "version": version,
            "covers_from": _FIRST_DAY,
            "covers_to": _LAST_DAY,
            "time_zone": IndonesianTimeZone.WIB,
            "workdays": frozenset(weekdays),
            "hours": hours,
            "holidays": tuple(Holiday(day, "Libur", HolidayKind.NATIONAL, _SOURCE) for day in days_off),
            "late_filing_counts_next_day": True,
            **changes,
        }
    )


def make_stage(code: str, kind: StageKind = StageKind.VERIFICATION, **changes: Any) -> Stage:
    """Return a stage of `UNIT` whose role fits its kind."""
    return Stage(
        **{
            "code": code,
            "label": Text(code),
            "kind": kind,
            "unit": UNIT,
            "role": _ROLE_OF[kind].value,
            "source": _SOURCE,
            **changes,
        }
    )


def make_permit_type(*stages: Stage, **changes: Any) -> PermitType:
    """Return a permit type with one required document (``ktp``) and a form of two fields."""
    return PermitType(
        **{
            "code": "izin-contoh",
            "version": "2026.1",
            "name": Text("Izin contoh"),
            "kind": PermitKind.PERMIT,
            "sector": "contoh",
            "summary": Text("Izin untuk pengujian"),
            "in_force": DateRange(_FIRST_DAY),
            "complete": True,
            "applicant_kinds": frozenset(ApplicantKind),
            "application_kinds": frozenset(ApplicationKind),
            "form_schema": {"type": "object", "properties": {"area": {}, "purpose": {}}},
            "requirements": (Requirement(code="ktp", label=Text("KTP"), source=_SOURCE),),
            "stages": stages,
            "time_limit": TimeLimit(
                limit=working_days(5), correction_window=working_days(10), source=_SOURCE
            ),
            "responsible_unit": UNIT,
            "source": _SOURCE,
            **changes,
        }
    )


def make_terms(permit_type: PermitType, **changes: Any) -> FrozenTerms:
    """Return the terms that a catalogue would freeze: every requirement and stage applies, no fee."""
    slots = tuple(
        SlotTerms(
            requirement=item.code,
            level=item.level,
            min_files=item.min_files,
            max_files=item.max_files,
            alternative_group=item.alternative_group,
        )
        for item in permit_type.requirements
    )
    limit = permit_type.time_limit
    return FrozenTerms(
        **{
            "slots": slots,
            "stages": tuple(stage.code for stage in permit_type.stages),
            "time_limit": limit.limit if limit else working_days(5),
            "silence": limit.silence if limit else SilencePolicy.NONE,
            "issue_within": limit.issue_within if limit else None,
            "max_correction_rounds": limit.max_correction_rounds if limit else 2,
            "correction_window": limit.correction_window if limit else working_days(10),
            "fee": FeeAssessment(kind=FeeKind.FREE, total=Rupiah(0), assessed_on=_FIRST_DAY),
            **changes,
        }
    )


def make_applicant(**changes: Any) -> Person:
    """Return a person with a made-up NIK."""
    return Person(**{"name": "Pemohon Contoh", "nik": Nik("3572014107900001"), **changes})


def make_document(id: str = "dok-1", slot: str = "ktp", **changes: Any) -> SubmittedDocument:
    """Return a document for a slot; who, when and for which submission is set by the workflow."""
    return SubmittedDocument(
        **{
            "id": id,
            "slot": slot,
            "file_name": "ktp.pdf",
            "sha256": "0" * 64,
            "size": 1000,
            "content_type": "application/pdf",
            "uploaded_at": datetime(2026, 1, 1, tzinfo=UTC),
            "uploaded_by": Account.public("-"),
            "submission": 1,
            **changes,
        }
    )


def make_officer(id: str, *roles: Role, **changes: Any) -> Officer:
    """Return an active officer of `UNIT`."""
    return Officer(
        **{"id": id, "name": id.title(), "roles": frozenset(roles), "units": frozenset({UNIT}), **changes}
    )


def make_authority(calendar: WorkingCalendar | None = None, **changes: Any) -> Authority:
    """Return an authority in which the position ``kepala-dinas`` may sign everything."""
    delegation = Delegation(
        code="perwali-1",
        position="kepala-dinas",
        kind=DelegationKind.DELEGATION,
        permit_types=frozenset({"*"}),
        valid=DateRange(_FIRST_DAY),
        source=_SOURCE,
    )
    head = Letterhead(government=Text("PEMERINTAH KOTA CONTOH"), unit=UNIT, city="Contoh", source=_SOURCE)
    return Authority(
        **{
            "slug": "kota-contoh",
            "name": Text("Kota Contoh"),
            "region": RegionCode("35.72"),
            "letterhead": head,
            "units": (),
            "positions": (),
            "delegations": (delegation,),
            "registers": (),
            "receipt_register": "tanda-terima",
            "calendar": calendar or make_calendar(),
            "verification_url": "https://contoh.example/periksa",
            "legal_footer": Text("Contoh"),
            **changes,
        }
    )


def make_permit(**changes: Any) -> Permit:
    """Return a permit whose number is taken and that is not signed yet."""
    return Permit(
        **{
            "id": "izin-1",
            "authority": "kota-contoh",
            "number": "1/2026",
            "register": "izin",
            "register_year": 2026,
            "sequence": 1,
            "permit_type": "izin-contoh",
            "permit_type_version": "2026.1",
            "application_id": "permohonan-1",
            "holder": "Pemohon Contoh",
            "object": "Contoh",
            "issued_on": date(2026, 3, 2),
            "valid_from": date(2026, 3, 2),
            "position": "kepala-dinas",
            "delegation": "perwali-1",
            "unsigned_sha256": "0" * 64,
            "status_index": 0,
            **changes,
        }
    )


def make_letter(day: date, **changes: Any) -> OfficialLetter:
    """Return a numbered letter of `UNIT`."""
    return OfficialLetter(**{"number": "440/0001/2026", "day": day, "issued_by": UNIT, **changes})


def make_minutes(day: date, *inspectors: str, favourable: bool = True, **changes: Any) -> InspectionMinutes:
    """Return minutes of an inspection."""
    return InspectionMinutes(
        **{
            "day": day,
            "inspectors": inspectors,
            "findings": "Sesuai denah",
            "favourable": favourable,
            **changes,
        }
    )


@st.composite
def office_calendars(draw: st.DrawFn, version: str = "1") -> WorkingCalendar:
    """Draw calendars with holidays here and there, of offices that count late filings either way."""
    offsets = draw(st.sets(st.integers(0, 400), max_size=25))
    return make_calendar(
        version,
        sorted(_FIRST_DAY + timedelta(days=offset) for offset in offsets),
        late_filing_counts_next_day=draw(st.booleans()),
        time_zone=draw(st.sampled_from(IndonesianTimeZone)),
    )


@st.composite
def permit_types(draw: st.DrawFn) -> PermitType:
    """
    Draw permit types with random stage graphs.

    A completeness check or none, up to five stages in any order or side by side, some of them on request
    or kept separate from another, then the approval.
    """
    stages: list[Stage] = []
    if draw(st.booleans()):
        stages.append(make_stage("kelengkapan", StageKind.COMPLETENESS_CHECK))
    middle = [kind for kind in StageKind if kind not in (StageKind.COMPLETENESS_CHECK, StageKind.APPROVAL)]
    for number in range(draw(st.integers(0, 5))):
        stages.append(_middle_stage(draw, f"tahap-{number}", draw(st.sampled_from(middle)), stages))
    approval = make_stage(
        "keputusan",
        StageKind.APPROVAL,
        may_refuse=draw(st.booleans()),
        assignment=draw(st.sampled_from(Assignment)),
    )
    return make_permit_type(
        *draw(st.permutations([*stages, approval])),
        requirements=(
            Requirement(code="ktp", label=Text("KTP"), max_files=2, source=_SOURCE),
            Requirement(code="denah", label=Text("Denah"), level=RequirementLevel.IF_NEEDED, source=_SOURCE),
        ),
        time_limit=TimeLimit(
            limit=draw(
                st.builds(
                    Period,
                    st.integers(1, 10),
                    st.sampled_from(
                        (
                            PeriodUnit.WORKING_DAYS,
                            PeriodUnit.WORKING_DAYS,
                            PeriodUnit.DAYS,
                            PeriodUnit.HOURS,
                            PeriodUnit.MONTHS,
                        )
                    ),
                )
            ),
            silence=draw(st.sampled_from(SilencePolicy)),
            max_correction_rounds=draw(st.integers(0, 3)),
            correction_window=working_days(draw(st.integers(1, 5))),
            source=_SOURCE,
        ),
    )


def _middle_stage(draw: st.DrawFn, code: str, kind: StageKind, before: list[Stage]) -> Stage:
    codes = [stage.code for stage in before]
    named = st.lists(st.sampled_from(codes), unique=True, max_size=2).map(tuple) if codes else st.just(())
    return make_stage(
        code,
        kind,
        after=draw(named),
        separated_from=draw(named) if draw(st.integers(0, 3)) == 0 else (),
        on_request=draw(st.integers(0, 3)) == 0,
        may_request_correction=draw(st.integers(0, 3)) > 0,
        may_refuse=draw(st.booleans()),
        assignment=draw(st.sampled_from(Assignment)),
        letter_register="rekomendasi" if kind is StageKind.TECHNICAL_RECOMMENDATION else None,
    )


@st.composite
def staffs(draw: st.DrawFn) -> tuple[Officer, ...]:
    """Draw an office: someone for every duty, and a few people with several roles."""
    number = 0
    staff: list[Officer] = []
    for role in (*_ROLE_OF.values(), Role.SIGNATORY, Role.SUPERVISOR):
        for _ in range(draw(st.integers(1, 2))):
            staff.append(make_officer(f"petugas-{number}", role, position=_position(role)))
            number += 1
    several = st.sets(st.sampled_from((*_ROLE_OF.values(), Role.SIGNATORY)), min_size=2, max_size=4)
    for roles in draw(st.lists(several, max_size=3)):
        staff.append(make_officer(f"petugas-{number}", *roles, position="kepala-dinas"))
        number += 1
    if draw(st.integers(0, 3)) == 0:
        # A colleague who applies in this very case with a public account of their own.
        role = draw(st.sampled_from(tuple(_ROLE_OF.values())))
        own = frozenset({OWNER.id})
        staff.append(make_officer(f"petugas-{number}", role, Role.SIGNATORY, public_accounts=own))
    return tuple(staff)


def _position(role: Role) -> str | None:
    return "kepala-dinas" if role is Role.SIGNATORY else None


def as_actors(staff: Iterable[Officer]) -> tuple[Actor, ...]:
    """Return the officers as they act, with the applicant, the system and the host application."""
    return (*(officer.as_actor() for officer in staff), OWNER, SYSTEM, HOST)

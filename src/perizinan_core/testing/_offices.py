"""
A whole office in memory, with a made-up local government: for tests of plugins and of host applications.

::

    kit = sample_office()
    case = kit.submit("warung")
    kit.review(case.id)
    permit = kit.issue(case.id)

Records and documents live in memory, letters are really rendered and really signed (P-256 key of a
synthetic CA), uploads are really inspected, and the clock stands until it is moved. Any part can be replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.bootstrap import Office, OfficeSettings, PublicationSettings, Settings, load_plugins
from perizinan_core.bootstrap._publication import status_list_rules
from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.bootstrap._tables import open_tables
from perizinan_core.catalogue import Catalogue, load_catalogue
from perizinan_core.documents import DocumentStore, InMemoryDocumentStore, UploadScanner
from perizinan_core.hooks._consumers import EventConsumer
from perizinan_core.hooks._notification import NotificationChannel
from perizinan_core.hooks._types import AuthorityPack, EventConsumerEntry
from perizinan_core.i18n import DEFAULT_LANGUAGE
from perizinan_core.model._actor import Account, Actor, ActorKind, Officer, Role
from perizinan_core.model._applicant import Address, Applicant, Person
from perizinan_core.model._application import Application
from perizinan_core.model._case import InspectionMinutes, StageOutcome, StageStatus
from perizinan_core.model._fees import Payment
from perizinan_core.model._identifiers import Nik, PhoneNumber
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import StageKind
from perizinan_core.rendering import Renderer, TypstRenderer
from perizinan_core.services import Publication, StatusLists
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._context_parts import ApplicantCheck, OfficeKeys
from perizinan_core.services._inspection_version import inspection_version
from perizinan_core.services._targets import OpenConsumer, subscriptions
from perizinan_core.signing import Signer
from perizinan_core.signing.ltv import TimestampPolicy
from perizinan_core.storage import Storage
from perizinan_core.storage.memory import MemoryStorage
from perizinan_core.testing._fakes import CollectingChannel, FakeSigners, SettableClock, small_png
from perizinan_core.workflow._fee import amount_outstanding

__all__ = [
    "APPLICANT",
    "FORMS",
    "HOST",
    "MORNING",
    "OfficeKit",
    "sample_applicant",
    "sample_ca",
    "sample_office",
    "sample_pack",
    "sample_staff",
    "staff_for",
]

SAMPLE = Path(__file__).parent / "sample_authority"
"""Folder of the made-up local government's catalogue."""

MORNING = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Jakarta"))
"""A Monday; the clock of a new sample office."""

HOST = Actor(id="portal", kind=ActorKind.HOST)
"""The operator of the sample office."""

APPLICANT = Actor(id="pemohon", kind=ActorKind.APPLICANT)
"""An applicant with an account of the sample office."""

FORMS: Mapping[str, Mapping[str, Any]] = {
    "warung": {"lokasi": "Jalan Kenanga", "di_rumah": False},
    "acara": {"lokasi": "Jalan Melati", "luas": 120},
}
"""Form data that each permit type of the sample accepts."""


@lru_cache(maxsize=1)
def sample_pack() -> AuthorityPack:
    """Return the made-up local government with its two permit types, ``warung`` and ``acara``."""
    catalogue = load_catalogue(SAMPLE)
    if catalogue.authority is None:
        raise ValueError("the sample has no authority.yaml")
    return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)


@lru_cache(maxsize=1)
def sample_ca() -> SyntheticCA:
    """Return the CA of the sample offices of this process, which are judged as real ones are."""
    return SyntheticCA.create(
        datetime(2025, 1, 1, tzinfo=ZoneInfo("UTC")), name="Contoh", unit="CONTOH / SAMPLE"
    )


@lru_cache(maxsize=8)
def sample_signer(position: str) -> Signer:
    """Return a P-256 signer for a position; the same one for the whole process."""
    begin = datetime(2025, 1, 1, tzinfo=ZoneInfo("UTC"))
    until = datetime(2029, 1, 1, tzinfo=ZoneInfo("UTC"))
    return sample_ca().issue(position, now=begin, kind="p-256", valid=(begin, until)).signer()


def staff_for(pack: AuthorityPack) -> tuple[Officer, ...]:
    """
    Return made-up staff for an authority: one officer for each duty of each unit, one for each position, a keeper.

    Ids are ``UNIT-ROLE`` for those who work on cases, the code of the position for those who sign, and
    ``administrator``.
    """
    duties = {
        (stage.unit, stage.role) for item in pack.catalogue.types() if item.complete for stage in item.stages
    }
    workers = [
        Officer(
            id=f"{unit}-{role}",
            name=f"Petugas {unit}",
            roles=frozenset({Role(role)}),
            units=frozenset({unit}),
        )
        for unit, role in sorted(duties)
    ]
    signers = [
        Officer(
            id=item.code,
            name=item.title.id,
            roles=frozenset({Role.SIGNATORY}),
            units=frozenset({item.unit}),
            position=item.code,
        )
        for item in pack.authority.positions
    ]
    keeper = Officer(
        id="administrator",
        name="Admin",
        roles=frozenset({Role.ADMINISTRATOR}),
        units=frozenset({pack.authority.units[0].code}),
    )
    return keeper, *workers, *signers


def sample_applicant(**changes: Any) -> Person:
    """Return a person who does not exist (serial 0000 is given to no one), changed by keyword."""
    person = Person(
        name="Sekar Contohwati",
        nik=Nik.parse("3572015208900000"),
        birth_place="Contoh",
        address=Address(street="Jalan Rahasia 7", village="Contoh", district="Contoh", regency="Contoh"),
        phone=PhoneNumber.parse("081200000000"),
        email="sekar@surat.example",
    )
    return attrs.evolve(person, **changes)


def sample_application(
    permit_type: str = "warung", *, form: Mapping[str, Any] | None = None, **changes: Any
) -> Application:
    """Return a draft of the sample applicant for a permit type of `sample_pack`, changed by keyword."""
    application = Application(
        id=f"sample-{permit_type}",
        authority=sample_pack().authority.slug,
        permit_type=permit_type,
        permit_type_version=sample_permit_type(permit_type).version,
        kind=ApplicationKind.NEW,
        owner=Account.public(APPLICANT.id),
        applicant=sample_applicant(),
        form=form or {},
        created_at=MORNING,
    )
    return attrs.evolve(application, **changes)


def sample_permit_type(code: str = "warung") -> PermitType:
    """Return a permit type of `sample_pack`, as it is at `MORNING`."""
    return sample_pack().catalogue.find(code, on=MORNING.date())


def sample_staff() -> tuple[Officer, ...]:
    """Return officers for every stage of the sample's permit types: two at the counter, one elsewhere."""
    here = frozenset({"dinas-izin"})
    roads = frozenset({"dinas-jalan"})
    posts: tuple[tuple[str, Role, frozenset[str], str | None], ...] = (
        ("loket-1", Role.FRONT_OFFICE, here, None),
        ("loket-2", Role.FRONT_OFFICE, here, None),
        ("telaah-1", Role.BACK_OFFICE, here, None),
        ("telaah-2", Role.BACK_OFFICE, here, None),
        ("teknis", Role.TECHNICAL_TEAM, roads, None),
        ("pengawas", Role.INSPECTOR, here, None),
        ("kasir", Role.CASHIER, here, None),
        ("kasi", Role.SECTION_HEAD, here, None),
        ("pimpinan", Role.OFFICE_HEAD, here, "kepala"),
        ("kepala", Role.SIGNATORY, here, "kepala"),
        ("supervisor", Role.SUPERVISOR, here, None),
        ("auditor", Role.AUDITOR, here, None),
        ("admin", Role.ADMINISTRATOR, here, None),
    )
    return tuple(
        Officer(id=name, name=f"Petugas {name}", roles=frozenset({role}), units=units, position=position)
        for name, role, units, position in posts
    )


def sample_office(
    *,
    clock: SettableClock | None = None,
    pack: AuthorityPack | None = None,
    storage: Storage | None = None,
    documents: DocumentStore | None = None,
    renderer: Renderer | None = None,
    signers: Mapping[str, Signer] | None = None,
    roots: Iterable[x509.Certificate] = (),
    checks: ApplicantCheck | None = None,
    scanners: Iterable[UploadScanner] = (),
    channels: Mapping[str, NotificationChannel] | None = None,
    consumers: Iterable[tuple[EventConsumerEntry, EventConsumer]] = (),
    plugins: Mapping[str, object] | None = None,
    staff: Iterable[Officer] | None = None,
    keys: OfficeKeys | None = None,
    publication: PublicationSettings | None = None,
    random: Random | None = None,
    timestamps: TimestampPolicy | None = None,
    inspection: str | None = None,
    development: bool = False,
    language: str = DEFAULT_LANGUAGE,
    **parts: Any,
) -> OfficeKit:
    """
    Open an office whose parts are in memory unless they are given.

    Args:
        clock: The office's clock; stands at `MORNING` by default.
        pack: The local government; `sample_pack` by default.
        storage: Records, already migrated and possibly full.
        documents: Documents.
        renderer: Letters; Typst by default.
        signers: Signers by position; one for ``kepala`` by default.
        roots: Root certificates; those of `sample_ca` by default.
        checks: Checks of applicants; those of ``plugins`` by default.
        scanners: Upload scanners after the built-in inspection.
        channels: Notification channels by name; one `CollectingChannel` named ``mail`` by default.
        consumers: Event consumers, each with the record that a plugin would offer.
        plugins: Plugin objects by name; installed plugins are left out.
        staff: Officers to be put on record; `sample_staff` by default, none when ``storage`` holds some.
        keys: The keys for QR codes, the authority document and the status list.
        publication: Where the status list goes; nowhere by default.
        random: Source of draws; seeded by default.
        timestamps: What permits get of timestamps and long-term data; see `testing._pki_server`.
        inspection: Version of the inspection of uploads; that of the installed one by default.
        development: Take applications though the catalogue's assumed values are not confirmed.
        language: Of letters, and of messages to those who chose none.
        parts: Further parts of the office by their names in its context, e.g. ``payment_providers``.
    """
    chosen = pack or sample_pack()
    clock = clock or SettableClock(MORNING)
    mail = CollectingChannel()
    manager = load_plugins(discover=False, extra=plugins)
    used = channels if channels is not None else {"mail": mail}
    listening = tuple(
        OpenConsumer(name=entry.name, consumer=consumer, kinds=entry.kinds, time_limit=entry.time_limit)
        for entry, consumer in consumers
    )
    settings = Settings(
        office=OfficeSettings(authority=chosen.authority.slug),
        publication=publication or PublicationSettings(),
    )
    rules = status_list_rules(settings, chosen.authority)
    context = OfficeContext(
        authority=chosen.authority,
        catalogue=chosen.catalogue,
        storage=storage or MemoryStorage(zone=chosen.authority.calendar.time_zone.zone),
        documents=documents or InMemoryDocumentStore(),
        renderer=renderer or TypstRenderer(templates=chosen.templates, assets=chosen.assets),
        signers=FakeSigners(dict(signers if signers is not None else {"kepala": sample_signer("kepala")})),
        checks=checks or manager,
        keys=keys or OfficeKeys(document=_key("document"), qr=_key("qr"), status=_key("status")),
        clock=clock,
        random=random or Random(1),  # noqa: S311 - tests want the same draws each time
        scanners=tuple(scanners),
        timestamps=timestamps,
        inspection=inspection or inspection_version(),
        development=development,
        language=language,
        subscriptions=subscriptions(used, listening, status_list=rules is not None),
        **parts,
    )
    office = Office(
        context,
        publication=Publication(
            context,
            tuple(roots) or (sample_ca().root.certificate,),
            status_lists=StatusLists(context, rules),
        ),
        plugins=manager,
        settings=settings,
        channels=tuple(used.items()),
        consumers=listening,
        tables=open_tables(context.storage, manager),
    )
    kit = OfficeKit(office=office, context=context, clock=clock, mail=mail)
    known = {officer.id for officer in office.reviews.officers(actor=HOST)}
    if staff is None and not known:
        staff = sample_staff()
    for officer in staff or ():
        kit.hire(officer)
    kit.confirm_staff()
    return kit


@lru_cache(maxsize=4)
def _key(purpose: str) -> ec.EllipticCurvePrivateKey:
    del purpose
    return ec.generate_private_key(ec.SECP256R1())


@attrs.define
class OfficeKit:
    """An office with its clock and mail, and the usual steps in one call each."""

    office: Office
    _context: OfficeContext = attrs.field(repr=False)
    clock: SettableClock
    mail: CollectingChannel
    _seeds: Any = attrs.field(factory=count, repr=False, init=False)

    @property
    def catalogue(self) -> Catalogue:
        """The office's catalogue."""
        return self.office.catalogue

    def officer(self, id: str) -> Actor:
        """Return a member of staff as an actor."""
        staff = {item.id: item for item in self.office.reviews.officers(actor=HOST)}
        return staff[id].as_actor()

    def appoint(self, officer: Officer) -> Actor:
        """Put a member of staff on record, confirmed by the administrator, and return the actor."""
        self.hire(officer)
        self.confirm_staff()
        return self.officer(officer.id)

    def hire(self, officer: Officer) -> None:
        """Put a member of staff on record as the operator does, with the public accounts that they declare."""
        reviews = self.office.reviews
        reviews.add_officer(attrs.evolve(officer, public_accounts=frozenset()), actor=HOST)
        for account in sorted(officer.public_accounts):
            reviews.declare_account(account, actor=self.officer(officer.id))

    def confirm_staff(self) -> None:
        """Let an administrator, if there is one, confirm what the operator proposed."""
        staff = self.office.reviews.officers(actor=HOST)
        keepers = [one for one in staff if one.active and Role.ADMINISTRATOR in one.roles]
        for officer in staff:
            others = [one for one in keepers if one.id != officer.id]
            if officer.proposed is not None and officer.proposed.by == HOST.account and others:
                self.office.reviews.confirm_officer(officer.id, actor=others[0].as_actor())

    def draft(
        self,
        permit_type: str = "warung",
        *,
        actor: Actor = APPLICANT,
        applicant: Applicant | None = None,
        form: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> Application:
        """Begin an application with form data that are right."""
        self.clock.forward(minutes=1)
        return self.office.applications.start(
            permit_type,
            applicant=applicant or sample_applicant(),
            actor=actor,
            form=FORMS.get(permit_type, {}) if form is None else form,
            **given,
        )

    def upload(
        self,
        application_id: str,
        slot: str,
        *,
        actor: Actor = APPLICANT,
        content: bytes | None = None,
        **given: Any,
    ) -> str:
        """Put a small picture into a slot and return the document's id."""
        self.clock.forward(minutes=1)
        document = self.office.applications.upload(
            application_id,
            slot,
            BytesIO(content or small_png(next(self._seeds))),
            file_name=given.pop("file_name", f"{slot}.png"),
            actor=actor,
            **given,
        )
        return document.id

    def fill(self, application_id: str, *, actor: Actor = APPLICANT) -> None:
        """Put a paper into every empty slot that the applicant has to fill."""
        for view in self.office.applications.slots(application_id, actor=actor):
            if not view.documents and view.terms.min_files:
                self.upload(application_id, view.terms.key, actor=actor)

    def submit(
        self,
        permit_type: str = "warung",
        *,
        actor: Actor = APPLICANT,
        idempotency_key: str | None = None,
        **given: Any,
    ) -> Application:
        """Begin an application, fill its slots and hand it in."""
        case = self.draft(permit_type, actor=actor, **given)
        self.fill(case.id, actor=actor)
        return self.hand_in(case.id, actor=actor, idempotency_key=idempotency_key)

    def hand_in(
        self, application_id: str, *, actor: Actor = APPLICANT, idempotency_key: str | None = None
    ) -> Application:
        """Hand an application in and return it."""
        self.clock.forward(minutes=1)
        self.office.applications.submit(application_id, actor=actor, idempotency_key=idempotency_key)
        return self.office.applications.get(application_id, actor=actor)

    def assignee(self, application_id: str, stage: str) -> Actor:
        """Return the officer whom a stage was given to."""
        state = self.office.applications.get(application_id, actor=HOST).stage_state(stage)
        if state is None or state.assignee is None:
            raise LookupError(f"no one was assigned to {stage!r}")
        return self.officer(state.assignee)

    def decide(
        self,
        application_id: str,
        stage: str,
        outcome: StageOutcome = StageOutcome.POSITIVE,
        *,
        actor: Actor | None = None,
        **given: Any,
    ) -> Application:
        """Let the stage's officer judge it."""
        self.clock.forward(minutes=1)
        return self.office.reviews.decide(
            application_id, stage, outcome, actor=actor or self.assignee(application_id, stage), **given
        )

    def review(self, application_id: str, *, until: str | None = None) -> Application:
        """
        Play every open stage to a positive end, the approval included.

        Args:
            application_id: A submitted application.
            until: Stop when this stage is open.
        """
        case = self.office.applications.get(application_id, actor=HOST)
        permit_type = self.catalogue.version(case.permit_type, case.permit_type_version)
        while True:
            open_ = [state.stage for state in case.stages if state.status is StageStatus.OPEN]
            if not open_ or until in open_:
                return case
            case = self._judge(case, permit_type.stage(open_[0]).kind, open_[0])

    def issue(self, application_id: str, *, actor: Actor | None = None, **given: Any) -> Permit:
        """Issue the permit of an approved application."""
        self.clock.forward(minutes=1)
        return self.office.permits.issue(application_id, actor=actor or self.officer("kepala"), **given)

    def permit(self, permit_type: str = "warung", **given: Any) -> Permit:
        """Play the whole way from the draft to the signed permit."""
        case = self.submit(permit_type, **given)
        self.review(case.id)
        return self.issue(case.id)

    def _judge(self, case: Application, kind: StageKind, stage: str) -> Application:
        if kind is StageKind.APPROVAL:
            self.clock.forward(minutes=1)
            return self.office.reviews.approve(case.id, actor=self.assignee(case.id, stage))
        if kind is StageKind.SITE_INSPECTION:
            inspector = self.assignee(case.id, stage)
            minutes = InspectionMinutes(
                day=self._context.local_day(self.clock()),
                inspectors=(inspector.id,),
                findings="sesuai",
                favourable=True,
            )
            return self.decide(case.id, stage, minutes=minutes)
        if kind is StageKind.PAYMENT and amount_outstanding(case):
            payment = Payment(
                reference=f"bayar-{case.receipt_number}-{len(case.payments)}",
                amount=amount_outstanding(case),
                paid_at=self.clock(),
                recorded_by="kasir",
            )
            self.office.reviews.record_payment(case.id, payment, actor=self.assignee(case.id, stage))
        return self.decide(case.id, stage)

"""
A portal and two plugins as somebody outside would write them: the types of the public API, put to use.

`test_user_code.py` lets mypy and pyright check this file at their strictest, and runs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import attrs
from cryptography import x509

from perizinan_core import Actor, ActorKind, Office, PerizinanError, Person, hookimpl, verify_permit
from perizinan_core.bootstrap import (
    OfficeSettings,
    PluginTable,
    Settings,
    SigningSettings,
    load_plugins,
    migrate_database,
)
from perizinan_core.catalogue import Catalogue, load_catalogue
from perizinan_core.documents import Finding, Severity, UploadReport
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.hooks import (
    ApplicantCheckResult,
    AuthorityEntry,
    AuthorityPack,
    DeliveredEvent,
    EventConsumerEntry,
    Notification,
    NotificationChannelEntry,
    PluginContext,
    Secret,
    SendOutcome,
    SignerEntry,
    UploadScannerEntry,
)
from perizinan_core.model import (
    Applicant,
    Application,
    ApplicationState,
    EventKind,
    Nik,
    Officer,
    Permit,
    PermitStatus,
    PermitType,
    Receipt,
    RequirementLevel,
    Role,
    StageOutcome,
)
from perizinan_core.published import (
    AuthorityDocument,
    PermitStatusAnswer,
    StatusSource,
    read_authority_document,
)
from perizinan_core.services import Applications, Permits, Reviews, SlotView, WorkDone
from perizinan_core.signing import DigestSigner, SecretCallback, SignatureAlgorithm, Signer
from perizinan_core.storage import Storage, UnitOfWork
from perizinan_core.verification import Check, Reason, Report, Verdict, Verifier
from perizinan_core.workflow import Action, AllowedAction

SAMPLE = Path(__file__).parents[2] / "examples" / "kabupaten-mekar" / "src" / "kabupaten_mekar" / "data"
HOST = Actor(id="portal", kind=ActorKind.HOST)
CITIZEN = Actor(id="account-17", kind=ActorKind.APPLICANT)
UNITS = frozenset({"dpmptsp"})


@attrs.frozen(kw_only=True)
class PrinterSettings:
    """Its table in the settings file."""

    prefix: str = ""
    password: Secret | None = None


class Printer:
    """A notification channel."""

    def __init__(self, settings: PrinterSettings) -> None:
        self.prefix: str = settings.prefix
        self.sent: list[str] = []

    def send(self, notification: Notification) -> SendOutcome:
        """Keep the subject."""
        self.sent.append(self.prefix + notification.subject)
        return SendOutcome.KEPT


class Suspicious:
    """An upload scanner."""

    name = "suspicious"

    def scan(self, path: Path, report: UploadReport) -> Iterable[Finding]:
        """Refuse what is very small."""
        if path.stat().st_size < 10 and report.sha256:
            yield Finding(code="too-small", severity=Severity.REFUSE, sentence="Too small.")


class Token:
    """A signer that another signer does the work of."""

    def __init__(self, inner: DigestSigner) -> None:
        self._inner = inner

    @property
    def certificate(self) -> x509.Certificate:
        """Its certificate."""
        return self._inner.certificate

    @property
    def chain(self) -> Sequence[x509.Certificate]:
        """What is above it."""
        return self._inner.chain

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """How it signs."""
        return self._inner.algorithm

    def sign(self, data: bytes) -> bytes:
        """Sign."""
        return self._inner.sign(data)


class Plugin:
    """What a plugin author writes."""

    perizinan_api = 1

    def __init__(self) -> None:
        self.heard: list[EventKind] = []
        self.printers: list[Printer] = []

    @hookimpl
    def register_authorities(self) -> Iterable[AuthorityEntry]:
        """Bring an authority."""
        return [AuthorityEntry(slug="kabupaten-mekar", load=self._pack)]

    @hookimpl
    def register_notification_channels(self) -> Iterable[NotificationChannelEntry]:
        """Bring a channel."""
        return [NotificationChannelEntry(name="printer", open=self._printer, settings=PrinterSettings)]

    @hookimpl
    def register_upload_scanners(self) -> Iterable[UploadScannerEntry]:
        """Bring a scanner."""
        return [UploadScannerEntry(name="suspicious", open=Suspicious)]

    @hookimpl
    def register_signers(self) -> Iterable[SignerEntry]:
        """Bring a way to sign."""
        return [SignerEntry(scheme="token", open=_token)]

    @hookimpl
    def decide_applicant_check(self, applicant: Applicant) -> ApplicantCheckResult | None:
        """Know everybody with a name."""
        return ApplicantCheckResult(accepted=bool(applicant.name), verified_by="portal")

    @hookimpl
    def register_event_consumers(self) -> Iterable[EventConsumerEntry]:
        """Want to know what is issued."""
        kinds = frozenset({EventKind.APPLICATION_SUBMITTED, EventKind.PERMIT_ISSUED})
        return [EventConsumerEntry(name="counter", open=lambda: self, kinds=kinds)]

    def consume(self, delivered: DeliveredEvent) -> None:
        """Count."""
        self.heard.append(delivered.event.kind)

    def _pack(self) -> AuthorityPack:
        catalogue: Catalogue = load_catalogue(SAMPLE)
        if catalogue.authority is None:
            raise ValueError(SAMPLE)
        return AuthorityPack(authority=catalogue.authority, catalogue=catalogue)

    def _printer(self, *, context: PluginContext[PrinterSettings]) -> Printer:
        self.printers.append(Printer(context.settings))
        return self.printers[-1]


def _token(*, address: str, secret: SecretCallback) -> Signer:
    raise NotImplementedError(address, secret)


class Register:
    """A status source that a bank could write: everything is in force."""

    def status_of(self, number: str, status_index: int, on: date) -> PermitStatusAnswer | None:
        """Know nothing."""
        del number, status_index, on
        return None


def set_up(folder: Path, plugin: Plugin) -> Settings:
    """Return the settings of a new office."""
    settings = Settings(
        office=OfficeSettings(authority="kabupaten-mekar"),
        signing=SigningSettings(development=True),
        plugins=PluginTable(consumers=("counter",)),
        folder=folder,
    )
    migrate_database(settings, load_plugins(discover=False, extra={"mine": plugin}))
    return settings


def officers() -> dict[str, Officer]:
    """Return the staff."""
    return {
        "clerk": Officer(id="clerk", name="Loket", roles=frozenset({Role.FRONT_OFFICE}), units=UNITS),
        "head": Officer(id="head", name="Bidang", roles=frozenset({Role.OFFICE_HEAD}), units=UNITS),
        "signatory": Officer(
            id="signatory",
            name="Dinas",
            roles=frozenset({Role.SIGNATORY}),
            units=UNITS,
            position="kepala-dinas",
        ),
    }


def apply(applications: Applications, form: Mapping[str, object], picture: bytes) -> Application:
    """Begin and fill an application."""
    person = Person(name="Dewi Contoh", nik=Nik.parse("3572015208900000"), email="dewi@contoh.example")
    case: Application = applications.start("warung", applicant=person, actor=CITIZEN, form=form)
    slots: Sequence[SlotView] = applications.slots(case.id, actor=CITIZEN)
    for slot in slots:
        if slot.terms.level is RequirementLevel.REQUIRED and not slot.documents:
            applications.upload(
                case.id, slot.terms.key, BytesIO(picture), file_name=f"{slot.terms.key}.png", actor=CITIZEN
            )
    return applications.get(case.id, actor=CITIZEN)


def decide(office: Office, case: Application, staff: Mapping[str, Officer]) -> Application:
    """Decide positively."""
    reviews: Reviews = office.reviews
    allowed: Sequence[AllowedAction] = office.applications.actions(case.id, actor=staff["clerk"].as_actor())
    if Action.DECIDE_STAGE not in [item.action for item in allowed]:
        raise ValueError(allowed)
    reviews.decide(case.id, "periksa", StageOutcome.POSITIVE, actor=staff["clerk"].as_actor())
    return reviews.approve(case.id, actor=staff["head"].as_actor())


def issue(permits: Permits, case: Application, signatory: Officer) -> tuple[Permit, bytes]:
    """Issue, and read the signed PDF."""
    permit: Permit = permits.issue(case.id, actor=signatory.as_actor())
    with permits.open_pdf(permit.id, actor=CITIZEN) as file:
        return permit, file.read()


def judge(pdf: bytes, document: bytes, status: StatusSource, at: datetime) -> Report:
    """Verify, in two ways."""
    authority: AuthorityDocument = read_authority_document(document)
    report = verify_permit(pdf, authority=authority, at=at, status=status)
    again = Verifier(authority, status=status).verify(pdf, at=at)
    checks: Sequence[Check] = report.checks
    reasons: Sequence[Reason] = again.reasons
    unknown: StatusSource = Register()
    open_verdict = Verifier(authority, status=unknown).verify(pdf, at=at).verdict
    if report.verdict is not again.verdict or open_verdict is Verdict.VALID or not checks:
        raise ValueError([reason.message("en") for reason in reasons])
    return report


def count(storage: Storage) -> int:
    """Look after the records."""
    with storage.unit_of_work(read_only=True) as work:
        unit: UnitOfWork = work
        return unit.outbox.counts().waiting


def main(folder: Path, picture: bytes) -> Verdict:
    """Open an office, submit, decide, issue and verify."""
    plugin = Plugin()
    staff = officers()
    settings = set_up(folder, plugin)
    clock: Callable[[], datetime] | None = None
    with Office.open(settings, clock=clock, plugins={"mine": plugin}, discover=False) as office:
        types: tuple[PermitType, ...] = office.permit_types(only_open=True)
        if "warung" not in [item.code for item in types]:
            raise ValueError(types)
        for officer in staff.values():
            office.reviews.add_officer(officer, actor=HOST)
        case = apply(office.applications, {"lokasi": "Jalan Kenanga", "luas": 6}, picture)
        receipt: Receipt = office.applications.submit(case.id, actor=CITIZEN)
        if not receipt.receipt_number:
            raise ValueError(case.id)
        try:
            office.reviews.approve(case.id, actor=CITIZEN)
        except WorkflowError as error:
            refused: PerizinanError = error
            print(refused.code, refused.message("en"))
        approved = decide(office, case, staff)
        if approved.state is not ApplicationState.APPROVED:
            raise ValueError(approved.state)
        permit, pdf = issue(office.permits, approved, staff["signatory"])
        if permit.status is not PermitStatus.IN_FORCE:
            raise ValueError(permit.status)
        done: WorkDone = office.worker.run_once(now=office.now() + timedelta(minutes=1))
        if done.failures:
            raise ValueError(done.failures)
        report = judge(pdf, office.publication.authority_json(), office.status, office.now())
        print(EventKind.PERMIT_ISSUED in plugin.heard, count(office.storage))
        return report.verdict


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()).value)

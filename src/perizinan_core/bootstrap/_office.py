"""The one place where settings, plugins, storage and use cases are put together."""

from __future__ import annotations

import random as _random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

import attrs
from sqlalchemy.engine import Engine

from perizinan_core._parts import require_office_parts
from perizinan_core.bootstrap._contexts import Contexts, contexts_of, system_clock
from perizinan_core.bootstrap._doctor import examine
from perizinan_core.bootstrap._health import Health
from perizinan_core.bootstrap._keys import (
    AskSecret,
    Signers,
    open_keys,
    open_roots,
    open_timestamps,
)
from perizinan_core.bootstrap._keys_on_record import KeysOnRecord
from perizinan_core.bootstrap._one_authority import require_same_authority
from perizinan_core.bootstrap._opening import (
    load_authority_pack,
    open_consumer,
    open_documents,
    open_message_texts,
    open_number_sources,
    open_part,
    open_payment_providers,
    open_records,
    open_retention,
    open_work_queue,
    package_of,
    shown_database,
)
from perizinan_core.bootstrap._plugin_process import PluginProcesses
from perizinan_core.bootstrap._plugin_settings import check_plugin_tables
from perizinan_core.bootstrap._plugins import load_plugins, pick
from perizinan_core.bootstrap._publication import status_list_rules
from perizinan_core.bootstrap._settings import Settings, load_settings
from perizinan_core.bootstrap._tables import open_tables
from perizinan_core.bootstrap._upkeep import UpkeepState
from perizinan_core.catalogue import Catalogue
from perizinan_core.documents import DocumentStore, UploadScanner
from perizinan_core.documents._incoming import IncomingFolder
from perizinan_core.errors.bootstrap import BootstrapError, LetterTemplatesError
from perizinan_core.errors.hooks import HookError
from perizinan_core.hooks._context import taken
from perizinan_core.hooks._manager import PluginManager
from perizinan_core.hooks._notification import NotificationChannel
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.hooks._work_queue import WorkQueue
from perizinan_core.model._authority import Authority
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import (
    Applications,
    Audit,
    Banners,
    Batches,
    Billing,
    CalendarYears,
    ClockRepair,
    ComplaintDays,
    Complaints,
    Confirmations,
    Consumers,
    Contacts,
    Continuation,
    Counter,
    HeldUploads,
    HostMessages,
    Incoming,
    Issuance,
    Letters,
    Lists,
    LongTerm,
    Outgoing,
    Oversight,
    Permits,
    Publication,
    RecordsStatus,
    Reviews,
    Schemas,
    SignerSource,
    StatusLists,
    Surveys,
    Tracking,
    Transparency,
    Versions,
    Worker,
)
from perizinan_core.services._acknowledgements import Acknowledgements
from perizinan_core.services._arguments import check_values, checked
from perizinan_core.services._batch_work import BatchWork
from perizinan_core.services._confirmations import is_open
from perizinan_core.services._consent_book import ConsentBook, services_of
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._context_parts import CheckRules
from perizinan_core.services._digests import Collect, DigestRules
from perizinan_core.services._hints import pass_on_commits
from perizinan_core.services._in_place import note_catalogue
from perizinan_core.services._periods import Periods
from perizinan_core.services._readiness import readiness_problems
from perizinan_core.services._retention_jobs import RetentionRules
from perizinan_core.services._targets import OpenConsumer, subscriptions
from perizinan_core.services._worker import library_worker
from perizinan_core.storage import Storage
from perizinan_core.storage.tables import PluginTables

__all__ = ["Office"]


@checked
@attrs.define(eq=False, repr=False, slots=False)
class Office:
    """
    One local government's licensing office. The facade that host applications use.

    ::

        with Office.open("perizinan.toml") as office:
            case = office.applications.start("reklame", applicant=person, actor=actor)

    Use `Office.open`; the attributes are the groups of use cases.
    """

    _context: OfficeContext
    publication: Publication = attrs.field(kw_only=True)
    """``authority.json`` and bindings of certificates."""

    plugins: PluginManager = attrs.field(kw_only=True)
    """What is loaded, and what is not and why."""

    settings: Settings = attrs.field(kw_only=True)
    """What it was opened with."""

    _channels: tuple[tuple[str, NotificationChannel], ...] = attrs.field(default=(), kw_only=True)
    _consumers: tuple[OpenConsumer, ...] = attrs.field(default=(), kw_only=True)

    _tables: Mapping[str, PluginTables] = attrs.field(factory=dict, kw_only=True)

    status_lists: StatusLists = attrs.field(init=False)
    """The status list for those who check permits; see ``[publication]`` in the settings."""

    applications: Applications = attrs.field(init=False)
    """The applicant's side."""

    uploads: HeldUploads = attrs.field(init=False)
    """Uploads that are kept without being in their slot: the list, accepting, discarding; the counter's intake."""

    incoming: Incoming = attrs.field(init=False)
    """Files that arrive in parts, and are continued after a cut connection."""

    confirmations: Confirmations = attrs.field(init=False)
    """Values that the catalogue assumes, and their confirmation by the office."""

    reviews: Reviews = attrs.field(init=False)
    """The office's side, and its staff."""

    letters: Letters = attrs.field(init=False)
    """Letters before there is a case: previews with invented data."""

    billing: Billing = attrs.field(init=False)
    """Paying from home: bills of payment providers, their calls, money that is owed back."""

    permits: Permits = attrs.field(init=False)
    """Issued permits."""

    batches: Batches = attrs.field(init=False)
    """What is asked for many records at once, and done by the workers: issuing, verifying, renewing timestamps."""

    lists: Lists = attrs.field(init=False)
    """What the office looks through: cases, letters that wait, permits, registers, histories; with names."""

    oversight: Oversight = attrs.field(init=False)
    """Where the work sticks, for heads: the oldest case of each step, the backlog by age, what ends soon."""

    tracking: Tracking = attrs.field(init=False)
    """Following a case by its receipt number and secret, without an account and without personal data."""

    counter: Counter = attrs.field(init=False)
    """Serving someone who is present: handing in for them, a new secret, an account that is restored."""

    transparency: Transparency = attrs.field(init=False)
    """The office's figures for the public: times, what was kept, what waits, refusals; without an account."""

    complaints: Complaints = attrs.field(init=False)
    """Complaints, suggestions and questions: filed without an account, answered by a day."""

    surveys: Surveys = attrs.field(init=False)
    """The satisfaction survey, asked once a case is closed."""

    health: Health = attrs.field(init=False)
    """What needs someone in the office, as ``perizinan doctor`` finds it."""

    outgoing: Outgoing = attrs.field(init=False)
    """What leaves the office: messages and events that wait, went out or were given up."""

    audit: Audit = attrs.field(init=False)
    """What was done, by whom and when: searched, and taken out without personal data."""

    contacts: Contacts = attrs.field(init=False)
    """What people agreed to be sent by phone."""

    banners: Banners = attrs.field(init=False)
    """Announcements: an outside system is down, the office is closed."""

    calendar_years: CalendarYears = attrs.field(init=False)
    """Days off by year, recorded by two persons where the authority's data are late."""

    versions: Versions = attrs.field(init=False)
    """Versions of the catalogue, and what a new one would change."""

    status: RecordsStatus = attrs.field(init=False)
    """The records as a status source for `verify_permit`."""

    worker: Worker = attrs.field(init=False)
    """What happens by itself; run it regularly, or ``perizinan worker``."""

    messages: HostMessages = attrs.field(init=False)
    """Messages of the host application itself, such as the confirmation of an account."""

    schemas: Schemas = attrs.field(init=False)
    """JSON Schemas of what a portal posts, and reading it."""
    consumers: Consumers = attrs.field(init=False)
    """What wants to know what happened: how far each has come, and asking for the past."""

    clock_repair: ClockRepair = attrs.field(init=False)
    """Repairs what a clock that was ahead left in the records."""

    continuation: Continuation = attrs.field(init=False)
    """Numbers that a restored database does not know, and how the registers continue behind them."""

    def __attrs_post_init__(self) -> None:
        context = self._context
        self.continuation = Continuation(context, self.publication)
        self.status_lists = self.publication.status_lists
        self.applications = Applications(context)
        self.uploads = HeldUploads(context)
        self.incoming = Incoming(context)
        self.confirmations = Confirmations(context)
        self.reviews = Reviews(context)
        self.letters = Letters(context)
        self.billing = Billing(context)
        self.permits = Permits(context, self.applications, Issuance(context, self.publication))
        batch_work = BatchWork(context, self.permits.issuance, self.publication)
        self.batches = Batches(context, batch_work)
        self.lists = Lists(context)
        self.oversight = Oversight(context)
        self.tracking = Tracking(context)
        book = ConsentBook(context, services_of(self._channels))
        digests = DigestRules(**attrs.asdict(self.settings.messages))
        self.contacts = Contacts(book, Collect(context, dict(self._channels)), digests)
        self.counter = Counter(context, self.applications, self.tracking, book)
        periods = Periods(context, self.settings.transparency.period)
        self.transparency = Transparency(context, periods)
        self.surveys = Surveys(context, periods)
        self.complaints = Complaints(context, ComplaintDays(**attrs.asdict(self.settings.complaints)))
        self.health = Health(
            lambda quick: examine(self, quick=quick),
            Acknowledgements(context),
            self.plugins,
            self.settings,
            UpkeepState(context, self.settings),
        )
        self.outgoing = Outgoing(context)
        self.audit = Audit(context)
        self.banners = Banners(context)
        self.versions = Versions(context)
        self.calendar_years = CalendarYears(context)
        self.status = RecordsStatus(context)
        self.worker = library_worker(
            context,
            self.permits.issuance,
            self._channels,
            consumers=self._consumers,
            retention=RetentionRules(**attrs.asdict(self.settings.retention)),
            status_lists=self.status_lists,
            uploads=self.uploads,
            digests=digests,
            batches=batch_work,
        )
        self.messages = HostMessages(dict(self._channels))
        self.schemas = Schemas(context)
        self.consumers = Consumers(context, self._consumers)
        self.clock_repair = ClockRepair(context)
        pass_on_commits(context.storage, context.work_queue)

    @classmethod
    def open(
        cls,
        settings: Settings | Path | str = "perizinan.toml",
        *,
        clock: Callable[[], datetime] | None = None,
        random: Random | None = None,
        secrets: AskSecret | None = None,
        plugins: Mapping[str, object] | None = None,
        discover: bool = True,
        engine: Engine | None = None,
    ) -> Self:
        """
        Open an office.

        Args:
            settings: Settings, or the path of ``perizinan.toml``.
            clock: Gives aware moments; the system's clock by default.
            random: Source of draws; the operating system's by default.
            secrets: Asked for the secret of a position before the settings are.
            plugins: Further plugin objects by name, besides the installed ones.
            discover: False leaves installed plugins out.
            engine: The host application's SQLAlchemy engine, used instead of ``database`` in the settings. On
                PostgreSQL (psycopg) its pool is shared, on SQLite only its file; `close` leaves it open.

        Raises:
            ArgumentError: an argument is of another kind.
            BootstrapError: ``settings``: the settings cannot be used.
            BootstrapError: ``unknown-positions``: they name a signer for a position which the authority does not have.
            BootstrapError: ``database-of-another-office``: the database holds another authority's records.
            HookError: ``nothing-registered``: no plugin offers what the settings name.
            StorageError: the database is missing, not migrated, or the keys are another's.
            StorageError: ``plugin-tables-not-migrated``: tables of a plugin are missing or older than it needs.
            StorageError: ``storage-keys-lost``: the file with the keys of the records is missing.
            BootstrapError: ``office-key-lost``: a key file of the office is missing that was used before.
            HookError: ``plugin-problem``: what a plugin offers could not be opened.
            LetterTemplatesError: a letter template of the catalogue is not there or can print nothing.
            OfficePartMissingError: the extra ``office`` is not installed.
        """
        check_values(cls.open, locals())
        require_office_parts()
        chosen = settings if isinstance(settings, Settings) else load_settings(Path(settings))
        now = clock or system_clock
        manager = load_plugins(
            disabled=chosen.plugins.disabled,
            discover=discover,
            extra=plugins,
            replaces=chosen.plugins.replaces,
        )
        contexts = manager.contexts = Contexts(chosen, now)
        manager.processes = PluginProcesses(_reachable(chosen, engine), now)
        check_plugin_tables(chosen, manager)
        pack = load_authority_pack(chosen, manager)
        _check_positions(chosen, pack.authority)
        with ExitStack() as undo:
            storage = open_records(chosen, manager, pack.authority, engine)
            undo.callback(storage.close)
            require_same_authority(storage, pack.authority.slug, shown_database(chosen))
            signers = Signers(
                chosen,
                pack.authority,
                manager.gather("register_signers"),
                now,
                secrets,
                KeysOnRecord(storage),
                contexts=contexts,
            )
            queue = open_work_queue(manager, chosen, engine)
            undo.callback(queue.close)
            office = cls._assembled(chosen, manager, pack, storage, signers, now, random, engine, queue)
            if faults := office.letters.template_faults():
                raise LetterTemplatesError(faults=faults)
            note_catalogue(office._context, package_of(chosen, manager))  # noqa: SLF001 - its own part
            contexts.office_is(office)
            undo.pop_all()
        return office

    @classmethod
    def _assembled(
        cls,
        chosen: Settings,
        manager: PluginManager,
        pack: AuthorityPack,
        storage: Storage,
        signers: Signers,
        now: Callable[[], datetime],
        random: Random | None,
        engine: Engine | None,
        queue: WorkQueue,
    ) -> Self:
        """Open everything else, and put the parts together."""
        record = KeysOnRecord(storage)
        consumers = tuple(open_consumer(manager, name, chosen) for name in chosen.plugins.consumers)
        retention, forgetting = open_retention(manager, chosen)
        consumers += forgetting
        rules = status_list_rules(chosen, pack.authority)
        context = OfficeContext(
            authority=pack.authority,
            catalogue=pack.catalogue,
            storage=storage,
            documents=open_documents(chosen, manager, engine=engine),
            incoming=IncomingFolder(chosen.path(chosen.storage.incoming)),
            renderer=open_part(
                manager, "register_renderers", "renderer", chosen.plugins.renderer, chosen, pack=pack
            ),
            signers=signers,
            checks=manager,
            keys=open_keys(chosen, record),
            message_texts=open_message_texts(manager, chosen, pack),
            number_sources=open_number_sources(manager, chosen, pack.authority),
            payment_providers=open_payment_providers(manager, chosen),
            retention=retention,
            work_queue=queue,
            check_rules=CheckRules(
                on_failure=chosen.checks.on_failure.value,
                permit_types={code: item.value for code, item in chosen.checks.permit_types.items()},
                time_limit=chosen.checks.time_limit,
            ),
            clock=now,
            random=random or _random.SystemRandom(),
            scanners=tuple(
                open_part(manager, "register_upload_scanners", "scanner", name, chosen)
                for name in chosen.plugins.scanners
            ),
            language=chosen.office.language,
            development=chosen.signing.development,
            timestamps=open_timestamps(chosen),
            direct_permits=chosen.storage.direct_permits,
            subscriptions=subscriptions(chosen.plugins.channels, consumers, status_list=rules is not None),
        )
        with context.unit_of_work(read_only=True):
            pass  # from now on its calendar has the days off that the office recorded
        return cls(
            context,
            publication=Publication(
                context,
                open_roots(chosen, now(), record),
                status_lists=StatusLists(context, rules),
            ),
            plugins=manager,
            settings=chosen,
            tables=open_tables(storage, manager),
            consumers=consumers,
            channels=tuple(
                (
                    name,
                    open_part(manager, "register_notification_channels", "channel", name, chosen),
                )
                for name in chosen.plugins.channels
            ),
        )

    @property
    def channels(self) -> Mapping[str, NotificationChannel]:
        """The notification channels that are used, by name; each receives every message."""
        return dict(self._channels)

    @property
    def scanners(self) -> tuple[UploadScanner, ...]:
        """The scanners that look at every upload after the built-in inspection."""
        return self._context.scanners

    @property
    def authority(self) -> Authority:
        """The local government."""
        return self._context.authority

    @property
    def long_term(self) -> LongTerm:
        """Timestamps and long-term data of issued permits, and the renewal of archive timestamps."""
        return self.permits.issuance.long_term

    @property
    def signers(self) -> SignerSource:
        """Opens the signer of each position."""
        return self._context.signers

    @property
    def work_queue(self) -> WorkQueue:
        """What wakes the workers and spreads the work over them; for tools that look after it."""
        return self._context.work_queue

    @property
    def storage(self) -> Storage:
        """The record store, for tools that look after it; use cases go through the other attributes."""
        return self._context.storage

    @property
    def documents(self) -> DocumentStore:
        """The document store, for tools that look after it."""
        return self._context.documents

    @property
    def catalogue(self) -> Catalogue:
        """All permit types, in all versions."""
        return self._context.catalogue

    def permit_types(self, *, only_open: bool = False) -> tuple[PermitType, ...]:
        """
        Return the permit types in force today, sorted by code.

        Args:
            only_open: Leave out those for which no application is taken: they are shown as information only, or
                rest on values that the office has not confirmed.
        """
        context = self._context
        today = context.local_day(context.clock())
        found = self.catalogue.types(on=today)
        if not only_open:
            return found
        with context.storage.unit_of_work(read_only=True) as work:
            return tuple(item for item in found if is_open(context, work, item, today))

    def permit_type(self, code: str, *, on: date | None = None) -> PermitType:
        """
        Return the version of a permit type that is in force.

        Args:
            code: Of the type.
            on: Local day; None: today.

        Raises:
            CatalogueError: ``permit-type-not-found``: there is none of that code; names one that is like it.
            CatalogueError: ``no-version-in-force``: none of its versions is in force on that day.
        """
        return self.catalogue.find(code, on=on or self.today())

    def now(self) -> datetime:
        """Return the moment of the office's clock, in its time zone as all moments in answers."""
        return self._context.moment(None)

    def today(self) -> date:
        """Return the day on the office's clock."""
        return self._context.local_day(self.now())

    def tables(self, name: str) -> PluginTables:
        """
        Return access to the tables that a plugin brought under a name.

        Raises:
            HookError: ``nothing-registered``: no plugin that is loaded brings them.
        """
        try:
            return self._tables[name]
        except KeyError:
            offered = tuple(sorted(self._tables))
            raise HookError("nothing-registered", kind="tables", name=name, offered=offered) from None

    def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        processes: int = 1,
        worker: bool | None = None,
        ready: Callable[[], None] | None = None,
    ) -> None:
        """
        Serve the frontend that the settings name, until interrupted.

        Args:
            host: Address to listen at.
            port: Its port.
            processes: How many processes answer, where the frontend can do that.
            worker: Whether the frontend also does what happens by itself; None: as it, or its settings, say.
            ready: Called once when nothing is refused any more and the frontend listens; of a frontend that does
                not say when that is, before it begins.

        Raises:
            HookError: ``one-process``: this frontend serves from one process.
        """
        entry = pick(
            self.plugins.gather("register_frontends"), "frontend", self.settings.plugins.frontend, "name"
        )
        context = contexts_of(self.settings, self.plugins).of(entry, "register_frontends")
        serve = entry.record.serve
        offered = {
            "office": self,
            "host": host,
            "port": port,
            "context": context,
            "processes": processes,
            "worker": worker,
            "ready": ready or (lambda: None),
        }
        asked = taken(serve, offered)
        if processes > 1 and "processes" not in asked:
            raise HookError("one-process", name=entry.record.name)
        if ready is not None and "ready" not in asked:
            ready()
        serve(**asked)

    def readiness(self, *, since: datetime) -> tuple[str, ...]:
        """
        Return codes of what keeps the office from serving people now; nothing when all is well.

        Asked by what watches a portal: whether the database answers, whether its tables are those of this version,
        and whether a worker makes its rounds. The codes are for a log; strangers need not read them.

        Args:
            since: From when on a worker should have been at work, e.g. the start of the portal.
        """
        return readiness_problems(self._context, since=since)

    def close(self) -> None:
        """Let go of the database, and of the processes of plugins."""
        self._context.work_queue.close()
        self._context.storage.close()
        if self.plugins.processes is not None:
            self.plugins.processes.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _reachable(settings: Settings, engine: Engine | None) -> Settings:
    """Return settings by which another process finds the same database."""
    if engine is None:
        return settings
    url = engine.url.render_as_string(hide_password=False)
    return attrs.evolve(
        settings, storage=attrs.evolve(settings.storage, database=url, database_password=None)
    )


def _check_positions(settings: Settings, authority: Authority) -> None:
    """Refuse settings for positions that the authority does not have: a typing error would sign nothing."""
    named = {
        f"{table}.{code}": code
        for table, codes in (("signers", settings.signing.signers), ("secrets", settings.signing.secrets))
        for code in codes
    }
    known = sorted(item.code for item in authority.positions)
    unknown = tuple(sorted(name for name, code in named.items() if code not in known))
    if unknown:
        raise BootstrapError("unknown-positions", settings=unknown, known=tuple(known))

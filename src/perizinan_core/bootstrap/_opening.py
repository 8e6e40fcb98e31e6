"""What the settings name, opened: the authority, records, documents, and parts that plugins offer."""

from __future__ import annotations

import functools
import os
from typing import Any

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError as AddressError

from perizinan_core.bootstrap._bounded import bounded_store
from perizinan_core.bootstrap._contexts import contexts_of
from perizinan_core.bootstrap._expressions import offered_expressions
from perizinan_core.bootstrap._keys import open_storage_keys
from perizinan_core.bootstrap._plugin_process import PluginProcesses, RemoteConsumer
from perizinan_core.bootstrap._plugins import called, opened, pick, timed
from perizinan_core.bootstrap._settings import FILE_NAME, Settings, read_secret
from perizinan_core.bootstrap._tables import offered_tables, set_aside, unsupported
from perizinan_core.catalogue._extensions import offering
from perizinan_core.catalogue._remembered import remembering
from perizinan_core.documents import DocumentStore, SealedDocumentStore, SealKey, SealKeys
from perizinan_core.documents._sealed_store import require_unsealed
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.hooks import HookError
from perizinan_core.errors.services import ArgumentError
from perizinan_core.hooks._judging import settled
from perizinan_core.hooks._manager import Origin, PluginManager, Registered
from perizinan_core.hooks._numbers import NumberSource
from perizinan_core.hooks._payments import PaymentProvider
from perizinan_core.hooks._retention import RetentionParticipant
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.hooks._work_queue import WorkQueue
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import EventKind
from perizinan_core.services._message_texts import Texts, by_kind, text_problems
from perizinan_core.services._retention_asks import Forgetting
from perizinan_core.services._targets import OpenConsumer
from perizinan_core.storage import KeyRing, MigrationReport, Storage

__all__ = [
    "database_url",
    "load_authority_pack",
    "make_database_folder",
    "migrate_database",
    "open_consumer",
    "open_documents",
    "open_message_texts",
    "open_number_sources",
    "open_part",
    "open_payment_providers",
    "open_records",
    "open_retention",
    "open_stored_documents",
    "open_work_queue",
    "package_of",
    "seal_keys",
    "shown_database",
    "storage_keys",
]

_CHECKED = "checked-catalogue"
"""File in ``data`` beside the settings: which catalogue passed its checks."""


def load_authority_pack(settings: Settings, manager: PluginManager) -> AuthorityPack:
    """
    Load the local government that the settings name.

    Raises:
        HookError: ``nothing-registered``: no plugin brings it.
        HookError: ``offered-twice``: two plugins offer functions for rules under one name.
        InvalidCatalogueError: its catalogue has problems.
        BootstrapError: ``example-authority``: it is an example, and the settings are not for development.
    """
    entry = pick(manager.gather("register_authorities"), "authority", settings.office.authority, "slug")
    slug = settings.office.authority
    context = contexts_of(settings, manager).of(entry, "register_authorities")
    load = entry.record.load
    expressions = offered_expressions(manager)

    @functools.wraps(load)
    def remembered(**given: Any) -> AuthorityPack:
        # Set where the plugin runs, which is a thread of its own.
        with remembering(settings.path("data") / _CHECKED), offering(expressions):
            read: AuthorityPack = settled(load(**given))
        return read

    pack = timed(entry, "authority", slug, remembered, context=context)
    if pack.authority.example is not None and not settings.signing.development:
        raise BootstrapError("example-authority", name=pack.authority.name.id, slug=slug)
    return pack


def package_of(settings: Settings, manager: PluginManager) -> str:
    """Return the package that brings the local government, with its version; the plugin's name where it has none."""
    entry = pick(manager.gather("register_authorities"), "authority", settings.office.authority, "slug")
    status = next((one for one in manager.statuses if one.name == entry.plugin), None)
    if status is None or not status.distribution:
        return entry.plugin
    return f"{status.distribution} {status.version}".strip()


def migrate_database(
    settings: Settings, manager: PluginManager, *, engine: Engine | None = None
) -> MigrationReport | None:
    """
    Create or upgrade the tables, those of plugins too; all of them or none. See the storage's own errors.

    Args:
        settings: Of the office.
        manager: Its plugins.
        engine: The host application's engine, instead of ``database`` in the settings.

    Returns:
        What was done; None: the record store does not tell.

    Raises:
        HookError: ``tables-taken``: two plugins bring tables of one name.
        HookError: ``tables-unsupported``: the record store holds no tables of plugins.
    """
    tables = offered_tables(manager)
    if engine is None:
        make_database_folder(settings)
    url, entry = _storage_at(settings, manager, engine)
    scheme, record = entry.record.schemes[0], entry.record
    context = contexts_of(settings, manager).of(entry, "register_storages")
    if record.migrate_with_tables is not None:
        keys = storage_keys(settings, manager, engine=engine)
        report: MigrationReport = called(
            entry,
            "storage",
            scheme,
            record.migrate_with_tables,
            address=url,
            keys=keys,
            tables=tables,
            set_aside=set_aside(manager),
            context=context,
        )
        return report
    if tables:
        raise unsupported(tables)
    if record.migrate_with_keys is None:
        called(entry, "storage", scheme, record.migrate, address=url, context=context)
    else:
        keys = storage_keys(settings, manager, engine=engine)
        called(entry, "storage", scheme, record.migrate_with_keys, address=url, keys=keys, context=context)
    return None


def storage_keys(settings: Settings, manager: PluginManager, *, engine: Engine | None = None) -> KeyRing:
    """
    Return the keys of the records; made on first use, and never in place of lost ones.

    Raises:
        StorageError: the keys cannot be read.
        StorageError: ``storage-keys-lost``: their file is missing, and the database has records.
    """
    url, entry = _storage_at(settings, manager, engine)

    def known() -> tuple[str, ...]:
        if entry.record.known_keys is None:
            return ()
        context = contexts_of(settings, manager).of(entry, "register_storages")
        found: tuple[str, ...] = timed(
            entry, "storage", entry.record.schemes[0], entry.record.known_keys, address=url, context=context
        )
        return found

    return open_storage_keys(settings, known)


def database_url(settings: Settings) -> str:
    """Return the database address, with an absolute path for SQLite and the password filled in."""
    url = settings.storage.database
    scheme, _, rest = url.partition(":///")
    if scheme == "sqlite" and rest:
        return f"sqlite:///{settings.path(rest)}"
    if settings.storage.database_password is not None:
        password = read_secret(
            settings.storage.database_password, folder=settings.folder, environment=os.environ
        ).decode()
        return make_url(url).set(password=password).render_as_string(hide_password=False)
    return url


def make_database_folder(settings: Settings) -> None:
    """Make the folder of a SQLite file, for those who are about to make the file."""
    scheme, _, rest = settings.storage.database.partition(":///")
    if scheme == "sqlite" and rest:
        settings.path(rest).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def shown_database(settings: Settings) -> str:
    """Return the database address as it may be shown: without a password."""
    try:
        return make_url(settings.storage.database).render_as_string(hide_password=True)
    except AddressError:
        return settings.storage.database.partition(":")[0]


def open_records(
    settings: Settings, manager: PluginManager, authority: Authority, engine: Engine | None
) -> Storage:
    """Open the record store of an authority; see the storage's own errors."""
    source, entry = _storage_at(settings, manager, engine)
    zone = authority.calendar.time_zone.zone
    keys = storage_keys(settings, manager, engine=engine)
    context = contexts_of(settings, manager).of(entry, "register_storages")
    scheme = entry.record.schemes[0]
    storage: Storage = opened(entry, "storage", scheme, address=source, keys=keys, zone=zone, context=context)
    return storage


def _storage_at(
    settings: Settings, manager: PluginManager, engine: Engine | None
) -> tuple[str | Engine, Registered]:
    """Return where the records are, and what opens them there."""
    source = database_url(settings) if engine is None else engine
    scheme = engine.dialect.name if engine is not None else str(source).partition(":")[0]
    entry = pick(manager.gather("register_storages"), "storage", scheme, "schemes")
    if engine is not None and not entry.record.takes_engine:
        raise ArgumentError("engine", f"an engine of the storage {scheme}", type(engine).__name__)
    return source, entry


def open_documents(
    settings: Settings, manager: PluginManager, *, engine: Engine | None = None
) -> DocumentStore:
    """
    Open the document store that the settings name, and unseal what is sealed in it.

    Args:
        settings: Of the office.
        manager: Its plugins.
        engine: The host application's engine, instead of ``database`` in the settings.

    Raises:
        DocumentStoreError: ``store-not-sealable``, ``sealing-unsupported``: The settings want what cannot be.
        DocumentStoreError: ``document-key-missing``, ``documents-sealed``: They are not those it was sealed with.
        StorageError: The keys cannot be read.
    """
    store = open_stored_documents(settings, manager)
    if settings.storage.seal == "none":
        require_unsealed(store)
        return store
    keys = seal_keys(storage_keys(settings, manager, engine=engine))
    return SealedDocumentStore(store, keys, public_in_plain=settings.storage.seal == "private")


def seal_keys(ring: KeyRing) -> SealKeys:
    """Return the keys of documents that follow from those of the records."""
    return SealKeys(tuple(SealKey.derived(key.id, key.secret) for key in ring.data.all))


def open_stored_documents(settings: Settings, manager: PluginManager) -> DocumentStore:
    """Open the document store that the settings name as it is: what is sealed in it stays sealed."""
    address = settings.storage.documents
    scheme, mark, rest = address.partition(":")
    if not mark:
        scheme, rest = "folder", address
    if scheme == "folder":
        address = f"folder:{settings.path(rest)}"
    entry = pick(manager.gather("register_document_stores"), "document store", scheme, "scheme")
    context = contexts_of(settings, manager).of(entry, "register_document_stores")
    store: DocumentStore = opened(entry, "document store", scheme, address=address, context=context)
    return store if entry.origin is Origin.BUILTIN else bounded_store(store, entry.plugin, scheme)


def open_part(
    manager: PluginManager, hook: str, kind: str, name: str, settings: Settings, **arguments: Any
) -> Any:
    """Open what a plugin offers under a name; it gets its context, and ``arguments`` besides."""
    entry = pick(manager.gather(hook), kind, name, "name")
    context = contexts_of(settings, manager).of(entry, hook)
    return opened(entry, kind, name, context=context, **arguments)


def open_consumer(manager: PluginManager, name: str, settings: Settings) -> OpenConsumer:
    """
    Open a consumer of events; that of an installed plugin is opened in the plugin's own process, when it has work.

    Its settings are read now, so that wrong ones are named early.
    """
    hook = "register_event_consumers"
    entry = pick(manager.gather(hook), "event consumer", name, "name")
    kinds, limit = entry.record.kinds, entry.record.time_limit
    if entry.origin is Origin.INSTALLED and isinstance(manager.processes, PluginProcesses):
        contexts_of(settings, manager).of(entry, hook)
        remote = RemoteConsumer(manager.processes, entry.plugin, name, limit)
        return OpenConsumer(name=name, consumer=remote, kinds=kinds, time_limit=limit, apart=True)
    consumer = open_part(manager, hook, "event consumer", name, settings)
    return OpenConsumer(name=name, consumer=consumer, kinds=kinds, time_limit=limit)


def open_message_texts(manager: PluginManager, settings: Settings, pack: AuthorityPack) -> Texts:
    """
    Return the texts of messages that the settings and the authority put in the place of ours.

    Raises:
        HookError: ``message-texts``: some cannot be used; all are named.
    """
    hook = "register_message_texts"
    texts = [
        text
        for name in settings.plugins.message_texts
        for text in open_part(manager, hook, "message texts", name, settings)
    ]
    texts += pack.message_texts
    if problems := text_problems(texts, pack.authority):
        raise HookError("message-texts", problems="; ".join(problems))
    return by_kind(texts)


def open_number_sources(
    manager: PluginManager, settings: Settings, authority: Authority
) -> dict[str, NumberSource]:
    """
    Return the outside registries by the code of the register whose numbers they give.

    Raises:
        BootstrapError: ``settings``: the authority has no such register.
    """
    known = {item.code for item in authority.registers}
    wrong = sorted(set(settings.plugins.number_sources) - known)
    if wrong:
        problem = (
            f"number_sources: {', '.join(wrong)} is not a register; there are: {', '.join(sorted(known))}"
        )
        raise BootstrapError("settings", path=str(settings.folder / FILE_NAME), problems=(problem,))
    hook = "register_number_sources"
    return {
        register: open_part(manager, hook, "number source", name, settings)
        for register, name in settings.plugins.number_sources.items()
    }


def open_retention(
    manager: PluginManager, settings: Settings
) -> tuple[tuple[tuple[str, RetentionParticipant], ...], tuple[OpenConsumer, ...]]:
    """Return what may keep a draft, and the same as consumers that forget what was discarded."""
    hook = "register_retention"
    found = tuple(
        (name, open_part(manager, hook, "retention", name, settings)) for name in settings.plugins.retention
    )
    kinds = frozenset({EventKind.DRAFT_DISCARDED})
    consumers = (
        OpenConsumer(name=f"retention-{name}", consumer=Forgetting(item), kinds=kinds) for name, item in found
    )
    return found, tuple(consumers)


def open_work_queue(manager: PluginManager, settings: Settings, engine: Engine | None) -> WorkQueue:
    """Open what wakes the workers; see the queue's own errors."""
    url = database_url(settings) if engine is None else engine.url.render_as_string(hide_password=False)
    name = settings.plugins.work_queue
    queue: WorkQueue = open_part(manager, "register_work_queues", "work queue", name, settings, address=url)
    return queue


def open_payment_providers(manager: PluginManager, settings: Settings) -> dict[str, PaymentProvider]:
    """Return who can be paid from home, by name, in the order of the settings."""
    hook = "register_payment_providers"
    return {
        name: open_part(manager, hook, "payment provider", name, settings)
        for name in settings.plugins.payment_providers
    }

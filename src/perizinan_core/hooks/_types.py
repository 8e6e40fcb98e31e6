"""
The records that hooks return. Typed and named, so that adding a field later breaks no plugin.

An entry carries a name or scheme and a function that opens the thing; nothing is opened until the
office's settings ask for it. Such a function is called with keywords, and with those alone that it names; all get a
`PluginContext` as ``context``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from perizinan_core.model._extensions import ExpressionFunction, ExpressionsEntry, FormFormat

# The command line asks plugins for their commands before it knows what it has to do: a plugin must not load
# the whole library for the types alone.
if TYPE_CHECKING:
    import click

    from perizinan_core.catalogue import Catalogue
    from perizinan_core.documents import DocumentStore, UploadScanner
    from perizinan_core.hooks._consumers import EventConsumer
    from perizinan_core.hooks._notification import NotificationChannel
    from perizinan_core.hooks._numbers import NumberSource
    from perizinan_core.hooks._payments import PaymentProvider
    from perizinan_core.hooks._retention import RetentionParticipant
    from perizinan_core.hooks._texts import MessageText
    from perizinan_core.hooks._work_queue import WorkQueue
    from perizinan_core.model._authority import Authority
    from perizinan_core.model._events import EventKind
    from perizinan_core.model._text import Text
    from perizinan_core.rendering import Renderer
    from perizinan_core.signing import Signer
    from perizinan_core.storage import MigrationReport, Storage

__all__ = [
    "ApplicantCheckResult",
    "AuthorityEntry",
    "AuthorityPack",
    "BlindColumn",
    "CliCommandEntry",
    "DocumentStoreEntry",
    "EventConsumerEntry",
    "ExpressionFunction",
    "ExpressionsEntry",
    "FormFormat",
    "FrontendDemo",
    "FrontendEntry",
    "MessageTextsEntry",
    "NotificationChannelEntry",
    "NumberSourceEntry",
    "PaymentProviderEntry",
    "RendererEntry",
    "RetentionEntry",
    "SignerEntry",
    "StorageEntry",
    "SubmissionCheckResult",
    "TablesEntry",
    "UploadScannerEntry",
    "WorkQueueEntry",
]


@attrs.frozen(kw_only=True)
class AuthorityPack:
    """Everything that an authority plugin brings."""

    authority: Authority
    catalogue: Catalogue
    templates: Mapping[str, Path] = attrs.field(factory=dict)
    """Typst templates of the plugin: name to folder (``docs/how-to/letter-templates.md``)."""

    assets: Path | None = None
    """Folder of the letterhead's pictures, or None."""

    message_texts: tuple[MessageText, ...] = ()
    """Texts of messages in the place of ours; those of ``register_message_texts`` come before them."""


@attrs.frozen(kw_only=True)
class AuthorityEntry:
    """A local government."""

    slug: str
    load: Callable[..., AuthorityPack]
    """``load(*, context)``: reads the catalogue."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.SLUG]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class StorageEntry:
    """A record store, chosen by the scheme of the database address."""

    schemes: tuple[str, ...]
    open: Callable[..., Storage]
    """``open(*, address, keys, zone, context)``: with the keys of the records and the authority's time zone."""

    migrate: Callable[..., None]
    """``migrate(*, address, context)``: creates or upgrades the tables at an address."""

    migrate_with_keys: Callable[..., None] | None = None
    """
    ``migrate_with_keys(*, address, keys, context)``: the same with the keys of the records, for a storage whose
    migrations need them; then it is called instead.
    """

    known_keys: Callable[..., tuple[str, ...]] | None = None
    """
    ``known_keys(*, address, context)``: returns the ids of the keys that the records at an address need, without
    needing a key; asked when the key file is missing, so that a lost one is not replaced by a new one. None: a
    storage that cannot tell.
    """

    migrate_with_tables: Callable[..., MigrationReport] | None = None
    """
    ``migrate_with_tables(*, address, keys, tables, set_aside, context)``: the same with the tables of plugins
    (`TablesEntry`) besides, for a storage that holds them; then it is called instead. ``set_aside`` names the plugins
    that could not be loaded; see `perizinan_core.storage.migrate`. What its ``open`` returns is then a
    `perizinan_core.storage.HoldsTables` too.
    """

    takes_engine: bool = False
    """
    True: ``open``, ``known_keys`` and the migrations also take an SQLAlchemy engine of the host application in the
    place of the address, and leave it open; see `perizinan_core.Office.open`.
    """

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.SCHEME]``, with the first of the schemes; None: it has no settings."""


@attrs.frozen(kw_only=True)
class BlindColumn:
    """A column by which sealed values of a table are found; see `perizinan_core.storage.tables.PluginTables.blind`."""

    table: str
    """As the plugin calls it: ``accounts``."""

    column: str

    text: Callable[[Mapping[str, Any]], str | None]
    """Returns what the index of a row is made of, None for no index; sealed columns of the row are opened."""


@attrs.frozen(kw_only=True)
class TablesEntry:
    """Tables of the plugin's own in the database of the office; see ``docs/how-to/keep-own-tables.md``."""

    name: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z][a-z0-9]{0,19}"))
    """
    Stable: the tables are named ``perizinan_plugin_NAME_…``. Lower-case letters and digits; that of the plugin, or
    near it.
    """

    migrations: Path = attrs.field(validator=attrs.validators.instance_of(Path))
    """Folder of the Alembic migrations, files ``0001_topic.py``, ``0002_topic.py`` …, each on the one before."""

    blind: tuple[BlindColumn, ...] = ()
    """Its blind indexes, which a change of keys makes again."""


@attrs.frozen(kw_only=True)
class DocumentStoreEntry:
    """A document store, chosen by the scheme of its address (``folder``, ``s3`` …)."""

    scheme: str
    open: Callable[..., DocumentStore]
    """``open(*, address, context)``."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.SCHEME]``; None: it has no settings."""


@attrs.frozen(kw_only=True)
class NotificationChannelEntry:
    """A way to reach people; all channels named in the settings are used."""

    name: str
    open: Callable[..., NotificationChannel]
    """``open(*, context)``."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


def _delivered_kinds(entry: object, field: attrs.Attribute[frozenset[EventKind]], kinds: object) -> None:
    del entry, field
    if not isinstance(kinds, frozenset) or not kinds:
        raise TypeError("kinds: expected a frozenset of EventKind that is not empty")
    wrong = sorted(str(kind) for kind in kinds if not getattr(kind, "is_delivered", False))
    if wrong:
        raise ValueError(f"kinds: these are not delivered: {', '.join(wrong)}")


@attrs.frozen(kw_only=True)
class EventConsumerEntry:
    """Something that wants to know what happened; the settings name those that are used."""

    name: str
    """Stable: the office keeps under it what is still to be delivered."""

    open: Callable[..., EventConsumer]
    """``open(*, context)``."""

    kinds: frozenset[EventKind] = attrs.field(validator=_delivered_kinds)
    """What it wants to know; nothing else is queued for it."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""

    time_limit: float = attrs.field(
        default=30.0, validator=[attrs.validators.gt(0), attrs.validators.le(120)]
    )
    """Seconds for one event."""


@attrs.frozen(kw_only=True)
class FrontendDemo:
    """How a frontend with accounts shows itself in ``perizinan demo``, over an office full of invented cases."""

    settings: Callable[[str], Mapping[str, Any]]
    """``settings(address)`` returns its table ``[plugin.NAME]``; ``address`` is where it will be reached."""

    accounts: Callable[..., Mapping[str, str]]
    """
    ``accounts(*, office, context, password, applicants)``: makes an account with ``password`` for each officer on
    record, and for each of ``applicants`` (names by mail address). Returns by mail address the id under which each of
    these applies.
    """

    places: tuple[tuple[Text, str], ...] = ()
    """Pages that a visitor should see first: what each is, and its path."""


@attrs.frozen(kw_only=True)
class FrontendEntry:
    """Something that shows the office to people: a portal, a set of pages."""

    name: str
    serve: Callable[..., None]
    """
    ``serve(*, office, host, port, context)``: blocks until interrupted; `office` is a `perizinan_core.Office`. It may
    name ``processes``, how many of them are wanted, ``worker``, whether it also does what happens by itself
    (None: as it likes), and ``ready``, which it calls once when it listens and refuses nothing any more.
    """

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""

    demo: FrontendDemo | None = None
    """How ``perizinan demo`` shows it; None: the demonstration ends with its pages over a single permit."""


@attrs.frozen(kw_only=True)
class SignerEntry:
    """A way to sign, chosen by the scheme of the signer's address (``file``, ``pkcs11``, ``bsre`` …)."""

    scheme: str
    open: Callable[..., Signer]
    """``open(*, address, secret, context)``: ``secret(name)`` answers with the passphrase."""

    footer: Text | None = None
    """What its certificate authority wants at the foot of letters, e.g. who issued the certificate."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.SCHEME]``; None: it has no settings."""


@attrs.frozen(kw_only=True)
class RendererEntry:
    """A way to make letters."""

    name: str
    open: Callable[..., Renderer]
    """``open(*, pack, context)``: with the `AuthorityPack` of the office."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class UploadScannerEntry:
    """A further look at uploads, after the built-in inspection (e.g. a virus scanner)."""

    name: str
    open: Callable[..., UploadScanner]
    """``open(*, context)``."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class ApplicantCheckResult:
    """What a check of an applicant's identity found."""

    accepted: bool
    verified_by: str | None = None
    """Name of the service that confirmed the identity; None: only the form was checked."""

    reason: str = ""
    """Sentence for the applicant when not accepted."""


@attrs.frozen(kw_only=True)
class SubmissionCheckResult:
    """What an outside system said of an application that is about to be handed in."""

    accepted: bool
    source: str = attrs.field(validator=attrs.validators.min_len(1))
    """Who answered, as people know it: a register, a list, another system. The applicant reads it."""

    answer: str = ""
    """What it said, for officers; kept in the case."""

    reason: str = ""
    """Sentence for the applicant when not accepted."""


@attrs.frozen(kw_only=True)
class MessageTextsEntry:
    """Texts of messages; the settings name those that are used (``[plugins] message_texts``)."""

    name: str
    open: Callable[..., Iterable[MessageText]]
    """``open(*, context)``: returns the texts."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class NumberSourceEntry:
    """An outside registry that gives numbers; the settings name its registers (``[plugins] number_sources``)."""

    name: str
    open: Callable[..., NumberSource]
    """``open(*, context)``."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class RetentionEntry:
    """Something that holds data about cases, or knows why one must stay; named in ``[plugins] retention``."""

    name: str
    """Stable: the office keeps under it what is still to be forgotten."""

    open: Callable[..., RetentionParticipant]
    """``open(*, context)``."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class WorkQueueEntry:
    """What wakes the workers and spreads the work; named in ``[plugins] work_queue``."""

    name: str
    open: Callable[..., WorkQueue]
    """``open(*, address, context)``: with the address of the database, password included."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class PaymentProviderEntry:
    """A bank, a treasury or a payment service; named in ``[plugins] payment_providers``."""

    name: str
    """Stable: it stands in bills, and in the address that the provider calls."""

    open: Callable[..., PaymentProvider]
    """``open(*, context)``."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""


@attrs.frozen(kw_only=True)
class CliCommandEntry:
    """A command below ``perizinan``."""

    name: str
    help: str
    load: Callable[..., click.Command]
    """``load(*, context)``: returns the command; ``context.office()`` in it opens the office of the settings."""

    settings: type[Any] | None = None
    """attrs class of the table ``[plugin.NAME]``; None: it has no settings. See ``docs/reference/hooks.md``."""

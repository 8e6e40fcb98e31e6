"""
The office's settings: one ``perizinan.toml``.

Paths in it are relative to its folder. Secrets never stand in it: a setting that needs one names where it
is, ``env:NAME`` or ``file:PATH``, or a host application answers by callback.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import attrs

from perizinan_core._converters import from_json
from perizinan_core.bootstrap._environment import KEEPS, from_environment, resolved
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.converters import WireFormatError
from perizinan_core.i18n import LANGUAGES
from perizinan_core.model._contact import Pace
from perizinan_core.model._figures import PeriodLength
from perizinan_core.signing.ltv import Level, OnFailure

__all__ = [
    "FILE_NAME",
    "CheckSettings",
    "ComplaintSettings",
    "MessageSettings",
    "OfficeSettings",
    "PluginTable",
    "PublicationSettings",
    "RetentionSettings",
    "Settings",
    "SigningSettings",
    "StorageSettings",
    "TimestampSettings",
    "TransparencySettings",
    "load_settings",
    "read_secret",
]


FILE_NAME = "perizinan.toml"
"""Name of the settings file."""

ENVIRONMENT = "env:"
"""In the place of a file: the settings are in the environment, see `Settings.from_environment`."""

_SECRET = {KEEPS: ("env", "file")}
"""A setting that says where a secret is: it is read when it is needed, and not before."""

_SIGNER = {KEEPS: ("file",)}
"""A setting whose value may be a file itself."""


@attrs.frozen(kw_only=True)
class OfficeSettings:
    """Which local government it is."""

    authority: str
    """Slug of an authority that an installed plugin brings."""

    language: Literal["id", "en"] = attrs.field(default="id", validator=attrs.validators.in_(LANGUAGES))
    """Language of letters and messages where no one chose one."""


def _check_direct(instance: Any, _attribute: attrs.Attribute[int], value: int) -> None:
    if value and instance.seal == "all":
        raise ValueError(
            'direct_permits needs seal = "private" or "none": what is sealed cannot be fetched directly'
        )


@attrs.frozen(kw_only=True)
class StorageSettings:
    """Where records and documents are kept."""

    database: str = "sqlite:///data/perizinan.db"
    """``sqlite:///PATH`` or ``postgresql://…`` (also ``postgres://…``; its password: ``database_password``)."""

    database_password: str | None = attrs.field(default=None, metadata=_SECRET)
    """Where the password is (``env:NAME`` or ``file:PATH``), or None."""

    documents: str = "folder:data/documents"
    incoming: str = "data/incoming"
    """
    Folder of files that arrive in parts. All processes of the office use the same one: a local folder on one
    machine, a shared file system with locks on several.
    """

    keys: str = attrs.field(default="file:keys/storage.json", metadata=_SECRET)
    """Where the keys are that encrypt personal data at rest."""

    seal: Literal["none", "all", "private"] = attrs.field(
        default="none", validator=attrs.validators.in_(("none", "all", "private"))
    )
    """
    Which documents are encrypted at rest, under ``keys``: ``none``, ``all``, or ``private`` (all but issued permits).
    Older documents are changed by ``perizinan documents seal``.
    """

    direct_permits: int = attrs.field(
        default=0, validator=[attrs.validators.ge(0), attrs.validators.le(3600), _check_direct]
    )
    """
    For how many seconds an issued permit may be fetched from an object store itself, by a signed address that the
    office gives to those who may download it; 0: everything goes through the office.
    """


@attrs.frozen(kw_only=True)
class TimestampSettings:
    """Timestamps and long-term data of permits; without an address there are none."""

    url: str | None = attrs.field(
        default=None,
        validator=attrs.validators.optional(attrs.validators.matches_re(r"https?://[^\s/@]+(/.*)?")),
    )
    """
    Address of a timestamp service (RFC 3161). Its root certificate belongs into ``roots``, so that those
    who check permits know it.
    """

    level: Level = Level.B_LTA
    """What every permit reaches when it is issued: ``B-T``, ``B-LT`` or ``B-LTA``."""

    timeout: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    """Seconds for each question to the timestamp service, an OCSP responder or a place of revocation lists."""

    on_failure: OnFailure = OnFailure.STOP
    """
    ``stop``: the permit waits, unissued, until the level is reached. ``continue``: it is issued below its
    level, and the worker extends it later.
    """

    authorization: str | None = attrs.field(default=None, metadata=_SECRET)
    """Where the value of the ``Authorization`` header is (``env:NAME`` or ``file:PATH``), or None."""


@attrs.frozen(kw_only=True)
class SigningSettings:
    """Who signs, with what."""

    development: bool = False
    """True: a development CA is made on first use, and every letter says that it is not valid."""

    folder: str = "keys"
    """Folder of the development CA and of the keys for QR codes and the authority document."""

    signers: Mapping[str, str] = attrs.field(factory=dict, metadata=_SIGNER)
    """Address of the signer of each position, e.g. ``kepala-dinas = "file:keys/kepala-dinas.p12"``."""

    secrets: Mapping[str, str] = attrs.field(factory=dict, metadata=_SECRET)
    """Where each position's secret is: ``env:NAME`` or ``file:PATH``."""

    roots: tuple[str, ...] = ()
    """PEM files of the root certificates that the authority document publishes."""

    timestamps: TimestampSettings = TimestampSettings()
    qr_key: str = "keys/qr.pem"
    """Private key of the QR codes (made on first use)."""

    document_key: str = "keys/authority-document.pem"
    """Private key that signs ``authority.json`` (made on first use); keys it replaced lie beside it."""

    status_key: str = "keys/status-list.pem"
    """Private key that signs the status list (made on first use)."""


@attrs.frozen(kw_only=True)
class PublicationSettings:
    """What the office publishes for those who check its permits."""

    folder: str | None = None
    """Folder of ``status-list.cwt``, to be served by a web server; without it there is no status list."""

    status_list_url: str | None = None
    """Address of the list; default: ``/status-list.cwt`` on the host of the verification address."""

    max_age_hours: int = attrs.field(default=168, validator=attrs.validators.ge(1))
    """How old a list may be to be relied on, in hours; 168 are seven days."""

    refresh_minutes: int = attrs.field(default=60, validator=attrs.validators.ge(1))
    """How often the worker makes the list again when nothing changed, in minutes."""


@attrs.frozen(kw_only=True)
class RetentionSettings:
    """How long what stays that no law asks to be kept; in days."""

    drafts: int = attrs.field(default=180, validator=attrs.validators.ge(30))
    """A draft on which no one worked so long is removed; its applicant is notified before."""

    draft_notice: int = attrs.field(default=14, validator=attrs.validators.ge(7))
    """How long before; these days are among those of ``drafts`` and count from the notice."""

    unused_files: int = attrs.field(default=30, validator=attrs.validators.ge(1))
    """An uploaded file that no record has named for so long is removed."""

    messages: int = attrs.field(default=90, validator=attrs.validators.ge(1))
    """How long the case shows which channel accepted a message and when. Notices stay in the case for good."""

    events: int = attrs.field(default=7, validator=attrs.validators.ge(1))
    """How long an event stays in the outbox after its consumer has received it."""


@attrs.frozen(kw_only=True)
class MessageSettings:
    """How often people are written to about what can wait; each chooses for themselves what suits them better."""

    officers: Pace = Pace.AT_ONCE
    """``at-once``, ``daily`` or ``working-mornings``: for officers who chose nothing; applicants: at once."""

    hour: int = attrs.field(default=7, validator=attrs.validators.in_(range(24)))
    """After this hour, by the clocks of the office, what waited is brought together in one message."""


@attrs.frozen(kw_only=True)
class ComplaintSettings:
    """In how many working days complaints are answered; never later than 60 days (UU 25/2009, Perpres 76/2013)."""

    suggestion: int = attrs.field(default=5, validator=attrs.validators.in_(range(1, 61)))
    """Questions and suggestions."""

    service: int = attrs.field(default=14, validator=attrs.validators.in_(range(1, 61)))
    """Complaints about the service."""

    abuse: int = attrs.field(default=60, validator=attrs.validators.in_(range(1, 61)))
    """Illegal levies and abuse of a post, which have to be looked into."""


@attrs.frozen(kw_only=True)
class TransparencySettings:
    """What the office publishes about its own work."""

    period: PeriodLength = PeriodLength.QUARTER
    """
    ``month``, ``quarter`` or ``year``: figures are of whole periods that are over. Do not change it once figures were
    published: of two lengths the difference would tell of single cases.
    """


@attrs.frozen(kw_only=True)
class CheckSettings:
    """What follows when an outside system does not answer about a submission (``decide_submission_check``)."""

    on_failure: OnFailure = OnFailure.CONTINUE
    """
    ``continue``: the application is taken with a note, waits for the answer where everyone sees it, and is not decided
    well before; the worker asks again. ``stop``: it is not taken now, and stays a draft.
    """

    permit_types: Mapping[str, OnFailure] = attrs.field(factory=dict)
    """The same for single permit types, by code."""

    time_limit: float = attrs.field(default=10.0, validator=[attrs.validators.gt(0), attrs.validators.le(60)])
    """Seconds for one check; the applicant waits for it."""


@attrs.frozen(kw_only=True)
class PluginTable:
    """Which plugins are asked for what."""

    disabled: tuple[str, ...] = ()
    replaces: Mapping[str, str] = attrs.field(factory=dict)
    """
    For a name or scheme that is built in, or that several plugins offer: the plugin whose own is used, e.g.
    ``folder = "my-store"``. Without it, what is built in stays in use.
    """

    channels: tuple[str, ...] = ("mail-folder",)
    """Notification channels, each of which receives every message."""

    consumers: tuple[str, ...] = ()
    """Event consumers, each of which receives the kinds of events that it asks for."""

    scanners: tuple[str, ...] = ()
    """Upload scanners after the built-in inspection; all must agree."""

    message_texts: tuple[str, ...] = ()
    """Texts of messages in the place of ours; where two speak of the same message, the first named counts."""

    number_sources: Mapping[str, str] = attrs.field(factory=dict)
    """Outside registries by the code of the register whose numbers they give."""

    payment_providers: tuple[str, ...] = ()
    """Who can be paid from home; bills are made by the first, unless another one is asked for."""

    retention: tuple[str, ...] = ()
    """What is asked before a draft is discarded, and forgets it afterwards."""

    work_queue: str = "rounds"
    """What wakes the workers: ``rounds``, which need nothing, or the queue of a plugin, for any number of workers."""

    renderer: str = "typst"
    frontend: str = "verify"
    folder: str = "data/plugins"
    """Folder in which each plugin has one of its own, made when the plugin first asks for it."""


@attrs.frozen(kw_only=True)
class Settings:
    """All settings of one office."""

    office: OfficeSettings
    storage: StorageSettings = StorageSettings()
    signing: SigningSettings = SigningSettings()
    plugins: PluginTable = PluginTable()
    checks: CheckSettings = CheckSettings()
    publication: PublicationSettings = PublicationSettings()
    retention: RetentionSettings = RetentionSettings()
    transparency: TransparencySettings = TransparencySettings()
    complaints: ComplaintSettings = ComplaintSettings()
    messages: MessageSettings = MessageSettings()
    plugin: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    """Tables of single plugins, e.g. ``[plugin.mail-folder]``."""

    folder: Path = attrs.field(factory=Path)
    """What relative paths are relative to."""

    def path(self, text: str) -> Path:
        """Return a path of the settings as an absolute one."""
        return (self.folder / text).resolve()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """
        Read all settings from variables: ``[storage] database`` is ``PERIZINAN_STORAGE_DATABASE``, and so on.

        Lists are written with commas or as TOML, tables as TOML (``{ head = "file:head.p12" }``), those of plugins
        as a TOML text in ``PERIZINAN_PLUGIN``. Paths count from ``PERIZINAN_FOLDER``, or else from the working
        folder.

        Args:
            environment: Variables by name; None: those of this process.

        Raises:
            BootstrapError: ``settings-environment``: variables are unknown or hold something else; all are named.
            BootstrapError: ``secret-missing``: a value should be read from a place where nothing is.
        """
        given = os.environ if environment is None else environment
        data, folder = from_environment(cls, given)
        try:
            settings = from_json(cls, resolved(cls, data, folder, given))
        except WireFormatError as error:
            raise BootstrapError("settings-environment", problems=error.problems) from error
        return attrs.evolve(settings, folder=folder)


def load_settings(path: Path) -> Settings:
    """
    Read ``perizinan.toml``, or with ``env:`` in the place of a file the environment.

    A value ``env:NAME`` or ``file:PATH`` is read from there.

    Raises:
        BootstrapError: ``settings``: the file is missing, no TOML, or holds unknown or wrong settings; all
            are named.
        BootstrapError: ``secret-missing``: a value should be read from a place where nothing is.
    """
    if str(path) == ENVIRONMENT:
        return Settings.from_environment()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BootstrapError("settings", path=str(path), problems=("the file does not exist",)) from error
    except OSError as error:
        raise BootstrapError(
            "settings", path=str(path), problems=(error.strerror or type(error).__name__,)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BootstrapError("settings", path=str(path), problems=(str(error),)) from error
    try:
        given = {key: value for key, value in data.items() if key != "folder"}
        settings = from_json(Settings, resolved(Settings, given, path.resolve().parent, os.environ))
    except WireFormatError as error:
        raise BootstrapError("settings", path=str(path), problems=error.problems) from error
    return attrs.evolve(settings, folder=path.resolve().parent)


def read_secret(address: str, *, folder: Path, environment: Mapping[str, str]) -> bytes:
    """
    Return the secret at ``env:NAME`` or ``file:PATH`` (a final line break is not part of it).

    Raises:
        BootstrapError: ``secret-missing``: nothing is there, or the address has another form.
    """
    scheme, _, name = address.partition(":")
    if scheme == "env" and name in environment:
        return environment[name].encode()
    if scheme == "file":
        try:
            return (folder / name).read_bytes().rstrip(b"\r\n")
        except OSError as error:
            raise BootstrapError("secret-missing", address=address) from error
    raise BootstrapError("secret-missing", address=address)

"""The office's keys: opened where the settings say, made on first use where that is safe."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from perizinan_core._saved_file import create_file
from perizinan_core.bootstrap._bounded import bounded_signer
from perizinan_core.bootstrap._contexts import Contexts
from perizinan_core.bootstrap._development_ca import DevelopmentCA
from perizinan_core.bootstrap._keys_on_record import DEVELOPMENT, DOCUMENT, QR, STATUS, KeysOnRecord
from perizinan_core.bootstrap._plugins import opened, pick
from perizinan_core.bootstrap._settings import Settings, read_secret
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.storage import StorageError
from perizinan_core.hooks import SignerEntry
from perizinan_core.hooks._manager import Origin, Registered
from perizinan_core.model._authority import Authority
from perizinan_core.model._text import Text
from perizinan_core.published._keys import PrivateKey
from perizinan_core.services._context_parts import OfficeKeys
from perizinan_core.signing import SecretCallback, Signer
from perizinan_core.signing.ltv import RevocationClient, TimestampClient, TimestampPolicy
from perizinan_core.storage import KeyRing

__all__ = [
    "Signers",
    "coming_key",
    "has_coming_key",
    "open_key_file",
    "open_keys",
    "open_roots",
    "open_storage_keys",
    "open_timestamps",
    "replace_lost_key",
    "rotate_key",
]

AskSecret = Callable[[str], "str | bytes | None"]
"""A host application's answer to "what is the secret of this position"; None: look into the settings."""


def open_storage_keys(settings: Settings, known: Callable[[], tuple[str, ...]]) -> KeyRing:
    """
    Return the keys that protect the records: from ``env:NAME``, or ``file:PATH`` (made on first use).

    Args:
        settings: Where they are.
        known: Asked only when the file is missing: ids of the keys that the database knows.

    Raises:
        StorageError: the keys cannot be read.
        StorageError: ``storage-keys-lost``: the file is missing, and the database has records under other
            keys.
    """
    scheme, _, name = settings.storage.keys.partition(":")
    if scheme == "env":
        return KeyRing.from_environment(name=name)
    path = settings.path(name if scheme == "file" else settings.storage.keys)
    if not path.exists() and (ids := known()):
        raise StorageError("storage-keys-lost", path=settings.storage.keys, keys=ids)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return KeyRing.open_or_create(path)


def open_keys(settings: Settings, record: KeysOnRecord | None = None) -> OfficeKeys:
    """
    Return the office's own keys; P-256, made on first use with mode 0600.

    Args:
        settings: Where they are.
        record: What the records know of them; None: every missing file is a first use.

    Raises:
        BootstrapError: ``office-key-file``: a file is there but holds no such key.
        BootstrapError: ``office-key-lost``: a file is missing that was used here.
    """
    own = settings.signing
    paths = {
        name: settings.path(file)
        for name, file in ((DOCUMENT, own.document_key), (QR, own.qr_key), (STATUS, own.status_key))
    }
    if record is not None:
        for name, path in paths.items():
            record.require(name, path)
    keys = OfficeKeys(
        document=_open_or_make(paths[DOCUMENT]),
        qr=_open_or_make(paths[QR]),
        status=_open_or_make(paths[STATUS]),
        former_documents=tuple(
            _open(path) for path in sorted(paths[DOCUMENT].parent.glob(f"{paths[DOCUMENT].name}.*.former"))
        ),
    )
    if record is not None:
        record.note(*paths)
    return keys


def open_key_file(path: Path) -> PrivateKey:
    """
    Return the key of a file: P-256, made with mode 0600 where there is none.

    Raises:
        BootstrapError: ``office-key-file``: the file holds no such key.
    """
    return _open_or_make(path)


def coming_key(path: Path) -> PrivateKey:
    """
    Return the key that is to take the place of a key file, ``PATH.next``; made where there is none.

    Raises:
        KeyFileProblemError: the file holds no such key.
    """
    return _open_or_make(_next(path))


def has_coming_key(path: Path) -> bool:
    """Return True when a key waits to take the place of a key file."""
    return _next(path).exists()


def rotate_key(path: Path, now: datetime) -> Path:
    """
    Put the coming key (`coming_key`), or a new one, in the place of a key file and keep the old one beside it.

    Args:
        path: The key file.
        now: Present moment; part of the old one's new name.

    Returns:
        Where the old key lies now. One that signed ``authority.json`` has to stay there until all who know
        it have updated; others may be destroyed.

    Raises:
        BootstrapError: ``office-key-file``: the file holds no key.
    """
    _open(path)
    former = _former(path, now)
    os.link(path, former)
    fresh = _next(path)
    if not fresh.exists():
        _make(fresh)
    fresh.replace(path)
    return former


def replace_lost_key(settings: Settings, authority: Authority, purpose: str, now: datetime) -> Path:
    """
    Make a new key where a file was lost for good; a file that is there is left alone.

    Args:
        settings: Where the file belongs.
        authority: Its delegations name the positions that sign with development certificates.
        purpose: ``"document"``, ``"qr"``, ``"status"``, or ``"development"`` for all its files.
        now: Present moment.

    Returns:
        The file, or the folder of the development keys.
    """
    if purpose == DEVELOPMENT:
        folder = _development_folder(settings)
        if folder.exists() and not DevelopmentCA.authority_file(folder).exists():
            # Its certificates belong to the lost CA: none of them may be mixed with those of the new one.
            folder.rename(_former(folder, now))
        signers = Signers(settings, authority, (), lambda: now)
        for position in sorted({item.position for item in authority.delegations}):
            signers.make_development(position)
        return folder
    path = settings.path(getattr(settings.signing, f"{purpose}_key"))
    _open_or_make(path)
    return path


def open_roots(
    settings: Settings, now: datetime, record: KeysOnRecord | None = None
) -> tuple[x509.Certificate, ...]:
    """
    Return the root certificates that the authority document publishes.

    Raises:
        BootstrapError: ``office-key-file``: a file is missing or holds no certificate.
        BootstrapError: ``office-key-lost``: the development CA was used here, and its file is missing.
    """
    found: list[x509.Certificate] = []
    for name in settings.signing.roots:
        path = settings.path(name)
        try:
            found.extend(x509.load_pem_x509_certificates(path.read_bytes()))
        except (OSError, ValueError, x509.InvalidVersion) as error:
            raise BootstrapError("office-key-file", path=name, expected="PEM certificates") from error
    if settings.signing.development:
        found.append(_development(settings, now, record).root)
    return tuple(found)


def open_timestamps(settings: Settings) -> TimestampPolicy | None:
    """
    Return what the settings want of timestamps; None when they name no service.

    Raises:
        BootstrapError: ``secret-missing``: the value of the ``Authorization`` header is not where they say.
    """
    wanted = settings.signing.timestamps
    if wanted.url is None:
        return None
    headers = {}
    if wanted.authorization is not None:
        secret = read_secret(wanted.authorization, folder=settings.folder, environment=os.environ)
        headers["Authorization"] = secret.decode()
    return TimestampPolicy(
        client=TimestampClient(url=wanted.url, timeout=wanted.timeout, headers=headers),
        level=wanted.level,
        on_failure=wanted.on_failure,
        revocation=RevocationClient(timeout=wanted.timeout),
    )


@attrs.frozen
class _Unlocked:
    """What one caller gave a secret for; gone with the call."""

    secret: SecretCallback = attrs.field(repr=False)
    open: dict[str, Signer | PerizinanError] = attrs.field(factory=dict, repr=False)


@attrs.define
class Signers:
    """Opens the signer of each position once, on first use (`services.SignerSource`)."""

    _settings: Settings
    _authority: Authority
    _entries: tuple[Registered, ...]
    _clock: Callable[[], datetime]
    _ask: AskSecret | None = None
    _record: KeysOnRecord | None = None
    _contexts: Contexts | None = attrs.field(default=None, kw_only=True)
    _open: dict[str, Signer] = attrs.field(factory=dict)
    _asking: dict[str, bool] = attrs.field(factory=dict)
    _unlocked: ContextVar[_Unlocked | None] = attrs.field(
        factory=lambda: ContextVar("perizinan-unlocked", default=None), repr=False
    )
    _development: DevelopmentCA | None = None

    def positions(self) -> tuple[str, ...]:
        """Return the positions that can sign here."""
        known = set(self._settings.signing.signers)
        if self._settings.signing.development:
            known |= {item.position for item in self._authority.delegations}
        return tuple(sorted(known))

    def signer_for(self, position: str) -> Signer:
        """
        Return the signer of a position.

        Raises:
            BootstrapError: ``signer-not-configured``: the settings name none, and development is off.
            BootstrapError: ``office-key-lost``: the position's development key was used here, and its file
                is missing.
            SigningError: the key file or its secret is wrong.
            HookError: ``plugin-problem``: a plugin's signer could not be opened.
        """
        if position in self._open:
            return self._open[position]
        unlocked = self._unlocked.get()
        if unlocked is None or not self.asks(position):
            self._open[position] = self._opened(position, lambda: self._secret(position))
            return self._open[position]
        if position not in unlocked.open:
            try:
                unlocked.open[position] = self._opened(position, lambda: unlocked.secret(position))
            except PerizinanError as error:
                # A card is blocked after a few wrong secrets: one that did not open it is not tried twice.
                unlocked.open[position] = error
        found = unlocked.open[position]
        if isinstance(found, PerizinanError):
            raise found
        return found

    def asks(self, position: str) -> bool:
        """Return whether the signer of a position needs a secret that is nowhere in the settings."""
        if position in self._open:
            return False
        if position not in self._asking:
            missed = []

            def secret() -> str | bytes | None:
                if (answer := self._secret(position)) is None:
                    missed.append(position)
                return answer

            try:
                signer = self._opened(position, secret)
            except PerizinanError:
                # What else is wrong with it is said when someone signs.
                if not missed:
                    return False
            else:
                if not missed:
                    self._open[position] = signer
                    return False
            self._asking[position] = True
        return True

    @contextlib.contextmanager
    def unlocked(self, secret: SecretCallback) -> Iterator[None]:
        """Let signers that ask for a secret be opened with this one, in this thread and within the block alone."""
        token = self._unlocked.set(_Unlocked(secret))
        try:
            yield
        finally:
            self._unlocked.reset(token)

    def footer_for(self, position: str) -> Text | None:
        """Return the sentence of the kind of signer that the position has; development keys have none."""
        address = self._settings.signing.signers.get(position)
        if address is None:
            return None
        scheme, mark, _rest = address.partition(":")
        entry: SignerEntry = pick(self._entries, "signer", scheme if mark else "file", "scheme").record
        return entry.footer

    def _opened(self, position: str, secret: Callable[[], str | bytes | None]) -> Signer:
        address = self._settings.signing.signers.get(position)
        if address is None:
            if not self._settings.signing.development or position not in self.positions():
                raise BootstrapError("signer-not-configured", position=position)
            return self.make_development(position)
        scheme, mark, rest = address.partition(":")
        if not mark or scheme == "file":
            scheme = "file"
            address = f"file:{self._settings.path(rest if mark else address)}"
        entry = pick(self._entries, "signer", scheme, "scheme")
        contexts = self._contexts or Contexts(self._settings, self._clock)
        signer: Signer = opened(
            entry,
            "signer",
            scheme,
            address=address,
            secret=lambda _name: secret(),
            context=contexts.of(entry, "register_signers"),
        )
        return signer if entry.origin is Origin.BUILTIN else bounded_signer(signer, entry.plugin, scheme)

    def make_development(self, position: str) -> Signer:
        """Return the signer with a position's development certificate, made on first use."""
        name = f"{DEVELOPMENT}:{position}"
        if self._development is None:
            self._development = _development(self._settings, self._clock(), self._record)
        ca = self._development
        if self._record is not None:
            self._record.require(name, ca.key_file(position))
        title = self._authority.position(position).title.id
        signer = ca.signer(
            position, name=title[:48], now=self._clock(), organization=self._authority.name.id[:60]
        )
        if self._record is not None:
            self._record.note(name)
        return signer

    def _secret(self, position: str) -> str | bytes | None:
        answer = self._ask(position) if self._ask is not None else None
        if answer is not None:
            return answer
        address = self._settings.signing.secrets.get(position)
        if address is None:
            return None
        return read_secret(address, folder=self._settings.folder, environment=os.environ)


def _development(settings: Settings, now: datetime, record: KeysOnRecord | None) -> DevelopmentCA:
    folder = _development_folder(settings)
    if record is not None:
        record.require(DEVELOPMENT, DevelopmentCA.authority_file(folder))
    ca = DevelopmentCA.open(folder, now=now)
    if record is not None:
        record.note(DEVELOPMENT)
    return ca


def _development_folder(settings: Settings) -> Path:
    return settings.path(settings.signing.folder) / "development"


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _former(path: Path, now: datetime) -> Path:
    return path.with_name(f"{path.name}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.former")


def _open_or_make(path: Path) -> PrivateKey:
    if not path.exists():
        _make(path)
    return _open(path)


def _open(path: Path) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BootstrapError(
            "office-key-file", path=path.name, expected="an unencrypted P-256 or Ed25519 key"
        ) from error
    if isinstance(key, ed25519.Ed25519PrivateKey) or (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        return key
    raise BootstrapError("office-key-file", path=path.name, expected="an unencrypted P-256 or Ed25519 key")


def _make(path: Path) -> None:
    """Write a new key under its final name in one step; anyone who comes second uses the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    create_file(path, content)

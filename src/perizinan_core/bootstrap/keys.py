"""The office's keys: opened where the settings say, made on first use where that is safe."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from perizinan_core.bootstrap.plugins import opened, pick
from perizinan_core.bootstrap.settings import Settings, read_secret
from perizinan_core.errors.bootstrap import KeyFileProblemError, SignerNotConfiguredError
from perizinan_core.hooks.manager import Registered
from perizinan_core.model.authority import Authority
from perizinan_core.published.keys import PrivateKey
from perizinan_core.services import OfficeKeys
from perizinan_core.signing import DevelopmentCA, Signer
from perizinan_core.signing.ltv import RevocationClient, TimestampClient, TimestampPolicy
from perizinan_core.storage import KeyRing

__all__ = ["Signers", "open_keys", "open_roots", "open_storage_keys", "open_timestamps", "rotate_key"]

AskSecret = Callable[[str], "str | bytes | None"]
"""A host application's answer to "what is the secret of this position"; None: look into the settings."""


def open_storage_keys(settings: Settings) -> KeyRing:
    """
    Return the keys that encrypt personal data: from ``env:NAME``, or ``file:PATH`` (made on first use).

    Raises:
        StorageError: the keys cannot be read.
    """
    scheme, _, name = settings.storage.keys.partition(":")
    if scheme == "env":
        return KeyRing.from_environment(name=name)
    path = settings.path(name if scheme == "file" else settings.storage.keys)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return KeyRing.open_or_create(path)


def open_keys(settings: Settings) -> OfficeKeys:
    """
    Return the office's own keys; P-256, made on first use with mode 0600.

    Raises:
        KeyFileProblemError: a file is there but holds no such key.
    """
    document = settings.path(settings.signing.document_key)
    return OfficeKeys(
        document=_open_or_make(document),
        qr=_open_or_make(settings.path(settings.signing.qr_key)),
        status=_open_or_make(settings.path(settings.signing.status_key)),
        former_documents=tuple(
            _open(path) for path in sorted(document.parent.glob(f"{document.name}.*.former"))
        ),
    )


def rotate_key(path: Path, now: datetime) -> Path:
    """
    Put a new key in the place of a key file and keep the old one beside it.

    Args:
        path: The key file.
        now: Present moment; part of the old one's new name.

    Returns:
        Where the old key lies now. One that signed ``authority.json`` has to stay there until all who know
        it have updated; others may be destroyed.

    Raises:
        KeyFileProblemError: the file holds no key.
    """
    _open(path)
    former = path.with_name(f"{path.name}.{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.former")
    os.link(path, former)
    fresh = path.with_name(f".{path.name}.{uuid4().hex}.new")
    _make(fresh)
    fresh.replace(path)
    return former


def open_roots(settings: Settings, now: datetime) -> tuple[x509.Certificate, ...]:
    """
    Return the root certificates that the authority document publishes.

    Raises:
        KeyFileProblemError: a file is missing or holds no certificate.
    """
    found: list[x509.Certificate] = []
    for name in settings.signing.roots:
        path = settings.path(name)
        try:
            found.extend(x509.load_pem_x509_certificates(path.read_bytes()))
        except (OSError, ValueError, x509.InvalidVersion) as error:
            raise KeyFileProblemError(path=name, expected="PEM certificates") from error
    if settings.signing.development:
        found.append(_development(settings, now).root)
    return tuple(found)


def open_timestamps(settings: Settings) -> TimestampPolicy | None:
    """
    Return what the settings want of timestamps; None when they name no service.

    Raises:
        SecretMissingError: the value of the ``Authorization`` header is not where they say.
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


@attrs.define
class Signers:
    """Opens the signer of each position once, on first use (`services.SignerSource`)."""

    _settings: Settings
    _authority: Authority
    _entries: tuple[Registered, ...]
    _clock: Callable[[], datetime]
    _ask: AskSecret | None = None
    _open: dict[str, Signer] = attrs.field(factory=dict)

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
            SignerNotConfiguredError: the settings name none, and development is off.
            SigningError: the key file or its secret is wrong.
            PluginProblemError: a plugin's signer could not be opened.
        """
        if position not in self._open:
            self._open[position] = self._opened(position)
        return self._open[position]

    def _opened(self, position: str) -> Signer:
        address = self._settings.signing.signers.get(position)
        if address is None:
            if not self._settings.signing.development or position not in self.positions():
                raise SignerNotConfiguredError(position=position)
            title = self._authority.position(position).title.id
            return _development(self._settings, self._clock()).signer(
                position, name=title[:48], now=self._clock(), organization=self._authority.name.id[:60]
            )
        scheme, mark, rest = address.partition(":")
        if not mark or scheme == "file":
            scheme = "file"
            address = f"file:{self._settings.path(rest if mark else address)}"
        entry = pick(self._entries, "signer", scheme, "scheme")
        signer: Signer = opened(entry, "signer", scheme, address, lambda _name: self._secret(position))
        return signer

    def _secret(self, position: str) -> str | bytes | None:
        answer = self._ask(position) if self._ask is not None else None
        if answer is not None:
            return answer
        address = self._settings.signing.secrets.get(position)
        if address is None:
            return None
        return read_secret(address, folder=self._settings.folder, environment=os.environ)


def _development(settings: Settings, now: datetime) -> DevelopmentCA:
    return DevelopmentCA.open(settings.path(settings.signing.folder) / "development", now=now)


def _open_or_make(path: Path) -> PrivateKey:
    if not path.exists():
        _make(path)
    return _open(path)


def _open(path: Path) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileProblemError(path=path.name, expected="an unencrypted P-256 or Ed25519 key") from error
    if isinstance(key, ed25519.Ed25519PrivateKey) or (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        return key
    raise KeyFileProblemError(path=path.name, expected="an unencrypted P-256 or Ed25519 key")


def _make(path: Path) -> None:
    """Write a new key under its final name in one step; whoever comes second uses the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # A name of its own for each attempt: a second thread must not write into what the first has linked.
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)

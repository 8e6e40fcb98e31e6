"""
The development CA: a folder with a root, an issuing certificate and named signers, made on first use.

For demonstrations and development only: the keys lie unencrypted in files that only their owner
reads (mode 0600), and every certificate says PENGEMBANGAN / DEVELOPMENT in its subject.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Self

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from perizinan_core._saved_file import create_file
from perizinan_core.bootstrap._synthetic_ca import Issued, SyntheticCA
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.signing._file_key import FileKeySigner

__all__ = ["DevelopmentCA"]

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_AUTHORITY = "authority.pem"
_ROOT = "root.pem"


@attrs.frozen(eq=False)
class DevelopmentCA:
    """
    A synthetic CA kept in a folder.

    ``authority.pem`` holds both authority keys and certificates, ``root.pem`` the root certificate
    alone (to be handed to checkers), ``signer-<slug>.pem`` a signer's key and chain.
    """

    folder: Path
    """Where it is kept."""

    ca: SyntheticCA = attrs.field(repr=False)
    """Its keys and certificates."""

    @classmethod
    def open(cls, folder: Path, *, now: datetime) -> Self:
        """
        Open the CA in ``folder``, or make it there; two processes that do so at once get the same one.

        Args:
            folder: Folder for its files; made with mode 0700 if it does not exist.
            now: Present moment, with time zone.

        Raises:
            BootstrapError: ``development-folder``: The folder holds files that cannot be used.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / _AUTHORITY
        if not path.exists():
            made = SyntheticCA.create(now)
            create_file(path, _pem(made.issuing) + _pem(made.root))
        ca = _read_authority(path)
        create_file(folder / _ROOT, ca.root.certificate.public_bytes(Encoding.PEM))
        return cls(folder, ca)

    @staticmethod
    def authority_file(folder: Path) -> Path:
        """Return the file with the keys of a CA that is kept in ``folder``."""
        return folder / _AUTHORITY

    def key_file(self, slug: str) -> Path:
        """Return the file of a named signer, whether it is there or not."""
        return self.folder / f"signer-{slug}.pem"

    @property
    def root(self) -> x509.Certificate:
        """The trust anchor, for authority documents and checkers."""
        return self.ca.root.certificate

    def issue(
        self, slug: str, *, name: str, now: datetime, organization: str | None = None, kind: str = "rsa-2048"
    ) -> Path:
        """
        Return the key file of a named signer; made on first use, and again when its certificate ended.

        Args:
            slug: Short name of the signer, used for the file: small letters, digits and hyphens,
                no person's name.
            name: Name in the certificate, at most 48 characters.
            now: Present moment, with time zone.
            organization: Organisation in the certificate.
            kind: ``"rsa-2048"``, ``"rsa-3072"``, ``"rsa-4096"``, ``"p-256"`` or ``"p-384"``.

        Raises:
            BootstrapError: ``development-name``: ``slug`` or ``name`` cannot be used.
            SigningError: The existing file is damaged.
        """
        if not _SLUG.fullmatch(slug):
            raise BootstrapError("development-name", name=slug)
        path = self.key_file(slug)
        if self._standing(path, now) is not None:
            return path
        path.unlink(missing_ok=True)
        issued = self.ca.issue(name, now=now, organization=organization, kind=kind)
        create_file(path, _pem(issued))
        return path

    def signer(
        self, slug: str, *, name: str, now: datetime, organization: str | None = None, kind: str = "rsa-2048"
    ) -> FileKeySigner:
        """Return the named signer, see `issue`; its file is read once."""
        found = self._standing(self.key_file(slug), now) if _SLUG.fullmatch(slug) else None
        return found or FileKeySigner.open(
            self.issue(slug, name=name, now=now, organization=organization, kind=kind)
        )

    @staticmethod
    def _standing(path: Path, now: datetime) -> FileKeySigner | None:
        """Return the signer of a file whose certificate has not ended, or None."""
        signer = FileKeySigner.open(path) if path.exists() else None
        return signer if signer is not None and signer.certificate.not_valid_after_utc > now else None


def _pem(issued: Issued) -> bytes:
    """Return key, certificate and the certificates above it as one PEM file."""
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificates = (issued.certificate, *issued.chain)
    return key + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def _read_authority(path: Path) -> SyntheticCA:
    content = path.read_bytes()
    try:
        keys = [
            load_pem_private_key(block, None)
            for block in re.findall(
                rb"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----", content, re.DOTALL
            )
        ]
        issuing, root = x509.load_pem_x509_certificates(content)[:2]
        issuing_key, root_key = (
            k for k in keys if isinstance(k, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        )
    except (ValueError, x509.InvalidVersion) as cause:
        raise BootstrapError("development-folder", file=path.name) from cause
    if root_key.public_key() != root.public_key() or issuing_key.public_key() != issuing.public_key():
        raise BootstrapError("development-folder", file=path.name)
    return SyntheticCA(Issued(root_key, root), Issued(issuing_key, issuing, (root,)))

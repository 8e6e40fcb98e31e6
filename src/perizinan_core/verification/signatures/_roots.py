"""
The certificates in which chains may end: given as files, or from a versioned trust store.

A store is a JSON file with the certificates beside it; the package brings one, ``indonesia``
(``verification/trust``). Each root has a cut-off: what was signed or stamped later is not believed,
whatever the certificate says. Operators replace the store by their own file of the same form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Self

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from perizinan_core.errors.verification import SourceReadError, TrustRootsError
from perizinan_core.i18n import Clause
from perizinan_core.published._strict_json import load_json
from perizinan_core.verification._paths import unwarned
from perizinan_core.verification._sources import read_source

INDONESIA = "indonesia"
"""Name of the store that comes with the package."""

_FORMAT = 1
_MAX_BYTES = 1024 * 1024
_MAX_FILES = 2000
_ENDINGS = {".pem", ".crt", ".cer", ".der", ".cert"}
_BEGIN = b"-----BEGIN CERTIFICATE-----"


@attrs.frozen(kw_only=True)
class Anchor:
    """One certificate in which chains may end."""

    certificate: x509.Certificate
    cut_off: datetime
    """Last moment for which it is believed: the end of the certificate, or earlier."""

    source: str
    """Where the certificate comes from: a file name, or the words of the store."""

    @classmethod
    def until_its_end(cls, certificate: x509.Certificate, source: str) -> Self:
        """Return an anchor that is believed as long as the certificate says."""
        return cls(certificate=certificate, cut_off=certificate.not_valid_after_utc, source=source)

    @property
    def name(self) -> str:
        """Return the subject as text."""
        return self.certificate.subject.rfc4514_string()

    @property
    def sha256(self) -> str:
        """Return the fingerprint, hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


@attrs.frozen(kw_only=True)
class TrustStore:
    """Roots, and certificates below them that files may leave out."""

    anchors: tuple[Anchor, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    name: str = "given"
    """``"given"`` for files on the command line, else the name of the store."""

    version: str | None = None

    def __add__(self, other: TrustStore) -> TrustStore:
        """Join two stores; of a root that both hold, the earlier cut-off counts."""
        joined: dict[x509.Certificate, Anchor] = {}
        for anchor in (*self.anchors, *other.anchors):
            known = joined.get(anchor.certificate)
            if known is None or anchor.cut_off < known.cut_off:
                joined[anchor.certificate] = anchor
        return TrustStore(
            anchors=tuple(joined.values()),
            intermediates=tuple(dict.fromkeys((*self.intermediates, *other.intermediates))),
            name="+".join(dict.fromkeys((self.name, other.name))),
            version=self.version or other.version,
        )


def load_roots(sources: Sequence[str | Path]) -> TrustStore:
    """
    Read roots from files and folders.

    Args:
        sources: For each: ``"indonesia"``, a PEM or DER file (PEM may hold several certificates), a folder
            of such files, or a store (``.json``). A folder named like a store is meant by ``"./indonesia"``.

    Raises:
        TrustRootsError: when one cannot be read or holds no certificate.
    """
    store: TrustStore | None = None
    for source in sources:
        part = indonesian_roots() if source == INDONESIA else _from_path(Path(source))
        store = part if store is None else store + part
    if store is None:
        raise TrustRootsError(source="--roots", fault="no root was given")
    return store


def indonesian_roots() -> TrustStore:
    """Return the store that comes with the package; see docs/explanation/indonesian-chains.md."""
    folder = resources.files("perizinan_core.verification") / "trust"
    return read_store(Path(str(folder / "indonesia.json")))


def read_store(path: Path) -> TrustStore:
    """
    Read a trust store.

    Raises:
        TrustRootsError: when it is damaged, or a certificate differs from its fingerprint.
    """
    try:
        data = load_json(_bytes(path))
        if not isinstance(data, dict) or data.get("format") != _FORMAT:
            raise TrustRootsError(
                source=path.name, fault=Clause("it is not a trust store of format {format}", format=_FORMAT)
            )
        anchors = tuple(_anchor(path, item) for item in data["roots"])
        below = tuple(_stored(path, item) for item in data.get("intermediates", ()))
        name, version = str(data["name"]), str(data["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise TrustRootsError(
            source=path.name, fault=Clause("it is not a trust store ({error})", error=error)
        ) from error
    if not anchors:
        raise TrustRootsError(source=path.name, fault="it holds no root")
    return TrustStore(anchors=anchors, intermediates=below, name=name, version=version)


def _anchor(path: Path, item: dict[str, Any]) -> Anchor:
    certificate = _stored(path, item)
    stated = item.get("cut_off")
    end = certificate.not_valid_after_utc
    cut_off = end if stated is None else datetime.fromisoformat(stated)
    if cut_off.tzinfo is None:
        raise ValueError("a cut-off has no time zone")
    return Anchor(certificate=certificate, cut_off=min(cut_off, end), source=str(item["source"]))


def _stored(path: Path, item: dict[str, Any]) -> x509.Certificate:
    name = str(item["file"])
    if "/" in name or "\\" in name or name.startswith("."):
        raise TrustRootsError(source=path.name, fault=Clause("{name} does not lie beside it", name=name))
    found = _certificates(path.with_name(name))
    if len(found) != 1 or found[0].fingerprint(hashes.SHA256()).hex() != item["sha256"]:
        raise TrustRootsError(source=name, fault="its certificate is not the one that the store names")
    return found[0]


def _from_path(path: Path) -> TrustStore:
    if path.is_dir():
        files = sorted(item for item in path.iterdir() if item.suffix.lower() in _ENDINGS and item.is_file())
        if len(files) > _MAX_FILES:
            raise TrustRootsError(
                source=path.name, fault=Clause("it holds more than {limit} files", limit=_MAX_FILES)
            )
        anchors = _anchors(item for item in files if not _is_other_pem(item))
        if not anchors:
            raise TrustRootsError(source=path.name, fault="the folder holds no .pem, .crt, .cer or .der file")
        return TrustStore(anchors=anchors)
    if path.suffix.lower() == ".json":
        return read_store(path)
    return TrustStore(anchors=_anchors([path]))


def _anchors(files: Iterable[Path]) -> tuple[Anchor, ...]:
    found: dict[x509.Certificate, Anchor] = {}
    for path in files:
        for item in _certificates(path):
            found.setdefault(item, Anchor.until_its_end(item, path.name))
    return tuple(found.values())


def _is_other_pem(path: Path) -> bool:
    """Return True for a key, request or list that lies among the certificates of a folder: it makes nothing trusted."""
    raw = _bytes(path)
    return b"-----BEGIN " in raw and _BEGIN not in raw


def _certificates(path: Path) -> list[x509.Certificate]:
    raw = _bytes(path)
    try:
        with unwarned():
            found = (
                x509.load_pem_x509_certificates(raw)
                if _BEGIN in raw
                else [x509.load_der_x509_certificate(raw)]
            )
            for item in found:
                _ = item.subject, item.not_valid_after_utc.astimezone(UTC)
    except (ValueError, x509.InvalidVersion) as error:
        raise TrustRootsError(source=path.name, fault="it holds no certificate in PEM or DER") from error
    return found


def _bytes(path: Path) -> bytes:
    try:
        return read_source(path, _MAX_BYTES)
    except SourceReadError as error:
        raise TrustRootsError(source=path.name, fault=error.fault) from error

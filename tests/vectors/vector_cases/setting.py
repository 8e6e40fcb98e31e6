"""
Where the cases play: the office of ``builder.py`` with more people, its status lists, and a CA with services.

The services (timestamps, OCSP, revocation lists) answer without a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core._exchange import Answer
from perizinan_core.bootstrap._synthetic_ca import MARKER, Issued, SyntheticCA
from perizinan_core.published import QrKey, RegisteredDelegation, Signatory, sign_authority_document
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._status_list import (
    StatusList,
    StatusListTerms,
    pack_statuses,
    sign_status_list,
)
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import Level, RevocationClient, TimestampClient, extend
from perizinan_core.signing.ltv._writing import with_store
from perizinan_core.testing._pki_server import PkiServer
from perizinan_core.verification._revocation import Evidence
from vector_cases import builder

__all__ = ["DAY", "SIGNED", "Services", "Setting"]

build = builder()

SIGNED: datetime = build.SIGNED_AT
DAY = timedelta(days=1)
LIST_URI = "https://izin.kotacontoh.example/status-list.cwt"
_LIST_KID = b"stat"
_CHECKED = build.CHECKED_AT
_LISTED_AT = _CHECKED - timedelta(hours=6)


@attrs.define
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


class Services:
    """A second CA whose certificates say where their revocation is told, with a timestamp service."""

    def __init__(self) -> None:
        before = SIGNED - 40 * DAY
        self.clock = _Clock(before)
        url = "http://pki.kotacontoh.example"
        ca = SyntheticCA.create(SIGNED - 400 * DAY, name="PKI", extensions=[_listed(f"{url}/crl/root")])
        responder = ca.issue(
            "OCSP", now=before, kind="rsa-2048", usages=("digital_signature",),
            extensions=[
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
                (x509.OCSPNoCheck(), False),
            ],
        )  # fmt: skip
        self.pki = PkiServer(url, self.clock, ca, responder, responder)
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self.pki.tsa = ca.issue(
            "TSA", now=before, kind="rsa-2048", usages=("digital_signature",), valid=(before, SIGNED + 2000 * DAY),
            extensions=[(stamping, True), _listed(f"{url}/crl/issuing")],
        )  # fmt: skip
        self.ca = ca
        self.signatories: list[Signatory] = []

    def officer(self, begin: datetime, end: datetime, *, told: tuple[str, ...] = ()) -> Issued:
        """Return the head of the office with a certificate of these times that names these services."""
        self.clock.now = SIGNED
        if told:
            issued = self.pki.issue("Kepala", valid=(begin, end), services=told)
        else:
            issued = self.ca.issue("Kepala", now=SIGNED, kind="p-256", valid=(begin, end))
        self.signatories.append(build.signatory(issued, "kepala-dpmptsp", "street-use"))
        return issued

    @property
    def client(self) -> TimestampClient:
        """The timestamp service."""
        return TimestampClient(url=self.pki.tsa_url, roots=self.pki.roots)

    @contextmanager
    def answering(self, at: datetime) -> Iterator[None]:
        """Let the services answer, with their clocks at one moment."""
        self.clock.now = at

        def answer(url: str, *, content: bytes | None = None, **_: Any) -> Answer:
            service, _sep, name = url.removeprefix(self.pki.url + "/").partition("/")
            if service == "tsa":
                return Answer(data=self.pki.timestamp_answer(content or b""))
            return Answer(
                data=self.pki.ocsp_answer(content or b"") if service == "ocsp" else self.pki.crl(name)
            )

        room = "perizinan_core.signing.ltv"
        with patch(f"{room}._timestamps.exchange", answer), patch(f"{room}._revocation.exchange", answer):
            yield

    def sign(self, pdf: bytes, issued: Issued, *, stamped: datetime | None = None) -> bytes:
        """Sign at the usual time, with a timestamp of another moment if wanted, whatever the certificate says."""
        with self.answering(stamped or SIGNED), patch("perizinan_core.signing._sign.check_validity"):
            client = attrs.evolve(self.client, max_skew=4000 * DAY) if stamped is not None else None
            return sign_pdf(pdf, issued.signer(), SigningRequest(signed_at=SIGNED), timestamps=client)

    def raised(self, pdf: bytes, level: Level, *, at: datetime = SIGNED + timedelta(minutes=5)) -> bytes:
        """Raise a signed file to a level."""
        with self.answering(at):
            return extend(
                pdf, level=level, tsa=self.client, roots=self.pki.roots, now=at, revocation=RevocationClient()
            )

    def revoked(self, pdf: bytes, issued: Issued, at: datetime) -> bytes:
        """Add a revocation list that names the certificate from a moment on."""
        issuing = self.ca.issuing
        entry = x509.RevokedCertificateBuilder().serial_number(issued.certificate.serial_number)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuing.certificate.subject)
            .last_update(SIGNED + 6 * DAY)
            .next_update(SIGNED + 13 * DAY)
            .add_revoked_certificate(entry.revocation_date(at.astimezone(UTC)).build())
            .sign(issuing.key, hashes.SHA256())
        )
        der = made.public_bytes(serialization.Encoding.DER)
        return with_store(pdf, Evidence(lists=(der,)))


class Setting:
    """The office, its people, and everything that lies beside the cases."""

    def __init__(self) -> None:
        self.world = world = build.World.create(unit=MARKER)
        self.services = Services()
        now = SIGNED - 300 * DAY
        self._extra: list[Signatory] = []
        self.rsa = {
            f"rsa_{bits}": self._officer(f"Kepala {bits}", f"rsa-{bits}") for bits in (2048, 3072, 4096)
        }
        self.p384 = self._officer("Kepala 384", "p-384")
        self.acting = self._officer(
            "Pelaksana Harian",
            delegations=_delegation(date(2026, 11, 20), date(2026, 11, 30), "acting_daily"),
        )
        self.acted = self._officer(
            "Pelaksana Tugas", delegations=_delegation(date(2026, 10, 1), date(2026, 11, 24), "acting_vacant")
        )
        self.coming = self._officer("Kepala Baru", delegations=_delegation(date(2026, 11, 26), None))
        self.encipherer = self._issued(
            world.ca.issue("Penyandi", now=now, kind="p-256", usages=("key_encipherment",)), None
        )
        self.list_key = ec.generate_private_key(ec.SECP256R1())

    def _officer(
        self, name: str, kind: str = "p-256", delegations: Sequence[RegisteredDelegation] | None = None
    ) -> Issued:
        issued = self.world.ca.issue(name, now=SIGNED - 300 * DAY, kind=kind)
        return self._issued(issued, delegations)

    def _issued(self, issued: Issued, delegations: Sequence[RegisteredDelegation] | None) -> Issued:
        entry = build.signatory(issued, "kepala-dpmptsp", "street-use")
        if delegations is not None:
            entry = attrs.evolve(entry, delegations=tuple(delegations))
        self._extra.append(entry)
        return issued

    def documents(self) -> dict[str, bytes]:
        """Return name → signed authority document; after all certificates were issued."""
        world = self.world
        office = attrs.evolve(world.document, signatories=(*world.document.signatories, *self._extra))
        terms = StatusListTerms(
            uri=LIST_URI, keys=(QrKey(kid=_LIST_KID, key=self.list_key.public_key()),), max_age=86400
        )
        neighbour = build.signatory(world.outsider, "kepala-dpmptsp", "street-use")
        made = {
            "office": office,
            "office-with-status": attrs.evolve(office, status_list=terms.to_json()),
            "other-office": attrs.evolve(
                world.document, slug="kota-lain", name="Pemerintah Kota Lain", signatories=(neighbour,)
            ),
            "services": attrs.evolve(
                world.document,
                roots=(self.services.ca.root.certificate,),
                signatories=tuple(self.services.signatories),
            ),
        }
        key = world.document_key
        return {
            name: sign_authority_document(item, key=key.public_key(), sign=signing_callback(key))
            for name, item in made.items()
        }

    def lists(self) -> dict[str, bytes]:
        """Return name → status list."""
        other = ec.generate_private_key(ec.SECP256R1())
        good = self._list(())
        return {
            "in-force": good,
            "revoked": self._list([(42, 1)]),
            "suspended": self._list([(42, 2)]),
            "superseded": self._list([(42, 3)]),
            "neighbours-revoked": self._list([(41, 1), (43, 1)]),
            "too-old": self._list((), issued=_CHECKED - timedelta(hours=25)),
            "too-short": self._list((), size=40),
            "too-new": self._list((), issued=_CHECKED + timedelta(hours=1)),
            "ended": self._list((), issued=_CHECKED - 3 * timedelta(hours=1), lasts=timedelta(hours=2)),
            "of-another-address": self._list((), uri="https://izin.kotalain.example/status-list.cwt"),
            "wrong-key": self._list((), key=other),
            "damaged": good[:-1] + bytes([good[-1] ^ 1]),
            "cut-off": good[: len(good) // 2],
            "names-version": self._list((), versions=(3, 3)),
        }

    def _list(
        self,
        marks: Sequence[tuple[int, int]],
        *,
        size: int = 400,
        uri: str = LIST_URI,
        issued: datetime = _LISTED_AT,
        lasts: timedelta = 7 * DAY,
        key: ec.EllipticCurvePrivateKey | None = None,
        versions: tuple[int, int] | None = None,
    ) -> bytes:
        made = StatusList(
            uri=uri,
            issued=issued,
            expires=issued + lasts,
            packed=pack_statuses(size, marks),
            ttl=3600,
            versions=versions,
        )
        return sign_status_list(made, sign=signing_callback(key or self.list_key), kid=_LIST_KID)

    def roots(self) -> dict[str, bytes]:
        """Return name → root certificate (PEM)."""
        pem = serialization.Encoding.PEM
        return {
            "office": self.world.ca.root.certificate.public_bytes(pem),
            "services": self.services.ca.root.certificate.public_bytes(pem),
        }


def _listed(url: str) -> tuple[x509.ExtensionType, bool]:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return x509.CRLDistributionPoints([point]), False


def _delegation(start: date, end: date | None, acting: str = "definitive") -> list[RegisteredDelegation]:
    return [
        RegisteredDelegation(
            code="mandate-2026", permit_types=frozenset({"street-use"}), start=start, end=end, acting=acting
        )
    ]

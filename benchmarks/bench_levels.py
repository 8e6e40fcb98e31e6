"""
Issuing and verifying permits at B-B, B-T, B-LT and B-LTA, beside pyHanko doing the same.

Issuing is signing, with what the level needs from a timestamp service and responders on loopback, and then validating
the own result; verifying is validating that result alone. Ours judges the whole permit, pyHanko the signature (at B-LTA
by its validation for archives). One CA, one letter; all turns are taken one after the other, so that a busy machine
slows all. ``ratio`` is ``peer_ms / ours_ms``. Bars: verifying B-LTA takes at most 1.2 times what pyHanko takes, issuing
it at most 1.5 times.
"""

from __future__ import annotations

import asyncio
import importlib.util
import io
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from perizinan_core.published import AuthorityDocument
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import Level, RevocationClient, TimestampClient, extend
from perizinan_core.testing._pki_server import PkiServer
from perizinan_core.verification import Verdict, Verifier

ROUNDS = 7
_BUILDER = Path(__file__).parents[1] / "tests" / "vectors" / "builder.py"
_BARS = {"verify B-LTA": {"at_most": 1.2}, "issue B-LTA": {"at_most": 1.5}}


def rows() -> Iterator[dict[str, Any]]:
    """Yield every comparison."""
    build = _builder()
    with PkiServer.running(lambda: datetime.now(UTC).replace(microsecond=0)) as pki:
        ours, theirs = _Ours(build, pki), _PyHanko(build, pki)
        for level in Level:
            issued = ours.issue(level), theirs.issue(level)
            ours.verify(issued[0], level), theirs.verify(issued[1], level)
            times = _medians(
                {
                    "issue": lambda level=level: ours.issue(level),
                    "peer issue": lambda level=level: theirs.issue(level),
                    "verify": lambda data=issued[0], level=level: ours.verify(data, level),
                    "peer verify": lambda data=issued[1], level=level: theirs.verify(data, level),
                }
            )
            for name in ("issue", "verify"):
                row = {
                    "name": f"{name} {level.value}",
                    "ours_ms": times[name],
                    "peer": "pyHanko",
                    "peer_ms": times[f"peer {name}"],
                    "ratio": times[f"peer {name}"] / times[name],
                }
                yield row | ({"bar": _BARS[row["name"]]} if row["name"] in _BARS else {})


def _medians(actions: dict[str, Callable[[], object]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(ROUNDS):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def _builder() -> ModuleType:
    name = "perizinan_vector_builder"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _BUILDER)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _letter(build: ModuleType) -> bytes:
    today = datetime.now(UTC).astimezone().date()
    return bytes(
        build.small_pdf(
            build.statement(valid_from=today - timedelta(days=1), valid_until=today + timedelta(days=30))
        )
    )


class _Ours:
    """The library: the office's own steps, without its records."""

    def __init__(self, build: ModuleType, pki: PkiServer) -> None:
        now = datetime.now(UTC)
        self._pdf, self._pki = _letter(build), pki
        self._issued = pki.issue("Kepala")
        self._client = TimestampClient(url=pki.tsa_url, roots=pki.roots)
        self._revocation = RevocationClient()
        entry = attrs.evolve(build.signatory(self._issued, "kepala-dpmptsp", "*"), start=date(2020, 1, 1))
        authority = AuthorityDocument(
            slug="kota-contoh",
            name="Pemerintah Kota Contoh",
            time_zone="WIB",
            version=1,
            issued=now - timedelta(days=9),
            expires=now + timedelta(days=9),
            verification_url="https://izin.kotacontoh.example/v1",
            roots=tuple(pki.roots),
            signatories=(entry,),
            keys=(),
        )
        self._verifier = Verifier(authority)

    def issue(self, level: Level) -> bytes:
        now = datetime.now(UTC)
        stamps = self._client if level.reaches(Level.B_T) else None
        data = sign_pdf(self._pdf, self._issued.signer(), SigningRequest(signed_at=now), timestamps=stamps)
        self.verify(data, level)
        if not level.reaches(Level.B_LT):
            return data
        longer = extend(
            data,
            level=level,
            tsa=self._client,
            roots=self._pki.roots,
            now=datetime.now(UTC),
            revocation=self._revocation,
        )
        self.verify(longer, level)
        return longer

    def verify(self, data: bytes, _level: Level) -> None:
        report = self._verifier.verify(data, at=datetime.now(UTC) + timedelta(seconds=1))
        assert report.verdict is Verdict.VALID, report.reasons


class _PyHanko:
    """The peer, with the same CA, services and letter."""

    def __init__(self, build: ModuleType, pki: PkiServer) -> None:
        self._pdf = _letter(build)
        issued = pki.issue("Kepala")
        archive = pkcs12.serialize_key_and_certificates(
            None, issued.key, issued.certificate, issued.chain, NoEncryption()
        )
        self._signer = signers.SimpleSigner.load_pkcs12_data(archive, other_certs=[])
        self._stamper = HTTPTimeStamper(pki.tsa_url)
        self._roots = [Certificate.load(item.public_bytes(Encoding.DER)) for item in pki.roots]
        self._others = [Certificate.load(item.public_bytes(Encoding.DER)) for item in issued.chain]

    def _context(self, *, fetching: bool) -> ValidationContext:
        return ValidationContext(
            trust_roots=self._roots,
            other_certs=self._others,
            allow_fetching=fetching,
            revocation_mode="soft-fail",
        )

    def issue(self, level: Level) -> bytes:
        long = level.reaches(Level.B_LT)
        meta = signers.PdfSignatureMetadata(
            field_name="Signature1",
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            validation_context=self._context(fetching=True) if long else None,
            embed_validation_info=long,
            use_pades_lta=level is Level.B_LTA,
        )
        stamper = self._stamper if level.reaches(Level.B_T) else None
        out = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(self._pdf)), meta, signer=self._signer, timestamper=stamper
        )
        data = out.getvalue()
        self.verify(data, level)
        return bytes(data)

    def verify(self, data: bytes, level: Level) -> None:
        reader = PdfFileReader(io.BytesIO(data))
        signature = reader.embedded_regular_signatures[0]
        if level is not Level.B_LTA:
            assert validate_pdf_signature(signature, self._context(fetching=False)).bottom_line
            return
        store = DocumentSecurityStore.read_dss(reader)
        policy = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([CertTrustAnchor(root) for root in self._roots]),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        )
        spec = SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            local_knowledge=LocalKnowledge(
                known_certs=list(store.load_certs()),
                known_crls=[
                    CRLContainer(CertificateList.load(item.get_object().data)) for item in store.crls
                ],
                known_ocsps=[
                    OCSPContainer(OCSPResponse.load(item.get_object().data)) for item in store.ocsps
                ],
            ),
        )
        now = datetime.now(UTC) + timedelta(seconds=1)
        timing = ValidationTimingInfo(now, now, point_in_time_validation=False)
        asyncio.run(ades_lta_validation(signature, PdfSignatureValidationSpec(spec), timing_info=timing))


if __name__ == "__main__":
    for measured in rows():
        print(
            f"{measured['name']:14} {measured['ours_ms']:8.1f} ms, {measured['peer']} {measured['peer_ms']:8.1f} ms, "
            f"ratio {measured['ratio']:.2f}"
        )

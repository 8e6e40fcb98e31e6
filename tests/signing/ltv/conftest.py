"""A public-key infrastructure on loopback, signed letters, and pyHanko as the judge of what was added."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.ades import ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import RevocationClient, TimestampClient
from perizinan_core.testing._fakes import SettableClock
from perizinan_core.testing._pki_server import PkiServer


@pytest.fixture
def clock(request):
    """
    A clock that stands an hour ago, or as many days ago as the test says.

    Never in the future: pyHanko takes the clock of the machine for the latest proof of anything.
    """
    ago = timedelta(days=request.param) if hasattr(request, "param") else timedelta(hours=1)
    return SettableClock(datetime.now(UTC).replace(microsecond=0) - ago)


@pytest.fixture
def pki(clock):
    with PkiServer.running(clock) as server:
        yield server


@pytest.fixture
def client(pki):
    return TimestampClient(url=pki.tsa_url, roots=pki.roots, timeout=5)


@pytest.fixture
def revocation():
    return RevocationClient(timeout=5)


@pytest.fixture
def officer(pki):
    return pki.issue("Kepala Dinas").signer()


@pytest.fixture
def signed(letter, officer, clock):
    """A tagged PDF/A-3a letter, signed B-B."""
    return sign_pdf(letter, officer, SigningRequest(signed_at=clock(), location="Kota Contoh"))


@pytest.fixture
def timestamped(letter, officer, clock, client):
    """The same letter, signed B-T: the timestamp lies in the signature."""
    return sign_pdf(letter, officer, SigningRequest(signed_at=clock()), timestamps=client)


@pytest.fixture
def pyhanko_level(pki):
    """
    Return which level pyHanko finds in a file at a moment, with nothing but the file and the root, revocation
    data required: "B-LTA" by its EN 319 102-1 validation for archives, "B-LT" by the one with time.
    """
    roots = list(load_certs_from_pemder_data(pki.ca.root.certificate.public_bytes(Encoding.PEM)))
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([CertTrustAnchor(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    offline = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)

    def judge(pdf, at, number=0):
        signature = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures[number]
        timing = ValidationTimingInfo(at, at, point_in_time_validation=False)
        spec = SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=offline,
            local_knowledge=_stored(signature.reader),
        )
        archive = asyncio.run(
            ades_lta_validation(signature, PdfSignatureValidationSpec(spec), timing_info=timing)
        )
        if archive.ades_subindic.status.name == "PASSED":
            return "B-LTA"
        timed = asyncio.run(
            ades_with_time_validation(
                signature.signed_data, spec, timing_info=timing, raw_digest=signature.compute_digest()
            )
        )
        return "B-LT" if timed.ades_subindic.status.name == "PASSED" else "less"

    return judge


def _stored(reader):
    """What the file's document security store says."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return LocalKnowledge()
    ocsps = [OCSPResponse.load(item.get_object().data) for item in store.ocsps]
    crls = [CertificateList.load(item.get_object().data) for item in store.crls]
    return LocalKnowledge(
        known_ocsps=[found for item in ocsps for found in OCSPContainer.load_multi(item)],
        known_crls=[CRLContainer(item) for item in crls],
        known_certs=list(store.load_certs()),
    )

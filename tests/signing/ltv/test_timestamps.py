"""Asking a timestamp service: what is believed, what is refused, and how long it may take."""

import asyncio
import hashlib
import time
from datetime import timedelta

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.errors.signing import TimestampServiceError
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import Level, TimestampClient, read_state
from perizinan_core.testing._pki_server import Fault
from perizinan_core.testing._refusals import raises_code


@pytest.fixture
def hasty(pki):
    """A client that waits for half a second."""
    return TimestampClient(url=pki.tsa_url, roots=pki.roots, timeout=0.5)


class TestAnswers:
    def test_a_token_is_about_the_data(self, client, clock):
        """The imprint is the hash of what was handed in."""
        token = cms.ContentInfo.load(client.token(b"data", clock()))
        info = token["content"]["encap_content_info"]["content"].parsed

        assert hashlib.sha256(b"data").digest() == info["message_imprint"]["hashed_message"].native
        assert clock() == info["gen_time"].native

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (Fault.CLOSES, "timestamp-unreachable"),
            (Fault.ERROR, "timestamp-http-status"),
            (Fault.HTML, "timestamp-answer"),
            (Fault.SLOW, "timestamp-timeout"),
            (Fault.DRIP, "timestamp-timeout"),
            (Fault.OVERSIZED, "timestamp-too-large"),
            (Fault.REFUSES, "timestamp-refused"),
            (Fault.OTHER_NONCE, "timestamp-answer"),
            (Fault.OTHER_IMPRINT, "timestamp-answer"),
            (Fault.OTHER_SIGNATURE, "timestamp-answer"),
        ],
    )
    def test_every_way_to_fail_has_its_error(self, hasty, pki, clock, fault, error):
        """And it comes within the time that the client waits."""
        pki.faults["tsa"] = fault
        hasty_begins = time.monotonic()

        with raises_code(error) as caught:
            hasty.token(b"data", clock())

        assert time.monotonic() - hasty_begins < 5
        assert caught.value.host == pki.url.removeprefix("http://")
        assert caught.value.message("id") != caught.value.message("en")

    def test_an_expired_certificate_is_refused(self, client, pki, clock):
        """The service forgot to renew it."""
        pki.renew_tsa(valid=(clock() - timedelta(days=10), clock() - timedelta(seconds=1)))

        with raises_code("timestamp-certificate"):
            client.token(b"data", clock())

    def test_a_certificate_for_other_purposes_is_refused(self, client, pki, clock):
        """RFC 3161 section 2.3: timestamps and nothing else, and critical."""
        pki.tsa = pki.ca.issue("TSA", now=clock(), kind="rsa-2048", usages=("digital_signature",))

        with raises_code("timestamp-certificate"):
            client.token(b"data", clock())

    def test_a_purpose_that_is_not_critical_is_refused(self, client, pki, clock):
        """The same section."""
        purpose = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), False)
        pki.tsa = pki.ca.issue("TSA", now=clock(), kind="rsa-2048", extensions=[purpose])

        with raises_code("timestamp-certificate"):
            client.token(b"data", clock())

    def test_a_service_of_another_root_is_refused(self, client, pki, clock):
        """Same name, other key."""
        pki.renew_tsa(ca=SyntheticCA.create(clock(), name="PKI"))

        with raises_code("timestamp-untrusted"):
            client.token(b"data", clock())

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_a_service_whose_clock_is_wrong_is_refused(self, client, pki, clock, minutes):
        """Five minutes are allowed, either way."""
        pki.clock_error = timedelta(minutes=minutes)

        with raises_code("timestamp-time"):
            client.token(b"data", clock())

    @pytest.mark.parametrize("minutes", [-4, 4])
    def test_small_differences_of_clocks_are_allowed(self, client, pki, clock, minutes):
        """As machines have them."""
        pki.clock_error = timedelta(minutes=minutes)

        assert client.token(b"data", clock())

    def test_another_policy_than_asked_for_is_refused(self, pki, clock):
        """The kit's service has its own and only that."""
        client = TimestampClient(url=pki.tsa_url, roots=pki.roots, policy="1.2.3.4")

        with raises_code("timestamp-answer", match="policy"):
            client.token(b"data", clock())

    @pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
    def test_other_hash_functions_can_be_asked_for(self, pki, clock, hash_name):
        """SHA-256 to SHA-512."""
        client = TimestampClient(url=pki.tsa_url, roots=pki.roots, hash_name=hash_name)

        assert client.token(b"data", clock())

    @pytest.mark.parametrize("url", ["ftp://a.example/tsa", "tsa", "http://", "http://me:secret@a.example/"])
    def test_addresses_that_cannot_be_used_are_refused(self, url):
        """Passwords too: HTTP libraries write addresses into logs."""
        with pytest.raises(ValueError, match="address"):
            TimestampClient(url=url)

    def test_nothing_of_the_address_but_the_host_is_shown(self):
        """A path may hold a key."""
        client = TimestampClient(url="https://a.example/secret-path", headers={"Authorization": "secret"})

        assert "secret" not in repr(client)

    def test_it_works_inside_a_running_event_loop(self, client, clock):
        """A portal signs from its own loop."""

        async def inside():
            return client.token(b"data", clock())

        assert asyncio.run(inside())


class TestWhileSigning:
    def test_the_signature_carries_its_timestamp(self, timestamped, pdfsig):
        """B-T, and sound for pdfsig; pyHanko judges it with the levels."""
        assert Level.B_T is read_state(timestamped).level
        assert [("Signature1", True, True)] == [(f.field, f.sound, f.whole) for f in pdfsig(timestamped)]

    def test_without_a_service_nothing_is_reserved(self, letter, officer, clock):
        """Signing without timestamps gives the small file that it always gave, and asks nobody."""
        request = SigningRequest(signed_at=clock())
        plain = sign_pdf(letter, officer, request)

        assert len(plain) < len(letter) + 6000
        assert Level.B_B is read_state(plain).level

    def test_a_service_with_large_timestamps_is_served_on_the_second_try(self, letter, officer, clock, pki):
        """The signature is made again, over a file with more room."""
        client = TimestampClient(url=pki.tsa_url, roots=pki.roots, room=1024)
        signed = sign_pdf(letter, officer, SigningRequest(signed_at=clock()), timestamps=client)

        assert Level.B_T is read_state(signed).level
        assert ["tsa", "tsa"] == pki.requests

    @pytest.mark.parametrize("fault", list(Fault))
    def test_no_timestamp_no_signature(self, letter, officer, clock, pki, hasty, fault):
        """Whatever the service does, a signature without the wanted timestamp does not leave."""
        pki.faults["tsa"] = fault

        with pytest.raises(TimestampServiceError):
            sign_pdf(letter, officer, SigningRequest(signed_at=clock()), timestamps=hasty)

"""The authority document: strict, signed, with every problem named."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.published import (
    RegisteredDelegation,
    read_authority_document,
    sign_authority_document,
)
from perizinan_core.published._envelope import MAX_BYTES
from perizinan_core.published._keys import (
    algorithm_name,
    fits,
    key_from_jwk,
    key_to_jwk,
    signing_callback,
    thumbprint,
)
from perizinan_core.testing._refusals import raises_code


@pytest.fixture
def resign(world):
    """Change the ``signed`` part and sign it again."""

    def run(change):
        signed = json.loads(world.authority_json)["signed"]
        change(signed)
        key = world.document_key
        signature = signing_callback(key)(rfc8785.dumps(signed)).hex()
        entry = {"keyid": thumbprint(key.public_key()), "alg": "EdDSA", "sig": signature}
        return json.dumps({"signed": signed, "signatures": [entry]}).encode()

    return run


class TestReading:
    """What comes back, and what is refused."""

    def test_what_was_built_is_read_back(self, world):
        """Builder and reader agree."""
        assert world.document == attrs.evolve(world.authority, intermediates=())

    def test_the_file_is_canonical_json(self, world):
        """RFC 8785, so that anybody can sign and compare it."""
        assert rfc8785.dumps(json.loads(world.authority_json)) + b"\n" == world.authority_json

    def test_a_p256_key_may_sign_it_too(self, world):
        """ES256 in the 64-byte form."""
        key = ec.generate_private_key(ec.SECP256R1())
        document = attrs.evolve(world.document, keys=(key.public_key(),))
        data = sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))

        assert (thumbprint(key.public_key()),) == read_authority_document(data).key_ids

    def test_a_pinned_key_that_signed_it_is_noted(self, world):
        """The report then says "pinned"."""
        key_id = thumbprint(world.document_key.public_key())

        assert read_authority_document(world.authority_json, authority_key=key_id).pinned
        assert not world.authority.pinned

    def test_another_pinned_key_is_refused(self, world):
        """First use is a choice; a pin is none."""
        with raises_code("authority-key", match="abc") as caught:
            read_authority_document(world.authority_json, authority_key="abc")

        assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))

    def test_every_changed_statement_breaks_the_signature(self, world):
        """One character suffices."""
        data = world.authority_json.replace(b"Pemerintah Kota Contoh", b"Pemerintah Kota Contoj")
        with pytest.raises(AuthorityDocumentError, match="signature does not fit"):
            read_authority_document(data)

    def test_a_document_signed_by_a_foreign_key_alone_is_refused(self, world):
        """Its own keys must sign it."""
        envelope = json.loads(world.authority_json)
        envelope["signatures"][0]["keyid"] = "somebody-else"
        with pytest.raises(AuthorityDocumentError, match="no signature by a key"):
            read_authority_document(json.dumps(envelope).encode())

    def test_certificates_may_come_as_pem(self, world, resign):
        """Operators paste what they have."""
        pem = world.ca.root.certificate.public_bytes(Encoding.PEM).decode()
        data = resign(lambda signed: signed.update(roots=[{"certificate": pem}]))

        assert (world.ca.root.certificate,) == read_authority_document(data).roots

    def test_unknown_fields_are_kept_and_ignored(self, resign, world):
        """A newer document must stay readable: docs/decisions/0021."""
        document = read_authority_document(resign(lambda signed: signed.update(colour="blue")))

        assert {"colour": "blue"} == document.unknown
        assert "blue" == document.to_json()["colour"]
        assert world.authority.slug == document.slug

    def test_missing_optional_parts_are_empty(self, resign):
        """QR keys, intermediates, status list and log may come later."""

        def strip(signed):
            for name in ("qr_keys", "intermediates", "status_list", "log"):
                del signed[name]

        document = read_authority_document(resign(strip))

        assert ((), (), None, None) == (
            document.qr_keys, document.intermediates, document.status_list, document.log,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "value", "problem"),
        [
            (("document_type",), "other", "document_type"),
            (("slug",), "", r"\$\.signed\.slug"),
            (("version",), 0, r"\$\.signed\.version"),
            (("version",), True, r"\$\.signed\.version"),
            (("time_zone",), "CET", "WIB, WITA, WIT"),
            (("issued",), "2026-11-01", "offset"),
            (("issued",), 5, "offset"),
            (("expires",), "2020-01-01T00:00:00+00:00", "lies before issued"),
            (("verification_url",), "http://izin.example", "https"),
            (("roots",), [], "at least one certificate"),
            (("roots",), [{"certificate": "AAAA"}], r"roots\[0\]"),
            (("roots",), "x", "array"),
            (("keys",), [], "at least one key"),
            (("keys",), [{"kty": "RSA"}], r"keys\[0\]"),
            (("keys",), ["x"], "JWK object"),
            (("signatories", 0, "certificate_sha256"), "AB", "64 lower-case"),
            (("signatories", 0, "certificate_sha256"), None, "certificate_sha256 or spki_sha256"),
            (("signatories", 0, "from"), "2026-02-30", "date such as"),
            (("signatories", 0, "to"), "2020-01-01", "lies before from"),
            (("signatories", 0), 7, "object"),
            (("signatories", 0, "delegations", 0, "permit_types"), [1], "text"),
            (("qr_keys", 0, "kid"), "", "1 to 8 bytes"),
            (("qr_keys", 0, "kid"), "zz", "hexadecimal"),
            (("qr_keys", 0, "key"), {"kty": "EC", "crv": "P-256", "x": "A", "y": "B"}, r"qr_keys\[0\]\.key"),
            (("status_list",), 1, "object"),
        ],
    )
    def test_a_wrong_field_is_named_with_its_path(self, resign, path, value, problem):
        """Where, and what was expected."""

        def change(signed):
            place = signed
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value

        with pytest.raises(AuthorityDocumentError, match=problem):
            read_authority_document(resign(change))

    def test_all_problems_are_reported_at_once(self, resign):
        """One round trip to the office, not five."""
        data = resign(lambda signed: signed.update(slug=1, name=2, roots=3, version="4"))
        with pytest.raises(AuthorityDocumentError) as caught:
            read_authority_document(data)

        assert len(caught.value.problems) >= 4
        assert "dokumen otoritas" in caught.value.message("id").lower()

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b"{}",
            b'{"signed":{},"signed":{}}',
            b"\xff",
            b"[" * 100_000,
            b'{"signed": NaN}',
            b"{" + b" " * MAX_BYTES,
        ],
    )
    def test_other_files_are_refused(self, data):
        """With our error and none of a parser."""
        with pytest.raises(AuthorityDocumentError):
            read_authority_document(data)

    def test_numbers_without_canonical_form_are_refused(self, world):
        """2**60 cannot be signed the same way everywhere."""
        envelope = json.loads(world.authority_json)
        envelope["signed"]["log"] = {"size": 2**60}
        with pytest.raises(AuthorityDocumentError, match="canonical form"):
            read_authority_document(json.dumps(envelope).encode())

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_mutations_raise_our_error_or_change_nothing(self, world, data):
        """Whatever is done to the bytes, no other exception leaves the reader."""
        raw = world.authority_json
        start = data.draw(st.integers(0, len(raw)))
        piece = data.draw(
            st.one_of(st.binary(max_size=8), st.sampled_from([b"null", b"[]", b"{}", b"0", b'""']))
        )
        mutant = raw[:start] + piece + raw[start + data.draw(st.integers(0, 30)) :]
        try:
            document = read_authority_document(mutant)
        except AuthorityDocumentError:
            return

        assert world.authority == document


class TestRules:
    """Days and types."""

    def test_a_delegation_covers_its_types_and_days(self):
        """Both ends belong to it; a star stands for all types."""
        one = RegisteredDelegation(
            code="d", permit_types=frozenset({"a"}), start=date(2026, 1, 1), end=date(2026, 1, 31)
        )
        every = attrs.evolve(one, permit_types=frozenset({"*"}), start=None, end=None)

        assert [True, True, False, False, False] == [
            one.covers("a", date(2026, 1, 1)),
            one.covers("a", date(2026, 1, 31)),
            one.covers("a", date(2025, 12, 31)),
            one.covers("a", date(2026, 2, 1)),
            one.covers("b", date(2026, 1, 1)),
        ]
        assert every.covers("b", date(1990, 1, 1))

    @pytest.mark.parametrize(("zone", "day"), [("WIB", 2), ("WITA", 3), ("WIT", 3)])
    def test_the_authoritys_own_calendar_day_counts(self, world, zone, day):
        """16:30 UTC is still the same day in Jakarta, and the next in Makassar."""
        document = attrs.evolve(world.authority, time_zone=zone)

        assert date(2026, 12, day) == document.local_day(datetime(2026, 12, 2, 16, 30, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("moment", "day"), [("9999-12-31T23:59:59", date.max), ("0001-01-01T00:01:00", date.min)]
    )
    def test_a_document_without_end_has_a_last_day(self, world, moment, day):
        """Some write the last second of the calendar where they mean for ever."""
        for hours in (-14, 0, 14):
            assert day == world.authority.local_day(datetime.fromisoformat(f"{moment}{hours:+03}:00"))

    def test_a_builder_refuses_what_the_reader_would(self, world):
        """Nothing leaves the office that nobody can read."""
        document = attrs.evolve(world.document, expires=world.document.issued - timedelta(days=1))
        key = world.document_key
        with pytest.raises(AuthorityDocumentError):
            sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))


class TestKeys:
    """JWK and the two schemes."""

    @pytest.mark.parametrize(
        "make", [ed25519.Ed25519PrivateKey.generate, lambda: ec.generate_private_key(ec.SECP256R1())]
    )
    def test_jwk_round_trip_and_signature(self, make):
        """What is signed with the private half fits the public half, and nothing else."""
        key = make()
        public = key_from_jwk(key_to_jwk(key.public_key()))
        signature = signing_callback(key)(b"data")

        assert fits(public, signature, b"data")
        assert not fits(public, signature, b"date")
        assert not fits(public, signature[:-1], b"data")
        assert 64 == len(signature)
        assert algorithm_name(key) == algorithm_name(public)

    def test_thumbprint_is_that_of_rfc_8037(self):
        """Appendix A.3 of RFC 8037 gives the expected value."""
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

        assert "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" == thumbprint(key_from_jwk(jwk))

    def test_other_curves_are_refused(self):
        """P-384 is for certificates, not here."""
        with pytest.raises(ValueError, match="secp384r1"):
            key_to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key())

    @pytest.mark.parametrize(
        "text", [None, "", "A" * 100, "=", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"]
    )
    def test_other_texts_are_no_keys(self, text):
        """Wrong type, length, alphabet, or bits left over."""
        with pytest.raises(ValueError, match=r"."):
            key_from_jwk({"kty": "OKP", "crv": "Ed25519", "x": text})

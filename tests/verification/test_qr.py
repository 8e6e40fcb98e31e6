"""QR claims: compact, signed, never more than the letter prints."""

from __future__ import annotations

import base64
from datetime import date, timedelta

import attrs
import cbor2
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.published import QrTextError
from perizinan_core.published import PublishedType, QrKey
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._qr_claims import (
    MAX_QR_LENGTH,
    QrClaims,
    decode_qr_text,
    encode_qr_text,
    type_number,
    verify_qr,
)

BASE = "https://izin.kotacontoh.example/v1"
CLAIMS = QrClaims(
    number="500.16.7.2/0042/410.111/2026",
    permit_type="street-use",
    holder="Rahayu Contohningrum",
    object="Kegiatan bazar usaha mikro dan kecil",
    issued_on=date(2026, 11, 25),
    valid_from=date(2026, 12, 1),
    valid_until=date(2026, 12, 7),
    status_index=42,
)
NUMBERED = attrs.evolve(CLAIMS, permit_type=None, type_number=type_number("street-use"))
"""What comes back where the authority document names no types."""

DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


def segments(text):
    """Split at the mark: given as one string, it would put everything into byte mode, two or three versions larger."""
    return [part for part in text.partition("#") if part]


def encode(world, claims=CLAIMS, base=BASE):
    return encode_qr_text(base, claims, sign=signing_callback(world.qr_key), kid=bytes.fromhex("a1b2c3d4"))


class TestRoundTrip:
    """What goes in comes out."""

    def test_claims_come_back_when_the_key_is_the_offices(self, world):
        """Signed, encoded, decoded, checked."""
        assert NUMBERED == verify_qr(encode(world), world.authority)

    def test_the_authority_document_names_the_type(self, world):
        """The code holds its number alone."""
        number = type_number("street-use")
        known = PublishedType(number=number, code="street-use", name="Penggunaan jalan")
        authority = attrs.evolve(world.authority, permit_types=(known,))

        assert attrs.evolve(CLAIMS, type_number=number) == verify_qr(encode(world), authority)

    def test_eddsa_works_too(self, world):
        """Ed25519 keys make the same size."""
        key = ed25519.Ed25519PrivateKey.generate()
        text = encode_qr_text(BASE, CLAIMS, sign=signing_callback(key), kid=b"k", algorithm="EdDSA")
        authority = attrs.evolve(world.authority, qr_keys=(QrKey(kid=b"k", key=key.public_key()),))

        assert NUMBERED == verify_qr(text, authority)

    def test_a_scanner_may_give_small_letters_and_spaces(self, world):
        """The alphabet has one case."""
        assert NUMBERED == verify_qr(f" {encode(world).lower()}\n", world.authority)

    @settings(max_examples=80, deadline=None)
    @given(
        number=st.text(st.characters(codec="ascii"), max_size=40),
        holder=st.text(max_size=300),
        thing=st.text(max_size=300),
        place=st.none() | st.text(min_size=1, max_size=200),
        issued=DAYS,
        begins=DAYS,
        ends=st.none() | DAYS,
        index=st.integers(0, 2**31),
    )
    def test_any_claims_fit_and_come_back_shortened_at_most(
        self, world, number, holder, thing, place, issued, begins, ends, index
    ):
        """Number, type and dates are never shortened; the text always fits the code."""
        claims = QrClaims(
            number=number, permit_type="street-use", holder=holder, object=thing, place=place,
            issued_on=issued, valid_from=begins, valid_until=ends, status_index=index,
        )  # fmt: skip
        text = encode(world, claims, "https://a.id/v")
        read = decode_qr_text(text).claims

        assert len(text) <= MAX_QR_LENGTH
        texts = {"holder": "", "object": "", "place": None}
        typed = {"permit_type": None, "type_number": type_number("street-use")}
        assert attrs.evolve(claims, **texts, **typed) == attrs.evolve(read, **texts)
        for full, said in ((holder, read.holder), (thing, read.object), (place or "", read.place or "")):
            assert full == said or (said.endswith("…") and full.startswith(said[:-1]))


class TestSize:
    """What a printed code can hold."""

    @pytest.mark.parametrize(
        ("holder", "thing"),
        [
            ("Rahayu Contohningrum", "Kegiatan bazar usaha mikro dan kecil"),
            ("CV Sumber Contoh Makmur", "Rumah kos 12 kamar Jalan Anggrek 7"),
            ("dr. Raden Ajeng Contohwati Kusumaningrum, Sp.PD", "Praktik dokter spesialis penyakit dalam"),
        ],
    )
    def test_typical_permits_need_version_12_at_level_m(self, world, holder, thing):
        """Half a millimetre a module on 32.5 mm at most: three pixels of a scan at 150 dpi."""
        text = encode(world, attrs.evolve(CLAIMS, holder=holder, object=thing))

        assert segno.make_qr(segments(text), error="m", boost_error=False).version <= 12

    def test_the_longest_text_still_fits_version_15(self):
        """MAX_QR_LENGTH is the bound of the code, not a guess."""
        text = "HTTPS://IZIN.KOTACONTOH.EXAMPLE/V1#2" + "A" * MAX_QR_LENGTH

        assert 15 == segno.make_qr(segments(text[:MAX_QR_LENGTH]), error="m", boost_error=False).version
        assert 16 == segno.make_qr(segments(text[: MAX_QR_LENGTH + 3]), error="m", boost_error=False).version

    def test_no_small_letter_is_in_the_text(self, world):
        """One would put the code into byte mode."""
        text = encode(world)

        assert text == text.upper()


class TestRefusals:
    """Everything else is no code of this office."""

    def test_another_offices_key_does_not_fit(self, world, build):
        """Same identifier, other key."""
        with pytest.raises(QrTextError, match="no key of this office"):
            verify_qr(encode(build.World.create()), world.authority)

    def test_a_key_before_its_time_does_not_fit(self, world):
        """Keys have days."""
        old = attrs.evolve(CLAIMS, issued_on=date(2025, 12, 31))
        with pytest.raises(QrTextError, match="no key of this office"):
            verify_qr(encode(world, old), world.authority)

    def test_every_changed_character_is_refused(self, world):
        """None of them slips through, not even in the last bits."""
        text = encode(world)
        start = text.index("#") + 1
        accepted = []
        for place in range(start, len(text)):
            other = "A" if text[place] != "A" else "B"
            try:
                verify_qr(text[:place] + other + text[place + 1 :], world.authority)
                accepted.append(place)
            except QrTextError:
                pass

        assert [] == accepted

    @pytest.mark.parametrize(
        "fragment",
        [
            "",
            "#",
            "#2ABC",
            "#3ABC",
            "#1",
            "#1!!!!",
            "#1" + "A" * 3000,
            "#1" + base64.b32encode(cbor2.dumps([b"", {}, b"", b""])).decode().rstrip("="),
            "#1" + base64.b32encode(cbor2.dumps({1: 2})).decode().rstrip("="),
            "#1" + base64.b32encode(b"\x9f\xff").decode().rstrip("="),
        ],
    )
    def test_other_texts_are_refused(self, fragment):
        """With our error, in both languages."""
        with pytest.raises(QrTextError) as caught:
            decode_qr_text(BASE + fragment)

        assert caught.value.message("id") != caught.value.message("en")

    @pytest.mark.parametrize(
        "payload",
        [
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, 2, 3]},
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, 2, 3], 6: 0, 7: 1},
            {1: 1, 2: "t", 3: "h", 4: "o", 5: [1, 2, 3], 6: 0},
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, 2], 6: 0},
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, 2, 10**9], 6: 0},
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, "2", 3], 6: 0},
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, 2, 3], 6: -1},
            "text",
        ],
    )
    def test_other_claims_are_refused(self, payload):
        """A map of exactly the six, of the right kinds and in range."""
        protected = cbor2.dumps({1: -7, 4: b"k"}, canonical=True)
        cose = cbor2.dumps([protected, {}, cbor2.dumps(payload, canonical=True), bytes(64)], canonical=True)
        with pytest.raises(QrTextError):
            decode_qr_text(f"{BASE}#1{base64.b32encode(cose).decode().rstrip('=')}")

    @pytest.mark.parametrize(
        "payload",
        [
            {1: "n", 2: "t", 3: "h", 4: "o", 5: [1, 2, 3], 6: 0},
            {1: "n", 2: -1, 3: "h", 4: "o", 5: [1, 2, 3], 6: 0},
            {1: "n", 2: 2**32, 3: "h", 4: "o", 5: [1, 2, 3], 6: 0},
            {1: "n", 2: True, 3: "h", 4: "o", 5: [1, 2, 3], 6: 0},
            {1: "n", 2: 1, 3: "h", 4: "o", 5: [1, 2, 3], 6: 0, 7: ""},
            {1: "n", 2: 1, 3: "h", 4: "o", 5: [1, 2, 3], 6: 0, 7: 1},
            {1: "n", 2: 1, 3: "h", 4: "o", 5: [1, 2, 3], 6: 0, 8: "x"},
        ],
    )
    def test_other_claims_of_the_second_layout_are_refused(self, payload):
        """The six with a number for the type, and a place that says something."""
        protected = cbor2.dumps({1: -7, 4: b"k"}, canonical=True)
        cose = cbor2.dumps([protected, {}, cbor2.dumps(payload, canonical=True), bytes(64)], canonical=True)
        with pytest.raises(QrTextError):
            decode_qr_text(f"{BASE}#2{base64.b32encode(cose).decode().rstrip('=')}")

    def test_a_newer_layout_is_told_apart_from_nonsense(self):
        """Its reader is told to update, and not that the code is none of a permit."""
        with pytest.raises(QrTextError, match="newer"):
            decode_qr_text(f"{BASE}#3{'A' * 300}")

    @settings(max_examples=200, deadline=None)
    @given(data=st.binary(max_size=120))
    def test_arbitrary_bytes_raise_our_error_alone(self, data):
        """Never one of CBOR."""
        text = base64.b32encode(data).decode().rstrip("=")
        with pytest.raises(QrTextError):
            decode_qr_text(f"{BASE}#1{text}")


def test_the_claims_hold_no_more_than_days_and_printed_texts(world):
    """A NIK has no field to be in."""
    assert {
        "number",
        "permit_type",
        "type_number",
        "place",
        "holder",
        "object",
        "issued_on",
        "valid_from",
        "valid_until",
        "status_index",
    } == {field.name for field in attrs.fields(QrClaims)}
    assert timedelta(days=6) == CLAIMS.valid_until - CLAIMS.valid_from

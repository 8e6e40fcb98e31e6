"""The status list: its bits, its signature, and that nothing but the office's own list ever answers."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, date, datetime, timedelta

import attrs
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.published import StatusListError
from perizinan_core.published import QrKey
from perizinan_core.published._cose import unpacked
from perizinan_core.published._keys import algorithm_name, signing_callback
from perizinan_core.published._status_list import (
    BITS,
    MAX_BYTES,
    ListStatus,
    StatusList,
    StatusListTerms,
    pack_statuses,
    peek_status_list,
    read_status_list,
    sign_status_list,
    status_at,
)
from perizinan_core.verification import Verdict
from perizinan_core.verification._status_source import StatusListSource

URI = "https://izin.kotacontoh.example/status-list.cwt"
MADE = datetime(2026, 12, 2, 1, tzinfo=UTC)
AT = datetime(2026, 12, 2, 2, tzinfo=UTC)
KID = b"stat"
KEY = ec.generate_private_key(ec.SECP256R1())


PLAIN = pack_statuses(100, ())


def listed(packed=PLAIN, **changes):
    base = StatusList(uri=URI, issued=MADE, expires=MADE + timedelta(days=7), ttl=3600, packed=packed)
    return attrs.evolve(base, **changes)


def signed(made=None, *, key=KEY, kid=KID, algorithm=None):
    name = algorithm or algorithm_name(key)
    return sign_status_list(made or listed(), sign=signing_callback(key), kid=kid, algorithm=name)


def resigned(claims, *, protected=None, unprotected=None, tag=18, key=KEY):
    """A token with any content, properly signed."""
    head = cbor2.dumps(protected or {1: -7, 4: KID, 16: "application/statuslist+cwt"}, canonical=True)
    payload = cbor2.dumps(claims, canonical=True)
    signature = signing_callback(key)(cbor2.dumps(["Signature1", head, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(tag, [head, unprotected or {}, payload, signature]), canonical=True)


def claims(**changes):
    base = {
        2: URI,
        4: int((MADE + timedelta(days=1)).timestamp()),
        6: int(MADE.timestamp()),
        65533: {"bits": 2, "lst": zlib.compress(pack_statuses(100, ()))},
    }
    return {key: value for key, value in {**base, **changes}.items() if value is not None}


@pytest.fixture(scope="module")
def authority(world):
    return attrs.evolve(world.authority, status_list=terms(KEY).to_json())


def terms(*keys, **changes):
    given = tuple(QrKey(kid=KID, key=key.public_key()) for key in keys)
    return StatusListTerms(**{"uri": URI, "keys": given, **changes})


@pytest.fixture
def reason(authority):
    """The reason code with which a list is refused."""

    def find(data, *, document=authority):
        with pytest.raises(StatusListError) as caught:
            read_status_list(data, document)
        return caught.value.reason

    return find


class TestBits:
    """Section 4.1 of the draft: two bits for each place, the first in the lowest bits."""

    def test_the_drafts_example_is_reproduced(self):
        """Twelve places, bytes c9 44 f9, as printed in section 4 of the draft."""
        statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]

        assert bytes.fromhex("c944f9") == pack_statuses(12, enumerate(statuses))
        assert bytes.fromhex("c944f9") == unpacked(base64.urlsafe_b64decode("eNo76fITAAPfAgc="), 64)

    @given(st.lists(st.integers(0, 3), max_size=300))
    def test_every_place_reads_back_what_was_put(self, statuses):
        """Packed, compressed, unpacked, read."""
        packed = unpacked(zlib.compress(pack_statuses(len(statuses), enumerate(statuses)), 9), 4096)

        assert statuses == [status_at(packed, index) for index in range(len(statuses))]
        assert -(-len(statuses) * BITS // 8) == len(packed)

    @given(st.integers(0, 200))
    def test_places_that_fill_the_last_byte_are_never_valid(self, size):
        """A list whose length is no multiple of four must not vouch for permits that do not exist yet."""
        made = listed(pack_statuses(size, ()))

        assert {ListStatus.INVALID} >= {made.status(index) for index in range(size, made.places)}
        with pytest.raises(StatusListError):
            made.status(made.places)

    def test_a_later_mark_counts(self):
        """The same place told twice."""
        assert 0 == status_at(pack_statuses(8, [(5, 3), (5, 0)]), 5)

    @pytest.mark.parametrize("mark", [(-1, 1), (8, 1), (0, 4), (0, -1)])
    def test_a_mark_out_of_range_is_refused(self, mark):
        """Nothing is cut off in silence."""
        with pytest.raises(ValueError, match="expected a place below 8"):
            pack_statuses(8, [mark])

    @pytest.mark.parametrize("bad", [b"", b"x", zlib.compress(b"ab")[:-1], zlib.compress(b"ab") + b"c"])
    def test_other_streams_are_refused(self, bad):
        """Cut off, followed by more, or no ZLIB at all."""
        with pytest.raises(ValueError, match=r"compressed|incomplete"):
            unpacked(bad, 4096)

    def test_a_bomb_is_refused(self):
        """One hundred mebibytes of zeros pack into a hundred kilobytes."""
        with pytest.raises(ValueError, match="too large"):
            unpacked(zlib.compress(bytes(100 * 1024 * 1024)), 4096)


class TestToken:
    """Section 5.2 of the draft, and the narrower form of ours."""

    @pytest.mark.parametrize("key", [KEY, ed25519.Ed25519PrivateKey.generate()])
    def test_a_signed_list_reads_back(self, world, key):
        """ES256 and EdDSA."""
        made = listed(pack_statuses(9, [(3, 1), (8, 2)]))
        document = attrs.evolve(world.authority, status_list=terms(key).to_json())

        assert made == read_status_list(signed(made, key=key), document)

    def test_it_is_a_tagged_cose_sign1_with_the_registered_claims(self):
        """Tag 18, type in header 16, claims 2, 4, 6, 65533 and 65534."""
        token = cbor2.loads(signed())
        header, payload = cbor2.loads(token.value[0]), cbor2.loads(token.value[2])

        assert 18 == token.tag
        assert {1: -7, 4: KID, 16: "application/statuslist+cwt"} == header
        assert {2, 4, 6, 65533, 65534} == set(payload)
        assert {"bits", "lst"} == set(payload[65533])

    def test_the_drafts_own_token_is_refused_as_unsigned(self, reason):
        """Its key id stands in the unprotected header, its list has one bit, and the office did not sign it."""
        example = (
            "d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a50278216874"
            "7470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c0"
            "19fffda2646269747301636c73744a78dadbb918000217015d584093fa4d01032b18c35e2fe1101b77fd6cc9440022caa4"
            "694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323ded7c982c5e101a5e67f0cbc1e2b6f57ce99c279"
        )

        assert "status-list-malformed" == reason(bytes.fromhex(example))

    def test_further_claims_are_left_aside(self, authority):
        """The draft allows them."""
        assert 100 == read_status_list(resigned(claims() | {1: "issuer", 777: [1]}), authority).places

    @pytest.mark.parametrize(
        "change",
        [
            {2: None}, {4: None}, {6: None}, {65533: None}, {2: 7}, {4: "soon"}, {6: True}, {6: -1},
            {4: int(MADE.timestamp())}, {4: 10**15}, {65534: 0}, {65534: "x"}, {65533: []}, {65533: 5},
            {65533: {"bits": 1, "lst": zlib.compress(b"")}}, {65533: {"bits": 2}},
            {65533: {"bits": 2, "lst": "text"}}, {65533: {"bits": 2, "lst": b"none"}},
        ],
    )  # fmt: skip
    def test_claims_of_another_kind_are_refused(self, reason, change):
        """Although the office signed them."""
        changed = {**claims(), **change}
        body = {key: value for key, value in changed.items() if value is not None}

        assert "status-list-malformed" == reason(resigned(body))

    @pytest.mark.parametrize(
        "options",
        [
            {"protected": {1: -7, 4: KID}},
            {"protected": {1: -7, 4: KID, 16: "application/statuslist+jwt"}},
            {"protected": {1: -7, 4: KID, 16: "application/statuslist+cwt", 2: [99]}},
            {"unprotected": {4: KID}},
            {"tag": 17},
            {"tag": 61},
        ],
    )
    def test_a_header_of_another_kind_is_refused(self, reason, options):
        """Critical headers are never ignored; a MAC is no signature."""
        assert "status-list-malformed" == reason(resigned(claims(), **options))

    @pytest.mark.parametrize("data", [b"", b"\xff", b"\x00", b"{}", b"\xd2\x80", b"\xd2\x84\x40\xa0\x40\x40"])
    def test_other_bytes_are_refused(self, reason, data):
        """Whatever they are."""
        assert "status-list-malformed" == reason(data)

    def test_a_list_above_the_limit_is_not_even_parsed(self, reason):
        """32 MiB."""
        assert "status-list-malformed" == reason(bytes(MAX_BYTES + 1))

    def test_another_encoding_of_the_same_token_is_refused(self, reason):
        """Bytes behind it, or a longer form of a number."""
        data = signed()

        assert {"status-list-malformed"} == {reason(data + b"\x00"), reason(b"\xd8\x12" + data[1:])}

    def test_a_signature_by_another_key_is_refused(self, reason):
        """Same key id, other key."""
        assert "status-list-wrong-signature" == reason(signed(key=ec.generate_private_key(ec.SECP256R1())))
        assert "status-list-key-unknown" == reason(signed(kid=b"else"))

    def test_the_algorithm_must_be_that_of_the_key(self, reason):
        """No list by its own choice of algorithm."""
        assert "status-list-wrong-signature" == reason(signed(algorithm="EdDSA"))

    def test_another_address_is_refused(self, reason):
        """Sub must be what the authority document names."""
        assert "status-list-wrong-subject" == reason(signed(listed(uri=URI + "2")))

    @pytest.mark.parametrize(
        ("start", "end", "good"),
        [
            (None, None, True),
            (date(2026, 12, 2), date(2026, 12, 2), True),
            (date(2026, 12, 3), None, False),
            (None, date(2026, 12, 1), False),
        ],
    )
    def test_a_key_signs_within_its_days(self, world, start, end, good):
        """Local days of the authority, both included, by the time the list was made."""
        key = QrKey(kid=KID, key=KEY.public_key(), start=start, end=end)
        document = attrs.evolve(world.authority, status_list=terms(keys=(key,)).to_json())
        if good:
            assert URI == read_status_list(signed(), document).uri
        else:
            with pytest.raises(StatusListError, match="no key of the office"):
                read_status_list(signed(), document)

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_no_mutated_list_is_ever_read(self, world, data):
        """Bits flipped, bytes cut, doubled, put in or exchanged: refused, whatever is changed."""
        document = attrs.evolve(world.authority, status_list=terms(KEY).to_json())
        good = bytearray(_GOOD)
        place = data.draw(st.integers(0, len(good) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "drop", "copy"])):
            case "flip":
                good[place] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del good[place:]
            case "insert":
                good[place:place] = data.draw(st.binary(min_size=1, max_size=4))
            case "drop":
                del good[place]
            case _:
                good[place : place + 8] = good[:8]
        if bytes(good) == _GOOD:
            return
        with pytest.raises(StatusListError):
            read_status_list(bytes(good), document)

    def test_no_single_bit_can_be_changed(self, world):
        """Every one of them."""
        document = attrs.evolve(world.authority, status_list=terms(KEY).to_json())
        for place in range(len(_GOOD) * 8):
            changed = bytearray(_GOOD)
            changed[place // 8] ^= 1 << place % 8
            with pytest.raises(StatusListError):
                read_status_list(bytes(changed), document)

    @settings(max_examples=100, deadline=None)
    @given(st.recursive(
        st.none() | st.booleans() | st.integers() | st.binary(max_size=9) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 70000), inner, max_size=4),
        max_leaves=8,
    ))  # fmt: skip
    def test_any_signed_claims_are_read_or_refused(self, world, value):
        """A mistake of the office's own software is an error of ours and never a crash."""
        document = attrs.evolve(world.authority, status_list=terms(KEY).to_json())
        with pytest.raises(StatusListError):
            read_status_list(resigned(value), document)

    def test_peeking_does_not_ask_who_signed(self):
        """For the office's own file only."""
        assert MADE == peek_status_list(signed(key=ec.generate_private_key(ec.SECP256R1()))).issued


_GOOD = signed(listed(pack_statuses(40, [(7, 1), (9, 2), (11, 3)])))


class TestTerms:
    """What the authority document says about the list."""

    def test_terms_survive_the_authority_document(self, world):
        """Signed, written, read again."""
        key = QrKey(kid=KID, key=KEY.public_key(), start=date(2026, 1, 1), end=date(2027, 1, 1))
        told = terms(keys=(key,), max_age=3600)

        assert told == StatusListTerms.of(world.sign_document(status_list=told.to_json()))
        assert StatusListTerms.of(world.authority) is None

    @pytest.mark.parametrize(
        "change",
        [
            {"uri": None}, {"uri": ""}, {"max_age": 0}, {"max_age": "x"}, {"max_age": True},
            {"max_age": 10**15}, {"keys": []},
            {"keys": [{}]}, {"keys": 7}, {"keys": [7]},
            {"keys": [{"kid": "", "key": {}}]}, {"keys": [{"kid": "zz", "key": {}}]},
        ],
    )  # fmt: skip
    def test_terms_that_cannot_be_used_leave_the_status_undecided(self, world, reason, change):
        """And never valid."""
        document = attrs.evolve(world.authority, status_list={**terms(KEY).to_json(), **change})

        assert "status-list-terms" == reason(signed(), document=document)

    def test_a_document_without_a_list_has_none(self, world, reason):
        """Somebody hands in a list all the same."""
        assert "status-list-terms" == reason(signed(), document=world.authority)


class TestVerdicts:
    """Through the whole verification."""

    @pytest.mark.parametrize(
        ("status", "verdict", "code"),
        [
            (ListStatus.VALID, Verdict.VALID, "status-list-valid"),
            (ListStatus.INVALID, Verdict.NOT_IN_FORCE, "status-list-invalid"),
            (ListStatus.SUSPENDED, Verdict.NOT_IN_FORCE, "status-list-suspended"),
            (ListStatus.SUPERSEDED, Verdict.NOT_IN_FORCE, "status-list-superseded"),
        ],
    )
    def test_the_list_decides(self, judge, build, permit, authority, status, verdict, code):
        """The four values."""
        index = build.statement().status_index
        data = signed(listed(pack_statuses(index + 1, [(index, status)])))
        source = StatusListSource.read(data, authority=authority, at=AT)
        report = judge(permit, authority=authority, at=AT, status=source)
        check = next(item for item in report.checks if item.name.value == "status")

        assert (verdict, code) == (report.verdict, check.reason.code)
        assert ("status list", MADE) == (report.status.source, report.status.as_of)
        assert "2 December 2026" in check.reason.message("en")

    @pytest.mark.parametrize(
        ("data", "at", "max_age", "code"),
        [
            (None, AT, None, "status-list-missing"),
            (b"junk", AT, None, "status-list-malformed"),
            (signed(listed(b"")), AT, None, "status-list-out-of-range"),
            (signed(), AT + timedelta(days=3), 3600, "status-list-too-old"),
            (signed(), MADE - timedelta(hours=1), None, "status-list-not-yet"),
            (signed(kid=b"else"), AT, None, "status-list-key-unknown"),
            (
                signed(key=ec.generate_private_key(ec.SECP256R1())),
                AT,
                None,
                "status-list-wrong-signature",
            ),
            (signed(listed(uri="https://else.example/")), AT, None, "status-list-wrong-subject"),
            (
                signed(listed(issued=datetime(2026, 11, 25, tzinfo=UTC))),
                datetime(2026, 12, 1, 2, tzinfo=UTC),
                None,
                "status-older-than-permit",
            ),
        ],
    )
    def test_whatever_is_wrong_with_the_list_leaves_the_permit_undecided(
        self, judge, permit, authority, data, at, max_age, code
    ):
        """With its own reason, in both languages, and never valid."""
        source = StatusListSource.read(data, authority=authority, at=at, max_age=max_age)
        report = judge(permit, authority=authority, at=at, status=source)

        assert report.verdict is Verdict.INDETERMINATE
        assert code in [reason.code for reason in report.reasons]
        told = next(reason for reason in report.reasons if reason.code == code)
        assert told.message("id") != told.message("en")

    def test_a_permit_that_has_expired_stays_expired(self, judge, permit, authority, code_of):
        """The dates come before a list that cannot answer."""
        at = AT + timedelta(days=30)
        source = StatusListSource.read(None, authority=authority, at=at)
        report = judge(permit, authority=authority, at=at, status=source)

        assert (Verdict.NOT_IN_FORCE, "permit-expired") == (report.verdict, code_of(report))

    def test_a_list_is_asked_for_its_own_day(self, authority):
        """A source made for one moment does not answer for another day."""
        source = StatusListSource.read(signed(), authority=authority, at=AT)
        with pytest.raises(StatusListError) as caught:
            source.status_of("1", 3, date(2026, 12, 3))

        assert "status-list-not-yet" == caught.value.reason

    def test_errors_speak_both_languages(self):
        """For people, with what to do next."""
        error = StatusListError("status-list-too-old")

        assert "The status list cannot be used: it is too old" in error.message("en")
        assert "terlalu lama" in error.message("id")

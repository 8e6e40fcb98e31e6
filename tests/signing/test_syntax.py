"""Lossless PDF syntax, DER round trips, and the byte range, for whatever comes."""

from __future__ import annotations

import hashlib
import io
import re

import pypdf
from asn1crypto import cms as reference_cms
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf.generic import read_object

from perizinan_core._pdf._syntax import Parser, Ref, decode_text
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing._cms import cms_profile
from perizinan_core.signing._pdf_syntax import (
    RawDictionary,
    array_items,
    date_string,
    parsed,
    references,
    text_string,
)

spaces = st.sampled_from([b" ", b"\n", b"\r\n", b"\t", b"% note >> ( \n", b"\x00 "])
names = st.binary(min_size=1, max_size=8).map(lambda raw: b"/" + b"".join(b"#%02x" % byte for byte in raw))
atoms = st.one_of(
    st.integers(-(10**9), 10**9).map(lambda n: b"%d" % n),
    st.sampled_from([b"true", b"null", b"1.5", b"-.25", b"12 0 R", b"<>", b"<4 1>", b"()"]),
    names,
    st.text(max_size=12).map(text_string),
    st.binary(max_size=12).map(lambda raw: b"(" + re.sub(rb"([()\\])", rb"\\\1", raw) + b")"),
    st.just(b"(a(b)c\\))"),
)


def containers(inner):
    pairs = st.dictionaries(names, inner, max_size=4)
    return st.one_of(
        st.tuples(st.lists(inner, max_size=4), spaces).map(
            lambda t: b"[" + t[1].join([b"", *t[0], b""]) + b"]"
        ),
        st.tuples(pairs, spaces).map(
            lambda t: b"<<" + b"".join(key + t[1] + value + t[1] for key, value in t[0].items()) + b">>"
        ),
    )


values = st.recursive(atoms, containers, max_leaves=12)


class TestSyntax:
    """Reading and writing agree with each other and with pypdf."""

    @given(before=spaces, value=values, after=spaces)
    def test_a_value_is_found_whole(self, before, value, after):
        """Whatever stands around it, the source is the value."""
        assert value == Parser(before + value + after + b"/Next", 64).source(0)

    @given(entries=st.dictionaries(names, values, max_size=6), space=spaces)
    def test_a_dictionary_survives_a_round_trip(self, entries, space):
        """Keys and values come back as they were, also after being written."""
        source = b"<<" + b"".join(key + space + value + space for key, value in entries.items()) + b">>tail"
        found = RawDictionary.of(source)

        assert {parsed(key): value for key, value in entries.items()} == dict(found)
        assert found == RawDictionary.of(found.to_bytes())

    @given(items=st.lists(values, max_size=6), space=spaces)
    def test_an_array_gives_its_items(self, items, space):
        """Each item as its source."""
        assert items == array_items(b"[" + space.join([b"", *items, b""]) + b"]")

    @given(value=st.text(max_size=40))
    def test_text_strings_survive(self, value):
        """Every text can be written and read back, by us and by pypdf."""
        clean = value.encode("utf-16-be", "replace").decode("utf-16-be")
        source = text_string(value)

        assert clean == decode_text(parsed(source))
        assert clean == str(read_object(io.BytesIO(source + b" "), None)) or not clean.isprintable()

    @given(raw=st.binary(min_size=1, max_size=12))
    def test_names_survive(self, raw):
        """Every name is escaped so that it can be read back."""
        key = raw.decode("latin-1")

        assert key == parsed(RawDictionary({key: b"1"}).to_bytes()[2:])

    def test_references_are_told_from_numbers(self):
        """Also when they stand close to something else; not inside strings."""
        assert Ref(12, 3) == parsed(b"12 3 R")
        assert [Ref(1, 0), Ref(2, 5)] == [ref for _, _, ref in references(b"[1 0 R(3 0 R)/X 2 5 R]")]

    def test_nested_values_can_be_edited(self):
        """A dictionary inside a dictionary is written with it."""
        assert b"<</A <</B 1\n>>\n>>" == RawDictionary({"A": RawDictionary({"B": b"1"})}).to_bytes()

    def test_dates_carry_their_zone(self, request_now):
        """ISO 32000-1 section 7.9.4."""
        assert date_string(request_now.signed_at).endswith(b"+07'00')")


class TestContainer:
    """DER of the CMS structures."""

    @given(digest=st.binary(min_size=32, max_size=32))
    def test_attributes_and_container_are_der(self, issued, digest):
        """asn1crypto reads the same values and writes the same bytes."""
        signer = issued["p-256"].signer()
        profile = cms_profile(signer.certificate, signer.chain, signer.algorithm)
        attributes = profile.attributes(digest)
        container = profile.container(attributes, signer.sign(attributes))
        signed = reference_cms.ContentInfo.load(container, strict=True)["content"]
        info = signed["signer_infos"][0]
        found = {attribute["type"].native: attribute["values"].native for attribute in info["signed_attrs"]}

        assert {"content_type", "message_digest", "signing_certificate_v2"} == set(found)
        assert digest == found["message_digest"][0]
        assert (
            hashlib.sha256(signer.certificate.public_bytes(Encoding.DER)).digest()
            == (found["signing_certificate_v2"][0]["certs"][0]["cert_hash"])
        )
        assert signer.certificate.serial_number == info["sid"].native["serial_number"]
        assert attributes == reference_cms.CMSAttributes.load(attributes).dump(force=True)
        assert len(container) <= profile.largest <= len(container) + 4

    def test_every_kind_of_key_fits_its_room(self, issued):
        """The room is at most a few bytes larger than the container."""
        for one in issued.values():
            signer = one.signer()
            profile = cms_profile(signer.certificate, signer.chain, signer.algorithm)
            attributes = profile.attributes(bytes(hashlib.new(signer.algorithm.hash_name).digest_size))
            sizes = [len(profile.container(attributes, signer.sign(attributes))) for _ in range(3)]
            assert max(sizes) <= profile.largest <= max(sizes) + 8


class TestByteRange:
    """The signature covers every byte but its own hexadecimal string."""

    @settings(max_examples=60, deadline=None)
    @given(
        style=st.sampled_from(["table", "stream", "packed", "predicted"]),
        pages=st.integers(1, 12),
        fillers=st.lists(values, max_size=5),
        field=st.text(
            alphabet=st.characters(exclude_characters=".", exclude_categories=["Cs", "Cc", "Z"]),
            min_size=1,
            max_size=20,
        ),
        reason=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    )
    def test_it_covers_all_but_the_container(self, maker, signer, now, style, pages, fillers, field, reason):
        """For any pages, objects, names and reasons; pypdf reads all of it back."""
        pdf = maker.build(maker.objects(pages=pages, extra=[b"[ %b ]" % filler for filler in fillers]), style)
        signed = sign_pdf(pdf, signer, SigningRequest(signed_at=now, field_name=field, reason=reason))
        found = pypdf.PdfReader(io.BytesIO(signed), strict=True)
        entry = found.root_object["/AcroForm"]["/Fields"][0]
        start, first, second, length = entry["/V"]["/ByteRange"]

        assert (0, len(signed)) == (start, second + length)
        assert re.fullmatch(rb"<[0-9a-f]+>", signed[first:second])
        assert (field, reason) == (entry["/T"], entry["/V"].get("/Reason", ""))
        assert pages == len(found.pages)
        container = reference_cms.ContentInfo.load(bytes.fromhex(signed[first + 1 : second - 1].decode()))
        attributes = {
            a["type"].native: a["values"].native
            for a in container["content"]["signer_infos"][0]["signed_attrs"]
        }
        assert hashlib.sha256(signed[:first] + signed[second:]).digest() == attributes["message_digest"][0]

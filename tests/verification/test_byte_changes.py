"""A changed, cut or lengthened file is never valid; which verdict it gets is a rule and not chance."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core.published import read_authority_document
from perizinan_core.verification import Verdict, Verifier

QUIET = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def verifier(world):
    return Verifier(world.authority)


class TestOneChangedByte:
    """Flipped byte → not valid, wherever it lies."""

    @pytest.mark.parametrize("mask", [0x01, 0x20])
    def test_every_single_changed_byte_of_a_permit_makes_it_not_valid(self, verifier, build, permit, mask):
        """No position escapes: structure, content, byte range, container, padding, tail."""
        found = Counter()
        for position in range(len(permit)):
            changed = bytearray(permit)
            changed[position] ^= mask
            found[verifier.verify(bytes(changed), at=build.CHECKED_AT).verdict] += 1

        assert {Verdict.NOT_VALID: len(permit)} == dict(found)

    def test_a_byte_range_that_ends_one_byte_too_far_is_a_change_and_no_cut(self, verifier, build, permit):
        """The same numbers as in a file that lost its last line end, but the digest tells them apart."""
        start = permit.index(b"/ByteRange [") + len(b"/ByteRange [")
        end = permit.index(b"]", start)
        first, second, third, tail = map(int, permit[start:end].split())
        numbers = b"%d %d %d %d" % (first, second, third, tail + 1)
        changed = permit[:start] + numbers.ljust(end - start)[: end - start] + permit[end:]

        assert Verdict.NOT_VALID is verifier.verify(changed, at=build.CHECKED_AT).verdict

    @pytest.mark.parametrize("digit", b"0123456789abcdef")
    def test_every_changed_digit_of_the_signature_method_makes_it_not_valid(self, build, digit):
        """RSASSA-PSS states hash functions and salt outside of what is signed; no value of them raises."""
        folder = Path(__file__).parents[1] / "vectors" / "good_rsa_pss"
        permit = (folder / "permit.pdf").read_bytes()
        authority = json.loads((folder / "expected.json").read_text())["arguments"]["authority"]
        verifier = Verifier(read_authority_document((folder / authority).read_bytes()))
        start = permit.rindex(b"06092a864886f70d01010a")
        for position in range(start - 4, start + 2 * 64):
            changed = permit[:position] + bytes([digit]) + permit[position + 1 :]
            expected = Verdict.VALID if changed == permit else Verdict.NOT_VALID

            assert expected is verifier.verify(changed, at=build.CHECKED_AT).verdict

    def test_unused_bits_in_the_signature_of_an_embedded_certificate_are_a_change(self, build):
        """Libraries pass over this count, and nothing covers it but our own check."""
        while True:
            world = build.World.create()
            last = world.ca.issuing.certificate.signature[-1]
            if last % 2 == 0:
                break
        permit = world.permit()
        marker = (b"\x03" + bytes([len(world.ca.issuing.certificate.signature) + 1]) + b"\x00").hex().encode()
        marker += world.ca.issuing.certificate.signature.hex().encode()
        changed = permit.replace(marker, marker[:5] + b"1" + marker[6:])

        assert permit != changed
        assert Verdict.NOT_VALID is Verifier(world.authority).verify(changed, at=build.CHECKED_AT).verdict

    def test_capital_letters_in_the_container_are_a_change(self, verifier, build, permit):
        """Hexadecimal digits mean the same in both cases, so only uniformity shows the change."""
        start = permit.index(b"/Contents <") + len(b"/Contents <")
        place = next(i for i in range(start, len(permit)) if permit[i : i + 1] in b"abcdef")
        changed = permit[:place] + permit[place : place + 1].upper() + permit[place + 1 :]

        report = verifier.verify(changed, at=build.CHECKED_AT)

        assert (Verdict.NOT_VALID, "signature-malformed") == (report.verdict, report.reasons[0].code)


class TestCuts:
    """A file cut at its end is unreadable, never judged by the older revision in it."""

    def test_every_cut_is_unreadable_but_the_one_that_leaves_the_unsigned_letter(
        self, verifier, build, permit
    ):
        """Cut exactly behind the unsigned letter, the file *is* the unsigned letter."""
        unsigned = permit.index(b"%%EOF\n") + len(b"%%EOF\n")
        found = {
            length: verifier.verify(permit[:length], at=build.CHECKED_AT).verdict
            for length in range(len(permit))
        }

        assert {unsigned - 1, unsigned} == {
            length for length, verdict in found.items() if verdict is not Verdict.UNREADABLE
        }
        assert Verdict.UNSIGNED is found[unsigned]

    def test_a_cut_in_a_later_revision_is_unreadable(self, verifier, build, world, permit):
        """The first signature would still fit: judged by it, the file would be another one."""
        twice = build.sign(permit, world.head)

        assert Verdict.UNREADABLE is verifier.verify(twice[:-40], at=build.CHECKED_AT).verdict


class TestLengthened:
    """Bytes in front, behind and between."""

    @pytest.mark.parametrize("tail", [b"\0", b"\n\n", b"garbage", b"%%EOF\n", b"trailer\n", bytes(1000)])
    def test_appended_bytes_make_it_not_valid(self, verifier, build, permit, tail):
        """Even a second line end is one byte more than was signed."""
        assert Verdict.NOT_VALID is verifier.verify(permit + tail, at=build.CHECKED_AT).verdict

    @pytest.mark.parametrize("head", [b"\n", b"GIF89a", b"%PDF-1.7\n"])
    def test_prepended_bytes_make_it_not_valid(self, verifier, build, permit, head):
        """A PDF begins at byte 0."""
        assert Verdict.NOT_VALID is verifier.verify(head + permit, at=build.CHECKED_AT).verdict

    def test_converted_line_ends_make_it_not_valid(self, verifier, build, permit):
        """What mail programs and version control do to text files."""
        assert (
            Verdict.NOT_VALID is verifier.verify(permit.replace(b"\n", b"\r\n"), at=build.CHECKED_AT).verdict
        )


class TestRandomMutations:
    """Whatever is done to a permit, it is not the permit any more."""

    @QUIET
    @given(data=st.data())
    def test_no_mutation_is_valid_and_none_raises(self, verifier, build, permit, data):
        """Replace, insert, delete or repeat a stretch."""
        start = data.draw(st.integers(0, len(permit) - 1))
        end = data.draw(st.integers(start, min(len(permit), start + 300)))
        piece = data.draw(
            st.one_of(
                st.binary(max_size=40),
                st.sampled_from(
                    [b"/ByteRange [0 1 2 3]", b"1 0 R", b"<<", b">>", b"endobj", b"stream\n", b"xref\n"]
                ),
                st.just(permit[start:end] * 2),
            )
        )
        mutant = permit[:start] + piece + permit[end:]
        report = verifier.verify(mutant, at=build.CHECKED_AT)

        assert mutant == permit or report.verdict is not Verdict.VALID

    @QUIET
    @given(data=st.binary(max_size=400))
    def test_arbitrary_bytes_are_unreadable_or_not_valid(self, verifier, build, data):
        """Never a traceback, never valid."""
        report = verifier.verify(data, at=build.CHECKED_AT)

        assert report.verdict in {Verdict.UNREADABLE, Verdict.NOT_VALID, Verdict.UNSIGNED}

    @QUIET
    @given(
        body=st.lists(
            st.sampled_from(
                [
                    b"<<",
                    b">>",
                    b"[",
                    b"]",
                    b"/A",
                    b"1 0 R",
                    b"(x",
                    b")",
                    b"<41>",
                    b"null",
                    b"-1.5",
                    b"%c\n",
                    b"stream\n",
                ]
            ),
            max_size=30,
        )
    )
    def test_odd_objects_raise_nothing(self, verifier, build, body):
        """Objects of PDF syntax in any order inside a file whose table is right."""
        data = build.assemble([b" ".join(body), b"<</Type /Pages /Kids [] /Count 0>>"])
        report = verifier.verify(data, at=build.CHECKED_AT)

        assert report.verdict in {Verdict.UNREADABLE, Verdict.UNSIGNED}

"""Raising signed letters to each level: what is in them afterwards, and who believes it."""

import io
import re
from datetime import timedelta

import pypdf
import pytest

from perizinan_core.bootstrap._synthetic_ca import SyntheticCA
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.signing.ltv import (
    Evidence,
    Level,
    RevocationClient,
    TimestampClient,
    extend,
    read_state,
)
from perizinan_core.testing._pki_server import Fault
from perizinan_core.testing._refusals import raises_code

EVERY_LEVEL = pytest.mark.parametrize("level", list(Level))


@pytest.fixture
def extended(signed, client, pki, clock, revocation):
    """Raise the signed letter, or another file, to a level."""

    def run(level, pdf=signed, **given):
        clock.forward(minutes=1)
        arguments = {"tsa": client, "roots": pki.roots, "now": clock(), "revocation": revocation, **given}
        return extend(pdf, level=level, **arguments)

    return run


class TestLevels:
    @EVERY_LEVEL
    def test_a_file_has_the_level_that_it_was_raised_to(self, extended, level):
        """What `read_state` finds is what was asked for."""
        assert level is read_state(extended(level)).level

    @EVERY_LEVEL
    def test_the_signed_bytes_stay_the_beginning(self, extended, signed, level):
        """The hash of the file as it was signed can be taken from every extended one."""
        assert extended(level).startswith(signed)

    @EVERY_LEVEL
    def test_raising_twice_to_a_level_changes_nothing(self, extended, pki, level):
        """The second time nobody is asked, either."""
        once = extended(level)
        pki.requests.clear()

        assert once == extended(level, once)
        assert [] == pki.requests

    def test_levels_can_be_reached_one_by_one(self, extended):
        """B-B, B-T, B-LT, B-LTA, each from the one before."""
        pdf, found = None, []
        for level in Level:
            pdf = extended(level) if pdf is None else extended(level, pdf)
            found.append(read_state(pdf).level)

        assert list(Level) == found

    @EVERY_LEVEL
    def test_pdfsig_still_accepts_the_signature(self, extended, pdfsig, level):
        """Poppler reads the updates and finds the signature sound; it does not know document timestamps."""
        first = pdfsig(extended(level))[0]

        assert ("Signature1", True) == (first.field, first.sound)

    @pytest.mark.parametrize(
        ("level", "found"),
        [(Level.B_B, "less"), (Level.B_T, "less"), (Level.B_LT, "B-LT"), (Level.B_LTA, "B-LTA")],
    )
    def test_pyhanko_finds_the_level(self, extended, timestamped, pyhanko_level, clock, level, found):
        """With revocation data required, no network and nothing but the root."""
        pdf = extended(level, timestamped)
        clock.forward(minutes=1)

        assert found == pyhanko_level(pdf, clock())

    def test_a_signature_timestamp_is_proof_enough_for_b_t(self, letter, officer, client, clock, extended):
        """Made while signing, it saves a document timestamp."""
        pdf = sign_pdf(letter, officer, SigningRequest(signed_at=clock()), timestamps=client)

        assert pdf == extended(Level.B_T, pdf)
        assert Level.B_LT is read_state(extended(Level.B_LT, pdf)).level

    def test_two_signers_are_both_extended(self, pki, timestamped, client, clock, extended, pyhanko_level):
        """The data of a second signer, whose certificate only names a revocation list, is collected too."""
        second = pki.issue("Sekretaris", services=("crl",)).signer()
        both = sign_pdf(timestamped, second, SigningRequest(signed_at=clock()), timestamps=client)
        pdf = extended(Level.B_LTA, both)
        clock.forward(minutes=1)

        assert ["B-LTA", "B-LTA"] == [pyhanko_level(pdf, clock(), number) for number in (0, 1)]
        assert pdf.startswith(timestamped)

    def test_answers_can_be_handed_in(self, pki, extended):
        """Then nothing but the timestamp is fetched."""
        lists = Evidence(lists=(pki.crl("root"), pki.crl("issuing")))
        pki.requests.clear()
        pdf = extended(Level.B_LT, revocation=lists)

        assert {"tsa"} == set(pki.requests)
        assert Level.B_LT is read_state(pdf).level

    def test_a_large_timestamp_is_given_more_room(self, extended, pki):
        """Too little room is found out, and the file is made again."""
        small = TimestampClient(url=pki.tsa_url, roots=pki.roots, room=1024)
        pdf = extended(Level.B_T, tsa=small)

        assert Level.B_T is read_state(pdf).level
        assert 2 == pki.requests.count("tsa")

    def test_an_address_is_enough(self, extended, pki):
        """The service may be given by its address; it must then lead to the same roots."""
        assert Level.B_T is read_state(extended(Level.B_T, tsa=pki.tsa_url)).level


class TestThroughTheYears:
    @pytest.mark.parametrize("clock", [2200], indirect=True)
    def test_a_renewed_file_outlives_every_certificate_of_its_time(
        self, extended, timestamped, pki, clock, pyhanko_level
    ):
        """
        Signed by a certificate of two years, renewed before each timestamp's certificate ends: valid after six
        years by pyHanko, with nothing but the root.
        """
        pdf = extended(Level.B_LTA, timestamped)
        for _ in range(3):
            clock.forward(days=700)
            pki.renew_tsa()
            pdf = extended(Level.B_LTA, pdf, renew=True)

        clock.forward(minutes=1)

        assert "B-LTA" == pyhanko_level(pdf, clock())
        assert clock() + timedelta(days=700) < read_state(pdf).newest.certificate_ends

    @pytest.mark.parametrize("clock", [2200], indirect=True)
    def test_without_renewal_it_cannot_be_proven_after_the_certificates(self, extended, clock, pyhanko_level):
        """The judge of the test above says no when nothing was renewed: so it is able to."""
        pdf = extended(Level.B_LTA)
        clock.forward(days=2100)

        assert "less" == pyhanko_level(pdf, clock())

    def test_it_is_too_late_when_the_timestamp_has_ended(self, extended, clock):
        """A new timestamp cannot bridge a gap."""
        pdf = extended(Level.B_LTA)
        clock.forward(days=800)

        with raises_code("long-term-too-late"):
            extended(Level.B_LTA, pdf, renew=True)

    def test_it_is_too_late_when_the_signer_has_ended_without_timestamp(self, extended, clock, pki):
        """B-B after the end of the certificate: a timestamp of today proves nothing about then."""
        clock.forward(days=800)
        pki.renew_tsa()

        with raises_code("long-term-too-late"):
            extended(Level.B_T)

    def test_a_signer_that_ended_after_its_timestamp_can_still_be_extended(self, extended, clock, pki):
        """The timestamp proves the time, and the responder still knows the certificate."""
        pdf = extended(Level.B_T)
        pki.renew_tsa(valid=(clock() - timedelta(hours=1), clock() + timedelta(days=3000)))
        pdf = extended(Level.B_T, pdf)
        newer = extended(Level.B_LTA, pdf)
        clock.forward(days=800)

        assert Level.B_LTA is read_state(extended(Level.B_LTA, newer, renew=True)).level


class TestRefusals:
    def test_a_changed_file_is_not_extended(self, extended, signed):
        """One letter of its content: no timestamp makes that better."""
        changed = signed.replace(b"/Lang(id)", b"/Lang(in)", 1)

        assert changed != signed
        with raises_code("not-extendable", match="signatures is broken"):
            extended(Level.B_LTA, changed)

    @pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
    def test_a_cut_file_is_not_extended(self, extended, signed, cut):
        """Nor is an older revision of it that a repairing reader would find."""
        with raises_code("not-extendable"):
            extended(Level.B_T, signed[: int(len(signed) * cut)])

    def test_an_unsigned_file_is_not_extended(self, extended, letter):
        """There is nothing to prove."""
        with raises_code("not-extendable", match="no signature"):
            extended(Level.B_T, letter)

    def test_a_signature_of_an_unknown_root_is_not_extended(self, extended, letter, clock):
        """Another CA with the same names."""
        other = SyntheticCA.create(clock(), name="PKI").issue("Kepala Dinas", now=clock(), kind="p-256")
        pdf = sign_pdf(letter, other.signer(), SigningRequest(signed_at=clock()))

        with raises_code("not-extendable", match="trusted roots"):
            extended(Level.B_LT, pdf)

    def test_a_revoked_certificate_is_named(self, extended, pki, officer, clock):
        """Revoked an hour before the timestamp: no long-term data for it."""
        pki.revoke(officer.certificate, clock() - timedelta(hours=1))

        with raises_code("certificate-revoked") as caught:
            extended(Level.B_LT)

        assert f"{officer.certificate.serial_number:x}" == caught.value.serial

    def test_a_revoked_certificate_is_found_in_the_list_too(self, extended, pki, officer, clock):
        """With the responder silent, the list is asked, and says the same."""
        pki.faults["ocsp"] = Fault.ERROR
        pki.revoke(officer.certificate, clock() - timedelta(hours=1))

        with raises_code("certificate-revoked"):
            extended(Level.B_LT)

    def test_a_revocation_after_the_timestamp_does_no_harm(self, extended, pki, officer, clock):
        """What was signed before stays signed."""
        pdf = extended(Level.B_T)
        clock.forward(days=30)
        pki.revoke(officer.certificate, clock() - timedelta(days=1))

        assert Level.B_LTA is read_state(extended(Level.B_LTA, pdf)).level

    @pytest.mark.parametrize("fault", [Fault.CLOSES, Fault.ERROR, Fault.HTML])
    def test_silent_responders_are_named(self, extended, pki, fault):
        """Neither OCSP nor list: the error says what was tried."""
        pki.faults |= {"ocsp": fault, "crl": fault}

        with raises_code("revocation-unavailable", match="CRL"):
            extended(Level.B_LT)

    def test_an_endless_list_is_cut_off(self, extended, pki):
        """The largest accepted list is a setting."""
        pki.faults |= {"ocsp": Fault.OVERSIZED, "crl": Fault.OVERSIZED}

        with raises_code("revocation-unavailable", match="too-large"):
            extended(Level.B_LT, revocation=RevocationClient(max_bytes=200_000, timeout=5))

    def test_answers_about_others_are_not_enough(self, extended, pki):
        """Handed-in lists must settle every certificate of the chain."""
        with raises_code("revocation-unavailable"):
            extended(Level.B_LT, revocation=Evidence(lists=(pki.crl("root"),)))

    def test_a_timestamp_service_of_another_root_is_refused(self, extended, pki, clock):
        """Whoever checks the permit would not believe it."""
        pki.renew_tsa(ca=SyntheticCA.create(clock(), name="Lain"))

        with raises_code("timestamp-untrusted"):
            extended(Level.B_T)

    def test_a_moment_without_time_zone_is_a_programming_error(self, extended, clock):
        """As everywhere in the library."""
        with pytest.raises(ValueError, match="time zone"):
            extended(Level.B_T, now=clock().replace(tzinfo=None))

    def test_nothing_listens_at_the_address(self, extended):
        """The error names host and port, and nothing else of the address."""
        with raises_code("timestamp-unreachable", match=r"127\.0\.0\.1:9 ") as caught:
            extended(Level.B_T, tsa="http://127.0.0.1:9/tsa?key=secret")

        assert "secret" not in str(caught.value)


def shape(item):
    """A PDF object as text, without the address of its reader in memory."""
    return re.sub(r", \d{6,}\)", ")", str(item))


class TestPdfA:
    """ISO 19005-3 and ISO 14289-1: what makes the letter conforming is not touched by what is added."""

    def test_metadata_attachments_and_tags_stay(self, extended, signed):
        """XMP, information dictionary, structure tree, output intent, attachment: byte for byte as signed."""
        before = pypdf.PdfReader(io.BytesIO(signed))
        after = pypdf.PdfReader(io.BytesIO(extended(Level.B_LTA)))
        kept = ("/StructTreeRoot", "/OutputIntents", "/AF", "/Names", "/MarkInfo", "/Lang")

        assert before.root_object["/Metadata"].get_data() == after.root_object["/Metadata"].get_data()
        assert dict(before.metadata) == dict(after.metadata)
        assert {"permit.json": [b"{}"]} == dict(after.attachments)
        for key in kept:
            assert shape(before.root_object[key]) == shape(after.root_object[key]), key

    def test_widgets_of_timestamps_are_printable_and_without_size(self, extended):
        """Section 6.3.2 asks for Print and no hiding flag, 6.3.3 for an appearance unless the size is zero."""
        page = pypdf.PdfReader(io.BytesIO(extended(Level.B_LTA))).pages[0]
        stamps = [note for note in page["/Annots"] if note["/T"].startswith("StempelWaktu")]

        assert 2 == len(stamps)
        assert {4} == {note["/F"] & (1 | 2 | 4 | 32 | 256) for note in stamps}
        assert all(note["/Rect"][0] == note["/Rect"][2] for note in stamps)
        assert {"Stempel waktu dokumen"} == {note["/TU"] for note in stamps}

    def test_objects_and_streams_are_spaced_as_the_standard_wants(self, extended, signed):
        """Sections 6.1.7.1 and 6.1.9: line ends around obj, stream, endstream and endobj; true lengths."""
        added = extended(Level.B_LTA)[len(signed) :]
        streams = re.findall(rb"/Length (\d+)>>\nstream\n", added)
        heads = re.findall(rb"(?:^|\n)\d+ \d+ obj\n", added)

        assert 6 <= len(streams)
        assert len(heads) == added.count(b"\nendobj\n")
        for match in re.finditer(rb"/Length (\d+)>>\nstream\n", added):
            assert b"\nendstream\nendobj\n" == added[match.end() + int(match[1]) :][:18]

    def test_the_document_says_that_it_uses_pades(self, extended):
        """The developer extension of ETSI is declared (EN 319 142-1 section 5.4.1)."""
        root = pypdf.PdfReader(io.BytesIO(extended(Level.B_LTA))).root_object

        assert "/ESIC" in root["/Extensions"]
        assert {"/Certs", "/OCSPs", "/CRLs"} == set(root["/DSS"])

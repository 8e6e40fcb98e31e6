"""Signing every kind of valid PDF, judged by pdfsig, pyHanko, OpenSSL and pypdf."""

from __future__ import annotations

import io
import re
import subprocess

import attrs
import pypdf
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.bootstrap._synthetic_ca import KEY_KINDS
from perizinan_core.signing import SignatureAlgorithm, SigningRequest, sign_pdf
from perizinan_core.testing._refusals import raises_code

FORM = b"/AcroForm <</Fields [5 0 R] /DR <<>> /DA (/Helv 0 Tf)>>"
TEXT_FIELD = b"<</Type /Annot /Subtype /Widget /FT /Tx /T (nama) /Rect [10 10 90 30] /F 4 /P 4 0 R>>"
LINK = b"<</Type /Annot /Subtype /Link /Rect [1 1 9 9] /F 4 /Border [0 0 0]>>"


def signature_source(pdf):
    """The source of the last signature dictionary, its byte range and its container."""
    source = pdf[pdf.rindex(b"/ByteRange") :]
    covered = [int(n) for n in re.search(rb"\[(.*?)\]", source)[1].split()]
    container = bytes.fromhex(pdf[covered[1] + 1 : covered[2] - 1].decode())
    return covered, container


HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def cases(maker):
    """Objects and writing options of each kind of file."""
    objects = maker.objects
    form = objects(catalog=FORM, page=b"/Annots [5 0 R]", extra=[TEXT_FIELD])
    return {
        "plain": (objects(), {}),
        "several pages": (objects(pages=3), {}),
        "rotated": (objects(page=b"/Rotate 90 /CropBox [10 10 200 300]"), {}),
        "form in the catalogue": (form, {}),
        "form as object, fields as object": (
            objects(
                catalog=b"/AcroForm 6 0 R",
                page=b"/Annots 8 0 R",
                extra=[TEXT_FIELD, b"<</Fields 7 0 R /SigFlags 0>>", b"[5 0 R]", b"[5 0 R]"],
            ),
            {},
        ),
        "annotations direct": (objects(page=b"/Annots [5 0 R]", extra=[LINK]), {}),
        "annotations as object": (objects(page=b"/Annots 6 0 R", extra=[LINK, b"[5 0 R]"]), {}),
        "annotations named but missing": (objects(page=b"/Annots 99 0 R"), {}),
        "identifiers": (objects(), {"trailer": b"/ID [<00ff><00ff>]"}),
    }


class TestKindsOfFiles:
    """Issue point 9: classic, streams, object streams, hybrid, forms, annotations, rotated pages."""

    @pytest.mark.parametrize("style", ["table", "stream", "packed", "predicted", "hybrid"])
    @pytest.mark.parametrize(
        "name",
        [
            "plain",
            "several pages",
            "rotated",
            "form in the catalogue",
            "form as object, fields as object",
            "annotations direct",
            "annotations as object",
            "annotations named but missing",
            "identifiers",
        ],
    )
    def test_both_tools_accept_two_signatures_in_sequence(
        self, maker, signer, request_now, accepted, name, style
    ):
        """A file of any form carries two sound signatures, and begins with its own bytes."""
        objects, options = cases(maker)[name]
        hidden = {number for number in objects if number > 4}
        pdf = maker.build(objects, style, hidden=hidden, **options)

        once = sign_pdf(pdf, signer, request_now)
        twice = sign_pdf(once, signer, request_now)

        assert once.startswith(pdf)
        assert twice.startswith(once)
        assert ["Signature1", "Signature2"] == accepted(twice)

    def test_a_tagged_letter_stays_what_it_was(self, letter, signer, request_now, accepted):
        """PDF/A-3a and PDF/UA-1: metadata, attachment and tags are untouched, reading order is declared."""
        signed = sign_pdf(letter, signer, request_now)
        before, after = pypdf.PdfReader(io.BytesIO(letter)), pypdf.PdfReader(io.BytesIO(signed))
        widget = after.pages[0]["/Annots"][0]

        assert ["Signature1"] == accepted(signed)
        assert before.root_object["/Metadata"].get_data() == after.root_object["/Metadata"].get_data()
        assert {"permit.json": [b"{}"]} == dict(after.attachments)
        assert "/S" == after.pages[0]["/Tabs"]
        assert [0, 0, 0, 0] == widget["/Rect"]
        assert "/AP" not in widget
        assert 4 == widget["/F"] & (1 | 2 | 4 | 32 | 256)
        assert "Tanda tangan elektronik" == widget["/TU"]

    def test_files_written_by_pypdf_are_signed(self, letter, signer, request_now, accepted):
        """A file that pypdf wrote and updated incrementally, with object 0 and its own spacing."""
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter))
        first = io.BytesIO()
        writer.write(first)
        update = pypdf.PdfWriter(io.BytesIO(first.getvalue()), incremental=True)
        update.add_blank_page()
        second = io.BytesIO()
        update.write(second)

        assert ["Signature1"] == accepted(sign_pdf(second.getvalue(), signer, request_now))

    def test_chains_of_updates_are_followed(self, maker, plain, signer, request_now, accepted):
        """An object replaced in a later section counts, one freed there is gone."""
        pdf = maker.update(plain, {4: b"<</Type /Page /Parent 2 0 R /Rotate 180>>", 5: b"(x)"})

        assert ["Signature1"] == accepted(sign_pdf(pdf, signer, request_now))

    def test_a_newest_section_at_the_beginning_is_found(self, maker, signer, request_now, accepted):
        """Linearized files: the section that counts stands first and names one behind it as the previous."""
        objects = maker.objects()
        out, offsets = HEADER, {}
        section = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 5 /Root 1 0 R /Prev %010d>>\nstartxref\n0\n%%%%EOF\n"
        length = len(section % (0, 0))
        start = len(out)
        out += bytes(length)
        for number, body in objects.items():
            offsets[number] = len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        previous = len(out)
        out += b"xref\n0 4\n0000000000 65535 f \n"
        out += b"".join(b"%010d 00000 n \n" % offsets[number] for number in (1, 2, 3))
        out += b"trailer\n<</Size 4>>\nstartxref\n%d\n%%%%EOF\n" % start
        pdf = out[:start] + section % (offsets[4], previous) + out[start + length :]

        assert ["Signature1"] == accepted(sign_pdf(pdf, signer, request_now))

    def test_generation_numbers_are_kept(self, maker, signer, request_now, accepted):
        """An object of a later generation is replaced under that generation."""
        pdf = maker.build(maker.objects())
        pdf = pdf.replace(b"4 0 obj", b"4 7 obj").replace(b"[4 0 R]", b"[4 7 R]")
        at = pdf.index(b"4 7 obj")
        pdf = pdf.replace(b"%010d 00000 n" % at, b"%010d 00007 n" % at)

        signed = sign_pdf(pdf, signer, request_now)

        assert ["Signature1"] == accepted(signed)
        assert 2 == signed.count(b"\n4 7 obj")
        assert re.search(rb"\n4 \d\n\d{10} 00007 n ", signed[len(pdf) :])

    def test_what_is_carried_along_keeps_its_bytes(self, maker, signer, request_now):
        """Names outside UTF-8, long decimals and escaped strings of a rewritten page stay exact."""
        odd = rb"/F#e4 /A#20b /Long 595.27559055118110 /Text (a\(b\)\053) /Sum#e4r /#41"
        pdf = maker.build(maker.objects(page=odd))

        signed = sign_pdf(pdf, signer, request_now)
        page = pypdf.PdfReader(io.BytesIO(signed)).pages[0]

        assert signed.rindex(b"595.27559055118110") > len(pdf)
        assert b"/F#E4 /A#20b" in signed[len(pdf) :]
        assert "a(b)+" == page["/Text"]

    def test_the_format_is_declared_once(self, maker, plain, signer, request_now):
        """The ESIC extension is added to PDF 1.x and left alone where it is, or where PDF 2.0 knows PAdES."""
        two = maker.build(maker.objects()).replace(b"%PDF-1.7", b"%PDF-2.0")
        late = maker.build(maker.objects(catalog=b"/Version /2.0"))
        own = maker.build(
            maker.objects(
                catalog=b"/Extensions 5 0 R", extra=[b"<</ADBE <</BaseVersion /1.7 /ExtensionLevel 8>>>>"]
            )
        )

        assert 1 == sign_pdf(sign_pdf(plain, signer, request_now), signer, request_now).count(b"/ESIC")
        assert 0 == sign_pdf(two, signer, request_now).count(b"/ESIC")
        assert 0 == sign_pdf(late, signer, request_now).count(b"/ESIC")
        assert {"/ADBE", "/ESIC"} == set(
            pypdf.PdfReader(io.BytesIO(sign_pdf(own, signer, request_now))).root_object["/Extensions"]
        )


class TestKeys:
    """RSA of 2048 to 4096 bits, RSASSA-PSS, P-256 and P-384."""

    @pytest.mark.parametrize("kind", KEY_KINDS)
    def test_every_kind_of_key_signs(self, issued, letter, request_now, accepted, kind):
        """Both tools accept each kind."""
        assert ["Signature1"] == accepted(sign_pdf(letter, issued[kind].signer(), request_now))

    def test_pss_signs(self, issued, letter, request_now, pyhanko):
        """PyHanko accepts RSASSA-PSS."""
        signer = issued["rsa-2048"].signer(pss=True)

        assert SignatureAlgorithm.RSA_PSS_SHA256 is signer.algorithm
        assert [True] == [answer.sound for answer in pyhanko(sign_pdf(letter, signer, request_now))]

    @pytest.mark.parametrize("kind", ["rsa-2048", "p-384"])
    def test_openssl_finds_a_cades_signature(self, issued, ca, letter, request_now, tmp_path, kind):
        """OpenSSL verifies the container over the covered bytes, signing certificate attribute included."""
        signed = sign_pdf(letter, issued[kind].signer(), request_now)
        covered, container = signature_source(signed)
        (tmp_path / "data").write_bytes(signed[: covered[1]] + signed[covered[2] :])
        (tmp_path / "cms").write_bytes(container)
        (tmp_path / "root").write_bytes(ca.root.certificate.public_bytes(Encoding.PEM))
        command = "openssl cms -verify -cades -binary -inform DER -in cms -content data"
        command += " -CAfile root -purpose any -out out"

        answer = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)

        assert (0, "CAdES Verification successful") == (
            answer.returncode,
            answer.stderr.strip().splitlines()[-1],
        )

    @pytest.mark.parametrize("moment", ["past", "future"])
    def test_a_certificate_is_used_only_while_it_is_valid(self, signer, plain, request_now, moment):
        """A signing time outside the certificate's validity is refused with both dates."""
        certificate = signer.certificate
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        when = first.replace(year=first.year - 1) if moment == "past" else last.replace(year=last.year + 1)

        with raises_code("certificate-not-valid") as caught:
            sign_pdf(plain, signer, attrs.evolve(request_now, signed_at=when))

        assert (when.isoformat(), first.isoformat()) == (caught.value.signed_at, caught.value.not_before)

    def test_an_answer_of_another_key_is_refused(self, issued, plain, request_now):
        """A device whose key does not belong to its certificate signs nothing."""
        right, wrong = issued["p-256"].signer(), issued["p-384"].signer()

        class Confused:
            certificate, chain, algorithm = right.certificate, right.chain, right.algorithm
            sign = wrong.sign

        with raises_code("signature-mismatch"):
            sign_pdf(plain, Confused(), request_now)


class TestContainer:
    """What PAdES baseline B-B asks of the container (EN 319 142-1, RFC 5652)."""

    def test_time_is_in_the_dictionary_and_not_in_the_container(self, plain, signer, request_now):
        """/M holds the claimed time with its zone; there is no signingTime attribute."""
        signed = sign_pdf(plain, signer, request_now)
        _, container = signature_source(signed)
        expected = request_now.signed_at.strftime("(D:%Y%m%d%H%M%S+07'00')").encode()

        assert expected in signed
        assert bytes.fromhex("2a864886f70d010905") not in container
        assert bytes.fromhex("2a864886f70d010910022f") in container

    def test_the_chain_is_inside_without_the_root(self, plain, signer, ca, request_now):
        """Signer and issuing certificate are in the set, in DER order; the root is not."""
        _, container = signature_source(sign_pdf(plain, signer, request_now))
        inside = [
            c.public_bytes(Encoding.DER)
            for c in (signer.certificate, ca.issuing.certificate, ca.root.certificate)
        ]
        order = sorted(inside[:2])

        assert [True, True, False] == [der in container for der in inside]
        assert container.index(order[0]) < container.index(order[1])

    def test_texts_outside_ascii_survive(self, plain, signer, now):
        """Reason, place and contact keep every character."""
        request = SigningRequest(
            signed_at=now,
            reason="Izin é (a\\b)",
            location="ꦏꦺꦴꦠ",
            contact="(0342) 1\r\n2",
            description="ttd ✓",
        )
        signed = sign_pdf(plain, signer, request)
        field = pypdf.PdfReader(io.BytesIO(signed)).root_object["/AcroForm"]["/Fields"][0]

        assert ("Izin é (a\\b)", "ꦏꦺꦴꦠ") == (field["/V"]["/Reason"], field["/V"]["/Location"])
        assert ("(0342) 1\r\n2", "ttd ✓") == (field["/V"]["/ContactInfo"], field["/TU"])

    @pytest.mark.parametrize("style", ["table", "stream"])
    def test_the_update_is_spaced_as_pdf_a_wants_it(self, maker, signer, request_now, style):
        """Every object begins and ends on its own line (ISO 19005-3 section 6.1.9), with one blank between numbers."""
        pdf = maker.build(maker.objects(), style).rstrip()
        tail, again = (sign_pdf(data, signer, request_now)[len(data) :] for data in (pdf, pdf + b"\n"))

        assert tail.startswith(b"\n")
        assert not again.startswith(b"\n")
        assert tail.count(b" obj") == len(re.findall(rb"(?<=\n)\d+ \d+ obj\n", tail))
        assert tail.count(b"endobj") == len(re.findall(rb"\nendobj\n", tail))

    @pytest.mark.parametrize(
        ("kind", "signature", "digest"),
        [
            ("rsa-2048", "300d06092a864886f70d01010b0500", "300b0609608648016503040201"),
            ("p-256", "300a06082a8648ce3d040302", "300b0609608648016503040201"),
            ("p-384", "300a06082a8648ce3d040303", "300b0609608648016503040202"),
        ],
    )
    def test_algorithms_are_encoded_as_the_standards_say(
        self, issued, plain, request_now, kind, signature, digest
    ):
        """NULL for RSA (RFC 4055), nothing for ECDSA (RFC 5758) and for hash functions (RFC 5754)."""
        _, container = signature_source(sign_pdf(plain, issued[kind].signer(), request_now))
        info = cms.ContentInfo.load(container)["content"]["signer_infos"][0]

        assert signature == info["signature_algorithm"].dump().hex()
        assert digest == info["digest_algorithm"].dump().hex()

    def test_the_revision_has_its_own_identifier(self, maker, signer, request_now):
        """The first identifier stays, the second changes; without any, both are made."""
        pdf = maker.build(maker.objects(), trailer=b"/ID [<0011> <0022>]")
        with_id = pypdf.PdfReader(io.BytesIO(sign_pdf(pdf, signer, request_now))).trailer["/ID"]
        without = pypdf.PdfReader(io.BytesIO(sign_pdf(maker.build(maker.objects()), signer, request_now)))

        assert b"\x00\x11" == with_id[0].original_bytes
        assert b"\x00\x22" != with_id[1].original_bytes
        assert without.trailer["/ID"][0] == without.trailer["/ID"][1]


class TestServices:
    """Document signers: a PDF in, a signed PDF out."""

    def test_a_service_gets_the_document_and_its_answer_is_returned(self, plain, signer, request_now):
        """The service sees the bytes and the request; its bytes come back as they are."""
        seen = []

        class Service:
            def sign_document(self, pdf, request):
                seen.append((pdf, request))
                return sign_pdf(pdf, signer, request)

        signed = sign_pdf(plain, Service(), request_now)

        assert [(plain, request_now)] == seen
        assert b"/ETSI.CAdES.detached" in signed

    @pytest.mark.parametrize("answer", [b"<html>sibuk</html>", b"%PDF-1.7 not signed"])
    def test_an_answer_that_is_no_signed_pdf_is_refused(self, plain, request_now, answer):
        """An error page, or the document unsigned, is not taken for a permit."""

        class Service:
            sign_document = staticmethod(lambda *_: answer)

        with raises_code("signer-answer"):
            sign_pdf(plain, Service(), request_now)

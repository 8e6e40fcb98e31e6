"""PDFs made here in every form that files come in, signers of every kind, and the tools that judge."""

from __future__ import annotations

import io
import re
import subprocess
import zlib
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from perizinan_core.bootstrap._synthetic_ca import KEY_KINDS, SyntheticCA
from perizinan_core.signing import SigningRequest

WIB = timezone(timedelta(hours=7), "WIB")
HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture(scope="session")
def now():
    """The present, whole seconds: pyHanko and pdfsig compare with the clock of the machine."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def ca(now):
    return SyntheticCA.create(now)


@pytest.fixture(scope="session")
def issued(ca, now):
    """One certificate for each kind of key."""
    return {kind: ca.issue(f"Pejabat {kind}", now=now, kind=kind) for kind in KEY_KINDS}


@pytest.fixture(scope="session")
def signer(issued):
    return issued["p-256"].signer()


@pytest.fixture(scope="session")
def request_now(now):
    return SigningRequest(signed_at=now.astimezone(WIB), reason="Penerbitan izin", location="Kota Contoh")


class PdfMaker:
    """Builds PDFs from object sources, as classic, stream, packed (object streams) or hybrid file."""

    @staticmethod
    def objects(*, catalog=b"", page=b"", pages=1, extra=()):
        """The objects of a small document: catalogue 1, page tree 2, content 3, pages from 4, then ``extra``."""
        content = b"0 0 1 rg 40 40 120 60 re f"
        kids = b" ".join(b"%d 0 R" % (4 + n) for n in range(pages))
        found = {
            1: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
            2: b"<</Type /Pages /Kids [%b] /Count %d /MediaBox [0 0 300 400]>>" % (kids, pages),
            3: b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content),
        }
        for n in range(pages):
            found[4 + n] = b"<</Type /Page /Parent 2 0 R /Contents 3 0 R /Resources <<>> %b>>" % page
        return found | {4 + pages + n: body for n, body in enumerate(extra)}

    def build(self, objects, style="table", *, trailer=b"", hidden=()):
        """
        Write ``objects`` as one file.

        ``hidden`` are the numbers that a hybrid file keeps from readers of tables.
        """
        return {
            "table": self._table,
            "stream": self._stream,
            "packed": self._packed,
            "predicted": lambda o, t: self._packed(o, t, predictor=True),
            "hybrid": lambda o, t: self._hybrid(o, t, set(hidden)),
        }[style](dict(objects), trailer)

    @staticmethod
    def _write(objects, out=HEADER):
        offsets = {}
        for number, body in objects.items():
            offsets[number] = len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        return out, offsets

    @staticmethod
    def _rows(entries, size):
        rows = b""
        for number in range(size):
            kind, where, third = entries.get(number, (0, 0, 0))
            rows += bytes([kind]) + where.to_bytes(4) + third.to_bytes(2)
        return rows

    @staticmethod
    def _table_of(offsets, size, trailer):
        table = b"xref\n0 %d\n0000000000 65535 f \n" % size
        for number in range(1, size):
            at = offsets.get(number)
            table += b"0000000000 00000 f \n" if at is None else b"%010d 00000 n \n" % at
        return table + b"trailer\n<</Size %d /Root 1 0 R %b>>\n" % (size, trailer)

    def _table(self, objects, trailer):
        out, offsets = self._write(objects)
        size = max(objects) + 1
        return out + self._table_of(offsets, size, trailer) + b"startxref\n%d\n%%%%EOF" % len(out)

    def _stream(self, objects, trailer):
        out, offsets = self._write(objects)
        number = max(objects) + 1
        rows = self._rows({n: (1, at, 0) for n, at in {**offsets, number: len(out)}.items()}, number + 1)
        head = b"<</Type /XRef /W [1 4 2] /Size %d /Root 1 0 R /Length %d %b>>" % (
            number + 1,
            len(rows),
            trailer,
        )
        body = b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, rows)
        return out + body + b"startxref\n%d\n%%%%EOF\n" % len(out)

    @staticmethod
    def object_stream(objects):
        """The source of an object stream that holds ``objects``."""
        index, data = b"", b""
        for number, body in objects.items():
            index += b"%d %d " % (number, len(data))
            data += body + b" "
        stored = zlib.compress(index + data)
        head = b"<</Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d>>"
        return head % (len(objects), len(index), len(stored)) + b"\nstream\n%b\nendstream" % stored

    def _packed(self, objects, trailer, *, predictor=False):
        plain = {number: body for number, body in objects.items() if b"stream" in body}
        packed = {number: body for number, body in objects.items() if number not in plain}
        holder, number = max(objects) + 1, max(objects) + 2
        out, offsets = self._write({**plain, holder: self.object_stream(packed)})
        entries = {n: (1, at, 0) for n, at in {**offsets, number: len(out)}.items()}
        entries |= {n: (2, holder, index) for index, n in enumerate(packed)}
        rows = self._rows(entries, number + 1)
        parameters = b""
        if predictor:
            # PNG predictor "up" (ISO 32000-1 section 7.4.4.4), as most writers use it.
            lines = [rows[at : at + 7] for at in range(0, len(rows), 7)]
            before = [bytes(7), *lines[:-1]]
            rows = b"".join(
                b"\x02" + bytes((a - b) % 256 for a, b in zip(line, above, strict=True))
                for line, above in zip(lines, before, strict=True)
            )
            parameters = b"/DecodeParms <</Predictor 12 /Columns 7>>"
        stored = zlib.compress(rows)
        head = b"<</Type /XRef /W [1 4 2] /Size %d /Root 1 0 R /Filter /FlateDecode %b /Length %d %b>>"
        head %= (number + 1, parameters, len(stored), trailer)
        body = b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, stored)
        return out + body + b"startxref\n%d\n%%%%EOF\n" % len(out)

    def _hybrid(self, objects, trailer, hidden):
        packed = {number: body for number, body in objects.items() if number in hidden}
        plain = {number: body for number, body in objects.items() if number not in hidden}
        holder, number = max(objects) + 1, max(objects) + 2
        out, offsets = self._write({**plain, holder: self.object_stream(packed)})
        stream_at = len(out)
        entries = {n: (2, holder, index) for index, n in enumerate(packed)} | {
            holder: (1, offsets[holder], 0)
        }
        rows = b"".join(
            bytes([k]) + w.to_bytes(4) + t.to_bytes(2) for _, (k, w, t) in sorted(entries.items())
        )
        index = b" ".join(b"%d 1" % n for n in sorted(entries))
        head = b"<</Type /XRef /W [1 4 2] /Index [%b] /Size %d /Root 1 0 R /Length %d>>"
        head %= (index, number + 1, len(rows))
        out += b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, rows)
        del offsets[holder]
        table = self._table_of(offsets, number + 1, b"/XRefStm %d %b" % (stream_at, trailer))
        return out + table + b"startxref\n%d\n%%%%EOF\n" % len(out)

    @staticmethod
    def update(pdf, objects, *, trailer=b""):
        """Append ``objects`` as an incremental update with a table."""
        size = max(int(re.findall(rb"/Size (\d+)", pdf)[-1]), max(objects) + 1)
        before = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
        out, offsets = pdf + b"\n", {}
        for number, body in objects.items():
            offsets[number] = len(out)
            out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in offsets.items())
        table += b"trailer\n<</Size %d /Root 1 0 R /Prev %d %b>>\n" % (size, before, trailer)
        return out + table + b"startxref\n%d\n%%%%EOF\n" % len(out)


@pytest.fixture(scope="session")
def maker():
    return PdfMaker()


@pytest.fixture(scope="session")
def plain(maker):
    """A one-page file with a table."""
    return maker.build(maker.objects())


@pytest.fixture(scope="session")
def letter():
    """A tagged PDF/A-3a and PDF/UA-1 letter with an attachment, as the library issues them."""
    import typst

    source = b"""
#set document(title: "Izin Penggunaan Jalan", date: datetime(year: 2026, month: 11, day: 25))
#set text(lang: "id", size: 11pt)
#set page(paper: "a4", margin: 2.5cm)
#pdf.attach("permit.json", bytes("{}"), relationship: "data", mime-type: "application/json", description: "data")
= PEMERINTAH KOTA CONTOH
Nomor: 503/001/2026
#table(columns: 2, [Nama], [Contoh], [Lokasi], [Jl. Contoh])
#lorem(80)
"""
    return typst.Compiler(source, ignore_system_fonts=True).compile(
        format="pdf", pdf_standards=["a-3a", "ua-1"]
    )


@attrs.frozen
class Judgement:
    """What a tool says of one signature."""

    field: str
    sound: bool
    whole: bool


@pytest.fixture
def pdfsig(tmp_path):
    """Return what poppler's pdfsig says of every signature."""

    def judge(pdf):
        path = tmp_path / "signed.pdf"
        path.write_bytes(pdf)
        said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
        return [
            Judgement(
                re.search(r"Field Name: (.*)", part)[1],
                "Signature is Valid." in part,
                "Total document signed" in part,
            )
            for part in said.split("Signature #")[1:]
            if "is not signed" not in part
        ]

    return judge


@pytest.fixture(scope="session")
def pyhanko(ca):
    """Return what pyHanko says of every signature, with the synthetic root trusted."""
    roots = list(load_certs_from_pemder_data(ca.root.certificate.public_bytes(Encoding.PEM)))

    def judge(pdf):
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        answers = []
        for signature in reader.embedded_signatures:
            assert "/ETSI.CAdES.detached" == signature.sig_object["/SubFilter"]
            status = validate_pdf_signature(
                signature, ValidationContext(trust_roots=roots, allow_fetching=False)
            )
            whole = status.coverage.name == "ENTIRE_FILE"
            answers.append(Judgement(signature.field_name, status.bottom_line and status.trusted, whole))
        return answers

    return judge


@pytest.fixture
def accepted(pdfsig, pyhanko):
    """Check that both tools find every signature sound, the last one over the whole file; return the names."""

    def check(pdf):
        by_pyhanko, by_pdfsig = pyhanko(pdf), pdfsig(pdf)
        assert all(answer.sound for answer in by_pyhanko), by_pyhanko
        assert all(answer.sound for answer in by_pdfsig), by_pdfsig
        assert [True] == [answer.whole for answer in by_pyhanko][-1:]
        assert 1 == sum(answer.whole for answer in by_pdfsig)
        assert len(by_pyhanko) == len(by_pdfsig)
        return [answer.field for answer in by_pyhanko]

    return check

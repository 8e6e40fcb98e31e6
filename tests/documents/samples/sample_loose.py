"""PDF files as real programs write them against the rules: nothing can hide in these faults, so they are accepted."""

import io
import re
import zlib

import pikepdf
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from sample_case import SampleCase
from sample_pdfs import action, compact_document, document, locked, scanned, signed, stream

REPAIRED = ("pdf-repaired",)
JS = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


def with_start(content, change):
    """Return the file with its ``startxref`` moved."""
    head, _, tail = content.rpartition(b"startxref\n")
    offset, _, rest = tail.partition(b"\n")
    return head + b"startxref\n%d\n" % (int(offset) + change) + rest


def with_trailer(content, more):
    """Return the file with more entries in its trailer."""
    return content.replace(b"trailer\n<<", b"trailer\n<<" + more)


def revised(content, objects, trailer=b""):
    """Return the file with a revision that adds or replaces objects, by the rules."""
    out = bytearray(content)
    start = int(content.rpartition(b"startxref\n")[2].split()[0])
    rows = b""
    for number, body in sorted(objects.items()):
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 0\n%strailer\n<</Size 99/Root 1 0 R/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        rows,
        start,
        trailer,
        table,
    )
    return bytes(out)


def cr_only():
    """Return a file whose lines all end in a carriage return."""
    return document().replace(b"\n", b"\r")


def short_rows(content):
    """Return the file with rows of 19 bytes in its table."""
    return re.sub(rb"(\d{10} \d{5} [nf]) \n", rb"\1\n", content)


def table_from_one(content):
    """Return the file with a table that says it begins at 1, though its first row is that of 0."""
    return re.sub(rb"xref\n0 (\d+)", rb"xref\n1 \1", content)


def locked_by_certificate():
    """Return a file that only the owner of a key can open."""
    seed = b"/Recipients[<00>]/SubFilter/adbe.pkcs7.s5"
    crypt = (
        b"/CF<</DefaultCryptFilter<</CFM/AESV2%s>>>>/StmF/DefaultCryptFilter/StrF/DefaultCryptFilter" % seed
    )
    return document(o10=b"<</Filter/Adobe.PubSec/V 4/Length 128%s>>" % (crypt + seed)).replace(
        b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 10 0 R/ID[<00><00>]"
    )


def locked_and_packed(strength):
    """Return a file with an owner password whose objects are in object streams."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as whole:
        whole.save(
            out,
            encryption=pikepdf.Encryption(
                owner="owner", R=strength, aes=strength == 6, metadata=strength == 6
            ),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return out.getvalue()


def rewritten(**options):
    """Return a file as pypdf writes one."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document())))
    writer.add_metadata({NameObject("/Title"): "x", **options})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def ends():
    """Yield files with something odd before, behind or between."""
    whole = document()
    yield "byte order mark", b"\xef\xbb\xbf" + whole, ()
    yield "line ends before", b"\r\n\n" + whole, ()
    yield "zeros and spaces before", bytes(600) + b"  " + whole, ()
    yield "a line of text before", b"# printed by a copier\r\n" + whole, REPAIRED
    yield "printer commands before", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + whole, REPAIRED
    yield "offsets that count from the very start", shifted(b"\n\n"), REPAIRED
    yield "40,000 zeros behind", whole + bytes(40_000), ()
    yield "line ends behind", whole + b"\r\n" * 5000, ()
    yield "end of file of old systems", whole + b"\x1a", ()
    yield "no line end behind the mark", whole[:-1], ()
    yield "two end marks", whole + b"%%EOF\n", ()
    yield "an end mark in small letters", whole.replace(b"%%EOF", b"%%eof"), REPAIRED
    yield "the end of a form behind", whole + b"\r\n--5D9144052FC54aa4--\r\n", ()
    around = b"\x1b%-12345X@PJL JOB\r\n" + whole + b'\x1b%-12345X@PJL EOJ NAME = "a"\r\n\x1b%-12345X'
    yield "printer commands around", around, REPAIRED
    for lost in (2, 4):
        yield f"an end mark without its last {lost} bytes", whole[:-lost], ()
    for lost in (6, 7):
        yield f"an end mark without its last {lost} bytes", whole[:-lost], REPAIRED
    yield "only carriage returns", cr_only(), ()


def shifted(lead):
    """Return a file with bytes before it that its offsets count."""
    whole = document()
    moved = re.sub(rb"(\d{10})( 00000 n)", lambda row: b"%010d" % (int(row[1]) + len(lead)) + row[2], whole)
    return lead + with_start(moved, len(lead))


def tables():
    """Yield files with a faulty cross-reference table."""
    whole = document()
    for change in (1, 8, -8, 1000):
        yield f"startxref off by {change}", with_start(whole, change), REPAIRED
    yield "startxref at the line end before the table", with_start(whole, -1), ()
    yield "startxref 0", re.sub(rb"startxref\n\d+", b"startxref\n0", whole), REPAIRED
    yield (
        "offsets off by 13",
        re.sub(rb"(\d{10})( 00000 n)", lambda row: b"%010d" % (int(row[1]) + 13) + row[2], whole),
        REPAIRED,
    )
    yield "rows of 19 bytes", short_rows(whole), ()
    yield "a table from 1", table_from_one(whole), REPAIRED
    yield "previous table at 0", with_trailer(whole, b"/Prev 0"), REPAIRED
    yield "encryption that is null", with_trailer(whole, b"/Encrypt null"), REPAIRED
    yield "too small a size", re.sub(rb"/Size \d+", b"/Size 2", whole), ()
    yield "too large a size", re.sub(rb"/Size \d+", b"/Size 999", whole), ()
    yield "a number at offset 0 that nobody uses", unused_number(), ()
    yield "a revision by the rules", revised(whole, {4: stream(b"0 0 m 50 50 l S")}), ()
    yield "no table", re.sub(rb"xref\n.*?trailer", b"trailer", whole, flags=re.DOTALL), REPAIRED


def unused_number():
    """Return a file as Quartz writes it: a number in use, at offset 0, that nothing refers to."""
    free = b"0000000000 65535 f \n"
    head, first, rest = document(o12=b"null").partition(free)
    return head + first + rest.replace(free, b"0000000000 00000 n \n")


def objects():
    """Yield files with faulty objects."""
    whole = document()
    info = b"/Info 10 0 R"
    yield (
        "metadata with a wrong length",
        document(
            catalog=b"/Metadata 10 0 R", o10=b"<</Type/Metadata/Subtype/XML/Length 2200>>stream\n\nendstream"
        ),
        REPAIRED,
    )
    yield "content with too short a length", whole.replace(b"/Length 17", b"/Length 10"), REPAIRED
    yield "content with too long a length", whole.replace(b"/Length 17", b"/Length 90"), REPAIRED
    yield "content without a length", whole.replace(b"/Length 17", b""), REPAIRED
    yield "a length by reference", document(o10=b"<</Length 11 0 R>>stream\nabc\nendstream", o11=b"3"), ()
    yield "a length that is its own stream", document(o10=b"<</Length 10 0 R>>stream\nx\nendstream"), REPAIRED
    yield "a reference to itself", document(o10=b"10 0 R"), REPAIRED
    twice = document(o10=b"<</Title(a)/Title(a)>>")
    yield "a key twice with one value", with_trailer(twice, info), REPAIRED
    yield (
        "a key twice outside the pages",
        with_trailer(document(o10=b"<</Title(a)/Title(b)>>"), info),
        REPAIRED,
    )
    yield "a key twice in a page", document(page=b"/Rotate 0/Rotate 0"), REPAIRED
    yield "no endobj", whole.replace(b"\nendobj\n3 0 obj", b"\n3 0 obj"), REPAIRED
    yield "no endstream", whole.replace(b"\nendstream", b""), REPAIRED
    unfinished = b"<</Length 999>>stream\nabc"
    yield "no endstream, and a wrong length", document(o10=unfinished), REPAIRED
    yield "a colour profile that is missing", scanned(b"[/ICCBased 99 0 R]"), REPAIRED
    yield "a form without its other form", document(catalog=b"/AcroForm<</Fields[]/XFA[]>>"), ()
    yield "comments between", whole.replace(b"/Type/Pages", b"/Type%here\n/Pages%there\n"), REPAIRED
    yield "a page without a type", document().replace(b"/Type/Page/Parent", b"/Parent"), REPAIRED
    yield "null among the pages", whole.replace(b"/Kids[3 0 R]", b"/Kids[3 0 R null]"), REPAIRED
    yield "a missing page among the pages", whole.replace(b"/Kids[3 0 R]", b"/Kids[3 0 R 77 0 R]"), REPAIRED
    yield "null among the annotations", document(page=b"/Annots[null 77 0 R]"), ()
    yield "a wrong count of pages", whole.replace(b"/Count 1", b"/Count 7"), ()
    yield "text that names a program", document(o10=stream(b"BT (the /JavaScript entry) Tj ET")), ()
    packed = zlib.compress(b"0 0 m 100 100 l S")
    yield "a wrong checksum", document(o10=stream(packed[:-4] + b"\0\0\0\0", b"/Filter/FlateDecode")), ()
    yield "no checksum", document(o10=stream(packed[:-4], b"/Filter/FlateDecode")), ()
    yield "line ends behind packed data", document(o10=stream(packed + b"\r\n", b"/Filter/FlateDecode")), ()
    yield "packed data that is empty", document(o10=stream(b"", b"/Filter/FlateDecode")), ()
    yield "an empty program tree", document(catalog=b"/Names<</JavaScript<</Names[]>>>>"), ()
    yield (
        "an empty program tree below",
        document(
            catalog=b"/Names<</JavaScript 10 0 R>>",
            o10=b"<</Kids[11 0 R]>>",
            o11=b"<</Names[]/Limits[()()]>>",
        ),
        (),
    )
    yield "no program tree", document(catalog=b"/Names<</JavaScript null>>"), ()
    yield "by the rules of pypdf", rewritten(), ()
    yield "restricted", locked(user_password="", owner_password="owner"), ("pdf-restricted-accepted",)
    yield (
        "restricted and repaired",
        with_start(locked(user_password="", owner_password="owner"), 3),
        ("pdf-restricted-accepted", "pdf-repaired"),
    )
    for strength in (4, 6):
        yield (
            f"restricted by revision {strength}, packed, and startxref off",
            with_start(locked_and_packed(strength), -9),
            ("pdf-restricted-accepted", "pdf-repaired"),
        )
    yield "signed and repaired", with_start(signed(), 3), ("pdf-signed", "pdf-repaired")
    yield (
        "a picture in a repaired file",
        with_start(scanned(b"[/ICCBased 11 0 R]", o11=stream(b"p", b"/N 3")), 2),
        REPAIRED,
    )


def links():
    """Yield files with links that no program of ours follows."""
    unusual = ("pdf-unusual-link",)
    for target in (
        b"file:///C:/x/a.docx",
        b"ftp://example.go.id",
        b"sms:+62112",
        b"skype:a?call",
        b"about:blank",
    ):
        yield f"link to {target.decode().partition(':')[0]}", action(b"/S/URI/URI(%s)" % target), unusual
    yield "link to nowhere", action(b"/S/URI/URI(javascript:void\\(0\\);)"), unusual
    yield "link to a share", action(b"/S/URI/URI(\\\\\\\\server\\\\share)"), unusual


def hiding():
    """Yield files that hide a program where one reader looks and another does not."""
    whole = document()
    found = ("pdf-javascript",)
    yield (
        "a program in an earlier revision",
        revised(document(catalog=b"/OpenAction %s" % JS), {1: b"<</Type/Catalog/Pages 2 0 R>>"}),
        found,
    )
    both = (*found, "pdf-repaired")
    loose = with_start(whole, 3)
    unnamed = b"12 0 obj%s endobj\n" % JS
    yield (
        "a program that no table names",
        with_start(whole.replace(b"xref\n0", unnamed + b"xref\n0", 1), len(unnamed)),
        found,
    )
    late = loose.replace(
        b"xref\n0", b"1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction %s>>endobj\nxref\n0" % JS, 1
    )
    yield "a later catalog", late, both
    yield (
        "a program in a stream's data",
        with_start(document(o10=stream(b"1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction %s>>endobj" % JS)), 3),
        both,
    )
    twice = document(catalog=b"/OpenAction[3 0 R/Fit]/OpenAction %s/OpenAction[3 0 R/Fit]" % JS)
    yield "a program under a key written three times", twice, both
    yield "a program behind nonsense", document(o10=b"<</A @@ /S/JavaScript/JS(x)>>"), both
    yield "a program behind nonsense, escaped", document(o10=b"<</A @@ /S/Java#53cript/J#53(x)>>"), both
    yield (
        "a launch behind nonsense",
        document(o10=b"<</A @@ /S/Launch/F(a.exe)>>"),
        ("pdf-launch", "pdf-repaired"),
    )
    packed = compact_document({7: JS})
    yield "a program in an object stream, no table", with_start(packed, 5), both
    index = b"7 0 "
    holder = stream(zlib.compress(index + JS), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    yield "a program in an object stream that no table names", document(o10=holder), found
    name = document(o10=b"<</S 77 0 R/X(x)>>").replace(b"xref\n0", b"77 0 obj/JavaScript endobj\nxref\n0", 1)
    yield "a kind that no table names", with_start(name, len(b"77 0 obj/JavaScript endobj\n")), both
    yield (
        "content that both readers take from a later object",
        with_start(whole, 3).replace(
            b"xref\n0", b"4 0 obj\n%s\nendobj\nxref\n0" % stream(b"0 0 m 9 9 l S"), 1
        ),
        REPAIRED,
    )
    yield "a key twice with two values in a page", document(page=b"/Rotate 0/Rotate 180"), ("damaged",)
    yield "a program behind the end", whole + b"9 0 obj%sendobj" % JS, ("damaged", "pdf-javascript")
    printer = b"\x1b%-12345X@PJL EOJ\r\n"
    yield "more than printer commands behind", whole + printer + b"MZ\x90\0", ("trailing-data",)
    yield "printer commands without end", whole + printer * 90, ("trailing-data",)
    hidden = whole.replace(b"\nendstream", b"")
    yield (
        "a program where a stream has no end",
        hidden.replace(b"xref\n0", b"12 0 obj%s endobj\nxref\n0" % JS, 1),
        both,
    )
    yield "locked by a certificate", locked_by_certificate(), ("pdf-password",)


def cases():
    """Return every sample of this module."""
    return [
        SampleCase(f"loose pdf: {name}", content, codes, "berkas.pdf")
        for group in (ends, tables, objects, links, hiding)
        for name, content, codes in group()
    ]

"""PDF files written by hand: honest ones, and one for every trick that an upload must not carry."""

import io
import zipfile
import zlib

from pypdf import PdfWriter
from sample_case import SampleCase

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]%s>>"


def stream(content, extra=b""):
    """Return a stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), extra, content)


def pdf(objects, trailer=b"", root=b"1 0 R"):
    """Return a PDF of numbered objects with a classic cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    out += b"trailer\n<</Size %d/Root %s%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, start)
    return bytes(out)


def document(catalog=b"", page=b"", **more):
    """Return a one-page PDF with additions to its catalog and page, and objects ``o10=…``."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE % (b"/Contents 4 0 R" + page),
        4: stream(b"0 0 m 100 100 l S"),
    }
    objects |= {int(name[1:]): body for name, body in more.items()}
    return pdf(objects)


def compact_document(hidden, catalog=b""):
    """Return a PDF whose objects all hide in an object stream, with a cross-reference stream."""
    inner = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE % b"",
        **hidden,
    }
    index, bodies = b"", b""
    for number, body in inner.items():
        index += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    packed = zlib.compress(index + bodies)
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    holder, table = 40, 41
    at = {holder: len(out)}
    extra = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(inner), len(index))
    out += b"%d 0 obj\n%s\nendobj\n" % (holder, stream(packed, extra))
    at[table] = len(out)
    rows = b""
    for number in range(table + 1):
        if number in inner:
            rows += bytes([2]) + holder.to_bytes(3, "big") + bytes([list(inner).index(number)])
        else:
            rows += bytes([number in at]) + at.get(number, 0).to_bytes(3, "big") + b"\0"
    extra = b"/Type/XRef/Size %d/W[1 3 1]/Root 1 0 R/Filter/FlateDecode" % (table + 1)
    out += b"%d 0 obj\n%s\nendobj\n" % (table, stream(zlib.compress(rows), extra))
    out += b"startxref\n%d\n%%%%EOF\n" % at[table]
    return bytes(out)


def with_attachment(name=b"notes.txt", content=b"hello", form=b""):
    """Return a PDF that carries another file; a look-alike of py-pdf/sample-files 025-attachment."""
    return document(
        catalog=b"/Names<</EmbeddedFiles<</Names[(a)10 0 R]>>>>%s" % form,
        o10=b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F 11 0 R>>>>" % (name, name),
        o11=stream(content, b"/Type/EmbeddedFile"),
    )


def with_loops():
    """Return a signed-looking PDF whose references run in circles; a look-alike of DSS' infinite-loop file."""
    looping = document(
        catalog=b"/AcroForm<</Fields[10 0 R]>>/Outlines 12 0 R",
        o10=b"<</FT/Sig/T(s)/V 11 0 R/Parent 10 0 R/Kids[10 0 R]>>",
        o11=b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>",
        o12=b"<</First 12 0 R/Last 12 0 R/Next 12 0 R/Prev 12 0 R/Title(loop)>>",
    )
    start = looping.rindex(b"startxref")
    offset = int(looping[start:].split()[1])
    # The table's own /Prev leads back to it, and its last revision is cut short.
    return looping.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % offset) + b"13 0 obj\n<</Type/Sig"


def locked(**options):
    """Return a PDF encrypted by pypdf."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt(algorithm="AES-256", **options)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def shared_pages():
    """Return a page tree of 40 levels that each list the next one twice: 2 to the power of 40 pages."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    for level in range(2, 42):
        objects[level] = b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>" % (level + 1, level + 1)
    return pdf(objects | {42: PAGE % b""})


def picture(width, height, content, filters=b"/FlateDecode"):
    """Return a PDF with one picture."""
    extra = b"/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Filter%s"
    return document(o10=stream(content, extra % (width, height, filters)))


def zeros(count):
    """Return ``count`` zero bytes, compressed."""
    packer = zlib.compressobj(9)
    piece = bytes(1024 * 1024)
    return b"".join(packer.compress(piece) for _ in range(count // len(piece))) + packer.flush()


def zip_of(name, content):
    """Return a ZIP archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def action(body):
    """Return a PDF with a link annotation that has this action."""
    return document(page=b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<<%s>>>>]" % body)


def scanned(space, bits=8, width=4, height=4, **more):
    """Return a one-page PDF that shows one picture in a colour space."""
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent %s/ColorSpace %s/Filter/FlateDecode"
    )
    pixels = zlib.compress(bytes(width * height * 4))
    return document(
        page=b"/Resources<</XObject<</I 10 0 R>>>>",
        o10=stream(pixels, head % (width, height, str(bits).encode(), space)),
        **more,
    )


def signed(extra=b"", catalog=b""):
    """Return a PDF with a signature in a field; only its shape is that of one."""
    value = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 10 20 30]/Contents<00>>>"
    )
    return document(
        catalog=b"/AcroForm<</SigFlags 3/Fields[10 0 R]>>%s" % catalog,
        o10=b"<</FT/Sig/T(s)/V 11 0 R%s>>" % extra,
        o11=value,
    )


def colours():
    """Yield pictures in every colour space, direct and by reference; accepted without a word."""
    icc = stream(b"profile", b"/N 3")
    calibrated = b"<</WhitePoint[0.95 1 1.09]>>"
    yield "icc", scanned(b"[/ICCBased 11 0 R]", o11=icc), ()
    yield "icc by reference", scanned(b"12 0 R", o11=icc, o12=b"[/ICCBased 11 0 R]"), ()
    yield "indexed", scanned(b"[/Indexed/DeviceRGB 1<000000ffffff>]"), ()
    yield "indexed by a referred name", scanned(b"[11 0 R/DeviceRGB 1<000000ffffff>]", o11=b"/Indexed"), ()
    yield "calibrated rgb", scanned(b"[/CalRGB %s]" % calibrated), ()
    yield "calibrated gray", scanned(b"[/CalGray %s]" % calibrated), ()
    yield "lab", scanned(b"[/Lab %s]" % calibrated), ()
    tint = b"<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[0 0 0 1]/N 1>>"
    yield "separation", scanned(b"[/Separation/Black/DeviceCMYK %s]" % tint), ()
    yield "several inks", scanned(b"[/DeviceN[/A/B/C/D/E/F]/DeviceCMYK %s]" % tint), ()
    yield "an odd depth", scanned(b"/DeviceRGB", bits="[8]"), ()
    yield "no colour space that anybody knows", scanned(b"[]"), ()


def honest():
    """Yield files to accept."""
    yield from ((f"a picture in {name}", content, codes) for name, content, codes in colours())
    yield "signed", signed(), ("pdf-signed",)
    yield "plain", document(), ()
    yield "opens at a page", document(catalog=b"/OpenAction[3 0 R/Fit]"), ()
    yield "links to the web", action(b"/S/URI/URI(https://example.go.id/a?b=c)"), ()
    yield "links without scheme", action(b"/S/URI/URI(www.example.go.id)"), ()
    yield "mail link", action(b"/S/URI/URI(mailto:a@example.go.id)"), ()
    yield "object streams", compact_document({}), ()
    yield "empty attachment tree", document(catalog=b"/Names<</EmbeddedFiles<</Names[]>>>>"), ()
    yield "padded at the end", document() + b"\r\n\0\0\n", ()
    yield "our own permit data", with_attachment(b"permit.json", b'{"number":"1"}'), ("pdf-permit-data",)
    yield "signature field", document(catalog=b"/AcroForm<</Fields[10 0 R]>>", o10=b"<</FT/Sig/T(s)>>"), ()


def active():
    """Yield files that do something by themselves."""
    js = b"/S/JavaScript/JS(app.alert\\(1\\))"
    yield "javascript on opening", document(catalog=b"/OpenAction<<%s>>" % js), ("pdf-javascript",)
    yield (
        "javascript by reference",
        document(catalog=b"/OpenAction 10 0 R", o10=b"<<%s>>" % js),
        ("pdf-javascript",),
    )
    names = b"/Names<</JavaScript<</Names[(a)<<%s>>]>>>>" % js
    yield "javascript in the name tree", document(catalog=names), ("pdf-javascript",)
    field = b"<</FT/Tx/T(a)/AA<</K<<%s>>>>>>" % js
    yield (
        "javascript in a form field",
        document(catalog=b"/AcroForm<</Fields[%s]>>" % field),
        ("pdf-javascript",),
    )
    yield "javascript in an annotation", action(js), ("pdf-javascript",)
    yield "javascript on a page", document(page=b"/AA<</O<<%s>>>>" % js), ("pdf-javascript",)
    hidden = compact_document({7: b"<<%s>>" % js}, catalog=b"/OpenAction 7 0 R")
    yield "javascript in an object stream", hidden, ("pdf-javascript",)
    yield "javascript in an escaped name", action(b"/S/J#61vaScript/#4A#53(x)"), ("pdf-javascript",)
    yield (
        "javascript by an indirect name",
        document(o10=b"<</S 11 0 R>>", o11=b"/JavaScript"),
        ("pdf-javascript",),
    )
    yield "javascript that nothing points to", document(o10=b"<<%s>>" % js), ("pdf-javascript",)
    chained = action(b"/S/GoTo/D[3 0 R/Fit]/Next[<</S/Named/N/Print>><<%s>>]" % js)
    yield "javascript behind another action", chained, ("pdf-javascript",)
    yield "javascript in another action", action(b"/S/Rendition/JS(x)"), ("pdf-javascript", "pdf-media")
    yield "launch", action(b"/S/Launch/F(cmd.exe)"), ("pdf-launch",)
    yield "remote document", action(b"/S/GoToR/F(other.pdf)/D[0/Fit]"), ("pdf-external",)
    yield "submit form", action(b"/S/SubmitForm/F(https://a.example)"), ("pdf-submit",)
    yield "import data", action(b"/S/ImportData/F(a.fdf)"), ("pdf-submit",)
    yield (
        "link with javascript scheme",
        action(b"/S/URI/URI( java\\nscript:alert\\(1\\))"),
        ("pdf-unsafe-link",),
    )
    yield "link to a script", action(b"/S/URI/URI(data:text/html,x)"), ("pdf-unsafe-link",)
    web = b"/OpenAction<</S/URI/URI(https://a.example)>>"
    yield "opens a website", document(catalog=web), ("pdf-opens-website",)
    later = b"/AA<</WC<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI(https://a.example)>>>>>>"
    yield "opens a website when closed", document(catalog=later), ("pdf-opens-website",)
    yield "attachment", with_attachment(), ("pdf-attachment",)
    yield "attachment named as permit data", with_attachment(b"permit.json", b"MZ\x90"), ("pdf-attachment",)
    listed = document(o10=b"<</Type/Filespec/F[(a)]/UF<<>>/EF<</F 11 0 R>>>>", o11=stream(b"x"))
    yield "attachment with a name that is a list", listed, ("pdf-attachment",)
    yield (
        "attachment without specification",
        document(o10=stream(b"x", b"/Type/EmbeddedFile")),
        ("pdf-attachment",),
    )
    note = b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]>>]"
    yield "attachment in an annotation", document(page=note), ("pdf-attachment",)
    yield "portfolio", document(catalog=b"/Collection<</Type/Collection>>"), ("pdf-attachment",)
    yield "rich media", document(page=b"/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]>>]"), ("pdf-media",)
    yield "film", action(b"/S/Movie/T(a)"), ("pdf-media",)
    yield "xfa form", document(catalog=b"/AcroForm<</Fields[]/XFA[(a)4 0 R]>>"), ("pdf-xfa",)
    yield "content in another file", document(o10=stream(b"", b"/F(other.bin)")), ("pdf-external",)


def broken():
    """Yield files that are not what they seem, or not whole."""
    whole = document()
    yield "a web page before it", b"<html>" + whole, ("polyglot",)
    yield "a script before it", b"#!/bin/sh\nrm -rf /\n" + whole, ("dangerous-type",)
    yield "trailing junk", whole + b"junk", ("trailing-data",)
    roomy = document(o10=stream(b" " * 2000))
    yield "trailing web page", roomy + b"<html><script>alert(1)</script>", ("trailing-data",)
    yield "cut in the middle", whole[: len(whole) // 2], ("damaged",)
    yield "cut at the end", whole[:-24], ("damaged",)
    yield "a second revision cut off", whole + b"9 0 obj\n<</A 1>>\nendobj\n", ("damaged",)
    yield "archive behind it", whole + zip_of("evil.exe", b"MZ"), ("polyglot",)
    page = b"%PDF-1.7\n%<html><script>alert(1)</script>\n"
    yield "web page in front", page + whole[9:], ("polyglot",)
    yield "only a header", b"%PDF-1.7\n", ("damaged",)
    yield "only an end", b"%PDF-1.7\n%%EOF", ("damaged",)
    yield "no pages", pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Kids[]/Count 0>>"}), ("pdf-no-pages",)
    yield "no catalog", pdf({1: b"null"}), ("damaged",)
    circle = pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"})
    yield "page tree in a circle", circle, ("pdf-page-loop",)
    yield "page tree that shares branches", shared_pages(), ("pdf-too-many-pages",)
    many = dict.fromkeys(range(3, 504), PAGE % b"")
    kids = b" ".join(b"%d 0 R" % n for n in many)
    many |= {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[%s]/Count 1>>" % kids}
    yield "501 pages that say they are 1", pdf(many), ("pdf-too-many-pages",)
    yield "references in circles", with_loops(), ("damaged", "pdf-signed")
    deep = document(page=b"/Annots 10 0 R", o10=b"[" * 50_000 + b"]" * 50_000)
    yield "arrays nested too deep", deep, ("bomb",)
    yield (
        "a broken compressed stream",
        document(o10=stream(b"nonsense", b"/Filter/FlateDecode")),
        ("damaged",),
    )
    yield "a filter nobody knows", document(o10=stream(b"x", b"/Filter/Foo")), ("damaged",)
    yield "locked", locked(user_password="secret", owner_password="owner"), ("pdf-password",)


def bombs():
    """Yield small files that unpack to a lot."""
    huge = zeros(200 * 1024 * 1024)
    yield "flate bomb", document(o10=stream(huge, b"/Filter/FlateDecode")), ("bomb",)
    twice = zlib.compress(huge)
    yield (
        "flate bomb in a flate",
        document(o10=stream(twice, b"/Filter[/FlateDecode/FlateDecode]")),
        ("bomb",),
    )
    five = b"/Filter[%s]" % (b"/ASCIIHexDecode" * 5)
    yield "many filters", document(o10=stream(b"00", five)), ("bomb",)
    runs = b"\x81\0" * 600_000
    yield "run-length bomb", document(o10=stream(runs, b"/Filter/RunLengthDecode")), ("bomb",)
    yield "small picture, endless data", picture(10, 10, huge), ("bomb",)
    yield "huge picture", picture(60_000, 60_000, zlib.compress(b"\0")), ("too-many-pixels",)
    frame = b"\xff\xd8\xff\xc0\0\x0b\x08" + (60_000).to_bytes(2, "big") * 2 + b"\1\1\x11\0\xff\xd9"
    yield "huge picture in a small dictionary", picture(10, 10, frame, b"/DCTDecode"), ("too-many-pixels",)
    index = b"7 0 " + b" " * (100 * 1024 * 1024)
    packed = zlib.compress(index, 9)
    inner = stream(packed, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    yield "object stream bomb", document(o10=inner), ("bomb",)


def cases():
    """Return every PDF sample."""
    return [
        SampleCase(f"pdf: {name}", content, codes, "berkas.pdf")
        for group in (honest, active, broken, bombs)
        for name, content, codes in group()
    ]

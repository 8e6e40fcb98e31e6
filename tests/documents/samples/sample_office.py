"""Office files and files of other kinds: honest ones, and ones that hold more than a document."""

import io
import random
import struct
import zipfile

from sample_case import SampleCase

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ALL = (WORD, SHEET, ODT, ODS)
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def archive(entries, compression=zipfile.ZIP_DEFLATED):
    """Return a ZIP archive of (name, content)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, content in entries:
            target.writestr(name, content)
    return out.getvalue()


def relationships(*external):
    """Return the XML of relationships that leave the file, each as (kind, target)."""
    items = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONSHIP}/{kind}" Target="{target}" TargetMode="External"/>'
        for number, (kind, target) in enumerate(external)
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'


def docx(body="<w:p/>", more=(), kind="wordprocessingml.document.main+xml", links=()):
    """Return a Word document."""
    main = f"application/vnd.openxmlformats-officedocument.{kind}"
    if "macroEnabled" in kind:
        main = f"application/vnd.{kind}"
    types = f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
    return archive(
        [
            ("[Content_Types].xml", f'{XML}<Types xmlns="{PACKAGE}/content-types">{types}</Types>'),
            ("_rels/.rels", relationships()),
            ("word/document.xml", f'{XML}<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>'),
            ("word/_rels/document.xml.rels", relationships(*links)),
            *more,
        ]
    )


def xlsx(more=()):
    """Return an Excel workbook."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/>'
    return archive(
        [
            ("[Content_Types].xml", f'{XML}<Types xmlns="{PACKAGE}/content-types">{types}</Types>'),
            ("xl/workbook.xml", f"{XML}<workbook/>"),
            *more,
        ]
    )


def odf(kind, body="", more=(), manifest=""):
    """Return an OpenDocument file."""
    names = (
        'xmlns:office="urn:o" xmlns:xlink="urn:x" xmlns:text="urn:t" xmlns:draw="urn:d" xmlns:script="urn:s"'
    )
    return archive(
        [
            ("mimetype", kind),
            ("content.xml", f"{XML}<office:document-content {names}>{body}</office:document-content>"),
            ("META-INF/manifest.xml", f'{XML}<m:manifest xmlns:m="urn:m">{manifest}</m:manifest>'),
            *more,
        ],
        zipfile.ZIP_STORED,
    )


def marked_encrypted(content):
    """Return a ZIP archive whose entries all claim to be encrypted."""
    out = bytearray(content)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(signature)
        while at >= 0:
            out[at + flags] |= 1
            at = out.find(signature, at + 4)
    return bytes(out)


def overlapping(content):
    """Return a ZIP archive whose last directory entry points to the data of the first."""
    out = bytearray(content)
    last = out.rfind(b"PK\x01\x02")
    first = out.find(b"PK\x01\x02")
    out[last + 42 : last + 46] = out[first + 42 : first + 46]
    return bytes(out)


def with_comment(content, comment):
    """Return a ZIP archive with a comment, which may hide another file behind the archive."""
    return content[:-2] + struct.pack("<H", len(comment)) + comment


def offices():
    """Yield (name, content, codes)."""
    yield "docx", docx(), ()
    yield "docx with links to the web", docx(links=[("hyperlink", "https://example.go.id")]), ()
    yield "xlsx", xlsx(), ()
    yield "odt", odf(ODT, '<text:a xlink:href="https://example.go.id">x</text:a>'), ()
    yield "ods", odf(ODS, '<draw:image xlink:href="Pictures/a.png"/>'), ()
    yield "docx with macros", docx(more=[("word/vbaProject.bin", b"x")]), ("office-macros",)
    yield "docm named docx", docx(kind="ms-word.document.macroEnabled.main+xml"), ("office-macros",)
    yield (
        "docx with a template elsewhere",
        docx(links=[("attachedTemplate", "https://a.example/t")]),
        ("office-external",),
    )
    yield "docx that links to a file", docx(links=[("hyperlink", "file:///c:/a.exe")]), ("office-external",)
    yield (
        "docx with an embedded file",
        docx(more=[("word/embeddings/oleObject1.bin", b"x")]),
        ("office-embedded",),
    )
    yield "docx with a control", docx(more=[("word/activeX/activeX1.xml", b"<a/>")]), ("office-embedded",)
    field = (
        '<w:fldChar w:fldCharType="begin"/><w:instrText>D</w:instrText><w:instrText>DEAUTO c</w:instrText>'
    )
    yield "docx with a field that runs", docx(field), ("office-external",)
    yield "docx with a simple field that runs", docx('<w:fldSimple w:instr=" DDE c "/>'), ("office-external",)
    yield (
        "xlsx with another workbook",
        xlsx([("xl/externalLinks/externalLink1.xml", "<a/>")]),
        ("office-external",),
    )
    yield "odt with macros", odf(ODT, more=[("Basic/Standard/Module1.xml", "<a/>")]), ("office-macros",)
    yield "odt with listeners", odf(ODT, "<script:event-listener/>"), ("office-macros",)
    yield "odt with an object", odf(ODT, more=[("Object 1/content.xml", "<a/>")]), ("office-embedded",)
    yield (
        "odt with a picture elsewhere",
        odf(ODT, '<draw:image xlink:href="http://a.example/"/>'),
        ("office-external",),
    )
    yield (
        "odt with a section elsewhere",
        odf(ODT, '<text:section-source xlink:href="a.odt"/>'),
        ("office-external",),
    )
    yield "odt encrypted", odf(ODT, manifest="<m:encryption-data/>"), ("office-encrypted",)
    yield "docx with encrypted entries", marked_encrypted(docx()), ("type-not-accepted",)
    yield "xlsx with encrypted entries but the types", marked_after_types(xlsx()), ("office-encrypted",)
    entity = '<!DOCTYPE a [<!ENTITY b "bb">]>'
    yield "docx with entities", docx(more=[("word/a.xml", f"{XML}{entity}<a>&b;</a>")]), ("bomb",)
    yield "docx that is no XML", docx("<open>"), ("damaged",)
    yield "docx nested too deep", docx("<w:p>" * 1000 + "</w:p>" * 1000), ("bomb",)
    yield "docx bomb", docx(more=[("word/media/a.bin", bytes(100 * 1024 * 1024))]), ("bomb",)
    yield "docx with overlapping entries", overlapping(docx(more=[("a", "x"), ("b", "x")])), ("bomb",)
    yield "docx with a path that leads out", docx(more=[("../../a", "x")]), ("damaged",)
    yield "docx with junk behind", docx() + b"junk", ("trailing-data",)
    yield "docx with junk in front", b"PK\x03\x04junk" + docx(), ("leading-data",)
    yield "docx cut", docx()[:-30], ("type-not-accepted",)
    yield "docx and pdf", archive([("%PDF-1.7", b""), *_entries(docx())]), ("polyglot",)
    yield "docx with a file in its comment", with_comment(docx(), b"MZ" + bytes(40)), ("trailing-data",)
    changed = odf(ODT, "<text:p>10 meter</text:p>").replace(b"10 meter", b"99 meter")
    yield "odt with a wrong checksum", changed, ("damaged",)


def marked_after_types(content):
    """Return a ZIP archive in which only the last entry claims to be encrypted."""
    out = bytearray(content)
    out[out.rfind(b"PK\x03\x04") + 6] |= 1
    out[out.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(out)


def _entries(content):
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return [(name, source.read(name)) for name in source.namelist()]


def others():
    """Yield (name, content, codes, file name) of files that no requirement asks for."""
    dangerous, refused = ("dangerous-type",), ("type-not-accepted",)
    yield "windows program", b"MZ" + bytes(200), dangerous, "surat.pdf.exe"
    yield "linux program named pdf", b"\x7fELF" + bytes(200), dangerous, "surat.pdf"
    yield "java archive", archive([("META-INF/MANIFEST.MF", "x")]), dangerous, "a.jar"
    yield "web page named pdf", b"\n<!DOCTYPE HTML><html><body>hello", dangerous, "surat.pdf"
    yield "web page in utf-16", "\ufeff<html><script>x</script>".encode("utf-16-le"), dangerous, "a.html"
    yield "drawing with script", b'<?xml version="1.0"?><svg xmlns="x"><script/></svg>', dangerous, "a.svg"
    yield "shell script", b"#!/bin/sh\nrm -rf /\n", dangerous, "a.sh"
    yield "php", b"<?php system($_GET[0]);", dangerous, "a.php"
    yield "batch file", b"@echo off\r\ndel *.*", dangerous, "a.bat"
    yield "zip", archive([("a.pdf", b"%PDF-")]), refused, "a.zip"
    yield "docx where no office file is wanted", docx(), refused, "a.docx"
    yield "old word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), refused, "a.doc"
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    yield "locked word", locked, ("type-not-accepted", "office-encrypted"), "a.docx"
    yield "rar", b"Rar!\x1a\x07\x01\x00" + bytes(50), refused, "a.rar"
    yield "film", b"\0\0\0\x18ftypmp42" + bytes(50), refused, "a.mp4"
    yield "avif", b"\0\0\0\x18ftypavif" + bytes(50), refused, "a.avif"
    yield "text", b"Kepada Yth. Wali Kota", refused, "a.txt"
    yield "xml", b'<?xml version="1.0"?><a/>', refused, "a.xml"
    yield "random", random.Random(1).randbytes(5000), refused, "a.pdf"
    yield "zeros", bytes(5000), refused, "a.pdf"
    yield "one byte", b"%", refused, "a.pdf"
    yield "empty", b"", ("empty",), "a.pdf"


def cases():
    """Return every sample of this module."""
    return [
        *(SampleCase(f"office: {name}", content, codes, "x", ALL) for name, content, codes in offices()),
        *(
            SampleCase(f"other: {name}", content, codes, file_name)
            for name, content, codes, file_name in others()
        ),
    ]

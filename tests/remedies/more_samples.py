"""Samples that only the remedies need: real office files with one fault each, and files that are too large."""

import io
import random
import re
import zipfile

from PIL import Image
from programs import run

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def office_files(folder):
    """Yield (name, content) of Word, OpenDocument and Excel files, each refused for one thing."""
    word = _made(folder, "docx")
    yield "word with macros", _with(word, {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(600)})
    target = 'Target="https://contoh.example/a.dotm" TargetMode="External"'
    template = f'<Relationship Id="t1" Type="{KIND}/attachedTemplate" {target}/>'
    settings = f'<Relationships xmlns="{PACKAGE}">{template}</Relationships>'
    yield "word with a template elsewhere", _with(word, {"word/_rels/settings.xml.rels": settings.encode()})
    yield "word with an embedded file", _with(word, {"word/embeddings/oleObject1.bin": bytes(600)})
    yield "word with junk behind", word + b"junk"
    yield "word with junk in front", b"PK\x03\x04junk" + word
    text = _made(folder, "odt")
    yield "writer with macros", _with(text, {"Basic/Standard/Module1.xml": b"<x/>"})
    yield "writer with an object", _with(text, {"Object 1/content.xml": b"<x/>"})
    yield "plain text", b"Surat keterangan\n"
    sheet = _made(folder, "xlsx", source="a,b\n1,2\n", ending="csv")
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    yield "sheet with another workbook", _with(sheet, {"xl/externalLinks/externalLink1.xml": link})


def large_files(folder):
    """Yield (name, content) of scans with far more dots than a document needs."""
    noise = Image.frombytes("RGB", (3000, 3000), random.Random(1).randbytes(27_000_000))
    picture = folder / "large.png"
    noise.save(picture, compress_level=0)
    yield "scan of 27 MB.png", picture.read_bytes()
    run("img2pdf", "-o", str(folder / "large.pdf"), str(picture))
    yield "scan of 27 MB.pdf", (folder / "large.pdf").read_bytes()
    out = io.BytesIO()
    Image.new("1", (16_000, 10_000), 1).save(out, "PNG")
    yield "plan of 160 million pixels", out.getvalue()


def _made(folder, kind, *, source="Surat keterangan\n", ending="txt"):
    """Return a real office file, made by LibreOffice itself."""
    text = folder / f"surat.{ending}"
    text.write_text(source)
    profile = f"-env:UserInstallation=file://{folder}/making"
    run("soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(text))
    return (folder / f"surat.{kind}").read_bytes()


def _with(content, entries):
    """Return the archive with entries added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename not in entries:
                data = old.read(item)
                if item.filename == "[Content_Types].xml":
                    data = _typed(data, entries)
                if item.filename == "META-INF/manifest.xml":
                    data = _listed(data, entries)
                new.writestr(item, data)
        for name, data in entries.items():
            new.writestr(name, data)
    return out.getvalue()


def _typed(types, entries):
    known = {".bin": "application/vnd.openxmlformats-officedocument.oleObject"}
    for ending, kind in known.items():
        if any(name.endswith(ending) for name in entries):
            default = f'<Default Extension="{ending[1:]}" ContentType="{kind}"/>'.encode()
            types = re.sub(rb"(<Types[^>]*>)", rb"\1" + default, types, count=1)
    return types


def _listed(manifest, entries):
    added = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in entries
    )
    return manifest.replace(b"</manifest:manifest>", added.encode() + b"</manifest:manifest>")

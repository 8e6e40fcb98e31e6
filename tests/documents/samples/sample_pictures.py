"""Pictures drawn here: honest ones, and ones that are broken, endless, or something else as well."""

import io
import random
import struct
import zlib

import pillow_heif
from PIL import Image
from sample_case import SampleCase
from sample_pdfs import document, zeros, zip_of


def drawing(size=(160, 120), mode="RGB"):
    """Return a picture with enough detail that its data is longer than its headers."""
    noise = random.Random(7).randbytes(size[0] * size[1])
    return Image.frombytes("L", size, noise).convert(mode)


def saved(kind, *, picture=None, **options):
    """Return the picture as a file."""
    out = io.BytesIO()
    (picture or drawing()).save(out, kind, **options)
    return out.getvalue()


def heic(*more):
    """Return a HEIC file, with ``more`` pictures behind the first."""
    out = io.BytesIO()
    file = pillow_heif.from_pillow(drawing())
    for picture in more:
        file.add_from_pillow(picture)
    file.save(out, quality=50)
    return out.getvalue()


def chunk(name, content):
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width, height, data, extra=b"", colour=0):
    """Return a PNG file with the compressed pixel data given."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def honest():
    """Yield (name, content, codes, file name) of pictures to accept."""
    yield "jpeg", saved("JPEG"), (), "foto.JPG"
    yield "progressive jpeg", saved("JPEG", progressive=True), (), "foto.jpeg"
    yield "cmyk jpeg", saved("JPEG", picture=drawing(mode="CMYK")), (), "foto.jpg"
    yield "jpeg with thumbnail", saved("JPEG", exif=_exif_with_thumbnail()), (), "foto.jpg"
    yield "png", saved("PNG"), (), "foto.png"
    yield "png with palette", saved("PNG", picture=drawing().convert("P")), (), "foto.png"
    yield "png of one pixel", saved("PNG", picture=drawing((1, 1))), (), "foto.png"
    yield "webp", saved("WEBP"), (), "foto.webp"
    yield "lossless webp", saved("WEBP", lossless=True), (), "foto.webp"
    yield "heic", heic(), (), "IMG_0001.HEIC"
    yield "padded jpeg", saved("JPEG") + bytes(100), (), "foto.jpg"
    yield (
        "telephone with film",
        saved("JPEG") + b"\0\0\0\x18ftypmp42" + bytes(500),
        ("image-camera-extras",),
        "a.jpg",
    )
    yield (
        "telephone with own block",
        saved("JPEG") + b"block" * 9 + b"SEFT",
        ("image-camera-extras",),
        "a.jpg",
    )
    jpeg = saved("JPEG")
    extras = ("image-camera-extras",)
    yield "camera with a second picture", jpeg + jpeg, extras, "a.mpo.jpg"
    yield "camera with a zero between pictures", jpeg + b"\0" + jpeg, extras, "a.jpg"
    yield "camera with a round address", jpeg + bytes(4096 - len(jpeg) % 4096) + jpeg, extras, "a.jpg"
    yield "panorama without end mark", jpeg[:-2], (), "a.jpg"
    yield (
        "panorama without end mark, with a block",
        jpeg[:-2] + samsung_block(b"panorama" * 9),
        extras,
        "a.jpg",
    )
    fine = saved("JPEG", progressive=True)
    yield "progressive panorama without end mark", fine[:-2], (), "a.jpg"
    yield "camera that fills up with ones", jpeg + b"\xff" * 40, (), "a.jpg"
    yield "two end marks", jpeg + b"\xff\xd9", (), "a.jpg"
    yield "camera with three pictures", jpeg + bytes(9) + jpeg + fine, extras, "a.jpg"
    yield "the end of a form behind it", jpeg + b"\r\n--5D9144052FC54aa4--\r\n", (), "a.jpg"
    light = saved("JPEG", picture=Image.new("L", (900, 900), 255), optimize=True)
    yield "an empty page whose data ends in zeros", light, (), "a.jpg"
    yield "png of 16 bits", saved("PNG", picture=Image.new("I;16", (20, 20), 7)), (), "a.png"
    yield "webp with exif", saved("WEBP", exif=Image.Exif().tobytes()), (), "a.webp"
    yield "jpeg named pdf", saved("JPEG"), ("name-differs",), "surat.pdf"
    yield "jpeg named exe", saved("JPEG"), ("name-differs",), "surat.exe"
    yield "name without ending", saved("JPEG"), (), "surat"


def samsung_block(content):
    """Return what Samsung's cameras append: content, directory, length, mark."""
    entry = struct.pack("<HHII", 0, 0x0A00, len(content), len(content))
    directory = b"SEFH" + struct.pack("<II", 107, 1) + entry
    return content + directory + struct.pack("<I", len(directory)) + b"SEFT"


def _exif_with_thumbnail():
    exif = Image.Exif()
    exif[0x010E] = "x"
    inner = saved("JPEG", picture=drawing((16, 16)))
    return exif.tobytes() + inner  # the inner picture has its own end marker


def hostile():
    """Yield (name, content, codes, file name) of pictures to refuse."""
    jpeg, plain = saved("JPEG"), saved("PNG")
    yield "jpeg cut", jpeg[: len(jpeg) // 2], ("damaged",), "a.jpg"
    yield "jpeg cut shortly before its end", jpeg[:-40], ("damaged",), "a.jpg"
    yield from halves()
    yield "jpeg with a program behind two pictures", jpeg + jpeg + b"MZ\x90", ("trailing-data",), "a.jpg"
    behind = jpeg + b"\r\n--" + b"x" * 90 + b"--"
    yield "jpeg with more than the end of a form behind", behind, ("trailing-data",), "a.jpg"
    yield "jpeg that is only a start", b"\xff\xd8\xff\xe0", ("damaged",), "a.jpg"
    yield "jpeg with junk behind", jpeg + b"junk", ("trailing-data",), "a.jpg"
    yield "jpeg with archive behind", jpeg + zip_of("a.exe", b"MZ"), ("polyglot",), "a.jpg"
    yield "jpeg with pdf behind", jpeg + document(), ("polyglot",), "a.jpg"
    yield "jpeg with page inside", saved("JPEG", comment=b"<script>alert(1)</script>"), ("polyglot",), "a.jpg"
    yield "jpeg with php inside", saved("JPEG", comment=b"<?php system(1);"), ("polyglot",), "a.jpg"
    table = jpeg.index(b"\xff\xc4") + 5
    broken = jpeg[:table] + b"\xff" * 16 + jpeg[table + 16 :]
    yield "jpeg with broken tables", broken, ("damaged",), "a.jpg"
    frame = jpeg.index(b"\xff\xc0") + 5
    huge = jpeg[:frame] + b"\xff\xdc\xff\xdc" + jpeg[frame + 4 :]
    yield "jpeg of four gigapixels", huge, ("too-many-pixels",), "a.jpg"
    yield "png cut", plain[:-20], ("damaged",), "a.png"
    yield "png with wrong checksum", plain[:50] + bytes([plain[50] ^ 1]) + plain[51:], ("damaged",), "a.png"
    yield "png with junk behind", plain + b"junk", ("trailing-data",), "a.png"
    yield "png of four gigapixels", png(65_000, 65_000, zlib.compress(b"")), ("too-many-pixels",), "a.png"
    yield "png with endless data", png(10, 10, zeros(100 * 1024 * 1024)), ("bomb",), "a.png"
    yield "png with too little data", png(10, 10, zlib.compress(b"\0" * 10)), ("damaged",), "a.png"
    text = chunk(b"zTXt", b"a\0\0" + zeros(100 * 1024 * 1024))
    yield "png with endless text", png(1, 1, zlib.compress(b"\0\0"), text), ("damaged",), "a.png"
    frames = [drawing((8, 8)), drawing((8, 8)).rotate(90)]
    yield (
        "animated png",
        saved("PNG", picture=frames[0], save_all=True, append_images=frames[1:]),
        ("image-several",),
        "",
    )
    moving = saved("WEBP", picture=frames[0], save_all=True, append_images=frames[1:])
    yield "animated webp", moving, ("image-several",), "a.webp"
    webp = saved("WEBP")
    yield "webp cut", webp[: len(webp) // 2], ("damaged",), "a.webp"
    yield "webp with junk behind", webp + b"junk", ("trailing-data",), "a.webp"
    apple = heic()
    yield "heic cut", apple[:-200], ("damaged",), "a.heic"
    yield "heic with junk behind", apple + b"?!" * 9, ("trailing-data",), "a.heic"
    several = heic(drawing((64, 64)))
    yield "heic with several pictures", several, ("image-several",), "a.heic"
    for kind in ("GIF", "BMP", "TIFF"):
        yield kind.lower(), saved(kind), ("type-not-accepted",), f"a.{kind.lower()}"


def halves():
    """Yield pictures that are not all there and have an end mark all the same."""
    noise = drawing((320, 240))
    for kind, options in (
        ("jpeg", {}),
        ("progressive jpeg", {"progressive": True}),
        ("jpeg with restarts", {"restart_marker_rows": 1}),
    ):
        whole = saved("JPEG", picture=noise, **options)
        for share in (0.3, 0.9):
            cut = whole[: int(len(whole) * share)].rstrip(b"\xff") + b"\xff\xd9"
            yield f"{kind} cut at {share} with an end mark", cut, ("damaged",), "a.jpg"
    yield (
        "jpeg cut, with a second picture",
        cut + saved("JPEG"),
        ("damaged", "image-camera-extras"),
        "a.jpg",
    )
    flat = saved("JPEG", picture=Image.new("RGB", (640, 480), "white"))
    yield "cut jpeg of one colour with an end mark", flat[:-400] + b"\xff\xd9", ("damaged",), "a.jpg"


def cases():
    """Return every picture sample."""
    return [
        SampleCase(f"picture: {name}", content, codes, file_name)
        for group in (honest, hostile)
        for name, content, codes, file_name in group()
    ]

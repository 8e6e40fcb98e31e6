# ruff: noqa: E501 - tables of cases: what was done and why stand beside each other
"""What is added after signing: shadow attacks, overlays, and changes of the form."""

from __future__ import annotations

from collections.abc import Iterator

from vector_cases import Case, builder
from vector_cases.setting import Setting
from vector_cases.shapes import object_of, plain_stream, startxref_of, update

__all__ = ["cases"]

build = builder()
_EVIL = b"BT /F1 10 Tf 40 800 Td (Izin untuk Eve) Tj ET"
_FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] "


def cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases of this module."""
    for name, data, why in (*_hide(setting), *_replace(setting), *_hide_and_replace(setting)):
        yield _refused(f"shadow_{name}_fail", data, why)
    for name, data, why in _overlays(setting.world.permit()):
        yield _refused(f"{name}_fail", data, why)
    good = setting.world.permit()
    replaced = update(good, {4: plain_stream(b"", _EVIL)})
    yield _refused(
        "replaced_then_signed_fail",
        build.sign(replaced, setting.world.head),
        "The page is replaced and the file signed once more by the officer: the first signature no longer fits what is shown.",
    )
    yield _refused(
        "replaced_then_restored_fail",
        update(replaced, {4: object_of(good, 4)}),
        "The page is replaced and put back: nothing is shown that was not signed, but a page must not change at all.",
    )


def _refused(name: str, data: bytes, why: str) -> Case:
    return Case(name=name, data=data, verdict="not_valid", why=why)


_Rows = Iterator[tuple[str, bytes, str]]


def _prepared(setting: Setting, *more: bytes, draws: bytes = b"/Over Do") -> bytes:
    """A signed permit that its author prepared: object 10 is drawn over the page; further objects follow."""
    objects = build.permit_objects(build.statement())
    objects[2] = objects[2].replace(b"/Font <<", b"/XObject <</Over 10 0 R>> /Font <<")
    text = b" ".join(build.literal(line) + b" Tj 0 -12 Td" for line in build.printed_lines(build.statement()))
    objects[3] = plain_stream(b"", b"BT /F1 10 Tf 40 800 Td " + text + b" ET " + draws)
    signed: bytes = build.sign(build.assemble([*objects, *more]), setting.world.head)
    return signed


def _hide(setting: Setting) -> _Rows:
    over = plain_stream(_FORM, b"1 1 1 rg 300 700 200 100 re f")
    signed = _prepared(setting, over)
    yield (
        "hide_overlay",
        update(signed, {10: plain_stream(_FORM, b"")}),
        "Hide: a white area that covered something at signing is emptied later.",
    )
    yield (
        "hide_type",
        update(signed, {10: b"<</Type /Metadata>>"}),
        "Hide: what covered something becomes an object that no reader draws.",
    )
    freed = update(signed, {}, rows=b"10 1\n0000000000 00001 f \n")
    yield "hide_freed", freed, "Hide: what covered something is marked as free."
    nowhere = update(signed, {}, rows=b"10 1\n0000000009 00000 n \n")
    yield (
        "hide_redirected",
        nowhere,
        "Hide: the table points to another object in the place of what covered something.",
    )


def _replace(setting: Setting) -> _Rows:
    signed = setting.world.permit()
    yield (
        "replaced_page",
        update(signed, {4: plain_stream(b"", b"  ")}),
        "Replace: the page's content is emptied.",
    )
    yield (
        "replace_content",
        update(signed, {4: plain_stream(b"", _EVIL)}),
        "Replace: the page's content is another.",
    )
    page = object_of(signed, 3)
    other = {3: page.replace(b"/Contents 4 0 R", b"/Contents 40 0 R"), 40: plain_stream(b"", _EVIL)}
    yield "replace_pointer", update(signed, other), "Replace: the page points to new content."
    array = {3: page.replace(b"/Contents 4 0 R", b"/Contents [4 0 R 40 0 R]"), 40: plain_stream(b"", _EVIL)}
    yield (
        "replace_appended_content",
        update(signed, array),
        "Replace: a second piece of content is drawn over the first.",
    )
    font = b"<</Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats>>"
    yield (
        "replace_font",
        update(signed, {5: font}),
        "Replace: another font shows other letters for the same bytes.",
    )
    swapped = b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <0100> endbfrange"
    yield (
        "replace_mapping",
        update(signed, {6: plain_stream(b"", swapped)}),
        "Replace: the font's mapping reads other text from the same glyphs.",
    )
    data = plain_stream(b"/Type /EmbeddedFile ", b"{}")
    yield "replace_data", update(signed, {8: data}), "Replace: permit.json is another."
    yield (
        "replace_box",
        update(signed, {3: page.replace(b"842]", b"400]")}),
        "Replace: the page is shorter, so that its lower half is not shown.",
    )
    yield (
        "replace_rotated",
        update(signed, {3: page.replace(b"/Type /Page", b"/Type /Page /Rotate 90", 1)}),
        "Replace: the page is turned.",
    )


def _hide_and_replace(setting: Setting) -> _Rows:
    hidden = (
        plain_stream(_FORM, b""),
        b"<</Type /Pages /Kids [12 0 R] /Count 1>>",
        b"<</Type /Page /Parent 11 0 R /MediaBox [0 0 595 842] /Contents 13 0 R /Resources <</Font <</F1 5 0 R>>>>>>",
        plain_stream(b"", _EVIL),
    )
    signed = _prepared(setting, *hidden)
    catalog = object_of(signed, 1).replace(b"/Pages 2 0 R", b"/Pages 11 0 R")
    yield (
        "hide_and_replace_pages",
        update(signed, {1: catalog}),
        "Hide and replace: the signed file holds a second page tree that nobody sees; later the catalogue points to it.",
    )
    other = object_of(signed, 1).replace(b"/Pages 2 0 R", b"/Pages 11 0 R")
    yield (
        "hide_and_replace_root",
        update(signed, {50: other}, root=50),
        "Hide and replace: a new catalogue with the hidden page tree becomes the root.",
    )
    place = signed.index(b"11 0 obj")
    row = b"2 1\n%010d 00000 n \n" % place
    yield (
        "hide_and_replace_table",
        update(signed, {}, rows=row),
        "Hide and replace: only the cross-reference table changes; the place of the page tree becomes that of the hidden one.",
    )
    page = object_of(signed, 2).replace(b"3 0 R", b"12 0 R")
    yield (
        "hide_and_replace_kids",
        update(signed, {2: page}),
        "Hide and replace: the page tree's only child becomes the hidden page.",
    )


def _overlays(good: bytes) -> _Rows:
    page, form = object_of(good, 3), object_of(good, 12)
    shown = plain_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 260 30] ", b"BT /F1 10 Tf (Eve) Tj ET")
    over = page.replace(b"/Annots [", b"/Annots [40 0 R ")

    def note(kind: bytes, rest: bytes = b"") -> bytes:
        return (
            b"<</Type /Annot /Subtype /%b /Rect [40 690 300 720] /F 4 /Contents (Eve) %b/AP <</N 41 0 R>>>>"
            % (kind, rest)
        )

    for kind in (b"FreeText", b"Stamp", b"Square"):
        name = kind.decode().lower()
        yield (
            f"annotation_{name}",
            update(good, {3: over, 40: note(kind), 41: shown}),
            f"A {kind.decode()} annotation is laid over the page after signing.",
        )
    link = b"<</Type /Annot /Subtype /Link /Rect [0 0 595 842] /A <</S /URI /URI (https://izin.penipu.example/)>>>>"
    yield (
        "annotation_link",
        update(good, {3: over, 40: link}),
        "A link to another site is laid over the whole page after signing.",
    )
    for kind in (b"Tx", b"Sig"):
        body = note(b"Widget", b"/FT /%b /T (Baru) /P 3 0 R " % kind)
        with_field = form.replace(b"/Fields [", b"/Fields [40 0 R ")
        yield (
            f"field_{kind.decode().lower()}_overlay",
            update(good, {3: over, 12: with_field, 40: body, 41: shown}),
            f"A new form field ({kind.decode()}) with an appearance is laid over the page after signing.",
        )
    body = note(b"Widget", b"/FT /Sig /T (Baru) /P 3 0 R ")
    yield (
        "field_outside_form",
        update(good, {3: over, 40: body, 41: shown}),
        "A widget that looks like an empty signature field, but belongs to no form, is laid over the page.",
    )
    yield (
        "field_hidden",
        update(good, {1: b"<</Type /Catalog /Pages 2 0 R>>"}),
        "The form is taken out of the catalogue, so that readers show no signature.",
    )
    yield (
        "field_removed",
        update(good, {12: b"<</Fields [] /SigFlags 3>>"}),
        "The signature field is taken out of the form.",
    )
    shown_mark = object_of(good, 11).replace(
        b"/Rect [0.0000 0.0000 0.0000 0.0000]", b"/Rect [0 0 595 842] /AP <</N 41 0 R>>"
    )
    yield (
        "field_grown",
        update(good, {11: shown_mark, 41: shown}),
        "The invisible signature field becomes as large as the page and gets an appearance.",
    )
    catalog = object_of(good, 1)
    script = catalog.replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>"
    )
    yield "action_script", update(good, {1: script}), "A script runs when the file is opened."
    layers = catalog.replace(b"/Type /Catalog", b"/Type /Catalog /OCProperties <</OCGs [] /D <<>>>>")
    yield "layers_added", update(good, {1: layers}), "Layers that can be switched are added."
    pages = {2: b"<</Type /Pages /Kids [3 0 R 40 0 R] /Count 2>>", 40: page.replace(b"/Annots [11 0 R]", b"")}
    yield "page_added", update(good, pages), "A second page is added."
    signed_by = object_of(good, 10).replace(b"<<", b"<</Name (Wali Kota) ", 1)
    yield (
        "signature_name_replaced",
        update(good, {10: signed_by}),
        "Another name is written into the signature dictionary: readers show it as the signer.",
    )
    loop = b"xref\n0 0\ntrailer\n<</Size 90 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(good),
        len(good),
    )
    yield (
        "table_loop",
        good + loop,
        "The newest cross-reference table names itself as the one before it: a reader without a guard never ends.",
    )
    twice = b"4 1\n%010d 00000 n \n" % startxref_of(good)
    yield (
        "table_twice",
        update(good, {4: plain_stream(b"", b"  ")}, rows=twice),
        "One table lists the page's content twice, at two places.",
    )

"""
Make the test vectors: a folder per case with the file, what must be found, and why.

    python tests/vectors/make_vectors.py

Keys are new on every run, so all cases are written anew. Folders end in ``_fail`` where refusal is right.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import attrs

HERE = Path(__file__).parent


def _builder() -> ModuleType:
    name = "perizinan_vector_builder"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "builder.py")
        if spec is None or spec.loader is None:
            raise RuntimeError("builder.py is missing")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


class Case(NamedTuple):
    """One vector."""

    name: str
    data: bytes
    verdict: str
    code: str
    why: str
    at: str | None = None


def cases(world: Any, build: ModuleType) -> Iterator[Case]:
    """Yield every case."""
    yield from _good(world, build)
    yield from _damaged(world.permit(), build)
    yield from _unsigned_and_foreign(world, build)
    yield from _data(world, build)
    yield from _later_changes(world, build)


def _good(world: Any, build: ModuleType) -> Iterator[Case]:
    yield Case(
        "good_plain",
        world.permit(),
        "valid",
        "",
        "One PAdES B-B signature (ECDSA P-256) over the whole file.",
    )
    said = build.statement()
    linked = build.sign(build.small_pdf(said, link=world.qr_text(said)), world.head)
    yield Case(
        "good_qr_link", linked, "valid", "", "The QR claims lie over the code as a link, signed, and agree."
    )
    twice = build.sign(world.permit(), world.head, build.CHECKED_AT)
    yield Case(
        "good_two_signatures",
        twice,
        "valid",
        "",
        "Signed twice by the entitled officer: a later signature is allowed.",
    )
    endless = world.permit(valid_until=None)
    yield Case(
        "good_no_end",
        endless,
        "valid",
        "",
        "No last day; judged two months later.",
        "2027-02-01T09:00:00+07:00",
    )
    yield Case(
        "expired_fail", world.permit(), "not_in_force", "permit-expired", "The day after its last day.",
        "2026-12-08T00:00:00+07:00",
    )  # fmt: skip
    yield Case(
        "not_yet_fail", world.permit(), "not_in_force", "permit-not-yet", "A second before its first day.",
        "2026-11-30T23:59:59+07:00",
    )  # fmt: skip


def _damaged(good: bytes, build: ModuleType) -> Iterator[Case]:
    def flip(place: int, mask: int = 1) -> bytes:
        return good[:place] + bytes([good[place] ^ mask]) + good[place + 1 :]

    contents = good.index(b"/Contents <") + 11
    numbers = good.index(b"/ByteRange [") + 12
    flips = [
        ("header", 0, "signed-file-damaged", "First byte of the file."),
        ("page", good.index(b"stream") + 12, "content-changed", "A byte of the page's content."),
        ("byte_range", numbers + 2, "byte-range-wrong", "A digit of the byte range."),
        ("container", contents + 10, "signature-malformed", "A byte of the signature container."),
        ("container_end", good.index(b">", contents) - 4, "", "A byte at the end of the reserved room."),
        (
            "hex_case",
            _letter(good, contents),
            "signature-malformed",
            "One capital among the hexadecimal digits.",
            0x20,
        ),
        ("startxref", good.rindex(b"startxref") + 2, "signed-file-damaged", "The word startxref."),
        ("last_line_end", len(good) - 1, "signed-file-damaged", "The very last byte."),
    ]
    for name, place, code, why, *mask in flips:
        yield Case(f"flipped_{name}_fail", flip(place, *mask), "not_valid", code, why)
    for name, tail in (("zeros", bytes(64)), ("line_end", b"\n"), ("text", b"% trailing words\n")):
        why = "Bytes behind the end of what was signed."
        yield Case(f"appended_{name}_fail", good + tail, "not_valid", "bytes-after-signature", why)
    yield Case(
        "prepended_fail", b"\n" + good, "not_valid", "signed-file-damaged", "A byte in front of the header."
    )
    crlf = good.replace(b"\n", b"\r\n")
    yield Case("crlf_fail", crlf, "not_valid", "", "Line ends converted, as by mail programs.")
    for percent in range(10, 100, 10):
        cut = good[: len(good) * percent // 100]
        yield Case(f"cut_{percent}_fail", cut, "unreadable", "file-cut-off", f"Cut after {percent} percent.")
    yield Case(
        "cut_last_byte_fail", good[:-1], "unreadable", "file-cut-off", "Only the last line end is missing."
    )
    yield Case("cut_200_fail", good[:-200], "unreadable", "file-cut-off", "The last 200 bytes are missing.")
    yield Case("empty_fail", b"", "unreadable", "empty-file", "No bytes at all.")
    yield Case(
        "picture_fail", b"\x89PNG\r\n\x1a\n" + bytes(64), "unreadable", "not-a-pdf", "Another kind of file."
    )


def _letter(good: bytes, start: int) -> int:
    return next(place for place in range(start, len(good)) if good[place : place + 1] in b"abcdef")


def _unsigned_and_foreign(world: Any, build: ModuleType) -> Iterator[Case]:
    unsigned = build.small_pdf(build.statement())
    yield Case("unsigned_fail", unsigned, "unsigned", "no-signature", "The letter before it was signed.")
    deputy = attrs.evolve(build.statement().signatory, position="sekretaris")
    elsewhere = attrs.evolve(build.statement().signatory, position="wali-kota")
    foreign = [
        ("same_ca", world.permit(world.outsider), "signer-unknown", "Another certificate of the same CA."),
        ("other_ca", world.permit(world.stranger), "chain-unknown-root", "A certificate of another CA."),
        ("former", world.permit(world.former), "signer-out-of-term", "The officer left at the end of 2025."),
        (
            "permit_type", world.permit(world.deputy, signatory=deputy), "delegation-missing",
            "Entitled, but for another kind of permit.",
        ),
        ("position", world.permit(signatory=elsewhere), "position-differs", "The letter names another position."),
        (
            "second_signer", build.sign(world.permit(), world.outsider), "signer-unknown",
            "A second signature by somebody from outside.",
        ),
    ]  # fmt: skip
    for name, data, code, why in foreign:
        yield Case(f"issuer_{name}_fail", data, "wrong_issuer", code, why)


def _data(world: Any, build: ModuleType) -> Iterator[Case]:
    said = build.statement()

    def signed(**options: Any) -> bytes:
        return bytes(build.sign(build.small_pdf(said, **options), world.head))

    other = build.statement(number="500.16.7.2/0099/410.111/2026", holder="Orang Lain")
    printed = build.printed_lines(attrs.evolve(said, valid_until=said.valid_until.replace(year=2036)))
    rows = [
        ("missing", signed(embedded=0), "permit-data-missing", "No permit.json."),
        ("doubled", signed(embedded=2), "permit-data-unreadable", "Two files called permit.json."),
        ("no_json", signed(permit_json=b"{"), "permit-data-unreadable", "permit.json is no JSON."),
        ("incomplete", signed(permit_json=b"{}"), "permit-data-schema", "permit.json lacks everything."),
        ("printed_date", signed(lines=printed), "text-disagrees", "The page prints another last day."),
        ("qr_swapped", signed(link=world.qr_text(other)), "qr-disagrees", "A genuine QR of another permit."),
        (
            "other_office",
            world.permit(authority="kota-lain"),
            "permit-other-authority",
            "The data names another office.",
        ),
    ]
    for name, data, code, why in rows:
        yield Case(f"data_{name}_fail", data, "not_valid", code, why)


def _later_changes(world: Any, build: ModuleType) -> Iterator[Case]:
    good = world.permit()

    def update(number: int, body: bytes) -> bytes:
        start = int(good.split(b"startxref\n")[-1].split()[0])
        written = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 20 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
        return bytes(good + written + table % (number, len(good), start, len(good) + len(written)))

    blank = update(4, b"<</Length 2>>\nstream\n  \nendstream")
    yield Case(
        "shadow_replaced_page_fail",
        blank,
        "not_valid",
        "later-changes-forbidden",
        "The page is replaced later.",
    )
    formless = update(1, b"<</Type /Catalog /Pages 2 0 R>>")
    yield Case(
        "field_hidden_fail",
        formless,
        "not_valid",
        "signature-not-in-form",
        "The field is taken out of the form.",
    )
    cut = build.sign(good, world.head)[:-50]
    yield Case(
        "cut_second_revision_fail",
        cut,
        "unreadable",
        "file-cut-off",
        "The second signature's revision is cut.",
    )


def write(case: Case, default_at: str) -> None:
    """Write one folder."""
    folder = HERE / case.name
    folder.mkdir()
    (folder / "permit.pdf").write_bytes(case.data)
    expected = {"verdict": case.verdict, "code": case.code, "at": case.at or default_at}
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    (folder / "README.md").write_text(f"# {case.name}\n\n{case.why}\n")


def main() -> None:
    """Replace all cases."""
    build = _builder()
    world = build.World.create()
    for folder in HERE.iterdir():
        if (folder / "expected.json").exists():
            shutil.rmtree(folder)
    (HERE / "authority.json").write_bytes(world.authority_json)
    count = 0
    for case in cases(world, build):
        write(case, build.CHECKED_AT.isoformat())
        count += 1
    print(f"{count} cases")  # noqa: T201


if __name__ == "__main__":
    main()

"""``perizinan verify`` and ``verify-qr`` with ``--authorities``: many offices, one folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import attrs
import pytest
from click.testing import CliRunner

from perizinan_core.cli._verify import verify_command
from perizinan_core.cli._verify_qr import verify_qr_command
from perizinan_core.published import QrKey, sign_authority_document
from perizinan_core.published._directory import Directory, DirectoryEntry, sign_directory
from perizinan_core.published._keys import signing_callback

AT = ("--at", "2026-12-02T09:00", "--no-status")


@pytest.fixture(scope="module")
def other(build):
    """An office of another province."""
    made = build.World.create()
    changes = {
        "slug": "kota-lain",
        "name": "Pemerintah Kota Lain",
        "region": "12.71",
        "verification_url": "https://izin.kotalain.example/v1",
        "qr_keys": (QrKey(kid=b"\x09\x08\x07\x06", key=made.qr_key.public_key()),),
    }
    return attrs.evolve(made, document=attrs.evolve(made.document, **changes))


@pytest.fixture(scope="module")
def place(build, world, other, tmp_path_factory):
    """A folder with the documents of both offices, and one with their permits."""
    folder = tmp_path_factory.mktemp("offices")
    (folder / "offices").mkdir()
    (folder / "files").mkdir()
    for made in (world, other):
        key = made.document_key
        data = sign_authority_document(made.document, key=key.public_key(), sign=signing_callback(key))
        (folder / "offices" / f"{made.document.slug}.json").write_bytes(data)
    (folder / "files" / "a.pdf").write_bytes(world.permit())
    (folder / "files" / "b.pdf").write_bytes(other.permit(authority="kota-lain"))
    (folder / "files" / "c.pdf").write_bytes(other.permit())
    (folder / "files" / "d.pdf").write_bytes(build.World.create().permit(authority="kota-antah"))
    return folder


@pytest.fixture
def run(place):
    """Call a command in the language that is asked for."""

    def call(command, *arguments, language="en"):
        full = [*map(str, arguments), *AT, "--language", language]
        return CliRunner().invoke(command, full, obj={"language": language})

    return call


def test_each_file_is_judged_by_its_office_and_the_headline_names_it(run, place):
    """With its region; a file of two offices is a strangers', one of an unknown office undecided."""
    offices = ("--authorities", place / "offices")
    found = {name: run(verify_command, place / "files" / f"{name}.pdf", *offices) for name in "abcd"}

    assert [0, 0, 12, 14] == [item.exit_code for item in found.values()]
    assert "Pemerintah Kota Contoh (Jawa Timur, 35.72)" in found["a"].output
    assert "Pemerintah Kota Lain (Sumatera Utara, 12.71)" in found["b"].output
    assert "perizinan authority fetch" in " ".join(found["d"].output.replace("│", " ").split())


def test_the_contact_stands_where_the_office_is_to_be_asked(run, place):
    """In the terminal and in the JSON."""
    offices = ("--authorities", place / "offices")
    shown = run(verify_command, place / "files" / "a.pdf", *offices, language="id")
    line = json.loads(run(verify_command, place / "files" / "a.pdf", *offices, "--json").output)

    assert "Jalan Contoh 1, Kota Contoh" in shown.output
    assert "izin@kotacontoh.example" in line["authority"]["contact"]["email"]
    assert "35.72" == line["authority"]["region"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_of_files_of_many_offices_is_judged_in_one_run(run, place, jobs):
    """In worker processes; the highest code counts."""
    result = run(
        verify_command, place / "files", "--authorities", place / "offices", "--json", "--jobs", jobs
    )
    lines = [json.loads(line) for line in result.output.splitlines()]

    assert 14 == result.exit_code
    assert ["kota-contoh", "kota-lain", "kota-contoh", None] == [
        (line["authority"] or {}).get("slug") for line in lines
    ]


def test_codes_are_judged_by_their_office(run, place, world, build):
    """And the headline names it."""
    text = world.qr_text(build.statement())
    result = run(verify_qr_command, text, "--authorities", place / "offices")

    assert 0 == result.exit_code
    assert "Pemerintah Kota Contoh (Jawa Timur, 35.72)" in result.output


def test_a_directory_pins_the_keys(run, place, world, other):
    """An office that it does not name is not known."""
    key = other.document_key
    made = Directory(
        name="Provinsi Contoh",
        version=1,
        issued=datetime(2026, 11, 1, tzinfo=UTC),
        expires=datetime(2027, 5, 1, tzinfo=UTC),
        offices=(DirectoryEntry.of(world.document),),
        keys=(key.public_key(),),
    )
    path = place / "directory.json"
    path.write_bytes(sign_directory(made, key=key.public_key(), sign=signing_callback(key)))
    options = ("--authorities", place / "offices", "--directory", path, "--json")
    known = run(verify_command, place / "files" / "a.pdf", *options)
    unknown = run(verify_command, place / "files" / "b.pdf", *options)
    wrong = run(verify_command, place / "files" / "a.pdf", *options, "--directory-key", "A" * 43)

    assert (0, "pinned") == (known.exit_code, json.loads(known.output)["authority"]["trust"])
    assert (14, "office-unknown") == (unknown.exit_code, json.loads(unknown.output)["reasons"][0]["code"])
    assert 2 == wrong.exit_code


@pytest.mark.parametrize(
    "options",
    [
        ("--authority", "{a}", "--authority", "{b}"),
        ("--authorities", "{offices}", "--authorities", "{offices}"),
        ("--authority", "{a}", "--authorities", "{offices}"),
        ("--authority", "{a}", "--directory-key", "x"),
        ("--authorities", "{offices}", "--authority-key", "x"),
        ("--authorities", "{files}"),
        ("--authority", "{a}", "--at", "2026-12-02", "--at", "2026-12-03"),
        (),
    ],
)
@pytest.mark.parametrize("command", [verify_command, verify_qr_command])
def test_contradictions_are_wrong_use(place, options, command):
    """Never "the last one wins"."""
    places = {
        "a": place / "offices" / "kota-contoh.json",
        "b": place / "offices" / "kota-lain.json",
        "offices": place / "offices",
        "files": place / "files",
    }
    filled = [option.format(**places) for option in options]
    for language in ("id", "en"):
        arguments = [str(place / "files" / "a.pdf"), *filled, "--no-status"]
        result = CliRunner().invoke(command, arguments, obj={"language": language})

        assert 2 == result.exit_code
        # Click's own word is in the language that this process was last asked for.
        assert result.output.splitlines()[-1].startswith(("Error: ", "Kesalahan: "))


def test_status_and_records_belong_to_one_office(run, place):
    """The sentence says where the lists of many lie."""
    arguments = [str(place / "files" / "a.pdf"), "--authorities", str(place / "offices"), "--status", "x.cwt"]
    result = CliRunner().invoke(verify_command, arguments, obj={"language": "en"})

    assert 2 == result.exit_code
    assert "SHORT-NAME.cwt" in result.output

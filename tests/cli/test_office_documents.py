"""``perizinan authority fetch``, ``authority update --all``, ``perizinan directory``: documents of many offices."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import attrs
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.cli._authority import authority_group
from perizinan_core.cli._directory import directory_group
from perizinan_core.published import Contact, QrKey, read_authority_document, sign_authority_document
from perizinan_core.published._directory import Directory, DirectoryEntry, read_directory, sign_directory
from perizinan_core.published._envelope import countersign
from perizinan_core.published._keys import signing_callback, thumbprint
from perizinan_core.published._status_list import StatusList, StatusListTerms, pack_statuses, sign_status_list

NOW = datetime.now(UTC).replace(microsecond=0)
KEYS = {
    name: ec.generate_private_key(ec.SECP256R1()) for name in ("kota-a", "kota-b", "kota-c", "next", "list")
}
CONTACT = Contact(address="Jalan Contoh 1", phone="(0342) 000000")


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder; some paths lead elsewhere."""

    def do_GET(self):
        """Answer, or lead away."""
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://izin.contoh.example/authority.json")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def web(tmp_path):
    """A web server of this machine: (folder, address)."""
    folder = tmp_path / "web"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def signed(world):
    """The signed document of an office."""

    def run(slug="kota-a", *, key=None, by=(), **changes):
        key = key or KEYS[slug]
        told = {
            "slug": slug,
            "name": f"Pemerintah {slug}",
            "region": "35.72",
            "contact": CONTACT,
            "issued": NOW,
            "expires": NOW + timedelta(days=300),
            "keys": (key.public_key(),),
            **changes,
        }
        data = sign_authority_document(
            attrs.evolve(world.document, **told), key=key.public_key(), sign=signing_callback(key)
        )
        for other in by:
            data = countersign(data, key=other.public_key(), sign=signing_callback(other))
        return data

    return run


@pytest.fixture
def directory(tmp_path, web):
    """Writes a directory of offices that publish on the web server."""

    def run(*slugs, expires=NOW + timedelta(days=30), keys=KEYS, path="directory.json"):
        key = KEYS["next"]
        made = Directory(
            name="Provinsi Contoh",
            version=1,
            issued=NOW - timedelta(days=1),
            expires=expires,
            offices=tuple(
                DirectoryEntry(
                    slug=slug,
                    name=f"Pemerintah {slug}",
                    region="35.72",
                    key=thumbprint(keys[slug].public_key()),
                    address=f"{web[1]}/{slug}.json",
                )
                for slug in slugs
            ),
            keys=(key.public_key(),),
        )
        place = tmp_path / path
        place.write_bytes(sign_directory(made, key=key.public_key(), sign=signing_callback(key)))
        return place

    return run


def call(group, *arguments, language="en", **options):
    """Run a command of a group."""
    return CliRunner().invoke(group, [str(item) for item in arguments], obj={"language": language}, **options)


def key_of(name):
    """Return the fingerprint of a key."""
    return thumbprint(KEYS[name].public_key())


class TestFetch:
    """The first document of an office."""

    def test_says_whose_document_it_is_and_keeps_it_when_the_fingerprint_is_named(
        self, web, signed, tmp_path
    ):
        """Name, region, fingerprint, version, contact."""
        (web[0] / "authority.json").write_bytes(signed())
        path = tmp_path / "kept.json"
        result = call(
            authority_group,
            "fetch",
            f"{web[1]}/authority.json",
            "--file",
            path,
            "--fingerprint",
            key_of("kota-a"),
        )

        assert 0 == result.exit_code, result.output
        for part in (
            "Pemerintah kota-a (Jawa Timur, 35.72)",
            key_of("kota-a"),
            "Version: 3",
            "Jalan Contoh 1",
        ):
            assert part in result.output
        assert signed() == path.read_bytes() or read_authority_document(path.read_bytes()).slug == "kota-a"

    def test_an_address_of_a_site_alone_means_the_place_where_documents_are_published(
        self, web, signed, tmp_path
    ):
        """``/.well-known/perizinan.json``."""
        (web[0] / ".well-known").mkdir()
        (web[0] / ".well-known" / "perizinan.json").write_bytes(signed())
        result = call(
            authority_group,
            "fetch",
            web[1],
            "--into",
            tmp_path / "offices",
            "--fingerprint",
            key_of("kota-a"),
        )

        assert 0 == result.exit_code, result.output
        assert (tmp_path / "offices" / "kota-a.json").is_file()

    @pytest.mark.parametrize("language", ["id", "en"])
    def test_without_somebody_who_vouches_nothing_is_written(self, web, signed, tmp_path, language):
        """The sentence names the fingerprint and the option."""
        (web[0] / "authority.json").write_bytes(signed())
        path = tmp_path / "kept.json"
        result = call(authority_group, "fetch", f"{web[1]}/authority.json", "--file", path, language=language)

        assert 2 == result.exit_code
        assert key_of("kota-a") in result.output
        assert "--fingerprint" in result.output
        assert not path.exists()

    def test_another_fingerprint_is_refused(self, web, signed, tmp_path):
        """Nothing is written."""
        (web[0] / "authority.json").write_bytes(signed())
        path = tmp_path / "kept.json"
        result = call(
            authority_group,
            "fetch",
            f"{web[1]}/authority.json",
            "--file",
            path,
            "--fingerprint",
            key_of("kota-b"),
        )

        assert result.exit_code != 0
        assert not path.exists()

    def test_a_document_that_is_there_is_not_replaced(self, web, signed, tmp_path):
        """That is what updating is for."""
        (web[0] / "authority.json").write_bytes(signed())
        path = tmp_path / "kept.json"
        path.write_bytes(b"mine")
        result = call(
            authority_group,
            "fetch",
            f"{web[1]}/authority.json",
            "--file",
            path,
            "--fingerprint",
            key_of("kota-a"),
        )

        assert (2, b"mine") == (result.exit_code, path.read_bytes())
        assert "perizinan authority update" in result.output

    @pytest.mark.parametrize("address", ["http://izin.contoh.example/authority.json", "{web}/away"])
    def test_plain_http_is_refused_but_from_this_machine(self, web, tmp_path, address):
        """Also where another address leads there."""
        path = tmp_path / "kept.json"
        source = address.format(web=web[1])
        result = call(authority_group, "fetch", source, "--file", path, "--fingerprint", key_of("kota-a"))

        assert 1 == result.exit_code
        assert "does not begin with https" in result.output
        assert not path.exists()

    def test_a_directory_gives_address_and_key(self, web, signed, tmp_path, directory):
        """By short name; a document with another key is refused."""
        (web[0] / "kota-a.json").write_bytes(signed("kota-a"))
        (web[0] / "kota-b.json").write_bytes(signed("kota-b", key=KEYS["next"]))
        options = ("--directory", directory("kota-a", "kota-b"), "--into", tmp_path / "offices")
        results = [call(authority_group, "fetch", slug, *options) for slug in ("kota-a", "kota-b", "kota-x")]

        assert 0 == results[0].exit_code, results[0].output
        assert results[1].exit_code != 0
        assert (2, True) == (results[2].exit_code, "kota-x" in results[2].output)
        assert ["kota-a.json"] == [path.name for path in (tmp_path / "offices").glob("*.json")]

    def test_all_offices_of_a_directory_are_fetched_at_once(self, web, signed, tmp_path, directory):
        """One that fails stops no other; the exit code says so."""
        for slug in ("kota-a", "kota-c"):
            (web[0] / f"{slug}.json").write_bytes(signed(slug))
        listed = directory("kota-a", "kota-b", "kota-c")
        result = call(
            authority_group, "fetch", "--all", "--directory", listed, "--into", tmp_path / "offices"
        )

        assert 1 == result.exit_code
        assert "2 offices were fetched" in result.output
        assert "kota-b" in result.output
        assert ["kota-a.json", "kota-c.json"] == sorted(
            path.name for path in (tmp_path / "offices").glob("*.json")
        )

    def test_an_expired_directory_is_refused(self, tmp_path, directory):
        """With the command that updates it."""
        listed = directory("kota-a", expires=NOW - timedelta(seconds=1))
        result = call(
            authority_group, "fetch", "--all", "--directory", listed, "--into", tmp_path / "offices"
        )

        assert 2 == result.exit_code
        assert "perizinan directory update" in result.output

    @pytest.mark.parametrize("options", [(), ("--all",), ("https://x.example", "--all"), ("kota-a",)])
    def test_wrong_use_is_said(self, options):
        """Neither one office nor all of them."""
        assert 2 == call(authority_group, "fetch", *options).exit_code


class TestUpdateAll:
    """Every office of a folder."""

    @pytest.fixture
    def folder(self, tmp_path, signed):
        """Three offices, version 3."""
        place = tmp_path / "offices"
        place.mkdir()
        for slug in ("kota-a", "kota-b", "kota-c"):
            (place / f"{slug}.json").write_bytes(signed(slug, issued=NOW - timedelta(days=1)))
        return place

    def test_each_is_replaced_by_a_successor_that_its_keys_vouch_for(self, web, signed, folder, directory):
        """A stranger's document, and one that is not there, leave the known one; the others go on."""
        before = (folder / "kota-b.json").read_bytes()
        (web[0] / "kota-a.json").write_bytes(signed("kota-a", version=4))
        (web[0] / "kota-b.json").write_bytes(signed("kota-b", key=KEYS["list"], version=9))
        result = call(
            authority_group, "update", "--all", folder, "--directory", directory("kota-a", "kota-b", "kota-c")
        )

        assert 1 == result.exit_code
        assert "kota-a: version 3 → 4" in result.output
        assert before == (folder / "kota-b.json").read_bytes()
        assert 3 == read_authority_document((folder / "kota-c.json").read_bytes()).version
        assert 4 == read_authority_document((folder / "kota-a.json").read_bytes()).version
        assert 3 == read_authority_document((folder / "kota-a.json.previous").read_bytes()).version
        assert all(slug in result.output for slug in ("kota-b", "kota-c"))

    def test_a_changed_key_is_followed_along_the_chain_and_said(self, web, signed, folder, directory):
        """Signed by the new key and by the one that is known."""
        for slug in ("kota-b", "kota-c"):
            (web[0] / f"{slug}.json").write_bytes(signed(slug))
        data = signed("kota-a", key=KEYS["next"], by=[KEYS["kota-a"]], version=4)
        (web[0] / "kota-a.json").write_bytes(data)
        listed = directory("kota-a", "kota-b", "kota-c")
        result = call(authority_group, "update", "--all", folder, "--directory", listed)

        assert 0 == result.exit_code, result.output
        assert key_of("next") in result.output

    def test_the_status_list_comes_along(self, web, signed, folder, directory):
        """Beside the document, for places without a network."""
        uri = f"{web[1]}/status-list.cwt"
        terms = StatusListTerms(uri=uri, keys=(QrKey(kid=b"stat", key=KEYS["list"].public_key()),)).to_json()
        for slug in ("kota-a", "kota-b", "kota-c"):
            (web[0] / f"{slug}.json").write_bytes(
                signed(slug, version=4, status_list=terms if slug == "kota-a" else None)
            )
        made = StatusList(uri=uri, issued=NOW, expires=NOW + timedelta(days=7), packed=pack_statuses(8, ()))
        listed = directory("kota-a", "kota-b", "kota-c")
        without = call(authority_group, "update", "--all", folder, "--directory", listed)
        (web[0] / "status-list.cwt").write_bytes(
            sign_status_list(made, sign=signing_callback(KEYS["list"]), kid=b"stat")
        )
        with_list = call(authority_group, "update", "--all", folder, "--directory", listed)

        assert (1, True) == (without.exit_code, "status list" in without.output)
        assert 0 == with_list.exit_code, with_list.output
        assert (folder / "kota-a.cwt").is_file()
        assert not (folder / "kota-b.cwt").exists()

    @pytest.mark.parametrize(
        "options", [(), ("--from", "x", "--all", "{folder}"), ("--from", "x", "--directory", "{d}")]
    )
    def test_one_or_all(self, folder, directory, options):
        """Wrong use is exit code 2."""
        filled = [item.format(folder=folder, d=directory("kota-a")) for item in options]

        assert 2 == call(authority_group, "update", *filled).exit_code


class TestDirectory:
    """Made by one who knows the offices, for those who check."""

    @pytest.fixture
    def folder(self, tmp_path, signed):
        """Two offices."""
        place = tmp_path / "offices"
        place.mkdir()
        for slug in ("kota-a", "kota-b"):
            (place / f"{slug}.json").write_bytes(signed(slug))
        return place

    @pytest.fixture
    def make(self, folder, tmp_path):
        """Make the directory."""

        def run(*options, key="keeper.pem"):
            told = ("--name", "Provinsi Contoh", "--key", tmp_path / key, "--out", tmp_path / "d.json")
            return call(directory_group, "make", folder, *told, *options)

        return run

    def test_holds_what_names_and_finds_each_office(self, make, tmp_path):
        """And is read again by its key; the version rises with every issue."""
        first, second = make(), make("--days", "10")
        made = read_directory((tmp_path / "d.json").read_bytes())

        assert [0, 0] == [first.exit_code, second.exit_code], second.output
        assert (2, "Provinsi Contoh") == (made.version, made.name)
        assert ["kota-a", "kota-b"] == [item.slug for item in made.offices]
        assert 0o600 == (tmp_path / "keeper.pem").stat().st_mode & 0o777
        assert timedelta(days=10) == made.expires - made.issued

    def test_is_shown_as_a_table_and_as_json(self, make, tmp_path):
        """Office, region, key, address."""
        make()
        shown = call(directory_group, "show", tmp_path / "d.json")
        data = json.loads(call(directory_group, "show", tmp_path / "d.json", "--json").output)

        assert "Jawa Timur" in shown.output
        assert key_of("kota-a") == data["offices"][0]["key"]

    def test_another_key_needs_the_former_one_beside_it(self, make, tmp_path):
        """Else nobody who knows the directory could take the new one."""
        make()
        refused = make(key="other.pem")
        taken = make("--former-key", tmp_path / "keeper.pem", key="other.pem")

        assert refused.exit_code != 0
        assert 0 == taken.exit_code, taken.output

    def test_an_update_takes_a_newer_one_and_never_an_older_one(self, make, tmp_path):
        """What is known stays."""
        make()
        known = tmp_path / "known.json"
        old = (tmp_path / "d.json").read_bytes()
        known.write_bytes(old)
        make()
        newer = call(directory_group, "update", "--file", known, "--from", tmp_path / "d.json")
        (tmp_path / "old.json").write_bytes(old)
        older = call(directory_group, "update", "--file", known, "--from", tmp_path / "old.json")

        assert 0 == newer.exit_code, newer.output
        assert older.exit_code != 0
        assert "older than the known version" in str(older.exception.message("en"))
        assert 2 == read_directory(known.read_bytes()).version
        assert old == (tmp_path / "known.json.previous").read_bytes()

    def test_a_changed_directory_is_refused(self, make, tmp_path):
        """Its signature no longer fits."""
        make()
        path = tmp_path / "d.json"
        path.write_bytes(path.read_bytes().replace(b"kota-b", b"kota-z"))
        result = call(directory_group, "show", path)

        assert result.exit_code != 0
        assert "signature" in str(result.exception.message("en"))

    def test_a_directory_signed_by_another_key_than_the_named_one_is_refused(self, make, tmp_path):
        """Trust in it is explicit."""
        make()

        assert call(directory_group, "show", tmp_path / "d.json", "--directory-key", "A" * 43).exit_code != 0

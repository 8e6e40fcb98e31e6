"""``perizinan authority`` and the status options of ``perizinan verify``: publish, show, update, refuse."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import attrs
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.bootstrap import (
    OfficeSettings,
    PublicationSettings,
    Settings,
    SigningSettings,
    load_plugins,
    migrate_database,
)
from perizinan_core.cli._authority import authority_group
from perizinan_core.cli._keys import keys_group
from perizinan_core.cli._verify import verify_command
from perizinan_core.errors.published import AuthorityDocumentError, AuthorityUpdateError
from perizinan_core.published import (
    QrKey,
    RegisteredDelegation,
    read_authority_document,
    sign_authority_document,
)
from perizinan_core.published._authority_update import accept_update
from perizinan_core.published._envelope import countersign, signed_by
from perizinan_core.published._keys import signing_callback, thumbprint
from perizinan_core.published._status_list import (
    StatusList,
    StatusListTerms,
    pack_statuses,
    peek_status_list,
    sign_status_list,
)
from perizinan_core.testing._refusals import raises_code

NOW = datetime.now(UTC).replace(microsecond=0)
URI = "https://izin.kotacontoh.example/status-list.cwt"
STATUS_KEY = ec.generate_private_key(ec.SECP256R1())
TERMS = StatusListTerms(uri=URI, keys=(QrKey(kid=b"stat", key=STATUS_KEY.public_key()),)).to_json()


@pytest.fixture
def document(world):
    """The signed document of the world, with changes; issued now."""

    def run(*, key=None, by=(), **changes):
        key = key or world.document_key
        changes = {
            "issued": NOW,
            "expires": NOW + timedelta(days=300),
            "keys": (key.public_key(),),
            **changes,
        }
        data = sign_authority_document(
            attrs.evolve(world.document, **changes), key=key.public_key(), sign=signing_callback(key)
        )
        for other in by:
            data = countersign(data, key=other.public_key(), sign=signing_callback(other))
        return data

    return run


def run(*arguments, language="en", settings=None):
    # The groups themselves: `cli` puts the help of every command that it finds into one language for good.
    name, *rest = map(str, arguments)
    command = {"authority": authority_group, "verify": verify_command, "keys": keys_group}[name]
    obj = {"language": language, "no_plugins": False, "settings": settings}
    result = CliRunner().invoke(command, rest, obj=obj)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return result, result.exception
    return result, None


@pytest.fixture
def server(tmp_path):
    """Serve a folder on loopback."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        made.folder, made.url = folder, f"http://127.0.0.1:{made.server_port}"
        yield made
        made.shutdown()
        thread.join()


class TestAcceptUpdate:
    """Rules 1 to 6 of `accept_update`."""

    @pytest.fixture
    def known(self, document):
        return read_authority_document(document(version=3))

    def test_a_newer_version_by_the_known_key_is_accepted(self, known, document):
        """The plain case; and the same version with newer dates."""
        assert 4 == accept_update(known, document(version=4), at=NOW).version
        later = document(version=3, issued=NOW + timedelta(seconds=5))

        assert NOW + timedelta(seconds=5) == accept_update(known, later, at=NOW).issued

    def test_a_document_that_has_ended_can_still_be_updated(self, document):
        """Its keys vouch for the next one; else every late checker would have to start anew."""
        start = NOW - timedelta(days=900)
        old = read_authority_document(document(version=3, issued=start, expires=start + timedelta(days=1)))

        assert 9 == accept_update(old, document(version=9), at=NOW).version

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"slug": "kota-lain", "version": 4}, "another office (kota-lain, not kota-contoh)"),
            ({"version": 2}, "version 2, older than the known version 3"),
            ({"version": 4, "issued": NOW - timedelta(seconds=1)}, "before the known one"),
            ({"version": 3, "name": "Lain"}, "something else than the known one under the same version 3"),
            (
                {"version": 4, "issued": NOW + timedelta(minutes=5, seconds=1)},
                "later than the clock of this machine",
            ),
        ],
    )
    def test_what_must_not_replace_it_is_refused_with_the_reason(self, known, document, changes, words):
        """Other office, roll-back by version or date, two documents of one version, future."""
        with pytest.raises(AuthorityUpdateError) as caught:
            accept_update(known, document(**changes), at=NOW)

        assert words in caught.value.message("en")
        assert "The known one stays as it is" in caught.value.message("en")
        assert "Dokumen yang dikenal tetap" in caught.value.message("id")

    @pytest.mark.parametrize(("shift", "good"), [(0, True), (1, False)])
    def test_a_document_that_has_ended_is_refused(self, known, document, shift, good):
        """To the second."""
        data = document(version=4, expires=NOW + timedelta(days=1))
        at = NOW + timedelta(days=1, seconds=shift)
        if good:
            assert accept_update(known, data, at=at)
        else:
            with pytest.raises(AuthorityUpdateError, match="it ended at"):
                accept_update(known, data, at=at)

    def test_another_key_is_refused_unless_the_known_one_vouches_for_it(self, known, document, world):
        """Rotation: the new document lists the new key and is signed by both."""
        fresh = ec.generate_private_key(ec.SECP256R1())
        with pytest.raises(AuthorityUpdateError, match="no key of the known document"):
            accept_update(known, document(version=4, key=fresh), at=NOW)
        taken = accept_update(known, document(version=4, key=fresh, by=[world.document_key]), at=NOW)

        assert (thumbprint(fresh.public_key()),) == taken.key_ids

    def test_after_a_rotation_the_former_key_vouches_for_nothing(self, document, world):
        """Whoever stole it can make no document that those accept who have updated."""
        fresh = ec.generate_private_key(ec.SECP256R1())
        known = read_authority_document(document(version=4, key=fresh, by=[world.document_key]))
        with pytest.raises(AuthorityUpdateError, match="no key of the known document"):
            accept_update(known, document(version=5), at=NOW)

    def test_a_named_key_replaces_the_chain_of_trust(self, known, document):
        """The caller compared it with the official publication."""
        fresh = ec.generate_private_key(ec.SECP256R1())
        data = document(version=4, key=fresh)

        assert accept_update(known, data, at=NOW, authority_key=thumbprint(fresh.public_key())).pinned
        with raises_code("authority-key"):
            accept_update(known, data, at=NOW, authority_key=thumbprint(STATUS_KEY.public_key()))

    def test_a_changed_document_is_refused(self, known, document):
        """Any byte of what is signed."""
        with pytest.raises(AuthorityDocumentError):
            accept_update(known, document(version=4).replace(b'"WIB"', b'"WIT"'), at=NOW)

    def test_odd_signature_entries_say_nothing(self, document, world):
        """Unknown algorithms, missing fields, no hexadecimal digits."""
        envelope = json.loads(document())
        key = world.document_key.public_key()
        entry = envelope["signatures"][0]
        for odd in ({**entry, "alg": "none"}, {**entry, "sig": "zz"}, {"keyid": entry["keyid"]}):
            data = json.dumps({**envelope, "signatures": [odd]}).encode()
            assert not signed_by(data, [key])


class TestUpdateCommand:
    """``perizinan authority update``."""

    @pytest.fixture
    def known(self, tmp_path, document):
        path = tmp_path / "authority.json"
        path.write_bytes(document(version=3))
        return path

    def test_a_newer_document_takes_the_place_and_the_old_one_is_kept(self, known, document, tmp_path):
        """Atomic; nothing else is left in the folder but the lock."""
        before, after = known.read_bytes(), document(version=4)
        (tmp_path / "new.json").write_bytes(after)
        result, error = run("authority", "update", "--file", known, "--from", tmp_path / "new.json")

        assert (0, None) == (result.exit_code, error)
        assert (after, before) == (known.read_bytes(), (tmp_path / "authority.json.previous").read_bytes())
        assert "is version 4 now; the former one lies in authority.json.previous" in result.output
        assert {"authority.json", "authority.json.previous", "new.json"} == {
            item.name for item in tmp_path.iterdir() if not item.name.startswith(".")
        }

    def test_a_roll_back_is_refused_and_nothing_is_written(self, known, document, tmp_path):
        """Neither the file nor the backup."""
        before = known.read_bytes()
        (tmp_path / "old.json").write_bytes(document(version=2))
        _, error = run("authority", "update", "--file", known, "--from", tmp_path / "old.json")

        assert isinstance(error, AuthorityUpdateError)
        assert before == known.read_bytes()
        assert not (tmp_path / "authority.json.previous").exists()

    def test_an_address_works_and_a_new_key_is_pointed_out(self, known, document, server, world):
        """Rotation over HTTP."""
        fresh = ec.generate_private_key(ec.SECP256R1())
        (server.folder / "perizinan.json").write_bytes(
            document(version=4, key=fresh, by=[world.document_key])
        )
        result, error = run("authority", "update", "--file", known, "--from", f"{server.url}/perizinan.json")

        assert (0, None) == (result.exit_code, error)
        assert f"new key: {thumbprint(fresh.public_key())}" in result.output

    def test_the_same_document_changes_nothing(self, known, tmp_path):
        """Run it every night."""
        result, _ = run("authority", "update", "--file", known, "--from", known, language="id")

        assert "sudah terkini (versi 3)" in result.output
        assert not (tmp_path / "authority.json.previous").exists()

    @pytest.mark.parametrize("source", ["nothing-here.json", "http://127.0.0.1:1/x"])
    def test_a_source_that_is_not_there_is_an_error(self, known, source):
        """With a sentence that names it and is about authority documents."""
        for arguments in (("show", source), ("update", "--file", known, "--from", source)):
            result, _ = run("authority", *arguments)

            assert 1 == result.exit_code
            assert f"{source}: the authority document could not be read: " in result.output

    def test_without_a_known_document_nothing_is_taken(self, known, tmp_path):
        """The first one is a matter of trust and not of updating; and nothing is left behind."""
        before = sorted(tmp_path.iterdir())
        result, _ = run("authority", "update", "--file", tmp_path / "none.json", "--from", known)

        assert 2 == result.exit_code
        assert "no known document" in result.output
        assert before == sorted(tmp_path.iterdir())

    def test_two_updates_at_once_never_go_back(self, known, document, tmp_path):
        """The lock: whoever offers the older one second is refused."""
        for version in range(4, 12):
            (tmp_path / f"v{version}.json").write_bytes(document(version=version))

        def offer(version):
            source = str(tmp_path / f"v{version}.json")
            arguments = ["update", "--file", str(known), "--from", source]
            authority_group.main(arguments, standalone_mode=False, obj={"language": "en"})

        def attempt(version):
            try:
                offer(version)
            except AuthorityUpdateError:
                refused.append(version)

        refused: list[int] = []
        threads = [threading.Thread(target=attempt, args=(version,)) for version in (11, 4, 8, 10, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 11 == read_authority_document(known.read_bytes()).version
        assert 11 not in refused


class TestShowCommand:
    """``perizinan authority show``."""

    def test_it_tells_people_what_the_document_says(self, document, tmp_path):
        """Name, version, key, signatories."""
        path = tmp_path / "a.json"
        path.write_bytes(document(status_list=TERMS))
        result, error = run("authority", "show", path)

        assert error is None
        for word in ("Pemerintah Kota Contoh", "Version", "3", URI, "street-use", "Kepala Dpmptsp"):
            assert word in result.output

    def test_it_says_when_the_document_has_ended(self, document, tmp_path):
        """Whoever looks at it wants to know why nothing is valid any more."""
        path = tmp_path / "a.json"
        path.write_bytes(document(issued=NOW - timedelta(days=2), expires=NOW - timedelta(days=1)))

        assert "it has ended, fetch a newer one" in run("authority", "show", path)[0].output

    def test_it_tells_from_when_to_when_a_delegation_holds(self, document, tmp_path, world):
        """One line each."""
        (first, *_) = world.document.signatories
        delegations = tuple(
            RegisteredDelegation(
                code=code, permit_types=frozenset(types), start=date(2026, 1, 1), end=date(2026, month, 28)
            )
            for code, types, month in (("one", ("b", "a"), 2), ("two", ("c",), 3))
        )
        path = tmp_path / "a.json"
        path.write_bytes(document(signatories=(attrs.evolve(first, delegations=delegations),)))
        told = "".join(run("authority", "show", path)[0].output.split())

        assert "a,b2026-01-01…2026-02-28" in told
        assert "c2026-01-01…2026-03-28" in told

    def test_what_is_wrong_is_said_in_indonesian(self, document, tmp_path):
        """Path and clause."""
        data = json.loads(document())
        data["signed"]["version"] = 0
        path = tmp_path / "a.json"
        path.write_text(json.dumps(data))
        _, error = run("authority", "show", path)

        assert "$.signed.version: harus berupa bilangan bulat mulai dari 1" in error.message("id")
        assert "$.signed.version: expected a whole number from 1" in str(error)

    def test_json_is_for_machines(self, document, tmp_path, world):
        """Fingerprints in place of keys."""
        path = tmp_path / "a.json"
        path.write_bytes(document(status_list=TERMS))
        key = thumbprint(world.document_key.public_key())
        told = json.loads(run("authority", "show", path, "--json", "--authority-key", key)[0].output)

        assert ("kota-contoh", 3, [key], "pinned") == (
            told["slug"], told["version"], told["keys"], told["trust"],
        )  # fmt: skip
        assert ("a1b2c3d4", "2026-01-01", None) == tuple(told["qr_keys"][0][k] for k in ("kid", "from", "to"))
        assert URI == told["status_list"]["uri"]

    def test_a_foreign_key_is_refused(self, document, tmp_path):
        """As everywhere."""
        path = tmp_path / "a.json"
        path.write_bytes(document())
        _, error = run("authority", "show", path, "--authority-key", "nobody")

        assert "authority-key" == error.code

    def test_an_address_can_be_shown(self, document, server):
        """Before it is trusted."""
        (server.folder / "perizinan.json").write_bytes(document())

        assert "Pemerintah Kota Contoh" in run("authority", "show", f"{server.url}/perizinan.json")[0].output


class TestVerifyStatus:
    """Where ``perizinan verify`` takes the status from."""

    @pytest.fixture
    def folder(self, tmp_path, document, world, build):
        path = tmp_path / "verify"
        path.mkdir()
        today = datetime.now(build.WIB).date()
        (path / "authority.json").write_bytes(document(status_list=TERMS, issued=NOW - timedelta(days=9)))
        (path / "permit.pdf").write_bytes(
            world.permit(at=NOW - timedelta(hours=1), issued_on=today, valid_from=today, valid_until=today)
        )
        return path

    @pytest.fixture
    def listed(self, build):
        def run(*, made=NOW, status=0):
            index = build.statement().status_index
            packed = pack_statuses(index + 1, [(index, status)])
            made = StatusList(uri=URI, issued=made, expires=NOW + timedelta(days=7), packed=packed)
            return sign_status_list(made, sign=signing_callback(STATUS_KEY), kid=b"stat")

        return run

    @pytest.fixture
    def check(self, folder):
        def verify(*options):
            result, error = run(
                "verify", folder / "permit.pdf", "--authority", folder / "authority.json", "--json", *options
            )
            assert error is None, error
            report = json.loads(result.output.splitlines()[-1]) if result.exit_code != 2 else result.output
            return result.exit_code, report

        return verify

    def test_a_list_beside_the_document_is_taken(self, folder, check, listed):
        """No option is needed."""
        (folder / "status-list.cwt").write_bytes(listed())
        valid, _ = check()
        (folder / "status-list.cwt").write_bytes(listed(status=1))
        revoked, report = check()

        assert (0, 13) == (valid, revoked)
        assert "status-list-invalid" == report["reasons"][0]["code"]

    def test_a_missing_list_leaves_the_permit_undecided(self, check):
        """The document names one: required by default."""
        code, report = check()

        assert (14, "status-list-missing") == (code, report["reasons"][0]["code"])

    def test_no_status_is_the_explicit_way_out_and_shows(self, check):
        """Valid, and said to be unchecked."""
        code, report = check("--no-status")

        assert (0, "status-not-checked", False) == (
            code, report["reasons"][0]["code"], report["status"]["checked"],
        )  # fmt: skip

    def test_a_list_can_be_named_as_a_file(self, check, listed, tmp_path):
        """Wherever it lies."""
        path = tmp_path / "elsewhere.cwt"
        path.write_bytes(listed())

        assert 0 == check("--status", path)[0]
        assert 14 == check("--status", tmp_path / "nothing.cwt")[0]

    def test_a_list_can_be_fetched_and_kept(self, check, listed, server, tmp_path):
        """The copy serves when the server is gone."""
        (server.folder / "status-list.cwt").write_bytes(listed())
        url, copy = f"{server.url}/status-list.cwt", tmp_path / "copy.cwt"
        fetched, _ = check("--status", url, "--status-copy", copy)
        (server.folder / "status-list.cwt").unlink()
        kept, _ = check("--status", url, "--status-copy", copy)
        gone, report = check("--status", url)

        assert (0, 0, 14) == (fetched, kept, gone)
        assert "status-list-unreachable" == report["reasons"][0]["code"]

    def test_the_maximum_age_can_be_lowered(self, folder, check, listed):
        """In hours; the default is what the document says, seven days here."""
        (folder / "status-list.cwt").write_bytes(listed(made=NOW - timedelta(minutes=30)))

        assert 0 == check()[0]
        assert 0 == check("--status-max-age", "1")[0]
        assert 14 == check("--status-max-age", "0.25")[0]

    @pytest.mark.parametrize(
        "options",
        [
            ("--no-status", "--status", "x"),
            ("--no-status", "--records", "sqlite:///x"),
            ("--status-copy", "x"),
            ("--status", "file.cwt", "--status-copy", "x"),
        ],
    )
    def test_contradictions_are_usage_errors(self, check, options):
        """Exit code 2 and nothing judged."""
        code, output = check(*options)

        assert 2 == code
        assert "contradict" in output or "--status-copy" in output


class TestOfficeCommands:
    """``publish`` and ``keys rotate-own`` with a real office folder."""

    @pytest.fixture(scope="class")
    @classmethod
    def template(cls, tmp_path_factory):
        """An office of the installed sample authority, migrated once."""
        folder = tmp_path_factory.mktemp("office")
        settings = Settings(
            office=OfficeSettings(authority="kota-blitar"),
            signing=SigningSettings(development=True),
            publication=PublicationSettings(folder="public"),
            folder=folder,
        )
        migrate_database(settings, load_plugins())
        (folder / "perizinan.toml").write_text(
            '[office]\nauthority = "kota-blitar"\n[signing]\ndevelopment = true\n[publication]\nfolder = "public"\n'
        )
        return folder

    @pytest.fixture
    def office(self, template):
        def call(*arguments):
            result, error = run(*arguments, settings=template / "perizinan.toml")
            assert error is None, error
            return result

        return call

    def test_publish_writes_what_checkers_need(self, office, template, tmp_path):
        """Into the folder of the settings, or another."""
        first = office("authority", "publish")
        office("authority", "publish", tmp_path / "other")

        for folder in (template / "public", tmp_path / "other"):
            document = read_authority_document((folder / "authority.json").read_bytes())
            assert (folder / "status-list.cwt").exists()
            assert document.status_list["uri"].endswith("/status-list.cwt")
        assert 2 == first.output.count("Written:")

    def test_a_stolen_key_is_replaced_at_once_and_a_version_may_be_required(self, office, template, tmp_path):
        """Yesterday's document is then below the lowest version that the list names."""
        office("authority", "publish", tmp_path)
        before = read_authority_document((tmp_path / "authority.json").read_bytes())
        assert "authority publish" in office("keys", "rotate-own", "qr", "--stolen").output
        office("authority", "publish", tmp_path)
        after = read_authority_document((tmp_path / "authority.json").read_bytes())
        listed = peek_status_list((tmp_path / "status-list.cwt").read_bytes())
        shown = office("authority", "require", "--reason", "latihan").output
        settings = template / "perizinan.toml"
        refused, _ = run("keys", "rotate-own", "qr", "--last-day", "2026-11-01", settings=settings)

        assert before.version < after.version == listed.versions[1]
        assert f"Version {after.version} is the lowest" in shown
        assert 2 == refused.exit_code

    def test_keys_rotate_and_those_who_know_the_old_document_can_follow(
        self, office, template, tmp_path, time_machine
    ):
        """Announced first, refused for seven days with the day, then in use; and ``authority update``."""
        now = datetime.now(UTC)
        office("authority", "publish", tmp_path)
        known = tmp_path / "known.json"
        known.write_bytes((tmp_path / "authority.json").read_bytes())
        settings = template / "perizinan.toml"
        for purpose in ("qr", "status", "document"):
            assert "authority publish" in office("keys", "rotate-own", purpose).output
            _result, refused = run("keys", "rotate-own", purpose, settings=settings)
            assert "key-not-usable-yet" == refused.code
            day = refused.day
        own = json.loads(office("keys", "list-own", "--json").output)
        time_machine.move_to(now + timedelta(days=7, minutes=1), tick=True)
        for purpose in ("qr", "status", "document"):
            assert "authority publish" in office("keys", "rotate-own", purpose).output
        office("authority", "publish", tmp_path)
        result, error = run("authority", "update", "--file", known, "--from", tmp_path / "authority.json")
        document = read_authority_document(known.read_bytes())

        assert error is None
        assert [day.isoformat()] * 3 == [item["usable_from"] for item in own if item["usable_from"]]
        assert f"may be used from {day.isoformat()}" in refused.message("en")
        assert "new key" in result.output
        assert [1, 1] == [
            sum(item.start == day for item in keys)
            for keys in (document.qr_keys, StatusListTerms.of(document).keys)
        ]
        assert {"authority-document", "qr", "status-list"} == {
            path.name.partition(".")[0] for path in (template / "keys").glob("*.former")
        }

    def test_without_a_folder_a_folder_must_be_named(self, tmp_path, template):
        """And an office without a status list is told so."""
        settings = template / "plain.toml"
        settings.write_text('[office]\nauthority = "kota-blitar"\n[signing]\ndevelopment = true\n')
        refused, _ = run("authority", "publish", settings=settings)
        written, _ = run("authority", "publish", tmp_path, settings=settings)

        assert 2 == refused.exit_code
        assert "Name a folder" in refused.output
        assert "No status list" in written.output
        assert not (tmp_path / "status-list.cwt").exists()

"""Judging by the documents of many offices: whose register a file is held against, and an office nobody knows."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.errors.published import AuthorityDocumentError
from perizinan_core.errors.verification import AuthorityFolderError
from perizinan_core.published import NO_STATUS, QrKey, sign_authority_document
from perizinan_core.published._directory import Directory, DirectoryEntry, read_directory, sign_directory
from perizinan_core.published._keys import signing_callback, thumbprint
from perizinan_core.published._status_list import StatusList, StatusListTerms, pack_statuses, sign_status_list
from perizinan_core.verification import AuthoritySet, Verifier, read_report, verify_permit
from perizinan_core.verification._qr_report import check_qr_text

LIST_KEY = ec.generate_private_key(ec.SECP256R1())
LIST_URI = "https://izin.kotacontoh.example/status-list.cwt"


@pytest.fixture(scope="module")
def other(build):
    """An office with people, keys, roots and an address of its own."""
    made = build.World.create()
    changes = {
        "slug": "kota-lain",
        "name": "Pemerintah Kota Lain",
        "verification_url": "https://izin.kotalain.example/v1",
        "qr_keys": (QrKey(kid=b"\x09\x08\x07\x06", key=made.qr_key.public_key()),),
    }
    return attrs.evolve(
        made, document=attrs.evolve(made.document, **changes), authority=made.sign_document(**changes)
    )


@pytest.fixture
def offices(world, other):
    """Both offices."""
    return AuthoritySet([world.authority, other.authority])


@pytest.fixture
def folder(tmp_path, world, other):
    """Both offices as files."""
    for made, document in ((world, world.document), (other, other.document)):
        key = made.document_key
        data = sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))
        (tmp_path / f"{document.slug}.json").write_bytes(data)
    return tmp_path


@pytest.fixture
def run(build):
    """Judge on the usual day, without status."""

    def judge(data, authority, **options):
        return verify_permit(
            data, authority=authority, at=build.CHECKED_AT, **{"status": NO_STATUS, **options}
        )

    return judge


def told(report):
    """Return exit code, code of the deciding reason, and the office by which was judged."""
    reason = report.reasons[0].code if report.reasons else ""
    return report.exit_code, reason, report.authority.slug if report.authority is not None else None


class TestFiles:
    """Signed PDFs."""

    def test_each_is_judged_by_the_office_that_it_names(self, run, offices, world, other):
        """In any order."""
        mine = world.permit()
        theirs = other.permit(authority="kota-lain")

        assert (0, "status-not-checked", "kota-contoh") == told(run(mine, offices))
        assert (0, "status-not-checked", "kota-lain") == told(run(theirs, offices))

    def test_data_of_one_office_and_a_signer_of_another_are_a_strangers(
        self, run, offices, other, world, build
    ):
        """Other roots, or the same ones and another register; also for a day that an old document cannot know."""
        same_roots = world.sign_document(
            slug="kota-ketiga",
            name="Pemerintah Kota Ketiga",
            signatories=(build.signatory(world.outsider, "kepala-dpmptsp", "street-use"),),
        )
        three = AuthoritySet([world.authority, other.authority, same_roots])
        report = run(world.permit(world.outsider), three)

        assert (12, "chain-unknown-root", "kota-contoh") == told(run(other.permit(), offices))
        assert (12, "signer-of-another-office", "kota-contoh") == told(report)
        for language in ("id", "en"):
            assert "Pemerintah Kota Ketiga" in report.reasons[0].message(language)
        assert (14, "signer-unknown-yet", "kota-contoh") == told(run(world.permit(world.outsider), offices))

    def test_data_of_an_unknown_office_and_a_known_signer_are_a_strangers_too(self, run, offices, world):
        """The signer's office is named."""
        report = run(world.permit(authority="kota-antah"), offices)

        assert (12, "signer-of-another-office", "kota-contoh") == told(report)
        assert "kota-antah" in report.reasons[0].message("id")
        assert report.permit is None

    def test_an_unknown_office_is_undecided_and_the_sentence_says_what_to_do(self, run, offices, build):
        """Nothing is said in any office's name."""
        stranger = build.World.create()
        report = run(stranger.permit(authority="kota-antah"), offices)

        assert (14, "office-unknown", None) == told(report)
        assert report.permit is None
        for language in ("id", "en"):
            sentence = report.reasons[0].message(language)
            assert all(part in sentence for part in ("kota-antah", "2", "perizinan authority fetch"))
        assert report == read_report(report.to_json("id"))

    def test_a_changed_file_of_an_unknown_office_is_not_valid_all_the_same(self, run, offices, build):
        """That needs nobody's register."""
        data = build.World.create().permit(authority="kota-antah")
        place = data.index(b"/Contents")
        changed = data.replace(b"obj", b"obJ", 1) if b"obj" in data[:place] else data
        codes = [reason.code for reason in run(changed, offices).reasons]

        assert "content-changed" in codes
        assert 10 == run(changed, offices).exit_code

    def test_a_file_without_signature_or_form_names_no_office(self, run, offices, build):
        """And is what it is."""
        assert (11, None) == told(run(build.small_pdf(build.statement()), offices))[::2]
        assert (15, "not-a-pdf", None) == told(run(b"hello", offices))

    def test_data_that_cannot_be_read_leave_the_choice_to_the_signer(self, run, offices, world, build):
        """The refusal is that of the signer's office."""
        data = build.sign(build.small_pdf(build.statement(), permit_json=b"{"), world.head)

        assert (10, "permit-data-unreadable", "kota-contoh") == told(run(data, offices))


class TestCodes:
    """QR codes on paper."""

    def test_each_is_judged_by_the_office_of_its_address_else_of_its_key(self, offices, world, build):
        """The address of a former page is no reason to fail."""
        at = build.CHECKED_AT
        mine = world.qr_text(build.statement())
        moved = mine.replace("IZIN.KOTACONTOH", "LAMA.KOTACONTOH")

        assert (0, "kota-contoh") == told(check_qr_text(mine, authority=offices, at=at, status=NO_STATUS))[
            ::2
        ]
        assert (0, "kota-contoh") == told(check_qr_text(moved, authority=offices, at=at, status=NO_STATUS))[
            ::2
        ]

    def test_the_address_of_one_office_and_the_key_of_another_are_a_strangers(self, offices, world, build):
        """However genuine the key is."""
        at = build.CHECKED_AT
        text = world.qr_text(build.statement()).replace("KOTACONTOH", "KOTALAIN")
        report = check_qr_text(text, authority=offices, at=at, status=NO_STATUS)

        assert (12, "qr-key-of-another-office", "kota-lain") == told(report)
        assert report.permit is None

    def test_a_code_of_an_unknown_office_is_undecided(self, build):
        """With what to do."""
        stranger = build.World.create()
        document = AuthoritySet(
            [attrs.evolve(stranger.authority, slug="kota-x", verification_url="https://x.example/v")]
        )
        text = stranger.qr_text(build.statement(verification_url="https://izin.kotaantah.example/v1"))
        only = AuthoritySet(
            [
                attrs.evolve(
                    document.of("kota-x"), qr_keys=(QrKey(kid=b"zz", key=stranger.qr_key.public_key()),)
                )
            ]
        )
        report = check_qr_text(text, authority=only, at=build.CHECKED_AT, status=NO_STATUS)

        assert (14, "office-unknown", None) == told(report)
        assert "izin.kotaantah.example" in report.reasons[0].message("en")

    def test_offices_that_happen_to_share_a_key_id_are_told_apart_by_the_signature(self, world, other, build):
        """Four bytes may be the same."""
        kid = world.document.qr_keys[0].kid
        twin = other.sign_document(
            slug="aaa-kembar", qr_keys=(QrKey(kid=kid, key=other.qr_key.public_key()),)
        )
        moved = world.qr_text(build.statement()).replace("IZIN.KOTACONTOH", "LAMA.KOTACONTOH")
        both = AuthoritySet([attrs.evolve(twin, verification_url="https://aaa.example/v"), world.authority])
        report = check_qr_text(moved, authority=both, at=build.CHECKED_AT, status=NO_STATUS)

        assert (0, "kota-contoh") == told(report)[::2]


class TestFolder:
    """Documents in a folder, one file per office."""

    def test_documents_are_read_when_they_are_needed_and_again_when_replaced(self, run, folder, other):
        """A document added later is seen too."""
        late = folder / "kota-lain.json"
        kept = late.read_bytes()
        late.unlink()
        offices = AuthoritySet.open(folder)
        theirs = other.permit(authority="kota-lain")

        assert (14, "office-unknown", None) == told(run(theirs, offices))
        late.write_bytes(kept)
        os.utime(folder, (1, 1))
        assert (0, "status-not-checked", "kota-lain") == told(run(theirs, offices))
        assert ("kota-contoh", "kota-lain") == offices.slugs

    def test_a_damaged_document_stops_its_own_office_only(self, run, folder, world, other):
        """With a sentence that says which one."""
        (folder / "kota-lain.json").write_bytes(b"{")
        offices = AuthoritySet.open(folder)
        report = run(other.permit(authority="kota-lain"), offices)

        assert (14, "authority-document-unusable", None) == told(report)
        assert "kota-lain" in report.reasons[0].message("id")
        assert 0 == run(world.permit(), offices).exit_code

    def test_a_document_under_another_offices_name_is_not_used(self, folder):
        """The name of the file is the name of the office."""
        (folder / "kota-lain.json").write_bytes((folder / "kota-contoh.json").read_bytes())
        with pytest.raises(AuthorityDocumentError):
            AuthoritySet.open(folder).of("kota-lain")

    def test_a_directory_says_which_key_did_not_sign_it_and_what_is_wrong_with_it(self):
        """By codes of their own; its unknown fields are kept, as those of an authority document."""
        key = ec.generate_private_key(ec.SECP256R1())
        office = DirectoryEntry(slug="kota-a", name="Kota A", key="k" * 43, address="https://a.example/x")
        made = Directory(
            name="Contoh",
            version=1,
            issued=datetime(2026, 11, 1, tzinfo=UTC),
            expires=datetime(2027, 11, 1, tzinfo=UTC),
            offices=(office,),
            keys=(key.public_key(),),
            unknown={"note": "later"},
        )
        data = sign_directory(made, key=key.public_key(), sign=signing_callback(key))

        assert made.to_json() == read_directory(data).to_json()
        with pytest.raises(AuthorityDocumentError) as stranger:
            read_directory(data, directory_key="k" * 43)
        with pytest.raises(AuthorityDocumentError) as twice:
            sign_directory(
                attrs.evolve(made, offices=(office, office)),
                key=key.public_key(),
                sign=signing_callback(key),
            )

        assert ("authority-key", "k" * 43) == (stranger.value.code, stranger.value.expected)
        assert ("directory", ("$.signed.offices: names an office twice",)) == (
            twice.value.code,
            twice.value.problems,
        )

    def test_names_from_files_never_leave_the_folder(self, folder):
        """A permit may name anything."""
        offices = AuthoritySet.open(folder)

        assert [None] * 4 == [offices.of(name) for name in ("../x", "/etc/passwd", "a\0b", "")]

    def test_a_folder_without_documents_is_an_error(self, tmp_path):
        """And one that is not there."""
        for place in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(AuthorityFolderError):
                AuthoritySet.open(place)

    def test_the_status_list_lies_beside_the_document(self, folder, world, build):
        """In force, revoked, and missing."""
        terms = StatusListTerms(uri=LIST_URI, keys=(QrKey(kid=b"stat", key=LIST_KEY.public_key()),))
        document = attrs.evolve(world.document, status_list=terms.to_json())
        key = world.document_key
        data = sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))
        (folder / "kota-contoh.json").write_bytes(data)
        at = build.CHECKED_AT
        index = build.statement().status_index

        def judged(marks):
            if marks is not None:
                packed = pack_statuses(index + 4, marks)
                made = StatusList(uri=LIST_URI, issued=at, expires=at + timedelta(days=7), packed=packed)
                signed = sign_status_list(made, sign=signing_callback(LIST_KEY), kid=b"stat")
                (folder / "kota-contoh.cwt").write_bytes(signed)
            offices = AuthoritySet.open(folder)
            lists = offices.status_lists(clock=lambda: at)
            return told(verify_permit(world.permit(), authority=offices, at=at, status=lists))[:2]

        assert (14, "status-list-missing") == judged(None)
        assert (0, "") == judged(())
        assert (13, "status-list-invalid") == judged([(index, 1)])

    def test_one_status_source_for_many_offices_is_refused(self, offices, world):
        """It answers for one office."""
        source = AuthoritySet([world.authority]).status_lists()
        Verifier(offices, status=source)

        class Source:
            def status_of(self, _number, _index, _on):
                return None

        with pytest.raises(TypeError, match="status source"):
            Verifier(offices, status=Source())

    def test_two_documents_of_one_office_are_refused(self, world):
        """One of them would never be used."""
        with pytest.raises(ValueError, match="kota-contoh"):
            AuthoritySet([world.authority, world.authority])


class TestDirectory:
    """A signed directory says whose key is whose."""

    @pytest.fixture
    def directory(self, world, other):
        """Of both offices."""
        key = other.document_key
        made = Directory(
            name="Provinsi Contoh",
            version=1,
            issued=datetime(2026, 11, 1, tzinfo=UTC),
            expires=datetime(2027, 5, 1, tzinfo=UTC),
            offices=(DirectoryEntry.of(world.authority), DirectoryEntry.of(other.authority)),
            keys=(key.public_key(),),
        )
        return read_directory(sign_directory(made, key=key.public_key(), sign=signing_callback(key)))

    def test_documents_with_the_key_of_their_entry_are_pinned(self, run, folder, directory, world):
        """The report says so."""
        report = run(world.permit(), AuthoritySet.open(folder, directory=directory))

        assert (0, "pinned") == (report.exit_code, report.authority.trust)

    def test_a_document_with_another_key_is_not_used(self, run, folder, directory, world):
        """Whoever put it there."""
        key = ec.generate_private_key(ec.SECP256R1())
        document = attrs.evolve(world.document, keys=(key.public_key(),))
        data = sign_authority_document(document, key=key.public_key(), sign=signing_callback(key))
        (folder / "kota-contoh.json").write_bytes(data)
        report = run(world.permit(), AuthoritySet.open(folder, directory=directory))

        assert (14, "authority-document-unusable", None) == told(report)

    def test_an_office_that_is_not_in_the_directory_is_not_known(self, run, folder, directory, world):
        """Its document alone says nothing."""
        less = attrs.evolve(directory, offices=directory.offices[1:])

        assert "office-unknown" == told(run(world.permit(), AuthoritySet.open(folder, directory=less)))[1]

    def test_an_expired_directory_decides_nothing(self, run, folder, directory, world, build):
        """With the command that updates it."""
        old = attrs.evolve(directory, expires=build.CHECKED_AT - timedelta(seconds=1))
        report = run(world.permit(), AuthoritySet.open(folder, directory=old))

        assert (14, "directory-expired", "kota-contoh") == told(report)
        assert "perizinan directory update" in report.reasons[0].message("id")

    def test_entries_hold_what_names_and_finds_an_office(self, directory, world):
        """Slug, name, region, key, address."""
        expected = {
            "slug": "kota-contoh",
            "name": "Pemerintah Kota Contoh",
            "region": world.document.region,
            "key": thumbprint(world.document_key.public_key()),
            "address": "https://izin.kotacontoh.example/.well-known/perizinan.json",
        }

        assert expected == json.loads(json.dumps(directory.to_json()))["offices"][0]

"""Any signed PDF: good ones of every kind, attack classes, real files, time, damage, and the command."""

from __future__ import annotations

import json
import random
import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from perizinan_core.cli._verify import verify_command
from perizinan_core.errors.verification import SignaturesNotAcceptedError
from perizinan_core.verification import Verdict, load_schema
from perizinan_core.verification._report import CheckName, Indication, Outcome
from perizinan_core.verification.signatures import (
    SignatureVerifier,
    load_roots,
    require_valid_signatures,
    verify_signatures,
)
from perizinan_core.verification.signatures._form_changes import FieldLock

FOLDER = Path(__file__).parent / "foreign"
ROOT = FOLDER / "pyhanko-testing-ca-root.pem"
THEN = datetime(2020, 11, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
VALID, UNSURE, BAD = 0, 14, 10
REAL = {
    "certified-p1-unmodified.pdf": (VALID, UNSURE),
    "encrypted-certified-adobe-sign.pdf": (UNSURE, UNSURE),
    "lta-dss-doc-timestamp.pdf": (VALID, VALID),
    "self-signed-expired.pdf": (UNSURE, UNSURE),
    "tail-uncovered.pdf": (BAD, BAD),
    "two-signatures-adobe-reader.pdf": (UNSURE, UNSURE),
    "update-allowed-appearance-override.pdf": (VALID, UNSURE),
    "update-sneaky-appearance-override.pdf": (BAD, BAD),
    "upload-circular-page-tree.pdf": (11, 11),
    "upload-floor-plan.pdf": (11, 11),
    "upload-javascript-openaction.pdf": (11, 11),
    "upload-password-needed.pdf": (11, 11),
    "upload-startxref-hopeless.pdf": (15, 15),
    "usf-placeholder-never-signed.pdf": (BAD, BAD),
    "valid-pades-esscert-v1.pdf": (VALID, UNSURE),
}


@pytest.fixture(scope="session")
def signed_world(signed_files):
    """Keys of this run."""
    return signed_files.SignedFiles.create()


@pytest.fixture(scope="session")
def made(signed_files, signed_world):
    """All files of our own, by name, with the code that each must get."""
    return signed_files.make_all(signed_world)


@pytest.fixture(scope="session")
def checker(signed_world):
    """One verifier for all files, as a run over many has it."""
    return SignatureVerifier(signed_world.roots)


@pytest.fixture(scope="session")
def real_checker():
    """A verifier that trusts pyHanko's test root."""
    return SignatureVerifier(load_roots([ROOT]))


def _aspect_codes(signature):
    aspects = signature.aspects
    return tuple(
        item.reason.code for item in (aspects.integrity, aspects.trust, aspects.time, aspects.long_term)
    )


class TestOurOwnFiles:
    """Every class of good file and of attack."""

    def test_every_file_gets_its_code(self, made, checker):
        """Good files of every kind are valid, no attack is; a cut file is anything but valid."""
        got = {name: checker.verify(data, at=NOW).exit_code for name, (data, _) in made.items()}
        wrong = {
            name: (code, got[name])
            for name, (_, code) in made.items()
            if got[name] != code and not (code == -1 and got[name] != 0)
        }

        assert {} == wrong

    def test_there_are_more_than_a_hundred(self, made):
        """A group that makes nothing would prove nothing."""
        assert 120 <= len(made)

    def test_reports_fit_the_schema(self, made, checker):
        """In both languages."""
        schema = Draft202012Validator(load_schema("report"))
        for data, _ in made.values():
            report = checker.verify(data, at=NOW)
            for language in ("id", "en"):
                schema.validate(report.to_json(language))

    def test_the_four_questions_are_answered_apart(self, made, checker):
        """Without a timestamp trust is proven and time is not."""
        signature = checker.verify(made["rsa"][0], at=NOW).signature

        assert (
            "content-and-view-intact", "development-root", "timestamp-not-there", "long-term-none",
        ) == _aspect_codes(signature)  # fmt: skip
        assert (Indication.TOTAL_PASSED, None, "B-B") == (
            signature.indication, signature.sub_indication, signature.level,
        )  # fmt: skip

    def test_an_old_detached_signature_with_timestamp_gets_the_honest_answer(self, made, checker):
        """The time is proven; that the certificate was not revoked then is not, and the report says both."""
        report = checker.verify(made["adbe-detached-timestamp"][0], at=NOW)

        assert (Verdict.VALID, ("development-root", "revocation-data-missing")) == (
            report.verdict, tuple(item.code for item in report.reasons),
        )  # fmt: skip
        assert ("timestamp-proven", "long-term-no-revocation") == _aspect_codes(report.signature)[2:]
        assert ("PKCS7-T", "adbe.pkcs7.detached") == (report.signature.level, report.signature.format)

    def test_every_signature_is_reported_apart(self, made, checker):
        """The second signer is a stranger; the first is not doubted for it."""
        report = checker.verify(made["second-signer-stranger"][0], at=NOW)

        assert [Indication.TOTAL_PASSED, Indication.INDETERMINATE] == [
            item.indication for item in report.signatures
        ]
        assert "Sig2" == report.signature.field

    def test_a_root_that_is_not_given_is_named_as_the_reason(self, made, checker):
        """Not "not valid": the checker lacks something."""
        report = checker.verify(made["stranger"][0], at=NOW)

        assert (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND") == (
            report.verdict, report.signature.sub_indication,
        )  # fmt: skip

    def test_permit_checks_are_left_out_by_name(self, made, checker):
        """Nobody takes a signature check for the check of a permit."""
        report = checker.verify(made["rsa"][0], at=NOW)

        assert (Outcome.NOT_CHECKED, "signatures-only") == (
            report.check(CheckName.STATUS).outcome, report.check(CheckName.STATUS).reason.code,
        )  # fmt: skip
        assert report.authority is None

    def test_cut_anywhere_it_is_never_valid(self, made, checker):
        """Sampled: every 97th length."""
        data = made["b-t"][0]
        verdicts = {checker.verify(data[:size], at=NOW).verdict for size in range(0, len(data) - 1, 97)}

        assert Verdict.VALID not in verdicts

    def test_a_flipped_bit_is_never_valid_outside_the_container(self, made, checker, signed_files):
        """Sampled over all covered bytes."""
        data = made["ecdsa-p256"][0]
        _, first, second, _ = signed_files.byte_range(data)
        places = [*range(0, first, 61), *range(second, len(data), 7)]
        valid = [
            place
            for place in places
            if checker.verify(bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]]), at=NOW).verdict
            is Verdict.VALID
        ]

        assert [] == valid

    def test_one_door_raises(self, made, signed_world):
        """With the report inside."""
        with pytest.raises(SignaturesNotAcceptedError) as caught:
            require_valid_signatures(made["stranger"][0], roots=signed_world.roots, at=NOW)

        assert ("indeterminate", Verdict.INDETERMINATE) == (caught.value.verdict, caught.value.report.verdict)
        assert (
            require_valid_signatures(made["rsa"][0], roots=signed_world.roots, at=NOW).verdict
            is Verdict.VALID
        )

    def test_a_moment_needs_a_time_zone(self, signed_world):
        """A wrong hour may decide."""
        with pytest.raises(ValueError, match="time zone"):
            verify_signatures(b"", roots=signed_world.roots, at=datetime(2026, 1, 1))  # noqa: DTZ001


class TestRealFiles:
    """Files that nobody here made, with the root that their origin names."""

    def test_every_file_of_the_folder_is_judged(self):
        """Nobody adds a file without saying what it should get."""
        assert {path.name for path in FOLDER.glob("*.pdf")} == set(REAL)

    @pytest.mark.parametrize("name", sorted(REAL))
    def test_a_real_file_gets_its_code_then_and_now(self, real_checker, name):
        """As the manifest of their origins says."""
        start = time.perf_counter()
        reports = [real_checker.verify(FOLDER / name, at=at) for at in (THEN, NOW)]

        assert REAL[name] == tuple(item.exit_code for item in reports)
        assert time.perf_counter() - start < 10

    def test_the_archived_file_says_on_what_it_rests(self, real_checker):
        """Signer's certificate ended 2022-01-01; the timestamps carry it."""
        report = real_checker.verify(FOLDER / "lta-dss-doc-timestamp.pdf", at=NOW)

        assert ("B-LTA", "certificate-ended-since") == (report.signature.level, report.reasons[0].code)
        assert "revocation-good" == report.check(CheckName.REVOCATION).reason.code

    def test_signing_order_is_told_by_bytes(self, real_checker):
        """``Sig2`` was signed first, whatever the form's order says."""
        report = real_checker.verify(FOLDER / "two-signatures-adobe-reader.pdf", at=NOW)

        assert ["Sig2", "Sig1"] == [item.field for item in report.signatures]

    def test_a_revocation_list_of_an_unknown_version_is_not_used(self, real_checker):
        """One byte of the archived list turned its version into 120, which cryptography answers outside ValueError."""
        data = bytearray((FOLDER / "lta-dss-doc-timestamp.pdf").read_bytes())
        data[31970] = 120

        report = real_checker.verify(bytes(data), at=NOW)

        assert report.exit_code == BAD


class TestDamage:
    """No input is too broken for an answer."""

    @given(seed=st.integers(0, 2**32))
    @settings(max_examples=150, deadline=None)
    def test_mutants_get_an_answer_and_are_never_better(self, seed, made, checker):
        """Up to four changes anywhere: bits, cuts, copies, numbers, tokens."""
        source = random.Random(seed)
        name = source.choice(sorted(made))
        data, before = bytearray(made[name][0]), checker.verify(made[name][0], at=NOW).exit_code
        for _ in range(source.randint(1, 4)):
            _mutate(data, source)
        report = checker.verify(bytes(data), at=NOW)

        assert report.to_json("en")["exit_code"] in {0, 10, 11, 14, 15}
        assert report.verdict is not Verdict.VALID or before == 0 or _is_beginning(bytes(data), made)

    @given(data=st.binary(max_size=300))
    @settings(max_examples=100, deadline=None)
    def test_noise_is_never_signed(self, data, checker):
        """With and without a header."""
        for text in (data, b"%PDF-1.7\n" + data + b"\nstartxref\n9\n%%EOF\n"):
            assert checker.verify(text, at=NOW).verdict in {
                Verdict.UNREADABLE, Verdict.UNSIGNED, Verdict.NOT_VALID,
            }  # fmt: skip


_TOKENS = (
    b"/ByteRange [0 1 2 3]", b"/Prev 0", b"/XRefStm 10", b"<<", b">>", b"[", b"(", b"/Kids [1 0 R]", b"/V null",
    b"/Type /ObjStm", b"/Length 99999999", b"/Encrypt 5 0 R", b"%%EOF", b"9" * 30, b"\x30\x80", b"-1",
)  # fmt: skip


def _mutate(data: bytearray, source: random.Random) -> None:
    place = source.randrange(len(data) + 1)
    match source.randrange(6):
        case 0 if place < len(data):
            data[place] ^= 1 << source.randrange(8)
        case 1:
            del data[place : place + source.choice((1, 30, 2000))]
        case 2:
            data[place:place] = source.choice(_TOKENS)
        case 3:
            other = source.randrange(len(data) + 1)
            data[place:place] = data[other : other + 300]
        case 4:
            found = list(re.finditer(rb"\d+", bytes(data[place : place + 300])))
            if found:
                number = source.choice(found)
                data[place + number.start() : place + number.end()] = b"%d" % source.choice(
                    (0, 1, 2**31, len(data))
                )
        case _:
            del data[place:]


def _is_beginning(data: bytes, made) -> bool:
    """Tell whether an attack was cut off again, which leaves the good file."""
    return any(good.startswith(data) for good, _ in made.values())


class TestLocks:
    """Which fields a lock closes (ISO 32000-1 section 12.8.2.4)."""

    @given(name=st.text("ab.", min_size=1, max_size=6), locked=st.text("ab", min_size=1, max_size=3))
    def test_include_and_exclude_are_opposites(self, name, locked):
        """Whatever the names."""
        assert FieldLock("Include", (locked,)).covers(name) != FieldLock("Exclude", (locked,)).covers(name)

    def test_a_name_that_only_begins_alike_is_another_field(self):
        """``Cat`` does not lock ``Catatan``, but ``Cat.satu``."""
        lock = FieldLock("Include", ("Cat",))

        assert (True, True, False) == (lock.covers("Cat"), lock.covers("Cat.satu"), lock.covers("Catatan"))

    def test_all_means_all(self):
        """Names do not matter."""
        assert FieldLock("All", ()).covers("x")


class TestCommand:
    """``perizinan verify --signature-only``."""

    def _run(self, *arguments):
        return CliRunner().invoke(verify_command, list(map(str, arguments)), obj={})

    def test_json_and_exit_code(self):
        """As a bank's script calls it; a day includes all of that day."""
        result = self._run(
            FOLDER / "lta-dss-doc-timestamp.pdf",
            "--signature-only",
            "--roots",
            ROOT,
            "--at",
            "2020-11-01",
            "--json",
        )
        report = json.loads(result.stdout)

        assert (0, "valid", "given") == (result.exit_code, report["verdict"], report["trust"]["name"])

    def test_a_folder_of_roots_and_several_files(self, tmp_path, made, signed_world):
        """The highest code counts; the folder may hold other files."""
        (tmp_path / "akar").mkdir()
        (tmp_path / "akar" / "akar.crt").write_bytes(
            signed_world.ca.root.certificate.public_bytes(Encoding.DER)
        )
        (tmp_path / "akar" / "baca.txt").write_text("bukan sertifikat")
        for name in ("rsa", "stranger", "wrapped"):
            (tmp_path / f"{name}.pdf").write_bytes(made[name][0])
        files = [tmp_path / f"{name}.pdf" for name in ("rsa", "stranger", "wrapped")]
        result = self._run(
            *files, "--signature-only", "--roots", tmp_path / "akar", "--at", NOW.isoformat(), "--json"
        )

        assert [0, 14, 10] == [json.loads(line)["exit_code"] for line in result.stdout.splitlines()]
        assert 14 == result.exit_code

    def test_people_read_the_four_answers(self):
        """In Indonesian, without the words for permits."""
        result = self._run(
            FOLDER / "valid-pades-esscert-v1.pdf", "--signature-only", "--roots", ROOT, "--at", "2020-11-01"
        )

        assert "TANDA TANGAN SAH" in result.stdout
        assert all(
            word in result.stdout
            for word in ("Keutuhan", "Kepercayaan", "Waktu tanda tangan", "Jangka panjang")
        )

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--signature-only",),
            ("--signature-only", "--roots", "/tidak/ada.pem"),
            ("--signature-only", "--roots", FOLDER / "README.md"),
            ("--signature-only", "--roots", ROOT, "--at", "kemarin"),
            ("--signature-only", "--roots", ROOT, "--authority", ROOT),
            ("--roots", ROOT),
            (),
        ],
    )
    def test_wrong_use_exits_2(self, arguments):
        """With a sentence and no traceback."""
        result = self._run(FOLDER / "tail-uncovered.pdf", *arguments)

        assert 2 == result.exit_code
        assert isinstance(result.exception, SystemExit)


def test_days_in_sentences_are_written_out(made, checker):
    """No ISO dates for people."""
    late = checker.verify(made["b-t"][0], at=NOW + timedelta(days=900))
    day = (NOW - timedelta(days=100)).date()

    assert date(2026, 8, 17) == day
    assert any("17 Agustus 2026" in item.message("id") for item in late.reasons)

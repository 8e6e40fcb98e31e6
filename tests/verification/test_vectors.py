"""The published vectors: every folder gets what stands in it, by the library and by the command line."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from perizinan_core.published import NO_STATUS, read_authority_document
from perizinan_core.verification import EXIT_CODES, Verdict, Verifier, read_report
from perizinan_core.verification._reasons import REASONS
from perizinan_core.verification._status_source import StatusListSource
from perizinan_core.verification.signatures import load_roots, verify_signatures

VECTORS = Path(__file__).parents[1] / "vectors"
sys.path.insert(0, str(VECTORS))

from vector_protocol.derive import derived  # noqa: E402 - a package of the vectors, which is not installed
from vector_protocol.running import VERDICTS, Adapter, Answer, answers, vectors  # noqa: E402

ALL = vectors(VECTORS)
PERMITS = [vector for vector in ALL if "authority" in vector.arguments]
BROKEN = ("HASH_FAILURE", "SIG_CRYPTO_FAILURE", "REVOKED")
LARGEST = 6 * 1024 * 1024


def judge(vector, data, *, permit=True):
    """Judge by the library as ``expected.json`` says; ``permit=False``: only the signatures of a permit."""
    told = vector.arguments
    at = datetime.fromisoformat(told["at"])
    if "authority" not in told:
        return verify_signatures(data, roots=load_roots([vector.path(name) for name in told["roots"]]), at=at)
    authority = read_authority_document(vector.path(told["authority"]).read_bytes())
    if not permit:
        return verify_signatures(data, roots=authority.roots, at=at)
    status = NO_STATUS if told.get("no_status") else None
    if authority.status_list is not None and status is None:
        source = vector.path(told["status"]) if "status" in told else None
        status = StatusListSource.read(source, authority=authority, at=at)
    return Verifier(authority, status=status).verify(data, at=at)


def problems(vector, report):
    """Return how a report differs from what is expected."""
    expected = vector.expected
    found = []
    if expected["verdict"] != report.verdict.value:
        found.append(f"verdict {report.verdict.value}")
    if expected["exit_code"] != report.exit_code:
        found.append(f"exit code {report.exit_code}")
    if missing := set(expected["codes"]) - {reason.code for reason in report.reasons}:
        found.append(f"reasons {missing}")
    if expected["signature"] is not None:
        signature = report.signature
        got = signature and {
            "indication": signature.indication.value,
            "sub_indication": signature.sub_indication,
        }
        if expected["signature"] != got:
            found.append(f"signature {got}")
    return found


class TestEveryVector:
    """By the library."""

    @pytest.mark.parametrize("vector", ALL, ids=[vector.name for vector in ALL])
    def test_a_vector_gets_what_stands_in_it(self, vector):
        """Verdict, exit code, reasons and signature, for every file that it stands for."""
        found = {label: problems(vector, judge(vector, data)) for label, data in vector.files()}

        assert {} == {label: item for label, item in found.items() if item}

    @pytest.mark.parametrize(
        "vector", [item for item in ALL if item.name.startswith(("good_plain", "issuer_same_ca", "cut_200"))]
    )
    def test_an_expectation_that_is_wrong_is_noticed(self, vector):
        """The comparison above is no formality: each of its parts fails by itself."""
        report = judge(vector, next(vector.files())[1])
        told = vector.expected
        for change in (
            {"verdict": "not_valid"},
            {"exit_code": 13},
            {"codes": ["status-list-too-old"]},
            {"signature": {"indication": "TOTAL_FAILED", "sub_indication": "REVOKED"}},
        ):
            other = type(vector)(folder=vector.folder, expected={**told, **change})

            assert [] == problems(vector, report)
            assert 1 == len(problems(other, report))

    @pytest.mark.parametrize("vector", ALL, ids=[vector.name for vector in ALL])
    def test_the_report_of_a_vector_can_be_kept_and_read_back(self, vector):
        """In either language nothing is lost; `test_report_reading` tries what no vector says."""
        for label, data in list(vector.files())[::25]:
            report = judge(vector, data)

            assert report == read_report(json.dumps(report.to_json("id"))), label
            assert report == read_report(report.to_json("en")), label

    @pytest.mark.parametrize("vector", PERMITS, ids=[vector.name for vector in PERMITS])
    def test_our_own_checks_and_the_engine_for_any_pdf_agree(self, vector):
        """
        A permit is judged by our strict checks, a plain one by them alone; signatures of any PDF by other ones
        and pyHanko. What is genuine to the one is valid to the other, and what is broken is not. Permits may be
        held to more: one way to write hexadecimal digits, the signer's own statement of time.
        """
        for label, data in list(vector.files())[::9]:
            permit, signatures = judge(vector, data), judge(vector, data, permit=False)
            sound = {Verdict.VALID, Verdict.NOT_IN_FORCE}

            assert permit.verdict not in sound or signatures.verdict is Verdict.VALID, label
            assert (permit.verdict is Verdict.UNSIGNED) == (signatures.verdict is Verdict.UNSIGNED), label
            assert (permit.verdict is Verdict.UNREADABLE) == (signatures.verdict is Verdict.UNREADABLE), label
            if permit.signature is not None and permit.signature.sub_indication in BROKEN:
                assert signatures.verdict is not Verdict.VALID, label


class TestTheSet:
    """What the folder as a whole promises."""

    def test_names_say_what_is_right(self):
        """``_fail`` where refusal is right, and only there."""
        for vector in ALL:
            assert vector.name.endswith("_fail") == (vector.expected["verdict"] != "valid")
            assert vector.name.startswith("good_") == (vector.expected["verdict"] == "valid")

    def test_every_folder_says_why(self):
        """Heading, what was done, the right answer, and for refusals why it is right."""
        for vector in ALL:
            told = (vector.folder / "README.md").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
            verdict, code = vector.expected["verdict"], vector.expected["exit_code"]

            assert f"# {vector.name}" == told[0]
            assert len(told[1]) >= 10
            assert told[2].startswith(f"Right answer: `{verdict}` (exit code {code}): ")
            assert verdict in {"valid", "unsigned"} or len(told) > 3
            for name in vector.expected["codes"]:
                assert f"- `{name}`: " in told[-1]

    def test_every_verdict_has_vectors(self):
        """All seven, and at least sixty cases."""
        verdicts = {vector.expected["verdict"] for vector in ALL}

        assert {verdict.value for verdict in Verdict} == verdicts
        assert len(ALL) >= 60

    def test_expected_words_are_words_of_reports(self):
        """Reason codes and exit codes that exist."""
        for vector in ALL:
            assert set(vector.expected["codes"]) <= set(REASONS)
            assert EXIT_CODES[Verdict(vector.expected["verdict"])] == vector.expected["exit_code"]

    def test_the_repository_stays_small(self):
        """Everything below six megabytes."""
        files = (path for path in VECTORS.rglob("*") if path.is_file() and "__pycache__" not in path.parts)

        assert LARGEST > sum(path.stat().st_size for path in files)

    def test_test_keys_say_that_they_are(self):
        """Nobody takes one for a real key."""
        names = [path.name for path in (VECTORS / "keys").iterdir()]

        assert names
        assert all(name.startswith("TEST-KEY-") for name in names)


def test_making_the_vectors_again_gives_the_same(tmp_path):
    """Byte by byte; where lots are drawn, the same verdicts."""
    import make_vectors

    make_vectors.make(tmp_path)
    kept = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    names = {vector.name for vector in ALL} | {"authority", "status", "roots"}
    published = {
        path.relative_to(VECTORS) for name in names for path in (VECTORS / name).iterdir() if path.is_file()
    }
    differing = {
        path for path in kept & published if (tmp_path / path).read_bytes() != (VECTORS / path).read_bytes()
    }
    drawn = {vector.name for vector in ALL if not vector.expected["repeatable"]}
    again = [vector for vector in vectors(tmp_path) if vector.name in drawn]

    assert published == kept
    assert {f"{name}/permit.pdf" for name in drawn} >= {path.as_posix() for path in differing}
    assert all(problems(vector, judge(vector, next(vector.files())[1])) == [] for vector in again)


class TestDerivedFiles:
    """One file that stands for many."""

    def test_a_file_is_cut_after_every_percent(self):
        """From nothing to all but the last percent."""
        found = dict(derived(bytes(range(200)), {"rule": "cut-percent", "from": 0, "to": 99}))

        assert 100 == len(found)
        assert (0, 100, 198) == (len(found["0%"]), len(found["50%"]), len(found["99%"]))

    def test_bytes_are_flipped_one_by_one(self):
        """Each file differs in one byte."""
        found = dict(derived(b"abcdef", {"rule": "flip-every", "step": 2, "mask": 1}))

        assert {"@0": b"`bcdef", "@2": b"abbdef", "@4": b"abcddf"} == found

    def test_an_unknown_rule_is_refused(self):
        """Rather than skipped."""
        with pytest.raises(ValueError, match="known rule"):
            list(derived(b"", {"rule": "other"}))


SAMPLE = (
    "good_plain", "good_b_lta", "good_status_left_out", "good_any_adbe_detached",
    "flipped_page_fail", "unsigned_fail", "issuer_same_ca_fail", "expired_fail", "status_too_old_fail",
    "status_missing_fail", "cut_200_fail",
)  # fmt: skip


class TestProtocol:
    """Any verifier as a command."""

    @pytest.fixture(scope="class")
    @staticmethod
    def ours():
        adapter = Adapter.read(VECTORS / "adapters" / "perizinan.json")
        start = shlex.join([sys.executable, "-m", "perizinan_core.cli"])
        return type(adapter)(
            **{
                name: getattr(adapter, name)
                for name in ("permit", "signature_only", "status", "no_status", "exits")
            },
            command=adapter.command.replace("perizinan", start, 1),
        )

    @pytest.mark.parametrize("name", SAMPLE)
    def test_the_command_line_gives_the_same_answers(self, ours, tmp_path, name):
        """Exit code and JSON line of ``perizinan verify``."""
        chosen = [vector for vector in ALL if vector.name == name]
        (answer,) = answers(ours, chosen, tmp_path)
        report = json.loads(answer.output.splitlines()[0])

        assert answer.is_right
        assert answer.code == report["exit_code"] == chosen[0].expected["exit_code"]
        assert set(chosen[0].expected["codes"]) <= {item["code"] for item in report["reasons"]}

    @pytest.mark.parametrize(
        ("exits", "accepts", "refuses", "code", "output", "expected"),
        [
            ({"0": "valid", "*": "refused"}, None, (), 0, "", "valid"),
            ({"0": "valid", "*": "refused"}, None, (), 1, "", "refused"),
            ({"0": "valid"}, None, (), 7, "", "refused"),
            ({"0": "valid", "11": "unsigned"}, None, (), 11, "", "unsigned"),
            ({"0": "valid"}, "is Valid", (), 0, "nothing", "refused"),
            ({"0": "valid"}, "is Valid", (), 0, "it is Valid", "valid"),
            ({"0": "valid"}, "is Valid", ("Mismatch",), 0, "is Valid\nMismatch", "refused"),
        ],
    )
    def test_an_adapter_says_what_answers_mean(self, exits, accepts, refuses, code, output, expected):
        """By exit code, by a text that must be there, by texts that must not."""
        adapter = Adapter(command="", exits=exits, accepts=accepts, refuses=refuses)

        assert expected == adapter.verdict(code, output)

    def test_words_are_filled_in_without_a_shell(self, tmp_path):
        """A path with a space stays one word."""
        vector = next(item for item in ALL if item.name == "status_too_old_fail")
        adapter = Adapter(command="check {file} {options}", permit="-a {authority}", status="-s {status}")
        words = adapter.words(vector, tmp_path / "my file.pdf")

        assert ["check", str(tmp_path / "my file.pdf"), "-a"] == words[:3]
        assert ["office-with-status.json", "-s", "too-old.cwt"] == [
            Path(words[3]).name, words[4], Path(words[5]).name,
        ]  # fmt: skip

    def test_a_verifier_that_never_ends_gets_no_answer(self, tmp_path):
        """After its time it is stopped."""
        adapter = Adapter(command=shlex.join([sys.executable, "-c", "import time; time.sleep(60)"]))
        (answer,) = answers(adapter, ALL[:1], tmp_path, seconds=0.2)

        assert ("no answer", None) == (answer.said, answer.code)

    @pytest.mark.parametrize(
        ("said", "expected", "right", "safe"),
        [
            ("valid", "valid", True, True),
            ("refused", "not_valid", False, True),
            ("valid", "not_valid", False, False),
            ("refused", "valid", False, False),
        ],
    )
    def test_right_and_safe_are_told_apart(self, said, expected, right, safe):
        """A checker without our verdicts can still be safe."""
        vector = type(ALL[0])(folder=VECTORS, expected={"verdict": expected})
        answer = Answer(vector=vector, label="", said=said, code=0)

        assert (right, safe) == (answer.is_right, answer.is_safe)

    def test_the_runner_needs_no_package(self):
        """Whoever has another verifier runs it with Python alone: ``-I -S`` hides everything installed."""
        command = [sys.executable, "-I", "-S", str(VECTORS / "run_vectors.py"), "--match", "good_plain"]
        done = subprocess.run(
            [*command, "--verifier", shlex.join([sys.executable, "-c", ""])],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert (0, "") == (done.returncode, done.stderr)
        assert "1 vectors, 1 files: 1 answered right" in done.stdout

    def test_the_exit_codes_of_the_protocol_are_ours(self):
        """Stated apart, so that the runner stands alone."""
        assert {str(code): verdict.value for verdict, code in EXIT_CODES.items()} == VERDICTS

    def test_a_verifier_of_one_line_gets_the_status_list(self, tmp_path):
        """By ``{status}``: empty where the case has none."""
        adapter = Adapter(command="check {file} {status}")
        lists = {
            vector.name: adapter.words(vector, tmp_path / "permit.pdf")[-1]
            for vector in ALL
            if vector.name in {"good_status", "good_plain"}
        }

        assert {"good_plain": "", "good_status": str(VECTORS / "status" / "in-force.cwt")} == lists

    def test_the_runner_prints_a_table_and_fails_on_a_wrong_answer(self, capsys):
        """A verifier that believes everything."""
        import run_vectors

        command = shlex.join([sys.executable, "-c", ""])
        good = run_vectors.main(["--verifier", command, "--match", "good_plain"])
        bad = run_vectors.main(["--verifier", command, "--match", "unsigned_fail"])
        table = capsys.readouterr().out

        assert (0, 1) == (good, bad)
        assert re.search(r"^! any_unsigned_fail +unsigned +valid$", table, re.MULTILINE)
        assert "2 accepted wrongly" in table

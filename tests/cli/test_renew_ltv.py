"""``perizinan keys renew-ltv``, on an office in memory whose services answer over HTTP."""

import contextlib
import json
import logging

import pytest
from click.testing import CliRunner

from perizinan_core.cli import _keys_ltv as keys_ltv
from perizinan_core.cli._app import _in_language
from perizinan_core.cli._keys_ltv import renew_ltv_command
from perizinan_core.signing.ltv import RevocationClient, TimestampClient, TimestampPolicy
from perizinan_core.testing._offices import MORNING, sample_office


@pytest.fixture
def kit(perizinan_clock, perizinan_pki):
    perizinan_clock.moment = MORNING
    policy = TimestampPolicy(
        client=TimestampClient(url=perizinan_pki.tsa_url), revocation=RevocationClient(timeout=2)
    )
    return sample_office(
        clock=perizinan_clock,
        timestamps=policy,
        roots=perizinan_pki.roots,
        signers={"kepala": perizinan_pki.issue("Kepala").signer()},
    )


@pytest.fixture
def run(kit, monkeypatch):
    """Run the command on the office in memory, which stays open."""
    monkeypatch.setattr(keys_ltv, "open_office", lambda _: contextlib.nullcontext(kit.office))

    def call(*arguments, language="en"):
        return CliRunner().invoke(renew_ltv_command, arguments, obj={"language": language, "settings": None})

    return call


class TestCommand:
    def test_what_is_due_is_renewed_and_counted(self, run, kit, perizinan_pki):
        """Nothing at first; after the years one, and then nothing again."""
        kit.permit()
        early = run("--json")
        kit.clock.forward(days=690)
        perizinan_pki.renew_tsa()
        due, after = run("--json"), run("--json")

        assert [0, 0, 0] == [early.exit_code, due.exit_code, after.exit_code]
        assert [(0, 1), (1, 0), (0, 1)] == [
            (found["renewed"], found["fresh"])
            for found in map(json.loads, (early.output, due.output, after.output))
        ]

    def test_failures_are_named_and_give_exit_code_one(self, run, kit):
        """The service still has its old certificate: the number and the reason, in both languages."""
        permit = kit.permit()
        kit.clock.forward(days=690)
        english, indonesian = run(), run(language="id")

        assert (1, 1) == (english.exit_code, indonesian.exit_code)
        assert f"{permit.number}: The timestamp service still uses" in english.output
        assert f"{permit.number}: Layanan stempel waktu masih memakai" in indonesian.output
        assert "0 renewed" in english.output
        assert "1 gagal" in indonesian.output

    def test_failures_are_in_the_json_too(self, run, kit):
        """Code and sentence."""
        kit.permit()
        kit.clock.forward(days=690)
        found = json.loads(run("--json").output)

        assert 1 == found["failed"]
        assert "renewal-useless" == found["failures"][0]["code"]

    def test_days_can_be_chosen(self, run, kit, perizinan_pki):
        """Due within 60 days, but not within 10."""
        kit.permit()
        kit.clock.forward(days=690)
        perizinan_pki.renew_tsa()

        assert 0 == json.loads(run("--json", "--within-days", "10").output)["renewed"]
        assert 1 == json.loads(run("--json", "--within-days", "60").output)["renewed"]

    def test_help_names_every_option(self, run):
        """In Bahasa Indonesia, as all help; the top of the command line translates it."""
        # Who asked for English before in this process does not matter.
        _in_language(renew_ltv_command, "id")
        said = run("--help").output

        assert all(name in said for name in ("--within-days", "--lift", "--jobs", "--from-start", "--json"))
        assert "Perbarui stempel waktu arsip" in said

    @pytest.mark.parametrize("days", ["-1", "36526", "99999999999", "nan"])
    def test_a_span_without_measure_is_refused(self, run, days):
        """No sum of days goes wrong on the way."""
        assert 2 == run("--within-days", days).exit_code
        assert 0 == run("--within-days", "36525").exit_code

    def test_failures_are_told_once_and_in_the_language_of_the_user(self, run, kit):
        """The log has them too; without a handler of its own it would write them to the terminal."""
        logger = logging.getLogger("perizinan_core.services._renewal")
        logger.handlers.clear()
        kit.permit()
        kit.clock.forward(days=690)
        result = run(language="id")

        assert 1 == result.output.count("Layanan stempel waktu masih memakai sertifikat")
        assert [logging.NullHandler] == [type(handler) for handler in logger.handlers]

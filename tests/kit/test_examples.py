"""The example plugins keep what the kit demands of their kind."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import sys
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from perizinan_core.hooks import Secret
from perizinan_core.testing import (
    EventConsumerSuite,
    NumberSourceSuite,
    PaymentProviderSuite,
    SubmissionCheckSuite,
    plugin_context,
    sample_pack,
)
from perizinan_core.testing.storage._samples import made_application

EXAMPLES = Path(__file__).parents[2] / "examples"

for name in ("zoning-register", "bank-billing", "practice-office", "statistics-csv"):
    if str(EXAMPLES / name) not in sys.path:
        sys.path.insert(0, str(EXAMPLES / name))

import bank_billing  # noqa: E402 - an example is not installed
import practice_office  # noqa: E402
import statistics_csv  # noqa: E402
import zoning_register  # noqa: E402


class TestZoningRegister(SubmissionCheckSuite):
    """The example of the how-to page."""

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path):
        self.file = tmp_path / "zones.csv"
        self.file.write_text("place,allowed\nJalan Kenanga,yes\nTaman Kota,no\n")

    @pytest.fixture
    def check(self):
        settings = zoning_register.ZoningSettings(file=self.file, permit_types=("warung",))
        context = plugin_context(settings, plugin="zoning-register")
        return lambda application, permit_type: zoning_register.decide_submission_check(
            application=application, permit_type=permit_type, context=context
        )

    def _case(self, code, place):
        permit_type = next(item for item in sample_pack().catalogue.permit_types if item.code == code)
        return made_application(permit_type=code, form={"lokasi": place}), permit_type

    @pytest.fixture
    def accepted(self):
        return self._case("warung", "jalan kenanga")

    @pytest.fixture
    def refused(self):
        return self._case("warung", "Taman Kota")

    @pytest.fixture
    def unconcerned(self):
        return self._case("acara", "Taman Kota")

    @contextmanager
    def broken(self):
        aside = self.file.rename(self.file.with_name("aside.csv"))
        yield
        aside.rename(self.file)

    def test_an_unknown_place_is_not_an_allowed_one(self, check):
        """The register names what is allowed."""
        application, permit_type = self._case("warung", "Jalan Baru")

        assert not check(application, permit_type).accepted
        assert "unknown place" == check(attrs.evolve(application, form={}), permit_type).answer


class TestBankBilling(PaymentProviderSuite):
    """The bank of the examples."""

    @pytest.fixture
    def provider(self):
        return bank_billing.Bank(plugin_context(bank_billing.BankSettings(key=Secret(b"a-key"))))

    @pytest.fixture
    def told(self):
        def run(reference, transaction, amount):
            told = {
                "code": reference,
                "transaction": transaction,
                "amount": amount,
                "paid_at": "2026-03-02T09:00:00+07:00",
            }
            body = json.dumps(told).encode()
            return body, {"x-signature": hmac.new(b"a-key", body, hashlib.sha256).hexdigest()}

        return run


class TestPaperRegister(NumberSourceSuite):
    """The numbers from a file."""

    @pytest.fixture
    def again(self, tmp_path):
        (tmp_path / "izin.txt").write_text("".join(f"NAS/{number:03}\n" for number in range(60)))
        return lambda: practice_office.PaperRegister(plugin_context(None, folder=tmp_path))

    @pytest.fixture
    def source(self, again):
        return again()


class TestStatistics(EventConsumerSuite):
    """The statistics of the examples."""

    @pytest.fixture
    def consumer(self, tmp_path):
        self.file = tmp_path / "s.csv"
        return statistics_csv.Statistics(plugin_context(statistics_csv.StatisticsSettings(file=self.file)))

    def received(self, consumer):
        del consumer
        with self.file.open(encoding="utf-8", newline="") as lines:
            return [row["id"] for row in csv.DictReader(lines)]

    @pytest.fixture
    def kinds(self):
        return statistics_csv.register_event_consumers()[0].kinds

    @contextmanager
    def broken(self, consumer):
        del consumer
        self.file.mkdir()
        yield
        self.file.rmdir()


def test_an_office_for_exercises_works_with_what_its_plugin_offers(tmp_path):
    """Records, files, letters, texts, notes and the check, in one office."""
    from perizinan_core import Office, hookimpl
    from perizinan_core.bootstrap import load_plugins, load_settings, migrate_database
    from perizinan_core.hooks import AuthorityEntry
    from perizinan_core.testing import APPLICANT, sample_applicant
    from perizinan_core.testing._refusals import raises_code

    class Here:
        perizinan_api = 1

        @hookimpl
        def register_authorities(self):
            return [AuthorityEntry(slug="kabupaten-contoh", load=sample_pack)]

    path = tmp_path / "perizinan.toml"
    path.write_text(
        """
[office]
authority = "kabupaten-contoh"
[storage]
database = "practice:"
documents = "practice:"
[signing]
development = true
[plugins]
renderer = "f4"
scanners = ["page-limit"]
message_texts = ["short"]
retention = ["notes"]
number_sources = { izin = "paper-register" }
"""
    )
    plugins = {"here": Here(), "practice-office": practice_office}
    settings = load_settings(path)
    migrate_database(settings, load_plugins(discover=False, extra=plugins))
    with Office.open(settings, plugins=plugins, discover=False) as office:
        code = sample_pack().catalogue.permit_types[0].code
        kept, free = (
            office.applications.start(code, applicant=sample_applicant(), actor=APPLICANT).id
            for _ in range(2)
        )
        notes = tmp_path / "data" / "plugins" / "practice-office"
        notes.mkdir(parents=True)
        for case, text in ((kept, "keep: lesson 3"), (free, "done")):
            (notes / f"{case}.note").write_text(text)
        with raises_code("kept-by-plugin"):
            office.applications.discard(kept, actor=APPLICANT)
        office.applications.discard(free, actor=APPLICANT)
        office.worker.run_once()

    assert [f"{kept}.note"] == [item.name for item in notes.glob("*.note")]

"""B8: what the doctor names, each made so. On both databases."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.bootstrap import _doctor as doctor
from perizinan_core.bootstrap import _machine_findings as machine
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.storage._sql._tables import applications
from perizinan_core.testing._fakes import FakeSigningService
from perizinan_core.testing._offices import sample_signer


@pytest.fixture
def kit(url, open_kit):
    return open_kit(url)


def codes(kit, *, quick=True):
    return {finding.code for finding in doctor.examine(kit.office, quick=quick)}


def test_a_worker_that_does_not_run_and_a_job_that_fails_are_named(kit):
    """Deliveries that wait for more than an hour, and what a job could not do."""
    kit.submit()
    fresh = codes(kit)
    kit.clock.forward(hours=2)
    with kit._context.storage.unit_of_work() as work:
        work.failures.note("silence", "x", error="record-not-as-written", at=kit.clock())
        work.commit()

    assert not fresh & {"messages-wait", "job-failed"}
    assert {"messages-wait", "job-failed"} <= codes(kit)


def test_a_signature_that_is_stuck_is_named(url, open_kit):
    """The service took the letter and never answered: an hour later a person has to look."""
    kit = open_kit(url)
    kit.permit()
    case = kit.submit()
    kit.review(case.id)
    kit._context.signers.signers["kepala"] = FakeSigningService(sample_signer("kepala"), answers=False)
    with pytest.raises(PerizinanError):
        kit.issue(case.id)
    kit.clock.forward(hours=2)

    assert {"signature-stuck", "signature-interrupted"} <= codes(kit)


def test_a_signer_that_cannot_be_opened_is_named(kit, monkeypatch):
    """Before someone waits for a signature."""

    def refuse(_self, _position):
        raise BootstrapError("secret-missing", address="env:KEPALA")

    monkeypatch.setattr(type(kit._context.signers), "signer_for", refuse)

    assert "signer-unusable" in codes(kit)


def test_permits_that_no_one_could_sign_are_named(kit):
    """Before the first letter waits for a signer that the settings do not have."""
    before = codes(kit)
    kit._context.signers.signers.clear()

    assert "signer-missing" not in before
    assert "signer-missing" in codes(kit)


def test_certificates_and_the_calendar_are_named_before_they_end(kit):
    """Two months ahead."""
    before = codes(kit)
    kit.clock.moment = datetime(2028, 12, 15, tzinfo=UTC)

    assert not before & {"certificate-ends", "calendar-ends"}
    assert {"certificate-ends", "calendar-ends"} <= codes(kit)


def test_clocks_that_are_wrong_are_named(kit, monkeypatch):
    """Records from the future; and of PostgreSQL, a machine with another time."""
    kit.clock.forward(days=2)
    kit.submit()
    kit.clock.forward(days=-2)
    monkeypatch.setattr(machine, "_SKEW", timedelta(seconds=-1))
    found = codes(kit)

    assert "clock-was-ahead" in found
    assert ("clocks-apart" in found) is (kit._context.storage._engine.dialect.name == "postgresql")


def test_a_file_without_a_record_and_a_changed_row_are_named(kit):
    """Both are found by reading everything."""
    case = kit.submit()
    kit._context.documents.put(BytesIO(b"no one names this"))
    with kit._context.storage._engine.begin() as connection:
        connection.execute(
            sa.update(applications).where(applications.c.id == case.id).values(owner="public:forger")
        )

    assert {"document-orphan", "record-not-as-written"} <= codes(kit, quick=False)
    assert not codes(kit) & {"document-orphan", "record-not-as-written"}


def test_a_status_list_that_is_not_published_is_named(url, open_kit, tmp_path):
    """Those who check permits rely on it."""
    kit = open_kit(url, publication=PublicationSettings(folder=str(tmp_path / "public")))
    before = codes(kit)
    kit.office.status_lists.publish()

    assert "status-list-old" in before
    assert "status-list-old" not in codes(kit)


def test_a_check_that_fails_itself_hides_no_other(kit, monkeypatch):
    """It is a finding too."""

    def broken(_office):
        raise ZeroDivisionError

    monkeypatch.setattr(doctor, "_messages", broken)
    kit.clock.moment = datetime(2028, 12, 15, tzinfo=UTC)

    assert {"check-failed", "certificate-ends"} <= codes(kit)


def test_a_plugin_that_is_not_loaded_is_named(kit):
    """What it would do is missing from the office."""
    kit.office.plugins.register("broken", object())
    found = codes(kit)
    kit.office.plugins.unregister("broken")

    assert "other-interface" in found
    assert "other-interface" not in codes(kit)

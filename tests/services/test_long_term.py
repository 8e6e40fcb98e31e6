"""Permits with timestamps and long-term data: issuing, failing, doing it later, renewing in bulk."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from perizinan_core.documents import FolderDocumentStore
from perizinan_core.errors.signing import LongTermError, TimestampServiceError
from perizinan_core.model._application import ApplicationState
from perizinan_core.signing.ltv import (
    Level,
    OnFailure,
    RevocationClient,
    TimestampClient,
    TimestampPolicy,
    read_state,
)
from perizinan_core.storage import open_storage
from perizinan_core.testing._fakes import SettableClock
from perizinan_core.testing._offices import HOST, MORNING, sample_office
from perizinan_core.testing._pki_server import Fault, PkiServer
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import CheckName, Verdict, verify_permit

DAYS = timedelta(days=1)


@pytest.fixture(scope="module")
def running():
    """One infrastructure for these tests; keys take time."""
    clock = SettableClock(MORNING)
    with PkiServer.running(clock) as pki:
        yield pki, pki.issue("Kepala").signer()


@pytest.fixture
def pki(running):
    pki, _ = running
    pki.clock.moment = MORNING
    pki.faults.clear()
    pki.requests.clear()
    first = pki.tsa
    yield pki
    pki.tsa = first


@pytest.fixture
def office(running, pki):
    """Open an office with a policy, or without one."""
    _, signer = running

    def run(level=Level.B_LTA, on_failure=OnFailure.STOP, **given):
        policy = None
        if level is not None:
            policy = TimestampPolicy(
                client=TimestampClient(url=pki.tsa_url, timeout=20),
                level=level,
                on_failure=on_failure,
                revocation=RevocationClient(timeout=20),
            )
        return sample_office(
            clock=pki.clock, timestamps=policy, roots=pki.roots, signers={"kepala": signer}, **given
        )

    return run


def newest(kit, permit):
    return kit.office.permits.open_pdf(permit.id, actor=HOST).read()


def judged(kit, pdf):
    return verify_permit(
        pdf, authority=kit.office.publication.document(kit.clock()), at=kit.clock(), status=kit.office.status
    )


class TestIssuing:
    @pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
    def test_a_permit_reaches_the_level_of_its_office(self, office, level):
        """And our own verification calls it valid, status of the records included."""
        kit = office(level)
        permit = kit.permit()
        pdf = newest(kit, permit)

        assert level is read_state(pdf).level
        assert Verdict.VALID is judged(kit, pdf).verdict

    def test_the_records_keep_the_hash_of_the_signed_file(self, office):
        """Extended versions are further contents; the first one stays what was signed."""
        kit = office()
        permit = kit.permit()
        first, *later = kit.office.long_term.versions(permit)
        signed = kit._context.documents.read(first, 10**7)

        assert permit.signed_sha256 == first
        assert 1 == len(later)
        assert newest(kit, permit).startswith(signed)
        assert Verdict.VALID is judged(kit, signed).verdict

    def test_an_extended_file_of_another_permit_is_not_taken_for_it(self, office):
        """The records name the first revision; that of another number does not fit."""
        kit = office()
        one, other = kit.permit(), kit.permit()
        pdf = newest(kit, one)
        found = judged(kit, pdf)

        assert Verdict.VALID is found.verdict
        assert newest(kit, other) != pdf

    def test_without_settings_nobody_is_asked(self, office, pki):
        """And the file is B-B, as always."""
        kit = office(None)
        pdf = newest(kit, kit.permit())

        assert [] == pki.requests
        assert Level.B_B is read_state(pdf).level

    @pytest.mark.parametrize("service", ["tsa", "ocsp"])
    def test_fail_closed_leaves_the_permit_waiting(self, office, pki, service):
        """With the service down nothing is issued; when it is back, the worker finishes. One number only."""
        kit = office()
        case = kit.submit()
        kit.review(case.id)
        pki.faults |= {service: Fault.CLOSES, "crl": Fault.CLOSES}

        with pytest.raises(LongTermError) as caught:
            kit.issue(case.id)
        assert (
            isinstance(caught.value, TimestampServiceError) or "revocation-unavailable" == caught.value.code
        )
        waiting = kit.office.applications.get(case.id, actor=HOST)
        pki.faults.clear()
        done = kit.office.worker.run_once()
        issued = kit.office.applications.get(case.id, actor=HOST)
        permit = kit.office.permits.get(issued.permit_id, actor=HOST)

        assert ApplicationState.AWAITING_SIGNATURE is waiting.state
        assert (1, (), ()) == (done.signed, done.in_doubt, done.outliving)
        assert waiting.permit_id == issued.permit_id
        assert Level.B_LTA is read_state(newest(kit, permit)).level

    @pytest.mark.parametrize("service", ["tsa", "ocsp"])
    def test_going_on_issues_at_once_and_extends_later(self, office, pki, service):
        """The permit is out below its level; the worker brings it up after five minutes."""
        kit = office(on_failure=OnFailure.CONTINUE)
        pki.faults |= {service: Fault.CLOSES, "crl": Fault.CLOSES}
        permit = kit.permit()
        below = read_state(newest(kit, permit)).level
        pending = kit.office.long_term.pending()
        kit.clock.forward(minutes=6)
        still = kit.office.worker.run_once()
        pki.faults.clear()
        quiet = kit.office.worker.run_once()
        kit.clock.forward(minutes=6)
        done = kit.office.worker.run_once()

        assert not below.reaches(Level.B_LT)
        assert (permit.id,) == pending
        assert (0, (permit.number,)) == (still.extended, still.unextended)
        assert (0, ()) == (quiet.extended, quiet.unextended)
        assert (1, ()) == (done.extended, done.unextended)
        assert () == kit.office.long_term.pending()
        assert Level.B_LTA is read_state(newest(kit, permit)).level
        assert Verdict.VALID is judged(kit, newest(kit, permit)).verdict


class TestWarning:
    def events(self, kit, permit):
        with kit.office.storage.unit_of_work(read_only=True) as work:
            history = work.history.of(permit.id)
        return [event for event in history if event.kind.value == "permit_issued"]

    def test_a_permit_that_outlives_its_certificate_says_so_in_its_event(self, office, caplog):
        """The officer's certificate ends before the permit does, and nothing proves the time then."""
        kit = office(None)
        kit.clock.forward(days=400)
        permit = kit.permit()
        (event,) = self.events(kit, permit)

        assert permit.valid_until is None or permit.valid_until > MORNING.date() + 729 * DAYS
        assert event.data["outlives_certificate"].startswith("2028-")
        assert "outlives" in caplog.text
        assert permit.holder not in caplog.text

    def test_the_worker_names_it(self, office, pki):
        """B-T proves the time, but not that the certificate was good."""
        kit = office(Level.B_T)
        kit.clock.forward(days=400)
        case = kit.submit()
        kit.review(case.id)
        pki.renew_tsa()
        pki.faults["tsa"] = Fault.ERROR
        with pytest.raises(TimestampServiceError):
            kit.issue(case.id)
        pki.faults.clear()
        done = kit.office.worker.run_once()

        assert 1 == done.signed == len(done.outliving)

    def test_long_term_data_end_the_worry(self, office, pki):
        """B-LTA: no warning, though the permit outlives the certificate."""
        kit = office()
        kit.clock.forward(days=400)
        pki.renew_tsa()
        (event,) = self.events(kit, kit.permit())

        assert "outlives_certificate" not in event.data


class TestRenewal:
    def outcomes(self, kit, **given):
        return [step.outcome.value for step in kit.office.long_term.renew(within=60 * DAYS, **given)]

    def test_only_what_ends_soon_is_renewed(self, office, pki):
        """One permit's timestamp ends, the other's certificate is newer."""
        kit = office()
        old = kit.permit()
        kit.clock.forward(days=690)
        pki.renew_tsa()
        kit.permit()
        found = self.outcomes(kit)

        assert ["renewed", "fresh"] == found
        assert 3 == len(kit.office.long_term.versions(old))
        assert ["fresh", "fresh"] == self.outcomes(kit)

    def test_a_renewed_permit_verifies(self, office, pki):
        """The renewed file is as good as the one before, with the time proven."""
        kit = office()
        permit = kit.permit()
        kit.clock.forward(days=690)
        pki.renew_tsa()
        self.outcomes(kit)
        kit.clock.forward(days=20)
        pdf = newest(kit, permit)
        codes = {check.name.value: check.reason.code for check in judged(kit, pdf).checks}

        assert "trusted-time-proven" == codes["trusted_time"]
        assert "certificate-good" == codes["certificate"]

    def test_a_renewed_permit_outlives_the_certificate_of_its_first_timestamp(self, office, pki):
        """Each timestamp is judged at the time that the next one proves, not today."""
        kit = office()
        permit = kit.permit()
        first = newest(kit, permit)
        kit.clock.forward(days=690)
        pki.renew_tsa()
        self.outcomes(kit)
        kit.clock.forward(days=200)
        renewed = judged(kit, newest(kit, permit))
        unrenewed = judged(kit, first)
        codes = {check.name.value: check.reason.code for check in renewed.checks}

        assert "trusted-time-proven" == codes["trusted_time"]
        assert "certificate-good" == codes["certificate"]
        assert Verdict.INDETERMINATE is not renewed.verdict
        assert "timestamp-service-ended" == unrenewed.check(CheckName.TRUSTED_TIME).reason.code

    def test_a_service_that_did_not_change_is_asked_once(self, office, pki):
        """A timestamp that ends no later is worth nothing: every permit says so, one question is asked."""
        kit = office()
        kit.permit()
        kit.permit()
        kit.clock.forward(days=690)
        pki.requests.clear()
        steps = list(kit.office.long_term.renew(within=60 * DAYS, jobs=1))

        assert ["renewal-useless"] * 2 == [step.error.code for step in steps]
        assert 1 == pki.requests.count("tsa")
        assert [(1, 2), (2, 2)] == [(step.done, step.total) for step in steps]

    def test_what_is_below_the_level_is_lifted_on_request(self, office):
        """Permits from the time before the office had a timestamp service."""
        kit = office(None)
        permit = kit.permit()
        later = office(storage=kit.office.storage, documents=kit._context.documents, keys=kit._context.keys)
        without, with_lift = self.outcomes(later), self.outcomes(later, lift=True)

        assert (["fresh"], ["lifted"]) == (without, with_lift)
        assert Level.B_LTA is read_state(newest(later, permit)).level
        assert Verdict.VALID is judged(later, newest(later, permit)).verdict

    def test_one_that_fails_does_not_stop_the_others(self, office, pki):
        """A damaged file is named, the rest is renewed."""
        kit = office()
        bad, good = kit.permit(), kit.permit()
        documents = kit._context.documents
        name = kit.office.long_term.versions(bad)[-1]
        documents._content[name] = documents._content[name][:-10]
        kit.clock.forward(days=690)
        pki.renew_tsa()

        assert ["failed", "renewed"] == self.outcomes(kit)
        assert 3 == len(kit.office.long_term.versions(good))

    def test_two_runs_at_once_make_one_version(self, office, pki):
        """Who is second finds the name taken and throws its own away."""
        kit = office()
        permit = kit.permit()
        kit.clock.forward(days=690)
        pki.renew_tsa()
        long_term = kit.office.long_term
        versions = long_term.versions(permit)
        pdf = kit._context.documents.read(versions[-1], 10**7)
        one, two = (long_term.lengthened(pdf, Level.B_LTA, kit.clock(), renew=True) for _ in range(2))
        kept = long_term.keep(versions, one), long_term.keep(versions, two)

        stored = {item.sha256 for item in kit._context.documents.documents()}

        assert (True, False) == kept
        assert hashlib.sha256(one).hexdigest() in stored
        assert hashlib.sha256(two).hexdigest() not in stored
        assert 3 == len(long_term.versions(permit))

    def test_an_interrupted_run_goes_on_where_it_stopped(self, office, monkeypatch):
        """After the first page: the next run begins with the second, and counts on."""
        monkeypatch.setattr("perizinan_core.services._renewal._PAGE", 2)
        kit = office(Level.B_T)
        for _ in range(3):
            kit.permit()
        run = kit.office.long_term.renew(within=60 * DAYS)
        first = [next(run).done for _ in range(3)]
        run.close()

        assert [1, 2, 3] == first
        assert [3] == [step.done for step in kit.office.long_term.renew(within=60 * DAYS)]
        assert [1, 2, 3] == [step.done for step in kit.office.long_term.renew(within=60 * DAYS)]

    def test_without_a_service_the_reason_is_said(self, office):
        """Not a crash, and no silent success."""
        with raises_code("timestamps-off"):
            next(office(None).office.long_term.renew(within=60 * DAYS))


RUN = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from cryptography import x509
from perizinan_core.documents import FolderDocumentStore
from perizinan_core.signing.ltv import TimestampClient, TimestampPolicy
from perizinan_core.storage import KeyRing, open_storage
from perizinan_core.testing._fakes import SettableClock
from perizinan_core.testing._offices import sample_office, sample_pack

folder, url, moment = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
zone = sample_pack().authority.calendar.time_zone.zone
storage = open_storage(f"sqlite:///{folder / 'records.sqlite3'}", KeyRing.from_file(folder / "keys.json"), zone=zone)
kit = sample_office(
    clock=SettableClock(moment),
    storage=storage,
    documents=FolderDocumentStore(folder / "documents"),
    timestamps=TimestampPolicy(client=TimestampClient(url=url)),
    roots=x509.load_pem_x509_certificates((folder / "root.pem").read_bytes()),
)
for step in kit.office.long_term.renew(within=timedelta(days=60), jobs=2):
    print(step.outcome.value, flush=True)
storage.close()
"""


class TestKilled:
    def test_kill_nine_leaves_whole_versions_and_the_next_run_finishes(
        self, office, pki, tmp_path, keys, sqlite_template
    ):
        """Killed in the middle: every named version is whole and sound, and afterwards all are renewed."""
        shutil.copy(sqlite_template, tmp_path / "records.sqlite3")
        keys.save(tmp_path / "keys.json")
        (tmp_path / "root.pem").write_bytes(pki.roots[0].public_bytes(Encoding.PEM))
        zone = office(None)._context.calendar.time_zone.zone
        storage = open_storage(f"sqlite:///{tmp_path / 'records.sqlite3'}", keys, zone=zone)
        documents = FolderDocumentStore(tmp_path / "documents")
        kit = office(storage=storage, documents=documents)
        permits = [kit.permit() for _ in range(6)]
        kit.clock.forward(days=690)
        pki.renew_tsa()
        command = [sys.executable, "-c", textwrap.dedent(RUN), tmp_path, pki.tsa_url, kit.clock().isoformat()]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "renewed\n"
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        found = [len(kit.office.long_term.versions(permit)) for permit in permits]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = [len(kit.office.long_term.versions(permit)) for permit in permits]
        states = [read_state(newest(kit, permit)) for permit in permits]
        broken = list(documents.verify())
        storage.close()

        assert {2, 3} == set(found)
        assert [3] * 6 == after
        assert all(not state.is_due(kit.clock(), 60 * DAYS) for state in states)
        assert [] == broken

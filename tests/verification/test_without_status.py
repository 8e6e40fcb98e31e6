"""Nobody was asked about the status: open where the office publishes a list, unless the caller said so by name."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import attrs
import pytest

from perizinan_core.errors.verification import PermitNotAcceptedError
from perizinan_core.published import NO_STATUS, read_authority_document
from perizinan_core.verification import (
    CheckName,
    CurrentStatusList,
    Outcome,
    Verdict,
    Verifier,
    require_valid,
    verify_permit,
)
from perizinan_core.verification._qr_report import check_qr_image, check_qr_text
from perizinan_core.verification.bulk._many import verify_many
from perizinan_core.verification.signatures import verify_signatures

VECTORS = Path(__file__).parents[1] / "vectors"
AT = datetime.fromisoformat("2026-12-02T09:00:00+07:00")
ADDRESS = "https://izin.contoh.go.id/status-list.cwt"


@pytest.fixture(scope="module")
def listed():
    """The authority document of an office that publishes a status list."""
    return read_authority_document((VECTORS / "authority" / "office-with-status.json").read_bytes())


@pytest.fixture(scope="module")
def revoked():
    """A genuine permit that the office's list calls revoked."""
    return VECTORS / "status_revoked_fail" / "permit.pdf"


def outcome(report):
    """Return what is said of the status."""
    check = report.check(CheckName.STATUS)
    return report.verdict, check.outcome, check.reason.code, report.status.state


OPEN = (Verdict.INDETERMINATE, Outcome.INDETERMINATE, "status-not-given", "not_checked")
LEFT_OUT = (Verdict.VALID, Outcome.NOT_CHECKED, "status-not-checked", "not_checked")


class TestFiles:
    """Every door for files."""

    def test_a_permit_of_an_office_with_a_list_is_undecided_without_it(self, listed, revoked):
        """It may be revoked; the reason says where the list is."""
        report = verify_permit(revoked, authority=listed, at=AT)

        assert OPEN == outcome(report)
        assert 14 == report.exit_code
        assert listed.status_list["uri"] in report.reasons[0].message("en")
        assert listed.status_list["uri"] in report.reasons[0].message("id")

    def test_require_valid_does_not_accept_it(self, listed, revoked):
        """Nor does it when the list says revoked; only who says so by name passes it by."""
        with pytest.raises(PermitNotAcceptedError) as without:
            require_valid(revoked, authority=listed, at=AT)
        source = CurrentStatusList(VECTORS / "status" / "revoked.cwt", authority=listed, clock=lambda: AT)
        with pytest.raises(PermitNotAcceptedError) as told:
            require_valid(revoked, authority=listed, at=AT, status=source)

        assert ("indeterminate", "not_in_force") == (without.value.verdict, told.value.verdict)
        assert LEFT_OUT == outcome(require_valid(revoked, authority=listed, at=AT, status=NO_STATUS))

    def test_one_verifier_for_many_files_is_as_strict(self, listed, revoked):
        """The same object, made with and without the word."""
        assert OPEN == outcome(Verifier(listed).verify(revoked, at=AT))
        assert LEFT_OUT == outcome(Verifier(listed, status=NO_STATUS).verify(revoked, at=AT))

    def test_a_run_over_many_files_is_as_strict(self, listed, revoked):
        """The word reaches the worker processes."""
        (without,) = verify_many([revoked], authority=listed, at=AT, jobs=1)
        (named,) = verify_many([str(revoked)], authority=listed, at=AT, jobs=1, status=NO_STATUS)

        assert [OPEN, LEFT_OUT] == [outcome(without), outcome(named)]

    def test_an_office_without_a_list_is_judged_as_before(self, world, permit, build):
        """There is nobody to ask: the report says that the status was not checked."""
        assert world.authority.status_list is None
        assert LEFT_OUT == outcome(verify_permit(permit, authority=world.authority, at=build.CHECKED_AT))

    def test_a_worse_reason_still_decides(self, listed, revoked):
        """A file that was changed is not valid, whoever was asked."""
        data = bytearray(revoked.read_bytes())
        data[len(data) // 2] ^= 1

        assert Verdict.NOT_VALID is verify_permit(bytes(data), authority=listed, at=AT).verdict


class TestCodes:
    """The code on paper."""

    def test_a_code_of_an_office_with_a_list_is_undecided_without_it(self, world, build):
        """As a file is."""
        authority = attrs.evolve(world.authority, status_list={"uri": ADDRESS, "keys": []})
        text = world.qr_text(build.statement())
        at = build.CHECKED_AT

        assert OPEN == outcome(check_qr_text(text, authority=authority, at=at))
        assert LEFT_OUT == outcome(check_qr_text(text, authority=authority, at=at, status=NO_STATUS))
        assert LEFT_OUT == outcome(check_qr_text(text, authority=world.authority, at=at))


class TestPaths:
    """A path may be a text."""

    def test_a_text_is_a_path_wherever_a_path_is(self, listed, revoked, tmp_path):
        """The same report, with the same name."""
        list_path = str(VECTORS / "status" / "revoked.cwt")
        source = CurrentStatusList(list_path, authority=listed, clock=lambda: AT)
        by_text = verify_permit(str(revoked), authority=listed, at=AT, status=source)
        picture = tmp_path / "leer.png"
        picture.write_bytes(b"no picture")

        assert (Verdict.NOT_IN_FORCE, "permit.pdf") == (by_text.verdict, by_text.file)
        assert by_text == verify_permit(revoked, authority=listed, at=AT, status=source)
        assert verify_signatures(str(revoked), roots=listed.roots, at=AT) == verify_signatures(
            revoked, roots=listed.roots, at=AT
        )
        assert check_qr_image(str(picture), authority=listed, at=AT) == check_qr_image(
            picture, authority=listed, at=AT
        )

    @pytest.mark.parametrize("name", ["nowhere.pdf", "null\0byte.pdf", ""])
    def test_a_path_that_leads_nowhere_is_unreadable(self, listed, name):
        """No error of Python reaches the caller."""
        report = verify_permit(name, authority=listed, at=AT)

        assert (Verdict.UNREADABLE, "cannot-open") == (report.verdict, report.reasons[0].code)


class TestFacts:
    """What the permit says, typed."""

    def test_the_report_names_what_the_permit_says(self, world, permit, build):
        """Days are days; the JSON form is what was signed."""
        report = verify_permit(permit, authority=world.authority, at=build.CHECKED_AT)
        facts, said = report.permit, report.to_json()["permit"]

        assert said["number"] == facts.number
        assert said["valid_from"] == facts.valid_from.isoformat()
        assert said["signatory"]["position"] == facts.signatory.position
        assert [tuple(pair) for pair in said["fields"]] == list(facts.fields)
        assert said == facts.to_json() == dict(facts.content)
        assert said["holder"] not in repr(report)

    def test_nobody_changes_a_report_through_its_json(self, world, permit, build):
        """Each call writes a new one."""
        report = verify_permit(permit, authority=world.authority, at=build.CHECKED_AT)
        before = report.to_json()
        report.to_json()["permit"]["signatory"]["title"] = "Somebody"

        assert before == report.to_json()
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            report.permit.number = "1"


def test_a_list_that_keeps_itself_current_goes_to_worker_processes(listed, revoked, tmp_path):
    """Fresh interpreters, too: each reads its own list."""
    (tmp_path / "wall.pdf").write_bytes(revoked.read_bytes())
    status = CurrentStatusList(VECTORS / "status" / "revoked.cwt", authority=listed)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()  # with a second thread nothing is forked
    try:
        (report,) = verify_many([tmp_path], authority=listed, at=AT, status=status, jobs=1)
    finally:
        stop.set()
        thread.join()

    assert report.check(CheckName.STATUS).reason.code in {"status-list-invalid", "status-list-not-yet"}

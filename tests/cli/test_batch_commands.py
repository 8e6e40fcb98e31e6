"""``perizinan permits verify-all``, ``issue-many`` and ``batches``: many records by one command, here or by workers."""

from __future__ import annotations

import json

import pytest

from perizinan_core.testing._offices import HOST


@pytest.fixture(scope="module")
def office(folder_of, tmp_path_factory, empty_database):
    """An office with staff and three permits."""
    folder = tmp_path_factory.mktemp("batches")
    made = folder_of(folder / "office")
    made.write_settings(empty_database("sqlite", folder))
    made.run("migrate")
    with made.open() as opened:
        kit = made.kit(opened)
        for _ in range(3):
            kit.permit()
    return made


def approved(office, count):
    """Return the receipt numbers of cases that wait for a signature, and who signs them."""
    with office.open() as opened:
        kit = office.kit(opened, staff=False)
        cases = [kit.submit() for _ in range(count)]
        for case in cases:
            kit.review(case.id)
        return [case.receipt_number for case in cases], kit.officer("kepala").id


def states(office, receipts, officer):
    """Return how cases stand."""
    return [
        json.loads(office.run("cases", "show", one, "--json", "--officer", officer))["state"]
        for one in receipts
    ]


def test_every_permit_is_checked_and_the_command_says_how_many(office):
    """In Indonesian first; nothing failed, so its exit code is 0."""
    told = office.run("permits", "verify-all", language="id")

    assert "pemeriksaan" in told
    assert "0 bermasalah" in told


def test_a_permit_whose_file_was_changed_is_named_with_its_reason_and_the_exit_code_is_1(office):
    """The others are checked all the same."""
    with office.open() as opened:
        permit = office.kit(opened, staff=False).permit()
        permit = opened.permits.get(permit.id, actor=HOST)
    (file,) = office.folder.rglob(f"*{permit.signed_sha256[4:]}*")
    whole = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(whole[:-100] + b"x" + whole[-99:])
    try:
        told = json.loads(office.run("permits", "verify-all", "--json", code=1))
    finally:
        file.write_bytes(whole)

    assert (told["total"] - 1, 1) == (told["done"], told["failed"])
    assert [permit.number] == [one["number"] for one in told["problems"]]
    assert all(one["code"] and one["message"] for one in told["problems"])


def test_several_cases_are_rehearsed_and_then_issued_by_one_command(office):
    """Named by their receipt numbers; a rehearsal changes nothing."""
    receipts, signer = approved(office, 2)
    rehearsed = json.loads(
        office.run("permits", "issue-many", *receipts, "--rehearse", "--json", "--officer", signer)
    )
    before = states(office, receipts, signer)
    issued = json.loads(office.run("permits", "issue-many", *receipts, "--json", "--officer", signer))

    assert (2, 0, True) == (rehearsed["done"], rehearsed["failed"], rehearsed["over"])
    assert ["approved"] * 2 == before
    assert (2, 0) == (issued["done"], issued["failed"])
    assert ["issued"] * 2 == states(office, receipts, signer)


def test_an_unknown_case_begins_no_batch(office):
    """It is named as it was typed."""
    receipts, signer = approved(office, 1)
    told = office.run("permits", "issue-many", *receipts, "TT/9/1999", "--officer", signer, code=1)

    assert "TT/9/1999" in told
    assert ["approved"] == states(office, receipts, signer)


def test_what_is_queued_waits_for_the_workers_and_can_be_seen_stopped_and_finished_here(office):
    """`batches show` tells how far it is; what was stopped is not done."""
    receipts, signer = approved(office, 2)
    begun = [
        json.loads(office.run("permits", "issue-many", receipt, "--queued", "--json", "--officer", signer))[
            "id"
        ]
        for receipt in receipts
    ]
    stopped, finished = begun
    waiting = json.loads(office.run("batches", "show", stopped, "--json", "--officer", signer))
    told = office.run("batches", "cancel", stopped, "--officer", signer)
    done = json.loads(office.run("batches", "continue", finished, "--json", "--officer", signer))
    listed = office.run("batches", "list", "--officer", signer)

    assert 0 == waiting["done"]
    assert "1 stopped" in told
    assert (1, True) == (done["done"], done["over"])
    assert ["approved", "issued"] == states(office, receipts, signer)
    assert all(one in listed for one in begun)


def test_a_worker_does_what_was_queued(office):
    """`worker --once` is enough."""
    receipts, signer = approved(office, 1)
    begun = json.loads(
        office.run("permits", "issue-many", *receipts, "--queued", "--json", "--officer", signer)
    )
    office.run("worker", "--once")

    assert ["issued"] == states(office, receipts, signer)
    assert json.loads(office.run("batches", "show", begun["id"], "--json", "--officer", signer))["over"]


def test_one_without_a_position_begins_no_batch_of_permits(office):
    """A clerk is told that it takes a signatory."""
    receipts, _ = approved(office, 1)
    office.run("permits", "issue-many", *receipts, "--officer", "loket-1", code=1)

    assert ["approved"] == states(office, receipts, "supervisor")

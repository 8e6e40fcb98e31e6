"""What administrators look after: deliveries, findings, announcements, and what was done in the office."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, timedelta

import pytest

from perizinan_core.bootstrap._health import Health
from perizinan_core.bootstrap._upkeep import UpkeepState, note_backup, note_check
from perizinan_core.catalogue import Change
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model import Text
from perizinan_core.model._events import EventKind
from perizinan_core.services._acknowledgements import Acknowledgements
from perizinan_core.services._administration import ADMINISTRATION
from perizinan_core.services._audit_export import _guarded
from perizinan_core.storage import Backoff, OutboxState
from perizinan_core.testing._offices import APPLICANT, HOST, SAMPLE, sample_applicant, sample_office
from perizinan_core.testing._refusals import raises_code

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def stuck(any_kit):
    """An office with one message to the applicant that was given up."""
    kit = any_kit
    case = kit.submit("warung")
    kit.mail.failing.update(kind.value for kind in EventKind)
    kit.office.worker.run_once()
    with kit.office.storage.unit_of_work() as work:
        now = kit.clock() + timedelta(hours=1)
        for target in work.outbox.due_targets(now=now):
            for entry in work.outbox.claim("w", target=target, now=now, lease=timedelta(minutes=1)):
                work.outbox.mark_failed(
                    entry.id, worker="w", at=now, error="ConnectionError", backoff=Backoff(max_attempts=1)
                )
        work.commit()
    return kit, case


def test_what_was_given_up_is_found_and_tried_again(stuck):
    """By state and by the receipt number of its case; that it was is on record, with who did it."""
    kit, case = stuck
    admin, outgoing = kit.officer("admin"), kit.office.outgoing
    page = outgoing.find(state=OutboxState.GIVEN_UP, receipt=case.receipt_number, actor=admin)
    (entry, *_) = [item for item in page.items if item.recipient == "applicant"]
    revived = outgoing.retry((entry.number, 999_999), actor=admin)
    after = outgoing.get(entry.number, actor=admin)

    assert ("mail", case.receipt_number, "ConnectionError", True) == (
        entry.channel,
        entry.receipt_number,
        entry.error,
        entry.may_retry,
    )
    assert ((entry.number,), "waiting") == (revived, after.state.value)
    assert () == outgoing.find(receipt="TT/9999/2026", actor=admin).items
    (event,) = kit.office.audit.search(kinds={EventKind.OUTGOING_CHANGED}, actor=admin).items
    (name, value), *_ = event.details
    assert ("admin", "act", "retry") == (event.by.code, name.code, value.code)
    assert ("tindakan", "dicoba lagi") == (str(name), str(value))


def test_all_that_was_given_up_to_one_target_is_tried_again_at_once(stuck):
    """And what is dropped needs a reason."""
    kit, _ = stuck
    admin, outgoing = kit.officer("admin"), kit.office.outgoing
    (counts,) = [item for item in outgoing.counts(actor=admin) if item.given_up]
    assert counts.given_up == len(outgoing.retry(target="channel:mail", actor=admin))
    (first, *_) = outgoing.find(state=OutboxState.WAITING, target="channel:mail", actor=admin).items
    with raises_code("reason-needed"):
        outgoing.drop((first.number,), reason=" ", actor=admin)
    assert (first.number,) == outgoing.drop((first.number,), reason="Alamat salah", actor=admin)
    assert "dropped" == outgoing.get(first.number, actor=admin).state.value


def test_the_outbox_is_read_in_pages(stuck):
    """Newest first; each entry once."""
    kit, _ = stuck
    admin, found, after = kit.officer("admin"), [], None
    while True:
        page = kit.office.outgoing.find(actor=admin, after=after, limit=1)
        found += [item.number for item in page.items]
        after = page.next
        if after is None:
            break
    assert (
        sorted(found, reverse=True)
        == found
        == [item.number for item in kit.office.outgoing.find(actor=admin).items]
    )


def test_a_part_of_an_address_is_shown_and_the_applicant_sees_that_it_was(stuck):
    """Enough to see a slip in the host's name; the history of the case names who looked."""
    kit, case = stuck
    (entry, *_) = [
        item
        for item in kit.office.outgoing.find(actor=kit.officer("admin")).items
        if item.recipient == "applicant"
    ]
    contact = kit.office.outgoing.contact(entry.number, actor=kit.officer("admin"))
    (looked,) = kit.office.applications.readings(case.id, actor=APPLICANT).items

    assert ("s…@surat.example", "+6281…00") == (contact.email, contact.phone)
    assert ("contact", "administrator") == (looked.of.value, looked.role.code)
    assert "why a message does not get through" in looked.purpose.to("en")
    assert sample_applicant().email not in repr(contact)


def test_auditors_see_what_leaves_and_change_nothing():
    """And see no part of an address."""
    kit = sample_office()
    kit.submit("warung")
    auditor = kit.officer("auditor")
    (entry, *_) = kit.office.outgoing.find(actor=auditor).items
    for refused in (
        lambda: kit.office.outgoing.retry((entry.number,), actor=auditor),
        lambda: kit.office.outgoing.drop((entry.number,), reason="x", actor=auditor),
        lambda: kit.office.outgoing.contact(entry.number, actor=auditor),
    ):
        with pytest.raises(AccessDeniedError):
            refused()


def test_an_announcement_is_shown_until_its_end_and_ends_by_itself(any_kit):
    """Everywhere, or where the types that it names are dealt with."""
    kit, banners = any_kit, any_kit.office.banners
    admin, hour = kit.officer("admin"), timedelta(hours=1)
    everywhere = banners.put_up(Text("Libur", "Closed"), ends=kit.clock() + hour, actor=admin)
    kit.clock.forward(minutes=1)
    of_one = banners.put_up(
        Text("SIMBG mati", "SIMBG is down"),
        begins=kit.clock() + hour / 2,
        ends=kit.clock() + 2 * hour,
        system="SIMBG",
        permit_types=("acara",),
        actor=admin,
    )
    now = kit.clock()
    shown = [
        [one.id for one in banners.current(kind, now=now + after)]
        for kind, after in ((None, hour / 2), ("acara", hour / 2), ("acara", hour), ("acara", 2 * hour))
    ]

    assert [[everywhere.id], [of_one.id, everywhere.id], [of_one.id], []] == shown
    assert 2 == len(banners.all(actor=admin))


def test_an_announcement_is_taken_down_before_its_end_and_both_are_on_record(any_kit):
    """Once it is over there is nothing to take down."""
    kit, banners = any_kit, any_kit.office.banners
    admin = kit.officer("admin")
    made = banners.put_up(Text("Libur", "Closed"), ends=kit.clock() + timedelta(days=1), actor=admin)
    banners.take_down(made.id, actor=admin)
    kit.clock.forward(minutes=1)
    with pytest.raises(NotFoundError):
        banners.take_down(made.id, actor=admin)
    found = kit.office.audit.search(kinds={EventKind.BANNER_CHANGED}, actor=admin).items

    assert () == banners.current()
    assert ["take_down", "put_up"] == [one.details[0][1].code for one in found]


@pytest.mark.parametrize(
    ("code", "text", "hours"),
    [
        ("banner-text", Text("Libur"), 1),
        ("banner-text", Text("x" * 601, "x"), 1),
        ("banner-span", Text("Libur", "Closed"), 0),
        ("banner-span", Text("Libur", "Closed"), -1),
        ("banner-span", Text("Libur", "Closed"), 24 * 61),
    ],
)
def test_an_announcement_has_both_languages_and_an_end(code, text, hours):
    """None is forgotten, and none is read by half of the people."""
    kit = sample_office()
    with raises_code(code):
        kit.office.banners.put_up(text, ends=kit.clock() + timedelta(hours=hours), actor=kit.officer("admin"))


def left_over(kit):
    """Note a number of an outside registry that no letter bears."""
    with kit.office.storage.unit_of_work() as work:
        work.settings.put("number-source/luar/tidak-ada", {"given": 0, "number": "L-7"})
        work.commit()


def finding(kit, code, **options):
    found = kit.office.health.findings(actor=HOST, again=True, **options)
    return next(one for one in found if one.finding.code == code)


def test_a_number_left_over_is_known_once_two_persons_took_notice(any_kit):
    """The second may be an auditor, and is not the first one again."""
    kit = any_kit
    left_over(kit)
    mark = finding(kit, "number-left-over").finding.key
    health, admin = kit.office.health, kit.officer("admin")
    health.acknowledge(mark, reason="Dilaporkan ke pusat", actor=admin)
    half = finding(kit, "number-left-over")
    with raises_code("finding-second"):
        health.acknowledge(mark, reason="Dilaporkan ke pusat", actor=admin)
    health.acknowledge(mark, reason="Laporan sudah dilihat", actor=kit.officer("auditor"))
    whole = finding(kit, "number-left-over")
    acts = kit.office.audit.search(kinds={EventKind.FINDING_ACKNOWLEDGED}, actor=admin).items

    assert (True, False) == (half.is_new, whole.is_new)
    assert ["second", "first"] == [dict(_codes(one))["act"] for one in acts]
    health.withdraw(mark, actor=admin)
    assert finding(kit, "number-left-over").is_new


def test_a_finding_that_asks_for_something_is_not_dismissed():
    """Nor one that the office does not have; nor by someone who may only look."""
    kit = sample_office()
    notice = finding(kit, "officer-by-operator").finding.key
    with pytest.raises(NotFoundError):
        kit.office.health.acknowledge("tidak-ada", reason="x", actor=HOST)
    with pytest.raises(AccessDeniedError):
        kit.office.health.acknowledge(notice, reason="x", actor=kit.officer("auditor"))
    with raises_code("reason-needed"):
        kit.office.health.acknowledge(notice, reason="", actor=HOST)
    kit.office.health.acknowledge(notice, reason="Memang begitu", actor=HOST)
    assert not next(one for one in kit.office.health.findings(actor=HOST) if one.finding.key == notice).is_new


def test_a_problem_of_the_office_cannot_be_dismissed():
    """It says what to do, and ends by that."""
    from perizinan_core.bootstrap._findings import OfficeFinding

    kit = sample_office()
    problem = OfficeFinding(code="file-readable", sentence="x", remedy="y")
    health = Health(
        lambda _: (problem,),
        Acknowledgements(kit._context),
        kit.office.plugins,
        kit.office.settings,
        UpkeepState(kit._context, kit.office.settings),
    )
    with raises_code("finding-not-acknowledged"):
        health.acknowledge(problem.key, reason="x", actor=HOST)


def test_what_was_done_is_found_by_case_officer_act_and_day(any_kit):
    """And shows who did it by name, and nothing of the applicant."""
    kit = any_kit
    case = kit.submit("warung")
    kit.review(case.id)
    permit = kit.issue(case.id)
    search, admin = kit.office.audit.search, kit.officer("admin")
    of_case = search(receipt=case.receipt_number, actor=admin, limit=100).items
    by_head = search(officer="pimpinan", actor=admin).items
    decided = search(kinds={EventKind.STAGE_DECIDED}, actor=admin).items
    today, tomorrow = kit.office.today(), kit.office.today() + timedelta(days=1)

    codes = [one.act.code for one in of_case]
    assert {"permit_issued", "application_submitted", "stage_decided"} <= set(codes)
    assert {case.receipt_number} == {one.receipt_number for one in of_case if one.act.code != "permit_issued"}
    assert {"pimpinan"} == {one.by.code for one in by_head}
    assert ["stage_decided"] == [one.act.code for one in decided]
    assert () == search(first=tomorrow, actor=admin).items
    assert len(search(first=today, last=today, actor=admin, limit=100).items) > len(of_case)
    assert sample_applicant().name not in repr(of_case)
    assert {"the applicant's side"} >= {one.by.name.to("en") for one in of_case if one.by.code == "public"}
    assert permit.number in repr(of_case)
    assert {("step", "Completeness check"), ("result", "positive"), ("late", "no")} == {
        (name.name.to("en"), value.name.to("en")) for name, value in decided[0].details
    }
    given = next(one for one in of_case if one.act.code == "stage_assigned")
    assert {"Petugas loket-1", "Petugas loket-2", "Petugas pimpinan"} > {
        str(value) for name, value in given.details if name.code == "officer"
    }


def _codes(entry):
    return ((name.code, value.code) for name, value in entry.details)


def test_the_search_continues_in_pages(any_kit):
    """Newest first; each once."""
    kit = any_kit
    kit.submit("warung")
    admin, found, after = kit.officer("admin"), [], None
    while True:
        page = kit.office.audit.search(actor=admin, after=after, limit=7)
        found += [one.id for one in page.items]
        after = page.next
        if after is None:
            break
    assert len(found) == len(set(found)) > 14


def rows(table):
    return list(csv.DictReader(io.StringIO("".join(table.csv()))))


def test_events_are_taken_out_without_personal_data_and_with_the_same_pseudonyms(any_kit):
    """Twice the same; no id, name or receipt number of a record; that it was done is on record."""
    kit = any_kit
    case = kit.submit("warung")
    kit.review(case.id)
    audit, auditor = kit.office.audit, kit.officer("auditor")
    first, again = (rows(audit.export(FIRST, LAST, actor=auditor)) for _ in range(2))
    lines = [json.loads(line) for line in audit.export(FIRST, LAST, actor=auditor).json_lines()]
    of_case = [row for row in again if row["case"]]
    text = json.dumps(again)

    assert first == again[: len(first)]
    assert 1 == len({row["case"] for row in of_case})
    assert {"warung"} == {row["permit_type"] for row in of_case}
    assert lines[0]["kind"] == again[0]["kind"]
    for secret in (case.id, case.receipt_number, "pimpinan", "loket-", APPLICANT.id, sample_applicant().name):
        assert secret not in text
    with kit.office.storage.unit_of_work(read_only=True) as work:
        kinds = [event.kind for event in work.history.of(ADMINISTRATION)]
    assert [EventKind.AUDIT_EXPORTED] * 3 == kinds


def test_a_cell_that_a_spreadsheet_would_compute_is_made_text():
    """With an apostrophe in front; others stay as they are."""
    assert ["'=1+1", "'+6281", "'-1", "'@x", "'\t=1", "a=1", ""] == [
        _guarded(cell) for cell in ("=1+1", "+6281", "-1", "@x", "\t=1", "a=1", "")
    ]


def test_steps_show_whether_the_order_of_receipt_was_kept():
    """An older case that waits with the same officer is counted; one that a second person let pass is marked."""
    kit = sample_office()
    cases = [kit.submit("warung") for _ in range(3)]
    holders = {case.id: kit.assignee(case.id, "periksa").id for case in cases}
    first, third = cases[0], cases[2]
    assert holders[first.id] == holders[third.id]
    officer = kit.officer(holders[first.id])
    kit.office.reviews.request_jump(third.id, "periksa", reason="Bencana", actor=officer)
    kit.office.reviews.allow_jump(
        third.id, "periksa", approved_by=kit.officer("supervisor"), reason="Bencana"
    )
    kit.clock.to_working_day(kit._context.calendar, after=2)
    kit.decide(third.id, "periksa")
    kit.decide(first.id, "periksa")
    found = rows(kit.office.audit.export(FIRST, LAST, actor=HOST, steps=True))
    (times,) = [
        item for item in kit.office.audit.times(FIRST, LAST, actor=HOST) if item.officer.code == officer.id
    ]

    assert [("1", "yes"), ("0", "no")] == [
        (row["older_waiting_same_officer"], row["jump_allowed"]) for row in found
    ]
    assert [2, 0] == [int(float(row["older_waiting"])) for row in found]
    assert all(1 < float(row["working_days"]) <= 2 for row in found)
    assert (2, 0) == (times.decided, times.out_of_order)


def test_an_export_has_its_days_in_order_and_at_most_two_years():
    """The sentence names what was asked for."""
    kit = sample_office()
    for first, last in ((LAST, FIRST), (date(2020, 1, 1), LAST)):
        with raises_code("export-span"):
            kit.office.audit.export(first, last, actor=HOST)


def packed(changes=None) -> io.BytesIO:
    """Return the sample's catalogue as a ZIP file, with some files changed."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for path in sorted(SAMPLE.rglob("*.yaml")):
            name = path.relative_to(SAMPLE).as_posix()
            text = path.read_text(encoding="utf-8")
            opened.writestr(f"katalog/{name}", (changes or {}).get(name, lambda old: old)(text))
    archive.seek(0)
    return archive


def test_the_catalogue_of_today_changes_nothing():
    """Packed as it is, in a folder of its own."""
    kit = sample_office()
    shown = kit.office.versions.preview(packed(), actor=HOST)

    assert ((), (), 2) == (shown.problems, shown.changes, shown.unchanged)


def test_a_new_catalogue_shows_what_it_would_change_and_for_how_many_cases():
    """Rule by rule; the same version with other rules is named, since cases that froze it would change."""
    kit = sample_office()
    kit.submit("warung")
    (name,) = [path.name for path in (SAMPLE / "permits").glob("*warung*")]

    def longer(old):
        return old.replace("limit: 5 working_days", "limit: 9 working_days")

    shown = kit.office.versions.preview(packed({f"permits/{name}": longer}), actor=HOST)
    (change,) = shown.changes

    assert ("warung", 1, True) == (change.code, change.open_cases, change.is_silent)
    (difference,) = change.differences
    assert ("time limit", Change.CHANGED) == (difference.topic.to("en"), difference.change)
    assert ("5", "9") == tuple(
        "".join(filter(str.isdigit, text)) for text in (difference.before("en"), difference.after("en"))
    )


def test_what_is_wrong_with_a_new_catalogue_is_said_with_its_place():
    """And nothing else."""
    kit = sample_office()
    (name,) = [path.name for path in (SAMPLE / "permits").glob("*warung*")]
    shown = kit.office.versions.preview(
        packed({f"permits/{name}": lambda old: old + "\nkata: 1\n"}), actor=HOST
    )
    assert shown.problems
    assert () == shown.changes


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_a_file_that_is_not_an_archive_is_refused(content):
    """With what is expected."""
    with raises_code("catalogue-archive"):
        sample_office().office.versions.preview(io.BytesIO(content), actor=HOST)


def test_versions_say_how_many_open_cases_keep_them(any_kit):
    """Closed ones do not count."""
    kit = any_kit
    kit.permit("warung")
    kit.submit("warung")
    counted = {one.permit_type.code: one.open_cases for one in kit.office.versions.list(actor=HOST)}
    assert {"warung": 1, "acara": 0} == counted


def test_the_last_backup_and_what_will_be_removed_are_known(any_kit):
    """A draft on which no one worked is counted before its end is announced."""
    kit = any_kit
    before = kit.office.health.upkeep(actor=HOST)
    kit.draft("warung")
    note_backup(kit.office.storage, at=kit.clock(), rows=7, documents=3)
    note_check(kit.office.storage, at=kit.clock() + timedelta(hours=1))
    after = kit.office.health.upkeep(actor=HOST, now=kit.clock() + timedelta(days=170))

    assert (None, None, 0) == (before.backed_up_at, before.checked_at, before.drafts_to_announce)
    assert (kit.clock(), 7, 3) == (after.backed_up_at, after.backup_rows, after.backup_documents)
    assert timedelta(hours=1) == after.checked_at - after.backed_up_at
    assert (1, 0) == (after.drafts_to_announce, after.drafts_to_remove)

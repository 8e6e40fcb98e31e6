"""Personal data stay where they belong: not in events, logs, error texts or names of files."""

import json
import logging
from io import BytesIO

import pytest

from perizinan_core._converters import to_json
from perizinan_core.errors.base import PerizinanError
from perizinan_core.hooks._notification import MailFolderChannel
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._applicant import Address, Representative
from perizinan_core.model._case import CorrectionItem, InspectionMinutes, StageOutcome
from perizinan_core.model._identifiers import PhoneNumber
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant, sample_office

SECRETS = {
    "name": "Ratnadewi Prameswari",
    "nik": "3572015208900000",
    "phone": "81255550000",
    "e-mail": "ratnadewi@rahasia.example",
    "address": "Gang Tersembunyi 99",
    "file name": "foto-ktp-ratnadewi",
    "correction reason": "tulisan pada kartu tidak terbaca",
    "negative reason": "mengganggu tetangga sebelah",
    "withdrawal reason": "suami pindah tugas",
    "conflict reason": "ipar dari pemohon",
    "jump reason": "sakit keras dan harus segera",
    "suspension reason": "dilaporkan warga sekitar",
    "findings": "pagar rumahnya terlalu tinggi",
    "form value": "Perumahan Bunga Rahasia",
}


@pytest.fixture
def logged(caplog, capfd):
    """Everything that is logged or printed during the test, by whatever library, as text."""
    caplog.set_level(logging.DEBUG)

    def run():
        printed = capfd.readouterr()
        return caplog.text + printed.out + printed.err

    return run


@pytest.fixture
def played(logged, tmp_path):
    """An office in which everything happened that gives a reason or holds personal data, and its errors."""
    kit = sample_office(channels={"files": MailFolderChannel(tmp_path / "mail"), "broken": _Broken()})
    errors: list[PerizinanError] = []

    def refused(step, *arguments, **given):
        with pytest.raises(PerizinanError) as told:
            step(*arguments, **given)
        errors.append(told.value)

    office, reviews = kit.office, kit.office.reviews
    person = sample_applicant(
        name=SECRETS["name"],
        email=SECRETS["e-mail"],
        phone=PhoneNumber.parse("0" + SECRETS["phone"]),
        address=Address(street=SECRETS["address"]),
    )
    case = kit.draft(
        "acara",
        applicant=person,
        form={"lokasi": SECRETS["form value"], "luas": 0},
        representative=Representative(person=person),
    )
    refused(office.applications.submit, case.id, actor=APPLICANT)
    office.applications.save(
        case.id, actor=APPLICANT, form={"lokasi": SECRETS["form value"], "luas": 5}, representative=None
    )
    refused(office.applications.submit, case.id, actor=APPLICANT)
    refused(
        office.applications.upload,
        case.id,
        "ktp",
        BytesIO(b"<html>"),
        file_name=SECRETS["file name"] + ".pdf",
        actor=APPLICANT,
    )
    for slot in ("ktp", "denah"):
        kit.upload(case.id, slot, file_name=SECRETS["file name"] + ".png")
    kit.hand_in(case.id)
    reviews.declare_conflict(
        case.id, reason=SECRETS["conflict reason"], actor=kit.assignee(case.id, "periksa")
    )
    reviews.request_correction(
        case.id,
        "periksa",
        (CorrectionItem(target="denah", reason=SECRETS["correction reason"]),),
        actor=kit.assignee(case.id, "periksa"),
    )
    old = next(
        item
        for item in office.applications.get(case.id, actor=HOST).current_documents()
        if item.slot == "denah"
    )
    kit.upload(case.id, "denah", replaces=old.id, file_name=SECRETS["file name"] + "-2.png")
    kit.hand_in(case.id)
    kit.review(case.id, until="rekomendasi")
    reviews.request_stage(case.id, "peninjauan", actor=kit.assignee(case.id, "telaah"))
    kit.decide(case.id, "telaah")
    kit.decide(
        case.id,
        "peninjauan",
        minutes=InspectionMinutes(
            day=kit._context.local_day(kit.clock()),
            inspectors=("pengawas",),
            findings=SECRETS["findings"],
            favourable=True,
        ),
    )
    refused(kit.decide, case.id, "bayar")
    kit.review(case.id)
    permit = kit.issue(case.id)
    head = kit.officer("pimpinan")
    office.permits.suspend(permit.id, reason=SECRETS["suspension reason"], legal_basis="Perda", actor=head)
    refused(
        office.permits.suspend, permit.id, reason=SECRETS["suspension reason"], legal_basis="", actor=head
    )

    negative = kit.submit("acara", applicant=person)
    kit.review(negative.id, until="rekomendasi")
    kit.decide(negative.id, "rekomendasi", StageOutcome.NEGATIVE, reasons=(SECRETS["negative reason"],))
    kit.review(negative.id, until="putusan")
    reviews.refuse(
        negative.id, reasons=(SECRETS["negative reason"],), actor=kit.assignee(negative.id, "putusan")
    )
    first = kit.submit(applicant=person)
    later = kit.submit(applicant=person)
    for name in (first.id, later.id):
        asker = kit.assignee(name, "periksa")
        reviews.request_jump(name, "periksa", reason=SECRETS["jump reason"], actor=asker)
        reviews.allow_jump(
            name,
            "periksa",
            approved_by=kit.officer("supervisor"),
            reason=SECRETS["jump reason"],
        )
    office.applications.withdraw(first.id, actor=APPLICANT, reason=SECRETS["withdrawal reason"])
    refused(office.applications.withdraw, first.id, actor=APPLICANT, reason=SECRETS["withdrawal reason"])
    refused(office.applications.get, first.id, actor=Actor(id="orang-lain", kind=ActorKind.APPLICANT))
    office.worker.run_once()
    return kit, errors, tmp_path / "mail", (case.id, negative.id, first.id, later.id), logged()


class _Broken:
    """A channel whose error quotes the whole message."""

    def send(self, notification):
        raise RuntimeError(
            f"cannot send to {notification.recipient_name} {notification.email}: {notification.body}"
        )


def told_of(text: str) -> list[str]:
    """Return which of the secrets stand in a text."""
    folded = text.casefold()
    return [kind for kind, secret in SECRETS.items() if secret.casefold() in folded]


def test_no_personal_data_in_the_events_of_a_whole_way(played):
    """Events go to listeners, queues and the public log: codes, numbers and times only."""
    kit, cases = played[0], played[3]
    events = [event for case in cases for event in kit.office.applications.history(case, actor=HOST)]

    assert len(events) > 50
    assert {event.kind.value: [] for event in events} == {
        event.kind.value: told_of(json.dumps(to_json(event), ensure_ascii=False)) for event in events
    }


def test_no_personal_data_in_the_outbox(played):
    """Neither in the events there nor in the failures of channels, which quoted a whole message."""
    kit = played[0]
    with kit._context.storage.unit_of_work() as work:
        entries = work.outbox.waiting(limit=1000)

    assert entries
    assert [] == told_of(repr(entries))
    assert any("RuntimeError" in (entry.last_error or "") for entry in entries)


def test_no_personal_data_in_the_logs(played):
    """A channel that quotes the message in its error is logged by class only."""
    text = played[4]

    assert "was not delivered to channel:broken: RuntimeError" in text
    assert [] == told_of(text)


def test_no_personal_data_in_error_texts_but_what_the_applicant_wrote_in_the_form(played):
    """Sentences name fields, slots and codes."""
    errors = played[1]

    assert len(errors) >= 6
    assert {} == {
        type(error).__name__: found
        for error in errors
        if (found := told_of(error.message("id") + error.message("en") + str(error.args)))
    }


def test_no_personal_data_in_names_of_files(played):
    """Mails lie under ids."""
    names = " ".join(path.name for path in played[2].iterdir())

    assert names
    assert [] == told_of(names)


def test_no_personal_data_in_the_reprs_of_what_gets_logged(played):
    """Whoever logs a whole application or notification still logs no person."""
    kit = played[0]
    application = kit.office.applications.get(played[3][0], actor=HOST)

    who = {"name", "nik", "phone", "e-mail", "address", "file name"}

    assert who.isdisjoint(told_of(repr(application)))
    assert who.isdisjoint(told_of(repr(kit.office.permits.of_owner(actor=APPLICANT))))


def test_the_small_picture_is_an_honest_upload():
    """What the kit uploads is accepted on its own merits."""
    kit = sample_office()
    case = kit.draft()
    document = kit.upload(case.id, "ktp", content=small_png(1))
    kept = kit.office.applications.get(case.id, actor=APPLICANT).documents[0]

    assert (document, "image/png") == (kept.id, kept.content_type)

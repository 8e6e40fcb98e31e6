"""What messages lead to, and what they say of a person: no more than is needed."""

from __future__ import annotations

import json
from datetime import date
from email.policy import SMTP

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.hooks import MessageText
from perizinan_core.hooks._notification import compose_mail
from perizinan_core.i18n import LANGUAGES, translate
from perizinan_core.model._actor import Account
from perizinan_core.model._applicant import Address, Person, Representative
from perizinan_core.model._case import (
    CorrectionItem,
    CorrectionRequest,
    Decision,
    DecisionKind,
    OutsideWait,
    StageOutcome,
    StageRecord,
    WaitingFor,
)
from perizinan_core.model._complaint import (
    Complaint,
    ComplaintEntry,
    ComplaintKind,
    ComplaintState,
    ComplaintStep,
)
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._held import HeldOutcome, HeldReason, HeldUpload
from perizinan_core.model._identifiers import Nik, PhoneNumber
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit import PermitStatus, StatusChange
from perizinan_core.services._complaint_messages import COMPLAINT_KINDS_OF_EVENTS, complaint_messages
from perizinan_core.services._digest_texts import digest_of
from perizinan_core.services._message_texts import (
    links_in,
    own_hosts,
    placeholders_of,
    stray_links,
    text_problems,
    without_stray_links,
)
from perizinan_core.services._message_wordings import MESSAGE_KINDS, wording_of
from perizinan_core.services._messages import messages_for
from perizinan_core.testing import (
    HOST,
    MORNING,
    sample_applicant,
    sample_office,
    sample_pack,
    sample_staff,
)

AUTHORITY = sample_pack().authority
OWN = min(own_hosts(AUTHORITY))
ALL = [
    *((kind, "") for kind in sorted(MESSAGE_KINDS - {EventKind.DOCUMENT_HOLD_ENDED})),
    *((EventKind.DOCUMENT_HOLD_ENDED, one.value) for one in HeldOutcome if one is not HeldOutcome.DISCARDED),
]
KNOWN = {
    *(
        "receipt",
        "permit_type",
        "items",
        "answer_by",
        "payment",
        "amount",
        "name",
        "reason",
        "since",
        "reasons",
    ),
    *("objection_until", "objection_to", "legal_basis", "number", "until", "verification_url", "due", "next"),
    *("of", "day", "slot"),
}
"""Everything that a message may say of a case; ``name`` is that of an outside agency."""

MAY_HOLD = {
    EventKind.CORRECTION_REQUESTED: {"written"},
    EventKind.OUTSIDE_WAIT_BEGUN: {"written", "agency"},
    EventKind.OUTSIDE_WAIT_ENDED: {"agency"},
    EventKind.APPLICATION_REFUSED: {"written"},
    EventKind.APPLICATION_REOPENED: {"written"},
    EventKind.DECISION_ANNULLED: {"written"},
    EventKind.PERMIT_SUSPENDED: {"written"},
    EventKind.PERMIT_REINSTATED: {"written"},
    EventKind.PERMIT_REVOKED: {"written"},
    EventKind.PERMIT_ANNULLED: {"written"},
}
"""By kind: what a message may hold beside the greeting; of data of a person, nothing at all."""

OTHER = Person(
    name="Raka Contohwijaya",
    nik=Nik.parse("3572011203850000"),
    birth_place="Kotalahir",
    birth_date=date(1985, 3, 12),
    address=Address(street="Gang Tersembunyi 9", village="Contoh", district="Contoh", regency="Contoh"),
    phone=PhoneNumber.parse("081299990000"),
    email="raka@surat.example",
)
SELF = sample_applicant(birth_date=date(1990, 8, 12), birth_place="Desalahir")
MARKS = {
    "written": ["KATA PETUGAS"],
    "agency": ["Dinas Luar Contoh"],
    "file": ["KTP_rahasia"],
    "form": ["Jalan Kenanga"],
    "officer": ["telaah-1", "loket-1"],
    **{
        f"{label} {field}": words
        for label, who in (("own", SELF), ("other", OTHER))
        for field, words in (
            ("name", [who.name]),
            ("nik", [str(who.nik)]),
            ("phone", [str(who.phone), str(who.phone)[3:]]),
            ("mail", [who.email]),
            ("address", [who.address.street]),
            ("birth place", [who.birth_place]),
            (
                "birth date",
                [who.birth_date.isoformat(), *(format_date(who.birth_date, one) for one in LANGUAGES)],
            ),
        )
    },
}


def text_with(body, **changes):
    given = {"kind": EventKind.APPLICATION_SUBMITTED, "language": "id", "subject": "x", "body": body}
    return MessageText(**{**given, **changes})


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Lihat https://bit.ly/izin", "own addresses"),
        ("Lihat bit.ly/izin", "https://"),
        ("Lihat www.contoh.example", "https://"),
        (f"Lihat http://{OWN}/lacak", "https://"),
        (f"Lihat https://{OWN}@jahat.example/lacak", "own addresses"),
        (f"Lihat https://{OWN}.jahat.example/", "own addresses"),
        (f"Lihat https://sandi@{OWN}/lacak", "no login"),
        (f"Lihat https://{OWN}/lacak?nomor={{receipt}}", "no secret"),
        (f"Lihat https://{OWN}/lacak#x", "no secret"),
        (f"Lihat https://{OWN}/{{receipt}}", "no placeholder"),
        ("Lihat javascript://x", "https://"),
    ],
)
def test_a_text_with_another_link_is_refused_when_the_office_opens(body, problem):
    """No shortened addresses, no other hosts, nothing of the case in an address."""
    (found,) = text_problems([text_with(body)], AUTHORITY)

    assert problem in found


@pytest.mark.parametrize("body", [f"Lihat https://{OWN}/lacak.", "Lihat halaman kami.", "Pukul 08.00/Senin"])
def test_links_to_the_office_itself_are_welcome(body):
    """And what only looks like one is not a link."""
    assert () == text_problems([text_with(body)], AUTHORITY)


@pytest.mark.parametrize(("kind", "outcome"), ALL, ids=str)
def test_our_texts_have_no_links_of_their_own_and_no_unknown_placeholder(kind, outcome):
    """In both languages: what is filled in is an address of the authority, or no address."""
    wording = wording_of(kind, outcome)
    said = [translate(text, one) for text in (wording.subject, wording.body) for one in LANGUAGES]
    known, _ = placeholders_of(kind, outcome)

    assert () == tuple(link for text in said for link in links_in(text))
    assert set() == known - KNOWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_messages_of_a_whole_case_hold_no_personal_data_but_the_greeting(language):
    """No NIK, no number, no address; the text for phones holds not even the name."""
    kit = sample_office(language=language)
    permit = kit.permit()
    kit.office.worker.run_once()
    who = sample_applicant()
    secret = [str(who.nik), str(who.phone), who.address.street, who.email]
    sent = list(kit.mail.sent.values())

    assert {"application_submitted", "file_complete", "application_approved", "permit_issued"} <= {
        one.kind for one in sent
    }
    for one in sent:
        whole = f"{one.subject} {one.body} {one.text} {one.data}"
        assert [] == [word for word in secret if word and word in whole]
        assert who.name not in f"{one.subject} {one.text} {one.data}"
        assert own_hosts(AUTHORITY) >= {link.split("/")[2] for link in links_in(one.text)}
    assert kit.office.applications.get(permit.application_id, actor=HOST).applicant == who


@pytest.fixture(scope="module")
def marked():
    """A case and its permit, with a mark in every field that a message could be made of."""
    kit = sample_office()
    permit = kit.permit(applicant=SELF)
    case = kit.office.applications.get(permit.application_id, actor=HOST)
    at, by = MORNING, Account.officer("telaah-1")
    stage = case.stages[0]
    record = StageRecord(
        submission=1,
        outcome=StageOutcome.POSITIVE,
        decided_at=at,
        decided_by="telaah-1",
        reasons=("KATA PETUGAS",),
        set_aside_at=at,
        set_aside_by="telaah-1",
        set_aside_reasons=("KATA PETUGAS",),
    )
    case = attrs.evolve(
        case,
        representative=Representative(person=OTHER),
        stages=(attrs.evolve(stage, earlier=(record,)), *case.stages[1:]),
        corrections=(
            CorrectionRequest(
                round=1,
                stage=stage.stage,
                requested_by="telaah-1",
                requested_at=at,
                items=(CorrectionItem(target="ktp", reason="KATA PETUGAS"),),
                answer_by=at.date(),
            ),
        ),
        decision=Decision(kind=DecisionKind.REFUSED, at=at, by=by, reasons=("KATA PETUGAS",)),
        waits=(
            OutsideWait(
                number=1,
                party=WaitingFor.AGENCY,
                name="Dinas Luar Contoh",
                reason="KATA PETUGAS",
                since=at,
                by=by,
                recorded_at=at,
            ),
        ),
        held_uploads=(
            HeldUpload(
                id="kept",
                slot="ktp",
                file_name="KTP_rahasia.png",
                sha256="0" * 64,
                size=1,
                held_at=at,
                uploaded_by=case.owner,
                reason=HeldReason.INSPECTION_FAILED,
                inspected_with="1",
                inspected_at=at,
            ),
        ),
    )
    change = StatusChange(
        status=PermitStatus.SUSPENDED, at=at, effective=at.date(), by="telaah-1", reason="KATA PETUGAS"
    )
    return case, attrs.evolve(permit, changes=(change,)), kit.office.catalogue


def messages_about(marked, kind, outcome, language):
    case, permit, catalogue = marked
    data = {
        "outcome": outcome,
        "upload": "kept",
        "round": 1,
        "wait": 1,
        "stage": case.stages[0].stage,
        "of": ["decision"],
    }
    event = Event(kind=kind, subject=case.id, at=MORNING, actor="officer:telaah-1", data=data)
    return messages_for(
        event,
        application=attrs.evolve(case, language=language),
        permit_type=catalogue.version(case.permit_type, case.permit_type_version),
        permit=permit,
        authority=AUTHORITY,
        language=language,
        today=MORNING.date(),
        supervisors=tuple(one for one in sample_staff() if one.id == "supervisor"),
    )


def marks_in(text):
    return {name for name, words in MARKS.items() if any(word in text for word in words)}


def shapes_of(message):
    """What leaves, by channel: subject and text of a mail, the text for phones, what a webhook is given."""
    mail = (
        compose_mail(attrs.evolve(message, id="one"), sender="izin@contoh.example", policy=SMTP)
        if message.email
        else None
    )
    return {
        "subject": message.subject if mail is None else str(mail["Subject"]),
        "mail": message.body if mail is None else mail.get_content(),
        "phone": message.text,
        "webhook": json.dumps([message.kind, dict(message.data)], default=str),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "outcome"), ALL, ids=str)
def test_no_message_holds_more_of_anyone_than_its_kind_may(marked, kind, outcome, language):
    """Each kind on each channel; only the greeting of a mail names someone: the one who reads it."""
    messages = messages_about(marked, kind, outcome, language)
    may = MAY_HOLD.get(kind, set())
    own = {"applicant": "own name", "representative": "other name"}

    assert messages
    for recipient, message in messages.items():
        greeting = {own[recipient]} if recipient in own else set()
        found = {shape: marks_in(text) for shape, text in shapes_of(message).items()}
        assert set() == found["mail"] - may - greeting
        assert set() == (found["subject"] - may) | (found["phone"] - may)
        assert set() == found["webhook"]


def test_what_a_kind_may_hold_is_what_some_message_holds(marked):
    """The table allows nothing that no message needs, and the marks are really where messages are made of."""
    held = {
        (kind, mark)
        for kind, outcome in ALL
        for message in messages_about(marked, kind, outcome, "id").values()
        for mark in marks_in(message.text)
    }

    assert held == {(kind, mark) for kind, marks in MAY_HOLD.items() for mark in marks}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_holds_no_more_than_its_parts(marked, language):
    """It names its reader once, in the greeting of the mail."""
    parts = [messages_about(marked, kind, outcome, language).get("applicant") for kind, outcome in ALL]
    message = digest_of(
        [one for one in parts if one is not None], authority=AUTHORITY, texts={}, created_at=MORNING
    )
    found = {shape: marks_in(text) for shape, text in shapes_of(message).items()}

    assert {"written", "agency", "own name"} == found["mail"]
    assert {"written", "agency"} == found["phone"]
    assert set() == found["subject"] | found["webhook"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(COMPLAINT_KINDS_OF_EVENTS), ids=str)
def test_messages_about_a_complaint_tell_nothing_of_it(kind, language):
    """Its number and its day; neither what was written nor who wrote it, but to themselves."""
    complaint = Complaint(
        id="one",
        number="P/1/2026",
        kind=ComplaintKind.SERVICE,
        state=ComplaintState.RECEIVED,
        name=SELF.name,
        email=SELF.email,
        language=language,
        received_at=MORNING,
        due=MORNING.date(),
        holder="loket-1",
        entries=(
            ComplaintEntry(
                step=ComplaintStep.FILED, at=MORNING, by="", message=f"{OTHER.name} {SELF.nik} KATA PETUGAS"
            ),
        ),
        digest="x",
    )
    event = Event(kind=kind, subject="one", at=MORNING, actor="host:portal")
    sent = complaint_messages(
        event,
        complaint,
        authority=AUTHORITY,
        supervisors=tuple(one for one in sample_staff() if one.id == "supervisor"),
        language=language,
    )

    assert sent
    for recipient, message in sent.items():
        found = {shape: marks_in(text) for shape, text in shapes_of(message).items()}
        assert set() == found["mail"] - ({"own name"} if recipient == "complainant" else set())
        assert set() == found["subject"] | found["phone"] | found["webhook"]


@pytest.mark.parametrize(
    ("text", "strays"),
    [
        (f"Lihat https://{OWN}/lacak.", False),
        (f"Lihat HTTPS://{OWN.upper()}/lacak", False),
        ("Izin 503/IMB.PU/2026 dan pukul 08.00/Senin", False),
        (f"Lihat http://{OWN}/lacak", True),
        ("Lihat https://jahat.example/lacak", True),
        (f"Lihat https://{OWN}.jahat.example/", True),
        (f"Lihat https://{OWN}@jahat.example/", True),
        (f"Lihat https://jahat.example\\@{OWN}/", True),
        ("Lihat www.jahat.example", True),
        ("Lihat https://[::1/", True),
        ("Lihat ftp://jahat.example/", True),
    ],
)
def test_a_link_in_a_message_that_leaves_is_of_the_office(text, strays):
    """With https; in development http as well. What only looks like one is left alone."""
    assert strays is bool(stray_links(text, AUTHORITY))
    assert () == stray_links(f"http://{OWN}/lacak", AUTHORITY, development=True)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Daftar di https://oss.go.id/masuk dahulu.", "Daftar di oss.go.id/masuk dahulu."),
        ("Lihat www.jahat.example", "Lihat jahat.example"),
        ("Lihat https://www.https://jahat.example/", "Lihat jahat.example/"),
        ("Lihat jahat.example/https://a", "Lihat jahat.example/https a"),
        (f"Lihat https://{OWN}/lacak", f"Lihat https://{OWN}/lacak"),
    ],
)
def test_what_leads_elsewhere_is_written_as_words(text, left):
    """So that it can be read, and nothing is lost."""
    assert left == without_stray_links(text, AUTHORITY)


@given(st.text(alphabet="ahtps:/.w@ -[]\\", max_size=40))
def test_no_text_keeps_a_link_that_leads_elsewhere(text):
    """Whatever stands around it."""
    assert () == stray_links(without_stray_links(text, AUTHORITY), AUTHORITY)


def test_a_link_that_an_officer_typed_keeps_no_message_back():
    """The applicant learns what to correct, and the time for it runs."""
    kit = sample_office()
    case = kit.submit("warung")
    stage = case.stages_in_work()[0].stage
    kit.office.reviews.request_correction(
        case.id,
        stage,
        (CorrectionItem(target="ktp", reason="Isi https://jahat.example/ktp"),),
        actor=kit.assignee(case.id, stage),
    )
    report = kit.office.worker.run_once()
    (sent,) = kit.mail.of_kind("correction_requested")

    assert () == report.failures
    assert "Isi jahat.example/ktp" in sent.body
    assert kit.office.applications.get(case.id, actor=HOST).notice_of("correction-1") is not None

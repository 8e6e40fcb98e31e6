"""What messages lead to, and what they say of a person: no more than is needed."""

from __future__ import annotations

import pytest

from perizinan_core.hooks import MessageText
from perizinan_core.i18n import LANGUAGES, translate
from perizinan_core.model._events import EventKind
from perizinan_core.model._held import HeldOutcome
from perizinan_core.services._message_texts import links_in, own_hosts, placeholders_of, text_problems
from perizinan_core.services._message_wordings import MESSAGE_KINDS, wording_of
from perizinan_core.testing import HOST, sample_applicant, sample_office, sample_pack

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
    *("of", "day", "file", "slot"),
}
"""Everything that a message may say of a case; ``name`` is that of an outside agency."""


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

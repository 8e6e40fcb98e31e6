"""Texts of messages that others wrote: checked when the office opens, and sent in the place of ours."""

from __future__ import annotations

import pytest

from perizinan_core.hooks import MessageText
from perizinan_core.model._events import EventKind
from perizinan_core.model._held import HeldOutcome
from perizinan_core.services._message_texts import by_kind, placeholders_of, text_problems
from perizinan_core.services._message_wordings import MESSAGE_KINDS
from perizinan_core.testing import sample_office

SUBMITTED = MessageText(
    kind=EventKind.APPLICATION_SUBMITTED,
    language="id",
    subject="Berkas {receipt} kami terima",
    body="Terima kasih. Permohonan {permit_type} Anda bernomor {receipt}.",
)


def test_a_text_of_an_office_is_sent_instead_of_ours():
    """In its language; the other messages stay as they are."""
    kit = sample_office(message_texts=by_kind([SUBMITTED]))
    case = kit.submit("warung")
    kit.office.worker.run_once()
    (sent,) = kit.mail.of_kind(EventKind.APPLICATION_SUBMITTED.value)

    assert f"Berkas {case.receipt_number} kami terima" == sent.subject
    assert f"bernomor {case.receipt_number}." in sent.body
    assert case.applicant.name in sent.body


def test_the_first_of_two_texts_counts():
    """Those of plugins come before those of the authority."""
    other = MessageText(kind=SUBMITTED.kind, language="id", subject="{receipt}", body="x {receipt}")

    assert by_kind([SUBMITTED, other]) == by_kind([SUBMITTED])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ({"body": "Nomor {number_of_case}"}, "there is not a placeholder {number_of_case}"),
        ({"body": "{receipt.__class__}"}, "there is not a placeholder {receipt.__class__}"),
        ({"body": "{receipt!r:>99999999}"}, "there is not a placeholder"),
        ({"body": "{receipt"}, "a brace is not closed"),
        ({"subject": "Dua\nbaris"}, "one line"),
        ({"kind": EventKind.STAGE_ASSIGNED}, "no message is sent"),
        ({"language": "jv"}, "the languages are"),
        ({"kind": EventKind.APPLICATION_REFUSED, "body": "Ditolak."}, "{reasons} is missing"),
        ({"kind": EventKind.APPLICATION_REFUSED, "body": "{reasons}"}, "{objection_until} is missing"),
    ],
)
def test_what_is_wrong_with_a_text_is_named(text, problem):
    """Before the first message, and not in the middle of the night."""
    given = {"kind": SUBMITTED.kind, "language": "id", "subject": "x", "body": "x", **text}
    found = text_problems([MessageText(**given)])

    assert [True] == sorted({problem in one for one in found}, reverse=True)[:1]


def test_our_own_texts_would_pass():
    """Every kind of message has its placeholders on record."""
    for kind in MESSAGE_KINDS - {EventKind.DOCUMENT_HOLD_ENDED}:
        assert placeholders_of(kind) is not None
    assert placeholders_of(EventKind.DOCUMENT_HOLD_ENDED, HeldOutcome.ACCEPTED.value) is not None
    assert () == text_problems([SUBMITTED])

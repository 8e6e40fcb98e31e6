"""Receipts stay as they were given: one for each submission, whatever changes afterwards."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import attrs
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core._converters import canonical_json
from perizinan_core.errors.services import NotFoundError
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model._applicant import Representative
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._events import EventKind
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.published._keys import key_to_jwk, thumbprint
from perizinan_core.services._applications import Applications
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._context_parts import OfficeKeys
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant, sample_office, sample_pack


def ask(kit, case_id, target="ktp"):
    """Let the officer of the first stage ask for a correction."""
    kit.clock.forward(minutes=1)
    kit.office.reviews.request_correction(
        case_id,
        "periksa",
        (CorrectionItem(target=target, reason="Buram"),),
        actor=kit.assignee(case_id, "periksa"),
    )


def replace(kit, case_id, name):
    """Put another file in the place of the first one."""
    held = kit.office.applications.get(case_id, actor=HOST).current_documents()
    old = next(item for item in held if item.slot == "ktp")
    kit.upload(case_id, "ktp", replaces=old.id, file_name=name)


def test_the_signed_receipt_does_not_change_after_it_was_given(any_kit):
    """A new file in the live draft of a correction, a save, a decision: the same bytes as on the first day."""
    applications = any_kit.office.applications
    case = any_kit.submit()
    given = applications.signed_receipt(case.id, actor=APPLICANT)
    first = applications.receipt(case.id, actor=APPLICANT)
    ask(any_kit, case.id)
    replace(any_kit, case.id, "baru.png")
    in_correction = applications.signed_receipt(case.id, actor=APPLICANT)
    any_kit.hand_in(case.id)
    any_kit.review(case.id)

    assert given == in_correction == applications.signed_receipt(case.id, actor=APPLICANT, submission=1)
    assert first == applications.receipt(case.id, actor=APPLICANT, submission=1)
    assert "baru.png" not in given.decode()


def test_each_correction_has_a_receipt_of_its_own(any_kit):
    """It lists the new file, and says when it was handed in; the number and the first moment stay."""
    applications = any_kit.office.applications
    case = any_kit.submit()
    ask(any_kit, case.id)
    replace(any_kit, case.id, "baru.png")
    any_kit.hand_in(case.id)
    first, second = (applications.receipt(case.id, actor=APPLICANT, submission=number) for number in (1, 2))

    assert second == applications.receipt(case.id, actor=APPLICANT)
    assert (1, 2) == (first.submission, second.submission)
    assert (first.receipt_number, first.submitted_at) == (second.receipt_number, second.submitted_at)
    assert first.handed_in_at == first.submitted_at < second.handed_in_at
    assert ["baru.png"] == [item.file_name for item in second.files if item.slot == "ktp"]
    for wrong in (0, 3, -1):
        with pytest.raises(NotFoundError):
            applications.receipt(case.id, actor=APPLICANT, submission=wrong)


def test_a_receipt_lists_every_file_the_power_of_attorney_the_fee_and_the_rule_of_the_deadline(kit):
    """Name, size and SHA-256 of each file, and the hash of the form."""
    agent = Representative(person=sample_applicant(name="Kuasa Contoh"))
    case = kit.draft("acara", representative=agent)
    kit.fill(case.id)
    paper = small_png(77)
    kit.office.applications.attach_power_of_attorney(
        case.id, BytesIO(paper), file_name="kuasa\u202e.png", actor=APPLICANT
    )
    case = kit.hand_in(case.id)
    receipt = kit.office.applications.receipt(case.id, actor=APPLICANT)
    mandate = receipt.power_of_attorney

    assert {(item.slot, item.file_name, item.sha256, item.size) for item in receipt.files} == {
        (item.slot, item.file_name, item.sha256, item.size)
        for item in case.current_documents()
        if item.slot != POWER_OF_ATTORNEY
    }
    assert ("kuasa\ufffd.png", hashlib.sha256(paper).hexdigest(), len(paper)) == (
        mandate.file_name,
        mandate.sha256,
        mandate.size,
    )
    assert (case.terms.fee.total, case.terms.time_limit) == (receipt.fee, receipt.time_limit)
    assert kit._context.calendar.version == receipt.calendar
    assert hashlib.sha256(canonical_json(dict(case.form))).hexdigest() == receipt.form_sha256


def test_a_receipt_outlives_the_key_that_signed_it_and_the_name_of_the_permit_type(kit):
    """A new key, a new language: what was given is given again as it was."""
    case = kit.submit()
    given = kit.office.applications.signed_receipt(case.id, actor=APPLICANT)
    changed: OfficeContext = attrs.evolve(
        kit._context,
        language="en",
        keys=OfficeKeys(document=ec.generate_private_key(ec.SECP256R1()), qr=kit._context.keys.qr),
    )

    assert given == Applications(changed).signed_receipt(case.id, actor=APPLICANT)


def test_the_signature_of_a_receipt_is_that_of_the_office(kit):
    """Checked with the office's public key alone."""
    case = kit.submit()
    envelope = json.loads(kit.office.applications.signed_receipt(case.id, actor=APPLICANT))
    (signature,) = envelope["signatures"]
    public = kit._context.keys.document.public_key()

    assert thumbprint(public) == signature["keyid"]
    assert key_to_jwk(public)
    assert bytes.fromhex(signature["sig"])


def test_the_history_names_the_text_of_each_receipt(any_kit):
    """Who holds a receipt can show that it is the one that was given."""
    case = any_kit.submit()
    ask(any_kit, case.id)
    replace(any_kit, case.id, "baru.png")
    any_kit.hand_in(case.id)
    kinds = (EventKind.APPLICATION_SUBMITTED, EventKind.APPLICATION_RESUBMITTED)
    named = [
        event.data["receipt_sha256"]
        for event in any_kit.office.applications.history(case.id, actor=APPLICANT)
        if event.kind in kinds
    ]

    assert named == [
        hashlib.sha256(
            any_kit.office.applications.signed_receipt(case.id, actor=APPLICANT, submission=number)
        ).hexdigest()
        for number in (1, 2)
    ]


def test_a_draft_has_no_receipt(kit):
    """Nothing was received yet."""
    case = kit.draft()
    with pytest.raises(NotFoundError):
        kit.office.applications.signed_receipt(case.id, actor=APPLICANT)


def test_a_message_says_what_its_change_said_and_not_what_came_after(any_kit):
    """Suspended and reinstated before the worker delivers: each message has its own reason."""
    permit = any_kit.permit()
    given = {"legal_basis": "Perda", "actor": any_kit.officer("kepala")}
    any_kit.clock.forward(minutes=1)
    any_kit.office.permits.suspend(permit.id, reason="Alasan pertama", **given)
    any_kit.clock.forward(minutes=1)
    any_kit.office.permits.reinstate(permit.id, reason="Alasan kedua", **given)
    any_kit.office.worker.run_once()
    bodies = {item.kind: item.body for item in any_kit.mail.sent.values()}

    assert "Alasan pertama" in bodies["permit_suspended"]
    assert "Alasan kedua" in bodies["permit_reinstated"]


def test_a_permit_type_can_number_its_receipts_in_a_register_of_its_own():
    """An office that takes in its files itself does not share the numbers of the one-stop counter."""
    pack = sample_pack()
    types = tuple(
        attrs.evolve(item, receipt_register="rekomendasi") if item.code == "warung" else item
        for item in pack.catalogue.permit_types
    )
    catalogue = attrs.evolve(pack.catalogue, permit_types=types)
    kit = sample_office(pack=AuthorityPack(authority=pack.authority, catalogue=catalogue))
    case = kit.draft()
    kit.fill(case.id)
    register = next(item for item in pack.authority.registers if item.code == "rekomendasi")
    own = register.formats[0].template.split("/", maxsplit=1)[0]

    assert kit.hand_in(case.id).receipt_number.startswith(f"{own}/")


def test_a_receipt_is_printed_as_it_was_given(any_kit):
    """Number, real time of receipt, every file with its size and hash; the same bytes later, and never the secret."""
    applications = any_kit.office.applications
    case = any_kit.draft("warung")
    any_kit.fill(case.id)
    secret = applications.submit(case.id, actor=APPLICANT).tracking_secret
    receipt = applications.receipt(case.id, actor=APPLICANT)
    first = applications.receipt_pdf(case.id, actor=APPLICANT, language="en")
    any_kit.clock.forward(days=3)
    said = _words(first)

    assert first == applications.receipt_pdf(case.id, actor=APPLICANT, language="en")
    at = receipt.handed_in_at
    assert f"Received 2 March 2026 at {at:%H:%M}" in said
    assert receipt.receipt_number in said
    for file in receipt.files:
        assert f"{file.file_name} {file.size} bytes {file.sha256}" in said
    assert hashlib.sha256(applications.signed_receipt(case.id, actor=APPLICANT)).hexdigest() in said
    assert secret not in said
    assert "Tanda terima" in _words(applications.receipt_pdf(case.id, actor=APPLICANT, language="id"))


def _words(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].get_textpage().get_text_range()

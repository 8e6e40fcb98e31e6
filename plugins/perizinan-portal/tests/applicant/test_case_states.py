"""The page of a case in every state: the sentence is true, and it says what to do next."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date

import pytest
from perizinan_portal import _plugin
from perizinan_portal._applicant._timeline import _WORDS, LEFT_OUT
from perizinan_portal.testing import sample_portal

from perizinan_core.model import ApplicationState, CorrectionItem, EventKind, WaitingFor, format_date
from perizinan_core.testing import HOST, FakeSigningService, sample_office, sample_signer
from perizinan_core.workflow import AnnulledBy, DefectGround

LAW = "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025"


def _submitted(kit, who):
    return kit.submit("warung", actor=who).id


def _in_review(kit, who):
    case = _submitted(kit, who)
    kit.decide(case, "periksa")
    return case


def _payment(kit, who):
    case = kit.submit("acara", actor=who).id
    kit.decide(case, "periksa")
    return case


def _waiting(kit, who):
    case = _in_review(kit, who)
    kit.office.reviews.begin_wait(
        case, party=WaitingFor.SYSTEM, name="OSS", reason="Nomor induk diperiksa.", actor=HOST
    )
    return case


def _correction(kit, who):
    case = _submitted(kit, who)
    clerk = kit.assignee(case, "periksa")
    items = (
        CorrectionItem(target="ktp", reason="Tidak terbaca"),
        CorrectionItem(target="form:lokasi", reason="x"),
    )
    kit.clock.forward(minutes=1)
    kit.office.reviews.request_correction(case, "periksa", items, actor=clerk)
    return case


def _lapsed(kit, who):
    case = _correction(kit, who)
    kit.office.applications.get(case, actor=who)
    kit.clock.forward(days=20)
    kit.office.worker.run_once()
    return case


def _approved(kit, who):
    case = _submitted(kit, who)
    kit.review(case)
    return case


def _awaiting(kit, who):
    case = _approved(kit, who)
    signers = kit._context.signers.signers
    kept = dict(signers)
    signers["kepala"] = FakeSigningService(sample_signer("kepala"), answers=False)
    with contextlib.suppress(Exception):  # the signature does not come, as wanted
        kit.issue(case)
    signers.update(kept)
    return case


def _refused(kit, who):
    case = _submitted(kit, who)
    kit.decide(case, "periksa")
    kit.clock.forward(minutes=1)
    head = kit.assignee(case, "putusan")
    kit.office.reviews.refuse(case, reasons=("Lokasi di badan jalan",), actor=head)
    return case


def _withdrawn(kit, who):
    case = _in_review(kit, who)
    kit.office.applications.withdraw(case, actor=who, reason="Pindah")
    return case


def _deemed(kit, who):
    case = _in_review(kit, who)
    kit.clock.forward(days=10)
    kit.office.worker.run_once()
    return case


def _issued(kit, who):
    return kit.permit("warung", actor=who).application_id


def _ended(step: str, **given: object) -> Callable[..., str]:
    def run(kit, who):
        permit = kit.permit("warung", actor=who)
        getattr(kit.office.permits, step)(
            permit.id, reason="Alasan tertulis", legal_basis=LAW, actor=kit.officer("kepala"), **given
        )
        return permit.application_id

    return run


def _expired(kit, who):
    case = _issued(kit, who)
    kit.clock.forward(days=400)
    return case


def _superseded(kit, who):
    permit = kit.permit("warung", actor=who)
    draft = kit.office.permits.amend(permit.id, form={"lokasi": "Jalan Baru", "di_rumah": False}, actor=who)
    kit.fill(draft.id, actor=who)
    kit.hand_in(draft.id, actor=who)
    kit.review(draft.id)
    kit.issue(draft.id)
    return permit.application_id


_ANNULLED = {
    "ground": DefectGround.PROCEDURE, "found_on": date(2026, 3, 2), "annulled_by": AnnulledBy.COURT
}  # fmt: skip

STATES = {
    "submitted": (_submitted, "checks whether your papers are complete", "You need not do anything"),
    "in review": (_in_review, "is working on your application", "You need not do anything"),
    "payment": (_payment, "waits for the fee", "Pay Rp120.000"),
    "outside wait": (_waiting, "has been waiting for OSS", "The time limit continues"),
    "correction": (_correction, "asks you to correct 2 things", "Answer each of them by"),
    "lapsed": (_lapsed, "this application has lapsed", "Apply again"),
    "approved": (_approved, "was approved", "gets its number and is signed"),
    "awaiting signature": (_awaiting, "waits for the signature", "You need not do anything"),
    "refused": (_refused, "was refused", "You may object (keberatan) until"),
    "withdrawn": (_withdrawn, "You took this application back", "Apply again"),
    "deemed": (_deemed, "the law deems your application granted", "You need not do anything"),
    "issued": (_issued, "is in force", "Download the permit"),
    "suspended": (_ended("suspend"), "is suspended", "Alasan tertulis"),
    "revoked": (_ended("revoke"), "was revoked and no longer counts", "Alasan tertulis"),
    "annulled": (_ended("annul", **_ANNULLED), "was annulled", "Alasan tertulis"),
    "expired": (_expired, "has expired", "whether it can still be renewed"),
    "superseded": (_superseded, "was replaced by another one", "among your permits"),
}


LAST = [
    "issued", "suspended", "superseded", "correction", "approved", "awaiting signature", "payment", "outside wait",
    "in review", "submitted",
]  # fmt: skip
"""What would not stay as it is while the others are made."""


@pytest.fixture(scope="module")
def offices(tmp_path_factory):
    """One portal; each state is made in it, the ones that nothing follows last."""
    kit = sample_portal(
        tmp_path_factory.mktemp("portal"), office=sample_office(development=True, plugins={"portal": _plugin})
    )
    who = kit.actor("sekar")
    order = [name for name in STATES if name not in LAST] + LAST
    made = {}
    for name in order:
        kit.office.clock.forward(minutes=1)
        made[name] = STATES[name][0](kit.office, who)
    yield kit, made
    kit.close()


@pytest.mark.parametrize("name", STATES)
def test_the_page_says_truly_where_the_case_is_and_what_to_do(offices, name):
    """One sentence about now, one about what follows, in both languages without a gap."""
    kit, made = offices
    page = kit.visitor("sekar").open(f"/permohonan/{made[name]}")
    indonesian = kit.visitor("sekar", "id").open(f"/permohonan/{made[name]}")

    assert (200, 200) == (page.status, indonesian.status)
    assert STATES[name][1] in page.text
    assert STATES[name][2] in page.text
    assert "{" not in page.text
    assert STATES[name][1] not in indonesian.text


def test_every_state_of_an_application_has_its_look(offices):
    """Drafts have a page of their own; all others are among the examples."""
    kit, made = offices
    apps = kit.office.office.applications
    found = {apps.get(case, actor=HOST).state for case in made.values()}

    assert set(ApplicationState) - {ApplicationState.DRAFT} == found


def test_friction_13_every_change_of_a_case_has_a_line_in_plain_words():
    """What changes a case or its permit is said, or is left out for a reason that is written down."""
    moving = (
        "application",
        "stage",
        "correction",
        "payment",
        "refund",
        "clock",
        "outside",
        "number",
        "permit",
    )
    kinds = {kind for kind in EventKind if kind.is_delivered and kind.value.startswith(moving)}

    assert set() == kinds - set(_WORDS) - LEFT_OUT
    assert set() == set(_WORDS) & LEFT_OUT


def test_a_refusal_names_objection_appeal_and_their_days(offices):
    """What the letter of refusal says is on the page: reasons, to whom, until when, and what comes after."""
    kit, made = offices
    page = kit.visitor("sekar").open(f"/permohonan/{made['refused']}")

    case = kit.office.office.applications.get(made["refused"], actor=HOST)
    until = f"until {format_date(case.decision.objection_until, 'en')}"

    for part in ("Lokasi di badan jalan", "to: Bupati Contoh", "banding", "10 working days", until):
        assert part in page.text

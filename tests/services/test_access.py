"""Who may call which use case, and what everybody else is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import attrs
import pytest

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.errors.workflow import (
    NotAllowedError,
    PermitStatusError,
    RenewalTooEarlyError,
    StageRequestError,
)
from perizinan_core.model.actor import Actor, ActorKind, Officer, Role
from perizinan_core.model.applicant import Representative
from perizinan_core.model.case import CorrectionItem, StageOutcome, WaitingFor
from perizinan_core.model.fees import Payment
from perizinan_core.model.money import Rupiah
from perizinan_core.services import Applications, Issuance, Permits, Publication, Reviews
from perizinan_core.testing.fakes import FakeSigningService, small_png
from perizinan_core.testing.offices import (
    APPLICANT,
    FORMS,
    HOST,
    OfficeKit,
    sample_applicant,
    sample_office,
    sample_signer,
)
from perizinan_core.workflow import AnnulledBy, DefectGround

LAW = "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025"

ACTORS: Mapping[str, Actor] = {
    "owner": APPLICANT,
    "other applicant": Actor(id="orang-lain", kind=ActorKind.APPLICANT),
    "representative": Actor(id="kuasa", kind=ActorKind.REPRESENTATIVE),
    "other representative": Actor(id="kuasa-lain", kind=ActorKind.REPRESENTATIVE),
    "officer without role": Actor(id="tamu", kind=ActorKind.OFFICER, units=frozenset({"dinas-izin"})),
    "auditor": Actor(
        id="auditor", kind=ActorKind.OFFICER, roles=frozenset({Role.AUDITOR}), units=frozenset({"dinas-izin"})
    ),
    "administrator": Actor(
        id="admin",
        kind=ActorKind.OFFICER,
        roles=frozenset({Role.ADMINISTRATOR}),
        units=frozenset({"dinas-izin"}),
    ),
    "signatory without position": Actor(
        id="tanpa-jabatan",
        kind=ActorKind.OFFICER,
        roles=frozenset({Role.SIGNATORY}),
        units=frozenset({"dinas-izin"}),
    ),
    "host": HOST,
    "system": Actor(id="system", kind=ActorKind.SYSTEM),
}


@attrs.define
class Stand:
    """An office whose records can be put back to how they were."""

    kit: OfficeKit
    state: Any
    cases: Mapping[str, str]
    permits: Mapping[str, str]
    signed: bytes = b""
    """What the service signed for the permit in doubt."""

    @classmethod
    def prepared(cls) -> Stand:
        """Prepare one case in each state that matters."""
        # The signing service never answers: its permit stays in doubt.
        service = FakeSigningService(sample_signer("kepala"), answers=False)
        kit = sample_office()
        agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="kuasa")
        cases, permits = {}, {}

        def filled(permit_type: str) -> str:
            case = kit.draft(permit_type, representative=agent)
            kit.fill(case.id)
            kit.office.applications.attach_power_of_attorney(
                case.id, BytesIO(small_png(5)), file_name="kuasa.png", actor=APPLICANT
            )
            return case.id

        cases["draft"] = filled("warung")
        cases["event"] = kit.submit("acara").id
        kit.review(cases["event"], until="rekomendasi")
        # One after the other: whatever waits longer is to be taken first.
        for name in ("approved", "doubtful", "issued", "judged", "submitted"):
            cases[name] = filled("warung")
            kit.hand_in(cases[name])
            if name == "judged":
                kit.decide(cases[name], "periksa")
            elif name != "submitted":
                kit.review(cases[name])
        permits["issued"] = kit.issue(cases["issued"]).id
        signers = kit.context.signers.signers
        kept = dict(signers)
        signers["kepala"] = service
        try:
            kit.issue(cases["doubtful"])
        except Exception:  # noqa: BLE001 - it is in doubt, as wanted
            permits["doubtful"] = kit.office.applications.get(cases["doubtful"], actor=HOST).permit_id
        signers.update(kept)
        kit.clock.forward(minutes=1)
        stand = cls(kit, kit.context.storage._state, cases, permits)
        stand.signed = service.signed[-1]
        return stand

    def restore(self) -> None:
        """Put the records back."""
        self.kit.context.storage.replace(self.state)

    def certificate(self) -> str:
        """Return the fingerprint of the certificate that signs here."""
        document = self.kit.office.publication.document(self.kit.clock())
        return document.signatories[0].certificate_sha256


Call = Callable[[Stand, Actor, Callable[[str], str]], Any]


def _apps(stand: Stand) -> Any:
    return stand.kit.office.applications


def _revs(stand: Stand) -> Any:
    return stand.kit.office.reviews


def _pers(stand: Stand) -> Any:
    return stand.kit.office.permits


def _document(stand: Stand, case: str) -> str:
    return _apps(stand).get(stand.cases[case], actor=HOST).documents[0].id


# Each call gets the ids through a function, so that the same call can be made with ids that do not exist.
CALLS: Mapping[str, Call] = {
    "applications.start": lambda s, a, _: _apps(s).start(
        "warung", applicant=sample_applicant(), actor=a, form=FORMS["warung"]
    ),
    "applications.start for another": lambda s, a, _: _apps(s).start(
        "warung", applicant=sample_applicant(), actor=a, form=FORMS["warung"], owner="pemohon-3"
    ),
    "applications.save": lambda s, a, i: _apps(s).save(
        i("draft"), actor=a, form={"lokasi": "Jalan Baru", "di_rumah": False}
    ),
    "applications.slots": lambda s, a, i: _apps(s).slots(i("draft"), actor=a),
    "applications.upload": lambda s, a, i: _apps(s).upload(
        i("draft"), "ktp", BytesIO(small_png(3)), file_name="a.png", actor=a
    ),
    "applications.reusable": lambda s, a, i: _apps(s).reusable(i("draft"), "ktp", actor=a),
    "applications.reuse": lambda s, a, i: _apps(s).reuse(
        i("draft"), "ktp", _document(s, "submitted"), actor=a
    ),
    "applications.remove": lambda s, a, i: _apps(s).remove(i("draft"), _document(s, "draft"), actor=a),
    "applications.problems": lambda s, a, i: _apps(s).problems(i("draft"), actor=a),
    "applications.submit": lambda s, a, i: _apps(s).submit(i("draft"), actor=a),
    "applications.receipt": lambda s, a, i: _apps(s).receipt(i("submitted"), actor=a),
    "applications.signed_receipt": lambda s, a, i: _apps(s).signed_receipt(i("submitted"), actor=a),
    "applications.withdraw": lambda s, a, i: _apps(s).withdraw(i("submitted"), actor=a),
    "applications.get draft": lambda s, a, i: _apps(s).get(i("draft"), actor=a),
    "applications.get": lambda s, a, i: _apps(s).get(i("submitted"), actor=a),
    "applications.of_owner": lambda s, a, _: _apps(s).of_owner(actor=a),
    "applications.history": lambda s, a, i: _apps(s).history(i("submitted"), actor=a),
    "applications.actions": lambda s, a, i: _apps(s).actions(i("submitted"), actor=a),
    "applications.attach_power_of_attorney": lambda s, a, i: _apps(s).attach_power_of_attorney(
        i("draft"), BytesIO(small_png(4)), file_name="a.png", actor=a
    ),
    "applications.open_document": lambda s, a, i: (
        _apps(s).open_document(i("submitted"), _document(s, "submitted"), actor=a).close()
    ),
    "reviews.queue": lambda s, a, _: _revs(s).queue(actor=a),
    "reviews.queue of everyone": lambda s, a, _: _revs(s).queue(actor=a, everyone=True),
    "reviews.decide": lambda s, a, i: _revs(s).decide(
        i("submitted"), "periksa", StageOutcome.POSITIVE, actor=a
    ),
    "reviews.request_correction": lambda s, a, i: _revs(s).request_correction(
        i("submitted"), "periksa", (CorrectionItem(target="ktp", reason="Buram"),), actor=a
    ),
    "reviews.request_stage": lambda s, a, i: _revs(s).request_stage(i("event"), "peninjauan", actor=a),
    "reviews.send_back": lambda s, a, i: _revs(s).send_back(
        i("judged"), "periksa", reasons=("Kurang",), actor=a
    ),
    "reviews.approve": lambda s, a, i: _revs(s).approve(i("judged"), actor=a),
    "reviews.refuse": lambda s, a, i: _revs(s).refuse(i("judged"), reasons=("Tidak",), actor=a),
    "reviews.record_payment": lambda s, a, i: _revs(s).record_payment(
        i("event"),
        Payment(reference="a-1", amount=Rupiah(1000), paid_at=s.kit.clock(), recorded_by=a.id),
        actor=a,
    ),
    "reviews.begin_wait": lambda s, a, i: _revs(s).begin_wait(
        i("submitted"),
        party=WaitingFor.AGENCY,
        name="Kantor Pertanahan",
        reason="Menunggu peta",
        stage="periksa",
        actor=a,
    ),
    "reviews.end_wait": lambda s, a, i: _revs(s).end_wait(i("submitted"), _wait(s, i("submitted")), actor=a),
    "reviews.declare_conflict": lambda s, a, i: _revs(s).declare_conflict(
        i("submitted"), reason="Keluarga", actor=a
    ),
    "reviews.reassign": lambda s, a, i: _revs(s).reassign(i("submitted"), "periksa", reason="Cuti", actor=a),
    "reviews.allow_jump": lambda s, a, i: _revs(s).allow_jump(
        i("submitted"),
        "periksa",
        requested_by=s.kit.assignee(s.cases["submitted"], "periksa"),
        approved_by=a,
        reason="Bencana",
    ),
    "reviews.add_officer": lambda s, a, _: _revs(s).add_officer(
        Officer(id="baru", name="Baru", roles=frozenset(), units=frozenset()), actor=a
    ),
    "reviews.officers": lambda s, a, _: _revs(s).officers(actor=a),
    "permits.issue": lambda s, a, i: _pers(s).issue(i("approved"), actor=a),
    "permits.get": lambda s, a, i: _pers(s).get(i("permit issued"), actor=a),
    "permits.get_by_number": lambda s, a, i: _pers(s).get_by_number(i("number issued"), actor=a),
    "permits.open_pdf": lambda s, a, i: _pers(s).open_pdf(i("permit issued"), actor=a).close(),
    "permits.renew": lambda s, a, i: _pers(s).renew(i("permit issued"), actor=a),
    "permits.amend": lambda s, a, i: _pers(s).amend(i("permit issued"), actor=a),
    "permits.suspend": lambda s, a, i: _pers(s).suspend(
        i("permit issued"), reason="Periksa", legal_basis=LAW, actor=a
    ),
    "permits.reinstate": lambda s, a, i: _pers(s).reinstate(
        i("permit issued"), reason="Periksa", legal_basis=LAW, actor=a
    ),
    "permits.revoke": lambda s, a, i: _pers(s).revoke(
        i("permit issued"), reason="Langgar", legal_basis=LAW, actor=a
    ),
    "permits.annul": lambda s, a, i: _pers(s).annul(
        i("permit issued"),
        ground=DefectGround.PROCEDURE,
        found_on=date(2026, 3, 2),
        annulled_by=AnnulledBy.OFFICIAL,
        reason="Cacat",
        legal_basis=LAW,
        actor=a,
    ),
    "permits.search": lambda s, a, _: _pers(s).search("TT", actor=a),
    "permits.of_owner": lambda s, a, _: _pers(s).of_owner(actor=a),
    "issuance.issue": lambda s, a, i: _pers(s).issuance.issue(i("approved"), actor=a),
    "issuance.cancel": lambda s, a, i: _pers(s).issuance.cancel(
        i("permit doubtful"), reason="Layanan mati", actor=a
    ),
    "issuance.hand_in_signed": lambda s, a, i: _pers(s).issuance.hand_in_signed(
        i("permit doubtful"), s.signed, actor=a
    ),
    "publication.bind": lambda s, a, _: s.kit.office.publication.bind(
        "kepala", sample_signer("kepala").certificate, first_day=date(2026, 1, 1), actor=a
    ),
    "publication.end_binding": lambda s, a, _: s.kit.office.publication.end_binding(
        s.certificate(), last_day=date(2026, 12, 31), actor=a
    ),
}


def _wait(stand: Stand, case: str) -> int:
    waiting = _revs(stand).begin_wait(
        case, party=WaitingFor.SYSTEM, name="SIMBG", reason="Menunggu nomor", actor=HOST
    )
    return waiting.open_waits()[-1].number


def known(stand: Stand) -> Callable[[str], str]:
    """Return the lookup of ids that exist."""

    def run(name: str) -> str:
        kind, _, of = name.rpartition(" ")
        if kind == "permit":
            return stand.permits[of]
        if kind == "number":
            return _pers(stand).get(stand.permits[of], actor=HOST).number
        return stand.cases[name]

    return run


def missing(name: str) -> str:
    """Return an id that nobody has."""
    return "500/999/WR/2026" if name.startswith("number") else "01a00000-0000-7000-8000-000000000000"


OUTCOMES = {
    "o": None,
    "n": NotFoundError,
    "d": AccessDeniedError,
    "w": NotAllowedError,
    "t": RenewalTooEarlyError,
    "s": PermitStatusError,
    "q": StageRequestError,
}

# One letter for each of ACTORS, in their order: owner, other applicant, representative, other
# representative, officer without role, auditor, administrator, signatory without position, host, system.
EXPECTED = {
    "applications.start": "oooowwwwow",
    "applications.start for another": "wwwwwwwwow",
    "applications.save": "ononnnnnod",
    "applications.slots": "ononnnnnoo",
    "applications.upload": "ononnnnnod",
    "applications.reusable": "ononnnnnod",
    "applications.reuse": "ononnnnnod",
    "applications.remove": "ononnnnnod",
    "applications.problems": "ononnnnnoo",
    "applications.submit": "ononnnnnod",
    "applications.receipt": "ononnonooo",
    "applications.signed_receipt": "ononnonooo",
    "applications.withdraw": "ononndndod",
    "applications.get draft": "ononnnnnoo",
    "applications.get": "ononnonooo",
    "applications.of_owner": "oooooooooo",
    "applications.history": "ononnonooo",
    "applications.actions": "ononnonooo",
    "applications.attach_power_of_attorney": "ononnnnnod",
    "applications.open_document": "ononnonooo",
    "reviews.queue": "ddddoooodd",
    "reviews.queue of everyone": "dddddodddd",
    "reviews.decide": "wnwnnwnwww",
    "reviews.request_correction": "wnwnnwnwww",
    "reviews.request_stage": "wnnnnqnqww",
    "reviews.send_back": "wnwnnwnwww",
    "reviews.approve": "wnwnnwnwww",
    "reviews.refuse": "wnwnnwnwww",
    "reviews.record_payment": "wnnnnwnwoo",
    "reviews.begin_wait": "wnwnnwnooo",
    "reviews.end_wait": "wnwnnwnooo",
    "reviews.declare_conflict": "wnwnnonoww",
    "reviews.reassign": "wnwnnwnwww",
    "reviews.allow_jump": "wnwnnwnwww",
    "reviews.add_officer": "ddddddodoo",
    "reviews.officers": "ddddoooooo",
    "permits.issue": "dndnndnddd",
    "permits.get": "ononnonooo",
    "permits.get_by_number": "ononnonooo",
    "permits.open_pdf": "ononnonooo",
    "permits.renew": "tntnnnnntn",
    "permits.amend": "ononnnnnon",
    "permits.suspend": "wnwnnwnoww",
    "permits.reinstate": "wnwnnwnsww",
    "permits.revoke": "wnwnnwnoww",
    "permits.annul": "wnwnnwnoww",
    "permits.search": "dddddododo",
    "permits.of_owner": "oooooooooo",
    "issuance.issue": "dndnndnddd",
    "issuance.cancel": "dddddddodw",
    "issuance.hand_in_signed": "ddddddoodo",
    "publication.bind": "ddddddodoo",
    "publication.end_binding": "ddddddodoo",
}

WITHOUT_ACTOR = {"Publication.authority_json", "Publication.document", "Publication.qr_text"}
SYSTEM_ONLY = {"Issuance.hold_deemed", "Issuance.prepare_deemed", "Issuance.resume"}
"""Called by the worker, which has no actor: nothing leads to them from outside."""


@pytest.fixture(scope="module")
def stand() -> Stand:
    """An office with a case in each state."""
    return Stand.prepared()


def test_every_use_case_is_in_the_table():
    """A new public method must say who may call it."""
    asked = {name.partition(" ")[0] for name in CALLS}
    public = {
        f"{kind.__name__}.{name}"
        for kind in (Applications, Reviews, Permits, Issuance, Publication)
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }

    assert set(EXPECTED) == set(CALLS)
    assert public - WITHOUT_ACTOR - SYSTEM_ONLY == {
        f"{name.partition('.')[0].capitalize()}.{name.partition('.')[2]}" for name in asked
    }


@pytest.mark.parametrize("name", CALLS)
def test_each_actor_gets_through_or_gets_the_typed_error(stand, name):
    """Ten kinds of actors for each use case."""
    found = {}
    for who, actor in ACTORS.items():
        stand.restore()
        try:
            CALLS[name](stand, actor, known(stand))
        except PerizinanError as error:
            found[who] = type(error)
        else:
            found[who] = None

    assert dict(zip(ACTORS, (OUTCOMES[letter] for letter in EXPECTED[name]), strict=True)) == found


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("who", ["other applicant", "other representative"])
def test_a_stranger_cannot_tell_an_existing_case_from_a_missing_one(stand, name, who):
    """The same class and, but for the number asked for, the same words in both languages."""
    told = []
    for lookup in (known(stand), missing):
        stand.restore()
        asked: list[str] = []

        def remembered(kind, lookup=lookup, asked=asked):
            asked.append(lookup(kind))
            return asked[-1]

        try:
            CALLS[name](stand, ACTORS[who], remembered)
        except PerizinanError as error:
            texts = [type(error).__name__, error.message("id"), error.message("en")]
        else:
            texts = ["through"]
        for text in asked:
            texts = [item.replace(text, "…") for item in texts]
        told.append((bool(asked), texts))

    (with_id, existing), (_, absent) = told
    assert not with_id or existing == absent


@pytest.mark.parametrize(
    "name", ["applications.save", "applications.submit", "reviews.decide", "permits.issue"]
)
def test_a_wrong_version_tells_a_stranger_nothing(stand, name):
    """Who changed a case is for those who may see it."""
    stand.restore()
    office = stand.kit.office
    stranger = ACTORS["other applicant"]
    calls = {
        "applications.save": lambda: office.applications.save(
            stand.cases["draft"], actor=stranger, form={}, expected_version=77
        ),
        "applications.submit": lambda: office.applications.submit(
            stand.cases["draft"], actor=stranger, expected_version=77
        ),
        "reviews.decide": lambda: office.reviews.refuse(
            stand.cases["judged"], actor=stranger, reasons=("x",), expected_version=77
        ),
        "permits.issue": lambda: office.permits.issue(
            stand.cases["approved"], actor=stranger, expected_version=77
        ),
    }
    with pytest.raises(NotFoundError):
        calls[name]()


def test_an_officer_sees_only_cases_of_the_own_post(stand):
    """The right role in another unit, or another role in the right unit, sees nothing."""
    stand.restore()
    get = stand.kit.office.applications.get
    elsewhere = Actor(
        id="jauh",
        kind=ActorKind.OFFICER,
        roles=frozenset({Role.FRONT_OFFICE}),
        units=frozenset({"dinas-jalan"}),
    )
    cashier = stand.kit.officer("kasir")
    for actor in (elsewhere, cashier):
        with pytest.raises(NotFoundError):
            get(stand.cases["submitted"], actor=actor)

    assert stand.cases["event"] == get(stand.cases["event"], actor=cashier).id
    assert stand.cases["submitted"] == get(stand.cases["submitted"], actor=stand.kit.officer("loket-1")).id


def test_an_account_with_the_id_of_the_owner_is_no_party_when_it_is_an_officer(stand):
    """Who logs in as officer acts as officer, whatever the account is called."""
    stand.restore()
    officer = Actor(id="pemohon", kind=ActorKind.OFFICER)
    with pytest.raises(NotFoundError):
        stand.kit.office.applications.withdraw(stand.cases["submitted"], actor=officer)


def test_a_permit_that_is_not_signed_yet_cannot_be_downloaded(stand):
    """There is no PDF to give."""
    stand.restore()
    with pytest.raises(NotFoundError):
        stand.kit.office.permits.open_pdf(stand.permits["doubtful"], actor=ACTORS["owner"])


def test_a_draft_has_no_receipt(stand):
    """Nothing was handed in yet."""
    stand.restore()
    with pytest.raises(NotFoundError):
        stand.kit.office.applications.receipt(stand.cases["draft"], actor=ACTORS["owner"])

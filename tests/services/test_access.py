"""Who may call which use case, and what everybody else is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from io import BytesIO
from random import Random
from typing import Any, ClassVar

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.bootstrap import Health
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.hooks import BillRequest, OfferedBill
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.model._actor import Actor, ActorKind, Officer, Role
from perizinan_core.model._applicant import Representative
from perizinan_core.model._calendar import Holiday, HolidayKind
from perizinan_core.model._case import CorrectionItem, StageOutcome, WaitingFor
from perizinan_core.model._checks import CheckKind, CheckOutcome, CheckRecord
from perizinan_core.model._complaint import ComplaintKind
from perizinan_core.model._contact import Pace
from perizinan_core.model._counter import Consent, ConsentForm, IdentityCheck, IdentityDocument
from perizinan_core.model._fees import Payment
from perizinan_core.model._money import Rupiah
from perizinan_core.model._text import DateRange, Source, Text
from perizinan_core.services import (
    AccessAct,
    Applications,
    Audit,
    Banners,
    Batches,
    Billing,
    CalendarYears,
    Complaints,
    Contacts,
    Continuation,
    Counter,
    Incoming,
    Issuance,
    IssueOutcome,
    Letters,
    Lists,
    Outgoing,
    Oversight,
    Permits,
    Publication,
    Reviews,
    Surveys,
    Tracking,
    Transparency,
    Versions,
)
from perizinan_core.services._consent_book import CONSENT_VERSION
from perizinan_core.testing._fakes import CollectingChannel, CollectingPhone, FakeSigningService, small_png
from perizinan_core.testing._offices import (
    APPLICANT,
    FORMS,
    HOST,
    OfficeKit,
    sample_applicant,
    sample_office,
    sample_pack,
    sample_signer,
    sample_staff,
)
from perizinan_core.testing.strategies._workflow import make_officer
from perizinan_core.workflow import AnnulledBy, DefectGround

PHONE = sample_applicant().phone
SEEN = IdentityCheck(document=IdentityDocument.IDENTITY_CARD)
AGREED = Consent(form=ConsentForm.TICKED, witness="Petugas loket-2")

LAW = "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025"


@attrs.define
class Stand:
    """An office that can be put back to how it was: records, documents, clock, draws, what is remembered."""

    kit: OfficeKit
    cases: Mapping[str, str]
    permits: Mapping[str, str]
    signed: bytes = b""
    """What the service signed for the permit in doubt."""

    kept: tuple[Any, ...] = ()

    @classmethod
    def prepared(cls) -> Stand:
        """Prepare one case in each state that matters."""
        # The signing service never answers: its permit stays in doubt.
        service = FakeSigningService(sample_signer("kepala"), answers=False)
        kit = sample_office(
            pack=_pack(),
            staff=(*sample_staff(), *FURTHER_STAFF),
            payment_providers={"bank": _Bank()},
            channels={"mail": CollectingChannel(), "wa": CollectingPhone()},
        )
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
        cases["event"] = kit.hand_in(filled("acara")).id
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
        signers = kit._context.signers.signers
        kept = dict(signers)
        signers["kepala"] = service
        try:
            kit.issue(cases["doubtful"])
        except Exception:  # noqa: BLE001 - it is in doubt, as wanted
            permits["doubtful"] = kit.office.applications.get(cases["doubtful"], actor=HOST).permit_id
        signers.update(kept)
        kit.office.reviews.request_jump(
            cases["submitted"], "periksa", reason="Bencana", actor=kit.assignee(cases["submitted"], "periksa")
        )
        filed = kit.office.complaints.file(ComplaintKind.SERVICE, "Lama sekali")
        (cases["complaint"],) = (
            one.id
            for one in kit.office.complaints.list(actor=kit.officer("supervisor")).items
            if one.number == filed.number
        )
        cases["counter"] = kit.office.counter.begin(
            "warung",
            applicant=sample_applicant(),
            check=SEEN,
            actor=kit.officer("loket-1"),
            form=FORMS["warung"],
        ).id
        kit.fill(cases["counter"], actor=HOST)
        kit.clock.forward(minutes=1)
        kit.hire(make_officer("calon", Role.SIGNATORY, units=HERE, position="sekretaris"))
        stand = cls(kit, cases=cases, permits=permits, signed=service.signed[-1])
        stand.keep()
        return stand

    def keep(self) -> None:
        """Remember everything that a call can change."""
        context = self.kit._context
        self.kept = (
            context.storage._held._state,
            dict(context.documents._content),
            dict(context.documents._names),
            self.kit.clock.moment,
            context.random.getstate(),
        )

    def restore(self) -> None:
        """Put all of it back."""
        context = self.kit._context
        state, content, names, moment, draws = self.kept
        context.storage._held.replace(state)
        context.documents._content, context.documents._names = dict(content), dict(names)
        for case in context.incoming.cases():
            context.incoming.remove_case(case)
        self.kit.clock.moment = moment
        context.random.setstate(draws)
        self.kit.office.publication._forget()

    @property
    def other_clerk(self) -> str:
        """The officer at the counter who was not given the submitted case."""
        mine = self.kit.assignee(self.cases["submitted"], "periksa").id
        return next(item for item in ("loket-1", "loket-2") if item != mine)

    def certificate(self) -> str:
        """Return the fingerprint of the certificate that signs here."""
        document = self.kit.office.publication.document(self.kit.clock())
        return document.signatories[0].certificate_sha256


HERE = frozenset({"dinas-izin"})
ELSEWHERE = frozenset({"dinas-jalan"})

ENDED = "mantan-kepala"
"""A position whose delegation has ended; added to the sample."""

FURTHER_STAFF: tuple[Officer, ...] = (
    make_officer("tamu", units=HERE),
    make_officer("loket-jalan", Role.FRONT_OFFICE, units=ELSEWHERE),
    make_officer("kasir-jalan", Role.CASHIER, Role.TECHNICAL_TEAM, units=ELSEWHERE),
    make_officer("supervisor-jalan", Role.SUPERVISOR, units=ELSEWHERE),
    make_officer("kepala-jalan", Role.OFFICE_HEAD, Role.SIGNATORY, units=ELSEWHERE, position="kepala"),
    make_officer("tanpa-jabatan", Role.SIGNATORY, units=HERE),
    make_officer("sekretaris", Role.SIGNATORY, units=HERE, position="sekretaris"),
    make_officer("dulu", Role.SIGNATORY, units=HERE, position=ENDED),
    make_officer("pergi", Role.OFFICE_HEAD, Role.SIGNATORY, units=HERE, position="kepala", active=False),
    make_officer("turun", units=HERE),
    make_officer("pindah", Role.OFFICE_HEAD, Role.SIGNATORY, units=ELSEWHERE, position="kepala"),
)
"""Beside the sample's own: of other units, without delegation, with an ended one, gone, with lost posts."""

STALE = {"gone", "lost the role", "lost the unit", "lost the position", "never on record"}
"""Actors whose session says what the staff record does not."""


def _claims(id: str, position: str | None = "kepala") -> Actor:
    """Return what a session that was never ended still says: head and signatory of the licensing office."""
    roles = frozenset({Role.OFFICE_HEAD, Role.SIGNATORY})
    return Actor(id=id, kind=ActorKind.OFFICER, roles=roles, units=HERE, position=position)


ACTORS: Mapping[str, Callable[[Stand], Actor]] = {
    "owner": lambda _: APPLICANT,
    "other applicant": lambda _: Actor(id="orang-lain", kind=ActorKind.APPLICANT),
    "representative": lambda _: Actor(id="kuasa", kind=ActorKind.REPRESENTATIVE),
    "other representative": lambda _: Actor(id="kuasa-lain", kind=ActorKind.REPRESENTATIVE),
    "applicant with an officer's id": lambda _: Actor(id="kepala", kind=ActorKind.APPLICANT),
    "officer without role": lambda s: s.kit.officer("tamu"),
    "clerk in charge": lambda s: s.kit.assignee(s.cases["submitted"], "periksa"),
    "other clerk": lambda s: s.kit.officer(s.other_clerk),
    "clerk elsewhere": lambda s: s.kit.officer("loket-jalan"),
    "assessor in charge": lambda s: s.kit.assignee(s.cases["event"], "telaah"),
    "technical team elsewhere": lambda s: s.kit.officer("teknis"),
    "cashier": lambda s: s.kit.officer("kasir"),
    "cashier elsewhere": lambda s: s.kit.officer("kasir-jalan"),
    "head": lambda s: s.kit.officer("pimpinan"),
    "signatory": lambda s: s.kit.officer("kepala"),
    "signatory elsewhere": lambda s: s.kit.officer("kepala-jalan"),
    "signatory without position": lambda s: s.kit.officer("tanpa-jabatan"),
    "signatory without delegation": lambda s: s.kit.officer("sekretaris"),
    "signatory with an ended delegation": lambda s: s.kit.officer("dulu"),
    "supervisor": lambda s: s.kit.officer("supervisor"),
    "supervisor elsewhere": lambda s: s.kit.officer("supervisor-jalan"),
    "auditor": lambda s: s.kit.officer("auditor"),
    "administrator": lambda s: s.kit.officer("admin"),
    "gone": lambda _: _claims("pergi"),
    "lost the role": lambda _: _claims("turun", position=None),
    "lost the unit": lambda _: _claims("pindah"),
    "lost the position": lambda _: _claims("sekretaris"),
    "never on record": lambda _: _claims("karangan"),
    "host": lambda _: HOST,
    "system": lambda _: Actor(id="system", kind=ActorKind.SYSTEM),
}


def _pack() -> AuthorityPack:
    """Return the sample with a position whose delegation has ended."""
    pack = sample_pack()
    authority = pack.authority
    kepala = authority.position("kepala")
    now_held = authority.delegations[0]
    ended = attrs.evolve(
        now_held, code="dulu-2025", position=ENDED, valid=DateRange(date(2025, 1, 1), date(2025, 12, 31))
    )
    changed = attrs.evolve(
        authority,
        positions=(*authority.positions, attrs.evolve(kepala, code=ENDED)),
        delegations=(*authority.delegations, ended),
    )
    return attrs.evolve(pack, authority=changed)


_DAYS_OFF = (Holiday(date(2026, 3, 11), "Libur", HolidayKind.EXTRA, Source("Edaran")),)
_MARCH = (date(2026, 3, 1), date(2026, 3, 31))

Call = Callable[[Stand, Actor, Callable[[str], str]], Any]


def _apps(stand: Stand) -> Any:
    return stand.kit.office.applications


def _revs(stand: Stand) -> Any:
    return stand.kit.office.reviews


def _batch(stand: Stand) -> str:
    """Have a permit verified, for the operator; return the batch."""
    return stand.kit.office.batches.verify(("x",), actor=HOST).id


def _pers(stand: Stand) -> Any:
    return stand.kit.office.permits


def _document(stand: Stand, case: str) -> str:
    return _apps(stand).get(stand.cases[case], actor=HOST).documents[0].id


def _coming(stand: Stand) -> Incoming:
    return stand.kit.office.incoming


def _upload(stand: Stand, *, whole: bool = False) -> str:
    """Announce a file for the draft, and send it where it has to be whole."""
    data = small_png(6)
    folder = stand.kit._context.incoming
    folder.remove_case(stand.cases["draft"])
    made = _coming(stand).begin(
        stand.cases["draft"], "ktp", size=len(data), file_name="a.png", actor=APPLICANT
    )
    if whole:
        folder.append(made.application, made.id, 0, data)
    return made.id


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
    "applications.write_in": lambda s, a, i: _apps(s).write_in(i("draft"), "en", actor=a),
    "applications.slots": lambda s, a, i: _apps(s).slots(i("draft"), actor=a),
    "applications.mandate": lambda s, a, i: _apps(s).mandate(i("draft"), actor=a),
    "applications.upload": lambda s, a, i: _apps(s).upload(
        i("draft"), "ktp", BytesIO(small_png(3)), file_name="a.png", actor=a
    ),
    "applications.reusable": lambda s, a, i: _apps(s).reusable(i("draft"), "ktp", actor=a),
    "applications.reuse": lambda s, a, i: _apps(s).reuse(
        i("draft"), "ktp", _document(s, "submitted"), actor=a
    ),
    "applications.use_as": lambda s, a, i: _apps(s).use_as(i("draft"), _document(s, "draft"), "ktp", actor=a),
    "applications.remove": lambda s, a, i: _apps(s).remove(i("draft"), _document(s, "draft"), actor=a),
    "applications.problems": lambda s, a, i: _apps(s).problems(i("draft"), actor=a),
    "applications.submit": lambda s, a, i: _apps(s).submit(i("draft"), actor=a),
    "applications.receipt": lambda s, a, i: _apps(s).receipt(i("submitted"), actor=a),
    "applications.signed_receipt": lambda s, a, i: _apps(s).signed_receipt(i("submitted"), actor=a),
    "applications.receipt_pdf": lambda s, a, i: _apps(s).receipt_pdf(i("submitted"), actor=a),
    "applications.withdraw": lambda s, a, i: _apps(s).withdraw(i("submitted"), actor=a),
    "applications.get draft": lambda s, a, i: _apps(s).get(i("draft"), actor=a),
    "applications.get": lambda s, a, i: _apps(s).get(i("submitted"), actor=a),
    "applications.of_owner": lambda s, a, _: _apps(s).of_owner(actor=a),
    "applications.answer": lambda s, a, i: _apps(s).answer(i("submitted"), "ktp", "Sudah", actor=a),
    "applications.corrections": lambda s, a, i: _apps(s).corrections(i("submitted"), actor=a),
    "applications.standing": lambda s, a, i: _apps(s).standing(i("submitted"), actor=a),
    "applications.messages": lambda s, a, i: _apps(s).messages(i("submitted"), actor=a),
    "applications.readings": lambda s, a, i: _apps(s).readings(i("submitted"), actor=a),
    "applications.own_data": lambda s, a, _: _apps(s).own_data(actor=a),
    "applications.history": lambda s, a, i: _apps(s).history(i("submitted"), actor=a),
    "applications.actions": lambda s, a, i: _apps(s).actions(i("submitted"), actor=a),
    "applications.deliveries": lambda s, a, i: _apps(s).deliveries(i("submitted"), actor=a),
    "applications.discard": lambda s, a, i: _apps(s).discard(i("draft"), actor=a),
    "applications.preview": lambda s, a, i: _apps(s).preview(i("draft"), actor=a),
    "applications.hand_over_draft": lambda s, a, i: _apps(s).hand_over_draft(
        i("draft"), to="orang-lain", actor=a
    ),
    "applications.change_type": lambda s, a, i: _apps(s).change_type(i("draft"), "acara", actor=a),
    "applications.remove_item": lambda s, a, i: _apps(s).remove_item(
        i("draft"), "tenda", 0, form={"tenda": [{}]}, actor=a
    ),
    "applications.attach_power_of_attorney": lambda s, a, i: _apps(s).attach_power_of_attorney(
        i("draft"), BytesIO(small_png(4)), file_name="a.png", actor=a
    ),
    "applications.open_document": lambda s, a, i: (
        _apps(s).open_document(i("submitted"), _document(s, "submitted"), actor=a).close()
    ),
    "applications.page_picture": lambda s, a, i: _apps(s).page_picture(
        i("submitted"), _document(s, "submitted"), actor=a, side=100
    ),
    "applications.correction_targets": lambda s, a, i: _apps(s).correction_targets(i("submitted"), actor=a),
    "incoming.begin": lambda s, a, i: _coming(s).begin(i("draft"), "ktp", size=5, file_name="a.png", actor=a),
    "incoming.get": lambda s, a, i: _coming(s).get(i("draft"), _upload(s), actor=a),
    "incoming.of_case": lambda s, a, i: _coming(s).of_case(i("draft"), actor=a),
    "incoming.receive": lambda s, a, i: _coming(s).receive(i("draft"), _upload(s), actor=a),
    "incoming.finish": lambda s, a, i: _coming(s).finish(i("draft"), _upload(s, whole=True), actor=a),
    "incoming.discard": lambda s, a, i: _coming(s).discard(i("draft"), _upload(s), actor=a),
    "reviews.queue": lambda s, a, _: _revs(s).queue(actor=a),
    "reviews.queue of everyone": lambda s, a, _: _revs(s).queue(actor=a, everyone=True),
    "reviews.queue_counts": lambda s, a, _: _revs(s).queue_counts(actor=a),
    "reviews.queue_counts of everyone": lambda s, a, _: _revs(s).queue_counts(actor=a, everyone=True),
    "reviews.remarks": lambda s, a, i: _revs(s).remarks(i("submitted"), actor=a),
    "letters.of_case": lambda s, a, i: s.kit.office.letters.of_case(i("submitted"), actor=a),
    "letters.page_picture": lambda s, a, i: s.kit.office.letters.page_picture(
        i("submitted"), actor=a, side=100
    ),
    "reviews.unnotified": lambda s, a, _: _revs(s).unnotified(actor=a),
    "reviews.record_notice": lambda s, a, i: _revs(s).record_notice(
        i("submitted"), remark="Ditelepon", actor=a
    ),
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
    "billing.awaiting": lambda s, a, _: s.kit.office.billing.awaiting(actor=a),
    "oversight.attention": lambda s, a, _: s.kit.office.oversight.attention(actor=a),
    "billing.bill": lambda s, a, i: s.kit.office.billing.bill(i("event"), actor=a),
    "billing.note_refund": lambda s, a, i: s.kit.office.billing.note_refund(
        i("event"), "TRX-1", reference="R-1", actor=a
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
    "reviews.answer_check": lambda s, a, i: _revs(s).answer_check(
        _unheard(s, i("submitted")), "zoning", accepted=True, remark="Surat 12/2026", actor=a
    ),
    "reviews.reopen": lambda s, a, i: _revs(s).reopen(i("approved"), reasons=("Salah",), actor=a),
    "reviews.annul_decision": lambda s, a, i: _revs(s).annul_decision(
        i("approved"),
        ground=DefectGround.SUBSTANCE,
        found_on=date(2026, 3, 2),
        annulled_by=AnnulledBy.OFFICIAL,
        reasons=("Cacat",),
        legal_basis=LAW,
        actor=a,
    ),
    "reviews.declare_conflict": lambda s, a, i: _revs(s).declare_conflict(
        i("submitted"), reason="Keluarga", actor=a
    ),
    "reviews.reassign": lambda s, a, i: _revs(s).reassign(i("submitted"), "periksa", reason="Cuti", actor=a),
    "reviews.hand_over": lambda s, a, _: _revs(s).hand_over("loket-1", reason="Cuti", actor=a),
    "reviews.add_photo": lambda s, a, i: _revs(s).add_photo(
        i("submitted"), "periksa", BytesIO(small_png(9)), file_name="a.png", actor=a
    ),
    "reviews.remove_photo": lambda s, a, i: _revs(s).remove_photo(
        i("submitted"), "periksa", "tidak-ada", actor=a
    ),
    "reviews.photo_picture": lambda s, a, i: _revs(s).photo_picture(i("submitted"), "tidak-ada", actor=a),
    "reviews.held_by": lambda s, a, _: _revs(s).held_by("loket-1", actor=a),
    "reviews.note_similar": lambda s, a, i: _revs(s).note_similar(
        i("submitted"), "periksa", reason="Dua kios", actor=a
    ),
    "reviews.request_jump": lambda s, a, i: _revs(s).request_jump(
        i("submitted"), "periksa", reason="Bencana", actor=a
    ),
    "reviews.allow_jump": lambda s, a, i: _revs(s).allow_jump(
        i("submitted"), "periksa", approved_by=a, reason="Bencana"
    ),
    "reviews.exclusions": lambda s, a, i: _revs(s).exclusions(i("submitted"), actor=a),
    "reviews.add_officer": lambda s, a, _: _revs(s).add_officer(
        Officer(id="baru", name="Baru", roles=frozenset(), units=frozenset()), actor=a
    ),
    "reviews.confirm_officer": lambda s, a, _: _revs(s).confirm_officer("calon", actor=a),
    "reviews.declare_account": lambda s, a, _: _revs(s).declare_account("akun-sendiri", actor=a),
    "reviews.staff_history": lambda s, a, _: _revs(s).staff_history("kepala", actor=a),
    "reviews.operator_appointments": lambda s, a, _: _revs(s).operator_appointments(actor=a),
    "reviews.note_access": lambda s, a, _: _revs(s).note_access("kasir", AccessAct.INVITED, actor=a),
    "reviews.held_cases": lambda s, a, _: _revs(s).held_cases("kasir", actor=a),
    "reviews.officers": lambda s, a, _: _revs(s).officers(actor=a),
    "reviews.officer": lambda s, a, _: _revs(s).officer("kasir", actor=a),
    "permits.issue": lambda s, a, i: _pers(s).issue(i("approved"), actor=a),
    "permits.issue_many": lambda s, a, i: _raised(_pers(s).issue_many((i("approved"),), actor=a)),
    "permits.get": lambda s, a, i: _pers(s).get(i("permit issued"), actor=a),
    "permits.outlook": lambda s, a, i: _pers(s).outlook(i("permit issued"), actor=a),
    "permits.get_by_number": lambda s, a, i: _pers(s).get_by_number(i("number issued"), actor=a),
    "permits.asks_secret": lambda s, a, _: _pers(s).asks_secret(actor=a),
    "permits.open_pdf": lambda s, a, i: _pers(s).open_pdf(i("permit issued"), actor=a).close(),
    "permits.direct_address": lambda s, a, i: _pers(s).direct_address(i("permit issued"), actor=a),
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
    "lists.cases": lambda s, a, _: s.kit.office.lists.cases(actor=a),
    "lists.overdue": lambda s, a, _: s.kit.office.lists.overdue(actor=a),
    "lists.counts": lambda s, a, _: s.kit.office.lists.counts(actor=a),
    "lists.similar": lambda s, a, i: s.kit.office.lists.similar(i("submitted"), actor=a),
    "lists.order_of_taking": lambda s, a, _: s.kit.office.lists.order_of_taking("loket-1", actor=a),
    "lists.awaiting_signature": lambda s, a, _: s.kit.office.lists.awaiting_signature(actor=a),
    "oversight.report": lambda s, a, _: s.kit.office.oversight.report(actor=a),
    "lists.permits": lambda s, a, _: s.kit.office.lists.permits(actor=a),
    "lists.register_book": lambda s, a, _: s.kit.office.lists.register_book("izin", 2026, actor=a),
    "lists.history": lambda s, a, i: s.kit.office.lists.history(i("submitted"), actor=a),
    "tracking.new_secret": lambda s, a, i: s.kit.office.tracking.new_secret(i("submitted"), actor=a),
    "counter.begin": lambda s, a, _: s.kit.office.counter.begin(
        "warung", applicant=sample_applicant(), check=SEEN, actor=a, form=FORMS["warung"]
    ),
    "counter.drafts": lambda s, a, _: s.kit.office.counter.drafts(actor=a),
    "counter.get": lambda s, a, i: s.kit.office.counter.get(i("counter"), actor=a),
    "counter.slots": lambda s, a, i: s.kit.office.counter.slots(i("counter"), actor=a),
    "counter.problems": lambda s, a, i: s.kit.office.counter.problems(i("counter"), actor=a),
    "counter.preview": lambda s, a, i: s.kit.office.counter.preview(i("counter"), actor=a),
    "counter.mandate": lambda s, a, i: s.kit.office.counter.mandate(i("counter"), actor=a),
    "counter.corrections": lambda s, a, i: s.kit.office.counter.corrections(i("counter"), actor=a),
    "counter.open_document": lambda s, a, i: s.kit.office.counter.open_document(
        i("counter"), _document(s, "counter"), actor=a
    ),
    "counter.page_picture": lambda s, a, i: s.kit.office.counter.page_picture(
        i("counter"), _document(s, "counter"), actor=a
    ),
    "counter.remove_item": lambda s, a, i: s.kit.office.counter.remove_item(
        i("counter"), "tenda", 0, form={**FORMS["warung"], "tenda": [{}]}, actor=a
    ),
    "counter.answer": lambda s, a, i: s.kit.office.counter.answer(i("counter"), "form:lokasi", "Ya", actor=a),
    "counter.save": lambda s, a, i: s.kit.office.counter.save(
        i("counter"), actor=a, form={"lokasi": "Jalan Baru", "di_rumah": False}
    ),
    "counter.upload": lambda s, a, i: s.kit.office.counter.upload(
        i("counter"),
        "ktp",
        BytesIO(small_png(3)),
        file_name="a.png",
        actor=a,
        replaces=_document(s, "counter"),
    ),
    "counter.attach_power_of_attorney": lambda s, a, i: s.kit.office.counter.attach_power_of_attorney(
        i("counter"), BytesIO(small_png(4)), file_name="kuasa.png", actor=a
    ),
    "counter.remove": lambda s, a, i: s.kit.office.counter.remove(
        i("counter"), _document(s, "counter"), actor=a
    ),
    "counter.discard": lambda s, a, i: s.kit.office.counter.discard(i("counter"), actor=a),
    "counter.submit": lambda s, a, i: s.kit.office.counter.submit(
        i("counter"), check=SEEN, consent=AGREED, actor=a
    ),
    "counter.withdraw": lambda s, a, i: s.kit.office.counter.withdraw(i("submitted"), check=SEEN, actor=a),
    "counter.new_secret": lambda s, a, i: s.kit.office.counter.new_secret(
        i("submitted"), check=SEEN, actor=a
    ),
    "counter.restore_account": lambda s, a, _: s.kit.office.counter.restore_account(
        "pemohon", check=SEEN, actor=a
    ),
    "counter.account_history": lambda s, a, _: s.kit.office.counter.account_history("pemohon", actor=a),
    "reviews.note_device_lost": lambda s, a, _: _revs(s).note_device_lost("kasir", actor=a),
    "complaints.list": lambda s, a, _: s.kit.office.complaints.list(actor=a),
    "complaints.get": lambda s, a, i: s.kit.office.complaints.get(i("complaint"), actor=a),
    "complaints.assign": lambda s, a, i: s.kit.office.complaints.assign(i("complaint"), "telaah-1", actor=a),
    "complaints.answer": lambda s, a, i: s.kit.office.complaints.answer(i("complaint"), "Maaf", actor=a),
    "contacts.own": lambda s, a, _: s.kit.office.contacts.own(actor=a),
    "contacts.agree": lambda s, a, _: s.kit.office.contacts.agree(
        "wa", phone=PHONE, version=CONSENT_VERSION, language="id", actor=a
    ),
    "contacts.withdraw": lambda s, a, _: s.kit.office.contacts.withdraw("wa", actor=a),
    "contacts.paces": lambda s, a, _: s.kit.office.contacts.paces(actor=a),
    "contacts.choose_pace": lambda s, a, _: s.kit.office.contacts.choose_pace("wa", Pace.DAILY, actor=a),
    "contacts.in_case": lambda s, a, i: s.kit.office.contacts.in_case(i("submitted"), actor=a),
    "counter.consents": lambda s, a, i: s.kit.office.counter.consents(i("submitted"), actor=a),
    "counter.consent_offer": lambda s, a, i: s.kit.office.counter.consent_offer(
        i("submitted"), "applicant", "wa", actor=a
    ),
    "counter.agree": lambda s, a, i: s.kit.office.counter.agree(
        i("submitted"), "applicant", "wa", check=SEEN, version=CONSENT_VERSION, actor=a
    ),
    "counter.withdraw_consent": lambda s, a, i: s.kit.office.counter.withdraw_consent(
        i("submitted"), "applicant", "wa", check=SEEN, actor=a
    ),
    "surveys.is_open": lambda s, a, i: s.kit.office.surveys.is_open(i("issued"), actor=a),
    "surveys.answer": lambda s, a, i: s.kit.office.surveys.answer(
        i("issued"), {f"u{number}": 3 for number in range(1, 10)}, actor=a
    ),
    "surveys.remarks": lambda s, a, _: s.kit.office.surveys.remarks(actor=a),
    "issuance.rehearse": lambda s, a, i: _pers(s).issuance.rehearse(i("approved"), actor=a),
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
    "publication.announce_key": lambda s, a, _: s.kit.office.publication.announce_key(
        "qr", ec.generate_private_key(ec.SECP256R1()).public_key(), actor=a
    ),
    "publication.replace_key": lambda s, a, _: s.kit.office.publication.replace_key("qr", actor=a),
    "publication.require_version": lambda s, a, _: s.kit.office.publication.require_version(
        reason="Uji", actor=a
    ),
    "publication.binding_history": lambda s, a, _: s.kit.office.publication.binding_history(
        "kepala", actor=a
    ),
    "continuation.beyond_records": lambda s, a, _: s.kit.office.continuation.beyond_records(actor=a),
    "continuation.lost": lambda s, a, _: s.kit.office.continuation.lost(actor=a),
    "continuation.continue_after": lambda s, a, _: s.kit.office.continuation.continue_after(
        "izin", 2026, 1, reason="Uji", actor=a
    ),
    "continuation.recover": lambda s, a, _: s.kit.office.continuation.recover(
        BytesIO(b"x"), reason="Uji", actor=a
    ),
    "outgoing.find": lambda s, a, _: s.kit.office.outgoing.find(actor=a),
    "outgoing.get": lambda s, a, _: s.kit.office.outgoing.get(1, actor=a),
    "outgoing.counts": lambda s, a, _: s.kit.office.outgoing.counts(actor=a),
    "outgoing.retry": lambda s, a, _: s.kit.office.outgoing.retry((1,), actor=a),
    "outgoing.drop": lambda s, a, _: s.kit.office.outgoing.drop((1,), reason="Uji", actor=a),
    "outgoing.contact": lambda s, a, _: s.kit.office.outgoing.contact(1, actor=a),
    "audit.search": lambda s, a, _: s.kit.office.audit.search(actor=a),
    "audit.export": lambda s, a, _: s.kit.office.audit.export(*_MARCH, actor=a),
    "audit.times": lambda s, a, _: s.kit.office.audit.times(*_MARCH, actor=a),
    "calendarYears.years": lambda s, a, _: s.kit.office.calendar_years.years(actor=a),
    "calendarYears.preview": lambda s, a, _: s.kit.office.calendar_years.preview(2026, _DAYS_OFF, actor=a),
    "calendarYears.record": lambda s, a, _: s.kit.office.calendar_years.record(2026, _DAYS_OFF, actor=a),
    "calendarYears.confirm": lambda s, a, _: s.kit.office.calendar_years.confirm(2026, actor=a),
    "versions.list": lambda s, a, _: s.kit.office.versions.list(actor=a),
    "versions.differences": lambda s, a, _: s.kit.office.versions.differences(
        "warung", *_newest(s, "warung"), actor=a
    ),
    "versions.preview": lambda s, a, _: s.kit.office.versions.preview(BytesIO(b"x"), actor=a),
    "versions.in_place": lambda s, a, _: s.kit.office.versions.in_place(actor=a),
    "batches.offers": lambda s, a, _: s.kit.office.batches.offers(actor=a),
    "batches.issue": lambda s, a, _: s.kit.office.batches.issue(("x",), actor=a),
    "batches.rehearse": lambda s, a, _: s.kit.office.batches.rehearse(("x",), actor=a),
    "batches.verify": lambda s, a, _: s.kit.office.batches.verify(("x",), actor=a),
    "batches.renew": lambda s, a, _: s.kit.office.batches.renew(within=timedelta(days=1), actor=a),
    "batches.find": lambda s, a, _: s.kit.office.batches.find(actor=a),
    "batches.get": lambda s, a, _: s.kit.office.batches.get(_batch(s), actor=a),
    "batches.items": lambda s, a, _: s.kit.office.batches.items(_batch(s), actor=a),
    "batches.cancel": lambda s, a, _: s.kit.office.batches.cancel(_batch(s), actor=a),
    "batches.work_on": lambda s, a, _: s.kit.office.batches.work_on(_batch(s), actor=a),
    "banners.all": lambda s, a, _: s.kit.office.banners.all(actor=a),
    "banners.put_up": lambda s, a, _: s.kit.office.banners.put_up(
        Text("Libur", "Closed"), ends=s.kit.clock() + timedelta(hours=1), actor=a
    ),
    "banners.take_down": lambda s, a, _: s.kit.office.banners.take_down("tidak-ada", actor=a),
    "health.findings": lambda s, a, _: s.kit.office.health.findings(actor=a),
    "health.plugins": lambda s, a, _: s.kit.office.health.plugins(actor=a),
    "health.upkeep": lambda s, a, _: s.kit.office.health.upkeep(actor=a),
    "health.settings": lambda s, a, _: s.kit.office.health.settings(actor=a),
    "health.acknowledged": lambda s, a, _: s.kit.office.health.acknowledged(actor=a),
    "health.acknowledge": lambda s, a, _: s.kit.office.health.acknowledge(
        _known_finding(s), reason="Uji", actor=a
    ),
    "health.withdraw": lambda s, a, _: s.kit.office.health.withdraw("tidak-ada", actor=a),
    "continuation.recoverable": lambda s, a, _: s.kit.office.continuation.recoverable((), actor=a),
    "publication.unbind": lambda s, a, _: s.kit.office.publication.unbind(
        "kepala", s.certificate(), last_day=date(2026, 12, 31), reason="Pindah", actor=a
    ),
}


def _newest(stand: Stand, code: str) -> tuple[str, str]:
    """Return the newest version twice: what is compared is not the question here."""
    version = stand.kit.catalogue.versions(code)[-1].version
    return version, version


def _known_finding(stand: Stand) -> str:
    """Return the mark of a finding that may be taken notice of."""
    found = stand.kit.office.health.findings(actor=HOST)
    return next(item.finding.key for item in found if item.finding.code == "officer-by-operator")


def _raised(outcomes: tuple[IssueOutcome, ...]) -> None:
    """Raise what kept a letter from being issued."""
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error


def _wait(stand: Stand, case: str) -> int:
    waiting = _revs(stand).begin_wait(
        case, party=WaitingFor.SYSTEM, name="SIMBG", reason="Menunggu nomor", actor=HOST
    )
    return waiting.open_waits()[-1].number


class _Bank:
    def bill(self, request: BillRequest) -> OfferedBill:
        return OfferedBill(reference=request.key)


def _unheard(stand: Stand, case: str) -> str:
    """Let an outside system owe its answer about a case."""
    context = stand.kit._context
    with context.storage.unit_of_work() as work:
        found = context.load(work, case, lock=True)
        record = CheckRecord(
            kind=CheckKind.SUBMISSION,
            plugin="zoning",
            source="zoning",
            outcome=CheckOutcome.UNANSWERED,
            asked_at=stand.kit.clock(),
            submission=found.submission,
        )
        owed = attrs.evolve(found, checks=(*found.checks, record))
        work.applications.save(owed, by="test", at=stand.kit.clock())
        work.commit()
    return case


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


class Rules:
    """
    Who may do what, told again here on purpose: expected outcomes come from these sentences and not from runs.

    Each rule returns the class of the refusal for an actor, or None when the call goes through. In a unit of
    work the staff record comes first, then whether the case exists for the actor, then the rule of the step.
    """

    STAGES: ClassVar = {
        "warung": {("front_office", "dinas-izin"), ("office_head", "dinas-izin")},
        "acara": {
            ("front_office", "dinas-izin"),
            ("technical_team", "dinas-jalan"),
            ("inspector", "dinas-izin"),
            ("back_office", "dinas-izin"),
            ("cashier", "dinas-izin"),
            ("section_head", "dinas-izin"),
            ("office_head", "dinas-izin"),
        },
    }
    """Role and unit of every stage; the licensing office answers for both types."""

    def __init__(self, who: str, actor: Actor) -> None:
        self.who, self.actor = who, actor
        self.public = actor.kind in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE)
        self.party = who in ("owner", "representative")
        self.officer = actor.kind is ActorKind.OFFICER
        self.stale = "staff-record" if who in STALE else None

    def reads(self, case: str) -> bool:
        """Return True when the case exists for the actor."""
        if self.actor.kind in (ActorKind.HOST, ActorKind.SYSTEM):
            return True
        if self.public:
            return self.party
        if case == "draft":
            return False
        stages = self.STAGES["acara" if case == "event" else "warung"]
        roles = {role.value for role in self.actor.roles}
        mine = {(role, unit) for role in roles for unit in self.actor.units}
        return bool(
            mine & stages
            or "auditor" in roles
            or ("supervisor" in roles and {unit for _, unit in stages} & self.actor.units)
            or (roles & {"office_head", "signatory"} and "dinas-izin" in self.actor.units)
        )

    def anybody(self) -> Outcome:
        """Whoever is what they say."""
        return self.stale

    def read(self, case: str) -> Outcome:
        """Parties, those who work on it or answer for it, their supervisor, auditors."""
        return self.stale or (None if self.reads(case) else "not-found")

    def act_for_applicant(self, case: str) -> Outcome:
        """Parties and the host."""
        if self.stale or not self.reads(case):
            return self.read(case)
        return None if self.party or self.who == "host" else "access-denied"

    def open_draft(self, *, for_another: bool) -> Outcome:
        """Applicants for themselves; the counter and the host for anybody."""
        counter = self.officer and self.actor.has(Role.FRONT_OFFICE)
        through = counter or self.who == "host" or (self.public and not for_another)
        return self.stale or (None if through else "not-allowed")

    def have(self, *roles: Role, others: tuple[str, ...] = ("system",)) -> Outcome:
        """Officers with a role, and others without one."""
        through = self.who in others or (self.officer and (not roles or self.actor.has(*roles)))
        return self.stale or (None if through else "access-denied")

    def look_twice(self, case: str) -> Outcome:
        """What to look at twice is shown to officers who see the case, not to the applicant's side."""
        if self.public:
            return "access-denied"
        return self.stale or self.read(case)

    def judge(self, case: str, in_charge: str, role: Role) -> Outcome:
        """The officer to whom the stage was given, and nobody else with the same post."""
        if self.stale or not self.reads(case):
            return self.read(case)
        if self.who == in_charge:
            return None
        post = self.officer and self.actor.has(role) and "dinas-izin" in self.actor.units
        return "not-assignee" if post else "not-allowed"

    def ask_for_stage(self) -> Outcome:
        """The officer of an open stage before it."""
        if self.stale or not self.reads("event"):
            return self.read("event")
        if not self.officer:
            return "not-allowed"
        return None if self.who == "assessor in charge" else "stage-request"

    def take_money(self) -> Outcome:
        """The cashier of a unit that takes money here, the host and the system."""
        if self.stale or not self.reads("event"):
            return self.read("event")
        through = self.who in ("host", "system") or (
            self.officer and self.actor.has(Role.CASHIER) and "dinas-izin" in self.actor.units
        )
        return None if through else "not-allowed"

    def ask_for_bill(self) -> Outcome:
        """The applicant's side, and who may take money."""
        return None if not self.stale and self.reads("event") and self.party else self.take_money()

    def wait_for_outside(self, *, of_stage: bool) -> Outcome:
        """Overseers of a unit of the case, the host and the system; of a stage, its officer too."""
        if self.stale or not self.reads("submitted"):
            return self.read("submitted")
        if self.who in ("host", "system") or (of_stage and self.who == "clerk in charge"):
            return None
        if self.officer and self.actor.has(Role.SUPERVISOR, Role.OFFICE_HEAD, Role.SIGNATORY):
            return None
        return "not-assignee" if of_stage and self.who == "other clerk" else "not-allowed"

    def declare_conflict(self) -> Outcome:
        """Every officer for themselves, where they can see the case."""
        if self.stale or not self.reads("submitted"):
            return self.read("submitted")
        return None if self.officer else "not-allowed"

    def look_through(self) -> Outcome:
        """The office's side, each what they may read; see `test_lists`."""
        return "access-denied" if self.public else self.stale

    def see_complaint(self) -> Outcome:
        """Those who supervise; of other officers its holder alone."""
        if self.stale or not self.officer:
            return self.stale or "access-denied"
        leads = self.actor.has(Role.SUPERVISOR, Role.OFFICE_HEAD, Role.AUDITOR)
        return None if leads else "not-found"

    def help_to_follow(self) -> Outcome:
        """The applicant's side, the host, and the counter of a unit that works on it."""
        if self.stale or not self.reads("submitted"):
            return self.read("submitted")
        counter = self.officer and self.actor.has(Role.FRONT_OFFICE)
        return None if self.party or self.who == "host" or counter else "access-denied"

    def look_at_order(self) -> Outcome:
        """The officer whose order it is, and those who look over it."""
        if self.actor.id == "loket-1" and self.officer:
            return self.stale
        return self.have(Role.SUPERVISOR, Role.AUDITOR, others=("host", "system"))

    def serve(self, elsewhere: Outcome = "not-found") -> Outcome:
        """Officers of the front office, in the unit that takes in the papers; others elsewhere see nothing."""
        if not self.officer or not self.actor.has(Role.FRONT_OFFICE):
            return self.stale or "access-denied"
        return self.stale or (elsewhere if self.actor.units.isdisjoint(HERE) else None)

    def look_at_account(self) -> Outcome:
        """Its owner, those who look over the office, and the host; another applicant learns nothing."""
        if self.public:
            return None if self.who == "owner" else "not-found"
        return self.have(Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, others=("host", "system"))

    def say_that_they_were_notified(self) -> Outcome:
        """The counter and supervisors of a unit of the case; here nothing waits for it."""
        if self.stale or not self.reads("submitted"):
            return self.read("submitted")
        through = self.officer and self.actor.has(Role.FRONT_OFFICE, Role.SUPERVISOR)
        return "no-notice-awaited" if through else "not-allowed"

    def supervise(self) -> Outcome:
        """A supervisor of the unit."""
        if self.stale or not self.reads("submitted"):
            return self.read("submitted")
        return None if self.who == "supervisor" else "not-allowed"

    def look_over(self) -> Outcome:
        """Supervisors of the unit, auditors, the host and the system."""
        if self.stale or not self.reads("submitted"):
            return self.read("submitted")
        return self.have(Role.SUPERVISOR, Role.AUDITOR, others=("host", "system"))

    def decide_about_permit(self, done: Outcome = None) -> Outcome:
        """Head and signatories of the responsible unit, in a position with a delegation in force today."""
        if self.stale or not self.reads("issued"):
            return self.read("issued")
        if not (self.officer and self.actor.has(Role.OFFICE_HEAD, Role.SIGNATORY)):
            return "not-allowed"
        if self.actor.position is None:
            return "no-position"
        return done if self.actor.position == "kepala" else "delegation-missing"

    def set_aside(self) -> Outcome:
        """Head and signatories of the responsible unit."""
        if self.stale or not self.reads("approved"):
            return self.read("approved")
        decides = self.officer and self.actor.has(Role.OFFICE_HEAD, Role.SIGNATORY)
        return None if decides and "dinas-izin" in self.actor.units else "not-allowed"

    def sign(self) -> Outcome:
        """A signatory of the responsible unit, in a position with a delegation in force today."""
        if self.stale or not self.reads("approved"):
            return self.read("approved")
        if self.actor.position is None:
            return "access-denied"
        if not self.actor.has(Role.SIGNATORY):
            return "not-signatory"
        return None if self.actor.position == "kepala" else "delegation-missing"

    def begin_to_sign(self) -> Outcome:
        """An officer with a position, in a batch."""
        return self.stale or (None if self.officer and self.actor.positions else "access-denied")

    def see_batch(self) -> Outcome:
        """Of what concerns all permits: those who look after the office."""
        roles = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
        return "not-found" if not self.stale and self.have(*roles, others=("host", "system")) else self.stale

    def renew(self, done: Outcome) -> Outcome:
        """The holder's side, the host, and the counter of a unit that works on it."""
        counter = self.officer and self.actor.has(Role.FRONT_OFFICE) and self.reads("issued")
        return self.stale or (done if self.party or self.who == "host" or counter else "not-found")

    def confirm_what_the_operator_proposed(self) -> Outcome:
        """An administrator; the host, which proposed it, is no second person."""
        if self.who == "host":
            return "staff-confirmation"
        return self.have(Role.ADMINISTRATOR, others=())

    def keep_certificates(self) -> Outcome:
        """The operator on the machine alone: what a certificate signs, the whole office vouches for."""
        return self.stale or (None if self.who == "host" else "access-denied")


Outcome = str | None

_OVERSEERS = (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)
_SEARCHERS = (
    Role.FRONT_OFFICE,
    Role.BACK_OFFICE,
    Role.SECTION_HEAD,
    Role.DIVISION_HEAD,
    Role.OFFICE_HEAD,
    Role.SIGNATORY,
    Role.SUPERVISOR,
    Role.AUDITOR,
)

_HEADS = (
    Role.SECTION_HEAD,
    Role.DIVISION_HEAD,
    Role.OFFICE_HEAD,
    Role.SIGNATORY,
    Role.SUPERVISOR,
    Role.AUDITOR,
)

EXPECTED: Mapping[str, Callable[[Rules], Outcome]] = {
    "applications.start": lambda r: r.open_draft(for_another=False),
    "applications.start for another": lambda r: r.open_draft(for_another=True),
    "applications.save": lambda r: r.act_for_applicant("draft"),
    "applications.write_in": lambda r: r.act_for_applicant("draft"),
    "applications.slots": lambda r: r.read("draft"),
    "applications.mandate": lambda r: r.read("draft"),
    "applications.upload": lambda r: r.act_for_applicant("draft"),
    "applications.reusable": lambda r: r.act_for_applicant("draft"),
    "applications.reuse": lambda r: r.act_for_applicant("draft"),
    "applications.use_as": lambda r: r.act_for_applicant("draft"),
    "applications.remove": lambda r: r.act_for_applicant("draft"),
    "applications.problems": lambda r: r.read("draft"),
    "applications.submit": lambda r: r.act_for_applicant("draft"),
    "applications.receipt": lambda r: r.read("submitted"),
    "applications.signed_receipt": lambda r: r.read("submitted"),
    "applications.receipt_pdf": lambda r: r.read("submitted"),
    "applications.withdraw": lambda r: r.act_for_applicant("submitted"),
    "applications.get draft": lambda r: r.read("draft"),
    "applications.get": lambda r: r.read("submitted"),
    "applications.of_owner": lambda r: r.anybody(),
    "applications.answer": lambda r: r.act_for_applicant("submitted") or "transition-not-allowed",
    "applications.corrections": lambda r: r.read("submitted"),
    "applications.standing": lambda r: r.read("submitted"),
    "applications.messages": lambda r: r.read("submitted"),
    "applications.readings": lambda r: r.read("submitted"),
    "applications.own_data": lambda r: r.anybody(),
    "applications.history": lambda r: r.read("submitted"),
    "applications.actions": lambda r: r.read("submitted"),
    "applications.deliveries": lambda r: r.read("submitted"),
    "applications.discard": lambda r: r.act_for_applicant("draft"),
    "applications.preview": lambda r: r.act_for_applicant("draft"),
    "applications.hand_over_draft": lambda r: r.act_for_applicant("draft"),
    "applications.change_type": lambda r: r.act_for_applicant("draft"),
    "applications.remove_item": lambda r: r.act_for_applicant("draft"),
    "applications.attach_power_of_attorney": lambda r: r.act_for_applicant("draft"),
    "applications.open_document": lambda r: r.read("submitted"),
    "applications.page_picture": lambda r: r.read("submitted"),
    "applications.correction_targets": lambda r: r.read("submitted"),
    "incoming.begin": lambda r: r.act_for_applicant("draft"),
    "incoming.get": lambda r: r.act_for_applicant("draft"),
    "incoming.of_case": lambda r: r.act_for_applicant("draft"),
    "incoming.receive": lambda r: r.act_for_applicant("draft"),
    "incoming.finish": lambda r: r.act_for_applicant("draft"),
    "incoming.discard": lambda r: r.act_for_applicant("draft"),
    "reviews.queue": lambda r: r.have(others=()),
    "reviews.queue of everyone": lambda r: r.have(Role.SUPERVISOR, Role.AUDITOR, others=()),
    "reviews.queue_counts": lambda r: r.have(others=()),
    "reviews.queue_counts of everyone": lambda r: r.have(Role.SUPERVISOR, Role.AUDITOR, others=()),
    "reviews.remarks": lambda r: r.look_twice("submitted"),
    "letters.of_case": lambda r: r.look_twice("submitted"),
    "letters.page_picture": lambda r: r.look_twice("submitted"),
    "reviews.unnotified": lambda r: r.have(others=("host", "system")),
    "reviews.record_notice": lambda r: r.say_that_they_were_notified(),
    "reviews.decide": lambda r: r.judge("submitted", "clerk in charge", Role.FRONT_OFFICE),
    "reviews.request_correction": lambda r: r.judge("submitted", "clerk in charge", Role.FRONT_OFFICE),
    "reviews.request_stage": lambda r: r.ask_for_stage(),
    "reviews.send_back": lambda r: r.judge("judged", "head", Role.OFFICE_HEAD),
    "reviews.approve": lambda r: r.judge("judged", "head", Role.OFFICE_HEAD),
    "reviews.refuse": lambda r: r.judge("judged", "head", Role.OFFICE_HEAD),
    "reviews.record_payment": lambda r: r.take_money(),
    "billing.awaiting": lambda r: r.have(Role.CASHIER, others=("host", "system")),
    "oversight.attention": lambda r: r.have(*_HEADS, others=("host",)),
    "billing.bill": lambda r: r.ask_for_bill(),
    "billing.note_refund": lambda r: r.take_money() or "refund-not-owed",
    "reviews.begin_wait": lambda r: r.wait_for_outside(of_stage=True),
    "reviews.end_wait": lambda r: r.wait_for_outside(of_stage=False),
    "reviews.answer_check": lambda r: r.wait_for_outside(of_stage=False),
    "reviews.reopen": lambda r: r.set_aside(),
    "reviews.annul_decision": lambda r: r.decide_about_permit(),
    "reviews.declare_conflict": lambda r: r.declare_conflict(),
    "reviews.reassign": lambda r: r.supervise(),
    "reviews.hand_over": lambda r: r.have(Role.SUPERVISOR),
    # The stage is no site inspection, and there is no photograph in it.
    "reviews.add_photo": lambda r: r.judge("submitted", "clerk in charge", Role.FRONT_OFFICE) or "photos",
    "reviews.remove_photo": (
        lambda r: r.judge("submitted", "clerk in charge", Role.FRONT_OFFICE) or "not-found"
    ),
    "reviews.photo_picture": lambda r: "access-denied" if r.public else r.stale or "not-found",
    "reviews.held_by": lambda r: r.have(Role.SUPERVISOR),
    "reviews.note_similar": lambda r: r.judge("submitted", "clerk in charge", Role.FRONT_OFFICE),
    "reviews.request_jump": lambda r: r.judge("submitted", "clerk in charge", Role.FRONT_OFFICE),
    "reviews.allow_jump": lambda r: r.supervise(),
    "reviews.exclusions": lambda r: r.look_over(),
    "reviews.add_officer": lambda r: r.have(Role.ADMINISTRATOR, others=("host",)),
    "reviews.confirm_officer": lambda r: r.confirm_what_the_operator_proposed(),
    "reviews.declare_account": lambda r: r.have(others=()),
    "reviews.staff_history": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "reviews.operator_appointments": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "reviews.note_access": lambda r: r.have(Role.ADMINISTRATOR, others=("host",)),
    "reviews.held_cases": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "reviews.officers": lambda r: r.have(others=("host", "system")),
    "reviews.officer": lambda r: r.have(others=("host", "system")),
    "permits.issue": lambda r: r.sign(),
    "permits.issue_many": lambda r: r.sign(),
    "permits.asks_secret": lambda r: r.have(others=()),
    "permits.get": lambda r: r.read("issued"),
    "permits.outlook": lambda r: r.read("issued"),
    "permits.get_by_number": lambda r: r.read("issued"),
    "permits.open_pdf": lambda r: r.read("issued"),
    "permits.direct_address": lambda r: r.read("issued"),
    "permits.renew": lambda r: r.renew("renewal-too-early"),
    "permits.amend": lambda r: r.renew(None),
    "permits.suspend": lambda r: r.decide_about_permit(),
    "permits.reinstate": lambda r: r.decide_about_permit("permit-status"),
    "permits.revoke": lambda r: r.decide_about_permit(),
    "permits.annul": lambda r: r.decide_about_permit(),
    "permits.search": lambda r: r.have(*_SEARCHERS),
    "permits.of_owner": lambda r: r.anybody(),
    "lists.cases": lambda r: r.look_through(),
    "lists.overdue": lambda r: r.look_through(),
    "lists.counts": lambda r: r.look_through(),
    "lists.similar": lambda r: r.look_twice("submitted"),
    "lists.order_of_taking": lambda r: r.look_at_order(),
    "lists.awaiting_signature": lambda r: r.look_through(),
    "oversight.report": lambda r: r.have(*_HEADS, others=("host",)),
    "lists.permits": lambda r: r.look_through(),
    "lists.register_book": lambda r: r.have(*_SEARCHERS, others=("host", "system")),
    "lists.history": lambda r: r.read("submitted"),
    "tracking.new_secret": lambda r: r.help_to_follow(),
    "counter.begin": lambda r: r.serve("access-denied"),
    "counter.drafts": lambda r: r.serve(None),
    "counter.get": lambda r: r.serve(),
    "counter.slots": lambda r: r.serve(),
    "counter.problems": lambda r: r.serve(),
    "counter.preview": lambda r: r.serve(),
    "counter.mandate": lambda r: r.serve(),
    "counter.corrections": lambda r: r.serve(),
    "counter.open_document": lambda r: r.serve(),
    "counter.page_picture": lambda r: r.serve(),
    "counter.remove_item": lambda r: r.serve(),
    # It waits for no correction.
    "counter.answer": lambda r: r.serve() or "transition-not-allowed",
    "counter.save": lambda r: r.serve(),
    "counter.upload": lambda r: r.serve(),
    # No one represents the applicant here.
    "counter.attach_power_of_attorney": lambda r: r.serve() or "not-found",
    "counter.remove": lambda r: r.serve(),
    "counter.discard": lambda r: r.serve(),
    "counter.submit": lambda r: r.serve(),
    "counter.withdraw": lambda r: r.serve(),
    "counter.new_secret": lambda r: r.serve(),
    "counter.restore_account": lambda r: r.serve(None),
    "counter.account_history": lambda r: r.look_at_account(),
    "reviews.note_device_lost": lambda r: r.have(Role.ADMINISTRATOR),
    "complaints.list": lambda r: r.have(others=()),
    "complaints.get": lambda r: r.see_complaint(),
    "complaints.assign": lambda r: (
        r.see_complaint() or (None if r.actor.has(Role.SUPERVISOR, Role.OFFICE_HEAD) else "access-denied")
    ),
    # It has no holder yet.
    "complaints.answer": lambda r: r.see_complaint() or "access-denied",
    "contacts.own": lambda r: None if r.public else "access-denied",
    "contacts.agree": lambda r: None if r.public else "access-denied",
    "contacts.withdraw": lambda r: None if r.public else "access-denied",
    "contacts.paces": lambda r: None if r.public else r.have(others=()),
    "contacts.choose_pace": lambda r: None if r.public else r.have(others=()),
    "contacts.in_case": lambda r: r.read("submitted"),
    "counter.consents": lambda r: r.serve(),
    "counter.consent_offer": lambda r: r.serve(),
    "counter.agree": lambda r: r.serve(),
    "counter.withdraw_consent": lambda r: r.serve(),
    "surveys.is_open": lambda r: r.act_for_applicant("issued"),
    "surveys.answer": lambda r: r.act_for_applicant("issued"),
    "surveys.remarks": lambda r: r.have(
        Role.SUPERVISOR, Role.OFFICE_HEAD, Role.AUDITOR, others=("host", "system")
    ),
    "issuance.issue": lambda r: r.sign(),
    "issuance.rehearse": lambda r: r.sign(),
    "issuance.cancel": lambda r: r.decide_about_permit(),
    "issuance.hand_in_signed": lambda r: r.decide_about_permit(),
    # The certificate is bound since it signed.
    "publication.bind": lambda r: r.keep_certificates() or "binding-overlaps",
    "publication.announce_key": lambda r: r.keep_certificates(),
    "publication.replace_key": lambda r: r.keep_certificates(),
    # This office has published nothing yet.
    "publication.require_version": lambda r: r.keep_certificates() or "not-found",
    "publication.binding_history": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "continuation.beyond_records": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "continuation.lost": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "continuation.continue_after": lambda r: r.keep_certificates(),
    "continuation.recover": lambda r: r.have(Role.ADMINISTRATOR, others=("host",)) or "not-our-permit",
    "outgoing.find": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "outgoing.get": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "outgoing.counts": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "outgoing.retry": lambda r: r.have(Role.ADMINISTRATOR, others=("host", "system")),
    "outgoing.drop": lambda r: r.have(Role.ADMINISTRATOR, others=("host", "system")),
    # Nothing was sent here to anyone yet.
    "outgoing.contact": lambda r: r.have(Role.ADMINISTRATOR, others=("host", "system")) or "not-found",
    "audit.search": lambda r: r.have(Role.ADMINISTRATOR, Role.AUDITOR, others=("host", "system")),
    "audit.export": lambda r: r.have(Role.ADMINISTRATOR, Role.AUDITOR, others=("host", "system")),
    "audit.times": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "calendarYears.years": lambda r: r.have(others=("host", "system")),
    "calendarYears.preview": lambda r: r.have(Role.ADMINISTRATOR, others=("host", "system")),
    "calendarYears.record": lambda r: r.have(Role.ADMINISTRATOR, others=("host", "system")),
    # Nothing is recorded here.
    "calendarYears.confirm": lambda r: (
        r.have(Role.ADMINISTRATOR, others=("host", "system")) or "calendar-year"
    ),
    "versions.list": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "versions.in_place": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "versions.differences": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "versions.preview": lambda r: (
        r.have(Role.ADMINISTRATOR, others=("host", "system")) or "catalogue-archive"
    ),
    "batches.offers": lambda r: r.stale,
    "batches.issue": lambda r: r.begin_to_sign(),
    "batches.rehearse": lambda r: r.begin_to_sign(),
    "batches.verify": lambda r: r.have(
        Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR, others=("host", "system")
    ),
    "batches.renew": lambda r: r.have(Role.ADMINISTRATOR, others=("host", "system")) or "timestamps-off",
    # Shows only what the actor may see.
    "batches.find": lambda r: r.stale,
    "batches.get": lambda r: r.see_batch(),
    "batches.items": lambda r: r.see_batch(),
    "batches.cancel": lambda r: r.see_batch() or r.have(Role.ADMINISTRATOR, others=("host",)),
    "batches.work_on": lambda r: r.see_batch() or r.have(Role.ADMINISTRATOR, others=("host",)),
    "banners.all": lambda r: r.have(others=("host", "system")),
    "banners.put_up": lambda r: r.have(Role.ADMINISTRATOR, Role.SUPERVISOR, others=("host", "system")),
    "banners.take_down": lambda r: (
        r.have(Role.ADMINISTRATOR, Role.SUPERVISOR, others=("host", "system")) or "not-found"
    ),
    "health.findings": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "health.plugins": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "health.upkeep": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "health.settings": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "health.acknowledged": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "health.acknowledge": lambda r: (
        r.have(*_OVERSEERS, others=("host", "system"))
        or r.have(Role.ADMINISTRATOR, others=("host", "system"))
    ),
    "health.withdraw": lambda r: (
        r.have(Role.ADMINISTRATOR, Role.AUDITOR, others=("host", "system")) or "not-found"
    ),
    "continuation.recoverable": lambda r: r.have(*_OVERSEERS, others=("host", "system")),
    "publication.unbind": lambda r: r.keep_certificates(),
}

WITHOUT_ACTOR = {
    "Reviews.photo_policy",
    # For everyone who opens a page, and about no one: see `test_administration`.
    "Audit.kinds",
    "Banners.current",
    # By the provider's signature: see `test_billing`.
    "Billing.callback",
    "Billing.providers",
    # With invented data, of the catalogue alone.
    "Letters.preview",
    "Letters.template_faults",
    "Publication.authority_json",
    "Publication.bindings",
    "Publication.document",
    "Publication.note_use",
    "Publication.own_keys",
    "Publication.qr_text",
    # By a secret, and without personal data: see `test_tracking`.
    "Tracking.follow",
    # For the public, and about no one: see `test_transparency`.
    # About no case, or with its secret; the others: see `test_surveys`.
    "Complaints.kinds",
    "Complaints.file",
    "Complaints.follow",
    "Complaints.come_back",
    "Complaints.withdraw",
    "Contacts.channels",
    "Contacts.offer",
    "Contacts.withdraw_by_secret",
    "Surveys.questions",
    "Surveys.answer_by_secret",
    "Transparency.periods",
    "Transparency.report",
}
SYSTEM_ONLY = {"Issuance.hold", "Issuance.prepare_deemed", "Issuance.resume"}
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
        for kind in (
            Applications,
            Audit,
            Banners,
            Batches,
            Billing,
            CalendarYears,
            Health,
            Outgoing,
            Reviews,
            Permits,
            Letters,
            Lists,
            Complaints,
            Contacts,
            Surveys,
            Tracking,
            Transparency,
            Versions,
            Issuance,
            Publication,
            Continuation,
            Counter,
            Incoming,
            Oversight,
        )
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }

    assert set(EXPECTED) == set(CALLS)
    assert public - WITHOUT_ACTOR - SYSTEM_ONLY == {f"{name[0].upper()}{name[1:]}" for name in asked}


def _outcome(stand: Stand, name: str, actor: Actor) -> Outcome:
    try:
        CALLS[name](stand, actor, known(stand))
    except PerizinanError as error:
        return error.code
    return None


@pytest.mark.parametrize("name", CALLS)
def test_each_actor_gets_through_or_gets_the_typed_error(stand, name):
    """Every kind of actor for each use case."""
    found, expected = {}, {}
    for who, named in ACTORS.items():
        stand.restore()
        actor = named(stand)
        expected[who] = EXPECTED[name](Rules(who, actor))
        found[who] = _outcome(stand, name, actor)

    assert expected == found


def test_no_call_changes_what_another_one_meets(stand):
    """In whatever order the calls come, each is answered by the rules."""
    calls = [(name, who) for name in CALLS for who in ("owner", "head", "signatory", "gone", "host")]
    Random(17).shuffle(calls)
    wrong = []
    for name, who in calls:
        stand.restore()
        actor = ACTORS[who](stand)
        expected, found = EXPECTED[name](Rules(who, actor)), _outcome(stand, name, actor)
        wrong += [(name, who, expected, found)] if expected != found else []

    assert [] == wrong


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("who", ["other applicant", "other representative", "applicant with an officer's id"])
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
            CALLS[name](stand, ACTORS[who](stand), remembered)
        except PerizinanError as error:
            texts = [error.code, error.message("id"), error.message("en")]
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
    stranger = ACTORS["other applicant"](stand)
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
    cashier = stand.kit.officer("kasir")
    for actor in (stand.kit.officer("loket-jalan"), cashier):
        with pytest.raises(NotFoundError):
            get(stand.cases["submitted"], actor=actor)

    assert stand.cases["event"] == get(stand.cases["event"], actor=cashier).id
    assert stand.cases["submitted"] == get(stand.cases["submitted"], actor=stand.kit.officer("loket-1")).id


def test_the_queue_of_everyone_is_that_of_the_units_of_a_supervisor(stand):
    """A supervisor elsewhere sees the stages of that unit, an auditor all of them."""
    stand.restore()
    queue = stand.kit.office.reviews.queue
    seen = {
        who: {
            (entry.application, entry.stage) for entry in queue(actor=stand.kit.officer(who), everyone=True)
        }
        for who in ("supervisor", "supervisor-jalan", "auditor")
    }

    assert {(stand.cases["event"], "rekomendasi")} == seen["supervisor-jalan"]
    assert seen["auditor"] == seen["supervisor"] > seen["supervisor-jalan"]


def test_pages_of_the_queue_of_everyone_lose_nothing(stand):
    """What a supervisor may not see does not shorten the pages."""
    stand.restore()
    actor, found, last = stand.kit.officer("supervisor"), [], None
    while page := stand.kit.office.reviews.queue(actor=actor, everyone=True, limit=2, after=last):
        found += page
        last = page[-1]

    assert tuple(found) == stand.kit.office.reviews.queue(actor=actor, everyone=True)


def test_an_account_with_the_id_of_the_owner_is_no_party_when_it_is_an_officer(stand):
    """Who logs in as officer acts as officer, whatever the account is called."""
    stand.restore()
    stand.kit.appoint(make_officer("pemohon", units=HERE))
    officer = stand.kit.officer("pemohon")
    with pytest.raises(NotFoundError):
        stand.kit.office.applications.withdraw(stand.cases["submitted"], actor=officer)


def test_a_permit_that_is_not_signed_yet_cannot_be_downloaded(stand):
    """There is no PDF to give."""
    stand.restore()
    with pytest.raises(NotFoundError):
        stand.kit.office.permits.open_pdf(stand.permits["doubtful"], actor=APPLICANT)


def test_a_draft_has_no_receipt(stand):
    """Nothing was handed in yet."""
    stand.restore()
    with pytest.raises(NotFoundError):
        stand.kit.office.applications.receipt(stand.cases["draft"], actor=APPLICANT)

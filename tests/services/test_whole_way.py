"""From the draft to the permit, and what may happen to both."""

from datetime import date, datetime, timedelta
from io import BytesIO

import attrs
import pytest

from perizinan_core.errors.services import DecidedByOthersError, NotFoundError
from perizinan_core.errors.workflow import PermitStatusError, SubmissionRefusedError
from perizinan_core.model._actor import Actor, ActorKind, Officer, Role
from perizinan_core.model._applicant import Organisation, Representative
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem, StageOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit import PermitStatus
from perizinan_core.published import read_authority_document
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, sample_applicant, sample_office, sample_staff
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit
from perizinan_core.workflow import AnnulledBy, DefectGround

AGENT = Actor(id="kuasa", kind=ActorKind.REPRESENTATIVE)
LAW = "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025 pasal 9"


def verdict_of(kit, permit, *, at=None):
    """Judge a permit as a stranger does, with the office's records."""
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        pdf = file.read()
    document = read_authority_document(kit.office.publication.authority_json())
    return verify_permit(pdf, authority=document, at=at or kit.clock(), status=kit.office.status).verdict


def test_a_draft_becomes_a_signed_permit_that_verifies(any_kit):
    """The whole way with parallel stages, on every store."""
    case = any_kit.submit("acara")
    approved = any_kit.review(case.id)
    permit = any_kit.issue(case.id)
    history = [event.kind for event in any_kit.office.applications.history(case.id, actor=APPLICANT)]

    assert ApplicationState.APPROVED is approved.state
    assert "500/001/AC/2026" == permit.number
    assert PermitStatus.IN_FORCE is permit.status
    assert Verdict.VALID is verdict_of(any_kit, permit)
    assert permit == any_kit.office.permits.get_by_number(permit.number, actor=APPLICANT)
    assert [EventKind.APPLICATION_STARTED, EventKind.PERMIT_ISSUED] == [history[0], history[-1]]
    assert ApplicationState.ISSUED is any_kit.office.applications.get(case.id, actor=APPLICANT).state


def test_a_recommendation_takes_a_number_that_the_decree_quotes(kit):
    """The technical agency's own register, and its number in the letter."""
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    judged = kit.decide(case.id, "rekomendasi")
    kit.review(case.id)
    permit = kit.issue(case.id)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = work.numbers.book("rekomendasi", 2026)

    assert "REK/01/411/2026" == judged.stage_state("rekomendasi").letter.number
    assert ["REK/01/411/2026"] == [line.number for line in book]
    assert Verdict.VALID is verdict_of(kit, permit)


def test_a_payment_stage_waits_for_the_money(kit):
    """The fee is what the formula says; the stage cannot be positive before it is paid."""
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    with pytest.raises(Exception, match="120") as refused:
        kit.decide(case.id, "bayar")
    payment = Payment(reference="a-1", amount=Rupiah(120_000), paid_at=kit.clock(), recorded_by="kasir")
    kit.office.reviews.record_payment(case.id, payment, actor=kit.officer("kasir"))
    paid = kit.decide(case.id, "bayar")

    assert Rupiah(120_000) == kit.office.applications.receipt(case.id, actor=APPLICANT).fee
    assert "payment" in refused.value.code
    assert StageOutcome.POSITIVE is paid.stage_state("bayar").outcome


def test_an_inspection_opens_when_an_officer_asks_for_it(kit):
    """A stage on request is played like any other once it is asked for."""
    case = kit.submit("acara")
    kit.review(case.id, until="rekomendasi")
    asked = kit.office.reviews.request_stage(case.id, "peninjauan", actor=kit.assignee(case.id, "telaah"))
    kit.review(case.id)
    case = kit.office.applications.get(case.id, actor=HOST)

    assert asked.stage_state("peninjauan").requested
    assert case.stage_state("peninjauan").minutes.favourable


def test_a_representative_acts_with_a_power_of_attorney(kit):
    """Without the paper the application is refused; with it the whole way is open."""
    agent = Representative(person=sample_applicant(name="Kuasa Contoh"), actor_id=AGENT.id)
    case = kit.draft(actor=AGENT, representative=agent)
    kit.fill(case.id, actor=AGENT)
    kit.office.applications.attach_power_of_attorney(
        case.id, BytesIO(small_png(7)), file_name="kuasa.png", actor=AGENT
    )
    kit.hand_in(case.id, actor=AGENT)
    kit.review(case.id)
    permit = kit.issue(case.id)
    slots = [view.terms.key for view in kit.office.applications.slots(case.id, actor=AGENT)]

    assert ["ktp", "surat-kuasa"] == slots
    assert permit == kit.office.permits.get(permit.id, actor=AGENT)
    assert "Sekar Contohwati" == permit.holder


def test_without_the_paper_a_representative_cannot_hand_in(kit):
    """Both the slot and the power of attorney itself are asked for, at once."""
    agent = Representative(person=sample_applicant(name="Kuasa Contoh"), actor_id=AGENT.id)
    case = kit.draft(actor=AGENT, representative=agent)
    kit.upload(case.id, "ktp", actor=AGENT)
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.hand_in(case.id, actor=AGENT)

    assert len(refused.value.problems) == len(kit.office.applications.problems(case.id, actor=AGENT)) >= 2
    assert ApplicationState.DRAFT is kit.office.applications.get(case.id, actor=AGENT).state


def test_nobody_attaches_a_power_of_attorney_where_nobody_is_represented(kit):
    """There is no representative to attach it to."""
    case = kit.draft()
    with pytest.raises(NotFoundError):
        kit.office.applications.attach_power_of_attorney(
            case.id, BytesIO(small_png(7)), file_name="kuasa.png", actor=APPLICANT
        )


def test_an_organisation_gets_a_permit_in_its_own_name(kit):
    """The holder is the organisation, the mail goes to it."""
    organisation = Organisation(
        name="Koperasi Contoh",
        kind=ApplicantKind.ORGANISER,
        responsible=sample_applicant(),
        email="koperasi@surat.example",
    )
    permit = kit.permit(applicant=organisation)
    kit.office.worker.run_once()

    assert "Koperasi Contoh" == permit.holder
    assert {"koperasi@surat.example"} == {item.email for item in kit.mail.sent.values()}


@pytest.mark.parametrize(
    "kind",
    [
        ApplicationKind.RENEWAL,
        ApplicationKind.AMENDMENT,
        ApplicationKind.DUPLICATE,
        ApplicationKind.CLOSURE,
        ApplicationKind.RE_REGISTRATION,
    ],
)
def test_what_follows_a_permit_supersedes_it(kit, kind):
    """Each kind points to the old permit, copies its data and ends it when the new one is issued."""
    old = kit.permit()
    kit.clock.moment = datetime(2027, 2, 1, 9, tzinfo=kit.clock.moment.tzinfo)
    case = kit.office.permits.renew(old.id, actor=APPLICANT, kind=kind)
    kit.fill(case.id)
    kit.hand_in(case.id)
    kit.review(case.id)
    new = kit.issue(case.id)
    old_now = kit.office.permits.get(old.id, actor=APPLICANT)

    assert (old.id, kind) == (case.previous_permit, case.kind)
    assert {"lokasi": "Jalan Kenanga", "di_rumah": False} == case.form
    assert "500/001/WR/2027" == new.number
    assert PermitStatus.SUPERSEDED is old_now.status
    assert Verdict.NOT_IN_FORCE is verdict_of(kit, old_now)
    assert Verdict.VALID is verdict_of(kit, new)


def test_an_amendment_takes_new_form_data(kit):
    """Amending is renewing with other data."""
    old = kit.permit()
    case = kit.office.permits.amend(
        old.id, actor=APPLICANT, form={"lokasi": "Jalan Melati", "di_rumah": False}
    )

    assert ApplicationKind.AMENDMENT is case.kind
    assert "Jalan Melati" == case.form["lokasi"]


def test_the_counter_and_the_host_renew_for_the_holder(kit):
    """The new application belongs to the holder's account, not to the officer's."""
    old = kit.permit()
    at_counter = kit.office.permits.amend(old.id, actor=kit.officer("loket-1"))
    by_host = kit.office.permits.amend(old.id, actor=HOST)

    assert [APPLICANT.account, APPLICANT.account] == [at_counter.owner, by_host.owner]


def test_the_representative_renews_what_it_applied_for(kit):
    """The representative of the first application is the holder's side."""
    agent = Representative(person=sample_applicant(name="Kuasa Contoh"), actor_id=AGENT.id)
    case = kit.draft(representative=agent)
    kit.fill(case.id)
    kit.office.applications.attach_power_of_attorney(
        case.id, BytesIO(small_png(7)), file_name="kuasa.png", actor=AGENT
    )
    kit.hand_in(case.id, actor=AGENT)
    kit.review(case.id)
    permit = kit.issue(case.id)
    renewed = kit.office.permits.amend(permit.id, actor=AGENT)

    assert permit.id == renewed.previous_permit


def test_a_revoked_permit_is_not_revived_by_its_successor(kit):
    """The amendment of a permit that was revoked is issued no more."""
    old = kit.permit()
    case = kit.office.permits.amend(old.id, actor=APPLICANT)
    kit.fill(case.id)
    kit.hand_in(case.id)
    kit.review(case.id)
    kit.office.permits.revoke(old.id, reason="Melanggar", legal_basis=LAW, actor=kit.officer("pimpinan"))
    with pytest.raises(PermitStatusError):
        kit.issue(case.id)

    assert PermitStatus.REVOKED is kit.office.permits.get(old.id, actor=HOST).status


def test_a_permit_is_suspended_reinstated_and_revoked(any_kit):
    """Each step shows at once in the verdict of a stranger."""
    permit = any_kit.permit()
    head = any_kit.officer("pimpinan")
    verdicts = []
    for step in (
        any_kit.office.permits.suspend,
        any_kit.office.permits.reinstate,
        any_kit.office.permits.revoke,
    ):
        any_kit.clock.forward(hours=1)
        step(permit.id, reason="Diperiksa", legal_basis=LAW, actor=head)
        verdicts.append(verdict_of(any_kit, permit))
    with pytest.raises(PermitStatusError):
        any_kit.office.permits.suspend(permit.id, reason="Lagi", legal_basis=LAW, actor=head)

    assert [Verdict.NOT_IN_FORCE, Verdict.VALID, Verdict.NOT_IN_FORCE] == verdicts


def test_a_permit_with_a_defect_is_annulled(kit):
    """Annulment is a status of its own."""
    permit = kit.permit()
    annulled = kit.office.permits.annul(
        permit.id,
        ground=DefectGround.PROCEDURE,
        found_on=date(2026, 3, 2),
        annulled_by=AnnulledBy.OFFICIAL,
        reason="Prosedur",
        legal_basis=LAW,
        actor=kit.officer("pimpinan"),
    )

    assert PermitStatus.ANNULLED is annulled.status
    assert Verdict.NOT_IN_FORCE is verdict_of(kit, permit)


def test_an_applicant_withdraws_until_the_decision(kit):
    """A withdrawn case is closed for everybody."""
    case = kit.submit()
    withdrawn = kit.office.applications.withdraw(case.id, actor=APPLICANT, reason="Pindah rumah")
    with pytest.raises(DecidedByOthersError) as told:
        kit.office.reviews.decide(case.id, "periksa", StageOutcome.POSITIVE, actor=kit.officer("loket-1"))
    with pytest.raises(DecidedByOthersError) as again:
        kit.office.applications.withdraw(case.id, actor=APPLICANT)

    assert ApplicationState.WITHDRAWN is withdrawn.state
    for error in (told, again):
        assert ("pemohon", "withdrawn") == (error.value.winner, error.value.outcome)


def test_a_refusal_names_reasons_and_the_way_to_object(kit):
    """The applicant is told where to object, and until when."""
    case = kit.submit()
    kit.decide(case.id, "periksa")
    kit.clock.forward(minutes=1)
    refused = kit.office.reviews.refuse(
        case.id, reasons=("Lokasi terlarang",), actor=kit.assignee(case.id, "putusan")
    )
    kit.office.worker.run_once()
    (mail,) = kit.mail.of_kind("application_refused")

    assert ApplicationState.REFUSED is refused.state
    assert "Bupati Contoh" == refused.decision.objection_to
    assert "Lokasi terlarang" in mail.body
    assert "Bupati Contoh" in mail.body


def test_where_no_channel_is_named_objections_go_to_the_head_of_the_unit():
    """The authority need not name a channel of its own."""
    kit = sample_office()
    authority = attrs.evolve(kit._context.authority, contacts=())
    kit = sample_office(pack=_pack_of(kit, authority))
    case = kit.submit()
    kit.decide(case.id, "periksa")
    refused = kit.office.reviews.refuse(case.id, reasons=("Tidak",), actor=kit.assignee(case.id, "putusan"))

    assert "Kepala Dinas Perizinan" == refused.decision.objection_to


def test_a_correction_pauses_the_case_and_goes_on_where_it_stopped(kit):
    """Only what was asked for can be changed, and the same case goes on."""
    case = kit.submit()
    asked = kit.office.reviews.request_correction(
        case.id,
        "periksa",
        (
            CorrectionItem(target="ktp", reason="Buram"),
            CorrectionItem(target="form:lokasi", reason="Kurang jelas"),
        ),
        actor=kit.assignee(case.id, "periksa"),
    )
    kit.clock.to_working_day(kit.office.authority.calendar)
    old = asked.current_documents()[0]
    kit.upload(case.id, "ktp", replaces=old.id)
    kit.office.applications.save(
        case.id, actor=APPLICANT, form={"lokasi": "Jalan Kenanga 5", "di_rumah": False}
    )
    again = kit.hand_in(case.id)
    permit_case = kit.review(case.id)

    assert ApplicationState.CORRECTION_REQUESTED is asked.state
    assert 2 == again.submission
    assert "Jalan Kenanga 5" == permit_case.form["lokasi"]
    assert ApplicationState.APPROVED is permit_case.state


def test_a_judged_stage_is_sent_back_and_judged_again(kit):
    """The approver decides so, with reasons."""
    case = kit.submit("acara")
    kit.review(case.id, until="putusan")
    kit.clock.forward(minutes=1)
    back = kit.office.reviews.send_back(
        case.id, "telaah", reasons=("Kurang",), actor=kit.assignee(case.id, "putusan")
    )
    again = kit.review(case.id)

    assert "open" == back.stage_state("telaah").status.value
    assert ApplicationState.APPROVED is again.state


def test_a_stall_inside_a_home_needs_no_permit(kit):
    """An exempt case is told so, and nothing is taken."""
    case = kit.draft(form={"lokasi": "Jalan Kenanga", "di_rumah": True})
    kit.fill(case.id)
    with raises_code("permit-not-required") as told:
        kit.hand_in(case.id)

    assert ("Warung di dalam rumah",) == told.value.exemptions


def test_every_problem_of_a_draft_is_told_at_once(kit):
    """First what is wrong in the form, then every paper."""
    case = kit.draft(form={"lokasi": "x"})
    wrong = kit.office.applications.problems(case.id, actor=APPLICANT)
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.hand_in(case.id)
    kit.office.applications.save(case.id, actor=APPLICANT, form={"lokasi": "Jalan Melati", "di_rumah": False})
    missing = kit.office.applications.problems(case.id, actor=APPLICANT)
    kit.fill(case.id)

    assert ["form.di_rumah", "form.lokasi"] == sorted(item.path for item in wrong)
    assert wrong == refused.value.problems
    assert 1 == len(missing)
    assert () == kit.office.applications.problems(case.id, actor=APPLICANT)


def test_a_removed_document_leaves_its_slot_and_stays_on_record(kit):
    """Nothing that was handed in is forgotten."""
    case = kit.draft()
    document = kit.upload(case.id, "ktp")
    changed = kit.office.applications.remove(case.id, document, actor=APPLICANT)

    assert () == changed.current_documents()
    assert [document] == [item.id for item in changed.documents]


def test_applicant_data_are_saved_in_a_draft(kit):
    """What is not given stays."""
    case = kit.draft()
    saved = kit.office.applications.save(
        case.id, actor=APPLICANT, applicant=sample_applicant(name="Nama Baru"), representative=None
    )

    assert "Nama Baru" == saved.applicant.name
    assert case.form == saved.form


def test_an_officer_with_a_conflict_of_interest_loses_the_case(kit):
    """It goes to somebody else, and the first can never act in it again."""
    case = kit.submit()
    first = kit.assignee(case.id, "periksa")
    moved = kit.office.reviews.declare_conflict(case.id, reason="Adik ipar", actor=first)
    with raises_code("conflict-of-interest"):
        kit.decide(case.id, "periksa", actor=first)

    assert first.id != moved.stage_state("periksa").assignee
    assert moved.stage_state("periksa").assignee is not None


def test_a_supervisor_reassigns_a_stage_and_others_may_not(kit):
    """The rule chooses whom; a reason is kept."""
    case = kit.submit()
    first = kit.assignee(case.id, "periksa")
    with raises_code("not-allowed"):
        kit.office.reviews.reassign(case.id, "periksa", reason="Cuti", actor=first)
    moved = kit.office.reviews.reassign(case.id, "periksa", reason="Cuti", actor=kit.officer("supervisor"))

    assert first.id != moved.stage_state("periksa").assignee
    with raises_code("not-assignee"):
        kit.decide(case.id, "periksa", actor=first)


def test_cases_are_worked_on_in_turn_unless_a_second_person_allows_a_jump():
    """First in, first out; a jump needs a reason and somebody else."""
    staff = [officer for officer in sample_staff() if officer.id != "loket-2"]
    kit = sample_office(staff=staff)
    first, second = kit.submit(), kit.submit()
    with raises_code("queue-jump"):
        kit.decide(second.id, "periksa")
    kit.office.reviews.request_jump(second.id, "periksa", reason="Bencana", actor=kit.officer("loket-1"))
    kit.office.reviews.allow_jump(
        second.id,
        "periksa",
        approved_by=kit.officer("supervisor"),
        reason="Bencana",
    )
    kit.decide(second.id, "periksa")
    waiting = kit.office.reviews.queue(actor=kit.officer("loket-1"))

    assert [first.id] == [entry.application for entry in waiting]


def test_the_supervisor_sees_the_whole_queue(kit):
    """Others see their own."""
    case = kit.submit()
    everybody = kit.office.reviews.queue(actor=kit.officer("supervisor"), everyone=True)
    elsewhere = kit.office.reviews.queue(actor=kit.officer("kasir"))

    assert [case.id] == [entry.application for entry in everybody]
    assert () == elsewhere


def test_a_stage_that_nobody_can_take_waits_and_is_given_out_later():
    """An office short of staff does not stop an applicant."""
    kit = sample_office(staff=[])
    case = kit.submit()
    kit.office.reviews.add_officer(
        Officer(
            id="loket-3",
            name="Petugas",
            roles=frozenset({Role.FRONT_OFFICE}),
            units=frozenset({"dinas-izin"}),
        ),
        actor=HOST,
    )
    done = kit.office.worker.run_once()

    assert case.stage_state("periksa").assignee is None
    assert 1 == done.assigned
    assert "loket-3" == kit.assignee(case.id, "periksa").id


def test_a_correction_that_never_comes_lapses(kit):
    """Through the worker, on the day after the window."""
    case = kit.submit()
    asked = kit.office.reviews.request_correction(
        case.id,
        "periksa",
        (CorrectionItem(target="ktp", reason="Buram"),),
        actor=kit.assignee(case.id, "periksa"),
    )
    kit.office.worker.run_once()
    last = asked.corrections[-1].answer_by
    kit.clock.moment = kit.office.authority.calendar.time_zone.at(last, datetime.max.time())
    on_the_last_day = kit.office.worker.run_once()
    kit.clock.forward(seconds=1)
    afterwards = kit.office.worker.run_once()

    assert (0, 1) == (on_the_last_day.lapsed, afterwards.lapsed)
    assert ApplicationState.LAPSED is kit.office.applications.get(case.id, actor=APPLICANT).state


def test_silence_obliges_the_office_to_issue(kit):
    """Deemed granted, and a person signs: nothing goes out by itself."""
    case = kit.submit()
    kit.decide(case.id, "periksa")
    kit.clock.to_working_day(kit.office.authority.calendar, after=7)
    done = kit.office.worker.run_once()
    again = kit.office.worker.run_once()
    waiting = kit.office.applications.get(case.id, actor=APPLICANT)
    permit = kit.issue(case.id)

    assert (1, 0) == (done.deemed_granted, again.deemed_granted)
    assert ApplicationState.APPROVED is waiting.state
    assert waiting.deemed_grant is not None
    assert "500/001/WR/2026" == permit.number


def test_silence_goes_to_signature_by_itself_where_the_catalogue_says_so(any_kit):
    """Deemed granted, numbered and signed by the worker alone, once the fee is paid."""
    case = any_kit.submit("acara")
    _pay(any_kit, case)
    any_kit.decide(case.id, "periksa")
    any_kit.clock.to_working_day(any_kit.office.authority.calendar, after=7)
    done = any_kit.office.worker.run_once()
    permit = any_kit.office.permits.get_by_number("500/001/AC/2026", actor=APPLICANT)

    assert (1, 1) == (done.deemed_granted, done.signed)
    assert PermitStatus.IN_FORCE is permit.status
    assert Verdict.VALID is verdict_of(any_kit, permit)


def test_without_a_signatory_a_deemed_grant_waits(kit):
    """The worker says so and goes on; nothing is lost."""
    kit = sample_office(staff=[officer for officer in sample_staff() if officer.id != "kepala"])
    case = kit.submit("acara")
    _pay(kit, case)
    kit.decide(case.id, "periksa")
    kit.clock.to_working_day(kit.office.authority.calendar, after=7)
    done = kit.office.worker.run_once()
    with raises_code("issuance"):
        kit.office.permits.issuance.prepare_deemed(case.id)

    assert (1, 0) == (done.deemed_granted, done.signed)
    assert ApplicationState.APPROVED is kit.office.applications.get(case.id, actor=HOST).state


def test_no_delegation_no_signature_and_no_number():
    """A position without a delegation on the day is refused before a number is taken."""
    kit = sample_office()
    case = kit.submit()
    kit.review(case.id)
    kit.appoint(
        Officer(
            id="sekretaris",
            name="Sekretaris",
            roles=frozenset({Role.SIGNATORY}),
            units=frozenset({"dinas-izin"}),
            position="sekretaris",
        )
    )
    with raises_code("delegation-missing"):
        kit.issue(case.id, actor=kit.officer("sekretaris"))
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = work.numbers.book("izin", 2026)

    assert () == tuple(book)


def test_search_finds_by_number_and_by_identifier(any_kit):
    """Part of a number, or a whole identifier; only for those whose work it is."""
    from perizinan_core.storage import LookupKind

    permit = any_kit.permit()
    officer = any_kit.officer("pimpinan")
    by_receipt = any_kit.office.permits.search("TT/0001", actor=officer)
    by_number = any_kit.office.permits.search("001/WR", actor=officer)
    by_nik = any_kit.office.permits.search("3572015208900000", actor=officer, by=LookupKind.NIK)
    colleague = Officer(
        id="jalan",
        name="Petugas",
        roles=frozenset({Role.BACK_OFFICE}),
        units=frozenset({"dinas-jalan"}),
    )
    any_kit.appoint(colleague)
    elsewhere = any_kit.office.permits.search(
        "3572015208900000",
        actor=colleague.as_actor(),
        by=LookupKind.NIK,
    )

    assert [permit.application_id] == [item.id for item in by_receipt.applications]
    assert [permit] == list(by_number.permits) == list(by_nik.permits)
    assert ((), ()) == (elsewhere.applications, elsewhere.permits)


def test_the_owner_finds_applications_and_permits(kit):
    """Newest first; the host may ask for any account."""
    permit = kit.permit()
    draft = kit.draft()
    mine = kit.office.applications.of_owner(actor=APPLICANT)
    asked = kit.office.applications.of_owner(actor=HOST, owner=APPLICANT.id)
    permits = kit.office.permits.of_owner(actor=APPLICANT)

    assert [draft.id, permit.application_id] == [item.id for item in mine.items]
    assert [item.id for item in mine.items] == [item.id for item in asked.items]
    assert (permit,) == permits.items


def test_pages_offer_only_what_is_possible(kit):
    """Actions follow state and actor."""
    case = kit.submit()
    applicant = {item.action.value for item in kit.office.applications.actions(case.id, actor=APPLICANT)}
    officer = {
        item.action.value
        for item in kit.office.applications.actions(case.id, actor=kit.assignee(case.id, "periksa"))
    }

    assert "withdraw" in applicant
    assert not applicant & officer


def test_documents_and_pdfs_are_read_back_with_their_hash_checked(kit):
    """The very bytes that were handed in."""
    case = kit.draft()
    content = small_png(99)
    document = kit.upload(case.id, "ktp", content=content, file_name="KTP – Sekar (1).png")
    with kit.office.applications.open_document(case.id, document, actor=APPLICANT) as file:
        read = file.read()
    with pytest.raises(NotFoundError):
        kit.office.applications.open_document(case.id, "lain", actor=APPLICANT)
    kept = kit.office.applications.get(case.id, actor=APPLICANT).documents[0]

    assert content == read
    assert ("KTP – Sekar (1).png", "image/png") == (kept.file_name, kept.content_type)


def test_time_is_told_by_the_office_and_can_be_given(kit):
    """Every use case takes ``now``; without it the office's clock is asked."""
    later = kit.clock() + timedelta(days=1)
    case = kit.office.applications.start("warung", applicant=sample_applicant(), actor=APPLICANT, now=later)

    assert later == case.created_at


def _pack_of(kit, authority):
    from perizinan_core.hooks._types import AuthorityPack

    return AuthorityPack(
        authority=authority, catalogue=attrs.evolve(kit.office.catalogue, authority=authority)
    )


def _pay(kit, case):
    payment = Payment(reference="lunas", amount=Rupiah(120_000), paid_at=kit.clock(), recorded_by="-")
    kit.office.reviews.record_payment(case.id, payment, actor=HOST)

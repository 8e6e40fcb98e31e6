"""What people learn of their own case: how it stands, what they answered, who looked at it, what a permit leads to."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest

from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.workflow import SlotError, WorkflowError
from perizinan_core.model import ApplicationKind, ApplicationState, CorrectionItem
from perizinan_core.services import ItemKind, ReadingOf
from perizinan_core.testing import APPLICANT, HOST, CollectingChannel, sample_office, small_png


def ask(kit, case, *targets):
    """Ask for a correction of everything named."""
    kit.clock.forward(minutes=1)
    items = tuple(CorrectionItem(target=target, reason=f"Perbaiki {target}") for target in targets)
    clerk = kit.assignee(case, "periksa")
    kit.office.reviews.request_correction(case, "periksa", items, actor=clerk)


@pytest.fixture(scope="module")
def shared():
    """An office in memory for what needs no database."""
    return sample_office()


def test_a_look_of_an_officer_is_noted_once_a_day_with_role_unit_and_purpose(any_kit):
    """The applicant learns who looked and for what, and not which person; the office knows the person."""
    kit, apps = any_kit, any_kit.office.applications
    case = kit.submit("warung")
    clerk = kit.assignee(case.id, "periksa")
    apps.get(case.id, actor=clerk)
    apps.get(case.id, actor=clerk)
    apps.open_document(case.id, case.documents[0].id, actor=clerk).close()
    kit.clock.forward(days=1)
    apps.get(case.id, actor=clerk)
    apps.get(case.id, actor=kit.officer("auditor"))
    apps.get(case.id, actor=APPLICANT)

    found = apps.readings(case.id, actor=APPLICANT).items
    known = apps.readings(case.id, actor=kit.officer("auditor")).items

    assert ["case", "case", "paper", "case"] == [one.of.value for one in found]
    assert ("auditor", "to audit the office") == (found[0].role.code, found[0].purpose.en)
    assert ("front_office", "Licensing Office") == (found[1].role.code, found[1].unit.name.en)
    assert "to work on the step “Completeness check”" == found[1].purpose.en
    assert "Identity card" == found[2].paper.en
    assert {None} == {one.officer for one in found}
    assert clerk.id == known[-1].officer
    assert case.version == apps.get(case.id, actor=HOST).version


def test_looks_come_in_pages_and_those_at_the_permit_are_among_them(shared):
    """A long list is read page by page, the newest first."""
    permit = shared.permit()
    shared.office.permits.open_pdf(permit.id, actor=shared.officer("kepala")).close()
    apps = shared.office.applications
    clerk = shared.assignee(permit.application_id, "periksa")
    apps.get(permit.application_id, actor=clerk)

    first = apps.readings(permit.application_id, actor=APPLICANT, limit=1)
    rest = apps.readings(permit.application_id, actor=APPLICANT, after=first.next)

    assert [ReadingOf.CASE] == [one.of for one in first.items]
    assert [ReadingOf.PERMIT] == [one.of for one in rest.items]
    assert rest.next is None


def test_someone_who_may_not_see_a_case_leaves_no_look(shared):
    """Who is refused has seen nothing."""
    case = shared.submit("warung")
    with pytest.raises(NotFoundError):
        shared.office.applications.get(case.id, actor=shared.officer("teknis"))

    assert () == shared.office.applications.readings(case.id, actor=APPLICANT).items


def test_each_thing_of_a_correction_has_its_own_answer(any_kit):
    """A new file, a changed field and words are answers; what stood before is kept; sent at once."""
    kit, apps = any_kit, any_kit.office.applications
    case = kit.submit("warung").id
    old = apps.get(case, actor=APPLICANT).documents[0].id
    ask(kit, case, "ktp", "form:lokasi", "applicant")

    (view,) = apps.corrections(case, actor=APPLICANT)
    assert (0, 3, True) == (view.answered, len(view.items), view.is_open)
    assert [ItemKind.PAPER, ItemKind.FIELD, ItemKind.APPLICANT] == [item.kind for item in view.items]
    assert "Jalan Kenanga" == view.items[1].value

    apps.upload(case, "ktp", BytesIO(small_png(77)), file_name="baru.png", replaces=old, actor=APPLICANT)
    kit.clock.forward(minutes=1)
    apps.save(case, form={"lokasi": "Jalan Mawar", "di_rumah": False}, actor=APPLICANT)
    apps.save(case, form={"lokasi": "Jalan Melati", "di_rumah": False}, actor=APPLICANT)
    apps.answer(case, "applicant", "Data saya sudah benar", actor=APPLICANT)
    (view,) = apps.corrections(case, actor=APPLICANT)

    assert (3, 3) == (view.answered, len(view.items))
    assert (["baru.png"], [old]) == (
        [one.file_name for one in view.items[0].papers],
        [one.id for one in view.items[0].former],
    )
    assert ("Jalan Melati", "Jalan Kenanga", True) == (
        view.items[1].value,
        view.items[1].answer.before,
        view.items[1].answer.changed,
    )
    assert "Data saya sudah benar" == view.items[2].answer.text
    kit.hand_in(case)
    assert not apps.corrections(case, actor=APPLICANT)[0].is_open
    assert 3 == apps.corrections(case, actor=APPLICANT)[0].answered


def test_a_paper_that_is_right_is_answered_in_words(shared):
    """Who has no other file can say why; taking the words back leaves the question open again."""
    apps = shared.office.applications
    case = shared.submit("warung").id
    ask(shared, case, "ktp")
    with pytest.raises(WorkflowError):
        shared.hand_in(case)
    apps.answer(case, "ktp", "Ini KTP saya yang berlaku", actor=APPLICANT)
    apps.answer(case, "ktp", "", actor=APPLICANT)
    with pytest.raises(WorkflowError):
        shared.hand_in(case)
    apps.answer(case, "ktp", "Ini KTP saya yang berlaku", actor=APPLICANT)
    with pytest.raises(SlotError):
        apps.answer(case, "form:lokasi", "Tidak ditanya", actor=APPLICANT)

    assert ApplicationState.SUBMITTED is shared.hand_in(case).state


def test_how_a_case_stands_says_step_time_and_money(kit):
    """What anyone with the secret learns, and the fee."""
    apps = kit.office.applications
    case = kit.submit("acara")
    kit.decide(case.id, "periksa")
    standing = apps.standing(case.id, actor=APPLICANT)

    assert {"rekomendasi", "telaah", "bayar"} == {step.step.code for step in standing.progress.steps}
    assert (120000, 0, 120000) == (
        standing.fee.amount,
        standing.received.amount,
        standing.outstanding.amount,
    )
    assert standing.awaits_payment
    with pytest.raises(NotFoundError):
        apps.standing(kit.draft("warung").id, actor=APPLICANT)


def test_messages_can_be_read_in_both_languages_with_their_delivery(shared):
    """What was sent is written again in the reader's language, whatever became of the mail."""
    case = shared.submit("warung")
    shared.office.worker.run_once()
    (english,) = shared.office.applications.messages(case.id, actor=APPLICANT, language="en")
    (indonesian,) = shared.office.applications.messages(case.id, actor=APPLICANT)

    assert f"Application received: {case.receipt_number}" == english.subject
    assert "Sekar Contohwati" in indonesian.body
    assert english.subject != indonesian.subject
    assert [("mail", "accepted")] == [(one.channel, one.state.value) for one in english.deliveries]


def test_what_a_permit_leads_to_is_said_with_why_not_and_what_becomes_of_it():
    """Each kind: whether it is offered, why it is not possible today, and the fate of the present permit."""
    kit = sample_office()
    permit = kit.permit()
    outlook = kit.office.permits.outlook(permit.id, actor=APPLICANT)
    options = {option.kind: option for option in outlook.options}

    assert "renewal-too-early" == options[ApplicationKind.RENEWAL].problem.code
    assert permit.valid_until == options[ApplicationKind.RENEWAL].closes_on
    assert options[ApplicationKind.AMENDMENT].is_possible
    assert "takes its place" in options[ApplicationKind.AMENDMENT].becomes.en
    assert "in_force" == outlook.status.code

    draft = kit.office.permits.amend(permit.id, actor=APPLICANT)
    assert [draft.id] == [one.id for one in kit.office.permits.outlook(permit.id, actor=APPLICANT).pending]
    kit.clock.moment += timedelta(days=340)
    later = {one.kind: one for one in kit.office.permits.outlook(permit.id, actor=APPLICANT).options}
    assert later[ApplicationKind.RENEWAL].is_possible
    kit.clock.moment += timedelta(days=60)
    over = kit.office.permits.outlook(permit.id, actor=APPLICANT)
    assert "expired" == over.status.code
    assert "renewal-too-late" == {one.kind: one for one in over.options}[ApplicationKind.RENEWAL].problem.code


def test_a_permit_type_without_renewal_says_so(kit):
    """What is not offered is not a matter of days."""
    permit = kit.permit("acara")
    options = kit.office.permits.outlook(permit.id, actor=APPLICANT).options

    assert [] == [option.kind for option in options if option.is_offered]


def test_own_applications_can_be_asked_for_by_state(any_kit):
    """Drafts, open and closed ones each for themselves."""
    kit = any_kit
    draft, case = kit.draft("warung"), kit.submit("warung")
    states = frozenset({ApplicationState.DRAFT})

    assert [draft.id] == [
        one.id for one in kit.office.applications.of_owner(actor=APPLICANT, states=states).items
    ]
    assert {draft.id, case.id} == {one.id for one in kit.office.applications.of_owner(actor=APPLICANT).items}


def test_everything_on_record_about_someone_can_be_taken_along(kit):
    """Case, permit, messages and looks of one's own applications, as JSON; nothing of the inner side."""
    permit = kit.permit()
    kit.draft("warung", actor=APPLICANT)
    kit.office.applications.get(permit.application_id, actor=kit.officer("auditor"))
    draft, issued = kit.office.applications.own_data(actor=APPLICANT, language="en")

    assert ("draft", "issued") == (draft["application"]["state"], issued["application"]["state"])
    assert permit.number == issued["permit"]["number"]
    assert "Permit issued" in issued["messages"][0]["subject"]
    assert ["auditor"] == [one["role"] for one in issued["looked_at"]]
    assert issued == json.loads(json.dumps(issued))


def test_channels_say_whether_they_reach_phones():
    """A portal offers to confirm a number only where a message would arrive."""

    class Texting(CollectingChannel):
        reaches_phones = True

    mail, both = sample_office(), sample_office(channels={"mail": CollectingChannel(), "text": Texting()})

    assert () == mail.office.messages.phone_channels
    assert ("text",) == both.office.messages.phone_channels

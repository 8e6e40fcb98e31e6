"""Outside systems are asked before a submission is taken; a failure is never an answer, and is waited for in sight."""

from __future__ import annotations

from datetime import timedelta
from threading import Event as Signal

import attrs
import pytest

from perizinan_core.errors.workflow import NotIssuableError, SubmissionRefusedError
from perizinan_core.hooks import ApplicantCheckResult, SubmissionCheckResult, hookimpl
from perizinan_core.model._actor import Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._checks import CheckKind, CheckOutcome
from perizinan_core.model._events import EventKind
from perizinan_core.services._context_parts import CheckRules
from perizinan_core.testing import APPLICANT, HOST, sample_office
from perizinan_core.testing._refusals import raises_code

ACCEPTED = SubmissionCheckResult(accepted=True, source="RDTR", answer="zona K-2: boleh")
REFUSED = SubmissionCheckResult(
    accepted=False, source="Daftar hitam", reason="usaha ini dilarang.", answer="no. 17"
)


class Zoning:
    """A check whose answer a test sets; it may also raise or hang."""

    perizinan_api = 1

    def __init__(self, answer=ACCEPTED):
        self.answer = answer
        self.asked = []
        self.free = Signal()

    @hookimpl
    def decide_submission_check(self, *, application, permit_type, context):
        self.asked.append((application.state, permit_type.code, context.plugin))
        if self.answer == "hangs":
            self.free.wait(20)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def office_with(*answers, rules=None, **plugins):
    checks = {f"check-{number}": Zoning(answer) for number, answer in enumerate(answers, start=1)}
    kit = sample_office(plugins={**checks, **plugins})
    if rules is not None:
        kit.office._context = context = attrs.evolve(kit._context, check_rules=rules)
        kit = attrs.evolve(kit, context=context, office=rebuilt(kit, context))
    return kit, list(checks.values())


def rebuilt(kit, context):
    office = kit.office
    return type(office)(
        context,
        publication=office.publication,
        plugins=office.plugins,
        settings=office.settings,
        channels=office._channels,
        consumers=office._consumers,
    )


def kinds(kit, case):
    return [item.kind for item in kit.office.applications.history(case.id, actor=HOST)]


def of(kit, case):
    return kit.office.applications.get(case.id, actor=HOST)


def test_every_system_is_asked_and_its_answer_kept_with_source_and_moment():
    """In the case, and as an event without the text of the answer."""
    kit, (zoning, other) = office_with(ACCEPTED, attrs.evolve(ACCEPTED, source="SIMBG"))
    case = kit.submit()
    kept = of(kit, case).checks
    events = [
        item.data
        for item in kit.office.applications.history(case.id, actor=HOST)
        if item.kind is EventKind.CHECK_RECORDED
    ]

    assert ["RDTR", "SIMBG"] == [item.source for item in kept]
    assert {(CheckOutcome.ACCEPTED, CheckKind.SUBMISSION, 1, kit.clock())} == {
        (item.outcome, item.kind, item.submission, item.asked_at) for item in kept
    }
    assert [(ApplicationState.DRAFT, case.permit_type, "check-1")] == zoning.asked
    assert 1 == len(other.asked)
    assert ["RDTR", "SIMBG"] == [item["source"] for item in events]
    assert "boleh" not in str(events)
    assert () == of(kit, case).unsettled_checks()


def test_a_system_that_is_not_concerned_leaves_no_trace():
    """None is neither an acceptance nor a refusal."""
    kit, _ = office_with(None)

    assert () == of(kit, kit.submit()).checks


def test_a_refusal_keeps_the_draft_names_the_source_and_stays_in_the_history():
    """All refusals at once; no number is taken."""
    kit, _ = office_with(REFUSED, ACCEPTED, attrs.evolve(REFUSED, source="RDTR"))
    draft = kit.draft().id
    kit.fill(draft)
    with pytest.raises(SubmissionRefusedError) as told:
        kit.hand_in(draft)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = tuple(work.numbers.book("tanda-terima", 2026))
        history = work.history.of(draft)

    assert ["check.check-1", "check.check-3"] == [item.path for item in told.value.problems]
    assert "Daftar hitam" in told.value.problems[0].message("id")
    assert "dilarang" in told.value.problems[0].message("id")
    assert () == book
    assert ApplicationState.DRAFT is kit.office.applications.get(draft, actor=APPLICANT).state
    assert ["refused", "accepted", "refused"] == [
        item.data["outcome"] for item in history if item.kind is EventKind.CHECK_RECORDED
    ]


@pytest.mark.parametrize("fault", [ConnectionError("down"), SystemExit(1), "nonsense", "hangs"])
def test_a_failure_is_never_a_verdict_the_case_is_taken_and_waits_in_sight(fault):
    """The applicant has the receipt; everybody sees for whom the office waits, and since when."""
    kit, (zoning,) = office_with(fault, rules=CheckRules(time_limit=0.2))
    case = kit.submit()
    zoning.free.set()
    (wait,) = of(kit, case).open_waits()
    (record,) = of(kit, case).unsettled_checks()

    assert case.state in (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
    assert ("check-1", kit.clock(), None) == (wait.name, wait.since, wait.stage)
    assert (CheckOutcome.UNANSWERED, "check-1") == (record.outcome, record.plugin)
    assert [EventKind.CHECK_RECORDED, EventKind.OUTSIDE_WAIT_BEGUN] == [
        kind for kind in kinds(kit, case) if kind in (EventKind.CHECK_RECORDED, EventKind.OUTSIDE_WAIT_BEGUN)
    ]


@pytest.mark.parametrize(
    "rules",
    [CheckRules(on_failure="stop"), CheckRules(permit_types={"warung": "stop"})],
    ids=["all", "one type"],
)
def test_where_the_settings_say_so_the_submission_waits_in_its_draft(rules):
    """Nothing is taken, and the same submission succeeds when the system is back."""
    kit, (zoning,) = office_with(ConnectionError("down"), rules=rules)
    draft = kit.draft("warung").id
    kit.fill(draft)
    with raises_code("check-unanswered"):
        kit.hand_in(draft)
    zoning.answer = ACCEPTED

    assert ApplicationState.DRAFT is kit.office.applications.get(draft, actor=APPLICANT).state
    assert ApplicationState.SUBMITTED is kit.hand_in(draft).state


def test_nothing_irrevocable_happens_before_the_answer():
    """The approval is refused with a sentence; after the answer it succeeds."""
    kit, (zoning,) = office_with(ConnectionError("down"))
    case = kit.submit("warung")
    kit.decide(case.id, "periksa")
    with pytest.raises(NotIssuableError) as told:
        kit.review(case.id)
    zoning.answer = ACCEPTED
    kit.clock.forward(minutes=20)
    kit.office.worker.run_once()

    assert ["check-open"] == [item.code for item in told.value.problems]
    assert () == of(kit, case).open_waits()
    assert [CheckOutcome.UNANSWERED, CheckOutcome.ACCEPTED] == [item.outcome for item in of(kit, case).checks]
    kit.review(case.id)
    assert ApplicationState.APPROVED is of(kit, case).state


def test_the_worker_asks_again_until_there_is_an_answer():
    """A failure is named among those of the worker, without personal data, and costs no other case anything."""
    kit, (zoning,) = office_with(ConnectionError("down"))
    case = kit.submit()
    kit.office.worker.run_once()
    (failure,) = kit.office.worker.failures()
    zoning.answer = REFUSED
    kit.clock.forward(hours=1)
    kit.office.worker.run_once()

    assert ("checks", case.id, "check-unanswered") == (failure.job, failure.subject, failure.error)
    assert () == kit.office.worker.failures()
    assert [CheckOutcome.REFUSED] == [item.outcome for item in of(kit, case).unsettled_checks()]
    assert () == of(kit, case).open_waits()
    asked = len(zoning.asked)
    kit.office.worker.run_once()
    assert asked == len(zoning.asked)


def test_a_supervisor_writes_down_an_answer_that_came_by_letter():
    """With a remark and a name; that is the way on where a system is gone for good."""
    kit, _ = office_with(ConnectionError("down"))
    case = kit.submit()
    supervisor = next(
        item.as_actor() for item in kit.office.reviews.officers(actor=HOST) if Role.SUPERVISOR in item.roles
    )
    for remark in ("", "  "):
        with raises_code("reason-missing"):
            kit.office.reviews.answer_check(
                case.id, "check-1", accepted=True, remark=remark, actor=supervisor
            )
    kit.office.reviews.answer_check(
        case.id, "check-1", accepted=True, remark="Surat Bappeda 12/2026", actor=supervisor
    )
    record = of(kit, case).checks[-1]
    with raises_code("check-settled"):
        kit.office.reviews.answer_check(case.id, "check-1", accepted=True, remark="x", actor=supervisor)

    assert ("Surat Bappeda 12/2026", supervisor.account) == (record.answer, record.answered_by)
    assert () == of(kit, case).unsettled_checks()
    assert () == of(kit, case).open_waits()


def test_who_vouched_for_the_applicant_is_kept_and_shown():
    """`verified_by` stands in the case, for officers and the applicant."""

    class Register:
        perizinan_api = 1

        @hookimpl
        def decide_applicant_check(self):
            return ApplicantCheckResult(accepted=True, verified_by="Dukcapil")

    kit, _ = office_with(dukcapil=Register())
    case = kit.submit()

    assert "Dukcapil" == of(kit, case).verified_by
    assert "Dukcapil" == kit.office.applications.get(case.id, actor=APPLICANT).verified_by
    assert [CheckKind.APPLICANT] == [item.kind for item in of(kit, case).checks]


def test_without_a_register_no_one_vouched_for_the_applicant(kit):
    """The built-in check looks at the form only, and says so."""
    assert of(kit, kit.submit()).verified_by is None


def test_the_applicant_sees_who_was_asked_and_not_what_was_answered():
    """What a list says about others is the office's."""
    kit, _ = office_with(ACCEPTED)
    case = kit.submit()
    seen = kit.office.applications.get(case.id, actor=APPLICANT).checks

    assert [("RDTR", "")] == [(item.source, item.answer) for item in seen]
    assert "zona" in of(kit, case).checks[0].answer


def test_no_other_system_is_asked_about_what_cannot_be_handed_in():
    """An incomplete draft costs no question."""
    kit, (zoning,) = office_with(ACCEPTED)
    draft = kit.draft()
    with pytest.raises(SubmissionRefusedError):
        kit.hand_in(draft.id)

    assert [] == zoning.asked


def test_a_correction_is_asked_about_again_and_the_earlier_wait_ends():
    """Each submission has its own answers."""
    kit, (zoning,) = office_with(ConnectionError("down"))
    case = kit.submit("warung")
    kit.office.reviews.request_correction(
        case.id,
        "periksa",
        (CorrectionItem(target="ktp", reason="Foto buram"),),
        actor=kit.assignee(case.id, "periksa"),
    )
    zoning.answer = ACCEPTED
    kit.clock.forward(minutes=5)
    kit.upload(case.id, "ktp")
    kit.hand_in(case.id)
    found = of(kit, case)

    assert () == found.open_waits()
    assert () == found.unsettled_checks()
    assert [(1, CheckOutcome.UNANSWERED), (2, CheckOutcome.ACCEPTED)] == [
        (item.submission, item.outcome) for item in found.checks
    ]


def test_a_question_that_is_settled_long_ago_is_not_asked_again():
    """Of a closed case nothing is waited for."""
    kit, _ = office_with(ConnectionError("down"))
    case = kit.submit()
    kit.office.applications.withdraw(case.id, actor=APPLICANT)
    kit.clock.forward(seconds=int(timedelta(days=1).total_seconds()))

    with kit._context.storage.unit_of_work(read_only=True) as work:
        assert () == work.agenda.unchecked()

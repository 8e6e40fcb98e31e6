"""A5: a lapse needs notice. Through the worker, the services and both databases."""

from datetime import timedelta
from functools import partial

import pytest

from perizinan_core.bootstrap._doctor import examine
from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.hooks import SendOutcome
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._notice import NoticeMeans
from perizinan_core.testing._fakes import CollectingChannel
from perizinan_core.testing._offices import APPLICANT, HOST


@pytest.fixture
def ask(url, open_kit):
    """Open an office on a database with one channel, and ask the applicant of a case for a correction."""

    def run(channel):
        kit = open_kit(url, channels={"sms": channel} if channel else {})
        case = kit.submit()
        kit.office.reviews.request_correction(
            case.id,
            "periksa",
            (CorrectionItem(target="ktp", reason="Buram"),),
            actor=kit.assignee(case.id, "periksa"),
        )
        return kit, case.id

    return run


def state(kit, case):
    return kit.office.applications.get(case, actor=HOST)


def broken():
    return CollectingChannel(failing={"correction_requested"})


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(broken, id="broken"),
        pytest.param(partial(CollectingChannel, answer=SendOutcome.KEPT), id="kept"),
        pytest.param(partial(CollectingChannel, answer=SendOutcome.PASSED_OVER), id="no-address"),
        pytest.param(lambda: None, id="no-channel"),
    ],
)
def test_a_case_does_not_lapse_whose_message_no_channel_accepted(ask, make):
    """A person is asked instead: in a list, in a message to supervisors, and by the doctor."""
    channel = make()
    kit, case = ask(channel)
    kit.office.worker.run_once()
    kit.clock.forward(days=3)
    asked = kit.office.worker.run_once()
    kit.clock.forward(days=60)
    done = kit.office.worker.run_once()
    listed = kit.office.reviews.unnotified(actor=kit.officer("loket-1")).items

    assert (1, 0) == (asked.unnotified, done.lapsed)
    assert ApplicationState.CORRECTION_REQUESTED is state(kit, case).state
    assert [(case, ("correction-1",), True)] == [
        (item.application, tuple(notice.of for notice in item.notices), item.asked) for item in listed
    ]
    assert "applicant-not-notified" in {finding.code for finding in examine(kit.office, quick=True)}
    if channel is not None:
        (told,) = channel.of_kind("notice_missed")
        assert ("supervisor", True) == (told.account, "permintaan perbaikan" in told.body)


def test_the_window_begins_when_a_channel_accepts_the_message(ask):
    """The message that goes out late names the later day."""
    channel = broken()
    kit, case = ask(channel)
    kit.office.worker.run_once()
    first = state(kit, case).answer_by
    kit.clock.forward(days=3)
    channel.failing.clear()
    kit.office.worker.run_once()
    found = state(kit, case)
    (message,) = channel.of_kind("correction_requested")

    assert first + timedelta(days=3) == found.answer_by
    assert (NoticeMeans.CHANNEL, "sms") == (found.notices[0].means, found.notices[0].by)
    assert "19 Maret 2026" in message.body
    assert () == kit.office.reviews.unnotified(actor=kit.officer("loket-1")).items
    kit.clock.forward(days=15)
    assert 1 == kit.office.worker.run_once().lapsed


def test_the_window_begins_when_the_applicant_opens_the_case(ask):
    """Not when the portal reads it for itself; and only once."""
    kit, case = ask(broken())
    kit.clock.forward(days=20)
    kit.office.applications.get(case, actor=HOST)
    unopened = state(kit, case).notices
    opened = kit.office.applications.get(case, actor=APPLICANT)
    again = kit.office.applications.get(case, actor=APPLICANT)

    assert () == unopened
    assert (NoticeMeans.OPENED, "public:pemohon") == (opened.notices[0].means, opened.notices[0].by)
    assert kit.office.authority.calendar.time_zone.local(kit.clock()).date() + timedelta(days=14) == (
        opened.answer_by
    )
    assert opened == again
    kit.clock.forward(days=15)
    assert 1 == kit.office.worker.run_once().lapsed


def test_the_window_begins_when_the_counter_says_how_the_applicant_was_notified(ask):
    """Another officer than the one who asked."""
    kit, case = ask(broken())
    asker = state(kit, case).corrections[0].requested_by
    other = kit.officer("loket-2" if asker == "loket-1" else "loket-1")
    kit.office.reviews.record_notice(case, remark="Ditelepon", actor=other)

    assert NoticeMeans.OFFICER is state(kit, case).notices[0].means
    assert "record_notice" not in {
        item.action.value for item in kit.office.applications.actions(case, actor=other)
    }


def test_who_is_not_notified_is_for_officers_to_see(ask):
    """Neither for applicants nor for those of another unit."""
    kit, _ = ask(broken())

    assert () == kit.office.reviews.unnotified(actor=kit.officer("teknis")).items
    with pytest.raises(AccessDeniedError):
        kit.office.reviews.unnotified(actor=Actor(id="x", kind=ActorKind.APPLICANT))


def test_a_bill_that_no_one_received_is_shown_too(url, open_kit):
    """The clock waits for the money meanwhile, so a person must see it."""
    channel = CollectingChannel(failing={"payment_awaited"})
    kit = open_kit(url, channels={"sms": channel})
    case = kit.submit("acara")
    while not any(stage.awaits_payment for stage in state(kit, case.id).stages):
        found = kit.review(case.id, until="bayar")
        assert found.state is ApplicationState.IN_REVIEW
    kit.office.worker.run_once()
    kit.clock.forward(days=3)
    kit.office.worker.run_once()
    (waiting,) = kit.office.reviews.unnotified(actor=kit.officer("supervisor")).items
    channel.failing.clear()
    kit.clock.forward(hours=2)
    kit.office.worker.run_once()

    assert "payment-bayar-1" == waiting.notices[0].of
    assert () == kit.office.reviews.unnotified(actor=kit.officer("supervisor")).items

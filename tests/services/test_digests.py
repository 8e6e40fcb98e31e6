"""One message for many: which may wait, what comes together, and that nothing is lost or doubled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perizinan_core.errors.services import AccessDeniedError
from perizinan_core.hooks import MessageText
from perizinan_core.model import EventKind, Pace
from perizinan_core.services._complaint_messages import COMPLAINT_KINDS_OF_EVENTS
from perizinan_core.services._deliveries import DeliveryState
from perizinan_core.services._digest_rules import WHY_ALONE, Alone, Place, Waiting, collected_at, grouped
from perizinan_core.services._message_texts import text_problems
from perizinan_core.services._message_wordings import MESSAGE_KINDS
from perizinan_core.testing import HOST, sample_pack
from perizinan_core.testing._fakes import CollectingChannel
from perizinan_core.testing._offices import APPLICANT
from perizinan_core.testing._refusals import raises_code

CALENDAR = sample_pack().authority.calendar
MORNING = datetime.fromisoformat("2026-01-02T00:00")
EITHER = st.sampled_from(["", "k"])
PLACES = st.none() | st.builds(Place, account=EITHER, email=EITHER, phone=st.none(), language=st.just("id"))


@given(st.lists(PLACES))
def test_every_message_is_in_one_group_and_a_group_goes_to_one_place(places):
    """None is lost, none is doubled, and what has no place stands alone."""
    waiting = [Waiting(number, place) for number, place in enumerate(places)]
    found = grouped(waiting)

    assert list(range(len(places))) == sorted(one for group in found for one in group)
    for group in found:
        assert list(group) == sorted(group)
        assert 1 == len({places[one] for one in group})
        assert len(group) == 1 or places[group[0]] is not None
    together = [places[group[0]] for group in found if places[group[0]] is not None]
    assert len(together) == len(set(together))


@given(st.datetimes(MORNING, MORNING + timedelta(days=300)), st.integers(0, 23))
def test_what_waits_is_sent_at_the_hour_within_a_day_or_on_the_next_working_morning(moment, hour):
    """Never in the past; at once is at once."""
    now = moment.replace(tzinfo=CALENDAR.time_zone.zone)
    day = collected_at(now, Pace.DAILY, hour=hour, calendar=CALENDAR)
    morning = collected_at(now, Pace.WORKING_MORNINGS, hour=hour, calendar=CALENDAR)

    assert collected_at(now, Pace.AT_ONCE, hour=hour, calendar=CALENDAR) is None
    assert timedelta(0) < day - now <= timedelta(days=1)
    assert (hour, 0) == (day.hour, day.minute)
    assert day <= morning
    assert CALENDAR.is_working_day(morning.date())


def test_the_table_names_every_kind_and_what_starts_a_period_never_waits():
    """Both the kinds about cases and those about complaints."""
    assert MESSAGE_KINDS | COMPLAINT_KINDS_OF_EVENTS == {kind for kind, _ in WHY_ALONE}
    for kind in (
        EventKind.CORRECTION_REQUESTED,
        EventKind.APPLICATION_REFUSED,
        EventKind.DECISION_ANNULLED,
        EventKind.DRAFT_ENDING,
        EventKind.PAYMENT_AWAITED,
    ):
        assert Alone.WINDOW is WHY_ALONE[kind, False]


def states(kit, *cases):
    return [
        one.state
        for case in cases
        for one in kit.office.applications.deliveries(case, actor=APPLICANT)
        if one.kind == "permit_issued"
    ]


def waiting_kit(url, open_kit, issued=2):
    """Open an office whose applicant is written to once a day, and issue permits."""
    mail = CollectingChannel()
    kit = open_kit(url, channels={"mail": mail})
    kit.office.contacts.choose_pace("mail", Pace.DAILY, actor=APPLICANT)
    cases = [kit.permit().application_id for _ in range(issued)]
    kit.office.worker.run_once()
    return kit, mail, cases


def test_what_can_wait_comes_in_one_message_and_each_case_shows_it(url, open_kit):
    """The receipts go at once; the rest after the hour, in one message that names every case."""
    kit, mail, cases = waiting_kit(url, open_kit)
    receipts = [kit.office.applications.get(case, actor=HOST).receipt_number for case in cases]
    assert {"application_submitted"} == {one.kind for one in mail.sent.values()}
    assert [DeliveryState.COLLECTING] * 2 == states(kit, *cases)
    kit.clock.forward(days=1)
    kit.office.worker.run_once()
    kit.office.worker.run_once()
    (digest,) = mail.of_kind("messages_collected")
    shown = [one for case in cases for one in kit.office.applications.deliveries(case, actor=APPLICANT)]
    collected = [one for one in shown if one.state is DeliveryState.COLLECTED]

    assert [DeliveryState.COLLECTED] * 2 == states(kit, *cases)
    assert {DeliveryState.ACCEPTED} == {one.collected_state for one in collected}
    assert 1 == len({one.collected_into for one in collected})
    assert all(receipt in digest.text for receipt in receipts)
    assert digest.data["count"] == len(collected)
    assert set() == {one.kind for one in mail.sent.values()} - {"application_submitted", "messages_collected"}


def test_workers_at_once_make_one_message_of_them(url, open_kit):
    """Four look at the same moment: one collects, the others find nothing."""
    kit, mail, cases = waiting_kit(url, open_kit)
    kit.clock.forward(days=1)
    collect = next(job for job in kit.office.worker.jobs if job.name == "collect")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: collect.run(kit.clock), range(4)))
    kit.office.worker.run_once()

    assert 1 == len(mail.of_kind("messages_collected"))
    assert [DeliveryState.COLLECTED] * 2 == states(kit, *cases)


def test_a_worker_that_dies_while_it_collects_leaves_everything_as_it_was(url, open_kit):
    """All is one transaction: without its commit nothing was collected."""
    kit, mail, cases = waiting_kit(url, open_kit, issued=1)
    collect = next(job for job in kit.office.worker.jobs if job.name == "collect")
    kit.clock.forward(days=1)
    with kit._context.unit_of_work() as work:
        collect.collect(work, "mail", str(APPLICANT.account), kit.clock())
    assert [DeliveryState.COLLECTING] == states(kit, *cases)
    kit.office.worker.run_once()

    assert 1 == len(mail.of_kind("messages_collected"))


def test_a_message_that_no_longer_goes_to_one_place_is_taken_apart(url, open_kit):
    """The language of one case changed after they were collected: each is sent by itself, none is lost."""
    kit, mail, cases = waiting_kit(url, open_kit)
    kit.clock.forward(days=1)
    collect = next(job for job in kit.office.worker.jobs if job.name == "collect")
    collect.run(kit.clock)
    kit.office.applications.write_in(cases[0], "en", actor=APPLICANT)
    kit.office.worker.run_once()

    assert () == tuple(mail.of_kind("messages_collected"))
    assert 2 == len(mail.of_kind("permit_issued"))


def test_to_be_written_to_at_once_again_sends_what_waited(url, open_kit):
    """At the moment of the choice; one alone is sent as it is."""
    kit, mail, cases = waiting_kit(url, open_kit, issued=1)
    kit.office.contacts.choose_pace("mail", Pace.AT_ONCE, actor=APPLICANT)
    kit.office.worker.deliver()

    assert 1 == len(mail.of_kind("messages_collected"))
    assert [DeliveryState.COLLECTED] == states(kit, *cases)


def test_each_chooses_for_themselves_and_programs_do_not(open_kit, new_url):
    """The mornings of the office are for officers; only channels that are there can be chosen."""
    kit = open_kit(new_url("sqlite"), channels={"mail": CollectingChannel()})
    contacts, officer = kit.office.contacts, kit.officer("loket-1")
    with raises_code("pace-for-officers"):
        contacts.choose_pace("mail", Pace.WORKING_MORNINGS, actor=APPLICANT)
    with pytest.raises(AccessDeniedError):
        contacts.choose_pace("mail", Pace.DAILY, actor=HOST)
    with raises_code("not-found"):
        contacts.choose_pace("sms", Pace.DAILY, actor=APPLICANT)
    chosen = contacts.choose_pace("mail", Pace.WORKING_MORNINGS, actor=officer)

    assert {"mail": Pace.WORKING_MORNINGS} == chosen
    assert {"mail": Pace.AT_ONCE} == contacts.paces(actor=APPLICANT)


def test_an_authority_words_the_message_that_brings_others_itself():
    """With what it brings in its body."""
    text = MessageText(
        kind=EventKind.MESSAGES_COLLECTED, language="id", subject="{count} kabar", body="{items}"
    )
    authority = sample_pack().authority
    (problem,) = text_problems([attrs.evolve(text, body="{receipt}{items}")], authority)

    assert () == text_problems([text], authority)
    assert "receipt" in problem

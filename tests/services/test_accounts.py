"""An officer "17" and an applicant "17" are two accounts: in lists, requests, ownership and history."""

from io import BytesIO

import pytest

from perizinan_core.errors.services import ArgumentError, DecidedByOthersError, NotFoundError
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Role
from perizinan_core.model._applicant import Representative
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, FORMS, HOST, sample_applicant

SEVENTEEN = Actor(id="loket-1", kind=ActorKind.APPLICANT)
"""Somebody who chose the id of an officer when registering in the portal."""


def test_an_officer_and_an_applicant_of_the_same_id_are_two_accounts():
    """Their texts differ, and each text gives its account back."""
    officer = Actor(id="17", kind=ActorKind.OFFICER)
    applicant = Actor(id="17", kind=ActorKind.APPLICANT)

    assert ("officer:17", "public:17") == (str(officer.account), str(applicant.account))
    assert officer.account != applicant.account
    assert Account(AccountKind.OFFICER, "1:7") == Account.parse("officer:1:7")


def test_applicant_and_representative_of_one_login_are_one_account():
    """In what capacity somebody acts does not make another person of them."""
    as_applicant = Actor(id="17", kind=ActorKind.APPLICANT)
    as_agent = Actor(id="17", kind=ActorKind.REPRESENTATIVE)

    assert as_applicant.account == as_agent.account


@pytest.mark.parametrize("text", ["17", "", ":17", "officer:", "friend:17"])
def test_other_text_is_not_an_account(text):
    """An id alone would leave open whose it is."""
    with pytest.raises(ValueError, match=r"."):
        Account.parse(text)


def test_lists_of_an_officer_hold_nothing_of_an_applicant_of_the_same_id(any_kit):
    """Each sees the applications and permits of the own account."""
    kit = any_kit
    case = kit.submit(actor=SEVENTEEN)
    kit.review(case.id)
    permit = kit.issue(case.id)
    officer = kit.officer("loket-1")
    apps, permits = kit.office.applications, kit.office.permits

    assert [case.id] == [item.id for item in apps.of_owner(actor=SEVENTEEN).items]
    assert [permit.id] == [item.id for item in permits.of_owner(actor=SEVENTEEN).items]
    assert () == apps.of_owner(actor=officer).items
    assert () == permits.of_owner(actor=officer).items
    assert [case.id] == [item.id for item in apps.of_owner(actor=HOST, owner="loket-1").items]
    assert () == apps.of_owner(actor=HOST, owner=Account.officer("loket-1")).items


def test_what_the_counter_opens_without_an_owner_is_not_an_applicants_of_the_same_id(kit):
    """The account "loket-1" of the portal does not inherit what the officer "loket-1" began."""
    case = kit.office.applications.start(
        "warung", applicant=sample_applicant(), actor=kit.officer("loket-1"), form=FORMS["warung"]
    )

    assert Account.officer("loket-1") == case.owner
    with pytest.raises(NotFoundError):
        kit.office.applications.get(case.id, actor=SEVENTEEN)
    assert () == kit.office.applications.of_owner(actor=SEVENTEEN).items


def test_the_same_key_of_an_officer_and_of_an_applicant_are_two_requests(any_kit):
    """An officer's key does not answer an applicant's request, nor refuse it."""
    kit = any_kit
    case = kit.submit()
    kit.review(case.id)
    permit = kit.issue(case.id, idempotency_key="1")
    namesake = Actor(id="kepala", kind=ActorKind.APPLICANT)

    later = kit.submit(actor=namesake, idempotency_key="1")

    assert permit.application_id == case.id
    assert (1, later.id) == (later.submission, kit.hand_in(later.id, actor=namesake, idempotency_key="1").id)


def test_the_history_tells_an_officer_from_an_applicant_of_the_same_id(kit):
    """Events name the account and not the id alone."""
    case = kit.submit(actor=SEVENTEEN)
    clerk = kit.assignee(case.id, "periksa")
    kit.decide(case.id, "periksa")

    told = {event.actor for event in kit.office.applications.history(case.id, actor=HOST)}

    assert {"public:loket-1", f"officer:{clerk.id}"} == told


def test_an_id_chosen_by_an_applicant_keeps_no_officer_of_that_id_out(kit):
    """Registering as "loket-1" in the portal excludes nobody from judging."""
    chosen = set()
    for _ in range(4):
        case = kit.submit(actor=SEVENTEEN)
        chosen.add(kit.assignee(case.id, "periksa").id)

    assert {"loket-1", "loket-2"} == chosen


def test_an_applicant_who_names_an_officer_as_representative_excludes_nobody(any_kit):
    """Whom an applicant names decides neither who gets the case nor who may judge it."""
    chosen = set()
    for _ in range(4):
        agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="loket-1")
        case = any_kit.draft(representative=agent)
        any_kit.fill(case.id)
        any_kit.office.applications.attach_power_of_attorney(
            case.id, BytesIO(small_png(5)), file_name="kuasa.png", actor=APPLICANT
        )
        case = any_kit.hand_in(case.id)
        clerk = any_kit.assignee(case.id, "periksa")
        chosen.add(clerk.id)
        any_kit.decide(case.id, "periksa", actor=clerk)

    assert {"loket-1", "loket-2"} == chosen


def test_no_applicant_makes_a_case_that_nobody_may_refuse(kit):
    """The head whom an applicant names as representative refuses all the same."""
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="pimpinan")
    case = kit.draft(representative=agent)
    kit.fill(case.id)
    kit.office.applications.attach_power_of_attorney(
        case.id, BytesIO(small_png(5)), file_name="kuasa.png", actor=APPLICANT
    )
    kit.hand_in(case.id)
    kit.decide(case.id, "periksa")

    refused = kit.office.reviews.refuse(case.id, reasons=("Tidak sesuai",), actor=kit.officer("pimpinan"))

    assert Account.officer("pimpinan") == refused.decision.by


def test_a_staff_account_does_not_act_as_representative(kit):
    """Named by an applicant, an officer gets no rights of a party with the staff account."""
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="kasir")
    case = kit.draft(representative=agent)
    officer = kit.officer("kasir")

    assert officer.has(Role.CASHIER)
    with pytest.raises(NotFoundError):
        kit.office.applications.get(case.id, actor=officer)


@pytest.mark.parametrize("owner", [Account.officer("loket-1"), Account(AccountKind.HOST, "lain")])
def test_nobody_makes_an_officer_the_owner_of_a_case(any_kit, owner):
    """Else one clerk would choose, by naming the other one as owner, who judges."""
    start = any_kit.office.applications.start
    for actor in (any_kit.officer("loket-2"), HOST):
        with pytest.raises(ArgumentError) as refused:
            start("warung", applicant=sample_applicant(), actor=actor, form=FORMS["warung"], owner=owner)
        assert "loket-1" not in refused.value.message("id")
    opened = start("warung", applicant=sample_applicant(), actor=any_kit.officer("loket-2"), owner="pemohon")

    assert Account.public("pemohon") == opened.owner


def test_a_renewal_at_the_counter_of_a_case_that_an_officer_opened_is_the_present_officers(kit):
    """The clerk of then is not made the owner of the new case by the clerk of now."""
    clerk, other = kit.officer("loket-1"), kit.officer("loket-2")
    case = kit.office.applications.start(
        "warung", applicant=sample_applicant(), actor=clerk, form=FORMS["warung"]
    )
    kit.fill(case.id, actor=HOST)
    kit.hand_in(case.id, actor=HOST)
    kit.review(case.id)
    permit = kit.issue(case.id)

    assert clerk.account == case.owner
    assert other.account == kit.office.permits.amend(permit.id, actor=other).owner


def test_a_case_says_of_each_step_whose_account_did_it(any_kit):
    """Of uploads, the clock and decisions: an applicant with the id of the clerk is told from the clerk."""
    kit = any_kit
    case = kit.submit(actor=SEVENTEEN)
    kit.office.reviews.declare_conflict(case.id, reason="-", actor=kit.officer("loket-2"))
    kit.decide(case.id, "periksa")
    withdrawn = kit.office.applications.withdraw(case.id, actor=SEVENTEEN)
    with pytest.raises(DecidedByOthersError) as told:
        kit.office.reviews.approve(case.id, actor=kit.officer("pimpinan"))
    clerk = Account.officer(SEVENTEEN.id)

    assert "loket-1" == withdrawn.stage_state("periksa").decided_by
    assert {SEVENTEEN.account} == {paper.uploaded_by for paper in withdrawn.documents}
    assert [clerk, SEVENTEEN.account] == [entry.by for entry in withdrawn.clock.entries]
    assert SEVENTEEN.account == withdrawn.decision.by
    assert ("loket-1", "public:loket-1") == (told.value.winner, told.value.account)

"""Who gives whom a post: nobody themselves, signatories with a second person, and all of it on record."""

from __future__ import annotations

import attrs
import pytest

from perizinan_core.errors.services import AccessDeniedError, StaffRecordError
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import StageOutcome
from perizinan_core.testing._offices import APPLICANT, HOST, sample_office
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import make_officer

HERE = frozenset({"dinas-izin"})
LAW = "Peraturan Daerah Kabupaten Contoh Nomor 1 Tahun 2025"


def _staff(kit):
    return {item.id: item for item in kit.office.reviews.officers(actor=HOST)}


def _change(kit, officer, actor=HOST, **changes):
    return kit.office.reviews.add_officer(attrs.evolve(_staff(kit)[officer], **changes), actor=actor)


def test_an_officer_who_left_decides_signs_and_revokes_nothing(any_kit):
    """The session of an officer who is recorded as gone ends in every use case, not only in assignment."""
    kit = any_kit
    permit = kit.permit()
    case = kit.submit()
    clerk, head = kit.assignee(case.id, "periksa"), kit.officer("pimpinan")
    judged = kit.submit()
    kit.review(judged.id)
    signatory = kit.officer("kepala")
    for officer in (clerk.id, "pimpinan", "kepala"):
        _change(kit, officer, active=False)
    calls = (
        lambda: kit.office.reviews.decide(case.id, "periksa", StageOutcome.POSITIVE, actor=clerk),
        lambda: kit.office.permits.issue(judged.id, actor=signatory),
        lambda: kit.office.permits.revoke(permit.id, reason="Langgar", legal_basis=LAW, actor=head),
        lambda: kit.office.applications.get(case.id, actor=clerk),
    )

    for call in calls:
        with pytest.raises(StaffRecordError) as refusal:
            call()
        assert "inactive" == refusal.value.difference


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"roles": frozenset({Role.BACK_OFFICE})}, "roles"),
        ({"units": frozenset({"dinas-jalan"})}, "units"),
        ({"position": "sekretaris"}, "position"),
    ],
)
def test_an_officer_who_lost_role_unit_or_position_acts_no_longer_with_it(any_kit, changes, difference):
    """What the session still claims is compared inside the unit of work."""
    case = any_kit.submit()
    any_kit.review(case.id)
    signatory = any_kit.officer("kepala")
    _change(any_kit, "kepala", **changes)
    any_kit.confirm_staff()

    with pytest.raises(StaffRecordError) as refusal:
        any_kit.office.permits.issue(case.id, actor=signatory)
    assert difference == refusal.value.difference


def test_a_session_may_claim_less_than_the_record(kit):
    """An officer who works at the counter today needs no further role."""
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa")
    _change(kit, clerk.id, roles=frozenset({Role.FRONT_OFFICE, Role.CASHIER}))

    assert kit.decide(case.id, "periksa", actor=clerk).stage_state("periksa").outcome is StageOutcome.POSITIVE


def test_somebody_who_is_not_on_record_is_no_officer(kit):
    """Whatever the session says."""
    stranger = Actor(id="karangan", kind=ActorKind.OFFICER, roles=frozenset(Role), units=HERE)

    with pytest.raises(StaffRecordError) as refusal:
        kit.office.reviews.queue(actor=stranger)
    assert "unknown" == refusal.value.difference


def test_the_worker_signs_nothing_for_a_signatory_who_has_left(any_kit):
    """Between the number and the signature time passes; another holder of the position may sign then."""
    kit = any_kit
    case = kit.submit()
    kit.review(case.id)
    # The signer is unreachable for a moment: the number is taken, the letter waits.
    signers = kit._context.signers.signers
    kept = signers.pop("kepala")
    signers["kepala"] = _Failing(kept)
    with raises_code("issuance"):
        kit.issue(case.id)
    signers["kepala"] = kept
    _change(kit, "kepala", active=False)
    kit.clock.forward(minutes=5)
    done = kit.office.worker.run_once()
    waiting = kit.office.applications.get(case.id, actor=HOST)
    successor = kit.appoint(make_officer("kepala-baru", Role.SIGNATORY, units=HERE, position="kepala"))
    permit = kit.issue(case.id, actor=successor)

    assert (0, ApplicationState.AWAITING_SIGNATURE) == (done.signed, waiting.state)
    assert waiting.permit_id == permit.id
    assert permit.signed_sha256 is not None


class _Failing:
    """A key that cannot be reached just now."""

    def __init__(self, signer):
        self.certificate, self.chain, self.algorithm = signer.certificate, signer.chain, signer.algorithm

    def sign(self, data):
        """Fail."""
        raise RuntimeError("token removed", len(data))


def test_each_change_of_staff_is_an_event_with_before_and_after(any_kit):
    """Who changed what stays readable, and the first entry has nothing before it."""
    admin = any_kit.officer("admin")
    _change(any_kit, "kasir", actor=admin, active=False)
    _change(any_kit, "kasir", actor=admin, active=False)
    added, changed = any_kit.office.reviews.staff_history("kasir", actor=any_kit.officer("auditor"))

    assert (None, ["cashier"]) == (added.data["before"], added.data["after"]["roles"])
    assert (True, False) == (changed.data["before"]["active"], changed.data["after"]["active"])
    assert ("host:portal", "officer:admin") == (added.actor, changed.actor)
    assert "Petugas" not in repr(changed)


def test_officers_cannot_change_their_own_record(kit):
    """Not even an administrator, and not even to take something away."""
    admin = kit.officer("admin")

    with raises_code("own-record"):
        _change(kit, "admin", actor=admin, roles=frozenset({Role.ADMINISTRATOR, Role.SIGNATORY}))
    with raises_code("own-record"):
        _change(kit, "admin", actor=admin, active=False)
    with pytest.raises(AccessDeniedError):
        _change(kit, "kasir", actor=kit.officer("pimpinan"), active=False)
    with pytest.raises(AccessDeniedError):
        _change(kit, "kasir", actor=Actor(id="system", kind=ActorKind.SYSTEM), active=False)


def test_an_administrator_cannot_make_a_signatory_alone(any_kit):
    """Until a second person confirms it, the post does not hold."""
    kit = any_kit
    admin = kit.officer("admin")
    case = kit.submit()
    kit.review(case.id)
    friend = make_officer("teman", Role.BACK_OFFICE, Role.SIGNATORY, units=HERE, position="kepala")
    kit.office.reviews.add_officer(friend, actor=admin)
    stored = _staff(kit)["teman"]
    with raises_code("staff-confirmation"):
        kit.office.reviews.confirm_officer("teman", actor=admin)
    with pytest.raises(StaffRecordError):
        kit.office.permits.issue(case.id, actor=friend.as_actor())
    second = kit.appoint(make_officer("admin-2", Role.ADMINISTRATOR, units=HERE))
    confirmed = kit.office.reviews.confirm_officer("teman", actor=second)
    with raises_code("nothing-to-confirm"):
        kit.office.reviews.confirm_officer("teman", actor=second)

    assert (frozenset({Role.BACK_OFFICE}), None) == (stored.roles, stored.position)
    assert friend == confirmed
    assert kit.issue(case.id, actor=confirmed.as_actor()).signed_sha256


def test_two_accounts_of_one_administrator_are_not_two_persons(kit):
    """A new administrator needs a second person too, so nobody brings their own."""
    admin = kit.officer("admin")
    kit.office.reviews.add_officer(make_officer("boneka", Role.ADMINISTRATOR, units=HERE), actor=admin)

    assert frozenset() == _staff(kit)["boneka"].roles
    with raises_code("staff-confirmation"):
        kit.office.reviews.confirm_officer("boneka", actor=admin)


@pytest.mark.parametrize("changes", [{"active": True}, {"position": "sekretaris"}, {"units": HERE}])
def test_a_signatory_who_comes_back_or_moves_is_confirmed_again(changes):
    """The role alone is not the power: it holds in a unit and a position, for one who is there."""
    kit = sample_office()
    away = {"active": {"active": False}, "units": {"units": frozenset({"dinas-jalan"})}}
    _change(kit, "kepala", **away.get(next(iter(changes)), {}))
    kit.confirm_staff()
    changed = _change(kit, "kepala", actor=kit.officer("admin"), **changes)

    assert changed.proposed is not None
    assert not (changed.active and Role.SIGNATORY in changed.roles and changes.items() <= _plain(changed))


def _plain(officer):
    return {"active": officer.active, "position": officer.position, "units": officer.units}.items()


def test_the_operator_adds_the_first_administrator_and_the_first_signatory_alone(any_kit):
    """The record says so for ever; the next ones need a second person."""
    first = any_kit.office.reviews.operator_appointments(actor=any_kit.officer("auditor"))
    any_kit.hire(make_officer("kepala-2", Role.SIGNATORY, units=HERE, position="sekretaris"))
    event = any_kit.office.reviews.staff_history("kepala", actor=HOST)[0]

    assert [(Role.ADMINISTRATOR, "admin"), (Role.SIGNATORY, "kepala")] == [
        (item.role, item.officer) for item in first
    ]
    assert {HOST.account} == {item.by for item in first}
    assert ["signatory"] == event.data["by_operator"]
    assert frozenset() == _staff(any_kit)["kepala-2"].roles


def test_the_operator_is_not_a_second_first_time(kit):
    """Taking the first signatory's role away does not make the next one the first."""
    _change(kit, "kepala", roles=frozenset())
    kit.hire(make_officer("kepala-2", Role.SIGNATORY, units=HERE, position="kepala"))

    assert frozenset() == _staff(kit)["kepala-2"].roles


def test_one_host_application_does_not_confirm_what_another_proposed(kit):
    """Both are the operator."""
    kit.hire(make_officer("kepala-2", Role.SIGNATORY, units=HERE, position="kepala"))

    with raises_code("staff-confirmation"):
        kit.office.reviews.confirm_officer("kepala-2", actor=Actor(id="lain", kind=ActorKind.HOST))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"units": frozenset({"dinas-langit"})}, "unit"), ({"position": "raja"}, "position")],
)
def test_unknown_units_and_positions_are_refused(kit, changes, kind):
    """A post in a unit that does not exist would never get a case, and nobody would notice."""
    with raises_code("unknown-post") as refusal:
        _change(kit, "kasir", **changes)
    assert kind == refusal.value.kind


def test_only_officers_declare_their_own_public_accounts(any_kit):
    """From then on the cases of that account are their own, and no administrator says it for them."""
    kit = any_kit
    with raises_code("undeclared-accounts"):
        _change(kit, "pimpinan", public_accounts=frozenset({APPLICANT.id}))
    case = kit.submit()
    kit.decide(case.id, "periksa")
    kit.office.reviews.declare_account(APPLICANT.id, actor=kit.officer("pimpinan"))

    with raises_code("own-case"):
        kit.office.reviews.refuse(case.id, reasons=("Tidak",), actor=kit.officer("pimpinan"))
    with pytest.raises(AccessDeniedError):
        kit.office.reviews.declare_account("pimpinan", actor=APPLICANT)


def test_a_session_that_hides_a_declared_account_is_refused(kit):
    """Leaving the account out would make an own case look like anybody's."""
    before = kit.officer("pimpinan")
    kit.office.reviews.declare_account(APPLICANT.id, actor=before)

    with pytest.raises(StaffRecordError) as refusal:
        kit.office.reviews.queue(actor=before)
    assert "accounts" == refusal.value.difference


def test_a_named_representative_is_in_the_case_once_the_account_acts(kit):
    """The officer whose own account is only named may judge; who has acted as representative may not."""
    from perizinan_core.model._applicant import Representative
    from perizinan_core.testing._offices import sample_applicant

    kit.office.reviews.declare_account("kuasa", actor=kit.officer("loket-1"))
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id="kuasa")
    named, acting = (kit.draft(representative=agent) for _ in range(2))
    account = Actor(id="kuasa", kind=ActorKind.REPRESENTATIVE)
    kit.upload(acting.id, "ktp", actor=account)
    hands = [kit.office.applications.get(item.id, actor=HOST).hands for item in (named, acting)]

    assert [(), (Account.public("kuasa"),)] == hands


def test_a_signatory_of_another_position_does_not_use_the_key_of_a_waiting_letter(kit):
    """Going on with a numbered case is signing it: the same role, position and delegation are needed."""
    case = kit.submit()
    kit.review(case.id)
    kit.issue(case.id)
    secretary = kit.appoint(make_officer("sekretaris", Role.SIGNATORY, units=HERE, position="sekretaris"))

    with raises_code("not-signatory"):
        kit.office.permits.issue(case.id, actor=secretary)

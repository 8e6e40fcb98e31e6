"""What becomes of an issued permit, and when it is renewed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import attrs
import pytest

from perizinan_core.errors.workflow import PermitStatusError
from perizinan_core.model._actor import Role
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import PermitStatus
from perizinan_core.model._text import Period, PeriodUnit, Source
from perizinan_core.model._validity import RenewalRule
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_authority,
    make_calendar,
    make_officer,
    make_permit,
    working_days,
)
from perizinan_core.workflow import AnnulledBy, DefectGround
from perizinan_core.workflow import _functions as workflow

TODAY = date(2026, 3, 2)
Status = PermitStatus


@pytest.fixture
def permit(desk):
    """A permit in force until the end of the year."""
    return attrs.evolve(desk.issued(), valid_until=date(2026, 12, 31))


def _act(desk, step, permit, **changes):
    given = {
        "reason": "Melanggar ketentuan",
        "legal_basis": "Perda Kota Contoh 1/2020 pasal 9",
        "actor": desk.who("kepala"),
        "now": desk.now,
        "permit_type": desk.permit_type,
        "authority": make_authority(desk.calendar),
        **changes,
    }
    return step(permit, desk.case, **given)


def _annul(desk, permit, **changes):
    given = {
        "ground": DefectGround.PROCEDURE,
        "found_on": TODAY,
        "annulled_by": AnnulledBy.OFFICIAL,
        **changes,
    }
    return _act(desk, workflow.annul, permit, **given)


def _supersede(desk, permit, **changes):
    successor = make_permit(id="izin-2", previous_permit=permit.id)
    return _act(desk, workflow.supersede, permit, **{"successor": successor, **changes})


def test_a_permit_is_in_force_once_it_is_signed(desk):
    """The signed file is written once."""
    signed = workflow.put_in_force(make_permit(), signed_sha256="1" * 64, actor=SYSTEM, now=desk.now).permit

    assert (Status.IN_FORCE, desk.now, Status.IN_FORCE) == (
        signed.status,
        signed.signed_at,
        signed.status_on(TODAY),
    )
    with pytest.raises(PermitStatusError):
        workflow.put_in_force(signed, signed_sha256="2" * 64, actor=SYSTEM, now=desk.now)
    with raises_code("not-allowed"):
        workflow.put_in_force(make_permit(), signed_sha256="2" * 64, actor=OWNER, now=desk.now)


def test_a_suspension_has_its_days_and_ends_with_them(desk, permit):
    """From its first to its last day the permit has no effect, afterwards it has again."""
    moved = _act(
        desk,
        workflow.suspend,
        permit,
        effective=date(2026, 3, 3),
        until=date(2026, 3, 10),
    )

    assert [Status.IN_FORCE, Status.SUSPENDED, Status.SUSPENDED, Status.IN_FORCE] == [
        moved.permit.status_on(date(2026, 3, day)) for day in (2, 3, 10, 11)
    ]
    assert Status.IN_FORCE is moved.permit.status
    assert ("permit_suspended", "2026-03-10") == (
        moved.events[0].kind.value,
        moved.events[0].data["until"],
    )
    assert "Melanggar" not in str(moved.events[0].data)


def test_a_suspension_is_lifted_by_a_decision(desk, permit):
    """Reinstating is possible only while it is suspended."""
    with pytest.raises(PermitStatusError) as refusal:
        _act(desk, workflow.reinstate, permit)
    assert ("in_force", ("suspended",)) == (refusal.value.status, refusal.value.allowed)
    suspended = _act(desk, workflow.suspend, permit).permit
    assert Status.SUSPENDED is suspended.status
    with pytest.raises(PermitStatusError):
        _act(desk, workflow.suspend, suspended)

    assert Status.IN_FORCE is _act(desk, workflow.reinstate, suspended).permit.status


def test_nothing_follows_a_revocation_even_one_that_lies_ahead(desk, permit):
    """A decision that ends the effect is the last one."""
    revoked = _act(desk, workflow.revoke, permit, effective=date(2026, 4, 1)).permit

    assert [Status.IN_FORCE, Status.REVOKED] == [revoked.status_on(day) for day in (TODAY, date(2026, 4, 1))]
    for step in (workflow.suspend, workflow.revoke):
        with pytest.raises(PermitStatusError) as refusal:
            _act(desk, step, revoked)
        assert "revoked" == refusal.value.status
    with pytest.raises(PermitStatusError):
        _annul(desk, revoked)
    with pytest.raises(PermitStatusError):
        _supersede(desk, revoked)


def test_an_annulment_names_one_of_three_defects(desk, permit):
    """Power, procedure or substance; it takes effect on its own day."""
    moved = _annul(desk, permit)

    assert (Status.ANNULLED, "procedure", TODAY) == (
        moved.permit.status,
        moved.permit.changes[0].ground,
        moved.permit.changes[0].effective,
    )
    assert "procedure" == moved.events[0].data["ground"]


def test_the_office_annuls_within_five_working_days_of_finding_the_defect(desk, permit):
    """Later only a court's order leads there; a defect is not found in the future."""
    desk.now = datetime(2026, 3, 9, 15, tzinfo=desk.now.tzinfo)
    assert Status.ANNULLED is _annul(desk, permit).permit.status
    desk.now = datetime(2026, 3, 10, 8, tzinfo=desk.now.tzinfo)
    for by in (AnnulledBy.OFFICIAL, AnnulledBy.SUPERIOR):
        with raises_code("annulment-period") as refusal:
            _annul(desk, permit, annulled_by=by)
        assert date(2026, 3, 9) == refusal.value.last_day
    assert Status.ANNULLED is _annul(desk, permit, annulled_by=AnnulledBy.COURT).permit.status
    with raises_code("annulment-period"):
        _annul(desk, permit, annulled_by=AnnulledBy.COURT, found_on=date(2026, 3, 11))


def test_an_expired_permit_can_still_be_annulled_and_replaced_but_not_revoked(desk, permit):
    """What has ended by itself cannot be ended; its defect can be stated."""
    old = attrs.evolve(permit, valid_until=date(2026, 3, 1))

    assert Status.ANNULLED is _annul(desk, old).permit.status_on(TODAY)
    assert Status.SUPERSEDED is _supersede(desk, old).permit.status
    with pytest.raises(PermitStatusError) as refusal:
        _act(desk, workflow.revoke, old)
    assert "expired" == refusal.value.status


def test_expiry_is_never_stored(desk, permit):
    """A replacement from next month on leaves the stored status of an expired permit as it was."""
    old = attrs.evolve(permit, valid_until=date(2026, 3, 1))

    assert Status.IN_FORCE is _supersede(desk, old, effective=date(2026, 4, 1)).permit.status


def test_the_system_replaces_a_permit_when_it_issues_the_newer_one(desk, permit):
    """The newer one names its predecessor."""
    moved = _supersede(desk, permit, actor=SYSTEM)

    assert (Status.SUPERSEDED, "izin-2") == (moved.permit.status, moved.permit.superseded_by)
    with raises_code("wrong-permit"):
        _supersede(desk, permit, successor=make_permit(id="izin-3"))


def test_a_change_needs_the_right_person_reason_law_and_day(desk, permit):
    """Each condition refuses on its own."""
    yesterday = TODAY - timedelta(days=1)
    party = make_officer("pribadi", Role.OFFICE_HEAD, public_accounts=frozenset({OWNER.id})).as_actor()

    for changes, error in (
        ({"actor": desk.who("depan")}, "not-allowed"),
        ({"actor": SYSTEM}, "not-allowed"),
        ({"actor": party}, "own-case"),
        ({"reason": " "}, "reason-missing"),
        ({"legal_basis": " "}, "legal-basis-missing"),
        ({"effective": yesterday}, "effective-day"),
        ({"until": yesterday}, "effective-day"),
        ({"now": desk.now - timedelta(days=1)}, "clock-order"),
    ):
        with raises_code(error):
            _act(desk, workflow.suspend, permit, **changes)
    with raises_code("wrong-permit"):
        _act(desk, workflow.suspend, attrs.evolve(permit, application_id="lain"))


def test_an_unsigned_permit_has_no_effect_to_suspend(desk):
    """Nothing can be done to a letter that was never signed."""
    desk.approved()

    with pytest.raises(PermitStatusError) as refusal:
        _act(desk, workflow.suspend, make_permit())
    assert "awaiting_signature" == refusal.value.status


def _rule(**changes):
    return RenewalRule(source=Source("uji"), **changes)


def _months(count):
    return Period(count, PeriodUnit.MONTHS)


@pytest.mark.parametrize(
    ("rule", "start", "end"),
    [
        (None, None, date(2026, 12, 31)),
        (_rule(opens_before=_months(3)), date(2026, 9, 30), date(2026, 12, 31)),
        (_rule(closes_before=_months(1)), None, date(2026, 11, 30)),
        (_rule(opens_before=_months(1), after_expiry="allowed"), date(2026, 11, 30), None),
        (_rule(closes_before=working_days(5)), None, date(2026, 12, 24)),
        (_rule(opens_before=_months(1), closes_before=_months(2)), date(2026, 11, 30), date(2026, 11, 30)),
    ],
)
def test_the_renewal_window_follows_the_rule(permit, rule, start, end):
    """The permit ends on 31 December 2026; one that closes before it opens is one day wide."""
    window = workflow.renewal_window(rule, permit, make_calendar())

    assert (start, end) == (window.start, window.end)


def test_a_permit_without_end_has_no_window(permit):
    """Re-registration of a permit that lasts as long as the business is possible at any time."""
    lasting = attrs.evolve(permit, valid_until=None)

    assert workflow.renewal_window(_rule(opens_before=_months(1)), lasting, make_calendar()).end is None
    workflow.check_renewal(
        _rule(), lasting, ApplicationKind.RE_REGISTRATION, date(2029, 1, 2), make_calendar()
    )


def test_a_renewal_comes_neither_too_early_nor_too_late(permit):
    """The first and the last day of the window are in time."""
    rule = _rule(opens_before=_months(1), closes_before=Period(3, PeriodUnit.DAYS))

    def check(day, kind=ApplicationKind.RENEWAL):
        workflow.check_renewal(rule, permit, kind, day, make_calendar())

    for day in (date(2026, 11, 30), date(2026, 12, 28)):
        check(day)
    with raises_code("renewal-too-early") as early:
        check(date(2026, 11, 29))
    assert date(2026, 11, 30) == early.value.opens_on
    with raises_code("renewal-too-late") as late:
        check(date(2026, 12, 29))
    assert date(2026, 12, 28) == late.value.closed_on
    check(date(2026, 3, 3), ApplicationKind.AMENDMENT)


@pytest.mark.parametrize(
    ("kind", "status", "fits"),
    [
        (ApplicationKind.RENEWAL, Status.SUSPENDED, True),
        (ApplicationKind.CLOSURE, Status.SUSPENDED, True),
        (ApplicationKind.AMENDMENT, Status.SUSPENDED, False),
        (ApplicationKind.DUPLICATE, Status.EXPIRED, False),
        (ApplicationKind.RENEWAL, Status.REVOKED, False),
    ],
)
def test_what_builds_on_a_permit_depends_on_its_status(desk, permit, kind, status, fits):
    """A suspended permit can be renewed and given up; a revoked one is over."""
    step = {Status.SUSPENDED: workflow.suspend, Status.REVOKED: workflow.revoke}.get(status)
    old = _act(desk, step, permit).permit if step else attrs.evolve(permit, valid_until=date(2026, 3, 1))

    if fits:
        workflow.check_renewal(None, old, kind, TODAY, desk.calendar)
        return
    with pytest.raises(PermitStatusError) as refusal:
        workflow.check_renewal(None, old, kind, TODAY, desk.calendar)
    assert status.value == refusal.value.status


def test_an_expired_permit_is_renewed_only_where_the_rule_allows_it(permit):
    """Otherwise it takes a new application."""
    day = date(2027, 1, 4)
    workflow.check_renewal(
        _rule(after_expiry="allowed"), permit, ApplicationKind.RENEWAL, day, make_calendar()
    )

    with raises_code("renewal-too-late"):
        workflow.check_renewal(None, permit, ApplicationKind.RENEWAL, day, make_calendar())

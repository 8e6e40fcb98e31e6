"""Numbers of an outside registry: asked for before anything is written, one for each key, used once."""

from __future__ import annotations

import pytest

from perizinan_core.bootstrap._doctor import examine
from perizinan_core.hooks import NumberRequest
from perizinan_core.model._application import ApplicationState
from perizinan_core.testing import APPLICANT, HOST, sample_office
from perizinan_core.testing._refusals import raises_code

REGISTER = "izin"
RECEIPTS = "tanda-terima"


class Registry:
    """Gives numbers by key; its answer can be lost on the way, and it can be broken."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.given = {}
        self.fault = None
        self.lost = False

    def reserve(self, request: NumberRequest) -> str:
        if self.fault is not None:
            raise self.fault
        number = self.given.setdefault(request.key, f"{self.prefix}-{len(self.given) + 1:04}")
        if self.lost:
            self.lost = False
            raise TimeoutError("the answer was lost")
        return number


@pytest.fixture
def permits():
    return Registry("NAS")


@pytest.fixture
def receipts():
    return Registry("TT")


@pytest.fixture
def kit(permits, receipts):
    return sample_office(number_sources={REGISTER: permits, RECEIPTS: receipts})


def approved(kit):
    case = kit.submit("warung")
    kit.review(case.id)
    return case.id


def test_receipts_and_permits_bear_the_numbers_of_the_registry(kit):
    """The office's own registers count them, with the number as it was given."""
    permit = kit.permit("warung")
    case = kit.office.applications.get(permit.application_id, actor=HOST)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = [(item.sequence, item.number) for item in work.numbers.book(REGISTER, permit.issued_on.year)]

    assert ("NAS-0001", "TT-0001") == (permit.number, case.receipt_number)
    assert "NAS-0001" in [number for _, number in book]


def test_a_registry_that_does_not_answer_keeps_the_draft_a_draft(kit, receipts):
    """Nothing is written, and the next try succeeds."""
    receipts.fault = ConnectionError("down")
    draft = kit.draft("warung").id
    kit.fill(draft)
    with raises_code("number-source"):
        kit.hand_in(draft)
    assert ApplicationState.DRAFT is kit.office.applications.get(draft, actor=APPLICANT).state
    receipts.fault = None

    assert "TT-0001" == kit.hand_in(draft).receipt_number


def test_a_registry_that_does_not_answer_keeps_the_permit_waiting(kit, permits):
    """Approved, without a number; no place in the own register is lost."""
    permits.fault = ConnectionError("down")
    case = approved(kit)
    with raises_code("number-source"):
        kit.issue(case)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        assert work.numbers.last(REGISTER, kit.clock().year) is None
    permits.fault = None

    assert "NAS-0001" == kit.issue(case).number


def test_an_answer_that_was_lost_leaves_no_gap(kit, permits):
    """The same key brings the same number again."""
    permits.lost = True
    case = approved(kit)
    with raises_code("number-source"):
        kit.issue(case)

    assert "NAS-0001" == kit.issue(case).number
    assert 1 == len(permits.given)


def test_a_number_whose_use_failed_is_used_by_the_next_try(kit, permits, monkeypatch):
    """It is noted before the unit of work that writes the permit."""
    from perizinan_core.services import _numbering

    case = approved(kit)
    real = _numbering.register_number
    monkeypatch.setattr(_numbering, "take_reserved", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        kit.issue(case)
    monkeypatch.undo()
    permits.fault = ConnectionError("down")

    assert real is _numbering.register_number
    assert "NAS-0001" == kit.issue(case).number


def test_two_permits_have_two_numbers(kit):
    """Each by its own key."""
    assert ["NAS-0001", "NAS-0002"] == [kit.permit("warung").number for _ in range(2)]


@pytest.mark.parametrize("answer", ["", "  ", None, 17, "x" * 121, "NAS\n1"])
def test_what_is_not_a_number_is_not_used(kit, permits, answer):
    """Letters print it as it stands."""
    permits.reserve = lambda _request: answer
    case = approved(kit)
    with raises_code("number-source"):
        kit.issue(case)


def test_a_number_that_the_registry_gives_twice_is_refused(kit, permits):
    """Its promise is broken: no second permit bears the number."""
    permits.reserve = lambda _request: "NAS-0001"
    kit.permit("warung")
    case = approved(kit)
    with raises_code("number-source") as told:
        kit.issue(case)

    assert "given-twice" == told.value.reason


def test_a_registry_that_was_put_right_is_asked_again(kit, permits):
    """A number that another case bears is not kept for ever: the same key may bring another one now."""
    asked = []
    permits.reserve = lambda request: asked.append(request.key) or "NAS-0001"
    kit.permit("warung")
    case = approved(kit)
    with raises_code("number-source"):
        kit.issue(case)
    permits.reserve = lambda request: asked.append(request.key) or "NAS-0002"

    assert "NAS-0002" == kit.issue(case).number
    assert asked[1] == asked[2]


def left_over(kit):
    return [
        (item.fields["register"], item.fields["number"], item.fields["case"])
        for item in examine(kit.office, quick=True)
        if "number-left-over" == item.code
    ]


def use_fails(kit, step, monkeypatch):
    from perizinan_core.services import _numbering

    monkeypatch.setattr(_numbering, "take_reserved", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        step()
    monkeypatch.undo()


def test_a_number_that_waits_for_its_case_is_not_left_over(kit, monkeypatch):
    """The next try uses it."""
    case = approved(kit)
    use_fails(kit, lambda: kit.issue(case), monkeypatch)

    assert [] == left_over(kit)


def test_a_number_of_a_draft_that_was_discarded_is_named_by_the_doctor(kit, monkeypatch):
    """The registry has it as given; only a person can report that it is not used."""
    draft = kit.draft("warung").id
    kit.fill(draft)
    use_fails(kit, lambda: kit.hand_in(draft), monkeypatch)
    kit.office.applications.discard(draft, actor=APPLICANT)

    assert [(RECEIPTS, "TT-0001", draft)] == left_over(kit)


def test_a_number_of_a_case_that_was_withdrawn_is_named_by_the_doctor(kit, monkeypatch):
    """After approval, and before the permit was written."""
    case = approved(kit)
    use_fails(kit, lambda: kit.issue(case), monkeypatch)
    kit.office.applications.withdraw(case, actor=APPLICANT, reason="tidak jadi")

    assert [(REGISTER, "NAS-0001", case)] == left_over(kit)

"""What waits for the signature."""

from __future__ import annotations

from perizinan_core.model import ApplicationState


def _approved(portal, *types):
    cases = []
    for kind in types:
        case = portal.office.submit(kind)
        portal.office.review(case.id)
        cases.append(case.id)
    return cases


def _state(portal, case):
    return portal.office.office.applications.get(case, actor=portal.office.officer("kepala")).state


def test_one_press_signs_every_letter_that_was_chosen(portal):
    """Those that were not chosen stay."""
    first, second, third = _approved(portal, "warung", "warung", "warung")
    head = portal.visitor("kepala")
    form = head.open("/pimpinan").form("pimpinan")
    form.values["case"] = [first, third]
    assert "The letters are signed." in form.send().text
    assert [ApplicationState.ISSUED, ApplicationState.APPROVED, ApplicationState.ISSUED] == [
        _state(portal, case) for case in (first, second, third)
    ]


def test_nothing_chosen_is_an_error_that_says_so(portal):
    """And signs nothing."""
    (case,) = _approved(portal, "warung")
    page = portal.visitor("kepala").open("/pimpinan").form("pimpinan").send()
    assert ["Choose at least one letter"] == page.errors
    assert ApplicationState.APPROVED is _state(portal, case)


def test_what_could_not_be_signed_stays_and_says_why_beside_what_was(portal):
    """A made-up id among those that were chosen."""
    (case,) = _approved(portal, "warung")
    form = portal.visitor("kepala").open("/pimpinan").form("pimpinan")
    form.values["case"] = [case, "01a22d21-0000-7000-8000-000000000000"]
    page = form.send()
    assert "1 letters could not be signed" in page.text
    assert ApplicationState.ISSUED is _state(portal, case)


def test_the_letter_is_looked_at_before_it_is_signed(portal):
    """A PDF without a number, and the case is as it was."""
    (case,) = _approved(portal, "warung")
    letter = portal.visitor("kepala").open(f"/pimpinan/surat/{case}")
    assert letter.content.startswith(b"%PDF")
    assert ApplicationState.APPROVED is _state(portal, case)


def test_the_page_is_not_there_for_a_clerk(portal):
    """Nor for applicants."""
    assert [404, 404] == [portal.visitor(who).open("/pimpinan").status for who in ("loket-1", "sekar")]

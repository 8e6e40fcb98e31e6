"""Where the work sticks, for those who answer for it."""

from __future__ import annotations

import re

from perizinan_core.model import ComplaintKind


def test_a_head_sees_what_waits_what_is_late_and_what_was_promised(portal):
    """Each with the way to its case (friction 22)."""
    office = portal.office
    case = office.submit("warung")
    filed = office.office.complaints.file(ComplaintKind.SERVICE, "Lama sekali")
    office.clock.forward(days=70)
    page = portal.visitor("pimpinan").open("/pimpinan/keadaan")

    assert case.receipt_number in page.links
    assert "70 days" in page.text
    assert filed.number in page.links
    assert page.click(case.receipt_number).status == 200


def test_the_picture_of_the_backlog_has_its_numbers_in_words_and_in_a_table(portal):
    """For those who do not see it."""
    portal.office.submit("warung")
    page = portal.visitor("kepala").open("/pimpinan/keadaan")
    told = re.search(r'<desc id="ages-about">(.*?)</desc>', page.html, re.DOTALL)[1]

    assert 'role="img"' in page.html
    assert 6 == told.count(" of them late")
    assert "≥ 60" in page.text


def test_heads_of_sections_supervisors_and_auditors_see_it_and_no_clerk(portal):
    """Everyone counts what they may read."""
    assert [200, 200, 200, 404, 404] == [
        portal.visitor(who).open("/pimpinan/keadaan").status
        for who in ("kasi", "supervisor", "auditor", "loket-1", "admin")
    ]

"""What people write: bounded, visible, in one normal form, before anything of it is kept."""

from __future__ import annotations

import pytest

from perizinan_core.errors.texts import FormDataError
from perizinan_core.testing.offices import APPLICANT, FORMS, HOST


def test_a_form_of_one_megabyte_is_refused_before_it_is_kept(any_kit):
    """When a draft begins and when it is saved; the draft stays as it was."""
    huge = {f"asing{number}": "x" * 20 for number in range(45_000)}
    case = any_kit.draft()
    with pytest.raises(FormDataError):
        any_kit.draft(form=huge)
    with pytest.raises(FormDataError):
        any_kit.office.applications.save(case.id, actor=APPLICANT, form=huge)

    assert FORMS["warung"] == any_kit.office.applications.get(case.id, actor=HOST).form

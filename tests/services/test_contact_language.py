"""The language in which the applicant's side is written to: its own, where it said so, else the office's."""

from __future__ import annotations

import pytest

from perizinan_core.errors.services import NotFoundError
from perizinan_core.model import Actor, ActorKind
from perizinan_core.testing import APPLICANT, sample_applicant
from perizinan_core.testing._offices import FORMS
from perizinan_core.testing._refusals import raises_code

STRANGER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)


def _subjects(kit):
    """Let everything go out, and return the subjects of all mails so far."""
    kit.office.worker.run_once()
    return [mail.subject for mail in kit.mail.sent.values()]


def test_mails_about_a_case_come_in_the_language_of_its_applicant(any_kit):
    """From the first one on; changed later, also while the office works on it, it holds for those that follow."""
    applications = any_kit.office.applications
    english = applications.start(
        "warung", applicant=sample_applicant(), form=FORMS["warung"], language="en", actor=APPLICANT
    ).id
    silent = applications.start(
        "warung", applicant=sample_applicant(), form=FORMS["warung"], actor=APPLICANT
    ).id
    for case in (english, silent):
        any_kit.fill(case)
        any_kit.hand_in(case)
    first = _subjects(any_kit)
    applications.write_in(english, "id", actor=APPLICANT)
    applications.withdraw(english, actor=APPLICANT)
    (later,) = _subjects(any_kit)[len(first) :]

    assert [True, False] == [subject.startswith("Application received") for subject in first]
    assert not later.startswith("Application")
    assert ("id", None) == tuple(applications.get(one, actor=APPLICANT).language for one in (english, silent))


def test_another_language_and_another_person_are_refused(kit):
    """Only the applicant's side says it, and only a language that messages are written in."""
    case = kit.draft("warung").id
    with raises_code("argument"):
        kit.office.applications.write_in(case, "fr", actor=APPLICANT)
    with raises_code("argument"):
        kit.office.applications.start("warung", applicant=sample_applicant(), language="fr", actor=APPLICANT)
    with pytest.raises(NotFoundError):
        kit.office.applications.write_in(case, "en", actor=STRANGER)

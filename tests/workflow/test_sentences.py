"""Every refusal can be read by a clerk, in both languages."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import perizinan_core
from perizinan_core.errors import _words as labels
from perizinan_core.errors import workflow as errors
from perizinan_core.model._actor import ActorKind, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import StageOutcome, StageStatus
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._permit import PermitStatus
from perizinan_core.workflow import Action
from perizinan_core.workflow._duties import Duty

ROOT = Path(perizinan_core.__path__[0])
CATALOGUE = ROOT / "locale" / "id" / "LC_MESSAGES" / "workflow.po"


def _msgids():
    """Collect the sentences that this room marks with N_ or gives to `translate`."""
    errors_of = ROOT / "errors"
    errors = [
        errors_of / "workflow.py",
        errors_of / "_words.py",
        errors_of / "_problems.py",
        *(errors_of / "_workflow_codes").glob("*.py"),
    ]
    files = [*errors, *(ROOT / "workflow").glob("*.py")]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                yield ast.literal_eval(node.args[0])


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (labels.ACTIONS, Action),
        (labels.STATES, ApplicationState),
        (labels.ROLES, Role),
        (labels.ACTOR_KINDS, ActorKind),
        (labels.OUTCOMES, StageOutcome),
        (labels.STAGE_STATUSES, StageStatus),
        (labels.PERMIT_STATUSES, PermitStatus),
        (labels.KINDS, [*ApplicationKind, *ApplicantKind]),
        (labels.DUTIES, [*[duty.value for duty in Duty], "separated"]),
    ],
)
def test_every_code_has_words(words, values):
    """A clerk never reads an internal name."""
    assert {str(value) for value in values} == set(words)


def test_every_sentence_of_the_room_is_translated():
    """The catalogue holds each msgid with the same placeholders, and nothing that is gone."""
    with CATALOGUE.open("rb") as file:
        catalogue = {entry.id: entry.string for entry in read_po(file) if entry.id}
    used = set(_msgids())

    assert used == set(catalogue)
    for sentence, translated in catalogue.items():
        assert translated
        assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", translated)), sentence


def test_the_compiled_catalogue_is_the_written_one():
    """A .mo that was not compiled again would show old sentences."""
    with CATALOGUE.open("rb") as file, CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        written = {entry.id: entry.string for entry in read_po(file) if entry.id}
        machine = gettext.GNUTranslations(compiled)

    assert written == {sentence: machine.gettext(sentence) for sentence in written}


def test_a_refusal_names_roles_and_actions_in_words(desk):
    """Not ``office_head`` but the head of office, and nothing missing where a list is empty."""
    error = errors.WorkflowError(
        "not-allowed", action="approve", actor="ani", kinds=("officer",), roles=("office_head",)
    )

    assert "ani may not approve the application" in str(error)
    assert "head of office" in str(error)
    assert "kepala dinas" in error.message("id")

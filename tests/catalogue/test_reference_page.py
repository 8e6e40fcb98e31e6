"""The reference page is complete, and what it shows runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from perizinan_core import catalogue
from perizinan_core.catalogue._expressions._declarations import BASE_NAMES, FUNCTIONS
from perizinan_core.catalogue._scenarios import (
    APPLICANT_KEYS,
    EXPECT_KEYS,
    GIVEN_KEYS,
    PREVIOUS_KEYS,
    STATES,
    STEPS,
)
from perizinan_core.model import _authority as authority
from perizinan_core.model import _fees as fees
from perizinan_core.model import _letter_rule as letter_rule
from perizinan_core.model import _permit_type as permit_type
from perizinan_core.model import _requirement as requirement
from perizinan_core.model import _stage as stage
from perizinan_core.model import _validity as validity
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind, OwningSystem, PermitKind

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "catalogue-format.md").read_text("utf-8")
CLASSES = [
    *(permit_type.PermitType, permit_type.ServiceStandard, requirement.Requirement, requirement.Prerequisite),
    *(stage.Stage, stage.TimeLimit, fees.FeeRule, fees.FeeComponent, fees.BillTerms, fees.TariffTable),
    *(validity.ValidityCase, validity.ValidityRule, validity.RenewalRule, validity.Obligation),
    *(letter_rule.LetterRule, authority.Authority, authority.Unit, authority.Position, authority.Delegation),
    *(authority.NumberRegister, authority.Letterhead, authority.ArchiveClass, authority.ContactChannel),
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_key_is_described(kind: Any) -> None:
    """A field that somebody adds to the model must come into the page."""
    names = {"tests" if field.name == "scenarios" else field.name for field in attrs.fields(kind)}

    assert [] == sorted(name for name in names if not re.search(rf"\b{name}\b", PAGE))


@pytest.mark.parametrize(
    "words",
    [
        sorted({name for name, _, _ in FUNCTIONS} - {"given_value"}),
        sorted({name.partition(".")[2] or name for name in BASE_NAMES}),
        [*GIVEN_KEYS, *APPLICANT_KEYS, *PREVIOUS_KEYS, *EXPECT_KEYS, *STATES, *STEPS],
        [item.value for kind in (PermitKind, ApplicantKind, ApplicationKind, OwningSystem) for item in kind],
        [
            item.value
            for kind in (stage.StageKind, stage.SilencePolicy, validity.ValidityKind)
            for item in kind
        ],
        [item.value for kind in (fees.FeeKind, fees.RoundingMode, letter_rule.LetterForm) for item in kind],
    ],
    ids=["functions", "names", "examples", "kinds", "stages", "fees"],
)
def test_every_word_is_described(words: list[str]) -> None:
    """Functions, names and words that the files may use."""
    assert [] == [word for word in words if not re.search(rf"\b{word}\b", PAGE)]


def test_the_python_example_runs(
    files: dict[str, str],
    write: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a developer would paste it, beside the folder of the page."""
    folder = write(files)
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "kota-contoh")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    exec(compile(code, "catalogue-format.md", "exec"), {})


def test_the_public_names_are_there_and_described() -> None:
    """``__all__`` holds what exists; functions are on the page."""
    names = catalogue.__all__
    functions = [name for name in names if name.islower()]

    assert sorted(names) == names
    assert all(hasattr(catalogue, name) for name in names)
    assert [] == [name for name in functions if name not in PAGE and name != "describe_period"]

"""The kit catches every one of the broken plugins in mutants.py and more_mutants.py."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

import pytest

from tests.kit import more_mutants, mutants

FILES = (mutants, more_mutants)
CLASSES = {name: kind for file in FILES for name, kind in vars(file).items() if name.startswith("Test")}
SOUND = sorted(name for name in CLASSES if name.startswith("TestSound"))
MUTANTS = sorted(CLASSES.keys() - set(SOUND))


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """Run what has to catch each mutant, and all that the sound ones have to pass; return what failed, by class."""
    report = tmp_path_factory.mktemp("mutants") / "report.xml"
    wanted = [
        f"{file.__file__}::{name}" + ("" if name in SOUND else f"::{CLASSES[name].caught_by}")
        for file in FILES
        for name in vars(file)
        if name in CLASSES
    ]
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no"),
            *("-W", "ignore", f"--junitxml={report}", *wanted),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    failed = defaultdict(set)
    for case in ET.parse(report).getroot().iter("testcase"):
        kind = case.attrib["classname"].rpartition(".")[2]
        failed[kind] |= {case.attrib["name"]} if case.find("failure") is not None else set()
        # A mutant that cannot even be opened would prove nothing.
        assert case.find("error") is None, case.attrib
    return failed


def test_there_are_more_than_twenty_of_them(failures):
    """Of every kind of plugin, and every one of them was run."""
    assert len(MUTANTS) > 20
    assert {*MUTANTS, *SOUND} == set(failures)


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(failures, name):
    """By the test of the promise that it breaks."""
    assert CLASSES[name].caught_by in {test.partition("[")[0] for test in failures[name]}


@pytest.mark.parametrize("name", SOUND)
def test_what_the_mutants_are_made_of_passes(failures, name):
    """So that it is the fault that is caught."""
    assert set() == failures[name]

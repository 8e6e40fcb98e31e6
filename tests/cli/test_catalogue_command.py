"""``perizinan catalogue``: check, list and show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from perizinan_core.catalogue import Catalogue
from perizinan_core.cli._catalogue import RUN_SCENARIOS, catalogue_group
from perizinan_core.model._permit_type import PermitType, Scenario

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "catalogue-format.md"
STREET = "permits/street-use.yaml"
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example of the reference page, written out."""
    examples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL)
    for name, text in examples:
        path = tmp_path / "contoh" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "contoh"


@pytest.fixture
def run() -> Run:
    def call(*arguments: object, **context: object) -> Result:
        return CliRunner().invoke(
            catalogue_group, [str(item) for item in arguments], obj=context, env={"COLUMNS": "100"}
        )

    return call


def break_it(folder: Path) -> None:
    path = folder / STREET
    path.write_text(path.read_text("utf-8").replace("form.luas *", "form.luaz *"), "utf-8")


def test_a_sound_catalogue_exits_with_0_and_lists_what_is_assumed(folder: Path, run: Run) -> None:
    """The office sees which values it must confirm."""
    result = run("check", folder)

    assert 0 == result.exit_code
    assert "harus dipastikan: seluruh isi contoh ini dibuat-buat" in result.output
    assert "1 versi jenis izin, 0 masalah, 0 peringatan, 3 nilai yang harus dipastikan" in result.output
    assert "1 contoh tidak dijalankan" in result.output


def test_problems_exit_with_1_and_name_file_line_and_remedy(folder: Path, run: Run) -> None:
    """One line for each problem, however narrow the terminal is."""
    break_it(folder)
    result = run("check", folder, "--language", "en")
    lines = [line for line in result.output.splitlines() if line.startswith("✗ permits/")]

    assert 1 == result.exit_code
    assert re.fullmatch(
        r"✗ permits/street-use\.yaml:[0-9]+ \$\.fee\.components\[0\]\.formula .*did you mean 'luas'\?; correct it",
        lines[0],
    )


def test_json_says_the_same(folder: Path, run: Run) -> None:
    """One object for each catalogue, for editors and builds."""
    sound = json.loads(run("check", folder, "--json").output)
    break_it(folder)
    broken = json.loads(run("check", folder, "--json", "--language", "en").output)

    assert (True, 1, []) == (sound["ok"], sound["permit_types"], sound["problems"])
    assert (False, "expression", STREET) == (
        broken["ok"],
        broken["problems"][0]["code"],
        broken["problems"][0]["file"],
    )


def test_several_catalogues_are_checked_and_one_bad_one_fails_all(
    folder: Path, run: Run, tmp_path: Path
) -> None:
    """The exit code speaks for all paths."""
    empty = tmp_path / "kosong"
    empty.mkdir()
    result = run("check", folder, empty)

    assert 1 == result.exit_code
    assert "contoh" in result.output
    assert "kosong" in result.output


def test_scenarios_run_when_the_wiring_passes_a_runner(folder: Path, run: Run) -> None:
    """A failing example is a problem; a passing one is counted."""

    def fails(_catalogue: Catalogue, _type: PermitType, _scenario: Scenario) -> list[str]:
        return ["fee: 1"]

    passed = run("check", folder, **{RUN_SCENARIOS: lambda *_: []})
    failed = run("check", folder, **{RUN_SCENARIOS: fails})

    assert (0, 1) == (passed.exit_code, failed.exit_code)
    assert "1 contoh dijalankan" in passed.output
    assert "$.tests[0]" in failed.output


def test_list_shows_every_version(folder: Path, run: Run) -> None:
    """Code, version, name, span of days."""
    result = run("list", folder, "--language", "en")

    assert 0 == result.exit_code
    assert "pemakaian-jalan" in result.output
    assert "Temporary street use permit" in result.output
    assert "1 January 2026 – …" in result.output


def test_show_is_a_page_with_all_fourteen_components(folder: Path, run: Run) -> None:
    """Requirements, steps, time, fee and the rest, with sources."""
    result = run("show", folder, "pemakaian-jalan")

    assert 0 == result.exit_code
    assert [str(number) for number in range(1, 15)] == re.findall(r"^ ?(\d+)\. ", result.output, re.MULTILINE)
    for text in ("Izin Penggunaan Sementara Jalan", "KTP", "Rekomendasi teknis", "Paling lama 5 hari kerja"):
        assert text in result.output
    assert 14 <= result.output.count("↳ Perwali contoh")


def test_show_takes_the_language_of_the_context_and_a_day(folder: Path, run: Run) -> None:
    """``perizinan --language en catalogue show`` speaks English; a day without version is an error."""
    result = run("show", folder, "pemakaian-jalan", "--on", "2026-03-01", language="en")

    assert "Temporary street use permit" in result.output
    assert (
        "no-version-in-force" == run("show", folder, "pemakaian-jalan", "--on", "2020-01-01").exception.code
    )


def test_an_unknown_code_names_the_nearest(folder: Path, run: Run) -> None:
    """The typed error reaches the command line's own handler."""
    error = run("show", folder, "pemakaian-jalann").exception

    assert "permit-type-not-found" == error.code
    assert ("pemakaian-jalan",) == error.nearest


def test_text_of_a_catalogue_is_no_markup(folder: Path, run: Run) -> None:
    """Square brackets of a plugin's text are printed as they are."""
    path = folder / STREET
    path.write_text(path.read_text("utf-8").replace("label: KTP", "label: 'KTP [bold]asli[/]'"), "utf-8")

    assert "KTP [bold]asli[/]" in run("show", folder, "pemakaian-jalan").output


def test_a_missing_path_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    """Exit code 2, as for every wrong use."""
    assert 2 == run("check", tmp_path / "missing").exit_code

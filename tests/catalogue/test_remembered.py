"""A catalogue that passed is not checked again; everything else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perizinan_core.catalogue import _loading as loading
from perizinan_core.catalogue import load_catalogue
from perizinan_core.catalogue._remembered import remembering
from perizinan_core.errors.catalogue import InvalidCatalogueError

Write = Callable[[dict[str, str]], Path]
STREET = "permits/street-use.yaml"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a catalogue was checked; the checks are the real ones."""
    counted: list[int] = []
    check = loading.check_files

    def counting(*given: object) -> None:
        counted.append(1)
        check(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "check_files", counting)
    return counted


def test_a_catalogue_that_passed_is_not_checked_again(
    files: dict[str, str], write: Write, tmp_path: Path, checks: list[int]
) -> None:
    """The second opening reads the same files and has the same catalogue."""
    folder, place = write(files), tmp_path / "checked"
    with remembering(place):
        first, second = load_catalogue(folder), load_catalogue(folder)

    assert first == second
    assert [1] == checks


def test_a_changed_file_is_checked_and_refused(files: dict[str, str], write: Write, tmp_path: Path) -> None:
    """What passed were other files."""
    with remembering(tmp_path / "checked"):
        load_catalogue(write(files))
        files[STREET] = files[STREET].replace(
            "not_required_when: form.sosial", "not_required_when: form.lain", 1
        )
        with pytest.raises(InvalidCatalogueError):
            load_catalogue(write(files))
        with pytest.raises(InvalidCatalogueError):
            load_catalogue(write(files))


def test_without_a_place_every_loading_checks(files: dict[str, str], write: Write, checks: list[int]) -> None:
    """Those who load a catalogue by themselves have nothing written anywhere."""
    folder = write(files)
    load_catalogue(folder), load_catalogue(folder)

    assert [1, 1] == checks


@pytest.mark.parametrize("damage", ["other text", "folder", "missing folder"])
def test_a_place_that_is_of_no_use_leads_to_the_check(
    files: dict[str, str], write: Write, tmp_path: Path, checks: list[int], damage: str
) -> None:
    """A damaged file, one that cannot be read, or one that cannot be written."""
    place = tmp_path / "checked"
    if damage == "other text":
        place.write_bytes(b"\xff" * 1000)
    elif damage == "folder":
        place.mkdir()
    else:
        place = tmp_path / "none" / "checked"
    with remembering(place):
        assert load_catalogue(write(files)).permit_types

    assert [1] == checks

"""A new catalogue, from the comparison to the office that works by it: who puts it in place, and what cases keep."""

import shutil
from datetime import timedelta

import attrs
import pytest

from perizinan_core.bootstrap import Office
from perizinan_core.catalogue import load_catalogue
from perizinan_core.hooks import hookimpl
from perizinan_core.hooks._types import AuthorityEntry
from perizinan_core.testing._offices import HOST, SAMPLE, sample_pack

SLUG = "kabupaten-contoh"
(FILE,) = (path.name for path in (SAMPLE / "permits").glob("*warung*"))


@pytest.fixture
def office(new_folder, url_of):
    """An office with an open case, and its catalogue of today as a folder that can be changed."""
    made = new_folder("office")
    made.write_settings(url_of("sqlite"))
    made.run("migrate")
    with made.open() as opened:
        case = made.kit(opened).submit("warung")
        day = opened.today()
    folder = made.folder / "new"
    shutil.copytree(SAMPLE, folder)
    return made, folder, case, day


def change(folder, *pairs, to=None):
    """Write the file of the stall permit again, with other words in some places."""
    path = folder / "permits" / FILE
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (path if to is None else path.with_name(to)).write_text(text, encoding="utf-8")


def installed(made, folder):
    """Open the office with the package installed whose catalogue is in the folder."""

    class NewPackage:
        perizinan_api = 1

        @hookimpl
        def register_authorities(self):
            pack = attrs.evolve(sample_pack(), catalogue=load_catalogue(folder))
            return [AuthorityEntry(slug=SLUG, load=lambda: pack)]

    return Office.open(made.settings, plugins={"contoh-2": NewPackage()}, discover=False)


def test_a_new_version_is_compared_put_in_place_and_leaves_running_cases_as_they_are(office):
    """The command says what it changes; opened with it, new applications follow it, and the page says since when."""
    made, folder, case, day = office
    longer = ("limit: 5 working_days", "limit: 9 working_days")
    change(folder, longer, ('"2026.1"', '"2026.2"'), ("2025-01-01 ..", f"{day} .."), to="warung-2026-2.yaml")
    change(folder, ("2025-01-01 ..", f"2025-01-01 .. {day - timedelta(days=1)}"))
    told = made.run("catalogue", "compare", str(folder))
    with installed(made, folder) as opened:
        old = opened.applications.get(case.id, actor=HOST)
        new = made.kit(opened, staff=False).submit("warung")
        in_place = opened.versions.in_place(actor=HOST)
        noted = [one.act.code for one in opened.audit.search(actor=HOST).items]
        keeps = opened._context.permit_type_of(old).time_limit.limit.value
        follows = opened._context.permit_type_of(new).time_limit.limit.value

    assert "warung: 2026.1 → 2026.2; 1 open cases keep 2026.1" in told
    assert "It can be put in place" in told
    assert ("2026.1", "2026.2") == (old.permit_type_version, new.permit_type_version)
    assert (5, 9) == (keeps, follows)
    assert ("contoh-2", ()) == (in_place.package, in_place.changed)
    assert in_place.before.startswith(("sample", "kabupaten"))
    assert in_place.since.date() == day
    assert "catalogue_changed" in noted


def test_a_catalogue_without_the_version_that_a_case_keeps_is_not_put_in_place(office):
    """The command refuses it by its exit code; where someone installs it all the same, the doctor names the version."""
    made, folder, _, _ = office
    change(folder, ('"2026.1"', '"2026.2"'))
    told = made.run("catalogue", "compare", str(folder), code=1)
    with installed(made, folder) as opened:
        found = {one.finding.code: one for one in opened.health.findings(actor=HOST)}

    assert "warung 2026.1 is missing, and cases on record keep it (1 of them open)" in told
    assert "must not be put in place" in told
    assert "2026.1" in found["catalogue-version-lost"].finding.message("en")


def test_rules_that_change_under_the_same_name_are_named_before_and_after(office):
    """A case keeps the name of its version: with other rules behind it, the case would be judged by them."""
    made, folder, _, _ = office
    change(folder, ("limit: 5 working_days", "limit: 9 working_days"))
    told = made.run("catalogue", "compare", str(folder), code=1)
    with installed(made, folder) as opened:
        found = {one.finding.code for one in opened.health.findings(actor=HOST)}
        changed = opened.versions.in_place(actor=HOST).changed
    with installed(made, SAMPLE) as opened:
        back = opened.versions.in_place(actor=HOST).changed

    assert "change under the same name" in told
    assert "catalogue-rules-changed" in found
    assert ("warung 2026.1",) == changed == back


def test_the_same_catalogue_is_noted_once(office):
    """Opening again, or another process, is not a change."""
    made, _, _, _ = office
    with made.open() as first, made.open() as second:
        one, other = (opened.versions.in_place(actor=HOST) for opened in (first, second))
        events = [item.act.code for item in first.audit.search(actor=HOST).items]

    assert one == other
    assert "catalogue_changed" not in events

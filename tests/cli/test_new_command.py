"""``perizinan new``: what it makes is green at once, and hostile words are refused before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from perizinan_core import testing
from perizinan_core.catalogue import check_catalogue
from perizinan_core.cli import cli
from perizinan_core.cli._new._writing import KINDS, NewAuthority, NewPlugin, write_all
from perizinan_core.testing._refusals import raises_code

TODAY = datetime.now(UTC).date()
AUTHORITY = NewAuthority(
    slug="kota-baru", name="Pemerintah Kota Baru", region="35.72", time_zone="WIB", today=TODAY
)
PLANS = {
    "kota-baru": AUTHORITY,
    **{f"uji-{kind}": NewPlugin(slug=f"uji-{kind}", kind=kind) for kind in KINDS},
}

SUITES = {
    "ApplicantCheckSuite": "uji-applicant-check",
    "AuthoritySuite": "kota-baru",
    "DigestSignerSuite": "uji-signer",
    "DocumentStoreSuite": "uji-document-store",
    "EventConsumerSuite": "uji-event-consumer",
    "FrontendSuite": "uji-frontend",
    "NotificationChannelSuite": "uji-channel",
    "NumberSourceSuite": "uji-number-source",
    "PaymentProviderSuite": "uji-payment-provider",
    "RendererSuite": "uji-renderer",
    "SubmissionCheckSuite": "uji-submission-check",
    "TablesSuite": "uji-tables",
    "UploadScannerSuite": "uji-scanner",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One of each kind."""
    folder = tmp_path_factory.mktemp("new")
    for slug, plan in PLANS.items():
        write_all(plan, folder / slug)
    return folder


def test_the_tests_of_one_of_each_kind_are_green_at_once(made):
    """As their authors would run them, but all in one go, without installing them and without PostgreSQL."""
    paths = os.pathsep.join(str(made / slug / "src") for slug in PLANS)
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-W", "error"),
            # tests/kit has tables on PostgreSQL; scripts/test_wheels.py runs all that is made, whole.
            *("-k", "not postgresql", "--import-mode=importlib", f"--rootdir={made}", str(made)),
        ],
        cwd=made,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == result.returncode, result.stdout[-3000:]
    assert " skipped" not in result.stdout


@pytest.mark.parametrize("slug", PLANS)
def test_what_is_made_is_a_project(made, slug):
    """With an entry point, a licence, a README and a CI file, and without a word of another plugin."""
    folder = made / slug
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    package = f"perizinan_{slug.replace('-', '_')}"

    assert f"perizinan-{slug}" == project["project"]["name"]
    assert {slug: f"{package}._plugin"} == project["project"]["entry-points"]["perizinan_core.plugins"]
    assert "Apache License" in (folder / "LICENSE").read_text()
    assert (folder / ".github" / "workflows" / "test.yml").is_file()
    assert (folder / "src" / package / "py.typed").is_file()
    for path in (item for item in folder.rglob("*") if item.is_file() and item.suffix != ".pyc"):
        assert "$slug" not in path.read_text()


def test_a_third_authority_needs_nothing_but_its_data(made):
    """Its catalogue is sound; every value that was made up is marked."""
    report = check_catalogue(made / "kota-baru" / "src" / "perizinan_kota_baru" / "data")

    assert () == report.problems
    assert report.assumed


@pytest.mark.parametrize(("suite", "slug"), SUITES.items())
def test_what_is_made_inherits_the_suite_of_its_kind(made, suite, slug):
    """So its author sees at once what the core relies on."""
    assert f"({suite}):" in (made / slug / "tests" / "test_plugin.py").read_text()


def test_no_suite_of_the_kit_is_left_out():
    """
    Services that sign whole PDFs and queues of work differ too much to begin with one; record stores have a kit of
    their own, and that a store can be sealed is a suite more for one that works already.
    """
    suites = {name for name in testing.__all__ if name.endswith("Suite")}

    assert set(SUITES) == suites - {"DocumentSignerSuite", "SealableStoreSuite", "WorkQueueSuite"}


@pytest.mark.parametrize(
    ("slug", "name"), [("buku-tamu", "bukutamu"), ("catatan-pemeriksaan-lapangan", "catatanpemeriksaanla")]
)
def test_tables_have_a_name_that_the_office_takes(tmp_path, slug, name):
    """Without hyphens, and short enough, in the code, in its migration and in the manifest."""
    write_all(NewPlugin(slug=slug, kind="tables"), tmp_path / "new")
    package = tmp_path / "new" / "src" / f"perizinan_{slug.replace('-', '_')}"

    assert f'NAME = "{name}"' in (package / "_plugin.py").read_text()
    assert f'table_name("{name}", ' in (package / "migrations" / "0001_notes.py").read_text()
    assert f'register_tables = ["{name}"]' in (package / "perizinan_plugin.toml").read_text()


@pytest.mark.parametrize(
    "slug", ["", "Kota Baru", "../kota", "kota_baru", "-kota", "kota--baru", "k" * 41, "kota\n"]
)
def test_a_name_that_is_none_is_refused(tmp_path, slug):
    """Before anything is written."""
    with raises_code("new-name"):
        write_all(NewPlugin(slug=slug, kind="channel"), tmp_path / "new")

    assert [] == list(tmp_path.iterdir())


def test_a_region_that_is_none_is_refused(tmp_path):
    """Before anything is written."""
    plan = NewAuthority(slug="kota-baru", name="Kota Baru", region="pisang", time_zone="WIB", today=TODAY)
    with raises_code("new-region"):
        write_all(plan, tmp_path / "new")

    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    """Nobody loses a file."""
    (tmp_path / "README.md").write_text("mine")
    with raises_code("new-folder"):
        write_all(AUTHORITY, tmp_path)

    assert ["README.md"] == [path.name for path in tmp_path.iterdir()]
    assert "mine" == (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    "name", ['Kota "Baru"', "Kota: Baru", "Kota\nBaru: [x]", "{Kota}", "Kota \\ Baru # x"]
)
def test_a_name_is_a_text_whatever_it_holds(tmp_path, name):
    """Quotes, colons and line breaks change no other value."""
    plan = NewAuthority(slug="kota-baru", name=name, region="35.72", time_zone="WIT", today=date(2026, 6, 2))
    write_all(plan, tmp_path / "new")

    assert () == check_catalogue(tmp_path / "new" / "src" / "perizinan_kota_baru" / "data").problems
    assert tomllib.loads((tmp_path / "new" / "pyproject.toml").read_text())["project"]["description"]
    compile(
        (tmp_path / "new" / "src" / "perizinan_kota_baru" / "_plugin.py").read_text(), "_plugin.py", "exec"
    )


def test_the_command_says_how_to_try_what_it_made(tmp_path):
    """In the language that was chosen."""
    folder = tmp_path / "saluran"
    result = CliRunner().invoke(
        cli, ["--language", "id", "new", "plugin", "channel", "saluran", "--folder", str(folder)]
    )

    assert 0 == result.exit_code
    assert "Ujinya langsung lulus" in " ".join(result.output.split())
    assert (folder / "src" / "perizinan_saluran" / "_plugin.py").is_file()
    again = CliRunner().invoke(cli, ["new", "plugin", "channel", "saluran", "--folder", str(folder)])
    assert 2 == again.exit_code or again.exception is not None

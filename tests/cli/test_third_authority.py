"""A third authority: made by the template, its data changed, and it issues a permit that proves itself valid."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path

import pytest

from perizinan_core.bootstrap import Office, load_plugins, migrate_database
from perizinan_core.bootstrap._settings import OfficeSettings, PluginTable, Settings, SigningSettings
from perizinan_core.cli import main
from perizinan_core.hooks import AuthorityPack
from perizinan_core.published import read_authority_document
from perizinan_core.testing._fakes import CollectingChannel, SettableClock
from perizinan_core.testing._offices import OfficeKit, staff_for
from perizinan_core.verification import Verdict, verify_permit

SLUG = "kabupaten-senja"
PACKAGE = "perizinan_kabupaten_senja"

CHANGES = {
    "authority.yaml": {
        '"{class}/{sequence:04}/{permit}/{unit}/{year}"': '"{sequence:03}.{permit}/{unit}/{month_roman}/{year}"',
        "number_code: DPMPTSP": "number_code: SENJA",
        "short_name: DPMPTSP": "short_name: Dinas Izin",
    },
    "permits/izin-contoh.yaml": {
        "code: izin-contoh": "code: keramaian",
        "Izin Kegiatan di Tempat Umum": "Izin Keramaian Malam",
        "IZIN KEGIATAN DI TEMPAT UMUM": "IZIN KERAMAIAN MALAM",
        "limit: 5 working_days": "limit: 7 working_days",
        "  - {code: denah, label: {id: Denah lokasi, en: Plan of the place}, max_pages: 5}\n": "",
    },
}
"""What the office writes instead: another number, another name, another limit, one paper less."""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    """The plugin as the template makes it, with the changes; nothing of the core is touched."""
    folder = tmp_path_factory.mktemp("third") / "plugin"
    words = ["--name", "Pemerintah Kabupaten Senja", "--region", "64.02", "--time-zone", "WITA"]
    with pytest.raises(SystemExit) as ended:
        main(["new", "authority", SLUG, *words, "--folder", str(folder)])
    assert ended.value.code == 0
    data = folder / "src" / PACKAGE / "data"
    for name, changes in CHANGES.items():
        text = (data / name).read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (data / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder / "src"))
        yield importlib.import_module(f"{PACKAGE}._plugin")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def opened(plugin, folder: Path, clock: SettableClock) -> Office:
    """Make an office of the authority in a folder, and open it."""
    settings = Settings(
        office=OfficeSettings(authority=SLUG),
        signing=SigningSettings(development=True),
        plugins=PluginTable(channels=()),
        folder=folder,
    )
    plugins = {SLUG: plugin}
    migrate_database(settings, load_plugins(discover=False, extra=plugins))
    return Office.open(settings, plugins=plugins, discover=False, clock=clock)


def test_a_third_authority_issues_a_permit_that_proves_valid_with_its_data_alone(plugin, tmp_path):
    """From `perizinan new authority` to the verdict; number, name, clock and limit are those of its data."""
    pack: AuthorityPack = plugin.load_pack()
    year = pack.catalogue.types()[0].in_force.start.year
    morning = datetime(year, 6, 3, 9, tzinfo=pack.authority.calendar.time_zone.zone)
    clock = SettableClock(morning)
    with opened(plugin, tmp_path, clock) as office:
        kit = OfficeKit(office=office, context=office._context, clock=clock, mail=CollectingChannel())
        for officer in staff_for(pack):
            kit.hire(officer)
        kit.confirm_staff()
        form = {
            "kegiatan": "Pasar Senja",
            "lokasi": "Alun-alun Senja",
            "mulai": f"{year}-06-03",
            "selesai": f"{year}-07-02",
        }
        case = kit.submit("keramaian", form=form)
        kit.review(case.id)
        permit = kit.issue(case.id, actor=kit.officer("kepala-dpmptsp"))
        pdf = office.documents.read(permit.signed_sha256, 10**7)
        document = read_authority_document(office.publication.authority_json())
        report = verify_permit(pdf, authority=document, at=office.now(), status=office.status)

    assert Verdict.VALID is report.verdict
    assert f"001.KTU/SENJA/VI/{year}" == permit.number
    assert "Pemerintah Kabupaten Senja" == str(document.name)
    assert "+08:00" == morning.isoformat()[-6:]
    assert (SLUG, "64.02") == (document.slug, document.region)

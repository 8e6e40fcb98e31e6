"""Kota Blitar and Kota Bontang in one process, on two databases or two schemas: nothing of one reaches the other."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa
from perizinan_kota_blitar import _plugin as blitar
from perizinan_kota_bontang import _plugin as bontang

from perizinan_core import Office
from perizinan_core.bootstrap import (
    OfficeSettings,
    PublicationSettings,
    Settings,
    SigningSettings,
    StorageSettings,
    load_plugins,
    migrate_database,
)
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.errors.storage import StorageError
from perizinan_core.model import Actor, ActorKind
from perizinan_core.published import NO_STATUS, read_authority_document
from perizinan_core.testing import HOST, OfficeKit, SettableClock, sample_applicant, staff_for
from perizinan_core.verification import verify_permit

CITIES = {
    "kota-blitar": (blitar, "penggunaan-jalan-trotoar-tanah", "kepala-dpmptsp"),
    "kota-bontang": (bontang, "izin-gangguan", "kepala-bppm"),
}
CITIZEN = Actor(kind=ActorKind.APPLICANT, id="warga")
"""One account that both offices know: accounts are the host's."""


@attrs.frozen
class City:
    kit: OfficeKit
    folder: Path
    permit: object
    case: object


def opened(slug, folder, database, stack):
    plugin, code, signer = CITIES[slug]
    settings = Settings(
        office=OfficeSettings(authority=slug),
        storage=StorageSettings(database=database),
        signing=SigningSettings(development=True),
        publication=PublicationSettings(folder="public"),
        folder=folder,
    )
    extra = [(slug, plugin)]
    migrate_database(settings, load_plugins(discover=False, extra=dict(extra)))
    clock = SettableClock(datetime.fromisoformat("2026-06-02T09:00+08:00"))
    office = Office.open(settings, clock=clock, plugins=dict(extra), discover=False)
    stack.callback(office.close)
    kit = OfficeKit(office=office, context=office._context, clock=clock, mail=None)
    pack = plugin.load_pack()
    for officer in staff_for(pack):
        office.reviews.add_officer(officer, actor=HOST)
    kit.confirm_staff()
    permit_type = pack.catalogue.find(code, on=datetime.fromisoformat("2026-06-02").date())
    case = kit.submit(
        code, actor=CITIZEN, applicant=sample_applicant(), form=permit_type.scenarios[0].given["form"]
    )
    kit.review(case.id)
    permit = kit.issue(case.id, actor=kit.officer(signer))
    office.worker.run_once()
    return City(kit, folder, permit, case)


@pytest.fixture(scope="module", params=["two files", "two schemas"])
def cities(request, tmp_path_factory):
    """Each city with one issued permit of the same applicant."""
    with ExitStack() as stack:
        found = {}
        base = (
            request.getfixturevalue("postgres_server").create_database()
            if "schemas" in request.param
            else None
        )
        for slug in CITIES:
            database = "sqlite:///records.sqlite3"
            if base is not None:
                schema = slug.replace("-", "_")
                engine = sa.create_engine(base)
                with engine.begin() as connection:
                    connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
                engine.dispose()
                address = sa.make_url(base).update_query_dict({"options": f"-csearch_path={schema}"})
                database = address.render_as_string(hide_password=False)
            found[slug] = opened(slug, tmp_path_factory.mktemp(slug), database, stack)
        yield found["kota-blitar"], found["kota-bontang"]


@pytest.fixture(params=[(0, 1), (1, 0)], ids=["blitar asked for bontang", "bontang asked for blitar"])
def pair(cities, request):
    """The city that is asked, and the one whose data are asked for."""
    one, other = request.param
    return cities[one], cities[other]


def test_an_unknown_case_and_permit_is_an_error_of_ours(pair):
    """Every door that takes an id refuses the other's."""
    asked, other = pair
    office, auditor = asked.kit.office, HOST
    doors = [
        lambda: office.applications.get(other.case.id, actor=auditor),
        lambda: office.applications.slots(other.case.id, actor=auditor),
        lambda: office.applications.history(other.case.id, actor=auditor),
        lambda: office.permits.get(other.permit.id, actor=auditor),
        lambda: office.permits.open_pdf(other.permit.id, actor=auditor),
        lambda: office.permits.revoke(other.permit.id, reason="x", legal_basis="x", actor=auditor),
    ]

    for door in doors:
        with pytest.raises(PerizinanError):
            door()


def test_lists_of_one_account_hold_the_cases_of_their_city_alone(pair):
    """The citizen sees one case in each."""
    asked, _other = pair
    office = asked.kit.office

    assert [asked.case.id] == [item.id for item in office.applications.of_owner(actor=CITIZEN).items]
    assert [asked.permit.id] == [item.id for item in office.permits.of_owner(actor=CITIZEN).items]


def test_no_table_of_one_holds_a_word_of_the_other(pair):
    """Ids, numbers and short names of the other are in no readable column."""
    asked, other = pair
    words = [other.case.id, other.permit.id, other.permit.number, other.kit.office.authority.slug]
    engine = asked.kit.office.storage._engine
    tables = sa.inspect(engine).get_table_names()

    assert tables
    with engine.connect() as connection:
        for table in tables:
            for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')):
                text = " ".join(map(str, row))
                assert not [word for word in words if word in text], table


def test_no_file_of_one_holds_a_word_of_the_other(pair):
    """Letters, messages, keys and published files of the other are elsewhere."""
    asked, other = pair
    words = [item.encode() for item in (other.case.id, other.permit.number, other.kit.office.authority.slug)]

    for path in (item for item in asked.folder.rglob("*") if item.is_file()):
        content = path.read_bytes()
        assert not [word for word in words if word in content], path.name


def test_each_numbers_its_own_permits_from_one(cities):
    """Two registers, two first numbers, two clocks."""
    first, second = cities

    assert "503/1/BPPM/HO/VI/2026" == second.permit.number
    assert "/0001/" in first.permit.number
    assert {"Asia/Jakarta", "Asia/Makassar"} == {
        str(city.kit.office.authority.calendar.time_zone.zone) for city in cities
    }


def test_the_permit_of_one_is_not_valid_by_the_keys_of_the_other(pair):
    """The other's letter is judged by its own document alone."""
    asked, other = pair
    with other.kit.office.permits.open_pdf(other.permit.id, actor=HOST) as file:
        pdf = file.read()

    foreign, own = (
        verify_permit(
            pdf,
            authority=read_authority_document(city.kit.office.publication.authority_json()),
            at=city.kit.clock(),
            status=NO_STATUS,
        )
        for city in (asked, other)
    )

    assert ("wrong_issuer", 12) == (foreign.verdict, foreign.exit_code)
    assert 12 != own.exit_code


def test_the_keys_of_one_do_not_open_the_records_of_the_other(pair, tmp_path):
    """An office that is given the other's key file is refused, and nothing is changed."""
    asked, other = pair
    settings = asked.kit.office.settings
    slug = asked.kit.office.authority.slug
    keys = other.folder / "keys" / "storage.json"
    wrong = attrs.evolve(settings, storage=attrs.evolve(settings.storage, keys=f"file:{keys}"))

    with pytest.raises((StorageError, BootstrapError)):
        Office.open(wrong, plugins={slug: CITIES[slug][0]}, discover=False).applications.get(
            asked.case.id, actor=HOST
        )

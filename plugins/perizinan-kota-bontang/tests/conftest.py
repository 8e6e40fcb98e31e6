"""The example authority, read once, and an office in memory that plays its permits."""

from __future__ import annotations

from functools import lru_cache

import pytest
from perizinan_kota_bontang._plugin import DATA, load_pack

from perizinan_core.catalogue import check_catalogue
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model import ApplicantKind, Officer, Organisation, Role
from perizinan_core.testing import sample_applicant, sample_office, sample_signer


@lru_cache(maxsize=1)
def read():
    """Return the check of the catalogue, made once for the whole run."""
    return check_catalogue(DATA)


@pytest.fixture(scope="session")
def report():
    return read()


@pytest.fixture(scope="session")
def authority(report):
    return report.catalogue.authority


def open_types():
    return [item for item in read().catalogue.types() if item.complete]


def staff_of(pack: AuthorityPack) -> list[Officer]:
    """Return one officer for each duty of each unit, and one for each position."""
    duties = sorted(
        {
            (stage.unit, stage.role)
            for item in pack.catalogue.types()
            if item.complete
            for stage in item.stages
        }
    )
    workers = [
        Officer(
            id=f"{unit}-{role}",
            name=f"Petugas {unit}",
            roles=frozenset({Role(role)}),
            units=frozenset({unit}),
        )
        for unit, role in duties
    ]
    heads = [
        Officer(
            id=position.code,
            name=position.title.id,
            roles=frozenset({Role.SIGNATORY}),
            units=frozenset({position.unit}),
            position=position.code,
        )
        for position in pack.authority.positions
    ]
    keeper = Officer(
        id="admin",
        name="Admin",
        roles=frozenset({Role.ADMINISTRATOR}),
        units=frozenset({pack.authority.units[0].code}),
    )
    return [keeper, *workers, *heads]


def applicant_of(kinds):
    """Return an applicant of the first of the kinds that an application may come from."""
    if ApplicantKind.PERSON in kinds:
        return sample_applicant()
    person = sample_applicant()
    return Organisation(
        name="CV Contoh Bangun",
        kind=min(kinds),
        legal_form="CV",
        address=person.address,
        responsible=person,
    )


@pytest.fixture(scope="session")
def kit():
    """An office of Kota Bontang in memory."""
    pack = load_pack()
    kit = sample_office(
        pack=pack,
        signers={item.code: sample_signer(item.code) for item in pack.authority.positions},
        staff=staff_of(pack),
        development=True,
    )
    yield kit
    kit.office.close()

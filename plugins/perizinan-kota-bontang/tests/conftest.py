"""The example authority, read once, and an office in memory that plays its permits."""

from __future__ import annotations

from functools import lru_cache

import pytest
from perizinan_kota_bontang._plugin import DATA, load_pack

from perizinan_core.catalogue import check_catalogue
from perizinan_core.model import ApplicantKind, Organisation
from perizinan_core.testing import sample_applicant, sample_office, sample_signer, staff_for


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
        staff=staff_for(pack),
        development=True,
    )
    yield kit
    kit.office.close()

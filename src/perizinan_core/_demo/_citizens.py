"""
The people of the demonstration's city, made by this script: none of them lives anywhere.

Family names are put together from syllables, mail addresses end in ``.example``, and every NIK begins with 99, which is
not a province.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import attrs

from perizinan_core.model._applicant import Address, Applicant, Organisation, Person
from perizinan_core.model._identifiers import Nik, PhoneNumber
from perizinan_core.model._kinds import ApplicantKind

__all__ = ["DISTRICTS", "Citizen", "citizens", "street"]

_WOMEN = (
    "Sekar", "Ratna", "Wulan", "Laras", "Anjani", "Kinanti", "Mayang", "Intan", "Puspita", "Dahlia", "Melati",
    "Saraswati", "Nirmala", "Arum",
)  # fmt: skip
_MEN = (
    "Bagas", "Wisnu", "Galih", "Jaka", "Panji", "Arya", "Danang", "Seno", "Rangga", "Gilang", "Surya", "Bayu",
    "Harsa", "Tirta",
)  # fmt: skip
_FIRST = (
    "Wira",
    "Kusma",
    "Pradi",
    "Sura",
    "Lesta",
    "Dara",
    "Manda",
    "Jati",
    "Brama",
    "Resta",
    "Gunta",
    "Padma",
)
_LAST = (
    "wangsari",
    "nayandra",
    "lungit",
    "tirtana",
    "rakasi",
    "pandaru",
    "gamayu",
    "sukmara",
    "dirata",
    "jenggala",
)
_FORMS = ("CV", "UD", "PT")
_TRADES = ("Pelita", "Kenanga", "Bintang", "Anggrek", "Merpati", "Cendana", "Samudra", "Rajawali")
_STREETS = (
    "Kenanga",
    "Melati",
    "Cempaka",
    "Dahlia",
    "Anggrek",
    "Flamboyan",
    "Bougenville",
    "Teratai",
    "Kamboja",
)
DISTRICTS = {"kepanjenkidul": "Kepanjenkidul", "sukorejo": "Sukorejo", "sananwetan": "Sananwetan"}
_VILLAGES = ("Contoh Kidul", "Contoh Lor", "Contoh Wetan", "Contoh Kulon")


@attrs.frozen(kw_only=True)
class Citizen:
    """Someone who applies."""

    person: Person
    business: Organisation | None
    """What the person runs, for every fourth."""

    district: str
    """Code of the district in forms."""

    village: str

    @property
    def applicant(self) -> Applicant:
        """Return who stands in an application for a business where there is one."""
        return self.business or self.person


def street(chance: Random) -> str:
    """Return a street of the city."""
    return f"Jalan {chance.choice(_STREETS)} Contoh"


def citizens(count: int, chance: Random) -> tuple[Citizen, ...]:
    """Return so many people with different names."""
    families = [first + last for first in _FIRST for last in _LAST]
    chance.shuffle(families)
    return tuple(_citizen(number, families[number % len(families)], chance) for number in range(count))


def _citizen(number: int, family: str, chance: Random) -> Citizen:
    woman = chance.random() < 0.5
    name = f"{chance.choice(_WOMEN if woman else _MEN)} {family}"
    born = date(1960, 1, 1) + timedelta(days=chance.randrange(43 * 365))
    day = born.day + 40 if woman else born.day
    district, village = chance.choice(sorted(DISTRICTS)), chance.choice(_VILLAGES)
    address = Address(
        street=f"{street(chance)} Nomor {chance.randint(1, 180)}",
        neighbourhood=f"{chance.randint(1, 9):03}/{chance.randint(1, 9):03}",
        village=village,
        district=DISTRICTS[district],
        regency="Kota Blitar",
    )
    person = Person(
        name=name,
        nik=Nik.parse(f"9972{number % 90 + 1:02}{day:02}{born:%m%y}{number + 1:04}"),
        birth_place="Contoh",
        birth_date=born,
        address=address,
        phone=PhoneNumber.parse(f"0812000{number:05}"),
        email=f"{family.casefold()}{number}@surat.example",
    )
    return Citizen(
        person=person,
        business=_business(person, chance) if number % 4 == 3 else None,
        district=district,
        village=village,
    )


def _business(person: Person, chance: Random) -> Organisation:
    form = chance.choice(_FORMS)
    family = person.name.rpartition(" ")[2]
    return Organisation(
        name=f"{form} {chance.choice(_TRADES)} {family}",
        kind=ApplicantKind.LEGAL_ENTITY if form == "PT" else ApplicantKind.BUSINESS,
        legal_form=form,
        address=person.address,
        phone=person.phone,
        email=f"kantor.{person.email}",
        responsible=person,
    )

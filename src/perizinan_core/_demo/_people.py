"""Who plays in the story. Names, numbers and addresses belong to no one."""

from __future__ import annotations

from datetime import date

from perizinan_core.model._actor import Actor, ActorKind, Officer, Role
from perizinan_core.model._applicant import Address, Person
from perizinan_core.model._authority import Authority
from perizinan_core.model._identifiers import Nik, PhoneNumber
from perizinan_core.model._permit_type import PermitType

__all__ = ["APPLICANT", "HOST", "applicant", "staff_for"]

HOST = Actor(id="demo", kind=ActorKind.HOST, name="Demo")
APPLICANT = Actor(id="pemohon-contoh", kind=ActorKind.APPLICANT, name="Pemohon Contoh")


def applicant() -> Person:
    """Return the applicant: serial 0000 of the NIK is given to no one."""
    return Person(
        name="Dewi Contoh Lestari",
        nik=Nik.parse("3572015208900000"),
        birth_place="Blitar",
        birth_date=date(1990, 8, 12),
        address=Address(
            street="Jalan Contoh Nomor 12",
            neighbourhood="001/002",
            village="Contoh",
            district="Kepanjenkidul",
            regency="Kota Blitar",
        ),
        phone=PhoneNumber.parse("081200000000"),
        email="pemohon@contoh.example",
    )


def staff_for(permit_type: PermitType, authority: Authority, position: str) -> tuple[Officer, ...]:
    """Return officers for every stage, two where work is shared out by rotation, and one signatory."""
    found: dict[str, Officer] = {}
    for stage in permit_type.stages:
        for number in (1, 2):
            name = f"{stage.role.replace('_', '-')}-{stage.unit}-{number}"
            found[name] = Officer(
                id=name,
                name=f"Petugas Contoh {len(found) + 1}",
                roles=frozenset({Role(stage.role)}),
                units=frozenset({stage.unit}),
            )
    holder = authority.position(position)
    found["penandatangan"] = Officer(
        id=f"penandatangan-{position}",
        name=holder.title.id,
        roles=frozenset({Role.SIGNATORY}),
        units=frozenset({holder.unit}),
        position=position,
    )
    return tuple(found.values())

"""The staff of the demonstration's city: someone for each duty, with the name under which they log in."""

from __future__ import annotations

import attrs

from perizinan_core._demo._people import HOST
from perizinan_core.bootstrap import Office
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Officer, Role

__all__ = ["DUTIES", "Duty", "hire"]


@attrs.frozen
class Duty:
    """A duty in the city."""

    label: str
    """What it is called, for people (English msgid)."""

    role: Role
    units: tuple[str, ...]
    officers: tuple[tuple[str, str], ...]
    """Those who have it: what they type to log in, and an invented name."""

    position: str | None = None

    @property
    def logins(self) -> tuple[str, ...]:
        """Return what those who have it type to log in."""
        return tuple(login for login, _ in self.officers)


_OFFICE, _HEALTH, _ROADS = "dpmptsp", "dinas-kesehatan", "dinas-perhubungan"

DUTIES = (
    Duty(N_("Administrator"), Role.ADMINISTRATOR, (_OFFICE,), (("admin", "Ayu Pengelola"),)),
    Duty(
        N_("Counter"), Role.FRONT_OFFICE, (_OFFICE,), (("loket-1", "Bima Loket"), ("loket-2", "Citra Loket"))
    ),
    Duty(
        N_("Assessor"),
        Role.BACK_OFFICE,
        (_OFFICE,),
        (("telaah-1", "Damar Telaah"), ("telaah-2", "Endah Telaah")),
    ),
    Duty(
        N_("Inspector"),
        Role.INSPECTOR,
        (_OFFICE,),
        (("pengawas-1", "Fajar Pengawas"), ("pengawas-2", "Gita Pengawas")),
    ),
    Duty(N_("Cashier"), Role.CASHIER, (_OFFICE,), (("kasir", "Hana Kasir"),)),
    Duty(N_("Head of section"), Role.SECTION_HEAD, (_OFFICE,), (("kasi", "Indra Kasi"),)),
    Duty(N_("Head of division"), Role.DIVISION_HEAD, (_OFFICE,), (("kabid", "Jihan Kabid"),)),
    Duty(N_("Approves permits"), Role.OFFICE_HEAD, (_OFFICE,), (("pimpinan", "Kirana Pimpinan"),)),
    Duty(N_("Signs permits"), Role.SIGNATORY, (_OFFICE,), (("kadis", "Lintang Kadis"),), "kepala-dpmptsp"),
    Duty(
        N_("Transport Office"),
        Role.TECHNICAL_TEAM,
        (_ROADS,),
        (("dishub-1", "Mega Dishub"), ("dishub-2", "Nanda Dishub")),
    ),
    Duty(N_("Municipal police"), Role.TECHNICAL_TEAM, ("satpol-pp",), (("satpol-1", "Oka Satpol"),)),
    Duty(N_("Finance agency"), Role.BACK_OFFICE, ("bpkad",), (("bpkad-1", "Putri Pajak"),)),
    Duty(N_("Spatial planning"), Role.TECHNICAL_TEAM, ("dinas-pupr",), (("pupr-1", "Qori Ruang"),)),
    Duty(N_("Health Office, counter"), Role.FRONT_OFFICE, (_HEALTH,), (("dinkes-loket", "Rini Dinkes"),)),
    Duty(
        N_("Health Office, head of division"),
        Role.DIVISION_HEAD,
        (_HEALTH,),
        (("dinkes-kabid", "Satria Dinkes"),),
    ),
    Duty(N_("Health Office, assessor"), Role.BACK_OFFICE, (_HEALTH,), (("dinkes-telaah", "Tari Dinkes"),)),
    Duty(N_("Health Office, approves"), Role.OFFICE_HEAD, (_HEALTH,), (("dinkes-pimpinan", "Umar Dinkes"),)),
    Duty(
        N_("Health Office, signs"),
        Role.SIGNATORY,
        (_HEALTH,),
        (("kadinkes", "Vina Kadinkes"),),
        "kepala-dinas-kesehatan",
    ),
    Duty(N_("Supervisor"), Role.SUPERVISOR, (_OFFICE, _HEALTH), (("supervisor", "Wahyu Penyelia"),)),
    Duty(N_("Auditor"), Role.AUDITOR, (_OFFICE,), (("auditor", "Yuni Auditor"),)),
)


def hire(office: Office) -> tuple[Officer, ...]:
    """Put everyone on record; the administrator, who comes first, confirms the others."""
    for duty in DUTIES:
        for login, name in duty.officers:
            officer = Officer(
                id=login,
                name=name,
                roles=frozenset({duty.role}),
                units=frozenset(duty.units),
                position=duty.position,
            )
            office.reviews.add_officer(officer, actor=HOST)
    admin = next(one for one in office.reviews.officers(actor=HOST) if one.id == "admin").as_actor()
    for officer in office.reviews.officers(actor=HOST):
        if officer.proposed is not None:
            office.reviews.confirm_officer(officer.id, actor=admin)
    return office.reviews.officers(actor=HOST)

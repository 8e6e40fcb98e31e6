"""What the people of the demonstration's city apply for: a form for each kind of permit, and its papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from perizinan_core._demo._citizens import DISTRICTS, Citizen, street
from perizinan_core.model._applicant import Applicant

__all__ = ["applicant_for", "form_for"]

_EVENTS = (
    ("bazar", "komersial", "Bazar makanan dan kerajinan warga"),
    ("musik", "komersial", "Panggung musik akhir pekan"),
    ("hajat", "pribadi", "Terop pernikahan keluarga"),
    ("pasar-malam", "komersial", "Pasar malam dengan wahana anak"),
    ("wayang", "komersial", "Pagelaran wayang kulit semalam"),
)
_STALLS = (
    ("warung", "komersial", "Warung kopi dan gorengan"),
    ("terop", "pribadi", "Terop selamatan keluarga"),
    ("bahan-bangunan", "pribadi", "Menaruh pasir dan batu bata sementara"),
)
_ADVERTS = ("Promo Toko Contoh", "Pembukaan Kedai Contoh", "Produk Contoh Jaya", "Pameran Kerajinan Contoh")
_JOBS = ("perawat", "bidan", "apoteker", "fisioterapis", "gizi", "radiografer", "atlm")
_CLINICS = ("Klinik Contoh Sehat", "Puskesmas Contoh", "Apotek Contoh Waras", "Rumah Sakit Contoh")


def form_for(permit_type: str, citizen: Citizen, day: date, chance: Random) -> Mapping[str, Any]:
    """Return what a citizen writes into the form of a permit type on a day."""
    return _KINDS[permit_type](citizen, day, chance)


def applicant_for(permit_type: str, citizen: Citizen) -> Applicant:
    """Return in whose name a citizen applies: health workers for themselves, others for their business."""
    return citizen.person if _KINDS[permit_type] is _health_worker else citizen.applicant


def _street_use(citizen: Citizen, day: date, chance: Random) -> Mapping[str, Any]:
    on_street = chance.random() < 0.4
    activity, nature, words = chance.choice(_EVENTS if on_street else _STALLS)
    begin = day + timedelta(days=chance.randint(14, 40))
    length = chance.randint(0, 3) if on_street else chance.randint(20, 120)
    form: dict[str, Any] = {
        "subtype": "jalan" if on_street else "material" if activity == "bahan-bangunan" else "tanah",
        "kegiatan": activity,
        "sifat_kegiatan": nature,
        "uraian": words,
        "lokasi": f"{street(chance)} sisi timur",
        "kelurahan": citizen.village,
        "kecamatan": citizen.district,
        "luas": chance.randint(8, 240),
        "mulai": begin.isoformat(),
        "selesai": (begin + timedelta(days=length)).isoformat(),
    }
    return form | ({"menutup_jalan": True, "jam": "16.00 sampai 22.00 WIB"} if on_street else {})


def _advert(_citizen: Citizen, day: date, chance: Random) -> Mapping[str, Any]:
    begin = day + timedelta(days=chance.randint(14, 30))
    kind = chance.choice(("spanduk", "baliho", "lain"))
    board = {
        "jenis": kind,
        "isi": chance.choice(_ADVERTS),
        "lokasi": f"{street(chance)} Nomor {chance.randint(1, 90)}",
        "panjang": chance.randint(2, 8),
        "lebar": chance.randint(1, 4),
        "muka": chance.randint(1, 2),
        "konstruksi": False,
        "mulai": begin.isoformat(),
        "selesai": (begin + timedelta(days=chance.randint(30, 180))).isoformat(),
    }
    return {
        "reklame": [board],
        "pajak_dibayar": chance.randint(4, 60) * 50_000,
        "tanah_sendiri": chance.random() < 0.7,
    }


def _boarding_house(citizen: Citizen, _day: date, chance: Random) -> Mapping[str, Any]:
    return {
        "nama_kos": f"Kos {citizen.person.name.rpartition(' ')[2]}",
        "jumlah_kamar": chance.randint(5, 24),
        "penghuni": chance.choice(("putra", "putri", "campuran")),
        "alamat_kos": f"{street(chance)} Nomor {chance.randint(1, 90)}",
        "kelurahan": citizen.village,
        "kecamatan": citizen.district,
        "pengelola_tinggal": True,
    }


def _health_worker(citizen: Citizen, day: date, chance: Random) -> Mapping[str, Any]:
    for_life = chance.random() < 0.5
    form: dict[str, Any] = {
        "subtype": chance.choice(_JOBS),
        "nomor_str": f"STR-CONTOH-{chance.randint(1000, 9999)}",
        "str_seumur_hidup": for_life,
        "praktik_ke": 1,
        "tempat_praktik": chance.choice(_CLINICS),
        "alamat_praktik": f"{street(chance)} Nomor {chance.randint(1, 90)}, {DISTRICTS[citizen.district]}",
    }
    if not for_life:
        form["str_berlaku_sampai"] = (day + timedelta(days=chance.randint(200, 600))).isoformat()
    return form


_KINDS: Mapping[str, Callable[[Citizen, date, Random], Mapping[str, Any]]] = {
    "penggunaan-jalan-trotoar-tanah": _street_use,
    "reklame": _advert,
    "usaha-tempat-kos": _boarding_house,
    "rekomendasi-sip-nakes": _health_worker,
}
"""How a form is filled, by the code of the permit type."""

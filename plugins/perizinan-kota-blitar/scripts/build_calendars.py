#!/usr/bin/env python3
"""
Write ``data/calendar/<year>.yaml`` from the `holidays` package.

Run it again when the package knows more (dates marked "perkiraan" become settled) or a new decree came
out, and look at the difference before it is committed::

    python plugins/perizinan-kota-blitar/scripts/build_calendars.py
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import holidays

CALENDAR = Path(__file__).parents[1] / "src" / "perizinan_kota_blitar" / "data" / "calendar"

DECREES = {
    2025: "SKB Menteri Agama, Menteri Ketenagakerjaan, dan Menteri PANRB tentang Hari Libur Nasional dan "
    "Cuti Bersama Tahun 2025 (14 Oktober 2024)",
    2026: "SKB Menteri Agama, Menteri Ketenagakerjaan, dan Menteri PANRB tentang Hari Libur Nasional dan "
    "Cuti Bersama Tahun 2026",
    2027: "SKB Menteri Agama, Menteri Ketenagakerjaan, dan Menteri PANRB tentang Hari Libur Nasional dan "
    "Cuti Bersama Tahun 2027",
}
"""The yearly joint decree of three ministers; the days were read through the `holidays` package."""

LATE = {
    date(2025, 8, 18): "Perubahan SKB Hari Libur Nasional dan Cuti Bersama Tahun 2025 (Agustus 2025): "
    "18 Agustus 2025 ditambahkan sebagai cuti bersama",
}
"""Days that a later decision added."""

RAMADAN = {
    2025: ("Ramadan 1446 H", date(2025, 3, 1), date(2025, 3, 30)),
    2026: ("Ramadan 1447 H", date(2026, 2, 19), date(2026, 3, 20)),
    2027: ("Ramadan 1448 H", date(2027, 2, 8), date(2027, 3, 9)),
}
"""First and last day of fasting; the month ends on the eve of Idulfitri."""

ESTIMATED = " (perkiraan)"

RAMADAN_HOURS = """\
    days:
      monday: 08:00-12:00, 12:30-15:00
      tuesday: 08:00-12:00, 12:30-15:00
      wednesday: 08:00-12:00, 12:30-15:00
      thursday: 08:00-12:00, 12:30-15:00
      friday: 08:00-11:30, 12:30-15:30
"""
"""Perpres 21/2023 art. 4: 32 h 30 min a week from 08:00, breaks of 30 minutes, on Fridays 60."""


def text_of(year: int) -> str:
    """Return the calendar file of one year."""
    public = holidays.country_holidays("ID", years=year, categories=("public",), language="id")
    leave = holidays.country_holidays("ID", years=year, categories=("government",), language="id")
    lines = [
        f"# Holidays and joint leave {year}. Written by scripts/build_calendars.py; do not edit by hand.",
        f"covers: {year}-01-01 .. {year}-12-31",
        "source:",
        f"  citation: {DECREES[year]}",
        "  note: tanggal dibaca melalui pustaka holidays, bukan dari naskah keputusan",
        "holidays:",
    ]
    for day in sorted({*public, *leave}):
        lines += entry(day, public.get(day), leave.get(day))
    return "\n".join(lines) + "\n" + ramadan(year)


def entry(day: date, public: str | None, leave: str | None) -> list[str]:
    """Return the lines of one day; a public holiday wins over joint leave on the same day."""
    name = public or leave or ""
    settled = name.replace(ESTIMATED, "")
    kind = "national" if public else "joint_leave"
    if name != settled:
        return [
            f"  {day}:",
            f"    name: {settled}",
            f"    kind: {kind}",
            "    source:",
            f"      citation: {DECREES[day.year]}",
            "      assumed: true",
            "      note: tanggal perkiraan; menunggu sidang isbat dan keputusan menteri",
        ]
    if day in LATE:
        return [f"  {day}:", f"    name: {settled}", f"    kind: {kind}", f'    source: "{LATE[day]}"']
    return [f"  {day}: {{name: {settled}, kind: {kind}}}"] if kind != "national" else [f"  {day}: {settled}"]


def ramadan(year: int) -> str:
    """Return the special hours of the fasting month."""
    name, first, last = RAMADAN[year]
    return (
        f"special_hours:\n  - name: {name}\n    starts: {first}\n    ends: {last}\n"
        "    source:\n      citation: Perpres 21/2023 pasal 4\n      assumed: true\n"
        "      note: awal dan akhir Ramadan serta jam kerja menunggu sidang isbat dan edaran wali kota\n"
        f"{RAMADAN_HOURS}"
    )


def main() -> None:
    """Write one file for each year."""
    CALENDAR.mkdir(parents=True, exist_ok=True)
    for year, (_, _, last) in RAMADAN.items():
        public = holidays.country_holidays("ID", years=year, categories=("public",), language="id")
        if "Idul Fitri" not in public.get(last + timedelta(days=1), ""):
            raise SystemExit(
                f"Ramadan {year} must end on the eve of Idulfitri; correct RAMADAN in this script"
            )
        (CALENDAR / f"{year}.yaml").write_text(text_of(year), encoding="utf-8")


if __name__ == "__main__":
    main()

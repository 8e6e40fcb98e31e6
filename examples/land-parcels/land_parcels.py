"""Checks numbers of land parcels in forms, and gives the part of a fee that depends on the zone."""

from fractions import Fraction

from perizinan_core.hooks import ExpressionFunction, ExpressionsEntry, FormFormat, hookimpl
from perizinan_core.model import Text

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""

RATES = {"K-1": 2_000, "K-2": 1_500, "R-1": 500}
"""Rupiah for a square metre of each zone: made up. Change one, and the edition changes with it."""

STEP = 5
"""An area counts in steps of so many square metres, the begun one whole."""

NOP_DIGITS = 18
"""Province, regency, district, village, block, parcel, kind: 2 + 2 + 3 + 3 + 3 + 4 + 1."""


def zone_fee(zone: str, area: Fraction) -> Fraction:
    """Return rupiah for an area in a zone; a zone that is not in the table is an error, and never free."""
    steps = -(-area // STEP)
    return Fraction(RATES[zone]) * steps * STEP


def is_nop(text: str) -> bool:
    """Return whether a text is the number of a tax object (NOP): 18 digits, as on the tax letter or bare."""
    parts = text.replace("-", ".").split(".")
    if len(parts) > 1 and [len(part) for part in parts] not in ([2, 2, 3, 3, 3, 4, 1], [2, 2, 3, 3, 7, 1]):
        return False
    digits = "".join(parts)
    return len(digits) == NOP_DIGITS and digits.isascii() and digits.isdecimal() and digits[:2] != "00"


@hookimpl
def register_expressions() -> list[ExpressionsEntry]:
    """Offer ``parcels.zone_fee(zone, area)`` for rules, and ``format: parcels.nop`` for fields."""
    return [
        ExpressionsEntry(
            name="parcels",
            edition="2026.1",
            functions=(
                ExpressionFunction(
                    name="zone_fee", arguments=("text", "number"), result="number", compute=zone_fee
                ),
            ),
            formats=(
                FormFormat(
                    name="nop",
                    check=is_nop,
                    expected=Text(
                        id="tuliskan 18 angka NOP seperti pada SPPT PBB",
                        en="expected the 18 digits of the NOP as on the tax letter",
                    ),
                ),
            ),
        )
    ]

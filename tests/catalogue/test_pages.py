"""Pages about permit types: what people read besides the service standard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perizinan_core.catalogue import load_catalogue, service_standard
from perizinan_core.catalogue._overview import describe_permit_type
from perizinan_core.model._permit_type import PermitType

VARIATIONS = Path(__file__).parent / "variations"
Variation = Callable[[str], PermitType]


def page(permit_type: PermitType, language: str = "en") -> dict[str, tuple[str, ...]]:
    return {fact.title: fact.lines for fact in describe_permit_type(permit_type, language=language)}


def standard(permit_type: PermitType, language: str = "en") -> dict[str, tuple[str, ...]]:
    return {part.code: part.lines for part in service_standard(permit_type, language=language)}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", sorted(VARIATIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_variation_has_a_page(path: Path, language: str) -> None:
    """Nothing in a real permit keeps its page from being shown."""
    permit_type = load_catalogue(path).permit_types[0]

    assert page(permit_type, language)
    assert 14 == len(standard(permit_type, language))


def test_renewal_and_duties_in_words(variation: Variation) -> None:
    """Window, old letter, and what follows after it."""
    assert (
        "at the latest 3 months before the end",
        "after that a new application is needed",
        "the old letter is handed back",
    ) == page(variation("06-place-purpose"))["Renewal"]
    assert ("daftar ulang atau laporan setiap 3 tahun",) == page(variation("15-while-operating"), "id")[
        "Perpanjangan"
    ]


def test_validity_of_each_tier_in_words(variation: Variation) -> None:
    """Cases with a condition say so."""
    assert (
        "1 year (only in certain cases)",
        "14 days (only in certain cases)",
        "without end",
    ) == page(variation("15-tiers"))["Validity"]


def test_notes_of_requirements(variation: Variation) -> None:
    """Soft papers, choices, groups, items, duty stamps and what the office makes."""
    lists = standard(variation("07-application-kinds"))["requirements"]

    assert "Fotokopi KK (if the office asks for it)" in lists
    assert "Bukti tanah (any one of: Sertifikat, Akta jual beli, Letter C)" in lists
    assert "Fotokopi STNK (for each entry)" in standard(variation("17-items"))["requirements"]
    assert (
        "Fotokopi akta pendirian (one of several is enough; only in certain cases)"
        in (standard(variation("02-alternatives"))["requirements"])
    )


def test_fees_in_words(variation: Variation) -> None:
    """Free, elsewhere with its note, deposits, bill and interest."""
    assert ("Free of charge",) == standard(variation("09-office-brings"))["fee"]
    assert "Ditetapkan dan dibayar di instansi lain" == standard(variation("15-date-range"), "id")["fee"][0]
    assert "Uang jaminan bongkar (paid back)" in standard(variation("13-deposit"))["fee"]
    assert (
        "Setelah itu dikenai bunga 2 % untuk setiap bulan atau bagian bulan"
        in (standard(variation("13-coefficients"), "id")["fee"])
    )


def test_the_usual_time_is_not_called_a_maximum(variation: Variation) -> None:
    """A sheet that adds up its steps promises no maximum."""
    assert ("Usually 2 days",) == standard(variation("12-time-per-step"))["time"]

"""Rules applied to one case: terms, fee, validity, letter, service standard."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.catalogue import (
    CatalogueReport,
    PreviousPermit,
    applicable_prerequisites,
    assess_fee,
    describe_period,
    facts,
    find_slots,
    find_validity,
    freeze_terms,
    late_interest,
    letter_content,
    service_standard,
)
from perizinan_core.catalogue._expressions import ExpressionFailure
from perizinan_core.catalogue._expressions._functions import lookup_tariff
from perizinan_core.errors.catalogue import ExpressionError, RuleError
from perizinan_core.model._applicant import Address, Organisation, Person, Representative
from perizinan_core.model._fees import (
    BillTerms,
    FeeAssessment,
    FeeComponent,
    FeeKind,
    FeeRule,
    RoundingMode,
    TariffTable,
)
from perizinan_core.model._identifiers import Nib, PassportNumber
from perizinan_core.model._kinds import ApplicantKind
from perizinan_core.model._letter import AnnexTable
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Period, PeriodUnit, Source, Text
from perizinan_core.model._validity import ValidityCase, ValidityKind, ValidityRule
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._catalogue import amounts, banded_tables

DAY = date(2026, 6, 2)
SOURCE = Source("rekaan")
FORM = {
    "subtype": "acara",
    "lokasi": "Jalan  Merdeka\n1",
    "luas": 150,
    "kelas_jalan": "utama",
    "mulai": "2026-07-01",
    "selesai": "2026-07-02",
    "sosial": False,
}
Change = Callable[..., PermitType]


NINE = "[1,2,3,4,5,6,7,8,9]"
ENDLESS = f"{NINE}.map(a, {NINE}.map(b, {NINE}.map(c, {NINE}.map(d, {NINE})))) == [] ? 1 : 2"


def with_fee(permit_type: PermitType, *formulas: str, **rule: object) -> PermitType:
    components = tuple(
        FeeComponent(code=f"c{index}", label=Text("x"), formula=formula, source=SOURCE)
        for index, formula in enumerate(formulas)
    )
    fee = FeeRule(kind=FeeKind.LEVY, components=components, source=SOURCE, **rule)
    return attrs.evolve(permit_type, fee=fee)


def with_validity(permit_type: PermitType, *cases: ValidityCase, not_after: str | None = None) -> PermitType:
    return attrs.evolve(permit_type, validity=ValidityRule(cases=cases, not_after=not_after, source=SOURCE))


def test_a_submission_freezes_slots_stages_time_and_fee(street: PermitType) -> None:
    """Everything that later changes of the catalogue must not touch."""
    terms = freeze_terms(street, facts(form={**FORM, "terop": [{"panjang": 3, "lebar": 2.5}]}), DAY)

    assert ["ktp", "pengantar", "denah", "foto-terop#0"] == [slot.key for slot in terms.slots]
    assert ("periksa", "rekomendasi-dishub", "bayar", "putusan") == terms.stages
    assert Period(5, PeriodUnit.WORKING_DAYS) == terms.time_limit
    # 150 m2 above 100 at 2,000 for two days; 7.5 m2 at 500; deposit 250,000
    assert [600_000, 3_750, 250_000] == [line.amount.amount for line in terms.fee.lines]
    assert Rupiah(854_000) == terms.fee.total
    assert 250 == terms.fee.rounding
    assert date(2026, 7, 2) == terms.fee.due_on


def test_other_conditions_give_other_terms(street: PermitType) -> None:
    """A local street needs no recommendation; material is decided sooner and needs no deposit."""
    form = {**FORM, "subtype": "material", "kelas_jalan": "lokal"}
    terms = freeze_terms(
        street, facts(form=form, representative=Representative(person=Person(name="A"))), DAY
    )

    assert ["ktp", "surat-kuasa", "denah"] == [slot.key for slot in terms.slots]
    assert ("periksa", "bayar", "putusan") == terms.stages
    assert Period(3, PeriodUnit.WORKING_DAYS) == terms.time_limit
    assert Rupiah(300_000) == terms.fee.total


def test_a_draft_shows_slots_before_its_form_is_filled(street: PermitType) -> None:
    """A condition that cannot be decided yet raises, or shows or hides its slot as asked."""
    with pytest.raises(ExpressionError):
        find_slots(street, facts(), DAY)

    shown = {slot.key for slot in find_slots(street, facts(), DAY, undecided=True)}
    hidden = {slot.key for slot in find_slots(street, facts(), DAY, undecided=False)}

    assert {"ktp", "denah", "pengantar"} == shown
    assert {"ktp", "denah"} == hidden


def test_errors_name_rule_expression_and_reason_in_both_languages(street: PermitType) -> None:
    """What a clerk needs to find the place; nothing of the form's data."""
    form = {key: value for key, value in FORM.items() if key != "luas"}
    with pytest.raises(ExpressionError) as caught:
        assess_fee(street, facts(form=form), DAY)
    error = caught.value

    assert ("pemakaian-jalan 2026.1", "$.fee.components[0].formula") == (error.permit_type, error.path)
    assert error.expression == street.fee.components[0].formula
    assert "form.luas is not filled in" in error.message("en")
    assert "form.luas belum diisi" in error.message("id")
    assert "Merdeka" not in str(error)
    assert str(error) == str(pickle.loads(pickle.dumps(error)))


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("0 - 1", "expression"),
        ("form.luas * 1000000000000000000", "expression"),
        ("form.lokasi", "expression"),
        ("form.luas / 0", "expression"),
        (ENDLESS, "expression-limit"),
        ('tariff("tidak-ada")', "tariff-not-found"),
        ("salah(", "expression"),
    ],
)  # fmt: skip
def test_formulas_without_a_usable_amount_are_errors(street: PermitType, formula: str, code: str) -> None:
    """Negative, endless, wrong or missing amounts never become a bill."""
    with raises_code(code) as caught:
        assess_fee(with_fee(street, formula), facts(form=FORM), DAY)

    assert isinstance(caught.value, ExpressionError)


def test_permit_types_without_a_rule_say_which(street: PermitType) -> None:
    """An incomplete permit type cannot be used by accident."""
    bare = attrs.evolve(street, time_limit=None, fee=None, validity=None, letter=None)
    case = facts(form=FORM)
    validity = find_validity(street, case, DAY)
    for place, use in {
        "$.time_limit": lambda: freeze_terms(bare, case, DAY),
        "$.fee": lambda: assess_fee(bare, case, DAY),
        "$.validity": lambda: find_validity(bare, case, DAY),
        "$.letter": lambda: letter_content(bare, case, validity, DAY),
    }.items():
        with raises_code("rule-missing") as caught:
            use()

        assert place == caught.value.path
        assert isinstance(caught.value, RuleError)


@given(
    area=amounts(places=2),
    index=amounts(places=3, largest=10),
    step=st.sampled_from([1, 100, 1000]),
    mode=st.sampled_from(list(RoundingMode)),
)
@settings(max_examples=150, deadline=None)
def test_fees_agree_with_exact_arithmetic(
    area: Decimal, index: Decimal, step: int, mode: RoundingMode
) -> None:
    """Area x 1,250.75 x index + 2,500, rounded once: the same as with exact fractions in Python."""
    permit_type = with_fee(MINIMAL, f"form.luas * 1250.75 * {index}", "2500", round_to=step, rounding=mode)
    fee = assess_fee(permit_type, facts(form={"luas": float(area)}), DAY)

    exact = Fraction(area) * Fraction("1250.75") * Fraction(index) + 2500
    down, rest = divmod(exact, step)
    up = {RoundingMode.DOWN: False, RoundingMode.UP: rest > 0, RoundingMode.HALF_UP: 2 * rest >= step}[mode]

    assert int((down + up) * step) == fee.total.amount
    assert fee.total.amount == sum(line.amount.amount for line in fee.lines) + fee.rounding


@given(table=banded_tables(), quantity=amounts(places=2, largest=12_000))
@settings(max_examples=150, deadline=None)
def test_every_quantity_has_exactly_one_band(table: TariffTable, quantity: Decimal) -> None:
    """Above the lower end, up to and with the upper end."""
    found = lookup_tariff((table,), DAY, "tarif", (Fraction(quantity),))
    fitting = [
        row.value
        for row in table.rows
        if (row.above is None or quantity > row.above) and (row.up_to is None or quantity <= row.up_to)
    ]

    assert [Fraction(value) for value in fitting] == [found]


@pytest.mark.parametrize("arguments", [(), ("utama",), ("utama", "x"), ("tol", 5), (5,)])
def test_lookups_that_do_not_fit_the_table_are_failures(
    street: PermitType, arguments: tuple[object, ...]
) -> None:
    """Too few keys, a missing quantity or an unknown key never find a row."""
    with pytest.raises(ExpressionFailure):
        lookup_tariff(street.fee.tariffs, DAY, "sewa-jalan", arguments)


@given(
    total=st.integers(0, 10**9),
    deposit=st.integers(0, 10**6),
    days=st.integers(0, 800),
    rate=st.decimals(0, 5, places=2, allow_nan=False, allow_infinity=False),
)
@settings(max_examples=150, deadline=None)
def test_late_interest_is_per_month_begun_on_the_levy_only(
    total: int, deposit: int, days: int, rate: Decimal
) -> None:
    """Nothing up to the due day; deposits bear none; later never costs less."""
    from perizinan_core.model._fees import FeeLine

    line = FeeLine(code="jaminan", label=Text("Jaminan"), amount=Rupiah(deposit), refundable=True)
    fee = FeeAssessment(
        kind=FeeKind.LEVY, lines=(line,), total=Rupiah(total + deposit), assessed_on=DAY, due_on=DAY
    )
    bill = BillTerms(due_days=0, late_interest_percent_per_month=rate, source=SOURCE)
    paid = DAY + timedelta(days=days)
    months = 0
    while days and Period(months, PeriodUnit.MONTHS).after(DAY) < paid:
        months += 1
    expected = Fraction(total) * Fraction(rate) / 100 * months

    assert abs(late_interest(fee, bill, paid).amount - expected) <= Fraction(1, 2)
    assert late_interest(fee, bill, paid).amount <= late_interest(fee, bill, paid + timedelta(days=40)).amount


def test_a_period_ends_the_day_before_its_anniversary(street: PermitType) -> None:
    """One year from 29 February ends on 27 February; the first day counts."""
    case = ValidityCase(kind=ValidityKind.PERIOD, period=Period(1, PeriodUnit.YEARS))
    found = find_validity(with_validity(street, case), facts(form=FORM), date(2028, 2, 29))

    assert (date(2028, 2, 29), date(2029, 2, 27)) == (found.valid_from, found.valid_until)


def test_a_permit_never_ends_before_it_begins(street: PermitType) -> None:
    """Dates in the wrong order are an error, also when a cap cuts them."""
    swapped = facts(form={**FORM, "selesai": "2026-06-30"})
    forever = ValidityCase(kind=ValidityKind.ONCE)
    capped = with_validity(street, forever, not_after="form.mulai")

    with pytest.raises(ExpressionError, match="before it begins"):
        find_validity(street, swapped, DAY)
    with pytest.raises(ExpressionError, match="before it begins"):
        find_validity(capped, facts(form=FORM), date(2026, 8, 1))
    assert date(2026, 7, 1) == find_validity(capped, facts(form=FORM), DAY).valid_until


def test_no_case_that_holds_is_an_error(street: PermitType) -> None:
    """A permit without validity rule for its case is not issued."""
    case = ValidityCase(kind=ValidityKind.ONCE, when="form.luas > 1000")
    with raises_code("rule-missing", match=r"\$\.validity\.cases"):
        find_validity(with_validity(street, case), facts(form=FORM), DAY)


def test_the_letter_says_everything_as_text(street: PermitType) -> None:
    """Numbers and dates in Indonesian form, one line for object and place, an annex for two items."""
    terop = [{"panjang": 3, "lebar": 2.5}, {"panjang": 1200, "lebar": 2}]
    previous = PreviousPermit(number="503/1/2025", permit_type="pemakaian-jalan", issued_on=date(2025, 1, 1))
    case = facts(
        form={**FORM, "luas": 1234.5, "terop": terop}, applicant=Person(name="Siti Contoh"), previous=previous
    )
    content = letter_content(street, case, find_validity(street, case, DAY), DAY)

    assert "Pemakaian jalan seluas 1.234,5 m2" == content.object
    assert "Jalan Merdeka 1" == content.place
    assert (
        ("Nama", "Siti Contoh"),
        ("Jenis", "Acara di jalan"),
        ("Berlaku", "1 Juli 2026 sampai 2 Juli 2026"),
        ("Izin lama", "503/1/2025"),
    ) == content.fields
    assert (
        AnnexTable(columns=("Panjang (m)", "Lebar (m)"), rows=(("3", "2,5"), ("1.200", "2"))) == content.annex
    )


def test_facts_say_what_applicants_are(street: PermitType) -> None:
    """Names of the applicant for expressions; the repr shows none of it."""
    address = Address(street="Jalan 1", village="Sananwetan", district="Sananwetan")
    foreigner = Person(name="A B", passport=PassportNumber("X1234567"))
    company = Organisation(
        name="CV Contoh",
        kind=ApplicantKind.BUSINESS,
        legal_form="CV",
        nib=Nib("1234567890123"),
        address=address,
        responsible=foreigner,
    )
    found = facts(applicant=company)

    assert {
        "kind": "business",
        "name": "CV Contoh",
        "legal_form": "CV",
        "village": "Sananwetan",
        "district": "Sananwetan",
        "address": "Jalan 1, Sananwetan, Sananwetan",
        "has_nib": True,
        "has_npwp": False,
        "is_foreign": True,
    } == found.applicant
    assert "Contoh" not in repr(found)


def test_prerequisites_apply_under_their_condition(check: Callable[..., CatalogueReport]) -> None:
    """What must exist first depends on the case, as everything else."""
    report = check(
        "permits/street-use.yaml",
        (
            "requirements:\n",
            "prerequisites:\n  - {text: Izin lingkungan, when: form.luas > 100}\nrequirements:\n",
        ),
    )
    permit_type = report.catalogue.permit_types[0]
    small = facts(form={**FORM, "luas": 100})

    assert 1 == len(applicable_prerequisites(permit_type, facts(form=FORM), DAY))
    assert () == applicable_prerequisites(permit_type, small, DAY)


def test_the_service_standard_has_fourteen_components_with_sources(street: PermitType) -> None:
    """UU 25/2009: each in its place, in both languages, none empty for a complete permit type."""
    english = service_standard(street, language="en")
    indonesian = service_standard(street)

    assert 14 == len(english) == len({part.code for part in english})
    assert "Persyaratan" == indonesian[0].title
    assert "Requirements" == english[0].title
    assert all(part.lines and part.sources for part in indonesian)
    assert "Paling lama 5 hari kerja, dihitung sejak berkas lengkap" == indonesian[2].lines[0]
    assert "Foto terop (jika ada; untuk setiap entri)" in indonesian[0].lines


def test_an_incomplete_permit_type_has_empty_components(variation: Callable[[str], PermitType]) -> None:
    """What the catalogue does not know is shown as missing, never invented."""
    parts = {part.code: part.lines for part in service_standard(variation("01-legal-form"))}

    assert () == parts["fee"] == parts["time"] == parts["evaluation"]


@pytest.mark.parametrize(
    ("period", "language", "expected"),
    [
        (Period(1, PeriodUnit.WORKING_DAYS), "en", "1 working day"),
        (Period(3, PeriodUnit.MONTHS), "en", "3 months"),
        (Period(5, PeriodUnit.WORKING_DAYS), "id", "5 hari kerja"),
    ],
)
def test_periods_are_told_in_words(period: Period, language: str, expected: str) -> None:
    """Singular and plural in English, one form in Indonesian."""
    assert expected == describe_period(period, language)


def _minimal() -> PermitType:
    from perizinan_core.catalogue import load_catalogue

    found = load_catalogue(Path(__file__).parent / "variations" / "13-deposit.yaml").permit_types[0]
    schema = {"type": "object", "properties": {"luas": {"type": "number"}}}
    return attrs.evolve(found, form_schema=schema)


MINIMAL = _minimal()

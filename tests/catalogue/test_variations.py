"""The 19 structural variations of real Indonesian permits, each from one real example, as data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from perizinan_core.catalogue import (
    PaperFacts,
    PreviousPermit,
    assess_fee,
    computed_values,
    facts,
    find_slots,
    find_stages,
    find_time_limit,
    find_validity,
    is_exempt,
    late_interest,
    letter_content,
    load_authority,
    load_catalogue,
    re_registration_due,
    register_number,
)
from perizinan_core.model._applicant import Organisation, Person, Representative
from perizinan_core.model._fees import FeeKind
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._letter import AnnexTable
from perizinan_core.model._money import Rupiah
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._requirement import RequirementLevel
from perizinan_core.model._stage import StageKind
from perizinan_core.model._text import DateRange, Period, PeriodUnit
from perizinan_core.testing._refusals import raises_code

DAY = date(2024, 3, 4)
VARIATIONS = Path(__file__).parent / "variations"
Variation = Callable[[str], PermitType]

PERSON = Person(name="Orang Contoh")
COMPANY = Organisation(name="PT Contoh", kind=ApplicantKind.LEGAL_ENTITY, legal_form="PT", responsible=PERSON)
COOPERATIVE = Organisation(
    name="Koperasi Contoh", kind=ApplicantKind.LEGAL_ENTITY, legal_form="koperasi", responsible=PERSON
)


def slots(permit_type: PermitType, day: date = DAY, **case: object) -> set[str]:
    return {slot.key for slot in find_slots(permit_type, facts(**{"applicant": PERSON, **case}), day)}


def test_every_variation_file_loads() -> None:
    """All files of the folder are sound; a new one is checked without being named here."""
    permits = [path for path in VARIATIONS.glob("*.yaml") if load_catalogue(path)]

    assert len(permits) >= 19


def test_1_papers_depend_on_applicant_and_legal_form(variation: Variation) -> None:
    """A deed from legal entities, the ministry's decree from a PT only."""
    permit_type = variation("01-legal-form")

    assert slots(permit_type, applicant=PERSON) == {"ktp"}
    assert slots(permit_type, applicant=COOPERATIVE) == {"ktp", "akta"}
    assert slots(permit_type, applicant=COMPANY) == {"ktp", "akta", "sk-menkumham"}


def test_2_one_of_a_group_is_enough_and_any_of_several_kinds_of_paper_will_do(variation: Variation) -> None:
    """Deed or curriculum vitae by applicant share a group; land is proved by any of three papers."""
    found = find_slots(variation("02-alternatives"), facts(applicant=PERSON), DAY)
    land = variation("07-application-kinds").requirement("bukti-tanah")

    assert [(slot.key, slot.alternative_group) for slot in found] == [("ktp", None), ("riwayat", "legalitas")]
    assert [str(choice) for choice in land.choices] == ["Sertifikat", "Akta jual beli", "Letter C"]


@pytest.mark.parametrize(
    ("subtype", "expected"),
    [
        ("bp", {"permohonan"}),
        ("rb", {"ijin-prinsip", "permohonan"}),
        ("bkia", {"ijin-prinsip", "permohonan"}),
    ],
)
def test_3_everybody_but_one_subtype(variation: Variation, subtype: str, expected: set[str]) -> None:
    """The principle permit is asked for except from a Balai Pengobatan."""
    assert slots(variation("03-negated-subtype"), form={"subtype": subtype}) == expected


@pytest.mark.parametrize(
    ("subtype", "kind", "exempt"),
    [("jalan", "keagamaan", True), ("jalan", "lainnya", False), ("tanah", "keagamaan", False)],
)
def test_3_exempt_cases_need_no_permit(
    variation: Variation, subtype: str, kind: str, *, exempt: bool
) -> None:
    """Religious events may close a street without a permit, but not use land."""
    case = facts(form={"subtype": subtype, "sifat": kind})

    assert is_exempt(variation("03-exempt"), case, DAY) is exempt


def test_4_another_s_premises_and_6_the_superior_s_consent(variation: Variation) -> None:
    """The co-operation deed depends on the owner, the consent on the employment."""
    permit_type = variation("04-premises")

    assert slots(permit_type, form={"pemilik_sarana": "sendiri", "pekerjaan": "swasta"}) == set()
    assert slots(permit_type, form={"pemilik_sarana": "pihak lain", "pekerjaan": "TNI"}) == {
        "akta-kerja-sama",
        "izin-atasan",
    }


@pytest.mark.parametrize(
    ("day", "rooms", "exempt"),
    [
        (date(2019, 5, 1), 2, False),
        (date(2023, 12, 31), 4, False),
        (date(2024, 1, 1), 4, True),
        (date(2024, 1, 1), 5, False),
    ],
)
def test_5_a_threshold_that_changed_with_time(day: date, rooms: int, *, exempt: bool) -> None:
    """All boarding houses until 2023, from five rooms since 2024: the version of the day decides."""
    permit_type = load_catalogue(VARIATIONS / "05-threshold").find("usaha-tempat-kos", on=day)

    assert is_exempt(permit_type, facts(form={"kamar": rooms}), day) is exempt


@pytest.mark.parametrize(("area", "needed"), [(500, False), (500.01, True)])
def test_5_more_than_500_square_metres(variation: Variation, area: float, *, needed: bool) -> None:
    """The location permit is asked for above the threshold, not at it."""
    form = {"luas_usaha": area, "peningkatan_usaha": False, "pemilik_tanah": True}

    assert ("izin-lokasi" in slots(variation("07-application-kinds"), form=form)) is needed


def test_6_place_and_representation(variation: Variation) -> None:
    """A protected forest brings a further office in; a representative brings a power of attorney."""
    permit_type = variation("06-place-purpose")
    form = {"hutan_lindung": True, "prasarana_pu": False}

    assert "rekom-hutan" in find_stages(permit_type, facts(form=form), DAY)
    assert slots(permit_type, form=form, representative=Representative(person=PERSON)) == {"surat-kuasa"}
    assert slots(permit_type, form=form) == set()


@pytest.mark.parametrize(
    ("kind", "growing", "expected"),
    [
        (ApplicationKind.NEW, False, {"pernyataan-tetangga", "bukti-tanah", "denah"}),
        (
            ApplicationKind.RE_REGISTRATION,
            False,
            {"pernyataan-tetangga", "bukti-tanah", "denah", "ho-lama", "imb", "dokumen-lh"},
        ),
        (ApplicationKind.AMENDMENT, False, set()),
        (ApplicationKind.AMENDMENT, True, {"pernyataan-tetangga-perubahan"}),
    ],
)
def test_7_a_list_for_each_kind_of_application(
    variation: Variation, kind: ApplicationKind, *, growing: bool, expected: set[str]
) -> None:
    """New, re-registration and amendment ask for different papers."""
    form = {"luas_usaha": 10, "peningkatan_usaha": growing, "pemilik_tanah": True}
    always = {"blanko", "pernyataan-kesanggupan", "ktp", "kk"}

    assert slots(variation("07-application-kinds"), form=form, kind=kind) == always | expected


def test_7_soft_requirements_keep_their_level(variation: Variation) -> None:
    """The family card is asked for only if the office needs it."""
    form = {"luas_usaha": 10, "peningkatan_usaha": False, "pemilik_tanah": True}
    found = find_slots(variation("07-application-kinds"), facts(form=form, applicant=PERSON), DAY)

    assert {slot.level for slot in found if slot.key == "kk"} == {RequirementLevel.IF_NEEDED}


def test_7_the_second_practice_needs_the_first_permit(variation: Variation) -> None:
    """A second SIP asks for the first."""
    permit_type = variation("12-time-per-step")

    assert "sip-pertama" in slots(permit_type, form={"praktik_ke": 2})
    assert "sip-pertama" not in slots(permit_type, form={"praktik_ke": 1})


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("kecil", {"permohonan", "foto"}),
        ("sedang", {"permohonan", "npwp", "akta", "desain", "foto"}),
        ("besar", {"permohonan", "npwp", "akta", "desain", "imb", "foto"}),
        ("non-permanen", {"permohonan", "npwp"}),
    ],
)
def test_8_a_list_for_each_size_class(variation: Variation, size: str, expected: set[str]) -> None:
    """Larger billboards need more papers."""
    assert slots(variation("08-size-class"), form={"subtype": size}, applicant=COMPANY) == expected


def test_8_a_radius_that_depends_on_the_object(variation: Variation) -> None:
    """Neighbours within 1.25 times the tower's height must agree."""
    shown = computed_values(variation("08-radius"), facts(form={"tinggi": 42}), DAY, "warga")

    assert shown == {"radius": "52,5 m"}


def test_9_what_the_office_makes_is_not_uploaded(variation: Variation) -> None:
    """Minutes and recommendation belong to stages; the applicant has no slot for them."""
    permit_type = variation("09-office-brings")

    assert slots(permit_type) == {"permohonan", "foto"}
    assert [stage.produces for stage in permit_type.stages] == ["bap", "rekom-opd"]


@pytest.mark.parametrize(
    ("forest", "roads", "expected"),
    [
        (False, False, ("berkas", "rekom-lh", "tinjau", "putusan")),
        (True, True, ("berkas", "rekom-lh", "rekom-hutan", "rekom-pu", "tinjau", "putusan")),
    ],
)
def test_10_several_offices_recommend_with_numbered_letters(
    variation: Variation, *, forest: bool, roads: bool, expected: tuple[str, ...]
) -> None:
    """Each recommending office has a stage of its own, with a register for its letter."""
    permit_type = variation("06-place-purpose")
    form = {"hutan_lindung": forest, "prasarana_pu": roads}
    registers = [stage.letter_register for stage in permit_type.stages if stage.letter_register]

    assert find_stages(permit_type, facts(form=form), DAY) == expected
    assert registers == ["rekom-blh", "rekom-dpkp", "rekom-dpu"]


def test_11_inspections_are_fixed_or_on_request(variation: Variation) -> None:
    """SIPUD always inspects; Pandeglang only when a stage asks for it."""
    fixed = variation("06-place-purpose").stage("tinjau")
    optional = variation("11-inspection").stage("tinjau")

    assert (fixed.kind, fixed.on_request) == (StageKind.SITE_INSPECTION, False)
    assert (optional.kind, optional.on_request) == (StageKind.SITE_INSPECTION, True)


def test_11_a_check_only_for_renewals(variation: Variation) -> None:
    """The tax status is checked by the office, and only when a permit is renewed."""
    permit_type = variation("11-inspection")
    form = {"tanah_sendiri": False}

    assert find_stages(permit_type, facts(form=form), DAY) == ("rekomendasi", "tinjau")
    assert find_stages(permit_type, facts(form=form, kind=ApplicationKind.RENEWAL), DAY)[0] == "kswp"
    assert slots(permit_type, form=form, kind=ApplicationKind.RENEWAL) == {"nib", "npwpd"}


def test_12_time_per_step_and_in_working_days(variation: Variation) -> None:
    """Steps have minutes; a total may be in working days."""
    budgets = [stage.budget for stage in variation("12-time-per-step").stages]
    minutes = [Period(15, PeriodUnit.MINUTES), Period(15, PeriodUnit.MINUTES), Period(30, PeriodUnit.MINUTES)]

    assert budgets == minutes
    assert find_time_limit(variation("09-office-brings"), facts(), DAY) == Period(10, PeriodUnit.WORKING_DAYS)


@pytest.mark.parametrize(
    ("tier", "limit", "until"),
    [
        ("surat-keputusan", Period(7, PeriodUnit.DAYS), None),
        ("kartu-pengawasan", Period(1, PeriodUnit.DAYS), date(2025, 3, 3)),
        ("insidentil", Period(1, PeriodUnit.DAYS), date(2024, 3, 17)),
    ],
)
def test_12_and_15_time_and_validity_for_each_tier(
    variation: Variation, tier: str, limit: Period, until: date | None
) -> None:
    """Route permits: decree, card for a year, incidental for 14 days."""
    permit_type, case = variation("15-tiers"), facts(form={"subtype": tier})

    assert find_time_limit(permit_type, case, DAY) == limit
    assert find_validity(permit_type, case, DAY).valid_until == until


IMB = {"luas": 36.5, "k_luas": 1, "bwk": 1.2, "tinggi": 1.1, "guna": 0.9, "letak": 1.05, "konstruksi": 0.7}


def test_13_a_product_of_coefficients_rounded_to_thousands(variation: Variation) -> None:
    """Pekalongan IMB: 2,800 a square metre times the coefficients, 2,500 for the form, to the next thousand."""
    # 36.5 × (1.2 × 1 × 1.1 × 0.9 × 1.05 × 0.7) = 36.5 × 0.87318 = 31.87107; × 2800 = 89238.996; + 2500
    fee = assess_fee(variation("13-coefficients"), facts(form=IMB), DAY)
    exact_lines = [79678, 6374, 3187, 2500]

    assert [line.amount.amount for line in fee.lines] == exact_lines
    assert fee.total == Rupiah(92_000)
    assert fee.rounding == 92_000 - sum(exact_lines)


@pytest.mark.parametrize(
    ("paid", "interest"),
    [
        (date(2024, 4, 3), 0),
        (date(2024, 4, 4), 1_840),
        (date(2024, 5, 3), 1_840),
        (date(2024, 5, 4), 3_680),
    ],
)
def test_14_two_per_cent_for_each_month_begun_after_thirty_days(
    variation: Variation, paid: date, interest: int
) -> None:
    """The bill of 4 March is due on 3 April; each month begun costs 2 % of 92,000."""
    permit_type = variation("13-coefficients")
    fee = assess_fee(permit_type, facts(form=IMB), DAY)

    assert fee.due_on == date(2024, 4, 3)
    assert late_interest(fee, permit_type.fee.bill, paid) == Rupiah(interest)


@pytest.mark.parametrize(
    ("area", "amount"),
    # bengkel, sedang 1.5, perumahan 3: band tariff x 4.5
    [(50, 50 * 1000 * 4.5), (50.5, 284_176), (200, 1_125_450), (201, 201 * 1500 * 4.5)],
)
def test_13_area_times_band_times_two_indices(variation: Variation, area: float, amount: float) -> None:
    """Bontang HO with made-up values: the band's upper end belongs to it."""
    form = {"luas": area, "jenis_usaha": "bengkel", "gangguan": "sedang", "lokasi": "perumahan"}

    assert assess_fee(variation("13-bands"), facts(form=form), DAY).total == Rupiah(round(amount))


@pytest.mark.parametrize(
    ("day", "total"), [(date(2020, 6, 30), 3 * 6 * 1_400_025), (date(2020, 7, 1), 3 * 6 * 1_450_000)]
)
def test_13_foreign_currency_through_a_dated_table(variation: Variation, day: date, total: int) -> None:
    """Batang IMTA: 100 dollars a person and month, at the rate of the day (made up)."""
    fee = assess_fee(variation("13-foreign-currency"), facts(form={"orang": 3, "bulan": 6}), day)

    assert fee.total == Rupiah(total)


def test_13_a_day_without_a_rate_is_an_error(variation: Variation) -> None:
    """No rate is guessed."""
    with raises_code("tariff-not-found"):
        assess_fee(variation("13-foreign-currency"), facts(form={"orang": 1, "bulan": 1}), date(2019, 1, 1))


def test_13_a_deposit_that_is_paid_back(variation: Variation) -> None:
    """Blitar billboards: the deposit is due, but marked as refundable."""
    fee = assess_fee(variation("13-deposit"), facts(), DAY)

    assert [(line.code, line.refundable) for line in fee.lines] == [
        ("pemasangan", False),
        ("jaminan-bongkar", True),
    ]
    assert fee.total == Rupiah(230_000)


@pytest.mark.parametrize(
    ("seats", "late", "lost", "total"),
    [
        (9, False, False, 60_000),
        (14, False, True, 85_000),
        (15, False, False, 84_000),
        (28, True, True, 277_000),
    ],
)
def test_13_surcharges_for_late_and_lost_cards(
    variation: Variation, seats: int, *, late: bool, lost: bool, total: int
) -> None:
    """East Java KPS: twice the levy for being late, 25,000 for a lost card."""
    previous = PreviousPermit(
        number="1",
        permit_type="kps",
        issued_on=date(2023, 3, 1),
        valid_until=date(2024, 3, 3) if late else date(2024, 3, 4),
    )
    case = facts(form={"kursi": seats, "hilang": lost}, kind=ApplicationKind.RENEWAL, previous=previous)

    assert assess_fee(variation("13-surcharges"), case, DAY).total == Rupiah(total)


def test_13_free_and_assessed_elsewhere(variation: Variation) -> None:
    """Free is free by law; a tax of another office is not assessed here."""
    free = assess_fee(variation("09-office-brings"), facts(), DAY)
    elsewhere = assess_fee(variation("15-date-range"), facts(), DAY)

    assert (free.kind, free.total) == (FeeKind.FREE, Rupiah(0))
    assert (elsewhere.kind, elsewhere.total) == (FeeKind.ELSEWHERE, Rupiah(0))


def test_15_as_long_as_the_business_runs_with_re_registration(variation: Variation) -> None:
    """Pekalongan HO has no last day, but is re-registered every three years."""
    permit_type = variation("15-while-operating")
    validity = find_validity(permit_type, facts(), DAY)

    assert validity.valid_until is None
    assert validity.text == "berlaku selama perusahaan menjalankan usahanya"
    assert re_registration_due(permit_type.renewal, DAY, date(2027, 3, 4)) == date(2030, 3, 4)


def test_15_the_old_permit_is_quoted_on_re_registration(variation: Variation) -> None:
    """Number and date of the old letter are printed, on a re-registration only."""
    permit_type = variation("15-while-operating")
    previous = PreviousPermit(number="510.8/1/2021", permit_type="izin-gangguan", issued_on=date(2021, 8, 17))
    again = facts(kind=ApplicationKind.RE_REGISTRATION, previous=previous)
    validity = find_validity(permit_type, again, DAY)

    assert letter_content(permit_type, again, validity, DAY).fields == (
        ("Izin lama", "510.8/1/2021 tanggal 17 Agustus 2021"),
    )
    assert letter_content(permit_type, facts(), validity, DAY).fields == ()


def test_15_dates_of_the_application_in_words(variation: Variation) -> None:
    """Pekalongan billboards are valid from and until the dates of the form, spelled out on the letter."""
    permit_type = variation("15-date-range")
    case = facts(form={"mulai": "2024-04-01", "selesai": "2024-06-30"})
    validity = find_validity(permit_type, case, DAY)

    assert (validity.valid_from, validity.valid_until) == (date(2024, 4, 1), date(2024, 6, 30))
    assert letter_content(permit_type, case, validity, DAY).fields == (
        ("Berlaku", "1 April 2024 (satu April dua ribu dua puluh empat) sampai 30 Juni 2024"),
    )


def test_15_once_with_a_yearly_report() -> None:
    """Blitar boarding houses get a permit once and report every year."""
    permit_type = load_catalogue(VARIATIONS / "05-threshold").find("usaha-tempat-kos", on=DAY)
    validity = find_validity(permit_type, facts(form={"kamar": 9}), DAY)

    assert (validity.valid_until, validity.text) == (None, "diurus sekali")
    assert re_registration_due(permit_type.renewal, DAY, DAY) == date(2025, 3, 4)


@pytest.mark.parametrize(
    ("expiry", "until"), [(date(2026, 8, 9), date(2026, 8, 9)), (date(2035, 1, 1), date(2029, 3, 3))]
)
def test_15_not_longer_than_the_registration(variation: Variation, expiry: date, until: date) -> None:
    """A practice recommendation ends with the registration (STR) at the latest."""
    case = facts(form={"praktik_ke": 1}, papers=[PaperFacts(slot="str", expires_on=expiry)])

    assert find_validity(variation("12-time-per-step"), case, DAY).valid_until == until


def test_16_renewal_three_months_before_the_end_else_a_new_application(variation: Variation) -> None:
    """SIPUD: renewal at the latest three months before 31 March; afterwards it counts as new."""
    rule = variation("06-place-purpose").renewal

    assert date(2024, 12, 31) == rule.closes_before.before(date(2025, 3, 31))
    assert "new_application" == rule.after_expiry
    assert rule.returns_old_letter


def test_17_papers_for_each_vehicle_and_an_annex_only_for_several(variation: Variation) -> None:
    """Bontang route permits: slots by vehicle; one vehicle makes no annex."""
    permit_type = variation("17-items")
    two = [{"nomor": "KT 1 A", "kursi": 12}, {"nomor": "KT 2 B", "kursi": 14}]
    papers = [PaperFacts(slot="buku-uji#1", expires_on=date(2025, 1, 31))]
    case = facts(form={"kendaraan": two}, papers=papers)
    validity = find_validity(variation("15-while-operating"), facts(), DAY)
    one = facts(form={"kendaraan": two[:1]})

    assert slots(permit_type, form={"kendaraan": two}) == {
        "ktp", "stnk#0", "stnk#1", "buku-uji#0", "buku-uji#1",
    }  # fmt: skip
    assert letter_content(permit_type, case, validity, DAY).annex == AnnexTable(
        columns=("No.", "Nomor kendaraan", "Uji berlaku sampai"),
        rows=(("1", "KT 1 A", "–"), ("2", "KT 2 B", "31 Januari 2025")),
    )
    assert letter_content(permit_type, one, validity, DAY).annex is None


def test_17_fee_and_validity_of_each_billboard(variation: Variation) -> None:
    """Bontang billboards with made-up values: summed over the items; the permit lasts until the last of them."""
    permit_type = variation("17-item-fees")
    banner = {"jenis": "spanduk", "jumlah": 2, "panjang": 4, "lebar": 1.5, "bulan": 1, "rokok": False}
    board = {"jenis": "papan", "jumlah": 1, "panjang": 3, "lebar": 2, "bulan": 12, "rokok": True}
    case = facts(form={"reklame": [{**banner, "mulai": "2024-04-01"}, {**board, "mulai": "2024-05-01"}]})
    fee = assess_fee(permit_type, case, DAY)
    validity = find_validity(permit_type, case, DAY)
    spans = (DateRange(date(2024, 4, 1), date(2024, 4, 30)), DateRange(date(2024, 5, 1), date(2025, 4, 30)))

    assert [line.amount.amount for line in fee.lines] == [30_000 + 675_045, 50_000]
    assert (validity.items, validity.valid_until) == (spans, date(2025, 4, 30))


def test_18_the_signatory_differs_by_permit_in_one_office() -> None:
    """The mayor, a head on the mayor's behalf, and a technical head sign different permits."""
    authority = load_authority(VARIATIONS / "18-19-bontang")
    found = {
        code: [(item.position, str(item.on_behalf_of)) for item in authority.delegations_for(code, DAY)]
        for code in ("izin-lokasi", "imb", "depot-air-minum")
    }

    assert found == {
        "izin-lokasi": [("walikota", "None")],
        "imb": [("kepala-bppm", "WALIKOTA")],
        "depot-air-minum": [("kepala-dinkes", "None")],
    }


@pytest.mark.parametrize(
    ("register", "day", "expected"),
    [
        ("imb", date(2008, 12, 31), "640/07/BPPM/XII/2008"),
        ("imb", date(2009, 1, 1), "640/7/BPPM/IMB/I/2009"),
        ("hiburan", date(2010, 5, 5), "7/HIB/V/2010"),
        ("hiburan", date(2011, 5, 5), "503/007/HIB/BPPM/V/2011"),
        ("depot-air-minum", date(2013, 9, 1), "7/006/DAM/IX/2013/DISKES.05"),
        ("rekom-blh", date(2013, 9, 1), "660.1/007/Rekom/BLH/IX/2013"),
    ],
)
def test_19_number_formats_change_with_the_years(register: str, day: date, expected: str) -> None:
    """Bontang 2008 to 2013: each day writes numbers in its own format."""
    authority = load_authority(VARIATIONS / "18-19-bontang")

    assert register_number(authority, register, sequence=7, day=day) == expected


def test_19_no_format_of_another_day_is_used() -> None:
    """The register of water depots began in 2013."""
    authority = load_authority(VARIATIONS / "18-19-bontang")

    with raises_code("number-format-missing"):
        register_number(authority, "depot-air-minum", sequence=1, day=date(2012, 12, 31))


@pytest.mark.parametrize(
    ("year", "short"),
    [(2010, "KPT"), (2016, "KPPT"), (2018, "DPMTKPTSP"), (2024, "DPMPTSP"), (2026, "DPMPTSP")],
)
def test_19_the_office_had_four_names(year: int, short: str) -> None:
    """A letter prints the name of its day (Kota Blitar)."""
    unit = load_authority(VARIATIONS / "19-blitar").unit("dpmptsp")

    assert unit.name_on(date(year, 6, 1)).short_name == short

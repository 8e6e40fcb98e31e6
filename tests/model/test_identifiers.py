"""NIK, NPWP and the other identifiers: what is accepted, what is refused, and what is only warned of."""

import pickle
from datetime import date

import attrs
import pytest

from perizinan_core.errors.model import InvalidIdentifierError
from perizinan_core.model._identifiers import (
    FamilyCardNumber,
    Kbli,
    Nib,
    Nik,
    Nip,
    Npwp,
    PassportNumber,
    PhoneNumber,
    PostalCode,
    RegionCode,
    RegionLevel,
    Sex,
    check_slug,
    find_province,
    is_slug,
    provinces,
    validate_slug,
)
from perizinan_core.testing._refusals import raises_code

ALL_PARSERS = [
    Nik.parse,
    FamilyCardNumber.parse,
    Nip.parse,
    Npwp.parse,
    Nib.parse,
    Kbli.parse,
    RegionCode.parse,
    PhoneNumber.parse,
    PostalCode.parse,
    PassportNumber.parse,
    check_slug,
]
PERSONAL = [
    (Nik, "3572014101900001"),
    (FamilyCardNumber, "3572010101100001"),
    (Nip, "198609262015051001"),
    (Npwp, "0012345674901000"),
    (PhoneNumber, "+6281234567890"),
    (PassportNumber, "X1234567"),
]


def refusal(parse, text):
    with pytest.raises(InvalidIdentifierError) as caught:
        parse(text)
    return caught.value


def nik(middle="010190", place="357201", serial="0001"):
    return place + middle + serial


def codes(warnings):
    return [warning.code for warning in warnings]


class TestNik:
    """domain.md C.1: 16 digits, day 1 to 31 or 41 to 71, no century, province as a warning."""

    @pytest.mark.parametrize("province", ["65", "91", "92", "93", "94", "95", "96"])
    def test_young_provinces_are_known(self, province):
        """Numbers that python-stdnum refuses are accepted without a warning."""
        assert () == Nik(nik(place=province + "0101")).warnings

    def test_all_38_provinces_are_known(self):
        """Every province of the table makes a number without a warning."""
        assert 38 == len(provinces())
        assert 38 == len({province.code for province in provinces()})
        assert [] == [row.code for row in provinces() if Nik(nik(place=row.code + "0101")).warnings]

    def test_an_unknown_province_is_a_warning_and_not_an_error(self):
        """A province that may be new or mistyped is shown to a person."""
        warning = Nik(nik(place="990101")).warnings[0]

        assert "unknown-province" == warning.code
        assert "99" in warning.message("en")

    @pytest.mark.parametrize("day", ["00", "32", "40", "72", "81", "89", "99"])
    def test_impossible_days_are_refused(self, day):
        """Days that the modulo of python-stdnum lets through are refused."""
        assert "day" == refusal(Nik.parse, nik(day + "0190")).reason

    @pytest.mark.parametrize("day", ["01", "31", "41", "71"])
    def test_days_at_the_edges_are_accepted(self, day):
        """1, 31, 41 and 71 are days."""
        assert nik(day + "0190") == str(Nik.parse(nik(day + "0190")))

    @pytest.mark.parametrize("month", ["00", "13", "20"])
    def test_impossible_months_are_refused(self, month):
        """Months are 1 to 12."""
        assert "month" == refusal(Nik.parse, nik(f"01{month}90")).reason

    @pytest.mark.parametrize("middle", ["310490", "710490", "300290", "290201", "690299"])
    def test_dates_that_exist_in_no_century_are_refused(self, middle):
        """31 April, 30 February and 29 February of a common year."""
        assert "date" == refusal(Nik.parse, nik(middle)).reason

    @pytest.mark.parametrize(
        ("middle", "born"),
        [
            ("290200", date(2000, 2, 29)),
            ("690204", date(1904, 2, 29)),
            ("690204", date(2004, 2, 29)),
            ("250590", date(1990, 5, 25)),
        ],
    )
    def test_a_birth_date_agrees_in_each_century_in_which_it_exists(self, middle, born):
        """1900 was not a leap year, 2000 was."""
        assert Nik(nik(middle)).agrees_with_birth_date(born)

    def test_a_birth_date_of_another_document_can_be_compared(self):
        """Both centuries agree, another day does not."""
        number = Nik(nik("450505"))

        assert number.agrees_with_birth_date(date(1905, 5, 5))
        assert number.agrees_with_birth_date(date(2005, 5, 5))
        assert not number.agrees_with_birth_date(date(2005, 5, 6))

    def test_the_sex_is_read_from_the_day(self):
        """31 is a man, 41 a woman."""
        assert (Sex.MALE, Sex.FEMALE) == (Nik(nik("310190")).sex, Nik(nik("410190")).sex)

    def test_the_district_of_registration_is_a_region_code(self):
        """The first six digits name the district."""
        assert RegionCode("35.72.01") == Nik(nik()).district

    @pytest.mark.parametrize("place", ["350001", "357001", "357200", "000101"])
    def test_an_impossible_place_is_a_warning(self, place):
        """Regency 00 or 70 and district 00 do not exist, but old numbers are not refused."""
        number = Nik(nik(place=place))

        assert number.district is None
        assert "place" in codes(number.warnings)

    def test_a_serial_of_zeros_is_a_warning(self):
        """0000 is not known to be used."""
        assert ["serial"] == codes(Nik(nik(serial="0000")).warnings)

    @pytest.mark.parametrize(
        "typed",
        [
            "3572 0101 0190 0001",
            "357201.010190.0001",
            "357201-010190-0001",
            " \u200e3572010101900001\u202c\ufeff",
        ],
    )
    def test_separators_and_invisible_marks_are_ignored(self, typed):
        """People copy numbers out of chats and PDF files."""
        assert Nik("3572010101900001") == Nik.parse(typed)

    @pytest.mark.parametrize("typed", ["", "357201010190001", "35720101019000011", " "])
    def test_another_length_is_refused(self, typed):
        """15 and 17 digits are no NIK."""
        assert refusal(Nik.parse, typed).reason in {"length", "characters"}

    @pytest.mark.parametrize(
        "typed", ["357201010190000²", "٣٥٧٢٠١٠١٠١٩٠٠٠٠١", "357201010190000O", "3572010101900001\n1"]
    )
    def test_only_ascii_digits_are_digits(self, typed):
        """Superscripts, Arabic digits and the letter O are refused."""
        assert refusal(Nik.parse, typed).reason in {"characters", "length"}

    def test_the_constructor_takes_the_canonical_form_only(self):
        """Stored values are canonical; typed ones go through parse()."""
        assert "characters" == refusal(Nik, "3572-0101-0190-0001").reason


class TestFamilyCard:
    """domain.md C.6: 16 digits; what else is usual is a warning."""

    def test_the_form_is_16_digits(self):
        """Another length is refused."""
        assert "length" == refusal(FamilyCardNumber.parse, "357201010110000").reason
        assert () == FamilyCardNumber.parse("3572.0101.0110.0001").warnings

    def test_an_unusual_date_of_issue_is_a_warning(self):
        """A woman's day is no day of issue."""
        assert ["issue-date"] == codes(FamilyCardNumber("3572014101100001").warnings)
        assert {"unknown-province", "place", "serial"} == set(
            codes(FamilyCardNumber("9900010101100000").warnings)
        )


class TestNip:
    """Perka BKN 22/2007: YYYYMMDD YYYYMM S NNN."""

    def test_the_parts_are_read(self):
        """Birth date, appointment, sex and printed form."""
        number = Nip.parse("19860926 201505 1 001")

        assert date(1986, 9, 26) == number.birth_date
        assert Sex.MALE is number.sex
        assert Sex.FEMALE is Nip.parse("198609262015052001").sex
        assert "19860926 201505 1 001" == number.grouped
        assert () == number.warnings

    def test_a_contract_employee_has_a_number_of_agreement_instead_of_a_month(self):
        """PPPK numbers carry 21 and up where civil servants have the month."""
        number = Nip("199001012022212001")

        assert () == number.warnings

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("198602302015051001", "date"),
            ("188609262015051001", "date"),
            ("198609262015131001", "appointment"),
            ("198609262015201001", "appointment"),
            ("198609262015001001", "appointment"),
            ("198609261815051001", "appointment"),
            ("198609262015053001", "sex"),
            ("198609262015050001", "sex"),
            ("130431109", "length"),
        ],
    )
    def test_impossible_parts_are_refused(self, typed, reason):
        """Each part is checked; the old nine digits are no NIP."""
        assert reason == refusal(Nip.parse, typed).reason

    def test_unusual_parts_are_warnings(self):
        """An appointment as a child and serial 000."""
        assert ["appointed-young", "serial"] == codes(Nip("200009262015051000").warnings)
        assert [] == codes(Nip("199909262015051001").warnings)


class TestNpwp:
    """domain.md C.2: 16 digits, of which the old 15 with a Luhn check, or the NIK."""

    @pytest.mark.parametrize("typed", ["01.001.634.3-093.000", "010016343093000", "0010016343093000"])
    def test_old_numbers_get_a_zero_in_front(self, typed):
        """15 and 16 digits are the same number; a published company number serves as check."""
        number = Npwp.parse(typed)

        assert "0010016343093000" == number.value
        assert "0010 0163 4309 3000" == number.grouped
        assert number.nik is None
        assert () == number.warnings

    @pytest.mark.parametrize("digit", "012456789")
    def test_a_wrong_check_digit_is_refused(self, digit):
        """Only 3 fits 01.001.634."""
        assert "checksum" == refusal(Npwp.parse, f"01001634{digit}093000").reason

    def test_a_nik_is_a_taxpayer_number(self):
        """Resident persons use their NIK; its warnings remain."""
        number = Npwp.parse(nik(place="990101"))

        assert Nik(nik(place="990101")) == number.nik
        assert ["unknown-province"] == codes(number.warnings)

    def test_an_impossible_nik_is_refused_with_its_cause(self):
        """The error is about the NPWP, its cause about the NIK; both are masked."""
        error = refusal(Npwp.parse, nik("890190"))

        assert ("npwp", "nik") == (error.kind, error.reason)
        assert "day" == error.__cause__.reason
        assert nik("890190") not in str(error)

    def test_the_new_series_is_accepted_with_a_warning(self):
        """No NIK begins with 10, and nothing more can be checked."""
        number = Npwp.parse("1000000012345678")

        assert ["new-series"] == codes(number.warnings)
        assert number.nik is None

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("000000000000000", "placeholder"),
            ("0000000000000000", "placeholder"),
            ("0010016343093000000000", "branch"),
            ("01001634309300", "length"),
            ("00100163430930001", "length"),
            ("01.001.634.3-093.00A", "characters"),
        ],
    )
    def test_other_forms_are_refused(self, typed, reason):
        """Placeholders of forms, branch numbers and wrong lengths."""
        assert reason == refusal(Npwp.parse, typed).reason

    def test_a_branch_number_says_what_to_do(self):
        """22 digits are a NITKU."""
        assert "first 16" in str(refusal(Npwp.parse, "0010016343093000000000"))


class TestBusiness:
    """domain.md C.3: NIB and KBLI."""

    def test_a_nib_keeps_its_leading_zeros(self):
        """It is text."""
        assert "0220001234567" == str(Nib.parse("0220 0012 34567"))

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [("220001234567", "length"), ("0000000000000", "placeholder"), ("02200O1234567", "characters")],
    )
    def test_other_forms_of_nib_are_refused(self, typed, reason):
        """13 digits, not all zero."""
        assert reason == refusal(Nib.parse, typed).reason

    @pytest.mark.parametrize("typed", ["2020/56101", "KBLI 2020 56101", "2020:56101", "kbli 2020-56101"])
    def test_a_kbli_is_read_with_its_edition(self, typed):
        """Edition and code are kept together."""
        assert Kbli("2020", "56101") == Kbli.parse(typed)

    def test_a_bare_code_needs_an_edition(self):
        """The edition is never guessed."""
        assert Kbli("2025", "56101") == Kbli.parse("56101", edition="2025")
        assert "edition" == refusal(Kbli.parse, "56101").reason

    def test_codes_of_two_editions_differ(self):
        """The same digits may mean something else."""
        assert Kbli("2020", "56101") != Kbli("2025", "56101")

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("2017/56101", "edition"),
            ("2020/5610", "length"),
            ("561011", "length"),
            ("2020/00101", "form"),
            ("2020/5610A", "characters"),
            ("", "characters"),
        ],
    )
    def test_other_forms_of_kbli_are_refused(self, typed, reason):
        """Five digits of a known edition."""
        assert reason == refusal(Kbli.parse, typed).reason

    def test_two_editions_that_disagree_are_refused(self):
        """The form asks for one edition, the text names another."""
        with pytest.raises(InvalidIdentifierError, match="edition"):
            Kbli.parse("2020/56101", edition="2025")

    def test_the_parts_must_be_text(self):
        """A number from a spreadsheet is refused."""
        with raises_code("identifier-not-text"):
            Kbli("2020", 56101)


class TestRegionCode:
    """Permendagri 137/2017 art. 4: PP.RR.SS.VVVV."""

    @pytest.mark.parametrize(
        ("typed", "value", "level"),
        [
            ("35", "35", RegionLevel.PROVINCE),
            ("3505", "35.05", RegionLevel.REGENCY),
            ("35.69", "35.69", RegionLevel.REGENCY),
            ("35.71", "35.71", RegionLevel.REGENCY),
            ("357201", "35.72.01", RegionLevel.DISTRICT),
            ("3572011001", "35.72.01.1001", RegionLevel.VILLAGE),
            ("35.05.01.2001", "35.05.01.2001", RegionLevel.VILLAGE),
            ("91.03.01.3001", "91.03.01.3001", RegionLevel.VILLAGE),
        ],
    )
    def test_levels(self, typed, value, level):
        """With or without dots."""
        code = RegionCode.parse(typed)

        assert value == code.value
        assert level is code.level
        assert value.replace(".", "") == code.undotted

    @pytest.mark.parametrize(
        ("typed", "reason"),
        [
            ("", "form"),
            ("3", "form"),
            ("357", "form"),
            ("35720", "form"),
            ("35720110", "form"),
            ("35720110011", "form"),
            ("3A", "form"),
            ("00", "province"),
            ("3500", "regency"),
            ("3570", "regency"),
            ("357200", "district"),
            ("3572010000", "village"),
        ],
    )
    def test_other_forms_are_refused(self, typed, reason):
        """Lengths between the levels and parts that do not exist."""
        assert reason == refusal(RegionCode.parse, typed).reason

    def test_parents_lead_up_to_the_province(self):
        """The province has none."""
        code = RegionCode("35.72.01.1001")

        assert RegionCode("35.72.01") == code.parent()
        assert RegionCode("35") == code.parent().parent().parent()
        assert RegionCode("35").parent() is None

    def test_a_code_can_be_cut_to_a_level(self):
        """Down to what it has, and None below."""
        code = RegionCode("35.72.01")

        assert RegionCode("35.72") == code.at(RegionLevel.REGENCY)
        assert code == code.at(RegionLevel.DISTRICT)
        assert code.at(RegionLevel.VILLAGE) is None

    def test_a_region_contains_itself_and_what_lies_in_it(self):
        """By parts, not by letters."""
        city = RegionCode("35.72")

        assert city.contains(city)
        assert city.contains(RegionCode("35.72.01.1001"))
        assert not city.contains(RegionCode("35"))
        assert not city.contains(RegionCode("35.71.01"))

    def test_codes_are_ordered(self):
        """Lists of regions can be sorted."""
        assert [RegionCode("35.05"), RegionCode("35.72")] == sorted(
            [RegionCode("35.72"), RegionCode("35.05")]
        )

    def test_the_province_is_looked_up_in_the_dated_table(self):
        """Name, first day and source come from the data file."""
        south_papua = RegionCode("93.01").province

        assert ("Papua Selatan", date(2022, 7, 25), "UU 14/2022") == (
            south_papua.name,
            south_papua.since,
            south_papua.source,
        )
        assert south_papua.until is None
        assert "Permendagri 137/2017" in find_province("35").source
        assert RegionCode("99.01").province is None
        assert ["unknown-province"] == codes(RegionCode("99.01").warnings)


class TestContact:
    """domain.md C.6: phone numbers in E.164, five-digit postal codes, passports."""

    @pytest.mark.parametrize(
        ("typed", "value"),
        [
            ("0812-3456-7890", "+6281234567890"),
            ("+62 812 3456 7890", "+6281234567890"),
            ("+62 (0)812-3456-7890", "+6281234567890"),
            ("6281234567890", "+6281234567890"),
            ("006281234567890", "+6281234567890"),
            ("81234567890", "+6281234567890"),
            ("\u202a+62\xa0812\u20113456\u20117890\u202c", "+6281234567890"),
            ("tel:+6281234567890", "+6281234567890"),
            ("(0342) 801171", "+62342801171"),
            ("021/5555555", "+62215555555"),
            ("0800 1234567", "+628001234567"),
            ("+65 6123 4567", "+6561234567"),
        ],
    )
    def test_numbers_are_kept_in_e164(self, typed, value):
        """As people type them at home and from abroad."""
        assert value == PhoneNumber.parse(typed).value

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "112",
            "0812",
            "08123456789012345",
            "+0812345678",
            "0342",
            "abc",
            "12345678901234567890",
            "+62112345678",
        ],
    )
    def test_other_texts_are_refused(self, typed):
        """Short codes, too long numbers, words."""
        assert refusal(PhoneNumber.parse, typed).reason in {"characters", "form", "length"}

    def test_indonesian_numbers_are_written_as_dialled_at_home(self):
        """Mobile and landline; foreign ones keep their country code."""
        mobile, landline, foreign = map(PhoneNumber, ("+6281234567890", "+62342801171", "+6581234567"))

        assert [True, True, False] == [number.is_indonesian for number in (mobile, landline, foreign)]
        assert ["081234567890", "0342801171", "+6581234567"] == [
            number.national for number in (mobile, landline, foreign)
        ]

    @pytest.mark.parametrize("typed", ["06111", "6611", "661111", "6611A"])
    def test_postal_codes_have_five_digits(self, typed):
        """And do not begin with 0."""
        assert "66111" == PostalCode.parse("66 111").value
        assert refusal(PostalCode.parse, typed).reason in {"form", "length", "characters"}

    def test_passport_numbers_become_upper_case(self):
        """Spaces and case do not matter."""
        assert PassportNumber("X1234567") == PassportNumber.parse("x 123 4567")

    @pytest.mark.parametrize("typed", ["1234", "1234567890", "ABCDEFG", "x12345é", "ſ12345", ""])
    def test_other_passport_numbers_are_refused(self, typed):
        """Five to nine ASCII letters and digits; a long s is not turned into S."""
        assert "form" == refusal(PassportNumber.parse, typed).reason


class TestSlug:
    """Short names of catalogue entries, offices and files."""

    @pytest.mark.parametrize("text", ["a", "street-use-2", "0", "a" * 80])
    def test_short_names_are_returned(self, text):
        """Lower-case words joined by dashes."""
        assert text == check_slug(text)

    @pytest.mark.parametrize("text", ["", "A", "a_b", "-a", "a-", "a--b", "a b", "é", "a\n", "a/b", "a" * 81])
    def test_other_texts_are_refused(self, text):
        """Also with a line feed at the end."""
        assert not is_slug(text)
        assert "slug" == refusal(check_slug, text).kind

    def test_it_serves_as_a_field_validator(self):
        """As ``attrs.field(validator=validate_slug)``."""

        @attrs.frozen
        class Thing:
            code: str = attrs.field(validator=validate_slug)

        assert "one" == Thing("one").code
        assert "form" == refusal(Thing, "One").reason


@pytest.mark.parametrize("parse", ALL_PARSERS)
@pytest.mark.parametrize("value", [3572010101900001, None, b"3572010101900001", 1.5])
def test_what_is_not_text_is_refused(parse, value):
    """A number from a spreadsheet has lost its zeros; the error does not repeat it."""
    error = refusal(parse, value)

    assert "type" == error.reason
    assert type(value).__name__ == error.received
    assert "3572010101900001" not in str(error)


@pytest.mark.parametrize(("cls", "value"), PERSONAL)
def test_the_class_itself_takes_text_only(cls, value):
    """Also where a stored value comes back as a number."""
    with raises_code("identifier-not-text"):
        cls(int("".join(character for character in value if character.isdecimal())))


@pytest.mark.parametrize("parse", ALL_PARSERS)
def test_very_long_texts_are_refused_at_once(parse):
    """A megabyte of digits is no identifier and is not repeated in the error."""
    error = refusal(parse, "1" * 1_000_000)

    assert len(str(error)) < 400


@pytest.mark.parametrize(("cls", "value"), PERSONAL)
def test_personal_numbers_are_masked_in_repr(cls, value):
    """Only the last four characters are shown; str() is the whole value."""
    number = cls(value)

    assert f"{cls.__name__}(***…{value[-4:]})" == repr(number)
    assert f"***…{value[-4:]}" == number.masked
    assert value == str(number)
    assert value not in repr([number])


@pytest.mark.parametrize(("cls", "value"), PERSONAL)
def test_errors_about_personal_numbers_do_not_repeat_them(cls, value):
    """Neither in the sentence nor in a field, in both languages."""
    wrong = value + "é"
    error = refusal(cls.parse, wrong)

    for text in (str(error), error.message("id"), repr(error), str(error.details())):
        assert value not in text
        assert value[:8] not in text


def test_short_personal_input_is_masked_completely():
    """Of fewer than eight characters nothing is shown."""
    assert "***" == refusal(Nik.parse, "1234567").received
    assert "***…5678" == refusal(Nik.parse, "12345678").received
    assert "***" == refusal(Nik.parse, "9" * 41).received


def test_public_codes_are_shown_in_errors():
    """A region code is no personal data, so the clerk sees what was typed."""
    error = refusal(RegionCode.parse, "35.70")

    assert "'35.70'" == error.received
    assert "RegionCode(35.72)" == repr(RegionCode("35.72"))
    assert "Kbli(2020/56101)" == repr(Kbli("2020", "56101"))


def test_the_sentence_says_what_was_expected_what_came_and_what_to_do():
    """In English and in Bahasa Indonesia."""
    error = refusal(Nik.parse, "357201010190000")

    assert (
        "NIK (population number): expected 16 digits, but got ***…0000 (15 characters). "
        "Compare it with the identity card, digit by digit." == str(error)
    )
    assert (
        "NIK: seharusnya 16 angka, tetapi yang diterima ***…0000 (15 karakter). "
        "Cocokkan angka demi angka dengan KTP." == error.message("id")
    )


def test_errors_survive_pickling():
    """They cross process borders with all fields."""
    error = refusal(Nik.parse, "1")
    copy = pickle.loads(pickle.dumps(error))

    assert error.details() == copy.details()


def test_values_are_frozen_hashable_and_compared_by_class():
    """The same digits as NIK and family card are different things."""
    number = Nik(nik())

    assert {number} == {Nik(nik())}
    assert number != FamilyCardNumber(nik())
    assert number == pickle.loads(pickle.dumps(number))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        number.value = nik("020190")

"""Properties of the identifiers, over numbers that strategies invent."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Sex,
    is_slug,
)
from perizinan_core.testing.strategies import _values as values

CLASSES = (
    Nik,
    FamilyCardNumber,
    Nip,
    Npwp,
    Nib,
    Kbli,
    RegionCode,
    PhoneNumber,
    PostalCode,
    PassportNumber,
)
TODAY = date(2026, 11, 25)
moderate = settings(max_examples=80, deadline=None)


def any_identifier():
    return st.one_of(
        values.niks(),
        values.family_card_numbers(),
        values.nips(),
        values.npwps(),
        values.nibs(),
        values.kblis(),
        values.region_codes(),
        values.phone_numbers(),
        values.postal_codes(),
        values.passport_numbers(),
    )


@st.composite
def typed(draw, text):
    """The same characters with separators and invisible marks strewn in."""
    marks = st.text(" .-\t\u00a0\u200b\u2011\u202a\ufeff", max_size=2)
    return "".join(draw(marks) + character for character in text) + draw(marks)


@moderate
@given(st.data(), any_identifier())
def test_typed_forms_lead_to_the_same_value(data, identifier):
    """parse(str(x)) is x, whatever separators stand between the characters."""
    assert identifier == type(identifier).parse(str(identifier))
    assert identifier == type(identifier).parse(data.draw(typed(str(identifier))))


@moderate
@given(st.text(max_size=30) | st.text("0123456789.-/ +", max_size=24))
def test_any_text_is_parsed_or_refused_with_our_error(text):
    """No other exception, and what is accepted reads back as itself."""
    for cls in CLASSES:
        try:
            identifier = cls.parse(text)
        except InvalidIdentifierError:
            continue
        assert identifier == cls.parse(str(identifier))


@moderate
@given(values.niks() | values.family_card_numbers() | values.nips() | values.npwps(), st.sampled_from("xé١"))
def test_neither_repr_nor_errors_hold_a_personal_number(identifier, junk):
    """At most its last four characters."""
    number = str(identifier)

    assert number[:-4] not in repr(identifier)
    with pytest.raises(InvalidIdentifierError) as caught:
        type(identifier).parse(number + junk)
    assert number[:-4] not in f"{caught.value!r} {caught.value} {caught.value.message('id')}"


@moderate
@given(values.birth_dates(), st.sampled_from(Sex), st.data())
def test_a_nik_gives_back_birth_date_and_sex(born, sex, data):
    """The number agrees with the true date."""
    nik = data.draw(values.niks(born, sex))

    assert nik.agrees_with_birth_date(born)
    assert sex is nik.sex
    assert () == nik.warnings


@moderate
@given(values.niks(), st.integers(0, 99).filter(lambda day: not (1 <= day <= 31 or 41 <= day <= 71)))
def test_no_impossible_day_is_accepted(nik, day):
    """Rule: 1 to 31 or 41 to 71."""
    with pytest.raises(InvalidIdentifierError):
        Nik(f"{nik.value[:6]}{day:02}{nik.value[8:]}")


@moderate
@given(values.old_npwps(), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_an_old_npwp_is_found(old, place, offset):
    """Luhn finds every single wrong digit among the nine."""
    digit = (int(old[place]) + offset) % 10
    with pytest.raises(InvalidIdentifierError):
        Npwp.parse(f"{old[:place]}{digit}{old[place + 1 :]}")


@moderate
@given(values.old_npwps())
def test_old_and_new_forms_of_an_npwp_are_one_number(old):
    """All forms that we print read back."""
    number = Npwp.parse(old)

    assert "0" + old == number.value
    assert number == Npwp.parse(number.grouped)


@moderate
@given(values.nips())
def test_a_nip_reads_back_from_its_printed_form(nip):
    """Its parts make it up again."""
    sex = "1" if nip.sex is Sex.MALE else "2"

    assert nip == Nip.parse(nip.grouped)
    assert nip.value.startswith(f"{nip.birth_date:%Y%m%d}")
    assert sex == nip.value[14]


@moderate
@given(values.region_codes())
def test_region_codes_form_a_tree(code):
    """Every parent contains its child, and the undotted form reads back."""
    assert code == RegionCode.parse(code.undotted)
    assert () == code.warnings
    step = code
    while (parent := step.parent()) is not None:
        assert parent.contains(step)
        assert parent.contains(code)
        assert not step.contains(parent)
        step = parent
    assert step.province is not None
    assert code == code.at(code.level)


@moderate
@given(values.phone_numbers())
def test_phone_numbers_read_back_from_the_national_form(number):
    """As dialled at home and as dialled from abroad."""
    assert number == PhoneNumber.parse(number.national)
    assert number == PhoneNumber.parse("00" + number.value[1:])


@moderate
@given(values.slugs())
def test_words_joined_by_dashes_are_slugs(slug):
    """And no longer are with an underscore, a capital or a line feed."""
    assert is_slug(slug)
    assert not is_slug(slug + "_")
    assert not is_slug(slug + "A")
    assert not is_slug(slug + "\n")

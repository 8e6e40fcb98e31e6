"""Rules that hold for any text."""

from __future__ import annotations

import unicodedata

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core._converters import canonical_json
from perizinan_core.errors.rendering import UnprintableTextError
from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.testing._letters import sample_letter

SETTINGS = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

any_text = st.text(max_size=40)
latin = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc", "Cf", "Cn", "Mn")),
    max_size=60,
)
local_scripts = st.text(
    st.one_of(
        *(
            st.characters(min_codepoint=first, max_codepoint=last, exclude_categories=("Cn",))
            for first, last in (
                (0xA980, 0xA9DF),
                (0x1B00, 0x1B7C),
                (0x1B80, 0x1BBF),
                (0x600, 0x6FF),
                (0x300, 0x36F),
            )
        )
    ),
    max_size=12,
)


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def characters(text: str) -> set[str]:
    """Characters apart from their compatibility forms: readers of PDFs give either."""
    return set(unicodedata.normalize("NFKC", text)) - set(map(chr, range(0x21)))


def outcome(work, letter):
    """The PDF and no problems, or no PDF and the problems of the refusal."""
    try:
        return work(letter), ()
    except UnprintableTextError as error:
        return None, error.problems


@SETTINGS
@given(
    holder=st.one_of(any_text, local_scripts),
    label=any_text,
    value=any_text,
    term=any_text,
    form=st.sampled_from(LetterForm),
)
def test_any_text_is_printed_without_boxes_or_refused(
    renderer, printed_text, missing_glyphs, read_pdf, holder, label, value, term, form
):
    """Arbitrary Unicode: no glyph is missing and every character can be extracted, or a typed refusal."""
    letter = sample_letter(form, holder=holder, fields=((label, value),), terms=(term,))
    pdf, problems = outcome(renderer.render, letter)
    if pdf is None:
        assert problems
        return

    assert 0 == missing_glyphs(pdf)
    assert characters(squeezed(f"{holder} {label} {value} {term}")) <= characters(printed_text(pdf))
    assert canonical_json(letter.statement) == read_pdf(pdf).attachments["permit.json"][0]


@SETTINGS
@given(name=latin, form=st.sampled_from(LetterForm))
def test_latin_names_are_always_printed_as_typed(renderer, printed_text, name, form):
    """Names of Latin letters with any accent are never refused, and come out exactly."""
    # A reader of PDFs takes a hyphen at the end of a line for a divided word and leaves it out.
    text = printed_text(renderer.render(sample_letter(form, holder=name))).replace("-", "")

    assert squeezed(name).replace("-", "") in text


@SETTINGS
@given(holder=st.one_of(any_text, local_scripts), object_=any_text)
def test_what_the_rehearsal_accepts_the_letter_accepts(renderer, holder, object_):
    """The draft and the letter agree about what can be printed: no number is taken in vain."""
    letter = sample_letter(holder=holder, object=object_)
    unnumbered = attrs.evolve(letter, statement=attrs.evolve(letter.statement, number=""), qr_text="")
    draft, refused_before = outcome(renderer.rehearse, unnumbered)
    pdf, refused_after = outcome(renderer.render, letter)

    assert refused_before == refused_after
    assert (draft is None) == (pdf is None)

"""The letter as the office makes it: rendered by Typst, signed by the signing room, judged here."""

from __future__ import annotations

import attrs
import pytest

from perizinan_core.model._letter_rule import LetterForm
from perizinan_core.rendering._typst_renderer import TypstRenderer
from perizinan_core.testing._letters import sample_letter
from perizinan_core.verification import CheckName, Outcome, Verdict, Verifier


@pytest.fixture(scope="module")
def letter(world, build):
    """A rendered and signed letter with a real QR text."""
    text = world.qr_text(build.statement())
    return build.sign(TypstRenderer().render(sample_letter(qr_text=text)), world.head)


def test_a_rendered_letter_is_valid_and_its_text_agrees(judge, letter):
    """PDF/A-3a with subset fonts: the printed text is read back through their tables."""
    report = judge(letter)

    assert Verdict.VALID is report.verdict
    assert Outcome.PASSED is report.check(CheckName.PRINTED_TEXT).outcome


def test_changed_bytes_of_a_rendered_letter_are_not_valid(letter, world, build):
    """A sample over the whole file, and every byte of the last kilobyte."""
    verifier = Verifier(world.authority)
    places = [*range(0, len(letter) - 1000, 197), *range(len(letter) - 1000, len(letter))]
    verdicts = {
        verifier.verify(letter[:i] + bytes([letter[i] ^ 1]) + letter[i + 1 :], at=build.CHECKED_AT).verdict
        for i in places
    }

    assert {Verdict.NOT_VALID} == verdicts


def test_cuts_of_a_rendered_letter_are_unreadable(letter, world, build):
    """At every percent and at each of the last 300 bytes."""
    verifier = Verifier(world.authority)
    lengths = [len(letter) * percent // 100 for percent in range(100)] + list(
        range(len(letter) - 300, len(letter))
    )

    assert {Verdict.UNREADABLE} == {verifier.verify(letter[:n], at=build.CHECKED_AT).verdict for n in lengths}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("form", list(LetterForm))
def test_every_form_of_letter_prints_what_its_data_says(judge, world, build, form, language):
    """Decree, licence, letter, certificate and card, in both languages, with long and accented values."""
    letter = sample_letter(
        form,
        language=language,
        holder="Añisa Çontoh-Müller d’Œuvre, S.T., M.Si.",
        object="Kegiatan bazar, pameran dan pertunjukan seni (panjang) " * 4,
        fields=(
            ("Luas", "1.250 m²"),
            ("Keterangan", "baris satu\nbaris dua"),
            ("Efisiensi", "efektif ﬁnal ½"),
        ),
    )
    letter = attrs.evolve(letter, qr_text=world.qr_text(letter.statement))
    report = judge(build.sign(TypstRenderer().render(letter), world.head))

    assert ("text-agrees", "qr-agrees", Verdict.VALID) == (
        report.check(CheckName.PRINTED_TEXT).reason.code,
        report.check(CheckName.QR).reason.code,
        report.verdict,
    )

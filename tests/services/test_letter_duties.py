"""A letter is validated before its number: first templates as a developer writes them, each refused with its remedy."""

import attrs
import pytest

from perizinan_core.documents import InMemoryDocumentStore
from perizinan_core.errors.documents import DocumentStoreUnavailableError
from perizinan_core.errors.services import LetterRefusedError
from perizinan_core.errors.workflow import NotIssuableError, SubmissionRefusedError
from perizinan_core.rendering import TypstRenderer
from perizinan_core.services import _rehearsal
from perizinan_core.testing._offices import APPLICANT, HOST, sample_office, sample_pack
from perizinan_core.testing._refusals import raises_code

HEAD = '#import "@perizinan/letter:1.0.0": *\n#let template(letter, logo: none) = {\n'
SHEET = "show: sheet.with(letter)\n"
BODY = "title-block(letter)\nfield-table(letter.rows)\n"
END = "[Berlaku #say(letter.validity).]\nsignature-block(letter)\n"
GOOD = SHEET + BODY + END
APART = (
    'for word in letter.holder.split(" ") [#word (nama) ]\nfor row in letter.rows.slice(1) [#row.value \\ ]\n'
)

FIRST_TEMPLATES = {
    "without the number": (
        SHEET + "heading(level: 1)[#letter.title]\nfield-table(letter.rows)\n" + END,
        "does not print the number",
        "title-block(letter) / #say(letter.number)",
    ),
    "without the holder": (
        SHEET + "title-block(letter)\n" + END,
        "does not print the name of the holder",
        "field-table(letter.rows) / #say(letter.holder)",
    ),
    "without the validity": (
        SHEET + BODY + "signature-block(letter)\n",
        "does not print the last day of validity",
        "Add #say(letter.validity)",
    ),
    "without the date": (
        SHEET + BODY + '[Berlaku s.d. #letter.validity.split("sampai dengan").last()]\nqr-code(letter)\n',
        "does not print the date of the letter",
        "signature-block(letter) / #letter.issued_on.text",
    ),
    "without the sheet": (
        "set document(title: letter.title)\n" + BODY + END,
        "embeds no permit.json",
        "show: sheet.with(letter)",
    ),
    "without the code": (
        SHEET + BODY + "[Berlaku #say(letter.validity), #letter.issued_on.text]\n",
        "does not draw the QR code",
        "signature-block(letter) or qr-code(letter)",
    ),
    "with a code of its own": (
        SHEET + BODY + "[Berlaku #say(letter.validity), #letter.issued_on.text]\n"
        'image("code.svg", alt: "Kode", width: 3cm)\n',
        "does not draw the QR code",
        "qr-code(letter)",
    ),
    "with split words": (
        SHEET + "title-block(letter)\n" + APART + END,
        "takes the name of the holder apart",
        "in one piece, with #say(letter.holder)",
    ),
    "with the holder in two columns beside another text": (
        SHEET + "title-block(letter)\n"
        'let words = letter.holder.split(" ")\n'
        "grid(columns: 2, words.first(), [Pemegang], words.last(), [izin])\n"
        "for row in letter.rows.slice(1) [#row.value \\ ]\n" + END,
        "takes the name of the holder apart",
        "in one piece",
    ),
    "with the number in the running head": (
        SHEET + "set page(header: [Nomor #letter.number])\nheading(level: 1)[#letter.title]\n"
        "field-table(letter.rows)\n" + END,
        "prints the number only where programs do not read it",
        "Print it in the text of the page",
    ),
    "with the holder as a picture's description": (
        SHEET
        + "title-block(letter)\npdf.artifact[#letter.holder]\nfor row in letter.rows.slice(1) [#row.value \\ ]\n" + END,
        "prints the name of the holder only where programs do not read it",
        "#say(letter.holder)",
    ),
    "with shortened values": (
        SHEET + "title-block(letter)\nfor row in letter.rows [#row.label: #row.value.slice(0, 2)… \\ ]\n" + END,
        "does not print the name of the holder",
        "field-table(letter.rows)",
    ),
    "with hyphens that take words apart": (
        SHEET + "title-block(letter)\nfor row in letter.rows [#row.value.clusters().join([#super[x]]) \\ ]\n" + END,
        "does not print the name of the holder",
        "#say(letter.holder)",
    ),
    "with the initials of the holder": (
        SHEET + "title-block(letter)\n"
        'letter.holder.split(" ").map(word => word.first() + ".").join(" ")\n'
        "for row in letter.rows.slice(1) [#row.value \\ ]\n" + END,
        "does not print the name of the holder",
        "#say(letter.holder)",
    ),
    "that prints otherwise as a draft": (
        SHEET + "if letter.draft { title-block(letter) } else { heading(level: 1)[#letter.title] }\n"
        "field-table(letter.rows)\n" + END,
        "does not print the number",
        "title-block(letter)",
    ),
    "with data of its own": (
        SHEET.replace("letter)", 'letter + (permit: letter.permit.replace("WR", "XX")))') + BODY + END,
        "permit-data-changed",
        "Leave permit.json to sheet",
    ),
    "with a picture without a description": (
        SHEET + 'image("code.svg", width: 2cm)\n' + BODY + END,
        "shows a picture without a description",
        'image("arms.svg", alt: "Arms of the city")',
    ),
    "with a font that shows nothing": (
        SHEET + 'set text(font: "Noto Sans Symbols2", fallback: false)\n' + BODY + END,
        "does not work",
        "Correct the template",
    ),
}  # fmt: skip

HARMLESS = {
    "the guide's": (
        SHEET + "letterhead(letter, logo: logo)\nnotice(letter)\ntitle-block(letter)\n"
        "section(letter.labels.basis, points(letter.legal_basis))\nfield-table(letter.rows)\n"
        '[Berlaku #say(letter.validity).]\nsignature-block(letter, place-label: "issued_at")\nannex(letter)\n'
    ),
    "letters set apart": SHEET + "text(tracking: 3pt, title-block(letter))\nfield-table(letter.rows)\n" + END,
    "two columns": SHEET + "title-block(letter)\ncolumns(2, field-table(letter.rows))\n" + END,
    "hyphenated": SHEET + "set text(hyphenate: true)\nset par(justify: true)\n" + BODY + END,
    "a font that is not there": SHEET + 'set text(font: "Arial")\n' + BODY + END,
}


class Workshop:
    """An office whose one template is written again for each test, and a case that waits for its approval."""

    def __init__(self, folder):
        self.source = folder / "sip.typ"
        (folder / "code.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
        pack = sample_pack()
        types = tuple(
            attrs.evolve(item, letter=attrs.evolve(item.letter, template="sip"))
            for item in pack.catalogue.permit_types
        )
        self.renderer = CountingRenderer(templates={"sip": folder})
        self.write(GOOD)
        pack = attrs.evolve(pack, catalogue=attrs.evolve(pack.catalogue, permit_types=types))
        self.kit = sample_office(pack=pack, renderer=self.renderer)
        self.case = self.kit.submit()
        self.kit.review(self.case.id, until="putusan")

    def write(self, body):
        """Write the template."""
        self.source.write_text(f"{HEAD}{body}}}\n")

    def approve(self):
        """Approve the case."""
        approver = self.kit.assignee(self.case.id, "putusan")
        return self.kit.office.reviews.approve(self.case.id, actor=approver)

    def numbers(self):
        """Return the numbers that were taken."""
        with self.kit._context.storage.unit_of_work(read_only=True) as work:
            return [line.number for line in work.numbers.book("izin", 2026)]


class CountingRenderer(TypstRenderer):
    """Counts what it prints."""

    printed = 0

    def render(self, letter):
        """Print the letter."""
        self.printed += 1
        return super().render(letter)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A workshop whose case is refused again and again."""
    return Workshop(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def workshop(tmp_path):
    """A workshop of the test's own."""
    return Workshop(tmp_path)


@pytest.mark.parametrize("name", FIRST_TEMPLATES)
def test_a_first_template_is_refused_at_the_approval_with_its_remedy(shared, name):
    """The sentence names the template, the value and what to write; no number is taken."""
    body, lacks, remedy = FIRST_TEMPLATES[name]
    shared.write(body)
    with pytest.raises(NotIssuableError) as refused:
        shared.approve()

    told = refused.value.message("en")
    assert lacks in told
    assert remedy in told
    assert "“sip”" in told
    assert [] == shared.numbers()


@pytest.mark.parametrize("name", HARMLESS)
def test_a_template_may_look_as_it_likes(shared, name):
    """Columns, letter-spacing and hyphens are no fault: the checker reads through them."""
    shared.write(HARMLESS[name])
    with shared.kit._context.storage.unit_of_work(read_only=True) as work:
        permit_type = shared.kit._context.permit_type_of(shared.case)
        outlook = _rehearsal.letter_outlook(
            shared.kit._context, work, shared.case, permit_type, None, shared.kit.clock()
        )

    assert () == outlook.problems


def test_applicants_are_told_that_the_office_has_to_do_something(shared):
    """What a template lacks is nothing that they could put right."""
    shared.write(FIRST_TEMPLATES["without the number"][0])
    with pytest.raises(SubmissionRefusedError) as refused:
        shared.kit.submit()

    assert "Tell the office" in refused.value.message("en")
    assert "title-block" not in refused.value.message("en")


def test_approval_and_issue_print_the_letter_twice_in_all(workshop):
    """What passed at the approval is not printed again before the number."""
    workshop.renderer.printed = 0
    workshop.approve()
    workshop.kit.clock.forward(days=3)
    permit = workshop.kit.issue(workshop.case.id)

    assert "500/001/WR/2026" == permit.number
    assert 2 == workshop.renderer.printed


def test_a_template_that_was_changed_since_the_approval_costs_no_number(workshop):
    """The kept result belongs to the template that was rehearsed; the sentence says what to add."""
    workshop.approve()
    workshop.write(FIRST_TEMPLATES["without the holder"][0])
    with pytest.raises(LetterRefusedError, match=r"Add field-table\(letter\.rows\)"):
        workshop.kit.issue(workshop.case.id)
    assert [] == workshop.numbers()
    workshop.write(GOOD + "[Terima kasih.]\n")

    assert "500/001/WR/2026" == workshop.kit.issue(workshop.case.id).number


def test_the_size_of_the_signed_file_is_part_of_the_rehearsal(shared, monkeypatch):
    """A letter with pictures that are too large is refused while it can be changed."""
    shared.write(GOOD)
    monkeypatch.setattr(_rehearsal, "MAX_LETTER_BYTES", 10_000)
    with pytest.raises(NotIssuableError, match=r"a letter may have 10000. Use smaller pictures"):
        shared.approve()
    assert [] == shared.numbers()


def test_a_rehearsed_code_is_signed_with_no_key_of_the_office(shared):
    """A draft with a number that was not taken is never genuine."""
    from perizinan_core.errors.published import QrTextError
    from perizinan_core.published import read_authority_document, verify_qr
    from perizinan_core.services._letters import plan_letter
    from perizinan_core.workflow._foresight import entitled_delegations

    context, kit = shared.kit._context, shared.kit
    day = context.local_day(kit.clock())
    permit_type = context.permit_type_of(shared.case)
    delegation = entitled_delegations(context.authority, permit_type.code, day)[0]
    plan = plan_letter(shared.case, permit_type, None, delegation, day)
    with context.storage.unit_of_work(read_only=True) as work:
        letter = _rehearsal.Rehearsal(
            context=context, work=work, application=shared.case, plan=plan, moment=kit.clock()
        ).letter
    document = read_authority_document(kit.office.publication.authority_json())

    assert "500/001/WR/2026" == letter.statement.number
    with pytest.raises(QrTextError):
        verify_qr(letter.qr_text, document)


class FullStore(InMemoryDocumentStore):
    """A store whose disk is full as soon as it is said to be."""

    full = False

    def put(self, stream, **given):
        """Store content, while there is room."""
        if self.full:
            raise DocumentStoreUnavailableError(
                "document-store-full", action="put", reason="No space left on device"
            )
        return super().put(stream, **given)


def test_a_disk_that_fills_after_the_number_is_not_said_to_have_changed_nothing():
    """The sentence says that the number is taken and stays, and what to do; then the same number is issued."""
    store = FullStore()
    kit = sample_office(documents=store)
    case = kit.submit()
    kit.review(case.id)
    store.full = True
    with raises_code("signing-unfinished") as refused:
        kit.issue(case.id)
    told = refused.value.message("en")
    store.full = False

    assert "Nothing was changed" not in told
    assert "500/001/WR/2026 has its number" in told
    assert "Free space" in told
    assert "500/001/WR/2026" == kit.issue(case.id).number


def test_a_template_that_breaks_after_the_number_keeps_the_number(workshop):
    """The letter is frozen; once the template is mended, the worker prints and signs it."""
    workshop.approve()
    kit = workshop.kit
    kit.office.publication.authority_json()  # binds the certificate
    with kit._context.storage.unit_of_work() as work:
        application = work.applications.get(workshop.case.id, lock=True)
        kit.office.permits.issuance._take(work, application, kit.officer("kepala"), kit.clock())
        work.commit()
    workshop.source.write_text("#let template(")
    with raises_code("letter-not-printed", match=r"The number stays"):
        kit.issue(workshop.case.id)
    workshop.write(GOOD)
    kit.clock.forward(minutes=10)

    assert 1 == kit.office.worker.run_once().signed
    assert ["500/001/WR/2026"] == workshop.numbers()


def test_the_applicant_sees_nothing_of_a_letter_that_is_not_issued(workshop):
    """Neither what was frozen, with its genuine code, nor what was rehearsed; the office sees both."""
    workshop.approve()
    kit = workshop.kit
    with kit._context.storage.unit_of_work() as work:
        application = work.applications.get(workshop.case.id, lock=True)
        permit, _ = kit.office.permits.issuance._take(work, application, kit.officer("kepala"), kit.clock())
        work.commit()
    inside, outside = (
        (
            kit.office.permits.get(permit.id, actor=actor).letter,
            kit.office.applications.get(workshop.case.id, actor=actor).rehearsed,
        )
        for actor in (HOST, APPLICANT)
    )

    assert None not in inside
    assert (None, None) == outside

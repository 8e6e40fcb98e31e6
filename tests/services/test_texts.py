"""What people write: bounded, visible, in one normal form, before anything of it is kept."""

from __future__ import annotations

import inspect
import json
import pickle
from datetime import date
from io import BytesIO
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core._converters import from_json
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import FormDataError, TextRefusedError
from perizinan_core.errors.services import AccessDeniedError, ArgumentError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model._applicant import Person, Representative
from perizinan_core.model._case import CorrectionItem, StageOutcome
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._lookalikes import LookAlike
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, FORMS, HOST, sample_applicant, sample_office
from perizinan_core.testing._refusals import raises_code

HOSTILE = ("A\nB", "A\u200bB", "A\u202eB", "A\x00B", "A\ud800B")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


def test_a_form_of_one_megabyte_is_refused_before_it_is_kept(any_kit):
    """When a draft begins and when it is saved; the draft stays as it was."""
    huge = {f"asing{number}": "x" * 20 for number in range(45_000)}
    case = any_kit.draft()
    with pytest.raises(FormDataError):
        any_kit.draft(form=huge)
    with pytest.raises(FormDataError):
        any_kit.office.applications.save(case.id, actor=APPLICANT, form=huge)

    assert FORMS["warung"] == any_kit.office.applications.get(case.id, actor=HOST).form


def test_texts_are_stored_in_the_form_in_which_they_are_shown(any_kit):
    """NFC and ordinary blanks, on every kind of store; a name of a file is never a reason to refuse."""
    case = any_kit.draft(
        applicant=sample_applicant(name="Rene\u0301  Contoh"),
        form={"lokasi": "Jalan\u00a0Me\u0301lati", "di_rumah": False},
    )
    document = any_kit.upload(case.id, "ktp", file_name="ktp\ud800\x00\u202e.png")
    stored = any_kit.office.applications.get(case.id, actor=APPLICANT)

    assert "René Contoh" == stored.applicant.name
    assert "Jalan Mélati" == stored.form["lokasi"]
    assert ["ktp\ufffd\ufffd\ufffd.png"] == [
        item.file_name for item in stored.documents if item.id == document
    ]


def test_a_file_with_a_strange_name_does_not_keep_the_receipt_from_being_signed(any_kit):
    """Half a character, NUL and 5 000 letters: the receipt lists what is kept."""
    case = any_kit.draft()
    any_kit.fill(case.id)
    held = any_kit.office.applications.get(case.id, actor=APPLICANT).current_documents()[0]
    any_kit.upload(case.id, held.slot, replaces=held.id, file_name="\ud800\x00" + "n" * 5_000 + ".png")
    any_kit.hand_in(case.id)
    signed = json.loads(any_kit.office.applications.signed_receipt(case.id, actor=APPLICANT))

    (name,) = [item["file_name"] for item in signed["signed"]["files"] if item["slot"] == held.slot]
    assert name.startswith("\ufffd\ufffdnnn")
    assert name.endswith("nnn.png")
    assert 255 == len(name)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_use_case_keeps_a_text_that_nobody_can_see(kit, text):
    """Of applicants and of officers alike: the step is refused, and the case stays as it was."""
    case = kit.submit()
    officer = kit.assignee(case.id, "periksa")
    applications, reviews = kit.office.applications, kit.office.reviews
    steps = [
        lambda: applications.start("warung", applicant=APPLICANT, actor=APPLICANT, form={"lokasi": text}),
        lambda: reviews.request_correction(
            case.id, "periksa", (CorrectionItem(target="ktp", reason=text),), actor=officer
        ),
        lambda: reviews.decide(case.id, "periksa", StageOutcome.POSITIVE, actor=officer, reasons=(text,)),
        lambda: reviews.declare_conflict(case.id, reason=text, actor=officer),
        lambda: reviews.reassign(case.id, "periksa", reason=text, actor=kit.officer("supervisor")),
    ]
    before = applications.get(case.id, actor=HOST)
    for step in steps if text != "A\nB" else steps[:1]:
        with pytest.raises(PerizinanError) as refused:
            step()
        assert isinstance(refused.value, TextRefusedError | ArgumentError)

    assert before == applications.get(case.id, actor=HOST)


def test_a_line_break_in_a_field_of_one_line_is_a_problem_of_the_form(kit):
    """It is named when the draft is looked at and when it is handed in."""
    case = kit.draft(form={"lokasi": "Jalan\nMawar", "di_rumah": False})
    kit.fill(case.id)
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.office.applications.submit(case.id, actor=APPLICANT)

    assert ["form.lokasi"] == [item.path for item in refused.value.problems]
    assert "ke-6" in refused.value.message("id")


def test_letters_that_look_like_others_are_shown_to_the_officer(any_kit):
    """Names, addresses, e-mail and form; to officers, not to applicants."""
    case = any_kit.submit(
        applicant=sample_applicant(name="R\u0430hma Bud1"),
        form={"lokasi": "Jalan \u0421empaka", "di_rumah": False},
    )
    officer = any_kit.assignee(case.id, "periksa")
    remarks = any_kit.office.reviews.remarks(case.id, actor=officer)
    with pytest.raises(AccessDeniedError):
        any_kit.office.reviews.remarks(case.id, actor=APPLICANT)

    assert [
        ("applicant.name", LookAlike.MIXED, ("\u0430",)),
        ("form.lokasi", LookAlike.MIXED, ("\u0421",)),
    ] == [(item.path, item.kind, item.characters) for item in remarks]
    assert "“Nama”" in remarks[0].message("id")
    assert "“Lokasi”" in remarks[1].message("id")
    assert () == any_kit.office.reviews.remarks(any_kit.submit().id, actor=officer)


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("permit_type", 5),
        ("permit_type", ["warung"]),
        ("applicant", {"name": "Sekar"}),
        ("applicant", None),
        ("actor", "pemohon"),
        ("kind", "new"),
        ("form", [1]),
        ("representative", {"person": {}}),
        ("previous_permit", 17),
        ("now", "2026-03-02"),
    ],
)
def test_an_argument_of_another_kind_is_named(kit, argument, given):
    """Which argument, what was expected, and of what kind the value was; the value is not repeated."""
    good = {"permit_type": "warung", "applicant": sample_applicant(), "actor": APPLICANT}
    with pytest.raises(ArgumentError) as refused:
        kit.office.applications.start(**{**good, argument: given})

    assert argument == refused.value.argument
    assert argument in refused.value.message("id")


@pytest.mark.parametrize(
    ("argument", "given", "sentence"),
    [
        (
            "form",
            [1],
            (
                "form: harus berupa isian yang bernama atau nilai kosong, tetapi yang diterima daftar. "
                "Kirimkan dalam bentuk itu, lalu coba lagi."
            ),
        ),
        (
            "idempotency_key",
            "k" * 201,
            (
                "idempotency_key: harus berupa teks 1 sampai 200 karakter, tetapi yang diterima 201 karakter. "
                "Kirimkan dalam bentuk itu, lalu coba lagi."
            ),
        ),
        (
            "now",
            "2026-03-02",
            (
                "now: harus berupa waktu beserta zona waktunya atau nilai kosong, tetapi yang diterima teks. "
                "Kirimkan dalam bentuk itu, lalu coba lagi."
            ),
        ),
        (
            "applicant",
            None,
            (
                "applicant: harus berupa Person atau Organisation, tetapi yang diterima nilai kosong. "
                "Kirimkan dalam bentuk itu, lalu coba lagi."
            ),
        ),
    ],
)
def test_what_an_argument_should_be_is_said_in_indonesian(kit, argument, given, sentence):
    """The whole sentence; classes keep the name that the reference gives them, and the error pickles."""
    good = {"permit_type": "warung", "applicant": sample_applicant(), "actor": APPLICANT}
    with pytest.raises(ArgumentError) as refused:
        kit.office.applications.start(**{**good, argument: given})

    assert sentence == refused.value.message("id")
    assert sentence == pickle.loads(pickle.dumps(refused.value)).message("id")


@pytest.mark.parametrize(
    ("person", "path"),
    [
        (lambda: Person(name="Sekar", nik="3572015208900000"), "applicant.nik"),
        (lambda: Person(name="Sekar", birth_date="1990-01-01"), "applicant.birth_date"),
        (lambda: Person(name="Sekar", address="Jalan"), "applicant.address"),
        (lambda: Person(name="Sekar", phone=812), "applicant.phone"),
    ],
)
def test_a_value_of_another_kind_inside_an_argument_is_named_with_its_place(kit, person, path):
    """Frozen values do not check the kinds of their fields; the use case does."""
    with pytest.raises(ArgumentError) as refused:
        kit.office.applications.start("warung", applicant=person(), actor=APPLICANT)

    assert path == refused.value.argument


def test_a_stage_that_no_permit_type_has_is_named(kit):
    """For every step that names a stage, not only for judging it."""
    case = kit.submit()
    supervisor = kit.officer("supervisor")
    with raises_code("unknown-stage"):
        kit.office.reviews.reassign(case.id, "", reason="Cuti", actor=supervisor)
    with raises_code("unknown-stage"):
        kit.office.reviews.decide(
            case.id, "lain", StageOutcome.POSITIVE, actor=kit.assignee(case.id, "periksa")
        )


def test_a_moment_without_time_zone_is_our_error(kit):
    """The clock of the caller says in which zone it stands."""
    moment = kit.clock().replace(tzinfo=None)
    with raises_code("argument", match="without a time zone"):
        kit.draft(now=moment)


@pytest.fixture(scope="module")
def busy():
    """An office with a draft, a submitted case and an issued permit, and right arguments for each use case."""
    kit = sample_office()
    draft, case = kit.draft(), kit.submit()
    permit = kit.permit()
    officer = kit.officer("kepala")
    office = kit.office
    ids: dict[str, Any] = {
        "application_id": draft.id,
        "permit_id": permit.id,
        "permit_type": "warung",
        "applicant": sample_applicant(),
        "slot": "ktp",
        "stage": "periksa",
        "outcome": StageOutcome.POSITIVE,
        "file_name": "a.png",
        "document_id": "x",
        "number": permit.number,
        "reason": "Alasan",
        "reasons": ("Alasan",),
        "legal_basis": "Perda",
        "text": "TT",
        "items": (CorrectionItem(target="ktp", reason="Buram"),),
        "requested_by": officer,
        "approved_by": kit.officer("supervisor"),
        "signed_pdf": b"%PDF-",
        "kind": ApplicationKind.NEW,
    }
    calls = []
    for service, name in (
        (office.applications, "applications"),
        (office.reviews, "reviews"),
        (office.permits, "permits"),
        (office.permits.issuance, "issuance"),
    ):
        for method_name, method in inspect.getmembers(service, inspect.ismethod):
            if method_name.startswith("_"):
                continue
            parameters = inspect.signature(method).parameters
            given_ = {key: ids[key] for key in parameters if key in ids}
            if "review" in name and "application_id" in given_:
                given_["application_id"] = case.id
            if "actor" in parameters:
                given_["actor"] = officer if name in ("reviews", "permits", "issuance") else APPLICANT
            required = {key for key, item in parameters.items() if item.default is inspect.Parameter.empty}
            given_ = {"stream": None, **given_} if "stream" in parameters else given_
            calls.append((method, given_, sorted(required - given_.keys())))
    return kit, calls


@given(st.integers(0, 500), st.integers(0, 20), st.lists(JSON, min_size=4, max_size=4))
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_json_as_any_argument_of_any_use_case_is_an_answer_or_our_error(busy, which, place, values):
    """Never a TypeError, AttributeError, UnicodeError or RecursionError."""
    kit, calls = busy
    value, *others = values
    method, given_, unknown = calls[which % len(calls)]
    given_ = {**given_, **dict(zip(unknown, others, strict=False))}
    parameters = inspect.signature(method).parameters
    if not parameters:
        method()
        return
    argument = sorted(parameters)[place % len(parameters)]
    if argument == "stream":
        value = BytesIO(b"x")
    arguments = {"stream": BytesIO(small_png(1)), **given_, argument: value}
    before = kit._context.storage._held._state
    try:
        result = method(**{key: item for key, item in arguments.items() if key in parameters})
        if inspect.isgenerator(result):
            list(result)
    except PerizinanError:
        pass
    finally:
        kit._context.storage._held.replace(before)


def test_an_applicant_from_json_that_looks_right_is_handed_in(kit):
    """The way of a portal: JSON, value, draft."""
    person = from_json(
        Person,
        {
            "name": "Sekar Contoh",
            "nik": "3572015208900000",
            "email": "Sekar@Surat.example",
            "birth_date": None,
        },
    )
    agent = Representative(person=attrs.evolve(person, name="Kuasa Contoh", birth_date=date(1990, 1, 1)))
    case = kit.draft(applicant=person, representative=agent)

    assert "Sekar@surat.example" == kit.office.applications.get(case.id, actor=HOST).applicant.email

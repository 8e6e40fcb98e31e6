"""Through the applicant's door comes nothing of the office's inner side."""

from collections.abc import Iterator
from io import BytesIO

import attrs
import pytest

from perizinan_core._converters import to_json
from perizinan_core.model._actor import ActorKind
from perizinan_core.model._applicant import Representative
from perizinan_core.model._case import AcceptedAsIs, InspectionMinutes, StageOutcome
from perizinan_core.services._views import shown_case
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, sample_applicant

AGENT = attrs.evolve(APPLICANT, id="kuasa", kind=ActorKind.REPRESENTATIVE)
INNER = {
    "conflict": "Rahasia: saudara kandung",
    "jump request": "Rahasia: akan cuti",
    "jump": "Rahasia: boleh dahulu",
    "reassignment": "Rahasia: sakit",
    "remark": "Rahasia: berkas tampak ganjil",
    "findings": "Rahasia: bangunan liar",
    "opinion": "Rahasia: minta polisi ikut",
    "sent back": "Rahasia: telaah terlalu lunak",
    "acceptance": "Rahasia: tanda tangan lama",
}


def texts(value: object) -> Iterator[str]:
    """Yield every text of a JSON value, names of fields included."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def secrets_in(*values: object) -> set[str]:
    """Return which inner remarks stand anywhere in values of the model."""
    found = " ".join(text for value in values for text in texts(to_json(value)))
    return {name for name, secret in INNER.items() if secret in found}


@pytest.fixture
def case(any_kit):
    """A case in which the office wrote something wherever it can."""
    kit, reviews = any_kit, any_kit.office.reviews
    supervisor = kit.officer("supervisor")
    agent = Representative(person=sample_applicant(name="Kuasa"), actor_id=AGENT.id)
    draft = kit.draft("acara", representative=agent).id
    kit.fill(draft)
    kit.office.applications.attach_power_of_attorney(
        draft, BytesIO(small_png(4)), file_name="kuasa.png", actor=APPLICANT
    )
    case = kit.hand_in(draft).id
    clerk = kit.assignee(case, "periksa")
    other = "loket-2" if clerk.id == "loket-1" else "loket-1"
    reviews.declare_conflict(case, reason=INNER["conflict"], officer=other, actor=supervisor)
    reviews.request_jump(case, "periksa", reason=INNER["jump request"], actor=clerk)
    reviews.allow_jump(case, "periksa", approved_by=supervisor, reason=INNER["jump"])
    kit.decide(case, "periksa")
    reviews.reassign(case, "telaah", reason=INNER["reassignment"], actor=supervisor)
    reviews.request_stage(case, "peninjauan", actor=kit.assignee(case, "telaah"))
    kit.decide(case, "telaah")
    kit.decide(case, "rekomendasi", StageOutcome.NEGATIVE, reasons=(INNER["remark"],))
    inspector = kit.assignee(case, "peninjauan")
    minutes = InspectionMinutes(
        day=kit._context.local_day(kit.clock()),
        inspectors=(inspector.id,),
        findings=INNER["findings"],
        opinion=INNER["opinion"],
        favourable=True,
    )
    kit.decide(case, "peninjauan", minutes=minutes)
    kit.review(case, until="putusan")
    head = kit.assignee(case, "putusan")
    reviews.send_back(case, "telaah", reasons=(INNER["sent back"],), actor=head)
    return kit.office.applications.get(case, actor=HOST)


@pytest.mark.parametrize("actor", [APPLICANT, AGENT], ids=lambda actor: actor.id)
def test_nothing_of_the_inner_side_comes_through_the_applicants_door(any_kit, case, actor):
    """Neither when the case is read, nor in lists, in its history, or when it is changed."""
    applications = any_kit.office.applications
    read = (
        applications.get(case.id, actor=actor),
        *applications.of_owner(actor=actor).items,
        *applications.history(case.id, actor=actor),
        *applications.slots(case.id, actor=actor),
    )
    changed = applications.withdraw(case.id, actor=actor)
    seen = (*read, changed)
    officers = {name for item in case.stages for name in item.past_assignees}
    named = {text for item in (read[0], changed) for text in texts(to_json(item))}

    assert set() == secrets_in(*seen)
    assert officers
    assert officers.isdisjoint(named - {stage.assignee for stage in case.stages})
    assert not {"conflict_declared", "jump_requested"} & {getattr(item, "kind", "") for item in read}


def test_the_office_sees_what_it_wrote(any_kit, case):
    """
    Officers of the case and the host application get it as it is; the version is the same for all.

    The applicant looks first: that they did is on record from then on.
    """
    seen = any_kit.office.applications.get(case.id, actor=APPLICANT)
    case = any_kit.office.applications.get(case.id, actor=HOST)

    assert set(INNER) - {"acceptance"} == secrets_in(case)
    assert case == any_kit.office.applications.get(case.id, actor=any_kit.officer("pimpinan"))
    assert case.version == seen.version


def test_why_an_officer_accepted_a_file_is_the_offices_own(kit):
    """The applicant sees that the paper is in its place."""
    case = kit.submit()
    accepted = AcceptedAsIs(by="loket-1", at=MORNING, reason=INNER["acceptance"], findings=("x",))
    paper = attrs.evolve(case.documents[0], accepted_as_is=accepted)
    whole = attrs.evolve(case, documents=(paper, *case.documents[1:]))

    assert {"acceptance"} == secrets_in(shown_case(whole, HOST))
    assert set() == secrets_in(shown_case(whole, APPLICANT))
    assert paper.id == shown_case(whole, APPLICANT).documents[0].id

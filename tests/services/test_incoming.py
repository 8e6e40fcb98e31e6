"""Files that arrive in parts, through the use cases: announced, continued, judged, and waited for at submission."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.documents._incoming import IncomingFolder
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.errors.workflow import SubmissionRefusedError
from perizinan_core.model import Account, Actor, ActorKind
from perizinan_core.services import IncomingState
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, sample_applicant, sample_office
from perizinan_core.testing._refusals import raises_code

OTHER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)


@pytest.fixture(scope="module")
def shared():
    """One office in memory for this file; each test has a draft of its own."""
    return sample_office()


@pytest.fixture
def case(shared):
    """A draft without papers."""
    return shared.office.applications.start(
        "warung", applicant=sample_applicant(), actor=APPLICANT, form={"lokasi": "Jalan A", "di_rumah": False}
    ).id


def begin(kit, case, data, slot="ktp", **options):
    """Announce a file."""
    given = {"size": len(data), "file_name": "ktp.png", "actor": APPLICANT, **options}
    return kit.office.incoming.begin(case, slot, **given)


def send(kit, case, upload, data, *, actor=APPLICANT):
    """Send what is missing, and ask for the judgement."""
    incoming = kit.office.incoming
    taker = incoming.receive(case, upload.id, actor=actor)
    taker.append(taker.upload.received, data[taker.upload.received :])
    return incoming.finish(case, upload.id, actor=actor)


def current(kit, case):
    """Return the papers of a case."""
    return kit.office.applications.get(case, actor=APPLICANT).current_documents()


PICTURE = small_png(41)
EDGES = st.lists(st.integers(1, len(PICTURE) - 1), max_size=6, unique=True).map(sorted)


@settings(max_examples=10, deadline=None)
@given(cuts=EDGES)
def test_a_file_that_came_in_parts_is_the_file_that_was_sent(shared, cuts):
    """However it was cut: the stored hash is that of the whole."""
    draft = shared.office.applications.start("warung", applicant=sample_applicant(), actor=APPLICANT).id
    upload = begin(shared, draft, PICTURE, sha256=hashlib.sha256(PICTURE).hexdigest())
    for start, end in zip([0, *cuts], cuts, strict=False):
        taker = shared.office.incoming.receive(draft, upload.id, actor=APPLICANT)
        assert end == taker.append(start, PICTURE[start:end])
    done = send(shared, draft, upload, PICTURE)

    (paper,) = current(shared, draft)
    assert (IncomingState.STORED, paper.id) == (done.state, done.document)
    assert hashlib.sha256(PICTURE).hexdigest() == paper.sha256


def test_judging_twice_puts_one_file_into_the_slot(shared, case):
    """The answer to the first was lost on the way."""
    upload = begin(shared, case, PICTURE)
    first = send(shared, case, upload, PICTURE)

    assert first == shared.office.incoming.finish(case, upload.id, actor=APPLICANT)
    assert 1 == len(current(shared, case))


def test_what_is_not_whole_is_not_judged(shared, case):
    """It says how much is there."""
    upload = begin(shared, case, PICTURE)
    shared.office.incoming.receive(case, upload.id, actor=APPLICANT).append(0, PICTURE[:10])
    with raises_code("incoming-unfinished") as refused:
        shared.office.incoming.finish(case, upload.id, actor=APPLICANT)
    assert (10, len(PICTURE)) == (refused.value.received, refused.value.size)


def test_a_page_in_the_place_of_a_file_is_refused_with_its_reason_and_stores_nothing(shared, case):
    """Friction 4: the maintenance page of a proxy, whatever its name says."""
    page = b"<!doctype html><html><body><h1>503 Service Unavailable</h1></body></html>"
    before = tuple(shared._context.documents.documents())
    done = send(shared, case, begin(shared, case, page), page)

    assert IncomingState.REFUSED is done.state
    assert all(done.why(language) for language in ("id", "en"))
    assert ((), before) == (current(shared, case), tuple(shared._context.documents.documents()))


def test_a_file_that_is_not_the_one_that_was_announced_is_refused(shared, case):
    """The sender's hash differs: another file was continued, or bytes changed on the way."""
    done = send(shared, case, begin(shared, case, PICTURE, sha256="0" * 64), PICTURE)

    assert IncomingState.REFUSED is done.state
    assert "Choose it again" in done.why("en")[0]


@pytest.mark.parametrize("size", [0, -1, 10**12])
def test_a_size_that_cannot_be_accepted_is_refused_before_a_byte_is_sent(shared, case, size):
    """And nothing is under way."""
    with pytest.raises(UploadRefusedError):
        shared.office.incoming.begin(case, "ktp", size=size, file_name="a.png", actor=APPLICANT)
    assert () == shared.office.incoming.of_case(case, actor=APPLICANT)


def test_a_slot_that_is_not_there_is_refused_before_a_byte_is_sent(shared, case):
    """As by an upload in one piece."""
    with raises_code("unknown-slot"):
        begin(shared, case, PICTURE, slot="paspor")


def test_an_application_is_not_handed_in_while_a_file_is_under_way(shared, case):
    """Friction 2: it says so, and goes once the file is there or was given up."""
    kit = shared
    kit.office.applications.upload(case, "ktp", BytesIO(small_png(2)), file_name="a.png", actor=APPLICANT)
    paper = current(kit, case)[0].id
    upload = begin(kit, case, PICTURE, replaces=paper)
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.office.applications.submit(case, actor=APPLICANT)
    (problem,) = refused.value.problems
    assert ("documents.ktp", "file-under-way") == (problem.path, problem.code)
    assert "1 berkas" in problem.message("id")
    assert (problem,) == kit.office.applications.problems(case, actor=APPLICANT)

    done = send(kit, case, upload, PICTURE)
    receipt = kit.office.applications.submit(case, actor=APPLICANT)
    assert [hashlib.sha256(PICTURE).hexdigest()] == [file.sha256 for file in receipt.files]
    assert IncomingState.STORED is done.state


def test_a_file_that_was_given_up_is_not_waited_for(shared, case):
    """Nothing of it stays."""
    kit = shared
    kit.upload(case, "ktp")
    upload = begin(kit, case, PICTURE, replaces=current(kit, case)[0].id)
    kit.office.incoming.discard(case, upload.id, actor=APPLICANT)

    kit.office.applications.submit(case, actor=APPLICANT)
    with pytest.raises(NotFoundError):
        kit.office.incoming.get(case, upload.id, actor=APPLICANT)


def test_a_file_whose_time_is_over_is_not_waited_for_and_removed(shared, case):
    """A week after it began; until then it can be continued."""
    kit = shared
    upload = begin(kit, case, PICTURE)
    later = kit.clock() + timedelta(days=6, hours=23)
    assert (
        IncomingState.UNDER_WAY is kit.office.incoming.get(case, upload.id, actor=APPLICANT, now=later).state
    )
    later += timedelta(hours=2)

    assert IncomingState.OVER is kit.office.incoming.get(case, upload.id, actor=APPLICANT, now=later).state
    assert () == kit.office.incoming.of_case(case, actor=APPLICANT, now=later)
    with pytest.raises(NotFoundError):
        kit.office.incoming.receive(case, upload.id, actor=APPLICANT, now=later)
    kit.office.worker.run_once(now=later)
    assert () == kit._context.incoming.of_case(case)


def test_files_under_way_go_with_their_draft(shared, case):
    """At once, not after a week."""
    begin(shared, case, PICTURE)
    shared.office.applications.discard(case, actor=APPLICANT)
    assert () == shared._context.incoming.of_case(case)


@pytest.mark.parametrize("use", ["get", "receive", "finish", "discard", "begin", "of_case"])
def test_nothing_of_someone_elses_upload_can_be_reached(shared, case, use):
    """For another applicant it does not exist, also for one who knows its id."""
    upload = begin(shared, case, PICTURE)
    incoming = shared.office.incoming
    calls = {
        "begin": lambda: incoming.begin(case, "ktp", size=5, file_name="a", actor=OTHER),
        "of_case": lambda: incoming.of_case(case, actor=OTHER),
    }
    with pytest.raises(NotFoundError):
        calls.get(use, lambda: getattr(incoming, use)(case, upload.id, actor=OTHER))()
    assert 0 == incoming.get(case, upload.id, actor=APPLICANT).received


def test_an_upload_is_named_by_its_own_case_only(shared, case):
    """The id of another own draft leads nowhere."""
    other = shared.office.applications.start("warung", applicant=sample_applicant(), actor=APPLICANT).id
    upload = begin(shared, case, PICTURE)
    with pytest.raises(NotFoundError):
        shared.office.incoming.get(other, upload.id, actor=APPLICANT)


def test_the_last_choice_for_a_slot_with_one_file_counts(shared):
    """The former one is given up: two would not have room."""
    case = shared.office.applications.start("acara", applicant=sample_applicant(), actor=APPLICANT).id
    first = begin(shared, case, PICTURE)
    second = begin(shared, case, PICTURE, file_name="other.png")

    assert [second.id] == [item.id for item in shared.office.incoming.of_case(case, actor=APPLICANT)]
    assert first.id != second.id


def test_a_flood_of_announcements_leaves_a_handful_of_files(shared, case):
    """More than the slot holds are refused; a flood fills no disk."""
    refused = 0
    for number in range(2_000):
        try:
            begin(shared, case, PICTURE, file_name=f"{number}.png")
        except ServiceError as error:
            refused += error.code == "incoming-many"
    slot = next(
        item.terms
        for item in shared.office.applications.slots(case, actor=APPLICANT)
        if item.terms.key == "ktp"
    )

    assert slot.max_files == len(shared.office.incoming.of_case(case, actor=APPLICANT))
    assert 2_000 - slot.max_files == refused


def test_a_stored_file_that_was_damaged_since_is_not_handed_in(shared, case):
    """Friction 4: submitting reads every file and holds it against its hash."""
    kit = shared
    data = small_png(97)
    kit.office.applications.upload(case, "ktp", BytesIO(data), file_name="a.png", actor=APPLICANT)
    kit._context.documents.damage(hashlib.sha256(data).hexdigest())
    with pytest.raises(SubmissionRefusedError) as refused:
        kit.office.applications.submit(case, actor=APPLICANT)

    assert ["stored-file-damaged"] == [problem.code for problem in refused.value.problems]


def test_an_upload_is_continued_by_another_process_on_the_real_stores(url, open_kit, tmp_path):
    """SQLite and PostgreSQL; the folder is what both share."""
    folder = tmp_path / "incoming"
    kit = open_kit(url, incoming=IncomingFolder(folder))
    draft = kit.office.applications.start("warung", applicant=sample_applicant(), actor=APPLICANT).id
    upload = begin(kit, draft, PICTURE)
    kit.office.incoming.receive(draft, upload.id, actor=APPLICANT).append(0, PICTURE[:50])
    other = open_kit(url, incoming=IncomingFolder(folder), staff=())
    assert 50 == other.office.incoming.get(draft, upload.id, actor=APPLICANT).received
    done = send(other, draft, upload, PICTURE)

    assert IncomingState.STORED is done.state
    assert [] == list(folder.rglob("data"))


def test_accounts_are_compared_and_not_names(shared, case):
    """An officer account of the same id is not a party."""
    upload = begin(shared, case, PICTURE)
    officer = Actor(id=APPLICANT.id, kind=ActorKind.OFFICER)
    assert Account.public(APPLICANT.id) == APPLICANT.account
    with pytest.raises(ServiceError):
        shared.office.incoming.get(case, upload.id, actor=officer)


def test_a_file_that_is_whole_is_judged_by_the_worker_when_its_sender_is_gone(shared, case):
    """The process stopped in between: nobody has to ask for it, also where the draft is someone else's by now."""
    upload = begin(shared, case, PICTURE)
    shared.office.incoming.receive(case, upload.id, actor=APPLICANT).append(0, PICTURE)
    assert IncomingState.RECEIVED is shared.office.incoming.get(case, upload.id, actor=APPLICANT).state
    shared.office.applications.hand_over_draft(case, to=OTHER.id, actor=APPLICANT)
    done = shared.office.worker.run_once()
    found = shared.office.incoming.get(case, upload.id, actor=OTHER)

    assert (IncomingState.STORED, 1) == (found.state, done.inspected)
    papers = shared.office.applications.get(case, actor=OTHER).current_documents()
    assert ["ktp.png"] == [one.file_name for one in papers]
    assert 0 == shared.office.worker.run_once().inspected

"""Uploads through the use case: refused ones leave nothing, large ones cost no memory, scanners fail closed."""

import tracemalloc
from io import BytesIO, RawIOBase

import attrs
import pytest

from perizinan_core.documents._findings import finding
from perizinan_core.errors.documents import UploadRefusedError
from perizinan_core.errors.services import UploadKeptError
from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.hooks import ApplicantCheckResult, hookimpl
from perizinan_core.hooks._types import AuthorityPack
from perizinan_core.model._application import ApplicationState
from perizinan_core.testing._fakes import small_png
from perizinan_core.testing._offices import APPLICANT, sample_office, sample_pack
from perizinan_core.testing._refusals import raises_code

REFUSED = {
    "page": b"<html><script>alert(1)</script></html>",
    "empty": b"",
    "program": b"MZ" + bytes(100),
    "wrong kind": b"\xff\xd8\xff\xe0 no picture",
}


def state_of(kit, case):
    """Return everything that an upload could change."""
    application = kit.office.applications.get(case, actor=APPLICANT)
    history = kit.office.applications.history(case, actor=APPLICANT)
    return application, history, sorted(item.sha256 for item in kit._context.documents.documents())


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_upload_stores_nothing_and_changes_nothing(kit, name):
    """Neither in the records nor in the document store."""
    case = kit.draft().id
    before = state_of(kit, case)
    with pytest.raises(UploadRefusedError):
        kit.office.applications.upload(
            case, "ktp", BytesIO(REFUSED[name]), file_name="ktp.pdf", actor=APPLICANT
        )

    assert before == state_of(kit, case)


def test_what_the_case_does_not_allow_is_refused_before_the_file_is_read(kit):
    """An unknown or full slot, or a document that is not there: the stream is not touched."""

    class Untouched(RawIOBase):
        def readinto(self, _buffer):
            raise AssertionError("it was read")

    case = kit.draft().id
    for _ in range(2):
        kit.upload(case, "ktp")
    before = state_of(kit, case)
    for slot, replaces, error in (
        ("paspor", None, "unknown-slot"),
        ("ktp", None, "slot-full"),
        ("ktp", "tidak-ada", "unknown-document"),
    ):
        with raises_code(error):
            kit.office.applications.upload(
                case, slot, Untouched(), file_name="a.png", actor=APPLICANT, replaces=replaces
            )

    assert before == state_of(kit, case)


class Endless(RawIOBase):
    """A stream of many bytes that takes no memory; it says how much was read."""

    def __init__(self, size):
        super().__init__()
        self.left, self.read_bytes = size, 0

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), self.left)
        buffer[:count] = (b"%PDF-1.7\n" if not self.read_bytes else b"").ljust(count, b" ")[:count]
        self.left -= count
        self.read_bytes += count
        return count


def test_a_hundred_megabytes_cost_no_memory():
    """The file is spooled to disk in pieces; the caller's memory does not grow with it."""
    pack = sample_pack()
    types = tuple(
        attrs.evolve(
            item,
            requirements=tuple(attrs.evolve(one, max_bytes=200_000_000) for one in item.requirements),
        )
        for item in pack.catalogue.permit_types
    )
    kit = sample_office(
        pack=AuthorityPack(
            authority=pack.authority, catalogue=attrs.evolve(pack.catalogue, permit_types=types)
        )
    )
    case = kit.draft().id
    kit.upload(case, "ktp")
    stream = Endless(100_000_000)
    tracemalloc.start()
    with pytest.raises(UploadRefusedError):
        kit.office.applications.upload(case, "ktp", stream, file_name="besar.pdf", actor=APPLICANT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 0 == stream.left
    assert peak < 12_000_000


def test_no_more_is_read_than_the_limit_allows(kit):
    """One byte more is enough to know."""
    case = kit.draft().id
    limit = kit.office.applications.slots(case, actor=APPLICANT)[0].policy.max_bytes
    stream = Endless(limit * 10)
    with pytest.raises(UploadRefusedError):
        kit.office.applications.upload(case, "ktp", stream, file_name="besar.pdf", actor=APPLICANT)

    assert limit + 1 == stream.read_bytes


@attrs.define
class Scanner:
    """A scanner that raises, refuses, or finds nothing."""

    answer: object
    name: str = "contoh"

    def scan(self, path, report):
        assert path.exists()
        assert report.accepted
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_scanner_that_objects_refuses():
    """Nothing is stored."""
    kit = sample_office(scanners=[Scanner([finding("scanner-refused")])])
    case = kit.draft().id
    before = state_of(kit, case)
    with pytest.raises(UploadRefusedError):
        kit.upload(case, "ktp")

    assert before == state_of(kit, case)


def test_a_scanner_that_fails_lets_nothing_through_and_loses_nothing():
    """Fails closed: the slot stays empty, and the file is kept until the scanner answers."""
    kit = sample_office(scanners=[Scanner(RuntimeError("no signatures"))])
    case = kit.draft().id
    with pytest.raises(UploadKeptError) as told:
        kit.upload(case, "ktp")

    assert "try_again" == told.value.reason
    assert () == kit.office.applications.get(case, actor=APPLICANT).documents


def test_a_scanner_that_finds_nothing_lets_through():
    """All must agree."""
    kit = sample_office(scanners=[Scanner(()), Scanner(())])

    assert kit.upload(kit.draft().id, "ktp")


def checking(answer):
    """Return an office whose applicant check gives an answer, or raises it."""

    class Check:
        perizinan_api = 1

        @hookimpl
        def decide_applicant_check(self):
            if isinstance(answer, BaseException):
                raise answer
            return answer

    return sample_office(plugins={"dukcapil": Check()})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (ApplicantCheckResult(accepted=False, reason="nama tidak sesuai"), "applicant-refused"),
        (ConnectionError("down"), "plugin-decision"),
        (SystemExit(1), "plugin-decision"),
        ("yes", "plugin-decision"),
    ],
)
def test_an_applicant_check_that_refuses_or_fails_stops_the_submission(answer, error):
    """Fails closed: no receipt number is taken, the draft stays a draft."""
    kit = checking(answer)
    case = kit.draft().id
    kit.fill(case)
    with raises_code(error) as told:
        kit.hand_in(case)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book = tuple(work.numbers.book("tanda-terima", 2026))

    assert "down" not in told.value.message("en")
    assert () == book
    assert ApplicationState.DRAFT is kit.office.applications.get(case, actor=APPLICANT).state


def test_an_applicant_check_that_has_nothing_to_say_leaves_it_to_the_next():
    """The built-in answer accepts an identity whose form is right."""
    assert ApplicationState.SUBMITTED is checking(None).submit().state


def test_a_birth_date_that_contradicts_the_nik_is_refused_by_the_built_in_check(kit):
    """The only thing that can be known without asking anybody."""
    from datetime import date

    from perizinan_core.testing._offices import sample_applicant

    right = kit.submit(applicant=sample_applicant(birth_date=date(1990, 8, 12)))
    with raises_code("applicant-refused"):
        kit.submit(applicant=sample_applicant(birth_date=date(1990, 8, 13)))

    assert ApplicationState.SUBMITTED is right.state


def test_the_power_of_attorney_is_judged_like_any_upload(kit):
    """And refused ones change nothing."""
    from perizinan_core.model._applicant import Representative
    from perizinan_core.testing._offices import sample_applicant

    case = kit.draft(representative=Representative(person=sample_applicant(name="Kuasa"))).id
    before = state_of(kit, case)
    attach = kit.office.applications.attach_power_of_attorney
    with pytest.raises(UploadRefusedError):
        attach(case, BytesIO(b"<html>"), file_name="kuasa.pdf", actor=APPLICANT)
    unchanged = state_of(kit, case)
    attach(case, BytesIO(small_png(1)), file_name="kuasa.png", actor=APPLICANT)
    kit.fill(case)
    kit.hand_in(case)
    handed_in = state_of(kit, case)
    with pytest.raises(WorkflowError):
        attach(case, BytesIO(small_png(2)), file_name="kuasa.png", actor=APPLICANT)

    assert before == unchanged
    assert handed_in == state_of(kit, case)

"""
The tus protocol 1.0 as the portal speaks it: a table of what each request is answered, and hostile requests.

The numbers beside the rows are the sections of the protocol: core, creation, checksum, termination, expiration.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from perizinan_portal._applicant._tus_headers import Checksum, Metadata, TusFault

from perizinan_core.model import Representative
from perizinan_core.testing import HOST, sample_applicant, small_png

PICTURE = small_png(59)
TYPE = "application/offset+octet-stream"


class Client:
    """A program that speaks tus for someone who is logged in."""

    def __init__(self, portal, who):
        self.portal, self.visitor = portal, portal.visitor(who)
        token = self.visitor.cookies["__Host-perizinan_session"]
        self.secret = portal.services.store.sessions.find(token).form_secret

    def ask(self, method, place, *, data=None, **headers):
        """Send a request; ``_`` in a name of a header is a hyphen, and None leaves a usual one out."""
        usual = {"tus-resumable": "1.0.0", "x-form-token": self.secret}
        given_ = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value.encode() for name, value in {**usual, **given_}.items() if value is not None}
        return self.visitor.request(method, place, headers=sent, content=data, follow=False)

    def create(self, case, size=None, slot="ktp", *, name="ktp.png", **headers):
        """Announce a file."""
        size = len(PICTURE) if size is None else size
        headers.setdefault("upload_metadata", f"filename {b64(name.encode())}")
        return self.ask("POST", f"/permohonan/{case}/unggahan/{slot}", upload_length=str(size), **headers)

    def send(self, place, offset, data, **headers):
        """Send bytes."""
        headers.setdefault("content_type", TYPE)
        return self.ask("PATCH", place, data=data, upload_offset=str(offset), **headers)

    def offset(self, place):
        """Return how many bytes are there."""
        return int(self.ask("HEAD", place).headers["upload-offset"])


def b64(data):
    return base64.b64encode(data).decode()


def new_case(portal, who):
    """Begin a draft without papers."""
    actor = portal.actor(who)
    return portal.office.office.applications.start("warung", applicant=sample_applicant(), actor=actor).id


NUMBERS = itertools.count(1)


@pytest.fixture
def who():
    """An applicant for each test, whom no other test has slowed down."""
    return f"pemohon-{next(NUMBERS)}"


@pytest.fixture
def client(portal, who):
    """The applicant's program."""
    return Client(portal, who)


@pytest.fixture
def case(portal, who):
    """A draft of the applicant."""
    return new_case(portal, who)


@pytest.fixture
def place(client, case):
    """Where an upload that was announced continues."""
    return client.create(case).headers["location"]


def papers(portal, case):
    """Return what lies in the draft."""
    return portal.office.office.applications.get(case, actor=HOST).current_documents()


def test_core_options_says_what_the_server_can(client, case):
    """Without a version in the question, and without a login."""
    found = client.ask("OPTIONS", f"/permohonan/{case}/unggahan/ktp", tus_resumable=None)

    assert (204, "1.0.0", "creation,checksum,termination,expiration", "sha256,sha1") == (
        found.status_code,
        found.headers["tus-version"],
        found.headers["tus-extension"],
        found.headers["tus-checksum-algorithm"],
    )
    assert 0 < int(found.headers["tus-max-size"])


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_core_another_version_is_refused_and_nothing_is_done(client, place, method, version):
    """412 with the version that is spoken."""
    found = client.ask(
        method, place, data=PICTURE if method == "PATCH" else None, tus_resumable=version,
        upload_offset="0", content_type=TYPE,
    )  # fmt: skip

    assert (412, "1.0.0") == (found.status_code, found.headers["tus-version"])
    assert 0 == client.offset(place)


def test_core_head_says_offset_and_length_and_is_not_kept(client, case):
    """And the metadata as the client wrote them."""
    metadata = f"filename {b64(b'a.png')},colour {b64(b'blue')},empty"
    place = client.create(case, upload_metadata=metadata).headers["location"]
    client.send(place, 0, PICTURE[:7])
    found = client.ask("HEAD", place)

    assert (200, "7", str(len(PICTURE)), "no-store", metadata, "1.0.0") == (
        found.status_code,
        found.headers["upload-offset"],
        found.headers["upload-length"],
        found.headers["cache-control"],
        found.headers["upload-metadata"],
        found.headers["tus-resumable"],
    )


def test_core_head_of_what_is_not_there_names_no_offset(client, case):
    """404."""
    found = client.ask("HEAD", f"/permohonan/{case}/unggahan/ktp/nothing")
    assert (404, False) == (found.status_code, "upload-offset" in found.headers)


def test_core_patch_appends_and_says_the_new_offset(client, place, portal, case):
    """204; the file is in its place with the last byte."""
    first = client.send(place, 0, PICTURE[:20])
    second = client.send(place, 20, PICTURE[20:])

    assert [(204, "20"), (204, str(len(PICTURE)))] == [
        (one.status_code, one.headers["upload-offset"]) for one in (first, second)
    ]
    assert [hashlib.sha256(PICTURE).hexdigest()] == [one.sha256 for one in papers(portal, case)]
    assert "stored" == client.ask("HEAD", place).headers["perizinan-state"]


@pytest.mark.parametrize(
    ("status", "offset", "kind"),
    [(409, "5", TYPE), (409, "999", TYPE), (415, "0", "application/octet-stream"), (415, "0", None)]
    + [(400, wrong, TYPE) for wrong in ("-1", "x", "1.5", "", "9" * 40, "٣", None)],
)  # fmt: skip
def test_core_a_patch_that_does_not_fit_changes_nothing(client, place, status, offset, kind):
    """Another offset 409, another kind of content 415, no number 400."""
    found = client.ask("PATCH", place, data=b"abc", upload_offset=offset, content_type=kind)

    assert status == found.status_code
    assert 0 == client.offset(place)


def test_core_more_than_was_announced_is_refused(client, case, portal):
    """413, declared or not; what was there stays."""
    place = client.create(case, 5).headers["location"]
    assert 413 == client.send(place, 0, b"abcdef").status_code
    assert 413 == client.send(place, 0, iter_of(b"abc", b"def")).status_code
    assert 5 > client.offset(place)
    assert () == papers(portal, case)


async def iter_of(*pieces):
    for piece in pieces:
        yield piece


def test_core_the_method_may_stand_in_a_header(client, place):
    """For networks that know neither PATCH nor DELETE."""
    sent = client.ask(
        "POST", place, data=PICTURE[:4], x_http_method_override="PATCH", upload_offset="0", content_type=TYPE
    )
    assert (204, "4") == (sent.status_code, sent.headers["upload-offset"])
    assert 204 == client.ask("POST", place, x_http_method_override="DELETE").status_code
    assert 404 == client.ask("HEAD", place).status_code
    assert 405 == client.ask("POST", place).status_code


def test_creation_answers_with_the_place(client, case):
    """201 and Location, with the day on which it ends (expiration)."""
    found = client.create(case)

    assert 201 == found.status_code
    assert found.headers["location"].startswith(f"/permohonan/{case}/unggahan/ktp/")
    assert parsedate_to_datetime(found.headers["upload-expires"]).year >= 2026


@pytest.mark.parametrize(
    ("status", "length"),
    [(400, "-1"), (400, "x"), (400, ""), (400, None), (422, "0"), (422, "11000000"), (413, "900000000")],
)  # fmt: skip
def test_creation_refuses_a_size_that_cannot_be_taken(client, case, portal, status, length):
    """No number 400; empty or over the requirement's limit 422, with the sentence; over that of the portal 413."""
    found = client.ask("POST", f"/permohonan/{case}/unggahan/ktp", upload_length=length)

    assert status == found.status_code
    assert found.json()["message"]
    assert () == portal.office.office.incoming.of_case(case, actor=HOST)


def test_creation_needs_the_size_at_once(client, case):
    """A size that follows later is not among the extensions."""
    found = client.ask("POST", f"/permohonan/{case}/unggahan/ktp", upload_defer_length="1", upload_length="5")
    assert 400 == found.status_code


@pytest.mark.parametrize(
    "metadata", ["filename ###", "filename a b", ",,", "n\u00e4me YQ==", "filename YQ==,filename YQ==", "x" * 5000]
)  # fmt: skip
def test_creation_refuses_metadata_that_cannot_be_read(client, case, metadata):
    """400."""
    assert 400 == client.create(case, upload_metadata=metadata).status_code


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.png", "KTP – Dewi \u202egnp.png", "\ud83d\ude00.png", "", "x" * 900, "CON"]
)  # fmt: skip
def test_creation_takes_any_name_and_makes_no_path_of_it(client, case, portal, name):
    """The file is stored under its hash, whatever people call it."""
    raw = name.encode("utf-8", "surrogatepass")
    place = client.create(case, upload_metadata=f"filename {b64(raw)}").headers["location"]
    client.send(place, 0, PICTURE)
    (paper,) = papers(portal, case)

    assert hashlib.sha256(PICTURE).hexdigest() == paper.sha256
    assert "\0" not in paper.file_name
    assert "\u202e" not in paper.file_name


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_checksum_that_fits_is_taken(client, place, name):
    """SHA-1, which the protocol asks for, and SHA-256."""
    piece = PICTURE[:9]
    total = b64(hashlib.new(name, piece).digest())
    assert (204, 9) == (
        client.send(place, 0, piece, upload_checksum=f"{name} {total}").status_code,
        client.offset(place),
    )


def test_checksum_that_does_not_fit_discards_the_piece(client, place):
    """460; and the same piece can be sent again."""
    wrong = b64(hashlib.sha1(b"other", usedforsecurity=False).digest())
    assert 460 == client.send(place, 0, PICTURE[:9], upload_checksum=f"sha1 {wrong}").status_code
    assert 0 == client.offset(place)


@pytest.mark.parametrize("header", ["md5 YQ==", "sha1 YQ==", "sha1", "sha1 ###", "", "crc32 AAAA"])
def test_checksum_of_another_kind_is_refused(client, place, header):
    """400, and nothing is taken."""
    assert 400 == client.send(place, 0, PICTURE[:9], upload_checksum=header).status_code
    assert 0 == client.offset(place)


def test_termination_removes_the_upload(client, place):
    """204, then 404 for everything."""
    client.send(place, 0, PICTURE[:9])
    assert 204 == client.ask("DELETE", place).status_code
    assert [404, 404, 404] == [
        client.ask("HEAD", place).status_code,
        client.send(place, 9, b"x").status_code,
        client.ask("DELETE", place).status_code,
    ]


def test_expiration_is_said_with_every_piece_and_kept(portal, client, place, who):
    """After it: 410 until it is removed."""
    assert client.send(place, 0, PICTURE[:9]).headers["upload-expires"]
    before = portal.office.clock.moment
    try:
        portal.office.clock.forward(days=8)
        other = Client(portal, who)
        assert [410, 410] == [other.ask("HEAD", place).status_code, other.send(place, 9, b"x").status_code]
    finally:
        portal.office.clock.moment = before


def test_a_file_that_is_refused_says_so_at_its_upload(client, case, portal):
    """The bytes came whole, so the protocol is content; what became of the file stands beside."""
    page = b"<html>503</html>"
    place = client.create(case, len(page)).headers["location"]
    found = client.send(place, 0, page)

    assert (204, "refused") == (found.status_code, found.headers["perizinan-state"])
    assert () == papers(portal, case)


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("stranger", ["ratih", "loket-1", "admin"])
def test_an_upload_of_someone_else_is_not_there(portal, place, client, stranger, method):
    """With all headers right; officers do not apply."""
    other = Client(portal, stranger)
    found = other.ask(
        method, place, upload_offset="0", content_type=TYPE, data=b"x" if method == "PATCH" else None
    )

    assert 404 == found.status_code
    assert 0 == client.offset(place)


def test_a_power_of_attorney_is_continued_and_put_wherever_it_is_asked_for(portal, who, client):
    """It arrives like every paper; a later one takes its place."""
    agent = Representative(person=sample_applicant(), actor_id=portal.account(who).id)
    applications, actor = portal.office.office.applications, portal.actor(who)
    case = applications.start("warung", applicant=sample_applicant(), representative=agent, actor=actor).id
    slot = "representative.power_of_attorney"
    upload = client.create(case, slot=slot, name="kuasa.png").headers["location"]
    client.send(upload, 0, PICTURE[:30])
    assert 30 == client.offset(upload)
    client.send(upload, 30, PICTURE[30:])
    first = applications.get(case, actor=actor).power_of_attorney()
    note = f"filename {b64(b'baru.png')},replaces {b64(first.id.encode())}"
    again = client.create(case, slot=slot, upload_metadata=note).headers["location"]
    client.send(again, 0, PICTURE)

    found = applications.get(case, actor=actor)
    assert ("kuasa.png", "baru.png") == (first.file_name, found.power_of_attorney().file_name)
    assert ["kuasa.png"] == [
        one.file_name for one in found.current_documents() if one.slot not in ("ktp", slot)
    ]


def test_a_guest_uploads_as_everyone_does(portal):
    """A draft needs no account."""
    guest = portal.stranger()
    draft = guest.open("/izin/warung/ajukan").form("ajukan").fill(
        name="Tamu", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    ).send()  # fmt: skip
    mine = Client.__new__(Client)
    mine.portal, mine.visitor = portal, guest
    token = guest.cookies["__Host-perizinan_session"]
    mine.secret = portal.services.store.sessions.find(token).form_secret
    place = mine.create(draft.url.split("/")[2]).headers["location"]

    assert "stored" == mine.send(place, 0, PICTURE).headers["perizinan-state"]
    assert "ktp.png" in guest.open(draft.url.replace("isian", "berkas")).text


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"x_form_token": None}),
        (403, {"x_form_token": "other"}),
        (403, {"sec_fetch_site": "cross-site"}),
    ],
)
def test_a_request_of_another_site_is_refused(client, case, place, status, headers):
    """The form's token and the origin are asked for here too."""
    assert [status] * 3 == [
        client.create(case, **headers).status_code,
        client.send(place, 0, PICTURE, **headers).status_code,
        client.ask("DELETE", place, **headers).status_code,
    ]
    assert 0 == client.offset(place)


def test_a_stranger_is_asked_to_log_in(portal, place):
    """401: the program says so, and continues afterwards."""
    found = portal.stranger().request("HEAD", place, headers={"tus-resumable": "1.0.0"})
    assert 401 == found.status_code


def test_a_flood_of_announcements_is_slowed_down(portal):
    """Sixty a minute; the next say that they wait."""
    flood = Client(portal, "banjir")
    case = new_case(portal, "banjir")
    found = [flood.create(case, name=f"{n}.png").status_code for n in range(70)]

    assert 429 == found[-1]
    assert 2 >= len(portal.office.office.incoming.of_case(case, actor=HOST))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, len(PICTURE) - 1), max_size=5, unique=True).map(sorted))
def test_any_way_of_cutting_gives_the_same_file(portal, cuts):
    """Each piece in a request of its own; the stored hash is that of the whole."""
    who = f"pemohon-{next(NUMBERS)}"
    client, case = Client(portal, who), new_case(portal, who)
    place = client.create(case).headers["location"]
    for start, end in zip([0, *cuts], [*cuts, len(PICTURE)], strict=True):
        assert start == client.offset(place)
        client.send(place, start, PICTURE[start:end])

    assert [hashlib.sha256(PICTURE).hexdigest()] == [one.sha256 for one in papers(portal, case)]


@given(header=st.text(max_size=60))
def test_any_metadata_is_read_or_refused(header):
    """Never another error."""
    try:
        assert header == Metadata.read(header).raw
    except TusFault as fault:
        assert 400 == fault.status  # noqa: PT017 - either way is right


@given(header=st.text(max_size=60))
def test_any_checksum_is_read_or_refused(header):
    """Never another error."""
    try:
        assert Checksum.read(header) is not None
    except TusFault as fault:
        assert 400 == fault.status  # noqa: PT017 - either way is right

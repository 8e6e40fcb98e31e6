"""What a bucket does when something is in the way: nothing half, nothing twice, and a sentence."""

from __future__ import annotations

import io
import random
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest
from perizinan_s3 import S3UnavailableError, S3UnfitError
from perizinan_s3._names import STALE

from perizinan_core.documents import SealedDocumentStore, SealKey, SealKeys
from perizinan_core.errors.documents import DocumentNotFoundError, DocumentStoreError, LinkConflictError
from perizinan_core.hooks import Secret

LARGE = random.Random(7).randbytes(21_000_000)
EMPTY_LIST = b"<ListBucketResult><Name>kota</Name><IsTruncated>false</IsTruncated></ListBucketResult>"


@pytest.fixture
def ruled(proxy):
    """Let the proxy answer in the place of the service, for one test."""

    def rule(answer):
        proxy.rule = answer

    yield rule
    proxy.rule = None


def test_a_large_file_is_sent_in_parts_and_comes_back_from_any_place(service, prefix):
    """Three parts; its hash is checked whichever way it is read."""
    store = service.open(prefix)
    stored = store.put(io.BytesIO(LARGE))
    with store.open(stored.sha256) as reader:
        reader.seek(20_000_000)
        tail = reader.read()

    assert (len(LARGE), LARGE[20_000_000:]) == (stored.size, tail)
    assert LARGE == store.read(stored.sha256, len(LARGE))


def test_what_arrives_changed_is_noticed_and_the_next_put_mends_it(refusing, prefix, ruled, proxy):
    """A gateway that drops the last byte of every object answers with the tag of what it kept."""
    store = refusing.open(prefix)
    content = b"isi yang penting"

    def keep_less(request):
        if request.command == "PUT" and "/objects/" in request.path:
            path = refusing.folder / request.path.split("?")[0].strip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content[:-1])
            return 200, [("ETag", '"d41d8cd98f00b204e9800998ecf8427e"')], b""
        return None

    ruled(keep_less)
    with pytest.raises(S3UnavailableError) as caught:
        store.put(io.BytesIO(content))
    ruled(None)

    assert "byte yang lain" in caught.value.message("id")
    assert content == store.read(store.put(io.BytesIO(content)).sha256, 100)


@pytest.mark.parametrize("status", [500, 503, 403, 404])
def test_a_service_that_refuses_is_said_in_one_sentence_without_secrets(refusing, prefix, ruled, status):
    """Bucket and reason; neither key nor address of an object."""
    store = refusing.open(prefix, retries=0)
    ruled(lambda _request: (status, [], b"<Error><Code>X</Code><Message>rahasia</Message></Error>"))
    with pytest.raises((S3UnavailableError, DocumentStoreError)) as caught:
        store.put(io.BytesIO(b"x"))

    for text in (caught.value.message("id"), caught.value.message("en"), str(caught.value)):
        assert "rahasia" not in text
        assert prefix not in text


def test_a_request_that_fails_on_the_way_is_sent_again(refusing, prefix, ruled):
    """Twice 503, then it works; nothing is there twice."""
    store = refusing.open(prefix)
    left = [2]

    def overloaded(request):
        if request.command == "PUT" and left[0]:
            left[0] -= 1
            return 503, [], b""
        return None

    ruled(overloaded)
    stored = store.put(io.BytesIO(b"sekali"))

    assert [stored] == list(store.documents())


def test_a_file_is_read_on_after_a_cut(refusing, prefix, ruled):
    """The first answer ends after a third; the rest is asked for from there."""
    store = refusing.open(prefix)
    stored = store.put(io.BytesIO(LARGE))
    cut = [True]

    def cut_once(request):
        if (
            request.command == "GET"
            and "/objects/" in request.path
            and cut[0]
            and not request.headers.get("Range")
        ):
            cut[0] = False
            request.send_response(200)
            request.send_header("Content-Length", str(len(LARGE)))
            request.send_header("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT")
            request.send_header("ETag", '"x"')
            request.end_headers()
            request.wfile.write(LARGE[:7_000_000])
            request.wfile.flush()
            request.connection.shutdown(2)
            request.close_connection = True
            raise ConnectionAbortedError
        return

    ruled(cut_once)

    assert LARGE == store.read(stored.sha256, len(LARGE))
    assert not cut[0]


def test_a_service_that_is_away_leaves_nothing_behind(rclone, overwriting, prefix):
    """Put, read and link say so; afterwards all is as before."""
    store = overwriting.open(prefix, retries=0, seconds=2.0)
    kept = store.put(io.BytesIO(b"ada"))
    rclone.stop()
    try:
        for action in (
            lambda: store.put(io.BytesIO(b"baru")),
            lambda: store.read(kept.sha256, 10),
            lambda: store.link("signed/a", kept.sha256),
            lambda: store.delete(kept.sha256),
        ):
            with pytest.raises(S3UnavailableError):
                action()
    finally:
        rclone.start()

    assert [kept] == list(store.documents())
    assert [] == list(store.links())
    assert [] == list(store.verify())


def test_a_wrong_key_is_named_when_the_office_opens(overwriting):
    """By what to do; the key itself is nowhere."""
    with pytest.raises(S3UnavailableError) as caught:
        overwriting.open("x", secret_key=Secret(b"salah-sekali"), retries=0)

    assert "kunci instansi ditolak" in caught.value.message("id")
    assert "salah-sekali" not in f"{caught.value} {caught.value.__cause__!r}"


def test_a_bucket_that_neither_refuses_nor_lists_is_refused(refusing, prefix, ruled):
    """It ignores the header, and its listings come late."""

    def late(request):
        if request.command == "GET" and "list-type" in request.path:
            return 200, [("Content-Type", "application/xml")], EMPTY_LIST
        return "overwrite"

    ruled(late)
    with pytest.raises(S3UnfitError) as caught:
        refusing.open(prefix)

    assert "s3-unfit" == caught.value.code
    assert "If-None-Match" in caught.value.message("id")


def test_of_many_who_want_a_name_one_gets_it_each_time(service, prefix):
    """Twenty names, four writers each, every one with content of its own: no name changes once a writer knows it."""
    store = service.open(prefix)
    documents = [store.put(io.BytesIO(b"%d" % number)) for number in range(4)]
    barrier = threading.Barrier(4)

    def link(document):
        told = []
        for number in range(20):
            barrier.wait()
            try:
                store.link(f"signed/{number}", document.sha256)
            except LinkConflictError as error:
                told.append(error.existing)
            else:
                told.append(store.resolve(f"signed/{number}"))
        return told

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(link, documents))
    final = [store.resolve(f"signed/{number}") for number in range(20)]

    assert [final] * 4 == answers
    assert [] == list(store.bucket.listed("claims"))


def test_a_claim_that_its_writer_left_behind_is_passed_over(overwriting, prefix, monkeypatch):
    """It died between claim and link; the next one waits until the claim is stale, and gets the name."""
    store = overwriting.open(prefix)
    stored, other = store.put(io.BytesIO(b"a")), store.put(io.BytesIO(b"b"))
    store.bucket.put(f"claims/signed+x/{other.sha256}", b"")
    monkeypatch.setattr("perizinan_s3._names.STALE", STALE / 90)
    store.link("signed/x", stored.sha256)

    assert stored.sha256 == store.resolve("signed/x")


def test_what_is_named_while_it_is_deleted_stays_or_is_refused(service, prefix):
    """Never a name without content: the one who comes second learns it."""
    store = service.open(prefix)
    for number in range(10):
        stored = store.put(io.BytesIO(b"draf %d" % number))
        barrier = threading.Barrier(2)

        def name(number=number, stored=stored, barrier=barrier):
            barrier.wait()
            try:
                store.link(f"signed/{number}", stored.sha256)
            except DocumentNotFoundError:
                return False
            return True

        def remove(stored=stored, barrier=barrier):
            barrier.wait()
            try:
                return store.delete(stored.sha256)
            except DocumentStoreError:
                return False

        with ThreadPoolExecutor(2) as pool:
            named, removed = pool.submit(name), pool.submit(remove)
            assert not (named.result() and removed.result())
        assert store.exists(stored.sha256) == (not removed.result())

    assert [] == list(store.verify())


def test_what_is_put_while_it_is_deleted_is_there_afterwards(service, prefix, monkeypatch):
    """The one who puts waits for the end of the deletion, and puts it again."""
    store = service.open(prefix)
    stored = store.put(io.BytesIO(b"sama"))
    begun = threading.Event()
    original = type(store.bucket).delete

    def slow(self, key, **given):
        if key.startswith("objects/"):
            begun.set()
            time.sleep(0.3)
        original(self, key, **given)

    monkeypatch.setattr(type(store.bucket), "delete", slow)
    with ThreadPoolExecutor(1) as pool:
        gone = pool.submit(store.delete, stored.sha256)
        begun.wait(10)
        store.put(io.BytesIO(b"sama"))

        assert gone.result()
    assert store.exists(stored.sha256)
    assert [] == list(store.bucket.listed("leaving"))


def test_a_deletion_that_broke_off_stops_no_one_for_long(service, prefix, monkeypatch):
    """Its mark is taken away by the next who meets it."""
    store = service.open(prefix)
    stored = store.put(io.BytesIO(b"a"))
    store.bucket.put(f"leaving/{stored.sha256}", b"")
    monkeypatch.setattr("perizinan_s3._store.STALE", STALE / 200)
    store.link("signed/a", store.put(io.BytesIO(b"a")).sha256)

    assert stored.sha256 == store.resolve("signed/a")


def test_an_address_for_the_public_is_good_without_a_key(overwriting, prefix):
    """And only for content that is there."""
    store = overwriting.open(prefix)
    stored = store.put(io.BytesIO(b"surat izin"))
    with urllib.request.urlopen(store.address(stored.sha256, 60)) as answer:
        assert b"surat izin" == answer.read()

    with pytest.raises(DocumentNotFoundError):
        store.address("0" * 64, 60)


def test_a_permit_is_fetched_by_its_signed_address_alone(overwriting, prefix):
    """As a PDF to be saved, under a name that tells nothing; another signature, another file, or none is refused."""
    store = SealedDocumentStore(
        overwriting.open(prefix), SealKeys((SealKey.derived("uji", b"k" * 32),)), public_in_plain=True
    )
    permit = store.put_public(io.BytesIO(b"%PDF-1.7 izin"))
    paper = store.put(io.BytesIO(b"%PDF-1.7 ktp"))
    address = store.public_address(permit.sha256, 60)
    with urllib.request.urlopen(address) as answer:
        assert b"%PDF-1.7 izin" == answer.read()
        assert f'attachment; filename="{permit.sha256[:16]}.pdf"' == answer.headers["Content-Disposition"]
        assert ("application/pdf", "private, no-store") == (
            answer.headers["Content-Type"],
            answer.headers["Cache-Control"],
        )

    sealed = next(stored for key, stored in store.candidates(paper.sha256) if key is not None)
    assert [None, None] == [store.public_address(name, 60) for name in (paper.sha256, sealed)]
    for wrong in (
        address.partition("?")[0],
        address[:-4] + ("0000" if not address.endswith("0000") else "1111"),
        address.replace(permit.sha256, sealed),
    ):
        with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(wrong):
            pass
        with caught.value as refused:
            assert refused.code in {400, 403}


@pytest.mark.parametrize(
    ("address", "changes", "code"),
    [
        ("s3:", {}, "s3-address"),
        ("s3:UPPER", {}, "s3-address"),
        ("s3:a", {}, "s3-address"),
        ("s3:kota/../x y", {}, "s3-address"),
        ("s3:kota", {"endpoint": "http://10.0.0.8:9000"}, "s3-address"),
        ("s3:kota", {"endpoint": "ftp://localhost"}, "s3-address"),
        ("s3:kota", {"endpoint": "https://"}, "s3-address"),
        ("s3:kota", {"secret_key": None}, "s3-keys"),
    ],
)
def test_settings_that_cannot_be_meant_are_named(overwriting, address, changes, code):
    """Before anything is sent."""
    from perizinan_s3._plugin import open_store

    context = type("Context", (), {"settings": attrs.evolve(overwriting.settings(), **changes)})()
    with pytest.raises(S3UnfitError) as caught:
        open_store(address=address, context=context)

    assert code == caught.value.code
    assert "rahasia" not in caught.value.message("id")

"""A key of the office is announced before its first use; what verifiers see of each exception."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core.errors.services import AccessDeniedError, NotFoundError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._events import EventKind
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import StatusListTerms, peek_status_list
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._publication import Publication
from perizinan_core.services._published_keys import key_history, key_id
from perizinan_core.services._status_list import StatusListRules, StatusLists
from perizinan_core.testing._offices import HOST
from perizinan_core.testing._refusals import raises_code

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
PURPOSES = ("document", "qr", "status")


@pytest.fixture
def rules(tmp_path):
    """A status list in a folder."""
    return StatusListRules(uri="https://izin.contoh.example/status-list.cwt", folder=tmp_path)


@pytest.fixture
def office(kit, rules):
    """Publication of the kit's office, with other keys in place if wanted."""

    def run(**keys):
        context: OfficeContext = attrs.evolve(kit._context, keys=attrs.evolve(kit._context.keys, **keys))
        lists = StatusLists(context, rules)
        return Publication(context, roots=kit.office.publication._roots, status_lists=lists)

    return run


def new_key():
    """Return a key that nobody has seen."""
    return ec.generate_private_key(ec.SECP256R1())


def sign_with(publication, purpose, now):
    """Let the office sign something with its key of a purpose."""
    if purpose == "document":
        publication.authority_json(now=now)
    elif purpose == "status":
        publication.status_lists.build(now=now)
    else:
        with publication._context.storage.unit_of_work(read_only=True) as work:
            key = publication._context.keys.qr.public_key()
            publication._keys(work, "qr").require_usable(key, now)


def listed(document, purpose):
    """Return the ids of the keys that a document names, with their days."""
    if purpose == "document":
        return [(key_id(key), None, None) for key in document.keys]
    keys = document.qr_keys if purpose == "qr" else StatusListTerms.of(document).keys
    return [(item.kid, item.start, item.end) for item in keys]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_announced_key_stands_in_the_document_at_once_and_signs_after_seven_days(kit, office, purpose):
    """To the second; the refusal names the day. Then the former one ends."""
    key, now = new_key(), kit.clock()
    before, after = office(), office(**{purpose: key})
    before.authority_json(now=now)
    usable = before.announce_key(purpose, key.public_key(), actor=HOST, now=now)
    announced = read_authority_document(before.authority_json(now=now))
    with raises_code("key-not-usable-yet") as told:
        sign_with(after, purpose, now + WEEK - SECOND)
    sign_with(before, purpose, now + WEEK)
    sign_with(after, purpose, now + WEEK)
    later = read_authority_document(after.authority_json(now=now + WEEK))
    day = kit._context.local_day(now + WEEK)

    assert now + WEEK == usable
    assert (purpose, day) == (told.value.purpose, told.value.day)
    assert day.isoformat() in told.value.message("id")
    assert 2 == len(listed(announced, purpose))
    assert key_id(key.public_key()) in [item[0] for item in listed(announced, purpose)]
    if purpose != "document":
        assert [None, day] == [start for _kid, start, _end in listed(later, purpose)]
        assert [day, None] == [end for _kid, _start, end in listed(later, purpose)]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_that_was_put_in_place_without_a_word_signs_nothing_for_seven_days(kit, office, purpose):
    """The day counts from when it was seen first; the former key may be put back."""
    now = kit.clock()
    office().authority_json(now=now)
    after = office(**{purpose: new_key()})
    for moment in (now, now + SECOND):
        with raises_code("key-not-usable-yet"):
            sign_with(after, purpose, moment)

    sign_with(office(), purpose, now + SECOND)


def test_the_first_keys_of_an_office_sign_at_once(kit, office):
    """Nobody could know them before."""
    for purpose in PURPOSES:
        sign_with(office(), purpose, kit.clock())


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_key_in_the_place_of_a_stolen_one_signs_at_once_and_older_documents_are_refused(
    kit, office, purpose
):
    """The next version is the lowest that may be used; the list says so."""
    now, key = kit.clock(), new_key()
    old = read_authority_document(office().authority_json(now=now))
    after = office(**{purpose: key})
    yesterday = kit._context.local_day(now) - timedelta(days=1)
    after.replace_key(purpose, actor=HOST, last_day=yesterday, now=now)
    fresh = read_authority_document(after.authority_json(now=now))
    sign_with(after, purpose, now)
    made = peek_status_list(after.status_lists.build(now=now))

    assert fresh.version > old.version
    assert (fresh.version, fresh.version) == made.versions
    if purpose != "document":
        assert [yesterday, None] == [end for _kid, _start, end in listed(fresh, purpose)]


def test_a_planned_change_leaves_older_documents_in_use(kit, office):
    """Whoever has one of the last seven days knows the key already."""
    now, key = kit.clock(), new_key()
    before, after = office(), office(qr=key)
    first = read_authority_document(before.authority_json(now=now))
    before.announce_key("qr", key.public_key(), actor=HOST, now=now)
    before.authority_json(now=now)
    after.authority_json(now=now + WEEK)
    made = peek_status_list(after.status_lists.build(now=now + WEEK))

    assert first.version == made.versions[1] < made.versions[0]


def test_only_the_operator_announces_replaces_and_requires(kit, office):
    """No officer does so alone; the history tells what happened."""
    publication, now = office(), kit.clock()
    publication.authority_json(now=now)
    actor = Actor(id="kepala", kind=ActorKind.OFFICER, roles=frozenset(Role))
    for call in (
        lambda: publication.announce_key("qr", new_key().public_key(), actor=actor),
        lambda: publication.replace_key("qr", actor=actor),
        lambda: publication.require_version(1, reason="x", actor=actor),
    ):
        with pytest.raises(AccessDeniedError):
            call()
    publication.announce_key("qr", new_key().public_key(), actor=HOST, now=now)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        kinds = [event.kind for event in work.history.of(key_history("qr"))]

    assert [EventKind.OWN_KEY_CHANGED] == kinds


def test_the_lowest_version_is_raised_by_name_and_never_lowered(kit, office):
    """Only to a version that was published; the history keeps the reason, and the list is due."""
    publication, now = office(), kit.clock()
    publication.authority_json(now=now)
    for turn in range(2):
        publication.announce_key("qr", new_key().public_key(), actor=HOST, now=now)
        publication.authority_json(now=now + turn * SECOND)
    publication.status_lists.publish(now=now)
    current = peek_status_list(publication.status_lists.build(now=now)).versions[0]
    assert current == publication.require_version(reason="kunci bocor", actor=HOST, now=now)
    assert publication.status_lists.is_due(now=now)
    assert current == publication.require_version(1, reason="lagi", actor=HOST, now=now)
    assert (current, current) == peek_status_list(publication.status_lists.build(now=now)).versions
    for version in (current + 1, 0):
        with pytest.raises(NotFoundError):
            publication.require_version(version, reason="x", actor=HOST)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        told = [event.data["reason"] for event in work.history.of("authority-document")]

    assert ["kunci bocor", "lagi"] == told


def test_announcing_twice_changes_nothing(kit, office):
    """The day stays that of the first time."""
    publication, key, now = office(), new_key().public_key(), kit.clock()
    publication.authority_json(now=now)
    first = publication.announce_key("qr", key, actor=HOST, now=now)

    assert first == publication.announce_key("qr", key, actor=HOST, now=now + timedelta(days=2))
    assert [None, first] == [item.usable_from for item in publication.own_keys() if item.purpose == "qr"]

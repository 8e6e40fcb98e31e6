"""Somebody who can write to the database, and has no keys, makes the office vouch for nothing and show nothing."""

import json
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from perizinan_core.bootstrap import PublicationSettings
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.storage import SealBrokenError
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.published import read_authority_document
from perizinan_core.published._status_list import ListStatus, peek_status_list
from perizinan_core.storage._sealing import Sealer
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.testing._offices import HOST
from perizinan_core.testing._refusals import raises_code

FORGED_DELEGATION = {
    "position": "kepala",
    "code": "palsu",
    "permit_types": ["*"],
    "acting": "definitive",
}
STRANGER = Actor(id="orang-lain", kind=ActorKind.APPLICANT)


@pytest.fixture
def kit(url, open_kit, tmp_path):
    """An office with a status list, once on each database."""
    return open_kit(url, publication=PublicationSettings(folder=str(tmp_path / "public")))


def sql(kit, statement):
    with kit._context.storage._engine.begin() as connection:
        return connection.execute(statement)


def rows(kit, table):
    with kit._context.storage._engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.select(table))]


def document(kit):
    return read_authority_document(kit.office.publication.authority_json())


def test_an_inserted_binding_or_key_is_not_signed_into_authority_json(kit):
    """Neither a signatory's certificate, nor a key of QR codes or the status list, present or retired."""
    before = document(kit)
    forged = (
        (
            "signatory:" + "ab" * 32,
            '{"position": "kepala", "spki_sha256": "", "from": "2020-01-01", "to": null}',
        ),
        ("published-key:qr:00000000", '{"key": {}, "from": "2020-01-01", "to": "2030-01-01"}'),
        ("published-key:status:00000000", '{"key": {}, "from": null, "to": null}'),
        (
            "published-delegation:palsu:00",
            json.dumps({**FORGED_DELEGATION, "current": False, "spans": [[None, None]]}),
        ),
        ("published-title:palsu", '"Wali Kota"'),
        ("published-type:palsu", '"Izin Palsu"'),
    )
    for key, value in forged:
        sql(kit, tables.settings.insert().values(key=key, value=value))
    after = document(kit)

    assert before.signatories == after.signatories
    assert [item.kid for item in before.qr_keys] == [item.kid for item in after.qr_keys]
    assert before.permit_types == after.permit_types


@pytest.mark.parametrize(
    "prefix",
    ["signatory:", "published-key:qr:", "published-delegation:", "published-title:", "published-type:"],
)
@pytest.mark.parametrize("attack", ["change", "remove"])
def test_what_the_office_vouches_for_cannot_be_changed_by_sql(kit, prefix, attack):
    """Nothing is published until it is restored; what was published stays."""
    document(kit)
    before = rows(kit, tables.settings)
    mine = tables.settings.c.key.startswith(prefix)
    if attack == "change":
        sql(kit, tables.settings.update().where(mine).values(value='{"position": "kepala"}'))
    else:
        sql(kit, tables.settings.delete().where(mine))
    with raises_code("publication-broken") as told:
        kit.office.publication.authority_json()
    sql(kit, tables.settings.delete())
    sql(kit, tables.settings.insert().values(before))

    assert all(key.startswith(prefix) for key in told.value.records)
    assert document(kit)


def test_a_binding_that_was_ended_is_not_opened_again_by_an_older_row(kit):
    """A former officer does not come back with a copy of a row."""
    fingerprint = document(kit).signatories[0].certificate_sha256
    open_ = [row for row in rows(kit, tables.settings) if row["key"].endswith(fingerprint)]
    kit.office.publication.unbind(
        "kepala",
        fingerprint,
        last_day=kit._context.local_day(kit.clock()),
        reason="Pindah",
        actor=HOST,
    )
    sql(kit, tables.settings.update().where(tables.settings.c.key == open_[0]["key"]).values(open_[0]))

    with raises_code("publication-broken"):
        kit.office.publication.authority_json()


def test_an_owner_that_was_changed_shows_a_case_to_nobody(kit):
    """Neither in the list of the new owner, nor by its id, nor their permits."""
    permit = kit.permit()
    sql(kit, tables.applications.update().values(owner="public:orang-lain"))

    assert () == kit.office.applications.of_owner(actor=STRANGER).items
    assert () == kit.office.permits.of_owner(actor=STRANGER).items
    for ask in (
        lambda: kit.office.applications.get(permit.application_id, actor=STRANGER),
        lambda: kit.office.permits.get(permit.id, actor=STRANGER),
    ):
        with pytest.raises(PerizinanError):
            ask()


def place(kit, index):
    kit.office.status_lists.publish()
    packed = peek_status_list(kit.office.status_lists.file.read_bytes()).packed
    return ListStatus(packed[index // 4] >> 2 * (index % 4) & 3)


@pytest.mark.parametrize("attack", ["column", "row", "removed"])
def test_a_revoked_permit_is_not_listed_as_valid_again(kit, attack):
    """By its column, by an older row, or by none."""
    permit, other = kit.permit(), kit.permit()
    before = next(row for row in rows(kit, tables.permits) if row["id"] == permit.id)
    kit.office.permits.revoke(permit.id, reason="contoh", legal_basis="contoh", actor=kit.officer("kepala"))
    mine = tables.permits.c.id == permit.id
    revoked = place(kit, permit.status_index)
    if attack == "column":
        sql(kit, tables.permits.update().where(mine).values(status="in_force"))
    elif attack == "row":
        sql(kit, tables.permits.update().where(mine).values(before))
    else:
        sql(kit, tables.permits.delete().where(mine))

    assert ListStatus.INVALID is revoked
    assert ListStatus.SUSPENDED is place(kit, permit.status_index)
    assert ListStatus.VALID is place(kit, other.status_index)


@pytest.fixture
def computed(monkeypatch):
    """Count how often the seal of a row is computed, by table."""
    counts = Counter()
    compute = Sealer.seal_row

    def counted(self, table, columns):
        counts[table.removeprefix("perizinan_")] += 1
        return compute(self, table, columns)

    monkeypatch.setattr(Sealer, "seal_row", counted)
    return counts


def test_the_status_list_computes_the_seal_of_an_unchanged_permit_once(kit, computed):
    """What this office wrote itself it knows; a row with another content is computed, and never let through."""
    first, second, third = kit.permit(), kit.permit(), kit.permit()
    mine = tables.permits.c.id == second.id
    place(kit, first.status_index)
    computed.clear()
    place(kit, first.status_index)
    unchanged = dict(computed)
    kit.office.permits.revoke(first.id, reason="contoh", legal_basis="contoh", actor=kit.officer("kepala"))
    computed.clear()
    revoked = place(kit, first.status_index)
    changed = dict(computed)
    sql(kit, tables.permits.update().where(mine).values(status="revoked"))
    computed.clear()
    tampered = place(kit, second.status_index)
    by_others = dict(computed)
    sql(kit, tables.permits.update().where(mine).values(status="in_force"))

    assert 0 == unchanged.get("permits", 0) + unchanged.get("marks", 0)
    assert ListStatus.INVALID is revoked
    assert 0 == changed.get("permits", 0) + changed.get("marks", 0)
    assert 1 == by_others["permits"]
    assert ListStatus.SUSPENDED is tampered
    assert [ListStatus.VALID] * 2 == [place(kit, item.status_index) for item in (second, third)]


def test_a_queue_computes_the_seal_of_an_unchanged_stage_once(kit, computed):
    """Looking at the queue again computes nothing; a stage that was changed by SQL is found all the same."""
    case = kit.submit()
    clerk = kit.assignee(case.id, "periksa")
    before = kit.office.reviews.queue(actor=clerk)
    computed.clear()
    again = kit.office.reviews.queue(actor=clerk)
    sealed = sum(computed[name] for name in ("open_stages", "applications", "marks"))
    sql(kit, tables.open_stages.update().values(assignee="orang-lain"))
    tampered = kit.office.reviews.queue(actor=clerk)

    assert before == again == tampered
    assert 0 == sealed


def numbered(kit, case):
    """Take the number of a case; no one has begun to sign its letter."""
    issuance, moment = kit.office.permits.issuance, kit.clock()
    with kit._context.storage.unit_of_work() as work:
        application = work.applications.get(case.id, lock=True)
        permit, _ = issuance._take(work, application, kit.officer("kepala"), moment)
        work.commit()
    return permit


@pytest.mark.parametrize("attack", ["change", "add"])
def test_a_row_about_signing_does_not_decide_which_file_is_the_permit(kit, attack):
    """A file that was signed for another case is refused, whatever the row says."""
    other = kit.permit()
    case = kit.submit()
    kit.review(case.id)
    permit = numbered(kit, case)
    if attack == "change":
        sql(kit, tables.signing_attempts.update().values(unsigned_sha256=permit.unsigned_sha256))
    else:
        row = {**rows(kit, tables.signing_attempts)[0], "unsigned_sha256": permit.unsigned_sha256}
        sql(kit, tables.signing_attempts.insert().values(row))
    with pytest.raises(SealBrokenError):
        kit.issue(case.id)

    found = kit.office.permits.get(permit.id, actor=HOST)
    assert found.signed_sha256 != other.signed_sha256


def test_a_file_that_is_found_is_verified_before_it_becomes_the_permit(kit):
    """Also where the store itself names it as the signed one."""
    other = kit.permit()
    case = kit.submit()
    kit.review(case.id)
    permit = numbered(kit, case)
    kit._context.documents.link(f"signed/{permit.unsigned_sha256}", other.signed_sha256)
    with pytest.raises(PerizinanError):
        kit.issue(case.id)

    assert kit.office.permits.get(permit.id, actor=HOST).signed_sha256 is None


def test_one_tampered_case_does_not_stop_the_next_permit(kit):
    """Nor the worker."""
    first = kit.submit()
    sql(kit, tables.applications.update().where(tables.applications.c.id == first.id).values(due=None))
    kit.clock.forward(minutes=int(timedelta(hours=1).total_seconds() // 60))
    kit.office.worker.run_once()

    assert kit.permit().signed_sha256 is not None

"""What applications are found by, records of another version, and sentences."""

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core.errors.storage import (
    AlreadyExistsError,
    DatabaseUnavailableError,
    LeaseHeldError,
    RecordNotFoundError,
    StaleObjectError,
    StorageError,
    StoredValueError,
)
from perizinan_core.model._applicant import Representative
from perizinan_core.model._case import (
    InspectionMinutes,
    OfficialLetter,
    StageOutcome,
    StageRecord,
    StageState,
)
from perizinan_core.model._identifiers import PassportNumber
from perizinan_core.storage import Backoff, Lookup, LookupKind
from perizinan_core.storage._codec import encode
from perizinan_core.storage._lookups import lookups_of
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.storage._sql._failures import translated
from perizinan_core.storage._sql._rows import place_of
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import add_application
from perizinan_core.testing.storage._samples import (
    NOW,
    made_application,
    made_document,
    made_organisation,
    made_person,
)

MOMENT = datetime(2026, 11, 25, 2, 30, 15, 999, tzinfo=UTC)


def test_an_application_is_found_by_everybody_and_every_file_in_it():
    """Applicant, responsible person, representative; uploads, letters and minutes, those set aside too."""
    digests = [f"{number:02x}" * 32 for number in range(6)]
    letter = OfficialLetter(number="1", day=date(2026, 11, 25), issued_by="dinkes", sha256=digests[1])
    minutes = InspectionMinutes(
        day=date(2026, 11, 25),
        inspectors=("i",),
        findings="",
        favourable=True,
        documents=(digests[2], digests[3]),
    )
    record = StageRecord(
        submission=1,
        outcome=StageOutcome.NEGATIVE,
        decided_at=NOW,
        decided_by="o",
        letter=OfficialLetter(number="0", day=date(2026, 11, 1), issued_by="dinkes", sha256=digests[4]),
        set_aside_at=NOW,
        set_aside_by="o",
    )
    foreigner = made_person(nik=None, passport=PassportNumber.parse("X1234567"), email=None, phone=None)
    application = made_application(
        about="Jalan Kenanga 3",
        applicant=made_organisation(responsible=foreigner, email="Kantor@Contoh.example"),
        representative=Representative(person=made_person(), power_of_attorney=digests[5]),
        documents=(made_document(sha256=digests[0]),),
        stages=(StageState(stage="a", letter=letter, minutes=minutes, earlier=(record,)),),
    )
    found = lookups_of(application)

    assert {lookup.value for lookup in found if lookup.kind is LookupKind.DOCUMENT} == set(digests)
    assert {lookup.kind for lookup in found} == set(LookupKind)
    assert Lookup(LookupKind.EMAIL, "kantor@contoh.example") in found


@given(st.sampled_from([LookupKind.EMAIL, LookupKind.DOCUMENT]), st.text(max_size=30))
@settings(max_examples=60)
def test_the_normal_form_of_an_address_is_that_of_itself(kind, text):
    """What was stored is found when it is typed as shown, with spaces around it or in capitals."""
    ascii_text = "".join(character for character in text if character.isascii())
    if kind is LookupKind.EMAIL:
        ascii_text = f"{re.sub('[^a-zA-Z0-9]', '', ascii_text)[:20]}a@Contoh.example"
    lookup = Lookup.parse(kind, ascii_text)

    assert lookup == Lookup.parse(kind, lookup.value)
    assert lookup == Lookup.parse(kind, f"  {ascii_text.upper()} ")


@given(st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=40)
def test_pauses_between_deliveries_never_shrink_and_end_at_the_limit(attempt, limit):
    """From the first pause to the longest, then None."""
    backoff = Backoff(max_attempts=limit)
    pause = backoff.delay(attempt)

    assert (pause is None) == (attempt >= limit)
    if pause is not None:
        before = backoff.delay(attempt - 1) if attempt > 1 else backoff.first
        assert backoff.first <= before <= pause <= backoff.longest


def test_a_record_of_another_version_is_told_and_left_alone(storage):
    """Unknown fields are not dropped silently; the sentence names them, never a value."""
    stored = add_application(storage, made_application())
    table = tables.applications
    with storage.unit_of_work() as work:
        sealer = work.session.sealer
        data = {**encode(stored), "shape_of_2031": 1, "state": "teleported"}
        payload = sealer.seal(data, place_of(table, stored.id))
        row = work.session.first(sa.select(table).where(table.c.id == stored.id))
        sealed = work.session.seals.sealed(table, {**row._mapping, "payload": payload})
        work.session.write(table.update().where(table.c.id == stored.id).values(sealed))
        work.session.seals.written(table, sealed)
        work.commit()

    with storage.unit_of_work(read_only=True) as work, pytest.raises(StoredValueError) as caught:
        work.applications.get(stored.id)
    message = caught.value.message("id")
    assert stored.id in message
    assert "shape_of_2031" in message
    assert "$.state" in message
    assert "teleported" not in message


def test_two_rows_never_have_the_same_place():
    """Whatever the parts of a key are: they are joined without ambiguity."""
    table = tables.idempotency

    assert place_of(table, "a/b", "c") != place_of(table, "a", "b/c")
    assert place_of(table, "a%2Fb", "c") != place_of(table, "a/b", "c")


@pytest.mark.parametrize(
    ("error", "english", "indonesian"),
    [
        (
            StaleObjectError("application", "x", 3, 4, "petugas-1", MOMENT),
            "changed by petugas-1 at 2026-11-25 02:30:15 UTC",
            "Data permohonan telah diubah oleh petugas-1 pada 2026-11-25 02:30:15 UTC",
        ),
        (
            AlreadyExistsError("permit", "register, register_year, sequence"),
            "Another permit with the same place in the number register",
            "izin lain dengan urutan dalam buku register nomor",
        ),
        (RecordNotFoundError("officer", "o"), "There is no officer o.", "Tidak ada petugas o."),
        (
            StorageError("number-book", register="permits", year=2026, sequence=7, reason="cancelled"),
            "in 2026: it was cancelled",
            "tahun 2026: nomor itu telah dibatalkan",
        ),
        (LeaseHeldError("w1", MOMENT), "until 2026-11-25 02:30:15 UTC", "sampai 2026-11-25 02:30:15 UTC"),
    ],
)
def test_sentences_read_well_in_both_languages(error, english, indonesian):
    """Kinds, fields and reasons are translated, times are short."""
    assert english in str(error)
    assert indonesian in error.message("id")


def test_failures_of_the_driver_never_come_through():
    """A pool without a free connection is busy; a constraint that nobody foresaw is told by its class."""
    with raises_code("database-busy"), translated():
        raise sa.exc.TimeoutError
    with pytest.raises(DatabaseUnavailableError) as caught, translated():
        raise sa.exc.IntegrityError("INSERT rahasia", {"nik": "1"}, ValueError("rahasia"))
    assert "rahasia" not in str(caught.value)

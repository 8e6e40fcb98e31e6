"""Officers, repeatable requests, signing leases and settings."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from perizinan_core.errors.storage import LeaseHeldError, RecordNotFoundError
from perizinan_core.model._actor import Role
from perizinan_core.storage._ports import Storage
from perizinan_core.storage._records import SigningAttempt, SigningState
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.storage._base import SuiteBase
from perizinan_core.testing.storage._samples import NOW, made_officer

__all__ = ["RequestsSuite"]

_DOCUMENT = "cd" * 32
_MINUTE = timedelta(minutes=1)


def _acquire(storage: Storage, holder: str, *, after: timedelta = timedelta(0)) -> SigningAttempt:
    with storage.unit_of_work() as work:
        now = NOW + after
        attempt = work.signing_attempts.acquire(_DOCUMENT, holder=holder, now=now, until=now + _MINUTE)
        work.commit()
    return attempt


class RequestsSuite(SuiteBase):
    """Things that are done once, however often they are asked for."""

    def test_a_key_is_known_from_its_commit_on_and_to_its_account_alone(self, storage: Storage) -> None:
        """Looking changes nothing; a unit that was undone leaves no key."""
        for commit in (False, True):
            with storage.unit_of_work() as work:
                assert not work.idempotency.is_known("a", "k")
                work.idempotency.begin("a", "k", use_case="x", request_hash="1", at=NOW)
                if commit:
                    work.commit()
        with storage.unit_of_work(read_only=True) as work:
            assert work.idempotency.is_known("a", "k")
            assert not work.idempotency.is_known("b", "k")

    def test_officers_are_listed_by_unit_and_role_longest_unassigned_first(self, storage: Storage) -> None:
        """Those never assigned come before all; those away are left out."""
        officers = [
            made_officer("a"),
            made_officer("b"),
            made_officer("c"),
            made_officer("away", active=False),
            made_officer("head", roles=frozenset({Role.OFFICE_HEAD, Role.SIGNATORY})),
            made_officer("health", units=frozenset({"dinkes"})),
        ]
        with storage.unit_of_work() as work:
            for officer in officers:
                work.officers.save(officer, by="admin", at=NOW)
            work.officers.note_assignment("a", at=NOW + _MINUTE)
            work.officers.note_assignment("b", at=NOW)
            work.commit()

        with storage.unit_of_work() as work:
            listed = work.officers.list(unit="dpmptsp", role=Role.BACK_OFFICE, lock=True)
            assert [officer.id for officer in listed] == ["c", "b", "a"]
            assert [item.id for item in work.officers.list(role=Role.SIGNATORY)] == ["head"]
            assert [item.id for item in work.officers.list(unit="dinkes")] == ["health"]
            assert len(work.officers.list(active_only=False)) == 6
            assert work.officers.last_assignments(["a", "c", "x"]) == {
                "a": NOW + _MINUTE,
                "c": None,
                "x": None,
            }
            assert officers[4] == work.officers.get("head")

    def test_saving_an_officer_again_keeps_the_last_assignment(self, storage: Storage) -> None:
        """A change of duties does not move anyone in the rotation."""
        with storage.unit_of_work() as work:
            work.officers.save(made_officer("a"), by="admin", at=NOW)
            work.officers.note_assignment("a", at=NOW)
            work.officers.save(made_officer("a", roles=frozenset({Role.INSPECTOR})), by="admin", at=NOW)
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert work.officers.list(role=Role.BACK_OFFICE) == ()
            assert [item.id for item in work.officers.list(role=Role.INSPECTOR)] == ["a"]
            assert work.officers.last_assignments(["a"]) == {"a": NOW}

    def test_an_unknown_officer_is_not_found(self, storage: Storage) -> None:
        """Neither read nor assigned."""
        with storage.unit_of_work() as work:
            with pytest.raises(RecordNotFoundError):
                work.officers.get("x")
            with pytest.raises(RecordNotFoundError):
                work.officers.note_assignment("x", at=NOW)

    def test_a_repeated_request_gets_the_first_answer(self, storage: Storage) -> None:
        """Whatever it was, for the same actor only."""
        with storage.unit_of_work() as work:
            begun = work.idempotency.begin("a", "k", use_case="submit", request_hash="h", at=NOW)
            work.idempotency.finish("a", "k", result={"receipt": "TT/1", "nama": "Uji"})
            work.commit()

        assert begun is None
        with storage.unit_of_work() as work:
            again = work.idempotency.begin("a", "k", use_case="submit", request_hash="h", at=NOW + _MINUTE)
            assert again is not None
            assert (again.result, again.at) == ({"receipt": "TT/1", "nama": "Uji"}, NOW)
            other = work.idempotency.begin("b", "k", use_case="submit", request_hash="x", at=NOW)
            assert other is None

    def test_a_request_that_failed_may_be_repeated(self, storage: Storage) -> None:
        """Its key went with the rest of the unit of work."""
        for _ in range(2):
            with storage.unit_of_work() as work:
                assert work.idempotency.begin("a", "k", use_case="u", request_hash="h", at=NOW) is None

    @pytest.mark.parametrize(("use_case", "request_hash"), [("issue", "h"), ("submit", "other")])
    def test_a_key_of_another_request_is_refused(
        self, storage: Storage, use_case: str, request_hash: str
    ) -> None:
        """The same key never stands for two things."""
        with storage.unit_of_work() as work:
            work.idempotency.begin("a", "k", use_case="submit", request_hash="h", at=NOW)
            work.commit()

        with storage.unit_of_work() as work, raises_code("idempotency-conflict") as caught:
            work.idempotency.begin("a", "k", use_case=use_case, request_hash=request_hash, at=NOW)
        assert (caught.value.details()["key"], caught.value.details()["use_case"]) == ("k", "submit")

    def test_old_keys_are_forgotten(self, storage: Storage) -> None:
        """Those begun before the moment."""
        with storage.unit_of_work() as work:
            work.idempotency.begin("a", "old", use_case="u", request_hash="h", at=NOW)
            work.idempotency.begin("a", "new", use_case="u", request_hash="h", at=NOW + _MINUTE)
            assert work.idempotency.forget(before=NOW + _MINUTE) == 1
            with pytest.raises(RecordNotFoundError):
                work.idempotency.finish("a", "old", result=1)
            work.idempotency.finish("a", "new", result=1)

    def test_a_document_is_signed_by_one_at_a_time(self, storage: Storage) -> None:
        """The second learns by whom, and until when."""
        attempt = _acquire(storage, "w1")

        assert (attempt.state, attempt.attempts, attempt.interrupted) == (SigningState.STARTED, 1, False)
        with pytest.raises(LeaseHeldError) as caught:
            _acquire(storage, "w2", after=_MINUTE - timedelta(seconds=1))
        assert (caught.value.holder, caught.value.until) == ("w1", NOW + _MINUTE)
        with pytest.raises(LeaseHeldError):
            _acquire(storage, "w1")

    def test_an_interrupted_attempt_is_shown_and_taken_over(self, storage: Storage) -> None:
        """The next one is warned that a signature may exist; the dead one can no longer speak."""
        _acquire(storage, "w1")
        with storage.unit_of_work(read_only=True) as work:
            assert work.signing_attempts.interrupted(now=NOW + _MINUTE - timedelta(seconds=1)) == ()
            assert len(work.signing_attempts.interrupted(now=NOW + _MINUTE)) == 1
        attempt = _acquire(storage, "w2", after=_MINUTE)

        assert (attempt.holder, attempt.attempts, attempt.interrupted) == ("w2", 2, True)
        with storage.unit_of_work() as work:
            with raises_code("lease-lost"):
                work.signing_attempts.finish(_DOCUMENT, holder="w1", signed_sha256="ef" * 32, at=NOW)
            with raises_code("lease-lost"):
                work.signing_attempts.fail(_DOCUMENT, holder="w1", error="x", at=NOW)
            with raises_code("lease-lost"):
                work.signing_attempts.renew(_DOCUMENT, holder="w1", until=NOW)

    def test_a_signed_document_is_never_signed_again(self, storage: Storage) -> None:
        """Asking again gives the signed hash; saying it twice is harmless, saying another is not."""
        _acquire(storage, "w1")
        with storage.unit_of_work() as work:
            attempts = work.signing_attempts
            done = attempts.finish(_DOCUMENT, holder="w1", signed_sha256="ef" * 32, at=NOW)
            assert done == attempts.finish(_DOCUMENT, holder="w1", signed_sha256="ef" * 32, at=NOW)
            with raises_code("lease-lost"):
                attempts.finish(_DOCUMENT, holder="w1", signed_sha256="00" * 32, at=NOW)
            work.commit()

        again = _acquire(storage, "w2", after=_MINUTE * 9)
        assert (again.state, again.signed_sha256, again.holder) == (SigningState.FINISHED, "ef" * 32, "w1")
        with storage.unit_of_work(read_only=True) as work:
            assert work.signing_attempts.interrupted(now=NOW + _MINUTE * 99) == ()

    def test_a_refusal_of_the_signer_allows_another_attempt_at_once(self, storage: Storage) -> None:
        """Nothing was signed: no warning."""
        _acquire(storage, "w1")
        with storage.unit_of_work() as work:
            failed = work.signing_attempts.fail(_DOCUMENT, holder="w1", error="pin-wrong", at=NOW)
            work.commit()
        again = _acquire(storage, "w2")

        assert (failed.state, failed.error) == (SigningState.FAILED, "pin-wrong")
        assert (again.interrupted, again.error, again.attempts) == (False, None, 2)

    def test_a_lease_can_be_extended_by_its_holder(self, storage: Storage) -> None:
        """A slow signer does not lose it."""
        attempt = _acquire(storage, "w1")
        with storage.unit_of_work() as work:
            renewed = work.signing_attempts.renew(_DOCUMENT, holder="w1", until=NOW + _MINUTE * 5)
            work.commit()

        assert attrs.evolve(attempt, until=NOW + _MINUTE * 5) == renewed
        with pytest.raises(LeaseHeldError):
            _acquire(storage, "w2", after=_MINUTE * 2)

    def test_a_document_nobody_began_to_sign_has_no_attempt(self, storage: Storage) -> None:
        """Neither found nor finished."""
        with storage.unit_of_work() as work:
            assert work.signing_attempts.find(_DOCUMENT) is None
            with raises_code("lease-lost"):
                work.signing_attempts.finish(_DOCUMENT, holder="w", signed_sha256="ef" * 32, at=NOW)

    def test_settings_keep_json_by_name(self, storage: Storage) -> None:
        """They can be replaced, listed by prefix in order, and removed."""
        with storage.unit_of_work() as work:
            for key, value in (("test.b", [1, None]), ("test.a", {"x": "ä"}), ("Test.c", 1), ("other", 2)):
                work.settings.put(key, value)
            work.settings.put("test.b", True)
            work.settings.delete("other")
            work.settings.delete("never there")
            work.commit()

        with storage.unit_of_work(read_only=True) as work:
            assert list(work.settings.all("test.").items()) == [("test.a", {"x": "ä"}), ("test.b", True)]
            assert work.settings.get("other") is None

"""How people may be written to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from perizinan_core.errors.storage import AlreadyExistsError, StaleObjectError
from perizinan_core.model._contact import ConsentStep, MessageContact
from perizinan_core.storage._ports import Storage
from perizinan_core.testing.storage._base import SuiteBase
from perizinan_core.testing.storage._samples import NOW, made_consent

__all__ = ["ContactsSuite"]


class ContactsSuite(SuiteBase):
    """What people said about being written to."""

    def test_a_contact_is_kept_and_saved_once_for_each_version(self, storage: Storage) -> None:
        """An empty one where nothing is on record; who saves what was saved since is refused."""
        with storage.unit_of_work() as work:
            empty = work.contacts.get("public:sekar", lock=True)
            first = work.contacts.save(empty.with_consent(made_consent()), by="a", at=NOW)
            work.commit()
        with storage.unit_of_work() as work:
            changed = work.contacts.get("public:sekar").with_consent(made_consent(step=ConsentStep.WITHDRAWN))
            second = work.contacts.save(changed, by="b", at=NOW + timedelta(hours=1))
            work.commit()
        with storage.unit_of_work() as work, pytest.raises(StaleObjectError):
            work.contacts.save(first, by="c", at=NOW)
        with storage.unit_of_work() as work, pytest.raises(AlreadyExistsError):
            work.contacts.save(empty, by="c", at=NOW)

        assert empty == MessageContact(holder="public:sekar")
        assert second.version == 2
        assert [item.step for item in second.consents] == [ConsentStep.GIVEN, ConsentStep.WITHDRAWN]

    def test_contacts_of_several_holders_are_one_question(self, storage: Storage) -> None:
        """Those that are on record, by holder."""
        with storage.unit_of_work() as work:
            for holder in ("public:sekar", "case:1:applicant"):
                work.contacts.save(MessageContact(holder=holder), by="a", at=NOW)
            work.commit()
        with storage.unit_of_work(read_only=True) as work:
            found = work.contacts.of(["public:sekar", "public:nobody", "case:1:applicant"])
            nothing = work.contacts.of([])

        assert [item.holder for item in found] == ["case:1:applicant", "public:sekar"]
        assert nothing == ()

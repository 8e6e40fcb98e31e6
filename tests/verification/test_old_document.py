"""An authority document of yesterday: a new head, rotated keys, a stolen key; with and without a current list."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from perizinan_core._converters import to_json
from perizinan_core.published import NO_STATUS, QrKey
from perizinan_core.published._keys import signing_callback
from perizinan_core.published._qr_claims import claims_of_statement, encode_qr_text
from perizinan_core.published._status_list import (
    StatusList,
    StatusListTerms,
    pack_statuses,
    sign_status_list,
)
from perizinan_core.verification import CheckName, verify_permit
from perizinan_core.verification._qr_report import check_qr_text
from perizinan_core.verification._status_source import StatusListSource

URI = "https://izin.contoh.go.id/status-list.cwt"
DAY = timedelta(days=1)
YESTERDAY = datetime(2026, 11, 24, 8, tzinfo=UTC)
TODAY = datetime(2026, 11, 25, 1, tzinfo=UTC)
LIST_KID, NEXT_LIST_KID, NEXT_QR_KID = b"\x01" * 4, b"\x02" * 4, b"\x03" * 4
LIST_KEY, NEXT_LIST_KEY, NEXT_QR_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
COMMAND = (
    "perizinan authority update --file authority.json --from https://izin.kotacontoh.example/.well-known/"
)


def terms(*keys):
    """Return what the document says about the list; keys are (kid, key)."""
    listed = tuple(QrKey(kid=kid, key=key.public_key()) for kid, key in keys)
    return StatusListTerms(uri=URI, keys=listed).to_json()


@pytest.fixture(scope="module")
def yesterday(world):
    """The document of the day before signing: version 3."""
    return world.sign_document(version=3, issued=YESTERDAY, status_list=terms((LIST_KID, LIST_KEY)))


def listed(authority, at, *, versions, issued=None, key=LIST_KEY, kid=LIST_KID):
    """Return the status list as a source: everything in force, made at the moment of the check."""
    made = StatusList(
        uri=URI,
        issued=issued or at,
        expires=at + 7 * DAY,
        packed=pack_statuses(100_000, ()),
        versions=versions,
    )
    data = sign_status_list(made, sign=signing_callback(key), kid=kid)
    return StatusListSource.read(data, authority=authority, at=at)


def told(report):
    """Return exit code and the code of the reason that decides."""
    return report.exit_code, report.reasons[0].code if report.reasons else ""


class TestNewHead:
    """Today's document names a head whom yesterday's does not know."""

    @pytest.fixture
    def permit(self, world):
        """Signed on 25 November by the one who is new."""
        return world.permit(world.outsider)

    @pytest.fixture
    def today(self, world, build):
        """The document of the day of signing: version 4."""
        head = build.signatory(world.outsider, "kepala-dpmptsp", "street-use")
        return world.sign_document(
            version=4,
            issued=TODAY,
            signatories=(*world.document.signatories, head),
            status_list=terms((LIST_KID, LIST_KEY)),
        )

    def test_todays_document_says_valid(self, permit, today, build):
        """With the list of the day."""
        at = build.CHECKED_AT
        status = listed(today, at, versions=(4, 3))

        assert (0, "") == told(verify_permit(permit, authority=today, at=at, status=status))

    def test_yesterdays_document_says_that_it_may_be_too_old(self, permit, yesterday, build):
        """And the command that updates it; the file's own words are not shown as the office's."""
        at = build.CHECKED_AT
        lists = (listed(yesterday, at, versions=told_versions) for told_versions in (None, (4, 3)))
        for status in (NO_STATUS, None, *lists):
            report = verify_permit(permit, authority=yesterday, at=at, status=status)

            assert (14, "signer-unknown-yet") == told(report)
            assert report.permit is None
            for language in ("id", "en"):
                assert COMMAND in report.reasons[0].message(language)

    def test_a_current_list_that_names_this_version_says_that_it_is_a_stranger(
        self, permit, yesterday, build
    ):
        """Made after the stated day, and to be relied on at the check."""
        at = build.CHECKED_AT
        made = listed(yesterday, at, versions=(3, 3))

        assert (12, "signer-unknown") == told(verify_permit(permit, authority=yesterday, at=at, status=made))

    @pytest.mark.parametrize(
        ("issued", "reason"),
        [
            (datetime(2026, 11, 25, 16, 59, 59, tzinfo=UTC), "made on the stated day itself"),
            (datetime(2026, 11, 24, 23, tzinfo=UTC), "too old for the check"),
        ],
    )
    def test_a_list_that_cannot_know_changes_nothing(self, permit, yesterday, build, issued, reason):
        """It must be later than the stated day, and fresh."""
        at = build.CHECKED_AT
        made = listed(yesterday, at, versions=(3, 3), issued=issued)

        assert (14, "signer-unknown-yet") == told(
            verify_permit(permit, authority=yesterday, at=at, status=made)
        ), reason

    @pytest.mark.parametrize(
        ("signed", "expected"),
        [
            (datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC), (12, "signer-unknown")),
            (datetime(2026, 11, 24, 17, 0, 0, tzinfo=UTC), (14, "signer-unknown-yet")),
            (datetime(2026, 12, 2, 16, 59, 59, tzinfo=UTC), (14, "signer-unknown-yet")),
            (datetime(2026, 12, 2, 17, 0, 0, tzinfo=UTC), (12, "signer-unknown")),
        ],
    )
    def test_only_a_stated_day_between_document_and_check_is_excused(
        self, world, yesterday, build, signed, expected
    ):
        """To the second, on the office's clocks."""
        permit = world.permit(world.outsider, at=signed)
        report = verify_permit(permit, authority=yesterday, at=build.CHECKED_AT, status=NO_STATUS)
        codes = [reason.code for reason in report.reasons]

        assert (expected[0], True) == (report.exit_code, expected[1] in codes)

    def test_a_chain_to_no_listed_root_stays_a_strangers(self, world, yesterday, build):
        """Whatever day it states."""
        permit = world.permit(world.stranger)
        report = verify_permit(permit, authority=yesterday, at=build.CHECKED_AT, status=NO_STATUS)

        assert (12, "chain-unknown-root") == told(report)

    def test_a_second_signer_who_is_a_stranger_for_sure_decides(self, world, yesterday, build):
        """One who may be new does not excuse one who left."""
        permit = build.sign(world.permit(world.outsider), world.former)
        report = verify_permit(permit, authority=yesterday, at=build.CHECKED_AT, status=NO_STATUS)

        assert (12, "signer-out-of-term") == told(report)


class TestRotatedQrKey:
    """Today's document names a key of codes that yesterday's does not know."""

    @pytest.fixture
    def today(self, world):
        """Version 4, which ends the former key and names the next."""
        former = attrs.evolve(world.document.qr_keys[0], end=date(2026, 11, 24))
        following = QrKey(kid=NEXT_QR_KID, key=NEXT_QR_KEY.public_key(), start=date(2026, 11, 25))
        return world.sign_document(version=4, issued=TODAY, qr_keys=(former, following))

    @pytest.fixture
    def text(self, build):
        """A code that the next key signed."""
        said = build.statement()
        return encode_qr_text(
            said.verification_url,
            claims_of_statement(to_json(said)),
            sign=signing_callback(NEXT_QR_KEY),
            kid=NEXT_QR_KID,
        )

    def test_the_code_on_paper(self, text, today, yesterday, build):
        """Genuine, open, and a stranger's when the current list says that nothing is newer."""
        at = build.CHECKED_AT
        old = check_qr_text(text, authority=yesterday, at=at, status=NO_STATUS)

        assert 0 == check_qr_text(text, authority=today, at=at, status=NO_STATUS).exit_code
        assert (14, "qr-key-unknown-yet") == told(old)
        assert COMMAND in old.reasons[0].message("en")
        assert old.permit is None
        assert (12, "qr-key-unknown") == told(
            check_qr_text(text, authority=yesterday, at=at, status=listed(yesterday, at, versions=(3, 3)))
        )

    def test_the_code_in_a_file(self, world, text, today, yesterday, build):
        """The known head signed it: the code alone is open."""
        permit = build.sign(build.small_pdf(build.statement(), link=text), world.head)
        at = build.CHECKED_AT

        assert (0, "status-not-checked") == told(
            verify_permit(permit, authority=today, at=at, status=NO_STATUS)
        )
        assert (14, "qr-key-unknown-yet") == told(
            verify_permit(permit, authority=yesterday, at=at, status=NO_STATUS)
        )
        assert (10, "qr-broken") == told(
            verify_permit(permit, authority=yesterday, at=at, status=listed(yesterday, at, versions=(3, 3)))
        )


class TestRotatedStatusKey:
    """The list is signed with a key that yesterday's document does not know."""

    def test_todays_document_reads_the_list_and_yesterdays_says_what_to_do(
        self, world, yesterday, permit, build
    ):
        """Undecided, and not as if somebody else had signed the list."""
        at, key = build.CHECKED_AT, {"key": NEXT_LIST_KEY, "kid": NEXT_LIST_KID}
        both = terms((LIST_KID, LIST_KEY), (NEXT_LIST_KID, NEXT_LIST_KEY))
        today = world.sign_document(version=4, issued=TODAY, status_list=both)
        new = verify_permit(permit, authority=today, at=at, status=listed(today, at, versions=(4, 3), **key))
        old = verify_permit(
            permit, authority=yesterday, at=at, status=listed(yesterday, at, versions=(4, 3), **key)
        )

        assert (0, "") == told(new)
        assert (14, "status-list-key-unknown") == told(old)
        assert "perizinan authority update" in old.reasons[0].message("id")

    def test_a_list_of_a_stranger_made_before_the_document_is_not_excused(self, yesterday, permit, build):
        """The document would have named that key."""
        at = build.CHECKED_AT
        made = listed(
            yesterday, at, versions=None, issued=YESTERDAY - DAY, key=NEXT_LIST_KEY, kid=NEXT_LIST_KID
        )

        assert (14, "status-list-wrong-signature") == told(
            verify_permit(permit, authority=yesterday, at=at, status=made)
        )


class TestStolenKey:
    """A key was withdrawn, and yesterday's document still believes it."""

    def test_a_current_list_stops_yesterdays_document(self, world, yesterday, permit, build):
        """Of files and codes; today's document says for itself that the signer's binding ended."""
        at = build.CHECKED_AT
        ended = [
            attrs.evolve(item, end=date(2026, 11, 24)) if item.end is None else item
            for item in world.document.signatories
        ]
        today = world.sign_document(
            version=4,
            issued=TODAY,
            signatories=tuple(ended),
            qr_keys=(attrs.evolve(world.document.qr_keys[0], end=date(2026, 11, 24)),),
            status_list=terms((LIST_KID, LIST_KEY)),
        )
        text = world.qr_text(build.statement())
        old, new = (listed(item, at, versions=(4, 4)) for item in (yesterday, today))
        file = verify_permit(permit, authority=yesterday, at=at, status=old)
        code = check_qr_text(text, authority=yesterday, at=at, status=old)

        assert [(14, "authority-document-superseded")] * 2 == [told(file), told(code)]
        assert COMMAND in file.reasons[0].message("id")
        assert (12, "signer-out-of-term") == told(verify_permit(permit, authority=today, at=at, status=new))
        assert (12, "qr-key-out-of-term") == told(check_qr_text(text, authority=today, at=at, status=new))

    def test_the_lowest_version_itself_may_be_used(self, yesterday, permit, build):
        """Where nothing was withdrawn, an older document judges on."""
        at = build.CHECKED_AT
        status = listed(yesterday, at, versions=(7, 3))
        report = verify_permit(permit, authority=yesterday, at=at, status=status)

        assert 0 == report.exit_code
        assert "authority-document-current" == report.check(CheckName.AUTHORITY_DOCUMENT).reason.code

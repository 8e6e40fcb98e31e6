"""Which certificate signs for which position: several positions, wrong bindings, checks of order, both databases."""

from datetime import date, timedelta

import attrs
import pytest
from cryptography.hazmat.primitives import hashes

from perizinan_core.errors.workflow import NotIssuableError
from perizinan_core.model._actor import Officer, Role
from perizinan_core.model._application import ApplicationState
from perizinan_core.model._authority import ActingKind
from perizinan_core.model._text import DateRange
from perizinan_core.published import read_authority_document
from perizinan_core.testing._offices import HOST, MORNING, sample_ca, sample_pack, sample_signer
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit

TODAY = MORNING.date()
CERTIFICATE = sample_signer("kepala").certificate
SHA256 = CERTIFICATE.fingerprint(hashes.SHA256()).hex()


def pack_with_acting(*, until=TODAY + timedelta(days=90)):
    """The sample, where the secretary stands in for the head from today on and signs nothing as secretary."""
    pack = sample_pack()
    (old,) = pack.authority.delegations
    own = attrs.evolve(old, code="sekretaris-2025", position="sekretaris", permit_types=frozenset({"acara"}))
    acting = attrs.evolve(
        old,
        code="plt-2026",
        permit_types=frozenset({"warung"}),
        acting=ActingKind.ACTING_VACANT,
        valid=DateRange(start=TODAY, end=until),
    )
    return attrs.evolve(pack, authority=attrs.evolve(pack.authority, delegations=(own, acting)))


class BreakingKey:
    """A token that is pulled out while it signs."""

    certificate, chain, algorithm = (
        getattr(sample_signer("kepala"), name) for name in ("certificate", "chain", "algorithm")
    )

    def sign(self, data):
        """Break."""
        raise ConnectionResetError(len(data))


def verdict_of(kit, permit):
    document = read_authority_document(kit.office.publication.authority_json())
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
        report = verify_permit(file.read(), authority=document, at=kit.clock(), status=kit.office.status)
    return report.verdict


@pytest.fixture
def acting_kit(url, open_kit):
    """An office whose secretary is Plt. of the head and has one certificate for both positions."""
    signer = sample_signer("sekretaris")
    kit = open_kit(
        url,
        pack=pack_with_acting(),
        signers={"sekretaris": signer, "kepala": signer},
    )
    secretary = Officer(
        id="sekda",
        name="Sekretaris",
        roles=frozenset({Role.SIGNATORY}),
        units=frozenset({"dinas-izin"}),
        position="sekretaris",
        acting_positions=frozenset({"kepala"}),
    )
    kit.appoint(secretary)
    return kit


def test_one_person_signs_for_two_positions_with_one_certificate(acting_kit):
    """Definitive secretary and Plt. of the head: each permit names the position that may sign it, and verifies."""
    kit = acting_kit
    permits = []
    for kind in ("warung", "acara"):
        case = kit.submit(kind)
        kit.review(case.id)
        permits.append(kit.issue(case.id, actor=kit.officer("sekda")))
    document = read_authority_document(kit.office.publication.authority_json())

    assert ["kepala", "sekretaris"] == [permit.position for permit in permits]
    assert [Verdict.VALID, Verdict.VALID] == [verdict_of(kit, permit) for permit in permits]
    assert {"kepala", "sekretaris"} == {item.position for item in document.signatories}
    assert 1 == len({item.certificate_sha256 for item in document.signatories})


def test_a_signer_who_is_not_entitled_is_refused_before_a_number_is_taken(database_kit):
    """The office's own authority document is asked as a checker would: nothing is used up."""
    kit = database_kit
    case = kit.submit()
    kit.review(case.id)
    kit.office.publication.authority_json()
    kit.office.publication.unbind("kepala", SHA256, reason="Keliru", actor=HOST)
    with raises_code("signer-not-entitled"):
        kit.issue(case.id)
    with kit._context.storage.unit_of_work(read_only=True) as work:
        book, places = work.numbers.book("izin", 2026), work.status_indexes.size()

    assert ((), 0) == (book, places)
    assert ApplicationState.APPROVED is kit.office.applications.get(case.id, actor=HOST).state


def test_an_approval_names_that_no_certificate_is_bound_for_the_signature(database_kit):
    """Before the approver has decided; a position that was never bound gets its certificate at the first use."""
    kit = database_kit
    kit.office.publication.authority_json()
    kit.office.publication.unbind("kepala", SHA256, reason="Keliru", actor=HOST)
    case = kit.submit()
    with pytest.raises(NotIssuableError) as told:
        kit.review(case.id)

    assert ["no-signatory"] == [problem.code for problem in told.value.problems]
    assert "keys bind" in told.value.problems[0].message("en")


def test_a_wrong_binding_that_never_signed_vanishes_and_is_not_made_again(database_kit):
    """The settings still name the certificate: only the operator binds it again."""
    kit = database_kit
    before = read_authority_document(kit.office.publication.authority_json())
    done = kit.office.publication.unbind("kepala", SHA256, reason="Keliru", actor=HOST)
    after = read_authority_document(kit.office.publication.authority_json())
    kit.office.publication.bind("kepala", CERTIFICATE, first_day=TODAY, reason="Benar", actor=HOST)
    again = read_authority_document(kit.office.publication.authority_json())
    permit = kit.permit()
    history = kit.office.publication.binding_history("kepala", actor=HOST)

    assert done.withdrawn
    assert [1, 0, 1] == [len(item.signatories) for item in (before, after, again)]
    assert before.version < after.version < again.version
    assert Verdict.VALID is verdict_of(kit, permit)
    assert [None, "Keliru", "Benar"] == [event.data.get("reason") for event in history]
    assert ["system:system", str(HOST.account), str(HOST.account)] == [event.actor for event in history]


def test_a_binding_that_has_signed_only_ends_and_its_permits_stay_verifiable(database_kit):
    """It cannot be withdrawn, nor end before the day of its last signature."""
    kit = database_kit
    permit = kit.permit()
    signed = kit._context.local_day(kit.clock())
    for last_day in (None, signed - timedelta(days=1)):
        with raises_code("binding-has-signed") as told:
            kit.office.publication.unbind("kepala", SHA256, last_day=last_day, reason="Keliru", actor=HOST)
        assert signed == told.value.last
    kit.office.publication.unbind("kepala", SHA256, last_day=signed, reason="Pindah", actor=HOST)
    kit.clock.forward(days=30)

    assert Verdict.VALID is verdict_of(kit, permit)
    assert [signed] == [item.end for item in kit.office.publication.bindings()]


def test_a_binding_is_used_as_soon_as_a_signer_is_asked(kit):
    """A signature that was asked for and not recorded leaves a binding that cannot vanish."""
    case = kit.submit()
    kit.review(case.id)
    kit.office.publication.authority_json()
    kit._context.signers.signers["kepala"] = BreakingKey()
    with raises_code("issuance"):
        kit.issue(case.id)
    with raises_code("binding-has-signed"):
        kit.office.publication.unbind("kepala", SHA256, reason="Keliru", actor=HOST)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((date(2026, 3, 2), date(2026, 3, 1)), "binding-days"),
        ((date(2024, 12, 1), None), "binding-outside-certificate"),
        ((date(2026, 3, 2), date(2030, 1, 1)), "binding-outside-certificate"),
        ((date(2026, 2, 1), date(2026, 3, 10)), "binding-overlaps"),
        ((date(2026, 3, 20), None), "binding-overlaps"),
    ],
)
def test_a_binding_out_of_order_is_refused(kit, days, code):
    """Days in order, within the certificate, and not bound twice."""
    kit.office.publication.bind(
        "sekretaris", CERTIFICATE, first_day=date(2026, 3, 5), last_day=date(2026, 3, 20), actor=HOST
    )
    before = kit.office.publication.bindings()
    with raises_code(code):
        kit.office.publication.bind(
            "sekretaris", CERTIFICATE, first_day=days[0], last_day=days[1], actor=HOST
        )

    assert before == kit.office.publication.bindings()


def test_a_certificate_that_does_not_sign_documents_is_not_bound(kit):
    """A certificate authority's, for instance."""
    with raises_code("binding-not-a-signer"):
        kit.office.publication.bind("kepala", sample_ca().root.certificate, first_day=TODAY, actor=HOST)


def test_a_second_time_in_office_is_a_second_binding(any_kit):
    """Plt. twice, with the same certificate: the days between do not count."""
    publication = any_kit.office.publication
    for first, last in ((date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 10), None)):
        publication.bind("sekretaris", CERTIFICATE, first_day=first, last_day=last, actor=HOST)
    publication.unbind("sekretaris", SHA256, last_day=date(2026, 2, 20), reason="Selesai", actor=HOST)
    with raises_code("binding-ended"):
        publication.unbind("sekretaris", SHA256, last_day=date(2026, 3, 1), reason="Selesai", actor=HOST)
    with raises_code("binding-unknown"):
        publication.unbind("kepala", SHA256, last_day=date(2026, 2, 20), reason="Selesai", actor=HOST)
    days = [(item.start, item.end) for item in publication.bindings()]

    assert [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 10), date(2026, 2, 20))] == days


def test_a_binding_of_the_older_form_still_counts_and_ends(database_kit):
    """Once a certificate was bound to one position for ever; such a record counts as one that has signed."""
    kit = database_kit
    with kit._context.storage.unit_of_work() as work:
        old = {"position": "kepala", "spki_sha256": "", "from": "2026-01-05", "to": None}
        work.settings.put(f"signatory:{SHA256}", old)
        work.commit()
    permit = kit.permit()
    with raises_code("binding-has-signed"):
        kit.office.publication.unbind("kepala", SHA256, reason="Keliru", actor=HOST)
    kit.office.publication.unbind("kepala", SHA256, last_day=TODAY, reason="Pindah", actor=HOST)
    (binding,) = kit.office.publication.bindings()

    assert (date(2026, 1, 5), TODAY) == (binding.start, binding.end)
    assert Verdict.VALID is verdict_of(kit, permit)


@pytest.mark.parametrize("reason", ["", " \n "])
def test_what_stays_on_record_has_a_reason_in_words(kit, reason):
    """Bindings, versions, confirmations and numbers that are passed over: a blank is refused before anything else."""
    office = kit.office
    deeds = (
        lambda: office.publication.bind(
            "kepala", CERTIFICATE, first_day=TODAY, last_day=TODAY, reason=reason, actor=HOST
        ),
        lambda: office.publication.unbind("kepala", SHA256, reason=reason, actor=HOST),
        lambda: office.publication.require_version(reason=reason, actor=HOST),
        lambda: office.continuation.continue_after("izin", MORNING.year, 3, reason=reason, actor=HOST),
    )
    for deed in deeds:
        with raises_code("reason-needed"):
            deed()

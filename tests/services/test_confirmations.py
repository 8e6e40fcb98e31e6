"""Values that the catalogue assumes: what rests on them, who confirms them, and what waits until then."""

from __future__ import annotations

import typing
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import attrs
import pytest

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.catalogue import Catalogue
from perizinan_core.catalogue._assumed import TOPICS, rests_on
from perizinan_core.errors.services import AccessDeniedError, ServiceError
from perizinan_core.errors.workflow import NotIssuableError, SubmissionRefusedError
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model import (
    Actor,
    ActorKind,
    AssumedPart,
    ConfirmingPaper,
    EventKind,
    Letter,
    LetterForm,
    Officer,
    PermitType,
    Role,
    Source,
)
from perizinan_core.rendering import TypstRenderer
from perizinan_core.services import Confirmed
from perizinan_core.testing import OfficeKit, sample_office, sample_pack
from perizinan_core.testing._letters import sample_letter
from perizinan_core.testing._offices import APPLICANT, HOST
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification._pdf._text import printed_text

OPEN = Source("Pengaturan awal", assumed=True, note="jangka waktu harus dikonfirmasi")
PAPER = ConfirmingPaper(name="Keputusan Kepala Dinas", number="188/12/2026", day=date(2026, 2, 2))
DAY = date(2026, 3, 2)


def permit_type(code: str = "warung") -> PermitType:
    return sample_pack().catalogue.find(code, on=DAY)


def assuming(item: PermitType, **changes: Any) -> PermitType:
    """Return the type with a time limit that its source leaves open."""
    assert item.time_limit is not None
    return attrs.evolve(item, time_limit=attrs.evolve(item.time_limit, source=OPEN, **changes))


@lru_cache(maxsize=1)
def assumed_pack() -> AuthorityPack:
    """Return the sample with an assumed time limit, and a number format that is assumed too."""
    pack = sample_pack()
    types = tuple(assuming(item) if item.code == "warung" else item for item in pack.catalogue.permit_types)
    registers = tuple(
        attrs.evolve(one, formats=tuple(attrs.evolve(item, source=OPEN) for item in one.formats))
        if one.code == permit_type().register
        else one
        for one in pack.authority.registers
    )
    authority = attrs.evolve(pack.authority, registers=registers)
    return attrs.evolve(
        pack, authority=authority, catalogue=Catalogue(authority=authority, permit_types=types)
    )


class Recording(TypstRenderer):
    """Renders, and remembers what was rendered."""

    def __init__(self) -> None:
        super().__init__(templates=sample_pack().templates, assets=sample_pack().assets)
        self.rendered: list[Letter] = []

    def render(self, letter: Letter) -> bytes:
        """Render the letter."""
        self.rendered.append(letter)
        return super().render(letter)


def paths(parts: tuple[AssumedPart, ...]) -> set[str]:
    return {f"{part.owner}:{part.path}" for part in parts}


def kit_with_two() -> OfficeKit:
    """Return an office outside development with two administrators."""
    kit = sample_office(pack=assumed_pack())
    kit.appoint(
        Officer(
            id="admin-2",
            name="Petugas admin-2",
            roles=frozenset({Role.ADMINISTRATOR}),
            units=frozenset({"dinas-izin"}),
        )
    )
    return kit


def confirm_all(kit: OfficeKit) -> None:
    for name in ("admin", "admin-2"):
        kit.office.confirmations.confirm("warung", paper=PAPER, actor=kit.officer(name))


class TestRestsOn:
    def test_a_type_without_assumed_values_rests_on_none(self):
        """The sample states everything."""
        assert () == rests_on(permit_type(), sample_pack().authority, DAY)

    def test_time_limit_and_number_format_are_named_by_their_paths(self):
        """What the letter and the clock take from the catalogue is found, in the type and in the authority."""
        pack = assumed_pack()
        found = rests_on(pack.catalogue.find("warung", on=DAY), pack.authority, DAY)

        assert "warung:time_limit" in paths(found)
        assert any(name.startswith("authority:registers/") for name in paths(found))

    def test_a_type_that_no_source_calls_a_service_of_today_rests_on_that(self):
        """Without a source the office itself has to say that the service still exists."""
        old = attrs.evolve(permit_type(), still_offered=None)

        assert {"warung:still_offered"} == paths(rests_on(old, sample_pack().authority, DAY))

    def test_an_assumed_source_above_counts_once_and_leaves_out_what_has_its_own(self):
        """Parts that inherit the source belong to the value; a part with a source of its own does not."""
        above = attrs.evolve(permit_type(), source=OPEN)
        longer = assuming(above)
        first = {item.path: item.digest for item in rests_on(above, sample_pack().authority, DAY)}
        second = {item.path: item.digest for item in rests_on(longer, sample_pack().authority, DAY)}

        assert {"permit_type"} == set(first)
        assert {"permit_type"} == set(second)

    def test_another_value_has_another_digest_and_another_version_the_same(self):
        """A confirmation stays while the value stays, whatever version of the catalogue it stands in."""
        authority = sample_pack().authority
        item = assuming(permit_type())
        (before,) = rests_on(item, authority, DAY)
        (renamed,) = rests_on(attrs.evolve(item, version="2099.1"), authority, DAY)
        (changed,) = rests_on(assuming(permit_type(), max_correction_rounds=9), authority, DAY)

        assert before.digest == renamed.digest
        assert before.digest != changed.digest

    def test_words_of_every_topic_are_known(self):
        """Whatever field of a permit type holds the value, the letter can name it."""
        held = {name for name in attrs.fields_dict(PermitType) if _holds_sources(PermitType, name)}

        assert held - {"source"} <= set(TOPICS)


def _holds_sources(kind: type, name: str) -> bool:
    """Return True if a field of a model class can hold a source, at whatever depth."""
    return _may_hold(typing.get_type_hints(kind)[name])


def _may_hold(hint: Any) -> bool:
    if hint is Source:
        return True
    inner = typing.get_args(hint)
    if inner:
        return any(_may_hold(item) for item in inner)
    return attrs.has(hint) and any(_holds_sources(hint, name) for name in attrs.fields_dict(hint))


class TestOpening:
    def test_a_type_with_unconfirmed_values_takes_no_application(self):
        """The refusal names the values, and the type is not listed as open."""
        kit = kit_with_two()

        with pytest.raises(ServiceError) as caught:
            kit.draft("warung")

        assert "values-unconfirmed" == caught.value.code
        assert {"time_limit"} < set(caught.value.details()["paths"])
        assert "warung" not in {item.code for item in kit.office.permit_types(only_open=True)}

    def test_it_opens_when_two_persons_named_the_paper_for_each_value(self):
        """One is not enough."""
        kit = kit_with_two()
        confirmations = kit.office.confirmations
        first = confirmations.confirm("warung", paper=PAPER, actor=kit.officer("admin"))
        with pytest.raises(ServiceError):
            kit.draft("warung")
        second = confirmations.confirm("warung", paper=PAPER, actor=kit.officer("admin-2"))

        assert {Confirmed.PROPOSED} == {one.state for one in first}
        assert {Confirmed.YES} == {one.state for one in second}
        assert "warung" in {item.code for item in kit.office.permit_types(only_open=True)}
        assert "warung" == kit.draft("warung").permit_type

    def test_a_draft_of_before_is_not_handed_in_once_a_confirmation_is_taken_back(self):
        """The draft says what is missing; it is the office that has to act."""
        kit = kit_with_two()
        confirm_all(kit)
        case = kit.draft("warung")
        kit.fill(case.id)
        kit.office.confirmations.withdraw(
            "warung", ["time_limit"], reason="keliru", actor=kit.officer("admin")
        )

        with pytest.raises(SubmissionRefusedError) as caught:
            kit.office.applications.submit(case.id, actor=APPLICANT)

        assert ["values-unconfirmed"] == [problem.code for problem in caught.value.problems]

    def test_in_development_it_opens_and_its_letters_are_marked(self):
        """What is tried out is tried out on what the catalogue says, and the letter names what is open."""
        letters = Recording()
        kit = sample_office(pack=assumed_pack(), development=True, renderer=letters)
        case = kit.submit("warung")
        kit.review(case.id)
        kit.issue(case.id)

        assert ("jangka waktu", "penomoran") == letters.rendered[0].unconfirmed

    def test_in_development_a_confirmed_value_is_not_marked(self):
        """The mark goes with the confirmation."""
        letters = Recording()
        kit = sample_office(pack=assumed_pack(), development=True, renderer=letters)
        for actor in (kit.officer("admin"), HOST):
            kit.office.confirmations.confirm("warung", ["time_limit"], paper=PAPER, actor=actor)
        case = kit.submit("warung")
        kit.review(case.id)
        kit.issue(case.id)

        assert ("penomoran",) == letters.rendered[0].unconfirmed


class TestSigning:
    def test_a_letter_is_not_approved_or_signed_after_a_confirmation_was_taken_back(self):
        """No number is taken for it; once it is confirmed again the permit is issued."""
        kit = kit_with_two()
        confirm_all(kit)
        case = kit.submit("warung")
        kit.review(case.id)
        kit.office.confirmations.withdraw(
            "warung", ["authority/registers"], reason="keliru", actor=kit.officer("admin")
        )
        with pytest.raises(ServiceError) as caught:
            kit.issue(case.id)
        before = kit.office.applications.get(case.id, actor=HOST)
        confirm_all(kit)
        permit = kit.issue(case.id)

        assert "values-unconfirmed" == caught.value.code
        assert before.permit_id is None
        assert 1 == permit.sequence

    def test_the_approval_is_refused_while_a_value_is_open(self):
        """The approver learns it before deciding, not the signatory afterwards."""
        kit = kit_with_two()
        confirm_all(kit)
        case = kit.submit("warung")
        kit.office.confirmations.withdraw(
            "warung", ["time_limit"], reason="keliru", actor=kit.officer("admin")
        )

        with pytest.raises(NotIssuableError) as caught:
            kit.review(case.id)

        assert "values-unconfirmed" in {problem.code for problem in caught.value.problems}


class TestWhoConfirms:
    def test_the_same_person_cannot_be_the_second(self):
        """Neither an administrator twice, nor the operator through two host applications."""
        kit = kit_with_two()
        other_host = Actor(id="console", kind=ActorKind.HOST)
        for first, second in ((kit.officer("admin"), kit.officer("admin")), (HOST, other_host)):
            kit.office.confirmations.confirm("warung", ["time_limit"], paper=PAPER, actor=first)
            with pytest.raises(AccessDeniedError) as caught:
                kit.office.confirmations.confirm("warung", ["time_limit"], paper=PAPER, actor=second)
            kit.office.confirmations.withdraw("warung", ["time_limit"], reason="uji", actor=HOST)

            assert "confirmation-second" == caught.value.code

    def test_operator_and_administrator_are_two(self):
        """As with posts: the operator proposes, an administrator confirms."""
        kit = kit_with_two()
        kit.office.confirmations.confirm("warung", ["time_limit"], paper=PAPER, actor=HOST)
        (one,) = kit.office.confirmations.confirm(
            "warung", ["time_limit"], paper=PAPER, actor=kit.officer("admin")
        )

        assert Confirmed.YES is one.state
        assert ("host:portal", "officer:admin") == (
            str(one.confirmation.by),
            str(one.confirmation.second),
        )

    def test_another_paper_begins_again(self):
        """A second person who names another document confirms nothing."""
        kit = kit_with_two()
        other = attrs.evolve(PAPER, number="188/13/2026")
        kit.office.confirmations.confirm("warung", ["time_limit"], paper=PAPER, actor=kit.officer("admin"))
        (one,) = kit.office.confirmations.confirm(
            "warung", ["time_limit"], paper=other, actor=kit.officer("admin-2")
        )

        assert Confirmed.PROPOSED is one.state
        assert other == one.confirmation.paper

    @pytest.mark.parametrize("name", ["loket-1", "kasi", "kepala", "auditor"])
    def test_others_may_not(self, name, kit_of_all):
        """A confirmation is an administrator's word; everyone in the office may look."""
        with pytest.raises(AccessDeniedError):
            kit_of_all.office.confirmations.confirm("warung", paper=PAPER, actor=kit_of_all.officer(name))

        assert kit_of_all.office.confirmations.assumed("warung", actor=kit_of_all.officer(name))

    def test_applicants_see_nothing_of_it(self, kit_of_all):
        """What the office has not confirmed is the office's own matter."""
        with pytest.raises(AccessDeniedError):
            kit_of_all.office.confirmations.assumed("warung", actor=APPLICANT)

    def test_a_path_that_names_nothing_is_refused_with_those_that_there_are(self, kit_of_all):
        """A misspelt path must not look like a confirmation."""
        with pytest.raises(ServiceError) as caught:
            kit_of_all.office.confirmations.confirm("warung", ["time-limit"], paper=PAPER, actor=HOST)

        assert "unknown-value" == caught.value.code
        assert "time_limit" in caught.value.details()["known"]

    @pytest.mark.parametrize(
        ("path", "code"), [("time_limit", "value-not-confirmed"), ("time-limit", "unknown-value")]
    )
    def test_what_no_one_confirmed_cannot_be_taken_back(self, path, code):
        """A value that waits is told from a path that names nothing."""
        with pytest.raises(ServiceError) as caught:
            kit_with_two().office.confirmations.withdraw("warung", [path], reason="keliru", actor=HOST)

        assert code == caught.value.code
        assert path in caught.value.message("en")
        assert "0" not in caught.value.message("en")


class TestRecord:
    def test_who_when_and_which_paper_stay_in_the_history(self):
        """The proposal, the confirmation and its end, with the paper each."""
        kit = kit_with_two()
        confirm_all(kit)
        kit.office.confirmations.withdraw(
            "warung", ["time_limit"], reason="angka keliru", actor=kit.officer("admin")
        )
        events = kit.office.confirmations.history("warung", actor=kit.officer("auditor"))

        assert {EventKind.VALUE_CONFIRMED} == {event.kind for event in events}
        assert [
            ("officer:admin", "no", "proposed"),
            ("officer:admin-2", "proposed", "yes"),
            ("officer:admin", "yes", "no"),
        ] == [(event.actor, event.data["before"], event.data["after"]) for event in events]
        assert {"188/12/2026"} == {event.data["paper"]["number"] for event in events}
        assert "angka keliru" == events[-1].data["reason"]

    def test_a_changed_value_of_the_next_version_is_open_again_and_others_stay(self):
        """What the office confirmed is the value, and not that someone may change it."""
        kit = kit_with_two()
        confirm_all(kit)
        context = kit._context
        pack = assumed_pack()
        longer = tuple(
            attrs.evolve(assuming(item, max_correction_rounds=7), version="2026.9")
            if item.code == "warung"
            else item
            for item in pack.catalogue.permit_types
        )
        later = sample_office(
            pack=attrs.evolve(pack, catalogue=Catalogue(authority=pack.authority, permit_types=longer)),
            storage=context.storage,
        )
        states = later.office.confirmations.assumed("warung", actor=HOST)

        assert {"time_limit"} == {one.part.path for one in states if one.state is not Confirmed.YES}
        assert 1 < len(states)


@pytest.fixture(scope="module")
def kit_of_all() -> OfficeKit:
    return kit_with_two()


def test_a_draft_names_what_is_not_confirmed(text_of_draft):
    """The line at the top says so in words, in every form of letter."""
    assert "Belum dikonfirmasi oleh instansi: jangka waktu, penomoran." in text_of_draft


@pytest.fixture
def text_of_draft() -> str:
    letter = attrs.evolve(
        sample_letter(LetterForm.LICENCE), unconfirmed=("jangka waktu", "penomoran"), qr_text=""
    )
    return printed_text(PdfStructure(TypstRenderer().rehearse(letter)))


def test_a_document_with_a_date_that_lies_ahead_confirms_nothing():
    """A value that rests on a paper which no one has signed yet would open a permit type too early."""
    kit = sample_office(pack=assumed_pack())
    ahead = attrs.evolve(PAPER, day=kit.office.today() + timedelta(days=1))
    with raises_code("paper-ahead"):
        kit.office.confirmations.confirm("warung", paper=ahead, actor=HOST)

    assert {Confirmed.NO} == {one.state for one in kit.office.confirmations.assumed(actor=HOST)}

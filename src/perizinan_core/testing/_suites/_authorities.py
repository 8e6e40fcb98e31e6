"""
What every authority plugin must do.

::

    class TestKotaContoh(AuthoritySuite):
        @pytest.fixture(scope="class")
        @classmethod
        def pack(cls):
            return load_pack()
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from perizinan_core.bootstrap._examples._checking import check_scenario
from perizinan_core.bootstrap._examples._made_up import paper_details
from perizinan_core.catalogue import check_catalogue, register_number, service_standard
from perizinan_core.hooks import AuthorityPack
from perizinan_core.model import Permit, PermitType, Scenario
from perizinan_core.services._made_up import made_up_applicant
from perizinan_core.testing._fakes import SettableClock
from perizinan_core.testing._offices import APPLICANT, OfficeKit, sample_office, sample_signer, staff_for

__all__ = ["AuthoritySuite"]

_COMPONENTS = 14
_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")


class AuthoritySuite:
    """Subclass it and give a ``pack`` fixture, best of the scope of the class."""

    @pytest.fixture(scope="class")
    @classmethod
    def pack(cls) -> AuthorityPack:
        """Return what the plugin brings."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls) -> Path | None:
        """Return the folder of the catalogue, to be checked whole; None: it does not come from files."""
        return None

    def open_types(self, pack: AuthorityPack) -> tuple[PermitType, ...]:
        """Return the types that can be applied for."""
        found = tuple(item for item in pack.catalogue.types() if item.complete)
        assert found, "there is no complete permit type"
        return found

    def test_the_catalogue_has_no_problem(self, folder: Path | None) -> None:
        """As ``perizinan catalogue check`` says: rules, tariffs and numbers."""
        if folder is not None:
            assert check_catalogue(folder).problems == ()

    def test_authority_and_catalogue_belong_together(self, pack: AuthorityPack) -> None:
        """One authority, the one that the catalogue was checked against."""
        assert pack.catalogue.authority == pack.authority

    def test_templates_and_pictures_are_there(self, pack: AuthorityPack) -> None:
        """Each template is a file, each type names one that is there, and the logo is among the assets."""
        for name, folder in pack.templates.items():
            assert (folder / f"{name}.typ").is_file(), name
        named = {item.letter.template for item in self.open_types(pack) if item.letter is not None}
        assert named <= {"letter", *pack.templates}
        logo = pack.authority.letterhead.logo
        assert logo is None or (pack.assets is not None and (pack.assets / logo).is_file())

    def test_every_open_type_has_an_example_that_ends_in_a_permit(self, pack: AuthorityPack) -> None:
        """And every example holds when the real use cases play it."""
        for item in self.open_types(pack):
            assert any(_ends_in_a_permit(scenario) for scenario in item.scenarios), item.code
            for scenario in item.scenarios:
                assert list(check_scenario(pack.catalogue, item, scenario)) == [], scenario.name

    def test_every_open_type_gives_a_letter_that_a_verifier_accepts(self, pack: AuthorityPack) -> None:
        """Played from the draft to the signature; the office checks its own letter as a verifier does."""
        for item in self.open_types(pack):
            scenario = next(example for example in item.scenarios if _ends_in_a_permit(example))
            assert self._issued(pack, item, scenario).number, item.code

    def test_numbers_differ_on_every_day_and_for_every_sequence(self, pack: AuthorityPack) -> None:
        """A register never writes one number twice."""
        today = pack.authority.calendar.covers_to - timedelta(days=1)
        for item in self.open_types(pack):
            assert item.register is not None
            written = [
                register_number(pack.authority, item.register, sequence=sequence, day=today, permit_type=item)
                for sequence in (1, 2, 9, 10, 99, 100, 12_345)
            ]
            assert len(written) == len(set(written)), item.code

    def test_the_calendar_covers_the_present_year(self, pack: AuthorityPack) -> None:
        """Deadlines beyond it cannot be counted."""
        assert (
            pack.authority.calendar.covers_to.year
            >= datetime.now(pack.authority.calendar.time_zone.zone).year
        )

    def test_the_service_standard_is_whole_in_both_languages(self, pack: AuthorityPack) -> None:
        """The fourteen components of UU 25/2009 and Permenpan RB 15/2014."""
        for item in self.open_types(pack):
            for language in ("id", "en"):
                components = service_standard(item, authority=pack.authority, language=language)
                assert len(components) == _COMPONENTS
                assert all(part.lines for part in components), item.code

    def test_applicants_read_words_and_no_codes(self, pack: AuthorityPack) -> None:
        """Every field, paper and step has a label, and every field of the form a title."""
        for item in self.open_types(pack):
            assert all(paper.label.id for paper in item.requirements), item.code
            assert all(stage.label.id for stage in item.stages), item.code
            for path, schema in _fields(item.form_schema):
                assert schema.get("title"), f"{item.code}: {path}"

    def test_no_identity_number_stands_in_the_data(self, pack: AuthorityPack) -> None:
        """Examples are made up by the runner."""
        assert not _NIK.search(repr(pack.catalogue))

    def _issued(self, pack: AuthorityPack, permit_type: PermitType, scenario: Scenario) -> Permit:
        given = scenario.given
        zone = pack.authority.calendar.time_zone.zone
        day = date.fromisoformat(str(given["submitted_at"])[:10])
        kit = sample_office(
            pack=pack,
            clock=SettableClock(datetime.combine(day, time(9), tzinfo=zone)),
            signers={item.code: sample_signer(item.code) for item in pack.authority.positions},
            staff=staff_for(pack),
            development=True,
        )
        try:
            case = kit.draft(
                permit_type.code,
                applicant=made_up_applicant(given.get("applicant", {})),
                form=given.get("form", {}),
            )
            self._fill(kit, case.id, permit_type, given)
            kit.review(kit.hand_in(case.id).id)
            (position, *_) = [item.position for item in pack.authority.delegations_for(permit_type.code, day)]
            return kit.issue(case.id, actor=kit.officer(position))
        finally:
            kit.office.close()

    @staticmethod
    def _fill(kit: OfficeKit, case: str, permit_type: PermitType, given: Any) -> None:
        dated = {item.code for item in permit_type.requirements if item.needs_expiry}
        papers = given.get("papers", "all")
        stated = {} if papers == "all" else paper_details(papers)
        for view in kit.office.applications.slots(case, actor=APPLICANT):
            key = view.terms.key
            if view.terms.min_files and key.partition("#")[0] in dated:
                expires = stated.get(key, {}).get("expires_on") or date(2030, 1, 31)
                kit.upload(case, key, expires_on=date.fromisoformat(str(expires)))
        kit.fill(case)


def _ends_in_a_permit(scenario: Scenario) -> bool:
    return scenario.expect.get("state") == "issued" and scenario.given.get("kind", "new") == "new"


def _fields(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in (schema or {}).get("properties", {}).items():
        yield f"{path}{name}", field
        if field.get("type") == "object":
            yield from _fields(field, f"{path}{name}.")
        if field.get("type") == "array" and isinstance(field.get("items"), dict):
            yield from _fields(field["items"], f"{path}{name}[].")

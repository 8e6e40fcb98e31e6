"""The catalogue of Kota Blitar, read once, and cases made from its examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import attrs
import pytest
from perizinan_kota_blitar._plugin import DATA

from perizinan_core.catalogue import (
    CatalogueReport,
    Facts,
    PaperFacts,
    check_catalogue,
    facts,
    find_slots,
    find_validity,
    letter_content,
    register_number,
)
from perizinan_core.model import (
    Address,
    ApplicantKind,
    ApplicationKind,
    Authority,
    Letter,
    Nik,
    Organisation,
    PermitStatement,
    PermitType,
    Person,
    PrintedTerm,
    Representative,
    Scenario,
    SignatureBlock,
)

ADDRESS = Address(street="Jalan Contoh 1", village="Contoh", district="Sananwetan", regency="Kota Blitar")
NIK = Nik("3572014107900001")
"""A woman's number in Kota Blitar, made up."""


@lru_cache(maxsize=1)
def read() -> CatalogueReport:
    """Return the check of the catalogue, made once for the whole run."""
    return check_catalogue(DATA)


@attrs.frozen(kw_only=True)
class Example:
    """An example of the catalogue, ready for the rules."""

    permit_type: PermitType
    scenario: Scenario
    facts: Facts
    day: date

    @property
    def expect(self) -> Mapping[str, Any]:
        return self.scenario.expect


def example_of(permit_type: PermitType, scenario: Scenario) -> Example:
    """Return the case that an example describes."""
    given = scenario.given
    day = datetime.fromisoformat(str(given["submitted_at"])).date()
    bare = facts(
        kind=ApplicationKind(given.get("kind", "new")),
        form=given["form"],
        applicant=applicant_of(given.get("applicant", {})),
        representative=Representative(person=person()) if given.get("represented") else None,
    )
    papers = papers_of(permit_type, bare, day, given.get("papers", "all"))
    return Example(
        permit_type=permit_type,
        scenario=scenario,
        facts=attrs.evolve(bare, papers=papers),
        day=day,
    )


def person() -> Person:
    return Person(name="Contoh Pemohon", nik=NIK, address=ADDRESS)


def applicant_of(given: Mapping[str, Any]) -> Person | Organisation:
    kind = ApplicantKind(given.get("kind", "person"))
    if kind is ApplicantKind.PERSON:
        return person()
    return Organisation(
        name=given["name"],
        kind=kind,
        legal_form=given.get("legal_form"),
        address=ADDRESS,
        responsible=person(),
    )


def papers_of(permit_type: PermitType, bare: Facts, day: date, given: Any) -> tuple[PaperFacts, ...]:
    if given == "all":
        slots = find_slots(permit_type, bare, day, undecided=False)
        return tuple(PaperFacts(slot=slot.key, expires_on=date(2030, 1, 31)) for slot in slots)
    details = given if isinstance(given, Mapping) else {key: {} for key in given}
    return tuple(
        PaperFacts(
            slot=slot, expires_on=date.fromisoformat(found["expires_on"]) if "expires_on" in found else None
        )
        for slot, found in details.items()
    )


def letter_of(authority: Authority, example: Example, day: date) -> Letter:
    """Return the letter of a case, as the office would print it on ``day``."""
    permit_type = example.permit_type
    rule = permit_type.letter
    assert rule is not None
    assert permit_type.register is not None
    delegation = authority.delegations_for(permit_type.code, day)[0]
    validity = find_validity(permit_type, example.facts, day)
    content = letter_content(permit_type, example.facts, validity, day)
    position = authority.position(delegation.position)
    statement = PermitStatement(
        authority=authority.slug,
        authority_name=authority.name.id,
        permit_type=permit_type.code,
        permit_type_version=permit_type.version,
        title=rule.title.id,
        number=register_number(authority, permit_type.register, sequence=1, day=day, permit_type=permit_type),
        receipt_number=register_number(authority, authority.receipt_register, sequence=1, day=day),
        holder=str(example.facts.applicant["name"]),
        object=content.object,
        place=content.place,
        fields=content.fields,
        issued_on=day,
        valid_from=validity.valid_from,
        valid_until=validity.valid_until,
        validity_text=validity.text,
        signatory=SignatureBlock(
            position=position.code,
            title=position.title.id,
            delegation=delegation.code,
            legal_basis=delegation.source.citation,
        ),
        status_index=0,
        verification_url=authority.verification_url,
    )
    return Letter(
        statement=statement,
        form=rule.form,
        template=rule.template,
        government=authority.letterhead.government.id,
        office=authority.unit(permit_type.responsible_unit).name_on(day).name.id,
        city=authority.letterhead.city,
        subject=rule.subject.id if rule.subject else None,
        considerations=tuple(text.id for text in rule.considerations),
        legal_basis=tuple(source.citation for source in permit_type.legal_basis),
        terms=tuple(PrintedTerm(term.text.id, term.role) for term in rule.terms),
        annex=content.annex,
        copies_to=tuple(text.id for text in rule.copies_to),
        footer=authority.legal_footer.id,
        qr_text=f"{authority.verification_url.upper()}#CONTOH",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    catalogue = read().catalogue
    types = catalogue.permit_types if catalogue else ()
    if "example" in metafunc.fixturenames:
        found = [example_of(item, scenario) for item in types for scenario in item.scenarios]
        ids = [f"{item.permit_type.code}: {item.scenario.name}" for item in found]
        metafunc.parametrize("example", found, ids=ids)
    if "open_type" in metafunc.fixturenames:
        found_types = [item for item in types if item.complete]
        metafunc.parametrize("open_type", found_types, ids=[item.code for item in found_types])


@pytest.fixture(scope="session")
def report() -> CatalogueReport:
    return read()


@pytest.fixture(scope="session")
def authority(report: CatalogueReport) -> Authority:
    assert report.catalogue is not None
    assert report.catalogue.authority is not None
    return report.catalogue.authority


@pytest.fixture(scope="session")
def permit_types(report: CatalogueReport) -> tuple[PermitType, ...]:
    assert report.catalogue is not None
    return report.catalogue.permit_types


@pytest.fixture(scope="session")
def compose_letter() -> Any:
    return letter_of

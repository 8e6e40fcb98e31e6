"""The permit types that the authority document names."""

from __future__ import annotations

import attrs

from perizinan_core.published import read_authority_document
from perizinan_core.testing._offices import sample_office, sample_pack


def test_a_type_that_was_dropped_keeps_its_number_and_name():
    """Its permits still hang on walls; a type that is renamed has its new name."""
    kit = sample_office()
    before = read_authority_document(kit.office.publication.authority_json())
    pack = sample_pack()
    kept = tuple(item for item in pack.catalogue.permit_types if item.code != "acara")
    later = sample_office(
        pack=attrs.evolve(pack, catalogue=attrs.evolve(pack.catalogue, permit_types=kept)),
        clock=kit.clock,
        storage=kit._context.storage,
        documents=kit._context.documents,
        keys=kit._context.keys,
    )
    after = read_authority_document(later.office.publication.authority_json())

    assert {"acara", "warung"} == {item.code for item in after.permit_types}
    assert before.permit_types == after.permit_types

# ruff: noqa: E501 - tables of cases: what was done and why stand beside each other
"""Cases that this verifier once answered wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from perizinan_core._converters import canonical_json
from vector_cases import Case, builder
from vector_cases.setting import Setting
from vector_cases.shapes import object_of, update

__all__ = ["cases"]

build = builder()


def cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases of this module."""
    good, said = setting.world.permit(), build.statement()
    appearances = object_of(good, 12).replace(b"/Fields", b"/NeedAppearances true /Fields")
    yield Case(
        name="form_appearances_fail", data=update(good, {12: appearances}), verdict="not_valid",
        why="An update after signing tells readers to draw all fields anew.",
    )  # fmt: skip
    yield Case(
        name="update_unreachable_fail", data=update(good, {60: b"<</Type /Nothing /Text (Eve)>>"}), verdict="not_valid",
        why="An update with an object that nothing points to: nothing to be seen, and nothing that a permit ever gets.",
    )  # fmt: skip
    objects = build.permit_objects(said)
    objects[2] = objects[2].replace(b"/Resources", b"/Annots [10 0 R] /Resources")
    objects += [
        b"<</Type /Annot /Subtype /FileAttachment /Rect [0 0 0 0] /F 2 /FS 11 0 R>>",
        b"<</Type /Filespec /F (permit.json) /UF (permit.json) /EF <</F 12 0 R>>>>",
        build.stream(b"/Type /EmbeddedFile ", canonical_json(build.statement(holder="Orang Lain"))),
    ]
    yield Case(
        name="data_hidden_second_fail", data=build.sign(build.assemble(objects), setting.world.head), verdict="not_valid",
        codes=("permit-data-unreadable",),
        why="A second permit.json with another holder hangs on a hidden annotation of the page.",
    )  # fmt: skip

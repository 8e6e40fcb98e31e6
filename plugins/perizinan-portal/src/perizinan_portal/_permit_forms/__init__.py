"""Forms of permit types, for the pages of all parts: drawing, reading and keeping them, and saying what they hold."""

from perizinan_portal._permit_forms._corrections import further_parts, open_correction
from perizinan_portal._permit_forms._drawing import DrawnPart, draw, place_of
from perizinan_portal._permit_forms._fee_panel import fee_panel
from perizinan_portal._permit_forms._pages import MANDATE, DraftPages
from perizinan_portal._permit_forms._reading import read_parts
from perizinan_portal._permit_forms._sheet import (
    Drafting,
    Sheet,
    by_script,
    digest,
    keep_pressed,
    keep_sheet,
    over_for_script,
    permit_type_of,
    time_said,
)
from perizinan_portal._permit_forms._words import Line, differences, lines_of, titles_of

__all__ = [
    "MANDATE",
    "DraftPages",
    "Drafting",
    "DrawnPart",
    "Line",
    "Sheet",
    "by_script",
    "differences",
    "digest",
    "draw",
    "fee_panel",
    "further_parts",
    "keep_pressed",
    "keep_sheet",
    "lines_of",
    "open_correction",
    "over_for_script",
    "permit_type_of",
    "place_of",
    "read_parts",
    "time_said",
    "titles_of",
]

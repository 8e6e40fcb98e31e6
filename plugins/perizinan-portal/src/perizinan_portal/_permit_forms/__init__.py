"""Forms of permit types, for the pages of all parts: drawing them, reading what was typed, saying what they hold."""

from perizinan_portal._permit_forms._drawing import DrawnPart, draw, place_of
from perizinan_portal._permit_forms._reading import read_parts
from perizinan_portal._permit_forms._words import Line, differences, lines_of, titles_of

__all__ = ["DrawnPart", "Line", "differences", "draw", "lines_of", "place_of", "read_parts", "titles_of"]

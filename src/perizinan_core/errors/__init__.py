"""
Every exception of the library, one tree: one module for each package, with one root.

``docs/reference/errors.md`` draws the tree and lists the codes; ``docs/generate.py`` makes it from the code.
"""

from perizinan_core.errors.base import PerizinanError

__all__ = ["PerizinanError"]

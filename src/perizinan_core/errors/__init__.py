"""
Every exception of the library, one tree; each room's errors are in the module of its name.

``docs/reference/errors.md`` draws the tree; ``docs/generate.py`` makes it from the code.
"""

from perizinan_core.errors.base import PerizinanError

__all__ = ["PerizinanError"]

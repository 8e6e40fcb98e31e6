"""
Every exception of the library, one tree; each room's errors are in the module of its name.

The tree is drawn by `draw_tree()`; ``docs/reference/errors.md`` shows it.
"""

from perizinan_core.errors.base import PerizinanError

__all__ = ["PerizinanError"]

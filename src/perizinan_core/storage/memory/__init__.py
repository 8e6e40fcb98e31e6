"""
Records in memory: the same promises as a database without a disk, for tests and experiments.

Values are kept in their stored form, so that what cannot be stored fails here too. One unit of work writes
at a time; the others wait, as with SQLite. Nothing is encrypted, because nothing leaves the process.
"""

from perizinan_core.storage.memory._store import MemoryStorage

__all__ = [
    "MemoryStorage",
]
